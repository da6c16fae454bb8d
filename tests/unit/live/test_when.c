/* Tests of tools/live/when.c and clocks.c: wrong clocks empty no window, and
 * late lines are judged as fresh ones. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "unit/live/helper.h"
#include "live/lateness.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define HOSTS 4
#define SECONDS 200
#define PER_S 12
#define MINUTE 60

/* A log of four hosts, each with a third of a dozen retries a second. */
struct scenario {
	const char *why;
	/* How far the last host's clock is ahead, and how late its lines come;
	 * how late those of the others. In seconds. */
	double ahead, late, others_late;
	/* One event of the first host: how far it is ahead, and at which second
	 * it is written; -1 for none. */
	double stray;
	int stray_at;
	/* Lines arrive while they are read. */
	bool live;
	/* Each host has an input. */
	bool apart;
	/* What must be seen: the lateness, the named offset. */
	double want_late, want_offset;
};

static const struct scenario scenarios[] = {
	{.why = "nothing is wrong, live", .stray_at = -1, .live = true},
	{.why = "nothing is wrong, history", .stray_at = -1},
	{.why = "one line 5 min ahead, live",
	 .stray = 301,
	 .stray_at = 150,
	 .live = true},
	{.why = "one line 12 min ahead, live",
	 .stray = 720,
	 .stray_at = 199,
	 .live = true},
	{.why = "one line 60 min ahead, live",
	 .stray = 3599,
	 .stray_at = 100,
	 .live = true},
	{.why = "one line a day ahead, live",
	 .stray = 86400,
	 .stray_at = 190,
	 .live = true},
	{.why = "one line 2 min ahead", .stray = 120, .stray_at = 150},
	{.why = "one line 5 min ahead", .stray = 301, .stray_at = 150},
	{.why = "one line 12 min ahead", .stray = 720, .stray_at = 150},
	{.why = "one line 60 min ahead", .stray = 3599, .stray_at = 150},
	{.why = "the last line 12 min ahead", .stray = 720, .stray_at = 199},
	{.why = "the first line 12 min ahead", .stray = 720, .stray_at = 0},
	{.why = "the first line 2 min ahead", .stray = 120, .stray_at = 0},
	{.why = "a host 12 min ahead, live",
	 .ahead = 720,
	 .stray_at = -1,
	 .live = true,
	 .want_offset = 720},
	{.why = "a host 20 s ahead, live",
	 .ahead = 20,
	 .stray_at = -1,
	 .live = true,
	 .want_offset = 20},
	{.why = "a host 12 min behind, live",
	 .ahead = -720,
	 .stray_at = -1,
	 .live = true,
	 .want_offset = -720},
	{.why = "a host 12 min ahead",
	 .ahead = 720,
	 .stray_at = -1,
	 .want_offset = 720},
	{.why = "a host 2 min ahead",
	 .ahead = 120,
	 .stray_at = -1,
	 .want_offset = 120},
	{.why = "a host 40 s ahead",
	 .ahead = 40,
	 .stray_at = -1,
	 .want_offset = 40},
	{.why = "a host 9 s ahead",
	 .ahead = 9,
	 .stray_at = -1,
	 .want_offset = 9},
	{.why = "a host 12 min behind",
	 .ahead = -720,
	 .stray_at = -1,
	 .want_offset = -720},
	{.why = "a host of its own file 12 min ahead, live",
	 .ahead = 720,
	 .stray_at = -1,
	 .live = true,
	 .apart = true,
	 .want_offset = 720},
	{.why = "all lines 15 s late",
	 .late = 15,
	 .others_late = 15,
	 .stray_at = -1,
	 .live = true,
	 .want_late = 15},
	{.why = "all lines 90 s late",
	 .late = 90,
	 .others_late = 90,
	 .stray_at = -1,
	 .live = true,
	 .want_late = 90},
	/* Its clock is 15 s behind, for all that is known. */
	{.why = "the lines of one host 15 s late",
	 .late = 15,
	 .stray_at = -1,
	 .live = true,
	 .want_offset = -15},
};

static void
add_at(struct rt_window *window, const struct scenario *scenario,
       unsigned host_index, double at_s, double ts_s)
{
	struct backoff_event event =
		foreign_event(BACKOFF_EVENT_ATTEMPT, "op", T0_S, 1);
	char host[16];

	snprintf(host, sizeof(host), "host-%u", host_index);
	event.host = host;
	event.ts_ns = T0_S * NS_PER_S + (uint64_t)((ts_s + 40000) * 1e9) -
		      40000 * NS_PER_S;
	rt_window_from(window, scenario->apart ? host_index : 0);
	rt_window_arrives(window, scenario->live);
	cr_assert(rt_window_add(
		window, &event,
		scenario->live ? T0_S * NS_PER_S + (uint64_t)(at_s * 1e9) : 0));
}

/* A line that was there before lines arrived. */
static void
add_before(struct rt_window *window, unsigned host_index, double ts_s)
{
	struct backoff_event event =
		foreign_event(BACKOFF_EVENT_ATTEMPT, "op", T0_S, 1);
	char host[16];

	snprintf(host, sizeof(host), "host-%u", host_index);
	event.host = host;
	event.ts_ns = T0_S * NS_PER_S + (uint64_t)((ts_s + 40000) * 1e9) -
		      40000 * NS_PER_S;
	rt_window_from(window, host_index);
	rt_window_arrives(window, false);
	cr_assert(rt_window_add(window, &event, (T0_S + SECONDS) * NS_PER_S));
}

/* Lines in the order of their arrival. */
static void
play(struct rt_window *window, const struct scenario *scenario)
{
	for (unsigned i = 0; i < SECONDS * PER_S; i++) {
		unsigned host = i % HOSTS;
		bool last = host == HOSTS - 1;
		double at_s = (double)i / PER_S;
		double late = last ? scenario->late : scenario->others_late;

		if (scenario->stray_at >= 0 &&
		    i == (unsigned)scenario->stray_at * PER_S)
			add_at(window, scenario, 0, at_s,
			       at_s + scenario->stray);
		add_at(window, scenario, host, at_s,
		       at_s - late - 0.05 + (last ? scenario->ahead : 0));
	}
}

static void
expect_clock(const struct rt_window *window, const struct scenario *scenario)
{
	const struct rt_clock *clock = NULL;
	size_t off = rt_clocks_off(rt_when_clocks(rt_window_when(window)),
				   &clock, 1);
	double offset = off > 0 ? (double)clock->offset_ns / 1e9 : 0;
	double leap = off > 0 ? (double)clock->leap_ns / 1e9 : 0;

	cr_expect_float_eq(offset, scenario->want_offset, 1.5, "%s: offset %g",
			   scenario->why, offset);
	if (scenario->want_offset != 0)
		cr_expect_str_eq(clock->host, "host-3", "%s", scenario->why);
	/* What came first is compared with nothing. */
	if (scenario->stray_at <= 0)
		return;
	cr_assert_eq(off, 1, "%s: %zu clocks", scenario->why, off);
	cr_expect_str_eq(clock->host, "host-0", "%s", scenario->why);
	cr_expect_eq(clock->leaps, 1, "%s", scenario->why);
	cr_expect_float_eq(leap, scenario->stray, 1.5, "%s: leap %g",
			   scenario->why, leap);
}

Test(live_when, a_wrong_clock_or_late_lines_empty_no_window)
{
	for (size_t i = 0; i < COUNT(scenarios); i++) {
		const struct scenario *scenario = &scenarios[i];
		struct rt_window *window = rt_window_new();
		uint64_t wall_ns, end_s;
		struct rt_counts sum;
		double late;

		play(window, scenario);
		wall_ns = scenario->live ? (T0_S + SECONDS) * NS_PER_S : 0;
		end_s = rt_when_as_of_ns(rt_window_when(window), wall_ns) /
			NS_PER_S;
		late = (double)rt_when_late_ns(rt_window_when(window)) / 1e9;
		rt_operation_sum(rt_window_operation(window, 0), end_s - 1,
				 MINUTE, &sum);
		/* All hosts' lines, unless those of one are late. */
		cr_expect_geq(sum.retries,
			      MINUTE * PER_S * 19 / 20 -
				      (scenario->late > scenario->others_late
					       ? MINUTE * PER_S / HOSTS
					       : 0),
			      "%s: %llu retries", scenario->why,
			      (unsigned long long)sum.retries);
		cr_expect_float_eq((double)(end_s - T0_S),
				   SECONDS - scenario->others_late, 1.5,
				   "%s: ends at %d", scenario->why,
				   (int)(end_s - T0_S));
		cr_expect_float_eq(late, scenario->want_late, 1.1,
				   "%s: %g s late", scenario->why, late);
		expect_clock(window, scenario);
		rt_window_free(window);
	}
}

/* By how much a line is counted after its time. */
static double
moved_s(struct rt_when *when, const char *host, bool live, double at_s,
	double ts_s)
{
	const uint64_t t0_ns = T0_S * NS_PER_S;
	struct rt_when_event event = {
		.ts_ns = t0_ns + (uint64_t)(ts_s * 1e9),
		.host = host,
		.wall_ns = live ? t0_ns + (uint64_t)(at_s * 1e9) : 0,
		.arrives = live,
	};
	struct rt_when_answer answer;

	cr_assert(rt_when_judge(when, &event, &answer));
	return (double)(int64_t)(answer.ts_ns - event.ts_ns) / 1e9;
}

/* An outage began as much too early as the clock of a host is behind. */
Test(live_when, a_steady_lag_is_a_clock_and_a_batch_is_not)
{
	static const struct {
		const char *why;
		/* Seconds, of one host, and those from batch to batch. */
		double behind, batch, want;
		/* Its lines in half a second. */
		int lines;
	} row[] = {
		{"25 s behind", 25, .5, 25, 1},
		{"5 s behind", 5, .5, 0, 1},
		{"in batches of 15 s", 20, 15, 0, 1},
		{"in batches of 15 s, a minute later", 60, 15, 0, 1},
		{"many lines, 25 s behind", 25, .5, 25, 20},
		{"many lines, in batches of 15 s", 20, 15, 0, 20},
		{"many lines, in batches of 5 s", 20, 5, 0, 20},
	};

	for (size_t i = 0; i < 2 * COUNT(row); i++) {
		struct rt_when *when = rt_when_new();
		bool live = i % 2 != 0;
		double behind = row[i / 2].behind, batch = row[i / 2].batch;
		double moved = 0;

		for (unsigned half = 200; half < 800; half++) {
			double at = half / 2.0;

			for (int k = 0; k < 4 * row[i / 2].lines; k++)
				moved_s(when, "h0", live, at, at - .1);
			for (double ago = batch;
			     fmod(at, batch) < .1 && ago > 0; ago -= .5)
				for (int k = 0; k < row[i / 2].lines; k++)
					moved = moved_s(when, "h1", live, at,
							at - behind - ago);
		}
		cr_expect_float_eq(moved, row[i / 2].want, 1.5, "%s, %d: %g",
				   row[i / 2].why, live, moved);
		rt_when_free(when);
	}
}

/* A few in a row that were as late by chance were taken for its clock. */
Test(live_when, a_lag_that_changes_with_each_line_moves_no_line)
{
	struct rt_clock clock = {.id = 1};
	uint32_t seed = 1;
	unsigned off = 0;

	for (uint64_t i = 1; i < 40000; i++) {
		uint64_t wall_ns = T0_S * NS_PER_S + i * NS_PER_S / 4 -
				   (i % 8 == 0 ? NS_PER_S / 5 : 0);

		seed = seed * 1664525 + 1013904223;
		rt_clock_compare(&clock,
				 wall_ns - 20 * NS_PER_S -
					 30 * NS_PER_S * (seed >> 16) / 65536,
				 wall_ns);
		off += clock.offset_ns != 0;
	}
	cr_expect_eq(off, 0, "%u lines were moved", off);
}

/* The end of a log that is watched. */
static uint64_t
as_of_s(const struct rt_window *window, uint64_t wall_s)
{
	return rt_when_as_of_ns(rt_window_when(window), wall_s * NS_PER_S) /
	       NS_PER_S;
}

Test(live_when, time_goes_on_if_nothing_happens)
{
	const struct scenario late = {
		.late = 15, .others_late = 15, .stray_at = -1, .live = true};
	struct rt_window *window = rt_window_new();

	cr_expect_eq(rt_when_known_ns(rt_window_when(window)), 0);
	rt_window_watch(window, (T0_S - 300) * NS_PER_S);
	cr_expect_eq(rt_when_known_ns(rt_window_when(window)) / NS_PER_S,
		     T0_S - 300, "it is known that nothing happened");
	play(window, &late);
	cr_expect_eq(as_of_s(window, T0_S + SECONDS), T0_S + SECONDS - 15);
	cr_expect_eq(as_of_s(window, T0_S + SECONDS + 600),
		     T0_S + SECONDS + 585);
	rt_window_free(window);
}

Test(live_when, lateness_is_what_most_events_have)
{
	static const struct {
		const char *why;
		/* How many of ten events each second. */
		unsigned late;
		double late_s, want;
	} row[] = {
		{"none", 0, 15, 0.1},   {"a straggler", 1, 200, 0.1},
		{"some", 2, 15, 15},    {"all", 10, 2.5, 2.5},
		{"hours", 10, 9000, 0},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct rt_lateness lateness = {.total = 0};
		double got;

		for (unsigned k = 0; k < 1000; k++)
			rt_lateness_note(
				&lateness,
				(uint64_t)((k % 10 < row[i].late ? row[i].late_s
								 : 0.15) *
					   1e9),
				(T0_S + k / 10) * NS_PER_S);
		got = (double)rt_lateness_of(&lateness, 0.9) / 1e9;
		cr_expect_float_eq(got, row[i].want, 1e-6, "%s: %g", row[i].why,
				   got);
	}
}

Test(live_when, a_clock_that_was_set_right_is_right)
{
	struct rt_clock clock = {.id = 1};

	for (uint64_t i = 1; i < 10; i++)
		rt_clock_compare(&clock, (T0_S + i + 720) * NS_PER_S,
				 (T0_S + i) * NS_PER_S);
	cr_expect_eq(clock.offset_ns, 720 * (int64_t)NS_PER_S);
	/* A burst is one comparison. */
	for (uint64_t i = 0; i < 100; i++)
		rt_clock_compare(&clock, (T0_S + 10) * NS_PER_S,
				 (T0_S + 10) * NS_PER_S + i);
	cr_expect_eq(clock.offset_ns, 720 * (int64_t)NS_PER_S);
	for (uint64_t i = 11; i < 20; i++)
		rt_clock_compare(&clock, (T0_S + i) * NS_PER_S,
				 (T0_S + i) * NS_PER_S);
	cr_expect_eq(clock.offset_ns, 0);
	cr_expect_eq(clock.leaps, 0);
}

/* A busy log of old events, and what nothing follows at its end. */
Test(live_when, the_last_events_of_an_old_log_are_believed)
{
	static const struct {
		const char *why;
		/* The last events of host 0, and how far ahead they are; how
		 * far it was ahead in the middle of the log, 0: never. */
		unsigned last;
		double ahead, before;
		bool believed;
	} row[] = {
		{"one after a minute", 1, 61, 0, true},
		{"one after nearly five minutes", 1, 298, 0, true},
		{"a few after two minutes", 3, 120, 0, true},
		{"a few after three hours", 3, 10800, 0, true},
		{"a few of a wrong clock", 3, 720, 720, false},
		{"one ten minutes ahead", 1, 600, 0, false},
		{"one of another time zone", 1, 7200, 0, false},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		const struct scenario scenario = {
			.stray = row[i].before,
			.stray_at = row[i].before > 0 ? 100 : -1};
		struct rt_window *window = rt_window_new();
		const struct rt_clock *clock;
		uint64_t end_s = T0_S + SECONDS + (uint64_t)row[i].ahead;
		struct rt_counts sum;

		play(window, &scenario);
		for (unsigned k = 0; k < row[i].last; k++)
			add_at(window, &scenario, 0, SECONDS,
			       SECONDS + row[i].ahead);
		cr_expect_lt(rt_window_newest_ns(window) / NS_PER_S,
			     T0_S + SECONDS, "%s: at once", row[i].why);
		cr_assert(rt_window_end(window, 0));
		cr_expect_eq(rt_window_newest_ns(window) / NS_PER_S == end_s,
			     row[i].believed, "%s", row[i].why);
		if (row[i].believed) {
			rt_operation_sum(rt_window_operation(window, 0), end_s,
					 1, &sum);
			cr_expect_eq(sum.retries, row[i].last, "%s",
				     row[i].why);
			cr_expect_eq(
				rt_clocks_off(
					rt_when_clocks(rt_window_when(window)),
					&clock, 1),
				0, "%s: a clock is wrong", row[i].why);
		}
		rt_window_free(window);
	}
}

/* A pause of five minutes was said to be a wrong clock. */
Test(live_when, a_pause_is_not_a_wrong_clock)
{
	const struct scenario scenario = {.stray_at = -1};
	struct rt_window *window = rt_window_new();
	const struct rt_clock *clock;

	play(window, &scenario);
	for (unsigned i = 0; i < 20; i++)
		add_at(window, &scenario, i % HOSTS, SECONDS,
		       SECONDS + 300 + i);
	cr_expect_eq(rt_window_newest_ns(window) / NS_PER_S,
		     T0_S + SECONDS + 319);
	cr_expect_eq(rt_clocks_off(rt_when_clocks(rt_window_when(window)),
				   &clock, 1),
		     0);
	cr_expect_eq(rt_window_skewed(window), 0);
	rt_window_free(window);
}

/* Each host has a file, which was there before; the last host's clock is wrong,
 * and its file is read first or last. */
Test(live_when, another_zone_of_one_input_empties_no_window)
{
	for (unsigned order = 0; order < 4; order++) {
		const struct scenario scenario = {.ahead = order < 2 ? 32400
								     : -18000,
						  .apart = true,
						  .live = true};
		struct rt_window *window = rt_window_new();
		const struct rt_when *when = rt_window_when(window);
		const struct rt_clock *clock = NULL;
		struct rt_counts sum;
		uint64_t end_s;

		for (unsigned k = 0; k < HOSTS; k++)
			for (unsigned i = 0; i < SECONDS * PER_S; i++) {
				unsigned host = order % 2 ? k : HOSTS - 1 - k;
				double ahead =
					host == HOSTS - 1 ? scenario.ahead : 0;

				add_before(window, host,
					   (double)i / PER_S + ahead);
			}
		rt_window_watch(window, (T0_S + SECONDS) * NS_PER_S);
		for (unsigned i = SECONDS * PER_S; i < 2 * SECONDS * PER_S;
		     i++) {
			double at = (double)i / PER_S;

			add_at(window, &scenario, i % HOSTS, at,
			       at - .05 +
				       (i % HOSTS == HOSTS - 1 ? scenario.ahead
							       : 0));
		}
		end_s = rt_when_as_of_ns(when,
					 (T0_S + 2 * SECONDS) * NS_PER_S) /
			NS_PER_S;
		cr_expect_leq(T0_S + 2 * SECONDS - end_s, 1, "%u", order);
		rt_operation_sum(rt_window_operation(window, 0), end_s - 1,
				 MINUTE, &sum);
		cr_expect_geq(sum.retries, MINUTE * PER_S * 19 / 20,
			      "%u: %llu retries", order,
			      (unsigned long long)sum.retries);
		cr_assert_eq(rt_clocks_off(rt_when_clocks(when), &clock, 1), 1,
			     "%u", order);
		cr_expect_str_eq(clock->host, "host-3", "%u", order);
		cr_expect_float_eq(
			(double)rt_clock_ahead_ns(rt_when_clocks(when), clock) /
				1e9,
			scenario.ahead, 1, "%u", order);
		rt_window_free(window);
	}
}
