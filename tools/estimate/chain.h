/* A Markov chain over everything that the log leaves open: the paths of all
 * targets, their regimes, and the fates of calls. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_CHAIN_H
#define RS_CHAIN_H

#include "estimate/fates.h"
#include "estimate/path.h"

struct rs_chain {
	const struct rs_suspects *suspects;
	const struct rs_bins *bins;
	struct rs_path_sampler *sampler;
	struct rs_chance chance;
	/** By target. */
	struct rs_regime *regime;
	/** By operation. */
	struct rs_mix *mix;
	/** By operation: whether its lone suspects fail permanently; NULL if
	 *  none need to. Such an operation's family has permanent failures. */
	const bool *lone;
	/** By bin: the level. By bin and slot: failures that are due to the
	 *  target. */
	uint8_t *state;
	uint16_t *failed;
	unsigned sweeps;
	/** If not NULL, by operation: how well the last sweep explains its
	 *  calls and targets. Means of it compare NONE with PERMANENT: the
	 *  logarithm of the probability of everything, less that of the fates
	 *  given the rest (Chib 1995, "Marginal likelihood from the Gibbs
	 *  output"). */
	double *score;
	/** By suspect: its fate, and when its trouble clears. */
	uint8_t *fate;
	float *end;
};

/** BACKOFF_OK or BACKOFF_E_NOMEM. */
enum backoff_status rs_chain_init(struct rs_chain *chain,
				  const struct rs_suspects *suspects,
				  const enum rs_family *family, uint64_t seed);
void rs_chain_clear(struct rs_chain *chain);

/** Draw everything again, one part after another (Gibbs sampling). */
void rs_chain_sweep(struct rs_chain *chain);

/** Probability that a call's target fails in a bin. */
static inline double
rs_chain_fails(const struct rs_chain *chain, size_t call, size_t bin)
{
	const struct rs_regime *regime =
		&chain->regime[chain->bins->target_of[call]];

	return rs_regime_fails(regime, chain->bins->slot_of[call],
			       regime->fails[chain->state[bin]]);
}

/** The attempts of a suspect under the current paths. */
void rs_chain_tries(const struct rs_chain *chain, size_t suspect,
		    struct rs_tries *tries);

#endif
