/* Finds the time that a log covers, from the times of its lines. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "trace/stitch.h"

/*
 * A line with a wrong clock, or of another day, must not stretch the window:
 * calls without a line are spread over it. The core is the shortest time that
 * has nine tenths of the lines. What follows it without a break as long as the
 * core itself belongs to it; a few lines beyond are strays, many are another
 * piece of the log, with a gap between.
 *
 * A gap inside the core is one of two things: a quiet time, of a log that only
 * has failures, or a piece of the log that is missing. It is called missing
 * only if the rest of the log is steady, and if it does not look like a good
 * time between outages: those begin with first attempts, and most of their
 * retries fail.
 */

/* Share of lines outside the core; fewer lines than this have no core. */
#define CORE_SHARE 10
#define CORE_LINES 5
/* A log with fewer lines may have longer breaks, in proportion. */
#define LINES_STEADY 100
#define BREAK_MIN_NS (60 * BO_NS_PER_S)
/* At most this many lines of one time are strays. */
#define STRAYS_MAX 4
/* A piece is missing if its gap is this many times the longest other one, and
 * the rest is at least as long as all such gaps. */
#define GAP_RATIO 10
#define GAPS_INSIDE 3
/* Share of retries that fail in an outage, at least. */
#define OUTAGE_FAILS 0.5
/* A log with this share of lines of other kinds shows when it was written. */
#define OTHER_LINES 0.2
/* Pieces of a log that are this far from each other, and this many times as far
 * as all of them are long, do not have the same calendar. */
#define DATE_APART_NS (100 * 24 * 3600 * BO_NS_PER_S)
#define DATE_RATIO 4
/* A wrong date of this share of lines matters. */
#define DATE_SHARE 0.01
/* Other lines that are closer to an event say with it when the log was
 * written. */
#define NEAR_NS (3600 * BO_NS_PER_S)

/*
 * Only events say what is far from the log: of lines of other kinds, those near
 * events help, and all between two events show that nothing is missing there,
 * but a piece of the log without events must not make others strays.
 */

/* Sorted times, and the lines [low, high] that belong together. */
struct times {
	const uint64_t *at;
	size_t count, low, high;
	/** The longest break inside the log. */
	uint64_t break_ns;
};

static void
find_core(struct times *times)
{
	size_t needed = times->count - times->count / CORE_SHARE;
	uint64_t best = UINT64_MAX, limit;

	times->low = 0;
	times->high = times->count - 1;
	times->break_ns = UINT64_MAX;
	if (times->count < CORE_LINES)
		return;
	/* At least one line may be a stray. */
	if (needed == times->count)
		needed--;
	for (size_t i = 0; i + needed <= times->count; i++) {
		uint64_t span = times->at[i + needed - 1] - times->at[i];

		if (span < best) {
			best = span;
			times->low = i;
		}
	}
	times->high = times->low + needed - 1;
	limit = best > BREAK_MIN_NS ? best : BREAK_MIN_NS;
	if (times->count < LINES_STEADY)
		limit = bo_mul_sat(limit, LINES_STEADY / times->count + 1);
	times->break_ns = limit;
}

/* Keep the piece of the log with the most events, the last of them, if others
 * are so far from it that their date must be wrong. */
static void
keep_one_date(struct times *times)
{
	size_t best = 0, best_count = 0, first = 0;
	uint64_t apart_ns = 0, rest;

	for (size_t i = 1; i < times->count; i++)
		if (times->at[i] - times->at[i - 1] >= DATE_APART_NS)
			apart_ns += times->at[i] - times->at[i - 1];
	if (apart_ns == 0)
		return;
	rest = times->at[times->count - 1] - times->at[0] - apart_ns;
	for (size_t i = 1; i <= times->count; i++) {
		uint64_t gap = i == times->count
				       ? UINT64_MAX
				       : times->at[i] - times->at[i - 1];

		if (gap < DATE_APART_NS || gap / DATE_RATIO < rest)
			continue;
		if (i - first >= best_count) {
			best = first;
			best_count = i - first;
		}
		first = i;
	}
	times->at += best;
	times->count = best_count;
}

static void
add_gap(struct tk_cover *cover, uint64_t from_ns, uint64_t to_ns)
{
	size_t at = cover->gap_count;

	if (cover->gap_count == TK_GAPS_MAX)
		return;
	while (at > 0 && cover->gap[at - 1].from_ns > from_ns) {
		cover->gap[at] = cover->gap[at - 1];
		at--;
	}
	cover->gap[at] = (struct tk_gap){from_ns, to_ns};
	cover->gap_count++;
}

/* Whether the log has lines whatever happens: of successes, of other kinds, or
 * of failures that are always there. */
static bool
always_writes(const struct tk_trace *trace)
{
	double attempts = 0, later = 0;

	if (trace->totals.foreign > 0 &&
	    (double)trace->totals.foreign >=
		    OTHER_LINES * (double)trace->totals.lines)
		return true;
	for (size_t i = 0; i < trace->operation_count; i++)
		if (!tk_operation_silent(&trace->operations[i]))
			return true;
	for (size_t i = 0; i < trace->record_count; i++) {
		attempts += trace->records[i].type == BACKOFF_EVENT_ATTEMPT;
		later += trace->records[i].number > 1;
	}
	return later < OUTAGE_FAILS * attempts;
}

/* Whether the first line after a gap continues a call: an outage would begin
 * with a first attempt. */
static bool
resumes_midway(const struct tk_trace *trace, uint64_t to_ns)
{
	const struct tk_record *first = NULL;

	for (size_t i = 0; i < trace->record_count; i++) {
		const struct tk_record *record = &trace->records[i];

		if (record->attempt.end_ns < to_ns)
			continue;
		if (first == NULL ||
		    record->attempt.end_ns < first->attempt.end_ns)
			first = record;
	}
	return first != NULL && first->number > 1;
}

/* Whether a process gave the next of its numbers to the first line after a
 * time without lines: it was idle, or its clock was set. */
static bool
is_counted_through(const struct tk_trace *trace, uint64_t from_ns,
		   uint64_t to_ns)
{
	const struct tk_record *last = NULL, *first = NULL;
	/* Not each line's time was noted. */
	uint64_t middle = from_ns + (to_ns - from_ns) / 2;

	for (size_t i = 0; i < trace->record_count; i++) {
		const struct tk_record *record = &trace->records[i];
		uint64_t at = record->attempt.end_ns;

		if (record->numbered && at < middle &&
		    (last == NULL || at > last->attempt.end_ns ||
		     (at == last->attempt.end_ns && record->seq > last->seq)))
			last = record;
	}
	for (size_t i = 0; last != NULL && i < trace->record_count; i++) {
		const struct tk_record *record = &trace->records[i];

		if (record->numbered && record->process == last->process &&
		    record->attempt.end_ns > middle &&
		    record->seq > last->seq &&
		    (first == NULL || record->seq < first->seq))
			first = record;
	}
	return first != NULL && first->seq == last->seq + 1;
}

/* Whether a time without lines is a piece that is missing. */
static bool
is_missing(const struct tk_trace *trace, uint64_t from_ns, uint64_t to_ns)
{
	return to_ns > from_ns && !is_counted_through(trace, from_ns, to_ns) &&
	       (always_writes(trace) || resumes_midway(trace, to_ns));
}

static uint64_t
apart(const struct times *times, size_t a, size_t b)
{
	uint64_t x = times->at[a], y = times->at[b];

	return x > y ? x - y : y - x;
}

/* Extend the window from an edge, up or down: over short breaks, and over a gap
 * to another piece that has more lines than strays have. */
static size_t
extend(const struct tk_trace *trace, struct tk_cover *cover,
       const struct times *times, size_t edge, bool up)
{
	size_t last = up ? times->count - 1 : 0, at = edge;
	size_t step = up ? 1 : SIZE_MAX;

	while (at != last) {
		size_t first = at + step, end = first;
		uint64_t from = times->at[up ? edge : first];
		uint64_t to = times->at[up ? first : edge];

		while (end != last &&
		       apart(times, end, end + step) <= times->break_ns)
			end += step;
		if (to - from <= times->break_ns) {
			edge = end;
		} else if ((up ? end - at : at - end) > STRAYS_MAX) {
			if (is_missing(trace, from, to))
				add_gap(cover, from, to);
			edge = end;
		}
		at = end;
	}
	return edge;
}

/* The longest gaps between lines of the window, the longest first. */
static size_t
longest_gaps(const struct tk_cover *cover, const struct times *times,
	     struct tk_gap *out, size_t room)
{
	size_t count = 0;

	for (size_t i = times->low; i < times->high; i++) {
		struct tk_gap gap = {times->at[i], times->at[i + 1]};
		uint64_t length = gap.to_ns - gap.from_ns;
		size_t at = count;

		if (length == 0 ||
		    !tk_cover_has(cover, gap.from_ns + length / 2))
			continue;
		while (at > 0 &&
		       out[at - 1].to_ns - out[at - 1].from_ns < length)
			at--;
		if (at == room)
			continue;
		if (count < room)
			count++;
		memmove(out + at + 1, out + at,
			(count - at - 1) * sizeof(*out));
		out[at] = gap;
	}
	return count;
}

/* Find pieces that are missing inside a steady log. */
static void
find_gaps(const struct tk_trace *trace, struct tk_cover *cover,
	  const struct times *times)
{
	struct tk_gap gap[GAPS_INSIDE + 1];
	size_t count = longest_gaps(cover, times, gap, GAPS_INSIDE + 1);
	uint64_t length = tk_cover_length(cover), sum = 0;
	size_t found = 0;

	if (times->high - times->low < LINES_STEADY / 2)
		return;
	for (size_t i = 0; i + 1 < count; i++) {
		uint64_t this = gap[i].to_ns - gap[i].from_ns;
		uint64_t next = gap[i + 1].to_ns - gap[i + 1].from_ns;

		sum += this;
		if (length - sum < sum)
			break;
		if (this > BREAK_MIN_NS / 2 &&
		    this >= bo_mul_sat(next, GAP_RATIO))
			found = i + 1;
	}
	for (size_t i = 0; i < found; i++)
		if (is_missing(trace, gap[i].from_ns, gap[i].to_ns))
			add_gap(cover, gap[i].from_ns, gap[i].to_ns);
}

/* The window begins and ends with an event, not with any line. Its own times
 * are those of lines, of which not each is noted: an event may be a little
 * outside. */
static void
find_edges(struct tk_trace *trace, bool cut_low, bool cut_high)
{
	struct tk_trace_totals *totals = &trace->totals;
	struct tk_cover *cover = &trace->cover;
	uint64_t low = cut_low ? cover->from_ns - TK_NOTED_NS : 0;
	uint64_t high = cut_high ? cover->to_ns + TK_NOTED_NS : UINT64_MAX;
	uint64_t from = UINT64_MAX, to = 0;

	if (!cut_low && !cut_high) {
		cover->from_ns = totals->from_ns;
		cover->to_ns = totals->to_ns;
		return;
	}
	for (size_t i = 0; i < trace->record_count; i++) {
		uint64_t end = trace->records[i].attempt.end_ns;

		if (end < low || end > high)
			continue;
		from = bo_min(from, end);
		to = end > to ? end : to;
	}
	if (from > to)
		return;
	cover->from_ns = totals->from_ns = from;
	cover->to_ns = totals->to_ns = to;
}

enum backoff_status
tk_find_cover_again(struct tk_trace *trace)
{
	struct tk_trace_totals *totals = &trace->totals;

	totals->from_ns = UINT64_MAX;
	totals->to_ns = 0;
	if (trace->quality.corrected_ns > BREAK_MIN_NS) {
		tk_forget_times(&trace->times);
		tk_forget_times(&trace->other_times);
	}
	for (size_t i = 0; i < trace->record_count; i++) {
		uint64_t end = trace->records[i].attempt.end_ns;

		totals->from_ns = bo_min(totals->from_ns, end);
		totals->to_ns = end > totals->to_ns ? end : totals->to_ns;
		if (trace->quality.corrected_ns > BREAK_MIN_NS &&
		    !tk_note_time(&trace->times, end))
			return BACKOFF_E_NOMEM;
	}
	trace->cover = (struct tk_cover){0};
	trace->quality.gaps = trace->quality.gap_ns = 0;
	return tk_find_cover(trace);
}

/* Find the window by the times of lines. */
static void
find_window(const struct tk_trace *trace, struct tk_cover *cover,
	    struct times *times)
{
	find_core(times);
	times->high = extend(trace, cover, times, times->high, true);
	times->low = extend(trace, cover, times, times->low, false);
	cover->from_ns = times->at[times->low];
	cover->to_ns = times->at[times->high];
}

/* The window that the lines near events have may be longer than that of all
 * lines, of which many may be in a piece without events. */
static enum backoff_status
widen(const struct tk_trace *trace, struct tk_cover *cover,
      const struct times *events, struct times *all)
{
	struct times near = {0};
	struct tk_cover wide = {0};
	uint64_t *at =
		tk_merge_times(events->at, events->count, &trace->other_times,
			       NEAR_NS, &near.count);

	if (at == NULL)
		return BACKOFF_E_NOMEM;
	near.at = at;
	find_window(trace, &wide, &near);
	free(at);
	while (all->low > 0 && all->at[all->low] > wide.from_ns)
		all->low--;
	while (all->high + 1 < all->count && all->at[all->high] < wide.to_ns)
		all->high++;
	cover->from_ns = all->at[all->low];
	cover->to_ns = all->at[all->high];
	return BACKOFF_OK;
}

enum backoff_status
tk_find_cover(struct tk_trace *trace)
{
	struct tk_cover *cover = &trace->cover;
	const struct tk_line_times *noted = &trace->times;
	struct times events = {.at = noted->at, .count = noted->count};
	struct times all = {0};
	enum backoff_status status;
	uint64_t *at;

	if (noted->count == 0)
		return BACKOFF_OK;
	tk_sort_times(&trace->times);
	tk_sort_times(&trace->other_times);
	keep_one_date(&events);
	at = tk_merge_times(events.at, events.count, &trace->other_times,
			    UINT64_MAX, &all.count);
	if (at == NULL)
		return BACKOFF_E_NOMEM;
	all.at = at;
	find_window(trace, cover, &all);
	status = widen(trace, cover, &events, &all);
	find_gaps(trace, cover, &all);
	free(at);
	trace->quality.gaps = cover->gap_count;
	for (size_t i = 0; i < cover->gap_count; i++)
		trace->quality.gap_ns +=
			cover->gap[i].to_ns - cover->gap[i].from_ns;
	find_edges(trace, cover->from_ns > noted->at[0],
		   cover->to_ns < noted->at[noted->count - 1]);
	return status;
}

/* Far outside: between the edges and a stray there is a break. */
static bool
is_outside(const struct tk_cover *cover, uint64_t ts_ns)
{
	return ts_ns < cover->from_ns || ts_ns > cover->to_ns;
}

/* Note a line that is left out because its date must be wrong. */
static void
note_date(struct tk_trace *trace, const struct tk_record *record)
{
	uint64_t at = record->attempt.end_ns, away;

	away = at > trace->cover.to_ns ? at - trace->cover.to_ns
				       : trace->cover.from_ns - at;
	if (away < DATE_APART_NS)
		return;
	trace->quality.misdated++;
	trace->quality.misdated_host = record->host;
	if (away > trace->quality.misdated_ns)
		trace->quality.misdated_ns = away;
}

void
tk_leave_out_strays(struct tk_trace *trace, const uint32_t *next)
{
	struct tk_quality *quality = &trace->quality;

	for (size_t i = 0; i < trace->record_count; i++) {
		struct tk_record *head = &trace->records[i];
		bool outside = true;

		if (head->continues || head->left_out)
			continue;
		for (uint32_t at = (uint32_t)i; outside && at != TK_NO_RECORD;
		     at = next[at])
			outside = is_outside(&trace->cover,
					     trace->records[at].attempt.end_ns);
		for (uint32_t at = (uint32_t)i; outside && at != TK_NO_RECORD;
		     at = next[at]) {
			trace->records[at].left_out = true;
			quality->strays++;
			quality->stray_ns = trace->records[at].attempt.end_ns;
			note_date(trace, &trace->records[at]);
		}
	}
	if (quality->misdated <= STRAYS_MAX ||
	    (double)quality->misdated <
		    DATE_SHARE * (double)trace->record_count)
		quality->misdated = quality->misdated_ns = 0;
}
