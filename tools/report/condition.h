/* What an answer depends on, and what would settle it, in words. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_CONDITION_H
#define RS_CONDITION_H

#include "replay/result.h"

/** What a difference depends on that the log does not show: "whether calls that
 *  still fail after 10s can recover". False without a condition. */
bool rs_say_condition(const struct rs_result *result, char *text, size_t size);

/** What would settle a verdict: "5 % of traffic for about 3 days". False if
 *  that is not known. */
bool rs_say_needed(const struct rs_result *result, char *text, size_t size);

/** Both as a sentence about a policy, with both ends in points of the success
 *  rate. False if there is neither. */
bool rs_say_open(const struct rs_result *result, char *text, size_t size);

#endif
