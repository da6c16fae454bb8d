/* The choice of the fates that a log gives reason to believe in. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_GATE_H
#define RS_GATE_H

#include "estimate/chain.h"

/** The families of an operation that the log does not rule out, most likely
 *  first. */
struct rs_gate {
	enum rs_family family[RS_FAMILY_COUNT];
	size_t count;
	/** By family: the information criterion. */
	double criterion[RS_FAMILY_COUNT];
	/** See rs_shift_gain(). */
	double shift;
	/** Share of permanent failures under EXTREME. */
	double extreme;
};

/** Whether enough calls were tried again to show anything about their
 *  fates. */
bool rs_gate_can_judge(const struct rs_suspects *suspects, size_t operation);

/**
 * Judge the families of an operation by their Bayesian information criterion.
 *
 * @param chain  whose family is PERMANENT, or NONE if nothing can be judged
 * @param gain   by which PERMANENT explains the log better than NONE: the
 *               logarithm of a ratio of likelihoods
 * @return BACKOFF_OK or BACKOFF_E_NOMEM
 */
enum backoff_status rs_gate_judge(const struct rs_chain *chain,
				  size_t operation, double gain,
				  struct rs_gate *out);

/** Whether OFTEN or CLEARS is among the families. */
bool rs_gate_needs_more(const struct rs_gate *gate);

/**
 * Compare OFTEN with CLEARS again, given paths that leave failures to either.
 *
 * @param chain  whose family is ANY
 * @return BACKOFF_OK or BACKOFF_E_NOMEM
 */
enum backoff_status rs_gate_settle(const struct rs_chain *chain,
				   size_t operation, struct rs_gate *gate);

#endif
