/* Attempts that have no line, of calls that have others: when they were made
 * and how they failed. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "base/num.h"
#include "trace/stitch.h"

/*
 * A call that went on after an attempt shows that it failed. Where the log says
 * when the attempts before and after it were made, or how long the call took,
 * the time between is known, and only its parts are estimated: in proportion to
 * what is usual for attempts and waits of that number.
 */

/* A wait or an attempt of an operation. */
struct sample {
	uint32_t operation, number;
	uint64_t ns;
};

static int
by_number(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;

	if (x->operation != y->operation)
		return x->operation < y->operation ? -1 : 1;
	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return (x->ns > y->ns) - (x->ns < y->ns);
}

static uint32_t
slot_of(uint32_t number)
{
	return number < TK_USUAL_WAITS ? number : TK_USUAL_WAITS;
}

/* Set the medians of runs of equal operation and number; number 0 is that of
 * failed attempts. */
static void
take_medians(struct tk_trace *trace, const struct sample *sample, size_t count)
{
	for (size_t from = 0, to; from < count; from = to) {
		struct tk_operation *operation =
			tk_operation_find(trace, sample[from].operation);
		uint64_t *wait = operation->median_wait_ns, median;

		for (to = from + 1; to < count; to++)
			if (sample[to].operation != sample[from].operation ||
			    sample[to].number != sample[from].number)
				break;
		median = sample[from + (to - from) / 2].ns;
		if (sample[from].number == 0)
			operation->median_failure_ns = median;
		else
			wait[sample[from].number - 1] = median;
		/* The first wait is like the next ones, if none is known. */
		if (sample[from].number > 1 && wait[0] == 0)
			wait[0] = median;
	}
}

enum backoff_status
tk_find_medians(struct tk_trace *trace)
{
	struct sample *sample;
	size_t count = 0;

	sample = malloc((2 * trace->record_count + 1) * sizeof(*sample));
	if (sample == NULL)
		return BACKOFF_E_NOMEM;
	for (size_t i = 0; i < trace->record_count; i++) {
		const struct tk_record *record = &trace->records[i];
		const struct tk_attempt *attempt = &record->attempt;

		if (record->left_out || record->number == 0 ||
		    !tk_operation_find(trace, record->operation)->has_orphans)
			continue;
		if (attempt->delay_ns != BACKOFF_ABSENT)
			sample[count++] = (struct sample){
				record->operation, slot_of(record->number),
				attempt->delay_ns};
		if (attempt->duration_ns != BACKOFF_ABSENT &&
		    attempt->outcome != BACKOFF_OUTCOME_SUCCESS)
			sample[count++] = (struct sample){record->operation, 0,
							  attempt->duration_ns};
	}
	qsort(sample, count, sizeof(*sample), by_number);
	take_medians(trace, sample, count);
	free(sample);
	return BACKOFF_OK;
}

/* The usual wait after an attempt of that number, or of one before it. */
static uint64_t
usual_wait(const struct tk_operation *operation, uint32_t number)
{
	for (uint32_t i = slot_of(number); i > 0; i--)
		if (operation->median_wait_ns[i - 1] > 0)
			return operation->median_wait_ns[i - 1];
	return 0;
}

static uint64_t
usual_part(const struct tk_operation *operation, uint32_t number)
{
	return bo_add_sat(operation->median_failure_ns,
			  usual_wait(operation, number));
}

static uint64_t
usual_parts(const struct tk_operation *operation, uint32_t from, uint32_t to)
{
	uint64_t sum = 0;

	for (uint32_t i = from; i < to; i++)
		sum = bo_add_sat(sum, usual_part(operation, i));
	return sum;
}

/* Part of @p whole in proportion to @p share of @p sum. */
static uint64_t
part_of(uint64_t whole, uint64_t share, uint64_t sum)
{
	return sum == 0 ? 0 : (uint64_t)((bo_u128)whole * share / sum);
}

void
tk_missing_make(const struct tk_operation *operation, uint32_t from,
		uint32_t to, uint64_t start_ns, uint64_t length_ns,
		const struct tk_attempt *like, struct tk_attempt *out)
{
	uint64_t sum = usual_parts(operation, from, to);
	uint64_t at = start_ns, end = bo_add_sat(start_ns, length_ns);

	for (uint32_t i = from; i < to; i++, out++) {
		uint64_t part =
			sum == 0 ? length_ns / (to - from)
				 : part_of(length_ns, usual_part(operation, i),
					   sum);
		uint64_t took = operation->median_failure_ns;

		/* The last part takes what rounding left. */
		if (i + 1 == to)
			part = bo_sub_sat(end, at);
		if (took > part)
			took = part;
		*out = (struct tk_attempt){
			.end_ns = at + took,
			.duration_ns = took,
			.delay_ns = part - took,
			.delay_low_ns = BACKOFF_ABSENT,
			.delay_high_ns = BACKOFF_ABSENT,
			.hint_ns = BACKOFF_ABSENT,
			.delay_law = -1,
			.outcome =
				like ? like->outcome : BACKOFF_OUTCOME_FAILURE,
			.failure_class = like ? like->failure_class
					      : BACKOFF_CLASS_UNKNOWN,
			.error_type = like ? like->error_type : 0,
			.code = like ? like->code : 0,
			.error = like ? like->error : 0,
		};
		at = bo_add_sat(at, part);
	}
}

void
tk_missing_between(const struct tk_operation *operation,
		   const struct tk_record *before,
		   const struct tk_record *record, uint64_t *start_ns,
		   uint64_t *length_ns)
{
	uint64_t end = record->attempt.end_ns, due = tk_due_ns(before);
	uint64_t took = record->attempt.duration_ns;
	uint64_t usual =
		usual_parts(operation, before->number + 1, record->number);
	uint64_t room = bo_sub_sat(end, due), whole;

	*start_ns = due;
	if (took != BACKOFF_ABSENT) {
		*length_ns = bo_sub_sat(room, took);
		return;
	}
	/* The attempt after them takes its part of the time, too. */
	whole = bo_add_sat(usual, operation->median_failure_ns);
	*length_ns = room >= whole ? usual : part_of(room, usual, whole);
}

void
tk_missing_first(const struct tk_operation *operation,
		 const struct tk_record *record, uint64_t *start_ns,
		 uint64_t *length_ns)
{
	uint64_t took = record->attempt.duration_ns, begin;

	if (took == BACKOFF_ABSENT)
		took = operation->median_failure_ns;
	begin = bo_sub_sat(record->attempt.end_ns, took);
	*length_ns = record->elapsed_ns != BACKOFF_ABSENT
			     ? bo_sub_sat(record->elapsed_ns, took)
			     : usual_parts(operation, 1, record->number);
	*start_ns = bo_sub_sat(begin, *length_ns);
}
