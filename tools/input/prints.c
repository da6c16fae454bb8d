/* Remembers files that were read and closed, to know their copies. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "input/prints.h"

#include <stdlib.h>
#include <string.h>

void
tk_prints_clear(struct tk_prints *prints)
{
	free(prints->item);
	*prints = (struct tk_prints){0};
}

void
tk_prints_keep(struct tk_prints *prints, const struct tk_tail *tail,
	       bool truncated)
{
	struct tk_print *print;

	if (tail->packed || tail->stream || tail->head_length == 0)
		return;
	if (!prints->item)
		prints->item = calloc(TK_PRINTS_MAX, sizeof(*print));
	if (!prints->item)
		return;
	print = &prints->item[prints->count++ % TK_PRINTS_MAX];
	print->offset = tail->offset;
	print->truncated = truncated;
	print->head_length = tail->head_length;
	print->last_length = tail->last_length;
	memcpy(print->head, tail->head, tail->head_length);
	memcpy(print->last, tail->last, tail->last_length);
}

bool
tk_prints_alike(const struct tk_print *print, const unsigned char *head,
		size_t length)
{
	return print->head_length > 0 && print->head_length <= length &&
	       memcmp(print->head, head, print->head_length) == 0;
}

const struct tk_print *
tk_prints_latest(const struct tk_prints *prints, size_t i)
{
	if (i >= prints->count || i >= TK_PRINTS_MAX)
		return NULL;
	return &prints->item[(prints->count - 1 - i) % TK_PRINTS_MAX];
}
