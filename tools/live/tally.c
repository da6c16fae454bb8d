/* What the events of a second show about an operation's health. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/tally.h"

#include "live/counts.h"

static void
count_stop(struct rt_tally *tally, enum backoff_stop stop)
{
	switch (stop) {
	case BACKOFF_STOP_BREAKER_OPEN:
		tally->breaker = 1;
		break;
	case BACKOFF_STOP_BUDGET:
		tally->budget = 1;
		break;
	case BACKOFF_STOP_DEADLINE:
	case BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE:
		tally->deadline = 1;
		break;
	case BACKOFF_STOP_HINT_TOO_LONG:
	case BACKOFF_STOP_SERVER_FORBADE:
		tally->hint = 1;
		break;
	default:
		break;
	}
}

/* A call that a breaker refused: the event is not about an attempt. */
static struct rt_tally
refused(const struct backoff_event *event)
{
	uint64_t made = event->attempts;
	uint32_t at_once;

	if (made == BACKOFF_ABSENT)
		made = event->attempt != BACKOFF_ABSENT && event->attempt > 1;
	at_once = made == 0;
	return (struct rt_tally){
		.tries = at_once,
		.failed = at_once,
		.firsts = at_once,
		.calls = 1,
		.failed_calls = 1,
		.breaker = 1,
	};
}

struct rt_tally
rt_tally_of(const struct backoff_event *event, uint32_t attempts)
{
	struct rt_tally tally = {0};
	uint64_t number = event->attempt != BACKOFF_ABSENT ? event->attempt
							   : event->attempts;
	bool hedge = event->kind == BACKOFF_KIND_HEDGE;

	if (event->type != BACKOFF_EVENT_ATTEMPT &&
	    event->type != BACKOFF_EVENT_SUCCESS &&
	    event->type != BACKOFF_EVENT_EXHAUSTED &&
	    event->type != BACKOFF_EVENT_ABORTED)
		return tally;
	if (event->stop == BACKOFF_STOP_BREAKER_OPEN)
		return refused(event);
	tally.hedges = hedge ? 1 : 0;
	if (event->type == BACKOFF_EVENT_SUCCESS) {
		tally.tries = attempts;
		tally.failed = attempts - 1;
		tally.firsts = hedge || number == 1 || attempts > 1 ? 1 : 0;
		tally.calls = 1;
		return tally;
	}
	/* The race was lost, or the caller gave up: that says nothing about
	 * the target. A limit does, even if the attempt has another line. */
	if (event->outcome == BACKOFF_OUTCOME_CANCELLED) {
		if (event->type != BACKOFF_EVENT_EXHAUSTED)
			return tally;
		tally.calls = tally.failed_calls = 1;
		count_stop(&tally, event->stop);
		return tally;
	}
	if (hedge && event->type == BACKOFF_EVENT_ATTEMPT)
		return tally;
	tally.tries = attempts;
	tally.failed = attempts;
	tally.firsts = number == 1 || attempts > 1 ? 1 : 0;
	if (event->type == BACKOFF_EVENT_ATTEMPT)
		return tally;
	tally.calls = 1;
	tally.failed_calls = 1;
	count_stop(&tally, event->stop);
	return tally;
}

void
rt_tally_add(struct rt_tally *to, const struct rt_tally *from)
{
#define ADD(member, doc) rt_add_u32(&to->member, from->member);
	RT_TALLIES(ADD)
}
