/* Whether one policy of an operation alone is bad. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "base/num.h"
#include "live/verdict.h"

/* Times of one incident differ by less. */
#define SAME_S 10

/* The worst with events of late; NULL if none is bad, or there is
 * only one. */
static const struct rt_side *
worst_side(const struct rt_sides *sides, uint64_t end_s, enum rt_word *word,
	   uint64_t *since_s)
{
	const struct rt_side *worst = NULL;
	double most = 0.0;
	size_t live = 0;

	*word = RT_WORD_NONE;
	for (size_t i = 0; i < sides->count; i++) {
		const struct rt_side *side = sides->side[i];
		uint64_t side_since_s;
		enum rt_word is;
		double failed;

		if (!rt_side_is_live(side, end_s))
			continue;
		live++;
		is = rt_verdict_of(&side->subject, end_s, &side_since_s);
		if (is == RT_WORD_NONE || is < *word)
			continue;
		failed = rt_verdict_failed_per_s(&side->subject, side_since_s,
						 end_s);
		if (worst != NULL && is == *word && failed <= most)
			continue;
		worst = side;
		most = failed;
		*word = is;
		*since_s = side_since_s;
	}
	return live >= 2 ? worst : NULL;
}

/* Whether the others would show it by now. */
static bool
is_only(const struct rt_operation *operation, const struct rt_side *side,
	enum rt_word word, uint64_t since_s, uint64_t end_s)
{
	const struct rt_subject *subject = rt_operation_subject(operation);
	struct rt_parts policies = subject->policies;
	const struct rt_part *only = rt_verdict_only(
		subject, &policies, rt_verdict_harm(word, &side->subject),
		since_s, end_s);

	return only != NULL && strcmp(only->name, side->name) == 0;
}

/* Whether a policy had an incident that went on then. */
static bool
was_bad(const struct rt_side *side, uint64_t second)
{
	for (size_t i = 0; i < RT_DETECTOR_COUNT; i++) {
		const struct rt_onset *onset = &side->subject.onset[i];

		if (onset->before_since_s != 0 &&
		    onset->before_since_s <= second + SAME_S &&
		    onset->before_end_s >= second)
			return true;
	}
	return false;
}

/* Whether what began then was the incident of one policy alone, which is over:
 * among all attempts, that shows later. */
static bool
is_over(const struct rt_sides *sides, uint64_t since_s, uint64_t end_s)
{
	size_t bad = 0, live = 0;

	for (size_t i = 0; i < sides->count; i++) {
		live += rt_side_is_live(sides->side[i], end_s);
		bad += was_bad(sides->side[i], since_s);
	}
	return bad == 1 && live >= 2;
}

enum rt_word
rt_verdict_of_operation(const struct rt_operation *operation, uint64_t end_s,
			uint64_t *since_s, const struct rt_side **side)
{
	const struct rt_sides *sides = rt_operation_sides(operation);
	enum rt_word whole, apart;
	uint64_t side_since_s = 0;

	*side = worst_side(sides, end_s, &apart, &side_since_s);
	whole = rt_verdict_of(rt_operation_subject(operation), end_s, since_s);
	if (*side == NULL && whole != RT_WORD_NONE &&
	    is_over(sides, *since_s, end_s)) {
		*since_s = 0;
		return RT_WORD_NONE;
	}
	if (*side == NULL)
		return whole;
	if (whole > apart ||
	    !is_only(operation, *side, apart, side_since_s, end_s)) {
		*side = NULL;
		return whole;
	}
	*since_s = side_since_s;
	return apart;
}
