/* Drafts a template of a sentence: which hole is which field. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "dialect/template.h"
#include "guess/inside.h"

/* A template being written. */
struct draft {
	const struct tk_shape *shape;
	struct tk_draft *out;
	struct bo_out text;
	/** Up to here the sentence is written. */
	size_t cursor;
	/** The text ends with a hole: another one right behind it would have
	 *  no end. */
	bool after_hole;
};

bool
tk_draft_has(const struct tk_shape *shape, const struct tk_draft *draft,
	     const char *field)
{
	for (size_t i = 0; i < draft->hole_count; i++) {
		if (strcmp(draft->hole[i], field) == 0)
			return true;
	}
	for (size_t i = 0; i < shape->named_count; i++) {
		if (strcmp(shape->named[i].field, field) == 0)
			return true;
	}
	return false;
}

static bool
has(const struct draft *d, const char *field)
{
	return tk_draft_has(d->shape, d->out, field);
}

static void
literal(struct draft *d, size_t to)
{
	for (; d->cursor < to; d->cursor++) {
		char c = d->shape->text[d->cursor];

		bo_out_bytes(&d->text, &c, 1);
		if (c == '{')
			bo_out_bytes(&d->text, &c, 1);
		d->after_hole = false;
	}
}

static void
hole(struct draft *d, const char *field, const char *kind, size_t to)
{
	d->cursor = to;
	if (d->after_hole)
		return;
	d->after_hole = true;
	if (strcmp(field, "_") != 0) {
		if (d->out->hole_count == TK_HOLES)
			field = "_";
		else
			d->out->hole[d->out->hole_count++] = field;
	}
	bo_out_format(&d->text, kind[0] != '\0' ? "{%s:%s}" : "{%s}", field,
		      kind);
}

/* Whether one of the words ends what comes before a place; marks and spaces
 * between them are skipped. */
static bool
follows(const struct draft *d, size_t at, const char *words)
{
	const char *text = d->shape->text;
	size_t n = 0;

	while (at > 0 && strchr(" (#:=\"'[{*", text[at - 1]) != NULL)
		at--;
	while (n < at && ((text[at - n - 1] | 0x20) >= 'a') &&
	       ((text[at - n - 1] | 0x20) <= 'z'))
		n++;
	for (; *words != '\0' && n > 0; words += strcspn(words, " ")) {
		words += *words == ' ';
		if (strcspn(words, " ") == n &&
		    strncasecmp(words, text + at - n, n) == 0)
			return true;
	}
	return false;
}

static bool
precedes(const struct draft *d, size_t at, const char *words)
{
	const char *text = d->shape->text;
	size_t n = 0;

	while (text[at] != '\0' && strchr(" )]'\"", text[at]) != NULL)
		at++;
	while (((text[at + n] | 0x20) >= 'a' && (text[at + n] | 0x20) <= 'z'))
		n++;
	for (; *words != '\0' && n > 0; words += strcspn(words, " ")) {
		words += *words == ' ';
		if (strcspn(words, " ") == n &&
		    strncasecmp(words, text + at, n) == 0)
			return true;
	}
	return false;
}

static const struct tk_token *
token_at(const struct draft *d, size_t i)
{
	return i < d->shape->tokens.count ? &d->shape->tokens.token[i] : NULL;
}

/* "of 5", "/5" right after token i. */
static bool
total_follows(const struct draft *d, size_t i)
{
	const struct tk_token *between = token_at(d, i + 1);
	const struct tk_token *total = token_at(d, i + 2);
	const char *word = between != NULL ? d->shape->text + between->at : "";

	return total != NULL && total->type == TK_TOKEN_COUNT &&
	       !d->shape->gap[i + 1] && !d->shape->gap[i + 2] &&
	       (*word == '/' || strncasecmp(word, "of", 2) == 0);
}

static const char before_delay[] =
	"in after for wait waiting sleep sleeping pause pausing delay backoff "
	"off again interval next";
static const char before_number[] =
	"attempt attempts try tries retry retries round take number no nr "
	"count time go";

static const char *
field_of_count(const struct draft *d, size_t i, const char **kind)
{
	const struct tk_token *token = token_at(d, i);
	size_t end = (size_t)token->at + token->length;
	bool ended = d->shape->meaning == TK_MEANS_EXHAUSTED ||
		     d->shape->meaning == TK_MEANS_SUCCESS;

	*kind = "int";
	if (follows(d, token->at, "left remaining") ||
	    precedes(d, end, "left remaining more"))
		return "left";
	if ((precedes(d, end, "attempts tries retries") ||
	     follows(d, token->at, "left remaining")) &&
	    (strstr(d->shape->text + end, " left") == d->shape->text + end ||
	     strncasecmp(d->shape->text + end, " attempts left", 14) == 0 ||
	     strncasecmp(d->shape->text + end, " tries left", 11) == 0 ||
	     strncasecmp(d->shape->text + end, " retries left", 13) == 0))
		return "left";
	if (i >= 2 && has(d, "attempt") && total_follows(d, i - 2))
		return "max_attempts";
	if (ended && precedes(d, end, "retries"))
		return "retries";
	if (ended && precedes(d, end, "attempts tries times"))
		return "attempts";
	if (total_follows(d, i) || follows(d, token->at, before_number) ||
	    (i > 0 && d->shape->text[token->at - 1] == '#'))
		return "attempt";
	if (follows(d, token->at, "status code http"))
		return "code";
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
		*kind = "dotted";
		return "error_type";
	case TK_TOKEN_ID:
		*kind = "word";
		return "trace_id";
	case TK_TOKEN_NAME:
		field = field_of_text(d, token->at, true);
		*kind = strcmp(field, "error") == 0 ? "" : "word";
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

/* Whether a word is the unit of the number before it. */
static bool
is_unit(const struct draft *d, const struct tk_token *token)
{
	static const char units[] = "s sec secs second seconds ms millis msec "
				    "milliseconds min mins minute minutes h "
				    "hour hours us ns m";
	const char *word = d->shape->text + token->at;

	for (const char *p = units; *p != '\0';) {
		size_t n = strcspn(p, " ");

		if (n == token->length && strncasecmp(p, word, n) == 0)
			return true;
		p += n + (p[n] == ' ');
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

	/* "2 seconds" is one value. */
	if (number && next != NULL && next->type == TK_TOKEN_WORD &&
	    !d->shape->gap[i + 1] && is_unit(d, next) &&
	    !has(d, "delay_seconds")) {
		literal(d, token->at);
		hole(d, "delay_seconds", "", (size_t)next->at + next->length);
		return i + 1;
	}
	field = field_of(d, i, &kind);
	if (strcmp(field, "_") != 0 && has(d, field))
		field = "_";
	literal(d, token->at);
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

void
tk_draft_make(const struct tk_shape *shape, struct tk_draft *out)
{
	const struct tk_tokens *tokens = &shape->tokens;
	struct draft d = {.shape = shape,
			  .out = out,
			  .text = bo_out_init(out->text, sizeof(out->text))};

	out->hole_count = 0;
	out->is_note = false;
	if (!shape->is_sentence)
		return;
	/* The words before the first that is always there are not needed,
	 * unless one of them may be the operation. */
	for (size_t i = 0; i < tokens->count; i++) {
		const struct tk_token *token = &tokens->token[i];

		if (shape->gap[i])
			gap(&d, token->at);
		if (!tk_token_is_fixed(token))
			i = value(&d, i);
		else
			literal(&d, (size_t)token->at + token->length);
	}
	if (shape->gap[tokens->count])
		gap(&d, strlen(shape->text));
}

bool
tk_draft_fits(const struct tk_shape *shape, const struct tk_draft *draft)
{
	struct backoff_error error = {.size = sizeof(error)};
	struct tk_template *parsed;
	struct tk_holes holes;
	bool fits;

	if (!shape->is_sentence || strchr(draft->text, '{') == NULL)
		return true;
	if (tk_template_parse(draft->text, &parsed, &error) != BACKOFF_OK)
		return false;
	fits = tk_template_match(parsed, shape->text, strlen(shape->text),
				 &holes) == TK_MATCH;
	tk_template_free(parsed);
	return fits;
}

void
tk_draft_connect(struct tk_shape *const *shape, struct tk_draft *draft,
		 size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (shape[i]->meaning != TK_MEANS_RETRY ||
		    tk_draft_has(shape[i], &draft[i], "delay_seconds"))
			continue;
		/* "Attempt 1/3 failed: x" and then "Waiting 2s": one attempt
		 * in two lines. */
		for (size_t j = 0; j < count; j++) {
			uint64_t a = shape[i]->count, b = shape[j]->count;

			if (j == i || shape[j]->meaning != TK_MEANS_RETRY ||
			    !tk_draft_has(shape[j], &draft[j],
					  "delay_seconds") ||
			    tk_draft_has(shape[j], &draft[j], "attempt") ||
			    !tk_draft_has(shape[i], &draft[i], "attempt") ||
			    a > b + b / 2 || b > a + a / 2)
				continue;
			draft[i].is_note = true;
		}
	}
}
