/* What a difference depends on that the log does not show. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_CONDITIONS_H
#define RS_CONDITIONS_H

#include "recorded/coupling.h"
#include "replay/judge.h"

/** Assumptions about the fate of calls that are replayed: the most likely one
 *  and at most this many others, those with fewer replicas. */
#define RS_FAMILIES_MAX 5
#define RS_FAMILY_REPLICAS 24
/** If more of the first attempts failed, the target may have been overloaded,
 * perhaps by retries: no seconds of other load are left to compare with. */
#define RS_STRAINED 0.25
/** A recorded breaker that kept fewer calls away hid nothing. */
#define RS_KEPT_AWAY 0.005

/** One policy under every assumption; what it does under another one is the
 *  same as under the first if @ref count is 1. */
struct rs_tallies {
	struct rs_tally family[RS_FAMILIES_MAX];
	size_t count;
};

/** Everything that a difference is made from. */
struct rs_pair {
	const struct rs_run *run;
	const struct rs_load *load;
	const struct rs_coupling *coupling;
	/** Share of the recorded first attempts that failed. */
	double first_fails;
	/** Share of the recorded calls that a breaker ended or refused. */
	double kept_away;
	/** Calls that fail permanently, and the longest time after its first
	 *  attempt at which a call made another one. */
	double permanent_share;
	uint64_t longest_ns;
	const struct backoff_policy *policy;
	const struct rs_result *result, *baseline;
	const struct rs_tallies *tallies, *baseline_tallies;
};

/** The difference of the success rates between draws. */
struct tk_spread rs_pair_difference(const struct rs_pair *pair);

/** Add to a case all that the difference may depend on. */
void rs_conditions_find(const struct rs_pair *pair, struct rs_case *item);

#endif
