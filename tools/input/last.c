/* The last lines of an input. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "input/last.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 65536

struct tk_held {
	size_t input, room;
	struct tk_line line;
	char *text;
};

/* Where the data begins: a hole before it can be larger than the disk. */
static uint64_t
data_begin(int fd)
{
	off_t data = -1;

#ifdef SEEK_DATA
	data = lseek(fd, 0, SEEK_DATA);
#endif
	return data > 0 ? (uint64_t)data : 0;
}

uint64_t
tk_last_find(int fd, uint64_t size, size_t lines, bool partial)
{
	uint64_t low = data_begin(fd), end = size, found = 0;
	char *block = malloc(BLOCK);

	while (block != NULL && end > low && found == 0) {
		size_t part = end - low < BLOCK ? (size_t)(end - low) : BLOCK;
		const char *newline = block + part;

		end -= part;
		if (pread(fd, block, part, (off_t)end) != (ssize_t)part)
			break;
		while ((newline = memrchr(block, '\n',
					  (size_t)(newline - block)))) {
			uint64_t at = end + (uint64_t)(newline - block) + 1;

			/* The last newline ends a line; each one before it
			 * begins one, too. */
			if (partial && at < size && lines > 0)
				lines--;
			partial = false;
			if (lines-- > 0)
				continue;
			found = at;
			break;
		}
	}
	free(block);
	return found;
}

void
tk_last_clear(struct tk_last *last)
{
	for (size_t i = 0; i < last->count; i++)
		free(last->item[i].text);
	free(last->item);
	*last = (struct tk_last){0};
}

/* The place of the next line, while there is room; NULL without memory. */
static struct tk_held *
place(struct tk_last *last, size_t limit)
{
	if (last->count == last->room && last->room < limit) {
		size_t room = last->room ? 2 * last->room : 64;
		struct tk_held *item;

		if (room > limit)
			room = limit;
		item = reallocarray(last->item, room, sizeof(*item));
		if (item == NULL)
			return NULL;
		memset(item + last->room, 0,
		       (room - last->room) * sizeof(*item));
		last->item = item;
		last->room = room;
	}
	return &last->item[last->next];
}

void
tk_last_keep(struct tk_last *last, size_t limit, size_t input,
	     const struct tk_line *line)
{
	struct tk_held *held = limit > 0 ? place(last, limit) : NULL;

	if (held == NULL)
		return;
	if (held->room < line->length || held->text == NULL) {
		char *text = realloc(held->text, line->length + 1);

		if (text == NULL)
			return;
		held->text = text;
		held->room = line->length;
	}
	memcpy(held->text, line->text, line->length);
	held->input = input;
	held->line = *line;
	held->line.text = held->text;
	if (last->count < last->room)
		last->count++;
	last->next = (last->next + 1) % limit;
}

void
tk_last_give(struct tk_last *last, tk_line_fn fn, void *user)
{
	size_t first = last->count == last->next ? 0 : last->next;

	for (size_t i = 0; i < last->count; i++) {
		const struct tk_held *held =
			&last->item[(first + i) % last->count];

		fn(user, held->input, &held->line);
	}
	tk_last_clear(last);
}
