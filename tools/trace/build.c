/* Makes calls and attempts from linked records, and determines how each
 * ended. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "trace/pool.h"
#include "trace/stitch.h"

/* The shortest time after which silence means success: lines are written late,
 * and the next failure may be slower than all before. */
#define GRACE_MIN_NS BO_NS_PER_S

/* The start of a chain, which becomes a call, and its place in the order. */
struct head {
	uint32_t rank, record;
	uint64_t end_ns;
};

static int
compare_heads(const void *left, const void *right, void *user)
{
	const struct head *a = left, *b = right;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->end_ns != b->end_ns)
		return a->end_ns < b->end_ns ? -1 : 1;
	return tk_record_compare(user, a->record, b->record);
}

static int
compare_names(const void *left, const void *right, void *user)
{
	const struct tk_trace *trace = user;
	const uint32_t *a = left, *b = right;
	const char *x = tk_trace_text(trace, trace->operations[*a].name);
	const char *y = tk_trace_text(trace, trace->operations[*b].name);

	return strcmp(x ? x : "", y ? y : "");
}

/* Number the operations in order of their names, so that the order of calls
 * does not depend on which file was read first. */
static bool
rank_operations(struct tk_trace *trace)
{
	size_t count = trace->operation_count;
	uint32_t *order = malloc((count + 1) * sizeof(*order));

	if (!order)
		return false;
	for (size_t i = 0; i < count; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, count, sizeof(*order), compare_names, trace);
	for (size_t i = 0; i < count; i++)
		trace->operations[order[i]].rank = (uint32_t)i;
	free(order);
	return true;
}

/* Fill in missing durations: count from the end of the wait before the attempt.
 * Also find the longest failure of each operation. */
static void
measure(struct tk_trace *trace, const uint32_t *next)
{
	for (size_t i = 0; i < trace->record_count; i++) {
		const struct tk_record *before = &trace->records[i];
		struct tk_record *record;
		uint64_t due;

		if (next[i] == TK_NO_RECORD)
			continue;
		record = &trace->records[next[i]];
		/* What lies between is not only this attempt. */
		if (record->attempt.duration_ns != BACKOFF_ABSENT ||
		    record->number > before->number + 1)
			continue;
		due = tk_due_ns(before);
		record->attempt.duration_ns =
			record->attempt.end_ns > due
				? record->attempt.end_ns - due
				: 0;
	}
	for (size_t i = 0; i < trace->record_count; i++) {
		const struct tk_record *record = &trace->records[i];
		struct tk_operation *operation;

		if (record->left_out ||
		    record->attempt.duration_ns == BACKOFF_ABSENT ||
		    record->attempt.outcome == BACKOFF_OUTCOME_SUCCESS)
			continue;
		operation = tk_operation_find(trace, record->operation);
		if (record->attempt.duration_ns > operation->longest_ns)
			operation->longest_ns = record->attempt.duration_ns;
	}
}

/* Whether the log was written from a time on, for long enough. */
static bool
is_covered(const struct tk_trace *trace, uint64_t when_ns, uint64_t length_ns)
{
	uint64_t end, from;

	if (length_ns < GRACE_MIN_NS)
		length_ns = GRACE_MIN_NS;
	from = tk_cover_piece(&trace->cover, when_ns, &end);
	return when_ns >= from && end >= bo_add_sat(when_ns, length_ns);
}

/* Whether silence after the last line of a call means that it succeeded: the
 * log would have another failure by now, and no line was lost. */
static bool
succeeded_silently(const struct tk_trace *trace, const struct tk_record *last)
{
	const struct tk_operation *operation =
		tk_operation_find(trace, last->operation);
	const struct tk_group *group = &trace->groups[last->group];
	uint64_t grace = operation->longest_ns, due = tk_due_ns(last);

	if (!last->silent || !tk_operation_silent(operation))
		return false;
	/* With an id, a later line of the same call is proof, whatever its
	 * clock says. */
	if (tk_group_has_id(group) && (group->last_orphan_ns >= due ||
				       group->orphan_number > last->number))
		return false;
	return is_covered(trace, due, grace);
}

/* Count a line that must have a neighbour: of the attempt before, or of the one
 * after. */
static void
note_neighbour(struct tk_trace *trace, const struct tk_record *record,
	       bool before, bool missing)
{
	struct tk_neighbours *near = &trace->neighbours;

	if (!tk_group_has_id(&trace->groups[record->group]))
		return;
	*(before ? &near->before : &near->after) += 1;
	if (!missing)
		return;
	*(before ? &near->no_before : &near->no_after) += 1;
	trace->out_of_memory |= !tk_loss_note(trace, record);
}

/* A log with every line of a call has none after this one, although it goes
 * on. Where lines have numbers, these say whether one is lost; if none is, the
 * process was ended. That explains some such calls, not many. */
static void
miss_end(struct tk_trace *trace, const struct tk_record *last)
{
	struct tk_operation *operation =
		tk_operation_find(trace, last->operation);

	if (!is_covered(trace, tk_due_ns(last), operation->longest_ns))
		return;
	note_neighbour(trace, last, false, true);
	if (last->numbered)
		operation->numbered_open++;
	else
		operation->loss.missing_ends++;
}

static void
end_call(struct tk_trace *trace, const struct tk_record *last,
	 struct tk_call *call)
{
	call->stop = (enum backoff_stop)last->stop;
	switch ((enum backoff_event_type)last->type) {
	case BACKOFF_EVENT_SUCCESS:
		call->end = TK_CALL_SUCCEEDED;
		break;
	case BACKOFF_EVENT_EXHAUSTED:
		call->end = TK_CALL_EXHAUSTED;
		break;
	case BACKOFF_EVENT_ABORTED:
		call->end = TK_CALL_ABORTED;
		break;
	default:
		call->success_inferred = succeeded_silently(trace, last);
		call->end = call->success_inferred ? TK_CALL_SUCCEEDED
						   : TK_CALL_CUT_OFF;
		if (!last->silent)
			miss_end(trace, last);
		break;
	}
}

static void
add_attempt(struct tk_trace *trace, struct tk_call *call,
	    const struct tk_attempt *attempt)
{
	trace->attempts[trace->attempt_count++] = *attempt;
	call->count++;
	if (tk_attempt_failed(attempt))
		tk_operation_find(trace, call->operation)->recent =
			trace->attempt_count;
}

/* A failed attempt that others of a call, which have no line, are taken to be
 * like: of the same call, or else of the call before. */
static const struct tk_attempt *
find_like(const struct tk_trace *trace, const struct tk_record *record)
{
	uint64_t recent = tk_operation_find(trace, record->operation)->recent;

	if (record->type == BACKOFF_EVENT_ATTEMPT ||
	    record->type == BACKOFF_EVENT_EXHAUSTED)
		return &record->attempt;
	return recent ? &trace->attempts[recent - 1] : NULL;
}

/* Add the attempts before a record that have no line: after another record of
 * the call, or from its begin. */
static void
add_missing(struct tk_trace *trace, struct tk_call *call,
	    const struct tk_record *before, const struct tk_record *record)
{
	const struct tk_operation *operation =
		tk_operation_find(trace, record->operation);
	uint32_t from = before ? before->number + 1 : 1;
	struct tk_attempt *out = &trace->attempts[trace->attempt_count];
	uint64_t start, length;

	if (before)
		tk_missing_between(operation, before, record, &start, &length);
	else
		tk_missing_first(operation, record, &start, &length);
	tk_missing_make(operation, from, record->number, start, length,
			find_like(trace, record), out);
	trace->attempt_count += record->number - from;
	call->count += record->number - from;
}

/* Whether attempts between two records of a call have no line. */
static bool
is_hole(const struct tk_record *before, const struct tk_record *record)
{
	return record->number > before->number + 1 && !record->whole &&
	       record->number <= TK_WHOLE_MAX;
}

/* An attempt that has no line. */
static const struct tk_attempt unlogged = {
	.end_ns = BACKOFF_ABSENT,
	.duration_ns = BACKOFF_ABSENT,
	.delay_ns = BACKOFF_ABSENT,
	.delay_low_ns = BACKOFF_ABSENT,
	.delay_high_ns = BACKOFF_ABSENT,
	.hint_ns = BACKOFF_ABSENT,
	.delay_law = -1,
	.outcome = BACKOFF_OUTCOME_FAILURE,
	.failure_class = BACKOFF_CLASS_UNKNOWN,
};

/* The attempts of a call that has one line: all but the last failed, and the
 * line says how long they took together, or nothing. */
static void
add_unlogged(struct tk_trace *trace, struct tk_call *call,
	     const struct tk_record *record)
{
	uint64_t end = record->attempt.end_ns, took = record->elapsed_ns;
	struct tk_attempt attempt = unlogged;

	if (took == BACKOFF_ABSENT)
		took = record->attempt.duration_ns;
	if (took == BACKOFF_ABSENT || took > end)
		took = 0;
	for (uint32_t i = 1; i < record->number; i++) {
		attempt.end_ns = end - took +
				 (uint64_t)((bo_u128)took * i / record->number);
		add_attempt(trace, call, &attempt);
	}
	attempt = record->attempt;
	/* It is the call's, not the attempt's. */
	attempt.duration_ns = BACKOFF_ABSENT;
	add_attempt(trace, call, &attempt);
	call->missing_before = 0;
}

/* Count a call whose first lines are missing. */
static void
note_missing_beginning(struct tk_trace *trace, const struct tk_record *record,
		       struct tk_call *call)
{
	struct tk_operation *operation;

	if (call->missing_before == 0)
		return;
	call->beginning_lost = !tk_may_have_begun_early(trace, record);
	if (!call->beginning_lost)
		return;
	operation = tk_operation_find(trace, record->operation);
	note_neighbour(trace, record, true, true);
	operation->loss.orphans++;
	operation->loss.orphan_ends += record->type != BACKOFF_EVENT_ATTEMPT;
	if (record->number > TK_WHOLE_MAX ||
	    (record->elapsed_ns == BACKOFF_ABSENT &&
	     operation->median_wait_ns[0] == 0))
		return;
	add_missing(trace, call, NULL, record);
	call->missing_before = 0;
}

static void
note_hole(struct tk_trace *trace, const struct tk_record *record)
{
	struct tk_loss *loss =
		&tk_operation_find(trace, record->operation)->loss;

	loss->orphans++;
	loss->orphan_ends += record->type != BACKOFF_EVENT_ATTEMPT;
}

/* Count what a link between two lines shows. */
static void
note_link(struct tk_trace *trace, const struct tk_record *before,
	  const struct tk_record *record)
{
	bool hole = is_hole(before, record);

	note_neighbour(trace, record, true, hole);
	if (before->silent)
		return;
	note_neighbour(trace, before, false, false);
	/* The place is noted already. */
	trace->neighbours.no_after +=
		hole && tk_group_has_id(&trace->groups[record->group]);
}

/* Make a call from the chain that begins at a record. */
static void
build_call(struct tk_trace *trace, uint32_t at, const uint32_t *next)
{
	struct tk_attempt success = unlogged;
	const struct tk_record *record = &trace->records[at];
	struct tk_call *call = &trace->calls[trace->call_count++];

	memset(call, 0, sizeof(*call));
	call->operation = record->operation;
	call->target = record->target;
	call->policy = record->policy;
	call->policy_hash = record->policy_hash;
	call->host = record->host;
	call->service = record->service;
	if (trace->groups[record->group].kind != TK_GROUP_LANE)
		call->id = trace->groups[record->group].id;
	call->first = trace->attempt_count;
	call->missing_before = record->number - 1;
	call->deadline_ns = call->called_off_ns = BACKOFF_ABSENT;
	if (!record->whole)
		note_missing_beginning(trace, record, call);
	for (; at != TK_NO_RECORD; at = next[at]) {
		const struct tk_record *before = record;
		bool only_closes = record != &trace->records[at] &&
				   trace->records[at].number == record->number;

		record = &trace->records[at];
		if (before != record && !only_closes)
			note_link(trace, before, record);
		if (before != record && is_hole(before, record)) {
			note_hole(trace, record);
			add_missing(trace, call, before, record);
		}
		if (record->max_attempts > call->max_attempts)
			call->max_attempts = record->max_attempts;
		if (record->deadline_ns < call->deadline_ns)
			call->deadline_ns = record->deadline_ns;
		if (record->whole)
			add_unlogged(trace, call, record);
		else if (!only_closes)
			add_attempt(trace, call, &record->attempt);
		else if (record->stop == BACKOFF_STOP_CANCELLED ||
			 record->stop == BACKOFF_STOP_SHUTDOWN)
			call->called_off_ns = record->attempt.end_ns;
	}
	end_call(trace, record, call);
	success.outcome = BACKOFF_OUTCOME_SUCCESS;
	if (call->success_inferred)
		add_attempt(trace, call, &success);
}

/* List the chains in the order of the calls; free() it. */
static struct head *
find_heads(struct tk_trace *trace, size_t *count)
{
	struct head *heads;
	size_t n = 0;

	for (size_t i = 0; i < trace->record_count; i++)
		n += !trace->records[i].continues &&
		     !trace->records[i].left_out;
	heads = malloc((n + 1) * sizeof(*heads));
	if (!heads)
		return NULL;
	*count = n;
	n = 0;
	for (size_t i = 0; i < trace->record_count; i++) {
		const struct tk_record *record = &trace->records[i];

		if (record->continues || record->left_out)
			continue;
		heads[n].rank =
			tk_operation_find(trace, record->operation)->rank;
		heads[n].record = (uint32_t)i;
		heads[n].end_ns = record->attempt.end_ns;
		n++;
	}
	qsort_r(heads, n, sizeof(*heads), compare_heads, trace);
	return heads;
}

/* The most attempts without a line that calls may get. */
static size_t
count_unlogged(const struct tk_trace *trace, const uint32_t *next)
{
	size_t count = 0;

	for (size_t i = 0; i < trace->record_count; i++) {
		const struct tk_record *record = &trace->records[i];

		if (record->number > TK_WHOLE_MAX)
			continue;
		if (!record->continues && record->number > 1)
			count += record->number - 1;
		if (next[i] != TK_NO_RECORD &&
		    is_hole(record, &trace->records[next[i]]))
			count += trace->records[next[i]].number - 1;
	}
	return count;
}

enum backoff_status
tk_build(struct tk_trace *trace, const uint32_t *next)
{
	enum backoff_status status;
	struct head *heads;
	size_t count = 0;

	if (!rank_operations(trace))
		return BACKOFF_E_NOMEM;
	measure(trace, next);
	status = tk_find_usual(trace);
	if (status == BACKOFF_OK)
		status = tk_find_medians(trace);
	if (status)
		return status;
	heads = find_heads(trace, &count);
	if (!heads)
		return BACKOFF_E_NOMEM;
	trace->calls = malloc((count + 1) * sizeof(*trace->calls));
	/* At most one inferred attempt a call. */
	trace->attempts = calloc(trace->record_count + count +
					 count_unlogged(trace, next) + 1,
				 sizeof(*trace->attempts));
	if (!trace->calls || !trace->attempts) {
		free(heads);
		return BACKOFF_E_NOMEM;
	}
	for (size_t i = 0; i < count; i++)
		build_call(trace, heads[i].record, next);
	free(heads);
	return trace->out_of_memory ? BACKOFF_E_NOMEM : BACKOFF_OK;
}

/* Undo all that linking has noted, except of hedged calls, which stay out. */
static void
unlink_all(struct tk_trace *trace)
{
	for (size_t i = 0; i < trace->record_count; i++)
		trace->records[i].continues = trace->records[i].whole = false;
	for (size_t i = 0; i < trace->group_count; i++) {
		trace->groups[i].last_orphan_ns = 0;
		trace->groups[i].orphan_number = 0;
	}
	for (size_t i = 0; i < trace->operation_count; i++) {
		struct tk_operation *operation = &trace->operations[i];

		operation->linked = operation->early = 0;
		operation->has_orphans = false;
	}
	trace->quality.parted = 0;
	trace->totals.hedged_calls = 0;
	memset(&trace->skew, 0, sizeof(trace->skew));
}

/* Link lines by right clocks: what lines say of clocks is known only when they
 * are linked, so those whose clocks were wrong are linked twice. */
static enum backoff_status
link_lines(struct tk_trace *trace, uint32_t *next)
{
	size_t size = trace->record_count * sizeof(*next);
	enum backoff_status status;

	memset(next, 0xff, size);
	status = tk_link(trace, next);
	tk_skew_sum_up(&trace->skew, &trace->quality);
	if (status == BACKOFF_OK)
		status = tk_correct_clocks(trace);
	if (status != BACKOFF_OK || trace->quality.corrected_lines == 0)
		return status;
	unlink_all(trace);
	status = tk_find_cover_again(trace);
	if (status != BACKOFF_OK)
		return status;
	memset(next, 0xff, size);
	return tk_link(trace, next);
}

enum backoff_status
tk_trace_stitch(struct tk_trace *trace)
{
	size_t count = trace->record_count;
	enum backoff_status status = BACKOFF_E_NOMEM;
	uint32_t *next;

	if (trace->stitched)
		return BACKOFF_E_STATE;
	trace->stitched = true;
	next = malloc((count + 1) * sizeof(*next));
	if (next)
		status = tk_timeless_settle(trace);
	if (!status)
		status = tk_find_order(trace);
	if (!status)
		status = tk_number(trace);
	if (!status)
		status = tk_find_cover(trace);
	if (!status)
		status = link_lines(trace, next);
	if (!status)
		status = tk_pool_names(trace);
	if (!status) {
		tk_leave_out_strays(trace, next);
		status = tk_find_silent(trace, next);
	}
	if (!status) {
		status = tk_build(trace, next);
	}
	if (!status)
		status = tk_miss_ends(trace);
	tk_sum_up_quality(trace);
	if (!status)
		status = tk_measure_loss(trace);
	if (!status)
		status = tk_stand_in(trace);
	if (!status)
		status = tk_renumber(trace);
	free(next);
	/* From now on only their stitched form is used. */
	free(trace->times.at);
	free(trace->other_times.at);
	trace->times.at = trace->other_times.at = NULL;
	free(trace->orders);
	free(trace->records);
	trace->orders = NULL;
	trace->records = NULL;
	trace->record_count = trace->record_capacity = 0;
	return status;
}
