/* Runs policies in a world to learn what is true. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "base/num.h"
#include "world/truth.h"

/* Run a policy once in a scene; the number of the noise decides the draws. */
static enum backoff_status
play(struct rs_scene *scene, const struct rs_policy *policy, uint32_t noise,
     const struct rs_recording *recorded, struct rs_run_counts *counts)
{
	const struct rs_world_run run = {.scene = scene,
					 .policy = policy->policy,
					 .noise = noise,
					 .recorded = recorded};

	return rs_world_play(&run, counts);
}

static enum backoff_status
run_here(struct rs_truth *truth, const struct rs_truth_plan *plan,
	 struct rs_scene *scene, const struct rs_recording *recorded)
{
	enum backoff_status status =
		play(scene, truth->policy, 0, NULL, &truth->one);

	for (uint32_t i = 1; i <= plan->noise_count && status == BACKOFF_OK;
	     i++)
		status = play(scene, truth->policy, i, recorded, &truth->noise);
	tk_samples_sort(&truth->one.success);
	tk_samples_sort(&truth->one.failure);
	tk_samples_sort(&truth->noise.success);
	tk_samples_sort(&truth->noise.failure);
	return status;
}

static enum backoff_status
run_window(struct rs_truths *truths, const struct rs_truth_plan *plan,
	   uint32_t window)
{
	struct rs_scene scene;
	enum backoff_status status = rs_scene_init(
		&scene, plan->world,
		bo_mix64(plan->seed + (uint64_t)(window + 1) * UINT32_MAX));

	if (status != BACKOFF_OK)
		return status;
	for (size_t i = 0; i < truths->count && status == BACKOFF_OK; i++) {
		struct rs_run_counts counts = {0};

		status = play(&scene, truths->item[i].policy, 0, NULL, &counts);
		truths->item[i].window[window] =
			rs_counts_success_rate(&counts);
		rs_run_counts_clear(&counts);
	}
	rs_scene_clear(&scene);
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
	for (uint32_t i = 0; i < truths->window_count && status == BACKOFF_OK;
	     i++)
		status = run_window(truths, plan, i);
	return status;
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
