/* One chart of each kind, for tests. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CHART_SAMPLES_H
#define TESTS_CHART_SAMPLES_H

#include <stddef.h>
#include <stdio.h>

/** What the charts are drawn of. */
enum sample {
	SAMPLE_USUAL,
	SAMPLE_EMPTY,   /**< no rows */
	SAMPLE_HOSTILE, /**< names that attack a page, or are very long */
	SAMPLE_BROKEN,  /**< numbers that are not finite, or far too large */
	SAMPLE_MANY,    /**< fifteen rows */
};
#define SAMPLES 5

extern const struct sample_chart {
	const char *name;
	void (*write)(FILE *out, enum sample sample);
} sample_chart[];
#define SAMPLE_CHARTS 6

/** A chart as text, which the caller frees. */
char *sample_text(size_t chart, enum sample sample);

#endif
