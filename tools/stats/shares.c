/* Shares of two samples, compared. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "stats/shares.h"

#include <math.h>

struct tk_interval
tk_share_interval(double part, double all)
{
	const double z = TK_Z95;
	double share, middle, half, scale;

	if (!(all > 0.0))
		return (struct tk_interval){0.0, 1.0};
	share = part / all;
	scale = 1.0 + z * z / all;
	middle = (share + z * z / (2.0 * all)) / scale;
	half = z / scale *
	       sqrt(share * (1.0 - share) / all + z * z / (4.0 * all * all));
	return (struct tk_interval){fmax(middle - half, 0.0),
				    fmin(middle + half, 1.0)};
}

struct tk_interval
tk_share_difference(double part, double all, double other_part,
		    double other_all)
{
	struct tk_interval one = tk_share_interval(part, all);
	struct tk_interval other = tk_share_interval(other_part, other_all);
	double share = all > 0.0 ? part / all : 0.5;
	double other_share = other_all > 0.0 ? other_part / other_all : 0.5;
	double difference = share - other_share;

	return (struct tk_interval){
		difference - hypot(share - one.low, other.high - other_share),
		difference + hypot(one.high - share, other_share - other.low),
	};
}
