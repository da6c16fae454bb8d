/* Most calls succeed at their first attempt, and that is the same under most
 * policies: such calls are run once. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "world/first_tries.h"

static enum backoff_status
run_once(struct rs_first_try_set *set, struct rs_scene *scene)
{
	static const char text[] = "{\"name\":\"ONCE\",\"max_attempts\":1}";
	struct rs_run_counts counts = {0};
	struct rs_world_run run = {.scene = scene, .first_try_out_ns = set->ns};
	struct backoff_policy *policy;
	enum backoff_status status =
		backoff_policy_parse(text, strlen(text), NULL, &policy, NULL);

	if (status != BACKOFF_OK)
		return status;
	run.policy = policy;
	status = rs_world_play(&run, &counts);
	rs_run_counts_clear(&counts);
	backoff_policy_unref(policy);
	return status;
}

enum backoff_status
rs_first_try_set_init(struct rs_first_try_set *set, struct rs_scene *scene,
		      uint32_t replicas)
{
	enum backoff_status status;

	*set = (struct rs_first_try_set){0};
	if (!rs_world_is_open(scene->world))
		return BACKOFF_OK;
	set->ns = calloc(scene->call_count + 1, sizeof(*set->ns));
	status = set->ns ? run_once(set, scene) : BACKOFF_E_NOMEM;
	for (size_t i = 0; i < scene->call_count && status == BACKOFF_OK; i++) {
		if (set->ns[i] == UINT64_MAX)
			continue;
		if (set->ns[i] > set->longest_ns)
			set->longest_ns = set->ns[i];
		if (!tk_samples_add(&set->once, set->ns[i], 1) ||
		    !tk_samples_add(&set->often, set->ns[i], replicas))
			status = BACKOFF_E_NOMEM;
	}
	tk_samples_sort(&set->once);
	tk_samples_sort(&set->often);
	if (status != BACKOFF_OK)
		rs_first_try_set_clear(set);
	return status;
}

void
rs_first_try_set_clear(struct rs_first_try_set *set)
{
	free(set->ns);
	tk_samples_clear(&set->once);
	tk_samples_clear(&set->often);
	*set = (struct rs_first_try_set){0};
}

uint64_t
rs_first_try_limit_ns(const struct backoff_policy *policy)
{
	uint64_t limit_ns = backoff_policy_attempt_timeout_ns(policy, 1);

	if (backoff_policy_deadline_from(policy) == BACKOFF_DEADLINE_FROM_START)
		limit_ns = bo_min(limit_ns, backoff_policy_deadline_ns(policy));
	return limit_ns;
}

bool
rs_first_try_set_holds(const struct rs_first_try_set *set,
		       const struct backoff_policy *policy)
{
	return set->ns && !backoff_policy_is_guarded(policy);
}

bool
rs_first_try_set_add(const struct rs_first_try_set *set,
		     const struct backoff_policy *policy, uint32_t replicas,
		     struct rs_run_counts *counts)
{
	const struct tk_samples *all = &set->once;
	uint64_t limit_ns = rs_first_try_limit_ns(policy);
	bool ok = true;

	if (rs_first_try_set_holds(set, policy) && limit_ns >= set->longest_ns)
		counts->shared = replicas == 1 ? &set->once : &set->often;
	else if (rs_first_try_set_holds(set, policy))
		for (size_t i = 0; ok && i < all->count; i++)
			ok = all->item[i].ns > limit_ns ||
			     tk_samples_add(&counts->success, all->item[i].ns,
					    all->item[i].weight * replicas);
	tk_samples_sort(&counts->success);
	tk_samples_sort(&counts->failure);
	return ok;
}
