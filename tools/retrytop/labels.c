/* Names from logs as values of metrics' labels. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "common/safe_text.h"

/* Holds "~1000000". */
#define MARK_MAX 16

char *
rt_label_clean(const char *name, char out[RT_CLEAN_MAX])
{
	tk_safe_text(name, strlen(name), out, RT_CLEAN_MAX);
	return out;
}

/* A copy with the escapes of labels, and a mark at the end. */
static char *
escape(const char *clean, const char *mark)
{
	char *out = malloc(2 * strlen(clean) + strlen(mark) + 1), *at = out;

	if (out == NULL)
		return NULL;
	for (; *clean != '\0'; clean++) {
		if (*clean == '\\' || *clean == '"')
			*at++ = '\\';
		*at++ = *clean;
	}
	memcpy(at, mark, strlen(mark) + 1);
	return out;
}

/* The labels so far, by their text: positions plus 1, in a table of a power of
 * two. */
struct seen {
	size_t *slot, mask;
};

/* The slot of a text, or the free one where it belongs. */
static size_t *
find(const struct seen *seen, const struct rt_labels *labels, const char *text)
{
	size_t at = (size_t)bo_hash(0, text, strlen(text)) & seen->mask;

	while (seen->slot[at] != 0 &&
	       strcmp(labels->item[seen->slot[at] - 1], text) != 0)
		at = (at + 1) & seen->mask;
	return &seen->slot[at];
}

static bool
add(struct rt_labels *labels, const struct seen *seen, const char *name)
{
	char clean[RT_CLEAN_MAX], mark[MARK_MAX] = "", *text;
	size_t *slot;

	rt_label_clean(name, clean);
	for (unsigned again = 2;; again++) {
		text = escape(clean, mark);
		if (text == NULL)
			return false;
		slot = find(seen, labels, text);
		if (*slot == 0)
			break;
		free(text);
		snprintf(mark, sizeof(mark), "~%u", again);
	}
	labels->item[labels->count++] = text;
	*slot = labels->count;
	return true;
}

bool
rt_labels_make(struct rt_labels *labels, const char *const *name, size_t count)
{
	struct seen seen = {NULL, 1};
	bool good;

	while (seen.mask < 2 * count)
		seen.mask = 2 * seen.mask + 1;
	labels->count = 0;
	labels->item = calloc(count + 1, sizeof(*labels->item));
	seen.slot = calloc(seen.mask + 1, sizeof(*seen.slot));
	good = labels->item != NULL && seen.slot != NULL;
	for (size_t i = 0; good && i < count; i++)
		good = add(labels, &seen, name[i]);
	free(seen.slot);
	return good;
}

void
rt_labels_clear(struct rt_labels *labels)
{
	for (size_t i = 0; i < labels->count; i++)
		free(labels->item[i]);
	free(labels->item);
	*labels = (struct rt_labels){0};
}
