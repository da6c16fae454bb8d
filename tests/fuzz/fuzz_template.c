/* Fuzz target: any bytes as a template or an expression, and as the text that
 * it searches. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "dialect/needles.h"
#include "dialect/regex.h"
#include "dialect/template.h"
#include "fuzz.h"

const char fuzz_name[] = "template";

/* Holes that are set lie within the text. */
static void
check_holes(const struct tk_holes *holes, size_t count, const char *text,
	    size_t length)
{
	MUST(count <= TK_HOLES_MAX);
	for (size_t i = 0; i < count; i++) {
		const struct tk_piece *piece = &holes->piece[i];

		if (piece->at == NULL)
			continue;
		MUST(piece->at >= text && piece->at <= text + length);
		MUST(piece->length <= (size_t)(text + length - piece->at));
	}
}

/* Each literal of a match stands in the text, and the search for many literals
 * finds it too. */
static void
check_literals(const struct tk_template *pattern, const char *text,
	       size_t length)
{
	struct tk_needles *needles = tk_needles_new();
	uint64_t leading[1] = {0}, rest[1] = {0};
	size_t count;
	bool plain;

	MUST(needles != NULL);
	for (size_t i = 0; i < tk_template_literal_count(pattern); i++) {
		struct tk_piece literal = tk_template_literal(pattern, i);
		size_t id;

		MUST(literal.length > 0);
		MUST(memmem(text, length, literal.at, literal.length) != NULL);
		if (literal.length < TK_NEEDLE_MIN)
			continue;
		MUST(tk_needles_add(needles, literal.at, literal.length, &id) ==
		     BACKOFF_OK);
	}
	count = tk_needles_count(needles);
	MUST(count < 64);
	MUST(tk_needles_build(needles, count / 2) == BACKOFF_OK);
	tk_needles_scan_rest(needles, text, length, rest);
	tk_needles_scan_leading(needles, text, length, leading, &plain);
	MUST(leading[0] == (UINT64_C(1) << count / 2) - 1 &&
	     (leading[0] | rest[0]) == (UINT64_C(1) << count) - 1);
	tk_needles_free(needles);
}

static int
try_template(const char *pattern, const char *text, size_t length)
{
	struct backoff_error error = {.text = ""};
	struct tk_template *made = NULL;
	struct tk_holes holes;
	int matched;

	if (tk_template_parse(pattern, &made, &error) != BACKOFF_OK) {
		MUST(made == NULL && error.text[0] != '\0');
		return 0;
	}
	matched = tk_template_match(made, text, length, &holes) == TK_MATCH;
	MUST(holes.reached <= length);
	MUST(holes.literals <= tk_template_hole_count(made) + 1);
	if (matched) {
		check_holes(&holes, tk_template_hole_count(made), text, length);
		check_literals(made, text, length);
	}
	/* No template matches nothing. */
	MUST(tk_template_match(made, "", 0, &holes) != TK_MATCH);
	tk_template_free(made);
	return matched;
}

static int
try_regex(const char *pattern, const char *text, size_t length)
{
	struct backoff_error error = {.text = ""};
	struct tk_regex *made = NULL;
	struct tk_holes holes;
	struct tk_piece literal;
	int matched;

	if (tk_regex_parse(pattern, &made, &error) != BACKOFF_OK) {
		MUST(made == NULL && error.text[0] != '\0');
		return 0;
	}
	matched = tk_regex_match(made, text, length, &holes) == TK_MATCH;
	literal = tk_regex_literal(made);
	if (matched) {
		check_holes(&holes, tk_regex_hole_count(made), text, length);
		MUST(literal.length == 0 ||
		     memmem(text, length, literal.at, literal.length) != NULL);
	}
	tk_regex_free(made);
	return matched;
}

/* The first line is the pattern, an expression if it begins with '/'; the rest
 * is the text. */
int
fuzz_accepts(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *end = memchr(text, '\n', size);
	size_t length;
	char *pattern, *copy;
	int matched;

	if (end == NULL || memchr(text, '\0', (size_t)(end - text)) != NULL)
		return 0;
	length = size - (size_t)(end - text) - 1;
	pattern = strndup(text, (size_t)(end - text));
	/* A block of its exact size, so that a sanitizer sees a byte too
	 * many. */
	copy = malloc(length);
	MUST(pattern != NULL && (copy != NULL || length == 0));
	if (length > 0)
		memcpy(copy, end + 1, length);
	matched = pattern[0] == '/' ? try_regex(pattern + 1, copy, length)
				    : try_template(pattern, copy, length);
	free(pattern);
	free(copy);
	return matched;
}
