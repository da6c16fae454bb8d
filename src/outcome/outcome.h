/* What the library needs to know of outcomes beyond the public header: which of
 * their texts are constant, and the hint that applies. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_OUTCOME_H
#define BO_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>

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
 *  The kind becomes NOT_REPORTED, an error's text is quoted; result and code
 *  stay. */
void bo_outcome_blame(struct backoff_outcome *outcome);

/** Make an empty outcome. Texts that were not copied and limits that were not
 *  read stay uninitialised: most attempts succeed without them. */
static inline void
bo_outcome_init(struct backoff_outcome *outcome)
{
	outcome->size = sizeof(*outcome);
	outcome->kind = BACKOFF_OUTCOME_NOT_REPORTED;
	outcome->failure_class = BACKOFF_CLASS_UNKNOWN;
	outcome->error_type = NULL;
	outcome->code = NULL;
	outcome->error = NULL;
	outcome->result = NULL;
	outcome->hint.kind = BACKOFF_HINT_NONE;
	outcome->hint.delay_ns = 0;
	outcome->limits.count = 0;
	outcome->error_types = NULL;
	outcome->error_text[0] = '\0';
	outcome->type_text[0] = '\0';
	outcome->code_text[0] = '\0';
	outcome->not_sent = 0;
	outcome->not_replayable = 0;
}

/** The type in events. */
static inline const char *
bo_outcome_error_type(const struct backoff_outcome *outcome)
{
	if (outcome->error_type != NULL)
		return outcome->error_type;
	if (outcome->type_text[0] != '\0')
		return outcome->type_text;
	return outcome->error_types != NULL ? outcome->error_types[0] : NULL;
}

static inline const char *
bo_outcome_code(const struct backoff_outcome *outcome)
{
	return outcome->code != NULL || outcome->code_text[0] == '\0'
		       ? outcome->code
		       : outcome->code_text;
}

static inline const char *
bo_outcome_error(const struct backoff_outcome *outcome)
{
	return outcome->error != NULL || outcome->error_text[0] == '\0'
		       ? outcome->error
		       : outcome->error_text;
}

/** Point to the texts that count: valid as long as the outcome stays where it
 *  is. */
static inline void
bo_outcome_resolve(struct backoff_outcome *outcome)
{
	outcome->error_type = bo_outcome_error_type(outcome);
	outcome->code = bo_outcome_code(outcome);
	outcome->error = bo_outcome_error(outcome);
}

/** Copy an outcome without its texts, to which the copy points. */
void bo_outcome_borrow(struct backoff_outcome *out,
		       const struct backoff_outcome *from);

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
