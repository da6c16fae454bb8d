/* Joins lines that came in parts, in bounded memory. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unwrap/parts.h"

#include <stdlib.h>
#include <string.h>

#include "input/lines.h"

/* A larger buffer is not kept for the next line. */
#define KEEP_BYTES (64u << 10)

void
tk_parts_clear(struct tk_parts *parts)
{
	for (size_t i = 0; i < TK_PARTS_MAX; i++)
		free(parts->line[i].bytes);
	memset(parts, 0, sizeof(*parts));
}

static struct tk_incomplete *
find(struct tk_parts *parts, struct tk_part_key key)
{
	for (size_t i = 0; parts->count > 0 && i < TK_PARTS_MAX; i++) {
		struct tk_incomplete *line = &parts->line[i];

		if (line->turn > 0 && line->key.input == key.input &&
		    line->key.kind == key.kind)
			return line;
	}
	return NULL;
}

bool
tk_parts_has(const struct tk_parts *parts, size_t input)
{
	for (size_t i = 0; parts->count > 0 && i < TK_PARTS_MAX; i++)
		if (parts->line[i].turn > 0 &&
		    parts->line[i].key.input == input)
			return true;
	return false;
}

static void
forget(struct tk_parts *parts, struct tk_incomplete *line)
{
	parts->count -= line->turn > 0;
	line->turn = 0;
	line->length = 0;
	line->oversize = false;
}

static void
release(struct tk_incomplete *line)
{
	free(line->bytes);
	line->bytes = NULL;
	line->size = 0;
}

/* An unused place, or that of the least recently continued line. */
static struct tk_incomplete *
begin(struct tk_parts *parts, struct tk_part_key key)
{
	struct tk_incomplete *line = &parts->line[0];

	for (size_t i = 1; i < TK_PARTS_MAX; i++)
		if (parts->line[i].turn < line->turn)
			line = &parts->line[i];
	forget(parts, line);
	/* Its text was valid until this call. */
	if (line->size > KEEP_BYTES)
		release(line);
	line->key = key;
	parts->count++;
	return line;
}

static bool
append(struct tk_incomplete *line, const char *text, size_t length)
{
	size_t need;

	if (length > TK_LINE_MAX - line->length) {
		line->oversize = true;
		length = TK_LINE_MAX - line->length;
	}
	need = line->length + length;
	if (need > line->size) {
		size_t size = need < TK_LINE_MAX / 2 ? 2 * need : TK_LINE_MAX;
		char *bytes = realloc(line->bytes, size);

		if (!bytes)
			return false;
		line->bytes = bytes;
		line->size = size;
	}
	if (length > 0)
		memcpy(line->bytes + line->length, text, length);
	line->length = need;
	return true;
}

enum backoff_status
tk_parts_add(struct tk_parts *parts, struct tk_part_key key, const char *text,
	     size_t length)
{
	struct tk_incomplete *line = find(parts, key);

	if (!line)
		line = begin(parts, key);
	line->turn = ++parts->turn;
	if (append(line, text, length))
		return BACKOFF_OK;
	forget(parts, line);
	return BACKOFF_E_NOMEM;
}

enum backoff_status
tk_parts_end(struct tk_parts *parts, struct tk_part_key key, const char *text,
	     size_t length, char **out, size_t *out_length)
{
	struct tk_incomplete *line = find(parts, key);
	enum backoff_status status = BACKOFF_OK;

	if (!line)
		return BACKOFF_E_NOT_FOUND;
	if (!append(line, text, length))
		status = BACKOFF_E_NOMEM;
	else if (line->oversize)
		status = BACKOFF_E_LIMIT;
	*out = line->bytes;
	*out_length = line->length;
	forget(parts, line);
	return status;
}
