/* Tests of tools/live/tally.c: what an event counts as. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/live/helper.h"
#include "live/tally.h"

/* The event behind each row, and what it counts: tries, failed, calls, failed
 * calls, hedges. */
static const struct {
	const char *why;
	enum backoff_event_type type;
	enum backoff_kind kind;
	int outcome;
	enum backoff_stop stop;
	uint64_t attempts;
	uint32_t want[5];
} row[] = {
	{"success",
	 BACKOFF_EVENT_SUCCESS,
	 BACKOFF_KIND_FIRST,
	 BACKOFF_OUTCOME_SUCCESS,
	 BACKOFF_STOP_SUCCESS,
	 1,
	 {1, 0, 1, 0, 0}},
	{"retried",
	 BACKOFF_EVENT_ATTEMPT,
	 BACKOFF_KIND_FIRST,
	 BACKOFF_OUTCOME_FAILURE,
	 BACKOFF_STOP_NONE,
	 BACKOFF_ABSENT,
	 {1, 1, 0, 0, 0}},
	{"used up",
	 BACKOFF_EVENT_EXHAUSTED,
	 BACKOFF_KIND_RETRY,
	 BACKOFF_OUTCOME_TIMEOUT,
	 BACKOFF_STOP_MAX_ATTEMPTS,
	 3,
	 {1, 1, 1, 1, 0}},
	{"refused at once",
	 BACKOFF_EVENT_EXHAUSTED,
	 BACKOFF_KIND_FIRST,
	 BACKOFF_OUTCOME_CANCELLED,
	 BACKOFF_STOP_BREAKER_OPEN,
	 0,
	 {1, 1, 1, 1, 0}},
	{"refused before a retry",
	 BACKOFF_EVENT_EXHAUSTED,
	 BACKOFF_KIND_RETRY,
	 BACKOFF_OUTCOME_CANCELLED,
	 BACKOFF_STOP_BREAKER_OPEN,
	 1,
	 {0, 0, 1, 1, 0}},
	{"lost hedge",
	 BACKOFF_EVENT_ATTEMPT,
	 BACKOFF_KIND_HEDGE,
	 BACKOFF_OUTCOME_CANCELLED,
	 BACKOFF_STOP_NONE,
	 BACKOFF_ABSENT,
	 {0, 0, 0, 0, 1}},
	{"first that lost to a hedge",
	 BACKOFF_EVENT_ATTEMPT,
	 BACKOFF_KIND_FIRST,
	 BACKOFF_OUTCOME_CANCELLED,
	 BACKOFF_STOP_NONE,
	 BACKOFF_ABSENT,
	 {0, 0, 0, 0, 0}},
	{"hedge that won",
	 BACKOFF_EVENT_SUCCESS,
	 BACKOFF_KIND_HEDGE,
	 BACKOFF_OUTCOME_SUCCESS,
	 BACKOFF_STOP_SUCCESS,
	 2,
	 {1, 0, 1, 0, 1}},
	{"caller gave up",
	 BACKOFF_EVENT_ABORTED,
	 BACKOFF_KIND_FIRST,
	 BACKOFF_OUTCOME_CANCELLED,
	 BACKOFF_STOP_CANCELLED,
	 1,
	 {0, 0, 0, 0, 0}},
};

Test(live_tally, an_event_counts_as_what_it_is)
{
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct backoff_event event;
		struct rt_tally tally;

		backoff_event_init(&event, sizeof(event));
		event.type = row[i].type;
		event.kind = row[i].kind;
		event.outcome = row[i].outcome;
		event.stop = row[i].stop;
		event.attempt = 1;
		event.attempts = row[i].attempts;
		tally = rt_tally_of(&event, 1);
		cr_expect_eq(tally.tries, row[i].want[0], "%s", row[i].why);
		cr_expect_eq(tally.failed, row[i].want[1], "%s", row[i].why);
		cr_expect_eq(tally.calls, row[i].want[2], "%s", row[i].why);
		cr_expect_eq(tally.failed_calls, row[i].want[3], "%s",
			     row[i].why);
		cr_expect_eq(tally.hedges, row[i].want[4], "%s", row[i].why);
	}
}
