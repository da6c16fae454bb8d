/* Replays every policy on every operation, baseline first. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <fnmatch.h>
#include <stdlib.h>

#include "recorded/draws.h"
#include "replay/alone.h"
#include "replay/compare.h"
#include "replay/shared.h"

/* The work on one operation. */
struct work {
	const struct rs_plan *plan;
	struct rs_run run;
	struct rs_load load;
	struct rs_tally tally, baseline;
	struct rs_first_tries first_tries;
};

/* Replay all calls under one policy. */
static enum backoff_status
fill_tally(struct work *work, struct rs_tally *tally, bool *included)
{
	enum backoff_status status;

	*included = false;
	status = backoff_policy_is_guarded(work->run.policy)
			 ? rs_shared_run(tally, &work->run)
			 : rs_alone_run(tally, &work->run, &work->first_tries,
					included);
	if (status == BACKOFF_OK)
		rs_tally_finish(tally, work->run.operation);
	return status;
}

static enum backoff_status
run_policy(struct work *work, size_t policy, struct rs_tally *tally,
	   struct rs_result *result)
{
	enum backoff_status status;
	bool included;

	work->run.policy = work->plan->policies->item[policy].policy;
	status = fill_tally(work, tally, &included);
	if (status != BACKOFF_OK)
		return status;
	result->policy = &work->plan->policies->item[policy];
	rs_result_make(result, tally,
		       included ? &work->first_tries.durations : NULL);
	rs_result_admit_failures(
		result, work->run.operation->failures_without_beginning);
	result->hedges = backoff_policy_max_hedges(work->run.policy) > 0;
	result->doubt = rs_log_doubt(work->run.log, work->run.operation);
	result->guard_unknown = work->run.operation->population ==
					RS_POPULATION_FAILING_FIRST &&
				result->guarded && rs_guard_stops(result) > 0;
	return BACKOFF_OK;
}

static enum backoff_status
run_all(struct work *work, const struct rs_subject *subject,
	struct rs_result *result)
{
	const struct rs_operation *operation = work->run.operation;
	struct rs_result *baseline = &result[subject->baseline];
	enum backoff_status status;

	status = run_policy(work, subject->baseline, &work->baseline, baseline);
	for (size_t i = 0;
	     status == BACKOFF_OK && i < work->plan->policies->count; i++) {
		result[i].operation = subject->operation;
		result[i].alike = i;
		result[i].difference.baseline = subject->baseline;
		if (i == subject->baseline)
			continue;
		rs_tally_reset(&work->tally, operation);
		status = run_policy(work, i, &work->tally, &result[i]);
		if (status != BACKOFF_OK)
			break;
		rs_result_compare(&result[i], &work->tally, baseline,
				  &work->baseline, operation->call_count);
	}
	return status;
}

static size_t
choose_baseline(const struct rs_plan *plan,
		const struct rs_logged_policy *logged_policy)
{
	const struct rs_policy_set *set = plan->policies;

	if (plan->baseline < set->count)
		return plan->baseline;
	for (size_t i = 0; i < set->count; i++)
		if (logged_policy->policy &&
		    backoff_policy_hash(set->item[i].policy) ==
			    backoff_policy_hash(logged_policy->policy->policy))
			return i;
	return 0;
}

static uint64_t
count_untyped(const struct rs_log *log, const struct rs_operation *operation)
{
	uint64_t count = 0;

	for (size_t c = 0; c < operation->call_count; c++) {
		const struct tk_call *call =
			&log->call[operation->first_call + c];

		for (uint32_t i = 0; i < call->count; i++) {
			const struct tk_attempt *attempt =
				&log->attempt[call->first + i];

			count += attempt->outcome == BACKOFF_OUTCOME_FAILURE &&
				 attempt->error_type == 0 && attempt->code == 0;
		}
	}
	return count;
}

static enum backoff_status
run_subject(const struct rs_plan *plan, const void *estimate, uint64_t *draw,
	    struct rs_subject *subject, struct rs_result *result)
{
	const struct rs_log *log = plan->log;
	const struct rs_operation *operation =
		&log->operation[subject->operation];
	struct work work = {.plan = plan};
	enum backoff_status status;
	const struct backoff_policy *logged;

	subject->logged_policy = rs_logged_policy_find(
		log, operation, plan->policies, plan->shipped);
	subject->baseline = choose_baseline(plan, &subject->logged_policy);
	subject->untyped_failures = count_untyped(log, operation);
	plan->estimator->finding(estimate, subject->operation,
				 &subject->finding);
	status = rs_coupling_find(log, operation, &subject->coupling);
	if (status != BACKOFF_OK)
		return status;
	logged = subject->logged_policy.policy
			 ? subject->logged_policy.policy->policy
			 : NULL;
	rs_recover_draws(log, operation, logged, plan->seed, draw);
	work.run = (struct rs_run){
		.log = log,
		.operation = operation,
		.estimator = plan->estimator,
		.estimate = estimate,
		.logged_policy = logged,
		.draw = draw,
		.seed = plan->seed,
	};
	status = BACKOFF_E_NOMEM;
	if (rs_load_init(&work.load, log, operation) == BACKOFF_OK &&
	    rs_tally_init(&work.tally, operation, &work.load, plan->replicas) ==
		    BACKOFF_OK &&
	    rs_tally_init(&work.baseline, operation, &work.load,
			  plan->replicas) == BACKOFF_OK &&
	    rs_first_tries_init(&work.first_tries, log, operation,
				plan->replicas) == BACKOFF_OK)
		status = run_all(&work, subject, result);
	rs_tally_clear(&work.tally);
	rs_tally_clear(&work.baseline);
	rs_load_clear(&work.load);
	rs_first_tries_clear(&work.first_tries);
	return status;
}

static bool
wanted(const struct rs_plan *plan, size_t operation)
{
	const char *name =
		rs_log_text(plan->log, plan->log->operation[operation].name);

	/* A part of the log may have no call of it. */
	if (plan->log->unchosen && plan->log->operation[operation].calls == 0)
		return false;
	return plan->pattern == NULL || fnmatch(plan->pattern, name, 0) == 0;
}

static bool
allocate(const struct rs_plan *plan, struct rs_comparison *out)
{
	size_t operations = plan->log->operation_count;
	size_t policies = plan->policies->count;

	*out = (struct rs_comparison){.plan = plan};
	for (size_t i = 0; i < operations; i++)
		out->subject_count += wanted(plan, i);
	out->subject = calloc(out->subject_count + 1, sizeof(*out->subject));
	out->result_count = out->subject_count * policies;
	out->result = calloc(out->result_count + 1, sizeof(*out->result));
	if (out->subject == NULL || out->result == NULL)
		return false;
	for (size_t i = 0, s = 0; i < operations; i++) {
		if (!wanted(plan, i))
			continue;
		out->subject[s].operation = i;
		out->subject[s].first_result = s * policies;
		s++;
	}
	return true;
}

enum backoff_status
rs_compare(const struct rs_plan *plan, struct rs_comparison *out)
{
	enum backoff_status status = BACKOFF_E_NOMEM;
	uint64_t *draw = calloc(plan->log->attempt_count + 1, sizeof(*draw));
	void *estimate = NULL;

	if (allocate(plan, out) && draw)
		status = plan->estimator->fit(
			plan->log,
			&(struct rs_fit_options){.seed = plan->seed,
						 .draws = plan->replicas},
			&estimate);
	for (size_t i = 0; status == BACKOFF_OK && i < out->subject_count; i++)
		status =
			run_subject(plan, estimate, draw, &out->subject[i],
				    &out->result[out->subject[i].first_result]);
	if (estimate)
		plan->estimator->free(estimate);
	free(draw);
	if (status != BACKOFF_OK)
		rs_comparison_clear(out);
	return status;
}

void
rs_comparison_clear(struct rs_comparison *comparison)
{
	free(comparison->subject);
	free(comparison->result);
	*comparison = (struct rs_comparison){0};
}
