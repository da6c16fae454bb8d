/* By how much retries multiply the load in what a verdict is about. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "base/num.h"
#include "live/verdict.h"

/* Fewer attempts do not show it. */
#define ATTEMPTS_MIN 20
/* In less time, few calls with several attempts have ended. */
#define LENGTH_MIN_S 10
/* Less is not worth a word. */
#define LOAD_MIN 1.2
/* Breakers have opened in the first seconds, or it is not known when. */
#define SEARCH_S 120

/* False if not all of it is known. */
static bool
sum(const struct rt_verdict *verdict, const struct rt_window *window,
    uint64_t end_s, uint64_t length_s, struct rt_counts *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < verdict->sharer_count; i++) {
		const struct rt_operation *operation =
			rt_window_find(window, verdict->sharer[i]);
		struct rt_counts counts;

		if (operation == NULL || !rt_operation_knows_calls(operation) ||
		    rt_operation_total(operation)->successes == 0)
			return false;
		rt_operation_sum(operation, end_s, length_s, &counts);
		rt_counts_add(out, &counts);
	}
	return verdict->sharer_count > 0 && verdict->sharers_more == 0;
}

/* Attempts of each call that ended and made any, hedges apart: retries that
 * still wait do not count. 0: too few are known. */
static double
load_of(const struct rt_counts *counts)
{
	uint64_t calls = rt_counts_calls(counts);
	uint64_t made = counts->call_attempts -
			bo_min(counts->call_attempts, counts->hedges);
	double load;

	if (made < ATTEMPTS_MIN || calls <= counts->unsent)
		return 0.0;
	load = (double)made / (double)(calls - counts->unsent);
	return load >= LOAD_MIN ? load : 0.0;
}

/* The first second in which a breaker refused most calls; 0: not known. */
static uint64_t
refused_s(const struct rt_verdict *verdict, const struct rt_window *window,
	  uint64_t end_s)
{
	uint64_t last_s = bo_min(end_s, verdict->since_s + SEARCH_S);

	for (uint64_t s = verdict->since_s; s <= last_s; s++) {
		struct rt_counts counts;

		if (sum(verdict, window, s, 1, &counts) &&
		    2 * counts.unsent > rt_counts_calls(&counts))
			return s;
	}
	return 0;
}

void
rt_verdict_weigh(struct rt_verdict *verdict, const struct rt_window *window,
		 uint64_t end_s)
{
	struct rt_counts counts;

	verdict->load = 0;
	verdict->load_until_s = 0;
	if (verdict->word < RT_WORD_AMPLIFIED ||
	    verdict->window_s < LENGTH_MIN_S ||
	    !sum(verdict, window, end_s, verdict->window_s, &counts))
		return;
	if (2 * counts.unsent <= rt_counts_calls(&counts)) {
		verdict->load = load_of(&counts);
		return;
	}
	verdict->load_until_s = refused_s(verdict, window, end_s);
	if (verdict->load_until_s < verdict->since_s + LENGTH_MIN_S) {
		verdict->load_until_s = 0;
		return;
	}
	sum(verdict, window, verdict->load_until_s - 1,
	    verdict->load_until_s - verdict->since_s, &counts);
	verdict->load = load_of(&counts);
	if (verdict->load <= 0)
		verdict->load_until_s = 0;
}
