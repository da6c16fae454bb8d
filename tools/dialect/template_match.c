/* Matches a template against a text. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "base/ascii.h"
#include "common/durations.h"
#include "dialect/template.h"
#include "dialect/template_parts.h"

/* Bytes that one match may look at: a multiple of the text, so that no template
 * takes time that grows with its square. */
#define BUDGET_TIMES 16
#define BUDGET_LEAST 65536

struct search {
	const struct tk_template *pattern;
	const char *text, *end;
	size_t budget;
	struct tk_holes *out;
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Whether a character may stand in a hole of a kind that is made of
 * characters. */
static bool
fits(enum tk_hole_kind kind, char c)
{
	switch (kind) {
	case TK_HOLE_INT:
		return bo_is_digit(c);
	case TK_HOLE_NUMBER:
		return bo_is_digit(c) || c == '.' || c == 'e' || c == 'E' ||
		       c == '+' || c == '-';
	case TK_HOLE_NAME:
		return bo_is_digit(c) || bo_is_letter(c) || c == '_';
	case TK_HOLE_DOTTED:
		return bo_is_digit(c) || bo_is_letter(c) || c == '_' ||
		       c == '.' || c == '$' || c == '/' || c == '-';
	case TK_HOLE_CSV:
		return c != ',';
	case TK_HOLE_PATH:
		return !is_space(c) && c != '"' && c != '\'';
	case TK_HOLE_UNTIL:
		return true;
	default:
		return !is_space(c);
	}
}

static const char *
run(enum tk_hole_kind kind, const char *at, const char *end)
{
	while (at < end && fits(kind, *at))
		at++;
	return at;
}

/* Digits and st, nd, rd or th. */
static const char *
ordinal_end(const char *at, const char *end)
{
	const char *digits = run(TK_HOLE_INT, at, end);

	if (digits == at || end - digits < 2 || !bo_is_letter(digits[0]) ||
	    !bo_is_letter(digits[1]))
		return at;
	return digits + 2;
}

/* Words with ", " or " : " between them. */
static const char *
list_end(const char *at, const char *end)
{
	for (;;) {
		while (at < end && !is_space(*at) && *at != ',')
			at++;
		if (end - at > 2 && at[0] == ',' && at[1] == ' ')
			at += 2;
		else if (end - at > 3 && memcmp(at, " : ", 3) == 0)
			at += 3;
		else
			return at;
	}
}

static bool
is_duration(const char *at, const char *end)
{
	uint64_t ns;

	return (end - at == 1 && *at == '-') ||
	       tk_duration_parse(at, (size_t)(end - at), 9, &ns);
}

/* The duration that a text begins with: a word, or a number and a word. */
static const char *
duration_end(const char *at, const char *end)
{
	const char *word = at, *second;

	while (word < end && !is_space(*word) && *word != ',' && *word != ')' &&
	       *word != ';')
		word++;
	second = word;
	if (second < end && *second == ' ') {
		do
			second++;
		while (second < end && bo_is_letter(*second));
		if (is_duration(at, second))
			return second;
	}
	for (; word > at; word--) {
		if (is_duration(at, word))
			return word;
		if (bo_is_letter(word[-1]) || bo_is_digit(word[-1]))
			break;
	}
	return at;
}

/* The farthest that a hole which begins here may reach. */
static const char *
farthest(enum tk_hole_kind kind, const char *at, const char *end)
{
	switch (kind) {
	case TK_HOLE_UNTIL:
	case TK_HOLE_DURATION:
		return end;
	case TK_HOLE_INT:
		if (end - at > 1 && (*at == '+' || *at == '-'))
			at++;
		return run(kind, at, end);
	case TK_HOLE_ORDINAL:
		return ordinal_end(at, end);
	case TK_HOLE_LIST:
		return list_end(at, end);
	default:
		return run(kind, at, end);
	}
}

/* Whether a hole may hold just this. */
static bool
holds(enum tk_hole_kind kind, const char *at, const char *end)
{
	switch (kind) {
	case TK_HOLE_UNTIL:
		return true;
	case TK_HOLE_INT:
		return end > at && bo_is_digit(end[-1]);
	case TK_HOLE_ORDINAL:
		return end > at && ordinal_end(at, end) == end;
	case TK_HOLE_LIST:
		return end > at && list_end(at, end) == end;
	case TK_HOLE_DURATION:
		return is_duration(at, end);
	default:
		return end > at;
	}
}

static bool
spend(struct search *search, size_t bytes)
{
	if (search->budget <= bytes) {
		search->budget = 0;
		return false;
	}
	search->budget -= bytes;
	return true;
}

/* The first place of a literal in a text; NULL. */
static const char *
forward(struct search *search, const struct literal *literal, const char *at,
	const char *end)
{
	const char *found;

	if (end - at < (ptrdiff_t)literal->length)
		return NULL;
	found = memmem(at, (size_t)(end - at), literal->text, literal->length);
	return spend(search, (size_t)((found ? found : end) - at) + 1) ? found
								       : NULL;
}

/* The last. */
static const char *
backward(struct search *search, const struct literal *literal, const char *at,
	 const char *end)
{
	size_t left;

	if (end - at < (ptrdiff_t)literal->length)
		return NULL;
	left = (size_t)(end - at) - literal->length + 1;
	for (;;) {
		const char *found = memrchr(at, literal->text[0], left);
		size_t rest = found ? (size_t)(found - at) : 0;

		if (!spend(search, left - rest + literal->length) || !found)
			return NULL;
		if (memcmp(found, literal->text, literal->length) == 0)
			return found;
		left = rest;
	}
}

static void
note(struct search *search, size_t literal, const char *behind)
{
	struct tk_holes *out = search->out;
	/* Before a hole at the beginning is an empty one. */
	size_t count = literal + (search->pattern->literal[0].length > 0);

	if (count > out->literals) {
		out->literals = count;
		out->reached = (size_t)(behind - search->text);
	}
}

static void
keep(struct search *search, size_t i, const char *at, const char *end)
{
	enum tk_hole_kind kind = search->pattern->hole[i].kind;

	if (kind == TK_HOLE_PATH) {
		const char *query = memchr(at, '?', (size_t)(end - at));

		end = query != NULL ? query : end;
	} else if (kind == TK_HOLE_ORDINAL) {
		end -= 2;
	} else if (kind == TK_HOLE_UNTIL) {
		while (end > at && is_space(end[-1]))
			end--;
	}
	search->out->piece[i] = (struct tk_piece){at, (size_t)(end - at)};
}

static bool match_from(struct search *search, size_t i, const char *at);

/* Hole i begins here, and no literal follows it. */
static bool
match_run(struct search *search, size_t i, const char *at)
{
	const struct tk_template *pattern = search->pattern;
	enum tk_hole_kind kind = pattern->hole[i].kind;
	const char *end = kind == TK_HOLE_DURATION
				  ? duration_end(at, search->end)
				  : farthest(kind, at, search->end);

	if (!holds(kind, at, end))
		return false;
	keep(search, i, at, end);
	return i + 1 == pattern->hole_count || match_from(search, i + 1, end);
}

/* Hole i begins here: find where it ends. */
static bool
match_from(struct search *search, size_t i, const char *at)
{
	const struct tk_template *pattern = search->pattern;
	const struct literal *next = &pattern->literal[i + 1];
	enum tk_hole_kind kind = pattern->hole[i].kind;
	bool last = i + 1 == pattern->hole_count;
	const char *from = at, *end;

	if (next->length == 0)
		return match_run(search, i, at);
	end = farthest(kind, at, search->end);
	/* The literal begins at `end` at the latest. */
	end = search->end - end > (ptrdiff_t)next->length ? end + next->length
							  : search->end;
	while (search->budget > 0) {
		const char *found = last ? backward(search, next, from, end)
					 : forward(search, next, from, end);

		if (found == NULL)
			return false;
		if (holds(kind, at, found)) {
			keep(search, i, at, found);
			note(search, i + 1, found + next->length);
			if (last ||
			    match_from(search, i + 1, found + next->length))
				return true;
		}
		if (last)
			end = found + next->length - 1;
		else
			from = found + 1;
	}
	return false;
}

/* A first hole ends where the literal after it begins. */
static const char *
leading(const struct search *search, const char *end)
{
	enum tk_hole_kind kind = search->pattern->hole[0].kind;
	const char *at = end;

	if (kind == TK_HOLE_UNTIL || kind == TK_HOLE_DURATION)
		kind = TK_HOLE_WORD;
	while (at > search->text && fits(kind, at[-1]))
		at--;
	return at;
}

static bool
match_leading(struct search *search)
{
	const struct tk_template *pattern = search->pattern;
	const struct literal *literal = &pattern->literal[1];
	bool any = strcmp(pattern->hole[0].name, "_") == 0 &&
		   pattern->hole[0].kind == TK_HOLE_UNTIL;
	const char *end = search->end;

	while (search->budget > 0) {
		const char *found =
			backward(search, literal, search->text, end);
		const char *at, *behind;

		if (found == NULL)
			return false;
		at = leading(search, found);
		behind = found + literal->length;
		if (any ||
		    (found > at && holds(pattern->hole[0].kind, at, found))) {
			keep(search, 0, at, found);
			note(search, 1, behind);
			search->out->begin =
				(size_t)((any ? found : at) - search->text);
			if (pattern->hole_count == 1 ||
			    match_from(search, 1, behind))
				return true;
		}
		end = behind - 1;
	}
	return false;
}

static bool
match_literal(struct search *search)
{
	const struct literal *first = &search->pattern->literal[0];
	const char *at = search->text;

	while (search->budget > 0) {
		const char *found = forward(search, first, at, search->end);

		if (found == NULL)
			return false;
		note(search, 0, found + first->length);
		search->out->begin = (size_t)(found - search->text);
		if (search->pattern->hole_count == 0 ||
		    match_from(search, 0, found + first->length))
			return true;
		at = found + 1;
	}
	return false;
}

enum tk_match
tk_template_match(const struct tk_template *pattern, const char *text,
		  size_t length, struct tk_holes *out)
{
	struct search search = {
		.pattern = pattern,
		.text = text,
		.end = text + length,
		.budget = BUDGET_TIMES * length + BUDGET_LEAST,
		.out = out,
	};
	bool matched;

	out->literals = out->reached = out->begin = 0;
	matched = pattern->literal[0].length > 0 ? match_literal(&search)
						 : match_leading(&search);
	if (matched)
		return TK_MATCH;
	return search.budget > 0 ? TK_MATCH_NONE : TK_MATCH_STOPPED;
}
