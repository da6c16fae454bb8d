/* Tests of tools/live/window.c: counts, their window, their bounds. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "unit/live/helper.h"
#include "live/targets.h"
#include "live/verdict.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct rt_counts
sum(const struct rt_window *window, size_t index, uint64_t end_s,
    uint64_t length_s)
{
	struct rt_counts out;

	rt_operation_sum(rt_window_operation(window, index), end_s, length_s,
			 &out);
	return out;
}

/* An event, and what it adds. */
struct ended {
	const char *why;
	enum backoff_event_type type;
	uint64_t attempt, attempts;
	enum backoff_outcome_kind outcome;
	enum backoff_kind kind;
	enum backoff_stop stop;
	struct rt_counts want;
	bool error;
};

static void
expect_counts(const struct ended *row)
{
	struct rt_window *window = rt_window_new();
	struct backoff_event event =
		native_event(row->type, "pay", T0_S, row->attempt);
	struct rt_error_top top;
	struct rt_counts got;

	event.outcome = row->outcome;
	event.kind = row->kind;
	event.stop = row->stop;
	event.attempts = row->attempts;
	add_event(window, event);
	got = sum(window, 0, T0_S, 1);
	cr_expect(memcmp(&got, &row->want, sizeof(got)) == 0, "%s", row->why);
	rt_operation_top_error(rt_window_operation(window, 0), T0_S, 1, &top);
	cr_expect((top.count > 0) == row->error, "%s", row->why);
	rt_window_free(window);
}

/* What has no result is neither a failure nor a retry. */
Test(live_window, attempts_without_a_result_stay_apart)
{
	static const struct ended row[] = {
		{.why = "a call that a breaker refused",
		 .type = BACKOFF_EVENT_EXHAUSTED,
		 .attempt = 1,
		 .outcome = BACKOFF_OUTCOME_CANCELLED,
		 .stop = BACKOFF_STOP_BREAKER_OPEN,
		 .want = {.exhausted = 1, .breaker = 1, .unsent = 1}},
		{.why = "a call that a breaker refused, without a count",
		 .type = BACKOFF_EVENT_EXHAUSTED,
		 .attempt = 1,
		 .attempts = BACKOFF_ABSENT,
		 .outcome = BACKOFF_OUTCOME_CANCELLED,
		 .stop = BACKOFF_STOP_BREAKER_OPEN,
		 .want = {.exhausted = 1, .breaker = 1, .unsent = 1}},
		{.why = "a call whose retry a breaker refused",
		 .type = BACKOFF_EVENT_EXHAUSTED,
		 .attempt = 3,
		 .attempts = 2,
		 .outcome = BACKOFF_OUTCOME_CANCELLED,
		 .stop = BACKOFF_STOP_BREAKER_OPEN,
		 .want = {.exhausted = 1, .call_attempts = 2, .breaker = 1}},
		{.why = "a hedge that lost",
		 .type = BACKOFF_EVENT_ATTEMPT,
		 .attempt = 2,
		 .outcome = BACKOFF_OUTCOME_CANCELLED,
		 .kind = BACKOFF_KIND_HEDGE,
		 .want = {.hedges = 1}},
		{.why = "a first attempt that lost to its hedge",
		 .type = BACKOFF_EVENT_ATTEMPT,
		 .attempt = 1,
		 .outcome = BACKOFF_OUTCOME_CANCELLED},
		{.why = "a hedge that failed while others ran",
		 .type = BACKOFF_EVENT_ATTEMPT,
		 .attempt = 2,
		 .outcome = BACKOFF_OUTCOME_FAILURE,
		 .kind = BACKOFF_KIND_HEDGE,
		 .want = {.attempts = 1, .hedges = 1},
		 .error = true},
	};

	for (size_t i = 0; i < COUNT(row); i++)
		expect_counts(&row[i]);
}

Test(live_window, calls_end_for_a_reason)
{
	static const struct ended row[] = {
		{.why = "a hedge that won",
		 .type = BACKOFF_EVENT_SUCCESS,
		 .attempt = 2,
		 .attempts = 2,
		 .outcome = BACKOFF_OUTCOME_SUCCESS,
		 .kind = BACKOFF_KIND_HEDGE,
		 .want = {.attempts = 1,
			  .successes = 1,
			  .call_attempts = 2,
			  .first_ok = 1,
			  .hedges = 1,
			  .hedges_won = 1}},
		{.why = "a first attempt that won against its hedge",
		 .type = BACKOFF_EVENT_SUCCESS,
		 .attempt = 1,
		 .attempts = 2,
		 .outcome = BACKOFF_OUTCOME_SUCCESS,
		 .kind = BACKOFF_KIND_FIRST,
		 .want = {.attempts = 1,
			  .successes = 1,
			  .call_attempts = 2,
			  .first_ok = 1}},
		{.why = "an empty budget",
		 .type = BACKOFF_EVENT_EXHAUSTED,
		 .attempt = 2,
		 .attempts = 2,
		 .outcome = BACKOFF_OUTCOME_FAILURE,
		 .stop = BACKOFF_STOP_BUDGET,
		 .want = {.attempts = 1,
			  .exhausted = 1,
			  .call_attempts = 2,
			  .budget = 1},
		 .error = true},
		{.why = "a delay beyond the deadline",
		 .type = BACKOFF_EVENT_EXHAUSTED,
		 .attempt = 2,
		 .attempts = 2,
		 .outcome = BACKOFF_OUTCOME_FAILURE,
		 .stop = BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE,
		 .want = {.attempts = 1,
			  .exhausted = 1,
			  .call_attempts = 2,
			  .deadline = 1},
		 .error = true},
		{.why = "a server that forbids retries",
		 .type = BACKOFF_EVENT_ABORTED,
		 .attempt = 2,
		 .attempts = 2,
		 .outcome = BACKOFF_OUTCOME_FAILURE,
		 .stop = BACKOFF_STOP_SERVER_FORBADE,
		 .want = {.attempts = 1,
			  .aborted = 1,
			  .call_attempts = 2,
			  .hint = 1},
		 .error = true},

	};

	for (size_t i = 0; i < COUNT(row); i++)
		expect_counts(&row[i]);
}

Test(live_window, counts_what_each_event_means)
{
	static const struct {
		const char *why;
		enum backoff_event_type type;
		uint64_t attempt;
		struct rt_counts want;
	} row[] = {
		{"a first attempt that is retried",
		 BACKOFF_EVENT_ATTEMPT,
		 1,
		 {.attempts = 1, .retries = 1, .failed_calls = 1}},
		{"a second one",
		 BACKOFF_EVENT_ATTEMPT,
		 2,
		 {.attempts = 1, .retries = 1}},
		{"a success at once",
		 BACKOFF_EVENT_SUCCESS,
		 1,
		 {.attempts = 1,
		  .successes = 1,
		  .call_attempts = 1,
		  .first_ok = 1}},
		{"a success after two failures",
		 BACKOFF_EVENT_SUCCESS,
		 3,
		 {.attempts = 1, .successes = 1, .call_attempts = 3}},
		{"the end of the attempts",
		 BACKOFF_EVENT_EXHAUSTED,
		 4,
		 {.attempts = 1,
		  .exhausted = 1,
		  .call_attempts = 4,
		  .used_up = 1}},
		{"an only attempt",
		 BACKOFF_EVENT_EXHAUSTED,
		 1,
		 {.attempts = 1,
		  .exhausted = 1,
		  .call_attempts = 1,
		  .failed_calls = 1,
		  .used_up = 1}},
		{"a failure that is not retried",
		 BACKOFF_EVENT_ABORTED,
		 1,
		 {.attempts = 1,
		  .aborted = 1,
		  .call_attempts = 1,
		  .failed_calls = 1}},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct rt_window *window = rt_window_new();
		struct rt_counts got;

		add_event(window, native_event(row[i].type, "op", T0_S,
					       row[i].attempt));
		got = sum(window, 0, T0_S, 1);
		cr_expect(memcmp(&got, &row[i].want, sizeof(got)) == 0, "%s",
			  row[i].why);
		cr_expect(memcmp(rt_operation_total(
					 rt_window_operation(window, 0)),
				 &row[i].want, sizeof(got)) == 0,
			  "%s, total", row[i].why);
		rt_window_free(window);
	}
}

Test(live_window, events_that_end_no_attempt_make_no_operation)
{
	static const enum backoff_event_type type[] = {
		BACKOFF_EVENT_UNKNOWN, BACKOFF_EVENT_STARTED,
		BACKOFF_EVENT_BREAKER_TRANSITION, BACKOFF_EVENT_DROPPED};
	struct rt_window *window = rt_window_new();

	for (size_t i = 0; i < COUNT(type); i++)
		add_event(window, native_event(type[i], "op", T0_S, 1));
	cr_expect_eq(rt_window_count(window), 0);
	cr_expect_eq(rt_window_newest_ns(window), 0);
	rt_window_free(window);
}

Test(live_window, a_window_is_its_seconds_and_no_others)
{
	struct rt_window *window = rt_window_new();

	/* One retry in second 0, two in second 1, and so on. */
	for (uint64_t s = 0; s < 700; s++)
		for (uint64_t n = 0; n <= s; n++)
			add_event(window, foreign_event(BACKOFF_EVENT_ATTEMPT,
							"op", T0_S + s, 2));
	cr_expect_eq(sum(window, 0, T0_S + 699, 1).retries, 700);
	cr_expect_eq(sum(window, 0, T0_S + 699, 3).retries, 700 + 699 + 698);
	cr_expect_eq(sum(window, 0, T0_S + 690, 2).retries, 691 + 690);
	cr_expect_eq(sum(window, 0, T0_S + 699, 300).retries,
		     300 * (700 + 401) / 2);
	cr_expect_eq(sum(window, 0, T0_S + 699, 9999).retries, 700 * 701 / 2,
		     "two hours are remembered");
	cr_expect_eq(sum(window, 0, T0_S + 400, 10).retries, 401,
		     "older seconds are only known as steps");
	cr_expect_eq(sum(window, 0, T0_S + 399, 10).retries,
		     10 * (400 + 391) / 2);
	cr_expect_eq(sum(window, 0, T0_S + 700, 1).retries, 0);
	cr_expect_eq(sum(window, 0, T0_S + 9999, 300).retries, 0);
	cr_expect_eq(
		rt_operation_total(rt_window_operation(window, 0))->retries,
		700 * 701 / 2);
	rt_window_free(window);
}

Test(live_window, late_events_count_where_they_belong)
{
	struct rt_window *window = rt_window_new();

	add_event(window,
		  foreign_event(BACKOFF_EVENT_ATTEMPT, "op", T0_S + 500, 1));
	add_event(window,
		  foreign_event(BACKOFF_EVENT_ATTEMPT, "op", T0_S + 201, 1));
	add_event(window,
		  foreign_event(BACKOFF_EVENT_ATTEMPT, "op", T0_S + 200, 1));
	cr_expect_eq(sum(window, 0, T0_S + 500, 300).retries, 2);
	cr_expect_eq(sum(window, 0, T0_S + 201, 1).retries, 1);
	cr_expect_eq(rt_window_late(window), 1);
	cr_expect_eq(rt_window_newest_ns(window) / NS_PER_S, T0_S + 500);
	cr_expect_eq(rt_window_first_ns(window) / NS_PER_S, T0_S + 200);
	rt_window_free(window);
}

Test(live_window, one_wrong_clock_does_not_move_the_window)
{
	struct rt_window *window = rt_window_new();
	uint64_t later = T0_S + 100000;
	struct backoff_event absent;

	add_event(window, foreign_event(BACKOFF_EVENT_ATTEMPT, "op", T0_S, 1));
	add_event(window, foreign_event(BACKOFF_EVENT_ATTEMPT, "op",
					T0_S + 999999999, 1));
	add_event(window,
		  foreign_event(BACKOFF_EVENT_ATTEMPT, "op", T0_S + 1, 1));
	absent = foreign_event(BACKOFF_EVENT_ATTEMPT, "op", T0_S, 1);
	absent.ts_ns = BACKOFF_ABSENT;
	add_event(window, absent);
	cr_expect_eq(rt_window_newest_ns(window) / NS_PER_S, T0_S + 1);
	cr_expect_eq(rt_window_skewed(window), 2);
	cr_expect_eq(
		rt_operation_total(rt_window_operation(window, 0))->retries, 4,
		"the totals include them");
	/* A quiet night: the second event confirms the first. */
	add_event(window, foreign_event(BACKOFF_EVENT_ATTEMPT, "op", later, 1));
	add_event(window,
		  foreign_event(BACKOFF_EVENT_ATTEMPT, "op", later + 2, 1));
	cr_expect_eq(rt_window_newest_ns(window) / NS_PER_S, later + 2);
	rt_window_free(window);
}

Test(live_window, the_wall_clock_confirms_a_leap_at_once)
{
	struct rt_window *window = rt_window_new();
	struct backoff_event event =
		foreign_event(BACKOFF_EVENT_ATTEMPT, "op", T0_S + 100000, 1);

	add_event(window, foreign_event(BACKOFF_EVENT_ATTEMPT, "op", T0_S, 1));
	cr_assert(rt_window_add(window, &event, (T0_S + 100001) * NS_PER_S));
	cr_expect_eq(rt_window_newest_ns(window), event.ts_ns);
	cr_expect_eq(rt_window_skewed(window), 0);
	rt_window_free(window);
}

Test(live_window, calls_are_known_where_successes_are_logged)
{
	struct rt_window *window = rt_window_new();

	add_event(window,
		  foreign_event(BACKOFF_EVENT_EXHAUSTED, "foreign", T0_S, 2));
	add_event(window,
		  native_event(BACKOFF_EVENT_EXHAUSTED, "native", T0_S, 2));
	add_event(window,
		  foreign_event(BACKOFF_EVENT_SUCCESS, "chatty", T0_S, 1));
	cr_expect_not(rt_operation_knows_calls(rt_window_operation(window, 0)));
	cr_expect(rt_operation_knows_calls(rt_window_operation(window, 1)));
	cr_expect(rt_operation_knows_calls(rt_window_operation(window, 2)));
	rt_window_free(window);
}

Test(live_window, a_library_that_names_no_maximum_has_none)
{
	struct rt_window *window = rt_window_new();
	struct backoff_event event =
		native_event(BACKOFF_EVENT_ATTEMPT, "native", T0_S, 2);
	const struct rt_operation *operation;

	add_event(window, event);
	operation = rt_window_operation(window, 0);
	cr_expect_eq(rt_operation_max_attempts(operation), 3);
	event.max_attempts = BACKOFF_ABSENT;
	add_event(window, event);
	cr_expect_eq(rt_operation_max_attempts(operation), RT_UNLIMITED);
	event.max_attempts = 5;
	add_event(window, event);
	cr_expect_eq(rt_operation_max_attempts(operation), 5);
	add_event(window,
		  foreign_event(BACKOFF_EVENT_ATTEMPT, "foreign", T0_S, 2));
	cr_expect_eq(rt_operation_max_attempts(rt_window_operation(window, 1)),
		     0);
	rt_window_free(window);
}

Test(live_window, operations_are_bounded)
{
	struct rt_window *window = rt_window_new();
	char name[32];

	for (unsigned i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "tenant-%u", i);
		add_event(window,
			  foreign_event(BACKOFF_EVENT_ATTEMPT, name, T0_S, 1));
	}
	add_event(window,
		  foreign_event(BACKOFF_EVENT_ATTEMPT, "tenant-7", T0_S, 1));
	cr_expect_eq(rt_window_count(window), RT_OPERATIONS_MAX + 1);
	cr_expect_str_eq(rt_operation_name(rt_window_operation(
				 window, RT_OPERATIONS_MAX)),
			 "(other)");
	cr_expect_eq(sum(window, RT_OPERATIONS_MAX, T0_S, 1).retries, 2000);
	cr_expect_eq(sum(window, 7, T0_S, 1).retries, 2);
	rt_window_free(window);
}

Test(live_window, names_are_cut_between_characters)
{
	struct rt_window *window = rt_window_new();
	char name[1000];
	size_t length;

	/* The cut at 255 bytes would fall into a character of two. */
	memset(name, 'x', 254);
	for (size_t i = 254; i < 998; i += 2)
		memcpy(name + i, "\xc3\xa9", 2);
	name[998] = '\0';
	add_event(window, foreign_event(BACKOFF_EVENT_ATTEMPT, name, T0_S, 1));
	length = strlen(rt_operation_name(rt_window_operation(window, 0)));
	cr_expect_eq(length, 254);
	add_event(window, foreign_event(BACKOFF_EVENT_ATTEMPT, NULL, T0_S, 1));
	cr_expect_str_eq(rt_operation_name(rt_window_operation(window, 1)),
			 "(unnamed)");
	rt_window_free(window);
}

Test(live_window, the_top_error_is_the_most_frequent_in_the_window)
{
	struct rt_window *window = rt_window_new();
	struct rt_error_top top;

	for (unsigned i = 0; i < 100; i++) {
		struct backoff_event event =
			foreign_event(BACKOFF_EVENT_ATTEMPT, "op", T0_S + i, 1);

		/* A code wins over a type; 30 of 100, in the first half. */
		if (i < 60 && i % 2 == 0) {
			event.code = "http:503";
			event.error = "service unavailable";
		}
		add_event(window, event);
	}
	rt_operation_top_error(rt_window_operation(window, 0), T0_S + 99, 100,
			       &top);
	cr_expect_str_eq(top.label, "ConnectionError");
	cr_expect_str_eq(top.text, "connection refused");
	cr_expect_eq(top.count, 70);
	cr_expect_float_eq(top.share, 0.7, 1e-9);
	rt_operation_top_error(rt_window_operation(window, 0), T0_S + 58, 59,
			       &top);
	cr_expect_str_eq(top.label, "http:503");
	cr_expect_eq(top.count, 30);
	rt_operation_top_error(rt_window_operation(window, 0), T0_S + 9999, 60,
			       &top);
	cr_expect_eq(top.count, 0);
	cr_expect_str_eq(top.label, "");
	cr_expect_float_eq(top.share, 0.0, 1e-9);
	rt_window_free(window);
}

Test(live_window, a_frequent_error_survives_a_stream_of_rare_ones)
{
	struct rt_window *window = rt_window_new();
	struct rt_error_top top;
	char text[32];

	for (unsigned i = 0; i < 1000; i++) {
		struct backoff_event event = foreign_event(
			BACKOFF_EVENT_ATTEMPT, "op", T0_S + i / 10, 1);

		event.error_type = NULL;
		snprintf(text, sizeof(text), "no route to host %u", i);
		event.error = i % 4 == 0 ? "timed out" : text;
		add_event(window, event);
	}
	rt_operation_top_error(rt_window_operation(window, 0), T0_S + 99, 100,
			       &top);
	cr_expect_str_eq(top.label, "timed out");
	cr_expect_eq(top.count, 250);
	cr_expect_float_eq(top.share, 0.25, 1e-9);
	rt_window_free(window);
}

Test(live_window, no_value_is_not_an_error_text)
{
	static const struct {
		const char *error, *label;
	} row[] = {
		{"None", "(no error text)"},
		{"null", "(no error text)"},
		{"nil", "(no error text)"},
		{"None of 3 replicas answered", "None of 3 replicas answered"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct backoff_event event =
			foreign_event(BACKOFF_EVENT_ATTEMPT, "op", T0_S, 1);

		event.error_type = NULL;
		event.error = row[i].error;
		cr_expect_str_eq(rt_error_label(&event), row[i].label);
	}
}

/* Retries of the last minute and of five, and the time that they end. */
static void
expect_window(struct rt_window *window, const char *why, uint64_t newest_s,
	      uint64_t first_s, uint64_t retries)
{
	uint64_t newest = rt_window_newest_ns(window) / NS_PER_S;

	cr_expect_eq(newest, newest_s, "%s: newest %+lld", why,
		     (long long)(newest - newest_s));
	cr_expect_eq(
		rt_window_first_ns(window) / NS_PER_S, first_s,
		"%s: first %+lld", why,
		(long long)(rt_window_first_ns(window) / NS_PER_S - first_s));
	cr_expect_eq(sum(window, 0, newest, 300).retries, retries,
		     "%s: %llu retries", why,
		     (unsigned long long)sum(window, 0, newest, 300).retries);
}

Test(live_window, stray_lines_do_not_stretch_it)
{
	static const struct {
		const char *why;
		/* Seconds from the start of the log, after `before` events. */
		int64_t stray[3];
		unsigned count, before, retries;
	} row[] = {
		{"1970 first", {1 - (int64_t)T0_S}, 1, 0, 40},
		{"1970 later", {1 - (int64_t)T0_S}, 1, 20, 40},
		{"2036 first", {300000000}, 1, 0, 40},
		{"2036 later", {300000000}, 1, 20, 40},
		{"the day before, first", {-86400}, 1, 0, 40},
		{"the day before, last", {-86400}, 1, 40, 40},
		{"two hours before", {-7200}, 1, 0, 40},
		{"several", {-86400, 300000000, 1 - (int64_t)T0_S}, 3, 0, 40},
		{"two of one time", {300000000, 300000001}, 2, 0, 40},
		/* They confirmed each other; what was before is forgotten. */
		{"two of one time, later", {300000000, 300000001}, 2, 20, 20},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		const struct rt_subject *subject;
		uint64_t since_s;
		struct rt_window *window = rt_window_new();

		for (unsigned k = 0; k <= 40; k++) {
			for (unsigned s = 0;
			     k == row[i].before && s < row[i].count; s++)
				add_event(window,
					  foreign_event(
						  BACKOFF_EVENT_ATTEMPT, "op",
						  (uint64_t)((int64_t)T0_S +
							     row[i].stray[s]),
						  1));
			if (k < 40)
				add_event(window,
					  foreign_event(BACKOFF_EVENT_ATTEMPT,
							"op", T0_S + k, 1));
		}
		expect_window(window, row[i].why, T0_S + 39, T0_S,
			      row[i].retries);
		rt_window_judge(window);
		subject = rt_operation_subject(rt_window_operation(window, 0));
		cr_expect_eq(rt_verdict_of(subject, T0_S + 39, &since_s),
			     RT_WORD_NONE, "%s: a verdict", row[i].why);
		rt_window_free(window);
	}
}

/* The attempts of the last seconds as they are judged, and those that failed.
 */
static struct rt_tally
judged(const struct rt_window *window, size_t index, uint64_t end_s)
{
	struct rt_tally tally;

	rt_subject_sum(rt_operation_subject(rt_window_operation(window, index)),
		       end_s, 100, &tally);
	return tally;
}

/* Their errors were forgotten, and they were not judged. */
Test(live_window, events_that_were_held_count_in_all)
{
	struct backoff_event event =
		native_event(BACKOFF_EVENT_EXHAUSTED, "op", T0_S + 400, 3);
	struct rt_window *window = rt_window_new();
	struct rt_error_top top;
	char code[] = "http:503", target[] = "api", host[] = "pod-1";

	for (unsigned i = 0; i < 40; i++) {
		struct backoff_event good =
			native_event(BACKOFF_EVENT_SUCCESS, "op", T0_S + i, 1);

		good.host = "pod-1";
		add_event(window, good);
	}
	event.code = code;
	event.target = target;
	event.host = host;
	add_event(window, event);
	/* It belonged to the line. */
	memset(code, 'x', sizeof(code) - 1);
	memset(target, 'x', sizeof(target) - 1);
	memset(host, 'x', sizeof(host) - 1);
	event.code = "http:503";
	event.target = "api";
	event.host = "pod-1";
	add_event(window, event);
	cr_assert_eq(rt_window_newest_ns(window) / NS_PER_S, T0_S + 400);
	rt_operation_top_error(rt_window_operation(window, 0), T0_S + 400, 60,
			       &top);
	cr_expect_str_eq(top.label, "http:503");
	cr_expect_str_eq(top.text, "connection refused");
	cr_expect_eq(top.count, 2);
	cr_expect_eq(judged(window, 0, T0_S + 400).failed_calls, 2);
	cr_assert_eq(rt_window_targets(window), 1);
	cr_expect_str_eq(rt_window_target_name(window, 0), "api");
	cr_expect_eq(rt_window_target(window, 0)->hosts.count, 1);
	cr_expect_float_eq(
		rt_window_target(window, 0)->hosts.part[0].harm->failed, 2.0,
		1e-9);
	rt_window_free(window);
}

/* What another operation's stray line made forget was not counted again, or
 * what it did not was counted twice. */
Test(live_window, a_stray_line_of_another_operation_changes_no_count)
{
	struct backoff_event event = foreign_event(
		BACKOFF_EVENT_ATTEMPT, "stray", T0_S + 300000000, 1);
	struct rt_window *window = rt_window_new();

	event.target = "api";
	add_event(window, event);
	for (unsigned i = 0; i < 40; i++) {
		event = foreign_event(BACKOFF_EVENT_ATTEMPT, "op", T0_S + i, 1);
		event.target = "api";
		add_event(window, event);
	}
	cr_expect_eq(sum(window, 1, T0_S + 39, 100).retries, 40);
	cr_expect_eq(judged(window, 1, T0_S + 39).failed, 40);
	cr_expect_float_eq(rt_window_target(window, 0)->ends.all.harm->tries,
			   rt_operation_subject(rt_window_operation(window, 1))
				   ->ends.all.harm->tries,
			   1e-9);
	rt_window_free(window);
}

/* A line for all attempts of a call that says that there were none made four
 * thousand million failures. */
Test(live_window, a_call_without_attempts_has_no_failures)
{
	struct rt_window *window = rt_window_new();
	struct backoff_event event;

	rt_window_about(window, false, true);
	for (unsigned i = 0; i < 40; i++) {
		event = native_event(BACKOFF_EVENT_SUCCESS, "op", T0_S + i, 1);
		event.attempt = BACKOFF_ABSENT;
		event.attempts = 0;
		add_event(window, event);
	}
	cr_expect_eq(judged(window, 0, T0_S + 39).failed, 0);
	cr_expect_eq(judged(window, 0, T0_S + 39).calls, 40);
	rt_window_free(window);
}

static void
add_targets(struct rt_window *window, const char *what, uint64_t second)
{
	for (unsigned i = 0; i < RT_TARGETS_MAX; i++) {
		struct backoff_event event =
			native_event(BACKOFF_EVENT_SUCCESS, "pay", second, 1);
		char target[32];

		snprintf(target, sizeof(target), "%s-%u", what, i);
		event.target = target;
		add_event(window, event);
	}
}

static bool
has_target(const struct rt_window *window, const char *name)
{
	for (size_t i = 0; i < rt_window_targets(window); i++)
		if (strcmp(rt_window_target_name(window, i), name) == 0)
			return true;
	return false;
}

Test(live_window, targets_that_are_gone_make_room)
{
	const unsigned later_s = 2 * RT_TARGETS_GONE_S;
	struct rt_window *window = rt_window_new();

	add_targets(window, "old", T0_S);
	for (unsigned s = 0; s < RT_TARGETS_GONE_S; s += 60)
		add_targets(window, "new", T0_S + s);
	cr_expect_eq(rt_window_unjudged(window), 60 * RT_TARGETS_MAX);
	cr_expect_not(has_target(window, "new-0"));
	for (unsigned s = 0; s <= 2 * RT_TARGETS_MAX; s++)
		add_targets(window, "new", T0_S + later_s + s);
	cr_expect_eq(rt_window_targets(window), RT_TARGETS_MAX);
	cr_expect(has_target(window, "new-0"));
	cr_expect(has_target(window, "new-95"));
	cr_expect_not(has_target(window, "old-0"));
	rt_window_free(window);
}
