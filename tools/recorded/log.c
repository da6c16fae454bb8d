/* Derives the data for replay from a trace, once. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "recorded/log.h"
#include "recorded/random.h"

/* Number of calls before and after one that are searched for a failure. */
#define NEAR_CALLS 1000
#define MICROSECOND_NS 1000

bool
rs_log_begins(const struct tk_call *call)
{
	return call->missing_before == 0 && call->count > 0;
}

bool
rs_log_replayable(const struct rs_log *log, const struct tk_call *call)
{
	return rs_log_begins(call) &&
	       (log->unchosen == NULL || !log->unchosen[call - log->call]);
}

size_t
rs_log_incomplete(const struct rs_operation *operation)
{
	return operation->calls_before_log + operation->calls_without_beginning;
}

uint64_t
rs_log_left_out(const struct rs_operation *operation)
{
	return rs_log_incomplete(operation) + operation->calls_unchosen +
	       operation->unlogged_outside;
}

bool
rs_log_refused(const struct rs_log *log, const struct tk_call *call)
{
	return call->count == 1 && call->stop == BACKOFF_STOP_BREAKER_OPEN &&
	       log->attempt[call->first].outcome == BACKOFF_OUTCOME_CANCELLED;
}

/* Whether its first attempt failed, rather than being refused. */
static bool
fails_first(const struct rs_log *log, const struct tk_call *call)
{
	return call->count > 0 && tk_attempt_failed(&log->attempt[call->first]);
}

const struct tk_call *
rs_log_failing_near(const struct rs_log *log,
		    const struct rs_operation *operation, size_t call)
{
	const struct tk_call *first = &log->call[operation->first_call];
	size_t at = call - operation->first_call;

	for (size_t d = 1; d <= NEAR_CALLS; d++) {
		if (d <= at && fails_first(log, &first[at - d]))
			return &first[at - d];
		if (at + d < operation->call_count &&
		    fails_first(log, &first[at + d]))
			return &first[at + d];
	}
	return NULL;
}

bool
rs_log_all_failed(const struct rs_log *log, const struct tk_call *call)
{
	for (uint32_t i = 0; i < call->count; i++)
		if (log->attempt[call->first + i].outcome ==
		    BACKOFF_OUTCOME_SUCCESS)
			return false;
	return true;
}

const char *
rs_log_text(const struct rs_log *log, tk_string string)
{
	const char *text = tk_trace_text(log->trace, string);

	return text ? text : "";
}

void
rs_log_outcome(const struct rs_log *log, const struct tk_call *call, uint32_t i,
	       struct backoff_outcome *out)
{
	const struct tk_attempt *attempt = &log->attempt[call->first + i];
	bool last = i + 1 == call->count;

	/* Not the whole struct: its buffers for texts are large. */
	out->size = sizeof(*out);
	out->result = NULL;
	backoff_outcome_set(out, (enum backoff_outcome_kind)attempt->outcome,
			    (enum backoff_class)attempt->failure_class,
			    tk_trace_text(log->trace, attempt->error_type),
			    tk_trace_text(log->trace, attempt->code),
			    tk_trace_text(log->trace, attempt->error));
	out->not_replayable = last && call->stop == BACKOFF_STOP_NOT_REPLAYABLE;
	if (last && call->stop == BACKOFF_STOP_SERVER_FORBADE)
		out->hint.kind = BACKOFF_HINT_FORBID;
	else if (attempt->hint_ns != BACKOFF_ABSENT)
		out->hint = (struct backoff_hint){.kind = BACKOFF_HINT_DELAY,
						  .delay_ns = attempt->hint_ns};
}

bool
rs_log_hinted(const struct tk_attempt *attempt)
{
	return attempt->hint_action == BACKOFF_HINT_ACTION_HONOURED ||
	       attempt->hint_action == BACKOFF_HINT_ACTION_CLAMPED;
}

static bool
present(uint64_t value)
{
	return value != BACKOFF_ABSENT;
}

/* An attempt begins when the wait before it ends; without a logged wait, at its
 * end less its length. The log rounds ends down to microseconds but not
 * lengths, so an attempt does not end before its length has passed. */
static void
place_attempt(struct rs_log *log, uint64_t i, bool first)
{
	const struct tk_attempt *attempt = &log->attempt[i], *before;
	uint64_t length =
		present(attempt->duration_ns) ? attempt->duration_ns : 0;
	uint64_t end = attempt->end_ns;
	bool known = present(attempt->duration_ns);

	before = first ? NULL : attempt - 1;
	if (before && present(before->end_ns) && present(before->delay_ns))
		log->start_ns[i] =
			bo_add_sat(log->end_ns[i - 1], before->delay_ns);
	else if (present(end))
		log->start_ns[i] = bo_sub_sat(end, length);
	else
		log->start_ns[i] = before ? log->end_ns[i - 1] : log->from_ns;
	if (!present(end))
		end = bo_add_sat(log->start_ns[i], length);
	else if (before && present(before->delay_ns))
		known = true;
	if (end < log->start_ns[i])
		end = log->start_ns[i];
	if (end < bo_add_sat(log->start_ns[i], length) &&
	    bo_add_sat(end, MICROSECOND_NS) >=
		    bo_add_sat(log->start_ns[i], length))
		end = bo_add_sat(log->start_ns[i], length);
	log->end_ns[i] = end;
	log->duration_known[i] = known ? RS_DURATION_KNOWN : 0;
}

static void
place_call(struct rs_log *log, const struct tk_call *call)
{
	for (uint32_t i = 0; i < call->count; i++) {
		uint64_t delay = log->attempt[call->first + i].delay_ns;

		place_attempt(log, call->first + i, i == 0);
		if (present(delay) && delay > log->longest_delay_ns)
			log->longest_delay_ns = delay;
	}
}

static int
by_type(const void *a, const void *b)
{
	const struct rs_duration *x = a, *y = b;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	return (x->ns > y->ns) - (x->ns < y->ns);
}

static void
collect_attempt(struct rs_log *log, struct rs_operation *operation, uint64_t i)
{
	const struct tk_attempt *attempt = &log->attempt[i];
	uint64_t ns = log->end_ns[i] - log->start_ns[i];
	bool known = log->duration_known[i] != 0;

	if (present(attempt->delay_ns) &&
	    attempt->delay_ns > operation->longest_delay_ns)
		operation->longest_delay_ns = attempt->delay_ns;
	if (attempt->outcome == BACKOFF_OUTCOME_SUCCESS) {
		if (known)
			log->success_duration[operation->first_success +
					      operation->success_count++] = ns;
		else
			operation->success_duration_missing = true;
	} else if (known && attempt->outcome != BACKOFF_OUTCOME_CANCELLED) {
		struct rs_duration *out =
			&log->failure_duration[operation->first_failure +
					       operation->failure_count++];

		out->type = attempt->error_type;
		out->ns = ns;
	}
}

static void
collect(struct rs_log *log, struct rs_operation *operation)
{
	for (size_t c = 0; c < operation->call_count; c++) {
		const struct tk_call *call =
			&log->call[operation->first_call + c];

		operation->stand_ins += call->stands_in;
		if (call->beginning_lost && !rs_log_begins(call)) {
			operation->calls_without_beginning++;
			operation->failures_without_beginning +=
				call->end == TK_CALL_EXHAUSTED ||
				call->end == TK_CALL_ABORTED;
		}
		if (!call->beginning_lost && !rs_log_begins(call))
			operation->calls_before_log++;
		for (uint32_t i = 0; i < call->count; i++)
			collect_attempt(log, operation, call->first + i);
	}
	qsort(log->failure_duration + operation->first_failure,
	      operation->failure_count, sizeof(*log->failure_duration),
	      by_type);
	qsort(log->success_duration + operation->first_success,
	      operation->success_count, sizeof(*log->success_duration),
	      bo_compare_u64);
	operation->calls = operation->call_count - rs_log_left_out(operation);
	operation->loss = tk_trace_loss(log->trace, operation->name);
	operation->population =
		tk_trace_logs_successes(log->trace, operation->name)
			? RS_POPULATION_LOGGED
			: RS_POPULATION_FAILING_FIRST;
}

/* Called after durations were collected, because drawn ones are not evidence.
 */
static void
draw_first_durations(struct rs_log *log, struct rs_operation *operation,
		     uint64_t seed)
{
	for (size_t c = 0; c < operation->call_count; c++) {
		size_t index = operation->first_call + c;
		uint64_t i = log->call[index].first, ns;
		const struct tk_attempt *attempt = &log->attempt[i];

		if (log->call[index].count == 0 || log->duration_known[i] ||
		    attempt->outcome == BACKOFF_OUTCOME_SUCCESS)
			continue;
		operation->first_duration_missing++;
		ns = rs_log_failure_duration(
			log, operation, attempt->error_type,
			rs_draw(seed, RS_PURPOSE_FIRST_DURATION, index, 1, 0));
		if (!present(ns) || ns > log->end_ns[i])
			continue;
		log->start_ns[i] = log->end_ns[i] - ns;
		log->duration_known[i] = RS_DURATION_DRAWN;
	}
}

static bool
allocate(struct rs_log *log)
{
	size_t attempts = log->attempt_count + 1;

	log->start_ns = calloc(attempts, sizeof(*log->start_ns));
	log->end_ns = calloc(attempts, sizeof(*log->end_ns));
	log->duration_known = calloc(attempts, 1);
	log->failure_duration =
		calloc(attempts, sizeof(*log->failure_duration));
	log->success_duration =
		calloc(attempts, sizeof(*log->success_duration));
	log->operation =
		calloc(log->operation_count + 1, sizeof(*log->operation));
	return log->start_ns && log->end_ns && log->duration_known &&
	       log->failure_duration && log->success_duration && log->operation;
}

/* The trace sorts calls by operation. */
static size_t
count_operations(const struct rs_log *log)
{
	size_t count = 0;

	for (size_t i = 0; i < log->call_count; i++)
		count += i == 0 ||
			 log->call[i].operation != log->call[i - 1].operation;
	return count;
}

static void
split_operations(struct rs_log *log)
{
	struct rs_operation *operation = log->operation;
	uint64_t attempts = 0;

	for (size_t i = 0; i < log->call_count; i++) {
		if (i == 0 ||
		    log->call[i].operation != log->call[i - 1].operation) {
			if (i > 0)
				operation++;
			operation->name = log->call[i].operation;
			operation->first_call = i;
			operation->first_failure = (size_t)attempts;
			operation->first_success = (size_t)attempts;
		}
		operation->call_count++;
		attempts += log->call[i].count;
	}
}

enum backoff_status
rs_log_init(struct rs_log *log, const struct tk_trace *trace, uint64_t seed)
{
	const struct tk_trace_totals *totals = tk_trace_totals(trace);

	*log = (struct rs_log){.trace = trace,
			       .from_ns = totals->from_ns,
			       .to_ns = totals->to_ns,
			       .cover = tk_trace_cover(trace),
			       .window = *tk_trace_cover(trace),
			       .quality = tk_trace_quality(trace)};
	log->call = tk_trace_calls(trace, &log->call_count);
	log->attempt = tk_trace_attempts(trace, &log->attempt_count);
	log->operation_count = count_operations(log);
	if (!allocate(log)) {
		rs_log_clear(log);
		return BACKOFF_E_NOMEM;
	}
	for (size_t i = 0; i < log->call_count; i++)
		place_call(log, &log->call[i]);
	split_operations(log);
	for (size_t i = 0; i < log->operation_count; i++) {
		collect(log, &log->operation[i]);
		draw_first_durations(log, &log->operation[i], seed);
	}
	return BACKOFF_OK;
}

void
rs_log_clear(struct rs_log *log)
{
	free(log->start_ns);
	free(log->end_ns);
	free(log->duration_known);
	free(log->failure_duration);
	free(log->success_duration);
	free(log->operation);
	free(log->unchosen);
	*log = (struct rs_log){0};
}

struct rs_operation *
rs_log_operation(const struct rs_log *log, const char *name)
{
	for (size_t i = 0; i < log->operation_count; i++)
		if (!strcmp(rs_log_text(log, log->operation[i].name), name))
			return &log->operation[i];
	return NULL;
}

bool
rs_log_count(struct rs_operation *operation, uint64_t calls)
{
	if (calls < operation->call_count - operation->stand_ins)
		return false;
	if (calls < operation->call_count)
		calls = operation->call_count;
	operation->unlogged_calls = calls - operation->call_count;
	operation->calls = calls - rs_log_left_out(operation);
	if (operation->unlogged_calls > 0)
		operation->success_duration_missing = true;
	if (operation->population == RS_POPULATION_FAILING_FIRST)
		operation->population = RS_POPULATION_COUNTED;
	return true;
}

/* Index of the first duration of a type, or of the next type. */
static size_t
type_bound(const struct rs_duration *item, size_t count, uint64_t type)
{
	size_t low = 0;

	while (count > 0) {
		size_t half = count / 2;

		if (item[low + half].type < type) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return low;
}

uint64_t
rs_log_failure_duration(const struct rs_log *log,
			const struct rs_operation *operation, tk_string type,
			uint64_t draw)
{
	const struct rs_duration *item =
		log->failure_duration + operation->first_failure;
	size_t low = type_bound(item, operation->failure_count, type);
	size_t high =
		type_bound(item, operation->failure_count, (uint64_t)type + 1);

	if (low == high) {
		low = 0;
		high = operation->failure_count;
	}
	if (low == high)
		return BACKOFF_ABSENT;
	return item[low + bo_mul_frac(high - low, draw)].ns;
}

uint64_t
rs_log_success_duration(const struct rs_log *log,
			const struct rs_operation *operation, uint64_t draw)
{
	if (operation->success_count == 0)
		return BACKOFF_ABSENT;
	return log
		->success_duration[operation->first_success +
				   bo_mul_frac(operation->success_count, draw)];
}
