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
	rt_ring_clear(&took->ring);
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
	took->ring.length = SLOTS;
	if (slot != took->ring.head_s)
		rt_ring_advance(&took->ring, RT_TOOK_BUCKETS, slot);
	return !rt_ring_has(&took->ring, slot) ||
	       rt_ring_add_one(&took->ring, RT_TOOK_BUCKETS, slot,
			       bucket_of(duration_ns));
}

uint64_t
rt_took_quantile(const struct rt_took *took, uint64_t end_s, uint64_t length_s,
		 double share)
{
	uint64_t count[RT_TOOK_BUCKETS] = {0}, all = 0, below = 0;
	uint64_t steps =
		bo_min((length_s + RT_TOOK_STEP_S / 2) / RT_TOOK_STEP_S, SLOTS);
	double rank;
	size_t i;

	rt_ring_sum(&took->ring, RT_TOOK_BUCKETS, end_s / RT_TOOK_STEP_S,
		    steps > 0 ? steps : 1, count);
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
