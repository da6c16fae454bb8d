/* Splits pushed bytes into lines, however they are divided. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "input/format.h"
#include "input/lines.h"

struct tk_splitter {
	/* Pushed bytes that were not scanned yet. */
	const char *at, *end;
	/* The unfinished line: its bytes before `at`, of which the first
	 * TK_LINE_MAX are in `carry`. */
	uint64_t carried;
	/* Position of the first byte of the unfinished line. */
	uint64_t number, offset;
	/* NULs skipped since they were asked for. */
	uint64_t nuls;
	/* The last byte was one of them. */
	bool in_hole;
	/* Set by the first bytes or a break; no line follows. */
	const char *not_text;
	/* Allocated whole, so that reading cannot fail; the system only
	 * provides the pages that are touched. */
	char *carry;
};

struct tk_splitter *
tk_splitter_new(void)
{
	struct tk_splitter *splitter = calloc(1, sizeof(*splitter));

	if (!splitter)
		return NULL;
	splitter->carry = malloc(TK_LINE_MAX);
	if (!splitter->carry) {
		free(splitter);
		return NULL;
	}
	tk_splitter_reset(splitter);
	return splitter;
}

void
tk_splitter_free(struct tk_splitter *splitter)
{
	if (!splitter)
		return;
	free(splitter->carry);
	free(splitter);
}

void
tk_splitter_reset(struct tk_splitter *splitter)
{
	splitter->at = splitter->end = NULL;
	splitter->carried = 0;
	splitter->number = 1;
	splitter->offset = 0;
	splitter->nuls = 0;
	splitter->in_hole = false;
	splitter->not_text = NULL;
}

uint64_t
tk_splitter_nuls(struct tk_splitter *splitter)
{
	uint64_t nuls = splitter->nuls;

	splitter->nuls = 0;
	return nuls;
}

bool
tk_splitter_in_hole(const struct tk_splitter *splitter)
{
	return splitter->in_hole;
}

/* Skip NULs at the start of a line. */
static void
skip_hole(struct tk_splitter *splitter)
{
	const char *from = splitter->at;

	while (splitter->at < splitter->end && *splitter->at == '\0')
		splitter->at++;
	splitter->in_hole =
		splitter->at == splitter->end && splitter->at > from;
	splitter->nuls += (uint64_t)(splitter->at - from);
	splitter->offset += (uint64_t)(splitter->at - from);
}

void
tk_splitter_push(struct tk_splitter *splitter, const char *bytes, size_t length)
{
	assert(splitter->at == splitter->end);
	splitter->at = bytes;
	splitter->end = bytes + length;
}

/* Move bytes of an unfinished line out of the pushed piece. */
static void
keep(struct tk_splitter *splitter, size_t length)
{
	if (splitter->carried < TK_LINE_MAX) {
		size_t room = TK_LINE_MAX - (size_t)splitter->carried;

		memcpy(splitter->carry + splitter->carried, splitter->at,
		       length < room ? length : room);
	}
	splitter->carried += length;
	splitter->at += length;
}

/* Whether the input is not text; if so, its first bytes are its only line. */
static bool
is_not_text(struct tk_splitter *splitter)
{
	size_t length = (size_t)(splitter->end - splitter->at);

	if (splitter->not_text == NULL && splitter->number == 1 &&
	    splitter->carried == 0 && splitter->offset == 0)
		splitter->not_text = tk_format_of(splitter->at, length);
	return splitter->not_text != NULL;
}

/* The first line of an input that is not text; false for further bytes. */
static bool
take_first(struct tk_splitter *splitter, struct tk_line *out)
{
	*out = (struct tk_line){.text = splitter->at,
				.number = splitter->number,
				.not_text = splitter->not_text};
	splitter->at = splitter->end;
	return splitter->number++ == 1;
}

bool
tk_splitter_break(struct tk_splitter *splitter, const char *why,
		  struct tk_line *out)
{
	splitter->at = splitter->end;
	splitter->carried = 0;
	if (splitter->not_text != NULL)
		return false;
	splitter->not_text = why;
	*out = (struct tk_line){.text = why,
				.number = splitter->number,
				.offset = splitter->offset,
				.not_text = why};
	/* No byte is the first after it. */
	splitter->number++;
	return true;
}

bool
tk_splitter_next(struct tk_splitter *splitter, bool at_end, struct tk_line *out)
{
	const char *newline = NULL;
	uint64_t length;
	size_t rest;

	if (splitter->at < splitter->end && is_not_text(splitter))
		return take_first(splitter, out);
	if (splitter->at < splitter->end && splitter->carried == 0 &&
	    *splitter->at == '\0')
		skip_hole(splitter);
	else if (splitter->at < splitter->end)
		splitter->in_hole = false;
	rest = (size_t)(splitter->end - splitter->at);
	if (rest > 0)
		newline = memchr(splitter->at, '\n', rest);
	if (newline)
		rest = (size_t)(newline - splitter->at);
	length = splitter->carried + rest;
	if (!newline && (!at_end || length == 0)) {
		if (rest > 0)
			keep(splitter, rest);
		return false;
	}
	if (splitter->carried > 0) {
		if (rest > 0)
			keep(splitter, rest);
		out->text = splitter->carry;
	} else {
		out->text = splitter->at;
		splitter->at += rest;
	}
	splitter->at += newline != NULL;
	out->oversize = length > TK_LINE_MAX;
	out->length = out->oversize ? TK_LINE_MAX : (size_t)length;
	out->number = splitter->number++;
	out->offset = splitter->offset;
	out->unterminated = !newline;
	out->not_text = NULL;
	splitter->offset += length + (newline != NULL);
	splitter->carried = 0;
	return true;
}
