/* Drafts a template of a sentence: which hole is which field. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "guess/inside.h"

/* A template being written. */
struct draft {
	const struct tk_shape *shape;
	const struct tk_tokens *tokens;
	struct tk_draft *out;
	enum tk_try how;
	/** Up to here the sentence is written. */
	size_t cursor;
	/** There is no room for more. */
	bool full;
};

/* Where the hole of a field stands; the number of parts if there is none. */
static size_t
find_hole(const struct tk_draft *draft, const char *field)
{
	size_t i = 0;

	while (i < draft->parts && (draft->part[i].field == NULL ||
				    strcmp(draft->part[i].field, field) != 0))
		i++;
	return i;
}

bool
tk_draft_has_hole(const struct tk_draft *draft, const char *field)
{
	return find_hole(draft, field) < draft->parts;
}

struct tk_part *
tk_draft_hole(struct tk_draft *draft, const char *field)
{
	size_t i = find_hole(draft, field);

	return i < draft->parts ? &draft->part[i] : NULL;
}

bool
tk_draft_has(const struct tk_shape *shape, const struct tk_draft *draft,
	     const char *field)
{
	return tk_draft_has_hole(draft, field) || tk_shape_has(shape, field);
}

void
tk_draft_doubt(struct tk_draft *draft, const char *format, ...)
{
	va_list list;

	if (draft->doubts == TK_DOUBTS)
		return;
	va_start(list, format);
	vsnprintf(draft->doubt[draft->doubts++], sizeof(draft->doubt[0]),
		  format, list);
	va_end(list);
}

static bool
has(const struct draft *d, const char *field)
{
	return tk_draft_has(d->shape, d->out, field);
}

static void
literal(struct draft *d, size_t to)
{
	struct tk_draft *out = d->out;

	if (to <= d->cursor || d->full)
		return;
	if (out->parts > 0 && out->part[out->parts - 1].field == NULL) {
		out->part[out->parts - 1].length += to - d->cursor;
	} else if (out->parts < TK_PARTS) {
		out->part[out->parts++] = (struct tk_part){
			.at = d->cursor, .length = to - d->cursor};
	} else {
		d->full = true;
	}
	d->cursor = to;
}

static void
hole(struct draft *d, const char *field, const char *kind, size_t to)
{
	struct tk_draft *out = d->out;
	bool after_hole =
		out->parts > 0 && out->part[out->parts - 1].field != NULL;

	d->full |= out->parts == TK_PARTS || out->holes == TK_HOLES;
	/* Another one right behind a hole would have no beginning. */
	if (!after_hole && !d->full) {
		out->holes++;
		out->part[out->parts++] =
			(struct tk_part){.field = field,
					 .kind = kind,
					 .at = d->cursor,
					 .length = to - d->cursor};
	}
	d->cursor = to;
}

static bool
follows(const struct draft *d, size_t at, const char *words)
{
	return tk_word_before(d->shape->text, at, words);
}

static bool
precedes(const struct draft *d, size_t at, const char *words)
{
	return tk_word_behind(d->shape->text, at, words);
}

static const struct tk_token *
token_at(const struct draft *d, size_t i)
{
	return i < d->tokens->count ? &d->tokens->token[i] : NULL;
}

static bool
is_gap(const struct draft *d, size_t i)
{
	return d->how != TK_TRY_ONE && d->shape->gap[i];
}

/* "of 5", "/5" right after token i. */
static bool
total_follows(const struct draft *d, size_t i)
{
	const struct tk_token *between = token_at(d, i + 1);
	const struct tk_token *total = token_at(d, i + 2);
	const char *text = d->shape->text;

	return total != NULL && total->type == TK_TOKEN_COUNT &&
	       !is_gap(d, i + 1) && !is_gap(d, i + 2) &&
	       (text[between->at] == '/' ||
		tk_word_before(text, (size_t)between->at + between->length,
			       "of von sur de"));
}

static const char before_delay[] =
	"in after for wait waiting sleep sleeping pause pausing delay backoff "
	"off again interval next hold holding nach en dans tras";
static const char before_number[] =
	"attempt attempts try tries retry retries round take number no nr "
	"count time go requeue reattempt restart redelivery failures failure "
	"iteration "
	"versuch tentative essai intento";
static const char tries[] = "attempts tries times goes rounds takes failures "
			    "attempt try versuche versuchen tentatives "
			    "essais intentos";

static const char *
field_of_count(const struct draft *d, size_t i, const char **kind)
{
	const struct tk_token *token = token_at(d, i);
	const char *text = d->shape->text;
	size_t end = (size_t)token->at + token->length;
	bool ended = d->shape->meaning == TK_MEANS_EXHAUSTED ||
		     d->shape->meaning == TK_MEANS_SUCCESS;

	*kind = "int";
	if (follows(d, token->at, "left remaining") ||
	    precedes(d, end, "left remaining more") ||
	    strncasecmp(text + end, " attempts left", 14) == 0 ||
	    strncasecmp(text + end, " tries left", 11) == 0 ||
	    strncasecmp(text + end, " retries left", 13) == 0 ||
	    strncasecmp(text + end, " attempts remaining", 19) == 0 ||
	    strncasecmp(text + end, " retries remaining", 18) == 0)
		return "left";
	if (i >= 2 && has(d, "attempt") && total_follows(d, i - 2))
		return "max_attempts";
	if (follows(d, token->at, "status code http"))
		return "code";
	if (ended && precedes(d, end, "retries requeues reattempts restarts"))
		return "retries";
	if (ended && (precedes(d, end, tries) ||
		      follows(d, token->at, "attempts tries")))
		return "attempts";
	if (total_follows(d, i) || follows(d, token->at, before_number) ||
	    (i > 0 && text[token->at - 1] == '#'))
		return "attempt";
	if (follows(d, token->at, "id"))
		return "trace_id";
	return "_";
}

static const char *
field_of_text(const struct draft *d, size_t at, bool one_word)
{
	const char *text = d->shape->text;
	bool colon =
		at >= 2 &&
		strchr(":(", text[at - (text[at - 1] == ' ' ? 2 : 1)]) != NULL;

	if (follows(d, at, "error exception reason because cause to with by") ||
	    (colon && (!one_word || has(d, "operation"))))
		return !has(d, "error") ? "error" : "_";
	if (one_word && !has(d, "operation"))
		return "operation";
	return !has(d, "error") ? "error" : "_";
}

/* dotted: letters, digits and _ . $ / -. */
static const char *
kind_of_name(const struct draft *d, const struct tk_token *token)
{
	if (d->how != TK_TRY_FIRST)
		return "";
	for (size_t i = 0; i < token->length; i++) {
		char c = d->shape->text[token->at + i];

		if (!bo_is_letter(c) && !bo_is_digit(c) &&
		    !bo_is_one_of(c, "_.$/-"))
			return "word";
	}
	return "dotted";
}

/* Which field a value is; *kind is that of the template's hole. */
static const char *
field_of(const struct draft *d, size_t i, const char **kind)
{
	const struct tk_token *token = token_at(d, i);
	const char *field = "_";

	*kind = "";
	switch (token->type) {
	case TK_TOKEN_COUNT:
		return field_of_count(d, i, kind);
	case TK_TOKEN_NUMBER:
	case TK_TOKEN_DURATION:
		if (follows(d, token->at, "took elapsed lasted within"))
			return "elapsed_seconds";
		return token->type == TK_TOKEN_DURATION ||
				       follows(d, token->at, before_delay)
			       ? "delay_seconds"
			       : "_";
	case TK_TOKEN_ORDINAL:
		*kind = "ordinal";
		return "attempt";
	case TK_TOKEN_ERROR:
		*kind = kind_of_name(d, token);
		return "error_type";
	case TK_TOKEN_ID:
		*kind = d->how == TK_TRY_FIRST ? "word" : "";
		return "trace_id";
	case TK_TOKEN_NAME:
		field = field_of_text(d, token->at, true);
		*kind = strcmp(field, "error") == 0 || d->how != TK_TRY_FIRST
				? ""
				: "word";
		return field;
	case TK_TOKEN_QUOTED:
		return field_of_text(d, token->at, true);
	case TK_TOKEN_WORD:
	case TK_TOKEN_MARK:
	case TK_TOKEN_TYPES:
		break;
	}
	return field;
}

/* Whether a value has a name before it that is a member. */
static bool
is_named(const struct draft *d, const struct tk_token *token)
{
	const char *text = d->shape->text;

	for (size_t i = 0; i < d->shape->named_count; i++) {
		const char *name = d->shape->named[i].name;
		size_t n = strlen(name), at = token->at;

		while (at > 0 && (text[at - 1] == '"' || text[at - 1] == '\''))
			at--;
		if (at > n && text[at - 1] == '=' &&
		    memcmp(text + at - 1 - n, name, n) == 0)
			return true;
	}
	return false;
}

static size_t
value(struct draft *d, size_t i)
{
	const struct tk_token *token = token_at(d, i);
	const struct tk_token *next = token_at(d, i + 1);
	size_t end = (size_t)token->at + token->length;
	const char *kind, *field;
	bool number =
		token->type == TK_TOKEN_COUNT || token->type == TK_TOKEN_NUMBER;

	literal(d, token->at);
	if (is_named(d, token)) {
		hole(d, "_", "", end);
		return i;
	}
	/* "2 seconds" is one value. */
	if (number && next != NULL && next->type == TK_TOKEN_WORD &&
	    !is_gap(d, i + 1) &&
	    tk_word_is_unit(d->shape->text + next->at, next->length)) {
		field = follows(d, token->at, "took elapsed lasted within")
				? "elapsed_seconds"
				: "delay_seconds";
		hole(d, has(d, field) ? "_" : field,
		     has(d, field) ? "" : "duration",
		     (size_t)next->at + next->length);
		return i + 1;
	}
	field = field_of(d, i, &kind);
	if (strcmp(field, "_") != 0 && has(d, field)) {
		/* In "a of b" only one is the attempt. */
		field = "_";
		kind = token->type == TK_TOKEN_COUNT ? "int" : "";
	}
	hole(d, field, kind, end);
	return i;
}

/* What varies between two words. */
static void
gap(struct draft *d, size_t to)
{
	const char *text = d->shape->text;
	size_t from = d->cursor, words = 1;

	while (from < to && text[from] == ' ')
		from++;
	while (to > from && text[to - 1] == ' ')
		to--;
	for (size_t i = from; i < to; i++)
		words += text[i] == ' ';
	/* Here nothing is there; other lines have something. */
	if (from == to)
		return;
	literal(d, from);
	hole(d, field_of_text(d, from, words == 1),
	     words == 1 && from == 0 ? "word" : "", to);
}

/* Where members begin that say all that a sentence does not: "retrying
 * op=pay attempt=1". */
static size_t
begin_of_members(const struct draft *d)
{
	const char *text = d->shape->text;
	bool strong;

	for (size_t i = 1; i + 1 < d->tokens->count; i++) {
		size_t at = d->tokens->token[i].at;
		size_t end = at + d->tokens->token[i].length;

		if (text[end] != '=' ||
		    d->tokens->token[i].type != TK_TOKEN_WORD)
			continue;
		if (d->shape->named_count > 0 &&
		    tk_speaks_of_retries(text, at, &strong) && strong &&
		    tk_meaning_of(text, at) == d->shape->meaning)
			return i;
		break;
	}
	return d->tokens->count;
}

void
tk_draft_make(const struct tk_shape *shape, enum tk_try how,
	      struct tk_draft *out)
{
	struct tk_tokens own;
	struct draft d = {.shape = shape,
			  .tokens = &shape->tokens,
			  .out = out,
			  .how = how};
	size_t count;

	memset(out, 0, sizeof(*out));
	if (!shape->is_sentence)
		return;
	if (how == TK_TRY_ONE) {
		tk_tokens_read(shape->text, strlen(shape->text), &own);
		d.tokens = &own;
	}
	if (!tk_shape_has_words(shape)) {
		literal(&d, strlen(shape->text));
		return;
	}
	count = begin_of_members(&d);
	for (size_t i = 0; i < count && !d.full; i++) {
		const struct tk_token *token = &d.tokens->token[i];

		if (is_gap(&d, i))
			gap(&d, token->at);
		if (!tk_token_is_fixed(token))
			i = value(&d, i);
		else
			literal(&d, (size_t)token->at + token->length);
	}
	if (count == d.tokens->count && is_gap(&d, count))
		gap(&d, strlen(shape->text));
}
