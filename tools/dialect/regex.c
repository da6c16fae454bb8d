/* Matches regular expressions through PCRE2, within bounds. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/regex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/ascii.h"

/* About 10 ms of backtracking. */
#define MATCH_LIMIT 200000
#define DEPTH_LIMIT 2000
#define HEAP_LIMIT_KIB 1024
/* Longer expressions are refused. */
#define LENGTH_MAX 4096

struct tk_regex {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *context;
	/** Whether it was tried to make machine code of it, at the first match,
	 *  for most expressions are never tried in a log; and whether there is
	 *  some. */
	bool compiled, jit;
	char name[TK_HOLES_MAX][TK_HOLE_NAME_MAX + 1];
	uint32_t group[TK_HOLES_MAX];
	size_t count;
	char *literal;
	size_t literal_length;
};

static enum backoff_status
fail(struct backoff_error *error, enum backoff_status status, const char *text)
{
	error->status = status;
	snprintf(error->text, sizeof(error->text), "%s", text);
	return status;
}

/* Read the names of the groups. */
static enum backoff_status
read_names(struct tk_regex *made, struct backoff_error *error)
{
	uint32_t count = 0, size = 0;
	PCRE2_SPTR table = NULL;

	pcre2_pattern_info(made->code, PCRE2_INFO_NAMECOUNT, &count);
	pcre2_pattern_info(made->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	pcre2_pattern_info(made->code, PCRE2_INFO_NAMETABLE, &table);
	if (count > TK_HOLES_MAX)
		return fail(error, BACKOFF_E_LIMIT,
			    "more than 32 named groups");
	for (uint32_t i = 0; i < count; i++, table += size) {
		made->group[i] = (uint32_t)table[0] << 8 | table[1];
		/* PCRE2's names have at most 32 bytes. */
		snprintf(made->name[i], sizeof(made->name[i]), "%s",
			 (const char *)table + 2);
	}
	made->count = count;
	return BACKOFF_OK;
}

static enum backoff_status
compile(struct tk_regex *made, const char *text, struct backoff_error *error)
{
	int code = 0;
	PCRE2_SIZE at = 0;
	char words[160];

	made->code =
		pcre2_compile((PCRE2_SPTR)text, strlen(text),
			      PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C,
			      &code, &at, NULL);
	if (made->code == NULL) {
		int used = snprintf(words, sizeof(words),
				    "character %zu: ", (size_t)at + 1);

		if (code == PCRE2_ERROR_NOMEMORY || code == 121)
			return fail(error, BACKOFF_E_NOMEM, "out of memory");
		pcre2_get_error_message(code, (PCRE2_UCHAR *)words + used,
					sizeof(words) - (size_t)used);
		return fail(error, BACKOFF_E_VALUE, words);
	}
	made->context = pcre2_match_context_create(NULL);
	if (made->context == NULL)
		return fail(error, BACKOFF_E_NOMEM, "out of memory");
	pcre2_set_match_limit(made->context, MATCH_LIMIT);
	pcre2_set_depth_limit(made->context, DEPTH_LIMIT);
	pcre2_set_heap_limit(made->context, HEAP_LIMIT_KIB);
	return BACKOFF_OK;
}

/* Skip a group or a class, whose bracket is at `at`; NULL if it is not
 * understood. */
static const char *
skip_brackets(const char *at)
{
	unsigned depth = 0;

	for (; *at != '\0'; at++) {
		if (*at == '\\') {
			if (*++at == '\0' || *at == 'Q')
				return NULL;
		} else if (*at == '[') {
			at++;
			at += *at == '^';
			at += *at == ']';
			for (; *at != ']'; at++) {
				if (*at == '\0' || *at == '[')
					return NULL;
				if (*at == '\\' && *++at == '\0')
					return NULL;
			}
		} else if (*at == '(') {
			depth++;
		} else if (*at == ')') {
			depth--;
		}
		if (depth == 0)
			return at;
	}
	return NULL;
}

/* The last byte of an escape: a name or a number in brackets belongs to a back
 * reference, and is not text. NULL if it does not end. */
static const char *
skip_escape(const char *at)
{
	char close = at[1] == '\0' ? '\0' : at[2];

	at++;
	if (!bo_is_one_of(*at, "kgpPxoNh"))
		return at;
	close = close == '<'    ? '>'
		: close == '{'  ? '}'
		: close == '\'' ? '\''
				: '\0';
	return close == '\0' ? at : strchr(at + 2, close);
}

/* Find the longest run of plain characters outside of all groups. What is not
 * understood has none: then the expression is tried on every line. */
static void
find_literal(struct tk_regex *made, const char *text)
{
	char *best = made->literal, *run = best + strlen(text) + 1;
	size_t length = 0;

	/* Options change what a literal is. */
	if (strstr(text, "(?i") != NULL || strstr(text, "(?x") != NULL ||
	    strncmp(text, "(*", 2) == 0 || strstr(text, "(?s") != NULL ||
	    strstr(text, "(?m") != NULL || strstr(text, "(?-") != NULL ||
	    strstr(text, "(?^") != NULL || strstr(text, "\\Q") != NULL)
		return;
	for (const char *at = text;; at++) {
		char c = *at;
		bool plain = c != '\0' && !bo_is_one_of(c, "\\^$.[|()?*+{");

		if (c == '|') {
			made->literal_length = 0;
			return;
		}
		if (c == '\\' && at[1] != '\0' &&
		    bo_is_one_of(at[1], "\\^$.[]|()?*+{}/\"'-:=#@ ,<>")) {
			c = *++at;
			plain = true;
		}
		/* A quantifier may take the last character away. */
		if (!plain && (c == '?' || c == '*' || c == '{') && length > 0)
			length--;
		if (plain) {
			run[length++] = c;
			continue;
		}
		if (length > made->literal_length) {
			memcpy(best, run, length);
			made->literal_length = length;
		}
		length = 0;
		if (c == '\0')
			return;
		if (c == '\\')
			at = skip_escape(at);
		else if (c == '[' || c == '(')
			at = skip_brackets(at);
		else if (c == '{')
			at = strchr(at, '}');
		if (at == NULL || *at == '\0') {
			made->literal_length = 0;
			return;
		}
	}
}

static int
match(const struct tk_regex *regex, const char *text, size_t length,
      uint32_t options)
{
	return pcre2_match(regex->code, (PCRE2_SPTR)text, length, 0, options,
			   regex->data, regex->context);
}

/* Whether an empty text matches; less than 0: no memory. What a match without
 * machine code needs, 20 kB, is not kept: most expressions are never tried. */
static int
matches_nothing(struct tk_regex *made)
{
	int found;

	made->data = pcre2_match_data_create_from_pattern(made->code, NULL);
	if (made->data == NULL)
		return -1;
	found = match(made, "", 0, PCRE2_NO_JIT);
	pcre2_match_data_free(made->data);
	made->data = pcre2_match_data_create_from_pattern(made->code, NULL);
	return made->data == NULL ? -1 : found >= 0;
}

static enum backoff_status
parse(struct tk_regex *made, const char *text, struct backoff_error *error)
{
	enum backoff_status status;
	int empty;

	if (strlen(text) > LENGTH_MAX)
		return fail(error, BACKOFF_E_LIMIT, "longer than 4096 bytes");
	status = compile(made, text, error);
	if (status == BACKOFF_OK)
		status = read_names(made, error);
	if (status != BACKOFF_OK)
		return status;
	empty = matches_nothing(made);
	if (empty < 0)
		return fail(error, BACKOFF_E_NOMEM, "out of memory");
	if (empty > 0)
		return fail(error, BACKOFF_E_VALUE,
			    "it would match everything: it matches an empty "
			    "text");
	made->literal = malloc(2 * (strlen(text) + 1));
	if (made->literal == NULL)
		return fail(error, BACKOFF_E_NOMEM, "out of memory");
	find_literal(made, text);
	return BACKOFF_OK;
}

enum backoff_status
tk_regex_parse(const char *text, struct tk_regex **out,
	       struct backoff_error *error)
{
	struct tk_regex *made = calloc(1, sizeof(*made));
	enum backoff_status status;

	if (made == NULL)
		return fail(error, BACKOFF_E_NOMEM, "out of memory");
	status = parse(made, text, error);
	if (status != BACKOFF_OK) {
		tk_regex_free(made);
		return status;
	}
	*out = made;
	return BACKOFF_OK;
}

void
tk_regex_free(struct tk_regex *regex)
{
	if (regex == NULL)
		return;
	pcre2_match_context_free(regex->context);
	pcre2_match_data_free(regex->data);
	pcre2_code_free(regex->code);
	free(regex->literal);
	free(regex);
}

size_t
tk_regex_hole_count(const struct tk_regex *regex)
{
	return regex->count;
}

const char *
tk_regex_hole(const struct tk_regex *regex, size_t i)
{
	return regex->name[i];
}

struct tk_piece
tk_regex_literal(const struct tk_regex *regex)
{
	return (struct tk_piece){regex->literal, regex->literal_length};
}

enum tk_match
tk_regex_match(struct tk_regex *regex, const char *text, size_t length,
	       struct tk_holes *out)
{
	const PCRE2_SIZE *place = pcre2_get_ovector_pointer(regex->data);
	int code;

	/* Without it, all is interpreted: slower, and the same. */
	if (!regex->compiled)
		regex->jit =
			pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE) == 0;
	regex->compiled = true;
	/* Without what pcre2_match() checks first. */
	code = regex->jit
		       ? pcre2_jit_match(regex->code, (PCRE2_SPTR)text, length,
					 0, 0, regex->data, regex->context)
		       : match(regex, text, length, 0);
	if (code == PCRE2_ERROR_JIT_STACKLIMIT)
		code = match(regex, text, length, PCRE2_NO_JIT);
	out->literals = out->reached = out->begin = 0;
	if (code == PCRE2_ERROR_NOMATCH)
		return TK_MATCH_NONE;
	if (code < 0)
		return TK_MATCH_STOPPED;
	out->begin = place[0];
	for (size_t i = 0; i < regex->count; i++) {
		size_t from = place[2 * regex->group[i]];
		size_t to = place[2 * regex->group[i] + 1];

		out->piece[i] = (struct tk_piece){NULL, 0};
		if (from != PCRE2_UNSET && to >= from)
			out->piece[i] =
				(struct tk_piece){text + from, to - from};
	}
	return TK_MATCH;
}
