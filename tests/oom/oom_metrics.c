/* Allocation failure while metrics are made and while they count; no count is
 * lost. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <backoff.h>

#include "oom.h"

static const char policy_text[] =
	"{\"name\":\"P\",\"max_attempts\":2,\"budget\":\"throttle\"}";

/* The sum of a counter's samples. No label here has a space. */
static double
sum_of(struct tap *tap, struct backoff_metrics *metrics, const char *begin)
{
	static char text[1 << 17];
	size_t length = backoff_metrics_write(
		metrics, BACKOFF_METRICS_OPENMETRICS, 0, text, sizeof(text));
	double sum = 0;

	TAP_MUST(tap, length < sizeof(text));
	for (const char *at = text; *at != '\0'; at = strchr(at, '\n') + 1)
		if (strncmp(at, begin, strlen(begin)) == 0)
			sum += strtod(strchr(at, ' '), NULL);
	return sum;
}

/* Events of operations without memory for a series still count. */
static enum backoff_status
count_events(struct tap *tap)
{
	static const char *const names[] = {"a", "b", "c", "a", "b", "c"};
	struct backoff_metrics *metrics = OOM_UNTOUCHED;
	enum backoff_status status = backoff_metrics_new(8, &metrics);

	TAP_MUST(tap, (status == BACKOFF_OK) == (metrics != OOM_UNTOUCHED));
	if (status != BACKOFF_OK)
		return status;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct backoff_event event;

		backoff_event_init(&event, sizeof(event));
		event.type = BACKOFF_EVENT_SUCCESS;
		event.operation = names[i];
		event.outcome = BACKOFF_OUTCOME_SUCCESS;
		backoff_metrics_count(metrics, &event);
	}
	TAP_EQUAL(tap, sum_of(tap, metrics, "retry_operations_total{"), 6);
	TAP_EQUAL(tap, sum_of(tap, metrics, "retry_metrics_folded_total"),
		  sum_of(tap, metrics, "retry_operations_total{op=\"_other\""));
	backoff_metrics_free(metrics);
	return BACKOFF_OK;
}

static enum backoff_status
watch(struct tap *tap, struct backoff_metrics *metrics,
      const struct backoff_guard *guard, struct backoff_sink *sink)
{
	enum backoff_status status =
		backoff_metrics_watch_guard(metrics, "g", guard);

	TAP_EQUAL(tap, sum_of(tap, metrics, "retry_budget_tokens{budget=\"g\""),
		  status == BACKOFF_OK ? 10 : 0);
	if (status == BACKOFF_OK)
		status = backoff_metrics_watch_sink(metrics, sink);
	if (status == BACKOFF_OK)
		status = backoff_metrics_unwatch(metrics, guard);
	return status;
}

/* Watch a guard and a sink, one of them until the end. */
static enum backoff_status
watch_both(struct tap *tap)
{
	struct backoff_metrics *metrics = NULL;
	struct backoff_policy *policy = NULL;
	struct backoff_guard *guard = NULL;
	struct backoff_sink *sink = NULL;
	enum backoff_status status = backoff_policy_parse(
		policy_text, sizeof(policy_text) - 1, NULL, &policy, NULL);

	if (status == BACKOFF_OK)
		status = backoff_guard_new(policy, &guard);
	if (status == BACKOFF_OK)
		status = backoff_metrics_new(2, &metrics);
	if (status == BACKOFF_OK)
		status = backoff_sink_callback_new(backoff_metrics_count,
						   metrics, &sink);
	if (status == BACKOFF_OK)
		status = watch(tap, metrics, guard, sink);
	backoff_metrics_free(metrics);
	backoff_sink_free(sink);
	backoff_guard_free(guard);
	backoff_policy_unref(policy);
	return status;
}

const struct oom_scenario oom_metrics[] = {
	{"events of three operations", count_events, BACKOFF_OK,
	 BACKOFF_E_NOMEM, 1},
	{"a guard and a sink, watched", watch_both, BACKOFF_OK, BACKOFF_E_NOMEM,
	 0},
	{NULL, NULL, BACKOFF_OK, BACKOFF_OK, 0},
};
