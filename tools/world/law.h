/* Laws of durations, and streams of random numbers to draw from them. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_LAW_H
#define RS_LAW_H

#include <stdint.h>

enum rs_law_kind {
	/** No law. */
	RS_LAW_NONE,
	RS_LAW_FIXED,
	RS_LAW_EXPONENTIAL,
	RS_LAW_LOGNORMAL,
	RS_LAW_PARETO,
	RS_LAW_UNIFORM,
};

/** A law of durations in seconds; which members count depends on the kind. */
struct rs_law {
	int kind;
	/** FIXED and EXPONENTIAL. */
	double mean;
	/** LOGNORMAL. */
	double median, sigma;
	/** PARETO: P(X > x) = (least / x)^shape. */
	double least, shape;
	/** UNIFORM. */
	double low, high;
	/** Longer draws are cut to this; 0: none are. */
	double most;
};

/** A stream of random numbers that begins at a key. */
struct rs_stream {
	uint64_t at;
};

/** Uniform over all 64-bit numbers. */
uint64_t rs_stream_word(struct rs_stream *stream);
/** Uniform between 0 and 1, both excluded. */
double rs_stream_uniform(struct rs_stream *stream);
/** From the standard normal distribution. */
double rs_stream_normal(struct rs_stream *stream);
/** From the beta distribution with parameters @p a and @p b. */
double rs_stream_beta(struct rs_stream *stream, double a, double b);

/** Draw a duration in seconds. */
double rs_law_draw(const struct rs_law *law, struct rs_stream *stream);

/** The mean of a law; of one without a mean, ten times its least value. */
double rs_law_mean(const struct rs_law *law);

#endif
