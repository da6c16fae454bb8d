/* "Did you mean": the known name that is nearest to a misspelt word. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/nearest.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/ascii.h"

static bool
same(char a, char b)
{
	return a == b || (bo_is_letter(a) && (a ^ b) == ('a' ^ 'A'));
}

/* Optimal string alignment distance: edits, and swaps of neighbours. Small and
 * large letters are the same. */
static size_t
distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	/* At most BO_NEAREST_MAX. */
	unsigned char row[3][BO_NEAREST_MAX + 1];

	for (size_t j = 0; j <= b_length; j++)
		row[0][j] = (unsigned char)j;
	for (size_t i = 1; i <= a_length; i++) {
		unsigned char *now = row[i % 3];
		const unsigned char *last = row[(i + 2) % 3];
		const unsigned char *before = row[(i + 1) % 3];

		now[0] = (unsigned char)i;
		for (size_t j = 1; j <= b_length; j++) {
			unsigned best = last[j - 1] + !same(a[i - 1], b[j - 1]);

			if (last[j] + 1u < best)
				best = last[j] + 1u;
			if (now[j - 1] + 1u < best)
				best = now[j - 1] + 1u;
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
			    same(a[i - 2], b[j - 1]) &&
			    before[j - 2] + 1u < best)
				best = before[j - 2] + 1u;
			now[j] = (unsigned char)best;
		}
	}
	return row[a_length % 3][b_length];
}

/* The best name so far. */
struct search {
	const char *word;
	size_t length;
	/** Only a smaller distance is better. */
	size_t limit;
	const char *found;
	size_t found_length;
};

static struct search
begin(const char *word)
{
	size_t length = strlen(word);

	/* One edit more than a third of its letters: "min" is near "max". */
	return (struct search){
		.word = word, .length = length, .limit = length / 3 + 2};
}

static void
consider(struct search *s, const char *name, size_t length)
{
	size_t d;

	if (s->length > BO_NEAREST_MAX || length > BO_NEAREST_MAX)
		return;
	d = distance(s->word, s->length, name, length);
	/* A name that has no letter in common is not near. */
	if (d >= s->limit || d >= length)
		return;
	s->limit = d;
	s->found = name;
	s->found_length = length;
}

const char *
bo_nearest(const char *word, const char *const *names, size_t count)
{
	struct search s = begin(word);

	for (size_t i = 0; i < count && names[i] != NULL; i++)
		consider(&s, names[i], strlen(names[i]));
	return s.found;
}

const char *
bo_nearest_of(const char *word, const char *names, char *buffer, size_t size)
{
	struct search s = begin(word);

	for (const char *name = names; *name != '\0';) {
		size_t length = strcspn(name, " ");

		consider(&s, name, length);
		name += length;
		name += strspn(name, " ");
	}
	if (s.found == NULL || s.found_length >= size)
		return NULL;
	memcpy(buffer, s.found, s.found_length);
	buffer[s.found_length] = '\0';
	return buffer;
}
