/* What the library needs to know of outcomes beyond the public header: which of
 * their texts are constant, and the hint that applies. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_OUTCOME_H
#define BO_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

/** Make an empty outcome: all zero, but for texts that were not copied and
 * limits that were not read. They keep their bytes, as most attempts succeed
 * without them. */
static inline void
bo_outcome_init(struct backoff_outcome *outcome)
{
	const size_t half = offsetof(struct backoff_outcome, hint);
	const size_t end = offsetof(struct backoff_outcome, limits.limit);

	/* In two parts: for one, gcc -O2 takes "rep stos", which takes longer
	 * to start than all of this. */
	memset(outcome, 0, half);
	memset(&outcome->hint, 0, end - half);
	outcome->size = sizeof(*outcome);
	outcome->error_types = NULL;
	outcome->error_text[0] = '\0';
	outcome->type_text[0] = '\0';
	outcome->code_text[0] = '\0';
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
	if (outcome->error_type == NULL)
		outcome->error_type = bo_outcome_error_type(outcome);
	if (outcome->code == NULL)
		outcome->code = bo_outcome_code(outcome);
	if (outcome->error == NULL)
		outcome->error = bo_outcome_error(outcome);
}

/** Copy an outcome without its texts, to which the copy points. */
void bo_outcome_borrow(struct backoff_outcome *out,
		       const struct backoff_outcome *from);

/** Bytes that can be read from the start of a text that
 *  bo_outcome_text_is_constant(). */
#define BO_OUTCOME_TEXT_ROOM 40

/** Where these texts are, and how many bytes. */
extern const char *const bo_outcome_texts;
extern const size_t bo_outcome_texts_size;

/** Whether a text is one that backoff_outcome_from_errno() or
 *  backoff_outcome_from_http() set: constant, and shorter than the room. */
static inline bool
bo_outcome_text_is_constant(const char *text)
{
	return (uintptr_t)text - (uintptr_t)bo_outcome_texts <
	       bo_outcome_texts_size;
}

/** backoff_outcome_hint() without a copy for outcomes that were not throttled:
 *  the outcome's own hint, or else @p joined, which is set. */
static inline const struct backoff_hint *
bo_outcome_hint(const struct backoff_outcome *outcome,
		struct backoff_hint *joined)
{
	if (outcome->failure_class != BACKOFF_CLASS_THROTTLE &&
	    outcome->hint.kind != BACKOFF_HINT_RESET)
		return &outcome->hint;
	*joined = backoff_outcome_hint(outcome);
	return joined;
}

#endif
