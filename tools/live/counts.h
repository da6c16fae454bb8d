/* Counts of attempts and calls that ended, by result. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_COUNTS_H
#define RT_COUNTS_H

#include <stdint.h>

/* X(member, description). The members of struct rt_counts, the narrower ones of
 * a second, and every sum are generated from this list. An attempt is counted
 * when it ends. */
#define RT_COUNTS(X)                                                           \
	X(attempts, "Attempts with a result; failed ones if the log has no "   \
		    "successes.")                                              \
	X(retries, "Attempts that failed and are followed by another, hedges " \
		   "apart.")                                                   \
	X(successes, "Calls that succeeded.")                                  \
	X(exhausted, "Calls that a limit ended.")                              \
	X(aborted, "Calls that ended because a retry would be wrong.")         \
	X(call_attempts, "Attempts of the calls that ended.")                  \
	X(failed_calls, "Calls whose first attempt failed.")                   \
	X(first_ok, "Calls that the first attempt, or its hedge, answered.")   \
	X(used_up, "Calls whose attempts all failed.")                         \
	X(breaker, "Calls that a breaker refused or ended.")                   \
	X(unsent, "Those of them that made no attempt.")                       \
	X(budget, "Calls that an empty budget ended.")                         \
	X(deadline, "Calls that their deadline ended.")                        \
	X(hint, "Calls that a server's hint ended.")                           \
	X(hedges, "Hedges that were sent.")                                    \
	X(hedges_won, "Calls that a hedge answered.")                          \
	X(hints_cut, "Waits shorter than the server's hint.")

#define RT_COUNTS_MEMBER(member, doc) uint64_t member;
#define RT_COUNTS_ONE(member, doc) +1

#define RT_COUNTS_COUNT (0 RT_COUNTS(RT_COUNTS_ONE))

struct rt_counts {
	RT_COUNTS(RT_COUNTS_MEMBER)
};

static inline void
rt_counts_add(struct rt_counts *to, const struct rt_counts *from)
{
#define RT_COUNTS_ADD(member, doc) to->member += from->member;
	RT_COUNTS(RT_COUNTS_ADD)
#undef RT_COUNTS_ADD
}

/** Calls that ended. */
static inline uint64_t
rt_counts_calls(const struct rt_counts *counts)
{
	return counts->successes + counts->exhausted + counts->aborted;
}

/** Calls that ended without success. */
static inline uint64_t
rt_counts_failed(const struct rt_counts *counts)
{
	return counts->exhausted + counts->aborted;
}

/** Add to a count of a second, which saturates. */
static inline void
rt_add_u32(uint32_t *to, uint32_t value)
{
	*to = *to > UINT32_MAX - value ? UINT32_MAX : *to + value;
}

#endif
