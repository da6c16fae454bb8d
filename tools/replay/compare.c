/* Every policy over the recorded calls of every operation, baseline first. */
#include "config.h"

#include <fnmatch.h>
#include <stdlib.h>

#include "recorded/draws.h"
#include "replay/compare.h"

/* Storage of one operation's turn. */
struct turn {
	const struct rs_plan *plan;
	struct rs_run run;
	struct rs_load load;
	struct rs_tally tally, baseline;
	struct tk_samples first_tries;
	uint64_t longest_ns;
};

static enum backoff_status
run_policy(struct turn *turn, size_t policy, struct rs_tally *tally,
	   struct rs_result *result)
{
	enum backoff_status status;
	bool shared;

	turn->run.policy = turn->plan->policies->item[policy].policy;
	status = rs_tally_run(tally, &turn->run, turn->longest_ns, &shared);
	if (status != BACKOFF_OK)
		return status;
	result->policy = &turn->plan->policies->item[policy];
	rs_result_make(result, tally, shared ? &turn->first_tries : NULL);
	result->hedges = backoff_policy_max_hedges(turn->run.policy) > 0;
	result->guard_unknown = turn->run.operation->population ==
					RS_POPULATION_FAILING_FIRST &&
				result->guarded && rs_guard_stops(result) > 0;
	return BACKOFF_OK;
}

static enum backoff_status
run_all(struct turn *turn, const struct rs_subject *subject,
	struct rs_result *result)
{
	const struct rs_operation *operation = turn->run.operation;
	struct rs_result *baseline = &result[subject->baseline];
	enum backoff_status status;

	status = run_policy(turn, subject->baseline, &turn->baseline, baseline);
	for (size_t i = 0;
	     status == BACKOFF_OK && i < turn->plan->policies->count; i++) {
		result[i].operation = subject->operation;
		result[i].difference.baseline = subject->baseline;
		if (i == subject->baseline)
			continue;
		rs_tally_reset(&turn->tally, operation);
		status = run_policy(turn, i, &turn->tally, &result[i]);
		if (status != BACKOFF_OK)
			break;
		rs_result_compare(&result[i], &turn->tally, baseline,
				  &turn->baseline, operation->call_count);
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
run_subject(const struct rs_plan *plan, const void *world, uint64_t *draw,
	    struct rs_subject *subject, struct rs_result *result)
{
	const struct rs_log *log = plan->log;
	const struct rs_operation *operation =
		&log->operation[subject->operation];
	struct turn turn = {.plan = plan};
	enum backoff_status status = BACKOFF_E_NOMEM;
	const struct backoff_policy *logged;

	subject->logged_policy = rs_logged_policy_find(
		log, operation, plan->policies, plan->shipped);
	subject->baseline = choose_baseline(plan, &subject->logged_policy);
	subject->untyped_failures = count_untyped(log, operation);
	plan->estimator->finding(world, subject->operation, &subject->finding);
	logged = subject->logged_policy.policy
			 ? subject->logged_policy.policy->policy
			 : NULL;
	rs_recover_draws(log, operation, logged, plan->seed, draw);
	turn.run = (struct rs_run){
		.log = log,
		.operation = operation,
		.estimator = plan->estimator,
		.world = world,
		.logged_policy = logged,
		.draw = draw,
		.seed = plan->seed,
	};
	if (rs_load_init(&turn.load, log, operation) == BACKOFF_OK &&
	    rs_tally_init(&turn.tally, operation, &turn.load, plan->replicas) ==
		    BACKOFF_OK &&
	    rs_tally_init(&turn.baseline, operation, &turn.load,
			  plan->replicas) == BACKOFF_OK &&
	    rs_first_tries(log, operation, plan->replicas, &turn.first_tries,
			   &turn.longest_ns))
		status = run_all(&turn, subject, result);
	rs_tally_clear(&turn.tally);
	rs_tally_clear(&turn.baseline);
	rs_load_clear(&turn.load);
	tk_samples_clear(&turn.first_tries);
	return status;
}

static bool
wanted(const struct rs_plan *plan, size_t operation)
{
	const char *name =
		rs_log_text(plan->log, plan->log->operation[operation].name);

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
	void *world = NULL;

	if (allocate(plan, out) && draw)
		status = plan->estimator->fit(plan->log, &world);
	for (size_t i = 0; status == BACKOFF_OK && i < out->subject_count; i++)
		status =
			run_subject(plan, world, draw, &out->subject[i],
				    &out->result[out->subject[i].first_result]);
	if (world)
		plan->estimator->free(world);
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
