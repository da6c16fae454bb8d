/* Posterior draws of everything that the log leaves open. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_POSTERIOR_H
#define RS_POSTERIOR_H

#include "estimate/chain.h"

struct rs_posterior {
	const struct rs_bins *bins;
	size_t suspects, operations;
	uint32_t draws;
	uint64_t seed;
	/** By draw and target: the regime, and the mean probability of failure
	 *  over the time of the log. */
	struct rs_regime *regime;
	float *usual;
	/** By draw and bin: the level. */
	uint8_t *state;
	/** By draw and suspect: the fate, and when its trouble clears; NULL if
	 *  no trouble does. */
	uint8_t *fate;
	float *end;
	/** By draw and operation: share of calls that fail permanently. */
	float *permanent;
};

/** BACKOFF_OK or BACKOFF_E_NOMEM. For draws of chains over these suspects.
 *
 * @param ends  whether trouble may clear
 */
enum backoff_status rs_posterior_init(struct rs_posterior *posterior,
				      const struct rs_suspects *suspects,
				      uint32_t draws, bool ends, uint64_t seed);
void rs_posterior_clear(struct rs_posterior *posterior);

/** Keep the current state of a chain as a draw. */
void rs_posterior_keep(struct rs_posterior *posterior, uint32_t draw,
		       const struct rs_chain *chain);

/** Probability that a bin's state makes an attempt fail. */
static inline double
rs_posterior_bin_fails(const struct rs_posterior *posterior, uint32_t draw,
		       size_t target, size_t bin)
{
	const struct rs_bins *bins = posterior->bins;
	const struct rs_regime *regime =
		&posterior->regime[draw * bins->target_count + target];

	return regime->fails[posterior->state[draw * bins->count + bin]];
}

/** Probability that the target makes a call's attempt fail at a time of the
 *  log. */
double rs_posterior_fails(const struct rs_posterior *posterior, uint32_t draw,
			  size_t call, uint64_t time_ns);

/** The same at other times. */
double rs_posterior_usual(const struct rs_posterior *posterior, uint32_t draw,
			  size_t call);

/** Probability that a suspect's fate makes an attempt fail, @p elapsed_seconds
 *  after its first one. */
double rs_posterior_own(const struct rs_posterior *posterior, uint32_t draw,
			size_t suspect, double elapsed_seconds);

/** Share of an operation's calls that fail permanently: the mean over draws. */
double rs_posterior_permanent(const struct rs_posterior *posterior,
			      size_t operation);

#endif
