/* Parses templates. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/template.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/nearest.h"
#include "dialect/fields.h"
#include "dialect/template_parts.h"

static const char kinds[] = "until word int number name dotted csv path "
			    "ordinal list duration";

static enum backoff_status fail(struct backoff_error *error,
				enum backoff_status status, const char *format,
				...) __attribute__((format(printf, 3, 4)));

static enum backoff_status
fail(struct backoff_error *error, enum backoff_status status,
     const char *format, ...)
{
	va_list args;

	error->status = status;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return status;
}

/* The kind of this name; -1 if there is none. */
static int
kind_of(const char *name, size_t length)
{
	const char *at = kinds;

	for (int kind = 0; *at != '\0'; kind++) {
		size_t word = strcspn(at, " ");

		if (word == length && memcmp(at, name, length) == 0)
			return kind;
		at += word + (at[word] == ' ');
	}
	return -1;
}

/* The kind of a hole that does not name one: that of its field. */
static enum tk_hole_kind
default_kind(const char *name)
{
	int field = tk_field_find(name);

	if (strncmp(name, "list.", 5) == 0)
		return TK_HOLE_LIST;
	if (field < 0)
		return TK_HOLE_UNTIL;
	switch (tk_fields[field].kind) {
	case TK_FIELD_COUNT:
		return TK_HOLE_INT;
	case TK_FIELD_DURATION:
		return TK_HOLE_DURATION;
	default:
		return TK_HOLE_UNTIL;
	}
}

static bool
is_name(const char *text, size_t length)
{
	if (length == 0 || length > TK_HOLE_NAME_MAX)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!bo_is_one_of(
			    text[i],
			    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX"
			    "YZ0123456789_.-"))
			return false;
	}
	return true;
}

/* "name" or "name:kind", between braces. */
static enum backoff_status
add_hole(struct tk_template *made, const char *text, size_t length,
	 struct backoff_error *error)
{
	const char *colon = memchr(text, ':', length);
	size_t name = colon != NULL ? (size_t)(colon - text) : length;
	struct hole *hole = &made->hole[made->hole_count];
	char word[TK_HOLE_NAME_MAX + 1], near[64];
	int kind;

	if (made->hole_count == TK_HOLES_MAX)
		return fail(error, BACKOFF_E_LIMIT, "more than 32 holes");
	if (!is_name(text, name))
		return fail(error, BACKOFF_E_VALUE,
			    "a hole is {field} or {field:kind}, with a name of "
			    "letters, digits, _ and dots; {{ is a brace");
	memcpy(hole->name, text, name);
	hole->kind = default_kind(hole->name);
	made->hole_count++;
	if (colon == NULL)
		return BACKOFF_OK;
	kind = kind_of(colon + 1, length - name - 1);
	if (kind >= 0) {
		hole->kind = (enum tk_hole_kind)kind;
		return BACKOFF_OK;
	}
	snprintf(word, sizeof(word), "%.*s", (int)(length - name - 1),
		 colon + 1);
	if (bo_nearest_of(word, kinds, near, sizeof(near)) != NULL)
		return fail(error, BACKOFF_E_VALUE,
			    "no such kind of hole; did you mean \"%s\"?", near);
	return fail(error, BACKOFF_E_VALUE,
		    "no such kind of hole; kinds are %s", kinds);
}

/* Take the literal that begins here, to the next hole or the end. */
static const char *
add_literal(struct tk_template *made, const char *at, char **room)
{
	struct literal *literal = &made->literal[made->hole_count];

	literal->text = *room;
	for (; *at != '\0'; at++) {
		if (*at == '{' && *++at != '{')
			return at;
		*(*room)++ = *at;
		literal->length++;
	}
	return NULL;
}

/* Count letters and digits in the literal that has most of them. */
static size_t
longest_word(const struct tk_template *made)
{
	size_t most = 0;

	for (size_t i = 0; i <= made->hole_count; i++) {
		size_t count = 0;

		for (size_t j = 0; j < made->literal[i].length; j++) {
			char c = made->literal[i].text[j];

			count += bo_is_alphanumeric(c) ||
				 (unsigned char)c >= 0x80;
		}
		if (count > most)
			most = count;
	}
	return most;
}

static enum backoff_status
check_parts(const struct tk_template *made, struct backoff_error *error)
{
	if (longest_word(made) < 2)
		return fail(error, BACKOFF_E_VALUE,
			    "it would match nearly everything: it needs a "
			    "literal with at least two letters or digits");
	if (made->hole_count > 1 && made->literal[0].length == 0 &&
	    made->literal[1].length == 0)
		return fail(error, BACKOFF_E_VALUE,
			    "it cannot begin with two holes");
	for (size_t i = 0; i + 1 < made->hole_count; i++) {
		if (made->literal[i + 1].length == 0 &&
		    made->hole[i].kind == TK_HOLE_UNTIL)
			return fail(error, BACKOFF_E_VALUE,
				    "hole \"%s\" needs a kind, because "
				    "another follows it at once",
				    made->hole[i].name);
	}
	return BACKOFF_OK;
}

static enum backoff_status
parse(struct tk_template *made, const char *text, struct backoff_error *error)
{
	char *room = made->text;
	const char *at = add_literal(made, text, &room);

	while (at != NULL) {
		const char *end = strchr(at, '}');
		enum backoff_status status;

		if (end == NULL)
			return fail(error, BACKOFF_E_VALUE,
				    "a hole has no closing brace; {{ is a "
				    "brace");
		status = add_hole(made, at, (size_t)(end - at), error);
		if (status != BACKOFF_OK)
			return status;
		at = add_literal(made, end + 1, &room);
	}
	return check_parts(made, error);
}

enum backoff_status
tk_template_parse(const char *text, struct tk_template **out,
		  struct backoff_error *error)
{
	struct tk_template *made = calloc(1, sizeof(*made));
	enum backoff_status status = BACKOFF_E_NOMEM;

	if (made != NULL)
		made->text = malloc(strlen(text) + 1);
	if (made == NULL || made->text == NULL)
		fail(error, status, "out of memory");
	else
		status = parse(made, text, error);
	if (status != BACKOFF_OK) {
		tk_template_free(made);
		return status;
	}
	for (size_t i = 0; i <= made->hole_count; i++) {
		if (made->literal[i].length > 0)
			made->rank[made->literal_count++] = (unsigned char)i;
	}
	*out = made;
	return BACKOFF_OK;
}

void
tk_template_free(struct tk_template *pattern)
{
	if (pattern == NULL)
		return;
	free(pattern->text);
	free(pattern);
}

size_t
tk_template_hole_count(const struct tk_template *pattern)
{
	return pattern->hole_count;
}

const char *
tk_template_hole(const struct tk_template *pattern, size_t i)
{
	return pattern->hole[i].name;
}

size_t
tk_template_literal_count(const struct tk_template *pattern)
{
	return pattern->literal_count;
}

struct tk_piece
tk_template_literal(const struct tk_template *pattern, size_t i)
{
	const struct literal *literal = &pattern->literal[pattern->rank[i]];

	return (struct tk_piece){literal->text, literal->length};
}
