/* Notes when lines were written. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "base/num.h"
#include "trace/stitch.h"

/* The first times of a log are noted whatever they are. */
#define NOTED_ALL 1000

static uint64_t
apart(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

bool
tk_note_time(struct tk_line_times *times, uint64_t ts_ns)
{
	/* Some lines a second are enough. */
	if (times->count > NOTED_ALL &&
	    apart(ts_ns, times->last_ns) < TK_NOTED_NS)
		return true;
	if (times->count == times->capacity) {
		size_t larger = times->capacity * 3 / 2 + 64;
		uint64_t *moved =
			reallocarray(times->at, larger, sizeof(*times->at));

		if (moved == NULL)
			return false;
		times->at = moved;
		times->capacity = larger;
	}
	times->at[times->count++] = ts_ns;
	times->last_ns = ts_ns;
	return true;
}

void
tk_forget_times(struct tk_line_times *times)
{
	times->count = 0;
	times->last_ns = 0;
}

void
tk_sort_times(struct tk_line_times *times)
{
	if (times->count > 0)
		qsort(times->at, times->count, sizeof(*times->at),
		      bo_compare_u64);
}

uint64_t *
tk_merge_times(const uint64_t *events, size_t count,
	       const struct tk_line_times *others, uint64_t near_ns,
	       size_t *merged)
{
	uint64_t *out = calloc(count + others->count + 1, sizeof(*out));
	size_t at = 0;

	*merged = 0;
	for (size_t i = 0; out != NULL && i < count; i++) {
		/* What is before the first event is of no use. */
		for (; at < others->count && others->at[at] < events[i]; at++) {
			uint64_t when = others->at[at];

			if (i > 0 && (when - events[i - 1] <= near_ns ||
				      events[i] - when <= near_ns))
				out[(*merged)++] = when;
		}
		out[(*merged)++] = events[i];
	}
	return out;
}
