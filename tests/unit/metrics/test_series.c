/* Tests of src/metrics/series: names, the limit, and sums that lose nothing. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <sys/wait.h>
#include <unistd.h>

#include "metrics/metrics.h"
#include "unit/metrics/text.h"

static void
count_call(struct backoff_metrics *metrics, const char *operation,
	   const char *policy)
{
	struct backoff_event event;

	backoff_event_init(&event, sizeof(event));
	event.type = BACKOFF_EVENT_SUCCESS;
	event.operation = operation;
	event.policy = policy;
	event.outcome = BACKOFF_OUTCOME_SUCCESS;
	event.stop = BACKOFF_STOP_SUCCESS;
	event.kind = BACKOFF_KIND_FIRST;
	backoff_metrics_count(metrics, &event);
}

Test(metrics_series, arguments_are_checked)
{
	struct backoff_metrics *metrics = NULL;

	cr_expect(backoff_metrics_new(0, &metrics) == BACKOFF_E_ARGUMENT);
	cr_expect(backoff_metrics_new(65537, &metrics) == BACKOFF_E_ARGUMENT);
	cr_expect(backoff_metrics_new(1, NULL) == BACKOFF_E_ARGUMENT);
	cr_expect(metrics == NULL);
	metrics = metrics_of(65536);
	backoff_metrics_free(metrics);
	backoff_metrics_free(NULL);
}

/* The labels of the only operation that was counted. */
Test(metrics_series, a_name_is_one_clean_label)
{
	static char long_name[BO_LABEL_MAX + 20], cut_name[BO_LABEL_MAX + 1];
	static char cut_inside[BO_LABEL_MAX + 2];
	const struct {
		const char *why, *name, *want;
	} row[] = {
		{"plain", "get_user", "get_user"},
		{"none", NULL, ""},
		{"empty", "", ""},
		{"a quote and a backslash", "a\"b\\c", "a\\\"b\\\\c"},
		{"only characters to escape", "\\\\\"", "\\\\\\\\\\\""},
		{"a newline would begin a sample", "a\nb 1", "a?b 1"},
		{"control characters", "a\tb\033[2J\177", "a?b?[2J?"},
		{"UTF-8 stays", "pr\303\274fen", "pr\303\274fen"},
		{"invalid UTF-8", "a\377b\300\200c", "a?b??c"},
		{"braces and commas are text", "a{b=\"c\"},",
		 "a{b=\\\"c\\\"},"},
		{"too long", long_name, cut_name},
		{"cut inside a character", cut_inside, cut_name + 1},
	};

	memset(long_name, 'x', sizeof(long_name) - 1);
	memset(cut_name, 'x', BO_LABEL_MAX);
	memset(cut_inside, 'x', BO_LABEL_MAX - 1);
	memcpy(cut_inside + BO_LABEL_MAX - 1, "\303\274", 2);
	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_metrics *metrics = metrics_of(1);
		char want[3 * BO_LABEL_MAX], *text;

		/* Twice: the second time the series exists already. */
		count_call(metrics, row[i].name, "p");
		count_call(metrics, row[i].name, "p");
		text = open_text_of(metrics);
		snprintf(want, sizeof(want),
			 "retry_operations_total{op=\"%s\",policy=\"p\","
			 "result=\"success\",retried=\"false\",stop_reason="
			 "\"success\"} 2\n",
			 row[i].want);
		cr_expect(strstr(text, want) != NULL, "%s: want %s in\n%s",
			  row[i].why, want, text);
		free(text);
		backoff_metrics_free(metrics);
	}
}

/* Two samples with the same labels would make the text invalid. */
Test(metrics_series, names_with_the_same_label_are_one_series)
{
	static const char *const alike[] = {"a\001", "a\002", "a\377",
					    "a\303", "a?",    "a\n"};
	struct backoff_metrics *metrics = metrics_of(2);
	unsigned count;
	char *text;

	for (size_t i = 0; i < COUNT(alike); i++)
		count_call(metrics, alike[i], alike[i]);
	text = open_text_of(metrics);
	/* "a\303" ends in half a character. */
	cr_expect(sum_of(text,
			 "retry_operations_total{op=\"a?\",policy="
			 "\"a?\",",
			 &count) == 5 &&
			  count == 1,
		  "%s", text);
	cr_expect(sum_of(text, "retry_operations_total{op=\"a\",", &count) ==
			  1 &&
		  count == 1);
	cr_expect(sum_of(text, "retry_metrics_folded_total", NULL) == 0);
	free(text);
	backoff_metrics_free(metrics);
}

Test(metrics_series, both_names_identify_a_series)
{
	static const char *const pair[][2] = {
		{"ab", "c"}, {"a", "bc"}, {"abc", ""}, {"", "abc"}};
	struct backoff_metrics *metrics = metrics_of(4);
	unsigned count;
	char *text;

	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < COUNT(pair); i++)
			count_call(metrics, pair[i][0], pair[i][1]);
	text = open_text_of(metrics);
	cr_expect(sum_of(text, "retry_operations_total", &count) == 12);
	cr_expect(count == 4);
	for (size_t i = 0; i < COUNT(pair); i++) {
		char begin[128];

		snprintf(begin, sizeof(begin),
			 "retry_operations_total{op=\"%s\",policy=\"%s\",",
			 pair[i][0], pair[i][1]);
		cr_expect(sum_of(text, begin, &count) == 3, "%s", begin);
	}
	free(text);
	backoff_metrics_free(metrics);
}

Test(metrics_series, above_the_limit_events_count_as_other)
{
	static const uint32_t limits[] = {1, 2, 3, 7, 100};

	for (size_t i = 0; i < COUNT(limits); i++) {
		struct backoff_metrics *metrics = metrics_of(limits[i]);
		unsigned count;
		char *text, name[32];

		for (int round = 0; round < 2; round++)
			for (unsigned k = 0; k < 3 * limits[i]; k++) {
				snprintf(name, sizeof(name), "op%u", k);
				count_call(metrics, name, "p");
			}
		/* An operation with this name does not get a second series. */
		count_call(metrics, "_other", "_other");
		text = open_text_of(metrics);
		cr_expect(sum_of(text, "retry_operations_total", &count) ==
			  6 * limits[i] + 1);
		cr_expect(count == limits[i] + 1);
		cr_expect(sum_of(text,
				 "retry_operations_total{op=\"_other\","
				 "policy=\"_other\",",
				 &count) == 4 * limits[i] + 1 &&
			  count == 1);
		cr_expect(sum_of(text, "retry_metrics_folded_total", NULL) ==
			  4 * limits[i]);
		for (unsigned k = 0; k < limits[i]; k++) {
			snprintf(name, sizeof(name), "op=\"op%u\",", k);
			cr_expect(strstr(text, name) != NULL, "%s", name);
		}
		free(text);
		backoff_metrics_free(metrics);
	}
}

/* The expected sums, counted independently. */
struct tally {
	double attempts, operations, retried, delays, transitions, starts;
	double hints, unknown, dropped;
};

static uint64_t
next(uint64_t *random)
{
	/* xorshift64 (G. Marsaglia, 2003). */
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random;
}

static void
feed_any(struct backoff_metrics *metrics, struct tally *tally, uint64_t *random)
{
	struct backoff_event e;
	char operation[16], policy[16];

	backoff_event_init(&e, sizeof(e));
	snprintf(operation, sizeof(operation), "op%u",
		 (unsigned)(next(random) % 9));
	snprintf(policy, sizeof(policy), "p%u", (unsigned)(next(random) % 3));
	e.type = (enum backoff_event_type)(next(random) % 9);
	e.operation = operation;
	e.policy = policy;
	e.kind = (enum backoff_kind)(next(random) % 4);
	e.outcome = (int)(next(random) % 3);
	e.failure_class = (int)(next(random) % 10) - 1;
	e.stop = (enum backoff_stop)(next(random) % 16);
	e.duration_ns = next(random) % (400 * S);
	e.elapsed_ns = next(random) % (400 * S);
	e.attempt = next(random) % 4;
	if (next(random) % 2)
		e.delay_ns = next(random) % (400 * S);
	e.delay_source = (enum backoff_delay_source)(next(random) % 4);
	e.hint_action = (enum backoff_hint_action)(next(random) % 5);
	if (next(random) % 2)
		e.retries = next(random) % 12;
	e.dropped = next(random) % 5;
	backoff_metrics_count(metrics, &e);
	switch (e.type) {
	case BACKOFF_EVENT_ATTEMPT:
		tally->delays += e.delay_ns != BACKOFF_ABSENT;
		break;
	case BACKOFF_EVENT_SUCCESS:
	case BACKOFF_EVENT_EXHAUSTED:
	case BACKOFF_EVENT_ABORTED:
		tally->operations++;
		tally->retried += e.retries != BACKOFF_ABSENT && e.retries > 0;
		break;
	case BACKOFF_EVENT_STARTED:
		tally->starts++;
		return;
	case BACKOFF_EVENT_BREAKER_TRANSITION:
		tally->transitions++;
		return;
	case BACKOFF_EVENT_DROPPED:
		tally->dropped += (double)e.dropped;
		return;
	default:
		tally->unknown++;
		return;
	}
	tally->attempts++;
	tally->hints += e.hint_action != BACKOFF_HINT_ACTION_NONE;
}

Test(metrics_series, sums_over_series_are_exact)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct backoff_metrics *metrics =
			metrics_of((uint32_t)(1 + seed % 30));
		struct tally want = {0};
		uint64_t random = seed * UINT64_C(0x9e3779b97f4a7c15);
		char *text;

		for (int i = 0; i < 2000; i++)
			feed_any(metrics, &want, &random);
		text = open_text_of(metrics);
#define SUM(name) sum_of(text, name, NULL)
		cr_expect(SUM("retry_attempts_total") == want.attempts);
		cr_expect(SUM("retry_attempt_duration_seconds_count") ==
			  want.attempts);
		cr_expect(SUM("retry_operations_total") == want.operations);
		cr_expect(SUM("retry_operation_duration_seconds_count") ==
			  want.operations);
		cr_expect(SUM("retry_operation_retries_count") == want.retried);
		cr_expect(SUM("retry_delay_seconds_count") == want.delays);
		cr_expect(SUM("retry_server_hints_total") == want.hints);
		cr_expect(SUM("retry_breaker_transitions_total") ==
			  want.transitions);
		cr_expect(SUM("retry_events_unknown_total") == want.unknown);
		cr_expect(SUM("retry_events_dropped_total") == want.dropped);
#undef SUM
		cr_expect(want.attempts > 500 && want.unknown > 100 &&
			  want.starts > 100);
		free(text);
		backoff_metrics_free(metrics);
	}
}

/* A worker's counts and its parent's add up to all events. */
Test(metrics_series, a_child_counts_from_zero)
{
	struct backoff_metrics *metrics = metrics_of(1);
	char *text;
	int status = -1;
	pid_t child;

	for (int i = 0; i < 5; i++)
		count_call(metrics, i < 3 ? "a" : "b", "p");
	child = fork();
	if (child == 0) {
		bool good;

		text = open_text_of(metrics);
		good = sum_of(text, "retry_operations_total", NULL) == 0 &&
		       sum_of(text, "retry_metrics_folded_total", NULL) == 0;
		free(text);
		count_call(metrics, "a", "p");
		text = open_text_of(metrics);
		good &= sum_of(text, "retry_operations_total", NULL) == 1;
		free(text);
		backoff_metrics_free(metrics);
		_exit(good ? 0 : 1);
	}
	cr_assert(child > 0);
	waitpid(child, &status, 0);
	cr_expect(status == 0);
	text = open_text_of(metrics);
	cr_expect(sum_of(text, "retry_operations_total", NULL) == 5);
	cr_expect(sum_of(text, "retry_metrics_folded_total", NULL) == 2);
	free(text);
	backoff_metrics_free(metrics);
}
