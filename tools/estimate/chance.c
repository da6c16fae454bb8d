/* Draws from the distributions that Gibbs sampling needs. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include "estimate/chance.h"

#define PI 3.14159265358979323846

/* Box and Muller 1958; the second number is not kept. */
double
rs_chance_normal(struct rs_chance *chance)
{
	double radius = sqrt(-2 * log(rs_chance_uniform(chance)));

	return radius * cos(2 * PI * rs_chance_uniform(chance));
}

double
rs_chance_gamma(struct rs_chance *chance, double shape)
{
	double d, c, factor = 1;

	if (shape < 1) {
		factor = pow(rs_chance_uniform(chance), 1 / shape);
		shape += 1;
	}
	d = shape - 1.0 / 3;
	c = 1 / sqrt(9 * d);
	for (;;) {
		double x = rs_chance_normal(chance), v = 1 + c * x;

		if (v <= 0)
			continue;
		v = v * v * v;
		if (log(rs_chance_uniform(chance)) <
		    0.5 * x * x + d - d * v + d * log(v))
			return factor * d * v;
	}
}

size_t
rs_chance_pick(struct rs_chance *chance, const double *weight, size_t count)
{
	double sum = 0, at;
	size_t i;

	for (i = 0; i < count; i++)
		sum += weight[i];
	at = rs_chance_uniform(chance) * sum;
	for (i = 0; i + 1 < count; i++) {
		at -= weight[i];
		if (at < 0)
			break;
	}
	return i;
}

void
rs_chance_shares(struct rs_chance *chance, double *weight, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		weight[i] = rs_chance_gamma(chance, weight[i]) + 1e-300;
		sum += weight[i];
	}
	for (size_t i = 0; i < count; i++)
		weight[i] /= sum;
}
