/* What policies truly do in a world: the realisation, the mean over other
 * draws, and other windows of the same world. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_WORLD_TRUTH_H
#define RS_WORLD_TRUTH_H

#include <stdio.h>

#include "world/first_tries.h"

struct rs_truth {
	/** Member of the set that was asked for. */
	const struct rs_policy *policy;
	/** The one realisation, with the draws of the recording. */
	struct rs_run_counts one;
	/** Sums over replicas that draw again what the recording does not
	 *  fix. */
	struct rs_run_counts noise;
	uint32_t noise_count;
	/** Success rates in windows with other seeds. */
	double *window;
};

struct rs_truths {
	struct rs_truth *item;
	size_t count;
	uint32_t window_count;
	/** The recording. */
	struct rs_run_counts recorded;
	/** Counts point to its times. */
	struct rs_first_try_set known;
};

/** What to find out. */
struct rs_truth_plan {
	const struct rs_world *world;
	uint64_t seed;
	const struct backoff_policy *record;
	const struct rs_policy_set *policies;
	uint32_t noise_count, window_count;
	/** Takes the lines of the recording; may be NULL. */
	bool (*on_event)(void *user, const struct backoff_event *event);
	void *user;
};

/** Record, and run all policies. The truths must not be moved. BACKOFF_OK,
 * BACKOFF_E_NOMEM, or BACKOFF_E_IO if on_event failed. */
enum backoff_status rs_truths_init(struct rs_truths *truths,
				   const struct rs_truth_plan *plan);
void rs_truths_clear(struct rs_truths *truths);

/** Success rates of policies in another window of a world. BACKOFF_OK or
 *  BACKOFF_E_NOMEM. */
enum backoff_status rs_truth_window(const struct rs_world *world, uint64_t seed,
				    uint32_t window,
				    const struct rs_policy_set *policies,
				    double *rate);

/** The sums that truths are read from: the noise replicas, or the realisation
 *  if there are none. Their durations are sorted. */
const struct rs_run_counts *rs_truth_mean(const struct rs_truth *truth);

double rs_counts_success_rate(const struct rs_run_counts *counts);
double rs_counts_attempts_per_call(const struct rs_run_counts *counts);

/** Sorted times: the union of two sets, of which the second may be NULL. */
struct rs_times {
	const struct tk_samples *a, *b;
};

static inline struct rs_times
rs_counts_success(const struct rs_run_counts *counts)
{
	return (struct rs_times){&counts->success, counts->shared};
}

static inline struct rs_times
rs_counts_failure(const struct rs_run_counts *counts)
{
	return (struct rs_times){&counts->failure, NULL};
}

uint64_t rs_times_weight(const struct rs_times *times);

/** Duration at the quantile permille / 1000, in seconds. */
double rs_times_quantile(const struct rs_times *times, unsigned permille);

/** Write all truths as JSON. 0, or -1 and errno. */
int rs_truths_json(const struct rs_truths *truths,
		   const struct rs_truth_plan *plan, FILE *out);

#endif
