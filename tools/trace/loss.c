/* Counts what is missing from a log, by operation. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "trace/stitch.h"

/* A wait longer than twice nine in ten of an operation's waits is not usual. */
#define USUAL_SHARE 0.9
#define USUAL_FACTOR 2
/* The shortest time that the earlier attempts of a call may have taken. */
#define EARLY_MIN_NS BO_NS_PER_S
/* An attempt is amid failures if other calls failed this often both shortly
 * before and shortly after it. Fewer are not enough: last attempts come late,
 * so more of them fall on the ends of outages. */
#define AMID_NS (2 * BO_NS_PER_S)
#define AMID_FAILURES 3
/* Attempts amid failures that are needed to know how often such fail. */
#define AMID_MIN 20
/* Last attempts have lost their lines if they fail less often by this much: in
 * standard deviations, and as a share. */
#define ENDS_DEVIATIONS 4.0
#define ENDS_SHARE 0.75

/* Calls without an end that the end of a process explains, although no number
 * is missing: this many, or this share of calls. */
#define OPEN_MAX 100
#define OPEN_SHARE 0.05

/* A wait of an operation. */
struct wait {
	uint64_t ns;
	uint32_t operation;
};

static int
by_operation(const void *a, const void *b)
{
	const struct wait *x = a, *y = b;

	if (x->operation != y->operation)
		return x->operation < y->operation ? -1 : 1;
	return (x->ns > y->ns) - (x->ns < y->ns);
}

enum backoff_status
tk_find_usual(struct tk_trace *trace)
{
	struct wait *wait = malloc((trace->record_count + 1) * sizeof(*wait));
	size_t count = 0;

	if (wait == NULL)
		return BACKOFF_E_NOMEM;
	for (size_t i = 0; i < trace->record_count; i++) {
		const struct tk_record *record = &trace->records[i];

		if (record->attempt.delay_ns != BACKOFF_ABSENT &&
		    tk_operation_find(trace, record->operation)->has_orphans)
			wait[count++] = (struct wait){record->attempt.delay_ns,
						      record->operation};
	}
	qsort(wait, count, sizeof(*wait), by_operation);
	for (size_t from = 0, to; from < count; from = to) {
		struct tk_operation *operation =
			tk_operation_find(trace, wait[from].operation);
		size_t usual;

		for (to = from + 1; to < count; to++)
			if (wait[to].operation != wait[from].operation)
				break;
		usual = (size_t)((double)(to - from - 1) * USUAL_SHARE);
		operation->usual_delay_ns =
			bo_mul_sat(wait[from + usual].ns, USUAL_FACTOR);
	}
	free(wait);
	return BACKOFF_OK;
}

bool
tk_may_have_begun_early(const struct tk_trace *trace,
			const struct tk_record *record)
{
	const struct tk_operation *operation =
		tk_operation_find(trace, record->operation);
	uint64_t end = record->attempt.end_ns, ignored, from, took;

	from = tk_cover_piece(&trace->cover, end, &ignored);
	if (record->elapsed_ns != BACKOFF_ABSENT)
		took = record->elapsed_ns;
	else
		took = bo_mul_sat(record->number - 1,
				  bo_add_sat(operation->usual_delay_ns,
					     operation->longest_ns));
	return end < bo_add_sat(from, bo_add_sat(took, EARLY_MIN_NS));
}

/* Failures of one operation, in order of time. */
struct amid {
	const uint64_t *at;
	size_t count;
	/** Attempts amid failures, and those that failed: all but the last that
	 *  a call may make, and the last. */
	double middle, middle_failed, last, last_failed;
};

/* Whether other calls failed shortly before and shortly after a time. */
static bool
is_amid(const struct amid *amid, uint64_t when_ns, uint64_t own_ns)
{
	size_t low = 0, high = amid->count;
	unsigned before = 0, after = 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (amid->at[middle] < when_ns)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low; i-- > 0 && before < AMID_FAILURES;) {
		if (when_ns - amid->at[i] > AMID_NS)
			break;
		before += amid->at[i] != own_ns;
	}
	for (size_t i = low; i < amid->count && after < AMID_FAILURES; i++) {
		if (amid->at[i] - when_ns > AMID_NS)
			break;
		after += amid->at[i] != own_ns;
	}
	return before == AMID_FAILURES && after == AMID_FAILURES;
}

/* Judge the attempts of a call after its first. */
static void
judge_call(const struct tk_trace *trace, const struct tk_call *call,
	   struct amid *amid)
{
	for (uint32_t i = 1; i < call->count; i++) {
		const struct tk_attempt *attempt =
			&trace->attempts[call->first + i];
		const struct tk_attempt *before = attempt - 1;
		bool failed = attempt->outcome != BACKOFF_OUTCOME_SUCCESS;
		uint64_t when =
			failed ? attempt->end_ns
			       : bo_add_sat(before->end_ns, before->delay_ns);

		if (!is_amid(amid, when,
			     failed ? attempt->end_ns : before->end_ns))
			continue;
		if (call->missing_before + i + 1 >= call->max_attempts) {
			amid->last++;
			amid->last_failed += failed;
		} else {
			amid->middle++;
			amid->middle_failed += failed;
		}
	}
}

/*
 * In a log of failures only, a call whose last line is missing looks like one
 * that succeeded. What gives it away is the time: an attempt amid failures of
 * other calls fails as often as others there do, also if it is the last one.
 */
static void
miss_ends_of(struct tk_trace *trace, size_t first, size_t end, uint64_t *at)
{
	struct tk_operation *operation =
		tk_operation_find(trace, trace->calls[first].operation);
	struct amid amid = {.at = at};
	double share, expected, spread;

	for (size_t i = first; i < end; i++) {
		const struct tk_call *call = &trace->calls[i];

		for (uint32_t k = 0; k < call->count; k++) {
			const struct tk_attempt *attempt =
				&trace->attempts[call->first + k];

			if (attempt->outcome != BACKOFF_OUTCOME_SUCCESS)
				at[amid.count++] = attempt->end_ns;
		}
	}
	qsort(at, amid.count, sizeof(*at), bo_compare_u64);
	for (size_t i = first; i < end; i++)
		if (trace->calls[i].max_attempts > 2)
			judge_call(trace, &trace->calls[i], &amid);
	if (amid.middle < AMID_MIN)
		return;
	share = amid.middle_failed / amid.middle;
	expected = amid.last * share;
	spread = sqrt(amid.last * share * (1 - share));
	if (amid.last_failed < expected * ENDS_SHARE &&
	    amid.last_failed < expected - ENDS_DEVIATIONS * spread)
		operation->loss.missing_ends +=
			(uint64_t)(expected - amid.last_failed);
}

enum backoff_status
tk_miss_ends(struct tk_trace *trace)
{
	uint64_t *at = malloc((trace->attempt_count + 1) * sizeof(*at));
	size_t end;

	if (at == NULL)
		return BACKOFF_E_NOMEM;
	/* Calls are in order of their operation. */
	for (size_t first = 0; first < trace->call_count; first = end) {
		tk_string name = trace->calls[first].operation;

		for (end = first + 1; end < trace->call_count; end++)
			if (trace->calls[end].operation != name)
				break;
		if (tk_operation_silent(tk_operation_find(trace, name)))
			miss_ends_of(trace, first, end, at);
	}
	free(at);
	return BACKOFF_OK;
}

/* What remains after clocks were corrected. */
static void
sum_up_skew(const struct tk_trace *trace, struct tk_quality *quality)
{
	struct tk_quality left = {0};

	tk_skew_sum_up(&trace->skew, &left);
	quality->skewed_lines_left = left.skewed_lines;
	quality->skew_left_ns = left.skew_ns;
	if (quality->corrected_ns > quality->skew_ns)
		quality->skew_ns = quality->corrected_ns;
	if (quality->corrected_ns > 0)
		quality->skew_by_host = true;
}

void
tk_sum_up_quality(struct tk_trace *trace)
{
	struct tk_quality *quality = &trace->quality;

	quality->loss = (struct tk_loss){
		.lost_lines = tk_sequence_missing(trace->sequence)};
	for (size_t i = 0; i < trace->operation_count; i++) {
		struct tk_operation *operation = &trace->operations[i];
		struct tk_loss *loss = &operation->loss;

		if (operation->numbered_open > OPEN_MAX &&
		    (double)operation->numbered_open >
			    OPEN_SHARE * (double)trace->call_count)
			loss->missing_ends += operation->numbered_open;
		quality->loss.orphans += loss->orphans;
		quality->loss.orphan_ends += loss->orphan_ends;
		quality->loss.missing_ends += loss->missing_ends;
	}
	quality->resets = tk_sequence_resets(trace->sequence);
	quality->mixed = tk_sequence_mixed(trace->sequence);
	sum_up_skew(trace, quality);
	if (quality->misdated_ns > quality->skew_ns)
		quality->skew_ns = quality->misdated_ns;
}

const struct tk_quality *
tk_trace_quality(const struct tk_trace *trace)
{
	return &trace->quality;
}

const struct tk_cover *
tk_trace_cover(const struct tk_trace *trace)
{
	return &trace->cover;
}

struct tk_loss
tk_trace_loss(const struct tk_trace *trace, tk_string operation)
{
	const struct tk_operation *known = tk_operation_find(trace, operation);
	struct tk_loss loss = {0};

	if (known != NULL)
		loss = known->loss;
	loss.lost_lines = trace->quality.loss.lost_lines;
	return loss;
}
