/* What the lines of a log were read as. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/found.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

typedef bool (*get_fn)(const struct tk_dialect *dialect, size_t i,
		       const char **name, uint64_t *count);

static bool
note(struct tk_sources *sources, const struct tk_dialect *dialect, get_fn get)
{
	const char *name;
	uint64_t count;

	for (size_t i = 0; get(dialect, i, &name, &count); i++) {
		struct tk_source *moved;

		if (count == 0)
			continue;
		moved = realloc(sources->item,
				(sources->count + 1) * sizeof(*moved));
		if (moved == NULL)
			return false;
		sources->item = moved;
		bo_utf8_copy(name, moved[sources->count].name,
			     sizeof(moved->name));
		moved[sources->count++].count = count;
	}
	return true;
}

/* The most frequent first. */
static int
by_count(const void *a, const void *b)
{
	const struct tk_source *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return strcmp(x->name, y->name);
}

bool
tk_found_note(struct tk_found *found, const struct tk_dialect *dialect)
{
	struct tk_sources *dialects = &found->dialects;

	if (!note(dialects, dialect, tk_dialect_found) ||
	    !note(&found->wrappers, dialect, tk_dialect_unwrapped))
		return false;
	if (dialects->count > 1)
		qsort(dialects->item, dialects->count, sizeof(*dialects->item),
		      by_count);
	return true;
}

void
tk_found_clear(struct tk_found *found)
{
	free(found->dialects.item);
	free(found->wrappers.item);
	memset(found, 0, sizeof(*found));
}

bool
tk_found_notable(const struct tk_found *found)
{
	return found->wrappers.count > 0 || found->dialects.count > 1 ||
	       (found->dialects.count == 1 &&
		strcmp(found->dialects.item[0].name, "native") != 0);
}

static size_t
say_sources(const struct tk_sources *sources, char *out, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < sources->count && used < size; i++)
		used += (size_t)snprintf(out + used, size - used,
					 "%s%s %" PRIu64, i > 0 ? ", " : "",
					 sources->item[i].name,
					 sources->item[i].count);
	return used;
}

void
tk_found_say(const struct tk_found *found, uint64_t foreign, char *out,
	     size_t size)
{
	size_t used = say_sources(&found->dialects, out, size);

	if (foreign > 0 && used < size)
		used += (size_t)snprintf(
			out + used, size - used, ", %" PRIu64 " %s of %s",
			foreign, foreign == 1 ? "line" : "lines",
			found->dialects.count > 2    ? "none"
			: found->dialects.count == 2 ? "neither"
						     : "another kind");
	if (found->wrappers.count == 0 || used >= size)
		return;
	used += (size_t)snprintf(out + used, size - used, "; unwrapped: ");
	if (used < size)
		say_sources(&found->wrappers, out + used, size - used);
}
