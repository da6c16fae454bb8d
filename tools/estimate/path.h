/* The path of a target's state through the bins: forward filtering, backward
 * sampling. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_PATH_H
#define RS_PATH_H

#include "estimate/regime.h"

struct rs_path_sampler;

/** NULL if there is no memory. For targets of at most @p bins bins. */
struct rs_path_sampler *rs_path_sampler_new(size_t bins);
void rs_path_sampler_free(struct rs_path_sampler *sampler);

/**
 * Draw a path from its distribution given the regime.
 *
 * @param failed  by bin of all targets and slot: the failures in it that are
 *                due to the target
 * @param live    share of calls that fail only if the target makes them
 * @param state   by bin of all targets: set to levels for this target's bins
 * @param counts  set to what the path shows
 * @param likelihood  if not NULL: set to the logarithm of the likelihood of the
 *                    bins given the regime
 */
void rs_path_draw(struct rs_path_sampler *sampler, const struct rs_bins *bins,
		  const struct rs_target *target,
		  const struct rs_regime *regime, const uint16_t *failed,
		  double live, struct rs_chance *chance, uint8_t *state,
		  struct rs_path_counts *counts, double *likelihood);

#endif
