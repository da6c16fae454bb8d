/* Runs policies in a world to learn what is true. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "base/num.h"
#include "world/truth.h"

/* Run the noise replicas. Most calls succeed at the first attempt, which is the
 * same in all of them: where calls do not affect each other, those are counted
 * at once. */
static enum backoff_status
run_noise(struct rs_truth *truth, const struct rs_truth_plan *plan,
	  struct rs_scene *scene, const struct rs_recording *recorded,
	  const uint64_t *first_try_ns)
{
	bool alone = rs_world_calls_alone(plan->world, truth->policy->policy);
	struct rs_world_run run = {.scene = scene,
				   .policy = truth->policy->policy,
				   .recorded = recorded,
				   .first_try_ns = alone ? first_try_ns : NULL};
	enum backoff_status status = BACKOFF_OK;

	for (run.noise = 1;
	     run.noise <= plan->noise_count && status == BACKOFF_OK;
	     run.noise++)
		status = rs_world_play(&run, &truth->noise);
	for (size_t i = 0;
	     alone && i < scene->call_count && status == BACKOFF_OK; i++)
		if (first_try_ns[i] != UINT64_MAX &&
		    !tk_samples_add(&truth->noise.success, first_try_ns[i],
				    plan->noise_count))
			status = BACKOFF_E_NOMEM;
	return status;
}

static enum backoff_status
run_here(struct rs_truth *truth, const struct rs_truth_plan *plan,
	 struct rs_scene *scene, const struct rs_recording *recorded)
{
	uint64_t *first_try_ns =
		calloc(scene->call_count + 1, sizeof(*first_try_ns));
	const struct rs_world_run run = {.scene = scene,
					 .policy = truth->policy->policy,
					 .first_try_out_ns = first_try_ns};
	enum backoff_status status =
		first_try_ns ? BACKOFF_OK : BACKOFF_E_NOMEM;

	if (status == BACKOFF_OK)
		status = rs_world_play(&run, &truth->one);
	if (status == BACKOFF_OK)
		status = run_noise(truth, plan, scene, recorded, first_try_ns);
	free(first_try_ns);
	tk_samples_sort(&truth->one.success);
	tk_samples_sort(&truth->one.failure);
	tk_samples_sort(&truth->noise.success);
	tk_samples_sort(&truth->noise.failure);
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
	for (size_t i = 0; i < policies->count && status == BACKOFF_OK; i++) {
		const struct rs_world_run run = {
			.scene = &scene, .policy = policies->item[i].policy};
		struct rs_run_counts counts = {0};

		status = rs_world_play(&run, &counts);
		rate[i] = rs_counts_success_rate(&counts);
		rs_run_counts_clear(&counts);
	}
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

	for (size_t i = 0; i < truths->count && status == BACKOFF_OK; i++)
		status = run_here(&truths->item[i], plan, scene, &recording);
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

double
rs_counts_quantile(const struct tk_samples *samples, unsigned permille)
{
	uint64_t rank = tk_quantile_rank(samples->weight, permille);

	return (double)tk_samples_rank(samples, NULL, rank) / 1e9;
}
