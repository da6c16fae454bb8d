/* Compares the clocks of hosts. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "trace/skew.h"

#include <stddef.h>

/* An effect that comes less before its cause is not skew: clocks are read after
 * the wait began, logs round, timers have ticks. */
#define TOLERANCE_NS INT64_C(50000000)
/* What times without a fraction of a second leave open. */
#define COARSE_NS INT64_C(1000000000)
/* Pairs of lines in each direction that two hosts need. */
#define PAIRS_MIN 3

/* The index of a host, or TK_SKEW_HOSTS. */
static uint32_t
find(struct tk_skew *skew, uint32_t host)
{
	uint32_t i = 0;

	if (host == 0)
		return TK_SKEW_HOSTS;
	while (i < skew->host_count && skew->host[i] != host)
		i++;
	if (i == skew->host_count && i < TK_SKEW_HOSTS)
		skew->host[skew->host_count++] = host;
	return i;
}

void
tk_skew_note(struct tk_skew *skew, uint32_t cause_host, uint32_t effect_host,
	     int64_t apart_ns, bool coarse)
{
	uint32_t a = find(skew, cause_host), b = find(skew, effect_host);

	skew->pairs++;
	skew->coarse += coarse;
	if (apart_ns < -TOLERANCE_NS - (coarse ? COARSE_NS : 0)) {
		skew->lines++;
		if ((uint64_t)-apart_ns > skew->most_ns)
			skew->most_ns = (uint64_t)-apart_ns;
	}
	if (a == TK_SKEW_HOSTS || b == TK_SKEW_HOSTS || a == b)
		return;
	if (skew->count[a][b]++ == 0 || apart_ns < skew->least_ns[a][b])
		skew->least_ns[a][b] = apart_ns;
}

static uint32_t
index_of(const struct tk_skew *skew, uint32_t host)
{
	uint32_t i = 0;

	while (i < skew->host_count && skew->host[i] != host)
		i++;
	return i;
}

uint32_t
tk_skew_between(const struct tk_skew *skew, uint32_t first, uint32_t second,
		int64_t *ahead_ns)
{
	uint32_t a = index_of(skew, first), b = index_of(skew, second), n, m;
	int64_t there, back;

	if (a == skew->host_count || b == skew->host_count)
		return 0;
	n = skew->count[a][b];
	m = skew->count[b][a];
	there = skew->least_ns[a][b];
	back = skew->least_ns[b][a];
	if (n >= PAIRS_MIN && m >= PAIRS_MIN) {
		*ahead_ns = there / 2 - back / 2;
		/* Whole seconds show no smaller difference. */
		if (2 * skew->coarse > skew->pairs &&
		    *ahead_ns<COARSE_NS && * ahead_ns> - COARSE_NS)
			*ahead_ns = 0;
		return n < m ? n : m;
	}
	if (n >= PAIRS_MIN && there < -TOLERANCE_NS) {
		*ahead_ns = there;
		return 1;
	}
	if (m >= PAIRS_MIN && back < -TOLERANCE_NS) {
		*ahead_ns = -back;
		return 1;
	}
	return 0;
}

/*
 * If clock B is ahead of clock A by x, the least time from A to B is longer by
 * x than it was, and the least time from B to A shorter: half their difference
 * is x, if the fastest attempts of both are as fast. Without lines in both
 * directions, an effect before its cause is all that is known.
 */
void
tk_skew_sum_up(const struct tk_skew *skew, struct tk_quality *out)
{
	out->skewed_lines = skew->lines;
	out->skew_ns = skew->most_ns;
	out->skew_by_host = false;
	if (skew->lines == 0)
		return;
	for (size_t a = 0; a < skew->host_count; a++) {
		for (size_t b = a + 1; b < skew->host_count; b++) {
			int64_t ahead = skew->least_ns[a][b] / 2 -
					skew->least_ns[b][a] / 2;
			uint64_t size = (uint64_t)(ahead < 0 ? -ahead : ahead);

			if (skew->count[a][b] < PAIRS_MIN ||
			    skew->count[b][a] < PAIRS_MIN)
				continue;
			/* Whole seconds show no smaller difference. */
			if (2 * skew->coarse > skew->pairs &&
			    size < (uint64_t)COARSE_NS)
				continue;
			out->skew_by_host = true;
			if (size > out->skew_ns)
				out->skew_ns = size;
		}
	}
}
