/* How the state of a target behaves: its levels of failure, how soon it leaves
 * each of them, and to where it goes. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_REGIME_H
#define RS_REGIME_H

#include <stddef.h>
#include <stdint.h>

#include "estimate/bins.h"
#include "estimate/chance.h"

#define RS_LEVELS 48

/** The state is one of the levels. It leaves level l with rate leave[l], and
 *  then goes to level m with probability weight[m], wherever it was. */
struct rs_regime {
	/** Probability that an attempt fails, by level. */
	double fails[RS_LEVELS];
	/** Per second. */
	double leave[RS_LEVELS];
	double weight[RS_LEVELS];
	/** By slot: the probability that an attempt of the operation fails at
	 *  any level; 0 if there is one slot, as the levels have it. */
	double base[RS_SLOTS];
};

/** Probability that an attempt of a slot fails, by a level or by its own
 *  base. */
static inline double
rs_regime_fails(const struct rs_regime *regime, size_t slot, double level)
{
	return regime->base[slot] + (1 - regime->base[slot]) * level;
}

/** What a path of states shows about the regime, by level. */
struct rs_path_counts {
	/** Seconds there, and moves from and to there. */
	double seconds[RS_LEVELS], left[RS_LEVELS], reached[RS_LEVELS];
	/** Attempts that succeeded, and that the target made fail; attempts
	 *  that were expected where only failures are logged. */
	double succeeded[RS_LEVELS], failed[RS_LEVELS], expected[RS_LEVELS];
	/** By slot: attempts of calls whose fate did not make them fail, and
	 *  those that the base did. */
	size_t slots;
	double tried[RS_SLOTS], base[RS_SLOTS];
};

/** A regime to start from: all levels alike. */
void rs_regime_init(struct rs_regime *regime, size_t slots);

/** Draw a regime given a path. */
void rs_regime_draw(struct rs_regime *regime, const struct rs_path_counts *path,
		    struct rs_chance *chance);

#endif
