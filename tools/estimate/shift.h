/* Whether a share of permanent failures explains an operation's calls better
 * than lower levels of its target do. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_SHIFT_H
#define RS_SHIFT_H

#include "estimate/chain.h"

/**
 * Compare the likelihood of the calls given the paths of a chain with the best
 * one if some calls fail permanently, and all levels shift by the same log-odds
 * to make up for it.
 *
 * @param chain  with the family NONE
 * @return the difference of the logarithms, at least 0
 */
double rs_shift_gain(const struct rs_chain *chain, size_t operation);

#endif
