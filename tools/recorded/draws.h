/* The random draws behind the delays of a recorded log. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_DRAWS_H
#define RS_DRAWS_H

#include "recorded/log.h"

/** Whether a law can give a delay, as a log in microseconds rounds it. */
bool rs_delay_possible(const struct backoff_delay *law, uint64_t delay_ns);

/**
 * The draw that makes a law give a delay.
 *
 * @param other  the draw to use if the delay leaves it open (a law without
 *               randomness), or to choose among those that are left (a delay
 *               pinned to its ceiling)
 * @param out    set if the law can give the delay
 * @return false if it cannot
 */
bool rs_draw_of_delay(const struct backoff_delay *law, uint64_t delay_ns,
		      uint64_t other, uint64_t *out);

/**
 * Set the draw of the delay after each recorded attempt of an operation:
 * recovered if the log or its policy gives the law, else keyed by seed, call
 * and attempt.
 *
 * @param policy  the one that wrote the log; NULL if unknown
 * @param draw    by attempt of the trace; set for the operation's attempts
 */
void rs_recover_draws(const struct rs_log *log,
		      const struct rs_operation *operation,
		      const struct backoff_policy *policy, uint64_t seed,
		      uint64_t *draw);

#endif
