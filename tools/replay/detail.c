/* Makes what pictures of a result need. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "replay/detail.h"

const double rs_curve_quantile[RS_CURVE_POINTS] = {
	0,   .01, .02, .05,  .1,   .25,  .5,    .75,   .9,
	.95, .98, .99, .995, .998, .999, .9995, .9999, 1,
};
