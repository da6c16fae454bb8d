/* The local estimator: the state of the target from other calls near that time,
 * and a share of calls that fail permanently. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "estimate/evidence.h"
#include "estimate/estimate.h"
#include "recorded/random.h"

#define SWEEPS_MIN 6
#define SWEEPS_MAX 25
/** Sweeps end when no share and no weight changes by more. */
#define SETTLED 1e-4
/** Calls that only shape the prior are thinned to about this number. */
#define PRIOR_CALLS 50000
/** A target with fewer retries learns from first attempts too. */
#define FEW_RETRIES 20
/** Upper 5 % of a half-half mixture of 0 and chi-squared with one degree. */
#define PERMANENT_GATE 2.705543
#define PERMANENT_MAX 0.9995

struct local {
	struct rs_evidence evidence;
	uint64_t seed;
	/** By call: the probability that it fails permanently. */
	double *permanent;
	/** By operation: the share of calls that fail permanently. */
	double *share;
	/** By operation, for one sweep: the sum of the probabilities; the
	 *  log-likelihood ratio against a share of 0; calls whose attempts all
	 *  failed. */
	double *sum, *gain;
	uint64_t *all_failed;
	/** By target, for one sweep. */
	struct rs_levels *level_sum;
	uint64_t *retries;
};

/* Whether the server itself said that a retry cannot help. */
static bool
permanent_by_class(const struct rs_log *log, const struct tk_call *call)
{
	uint8_t failure_class =
		log->attempt[call->first + call->count - 1].failure_class;

	return failure_class == BACKOFF_CLASS_CLIENT ||
	       failure_class == BACKOFF_CLASS_FATAL;
}

static void
start(struct local *local)
{
	const struct rs_log *log = local->evidence.log;

	for (size_t o = 0; o < log->operation_count; o++) {
		const struct rs_operation *operation = &log->operation[o];
		double suspects = 0;

		for (size_t c = 0; c < operation->call_count; c++) {
			size_t index = operation->first_call + c;
			const struct tk_call *call = &log->call[index];

			if (call->count == 0 || !rs_log_all_failed(log, call))
				continue;
			if (permanent_by_class(log, call)) {
				local->permanent[index] = 1;
				continue;
			}
			local->permanent[index] = 0.5;
			suspects += 0.5;
		}
		local->share[o] =
			suspects / ((double)operation->calls +
				    (double)rs_log_left_out(operation));
	}
}

/* Add the window of one attempt to the next prior of its target. Returns the
 * probability that the attempt fails if its call does not fail permanently. */
static double
sweep_attempt(struct local *local, size_t index, uint32_t i, double thinned)
{
	const struct rs_log *log = local->evidence.log;
	const struct tk_call *call = &log->call[index];
	const struct tk_attempt *attempt = &log->attempt[call->first + i];
	size_t t = local->evidence.target_of[index];
	struct rs_target *target = &local->evidence.target[t];
	bool retry = i > 0 || call->missing_before > 0;
	double chance[RS_LEVELS], fails, live = 1 - local->permanent[index];
	struct rs_counts counts;

	if (!local->evidence.used[call->first + i])
		return 1;
	rs_evidence_look(&local->evidence, index, local->permanent[index],
			 log->start_ns[call->first + i], &counts);
	fails = rs_levels_posterior(&target->levels, &counts, NULL);
	if (!retry && local->retries[t] >= FEW_RETRIES)
		return fails;
	/* A known outcome sharpens the prior, but not that of a first attempt:
	 * it is the reason to look at this window. */
	if (retry && attempt->outcome == BACKOFF_OUTCOME_SUCCESS)
		counts.succeeded += 1;
	else if (retry)
		counts.failed += live;
	rs_levels_posterior(&target->levels, &counts, chance);
	rs_levels_collect(&local->level_sum[t], chance, live * thinned);
	return fails;
}

static void
sweep_call(struct local *local, size_t o, size_t index, double thinned)
{
	const struct rs_log *record = local->evidence.log;
	const struct tk_call *call = &record->call[index];
	bool suspect = rs_log_all_failed(record, call) &&
		       !permanent_by_class(record, call);
	double by_chance = 1, share = local->share[o], failed;

	for (uint32_t i = 0; i < call->count; i++)
		by_chance *= sweep_attempt(local, index, i, thinned);
	if (!suspect)
		return;
	/* The product underflows for a long call. */
	by_chance = fmax(by_chance, 1e-300);
	failed = share + (1 - share) * by_chance;
	local->permanent[index] = share / failed;
	local->sum[o] += local->permanent[index];
	local->gain[o] += log(failed / by_chance);
	local->all_failed[o]++;
}

static double
sweep_operation(struct local *local, size_t o)
{
	const struct rs_log *log = local->evidence.log;
	const struct rs_operation *operation = &log->operation[o];
	double calls =
		(double)operation->calls + (double)rs_log_left_out(operation);
	size_t stride = operation->call_count / PRIOR_CALLS + 1;
	double before = local->share[o];

	local->sum[o] = 0;
	local->gain[o] = 0;
	local->all_failed[o] = 0;
	for (size_t c = 0; c < operation->call_count; c++) {
		size_t index = operation->first_call + c;
		const struct tk_call *call = &log->call[index];

		if (call->count == 0)
			continue;
		/* Calls that may fail permanently are all judged; the others
		 * only shape the prior. */
		if (rs_log_all_failed(log, call))
			sweep_call(local, o, index, 1);
		else if (c % stride == 0)
			sweep_call(local, o, index, (double)stride);
	}
	local->gain[o] +=
		(calls - (double)local->all_failed[o]) * log1p(-before);
	local->share[o] = local->sum[o] / calls;
	if (local->share[o] > PERMANENT_MAX)
		local->share[o] = PERMANENT_MAX;
	return fabs(local->share[o] - before);
}

static double
sweep(struct local *local)
{
	const struct rs_log *log = local->evidence.log;
	double change = 0;

	rs_evidence_weigh(&local->evidence, local->permanent, local->share);
	for (size_t t = 0; t < local->evidence.target_count; t++)
		local->level_sum[t] = (struct rs_levels){{0}};
	for (size_t o = 0; o < log->operation_count; o++)
		change = fmax(change, sweep_operation(local, o));
	for (size_t t = 0; t < local->evidence.target_count; t++)
		change =
			fmax(change,
			     rs_levels_update(&local->evidence.target[t].levels,
					      &local->level_sum[t]));
	return change;
}

/* Believe in permanent failures only if the data clearly ask for them: a slow
 * drift would otherwise be taken for them. */
static void
gate(struct local *local)
{
	const struct rs_log *log = local->evidence.log;

	for (size_t o = 0; o < log->operation_count; o++) {
		const struct rs_operation *operation = &log->operation[o];
		bool believed = 2 * local->gain[o] >= PERMANENT_GATE;

		if (!believed)
			local->share[o] = 0;
		for (size_t c = 0; c < operation->call_count; c++) {
			size_t index = operation->first_call + c;
			const struct tk_call *call = &log->call[index];

			if (call->count > 0 && permanent_by_class(log, call) &&
			    rs_log_all_failed(log, call))
				continue;
			if (!believed)
				local->permanent[index] = 0;
		}
	}
	rs_evidence_weigh(&local->evidence, local->permanent, local->share);
}

static void
local_free(void *state)
{
	struct local *local = state;

	if (local == NULL)
		return;
	rs_evidence_clear(&local->evidence);
	free(local->permanent);
	free(local->share);
	free(local->sum);
	free(local->gain);
	free(local->all_failed);
	free(local->level_sum);
	free(local->retries);
	free(local);
}

static bool
allocate(struct local *local, const struct rs_log *log)
{
	size_t operations = log->operation_count + 1;
	size_t targets;

	if (rs_evidence_init(&local->evidence, log) != BACKOFF_OK)
		return false;
	targets = local->evidence.target_count + 1;
	local->permanent =
		calloc(log->call_count + 1, sizeof(*local->permanent));
	local->share = calloc(operations, sizeof(*local->share));
	local->sum = calloc(operations, sizeof(*local->sum));
	local->gain = calloc(operations, sizeof(*local->gain));
	local->all_failed = calloc(operations, sizeof(*local->all_failed));
	local->level_sum = calloc(targets, sizeof(*local->level_sum));
	local->retries = calloc(targets, sizeof(*local->retries));
	return local->permanent && local->share && local->sum && local->gain &&
	       local->all_failed && local->level_sum && local->retries;
}

static void
count_retries(struct local *local)
{
	const struct rs_log *log = local->evidence.log;

	for (size_t i = 0; i < log->call_count; i++)
		if (log->call[i].count > 1)
			local->retries[local->evidence.target_of[i]] +=
				log->call[i].count - 1;
}

static enum backoff_status
local_fit(const struct rs_log *log, const struct rs_fit_options *options,
	  void **state)
{
	struct local *local = calloc(1, sizeof(*local));
	double change = 1;

	if (local == NULL || !allocate(local, log)) {
		local_free(local);
		return BACKOFF_E_NOMEM;
	}
	local->seed = options->seed;
	count_retries(local);
	start(local);
	for (unsigned i = 0;
	     i < SWEEPS_MIN || (i < SWEEPS_MAX && change > SETTLED); i++)
		change = sweep(local);
	gate(local);
	*state = local;
	return BACKOFF_OK;
}

static uint32_t
local_families(const void *state)
{
	(void)state;
	return 1;
}

/* Whether the call fails permanently in a replica. */
static double
own_fate(const struct local *local, size_t call, uint32_t replica)
{
	double share = fmin(local->permanent[call], PERMANENT_MAX);

	return share > 0 && rs_draw(local->seed, RS_PURPOSE_PERMANENT, call, 0,
				    replica) < (uint64_t)(share * 0x1p64);
}

static void
local_ask(const void *state, const struct rs_question *question,
	  struct rs_answer *out)
{
	const struct local *local = state;
	const struct rs_evidence *evidence = &local->evidence;
	const struct rs_target *target =
		&evidence->target[evidence->target_of[question->call]];
	struct rs_counts counts;
	size_t seen;

	out->own = own_fate(local, question->call, question->replica);
	if (!tk_cover_has(evidence->log->cover, question->start_ns)) {
		out->environment = rs_levels_mean(&target->levels);
		out->support = RS_SUPPORT_UNSUPPORTED;
		return;
	}
	seen = rs_evidence_look(evidence, question->call,
				local->permanent[question->call],
				question->start_ns, &counts);
	out->environment = rs_levels_posterior(&target->levels, &counts, NULL);
	out->support = seen > 0 ? RS_SUPPORT_INTERPOLATED : RS_SUPPORT_MODELLED;
}

static void
local_finding(const void *state, size_t operation, struct rs_finding *out)
{
	const struct local *local = state;
	const struct rs_log *log = local->evidence.log;
	const struct rs_operation *row = &log->operation[operation];
	const struct rs_target *target =
		&local->evidence
			 .target[local->evidence.target_of[row->first_call]];
	double sum = 0;

	for (size_t i = 0; i < row->call_count; i++)
		sum += local->permanent[row->first_call + i];
	*out = (struct rs_finding){0};
	out->permanent_share =
		sum / ((double)row->calls + (double)rs_log_left_out(row));
	out->retry_fails = rs_levels_mean(&target->levels);
}

const struct rs_estimator rs_estimator_local = {
	.name = "local",
	.fit = local_fit,
	.families = local_families,
	.ask = local_ask,
	.finding = local_finding,
	.free = local_free,
};
