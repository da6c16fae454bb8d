/* Metrics as text, and sums of its samples. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_METRICS_TEXT_H
#define TEST_METRICS_TEXT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include <backoff/metrics.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define S UINT64_C(1000000000)
#define MS UINT64_C(1000000)

static inline struct backoff_metrics *
metrics_of(uint32_t limit)
{
	struct backoff_metrics *metrics = NULL;

	cr_assert(backoff_metrics_new(limit, &metrics) == BACKOFF_OK);
	return metrics;
}

/** The whole text; free() it. */
static inline char *
text_of(struct backoff_metrics *metrics, enum backoff_metrics_format format,
	uint64_t now_ns)
{
	size_t size = backoff_metrics_write(metrics, format, now_ns, NULL, 0);
	char *text = malloc(size + 1);

	cr_assert(text != NULL);
	cr_assert(backoff_metrics_write(metrics, format, now_ns, text,
					size + 1) == size);
	cr_assert(strlen(text) == size);
	return text;
}

static inline char *
open_text_of(struct backoff_metrics *metrics)
{
	return text_of(metrics, BACKOFF_METRICS_OPENMETRICS, 0);
}

/** The sum of the samples whose lines begin with a text, and their number if
 *  *count is set. */
static inline double
sum_of(const char *text, const char *begin, unsigned *count)
{
	double sum = 0;

	if (count != NULL)
		*count = 0;
	for (const char *at = text; at != NULL && *at != '\0';
	     at = strchr(at, '\n'), at += at != NULL) {
		if (strncmp(at, begin, strlen(begin)) != 0)
			continue;
		/* No label in these tests has a space. */
		sum += strtod(strchr(at, ' '), NULL);
		if (count != NULL)
			++*count;
	}
	return sum;
}

#endif
