/* Draws from laws of durations. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include "base/num.h"
#include "world/law.h"

/* SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014). */
uint64_t
rs_stream_word(struct rs_stream *stream)
{
	stream->at += UINT64_C(0x9e3779b97f4a7c15);
	return bo_mix64(stream->at);
}

double
rs_stream_uniform(struct rs_stream *stream)
{
	return ((double)(rs_stream_word(stream) >> 12) + 0.5) * 0x1p-52;
}

double
rs_stream_normal(struct rs_stream *stream)
{
	double radius = sqrt(-2 * log(rs_stream_uniform(stream)));

	return radius * cos(2 * M_PI * rs_stream_uniform(stream));
}

/* G. Marsaglia, W. Tsang: A simple method for generating gamma variables,
 * ACM TOMS 26 (2000). */
static double
gamma_draw(struct rs_stream *stream, double shape)
{
	double boost = 1, d, c;

	if (shape < 1) {
		boost = pow(rs_stream_uniform(stream), 1 / shape);
		shape += 1;
	}
	d = shape - 1.0 / 3;
	c = 1 / sqrt(9 * d);
	for (;;) {
		double x = rs_stream_normal(stream);
		double v = 1 + c * x;

		if (v <= 0)
			continue;
		v = v * v * v;
		if (log(rs_stream_uniform(stream)) <
		    x * x / 2 + d - d * v + d * log(v))
			return boost * d * v;
	}
}

double
rs_stream_beta(struct rs_stream *stream, double a, double b)
{
	double x = gamma_draw(stream, a), y = gamma_draw(stream, b);

	return x + y > 0 ? x / (x + y) : a / (a + b);
}

static double
draw(const struct rs_law *law, struct rs_stream *stream)
{
	switch ((enum rs_law_kind)law->kind) {
	case RS_LAW_FIXED:
		return law->mean;
	case RS_LAW_EXPONENTIAL:
		return -law->mean * log(rs_stream_uniform(stream));
	case RS_LAW_LOGNORMAL:
		return law->median * exp(law->sigma * rs_stream_normal(stream));
	case RS_LAW_PARETO:
		return law->least *
		       pow(rs_stream_uniform(stream), -1 / law->shape);
	case RS_LAW_UNIFORM:
		return law->low +
		       (law->high - law->low) * rs_stream_uniform(stream);
	case RS_LAW_NONE:
		break;
	}
	return 0;
}

double
rs_law_draw(const struct rs_law *law, struct rs_stream *stream)
{
	double value = draw(law, stream);

	return law->most > 0 && value > law->most ? law->most : value;
}

double
rs_law_mean(const struct rs_law *law)
{
	switch ((enum rs_law_kind)law->kind) {
	case RS_LAW_FIXED:
	case RS_LAW_EXPONENTIAL:
		return law->mean;
	case RS_LAW_LOGNORMAL:
		return law->median * exp(law->sigma * law->sigma / 2);
	case RS_LAW_PARETO:
		return law->shape > 1
			       ? law->least * law->shape / (law->shape - 1)
			       : law->least * 10;
	case RS_LAW_UNIFORM:
		return (law->low + law->high) / 2;
	case RS_LAW_NONE:
		break;
	}
	return 0;
}
