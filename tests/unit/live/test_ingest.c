/* Tests of tools/live/ingest.c: kinds of lines, and which clock applies. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/live/helper.h"
#include "base/rfc3339.h"
#include "live/ingest.h"

#define NATIVE_TAIL                                                            \
	"\"policy\":\"P\",\"policy_hash\":\"0123456789abcdef\","               \
	"\"call_id\":\"c\",\"attempt\":1,\"max_attempts\":3,"                  \
	"\"kind\":\"first\",\"outcome\":\"failure\","                          \
	"\"duration_seconds\":0.1,\"elapsed_seconds\":0.1,"                    \
	"\"host\":\"h\",\"pid\":1,\"seq\":"

static struct rt_ingest ingest;

static void
set_up(void)
{
	cr_assert_eq(rt_ingest_init(&ingest, "auto", NULL), BACKOFF_OK);
}

static void
tear_down(void)
{
	rt_ingest_clear(&ingest);
}

TestSuite(live_ingest, .init = set_up, .fini = tear_down);

static void
feed(const char *text)
{
	struct tk_line line = {.text = text,
			       .length = strlen(text),
			       .number = ingest.lines + 1};

	rt_ingest_line(&ingest, 0, &line);
}

static void
feed_event(const char *type, const char *time, unsigned seq)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "{\"v\":1,\"ts\":\"%s\",\"event_type\":\"%s\","
		 "\"operation\":\"op\"," NATIVE_TAIL "%u}",
		 time, type, seq);
	feed(text);
}

Test(live_ingest, each_line_is_counted_as_its_kind)
{
	struct tk_line oversize = {
		.text = "{", .length = 1, .number = 9, .oversize = true};

	feed_event("retry_attempt", "2026-11-23T09:00:00.5Z", 1);
	feed_event("retry_exhausted", "2026-11-23T09:00:01Z", 2);
	feed("{\"timestamp\": \"2026-11-23T09:00:02.248690+00:00\", "
	     "\"event_type\": \"retry_attempt\", \"operation\": \"post\", "
	     "\"attempt\": 1, \"max_attempts\": 2, \"delay_seconds\": 0.5, "
	     "\"error\": \"refused\", \"error_type\": \"OSError\"}");
	feed("{\"level\": \"INFO\", \"message\": \"started\"}");
	feed_event("retry_of_the_future", "2026-11-23T09:00:01Z", 3);
	feed("{\"v\":1,\"ts\":\"2026-11-23T09:00:01Z\","
	     "\"event_type\":\"retry_attem");
	rt_ingest_line(&ingest, 0, &oversize);
	feed_event("retry_attempt", "2026-11-23T09:00:03Z", 7);
	cr_expect_eq(ingest.lines, 8);
	cr_expect_eq(ingest.events, 5, "%u", (unsigned)ingest.events);
	cr_expect_eq(ingest.unknown, 1);
	cr_expect_eq(ingest.foreign, 1, "%u", (unsigned)ingest.foreign);
	cr_expect_eq(ingest.bad, 2, "%u", (unsigned)ingest.bad);
	cr_expect_eq(ingest.oversize, 1);
	cr_expect_eq(ingest.bad_lines.kind[0].line, 6);
	cr_expect_eq(ingest.bad_lines.kind[1].line, 9);
	cr_expect(ingest.bad_lines.kind[0].error.text[0] != '\0');
	cr_expect_eq(tk_sequence_lost(ingest.sequence), 3);
	cr_expect_eq(rt_window_count(ingest.window), 2);
	cr_expect_eq(rt_ingest_end_s(&ingest), T0_S + 3);
}

Test(live_ingest, a_current_log_that_grows_ends_now)
{
	ingest.wall_ns = (T0_S + 100) * NS_PER_S;
	cr_expect_eq(rt_ingest_end_s(&ingest), 0, "nothing known");
	feed_event("retry_attempt", "2026-11-23T08:00:00Z", 1);
	cr_expect_not(rt_ingest_is_live(&ingest), "an hour ago");
	cr_expect_eq(rt_ingest_end_s(&ingest), T0_S - 3600);
	feed_event("retry_attempt", "2026-11-23T09:00:59Z", 2);
	cr_expect(rt_ingest_is_live(&ingest));
	cr_expect_eq(rt_ingest_end_s(&ingest), T0_S + 99, "a second is over");
	ingest.wall_ns += 3600 * NS_PER_S;
	cr_expect_eq(rt_ingest_end_s(&ingest), T0_S + 3699, "and stays so");
}

Test(live_ingest, a_quiet_log_that_grows_is_live)
{
	ingest.wall_ns = (T0_S + 100) * NS_PER_S;
	feed_event("retry_attempt", "2026-11-23T05:00:00Z", 1);
	ingest.caught_up = true;
	cr_expect_not(rt_ingest_is_live(&ingest));
	feed("{\"message\": \"all is well\"}");
	cr_expect(rt_ingest_is_live(&ingest));
}

Test(live_ingest, a_replayed_log_keeps_its_own_clock)
{
	ingest.wall_ns = (T0_S + 1000000) * NS_PER_S;
	ingest.caught_up = true;
	feed_event("retry_attempt", "2026-11-23T09:00:00Z", 1);
	feed("{\"message\": \"all is well\"}");
	feed_event("retry_attempt", "2026-11-23T09:00:05Z", 2);
	cr_expect_not(rt_ingest_is_live(&ingest));
	cr_expect_eq(rt_ingest_end_s(&ingest), T0_S + 5);
}

Test(live_ingest, an_unknown_dialect_is_an_error)
{
	struct backoff_error error = {0};
	struct rt_ingest other;

	cr_expect_eq(rt_ingest_init(&other, "klingon", &error),
		     BACKOFF_E_NOT_FOUND);
}

Test(live_ingest, a_copy_of_a_log_counts_once)
{
	static const char *const lines[] = {
		/* With a number, then without: the same lines again. */
		"{\"v\":1,\"ts\":\"2026-11-23T09:00:00.5Z\","
		"\"event_type\":\"retry_attempt\",\"operation\":\"op\","
		"\"delay_seconds\":1," NATIVE_TAIL "1}",
		"{\"timestamp\":\"2026-11-23T09:00:01.5Z\","
		"\"event_type\":\"retry_attempt\",\"operation\":\"op\","
		"\"attempt\":1,\"max_attempts\":3,\"delay_seconds\":1}",
	};

	for (size_t input = 0; input < 3; input++)
		for (size_t i = 0; i < 2; i++) {
			struct tk_line line = {.text = lines[i],
					       .length = strlen(lines[i]),
					       .number = i + 1};

			rt_ingest_line(&ingest, input, &line);
		}
	cr_expect_eq(ingest.events, 6);
	cr_expect_eq(ingest.copied, 4);
	cr_expect_eq(ingest.bad, 0);
	cr_expect_eq(rt_operation_total(rt_window_operation(ingest.window, 0))
			     ->retries,
		     2);
}

/* As a proxy writes it: three attempts, of which two were tried again. */
Test(live_ingest, a_line_of_a_call_counts_all_its_attempts)
{
	const struct rt_counts *total;

	feed("{\"start_time\":\"2026-01-12T14:27:14.956Z\",\"path\":\"/"
	     "orders\","
	     "\"response_code\":200,\"response_flags\":\"-\",\"duration\":148,"
	     "\"request_id\":\"dcb3\",\"upstream_host\":\"10.42.0.9:8080\","
	     "\"upstream_cluster\":\"orders\",\"route_name\":\"default\","
	     "\"upstream_request_attempt_count\":3}");
	cr_assert_eq(ingest.events, 1);
	total = rt_operation_total(rt_window_operation(ingest.window, 0));
	cr_expect_eq(total->attempts, 3);
	cr_expect_eq(total->retries, 2);
	cr_expect_eq(total->failed_calls, 1);
	cr_expect_eq(total->successes, 1);
	cr_expect_eq(total->call_attempts, 3);
}

/* With a replay's clock, a line comes in the very nanosecond of its event. */
Test(live_ingest, a_line_written_right_now_is_neither_lost_nor_new_twice)
{
	ingest.wall_ns = (T0_S + 1) * NS_PER_S;
	rt_ingest_catch_up(&ingest);
	feed_event("retry_attempt", "2026-11-23T09:00:00Z", 1);
	feed_event("retry_attempt", "2026-11-23T09:00:01Z", 2);
	feed_event("retry_attempt", "2026-11-23T09:00:01Z", 2);
	feed_event("retry_attempt", "2026-11-23T09:00:01.5Z", 3);
	cr_expect_eq(tk_sequence_lost(ingest.sequence), 0);
	cr_expect_eq(ingest.copied, 1);
}

/* A log that was there before, and goes on. */
struct zone {
	const char *why;
	/* Seconds: how far its clock is ahead, and how long the log was. */
	double ahead;
	unsigned before;
	/* Lines arrive. */
	bool grows;
};

static void
feed_second(const struct zone *zone, unsigned second, unsigned *seq)
{
	for (unsigned i = 0; i < 10; i++) {
		double at_s = second + i / 10.0;
		uint64_t wall_ns = T0_S * NS_PER_S + (uint64_t)(at_s * 1e9);
		char time[40];

		if (ingest.caught_up)
			ingest.wall_ns = wall_ns + NS_PER_S / 20;
		bo_rfc3339_format(
			wall_ns + (uint64_t)(int64_t)(zone->ahead * 1e9), 6,
			time, sizeof(time));
		feed_event("retry_exhausted", time, ++*seq);
	}
}

/* The backlog and what follows are one time, which the wall clock is read in:
 * live, with right rates, and the whole window known. */
Test(live_ingest, a_log_of_another_zone_is_live)
{
	static const struct zone row[] = {
		{"right", 0, 300, true},
		{"9 h ahead", 32400, 300, true},
		{"9 h ahead, and longer", 32400, 36000, true},
		{"5 h behind", -18000, 300, true},
		{"7 min ahead", 437.25, 300, true},
		{"12 min behind", -733.45, 300, true},
		{"11 h ahead, and old", 39600, 300, false},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		unsigned before = row[i].before, seq = 0;
		uint64_t want_s = T0_S + (uint64_t)(int64_t)row[i].ahead;
		const struct rt_when *when;
		const struct rt_clock *clock;
		struct rt_counts sum;
		size_t off;

		tear_down();
		set_up();
		when = rt_window_when(ingest.window);
		ingest.wall_ns = (T0_S + before) * NS_PER_S;
		for (unsigned s = 0; s < before; s++)
			feed_second(&row[i], s, &seq);
		rt_ingest_catch_up(&ingest);
		for (unsigned s = 0; s < (row[i].grows ? 20 : 0); s++)
			feed_second(&row[i], before + s, &seq);
		want_s += before + (row[i].grows ? 18 : -1);
		cr_expect_eq(rt_ingest_is_live(&ingest), row[i].grows, "%s",
			     row[i].why);
		cr_expect_leq(
			llabs((long long)(rt_ingest_end_s(&ingest) - want_s)),
			1, "%s: ends %lld s off", row[i].why,
			(long long)(rt_ingest_end_s(&ingest) - want_s));
		rt_operation_sum(rt_window_operation(ingest.window, 0),
				 rt_ingest_end_s(&ingest), 60, &sum);
		cr_expect_eq(sum.exhausted, 600, "%s: %llu", row[i].why,
			     (unsigned long long)sum.exhausted);
		cr_expect_leq(rt_when_known_ns(when) / NS_PER_S, want_s - 60,
			      "%s", row[i].why);
		off = rt_clocks_off(rt_when_clocks(when), &clock, 1);
		cr_expect_eq(off, row[i].grows && row[i].ahead != 0, "%s",
			     row[i].why);
		if (off > 0)
			cr_expect_float_eq(
				(double)rt_clock_ahead_ns(rt_when_clocks(when),
							  clock) /
					1e9,
				row[i].ahead, .2, "%s", row[i].why);
	}
}

/* One process of a log that was: its numbers go on, whatever its clock says. */
Test(live_ingest, a_clock_that_is_set_back_hides_nothing)
{
	static const struct {
		const char *why;
		/* Seconds: how far it is set back, from when until when. */
		double by;
		unsigned from, until;
		/* What is named, and how far the end is off. */
		double want, want_end;
	} row[] = {
		{"never", 0, 0, 0, 0, 0},
		{"an hour", 3600, 120, 180, 3600, 0},
		{"half a minute", 30, 120, 180, 30, 0},
		{"an hour, and set right", 3600, 120, 150, 0, 0},
		{"two hours, at once", 7200, 20, 180, 7200, 0},
		{"a line", 3600, 120, 120, 0, 0},
		{"a line ahead", -720, 120, 120, 0, 0},
		{"a second", 1, 120, 180, 0, -1},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		const struct rt_clocks *clocks;
		const struct rt_clock *clock;
		struct rt_counts sum;
		uint64_t end_s;
		size_t off;

		tear_down();
		set_up();
		for (unsigned n = 0; n < 1800; n++) {
			bool back = n >= row[i].from * 10 &&
				    (n < row[i].until * 10 ||
				     n == row[i].from * 10);
			char time[40];

			bo_rfc3339_format(
				T0_S * NS_PER_S + n * NS_PER_S / 10 -
					(back ? (uint64_t)row[i].by * NS_PER_S
					      : 0),
				6, time, sizeof(time));
			feed_event("retry_exhausted", time, n + 1);
		}
		end_s = rt_ingest_end_s(&ingest);
		cr_expect_float_eq((double)end_s - (double)T0_S,
				   179 + row[i].want_end, 1.1, "%s: ends at %d",
				   row[i].why, (int)(end_s - T0_S));
		rt_operation_sum(rt_window_operation(ingest.window, 0), end_s,
				 60, &sum);
		cr_expect_geq(sum.exhausted, 590, "%s: %llu", row[i].why,
			      (unsigned long long)sum.exhausted);
		cr_expect_eq(rt_window_late(ingest.window), 0, "%s",
			     row[i].why);
		clocks = rt_when_clocks(rt_window_when(ingest.window));
		off = rt_clocks_off(clocks, &clock, 1);
		cr_assert_eq(off > 0 && clock->back_ns > 0, row[i].want > 0,
			     "%s", row[i].why);
		if (row[i].want == 0)
			continue;
		cr_expect_float_eq((double)clock->back_ns / 1e9, row[i].want,
				   .2, "%s", row[i].why);
		cr_expect_eq((clock->back_at_ns + NS_PER_S / 2) / NS_PER_S,
			     T0_S + row[i].from, "%s", row[i].why);
	}
}
