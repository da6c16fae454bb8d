/* What is known of an operation: its numbers in a time. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_OPERATION_H
#define RT_OPERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "live/coarse.h"
#include "live/counts.h"
#include "live/errors.h"
#include "live/promises.h"
#include "live/ring.h"
#include "live/sides.h"
#include "live/subject.h"
#include "live/took.h"

struct rt_window;

/** Hashes of policies have 16 digits; others may be cut. */
#define RT_HASH_MAX 17

/** Written by the window alone. */
struct rt_operation {
	struct rt_window *window;
	size_t index;
	char *name;
	uint64_t hash;
	char policy[RT_LABEL_MAX];
	/** The last name of rt_side_name(), and what it was made from. */
	char side[RT_PART_NAME_MAX], side_policy[RT_LABEL_MAX];
	char side_hash[RT_HASH_MAX];
	uint64_t max_attempts, seen_ns;
	/** A success was seen; until then, whether retries come that lines
	 *  announce. */
	bool knows_calls, succeeded;
	struct rt_promises promises;
	struct rt_counts total;
	struct rt_errors errors;
	struct rt_subject subject;
	struct rt_sides sides;
	/** RT_COUNTS_COUNT a second, and a step. */
	struct rt_ring ring;
	/** Durations of attempts that succeeded, and of their calls. */
	struct rt_took tries, calls;
	struct rt_coarse coarse;
};

/** Its number among those of its window. */
size_t rt_operation_index(const struct rt_operation *operation);
const char *rt_operation_name(const struct rt_operation *operation);
/** The policy named by its last event; "" if the log does not say. */
const char *rt_operation_policy(const struct rt_operation *operation);
/** 0: not known; RT_UNLIMITED: there is no limit. */
#define RT_UNLIMITED UINT64_MAX
uint64_t rt_operation_max_attempts(const struct rt_operation *operation);
/** Whether its log includes the calls that succeeded, and thus all calls. */
bool rt_operation_knows_calls(const struct rt_operation *operation);
/** Time of its newest event. */
uint64_t rt_operation_seen_ns(const struct rt_operation *operation);

/** Since the log's beginning. */
const struct rt_counts *
rt_operation_total(const struct rt_operation *operation);

/** Counts of the seconds (end_s - length_s, end_s], of the last two hours at
 *  most. What begins before the last RT_HISTORY_S seconds begins with the next
 *  step of RT_COARSE_STEP_S, and what ends before them should end with one. */
void rt_operation_sum(const struct rt_operation *operation, uint64_t end_s,
		      uint64_t length_s, struct rt_counts *out);

/** A quantile of the durations of attempts that succeeded in those seconds, or
 *  of their calls, waits included; 0: too few are known. */
uint64_t rt_operation_took_ns(const struct rt_operation *operation,
			      bool whole_calls, double share, uint64_t end_s,
			      uint64_t length_s);

/** Add the calls that failed and the retries of each of @p seconds seconds up
 *  to @p end_s, at most RT_HISTORY_S, oldest first. */
void rt_operation_history(const struct rt_operation *operation, uint64_t end_s,
			  size_t seconds, uint32_t *failed, uint32_t *retries);

/** The same of steps of RT_COARSE_STEP_S, up to that of @p end_s. */
void rt_operation_past(const struct rt_operation *operation, uint64_t end_s,
		       size_t steps, uint32_t *failed, uint32_t *retries);

/** The most frequent error of those seconds. */
void rt_operation_top_error(const struct rt_operation *operation,
			    uint64_t end_s, uint64_t length_s,
			    struct rt_error_top *out);

/** The operation as it is judged, up to the newest second. */
const struct rt_subject *
rt_operation_subject(const struct rt_operation *operation);

/** Its policies, if there are several. */
const struct rt_sides *rt_operation_sides(const struct rt_operation *operation);

#endif
