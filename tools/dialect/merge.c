/* Merges what several lines say, and keeps its texts. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/merge.h"

#include <stdlib.h>
#include <string.h>

static bool
is_absent(const struct tk_field *field, const struct tk_made *made)
{
	const char *at = (const char *)made + field->offset;
	const char *text;
	uint64_t number;
	int name;

	switch (field->kind) {
	case TK_FIELD_TEXT:
		memcpy(&text, at, sizeof(text));
		return text == NULL;
	case TK_FIELD_COUNT:
	case TK_FIELD_DURATION:
	case TK_FIELD_TIME:
		memcpy(&number, at, sizeof(number));
		return number == BACKOFF_ABSENT;
	case TK_FIELD_OUTCOME:
	case TK_FIELD_CLASS:
		memcpy(&name, at, sizeof(name));
		return name < 0;
	case TK_FIELD_STOP:
		memcpy(&name, at, sizeof(name));
		return name == 0;
	case TK_FIELD_TYPE:
		break;
	}
	return false;
}

bool
tk_merge_has(const struct tk_made *made, uint64_t fields)
{
	for (size_t i = 0; i < tk_field_count; i++) {
		if ((fields >> i & 1) && is_absent(&tk_fields[i], made))
			return false;
	}
	return true;
}

/* Copy a field's value, which is as large as its kind. */
static void
copy_field(const struct tk_field *field, const struct tk_made *from,
	   struct tk_made *to)
{
	size_t size = sizeof(uint64_t);

	if (field->kind == TK_FIELD_TEXT)
		size = sizeof(const char *);
	else if (field->kind == TK_FIELD_OUTCOME ||
		 field->kind == TK_FIELD_CLASS || field->kind == TK_FIELD_STOP)
		size = sizeof(int);
	memcpy((char *)to + field->offset, (const char *)from + field->offset,
	       size);
}

void
tk_merge(const struct tk_made *from, struct tk_made *to)
{
	for (size_t i = 0; i < tk_field_count; i++) {
		if (tk_fields[i].kind != TK_FIELD_TYPE &&
		    is_absent(&tk_fields[i], to) &&
		    !is_absent(&tk_fields[i], from))
			copy_field(&tk_fields[i], from, to);
	}
	/* A guess says more than a default. */
	if (to->unnamed && !to->guessed && from->guessed) {
		to->event.operation = from->event.operation;
		to->guessed = true;
	}
	if (to->event.attrs == NULL)
		to->event.attrs = from->event.attrs;
}

char *
tk_merge_keep(struct tk_made *made)
{
	char *texts = NULL, *at;
	size_t size = 1;

	for (int pass = 0; pass < 2; pass++) {
		at = pass > 0 ? texts : NULL;
		for (size_t i = 0; i < tk_field_count + 1; i++) {
			char *place =
				i < tk_field_count
					? (char *)made + tk_fields[i].offset
					: (char *)&made->event.attrs;
			const char *text;
			size_t length;

			if (i < tk_field_count &&
			    tk_fields[i].kind != TK_FIELD_TEXT)
				continue;
			memcpy(&text, place, sizeof(text));
			if (text == NULL)
				continue;
			length = strlen(text) + 1;
			if (pass == 0) {
				size += length;
				continue;
			}
			memcpy(at, text, length);
			text = at;
			memcpy(place, &text, sizeof(text));
			at += length;
		}
		if (pass == 0 && (texts = malloc(size)) == NULL)
			return NULL;
	}
	return texts;
}
