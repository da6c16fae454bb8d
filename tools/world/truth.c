/* Runs policies in a world to learn what is true. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "base/num.h"
#include "world/truth.h"

/* A run of a policy that leaves out what is known. */
static struct rs_world_run
short_run(struct rs_scene *scene, const struct backoff_policy *policy,
	  const struct rs_first_try_set *known)
{
	return (struct rs_world_run){
		.scene = scene,
		.policy = policy,
		.first_try_ns = rs_first_try_set_holds(known, policy)
					? known->ns
					: NULL,
		.first_try_limit_ns = rs_first_try_limit_ns(policy)};
}

/* Run a policy in the scene that was recorded. */
static enum backoff_status
run_here(struct rs_truth *truth, const struct rs_truth_plan *plan,
	 struct rs_scene *scene, const struct rs_first_try_set *known,
	 const struct rs_recording *recorded)
{
	const struct backoff_policy *policy = truth->policy->policy;
	struct rs_world_run run = short_run(scene, policy, known);
	enum backoff_status status = rs_world_play(&run, &truth->one);

	run.recorded = recorded;
	for (run.noise = 1;
	     run.noise <= plan->noise_count && status == BACKOFF_OK;
	     run.noise++)
		status = rs_world_play(&run, &truth->noise);
	if (status == BACKOFF_OK &&
	    !(rs_first_try_set_add(known, policy, 1, &truth->one) &&
	      rs_first_try_set_add(known, policy, plan->noise_count,
				   &truth->noise)))
		status = BACKOFF_E_NOMEM;
	return status;
}

static enum backoff_status
run_window(struct rs_scene *scene, const struct rs_policy_set *policies,
	   double *rate)
{
	struct rs_first_try_set known;
	enum backoff_status status = rs_first_try_set_init(&known, scene, 1);

	if (status != BACKOFF_OK)
		return status;
	for (size_t i = 0; i < policies->count && status == BACKOFF_OK; i++) {
		const struct rs_world_run run =
			short_run(scene, policies->item[i].policy, &known);
		struct rs_run_counts counts = {0};

		status = rs_world_play(&run, &counts);
		rate[i] = rs_counts_success_rate(&counts);
		rs_run_counts_clear(&counts);
	}
	rs_first_try_set_clear(&known);
	return status;
}

enum backoff_status
rs_truth_window(const struct rs_world *world, uint64_t seed, uint32_t window,
		const struct rs_policy_set *policies, double *rate)
{
	struct rs_scene scene;
	enum backoff_status status = rs_scene_init(
		&scene, world,
		bo_mix64(seed + (uint64_t)(window + 1) * UINT32_MAX));

	if (status != BACKOFF_OK)
		return status;
	status = run_window(&scene, policies, rate);
	rs_scene_clear(&scene);
	return status;
}

static enum backoff_status
run_windows(struct rs_truths *truths, const struct rs_truth_plan *plan)
{
	double *rate = calloc(truths->count + 1, sizeof(*rate));
	enum backoff_status status = rate ? BACKOFF_OK : BACKOFF_E_NOMEM;

	for (uint32_t w = 0; w < truths->window_count && status == BACKOFF_OK;
	     w++) {
		status = rs_truth_window(plan->world, plan->seed, w,
					 plan->policies, rate);
		for (size_t i = 0; i < truths->count; i++)
			truths->item[i].window[w] = rate[i];
	}
	free(rate);
	return status;
}

static enum backoff_status
run_all(struct rs_truths *truths, const struct rs_truth_plan *plan,
	struct rs_scene *scene)
{
	struct rs_recording recording = {0};
	const struct rs_world_run run = {.scene = scene,
					 .policy = plan->record,
					 .on_event = plan->on_event,
					 .user = plan->user,
					 .recording = &recording};
	enum backoff_status status = rs_world_play(&run, &truths->recorded);

	if (status == BACKOFF_OK && truths->count > 0)
		status = rs_first_try_set_init(&truths->known, scene,
					       plan->noise_count);
	for (size_t i = 0; i < truths->count && status == BACKOFF_OK; i++)
		status = run_here(&truths->item[i], plan, scene, &truths->known,
				  &recording);
	rs_recording_clear(&recording);
	return status == BACKOFF_OK ? run_windows(truths, plan) : status;
}

static bool
make_items(struct rs_truths *truths, const struct rs_truth_plan *plan)
{
	truths->item = calloc(plan->policies->count + 1, sizeof(*truths->item));
	if (truths->item == NULL)
		return false;
	truths->count = plan->policies->count;
	for (size_t i = 0; i < truths->count; i++) {
		struct rs_truth *truth = &truths->item[i];

		truth->policy = &plan->policies->item[i];
		truth->noise_count = plan->noise_count;
		truth->window =
			calloc(plan->window_count + 1, sizeof(*truth->window));
		if (truth->window == NULL)
			return false;
	}
	return true;
}

enum backoff_status
rs_truths_init(struct rs_truths *truths, const struct rs_truth_plan *plan)
{
	enum backoff_status status;
	struct rs_scene scene;

	*truths = (struct rs_truths){.window_count = plan->window_count};
	status = rs_scene_init(&scene, plan->world, plan->seed);
	if (status != BACKOFF_OK)
		return status;
	status = make_items(truths, plan) ? run_all(truths, plan, &scene)
					  : BACKOFF_E_NOMEM;
	rs_scene_clear(&scene);
	if (status != BACKOFF_OK)
		rs_truths_clear(truths);
	return status;
}

void
rs_truths_clear(struct rs_truths *truths)
{
	for (size_t i = 0; i < truths->count; i++) {
		rs_run_counts_clear(&truths->item[i].one);
		rs_run_counts_clear(&truths->item[i].noise);
		free(truths->item[i].window);
	}
	rs_run_counts_clear(&truths->recorded);
	rs_first_try_set_clear(&truths->known);
	free(truths->item);
	*truths = (struct rs_truths){0};
}

const struct rs_run_counts *
rs_truth_mean(const struct rs_truth *truth)
{
	return truth->noise_count > 0 ? &truth->noise : &truth->one;
}

double
rs_counts_success_rate(const struct rs_run_counts *counts)
{
	return counts->calls ? (double)counts->succeeded / (double)counts->calls
			     : 0;
}

double
rs_counts_attempts_per_call(const struct rs_run_counts *counts)
{
	return counts->calls ? (double)counts->attempts / (double)counts->calls
			     : 0;
}

uint64_t
rs_times_weight(const struct rs_times *times)
{
	return times->a->weight + (times->b ? times->b->weight : 0);
}

double
rs_times_quantile(const struct rs_times *times, unsigned permille)
{
	uint64_t rank = tk_quantile_rank(rs_times_weight(times), permille);

	return (double)tk_samples_rank(times->a, times->b, rank) / 1e9;
}
