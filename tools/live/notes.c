/* What is worth knowing of an operation, but not an incident. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/notes.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/rfc3339.h"
#include "common/units.h"
#include "live/history.h"

/* A breaker that is open lets a call through now and then. */
#define STEP_S 10
/* Calls that would have come by now if they went on; the seconds that had some,
 * at least; and how many of its usual pauses a longer one takes. */
#define STOPPED_CALLS 20
#define STOPPED_STEPS 6
#define STOPPED_PAUSES 3
#define MINUTE_S 60

const char *
rt_note_name(enum rt_note_kind kind)
{
#define NAME(member, name) name,
	static const char *const names[] = {RT_NOTES(NAME)};

	return names[kind];
}

static void
add(struct rt_notes *notes, enum rt_note_kind kind, const char *operation,
    uint64_t count, uint64_t span_s)
{
	if (notes->count == RT_NOTES_MAX) {
		notes->more++;
		return;
	}
	notes->item[notes->count++] =
		(struct rt_note){kind, operation, count, span_s};
}

/* For how long a breaker has refused calls, without a step in which it did
 * not. */
static uint64_t
refused_s(const struct rt_operation *operation, uint64_t end_s)
{
	uint64_t span_s = 0;

	for (; span_s < RT_HISTORY_S && span_s + STEP_S <= end_s;
	     span_s += STEP_S) {
		struct rt_counts sum;

		rt_operation_sum(operation, end_s - span_s, STEP_S, &sum);
		if (sum.breaker == 0)
			break;
	}
	return span_s;
}

/* Whether its log has how calls end, those that a limit ends, too: a log that
 * has neither successes nor limits may lack them. */
static bool
logs_ends(const struct rt_operation *operation)
{
	uint64_t most = rt_operation_max_attempts(operation);

	return rt_operation_knows_calls(operation) && most > 0 &&
	       most != RT_UNLIMITED &&
	       rt_operation_total(operation)->successes > 0;
}

/* The longest pause of an operation up to a second, that before its first call
 * too; UINT64_MAX if it is not known for long enough. */
static uint64_t
longest_pause_s(const struct rt_operation *operation, uint64_t seen_s,
		uint64_t first_s)
{
	uint64_t pause_s = 0, longest_s = 0;
	unsigned steps = 0;

	for (uint64_t ago_s = 0;
	     ago_s < RT_COARSE_S && ago_s < seen_s && seen_s - ago_s >= first_s;
	     ago_s += STEP_S) {
		struct rt_counts sum;

		rt_operation_sum(operation, seen_s - ago_s, STEP_S, &sum);
		pause_s = sum.attempts > 0 ? 0 : pause_s + STEP_S;
		longest_s = pause_s > longest_s ? pause_s : longest_s;
		steps += sum.attempts > 0;
	}
	return steps < STOPPED_STEPS ? UINT64_MAX : longest_s;
}

/* Calls stopped while others went on. */
static void
note_stopped(struct rt_notes *notes, const struct rt_window *window,
	     const struct rt_operation *operation, uint64_t end_s)
{
	uint64_t seen_s = rt_operation_seen_ns(operation) / BO_NS_PER_S;
	uint64_t now_s =
		bo_min(end_s, rt_window_newest_ns(window) / BO_NS_PER_S);
	uint64_t quiet_s = bo_sub_sat(now_s, seen_s), calls;
	struct rt_counts sum;

	if (seen_s == 0 || quiet_s < RT_NOTE_STOPPED_S ||
	    !rt_operation_knows_calls(operation))
		return;
	rt_operation_sum(operation, seen_s, MINUTE_S, &sum);
	calls = rt_counts_calls(&sum);
	if (calls * quiet_s < STOPPED_CALLS * MINUTE_S)
		return;
	if ((quiet_s - STEP_S) / STOPPED_PAUSES >=
	    longest_pause_s(operation, seen_s,
			    rt_window_first_ns(window) / BO_NS_PER_S))
		add(notes, RT_NOTE_CALLS_STOPPED, rt_operation_name(operation),
		    calls, seen_s + 1);
}

static void
note(struct rt_notes *notes, enum rt_note_kind kind,
     const struct rt_operation *operation, uint64_t end_s, uint64_t window_s)
{
	const struct rt_counts *total = rt_operation_total(operation);
	const char *name = rt_operation_name(operation);
	struct rt_counts sum;
	uint64_t span_s;

	rt_operation_sum(operation, end_s, window_s, &sum);
	switch (kind) {
	case RT_NOTE_BREAKER_LONG:
		span_s = sum.breaker > 0 ? refused_s(operation, end_s) : 0;
		if (span_s >= RT_NOTE_BREAKER_S)
			add(notes, kind, name, sum.breaker, span_s);
		break;
	case RT_NOTE_BUDGET_EMPTY:
		if (sum.budget > 0)
			add(notes, kind, name, sum.budget, 0);
		break;
	case RT_NOTE_HINTS_CUT:
		if (sum.hints_cut > 0)
			add(notes, kind, name, sum.hints_cut, 0);
		break;
	case RT_NOTE_LIMITS_UNUSED:
		if (logs_ends(operation) && total->exhausted == 0 &&
		    total->failed_calls >= RT_NOTE_RETRIED_MIN &&
		    sum.attempts > 0)
			add(notes, kind, name, total->failed_calls, 0);
		break;
	case RT_NOTE_CALLS_STOPPED:
	case RT_NOTE_KIND_COUNT:
		break;
	}
}

void
rt_notes_find(struct rt_notes *notes, const struct rt_window *window,
	      uint64_t end_s, uint64_t window_s)
{
	notes->count = notes->more = 0;
	for (enum rt_note_kind kind = 0; kind < RT_NOTE_KIND_COUNT; kind++)
		for (size_t i = 0; i < rt_window_count(window); i++)
			note(notes, kind, rt_window_operation(window, i), end_s,
			     window_s);
	for (size_t i = 0; i < rt_window_count(window); i++)
		note_stopped(notes, window, rt_window_operation(window, i),
			     end_s);
}

char *
rt_note_say(const struct rt_note *note, char *out, size_t size)
{
	unsigned long long count = note->count;
	char span[16];
	char since[40];

	switch (note->kind) {
	case RT_NOTE_BREAKER_LONG:
		snprintf(out, size, "%s: breaker open for %s%s",
			 note->operation,
			 note->span_s >= RT_HISTORY_S ? "at least " : "",
			 tk_format_duration(note->span_s * BO_NS_PER_S, span,
					    sizeof(span)));
		break;
	case RT_NOTE_BUDGET_EMPTY:
		snprintf(out, size, "%s: budget empty, %llu call%s not retried",
			 note->operation, count, count == 1 ? "" : "s");
		break;
	case RT_NOTE_CALLS_STOPPED:
		bo_rfc3339_format(note->span_s * BO_NS_PER_S, 0, since,
				  sizeof(since));
		snprintf(out, size, "%s: no calls since %.8s (was %.3g/s)",
			 note->operation, since + strlen("2026-11-30T"),
			 (double)count / MINUTE_S);
		break;
	case RT_NOTE_HINTS_CUT:
		snprintf(out, size,
			 "%s: %llu wait%s shorter than the server asked for",
			 note->operation, count, count == 1 ? "" : "s");
		break;
	default:
		snprintf(out, size,
			 "%s: none of %llu retried calls reached a limit",
			 note->operation, count);
	}
	return out;
}
