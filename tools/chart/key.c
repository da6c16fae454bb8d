/* Writes the names of series at the right of a plot. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "chart/key.h"

#include <stdlib.h>

#include "chart/frame.h"

#define DISTANCE 17.0

/* From the top, and in the order of styles if ends are equal. */
static int
compare(const void *a, const void *b)
{
	const struct ch_key *x = a, *y = b;

	if (x->y != y->y)
		return x->y < y->y ? -1 : 1;
	return (x->style > y->style) - (x->style < y->style);
}

/* Move names apart: down, then up from the bottom. */
static void
spread(struct ch_key *key, size_t count, double top, double bottom)
{
	for (size_t i = 0; i < count; i++) {
		double least = i ? key[i - 1].y + DISTANCE : top;

		if (key[i].y < least)
			key[i].y = least;
	}
	for (size_t i = count; i-- > 0;) {
		double most = i + 1 < count ? key[i + 1].y - DISTANCE : bottom;

		if (key[i].y > most)
			key[i].y = most;
	}
}

void
ch_keys(FILE *out, struct ch_key *key, size_t count, bool line, double top,
	double bottom)
{
	double at = line ? CH_KEY_LEFT + 13 : CH_KEY_LEFT + 5;
	double text = line ? CH_KEY_LEFT + 32 : CH_KEY_LEFT + 16;

	qsort(key, count, sizeof(*key), compare);
	spread(key, count, top, bottom);
	for (size_t i = 0; i < count; i++) {
		char class[16];

		snprintf(class, sizeof(class), "ch-l s%zu", key[i].style + 1);
		if (line)
			ch_line(out, class, CH_KEY_LEFT, key[i].y,
				CH_KEY_LEFT + 26, key[i].y);
		ch_mark_at(out, key[i].style, (enum ch_mark)key[i].style, at,
			   key[i].y);
		ch_label_at(out, "", text, key[i].y + 4.5, key[i].label,
			    CH_WIDTH - text);
		fputc('\n', out);
	}
}

void
ch_more(FILE *out, size_t more, double x, double y)
{
	if (more == 0)
		return;
	ch_text_at(out, "ch-a", x, y);
	fprintf(out, "and %zu more in Numbers</text>\n", more);
}
