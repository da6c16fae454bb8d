/* Remembers operations whose first attempt has an unusual number. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/bases.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define OPERATIONS 4096

struct tk_bases {
	uint64_t key[OPERATIONS];
};

struct tk_bases *
tk_bases_new(void)
{
	return calloc(1, sizeof(struct tk_bases));
}

void
tk_bases_free(struct tk_bases *bases)
{
	free(bases);
}

/* Whether a line of the operation had its first number; this one may be it. */
static bool
has_first(struct tk_bases *bases, const struct tk_file *file, char kind,
	  const char *operation, bool is_first)
{
	uint64_t key = bo_hash((uint64_t)kind, file->name, strlen(file->name));

	if (operation != NULL)
		key = bo_hash(key, operation, strlen(operation));
	key |= 1;
	if (is_first)
		bases->key[key / 2 % OPERATIONS] = key;
	return bases->key[key / 2 % OPERATIONS] == key;
}

void
tk_bases_number(struct tk_bases *bases, const struct tk_file *file,
		struct tk_made *made)
{
	struct backoff_event *event = &made->event;

	if (event->attempt != BACKOFF_ABSENT)
		return;
	if (made->index != BACKOFF_ABSENT)
		event->attempt = made->index + has_first(bases, file, 'i',
							 event->operation,
							 made->index == 0);
	else if (made->next_attempt != BACKOFF_ABSENT)
		event->attempt = made->next_attempt - 1 +
				 has_first(bases, file, 'n', event->operation,
					   made->next_attempt == 1);
}
