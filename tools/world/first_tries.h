/* Calls that succeed at their first attempt, under any policy with enough
 * time. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_WORLD_FIRST_TRIES_H
#define RS_WORLD_FIRST_TRIES_H

#include "world/run.h"

struct rs_first_try_set {
	/** By call: duration of a first attempt that succeeds, or UINT64_MAX.
	 *  NULL if calls affect each other. */
	uint64_t *ns;
	uint64_t longest_ns;
	/** All durations, once and as often as replicas are run; sorted. */
	struct tk_samples once, often;
};

/** Find them by a run without a limit. BACKOFF_OK or BACKOFF_E_NOMEM. */
enum backoff_status rs_first_try_set_init(struct rs_first_try_set *set,
					  struct rs_scene *scene,
					  uint32_t replicas);
void rs_first_try_set_clear(struct rs_first_try_set *set);

/** The limit within which a first attempt of the policy must succeed. */
uint64_t rs_first_try_limit_ns(const struct backoff_policy *policy);

/** Whether a run of the policy may leave out calls of the set. */
bool rs_first_try_set_holds(const struct rs_first_try_set *set,
			    const struct backoff_policy *policy);

/** Add the durations of calls that a run left out, and sort all. False if
 *  memory ran out. */
bool rs_first_try_set_add(const struct rs_first_try_set *set,
			  const struct backoff_policy *policy,
			  uint32_t replicas, struct rs_run_counts *counts);

#endif
