/* Differences between the clocks of hosts, from lines whose cause is another
 * line. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_SKEW_H
#define TK_SKEW_H

#include <stdbool.h>
#include <stdint.h>

#include "trace/quality.h"

/** Hosts whose clocks are compared; lines of others only show the largest
 *  difference. */
#define TK_SKEW_HOSTS 16

struct tk_skew {
	/** Numbers of their names. */
	uint32_t host[TK_SKEW_HOSTS];
	uint32_t host_count;
	/** By host of the cause and of the effect: the least time between them
	 *  by their clocks, less what passed in truth, and how often. */
	int64_t least_ns[TK_SKEW_HOSTS][TK_SKEW_HOSTS];
	uint32_t count[TK_SKEW_HOSTS][TK_SKEW_HOSTS];
	uint64_t lines;
	/** The longest time by which an effect came before its cause. */
	uint64_t most_ns;
	/** Pairs, and those of which a time has no fraction of a second. */
	uint64_t pairs, coarse;
};

/** Note a pair of lines. @p apart_ns is the time between them, less what passed
 *  for certain; a host is 0 if it is not known. If one of the times may have
 *  been cut to whole seconds, the pair is @p coarse. */
void tk_skew_note(struct tk_skew *skew, uint32_t cause_host,
		  uint32_t effect_host, int64_t apart_ns, bool coarse);

/**
 * Compare two hosts.
 *
 * @param ahead_ns  how far the clock of @p b is ahead of that of @p a; set if
 *                  the result is not 0. Without lines in both directions, the
 *                  least that explains them.
 * @return the number of pairs that it rests on
 */
uint32_t tk_skew_between(const struct tk_skew *skew, uint32_t a, uint32_t b,
			 int64_t *ahead_ns);

/** Sum up: skewed_lines, skew_ns, skew_by_host. */
void tk_skew_sum_up(const struct tk_skew *skew, struct tk_quality *out);

#endif
