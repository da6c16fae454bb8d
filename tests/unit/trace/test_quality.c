/* Tests of tools/trace: what is missing or doubtful in a log is counted. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "trace/trace.h"

#define MS UINT64_C(1000000)
#define S (1000 * MS)
#define DAY (86400 * S)
/* 2026-11-23T10:00:00Z. */
#define START (UINT64_C(1795428000) * S)

/* A small generator, the same on every machine. */
static uint64_t
draw(uint64_t *state, uint64_t below)
{
	*state = *state * UINT64_C(6364136223846793005) +
		 UINT64_C(1442695040888963407);
	return (*state >> 33) % below;
}

static struct backoff_event
event_at(uint64_t ns, enum backoff_event_type type, uint64_t attempt)
{
	struct backoff_event event;

	backoff_event_init(&event, sizeof(event));
	event.ts_ns = ns;
	event.type = type;
	event.operation = "op";
	event.attempt = attempt;
	event.max_attempts = 3;
	event.outcome = type == BACKOFF_EVENT_SUCCESS ? BACKOFF_OUTCOME_SUCCESS
						      : BACKOFF_OUTCOME_FAILURE;
	if (type == BACKOFF_EVENT_ATTEMPT)
		event.delay_ns = S;
	if (type == BACKOFF_EVENT_SUCCESS)
		event.stop = BACKOFF_STOP_SUCCESS;
	return event;
}

static void
add(struct tk_trace *trace, const struct backoff_event *event)
{
	cr_assert_eq(tk_trace_add(trace, event), BACKOFF_OK);
}

/* Failed calls of a request each, one every ten seconds for ten minutes. */
static void
add_failures(struct tk_trace *trace, uint64_t start_ns)
{
	for (unsigned i = 0; i < 60; i++) {
		struct backoff_event event = event_at(start_ns + i * 10 * S,
						      BACKOFF_EVENT_ATTEMPT, 1);
		char id[32];

		snprintf(id, sizeof(id), "r%u-%llu", i,
			 (unsigned long long)(start_ns / S));
		event.trace_id = id;
		add(trace, &event);
		event = event_at(event.ts_ns + 1100 * MS, BACKOFF_EVENT_ATTEMPT,
				 2);
		event.trace_id = id;
		add(trace, &event);
		event = event_at(event.ts_ns + 1100 * MS,
				 BACKOFF_EVENT_EXHAUSTED, 3);
		event.trace_id = id;
		add(trace, &event);
	}
}

/* Failures of ten minutes, as they always are: one in three has another. */
static void
add_noise(struct tk_trace *trace, uint64_t start_ns)
{
	for (unsigned i = 0; i < 60; i++) {
		struct backoff_event event = event_at(start_ns + i * 10 * S,
						      BACKOFF_EVENT_ATTEMPT, 1);
		char id[32];

		snprintf(id, sizeof(id), "n%u-%llu", i,
			 (unsigned long long)(start_ns / S));
		event.trace_id = id;
		add(trace, &event);
		if (i % 3 != 0)
			continue;
		event = event_at(event.ts_ns + 1100 * MS, BACKOFF_EVENT_ATTEMPT,
				 2);
		event.trace_id = id;
		add(trace, &event);
	}
}

static size_t
call_count(const struct tk_trace *trace)
{
	size_t count;

	tk_trace_calls(trace, &count);
	return count;
}

Test(trace_quality, stray_lines_do_not_stretch_the_time_covered)
{
	static const struct {
		const char *why;
		/* Seconds from the start. */
		int64_t stray[4];
		unsigned count;
	} row[] = {
		{"none", {0}, 0},
		{"1970", {1 - (int64_t)(START / S)}, 1},
		{"2036", {300000000}, 1},
		{"the day before", {-86400}, 1},
		{"two hours before", {-7200}, 1},
		{"an hour after", {3600}, 1},
		{"some", {-86400, -86300, 300000000, 5}, 3},
		{"on both sides, far apart", {-900000, -7200, 7200, 900000}, 4},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_trace *trace = tk_trace_new();
		const struct tk_quality *quality = tk_trace_quality(trace);
		const struct tk_cover *cover = tk_trace_cover(trace);

		add_failures(trace, START);
		for (unsigned k = 0; k < row[i].count; k++) {
			struct backoff_event event =
				event_at(START + (uint64_t)row[i].stray[k] * S,
					 BACKOFF_EVENT_ATTEMPT, 1);

			event.trace_id = "stray";
			add(trace, &event);
		}
		cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
		cr_expect_eq(cover->from_ns, START, "%s", row[i].why);
		cr_expect_eq(cover->to_ns, START + 590 * S + 2200 * MS, "%s",
			     row[i].why);
		cr_expect_eq(tk_trace_totals(trace)->from_ns, START, "%s",
			     row[i].why);
		cr_expect_eq(quality->strays, row[i].count, "%s: %llu",
			     row[i].why, (unsigned long long)quality->strays);
		cr_expect_eq(call_count(trace), 60, "%s", row[i].why);
		cr_expect_not(tk_loss_any(&quality->loss), "%s", row[i].why);
		tk_trace_free(trace);
	}
}

Test(trace_quality, a_late_line_of_a_call_is_not_a_stray)
{
	struct tk_trace *trace = tk_trace_new();
	struct backoff_event event;

	add_failures(trace, START);
	event = event_at(START + 595 * S, BACKOFF_EVENT_ATTEMPT, 1);
	event.trace_id = "slow";
	event.delay_ns = DAY;
	add(trace, &event);
	event = event_at(START + 595 * S + DAY, BACKOFF_EVENT_EXHAUSTED, 2);
	event.trace_id = "slow";
	add(trace, &event);
	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
	cr_expect_eq(tk_trace_quality(trace)->strays, 0);
	cr_expect_eq(call_count(trace), 61);
	tk_trace_free(trace);
}

Test(trace_quality, a_missing_piece_is_a_gap_and_a_quiet_time_is_not)
{
	static const struct {
		const char *why;
		/* When the pieces begin, in minutes. */
		unsigned piece[6], count;
		unsigned gaps;
		/* All calls fail; a piece may begin amid a call. */
		bool outage, midway;
	} row[] = {
		{"whole", {0, 10, 20, 30}, 4, 0, false, false},
		{"one of four files is missing",
		 {0, 10, 30},
		 3,
		 1,
		 false,
		 false},
		{"two of eight files",
		 {0, 10, 30, 40, 60, 70},
		 6,
		 2,
		 false,
		 false},
		{"two bad times an hour apart", {0, 70}, 2, 0, true, false},
		{"and three", {0, 70, 140}, 3, 0, true, false},
		{"close to each other", {0, 10, 30}, 3, 0, true, false},
		{"a file is missing in a bad time",
		 {0, 10, 30},
		 3,
		 1,
		 true,
		 true},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_trace *trace = tk_trace_new();
		const struct tk_cover *cover = tk_trace_cover(trace);

		for (unsigned k = 0; k < row[i].count; k++)
			(row[i].outage ? add_failures : add_noise)(
				trace, START + row[i].piece[k] * 60 * S);
		if (row[i].midway) {
			struct backoff_event event = event_at(
				START + 1799 * S, BACKOFF_EVENT_EXHAUSTED, 3);

			event.trace_id = "midway";
			add(trace, &event);
		}
		cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
		cr_expect_eq(cover->gap_count, row[i].gaps, "%s: %zu",
			     row[i].why, cover->gap_count);
		if (row[i].gaps > 0) {
			cr_expect_not(tk_cover_has(cover, START + 1500 * S));
			cr_expect_leq(tk_cover_length(cover),
				      row[i].count * 602 * S);
			cr_expect_eq(
				tk_cover_at(cover,
					    tk_cover_before(cover,
							    START + 1900 * S)),
				START + 1900 * S);
		}
		tk_trace_free(trace);
	}
}

Test(trace_quality, a_call_before_a_gap_did_not_succeed_by_silence)
{
	struct tk_trace *trace = tk_trace_new();
	const struct tk_call *call;
	size_t count, cut_off = 0, orphans = 0;
	struct backoff_event event;

	add_noise(trace, START);
	add_noise(trace, START + 600 * S);
	event = event_at(START + 1192 * S, BACKOFF_EVENT_ATTEMPT, 1);
	event.trace_id = "open";
	add(trace, &event);
	event = event_at(START + 1800 * S, BACKOFF_EVENT_EXHAUSTED, 3);
	event.trace_id = "other";
	add(trace, &event);
	add_noise(trace, START + 1801 * S);
	add_noise(trace, START + 2401 * S);
	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
	cr_expect_eq(tk_trace_cover(trace)->gap_count, 1);
	call = tk_trace_calls(trace, &count);
	for (size_t i = 0; i < count; i++) {
		cut_off += call[i].end == TK_CALL_CUT_OFF;
		orphans += call[i].missing_before > 0;
		cr_expect_not(call[i].beginning_lost);
	}
	/* That one, and the last of the log. */
	cr_expect_eq(cut_off, 2);
	cr_expect_eq(orphans, 1);
	tk_trace_free(trace);
}

Test(trace_quality, orphans_late_in_a_log_are_a_loss)
{
	static const struct {
		const char *why;
		uint64_t ms, elapsed_ms;
		unsigned attempt;
		unsigned orphans, ends;
		bool ended;
	} row[] = {
		{"under way when the log begins", 0, 0, 2, 0, 0, false},
		{"for two attempts", 3000, 0, 3, 0, 0, true},
		{"late", 300000, 0, 2, 1, 0, false},
		{"late, the end", 300000, 0, 3, 1, 1, true},
		{"late, but it began long ago", 300000, 400000, 3, 0, 0, true},
		{"early, but it had just begun", 9000, 2000, 3, 1, 1, true},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_trace *trace = tk_trace_new();
		struct backoff_event event =
			event_at(START + row[i].ms * MS,
				 row[i].ended ? BACKOFF_EVENT_EXHAUSTED
					      : BACKOFF_EVENT_ATTEMPT,
				 row[i].attempt);
		struct tk_loss loss;

		add_failures(trace, START);
		event.trace_id = "orphan";
		if (row[i].elapsed_ms)
			event.elapsed_ns = row[i].elapsed_ms * MS;
		add(trace, &event);
		cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
		loss = tk_trace_quality(trace)->loss;
		cr_expect_eq(loss.orphans, row[i].orphans, "%s", row[i].why);
		cr_expect_eq(loss.orphan_ends, row[i].ends, "%s", row[i].why);
		cr_expect_eq(loss.lost_lines, 0, "%s", row[i].why);
		tk_trace_free(trace);
	}
}

Test(trace_quality, lost_last_lines_are_found_by_what_others_met)
{
	/* Percentage of last lines that are written. */
	static const unsigned share[] = {100, 50, 0};

	for (size_t i = 0; i < 3; i++) {
		struct tk_trace *trace = tk_trace_new();
		uint64_t state = 3, lost = 0, found;

		/* An outage: a call a second, nearly all attempts fail. */
		for (unsigned c = 0; c < 600; c++) {
			uint64_t at = START + c * S;
			char id[16];

			snprintf(id, sizeof(id), "r%u", c);
			for (unsigned k = 1; k <= 3; k++) {
				struct backoff_event event = event_at(
					at,
					k < 3 ? BACKOFF_EVENT_ATTEMPT
					      : BACKOFF_EVENT_EXHAUSTED,
					k);

				event.trace_id = id;
				if (draw(&state, 100) < 10)
					break;
				if (k == 3 && draw(&state, 100) >= share[i])
					lost++;
				else
					add(trace, &event);
				at += 1050 * MS;
			}
		}
		cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
		found = tk_trace_quality(trace)->loss.missing_ends;
		cr_expect(share[i] == 100 ? found == 0
					  : found > lost / 2 && found <= lost,
			  "%u %%: %llu of %llu", share[i],
			  (unsigned long long)found, (unsigned long long)lost);
		tk_trace_free(trace);
	}
}

/* Calls whose attempts run on three hosts with clocks of their own. The log has
 * only failures; the truth is known. */
static uint64_t
add_skewed_world(struct tk_trace *trace, const int64_t offset_ms[3],
		 bool names_hosts)
{
	static const char *const host[] = {"a", "b", "c"};
	uint64_t state = 7, succeeded = 0;

	for (unsigned c = 0; c < 500; c++) {
		uint64_t at = START + 60 * S + c * S;
		char id[16];

		snprintf(id, sizeof(id), "r%u", c);
		for (unsigned k = 1; k <= 3; k++) {
			uint64_t h = draw(&state, 3);
			struct backoff_event event;

			at += (20 + draw(&state, 30)) * MS;
			event = event_at(at + (uint64_t)offset_ms[h] * MS,
					 k < 3 ? BACKOFF_EVENT_ATTEMPT
					       : BACKOFF_EVENT_EXHAUSTED,
					 k);
			event.trace_id = id;
			event.host = names_hosts ? host[h] : NULL;
			if (k > 1 && draw(&state, 100) < 30) {
				succeeded++;
				break;
			}
			add(trace, &event);
			at += S;
		}
	}
	return succeeded;
}

Test(trace_quality, clocks_of_hosts_do_not_make_calls_succeed)
{
	static const struct {
		const char *why;
		int64_t offset_ms[3];
		bool names_hosts;
		/* At least and at most. */
		uint64_t low_ms, high_ms;
	} row[] = {
		{"equal clocks", {0, 0, 0}, true, 0, 0},
		{"five seconds", {0, 3000, -2000}, true, 4900, 5100},
		{"five seconds, hosts not named",
		 {0, 3000, -2000},
		 false,
		 3900,
		 5000},
		{"a minute", {0, 60000, 0}, true, 59900, 60100},
		{"more than a wait", {1500, 0, 0}, true, 1450, 1550},
		{"less than a wait", {0, 0, 400}, true, 350, 450},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_trace *trace = tk_trace_new();
		const struct tk_quality *quality = tk_trace_quality(trace);
		uint64_t truth = add_skewed_world(trace, row[i].offset_ms,
						  row[i].names_hosts);
		const struct tk_call *call;
		uint64_t succeeded = 0, skew_ms;
		size_t count;

		cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
		call = tk_trace_calls(trace, &count);
		for (size_t c = 0; c < count; c++)
			succeeded += call[c].end == TK_CALL_SUCCEEDED;
		skew_ms = quality->skew_ns / MS;
		cr_expect_eq(count, 500, "%s: %zu calls", row[i].why, count);
		cr_expect(succeeded <= truth && succeeded + 10 >= truth,
			  "%s: %llu succeeded, not %llu", row[i].why,
			  (unsigned long long)succeeded,
			  (unsigned long long)truth);
		cr_expect(skew_ms >= row[i].low_ms && skew_ms <= row[i].high_ms,
			  "%s: skew %llu ms", row[i].why,
			  (unsigned long long)skew_ms);
		cr_expect_eq(quality->loss.orphans, 0, "%s", row[i].why);
		if (row[i].names_hosts)
			cr_expect(quality->skew_left_ns <= 50 * MS &&
					  quality->skewed_lines_left == 0,
				  "%s: %llu ms left", row[i].why,
				  (unsigned long long)quality->skew_left_ns /
					  MS);
		else
			cr_expect_eq(quality->skew_left_ns, quality->skew_ns,
				     "%s", row[i].why);
		tk_trace_free(trace);
	}
}

/* The lines of a native log: two processes, calls of one to three attempts. */
static size_t
native_log(struct backoff_event *out, char (*id)[16], size_t room)
{
	uint64_t state = 11, seq[2] = {0, 0};
	size_t count = 0;

	for (unsigned c = 0; count + 3 <= room; c++) {
		uint64_t at = START + c * 200 * MS, pid = draw(&state, 2);

		snprintf(id[c], sizeof(id[c]), "c%u", c);
		for (unsigned k = 1; k <= 3; k++) {
			bool failed = draw(&state, 100) < 40;
			enum backoff_event_type type =
				!failed ? BACKOFF_EVENT_SUCCESS
				: k < 3 ? BACKOFF_EVENT_ATTEMPT
					: BACKOFF_EVENT_EXHAUSTED;

			out[count] = event_at(at, type, k);
			out[count].call_id = id[c];
			out[count].host = "h";
			out[count].pid = 100 + pid;
			out[count].duration_ns = 10 * MS;
			/* In the order of the loop: not that of time. */
			out[count++].seq = ++seq[pid];
			if (!failed)
				break;
			at += S + 10 * MS;
		}
	}
	return count;
}

Test(trace_quality, no_line_is_lost_without_being_counted, .timeout = 60)
{
	enum { LINES = 600 };
	static struct backoff_event event[LINES];
	static char id[LINES][16];
	size_t count = native_log(event, id, LINES);
	uint64_t state = 5;

	for (unsigned round = 0; round < 300; round++) {
		struct tk_trace *trace = tk_trace_new();
		uint64_t removed = 0, share = 1 + draw(&state, 60);
		bool numbered = round % 2 == 0;
		const struct tk_loss *loss = &tk_trace_quality(trace)->loss;

		/* One line, or a share of them; the ends of the log stay. */
		for (size_t i = 0; i < count; i++) {
			struct backoff_event line = event[i];
			bool lost = round % 3 == 0 ? i == 40 + (size_t)round
						   : draw(&state, 100) < share;

			if (i < 20 || i + 20 >= count)
				lost = false;
			/* Without numbers, a call of one line leaves no trace.
			 */
			if (!numbered) {
				line.seq = BACKOFF_ABSENT;
				if (line.attempt == 1 &&
				    line.type == BACKOFF_EVENT_SUCCESS)
					lost = false;
			}
			removed += lost;
			if (!lost)
				add(trace, &line);
		}
		cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
		if (numbered)
			cr_expect_eq(loss->lost_lines, removed,
				     "round %u: %llu of %llu", round,
				     (unsigned long long)loss->lost_lines,
				     (unsigned long long)removed);
		cr_expect_eq(tk_loss_any(loss), removed > 0, "round %u: %llu",
			     round, (unsigned long long)removed);
		tk_trace_free(trace);
	}
}

Test(trace_quality, a_copy_counts_once_and_another_host_does_not)
{
	enum { LINES = 300 };
	static struct backoff_event event[LINES];
	static char id[LINES][16];
	size_t count = native_log(event, id, LINES);
	struct tk_trace *trace = tk_trace_new();
	const struct tk_quality *quality = tk_trace_quality(trace);
	size_t calls, doubled;

	for (size_t i = 0; i < count; i++)
		add(trace, &event[i]);
	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
	calls = call_count(trace);
	tk_trace_free(trace);
	trace = tk_trace_new();
	quality = tk_trace_quality(trace);
	for (size_t round = 0; round < 3; round++)
		for (size_t i = 0; i < count; i++) {
			struct backoff_event line = event[i];
			char other[24];

			if (round == 1) {
				snprintf(other, sizeof(other), "x%s",
					 event[i].call_id);
				line.host = "other";
				line.call_id = other;
			}
			add(trace, &line);
		}
	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
	doubled = call_count(trace);
	cr_expect_eq(quality->copies, count);
	cr_expect_eq(doubled, 2 * calls);
	cr_expect_not(tk_loss_any(&quality->loss));
	tk_trace_free(trace);
}

Test(trace_quality, one_huge_number_is_a_reset)
{
	enum { LINES = 300 };
	static struct backoff_event event[LINES];
	static char id[LINES][16];
	size_t count = native_log(event, id, LINES);
	struct tk_trace *trace = tk_trace_new();
	const struct tk_quality *quality = tk_trace_quality(trace);

	for (size_t i = 0; i < count; i++) {
		if (i == 100)
			event[i].seq = UINT64_C(9200000000000000000);
		add(trace, &event[i]);
	}
	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
	cr_expect_eq(quality->loss.lost_lines, 1);
	cr_expect_eq(quality->resets, 1);
	tk_trace_free(trace);
}

/* What happens to the lines of a log of failures without ids. */
struct unnamed {
	/** Percentage of lines that are lost. */
	unsigned lost;
	/** Time without which the log begins, in seconds. */
	unsigned from_s;
	/** Times are cut to whole seconds. */
	bool whole_seconds;
	/** One in five failures takes ten seconds. */
	bool timeouts;
};

/* An hour with an outage of a minute in every ten. */
static void
add_unnamed(struct tk_trace *trace, const struct unnamed *how)
{
	uint64_t state = 3, lost = 9;

	for (unsigned c = 0; c < 7200; c++) {
		uint64_t at = START + c * 500 * MS + draw(&state, 400) * MS;
		unsigned fails = c / 120 % 10 == 2 ? 80 : 5;

		for (unsigned k = 1; k <= 3; k++) {
			struct backoff_event event;

			at += (20 + draw(&state, 20)) * MS;
			if (draw(&state, 100) >= fails)
				break;
			if (how->timeouts && draw(&state, 5) == 0)
				at += 10 * S;
			event = event_at(how->whole_seconds ? at / S * S : at,
					 k < 3 ? BACKOFF_EVENT_ATTEMPT
					       : BACKOFF_EVENT_EXHAUSTED,
					 k);
			event.delay_ns =
				k < 3 ? k * (750 * MS) + draw(&state, 500) * MS
				      : BACKOFF_ABSENT;
			if (draw(&lost, 100) >= how->lost &&
			    at >= START + how->from_s * S)
				add(trace, &event);
			at += event.delay_ns;
		}
	}
}

Test(trace_quality, lost_lines_without_ids_are_noticed_by_their_time)
{
	static const struct {
		const char *why;
		struct unnamed how;
		bool loss;
	} row[] = {
		{"whole", {0}, false},
		{"three in ten are lost", {.lost = 30}, true},
		{"one in five", {.lost = 20}, true},
		{"begins in an outage", {.from_s = 150}, false},
		{"whole seconds", {.whole_seconds = true}, false},
		{"timeouts", {.timeouts = true}, false},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_trace *trace = tk_trace_new();
		const struct tk_quality *quality = tk_trace_quality(trace);

		add_unnamed(trace, &row[i].how);
		cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
		cr_expect_eq(quality->loss.orphans > 0, row[i].loss, "%s: %llu",
			     row[i].why,
			     (unsigned long long)quality->loss.orphans);
		cr_expect(row[i].loss || quality->skew_ns == 0, "%s: skew %llu",
			  row[i].why, (unsigned long long)quality->skew_ns);
		tk_trace_free(trace);
	}
}

Test(trace_quality, whole_seconds_are_not_clocks_that_differ)
{
	struct tk_trace *trace = tk_trace_new();

	for (unsigned c = 0; c < 300; c++) {
		uint64_t at = START + c * 1300 * MS;
		char id[16];

		snprintf(id, sizeof(id), "r%u", c);
		for (unsigned k = 1; k <= 3; k++) {
			struct backoff_event event =
				event_at(at / S * S,
					 k < 3 ? BACKOFF_EVENT_ATTEMPT
					       : BACKOFF_EVENT_EXHAUSTED,
					 k);

			event.trace_id = id;
			event.delay_ns = 500 * MS;
			add(trace, &event);
			at += 530 * MS;
		}
	}
	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
	cr_expect_eq(tk_trace_quality(trace)->skew_ns, 0);
	tk_trace_free(trace);
}

Test(trace_quality, a_wrong_zone_or_year_is_a_clock_and_not_a_loss)
{
	static const struct {
		const char *why;
		uint64_t offset_ns;
	} row[] = {
		{"an hour", 3600 * S},
		{"half a day", 43200 * S},
		{"a year", 365 * DAY},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_trace *trace = tk_trace_new();
		const struct tk_quality *quality = tk_trace_quality(trace);
		int64_t offset_ms[3] = {0, (int64_t)(row[i].offset_ns / MS), 0};

		add_skewed_world(trace, offset_ms, true);
		cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
		cr_expect_eq(quality->loss.orphans, 0, "%s: %llu", row[i].why,
			     (unsigned long long)quality->loss.orphans);
		cr_expect(quality->skew_ns > row[i].offset_ns - S &&
				  quality->skew_ns < row[i].offset_ns + S,
			  "%s", row[i].why);
		tk_trace_free(trace);
	}
}

Test(trace_quality, a_host_of_another_year_does_not_stretch_the_time_covered)
{
	struct tk_trace *trace = tk_trace_new();
	const struct tk_quality *quality = tk_trace_quality(trace);
	const struct tk_cover *cover = tk_trace_cover(trace);

	add_noise(trace, START);
	add_noise(trace, START + 600 * S);
	add_noise(trace, START + 365 * DAY);
	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
	cr_expect_lt(cover->to_ns, START + 1300 * S);
	cr_expect_eq(quality->misdated, 80);
	cr_expect_gt(quality->skew_ns, 364 * DAY);
	tk_trace_free(trace);
}

Test(trace_quality, numbers_show_that_a_quiet_time_is_not_a_gap)
{
	for (unsigned numbered = 0; numbered < 2; numbered++) {
		struct tk_trace *trace = tk_trace_new();

		for (unsigned c = 0; c < 600; c++) {
			struct backoff_event event = event_at(
				START + c * S + (c < 300 ? 0 : 400 * S),
				BACKOFF_EVENT_SUCCESS, 1);
			char id[16];

			snprintf(id, sizeof(id), "c%u", c);
			event.call_id = id;
			event.host = "h";
			event.pid = 7;
			if (numbered)
				event.seq = c + 1;
			add(trace, &event);
		}
		cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
		cr_expect_eq(tk_trace_quality(trace)->gaps, !numbered);
		tk_trace_free(trace);
	}
}

Test(trace_quality, numbers_do_not_explain_hundreds_of_calls_without_an_end)
{
	static const unsigned open[] = {5, 300};

	for (size_t i = 0; i < 2; i++) {
		struct tk_trace *trace = tk_trace_new();

		for (unsigned c = 0; c < 1000; c++) {
			struct backoff_event event =
				event_at(START + c * S,
					 c % 3 == 0 && c / 3 < open[i]
						 ? BACKOFF_EVENT_ATTEMPT
						 : BACKOFF_EVENT_SUCCESS,
					 1);
			char id[16];

			snprintf(id, sizeof(id), "c%u", c);
			event.call_id = id;
			event.host = "h";
			event.pid = 7;
			event.seq = c + 1;
			add(trace, &event);
		}
		cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
		cr_expect_eq(tk_trace_quality(trace)->loss.missing_ends > 0,
			     open[i] > 100);
		tk_trace_free(trace);
	}
}
