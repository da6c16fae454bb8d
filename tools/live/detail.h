/* What became of an operation's calls in the window, by the record. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_DETAIL_H
#define RT_DETAIL_H

#include "live/calls.h"
#include "live/model.h"
#include "live/window.h"

/** Attempts that are counted apart; later ones count as the last. */
#define RT_DETAIL_ATTEMPTS 6
/** Names of a kind that are listed, those with most failures. */
#define RT_DETAIL_NAMES 8
struct rt_detail_name {
	char name[RT_PART_NAME_MAX];
	/** Its last message; only errors have it. */
	char text[RT_TEXT_MAX];
	/** Attempts made and failed; calls that ended and failed. */
	uint64_t made, failed, calls, failed_calls;
};

struct rt_detail_names {
	struct rt_detail_name item[RT_DETAIL_NAMES];
	size_t count;
	/** What further names had. */
	struct rt_detail_name rest;
};

struct rt_detail_attempt {
	uint64_t made, failed;
	/** Waits after it; 0 and 0 if there are none. */
	uint64_t wait_min_ns, wait_max_ns;
};

struct rt_detail {
	/** Seconds of the window that the record covers. */
	uint64_t covered_s;
	uint64_t calls, hedges;
	uint64_t fate[RT_FATE_COUNT];
	/** Calls that a breaker refused at once. */
	uint64_t unsent;
	/** Failed attempts. */
	uint64_t failed;
	struct rt_detail_attempt attempt[RT_DETAIL_ATTEMPTS];
	struct rt_detail_names errors, hosts, targets, operations;
	/** Failed calls and retries of each point of the span, the oldest
	 *  first. */
	uint32_t failed_calls[RT_POINTS_MAX], retries[RT_POINTS_MAX];
};

/** Compute it for the window (end_s - window_s, end_s], up to a place of the
 *  record. */
void rt_detail_compute(struct rt_detail *detail, const struct rt_record *record,
		       uint64_t until, const struct rt_window *window,
		       const struct rt_focus *focus, uint64_t end_s,
		       uint64_t window_s, const struct rt_span *span);

#endif
