/* How long attempts or calls took of late. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/took.h"

#include <math.h>

#include <backoff.h>

#include "base/num.h"
#include "live/history.h"

/* The first bucket ends where the bits above these are not zero: 1.05 ms. */
#define FIRST_BITS 20
#define PER_DOUBLING 3
/* 1024 times the third root of two, and its square. */
#define THIRD 1291
#define TWO_THIRDS 1626
#define SLOTS (RT_HISTORY_S / RT_TOOK_STEP_S)

void
rt_took_clear(struct rt_took *took)
{
	rt_sparse_clear(&took->counts);
}

/* Bucket i has what is longer than its begin. */
static double
begin_ns(size_t bucket)
{
	return exp2(FIRST_BITS + (double)bucket / PER_DOUBLING);
}

/* Without a logarithm, which takes longer than everything else here. */
static size_t
bucket_of(uint64_t duration_ns)
{
	size_t top, bucket;
	uint64_t rest;

	if (duration_ns >> FIRST_BITS == 0)
		return 0;
	top = 63 - (size_t)__builtin_clzll(duration_ns);
	bucket = (top - FIRST_BITS) * PER_DOUBLING;
	/* 1024 times what the power of two is multiplied with. */
	rest = duration_ns >> (top - 10);
	bucket += (size_t)(rest >= THIRD) + (size_t)(rest >= TWO_THIRDS);
	return bo_min(bucket, RT_TOOK_BUCKETS - 1);
}

bool
rt_took_add(struct rt_took *took, uint64_t second, uint64_t duration_ns)
{
	uint64_t slot = second / RT_TOOK_STEP_S;

	if (duration_ns == BACKOFF_ABSENT)
		return true;
	took->counts.ring.length = SLOTS;
	return rt_sparse_add_one(&took->counts, slot,
				 (unsigned)bucket_of(duration_ns));
}

void
rt_took_sum(const struct rt_took *took, uint64_t end_s, uint64_t length_s,
	    uint64_t *out)
{
	uint64_t steps =
		bo_min((length_s + RT_TOOK_STEP_S / 2) / RT_TOOK_STEP_S, SLOTS);

	rt_sparse_sum(&took->counts, end_s / RT_TOOK_STEP_S,
		      steps > 0 ? steps : 1, out);
}

uint64_t
rt_took_quantile_of(const uint64_t *count, double share)
{
	uint64_t all = 0, below = 0;
	double rank;
	size_t i;

	for (i = 0; i < RT_TOOK_BUCKETS; i++)
		all += count[i];
	if (all < RT_TOOK_LEAST)
		return 0;
	/* The nearest rank; inside its bucket, durations are spread evenly. */
	rank = ceil(share * (double)all);
	for (i = 0; (double)(below + count[i]) < rank; i++)
		below += count[i];
	return (uint64_t)(begin_ns(i) + (begin_ns(i + 1) - begin_ns(i)) *
						(rank - (double)below) /
						(double)count[i]);
}

uint64_t
rt_took_quantile(const struct rt_took *took, uint64_t end_s, uint64_t length_s,
		 double share)
{
	uint64_t count[RT_TOOK_BUCKETS] = {0};

	rt_took_sum(took, end_s, length_s, count);
	return rt_took_quantile_of(count, share);
}
