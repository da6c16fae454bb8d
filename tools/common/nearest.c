/* "Did you mean": the known name that is nearest to a word. */
#include "config.h"

#include <string.h>

#include "common/opt.h"

/* Words longer than this are no misspelt option. */
#define WORD_MAX 63

/* Optimal string alignment distance: edits and swaps of neighbours. */
static size_t
distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t row[3][WORD_MAX + 1];

	for (size_t j = 0; j <= b_length; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		size_t *now = row[i % 3];
		const size_t *last = row[(i + 2) % 3];
		const size_t *before = row[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);

			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
	}
	return row[a_length % 3][b_length];
}

const char *
tk_nearest(const char *word, const char *names, char *buffer, size_t size)
{
	size_t length = strlen(word);
	size_t best = SIZE_MAX, best_length = 0;
	const char *found = NULL;

	if (length > WORD_MAX)
		return NULL;
	for (const char *name = names; *name;) {
		size_t name_length = strcspn(name, " ");

		if (name_length > 0 && name_length <= WORD_MAX) {
			size_t d = distance(word, length, name, name_length);

			if (d < best) {
				best = d;
				found = name;
				best_length = name_length;
			}
		}
		name += name_length;
		name += strspn(name, " ");
	}
	if (!found || best > length / 3 || best_length >= size)
		return NULL;
	memcpy(buffer, found, best_length);
	buffer[best_length] = '\0';
	return buffer;
}
