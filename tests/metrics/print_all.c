/* Prints metrics of everything: each kind of event, and hostile names.
 * Argument: openmetrics or prometheus. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <backoff.h>

#define MUST(call)                                                             \
	do {                                                                   \
		if ((call) != BACKOFF_OK)                                      \
			exit(4);                                               \
	} while (0)

/* Every value of every label, and unknown values. */
static void
count_each(struct backoff_metrics *metrics, const char *name)
{
	for (int i = 0; i < 720; i++) {
		struct backoff_event e;

		backoff_event_init(&e, sizeof(e));
		e.type = (enum backoff_event_type)(i % 9);
		e.operation = name;
		e.policy = name;
		e.kind = (enum backoff_kind)(i % 5);
		e.outcome = i % 6 - 1;
		e.failure_class = i % 10 - 1;
		e.stop = (enum backoff_stop)(i % 16);
		e.delay_source = (enum backoff_delay_source)(i % 5);
		e.hint_action = (enum backoff_hint_action)(i % 6);
		e.breaker = name;
		e.duration_ns = e.elapsed_ns = (uint64_t)i * 123456789;
		e.delay_ns = e.backoff_ns = e.elapsed_ns / 2;
		e.retries = (uint64_t)(i % 13);
		e.attempt = e.attempts = (uint64_t)(i % 13 + 1);
		e.dropped = 1;
		backoff_metrics_count(metrics, &e);
	}
}

static struct backoff_guard *
watch(struct backoff_metrics *metrics)
{
	static const char text[] =
		"{\"name\":\"P\",\"max_attempts\":2,\"budget\":\"throttle\","
		"\"breaker\":{\"window\":9}}";
	struct backoff_policy *policy;
	struct backoff_guard *guard;

	MUST(backoff_policy_parse(text, strlen(text), NULL, &policy, NULL));
	MUST(backoff_guard_new(policy, &guard));
	MUST(backoff_metrics_watch_guard(metrics, "a\n\"b\\\377", guard));
	MUST(backoff_metrics_watch_guard(metrics, "b", guard));
	backoff_policy_unref(policy);
	return guard;
}

int
main(int argc, char **argv)
{
	static const char *const hostile[] = {
		"",
		"plain",
		"\n",
		"a\nretry_attempts_total 5",
		"\r\n# EOF\n",
		"\"",
		"\\",
		"\\\"} 1",
		"\\n",
		"a{b=\"c\"}",
		"\303\274\342\202\254\360\237\230\200",
		"\303",
		"\355\240\200",
		"\300\200\370\377",
		"\302\205\342\200\250",
		"_other",
		" ",
	};
	enum backoff_metrics_format format =
		argc > 1 && strcmp(argv[1], "prometheus") == 0
			? BACKOFF_METRICS_PROMETHEUS
			: BACKOFF_METRICS_OPENMETRICS;
	struct backoff_metrics *metrics;
	struct backoff_guard *guard;
	char every[256], *text;
	size_t size;

	MUST(backoff_metrics_new(20, &metrics));
	guard = watch(metrics);
	for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i++)
		count_each(metrics, hostile[i]);
	/* Every byte except NUL; then more than fits. */
	for (int i = 0; i < 255; i++)
		every[i] = (char)(i + 1);
	every[255] = '\0';
	for (int i = 0; i < 5; i++)
		count_each(metrics, every + i);
	size = backoff_metrics_write(metrics, format, 0, NULL, 0) + 1;
	text = malloc(size);
	if (text == NULL)
		return 4;
	backoff_metrics_write(metrics, format, 0, text, size);
	fputs(text, stdout);
	free(text);
	backoff_metrics_free(metrics);
	backoff_guard_free(guard);
	return 0;
}
