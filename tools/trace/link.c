/* Links the attempts of each call: finds the failure that a line continues. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/num.h"
#include "trace/stitch.h"

/*
 * Attempt k + 1 of a call cannot end before attempt k's end plus its delay. So
 * the lines of a group are taken number by number, and each line of k + 1
 * continues the open line of k whose wait ended last before it. Taking the
 * first such line instead would, where a success leaves no line, tie new
 * failures to calls that have long succeeded.
 */

/* Clocks are read after the wait began, and logs round times; and a wait may
 * end a timer tick early. */
#define TOLERANCE_NS UINT64_C(5000000)
/* Maximum duration of an attempt, assumed if lines have no call id. */
#define LONGEST_NS (15 * 60 * BO_NS_PER_S)
/* Maximum time by which an attempt begins early, because clocks were set;
 * assumed if lines have no call id. */
#define EARLIEST_NS BO_NS_PER_S

/* Lines that begin early, of an operation without ids: this many, and this
 * share, are needed. They do not count at the beginning of a log: there, lines
 * may continue calls that it does not have. */
#define EARLY_MIN 3
#define EARLY_SHARE 0.02
#define BEGINNING_NS (30 * BO_NS_PER_S)

/* Time zones differ by multiples of this, clocks and attempts add less. */
#define ZONE_NS (1800 * BO_NS_PER_S)
#define ZONE_ERROR_NS (60 * BO_NS_PER_S)

/* More open lines of one request are not searched for the nearest. */
#define NEAREST_MAX 64

/* Records of one group and number, [from, to) of the order. */
struct run {
	const uint32_t *from, *to;
};

/* Lines of the lower number that wait to be continued. */
struct waiting {
	const struct tk_record *records;
	/* A heap by due time of those whose wait has not ended. */
	uint32_t *heap;
	size_t heap_count;
	/* Those whose wait has ended, the latest on top. */
	uint32_t *ready;
	size_t ready_count;
};

/* Lines without an id that are of one time are in the order of the log: a call
 * may begin in the millisecond in which another one ends. */
static int
compare(const void *left, const void *right, void *user)
{
	const uint32_t *a = left, *b = right;
	const struct tk_trace *trace = user;
	const struct tk_record *x = &trace->records[*a];
	const struct tk_record *y = &trace->records[*b];
	int order = 0;

	if (x->number == y->number && x->attempt.end_ns == y->attempt.end_ns &&
	    trace->groups[x->group].kind != TK_GROUP_CALL)
		order = tk_place_compare(trace, *a, *b);
	return order ? order : tk_record_compare(trace, *a, *b);
}

/* Sort the lines of a group by number and time. Most logs are in order
 * already, and most groups small: look first. */
static void
sort_group(struct tk_trace *trace, uint32_t *order, size_t count)
{
	size_t i = 1;

	while (i < count && compare(&order[i - 1], &order[i], trace) <= 0)
		i++;
	if (i < count)
		qsort_r(order, count, sizeof(*order), compare, trace);
}

/* Attempts that ran alongside each other ended each other: the log does not
 * show the outcome each would have had alone, and no chain of waits links
 * them. */
static void
leave_out(struct tk_trace *trace, const uint32_t *order, size_t count)
{
	for (size_t i = 0; i < count; i++)
		trace->records[order[i]].left_out = true;
	trace->totals.hedged_calls++;
}

static bool
is_due_before(const void *a, const void *b, const void *records)
{
	const struct tk_record *record = records;

	return tk_due_ns(&record[*(const uint32_t *)a]) <
	       tk_due_ns(&record[*(const uint32_t *)b]);
}

static void
push_waiting(struct waiting *waiting, uint32_t record)
{
	bo_heap_push(waiting->heap, waiting->heap_count++, sizeof(record),
		     &record, is_due_before, waiting->records);
}

static uint32_t
pop_waiting(struct waiting *waiting)
{
	uint32_t record;

	bo_heap_pop(waiting->heap, waiting->heap_count--, sizeof(record),
		    &record, is_due_before, waiting->records);
	return record;
}

/* Find the line continued by one that ended at `end_ns`, or TK_NO_RECORD. */
static uint32_t
pick(struct waiting *waiting, enum tk_group_kind kind, uint64_t end_ns,
     bool at_beginning)
{
	/* A time without a fraction of a second may have been cut. */
	uint64_t tolerance = end_ns % BO_NS_PER_S == 0 ? BO_NS_PER_S : 0, due;

	tolerance += TOLERANCE_NS;
	while (waiting->heap_count > 0) {
		due = tk_due_ns(&waiting->records[waiting->heap[0]]);
		if (due > end_ns && due - end_ns > tolerance)
			break;
		waiting->ready[waiting->ready_count++] = pop_waiting(waiting);
	}
	if (waiting->ready_count > 0) {
		uint32_t last = waiting->ready[waiting->ready_count - 1];

		due = tk_due_ns(&waiting->records[last]);
		if (kind == TK_GROUP_CALL || end_ns < due ||
		    end_ns - due <= LONGEST_NS) {
			waiting->ready_count--;
			return last;
		}
	}
	if (waiting->heap_count > 0) {
		due = tk_due_ns(&waiting->records[waiting->heap[0]]);
		if (kind == TK_GROUP_CALL ||
		    (due - end_ns <= EARLIEST_NS && !at_beginning))
			return pop_waiting(waiting);
	}
	return TK_NO_RECORD;
}

/* Whether only a wrong clock explains the time between two lines of a call:
 * the later attempt comes first, hosts differ, or a time zone is wrong. */
static bool
is_by_clock(const struct tk_record *before, const struct tk_record *record,
	    uint64_t apart_ns)
{
	uint64_t beyond = apart_ns % ZONE_NS;

	return record->attempt.end_ns < before->attempt.end_ns ||
	       (record->host != 0 && before->host != 0 &&
		record->host != before->host) ||
	       beyond < ZONE_ERROR_NS || ZONE_NS - beyond < ZONE_ERROR_NS;
}

/* Tie a line to the nearest open one of the number before, whatever the clocks
 * say: lines with one request's id may come from hosts whose clocks differ. */
static void
link_nearest(struct tk_trace *trace, const struct run *lower, uint32_t at,
	     bool only, uint32_t *next)
{
	struct tk_record *record = &trace->records[at];
	uint64_t end_ns = record->attempt.end_ns;
	uint64_t best = UINT64_MAX;
	uint32_t found = TK_NO_RECORD;

	if (lower->to - lower->from > NEAREST_MAX)
		return;
	for (const uint32_t *low = lower->from; low < lower->to; low++) {
		const struct tk_record *before = &trace->records[*low];
		uint64_t due = tk_due_ns(before);
		uint64_t apart = due > end_ns ? due - end_ns : end_ns - due;

		if (before->type != BACKOFF_EVENT_ATTEMPT ||
		    next[*low] != TK_NO_RECORD || apart > best ||
		    (apart > LONGEST_NS &&
		     !(only && is_by_clock(before, record, apart))))
			continue;
		best = apart;
		found = *low;
	}
	if (found == TK_NO_RECORD)
		return;
	next[found] = at;
	record->continues = true;
}

/* The time before which a line without an id may continue a call that began
 * before the log. */
static uint64_t
beginning_end_ns(const struct tk_trace *trace, const struct tk_group *group,
		 const struct run *lower)
{
	uint64_t longest = 0, number;

	/* Among several, one wrong link leads to others. */
	if (group->kind != TK_GROUP_OPERATION || lower->to - lower->from < 2)
		return 0;
	for (const uint32_t *low = lower->from; low < lower->to; low++) {
		const struct tk_attempt *attempt =
			&trace->records[*low].attempt;

		if (attempt->delay_ns != BACKOFF_ABSENT &&
		    attempt->delay_ns > longest)
			longest = attempt->delay_ns;
	}
	number = trace->records[*lower->from].number;
	return bo_add_sat(
		trace->cover.from_ns,
		bo_mul_sat(number, bo_add_sat(longest, BEGINNING_NS)));
}

static void
note_early(struct tk_trace *trace, const struct tk_record *before,
	   const struct tk_record *record)
{
	struct tk_operation *operation =
		tk_operation_find(trace, record->operation);

	operation->linked++;
	operation->early += bo_add_sat(record->attempt.end_ns, TOLERANCE_NS) <
			    tk_due_ns(before);
}

/* Let lines of the lower number wait, up to the time of another line; of those
 * of its very time, only the ones before it in the log, or all. */
static const uint32_t *
wait_until(struct tk_trace *trace, enum tk_group_kind kind, const uint32_t *low,
	   const uint32_t *to, uint32_t at, bool all, const uint32_t *next,
	   struct waiting *waiting)
{
	uint64_t end_ns = trace->records[at].attempt.end_ns;

	for (; low < to; low++) {
		const struct tk_record *before = &trace->records[*low];

		/* A call's id is certain, whatever its clock did. */
		if (kind != TK_GROUP_CALL &&
		    (before->attempt.end_ns > end_ns ||
		     (before->attempt.end_ns == end_ns && !all &&
		      tk_place_compare(trace, *low, at) > 0)))
			break;
		if (before->type == BACKOFF_EVENT_ATTEMPT &&
		    next[*low] == TK_NO_RECORD)
			push_waiting(waiting, *low);
	}
	return low;
}

/* Link the lines of one number to those of the number before. */
static void
link_runs(struct tk_trace *trace, struct tk_group *group,
	  const struct run *lower, const struct run *upper,
	  struct waiting *waiting, uint32_t *next)
{
	const uint32_t *low = lower->from;
	uint64_t beginning = beginning_end_ns(trace, group, lower);

	waiting->heap_count = waiting->ready_count = 0;
	for (const uint32_t *at = upper->from; at < upper->to; at++) {
		struct tk_record *record = &trace->records[*at];
		uint64_t end_ns = record->attempt.end_ns;
		uint32_t found = TK_NO_RECORD;

		if (record->closes && group->kind != TK_GROUP_CALL)
			continue;
		for (unsigned all = 0; all < 2; all++) {
			low = wait_until(trace, group->kind, low, lower->to,
					 *at, all, next, waiting);
			found = pick(waiting, group->kind, end_ns,
				     end_ns < beginning);
			if (found != TK_NO_RECORD)
				break;
		}
		if (found == TK_NO_RECORD)
			continue;
		next[found] = *at;
		record->continues = true;
		if (group->kind == TK_GROUP_OPERATION)
			note_early(trace, &trace->records[found], record);
	}
	if (group->kind != TK_GROUP_REQUEST)
		return;
	for (const uint32_t *at = upper->from; at < upper->to; at++)
		if (!trace->records[*at].continues)
			link_nearest(trace, lower, *at,
				     upper->to - upper->from == 1 &&
					     lower->to - lower->from == 1,
				     next);
}

/* A line that only ends a wait has the number of the attempt before it: tie it
 * to the open line of its own number. */
static void
link_closing(struct tk_trace *trace, const struct run *run, uint32_t *next)
{
	for (const uint32_t *at = run->from; at < run->to; at++) {
		struct tk_record *record = &trace->records[*at];
		const uint32_t *from = run->from;

		if (!record->closes || record->continues)
			continue;
		if (at - from > NEAREST_MAX)
			from = at - NEAREST_MAX;
		for (const uint32_t *open = at; open-- > from;) {
			if (trace->records[*open].type !=
				    BACKOFF_EVENT_ATTEMPT ||
			    next[*open] != TK_NO_RECORD)
				continue;
			next[*open] = *at;
			record->continues = true;
			break;
		}
	}
}

/* A line of a later attempt that continues no other: one line for a whole call,
 * or an orphan. */
static void
note_orphan(struct tk_trace *trace, struct tk_group *group,
	    struct tk_record *record)
{
	struct tk_operation *operation;

	if (record->continues || record->number < 2)
		return;
	operation = tk_operation_find(trace, record->operation);
	record->whole = record->may_be_whole && !operation->has_attempts &&
			record->number <= TK_WHOLE_MAX;
	if (record->whole)
		return;
	operation->has_orphans = true;
	if (record->attempt.end_ns > group->last_orphan_ns)
		group->last_orphan_ns = record->attempt.end_ns;
	if (record->number > group->orphan_number)
		group->orphan_number = record->number;
}

static bool
is_whole_second(const struct tk_record *record)
{
	return record->attempt.end_ns % BO_NS_PER_S == 0;
}

/* Whether enough lines of an operation without ids begin early to show that
 * clocks differ; a few may have been linked to another call. */
static bool
operation_skewed(const struct tk_trace *trace, tk_string name)
{
	const struct tk_operation *operation = tk_operation_find(trace, name);

	return operation->early >= EARLY_MIN &&
	       (double)operation->early >=
		       EARLY_SHARE * (double)operation->linked;
}

/* Compare the clocks of the hosts that wrote two lines of a call. */
static void
note_skew(struct tk_trace *trace, const uint32_t *next)
{
	for (size_t i = 0; i < trace->record_count; i++) {
		const struct tk_record *before = &trace->records[i], *record;
		uint64_t earliest = tk_due_ns(before);

		if (next[i] == TK_NO_RECORD)
			continue;
		record = &trace->records[next[i]];
		if (record->number > before->number + 1)
			continue;
		/* Without an id, only few of them may be of two calls. */
		if (!tk_group_has_id(&trace->groups[record->group]) &&
		    !operation_skewed(trace, record->operation))
			continue;
		/* It may have ended the wait. */
		if (record->attempt.outcome == BACKOFF_OUTCOME_CANCELLED)
			continue;
		if (record->attempt.duration_ns != BACKOFF_ABSENT)
			earliest = bo_add_sat(earliest,
					      record->attempt.duration_ns);
		if (earliest > INT64_MAX || record->attempt.end_ns > INT64_MAX)
			continue;
		tk_skew_note(
			&trace->skew, before->host, record->host,
			(int64_t)record->attempt.end_ns - (int64_t)earliest,
			is_whole_second(before) || is_whole_second(record));
	}
}

static void
link_group(struct tk_trace *trace, struct tk_group *group,
	   const uint32_t *order, size_t count, struct waiting *waiting,
	   uint32_t *next)
{
	const uint32_t *end = order + count;
	struct run lower = {order, order}, upper = {order, order};

	while (upper.to < end) {
		uint32_t number = trace->records[*upper.to].number;

		lower = upper;
		upper.from = upper.to;
		while (upper.to < end &&
		       trace->records[*upper.to].number == number)
			upper.to++;
		if (lower.from == lower.to ||
		    trace->records[*lower.from].number + 1 != number)
			lower.from = lower.to;
		link_runs(trace, group, &lower, &upper, waiting, next);
		link_closing(trace, &upper, next);
	}
	tk_link_over_holes(trace, group, order, count, next);
	for (size_t i = 0; i < count; i++)
		note_orphan(trace, group, &trace->records[order[i]]);
}

/* Records in order of their groups, as they were read within one. */
static void
order_by_group(const struct tk_trace *trace, uint32_t *start, uint32_t *order)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < trace->group_count; i++) {
		start[i] = sum;
		sum += trace->groups[i].count;
	}
	for (size_t i = 0; i < trace->record_count; i++)
		order[start[trace->records[i].group]++] = (uint32_t)i;
	/* Each start has moved to its end. */
	for (size_t i = trace->group_count; i-- > 1;)
		start[i] = start[i - 1];
	start[0] = 0;
}

enum backoff_status
tk_link(struct tk_trace *trace, uint32_t *next)
{
	size_t count = trace->record_count;
	uint32_t *start = malloc((trace->group_count + 1) * sizeof(*start));
	uint32_t *order = malloc((count + 1) * sizeof(*order));
	uint32_t *scratch = malloc((2 * count + 1) * sizeof(*scratch));
	struct waiting waiting = {trace->records, scratch, 0, NULL, 0};
	enum backoff_status status = BACKOFF_E_NOMEM;

	if (start && order && scratch) {
		waiting.ready = scratch + count;
		order_by_group(trace, start, order);
		for (size_t i = 0; i < trace->group_count; i++) {
			struct tk_group *group = &trace->groups[i];
			uint32_t *first = order + start[i];

			if (group->hedged) {
				leave_out(trace, first, group->count);
				continue;
			}
			sort_group(trace, first, group->count);
			link_group(trace, group, first, group->count, &waiting,
				   next);
		}
		status = tk_part_far(trace, next);
		note_skew(trace, next);
	}
	free(start);
	free(order);
	free(scratch);
	return status;
}
