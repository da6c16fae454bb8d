/* Remembers operations whose first attempt has an unusual number, and waits
 * that are counted down. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/bases.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define OPERATIONS 4096

struct tk_bases {
	uint64_t key[OPERATIONS];
	/* The wait that a line of a call named last. */
	struct countdown {
		uint64_t key, delay_ns;
	} countdown[OPERATIONS];
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

bool
tk_bases_counts_down(struct tk_bases *bases, const struct tk_file *file,
		     const struct backoff_event *event)
{
	const char *id = event->call_id ? event->call_id : event->trace_id;
	uint64_t key = bo_hash('c', file->name, strlen(file->name));
	struct countdown *last;
	bool goes_on;

	if (event->delay_ns == BACKOFF_ABSENT)
		return false;
	if (event->operation != NULL)
		key = bo_hash(key, event->operation, strlen(event->operation));
	if (id != NULL)
		key = bo_hash(key, id, strlen(id));
	key |= 1;
	last = &bases->countdown[key / 2 % OPERATIONS];
	/* What ended at 1 cannot go on. */
	goes_on = last->key == key && event->delay_ns < last->delay_ns;
	*last = (struct countdown){key, event->delay_ns};
	return goes_on;
}
