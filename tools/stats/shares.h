/* Shares of two samples, compared. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_SHARES_H
#define TK_SHARES_H

#include "stats/interval.h"

/** The 95 % interval of a share: @p part of @p all, by Wilson's score. From 0
 * to 1 if there are none. */
struct tk_interval tk_share_interval(double part, double all);

/** The 95 % interval of the share of the first sample minus that of the second,
 *  by Newcombe's hybrid score (Statistics in Medicine 17, 1998, method 10). */
struct tk_interval tk_share_difference(double part, double all,
				       double other_part, double other_all);

#endif
