/* What the wrappers share: buffers, words and times. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unwrap/layer.h"

#include <stdlib.h>
#include <string.h>

#include "base/rfc3339.h"

/* "2026-01-12T10:00:45Z", "2026-01-12T10:00:45.651123456+00:00" */
#define TIME_MIN 20
#define TIME_MAX 35

char *
tk_layer_room(struct tk_layer *layer, enum tk_wrapper wrapper, size_t size)
{
	struct tk_copy *copy = &layer->copy[wrapper];

	if (copy->size < size) {
		char *bytes = realloc(copy->bytes, size);

		if (!bytes) {
			layer->no_memory = true;
			return NULL;
		}
		copy->bytes = bytes;
		copy->size = size;
	}
	return copy->bytes;
}

bool
tk_layer_took(struct tk_layer *layer, enum tk_wrapper wrapper, const char *text,
	      size_t length)
{
	layer->payload.text = text;
	layer->payload.length = length;
	layer->payload.wrappers |= 1u << wrapper;
	return true;
}

bool
tk_word(struct tk_cursor *c, size_t max, struct tk_piece *out)
{
	size_t left = tk_left(c);
	size_t look = left > max ? max + 1 : left;
	const char *space;

	if (look == 0)
		return false;
	space = memchr(c->at, ' ', look);
	if (!space && left > max)
		return false;
	*out = (struct tk_piece){c->at, space ? (size_t)(space - c->at) : left};
	c->at += out->length + (space != NULL);
	return out->length > 0;
}

bool
tk_rfc3339_word(struct tk_cursor *c, uint64_t *out_ns)
{
	struct tk_cursor start = *c;
	struct tk_piece word;

	/* Most texts are refused here. */
	if (tk_left(c) < TIME_MIN || c->at[0] < '0' || c->at[0] > '9' ||
	    c->at[4] != '-' || c->at[10] != 'T')
		return false;
	if (tk_word(c, TIME_MAX, &word) && word.length >= TIME_MIN &&
	    bo_rfc3339_parse_loose(word.at, word.length, out_ns))
		return true;
	*c = start;
	return false;
}
