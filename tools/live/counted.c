/* What an event adds to the counts. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/counted.h"

/* A call with more attempts is counted as one with a single attempt. */
#define CALL_ATTEMPTS_MAX 1000000u

bool
rt_counted_is(const struct backoff_event *event)
{
	return event->type == BACKOFF_EVENT_ATTEMPT ||
	       event->type == BACKOFF_EVENT_SUCCESS ||
	       event->type == BACKOFF_EVENT_EXHAUSTED ||
	       event->type == BACKOFF_EVENT_ABORTED;
}

bool
rt_counted_closes(const struct backoff_event *event)
{
	return event->type != BACKOFF_EVENT_ATTEMPT &&
	       event->outcome == BACKOFF_OUTCOME_CANCELLED &&
	       event->duration_ns == 0;
}

bool
rt_counted_has_result(const struct backoff_event *event)
{
	return event->outcome != BACKOFF_OUTCOME_CANCELLED &&
	       event->stop != BACKOFF_STOP_BREAKER_OPEN;
}

/* The attempts that a call made before it ended: a breaker refuses the next
 * one. */
static uint32_t
attempts_of(const struct backoff_event *event)
{
	uint64_t attempts = event->attempts;

	if (attempts == BACKOFF_ABSENT && event->attempt != BACKOFF_ABSENT &&
	    event->stop == BACKOFF_STOP_BREAKER_OPEN)
		attempts = event->attempt > 0 ? event->attempt - 1 : 0;
	else if (attempts == BACKOFF_ABSENT)
		attempts = event->attempt;
	return attempts < CALL_ATTEMPTS_MAX ? (uint32_t)attempts : 1;
}

/* Why a call ended without success. */
static void
count_stop(struct rt_counted *add, const struct backoff_event *event)
{
	switch (event->stop) {
	case BACKOFF_STOP_BREAKER_OPEN:
		add->breaker = 1;
		add->unsent = add->call_attempts == 0;
		break;
	case BACKOFF_STOP_BUDGET:
		add->budget = 1;
		break;
	case BACKOFF_STOP_DEADLINE:
	case BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE:
		add->deadline = 1;
		break;
	case BACKOFF_STOP_HINT_TOO_LONG:
	case BACKOFF_STOP_SERVER_FORBADE:
		add->hint = 1;
		break;
	default:
		add->used_up = event->type == BACKOFF_EVENT_EXHAUSTED;
	}
}

/* A hedge of the first attempt has the number 2. */
static bool
is_first_ok(const struct backoff_event *event, uint64_t number)
{
	return number == 1 ||
	       (number == 2 && event->kind == BACKOFF_KIND_HEDGE);
}

/* The counts that one event adds. */
static struct rt_counted
counts_of(const struct backoff_event *event)
{
	bool result = rt_counted_has_result(event);
	struct rt_counted add = {.attempts = result};
	uint64_t number = event->attempt != BACKOFF_ABSENT ? event->attempt
							   : event->attempts;

	switch (event->type) {
	case BACKOFF_EVENT_ATTEMPT:
		/* The attempts of a race are not retries of each other. */
		add.retries = result && event->kind != BACKOFF_KIND_HEDGE;
		add.hints_cut = event->hint_ns != BACKOFF_ABSENT &&
				event->delay_ns < event->hint_ns;
		break;
	case BACKOFF_EVENT_SUCCESS:
		add.successes = 1;
		break;
	case BACKOFF_EVENT_EXHAUSTED:
		add.exhausted = 1;
		break;
	default:
		add.aborted = 1;
	}
	if (event->type != BACKOFF_EVENT_SUCCESS)
		add.failed_calls = result && number == 1;
	add.hedges = event->kind == BACKOFF_KIND_HEDGE;
	if (event->type == BACKOFF_EVENT_ATTEMPT)
		return add;
	add.call_attempts = attempts_of(event);
	if (event->type != BACKOFF_EVENT_SUCCESS) {
		count_stop(&add, event);
		return add;
	}
	add.first_ok = is_first_ok(event, number);
	add.hedges_won = add.hedges;
	return add;
}

struct rt_counted
rt_counted_of(const struct backoff_event *event, bool whole)
{
	struct rt_counted add = counts_of(event);

	if (!whole || add.call_attempts <= 1)
		return add;
	add.attempts = add.call_attempts;
	add.retries = add.call_attempts - 1;
	add.failed_calls = 1;
	add.first_ok = 0;
	return add;
}
