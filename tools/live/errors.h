/* The most frequent errors of one operation, in bounded memory. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_ERRORS_H
#define RT_ERRORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

#include "live/coarse.h"
#include "live/ring.h"

/** Different errors kept per operation; one that was rarer of late gives way to
 *  a new one. */
#define RT_ERRORS_MAX 8
#define RT_LABEL_MAX 64
#define RT_TEXT_MAX 160

/** What a call that a breaker ended has ended with: not an attempt's error. */
#define RT_ERROR_BREAKER "breaker open"

/** The most frequent error. */
struct rt_error_top {
	/** Its code, else its type, else its text; "" if there is none. */
	char label[RT_LABEL_MAX];
	/** Its most recent message. */
	char text[RT_TEXT_MAX];
	uint64_t count;
	/** Part of all failures, 0 to 1. */
	double share;
};

struct rt_error_slot {
	char label[RT_LABEL_MAX];
	char text[RT_TEXT_MAX];
	/** One count a second, and a step. */
	struct rt_ring ring;
	struct rt_coarse coarse;
};

struct rt_errors {
	/** NULL where unused; allocated when first needed. */
	struct rt_error_slot *slot[RT_ERRORS_MAX];
};

void rt_errors_clear(struct rt_errors *errors);

/** The name under which the error of an event is counted. */
const char *rt_error_label(const struct backoff_event *event);

/** Count one failure; false if there is no memory. */
bool rt_errors_add(struct rt_errors *errors, const struct backoff_event *event,
		   uint64_t second);

/** The most frequent of the seconds (end_s - length_s, end_s], in which there
 *  were @p failures. */
void rt_errors_top(const struct rt_errors *errors, uint64_t end_s,
		   uint64_t length_s, uint64_t failures,
		   struct rt_error_top *out);

#endif
