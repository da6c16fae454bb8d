/* The text of a packed file that may be a copy of a file that was read. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "input/packed.h"

#include <stdlib.h>
#include <string.h>

struct tk_packed {
	struct tk_unpack *unpack;
	tk_copied_fn fn;
	void *user;
	/* The first bytes are held back. */
	bool holding;
	bool wrong, ended;
	/* Text that was read from another file, and what it must end with. */
	uint64_t skip;
	size_t last_length, seen_length;
	unsigned char last[TK_TAIL_LAST], seen[TK_TAIL_LAST];
	/* Unpacked and not given yet. */
	const char *rest;
	size_t rest_length;
	size_t held_length;
	unsigned char held[TK_TAIL_HEAD];
};

struct tk_packed *
tk_packed_new(enum tk_packing packing, tk_copied_fn fn, void *user)
{
	struct tk_packed *packed = calloc(1, sizeof(*packed));

	if (!packed)
		return NULL;
	packed->unpack = tk_unpack_new(packing);
	if (!packed->unpack) {
		free(packed);
		return NULL;
	}
	packed->fn = fn;
	packed->user = user;
	packed->holding = fn != NULL;
	return packed;
}

void
tk_packed_free(struct tk_packed *packed)
{
	if (!packed)
		return;
	tk_unpack_free(packed->unpack);
	free(packed);
}

void
tk_packed_push(struct tk_packed *packed, const char *bytes, size_t length)
{
	tk_unpack_push(packed->unpack, bytes, length);
}

void
tk_packed_end(struct tk_packed *packed)
{
	packed->ended = true;
	/* From now on it says how the data ended. */
	tk_unpack_problem_at_end(packed->unpack);
}

bool
tk_packed_is_wrong(const struct tk_packed *packed)
{
	return packed->wrong;
}

const char *
tk_packed_problem(const struct tk_packed *packed)
{
	return tk_unpack_problem(packed->unpack);
}

/* Hold back the first bytes; false if more are needed. */
static bool
hold(struct tk_packed *packed)
{
	while (packed->held_length < TK_TAIL_HEAD) {
		size_t room = TK_TAIL_HEAD - packed->held_length;
		size_t part;

		if (packed->rest_length == 0)
			packed->rest_length =
				tk_unpack_next(packed->unpack, &packed->rest);
		if (packed->rest_length == 0)
			/* A whole member is all that a small file has. */
			return packed->held_length > 0 &&
			       (packed->ended ||
				!tk_unpack_is_inside(packed->unpack));
		part = packed->rest_length < room ? packed->rest_length : room;
		memcpy(packed->held + packed->held_length, packed->rest, part);
		packed->held_length += part;
		packed->rest += part;
		packed->rest_length -= part;
	}
	return true;
}

static void
decide(struct tk_packed *packed)
{
	struct tk_print print;

	packed->holding = false;
	if (!packed->fn(packed->user, packed->held, packed->held_length,
			&print))
		return;
	packed->skip = print.offset;
	if (print.offset == UINT64_MAX)
		return;
	packed->last_length = print.last_length;
	memcpy(packed->last, print.last, print.last_length);
}

/* Remember the end of what is skipped. */
static void
note(struct tk_packed *packed, const char *bytes, size_t length)
{
	size_t keep = packed->seen_length;

	if (length > TK_TAIL_LAST) {
		bytes += length - TK_TAIL_LAST;
		length = TK_TAIL_LAST;
	}
	if (keep > TK_TAIL_LAST - length)
		keep = TK_TAIL_LAST - length;
	memmove(packed->seen, packed->seen + packed->seen_length - keep, keep);
	memcpy(packed->seen + keep, bytes, length);
	packed->seen_length = keep + length;
}

/* Drop what was read from another file; the length of what is new. */
static size_t
skip(struct tk_packed *packed, const char **bytes, size_t length)
{
	size_t part = length;

	if (packed->skip == 0 || packed->skip == UINT64_MAX)
		return packed->skip == 0 ? length : 0;
	if (packed->skip < part)
		part = (size_t)packed->skip;
	note(packed, *bytes, part);
	*bytes += part;
	packed->skip -= part;
	if (packed->skip == 0 &&
	    (packed->seen_length < packed->last_length ||
	     memcmp(packed->seen + packed->seen_length - packed->last_length,
		    packed->last, packed->last_length) != 0)) {
		packed->wrong = true;
		return 0;
	}
	return length - part;
}

size_t
tk_packed_next(struct tk_packed *packed, const char **out)
{
	size_t length;

	if (packed->holding) {
		if (!hold(packed))
			return 0;
		decide(packed);
	}
	while (!packed->wrong) {
		if (packed->held_length > 0) {
			*out = (const char *)packed->held;
			length = packed->held_length;
			packed->held_length = 0;
		} else if (packed->rest_length > 0) {
			*out = packed->rest;
			length = packed->rest_length;
			packed->rest_length = 0;
		} else {
			length = tk_unpack_next(packed->unpack, out);
			if (length == 0)
				return 0;
		}
		length = skip(packed, out, length);
		if (length > 0)
			return length;
	}
	return 0;
}
