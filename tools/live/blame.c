/* The errors of an operation, and which of them are more than usual. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/blame.h"

#include <math.h>
#include <string.h>

#define USUAL_HALF_LIFE_S 300.0f
/* Attempts that show what is usual: of fewer, little is expected. */
#define USUAL_TRIES 100.0
/* What an error of which there were no failures counts for. */
#define NONE_FAILED 0.5
/* What makes more of them no chance: odds of 33 to 1. */
#define LEAST_EVIDENCE 3.5

void
rt_blame_add(struct rt_blame *blame, const char *error, uint64_t second,
	     uint32_t tries, uint32_t failed, bool is_usual)
{
	const struct rt_share harm[RT_HARM_COUNT] = {
		[RT_HARM_FAILED] = {(float)tries, (float)failed},
	};

	rt_parts_add(&blame->late, error, second, harm);
	if (!is_usual)
		return;
	blame->usual.half_life_s = USUAL_HALF_LIFE_S;
	rt_parts_add(&blame->usual, error, second, harm);
}

static const struct rt_part *
find(const struct rt_parts *parts, const char *name)
{
	for (size_t i = 0; i < parts->count; i++)
		if (strcmp(parts->part[i].name, name) == 0)
			return &parts->part[i];
	return NULL;
}

static void
take_off(struct rt_part *from, const struct rt_part *part)
{
	struct rt_share *share = &from->harm[RT_HARM_FAILED];
	const struct rt_share *less = &part->harm[RT_HARM_FAILED];

	share->tries = fmaxf(0.0f, share->tries - less->tries);
	share->failed = fmaxf(0.0f, share->failed - less->failed);
}

void
rt_blame_begin(struct rt_blame *blame, uint64_t second)
{
	struct rt_parts *usual = &blame->usual;

	rt_parts_settle(&blame->late, second);
	rt_parts_settle(usual, second);
	for (size_t i = 0; i < usual->count; i++) {
		const struct rt_part *late =
			find(&blame->late, usual->part[i].name);

		if (late != NULL)
			take_off(&usual->part[i], late);
	}
	take_off(&usual->all, &blame->late.all);
}

void
rt_blame_end(struct rt_blame *blame)
{
	memset(&blame->late, 0, sizeof(blame->late));
}

/* How many fail with an error if it is as frequent as usual; one that was never
 * seen may be about to. */
static double
expected_of(const struct rt_blame *blame, const struct rt_part *error)
{
	const struct rt_part *usual = find(&blame->usual, error->name);
	double failed = NONE_FAILED,
	       tries = (double)blame->usual.all.harm->tries;

	if (usual != NULL)
		failed += (double)usual->harm->failed;
	return failed / (tries + USUAL_TRIES) *
	       (double)blame->late.all.harm->tries;
}

/* Whether more fail than by chance: the deviance of a Poisson distribution. */
static bool
is_evident(double failed, double expected)
{
	return failed * log(failed / expected) - (failed - expected) >=
	       LEAST_EVIDENCE;
}

/* The error with most failures beyond what is usual: one for which this is
 * evident, if there is any. */
static const struct rt_part *
find_top(const struct rt_blame *blame, bool evident, double *share)
{
	const struct rt_part *top = NULL;
	double most = 0.0, sum = (double)blame->late.rest.harm->failed;

	for (size_t i = 0; i < blame->late.count; i++) {
		const struct rt_part *error = &blame->late.part[i];
		double expected = expected_of(blame, error);
		double failed = (double)error->harm->failed;

		if (failed <= expected ||
		    (evident && !is_evident(failed, expected)))
			continue;
		sum += failed - expected;
		if (failed - expected <= most)
			continue;
		most = failed - expected;
		top = error;
	}
	*share = sum > 0.0 ? most / sum : 0.0;
	return top;
}

const char *
rt_blame_top(struct rt_blame *blame, uint64_t second, double *share)
{
	const struct rt_part *top;

	rt_parts_settle(&blame->late, second);
	rt_parts_settle(&blame->usual, second);
	top = find_top(blame, true, share);
	if (top == NULL)
		top = find_top(blame, false, share);
	if (top != NULL)
		return top->name;
	top = rt_parts_worst(&blame->late);
	if (top == NULL)
		return NULL;
	*share = (double)(top->harm->failed / blame->late.all.harm->failed);
	return top->name;
}
