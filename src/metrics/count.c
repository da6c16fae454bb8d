/* Count events: each one's additions to the counters of its series. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "event/whole.h"
#include "metrics/metrics.h"

#define MS UINT64_C(1000000)

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

/* From a millisecond, the time of a local call, to five minutes, after which
 * the longest built-in policy gives up. */
static const struct bo_bound times[] = {
	{1 * MS, "0.001"},    {5 * MS, "0.005"},    {10 * MS, "0.01"},
	{25 * MS, "0.025"},   {50 * MS, "0.05"},    {100 * MS, "0.1"},
	{250 * MS, "0.25"},   {500 * MS, "0.5"},    {1000 * MS, "1.0"},
	{2500 * MS, "2.5"},   {5000 * MS, "5.0"},   {10000 * MS, "10.0"},
	{30000 * MS, "30.0"}, {60000 * MS, "60.0"}, {300000 * MS, "300.0"},
};

static const struct bo_bound retries[] = {{1, "1.0"}, {2, "2.0"}, {3, "3.0"},
					  {4, "4.0"}, {5, "5.0"}, {10, "10.0"}};

_Static_assert(LENGTH(times) < BO_BUCKETS_MAX &&
		       LENGTH(retries) < BO_BUCKETS_MAX,
	       "the last bucket has no bound");

const struct bo_bounds bo_time_bounds = {LENGTH(times), true, times};
const struct bo_bounds bo_retry_bounds = {LENGTH(retries), false, retries};

static void
increment(bo_counter *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/* Never below zero: after an attempt whose start was not logged, the count is
 * right again when the attempts under way have ended. */
static void
decrement(bo_counter *counter)
{
	uint_fast64_t have =
		atomic_load_explicit(counter, memory_order_relaxed);

	while (have > 0 && !atomic_compare_exchange_weak_explicit(
				   counter, &have, have - 1,
				   memory_order_relaxed, memory_order_relaxed))
		;
}

/* Inlined, so that the compiler sees the constant bounds. */
static inline void
observe(struct bo_histogram *h, const struct bo_bound *bounds, unsigned count,
	uint64_t value)
{
	unsigned i = 0;

	if (value == BACKOFF_ABSENT)
		return;
	while (i < count && value > bounds[i].most)
		i++;
	increment(&h->bucket[i]);
	bo_counter_add(&h->sum, value);
}

static void
observe_time(struct bo_histogram *h, uint64_t value_ns)
{
	observe(h, times, LENGTH(times), value_ns);
}

/* Callers fill in events, so a number may be outside its enum: count it as
 * unknown. */
static unsigned
within(int number, unsigned count, unsigned unknown)
{
	return number >= 0 && (unsigned)number < count ? (unsigned)number
						       : unknown;
}

static enum bo_reason
reason_of(enum backoff_stop stop)
{
	switch (stop) {
	case BACKOFF_STOP_BUDGET:
		return BO_REASON_BUDGET;
	case BACKOFF_STOP_BREAKER_OPEN:
		return BO_REASON_BREAKER;
	case BACKOFF_STOP_DEADLINE:
	case BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE:
		return BO_REASON_DEADLINE;
	case BACKOFF_STOP_HINT_TOO_LONG:
	case BACKOFF_STOP_SERVER_FORBADE:
		return BO_REASON_HINT;
	case BACKOFF_STOP_NOT_IDEMPOTENT:
	case BACKOFF_STOP_NOT_REPLAYABLE:
		return BO_REASON_IDEMPOTENCY;
	case BACKOFF_STOP_MAX_ATTEMPTS:
		return BO_REASON_LIMIT;
	default:
		return BO_REASON_NONE;
	}
}

/* A call that ends in a wait, or before its first attempt, has a last event
 * without an attempt: it is cancelled, has no class and no duration, and no
 * number of attempts under way. */
static bool
has_attempt(const struct backoff_event *e)
{
	return e->outcome != BACKOFF_OUTCOME_CANCELLED ||
	       e->failure_class >= 0 || e->in_flight != BACKOFF_ABSENT ||
	       (e->duration_ns != BACKOFF_ABSENT && e->duration_ns > 0);
}

/* Whether a wait begins. None does after an attempt that lost to a hedge, nor
 * after a failure while other attempts run, whose event has a wait of zero. */
static bool
has_wait(const struct bo_counts *c, const struct backoff_event *e)
{
	return e->type == BACKOFF_EVENT_ATTEMPT &&
	       e->outcome != BACKOFF_OUTCOME_CANCELLED &&
	       (e->delay_ns > 0 || bo_counter_read(&c->hedges) == 0);
}

static void
count_attempt(struct bo_counts *c, const struct backoff_event *e)
{
	unsigned kind = within((int)e->kind, BO_KINDS, BACKOFF_KIND_NONE);
	unsigned class = within(e->failure_class, BO_CLASS_LABELS - 1,
				BO_CLASS_LABELS - 1);
	/* "Not reported" is a failure; its place in the list counts unknown
	 * outcomes. */
	unsigned outcome = e->outcome == BACKOFF_OUTCOME_NOT_REPORTED
				   ? BACKOFF_OUTCOME_FAILURE
				   : within(e->outcome, BO_OUTCOMES, 0);
	unsigned hint = within((int)e->hint_action, BO_HINT_ACTIONS,
			       BACKOFF_HINT_ACTION_NONE);

	increment(&c->attempts[kind][class][outcome]);
	observe_time(&c->attempt_duration, e->duration_ns);
	if (hint != BACKOFF_HINT_ACTION_NONE)
		increment(&c->hints[hint]);
}

static void
count_wait(struct bo_counts *c, const struct backoff_event *e)
{
	unsigned source = within((int)e->delay_source, BO_DELAY_SOURCES,
				 BACKOFF_DELAY_SOURCE_NONE);

	observe_time(&c->delay[source], e->delay_ns);
}

static void
count_operation(struct bo_counts *c, const struct backoff_event *e)
{
	unsigned result = (unsigned)(e->type - BACKOFF_EVENT_SUCCESS);
	unsigned stop = within((int)e->stop, BO_STOPS, BACKOFF_STOP_NONE);
	bool retried = e->retries != BACKOFF_ABSENT && e->retries > 0;
	enum bo_reason reason = reason_of(e->stop);

	increment(&c->operations[result][stop][retried]);
	observe_time(&c->operation_duration, e->elapsed_ns);
	if (retried)
		observe(&c->retries, retries, LENGTH(retries), e->retries);
	if (e->backoff_ns > 0)
		observe_time(&c->backoff, e->backoff_ns);
	if (reason != BO_REASON_NONE)
		increment(&c->suppressed[reason]);
}

static void
count_start(struct bo_counts *c, const struct backoff_event *e)
{
	increment(&c->starts);
	increment(&c->running);
	if (e->kind != BACKOFF_KIND_HEDGE && e->attempt != BACKOFF_ABSENT &&
	    e->attempt > 1)
		decrement(&c->waiting);
}

/* Attempts under way are known only if their starts are logged. */
static void
count_end(struct bo_counts *c, const struct backoff_event *e, bool attempted)
{
	if (bo_counter_read(&c->starts) == 0)
		return;
	if (attempted)
		decrement(&c->running);
	else if (e->attempts != BACKOFF_ABSENT && e->attempts > 0)
		decrement(&c->waiting);
	if (has_wait(c, e))
		increment(&c->waiting);
}

static void
count_transition(struct bo_counts *c, const struct backoff_event *e)
{
	unsigned state = BACKOFF_BREAKER_NONE;

	for (unsigned i = BACKOFF_BREAKER_CLOSED; i < BO_BREAKERS; i++)
		if (e->breaker != NULL &&
		    strcmp(e->breaker,
			   backoff_breaker_name((enum backoff_breaker)i)) == 0)
			state = i;
	increment(&c->transitions[state]);
}

static void
count_attempted(struct bo_counts *c, const struct backoff_event *e)
{
	bool attempted = has_attempt(e);

	if (attempted)
		count_attempt(c, e);
	if (has_wait(c, e))
		count_wait(c, e);
	if (e->type != BACKOFF_EVENT_ATTEMPT)
		count_operation(c, e);
	count_end(c, e, attempted);
}

void
backoff_metrics_count(void *metrics, const struct backoff_event *event)
{
	if (metrics == NULL || event == NULL)
		return;
	struct backoff_metrics *m = metrics;
	struct backoff_event whole;
	struct bo_counts *c;

	event = bo_event_whole(event, &whole);
	bo_metrics_enter(m);
	if (event->type == BACKOFF_EVENT_DROPPED) {
		if (event->dropped != BACKOFF_ABSENT)
			bo_counter_add(&m->dropped, event->dropped);
		return;
	}
	if (event->type <= BACKOFF_EVENT_UNKNOWN ||
	    event->type > BACKOFF_EVENT_DROPPED) {
		increment(&m->unknown);
		return;
	}
	c = &bo_series_find(m, event->operation, event->policy, event->target)
		     ->counts;
	if (event->kind == BACKOFF_KIND_HEDGE)
		increment(&c->hedges);
	if (event->type == BACKOFF_EVENT_STARTED)
		count_start(c, event);
	else if (event->type == BACKOFF_EVENT_BREAKER_TRANSITION)
		count_transition(c, event);
	else
		count_attempted(c, event);
}
