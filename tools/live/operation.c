/* The numbers of an operation in the window. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/operation.h"

#include <stddef.h>
#include <string.h>

#include "live/counted.h"

size_t
rt_operation_index(const struct rt_operation *operation)
{
	return operation->index;
}

const char *
rt_operation_name(const struct rt_operation *operation)
{
	return operation->name;
}

const char *
rt_operation_policy(const struct rt_operation *operation)
{
	return operation->policy;
}

uint64_t
rt_operation_max_attempts(const struct rt_operation *operation)
{
	return operation->max_attempts;
}

bool
rt_operation_knows_calls(const struct rt_operation *operation)
{
	return operation->knows_calls;
}

uint64_t
rt_operation_seen_ns(const struct rt_operation *operation)
{
	return operation->seen_ns;
}

const struct rt_counts *
rt_operation_total(const struct rt_operation *operation)
{
	return &operation->total;
}

void
rt_operation_sum(const struct rt_operation *operation, uint64_t end_s,
		 uint64_t length_s, struct rt_counts *out)
{
	memset(out, 0, sizeof(*out));
	rt_coarse_join(&operation->coarse, &operation->ring, RT_COUNTS_COUNT,
		       end_s, length_s, (uint64_t *)out);
}

uint64_t
rt_operation_took_ns(const struct rt_operation *operation, bool whole_calls,
		     double share, uint64_t end_s, uint64_t length_s)
{
	return rt_took_quantile(whole_calls ? &operation->calls
					    : &operation->tries,
				end_s, length_s, share);
}

/* The place of a count among those of a second. */
#define PLACE_OF(member)                                                       \
	(offsetof(struct rt_counted, member) / sizeof(uint32_t))

void
rt_operation_history(const struct rt_operation *operation, uint64_t end_s,
		     size_t seconds, uint32_t *failed, uint32_t *retries)
{
	const struct rt_ring *ring = &operation->ring;

	rt_ring_history(ring, RT_COUNTS_COUNT, PLACE_OF(exhausted), end_s,
			seconds, failed);
	rt_ring_history(ring, RT_COUNTS_COUNT, PLACE_OF(aborted), end_s,
			seconds, failed);
	rt_ring_history(ring, RT_COUNTS_COUNT, PLACE_OF(retries), end_s,
			seconds, retries);
}

void
rt_operation_past(const struct rt_operation *operation, uint64_t end_s,
		  size_t steps, uint32_t *failed, uint32_t *retries)
{
	const struct rt_coarse *coarse = &operation->coarse;

	rt_coarse_history(coarse, RT_COUNTS_COUNT, PLACE_OF(exhausted), end_s,
			  steps, failed);
	rt_coarse_history(coarse, RT_COUNTS_COUNT, PLACE_OF(aborted), end_s,
			  steps, failed);
	rt_coarse_history(coarse, RT_COUNTS_COUNT, PLACE_OF(retries), end_s,
			  steps, retries);
}

void
rt_operation_top_error(const struct rt_operation *operation, uint64_t end_s,
		       uint64_t length_s, struct rt_error_top *out)
{
	struct rt_counts sum;

	rt_operation_sum(operation, end_s, length_s, &sum);
	rt_errors_top(&operation->errors, end_s, length_s,
		      sum.attempts - sum.successes, out);
}

const struct rt_sides *
rt_operation_sides(const struct rt_operation *operation)
{
	return &operation->sides;
}

const struct rt_subject *
rt_operation_subject(const struct rt_operation *operation)
{
	return &operation->subject;
}
