/* What the library needs to know of outcomes beyond the public header: which of
 * their texts are constant, and the hint that applies. */
#ifndef BO_OUTCOME_H
#define BO_OUTCOME_H

#include <stdbool.h>

#include <backoff/outcome.h>

/** The type, in logs, of the failure of an attempt that reported nothing. */
#define BO_NOT_REPORTED_TYPE "NotReported"

/** Whether somebody said what happened. */
static inline bool
bo_outcome_is_reported(const struct backoff_outcome *outcome)
{
	return (unsigned)outcome->kind - 1 < BACKOFF_OUTCOME_COUNT - 1;
}

/** Describe the failure of an attempt that did not report: class, type, text.
 *  The kind becomes NOT_REPORTED; result and code stay. */
void bo_outcome_blame(struct backoff_outcome *outcome);

/** Bytes that can be read from the start of a text that
 *  bo_outcome_text_is_constant(). */
#define BO_OUTCOME_TEXT_ROOM 40

/** Whether a text is one that backoff_outcome_from_errno() or
 *  backoff_outcome_from_http() set: constant, and shorter than the room. */
bool bo_outcome_text_is_constant(const char *text);

/** backoff_outcome_hint(), fast for outcomes that were not throttled. */
static inline struct backoff_hint
bo_outcome_hint(const struct backoff_outcome *outcome)
{
	if (outcome->failure_class != BACKOFF_CLASS_THROTTLE &&
	    outcome->hint.kind != BACKOFF_HINT_RESET)
		return outcome->hint;
	return backoff_outcome_hint(outcome);
}

#endif
