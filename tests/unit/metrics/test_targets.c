/* Tests of src/metrics/series: the label `target`, and its limit. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <sys/wait.h>
#include <unistd.h>

#include "unit/metrics/text.h"

static void
count_call(struct backoff_metrics *metrics, const char *operation,
	   const char *target)
{
	struct backoff_event event;

	backoff_event_init(&event, sizeof(event));
	event.type = BACKOFF_EVENT_SUCCESS;
	event.operation = operation;
	event.policy = "p";
	event.target = target;
	event.outcome = BACKOFF_OUTCOME_SUCCESS;
	event.stop = BACKOFF_STOP_SUCCESS;
	event.kind = BACKOFF_KIND_FIRST;
	backoff_metrics_count(metrics, &event);
}

static double
calls_of(const char *text, const char *labels, unsigned *count)
{
	char begin[200];

	snprintf(begin, sizeof(begin),
		 "retry_operations_total{%s,result=", labels);
	return sum_of(text, begin, count);
}

static struct backoff_metrics *
with_targets(uint32_t pairs, uint32_t limit)
{
	struct backoff_metrics *metrics = metrics_of(pairs);

	cr_assert(backoff_metrics_set_targets(metrics, limit) == BACKOFF_OK);
	return metrics;
}

Test(metrics_targets, arguments_are_checked)
{
	struct backoff_metrics *metrics = metrics_of(1);

	cr_expect(backoff_metrics_set_targets(NULL, 1) == BACKOFF_E_ARGUMENT);
	cr_expect(backoff_metrics_set_targets(metrics, 65537) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_metrics_set_targets(metrics, 65536) == BACKOFF_OK);
	cr_expect(backoff_metrics_set_targets(metrics, 0) == BACKOFF_OK);
	count_call(metrics, "op", "t");
	cr_expect(backoff_metrics_set_targets(metrics, 1) == BACKOFF_E_STATE);
	backoff_metrics_free(metrics);
}

/* A program with many targets is safe if it does not ask for the label. */
Test(metrics_targets, there_is_no_label_by_default)
{
	struct backoff_metrics *metrics = metrics_of(10);
	unsigned count;
	char *text, name[32];

	for (unsigned i = 0; i < 100000; i++) {
		snprintf(name, sizeof(name), "host%u:443", i);
		count_call(metrics, "op", name);
	}
	text = open_text_of(metrics);
	cr_expect(calls_of(text, "op=\"op\",policy=\"p\"", &count) == 100000 &&
		  count == 1);
	cr_expect(strstr(text, "target") == NULL);
	free(text);
	backoff_metrics_free(metrics);
}

Test(metrics_targets, each_target_has_series)
{
	struct backoff_metrics *metrics = with_targets(3, 4);
	char *text;

	for (int i = 0; i < 3; i++) {
		count_call(metrics, "a", "x");
		count_call(metrics, "a", "y\n\"");
		count_call(metrics, "b", "x");
	}
	count_call(metrics, "a", NULL);
	count_call(metrics, "a", "");
	text = open_text_of(metrics);
	cr_expect(calls_of(text, "op=\"a\",policy=\"p\",target=\"x\"", NULL) ==
		  3);
	cr_expect(calls_of(text, "op=\"a\",policy=\"p\",target=\"y?\\\"\"",
			   NULL) == 3);
	cr_expect(calls_of(text, "op=\"b\",policy=\"p\",target=\"x\"", NULL) ==
		  3);
	cr_expect(calls_of(text, "op=\"a\",policy=\"p\"", NULL) == 2,
		  "without a target there is no label");
	cr_expect(sum_of(text, "retry_metrics_targets_folded_total", NULL) ==
		  0);
	free(text);
	backoff_metrics_free(metrics);
}

Test(metrics_targets, above_the_limit_events_count_as_other)
{
	static const uint32_t limits[] = {1, 2, 7, 100};

	for (size_t i = 0; i < COUNT(limits); i++) {
		struct backoff_metrics *metrics = with_targets(2, limits[i]);
		unsigned count;
		char *text, name[32];

		/* Two rounds: a target stays where it was counted first. */
		for (int round = 0; round < 2; round++)
			for (unsigned k = 0; k < 3 * limits[i]; k++) {
				snprintf(name, sizeof(name), "t%u", k);
				count_call(metrics, "a", name);
			}
		count_call(metrics, "b", "t0");
		count_call(metrics, "c", "t0");
		text = open_text_of(metrics);
		cr_expect(sum_of(text, "retry_operations_total", &count) ==
			  6 * limits[i] + 2);
		cr_expect(count == limits[i] + 3, "%u series", count);
		cr_expect(calls_of(text,
				   "op=\"a\",policy=\"p\",target=\"_other\"",
				   NULL) == 4 * limits[i]);
		cr_expect(calls_of(text,
				   "op=\"b\",policy=\"p\",target=\"_other\"",
				   NULL) == 1);
		cr_expect(calls_of(text, "op=\"_other\",policy=\"_other\"",
				   NULL) == 1,
			  "above the limit of pairs");
		cr_expect(sum_of(text, "retry_metrics_targets_folded_total",
				 NULL) == 4 * limits[i] + 1);
		cr_expect(sum_of(text, "retry_metrics_folded_total", NULL) ==
			  1);
		free(text);
		backoff_metrics_free(metrics);
	}
}

Test(metrics_targets, a_child_counts_from_zero)
{
	struct backoff_metrics *metrics = with_targets(1, 1);
	char *text;
	int status = -1;
	pid_t child;

	for (int i = 0; i < 5; i++)
		count_call(metrics, "a", i < 3 ? "x" : "y");
	child = fork();
	if (child == 0) {
		text = open_text_of(metrics);
		status = sum_of(text, "retry_operations_total", NULL) != 0 ||
			 sum_of(text, "retry_metrics_targets_folded_total",
				NULL) != 0;
		free(text);
		count_call(metrics, "a", "x");
		text = open_text_of(metrics);
		status |= calls_of(text, "op=\"a\",policy=\"p\",target=\"x\"",
				   NULL) != 1;
		free(text);
		_exit(status);
	}
	cr_assert(waitpid(child, &status, 0) == child && status == 0);
	backoff_metrics_free(metrics);
}
