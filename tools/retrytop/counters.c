/* Events from logs, counted as a service that links the library counts them. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/counters.h"

#include "base/num.h"
#include "retrytop/labels.h"

/* A line about a whole call has at most this many attempts. */
#define WHOLE_MAX 1000

/* Attempts of a call before its last one, which have no lines. */
static void
count_earlier(struct backoff_metrics *metrics, const struct backoff_event *last)
{
	struct backoff_event event;
	uint64_t attempts = last->attempts;

	if (attempts == BACKOFF_ABSENT)
		return;
	backoff_event_init(&event, sizeof(event));
	event.type = BACKOFF_EVENT_ATTEMPT;
	event.operation = last->operation;
	event.policy = last->policy;
	event.outcome = BACKOFF_OUTCOME_FAILURE;
	for (uint64_t i = 1; i < bo_min(attempts, WHOLE_MAX); i++) {
		event.attempt = i;
		event.kind = i > 1 ? BACKOFF_KIND_RETRY : BACKOFF_KIND_FIRST;
		backoff_metrics_count(metrics, &event);
	}
}

/* The retries of a call that ended, for logs that only number attempts. */
static void
complete(struct backoff_event *event)
{
	uint64_t number = event->attempts != BACKOFF_ABSENT ? event->attempts
							    : event->attempt;

	if (event->retries == BACKOFF_ABSENT && number != BACKOFF_ABSENT)
		event->retries = bo_sub_sat(number, 1);
}

static void
count(void *user, const struct backoff_event *from, bool whole)
{
	const struct rt_counters *counters = user;
	char operation[RT_CLEAN_MAX], policy[RT_CLEAN_MAX];
	struct backoff_event event = *from;

	if (counters->only_new && !counters->ingest->caught_up)
		return;
	if (from->operation != NULL)
		event.operation = rt_label_clean(from->operation, operation);
	if (from->policy != NULL)
		event.policy = rt_label_clean(from->policy, policy);
	complete(&event);
	if (whole)
		count_earlier(counters->metrics, &event);
	backoff_metrics_count(counters->metrics, &event);
}

bool
rt_counters_begin(struct rt_counters *counters, struct rt_ingest *ingest,
		  bool only_new)
{
	counters->ingest = ingest;
	counters->only_new = only_new;
	if (backoff_metrics_new(RT_COUNTERS_MAX, &counters->metrics) !=
	    BACKOFF_OK)
		return false;
	ingest->on_event = count;
	ingest->on_event_user = counters;
	return true;
}

void
rt_counters_end(struct rt_counters *counters)
{
	backoff_metrics_free(counters->metrics);
	*counters = (struct rt_counters){0};
}
