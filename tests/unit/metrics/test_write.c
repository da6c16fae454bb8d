/* Tests of src/metrics/write, and of watched guards and sinks: the text. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <fcntl.h>
#include <unistd.h>

#include <backoff/engine.h>

#include "unit/metrics/text.h"
#include "unit/policy/policies.h"

static void
count_wait(struct backoff_metrics *metrics)
{
	struct backoff_event event;

	backoff_event_init(&event, sizeof(event));
	event.type = BACKOFF_EVENT_ATTEMPT;
	event.operation = "o";
	event.policy = "p";
	event.kind = BACKOFF_KIND_FIRST;
	event.outcome = BACKOFF_OUTCOME_FAILURE;
	event.failure_class = BACKOFF_CLASS_SERVER;
	event.delay_ns = 750 * MS;
	event.delay_source = BACKOFF_DELAY_SOURCE_BACKOFF;
	backoff_metrics_count(metrics, &event);
}

Test(metrics_write, each_format_has_its_own_heads)
{
	static const struct {
		enum backoff_metrics_format format;
		const char *has[4], *has_not[3];
	} row[] = {
		{BACKOFF_METRICS_OPENMETRICS,
		 {"# HELP retry_attempts Attempts",
		  "\n# TYPE retry_attempts counter\nretry_attempts_total{",
		  "\n# TYPE retry_delay_seconds histogram\n"
		  "# UNIT retry_delay_seconds seconds\n",
		  "# TYPE retry_operation_retries histogram\n# HELP"},
		 {"TYPE retry_attempts_total", "UNIT retry_operation_retries",
		  "\n\n"}},
		{BACKOFF_METRICS_PROMETHEUS,
		 {"# HELP retry_attempts_total Attempts",
		  "\n# TYPE retry_attempts_total counter\n"
		  "retry_attempts_total{",
		  "\n# TYPE retry_delay_seconds histogram\n"
		  "retry_delay_seconds_bucket{",
		  "# TYPE retry_inflight gauge\n# HELP"},
		 {"# UNIT", "EOF", "TYPE retry_attempts counter"}},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_metrics *metrics = metrics_of(1);
		char *text;

		count_wait(metrics);
		text = text_of(metrics, row[i].format, 0);
		for (size_t k = 0; k < COUNT(row[i].has); k++)
			cr_expect(strstr(text, row[i].has[k]) != NULL,
				  "%s is not in\n%s", row[i].has[k], text);
		for (size_t k = 0; k < COUNT(row[i].has_not); k++)
			cr_expect(strstr(text, row[i].has_not[k]) == NULL,
				  "%s is in\n%s", row[i].has_not[k], text);
		free(text);
		backoff_metrics_free(metrics);
	}
}

Test(metrics_write, open_metrics_ends_with_eof)
{
	struct backoff_metrics *metrics = metrics_of(1);
	char *text = open_text_of(metrics);

	cr_expect(strcmp(text + strlen(text) - 8, "0\n# EOF\n") == 0);
	cr_expect(strstr(text, "# EOF") == text + strlen(text) - 6);
	free(text);
	backoff_metrics_free(metrics);
}

Test(metrics_write, a_histogram_is_complete)
{
	static const struct {
		const char *le;
		int count;
	} row[] = {{"0.001", 0}, {"0.005", 0}, {"0.01", 0},  {"0.025", 0},
		   {"0.05", 0},  {"0.1", 0},   {"0.25", 0},  {"0.5", 0},
		   {"1.0", 2},   {"2.5", 2},   {"5.0", 2},   {"10.0", 2},
		   {"30.0", 2},  {"60.0", 2},  {"300.0", 2}, {"+Inf", 2}};
	static const char labels[] =
		"op=\"o\",policy=\"p\",delay_src=\"backoff\"";
	struct backoff_metrics *metrics = metrics_of(1);
	char want[4096], *text;
	size_t n = 0;

	count_wait(metrics);
	count_wait(metrics);
	for (size_t i = 0; i < COUNT(row); i++)
		n += (size_t)snprintf(want + n, sizeof(want) - n,
				      "retry_delay_seconds_bucket{%s,le="
				      "\"%s\"} %d\n",
				      labels, row[i].le, row[i].count);
	snprintf(want + n, sizeof(want) - n,
		 "retry_delay_seconds_count{%s} 2\n"
		 "retry_delay_seconds_sum{%s} 1.5\n#",
		 labels, labels);
	text = open_text_of(metrics);
	cr_expect(strstr(text, want) != NULL, "%s in\n%s", want, text);
	free(text);
	backoff_metrics_free(metrics);
}

Test(metrics_write, a_text_is_cut_as_snprintf_cuts)
{
	struct backoff_metrics *metrics = metrics_of(1);
	char *whole, *part;
	size_t length;

	count_wait(metrics);
	whole = open_text_of(metrics);
	length = strlen(whole);
	part = malloc(length + 2);
	cr_assert(part != NULL);
	for (size_t size = 1; size <= length + 1; size += 97) {
		memset(part, '#', length + 2);
		cr_expect(backoff_metrics_write(metrics,
						BACKOFF_METRICS_OPENMETRICS, 0,
						part, size) == length);
		cr_expect(strlen(part) == size - 1);
		cr_expect(memcmp(part, whole, size - 1) == 0);
		cr_expect(part[size] == '#');
	}
	free(part);
	free(whole);
	backoff_metrics_free(metrics);
}

Test(metrics_write, formats_have_content_types)
{
	cr_expect(strcmp(backoff_metrics_content_type(
				 BACKOFF_METRICS_OPENMETRICS),
			 "application/openmetrics-text; version=1.0.0; "
			 "charset=utf-8") == 0);
	cr_expect(
		strcmp(backoff_metrics_content_type(BACKOFF_METRICS_PROMETHEUS),
		       "text/plain; version=0.0.4; charset=utf-8") == 0);
	cr_expect(backoff_metrics_content_type(
			  (enum backoff_metrics_format)2) == NULL);
}

static struct backoff_guard *
guard_of(const char *rules)
{
	char text[256];
	struct backoff_policy *policy;
	struct backoff_guard *guard = NULL;

	snprintf(text, sizeof(text),
		 "{\"name\":\"G\",\"max_attempts\":3,\"base_delay\":1%s}",
		 rules);
	policy = policy_of(text);
	cr_assert(backoff_guard_new(policy, &guard) == BACKOFF_OK);
	backoff_policy_unref(policy);
	return guard;
}

#define TOKENS(name, n) "retry_budget_tokens{budget=\"" name "\"} " n "\n"
#define CAPACITY(name, n) "retry_budget_capacity{budget=\"" name "\"} " n "\n"
#define STATES(name, closed, open, half)                                       \
	"retry_breaker_state{breaker=\"" name "\",state=\"closed\"} " closed   \
	"\nretry_breaker_state{breaker=\"" name "\",state=\"open\"} " open     \
	"\nretry_breaker_state{breaker=\"" name                                \
	"\",state=\"half_open\"} " half "\n"

Test(metrics_write, a_guard_shows_only_what_it_has)
{
	static const struct {
		const char *rules;
		const char *tokens, *capacity, *states;
	} row[] = {
		{",\"budget\":\"token_bucket\"", TOKENS("g", "500"),
		 CAPACITY("g", "500"), NULL},
		{",\"budget\":{\"kind\":\"throttle\",\"max_tokens\":2.5}",
		 TOKENS("g", "2.500"), CAPACITY("g", "2.500"), NULL},
		{",\"budget\":\"ratio\"", TOKENS("g", "500"), NULL, NULL},
		{",\"budget\":\"concurrency\"", TOKENS("g", "3"),
		 CAPACITY("g", "3"), NULL},
		{",\"breaker\":{\"window\":2}", NULL, NULL,
		 STATES("g", "1", "0", "0")},
		{"", NULL, NULL, NULL},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_metrics *metrics = metrics_of(1);
		struct backoff_guard *guard = guard_of(row[i].rules);
		unsigned samples;
		char *text;

		cr_assert(backoff_metrics_watch_guard(metrics, "g", guard) ==
			  BACKOFF_OK);
		text = open_text_of(metrics);
		sum_of(text, "retry_budget_tokens{", &samples);
		cr_expect(samples == (row[i].tokens != NULL));
		sum_of(text, "retry_budget_capacity{", &samples);
		cr_expect(samples == (row[i].capacity != NULL));
		sum_of(text, "retry_breaker_state{", &samples);
		cr_expect(samples == (row[i].states != NULL ? 3 : 0));
		cr_expect(row[i].tokens == NULL ||
				  strstr(text, row[i].tokens) != NULL,
			  "%s: %s", row[i].rules, text);
		cr_expect(row[i].capacity == NULL ||
				  strstr(text, row[i].capacity) != NULL,
			  "%s: %s", row[i].rules, text);
		cr_expect(row[i].states == NULL ||
				  strstr(text, row[i].states) != NULL,
			  "%s: %s", row[i].rules, text);
		free(text);
		backoff_metrics_free(metrics);
		backoff_guard_free(guard);
	}
}

/* The caller passes the time: an open breaker becomes half open by itself. */
Test(metrics_write, a_breaker_is_shown_at_the_time_given)
{
	struct backoff_metrics *metrics = metrics_of(1);
	struct backoff_policy *policy = policy_of(
		"{\"name\":\"G\",\"max_attempts\":1,\"breaker\":{\"window\":2,"
		"\"min_attempts\":2,\"cooldown\":10}}");
	const struct backoff_outcome failure = {
		.kind = BACKOFF_OUTCOME_FAILURE,
		.failure_class = BACKOFF_CLASS_TRANSIENT};
	struct backoff_decision decision;
	struct backoff_state state;
	struct backoff_guard *guard;
	char *text;

	cr_assert(backoff_guard_new(policy, &guard) == BACKOFF_OK);
	cr_assert(backoff_metrics_watch_guard(metrics, "db \"1\"\n", guard) ==
		  BACKOFF_OK);
	for (int i = 0; i < 2; i++) {
		backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER,
				     &decision);
		backoff_engine_join(&state, guard, 0, &decision);
		backoff_engine_decide(policy, &state, &failure, 0, 0,
				      &decision);
	}
	text = text_of(metrics, BACKOFF_METRICS_OPENMETRICS, 1 * S);
	cr_expect(strstr(text, STATES("db \\\"1\\\"?", "0", "1", "0")) != NULL,
		  "%s", text);
	free(text);
	text = text_of(metrics, BACKOFF_METRICS_OPENMETRICS, 11 * S);
	cr_expect(strstr(text, STATES("db \\\"1\\\"?", "0", "0", "1")) != NULL,
		  "%s", text);
	free(text);
	backoff_metrics_free(metrics);
	backoff_guard_free(guard);
	backoff_policy_unref(policy);
}

Test(metrics_write, watching_can_be_refused)
{
	static char long_name[258];
	struct backoff_metrics *metrics = metrics_of(2);
	struct backoff_guard *guard = guard_of(",\"budget\":\"ratio\"");
	struct backoff_sink *sink;

	memset(long_name, 'x', sizeof(long_name) - 1);
	cr_assert(backoff_sink_fd_new(2, 0, &sink) == BACKOFF_OK);
#define WATCH(name, guard) backoff_metrics_watch_guard(metrics, name, guard)
	cr_expect(WATCH(NULL, guard) == BACKOFF_E_ARGUMENT);
	cr_expect(WATCH("", guard) == BACKOFF_E_ARGUMENT);
	cr_expect(WATCH(long_name, guard) == BACKOFF_E_ARGUMENT);
	cr_expect(WATCH("g", NULL) == BACKOFF_E_ARGUMENT);
	cr_expect(backoff_metrics_watch_guard(NULL, "g", guard) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_metrics_watch_sink(metrics, NULL) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_metrics_watch_sink(NULL, sink) == BACKOFF_E_ARGUMENT);
	cr_expect(backoff_metrics_unwatch(metrics, NULL) == BACKOFF_E_ARGUMENT);
	cr_expect(backoff_metrics_unwatch(NULL, guard) == BACKOFF_E_ARGUMENT);
	cr_expect(backoff_metrics_unwatch(metrics, guard) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(WATCH("g\001", guard) == BACKOFF_OK);
	cr_expect(WATCH("g\002", guard) == BACKOFF_E_STATE,
		  "the labels would be equal");
	cr_expect(backoff_metrics_watch_sink(metrics, sink) == BACKOFF_OK);
	cr_expect(backoff_metrics_watch_sink(metrics, sink) == BACKOFF_E_STATE);
	cr_expect(WATCH("h", guard) == BACKOFF_E_LIMIT);
	cr_expect(backoff_metrics_unwatch(metrics, sink) == BACKOFF_OK);
	cr_expect(WATCH("h", guard) == BACKOFF_OK);
	cr_expect(backoff_metrics_unwatch(metrics, guard) == BACKOFF_OK,
		  "both names");
	cr_expect(WATCH("g\002", guard) == BACKOFF_OK);
	cr_expect(WATCH("h", guard) == BACKOFF_OK);
#undef WATCH
	backoff_metrics_free(metrics);
	backoff_guard_free(guard);
	backoff_sink_free(sink);
}

/* A sink on a full disk loses all events; losses of a sink that was freed still
 * count. */
Test(metrics_write, losses_of_sinks_never_decrease)
{
	struct backoff_metrics *metrics = metrics_of(2);
	struct backoff_event event;
	struct backoff_sink *sink[2];
	char *text;

	backoff_event_init(&event, sizeof(event));
	event.type = BACKOFF_EVENT_DROPPED;
	event.operation = "o";
	event.dropped = 100;
	for (int i = 0; i < 2; i++) {
		cr_assert(backoff_sink_file_new("/dev/full", &sink[i]) ==
			  BACKOFF_OK);
		cr_assert(backoff_metrics_watch_sink(metrics, sink[i]) ==
			  BACKOFF_OK);
		for (int k = 0; k < 3 + i; k++)
			backoff_sink_emit(sink[i], &event);
	}
	backoff_metrics_count(metrics, &event);
	for (int round = 0; round < 3; round++) {
		text = open_text_of(metrics);
		cr_expect(sum_of(text, "retry_events_dropped_total", NULL) ==
			  107);
		free(text);
		if (round < 2) {
			cr_assert(backoff_metrics_unwatch(
					  metrics, sink[round]) == BACKOFF_OK);
			backoff_sink_free(sink[round]);
		}
	}
	backoff_metrics_free(metrics);
}
