/* One operation: its results, policy by policy, the baseline first. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "recorded/draws.h"
#include "replay/alone.h"
#include "replay/conditions.h"
#include "replay/frame.h"
#include "replay/shared.h"
#include "replay/subject.h"

/* A day, for what is needed. */
#define DAY_NS 86400e9

/* The work on one operation. */
struct work {
	const struct rs_plan *plan;
	struct rs_run run;
	struct rs_near near;
	struct rs_load load;
	struct rs_window window;
	/** Only if the plan asks for details. */
	struct rs_frame frame;
	struct rs_coupling coupling;
	struct rs_first_tries first_tries;
	uint32_t families;
	struct rs_tallies tallies, baseline;
	/** By policy: the hash of what its calls do. */
	uint64_t *did;
	uint64_t longest_ns;
	double first_fails, kept_away;
};

/* Replay all calls under one policy and one assumption. */
static enum backoff_status
fill_tally(struct work *work, struct rs_tally *tally, bool *included)
{
	enum backoff_status status;

	*included = false;
	rs_tally_reset(tally, work->run.operation);
	status = backoff_policy_is_guarded(work->run.policy)
			 ? rs_shared_run(tally, &work->run)
			 : rs_alone_run(tally, &work->run, &work->first_tries,
					included);
	if (status == BACKOFF_OK)
		rs_tally_finish(tally);
	return status;
}

static enum backoff_status
make_detail(const struct work *work, const struct rs_tally *tally,
	    const struct tk_samples *first_tries, struct rs_result *result)
{
	if (!work->plan->detail)
		return BACKOFF_OK;
	result->detail = rs_detail_new(&work->frame, tally, first_tries);
	return result->detail ? BACKOFF_OK : BACKOFF_E_NOMEM;
}

/* Whether any attempt's outcome was estimated. */
static bool
estimated(const struct rs_tally *tally)
{
	for (size_t i = RS_SUPPORT_EXACT + 1; i < RS_SUPPORT_COUNT; i++)
		if (tally->support[i] > 0)
			return true;
	return false;
}

/* Replay under the other assumptions: they matter only to estimates. */
static enum backoff_status
run_families(struct work *work, struct rs_tallies *tallies,
	     struct rs_result *result)
{
	enum backoff_status status = BACKOFF_OK;
	bool included;

	tallies->count = 1;
	if (!estimated(&tallies->family[0]))
		return BACKOFF_OK;
	for (uint32_t f = 1; status == BACKOFF_OK && f < work->families; f++) {
		work->run.family = f;
		status = fill_tally(work, &tallies->family[f], &included);
		if (status != BACKOFF_OK)
			break;
		tallies->count++;
		rs_result_admit_family(result, &tallies->family[f]);
	}
	work->run.family = 0;
	return status;
}

static enum backoff_status
run_policy(struct work *work, size_t policy, struct rs_tallies *tallies,
	   struct rs_result *result)
{
	const struct rs_operation *operation = work->run.operation;
	struct rs_tally *tally = &tallies->family[0];
	const struct tk_samples *first_tries;
	enum backoff_status status;
	bool included;

	work->run.policy = work->plan->policies->item[policy].policy;
	status = fill_tally(work, tally, &included);
	if (status != BACKOFF_OK)
		return status;
	first_tries = included ? &work->first_tries.durations : NULL;
	work->did[policy] = tally->hash;
	result->policy = &work->plan->policies->item[policy];
	rs_result_make(result, tally, first_tries, &work->window);
	status = make_detail(work, tally, first_tries, result);
	if (status != BACKOFF_OK)
		return status;
	rs_result_admit_failures(result, operation->failures_without_beginning);
	result->hedges = backoff_policy_max_hedges(work->run.policy) > 0;
	result->doubt = rs_log_doubt(work->run.log, operation);
	result->guard_unknown =
		operation->population == RS_POPULATION_FAILING_FIRST &&
		result->guarded && rs_guard_stops(result) > 0;
	return run_families(work, tallies, result);
}

/* The first policy whose calls did the same. */
static size_t
first_alike(const struct work *work, size_t policy)
{
	size_t first = 0;

	while (work->did[first] != work->did[policy])
		first++;
	return first;
}

/* Set the difference of a result, and make the case for its verdict. */
static void
compare(struct work *work, const struct rs_subject *subject,
	struct rs_result *result, const struct rs_result *baseline,
	struct rs_case *item)
{
	struct rs_difference *difference = &result->difference;
	const struct rs_tally *a = &work->tallies.family[0];
	const struct rs_tally *b = &work->baseline.family[0];
	double length = (double)tk_cover_length(&work->run.log->window);
	const struct rs_pair pair = {
		.run = &work->run,
		.load = &work->load,
		.coupling = &work->coupling,
		.first_fails = work->first_fails,
		.kept_away = work->kept_away,
		.permanent_share = subject->finding.permanent_share,
		.longest_ns = work->longest_ns,
		.policy = result->policy->policy,
		.result = result,
		.baseline = baseline,
		.tallies = &work->tallies,
		.baseline_tallies = &work->baseline,
	};
	const struct backoff_policy *logged = work->run.logged_policy;

	*item = (struct rs_case){.result = result, .replicas = a->replicas};
	item->days = length / DAY_NS;
	item->steady_delays =
		logged && backoff_policy_jitter(logged) == BACKOFF_JITTER_NONE;
	if (result->calls > 0) {
		item->main = rs_pair_difference(&pair);
		item->fails = 1 - baseline->success_rate;
		item->calls_a_day = (double)result->calls / item->days;
		item->between = rs_window_deviation(&work->window, a, b);
	}
	difference->value = item->main.mean;
	difference->interval =
		tk_clamp(tk_spread_interval(item->main, a->replicas), -1, 1);
	difference->prospective = rs_window_next_difference(
		&work->window, a, b, item->main.deviation);
	rs_conditions_find(&pair, item);
}

static enum backoff_status
run_all(struct work *work, const struct rs_subject *subject,
	struct rs_result *result, struct rs_case *item)
{
	struct rs_result *baseline = &result[subject->baseline];
	size_t count = work->plan->policies->count, base = subject->baseline;
	enum backoff_status status;

	status = run_policy(work, base, &work->baseline, baseline);
	for (size_t i = 0, c = 0; status == BACKOFF_OK && i < count; i++) {
		result[i].operation = subject->operation;
		result[i].difference.baseline = base;
		if (i == base)
			continue;
		status = run_policy(work, i, &work->tallies, &result[i]);
		if (status == BACKOFF_OK)
			compare(work, subject, &result[i], baseline,
				&item[c++]);
	}
	for (size_t i = 0, c = 0; status == BACKOFF_OK && i < count; i++) {
		result[i].alike = first_alike(work, i);
		if (i != base)
			item[c++].alike = result[i].alike != i ||
					  work->did[i] == work->did[base];
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

/* The longest time after its first attempt at which a call made another. */
static uint64_t
find_longest(const struct rs_log *log, const struct rs_operation *operation)
{
	uint64_t longest = 0;

	for (size_t i = 0; i < operation->call_count; i++) {
		const struct tk_call *call =
			&log->call[operation->first_call + i];
		uint64_t after;

		if (call->count < 2)
			continue;
		after = bo_sub_sat(log->start_ns[call->first + call->count - 1],
				   log->end_ns[call->first]);
		longest = after > longest ? after : longest;
	}
	return longest;
}

/* The share of first attempts that failed; 0 if successes left no line. Retries
 * would count a long outage many times. */
static double
share_failed_first(const struct rs_log *log,
		   const struct rs_operation *operation)
{
	uint64_t all = 0, failed = 0;

	if (operation->population != RS_POPULATION_LOGGED)
		return 0;
	for (size_t i = 0; i < operation->call_count; i++) {
		const struct tk_call *call =
			&log->call[operation->first_call + i];

		if (!rs_log_replayable(log, call) || !rs_log_begins(call))
			continue;
		all++;
		failed += tk_attempt_failed(&log->attempt[call->first]);
	}
	return all > 0 ? (double)failed / (double)all : 0;
}

/* The share of recorded calls that an open breaker ended. */
static double
share_kept_away(const struct rs_log *log, const struct rs_operation *operation)
{
	uint64_t all = 0, ended = 0;

	for (size_t i = 0; i < operation->call_count; i++) {
		const struct tk_call *call =
			&log->call[operation->first_call + i];

		if (!rs_log_replayable(log, call))
			continue;
		all++;
		ended += call->stop == BACKOFF_STOP_BREAKER_OPEN;
	}
	return all > 0 ? (double)ended / (double)all : 0;
}

/* Replay the logged policy, and count the calls that it does not reproduce. */
static enum backoff_status
check_self(struct work *work, struct rs_subject *subject)
{
	const struct rs_operation *operation = work->run.operation;
	struct rs_tally *tally = &work->tallies.family[0];
	enum backoff_status status;
	bool included;

	if (work->run.logged_policy == NULL)
		return BACKOFF_OK;
	work->run.policy = work->run.logged_policy;
	status = fill_tally(work, tally, &included);
	if (status != BACKOFF_OK)
		return status;
	subject->self.known = true;
	for (size_t i = 0; i < operation->call_count; i++)
		subject->self.differing +=
			rs_log_replayable(
				work->run.log,
				&work->run.log
					 ->call[operation->first_call + i]) &&
			!rs_tally_as_recorded(tally, work->run.log, operation,
					      i);
	return BACKOFF_OK;
}

static enum backoff_status
init_tallies(struct work *work, struct rs_tallies *tallies, size_t draws)
{
	enum backoff_status status = BACKOFF_OK;
	uint32_t replicas = work->plan->replicas;

	for (uint32_t f = 0; status == BACKOFF_OK && f < work->families; f++) {
		status = rs_tally_init(&tallies->family[f], work->run.operation,
				       &work->load, replicas, draws);
		if (replicas > RS_FAMILY_REPLICAS)
			replicas = RS_FAMILY_REPLICAS;
	}
	return status;
}

/* What the details of all policies need. */
static enum backoff_status
init_frame(struct work *work, const struct rs_finding *finding)
{
	enum backoff_status status;

	if (!work->plan->detail)
		return BACKOFF_OK;
	status = rs_frame_init(&work->frame, work->run.log, work->run.operation,
			       &work->window, finding);
	if (status == BACKOFF_OK)
		status = rs_tally_follow(&work->tallies.family[0],
					 &work->frame.timeline);
	if (status == BACKOFF_OK)
		status = rs_tally_follow(&work->baseline.family[0],
					 &work->frame.timeline);
	return status;
}

/* Give the subject what its details refer to. */
static void
keep_frame(struct work *work, struct rs_subject *subject)
{
	subject->detail_from_ns = work->frame.timeline.from_ns;
	subject->detail_bin_ns = work->frame.timeline.bin_ns;
	subject->detail_bins = work->frame.timeline.bins;
	subject->incident = work->frame.incident;
	work->frame.incident = NULL;
}

static enum backoff_status
init_work(struct work *work, const struct rs_finding *finding)
{
	const struct rs_log *log = work->run.log;
	const struct rs_operation *operation = work->run.operation;
	enum backoff_status status = BACKOFF_E_NOMEM;

	work->families = work->plan->estimator->families(work->run.estimate);
	if (work->families > RS_FAMILIES_MAX)
		work->families = RS_FAMILIES_MAX;
	work->longest_ns = find_longest(log, operation);
	work->first_fails = share_failed_first(log, operation);
	work->kept_away = share_kept_away(log, operation);
	work->did = calloc(work->plan->policies->count + 1, sizeof(*work->did));
	if (work->did)
		status = rs_near_init(&work->near, log, operation);
	if (status == BACKOFF_OK)
		status = rs_load_init(&work->load, log, operation);
	if (status == BACKOFF_OK)
		status = rs_window_init(&work->window, log, operation,
					finding->incident,
					finding->incident_count);
	if (status == BACKOFF_OK)
		status = rs_coupling_find(log, operation, &work->coupling);
	if (status == BACKOFF_OK)
		status = init_tallies(work, &work->tallies, finding->draws);
	if (status == BACKOFF_OK)
		status = init_tallies(work, &work->baseline, finding->draws);
	if (status == BACKOFF_OK)
		status = init_frame(work, finding);
	if (status == BACKOFF_OK)
		status =
			rs_first_tries_init(&work->first_tries, log, operation);
	return status;
}

static void
clear_work(struct work *work)
{
	for (size_t f = 0; f < RS_FAMILIES_MAX; f++) {
		rs_tally_clear(&work->tallies.family[f]);
		rs_tally_clear(&work->baseline.family[f]);
	}
	rs_first_tries_clear(&work->first_tries);
	rs_near_clear(&work->near);
	rs_window_clear(&work->window);
	rs_frame_clear(&work->frame);
	rs_load_clear(&work->load);
	free(work->did);
}

enum backoff_status
rs_subject_run(const struct rs_plan *plan, const void *estimate, uint64_t *draw,
	       struct rs_subject *subject, struct rs_result *result,
	       struct rs_case *item)
{
	const struct rs_log *log = plan->log;
	const struct rs_operation *operation =
		&log->operation[subject->operation];
	struct work work = {.plan = plan};
	enum backoff_status status;

	subject->logged_policy = rs_logged_policy_find(
		log, operation, plan->stated, plan->policies, plan->shipped);
	subject->baseline = choose_baseline(plan, &subject->logged_policy);
	subject->untyped_failures = count_untyped(log, operation);
	plan->estimator->finding(estimate, subject->operation,
				 &subject->finding);
	work.run = (struct rs_run){
		.log = log,
		.operation = operation,
		.estimator = plan->estimator,
		.estimate = estimate,
		.logged_policy = subject->logged_policy.policy
					 ? subject->logged_policy.policy->policy
					 : NULL,
		.draw = draw,
		.seed = plan->seed,
	};
	work.run.near = &work.near;
	rs_recover_draws(log, operation, work.run.logged_policy, plan->seed,
			 draw);
	status = init_work(&work, &subject->finding);
	if (status == BACKOFF_OK)
		status = check_self(&work, subject);
	if (status == BACKOFF_OK)
		status = run_all(&work, subject, result, item);
	subject->incidents = work.window.incident_count;
	subject->coupling = work.coupling;
	keep_frame(&work, subject);
	clear_work(&work);
	return status;
}
