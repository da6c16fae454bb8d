/* Quantiles of the durations of a policy's calls, over replicas. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_DURATIONS_H
#define RS_DURATIONS_H

#include "replay/tally.h"

/** The durations of the calls that succeed, or of those that fail. */
struct rs_durations {
	/** By replica: sets that make up its durations, some of which others
	 *  share. */
	struct {
		const struct tk_samples *set[3];
		size_t count;
		uint64_t weight;
	} in[RS_REPLICAS_MAX];
	/** Replicas that may differ: 1 if all are the same. */
	uint32_t replicas;
	/** Mean number of such calls. */
	double calls;
};

/** @p first_tries may be NULL. */
void rs_durations_of(struct rs_durations *out, const struct rs_tally *tally,
		     bool success, const struct tk_samples *first_tries);

/**
 * The quantile part / whole of each replica, sorted.
 *
 * @param value  room for RS_REPLICAS_MAX
 * @return how many there are: replicas without such calls have none
 */
size_t rs_durations_quantile(const struct rs_durations *durations,
			     unsigned part, unsigned whole, uint64_t *value);

#endif
