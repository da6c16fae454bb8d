/* Finds the ids and operations of some sentences in the words of others. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "base/ascii.h"
#include "guess/inside.h"

#define NAMES 128

struct names {
	const struct tk_draft *draft;
	/** The field that has these values. */
	const char *field;
	char name[NAMES][96];
	size_t count;
};

static void
add_name(void *user, const struct tk_kept *kept, const struct tk_holes *holes)
{
	struct names *names = user;
	const struct tk_draft *draft = names->draft;
	size_t hole = 0, i = 0;
	struct tk_piece piece;

	(void)kept;
	while (i < draft->parts &&
	       (draft->part[i].field == NULL ||
		strcmp(draft->part[i].field, names->field) != 0))
		hole += draft->part[i++].field != NULL;
	if (i == draft->parts || names->count == NAMES)
		return;
	piece = holes->piece[hole];
	if (piece.at == NULL || piece.length < 2 ||
	    piece.length >= sizeof(names->name[0]))
		return;
	for (i = 0; i < names->count; i++) {
		if (strlen(names->name[i]) == piece.length &&
		    memcmp(names->name[i], piece.at, piece.length) == 0)
			return;
	}
	memcpy(names->name[names->count], piece.at, piece.length);
	names->name[names->count++][piece.length] = '\0';
}

static bool
is_part_of_word(char c)
{
	return bo_is_letter(c) || bo_is_digit(c) || c == '_' || c == '-' ||
	       (unsigned char)c >= 0x80;
}

/* Where a literal has a name as whole words; its length if it does not. */
static size_t
find_name(const char *text, size_t length, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i + n <= length; i++) {
		if (memcmp(text + i, name, n) == 0 &&
		    (i == 0 || !is_part_of_word(text[i - 1])) &&
		    (i + n == length || !is_part_of_word(text[i + n])))
			return i;
	}
	return length;
}

/* Make a hole of a piece of literal i. */
static void
cut(struct tk_draft *draft, size_t i, const char *field, size_t from,
    size_t length)
{
	struct tk_part whole = draft->part[i], part[3];
	size_t count = 0;

	if (from > 0)
		part[count++] =
			(struct tk_part){.at = whole.at, .length = from};
	part[count++] = (struct tk_part){.field = field,
					 .kind = "",
					 .sure = true,
					 .at = whole.at + from,
					 .length = length};
	if (from + length < whole.length)
		part[count++] = (struct tk_part){.at = whole.at + from + length,
						 .length = whole.length - from -
							   length};
	memmove(draft->part + i + count, draft->part + i + 1,
		(draft->parts - i - 1) * sizeof(*part));
	memcpy(draft->part + i, part, count * sizeof(*part));
	draft->parts += count - 1;
	draft->holes++;
}

/* A hole with a name, or words that are one. */
static bool
place_name(const struct tk_shape *shape, struct tk_draft *draft,
	   const struct names *names)
{
	for (size_t i = 0; i < draft->parts; i++) {
		struct tk_part *part = &draft->part[i];

		for (size_t n = 0; n < names->count; n++) {
			const char *name = names->name[n];
			size_t at = find_name(shape->text + part->at,
					      part->length, name);

			if (at == part->length)
				continue;
			if (part->field == NULL &&
			    draft->parts + 2 <= TK_PARTS &&
			    draft->holes < TK_HOLES) {
				cut(draft, i, names->field, at, strlen(name));
				return true;
			}
			if (part->field != NULL &&
			    strlen(name) == part->length &&
			    (strcmp(part->field, "_") == 0 ||
			     strcmp(part->field, "error") == 0)) {
				part->field = names->field;
				part->sure = true;
				return true;
			}
		}
	}
	return false;
}

static enum backoff_status
place_names(struct tk_shape *const *shape, struct tk_draft *draft, size_t count,
	    const char *field)
{
	struct names names = {.field = field};
	enum backoff_status status;
	size_t matched;

	for (size_t i = 0; i < count; i++) {
		if (tk_draft_hole(&draft[i], field) == NULL)
			continue;
		names.draft = &draft[i];
		status = tk_draft_each(shape[i], &draft[i], shape[i], add_name,
				       &names, &matched);
		if (status != BACKOFF_OK)
			return status;
	}
	for (size_t i = 0; i < count; i++) {
		struct tk_draft changed = draft[i];

		if (!shape[i]->is_sentence ||
		    tk_draft_has(shape[i], &draft[i], field) ||
		    !place_name(shape[i], &changed, &names))
			continue;
		/* It must still read its lines. */
		status = tk_draft_decide(shape[i], &changed);
		if (status != BACKOFF_OK)
			return status;
		if (changed.matched >= draft[i].matched)
			draft[i] = changed;
	}
	return BACKOFF_OK;
}

enum backoff_status
tk_draft_operations(struct tk_shape *const *shape, struct tk_draft *draft,
		    size_t count)
{
	enum backoff_status status =
		place_names(shape, draft, count, "trace_id");

	return status == BACKOFF_OK
		       ? place_names(shape, draft, count, "operation")
		       : status;
}
