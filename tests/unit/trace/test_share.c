/* Tests of tools/trace: the share of lost lines is measured, known calls are
 * filled in, and lost ones have stand-ins. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include <criterion/criterion.h>

#include "trace/trace.h"

#define MS UINT64_C(1000000)
#define S (1000 * MS)
#define START (UINT64_C(1795428000) * S)
#define CALLS 20000

static double
draw(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) +
		 UINT64_C(1442695040888963407);
	return (double)(*state >> 11) * 0x1p-53;
}

struct world {
	const char *why;
	/** Share of lines that are removed, of those numbered from @ref first
	 *  to @ref last, and while the log is between two parts of a whole. */
	double lost, from, to;
	uint32_t first, last;
	/** Lines have numbers, or not; and the log has successes, or not. */
	bool numbered, failures_only;
	double low, high;
	bool measured, evenly;
};

static void
add(struct tk_trace *trace, const struct world *world, unsigned call,
    uint32_t attempt, double at, bool failed, uint64_t *seq, bool lost)
{
	struct backoff_event event;
	char id[24];

	if (world->failures_only && !failed)
		return;
	++*seq;
	if (lost)
		return;
	snprintf(id, sizeof(id), "c%u", call);
	backoff_event_init(&event, sizeof(event));
	event.ts_ns = START + (uint64_t)(at * (double)S);
	event.operation = "op";
	*(world->failures_only ? &event.trace_id : &event.call_id) = id;
	event.max_attempts = 3;
	event.duration_ns = 20 * MS;
	event.outcome =
		failed ? BACKOFF_OUTCOME_FAILURE : BACKOFF_OUTCOME_SUCCESS;
	event.attempt = event.attempts = attempt;
	event.type = !failed        ? BACKOFF_EVENT_SUCCESS
		     : attempt == 3 ? BACKOFF_EVENT_EXHAUSTED
				    : BACKOFF_EVENT_ATTEMPT;
	if (event.type == BACKOFF_EVENT_ATTEMPT)
		event.delay_ns = S;
	if (world->numbered) {
		event.host = "a";
		event.pid = 1;
		event.seq = *seq;
	}
	cr_assert_eq(tk_trace_add(trace, &event), BACKOFF_OK);
}

/* Calls of which a tenth fail at first, one every quarter of a second; half of
 * the retries fail. Returns the number of calls that succeed, out of CALLS. */
static unsigned
run(const struct world *world, uint64_t seed, struct tk_trace *trace)
{
	uint64_t state = seed, chance = seed + 99, seq = 0;
	unsigned succeeded = 0;

	for (unsigned c = 0; c < CALLS; c++) {
		double at = c * 0.25, part = (double)c / CALLS;

		for (uint32_t k = 1; k <= 3; k++) {
			bool failed = draw(&state) < (k == 1 ? .1 : .5);
			bool lost = draw(&chance) < world->lost &&
				    k >= world->first && k <= world->last &&
				    part >= world->from && part < world->to;

			add(trace, world, c, k, at, failed, &seq, lost);
			succeeded += !failed;
			if (!failed)
				break;
			at += 1.02;
		}
	}
	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
	return succeeded;
}

Test(trace_share, is_measured_and_other_than_random_loss_is_seen, .timeout = 60)
{
	static const struct world worlds[] = {
		{"whole", 0, 0, 1, 1, 3, true, false, 0, 0, true, true},
		{"1 %, numbered", .01, 0, 1, 1, 3, true, false, .009, .011,
		 true, true},
		{"1 %, by ids", .01, 0, 1, 1, 3, false, false, .006, .014, true,
		 true},
		{"5 %, by ids of failures", .05, 0, 1, 1, 3, false, true, .04,
		 .06, true, true},
		{"15 %", .15, 0, 1, 1, 3, true, false, .14, .16, true, true},
		/* It is a gap. */
		{"a piece", 1, .5, .52, 1, 3, false, false, 0, .002, true,
		 true},
		{"a piece, numbered", 1, .5, .52, 1, 3, true, false, .018, .022,
		 true, false},
		{"first lines of failures", .3, 0, 1, 1, 1, false, true, 0, 1,
		 true, true},
		{"last lines", .3, 0, 1, 3, 3, false, false, 0, 1, true, false},
		{"whole, of failures", 0, 0, 1, 1, 3, false, true, 0, 0, true,
		 true},
	};

	for (size_t i = 0; i < sizeof(worlds) / sizeof(*worlds); i++) {
		struct tk_trace *trace = tk_trace_new();
		const struct tk_quality *quality = tk_trace_quality(trace);

		cr_assert(trace);
		run(&worlds[i], i + 1, trace);
		cr_expect(quality->lost_share >= worlds[i].low &&
				  quality->lost_share <= worlds[i].high,
			  "%s: %g", worlds[i].why, quality->lost_share);
		cr_expect_eq(quality->loss_measured, worlds[i].measured, "%s",
			     worlds[i].why);
		cr_expect_eq(quality->lost_evenly, worlds[i].evenly, "%s",
			     worlds[i].why);
		if (worlds[i].lost == 0)
			cr_expect_eq(quality->stand_ins, 0, "%s",
				     worlds[i].why);
		tk_trace_free(trace);
	}
}

Test(trace_share, correction_restores_calls_and_their_success, .timeout = 60)
{
	static const double lost[] = {.01, .05, .15};

	for (size_t i = 0; i < sizeof(lost) / sizeof(*lost); i++) {
		const struct world world = {.lost = lost[i],
					    .to = 1,
					    .first = 1,
					    .last = 3,
					    .numbered = true};
		struct tk_trace *trace = tk_trace_new();
		double truth, calls = 0, ended = 0, succeeded = 0, first = 0;
		const struct tk_attempt *attempt;
		const struct tk_call *call;
		size_t count;

		cr_assert(trace);
		truth = (double)run(&world, i + 5, trace) / CALLS;
		call = tk_trace_calls(trace, &count);
		attempt = tk_trace_attempts(trace, &(size_t){0});
		for (size_t c = 0; c < count; c++) {
			if (call[c].missing_before > 0)
				continue;
			calls++;
			ended += call[c].end != TK_CALL_CUT_OFF;
			succeeded += call[c].end == TK_CALL_SUCCEEDED;
			first += attempt[call[c].first].outcome !=
				 BACKOFF_OUTCOME_SUCCESS;
		}
		cr_expect(fabs(calls / CALLS - 1) < .002, "%g: %g calls",
			  lost[i], calls);
		cr_expect(fabs(first / calls - .1) < .005, "%g: %g fail first",
			  lost[i], first / calls);
		/* Calls without an end are left to the estimator. */
		cr_expect(calls - ended < lost[i] * .2 * calls, "%g", lost[i]);
		cr_expect(fabs(succeeded / ended - truth) < .004, "%g: %g",
			  lost[i], succeeded / ended - truth);
		tk_trace_free(trace);
	}
}

/* A line of a call: its number and end, and the time since the call began. */
struct line {
	uint32_t number;
	uint64_t at_ms, elapsed_ms;
};

static void
add_line(struct tk_trace *trace, const struct line *line)
{
	struct backoff_event event;

	if (line->number == 0)
		return;
	backoff_event_init(&event, sizeof(event));
	event.ts_ns = START + line->at_ms * MS;
	event.operation = "op";
	event.call_id = "x";
	event.attempt = event.attempts = line->number;
	event.max_attempts = 3;
	event.duration_ns = 20 * MS;
	event.outcome = BACKOFF_OUTCOME_FAILURE;
	event.error_type = "Odd";
	event.type = line->number == 3 ? BACKOFF_EVENT_EXHAUSTED
				       : BACKOFF_EVENT_ATTEMPT;
	if (event.type == BACKOFF_EVENT_ATTEMPT)
		event.delay_ns = S;
	if (line->elapsed_ms)
		event.elapsed_ns = line->elapsed_ms * MS;
	cr_assert_eq(tk_trace_add(trace, &event), BACKOFF_OK);
}

Test(trace_share, attempts_that_lack_a_line_are_placed)
{
	static const struct {
		const char *why;
		struct line line[2];
		uint64_t end_ms[3];
	} row[] = {
		{"the middle one",
		 {{1, 100020, 0}, {3, 102060, 0}},
		 {100020, 101040, 102060}},
		{"a middle one that took longer",
		 {{1, 100020, 0}, {3, 103000, 0}},
		 {100020, 101040, 103000}},
		{"the first one, since when is known",
		 {{2, 101500, 1500}, {3, 102520, 0}},
		 {100020, 101500, 102520}},
		{"the first one, as is usual",
		 {{2, 101040, 0}, {3, 102060, 0}},
		 {100020, 101040, 102060}},
		{"the first two",
		 {{3, 102060, 0}, {0, 0, 0}},
		 {100020, 101040, 102060}},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_trace *trace = tk_trace_new();
		struct world world = {.to = 0};
		const struct tk_attempt *attempt;
		const struct tk_call *call;
		size_t count;
		uint64_t seq = 0;

		cr_assert(trace);
		for (unsigned c = 0; c < 50; c++) {
			add(trace, &world, c, 1, c * 10, true, &seq, false);
			add(trace, &world, c, 2, c * 10 + 1.02, true, &seq,
			    false);
			add(trace, &world, c, 3, c * 10 + 2.04, true, &seq,
			    false);
		}
		for (unsigned k = 0; k < 2; k++)
			add_line(trace, &row[i].line[k]);
		cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
		call = tk_trace_calls(trace, &count);
		attempt = tk_trace_attempts(trace, &(size_t){0});
		for (size_t c = 0; c < count; c++) {
			const char *id = tk_trace_text(trace, call[c].id);

			if (id[0] != 'x')
				continue;
			cr_expect_eq(call[c].count, 3, "%s: %u", row[i].why,
				     call[c].count);
			cr_expect_eq(call[c].missing_before, 0);
			for (unsigned k = 0; k < 3; k++) {
				const struct tk_attempt *at =
					&attempt[call[c].first + k];
				uint64_t end = (at->end_ns - START) / MS;

				cr_expect_eq(end, row[i].end_ms[k],
					     "%s: %u at %ju", row[i].why, k,
					     (uintmax_t)end);
				cr_expect_str_eq(
					tk_trace_text(trace, at->error_type),
					"Odd", "%s", row[i].why);
			}
		}
		tk_trace_free(trace);
	}
}

/* Failures of a log that could hold successes: a filter, or a total outage. */
Test(trace_share, filtered_successes_are_not_taken_for_a_loss)
{
	static const struct {
		const char *why;
		/** Calls that go on to a success without a line; that end with
		 *  a failure; that have a line of their success. */
		unsigned open, ended, succeeded;
		bool silent;
		uint64_t missing_ends;
	} row[] = {
		{"filtered", 100, 50, 0, true, 0},
		{"nothing succeeds", 0, 100, 0, false, 0},
		{"a few lack their end", 10, 100, 0, false, 10},
		{"a process was ended", 30, 1000, 0, false, 30},
		{"most ends are lost", 100, 50, 5, false, 100},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct world world = {.to = 0};
		struct tk_trace *trace = tk_trace_new();
		const struct tk_quality *quality = tk_trace_quality(trace);
		uint64_t seq = 0;
		unsigned c = 0;

		cr_assert(trace);
		for (unsigned k = 0; k < row[i].open; k++, c++)
			add(trace, &world, c, 1, c, true, &seq, false);
		for (unsigned k = 0; k < row[i].succeeded; k++, c++)
			add(trace, &world, c, 1, c, false, &seq, false);
		for (unsigned k = 0; k < row[i].ended + 10; k++, c++)
			add(trace, &world, c, 3, c, true, &seq, false);
		cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
		cr_expect_eq(!tk_trace_logs_successes(trace, 0), row[i].silent,
			     "%s", row[i].why);
		cr_expect_eq(quality->loss.missing_ends, row[i].missing_ends,
			     "%s: %ju", row[i].why,
			     (uintmax_t)quality->loss.missing_ends);
		tk_trace_free(trace);
	}
}
