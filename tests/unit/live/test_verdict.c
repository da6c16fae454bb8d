/* Tests of tools/live/verdict.c: what is wrong, with what, since when. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "live/verdict.h"
#include "unit/live/helper.h"

/* Attempts of one second. */
static void
add_second(struct rt_window *window, const char *operation, const char *target,
	   uint64_t second, unsigned good, unsigned bad)
{
	struct backoff_event event =
		native_event(BACKOFF_EVENT_SUCCESS, operation, second, 1);

	event.target = target;
	add_many(window, event, good);
	event = native_event(BACKOFF_EVENT_EXHAUSTED, operation, second, 3);
	event.target = target;
	event.code = "http:503";
	event.stop = BACKOFF_STOP_MAX_ATTEMPTS;
	add_many(window, event, bad);
}

static struct rt_verdicts
verdicts_of(struct rt_window *window)
{
	struct rt_verdicts verdicts;

	cr_assert(rt_verdicts_update(&verdicts, window));
	rt_window_free(window);
	return verdicts;
}

Test(live_verdict, operations_that_fail_with_a_target_share_a_verdict)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts verdicts;
	const struct rt_verdict *first = &verdicts.item[0];
	char cause[RT_CAUSE_MAX];

	for (uint64_t s = 0; s < 130; s++) {
		bool down = s >= 100;

		add_second(window, "well", "db", T0_S + s, 20, 0);
		add_second(window, "pay", "api", T0_S + s, down ? 1 : 20,
			   down ? 19 : 0);
		add_second(window, "post", "api", T0_S + s, down ? 0 : 10,
			   down ? 10 : 0);
	}
	cr_assert(rt_verdicts_update(&verdicts, window));
	cr_assert_eq(verdicts.count, 1);
	cr_expect_eq(first->word, RT_WORD_FAILING);
	cr_expect_str_eq(first->target, "api");
	cr_expect_null(first->operation);
	cr_expect_eq(first->sharer_count, 2);
	cr_expect_eq(first->since_s, T0_S + 100);
	cr_expect_eq(first->trend, RT_TREND_WORSENING);
	cr_expect_str_eq(rt_verdict_cause(first, cause, sizeof(cause)),
			 "http:503; retries multiply the load 2.9x; "
			 "30.0 calls/s");
	rt_window_free(window);
}

/* Lines of retries that a native log announces and of successes, of which the
 * latter may have been left out. Each second, @bad calls fail once, and @worse
 * ones at each attempt. */
static void
add_calls(struct rt_window *window, uint64_t second, bool successes,
	  unsigned good, unsigned bad, unsigned worse)
{
	struct backoff_event retry =
		native_event(BACKOFF_EVENT_ATTEMPT, "op", second, 1);
	struct backoff_event again =
		native_event(BACKOFF_EVENT_ATTEMPT, "op", second, 2);

	retry.delay_ns = again.delay_ns = NS_PER_S / 10;
	add_many(window, retry, bad + worse);
	add_many(window, again, worse);
	add_many(window, native_event(BACKOFF_EVENT_EXHAUSTED, "op", second, 3),
		 worse);
	if (successes)
		add_many(window,
			 native_event(BACKOFF_EVENT_SUCCESS, "op", second, 1),
			 good);
}

/* With successes left out, a native log looked as if all attempts failed. */
Test(live_verdict, a_native_log_without_its_successes_is_judged_by_rates)
{
	for (int successes = 0; successes < 2; successes++) {
		struct rt_window *window = rt_window_new();
		struct rt_verdicts verdicts;
		uint64_t s = T0_S;

		for (; s < T0_S + 300; s++)
			add_calls(window, s, successes, 20, 1, 0);
		cr_assert(rt_verdicts_update(&verdicts, window));
		cr_expect_eq(verdicts.count, 0, "%d: usual", successes);
		for (; s < T0_S + 330; s++)
			add_calls(window, s, successes, 0, 0, 20);
		cr_assert(rt_verdicts_update(&verdicts, window));
		cr_assert_eq(verdicts.count, 1, "%d: outage", successes);
		cr_expect_eq(verdicts.item[0].since_s, T0_S + 300, "%d: %ju",
			     successes,
			     (uintmax_t)(verdicts.item[0].since_s - T0_S));
		for (; s < T0_S + 450; s++)
			add_calls(window, s, successes, 20, 1, 0);
		verdicts = verdicts_of(window);
		cr_expect_eq(verdicts.count, 0, "%d: over", successes);
	}
}

/* Four failures in as many minutes were an outage, for want of successes. */
Test(live_verdict, a_few_retries_that_do_not_come_show_missing_successes)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts verdicts;

	for (uint64_t s = T0_S; s < T0_S + 600; s++) {
		if (s % 50 == 0)
			add_calls(window, s, false, 0, 1, 0);
		cr_assert(rt_verdicts_update(&verdicts, window));
		cr_expect_eq(verdicts.count, 0, "%ju s", (uintmax_t)(s - T0_S));
	}
	rt_window_free(window);
}

/* Without any success, it may also have begun in an outage: then retries come
 * as announced. */
Test(live_verdict, a_native_log_may_begin_in_an_outage)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts verdicts;

	for (uint64_t s = T0_S; s < T0_S + 30; s++)
		add_calls(window, s, true, 0, 0, 20);
	verdicts = verdicts_of(window);
	cr_assert_eq(verdicts.count, 1);
	cr_expect_eq(verdicts.item[0].word, RT_WORD_FAILING);
}

/* An outage that ended a minute before was named as the cause of the next. */
Test(live_verdict, errors_of_an_incident_that_ended_are_not_named)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts verdicts;

	for (uint64_t s = 0; s < 290; s++) {
		struct backoff_event event = native_event(
			BACKOFF_EVENT_EXHAUSTED, "op", T0_S + s, 1);
		bool refused = s >= 100 && s < 200, slow = s >= 270;

		event.code = refused ? "refused" : "http:503";
		add_second(window, "op", NULL, T0_S + s, slow ? 15 : 20, 0);
		add_many(window, event, refused ? 60 : slow ? 5 : 0);
	}
	verdicts = verdicts_of(window);
	cr_assert_eq(verdicts.count, 1);
	cr_expect_str_eq(verdicts.item[0].error, "http:503");
}

/* One of two hosts fails each attempt. */
Test(live_verdict, the_only_bad_host_is_named_whatever_its_retries)
{
	static const struct {
		const char *why;
		unsigned attempts;
		/* Since the onset, of the other host. */
		unsigned good, bad;
		bool is_only;
	} row[] = {
		{"one attempt", 10, 10, 0, true},
		{"four attempts, which are most of all", 40, 10, 0, true},
		{"the other one fails now and then", 40, 10, 1, true},
		{"both fail", 40, 5, 5, false},
		{"the other one has no lines yet", 40, 0, 0, false},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct rt_window *window = rt_window_new();
		struct rt_verdicts verdicts;

		for (uint64_t s = 0; s < 115; s++) {
			struct backoff_event good = native_event(
				BACKOFF_EVENT_SUCCESS, "op", T0_S + s, 1);
			struct backoff_event bad = native_event(
				BACKOFF_EVENT_EXHAUSTED, "op", T0_S + s, 1);
			bool down = s >= 100;

			good.host = bad.host = "h1";
			add_many(window, good, down ? 0 : 10);
			add_many(window, bad, down ? row[i].attempts : 0);
			good.host = bad.host = "h2";
			add_many(window, good, down ? row[i].good : 10);
			add_many(window, bad, down ? row[i].bad : 0);
		}
		verdicts = verdicts_of(window);
		cr_assert_eq(verdicts.count, 1, "%s", row[i].why);
		cr_expect_str_eq(verdicts.item[0].host.name,
				 row[i].is_only ? "h1" : "", "%s: %s",
				 row[i].why, verdicts.item[0].host.name);
	}
}

/* The banner named a healthy operation's retries: behind open breakers, there
 * are none. */
Test(live_verdict, calls_that_breakers_refuse_fail)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts verdicts;

	for (uint64_t s = 0; s < 130; s++) {
		struct backoff_event event = native_event(
			BACKOFF_EVENT_EXHAUSTED, "pay", T0_S + s, 1);

		event.attempts = 0;
		event.outcome = BACKOFF_OUTCOME_CANCELLED;
		event.stop = BACKOFF_STOP_BREAKER_OPEN;
		add_many(window, event, s >= 100 ? 20 : 0);
		add_second(window, "pay", NULL, T0_S + s, s >= 100 ? 0 : 20, 0);
	}
	verdicts = verdicts_of(window);
	cr_assert_eq(verdicts.count, 1);
	cr_expect_eq(verdicts.item[0].word, RT_WORD_FAILING);
	cr_expect_eq(verdicts.item[0].since_s, T0_S + 100);
	cr_expect_str_eq(verdicts.item[0].error, "");
	cr_expect_float_eq(verdicts.item[0].breaker_per_s, 20.0, 1e-9);
}

/* Lost hedges counted as retries and as failures without a text. */
Test(live_verdict, lost_hedges_are_not_failures)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts verdicts;

	for (uint64_t s = 0; s < 200; s++) {
		struct backoff_event event = native_event(
			BACKOFF_EVENT_ATTEMPT, "search", T0_S + s, 2);

		event.outcome = BACKOFF_OUTCOME_CANCELLED;
		event.kind = BACKOFF_KIND_HEDGE;
		add_many(window, event, s >= 100 ? 8 : 1);
		add_second(window, "search", NULL, T0_S + s, 20, 0);
	}
	verdicts = verdicts_of(window);
	cr_assert_eq(verdicts.count, 1);
	cr_expect_eq(verdicts.item[0].word, RT_WORD_SLOW);
	cr_expect_eq(verdicts.item[0].since_s, T0_S + 100);
}

/* "Nowhere more than usual", for ever, if lines came late. */
Test(live_verdict, late_lines_of_a_host_are_judged_at_their_time)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts verdicts;

	for (uint64_t s = 0; s < 130; s++)
		add_second(window, "pay", NULL, T0_S + s, 10, 0);
	cr_assert(rt_verdicts_update(&verdicts, window));
	cr_expect_eq(verdicts.count, 0);
	for (uint64_t s = 90; s < 130; s++)
		add_second(window, "pay", NULL, T0_S + s, 0, s >= 100 ? 20 : 0);
	verdicts = verdicts_of(window);
	cr_assert_eq(verdicts.count, 1);
	cr_expect_eq(verdicts.item[0].since_s, T0_S + 100);
}

Test(live_verdict, the_only_host_that_fails_is_named)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts verdicts;

	for (uint64_t s = 0; s < 130; s++)
		for (unsigned h = 0; h < 4; h++) {
			bool bad = h == 2 && s >= 100;
			struct backoff_event event =
				native_event(bad ? BACKOFF_EVENT_EXHAUSTED
						 : BACKOFF_EVENT_SUCCESS,
					     "pay", T0_S + s, 1);
			char host[] = "pod-0";

			host[4] = (char)('0' + h);
			event.host = host;
			add_many(window, event, 5);
		}
	verdicts = verdicts_of(window);
	cr_assert_eq(verdicts.count, 1);
	cr_expect_str_eq(verdicts.item[0].host.name, "pod-2");
	cr_expect_eq(verdicts.item[0].hosts, 4);
}

Test(live_verdict, retries_that_recover_amplify)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts verdicts;

	for (uint64_t s = 0; s < 160; s++) {
		add_many(
			window,
			native_event(BACKOFF_EVENT_ATTEMPT, "pay", T0_S + s, 1),
			s >= 100 ? 8 : 0);
		add_second(window, "pay", NULL, T0_S + s, 20, 0);
	}
	verdicts = verdicts_of(window);
	cr_assert_eq(verdicts.count, 1);
	cr_expect_eq(verdicts.item[0].word, RT_WORD_AMPLIFIED);
}

/* Attempts of one second on a host. */
static void
add_on_host(struct rt_window *window, const char *operation, const char *host,
	    uint64_t second, bool fails)
{
	struct backoff_event event = native_event(
		fails ? BACKOFF_EVENT_EXHAUSTED : BACKOFF_EVENT_SUCCESS,
		operation, second, 1);

	event.target = "api";
	event.host = host;
	add_many(window, event, 5);
}

/* "only host h0", of an operation that fails there, while another operation
 * fails with the same target elsewhere. */
Test(live_verdict, hosts_of_one_operation_are_not_said_of_their_target)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts verdicts;

	for (uint64_t s = 0; s < 130; s++) {
		add_on_host(window, "pay", "h0", T0_S + s, s >= 100);
		add_on_host(window, "pay", "h2", T0_S + s, false);
		add_on_host(window, "post", "h1", T0_S + s, s >= 100);
		add_on_host(window, "post", "h2", T0_S + s, false);
	}
	verdicts = verdicts_of(window);
	cr_assert_eq(verdicts.count, 1);
	cr_expect_eq(verdicts.item[0].sharer_count, 2);
	cr_expect_eq(verdicts.item[0].hosts, 3);
	cr_expect_str_eq(verdicts.item[0].host.name, "");
}

/* A service that fails was hidden behind 40 operations that retry. */
Test(live_verdict, failing_comes_before_any_number_of_amplified)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts verdicts;

	for (uint64_t s = 0; s < 160; s++) {
		for (unsigned i = 0; i < 40; i++) {
			char name[16];

			snprintf(name, sizeof(name), "noisy-%u", i);
			add_many(window,
				 native_event(BACKOFF_EVENT_ATTEMPT, name,
					      T0_S + s, 1),
				 s >= 100 ? 8 : 0);
			add_second(window, name, NULL, T0_S + s, 20, 0);
		}
		add_second(window, "pay", NULL, T0_S + s, s < 100 ? 9 : 0,
			   s < 100 ? 0 : 3);
	}
	verdicts = verdicts_of(window);
	cr_assert_eq(verdicts.count, RT_VERDICTS_MAX);
	cr_expect_eq(verdicts.more, 41 - RT_VERDICTS_MAX);
	cr_expect_eq(verdicts.item[0].word, RT_WORD_FAILING);
	cr_expect_eq(verdicts.item[1].word, RT_WORD_AMPLIFIED);
}

/* Operations beyond those that are named were not mentioned. */
Test(live_verdict, all_operations_that_fail_with_a_target_are_counted)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts verdicts;

	for (uint64_t s = 0; s < 130; s++)
		for (unsigned i = 0; i < 40; i++) {
			char name[16];

			snprintf(name, sizeof(name), "op-%u", i);
			add_second(window, name, "api", T0_S + s,
				   s < 100 ? 9 : 0, s < 100 ? 0 : 9);
		}
	cr_assert(rt_verdicts_update(&verdicts, window));
	cr_assert_eq(verdicts.count, 1);
	cr_expect_eq(verdicts.more, 0);
	cr_expect_str_eq(verdicts.item[0].target, "api");
	cr_expect_eq(verdicts.item[0].sharer_count, RT_SHARERS_MAX);
	cr_expect_eq(verdicts.item[0].sharers_more, 40 - RT_SHARERS_MAX);
	rt_window_free(window);
}

/* "Only policy P2", which had a quarter of the failures: P failed as usual. */
Test(live_verdict, a_policy_is_not_the_only_one_if_others_fail_as_usual)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts verdicts;
	char cause[RT_CAUSE_MAX];

	for (uint64_t s = 0; s < 200; s++)
		for (unsigned i = 0; i < 20; i++) {
			bool canary = i < 5;
			bool bad = i % 5 == 0 || (canary && s >= 170);
			struct backoff_event event =
				native_event(bad ? BACKOFF_EVENT_EXHAUSTED
						 : BACKOFF_EVENT_SUCCESS,
					     "pay", T0_S + s, 1);

			event.policy = canary ? "P2" : "P";
			event.code = "http:503";
			add_event(window, event);
		}
	cr_assert(rt_verdicts_update(&verdicts, window));
	cr_assert_eq(verdicts.count, 1);
	rt_verdict_cause(&verdicts.item[0], cause, sizeof(cause));
	cr_expect(strstr(cause, "; more under policy P2; ") != NULL, "%s",
		  cause);
	rt_window_free(window);
}

/* The policies of an operation merged, so that a canary looked like a brown-out
 * of all. */
Test(live_verdict, a_canary_is_named)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts verdicts;
	char cause[RT_CAUSE_MAX];

	for (uint64_t s = 0; s < 130; s++)
		for (unsigned i = 0; i < 8; i++) {
			bool canary = i == 0;
			struct backoff_event event = native_event(
				canary && s >= 100 ? BACKOFF_EVENT_EXHAUSTED
						   : BACKOFF_EVENT_SUCCESS,
				"pay", T0_S + s, 1);

			event.policy = canary ? "pay-v4" : "pay-v3";
			event.service = canary ? "shop-canary" : "shop";
			event.code = "http:503";
			add_many(window, event, 5);
		}
	cr_assert(rt_verdicts_update(&verdicts, window));
	cr_assert_eq(verdicts.count, 1);
	cr_expect_str_eq(
		rt_verdict_cause(&verdicts.item[0], cause, sizeof(cause)),
		"http:503; only policy pay-v4; "
		"only service shop-canary; 40.0 calls/s");
	rt_window_free(window);
}

/* Once breakers kept the attempts of the bad host away, the usual error of the
 * others was named. */
Test(live_verdict, the_error_that_became_more_frequent_is_named)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts verdicts;

	for (uint64_t s = 0; s < 360; s++) {
		struct backoff_event event = native_event(
			BACKOFF_EVENT_EXHAUSTED, "pay", T0_S + s, 1);
		bool down = s >= 300;

		add_second(window, "pay", NULL, T0_S + s, down ? 30 : 39, 0);
		event.code = "http:503";
		add_many(window, event, down && s % 4 == 0 ? 0 : 1);
		event.code = "reset";
		add_many(window, event, down && s % 4 == 0 ? 1 : 0);
		event.attempts = 0;
		event.outcome = BACKOFF_OUTCOME_CANCELLED;
		event.stop = BACKOFF_STOP_BREAKER_OPEN;
		add_many(window, event, down ? 9 : 0);
	}
	verdicts = verdicts_of(window);
	cr_assert_eq(verdicts.count, 1);
	cr_expect_str_eq(verdicts.item[0].error, "reset");
	cr_expect_gt(verdicts.item[0].error_share, 0.7);
}

/* Parts were named only if their attempts failed. */
Test(live_verdict, the_only_slow_host_is_named)
{
	for (int hedged = 0; hedged < 2; hedged++) {
		struct rt_window *window = rt_window_new();
		struct rt_verdicts verdicts;

		for (uint64_t s = 0; s < 160; s++)
			for (unsigned h = 0; h < 4; h++) {
				struct backoff_event event =
					native_event(BACKOFF_EVENT_SUCCESS,
						     "get", T0_S + s, 1);
				bool slow = h == 2 && s >= 130;
				char host[] = "pod-0";

				host[4] = (char)('0' + h);
				event.host = host;
				event.duration_ns = NS_PER_S / 100;
				if (slow && hedged)
					event.kind = BACKOFF_KIND_HEDGE;
				else if (slow)
					event.duration_ns = NS_PER_S;
				event.elapsed_ns = event.duration_ns;
				add_many(window, event, 5);
			}
		verdicts = verdicts_of(window);
		cr_assert_eq(verdicts.count, 1, "%d", hedged);
		cr_expect_eq(verdicts.item[0].word, RT_WORD_SLOW);
		cr_expect_str_eq(verdicts.item[0].host.name, "pod-2", "%d",
				 hedged);
	}
}

/* A canary with a twentieth of the calls was hidden by those of the others, or
 * looked like a brown-out of all. */
Test(live_verdict, a_policy_is_judged_apart)
{
	static const struct {
		const char *why, *policy, *hash;
		unsigned start, good, bad, rest_bad;
		enum rt_word word;
		const char *named;
	} row[] = {
		{"another name", "v2", "bbbb0000", 0, 0, 1, 0, RT_WORD_FAILING,
		 "v2"},
		{"another hash", "v1", "bbbb00001111", 0, 0, 1, 0,
		 RT_WORD_FAILING, "v1#bbbb0000"},
		{"a new one", "v2", "bbbb0000", 300, 1, 1, 0, RT_WORD_FAILING,
		 "v2"},
		{"a new one that is well", "v2", "bbbb0000", 300, 1, 0, 0,
		 RT_WORD_NONE, ""},
		{"all fail", "v2", "bbbb0000", 0, 0, 1, 20, RT_WORD_FAILING,
		 ""},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct rt_window *window = rt_window_new();
		struct rt_verdicts verdicts;

		for (unsigned s = 0; s < 312; s++) {
			bool bad = s >= 300;

			add_under(window, "v1", "aaaa0000", T0_S + s,
				  bad ? 20 - row[i].rest_bad : 20,
				  bad ? row[i].rest_bad : s % 10 == 0);
			if (s >= row[i].start)
				add_under(window, row[i].policy, row[i].hash,
					  T0_S + s, bad ? row[i].good : 1,
					  bad ? row[i].bad : 0);
		}
		verdicts = verdicts_of(window);
		cr_assert_eq(verdicts.count, row[i].word != RT_WORD_NONE, "%s",
			     row[i].why);
		if (verdicts.count == 0)
			continue;
		cr_expect_eq(verdicts.item[0].word, row[i].word, "%s",
			     row[i].why);
		cr_expect_str_eq(verdicts.item[0].policy.name, row[i].named,
				 "%s: %s", row[i].why,
				 verdicts.item[0].policy.name);
		cr_expect_eq(verdicts.item[0].since_s, T0_S + 300, "%s",
			     row[i].why);
		cr_expect_str_eq(verdicts.item[0].error, "http:400", "%s",
				 row[i].why);
	}
}

/* The first line was said to be the onset. */
Test(live_verdict, what_is_wrong_from_the_first_line_may_be_older)
{
	static const struct {
		const char *why;
		/** The second in which it begins, and the number of those in
		 *  which it is well. */
		unsigned first, well;
		bool or_earlier;
	} row[] = {
		{"from the first line", 0, 0, true},
		{"soon after it", 5, 0, true},
		{"after some that was well", 0, 30, false},
		{"a new operation", 120, 0, false},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct rt_window *window = rt_window_new();
		struct rt_verdicts verdicts;
		unsigned bad = row[i].first + row[i].well;

		for (unsigned s = 0; s < bad + 20; s++) {
			add_many(window,
				 native_event(BACKOFF_EVENT_SUCCESS, "search",
					      T0_S + s, 1),
				 5);
			if (s >= row[i].first)
				add_under(window, "v1", "aaaa0000", T0_S + s,
					  s < bad ? 20 : 0, s < bad ? 0 : 20);
		}
		verdicts = verdicts_of(window);
		cr_assert_eq(verdicts.count, 1, "%s", row[i].why);
		cr_expect_eq(verdicts.item[0].since_s, T0_S + bad, "%s",
			     row[i].why);
		cr_expect_eq(verdicts.item[0].or_earlier, row[i].or_earlier,
			     "%s", row[i].why);
	}
}

/* Among the attempts of all policies, the end showed a minute later. */
Test(live_verdict, what_a_policy_alone_had_is_over_when_it_is_well)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts verdicts;
	unsigned s = 0;

	for (; s < 400; s++) {
		bool bad = s >= 300;

		add_under(window, "v1", "a", T0_S + s, 19, s % 5 == 0);
		add_under(window, "v2", "b", T0_S + s, !bad, bad);
	}
	cr_assert(rt_verdicts_update(&verdicts, window));
	cr_assert_eq(verdicts.count, 1);
	for (; s < 415; s++) {
		add_under(window, "v1", "a", T0_S + s, 19, s % 5 == 0);
		add_under(window, "v2", "b", T0_S + s, 1, 0);
	}
	verdicts = verdicts_of(window);
	cr_expect_eq(verdicts.count, 0);
}

/* A batch of which a third usually fails made its target, which other calls go
 * to all day, look bad whenever it ran. */
Test(live_verdict, a_target_is_not_to_blame_for_an_operation_that_is_well)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts verdicts;

	for (unsigned s = 0; s < 3000; s++) {
		bool runs = s % 1000 >= 900;

		add_second(window, "get", "db", T0_S + s, 8, s % 30 == 0);
		add_second(window, "batch", "db", T0_S + s, runs ? 7 : 0,
			   runs ? 3 : 0);
		if (s < 1000 || s % 50 != 0)
			continue;
		cr_assert(rt_verdicts_update(&verdicts, window));
		cr_expect_eq(verdicts.count, 0, "%u s", s);
	}
	rt_window_free(window);
}

/* A ramp of minutes was steady, because half a minute changed little of it. */
Test(live_verdict, a_slow_change_is_a_trend)
{
	static const struct {
		const char *why;
		/* In thousandths, at first, more each second, and at once,
		 * 75 s ago. */
		int share, more, step;
		enum rt_trend trend;
	} row[] = {
		{"a ramp of minutes", 300, 2, 0, RT_TREND_WORSENING},
		{"that falls", 700, -2, 0, RT_TREND_EASING},
		{"a slower one", 200, 1, 0, RT_TREND_WORSENING},
		{"a slower one that falls", 400, -1, 0, RT_TREND_EASING},
		{"a share that stays", 500, 0, 0, RT_TREND_STEADY},
		{"a step that is over", 200, 0, 300, RT_TREND_STEADY},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct rt_window *window = rt_window_new();
		struct rt_verdicts verdicts;

		for (int s = 0; s < 250; s++) {
			int bad = 0;

			if (s >= 100)
				bad = (row[i].share + row[i].more * (s - 100) +
				       (s >= 175 ? row[i].step : 0)) *
				      40 / 1000;
			bad += bad > 0 ? s % 5 - 2 : 0;
			add_second(window, "op", NULL, T0_S + (uint64_t)s,
				   (unsigned)(40 - bad), (unsigned)bad);
		}
		verdicts = verdicts_of(window);
		cr_assert_eq(verdicts.count, 1, "%s", row[i].why);
		cr_expect_eq(verdicts.item[0].trend, row[i].trend, "%s: %s",
			     row[i].why, rt_trend_name(verdicts.item[0].trend));
	}
}

/* An outage of a target began with the batch that was running. */
Test(live_verdict, an_outage_of_a_target_begins_after_a_batch_did)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts verdicts;

	for (unsigned s = 0; s < 1990; s++) {
		bool runs = s >= 1800, down = s >= 1980;

		add_second(window, "get", "db", T0_S + s, down ? 0 : 8,
			   down ? 8 : s % 30 == 0);
		cr_assert(rt_verdicts_update(&verdicts, window));
		add_second(window, "batch", "db", T0_S + s,
			   runs && !down ? 7 : 0, runs ? down ? 10 : 3 : 0);
		/* Late lines have what was judged judged again. */
		if (s > 0)
			add_second(window, "get", "db", T0_S + s - 1, 1, 0);
		if (s < 600)
			continue;
		cr_assert(rt_verdicts_update(&verdicts, window));
		if (verdicts.count == 0)
			continue;
		cr_assert(down, "%u s", s);
		cr_expect_geq(verdicts.item[0].since_s, T0_S + 1980, "%u s: %d",
			      s, (int)(verdicts.item[0].since_s - T0_S));
	}
	cr_expect_eq(verdicts.count, 1);
	rt_window_free(window);
}

/* Two failures by chance, some seconds before it, were the beginning. */
Test(live_verdict, an_incident_begins_where_that_is_most_likely)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts verdicts;

	for (unsigned s = 0; s < 312; s++) {
		unsigned bad = s >= 300 ? 3 : s == 294 ? 2 : 0;

		add_second(window, "op", NULL, T0_S + s, 10 - bad, bad);
	}
	verdicts = verdicts_of(window);
	cr_assert_eq(verdicts.count, 1);
	cr_expect_eq(verdicts.item[0].since_s, T0_S + 300, "%d",
		     (int)(verdicts.item[0].since_s - T0_S));
}
