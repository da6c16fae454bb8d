/* Texts of outcomes that are constant, so that they can be copied fast. */
#ifndef BO_OUTCOME_H
#define BO_OUTCOME_H

#include <stdbool.h>

/** Bytes that can be read from the start of a text that
 *  bo_outcome_text_is_constant(). */
#define BO_OUTCOME_TEXT_ROOM 40

/** Whether a text is one that backoff_outcome_from_errno() or
 *  backoff_outcome_from_http() set: constant, and shorter than the room. */
bool bo_outcome_text_is_constant(const char *text);

#endif
