/* Tests of tools/trace/number.c: lines without a number or a time. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "trace/trace.h"

#define MS UINT64_C(1000000)
#define START (UINT64_C(1795428000) * 1000 * MS)
#define NONE BACKOFF_ABSENT
#define LINES_MAX 10
#define TEXT_MAX 512

/** One line: see the letters of test_calls.c for what. */
struct row {
	/** Milliseconds; 0 for none. */
	uint64_t at;
	char what;
	/** Milliseconds + 1; 0 for none. */
	uint64_t delay;
	const char *id, *lane;
	/** Attempts left + 1, number, most; 0 for none. */
	uint64_t left, number, most;
};

static struct tk_reading
reading_of(const struct row *row)
{
	struct tk_reading reading = {.left = NONE, .silent = true};
	struct backoff_event *event = &reading.event;

	backoff_event_init(event, sizeof(*event));
	event->type = row->what == 's'   ? BACKOFF_EVENT_SUCCESS
		      : row->what == 'x' ? BACKOFF_EVENT_EXHAUSTED
					 : BACKOFF_EVENT_ATTEMPT;
	event->operation = "op";
	event->trace_id = row->id;
	if (row->at)
		event->ts_ns = START + row->at * MS;
	if (row->delay)
		event->delay_ns = (row->delay - 1) * MS;
	if (row->number)
		event->attempt = row->number;
	if (row->most)
		event->max_attempts = row->most;
	if (row->left)
		reading.left = row->left - 1;
	reading.lane = row->lane;
	reading.no_time = row->at == 0;
	reading.by_order = row->number == 0 && row->left == 0;
	return reading;
}

static void
add(struct tk_trace *trace, const struct row *row)
{
	struct tk_reading reading = reading_of(row);

	cr_assert_eq(tk_trace_take(trace, &reading), BACKOFF_OK);
}

/* Each call as "ATTEMPTSend", with its first missing ones and its limit. */
static const char *
describe(struct tk_trace *trace, char *out)
{
	static const char end[] = "sxa.";
	const struct tk_call *call;
	size_t count, used = 0;

	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
	call = tk_trace_calls(trace, &count);
	out[0] = '\0';
	for (size_t i = 0; i < count && used < TEXT_MAX - 32; i++) {
		used += (size_t)snprintf(out + used, TEXT_MAX - used, "%s%u%c",
					 i ? " " : "", call[i].count,
					 end[call[i].end]);
		if (call[i].missing_before)
			used += (size_t)snprintf(out + used, TEXT_MAX - used,
						 "-%u", call[i].missing_before);
		if (call[i].max_attempts)
			used += (size_t)snprintf(out + used, TEXT_MAX - used,
						 "/%u", call[i].max_attempts);
	}
	return out;
}

#define BY(way) (1u << TK_ORDER_##way)

static const struct {
	const char *why, *calls;
	unsigned ways;
	struct row row[LINES_MAX];
} table[] = {
	{"by id",
	 "3. 2x",
	 BY(ID),
	 {{100, 'f', 1001, .id = "a"},
	  {150, 'f', 1001, .id = "b"},
	  {1200, 'f', 2001, .id = "a"},
	  {1250, 'x', 0, .id = "b"},
	  {3300, 'f', 4001, .id = "a"}}},
	{"by lane",
	 "2x 2x",
	 BY(LANE),
	 {{100, 'f', 1001, .lane = "t1"},
	  {150, 'f', 1001, .lane = "t2"},
	  {1200, 'x', 0, .lane = "t2"},
	  {1250, 'x', 0, .lane = "t1"}}},
	{"by time",
	 "3x",
	 BY(TIME),
	 {{100, 'f', .delay = 1001},
	  {1200, 'f', .delay = 2001},
	  {3300, 'x', .delay = 0}}},
	{"counting down",
	 "3x/3 3x/3",
	 BY(LEFT),
	 {{100, 'f', 0, .left = 3},
	  {200, 'f', 0, .left = 2},
	  {300, 'x', 0, .left = 1},
	  {600, 'f', 0, .left = 3},
	  {700, 'f', 0, .left = 2},
	  {800, 'x', 0, .left = 1}}},
	{"counting down from for ever",
	 "2x",
	 BY(LEFT),
	 {{100, 'f', 0, .left = (UINT64_C(1) << 31)},
	  {200, 'x', 0, .left = (UINT64_C(1) << 31) - 1}}},
	{"the number of the last line is in the log",
	 "3x",
	 BY(TIME) | BY(GIVEN),
	 {{100, 'f', .delay = 1001},
	  {1200, 'f', .delay = 2001},
	  {3300, 'x', 0, .number = 3}}},
	{"and proves which lines before it are of its call",
	 "4s 3x",
	 BY(TIME) | BY(GIVEN),
	 {{100, 'f', .delay = 301},
	  {500, 'f', .delay = 1701},
	  {2300, 'f', .delay = 901},
	  {3300, 'f', .delay = 1},
	  {3400, 'f', .delay = 1101},
	  {4600, 'x', 0, .number = 3}}},
	{"but not where calls overlap",
	 "2s 3x",
	 BY(TIME) | BY(GIVEN),
	 {{100, 'f', .delay = 5001},
	  {1000, 'f', .delay = 5001},
	  {6100, 'f', .delay = 5001},
	  {11200, 'x', 0, .number = 3}}},
	{"for ever does not limit",
	 "2x",
	 BY(GIVEN),
	 {{100, 'f', 1001, .number = 1, .most = INT32_MAX},
	  {1200, 'x', 0, .number = 2, .most = INT32_MAX}}},
	{"the end is written at once with the last retry",
	 "3x/2",
	 BY(LEFT) | BY(TIME),
	 {{100, 'f', 0, .left = 2},
	  {101, 'f', 0, .left = 1},
	  {101, 'x', .delay = 0}}},
	{"a call begins when another one ends",
	 "2s 1.",
	 BY(GIVEN) | BY(TIME),
	 {{100, 'f', 1, .number = 1},
	  {200, 's', 0, .number = 2},
	  {200, 'f', .delay = 1001}}},
	{"likewise, the newest line first",
	 "2s 1.",
	 BY(GIVEN) | BY(TIME),
	 {{200, 'f', .delay = 1001},
	  {200, 's', 0, .number = 2},
	  {100, 'f', 1, .number = 1}}},
	{"no time: by order only",
	 "3x",
	 BY(TIME),
	 {{0, 'f', .delay = 1001},
	  {0, 'f', .delay = 2001},
	  {0, 'x', .delay = 0}}},
	{"no time: that of the line before",
	 "2x",
	 BY(TIME),
	 {{100, 'f', .delay = 1001},
	  {1200, 'x', .delay = 0},
	  {0, 'f', .delay = 1001}}},
};

Test(trace_number, numbers_what_has_no_number)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct tk_trace *trace = tk_trace_new();
		const struct tk_quality *quality;
		char text[TEXT_MAX];
		unsigned ways = 0;

		for (size_t k = 0; k < LINES_MAX && table[i].row[k].what; k++)
			add(trace, &table[i].row[k]);
		describe(trace, text);
		if (i + 1 < sizeof(table) / sizeof(*table))
			cr_expect_str_eq(text, table[i].calls, "%s: %s",
					 table[i].why, text);
		quality = tk_trace_quality(trace);
		for (unsigned way = 0; way < TK_ORDER_WAYS; way++)
			if (quality->by_way[way] > 0)
				ways |= 1u << way;
		cr_expect_eq(ways, table[i].ways, "%s: %x", table[i].why, ways);
		tk_trace_free(trace);
	}
}

Test(trace_number, says_that_no_line_has_a_time)
{
	const struct row timeless = {0, 'f', .delay = 1001};
	const struct row timed = {100, 'f', .delay = 1001};

	for (unsigned both = 0; both < 2; both++) {
		struct tk_trace *trace = tk_trace_new();
		const struct tk_trace_totals *totals;
		size_t count;

		add(trace, &timeless);
		if (both)
			add(trace, &timed);
		cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
		totals = tk_trace_totals(trace);
		cr_expect_eq(totals->timeless, !both);
		cr_expect_eq(tk_trace_quality(trace)->timeless, 1);
		/* A line before the first time has that. */
		tk_trace_calls(trace, &count);
		cr_expect_eq(count, 1 + both);
		tk_trace_free(trace);
	}
}

static uint64_t
draw(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return *state >> 33;
}

/* Calls that fail one to four times, some at once: as lines in any order. */
static size_t
make_lines(struct row *row, bool lanes)
{
	static const char *const lane[] = {"t1", "t2", "t3", "t4"};
	uint64_t state = 1;
	size_t count = 0;

	for (unsigned call = 0; call < 300; call++) {
		uint64_t at = 1000 + call * 700 + draw(&state) % 500;
		unsigned attempts = 1 + (unsigned)(draw(&state) % 4);

		for (unsigned k = 0; k < attempts; k++) {
			uint64_t delay = (UINT64_C(100) << k) +
					 draw(&state) % (UINT64_C(50) << k);

			row[count++] = (struct row){
				.at = at,
				.what = k == 3 ? 'x' : 'f',
				.delay = k == 3 ? 0 : delay + 1,
				.lane = lanes ? lane[call % 4] : NULL,
			};
			at += delay + 20 + draw(&state) % 30;
		}
	}
	return count;
}

/* The order in which lines, and files, are read does not matter. */
Test(trace_number, any_order_gives_the_same_calls)
{
	static struct row row[1200];

	for (unsigned lanes = 0; lanes < 2; lanes++) {
		size_t count = make_lines(row, lanes);
		char first[TEXT_MAX], text[TEXT_MAX];
		uint64_t state = 7, first_by_time = 0;

		for (unsigned round = 0; round < 4; round++) {
			struct tk_trace *trace = tk_trace_new();
			const struct tk_quality *quality;

			for (size_t i = 0; i < count; i++)
				add(trace, &row[i]);
			describe(trace, round ? text : first);
			quality = tk_trace_quality(trace);
			if (round == 0)
				first_by_time = quality->by_way[TK_ORDER_TIME];
			else
				cr_expect_str_eq(text, first);
			cr_expect_eq(quality->by_way[TK_ORDER_TIME],
				     first_by_time);
			tk_trace_free(trace);
			for (size_t i = count; i > 1; i--) {
				size_t k = (size_t)(draw(&state) % i);
				struct row kept = row[i - 1];

				row[i - 1] = row[k];
				row[k] = kept;
			}
		}
	}
}
