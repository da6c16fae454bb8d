/* The same operation under two policies, side by side. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/canary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stats/shares.h"

/* Fewer calls under a policy show nothing. */
#define CALLS_MIN 10
/* Among differences of 0, the narrowest interval. */
#define LEAST 0.001

/* Calls of an operation under a policy; both are places among the names, as is
 * the hash of the policy. */
struct side {
	uint16_t operation, policy, hash;
	uint64_t calls, failed;
};

static struct side *
side_of(struct side *side, size_t *count, const struct rt_cube_cell *cell)
{
	uint16_t operation = cell->name[RT_GROUP_OPERATION];
	uint16_t policy = cell->name[RT_GROUP_POLICY];

	for (size_t i = 0; i < *count; i++)
		if (side[i].operation == operation &&
		    side[i].policy == policy && side[i].hash == cell->hash_name)
			return &side[i];
	side[*count] = (struct side){
		.operation = operation,
		.policy = policy,
		.hash = cell->hash_name,
	};
	return &side[(*count)++];
}

static size_t
collect(const struct rt_cube *cube, uint64_t end_s, uint64_t window_s,
	struct side *out)
{
	size_t count = 0;

	for (size_t i = 0; i < cube->count; i++) {
		const struct rt_cube_cell *cell = &cube->cell[i];
		struct rt_counts sum;
		struct side *side;

		/* Without successes, shares are not known. */
		if (!cell->knows_calls || cell->name[RT_GROUP_POLICY] == 0)
			continue;
		rt_cube_sum(cell, end_s, window_s, &sum);
		if (rt_counts_calls(&sum) == 0)
			continue;
		side = side_of(out, &count, cell);
		side->calls += rt_counts_calls(&sum);
		side->failed += rt_counts_failed(&sum);
	}
	return count;
}

/* The side of the same operation with most calls. */
static const struct side *
most_of(const struct side *side, size_t count, const struct side *than)
{
	const struct side *most = than;

	for (size_t i = 0; i < count; i++)
		if (side[i].operation == than->operation &&
		    side[i].calls > most->calls)
			most = &side[i];
	return most;
}

static void
describe(struct rt_canary_side *out, const struct rt_cube *cube,
	 const struct side *side, bool with_hash)
{
	snprintf(out->policy, sizeof(out->policy), "%.40s%s%.8s",
		 cube->name[side->policy], with_hash ? "#" : "",
		 with_hash ? cube->name[side->hash] : "");
	out->calls = side->calls;
	out->failed = side->failed;
}

static double
share_of(const struct side *side)
{
	return (double)side->failed / (double)side->calls;
}

static void
compare(struct rt_canary *out, double *evidence, const struct rt_cube *cube,
	const struct side *canary, const struct side *rest)
{
	struct tk_interval interval = tk_share_difference(
		(double)canary->failed, (double)canary->calls,
		(double)rest->failed, (double)rest->calls);
	double difference = share_of(canary) - share_of(rest);
	double shown =
		(fabs(difference) + LEAST) / (interval.high - interval.low);
	bool with_hash = canary->policy == rest->policy;

	if (out->operation[0] != '\0' && shown <= *evidence)
		return;
	*evidence = shown;
	snprintf(out->operation, sizeof(out->operation), "%s",
		 cube->name[canary->operation]);
	describe(&out->canary, cube, canary, with_hash);
	describe(&out->rest, cube, rest, with_hash);
	out->difference = difference;
	out->low = interval.low;
	out->high = interval.high;
}

void
rt_canary_find(struct rt_canary *out, const struct rt_cube *cube,
	       uint64_t end_s, uint64_t window_s)
{
	struct side *side = calloc(cube->count + 1, sizeof(*side));
	double evidence = 0.0;
	size_t count;

	memset(out, 0, sizeof(*out));
	/* It is left out, rather than the whole screen. */
	if (side == NULL)
		return;
	count = collect(cube, end_s, window_s, side);
	for (size_t i = 0; i < count; i++) {
		const struct side *rest = most_of(side, count, &side[i]);

		if (rest != &side[i] && side[i].calls >= CALLS_MIN)
			compare(out, &evidence, cube, &side[i], rest);
	}
	free(side);
}

bool
rt_canary_differs(const struct rt_canary *canary)
{
	return canary->low > 0.0 || canary->high < 0.0;
}
