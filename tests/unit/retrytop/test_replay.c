/* Tests of retrytop/replay: which line is played when. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/num.h"
#include "retrytop/replay.h"

#define INPUTS 3

static struct rt_ingest ingest, peek;
static struct rt_replay *replay;
static const size_t apart[INPUTS] = {0, 1, 2};

static void
begin(const size_t *whole, uint64_t speed)
{
	cr_assert(rt_ingest_init(&ingest, "native", NULL) == BACKOFF_OK);
	cr_assert(rt_ingest_init(&peek, "native", NULL) == BACKOFF_OK);
	replay = rt_replay_new(&ingest, &peek, whole, INPUTS, speed);
	cr_assert(replay);
}

static void
end(void)
{
	rt_replay_free(replay);
	rt_ingest_clear(&ingest);
	rt_ingest_clear(&peek);
}

/* An event @second seconds after 10:00. */
static void
keep(size_t input, unsigned second)
{
	char text[512];
	struct tk_line line = {.text = text};

	line.length = (size_t)snprintf(
		text, sizeof(text),
		"{\"v\":1,\"ts\":\"2026-11-30T10:%02u:%02u.000Z\","
		"\"event_type\":\"retry_attempt\",\"operation\":\"in%zu\","
		"\"policy\":\"P\",\"policy_hash\":\"0123456789abcdef\","
		"\"call_id\":\"%u\",\"attempt\":1,\"max_attempts\":3,"
		"\"kind\":\"first\",\"outcome\":\"failure\","
		"\"delay_seconds\":1,\"duration_seconds\":0.1,"
		"\"elapsed_seconds\":0.1,\"host\":\"h%zu\",\"pid\":7,"
		"\"seq\":%u}",
		second / 60, second % 60, input, second, input, second + 1);
	rt_replay_line(replay, input, &line);
}

static void
keep_other(size_t input)
{
	const struct tk_line line = {.text = "started", .length = 7};

	rt_replay_line(replay, input, &line);
}

static uint64_t
played_at(uint64_t now_ns)
{
	for (;;) {
		while (rt_replay_play(replay, now_ns, 1))
			;
		if (!rt_replay_waits(replay, now_ns))
			break;
		rt_replay_go_on(replay);
	}
	return ingest.events;
}

Test(replay, each_line_at_its_time)
{
	begin(apart, 10);
	cr_expect(rt_replay_wants(replay));
	keep(0, 0);
	keep(0, 20);
	keep(0, 30);
	keep(0, 50);
	cr_expect(rt_replay_wants(replay), "lines of the others may be first");
	rt_replay_end(replay);
	cr_expect_eq(played_at(1000 * BO_NS_PER_S), 1);
	cr_expect_eq(rt_replay_due_ns(replay), 1002 * BO_NS_PER_S);
	cr_expect_eq(played_at(1001 * BO_NS_PER_S), 1);
	cr_expect_eq(played_at(1002 * BO_NS_PER_S), 2);
	cr_expect_eq(rt_replay_wall_ns(replay, 1002 * BO_NS_PER_S) -
			     rt_replay_wall_ns(replay, 1001 * BO_NS_PER_S),
		     10 * BO_NS_PER_S);
	cr_expect(!rt_replay_is_over(replay));
	cr_expect_eq(played_at(1003 * BO_NS_PER_S), 3);
	cr_expect_eq(played_at(1005 * BO_NS_PER_S), 4);
	cr_expect(rt_replay_is_over(replay));
	cr_expect(rt_ingest_is_live(&ingest));
	cr_expect_eq(rt_replay_second_ns(replay), UINT64_MAX);
	cr_expect(!rt_replay_waits(replay, 2000 * BO_NS_PER_S));
	cr_expect_leq(rt_replay_wall_ns(replay, 2000 * BO_NS_PER_S) -
			      rt_replay_wall_ns(replay, 1000 * BO_NS_PER_S),
		      51 * BO_NS_PER_S, "its clock stops at its end");
	end();
}

/* However fast the clock is, what is known at each second can be judged. */
Test(replay, its_clock_waits_at_each_second)
{
	uint64_t origin_ns, late_ns = 2000 * BO_NS_PER_S;

	begin(apart, 1000);
	for (unsigned s = 0; s < 5; s++)
		keep(0, s);
	rt_replay_end(replay);
	cr_expect(!rt_replay_waits(replay, BO_NS_PER_S));
	rt_replay_play(replay, BO_NS_PER_S, 10);
	origin_ns = rt_replay_wall_ns(replay, BO_NS_PER_S);
	cr_expect_eq(rt_replay_second_ns(replay),
		     BO_NS_PER_S + BO_NS_PER_S / 1000);
	for (unsigned s = 1; s < 5; s++) {
		cr_expect(!rt_replay_play(replay, late_ns, 10));
		cr_expect_eq(ingest.events, s + 1);
		/* At its end, there is nothing to wait for. */
		cr_expect_eq(rt_replay_waits(replay, late_ns), s < 4);
		cr_expect_eq(rt_replay_wall_ns(replay, late_ns) - origin_ns,
			     s * BO_NS_PER_S);
		rt_replay_go_on(replay);
	}
	end();
}

Test(replay, stands_still_while_it_is_held)
{
	uint64_t at_ns;

	begin(apart, 10);
	keep(0, 0);
	keep(0, 20);
	rt_replay_end(replay);
	cr_expect_eq(played_at(1000 * BO_NS_PER_S), 1);
	rt_replay_hold(replay, 1001 * BO_NS_PER_S, true);
	at_ns = rt_replay_wall_ns(replay, 1001 * BO_NS_PER_S);
	rt_replay_hold(replay, 1500 * BO_NS_PER_S, true);
	cr_expect_eq(played_at(1999 * BO_NS_PER_S), 1);
	cr_expect_eq(rt_replay_wall_ns(replay, 1999 * BO_NS_PER_S), at_ns);
	cr_expect_eq(rt_replay_due_ns(replay), UINT64_MAX);
	cr_expect_eq(rt_replay_second_ns(replay), UINT64_MAX);
	rt_replay_hold(replay, 2001 * BO_NS_PER_S, false);
	cr_expect_eq(rt_replay_due_ns(replay), 2002 * BO_NS_PER_S);
	cr_expect_eq(played_at(2001 * BO_NS_PER_S), 1);
	cr_expect_eq(played_at(2002 * BO_NS_PER_S), 2);
	end();
}

/* The second log begins when the first has been played for a minute, so that
 * none of its lines is of the future. */
Test(replay, logs_begin_when_they_did)
{
	begin(apart, 1);
	for (unsigned s = 0; s < 120; s += 10)
		keep(0, s);
	keep_other(1);
	keep(1, 60);
	keep(1, 61);
	keep_other(2);
	rt_replay_end(replay);
	played_at(BO_NS_PER_S);
	cr_expect_eq(rt_window_count(ingest.window), 1);
	played_at(59 * BO_NS_PER_S);
	cr_expect_eq(rt_window_count(ingest.window), 1);
	played_at(62 * BO_NS_PER_S);
	cr_expect_eq(rt_window_count(ingest.window), 2);
	cr_expect_eq(rt_window_skewed(ingest.window), 0);
	end();
}

/* The files of a rotated log are one, in the order in which they are read. */
Test(replay, a_rotated_log_is_one)
{
	static const size_t whole[INPUTS] = {0, 0, 2};

	begin(whole, 1);
	keep(0, 0);
	keep(1, 5);
	cr_expect(rt_replay_wants(replay), "of the other log");
	keep(2, 3);
	cr_expect(!rt_replay_wants(replay), "one file of each log will do");
	rt_replay_end(replay);
	played_at(BO_NS_PER_S);
	cr_expect_eq(ingest.events, 1);
	played_at(4 * BO_NS_PER_S);
	cr_expect_eq(ingest.events, 2);
	played_at(6 * BO_NS_PER_S);
	cr_expect_eq(ingest.events, 3);
	end();
}

Test(replay, what_has_no_event_is_over_at_once)
{
	begin(apart, 1);
	keep_other(0);
	keep_other(2);
	rt_replay_end(replay);
	cr_expect_eq(played_at(BO_NS_PER_S), 0);
	cr_expect_eq(ingest.lines, 2);
	cr_expect(rt_replay_is_over(replay));
	cr_expect_eq(rt_replay_wall_ns(replay, BO_NS_PER_S), 0);
	cr_expect_eq(rt_replay_due_ns(replay), UINT64_MAX);
	end();
}
