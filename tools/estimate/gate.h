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
};

/**
 * Judge the families of an operation by their Bayesian information criterion,
 * given the paths of a chain.
 *
 * @return BACKOFF_OK or BACKOFF_E_NOMEM
 */
enum backoff_status rs_gate_judge(const struct rs_chain *chain,
				  size_t operation, struct rs_gate *out);

#endif
