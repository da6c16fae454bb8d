/* The policies of an operation that has several, each judged apart. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/sides.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is usual for the operation weighs as this many attempts of a new
 * policy: enough to be known. */
#define LEARNED_TRIES 240.0
/* A policy that had a share of the attempts in this time, and this number of
 * them were to be expected since it was seen last, is not called any more. It
 * is not known earlier than that: its calls may hang. */
#define SHARE_S 60
#define EXPECTED_TRIES 10.0
#define GONE_S 20

bool
rt_side_is_live(const struct rt_side *side, uint64_t end_s)
{
	return rt_subject_head_s(&side->subject) + RT_SUBJECT_S > end_s;
}

/* It begins with what is usual for the operation. */
static void
inherit(struct rt_subject *subject, const struct rt_subject *whole,
	uint64_t second)
{
	/* The slot that the next states need last. */
	struct rt_kept *kept =
		&subject->kept[second / RT_KEPT_S % (RT_SUBJECT_S / RT_KEPT_S)];

	for (unsigned i = 0; i < RT_DETECTOR_COUNT; i++) {
		const struct rt_onset *from = &whole->onset[i];
		double level = rt_onset_usual(from, rt_subject_how(whole, i));

		if (from->since_s != 0)
			level = from->usual;
		subject->onset[i].tries = LEARNED_TRIES;
		subject->onset[i].failed = LEARNED_TRIES * level;
	}
	subject->pace = whole->pace;
	subject->knows_calls = whole->knows_calls;
	rt_kept_put(kept, 1, subject->onset);
}

/* The place of a new side: that of one that fell silent, if there are many.
 * NULL if there is none, or no memory: then it sets @p failed. */
static struct rt_side *
make_room(struct rt_sides *sides, uint64_t second, size_t *all, bool *failed)
{
	struct rt_side *oldest = NULL;

	if (sides->count < RT_SIDES_MAX && *all < RT_SIDES_ALL_MAX) {
		struct rt_side *side = calloc(1, sizeof(*side));

		*failed = side == NULL;
		if (side == NULL)
			return NULL;
		++*all;
		sides->side[sides->count++] = side;
		return side;
	}
	for (size_t i = 0; i < sides->count; i++)
		if (oldest == NULL ||
		    rt_subject_head_s(&sides->side[i]->subject) <
			    rt_subject_head_s(&oldest->subject))
			oldest = sides->side[i];
	if (oldest == NULL || rt_side_is_live(oldest, second))
		return NULL;
	rt_subject_clear(&oldest->subject);
	memset(oldest, 0, sizeof(*oldest));
	return oldest;
}

/* NULL if it is not judged apart, or there is no memory. */
static struct rt_side *
find(struct rt_sides *sides, const char *name, const struct rt_subject *whole,
     const struct rt_sign *sign, size_t *all, bool *failed)
{
	struct rt_side *side;

	for (size_t i = 0; i < sides->count; i++)
		if (strcmp(sides->side[i]->name, name) == 0)
			return sides->side[i];
	/* Until now, the operation was its only policy. */
	if (sides->count == 0) {
		side = make_room(sides, sign->second, all, failed);
		if (side == NULL)
			return NULL;
		memcpy(side->name, sides->first, sizeof(side->name));
		*failed = !rt_subject_copy(&side->subject, whole);
		if (*failed)
			return NULL;
	}
	side = make_room(sides, sign->second, all, failed);
	if (side == NULL)
		return NULL;
	memcpy(side->name, name, strlen(name) + 1);
	inherit(&side->subject, whole, sign->second);
	return side;
}

bool
rt_sides_add(struct rt_sides *sides, const struct rt_subject *whole,
	     const struct rt_sign *sign, size_t *all)
{
	const char *name = sign->policy;
	struct rt_side *side;
	bool failed = false;

	if (name[0] == '\0' || !sign->knows_calls)
		return true;
	if (sides->first[0] == '\0')
		memcpy(sides->first, name, strlen(name) + 1);
	if (sides->count == 0 && strcmp(sides->first, name) == 0)
		return true;
	side = find(sides, name, whole, sign, all, &failed);
	if (side != NULL)
		return rt_subject_add(&side->subject, sign);
	return !failed;
}

/* Whether the operation goes on without the policy: it was rolled back. */
static bool
is_gone(const struct rt_subject *side, const struct rt_subject *whole)
{
	uint64_t last_s = rt_subject_head_s(side), end_s, lag_s;
	struct rt_tally own, all, since;

	/* Its lines may come later than others. */
	lag_s = 2 * side->late_s;
	end_s = rt_subject_head_s(whole);
	if (end_s < last_s + lag_s + GONE_S)
		return false;
	end_s -= lag_s;
	rt_subject_sum(side, last_s, SHARE_S, &own);
	rt_subject_sum(whole, last_s, SHARE_S, &all);
	rt_subject_sum(whole, end_s, end_s - last_s, &since);
	return (double)since.tries * own.tries >=
	       EXPECTED_TRIES * fmax(all.tries, own.tries);
}

static bool
is_bad(const struct rt_subject *subject)
{
	for (size_t i = 0; i < RT_DETECTOR_COUNT; i++)
		if (subject->onset[i].since_s != 0)
			return true;
	return false;
}

void
rt_sides_judge(struct rt_sides *sides, const struct rt_subject *whole,
	       uint64_t end_s)
{
	for (size_t i = 0; i < sides->count; i++) {
		struct rt_subject *subject = &sides->side[i]->subject;

		rt_subject_judge(subject, end_s);
		if (is_bad(subject) && is_gone(subject, whole))
			rt_subject_end(subject);
	}
}

void
rt_sides_clear(struct rt_sides *sides, size_t *all)
{
	for (size_t i = 0; i < sides->count; i++) {
		rt_subject_clear(&sides->side[i]->subject);
		free(sides->side[i]);
	}
	*all -= sides->count;
	memset(sides, 0, sizeof(*sides));
}
