/* Joins what replicas share and what each has, without copying it. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "replay/durations.h"

void
rs_durations_of(struct rs_durations *out, const struct rs_tally *tally,
		bool success, const struct tk_samples *first_tries)
{
	const struct tk_samples *shared =
		success ? &tally->success : &tally->failure;
	const struct tk_samples *own =
		success ? tally->success_in : tally->failure_in;
	bool same = true;

	out->calls = 0;
	for (uint32_t r = 0; r < tally->replicas; r++) {
		out->in[r].set[0] = shared;
		out->in[r].set[1] = &own[r];
		out->in[r].set[2] = first_tries;
		out->in[r].count = first_tries ? 3 : 2;
		out->in[r].weight = 0;
		for (size_t i = 0; i < out->in[r].count; i++)
			out->in[r].weight += out->in[r].set[i]->weight;
		out->calls += (double)out->in[r].weight;
		same &= own[r].count == 0;
	}
	out->calls /= tally->replicas;
	out->replicas = same ? 1 : tally->replicas;
}

size_t
rs_durations_quantile(const struct rs_durations *durations, unsigned part,
		      unsigned whole, uint64_t *value)
{
	size_t count = 0;

	for (uint32_t r = 0; r < durations->replicas; r++)
		if (durations->in[r].weight > 0)
			value[count++] = tk_samples_rank_in(
				durations->in[r].set, durations->in[r].count,
				tk_quantile_rank_of(durations->in[r].weight,
						    part, whole));
	qsort(value, count, sizeof(*value), bo_compare_u64);
	return count;
}
