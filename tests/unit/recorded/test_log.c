/* Tests of recorded/log: times, counts and durations from a trace. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include <criterion/criterion.h>

#include "recorded/choice.h"
#include "recorded/log.h"

#define MS UINT64_C(1000000)
#define START (UINT64_C(1700000000) * 1000 * MS)

/* Lines of a log of failures: request, time, event. */
struct line {
	const char *request, *type;
	uint64_t at_ms;
	uint32_t attempt;
	/** 0 if the call is over. */
	uint64_t delay_ms;
};

static struct tk_trace *
trace_of(const struct line *line, size_t count)
{
	struct tk_trace *trace = tk_trace_new();

	cr_assert(trace);
	for (size_t i = 0; i < count; i++) {
		struct backoff_event event;

		backoff_event_init(&event, sizeof(event));
		event.ts_ns = START + line[i].at_ms * MS;
		event.operation = "op";
		event.trace_id = line[i].request;
		event.error_type = line[i].type;
		event.outcome = BACKOFF_OUTCOME_FAILURE;
		event.max_attempts = 3;
		if (line[i].delay_ms) {
			event.type = BACKOFF_EVENT_ATTEMPT;
			event.attempt = line[i].attempt;
			event.delay_ns = line[i].delay_ms * MS;
		} else {
			event.type = BACKOFF_EVENT_EXHAUSTED;
			event.attempts = line[i].attempt;
		}
		cr_assert(tk_trace_add(trace, &event) == BACKOFF_OK);
	}
	cr_assert(tk_trace_stitch(trace) == BACKOFF_OK);
	return trace;
}

/* a fails for good; b succeeds at its second attempt; c began before. */
static const struct line sample[] = {
	{"c", "Slow", 500, 2, 2000},   {"a", "Fast", 1000, 1, 1000},
	{"a", "Slow", 4000, 2, 2000},  {"c", "Fast", 2510, 3, 0},
	{"b", "Slow", 5000, 1, 1000},  {"a", "Fast", 6010, 3, 0},
	{"d", "Fast", 30000, 1, 1000}, {"d", "Fast", 31020, 2, 1000},
	{"d", "Fast", 32030, 3, 0},
};

static const struct tk_call *
call_named(const struct rs_log *log, const char *id)
{
	for (size_t i = 0; i < log->call_count; i++)
		if (!strcmp(rs_log_text(log, log->call[i].id), id))
			return &log->call[i];
	cr_assert_fail("no call %s", id);
	return NULL;
}

Test(recorded_log, attempts_begin_where_the_wait_ends)
{
	static const struct {
		const char *why, *call;
		uint32_t attempt;
		uint64_t start_ms, end_ms;
	} row[] = {
		{"after the wait", "a", 2, 2000, 4000},
		{"and again", "a", 3, 6000, 6010},
		{"a success that left no line begins and ends with its wait",
		 "b", 2, 6000, 6000},
		{"a call that began before the log", "c", 3, 2500, 2510},
	};
	struct tk_trace *trace =
		trace_of(sample, sizeof(sample) / sizeof(*sample));
	struct rs_log log;

	cr_assert(rs_log_init(&log, trace, 1) == BACKOFF_OK);
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		const struct tk_call *call = call_named(&log, row[i].call);
		uint64_t a =
			call->first + row[i].attempt - 1 - call->missing_before;

		cr_expect(log.start_ns[a] == START + row[i].start_ms * MS,
			  "%s: %ju", row[i].why,
			  (uintmax_t)((log.start_ns[a] - START) / MS));
		cr_expect(log.end_ns[a] == START + row[i].end_ms * MS, "%s",
			  row[i].why);
	}
	rs_log_clear(&log);
	tk_trace_free(trace);
}

Test(recorded_log, first_attempts_get_the_duration_of_a_similar_failure)
{
	struct tk_trace *trace =
		trace_of(sample, sizeof(sample) / sizeof(*sample));
	const struct tk_call *call;
	struct rs_log log;

	cr_assert(rs_log_init(&log, trace, 1) == BACKOFF_OK);
	/* The only Slow failure of known length took 2 s. */
	call = call_named(&log, "b");
	cr_expect(log.start_ns[call->first] == START + 3000 * MS);
	cr_expect(log.end_ns[call->first] == START + 5000 * MS);
	/* Fast ones took 10, 10, 20 and 10 ms. */
	call = call_named(&log, "d");
	cr_expect(log.end_ns[call->first] - log.start_ns[call->first] <=
		  20 * MS);
	cr_expect(log.end_ns[call->first] - log.start_ns[call->first] >=
		  10 * MS);
	cr_expect(log.operation[0].first_duration_missing >= 3);
	rs_log_clear(&log);
	tk_trace_free(trace);
}

Test(recorded_log, counts_of_calls)
{
	struct tk_trace *trace =
		trace_of(sample, sizeof(sample) / sizeof(*sample));
	struct rs_operation *operation;
	struct rs_log log;

	cr_assert(rs_log_init(&log, trace, 1) == BACKOFF_OK);
	operation = rs_log_operation(&log, "op");
	cr_assert(operation && rs_log_operation(&log, "none") == NULL);
	cr_expect(operation->call_count == 4);
	cr_expect(operation->calls_before_log == 1, "c");
	cr_expect(operation->calls == 3);
	cr_expect(operation->population == RS_POPULATION_FAILING_FIRST);
	cr_expect(operation->success_duration_missing, "b");
	cr_expect(operation->longest_delay_ns == 2000 * MS);
	cr_expect(!rs_log_count(operation, 3), "fewer than recorded");
	cr_expect(operation->calls == 3, "which changes nothing");
	cr_expect(rs_log_count(operation, 10));
	cr_expect(operation->unlogged_calls == 6 && operation->calls == 9);
	cr_expect(operation->population == RS_POPULATION_COUNTED);
	rs_log_clear(&log);
	tk_trace_free(trace);
}

Test(recorded_log, durations_are_drawn_by_type)
{
	struct tk_trace *trace =
		trace_of(sample, sizeof(sample) / sizeof(*sample));
	const struct rs_operation *operation;
	struct rs_log log;
	tk_string slow;

	cr_assert(rs_log_init(&log, trace, 1) == BACKOFF_OK);
	operation = &log.operation[0];
	slow = log.attempt[call_named(&log, "b")->first].error_type;
	for (uint64_t i = 0; i < 100; i++) {
		uint64_t draw = backoff_draw(1, 100, i, 0), ns;

		cr_expect(rs_log_failure_duration(&log, operation, slow,
						  draw) == 2000 * MS);
		/* A type without durations gets one of any type. */
		ns = rs_log_failure_duration(&log, operation, 12345, draw);
		cr_expect(ns == 10 * MS || ns == 20 * MS || ns == 2000 * MS);
	}
	cr_expect(rs_log_success_duration(&log, operation, 7) == BACKOFF_ABSENT,
		  "no success has a length");
	rs_log_clear(&log);
	tk_trace_free(trace);
}

Test(recorded_log, an_empty_trace_is_an_empty_log)
{
	struct tk_trace *trace = trace_of(sample, 0);
	struct rs_log log;

	cr_assert(rs_log_init(&log, trace, 1) == BACKOFF_OK);
	cr_expect(log.operation_count == 0 && log.call_count == 0);
	rs_log_clear(&log);
	tk_trace_free(trace);
}

Test(recorded_log, a_chosen_part_leaves_the_rest_as_evidence)
{
	static const struct {
		const char *why;
		uint64_t since_ms, until_ms, count;
		enum rs_choice_result result;
		uint64_t calls, unlogged;
	} row[] = {
		/* From 0.5 s to 32.03 s; a, b and d begin in it, b at 3 s. */
		{"everything", 0, 100000, 0, RS_CHOICE_OK, 3, 0},
		{"everything, counted", 0, 100000, 1004, RS_CHOICE_OK, 1003,
		 1000},
		{"its first half, counted", 0, 16265, 1004, RS_CHOICE_OK, 501,
		 499},
		{"the end is not part of it", 900, 3000, 0, RS_CHOICE_OK, 1, 0},
		{"the begin is", 3000, 3001, 0, RS_CHOICE_OK, 1, 0},
		{"nothing", 6000, 7000, 0, RS_CHOICE_EMPTY, 0, 0},
	};
	size_t count = sizeof(sample) / sizeof(*sample);

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_trace *trace = trace_of(sample, count);
		const struct rs_operation *about = NULL;
		struct rs_operation *operation;
		struct rs_choice choice = {
			.since_ns = START + row[i].since_ms * MS,
			.until_ns = START + row[i].until_ms * MS};
		uint64_t replayable = 0;
		struct rs_log log;

		cr_assert(rs_log_init(&log, trace, 1) == BACKOFF_OK);
		operation = &log.operation[0];
		cr_assert(row[i].count == 0 ||
			  rs_log_count(operation, row[i].count));
		cr_expect_eq(rs_log_choose(&log, &choice, &about),
			     row[i].result, "%s", row[i].why);
		cr_expect_eq(operation->calls, row[i].calls, "%s: %ju",
			     row[i].why, (uintmax_t)operation->calls);
		cr_expect_leq(operation->unlogged_calls, row[i].unlogged + 1,
			      "%s", row[i].why);
		cr_expect_geq(operation->unlogged_calls + 1, row[i].unlogged,
			      "%s", row[i].why);
		for (size_t c = 0; c < log.call_count; c++)
			replayable += rs_log_replayable(&log, &log.call[c]);
		cr_expect_eq(replayable + operation->unlogged_calls,
			     operation->calls, "%s", row[i].why);
		cr_expect_eq(operation->calls + rs_log_left_out(operation),
			     row[i].count ? row[i].count : 4, "%s", row[i].why);
		rs_log_clear(&log);
		tk_trace_free(trace);
	}
}
