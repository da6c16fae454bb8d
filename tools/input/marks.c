/* Short marks of the lines that were read, by which a file that was cut back is
 * known to begin with lines that were read before. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "input/marks.h"

#include <stdlib.h>
#include <string.h>

static uint64_t
fold(uint64_t sum, uint64_t word)
{
	sum = (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return sum ^ sum >> 32;
}

static uint16_t
mark_of(const char *text, size_t length)
{
	uint64_t a = length, b = 1, c = 2, d = 3, word[4];

	/* Four sums, so that none waits for the others. */
	for (; length >= sizeof(word); text += sizeof(word)) {
		memcpy(word, text, sizeof(word));
		a = fold(a, word[0]);
		b = fold(b, word[1]);
		c = fold(c, word[2]);
		d = fold(d, word[3]);
		length -= sizeof(word);
	}
	for (; length >= sizeof(*word); text += sizeof(*word)) {
		memcpy(word, text, sizeof(*word));
		a = fold(a, word[0]);
		length -= sizeof(*word);
	}
	word[0] = 0;
	memcpy(word, text, length);
	return (uint16_t)(fold(fold(fold(fold(a, word[0]), b), c), d) >> 48);
}

static void
forget_old(struct tk_marks *marks)
{
	free(marks->old);
	marks->old = NULL;
	marks->old_count = 0;
	marks->old_at = 0;
}

void
tk_marks_clear(struct tk_marks *marks)
{
	forget_old(marks);
	free(marks->mark);
	*marks = (struct tk_marks){0};
}

void
tk_marks_restart(struct tk_marks *marks, bool cut)
{
	forget_old(marks);
	if (cut) {
		marks->old = marks->mark;
		marks->old_count = marks->count;
	} else {
		free(marks->mark);
	}
	marks->mark = NULL;
	marks->count = 0;
	marks->room = 0;
	marks->ended = false;
}

static void
keep(struct tk_marks *marks, uint16_t mark)
{
	if (marks->count == marks->room && !marks->ended) {
		size_t room = marks->room ? 2 * marks->room : 64;
		uint16_t *grown = NULL;

		if (room <= TK_MARKS_MAX)
			grown = reallocarray(marks->mark, room, sizeof(*grown));
		marks->ended = grown == NULL;
		if (grown != NULL) {
			marks->mark = grown;
			marks->room = room;
		}
	}
	if (!marks->ended)
		marks->mark[marks->count++] = mark;
}

bool
tk_marks_take(struct tk_marks *marks, const char *text, size_t length)
{
	uint16_t mark = mark_of(text, length);

	keep(marks, mark);
	if (marks->old == NULL)
		return false;
	if (marks->old_at < marks->old_count &&
	    marks->old[marks->old_at] == mark) {
		marks->old_at++;
		return true;
	}
	forget_old(marks);
	return false;
}
