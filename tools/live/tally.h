/* What the events of a second show about an operation's health. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_TALLY_H
#define RT_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include <backoff.h>

/* X(member, description). An attempt is counted when it ends. A call that a
 * breaker refused at once counts as a try that failed, because its caller met a
 * failure; it made no attempt. Lost hedges are neither. */
#define RT_TALLIES(X)                                                          \
	X(tries, "Attempts, and calls that a breaker refused at once.")        \
	X(failed, "Those of them that failed.")                                \
	X(firsts, "First attempts of calls, and calls refused at once.")       \
	X(calls, "Calls that ended.")                                          \
	X(failed_calls, "Calls that ended without success.")                   \
	X(breaker, "Calls that a breaker refused or ended.")                   \
	X(budget, "Calls that an empty budget ended.")                         \
	X(deadline, "Calls that their deadline ended.")                        \
	X(hint, "Calls that a server's hint ended.")                           \
	X(hedges, "Hedges that were sent.")                                    \
	X(timed, "Successes of known duration.")                               \
	X(slow, "Successes slower than usual.")

#define RT_TALLY_MEMBER(member, doc) uint32_t member;

struct rt_tally {
	RT_TALLIES(RT_TALLY_MEMBER)
};

/** Count an event; `timed` and `slow` are left to the caller.
 *
 *  @param attempts  attempts that the event stands for
 */
struct rt_tally rt_tally_of(const struct backoff_event *event,
			    uint32_t attempts);

/** Saturates. */
void rt_tally_add(struct rt_tally *to, const struct rt_tally *from);

#endif
