/* Tests of tools/trace: events stitched into calls. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "trace/trace.h"

#define MS UINT64_C(1000000)
/* Start of all test logs. */
#define START (UINT64_C(1795428000) * 1000 * MS)

/* Get the next word of a text, and the rest after it. */
static char *
word(char *text, char *out, size_t size)
{
	size_t length;

	text += strspn(text, " ");
	length = strcspn(text, " ");
	snprintf(out, size, "%.*s", (int)length, text);
	return text + length;
}

/*
 * One event in a small language: "MS OP ID N WHAT". ID is c... for a call's,
 * r... for a request's, - for none. WHAT is fDELAY (failed, waits that many
 * ms), x (exhausted), a (aborted), s (success), w (ended while it waited), b
 * (began), l (lost against another attempt), h (a hedge that succeeded).
 */
static void
add_event(struct tk_trace *trace, const char *text)
{
	static const struct {
		char letter;
		enum backoff_event_type type;
		int outcome;
	} kind[] = {
		{'f', BACKOFF_EVENT_ATTEMPT, BACKOFF_OUTCOME_FAILURE},
		{'x', BACKOFF_EVENT_EXHAUSTED, BACKOFF_OUTCOME_FAILURE},
		{'a', BACKOFF_EVENT_ABORTED, BACKOFF_OUTCOME_FAILURE},
		{'s', BACKOFF_EVENT_SUCCESS, BACKOFF_OUTCOME_SUCCESS},
		{'w', BACKOFF_EVENT_ABORTED, BACKOFF_OUTCOME_CANCELLED},
		{'b', BACKOFF_EVENT_STARTED, -1},
		{'l', BACKOFF_EVENT_ATTEMPT, BACKOFF_OUTCOME_CANCELLED},
		{'h', BACKOFF_EVENT_SUCCESS, BACKOFF_OUTCOME_SUCCESS},
	};
	char operation[16], id[16], letter;
	struct backoff_event event;
	uint64_t ms, number, delay;
	char *end;

	ms = strtoull(text, &end, 10);
	end = word(end, operation, sizeof(operation));
	end = word(end, id, sizeof(id));
	number = strtoull(end, &end, 10);
	letter = end[strspn(end, " ")];
	cr_assert(letter && id[0] && number, "%s", text);
	delay = strtoull(end + strspn(end, " ") + 1, NULL, 10);
	backoff_event_init(&event, sizeof(event));
	for (size_t i = 0; i < sizeof(kind) / sizeof(*kind); i++) {
		if (kind[i].letter == letter) {
			event.type = kind[i].type;
			event.outcome = kind[i].outcome;
		}
	}
	event.ts_ns = START + ms * MS;
	event.operation = operation;
	event.attempt = number;
	if (id[0] == 'c')
		event.call_id = id;
	else if (id[0] == 'r')
		event.trace_id = id;
	if (letter == 'h')
		event.kind = BACKOFF_KIND_HEDGE;
	if (letter == 'f')
		event.delay_ns = delay * MS;
	if (letter == 'x')
		event.stop = BACKOFF_STOP_MAX_ATTEMPTS;
	if (letter == 'w') {
		event.stop = BACKOFF_STOP_CANCELLED;
		event.duration_ns = 0;
	}
	cr_assert_eq(tk_trace_add(trace, &event), BACKOFF_OK);
}

/* All events of a text, separated by ';'. */
static struct tk_trace *
trace_of(const char *text)
{
	struct tk_trace *trace = tk_trace_new();
	char copy[1024];
	char *save = NULL;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *event = strtok_r(copy, ";", &save); event;
	     event = strtok_r(NULL, ";", &save))
		add_event(trace, event);
	return trace;
}

/* "OP[+MISSING END...]HOW" for each call: HOW is S, s (inferred), X, A, C. */
static void
describe(const struct tk_trace *trace, char *out, size_t size)
{
	size_t calls, attempts, used = 0;
	const struct tk_call *call = tk_trace_calls(trace, &calls);
	const struct tk_attempt *attempt = tk_trace_attempts(trace, &attempts);

	out[0] = '\0';
	for (size_t i = 0; i < calls; i++, call++) {
		used += (size_t)snprintf(out + used, size - used, "%s%s[",
					 i ? " " : "",
					 tk_trace_text(trace, call->operation));
		if (call->missing_before)
			used += (size_t)snprintf(out + used, size - used,
						 "+%u ", call->missing_before);
		for (uint32_t k = 0; k < call->count; k++) {
			const struct tk_attempt *a = &attempt[call->first + k];

			cr_assert_lt(call->first + k, attempts);
			if (a->end_ns == BACKOFF_ABSENT)
				used += (size_t)snprintf(out + used,
							 size - used, " ?");
			else
				used += (size_t)snprintf(
					out + used, size - used, "%s%" PRIu64,
					k ? " " : "", (a->end_ns - START) / MS);
		}
		used += (size_t)snprintf(
			out + used, size - used, "]%c",
			call->success_inferred ? 's' : "SXAC"[call->end]);
		cr_assert_lt(used, size);
	}
}

static const struct {
	const char *why, *events, *calls;
} row[] = {
/* The log ends at 99999 ms where "Z" marks it. */
#define Z ";99999 Z - 9 x"
#define ZC " Z[+8 99999]X"
	{"nothing", "", ""},
	{"native: one success", "0 A c1 1 s", "A[0]S"},
	{"native: two retries, then success",
	 "0 A c1 1 f100;150 A c1 2 f100;300 A c1 3 s", "A[0 150 300]S"},
	{"native: interleaved",
	 "0 A c1 1 f100;1 A c2 1 f100;101 A c2 2 x;102 A c1 2 s",
	 "A[0 102]S A[1 101]X"},
	{"native: an open call is cut off, however old",
	 "0 A c1 1 f100;99999 A c2 1 s", "A[0]C A[99999]S"},
	{"native: out of order", "300 A c1 3 s;150 A c1 2 f100;0 A c1 1 f100",
	 "A[0 150 300]S"},
	{"native: a clock that was set back", "5000 A c1 1 f100;150 A c1 2 s",
	 "A[5000 150]S"},
	{"native: cancelled while it waited",
	 "0 A c1 1 f100;150 A c1 2 f900;200 A c1 2 w", "A[0 150]A"},
	{"native: cancelled in the first wait", "0 A c1 1 f900;20 A c1 1 w",
	 "A[0]A"},
	{"native: cancelled before its first attempt", "20 A c1 1 w", "A[20]A"},
	{"native: aborted at once", "0 A c1 1 a", "A[0]A"},
	{"native: an id used again",
	 "0 A c1 1 f10;20 A c1 2 s;500 A c1 1 f10;520 A c1 2 x",
	 "A[0 20]S A[500 520]X"},
	{"native: the same id under two operations",
	 "0 A c1 1 f10;1 B c1 1 f10;20 A c1 2 s;21 B c1 2 x",
	 "A[0 20]S B[1 21]X"},
	{"native: starts make no attempts",
	 "0 A c1 1 b;5 A c1 1 f10;15 A c1 2 b;20 A c1 2 s", "A[5 20]S"},
	{"native: a line is lost in the middle", "0 A c1 1 f10;40 A c1 3 s",
	 "A[0 10 40]S"},
	{"native: begun before the log", "40 A c1 3 f10;60 A c1 4 x",
	 "A[+2 40 60]X"},
	{"native: lines read twice",
	 "0 A c1 1 f10;0 A c1 1 f10;20 A c1 2 s;20 A c1 2 s", "A[0 20]S"},

	{"request: one failure, then silence", "0 A r1 1 f500" Z, "A[0 ?]s" ZC},
	{"request: exhausted", "0 A r1 1 f500;600 A r1 2 x" Z, "A[0 600]X" ZC},
	{"request: exhausted at once", "0 A r1 1 x" Z, "A[0]X" ZC},
	{"request: two at a time",
	 "0 A r1 1 f500;10 A r1 1 f700;520 A r1 2 x;900 A r1 2 f100" Z,
	 "A[0 520]X A[10 900 ?]s" ZC},
	{"request: the later due one takes the next line",
	 "0 A r1 1 f500;200 A r1 1 f500;720 A r1 2 x;2500 A r1 2 x" Z,
	 "A[0 2500]X A[200 720]X" ZC},
	{"request: one after the other; the first succeeded",
	 "0 A r1 1 f500;5000 A r1 1 f500;5600 A r1 2 x" Z,
	 "A[0 ?]s A[5000 5600]X" ZC},
	{"request: requests do not mix",
	 "0 A r1 1 f500;1 A r2 1 f500;600 A r2 2 x" Z, "A[0 ?]s A[1 600]X" ZC},
	{"request: operations do not mix",
	 "0 A r1 1 f500;1 B r1 1 f500;600 B r1 2 x" Z, "A[0 ?]s B[1 600]X" ZC},
	{"request: clocks may differ: a later line rules out success by "
	 "silence",
	 "0 A r1 1 f5000;10 A r1 2 x" Z, "A[0 10]X" ZC},
	{"request: a line that no clock explains takes what is left",
	 "0 A r1 1 f5000;0 A r1 1 f9000;2500 A r1 2 x;7000 A r1 2 x" Z,
	 "A[0 7000]X A[0 2500]X" ZC},
	{"request: a line of a later attempt, written too early",
	 "9000 A r1 1 f500;40 A r1 3 x" Z, "A[+2 40]X A[9000]C" ZC},
	{"request: a few ms too early is rounding",
	 "0 A r1 1 f500;497 A r1 2 x" Z, "A[0 497]X" ZC},
	{"request: cut at the start", "0 A r1 2 f500;600 A r1 3 x" Z,
	 "A[+1 0 600]X" ZC},
	{"request: cut at the end", "0 B r2 1 f10;5 A r1 1 f500;100 B r2 2 x",
	 "A[5]C B[0 100]X"},
	{"request: just before the grace is over",
	 "0 A r1 1 f500;1499 B r2 1 x", "A[0]C B[1499]X"},
	{"request: just after", "0 A r1 1 f500;1500 B r2 1 x",
	 "A[0 ?]s B[1500]X"},
	{"request: grace follows the slowest failure seen",
	 "0 A r9 1 f0;4000 A r9 2 x;5000 A r1 1 f500;9499 B r2 1 x",
	 "A[0 4000]X A[5000]C B[9499]X"},
	{"request: and ends",
	 "0 A r9 1 f0;4000 A r9 2 x;5000 A r1 1 f500;9500 B r2 1 x",
	 "A[0 4000]X A[5000 ?]s B[9500]X"},
	{"request: a lost line is not a success",
	 "0 A r1 1 f500;2000 A r1 3 x" Z, "A[0 500 2000]X" ZC},
	{"request: lines read twice",
	 "0 A r1 1 f500;600 A r1 2 x;0 A r1 1 f500;600 A r1 2 x" Z,
	 "A[0 600]X" ZC},
	{"request: out of order", "600 A r1 2 x;0 A r1 1 f500" Z,
	 "A[0 600]X" ZC},
	{"request: another delay at the same time is another call",
	 "0 A r1 1 f500;0 A r1 1 f700;510 A r1 2 x;710 A r1 2 x" Z,
	 "A[0 510]X A[0 710]X" ZC},
	{"request: successes are logged, so silence is none",
	 "0 A r1 1 f500;1 A r2 1 f500;600 A r2 2 s" Z, "A[0]C A[1 600]S" ZC},
	{"request: no line is taken for one 15 minutes later",
	 "0 A r1 1 f500;901000 A r1 2 x;999999 Z - 9 x",
	 "A[0]C A[900500 901000]X Z[+8 999999]X"},

	{"operation only: overlapping",
	 "0 A - 1 f500;300 A - 1 f500;510 A - 2 f100;820 A - 2 x;"
	 "620 A - 3 x" Z,
	 "A[0 510 620]X A[300 820]X" ZC},
	{"operation only: the same line of one file twice is two calls",
	 "0 A - 1 f500;0 A - 1 f500;510 A - 2 x;511 A - 2 x" Z,
	 "A[0 511]X A[0 510]X" ZC},
	{"operation only: a call begins when another one ends",
	 "0 A - 1 f0;50 A - 2 x;50 A - 1 f0;60 A - 2 x" Z,
	 "A[0 50]X A[50 60]X" ZC},
	{"operation only: likewise, the newest line first",
	 "99999 Z - 9 x;60 A - 2 x;50 A - 1 f0;50 A - 2 x;0 A - 1 f0",
	 "A[0 50]X A[50 60]X" ZC},
	{"operation only: lines of one time in any order",
	 "0 A - 2 x;0 A - 1 f0" Z, "A[0 0]X" ZC},
	{"request: a call begins when another one ends",
	 "0 A r1 1 f0;50 A r1 2 x;50 A r1 1 f0;60 A r1 2 x" Z,
	 "A[0 50]X A[50 60]X" ZC},
	{"operation only: operations in order of their names",
	 "0 C - 1 x;1 A - 1 x;2 B - 1 x", "A[1]X B[2]X C[0]X"},
};

Test(trace_calls, stitches)
{
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_trace *trace = trace_of(row[i].events);
		char got[1024];

		cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
		describe(trace, got, sizeof(got));
		cr_expect_str_eq(got, row[i].calls, "%s: %s", row[i].why, got);
		tk_trace_free(trace);
	}
}

Test(trace_calls, durations_follow_from_the_wait_before)
{
	struct tk_trace *trace =
		trace_of("0 A r1 1 f500;620 A r1 2 f100;718 A r1 3 x");
	const struct tk_attempt *attempt;
	const struct tk_call *call;
	size_t count;

	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
	call = tk_trace_calls(trace, &count);
	cr_assert_eq(count, 1);
	cr_expect_eq(call->stop, BACKOFF_STOP_MAX_ATTEMPTS);
	cr_expect_str_eq(tk_trace_text(trace, call->id), "r1");
	attempt = tk_trace_attempts(trace, &count);
	cr_assert_eq(count, 3);
	cr_expect_eq(attempt[0].duration_ns, BACKOFF_ABSENT);
	cr_expect_eq(attempt[0].delay_ns, 500 * MS);
	cr_expect_eq(attempt[1].duration_ns, 120 * MS);
	cr_expect_eq(attempt[2].duration_ns, 0, "never negative");
	cr_expect_eq(attempt[2].delay_ns, BACKOFF_ABSENT);
	tk_trace_free(trace);
}

Test(trace_calls, a_native_event_keeps_everything)
{
	struct tk_trace *trace = tk_trace_new();
	struct backoff_event event;
	const struct tk_attempt *attempt;
	const struct tk_call *call;
	size_t count;

	backoff_event_init(&event, sizeof(event));
	event.type = BACKOFF_EVENT_ATTEMPT;
	event.ts_ns = START;
	event.operation = "op";
	event.target = "db";
	event.policy = "QUICK";
	event.policy_hash = "0123456789abcdef";
	event.call_id = "c";
	event.attempt = 1;
	event.max_attempts = 5;
	event.outcome = BACKOFF_OUTCOME_TIMEOUT;
	event.failure_class = BACKOFF_CLASS_SERVER;
	event.error_type = "TimeoutError";
	event.code = "http:504";
	event.error = "late";
	event.duration_ns = 7;
	event.delay_ns = 8;
	event.delay_low_ns = 1;
	event.delay_high_ns = 9;
	event.delay_law = "capped_full";
	event.hint_ns = 6;
	event.hint_action = BACKOFF_HINT_ACTION_CLAMPED;
	cr_assert_eq(tk_trace_add(trace, &event), BACKOFF_OK);
	event.delay_law = "a law of the future";
	event.hint_ns = BACKOFF_ABSENT;
	event.hint_action = BACKOFF_HINT_ACTION_NONE;
	event.attempt = 2;
	cr_assert_eq(tk_trace_add(trace, &event), BACKOFF_OK);
	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
	cr_expect_eq(tk_trace_stitch(trace), BACKOFF_E_STATE);
	cr_expect_eq(tk_trace_add(trace, &event), BACKOFF_E_STATE);
	call = tk_trace_calls(trace, &count);
	cr_assert_eq(count, 1);
	cr_expect_eq(call->count, 2);
	cr_expect_str_eq(tk_trace_text(trace, call->operation), "op");
	cr_expect_str_eq(tk_trace_text(trace, call->target), "db");
	cr_expect_str_eq(tk_trace_text(trace, call->policy), "QUICK");
	cr_expect_str_eq(tk_trace_text(trace, call->policy_hash),
			 "0123456789abcdef");
	cr_expect_str_eq(tk_trace_text(trace, call->id), "c");
	cr_expect_eq(call->max_attempts, 5);
	attempt = tk_trace_attempts(trace, &count);
	cr_expect_eq(attempt->end_ns, START);
	cr_expect_eq(attempt->duration_ns, 7);
	cr_expect_eq(attempt->delay_ns, 8);
	cr_expect_eq(attempt->delay_low_ns, 1);
	cr_expect_eq(attempt->delay_high_ns, 9);
	cr_expect_eq(attempt->delay_law, BACKOFF_JITTER_FULL);
	cr_expect_eq(attempt[1].delay_law, -1);
	cr_expect_eq(attempt->hint_ns, 6);
	cr_expect_eq(attempt->hint_action, BACKOFF_HINT_ACTION_CLAMPED);
	cr_expect_eq(attempt[1].hint_ns, BACKOFF_ABSENT);
	cr_expect_eq(attempt[1].hint_action, BACKOFF_HINT_ACTION_NONE);
	cr_expect_eq(attempt->outcome, BACKOFF_OUTCOME_TIMEOUT);
	cr_expect_eq(attempt->failure_class, BACKOFF_CLASS_SERVER);
	cr_expect_str_eq(tk_trace_text(trace, attempt->error_type),
			 "TimeoutError");
	cr_expect_str_eq(tk_trace_text(trace, attempt->code), "http:504");
	cr_expect_str_eq(tk_trace_text(trace, attempt->error), "late");
	tk_trace_free(trace);
	tk_trace_free(NULL);
}

Test(trace_calls, knows_which_operations_log_successes)
{
	struct tk_trace *trace =
		trace_of("0 native c1 1 f5;1 silent r1 1 f5;2 spoken r2 1 s;"
			 "3 spoken - 1 f5;4 both c2 1 s;5 both r3 1 f5");
	static const struct {
		const char *operation;
		bool want;
	} want[] = {
		{"native", true},
		{"silent", false},
		{"spoken", true},
		{"both", false},
	};
	const struct tk_call *call;
	size_t count;
	int seen = 0;

	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
	call = tk_trace_calls(trace, &count);
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < sizeof(want) / sizeof(*want); k++) {
			const char *name =
				tk_trace_text(trace, call[i].operation);

			if (strcmp(name, want[k].operation) != 0)
				continue;
			cr_expect_eq(tk_trace_logs_successes(trace,
							     call[i].operation),
				     want[k].want, "%s", name);
			seen++;
		}
	}
	cr_expect_eq(seen, 6);
	cr_expect_not(tk_trace_logs_successes(trace, 0));
	cr_expect_not(tk_trace_logs_successes(trace, 12345));
	tk_trace_free(trace);
}

/* Truth about one operation of the real log, from truth.json. */
struct truth {
	const char *operation;
	uint64_t calls, ok, attempts, first_ok;
};

static const struct truth truth[] = {
	{"describe_image", 1786, 1760, 1946, 1662},
	{"fetch_snapshot", 7134, 7123, 7300, 6968},
	{"post_webhook", 3533, 3287, 4349, 3227},
	{"store_event", 5270, 5270, 5284, 5256},
};

/* Counts of an operation in the stitched log. */
struct said {
	uint64_t calls, exhausted, attempts, inferred, cut, missing;
};

static void
expect_truth(const struct tk_trace *trace)
{
	struct said said[4] = {{0}};
	size_t count;
	const struct tk_call *call = tk_trace_calls(trace, &count);

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < 4; k++) {
			if (strcmp(tk_trace_text(trace, call[i].operation),
				   truth[k].operation) != 0)
				continue;
			said[k].calls++;
			said[k].attempts += call[i].count;
			said[k].exhausted += call[i].end == TK_CALL_EXHAUSTED;
			said[k].inferred += call[i].success_inferred;
			said[k].cut += call[i].end == TK_CALL_CUT_OFF;
			said[k].missing += call[i].missing_before;
		}
	}
	for (size_t k = 0; k < 4; k++) {
		const struct truth *t = &truth[k];

		cr_expect_eq(said[k].calls, t->calls - t->first_ok, "%s: %zu",
			     t->operation, (size_t)said[k].calls);
		cr_expect_eq(said[k].exhausted, t->calls - t->ok, "%s: %zu",
			     t->operation, (size_t)said[k].exhausted);
		cr_expect_eq(said[k].attempts, t->attempts - t->first_ok,
			     "%s: %zu", t->operation, (size_t)said[k].attempts);
		cr_expect_eq(said[k].inferred, t->ok - t->first_ok, "%s",
			     t->operation);
		cr_expect_eq(said[k].cut, 0, "%s", t->operation);
		cr_expect_eq(said[k].missing, 0, "%s", t->operation);
	}
}

#define REAL_LOG TEST_SRCDIR "/tests/data/argus-1h/app.log"

/* Read these files and stitch. */
static struct tk_trace *
read_files(const char *const *paths, size_t count)
{
	struct tk_trace *trace = tk_trace_new();
	struct tk_dialect *dialect = NULL;

	cr_assert_eq(tk_dialect_open((const char *const[]){"auto", NULL}, NULL,
				     &dialect, NULL),
		     BACKOFF_OK);
	for (size_t i = 0; i < count; i++)
		cr_assert_eq(
			tk_trace_read(trace, paths[i], dialect, NULL, NULL),
			BACKOFF_OK);
	tk_dialect_free(dialect);
	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
	return trace;
}

Test(trace_calls, the_real_log_says_what_really_happened)
{
	static const char *const path[] = {REAL_LOG};
	struct tk_trace *trace = read_files(path, 1);
	const struct tk_trace_totals *totals = tk_trace_totals(trace);

	expect_truth(trace);
	cr_expect_eq(totals->lines, 2284);
	cr_expect_eq(totals->events, 1439);
	cr_expect_eq(totals->foreign, 845);
	cr_expect_eq(totals->bad, 0);
	cr_expect_eq(totals->from_ns, UINT64_C(1795428028176166000));
	cr_expect_eq(totals->to_ns, UINT64_C(1795431598542487000));
	cr_expect_not(tk_trace_logs_successes(trace, 0));
	tk_trace_free(trace);
}

Test(trace_calls, rotated_pieces_in_any_order_say_the_same)
{
	char first[] = "/tmp/test_calls_XXXXXX",
	     second[] = "/tmp/test_calls_XXXXXX";
	FILE *in = fopen(REAL_LOG, "r");
	FILE *out[2] = {fdopen(mkstemp(first), "w"),
			fdopen(mkstemp(second), "w")};
	const char *const path[] = {second, first};
	struct tk_trace *trace;
	char line[4096];

	cr_assert(in && out[0] && out[1]);
	for (int i = 0; fgets(line, sizeof(line), in); i++) {
		/* Rotation by copying may leave lines in both. */
		if (i < 1203)
			fputs(line, out[0]);
		if (i >= 1190)
			fputs(line, out[1]);
	}
	fclose(in);
	fclose(out[0]);
	fclose(out[1]);
	trace = read_files(path, 2);
	expect_truth(trace);
	cr_expect_eq(tk_trace_totals(trace)->lines, 2284 + 13);
	unlink(first);
	unlink(second);
	tk_trace_free(trace);
}

/* Keeps the first bad line, counts all. */
struct kept {
	unsigned count, line, column;
	char path[64], text[256];
};

static void
keep(void *user, const char *path, const struct backoff_error *error)
{
	struct kept *kept = user;

	if (kept->count++ > 0)
		return;
	kept->line = error->line;
	kept->column = error->column;
	snprintf(kept->path, sizeof(kept->path), "%s", path);
	snprintf(kept->text, sizeof(kept->text), "%s", error->text);
}

Test(trace_calls, calls_that_hedged_are_counted_and_left_out)
{
	static const char *const lines[] = {
		"100 op c1 1 f50", "160 op c1 2 s", "200 op c2 1 l",
		"200 op c2 2 h",   "300 op c3 1 s", "400 op c4 1 f50",
		"500 op c4 2 l",   "500 op c4 3 h"};
	struct tk_trace *trace = tk_trace_new();
	const struct tk_call *calls;
	size_t count;

	cr_assert(trace);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		add_event(trace, lines[i]);
	cr_assert(tk_trace_stitch(trace) == BACKOFF_OK);
	calls = tk_trace_calls(trace, &count);
	cr_assert(count == 2, "%zu", count);
	cr_expect_str_eq(tk_trace_text(trace, calls[0].id), "c1");
	cr_expect_str_eq(tk_trace_text(trace, calls[1].id), "c3");
	cr_expect(tk_trace_totals(trace)->hedged_calls == 2);
	tk_trace_free(trace);
}

Test(trace_calls, counts_what_it_skips)
{
	static const char content[] =
		"plain text\n{\"message\":1}\n\n"
		"{\"v\":1,\"ts\":\"2026-11-23T10:00:00Z\",\"event_type\":"
		"\"events_dropped\",\"dropped\":7}\n"
		"{\"v\":1,\"ts\":\"2026-11-23T10:00:01Z\",\"event_type\":"
		"\"something_new\"}\n"
		"{\"event_type\":\"retry_attempt\"}\n"
		"{\"broken\":\n";
	char path[] = "/tmp/test_calls_XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");
	struct tk_trace *trace = tk_trace_new();
	struct tk_dialect *dialect = NULL;
	const struct tk_trace_totals *totals = tk_trace_totals(trace);
	struct kept kept = {0, 0, 0, "", ""};

	cr_assert_not_null(file);
	fwrite(content, 1, sizeof(content) - 1, file);
	for (int i = 0; i < (1 << 20) + 10; i++)
		fputc('x', file);
	fclose(file);
	cr_assert_eq(tk_dialect_open((const char *const[]){"auto", NULL}, NULL,
				     &dialect, NULL),
		     BACKOFF_OK);
	cr_assert_eq(tk_trace_read(trace, path, dialect, keep, &kept),
		     BACKOFF_OK);
	cr_expect_eq(totals->lines, 8);
	cr_expect_eq(totals->events, 2);
	cr_expect_eq(totals->foreign, 3);
	cr_expect_eq(totals->bad, 3);
	cr_expect_eq(totals->oversize, 1);
	cr_expect_eq(totals->unknown, 1);
	cr_expect_eq(totals->dropped, 7);
	cr_expect_eq(kept.count, 3);
	cr_expect_eq(kept.line, 6);
	cr_expect_str_eq(kept.path, path);
	cr_expect_eq(
		tk_trace_read(trace, "/nonexistent/x", dialect, NULL, NULL),
		BACKOFF_E_IO);
	cr_expect_eq(errno, ENOENT);
	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
	cr_expect_eq(tk_trace_read(trace, path, dialect, NULL, NULL),
		     BACKOFF_E_STATE);
	tk_dialect_free(dialect);
	tk_trace_free(trace);
	unlink(path);
}

/* Lines of the worst kind, stitched in a moment: quadratic work would run into
 * the time limit. */
Test(trace_calls, hostile_logs_take_no_longer, .timeout = 60)
{
	enum { LINES = 200000 };
	static const char *const why[] = {
		"all at once, one number", "ever rising numbers",
		"all open, then all continued", "backwards",
		"as many operations as lines"};

	for (int kind = 0; kind < 5; kind++) {
		struct tk_trace *trace = tk_trace_new();
		size_t calls;

		for (uint64_t i = 0; i < LINES; i++) {
			struct backoff_event event;
			char name[32] = "op";

			backoff_event_init(&event, sizeof(event));
			event.type = BACKOFF_EVENT_ATTEMPT;
			event.ts_ns = START + (kind == 0 ? 0 : i * MS);
			event.attempt = kind == 1   ? i + 1
					: kind == 2 ? 1 + 2 * i / LINES
						    : 1;
			event.delay_ns = (i * 7919 % 1000) * MS;
			if (kind == 3)
				event.ts_ns = START + (LINES - i) * MS;
			if (kind == 4)
				snprintf(name, sizeof(name), "op%u",
					 (unsigned)i);
			event.operation = name;
			cr_assert_eq(tk_trace_add(trace, &event), BACKOFF_OK);
		}
		cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
		tk_trace_calls(trace, &calls);
		cr_expect_eq(calls,
			     kind == 1   ? 1u
			     : kind == 2 ? LINES / 2u
					 : LINES,
			     "%s: %zu", why[kind], calls);
		tk_trace_free(trace);
	}
}
