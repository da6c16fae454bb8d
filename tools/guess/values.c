/* Reads the lines of a sentence with its template, and decides by their values
 * which hole is which field. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/hash.h"
#include "guess/inside.h"

#define DISTINCT 32

/* What a hole holds in all lines. */
struct values {
	size_t lines, digits, with_digit, with_space, hex, distinct;
	/* A name with a number of at least three digits: L-1881. */
	size_t tagged;
	int32_t low, high;
	uint64_t hash[DISTINCT];
};

struct reading {
	struct tk_draft *draft;
	struct values *values;
	size_t lines, equal;
};

void
tk_draft_render(const struct tk_shape *shape, struct tk_draft *draft,
		bool numbered)
{
	struct bo_out text = bo_out_init(draft->text, sizeof(draft->text));
	size_t hole = 0;

	bo_out_text(&text, draft->anchor);
	for (size_t i = 0; i < draft->parts; i++) {
		const struct tk_part *part = &draft->part[i];
		const char *kind = part->kind;
		char name[16];

		for (size_t j = 0; part->field == NULL && j < part->length;
		     j++) {
			char c = shape->text[part->at + j];

			bo_out_bytes(&text, &c, 1);
			if (c == '{')
				bo_out_bytes(&text, &c, 1);
		}
		if (part->field == NULL)
			continue;
		snprintf(name, sizeof(name), "h%zu", hole++);
		/* A duration without a kind is one by its name. */
		if (numbered && kind[0] == '\0' &&
		    strcmp(part->field, "delay_seconds") == 0)
			kind = "duration";
		if (!numbered && strcmp(kind, "duration") == 0 &&
		    strcmp(part->field, "_") != 0)
			kind = "";
		bo_out_format(&text, kind[0] != '\0' ? "{%s:%s}" : "{%s}",
			      numbered ? name : part->field, kind);
	}
}

enum backoff_status
tk_draft_each(const struct tk_shape *shape, struct tk_draft *draft,
	      const struct tk_shape *lines, tk_values_fn fn, void *user,
	      size_t *matched)
{
	static const struct tk_holes none;
	struct backoff_error error = {.size = sizeof(error)};
	struct tk_template *parsed = NULL;
	enum backoff_status status = BACKOFF_OK;

	*matched = 0;
	tk_draft_render(shape, draft, true);
	if (shape->is_sentence)
		status = tk_template_parse(draft->text, &parsed, &error);
	for (const struct tk_kept *kept = lines->kept;
	     kept != NULL && status == BACKOFF_OK; kept = kept->next) {
		struct tk_holes holes = none;

		if (parsed != NULL &&
		    tk_template_match(parsed, kept->text, strlen(kept->text),
				      &holes) != TK_MATCH)
			continue;
		++*matched;
		if (fn != NULL)
			fn(user, kept, &holes);
	}
	tk_template_free(parsed);
	return status == BACKOFF_E_NOMEM ? status : BACKOFF_OK;
}

static int32_t
number_of(struct tk_piece piece)
{
	int32_t number = 0;

	if (piece.at == NULL || piece.length == 0 || piece.length > 9)
		return -1;
	for (size_t i = 0; i < piece.length; i++) {
		if (!bo_is_digit(piece.at[i]))
			return -1;
		number = number * 10 + (piece.at[i] - '0');
	}
	return number;
}

static bool
is_tagged(struct tk_piece piece)
{
	size_t digits = 0;

	while (digits < piece.length &&
	       bo_is_digit(piece.at[piece.length - digits - 1]))
		digits++;
	return digits >= 3 && digits < piece.length && bo_is_letter(*piece.at);
}

static void
add_value(struct values *values, struct tk_piece piece)
{
	uint64_t hash = bo_hash(0, piece.at, piece.length);
	int32_t number = number_of(piece);
	size_t digits = 0, hex = 0, i;

	for (i = 0; i < piece.length; i++) {
		digits += bo_is_digit(piece.at[i]);
		hex += bo_is_hex(piece.at[i]) || piece.at[i] == '-';
	}
	values->with_digit += digits > 0;
	values->tagged += is_tagged(piece);
	values->hex += hex == piece.length && digits > 0 && piece.length >= 6;
	values->with_space += memchr(piece.at, ' ', piece.length) != NULL;
	if (number >= 0) {
		if (values->digits == 0 || number < values->low)
			values->low = number;
		if (values->digits == 0 || number > values->high)
			values->high = number;
		values->digits++;
	}
	values->lines++;
	for (i = 0; i < values->distinct; i++) {
		if (values->hash[i] == hash)
			return;
	}
	if (values->distinct < DISTINCT)
		values->hash[values->distinct++] = hash;
}

static void
add_line(void *user, const struct tk_kept *kept, const struct tk_holes *holes)
{
	struct reading *reading = user;

	/* A template that begins with a hole takes only a word for it. */
	reading->values[0].with_space +=
		reading->draft->part[0].field != NULL &&
		holes->piece[0].at > kept->text + kept->body;
	for (size_t i = 0; i < reading->draft->holes; i++) {
		if (holes->piece[i].at != NULL)
			add_value(&reading->values[i], holes->piece[i]);
	}
}

static void
add_numbers(void *user, const struct tk_kept *kept,
	    const struct tk_holes *holes)
{
	static const char *const field[TK_NUMBERS] = {
		[TK_NUMBER_ATTEMPT] = "attempt",
		[TK_NUMBER_LIMIT] = "max_attempts",
		[TK_NUMBER_LEFT] = "left",
	};
	struct reading *reading = user;
	struct tk_draft *draft = reading->draft;
	int32_t number[TK_NUMBERS];
	size_t hole = 0;

	memcpy(number, kept->number, sizeof(number));
	for (size_t i = 0; i < draft->parts; i++) {
		const char *name = draft->part[i].field;

		if (name == NULL)
			continue;
		for (size_t n = 0; n < TK_NUMBERS; n++) {
			if (strcmp(name, field[n]) == 0 ||
			    (n == TK_NUMBER_ATTEMPT &&
			     (strcmp(name, "attempts") == 0 ||
			      strcmp(name, "retries") == 0)))
				number[n] = number_of(holes->piece[hole]);
		}
		hole++;
	}
	for (size_t n = 0; n < TK_NUMBERS; n++) {
		if (number[n] < 0)
			continue;
		if (draft->low[n] < 0 || number[n] < draft->low[n])
			draft->low[n] = number[n];
		if (number[n] > draft->high[n])
			draft->high[n] = number[n];
	}
	reading->lines++;
	reading->equal += number[TK_NUMBER_ATTEMPT] >= 0 &&
			  number[TK_NUMBER_ATTEMPT] == number[TK_NUMBER_LIMIT];
}

static bool
is_open(const struct tk_part *part)
{
	return strcmp(part->field, "_") == 0 ||
	       strcmp(part->field, "error") == 0 ||
	       strcmp(part->field, "operation") == 0;
}

static bool
is_text_of(const struct tk_part *part, const char *field)
{
	return strcmp(part->field, field) == 0;
}

/* Ids: mostly other ones, and not words. */
static bool
is_id(const struct tk_shape *shape, const struct tk_part *part,
      const struct values *values)
{
	bool named = tk_word_before(shape->text, part->at,
				    "id job jid request req task message msg "
				    "call order tx transaction rid trace");
	bool in_brackets =
		part->at > 0 && bo_is_one_of(shape->text[part->at - 1], "[(<");

	if (values->lines == 0 || values->with_space > 0 ||
	    values->with_digit < values->lines)
		return false;
	if (values->hex == values->lines && values->digits < values->lines)
		return true;
	/* The same few names would be hosts. */
	if (values->tagged == values->lines && values->distinct >= 4 &&
	    values->distinct * 6 >= values->lines)
		return true;
	if (!is_text_of(part, "_") && values->digits == values->lines)
		return false;
	return (named || (in_brackets && values->digits == 0)) &&
	       values->distinct >= 2 && values->distinct * 8 >= values->lines;
}

/* A count without a word that says what it is. */
static bool
is_attempt(const struct values *values)
{
	return values->digits == values->lines && values->lines > 0 &&
	       values->low <= 2 && values->high <= 50 &&
	       (values->distinct > 1 || values->lines < 3);
}

static bool
is_status(const struct values *values)
{
	return values->digits == values->lines && values->lines > 0 &&
	       values->low >= 300 && values->high <= 599;
}

static void
set_hole(struct tk_part *part, const char *field, const char *kind)
{
	part->field = field;
	part->kind = kind;
}

/* "2nd" in all lines is a word, if another number counts. */
static void
find_constant(const struct tk_shape *shape, struct tk_draft *draft,
	      const struct values *values)
{
	struct tk_part *constant = NULL;
	size_t hole = 0;
	bool counts = false;

	for (size_t i = 0; i < draft->parts; i++) {
		struct tk_part *part = &draft->part[i];
		const struct values *these = &values[hole];

		if (part->field == NULL)
			continue;
		hole++;
		if (is_text_of(part, "attempt") && these->lines > 3 &&
		    these->distinct == 1)
			constant = part;
		else
			counts |= is_text_of(part, "_") &&
				  strcmp(part->kind, "int") == 0 &&
				  these->distinct > 1 && is_attempt(these) &&
				  tk_word_before(shape->text, part->at,
						 "number attempt try no");
	}
	if (constant != NULL && counts)
		constant->field = "_";
}

/* What is certain by its values: ids, codes, the attempt. */
static void
decide_values(const struct tk_shape *shape, struct tk_draft *draft,
	      const struct values *values)
{
	bool ended = shape->meaning == TK_MEANS_EXHAUSTED ||
		     shape->meaning == TK_MEANS_SUCCESS;
	size_t hole = 0;

	find_constant(shape, draft, values);
	for (size_t i = 0; i < draft->parts; i++) {
		struct tk_part *part = &draft->part[i];
		const struct values *these = &values[hole];

		if (part->field == NULL)
			continue;
		hole++;
		if (!is_open(part))
			continue;
		if (!tk_draft_has(shape, draft, "trace_id") &&
		    is_id(shape, part, these))
			set_hole(part, shape->has_id ? "_" : "trace_id",
				 part->kind);
		else if (!tk_draft_has(shape, draft, "code") &&
			 is_status(these))
			set_hole(part, "code", "int");
		else if (strcmp(part->kind, "int") == 0 &&
			 !tk_draft_has(shape, draft, "attempt") &&
			 !tk_draft_has(shape, draft, "attempts") &&
			 !tk_draft_has(shape, draft, "retries") &&
			 !tk_draft_has(shape, draft, "left") &&
			 is_attempt(these)) {
			set_hole(part, ended ? "attempts" : "attempt", "int");
			part->unsure = true;
		}
	}
}

/* Whether nothing but marks stands before a hole. */
static bool
is_first(const struct tk_shape *shape, const struct tk_draft *draft, size_t i)
{
	const struct tk_part *part = &draft->part[0];

	if (i == 0)
		return true;
	if (i != 1 || part->field != NULL)
		return false;
	for (size_t j = 0; j < part->length; j++) {
		if (!bo_is_one_of(shape->text[part->at + j], " [(<\"'-:"))
			return false;
	}
	return true;
}

static bool
is_word_hole(const struct tk_part *part, const struct values *values)
{
	return part->field != NULL && is_open(part) && !part->sure &&
	       strcmp(part->kind, "int") != 0 &&
	       (values->lines == 0 || values->digits < values->lines);
}

/* "client.c:77" is where a program logs. */
static bool
is_location(const char *text, size_t length)
{
	size_t digits = 0;

	while (digits < length && bo_is_digit(text[length - digits - 1]))
		digits++;
	return digits > 0 && digits < length &&
	       text[length - digits - 1] == ':' && length - digits > 4;
}

/* fetch_order, app.fetch, pay/refund. */
static bool
is_compound(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (bo_is_one_of(text[i], "_./-"))
			return true;
	}
	return false;
}

/* Whether a name differs between lines: else all of them are as good. */
static bool
is_varied(const struct tk_draft *draft, const struct values *values)
{
	size_t hole = 0;

	for (size_t i = 0; i < draft->parts; i++) {
		const struct values *these = &values[hole];

		if (draft->part[i].field == NULL)
			continue;
		hole++;
		if (is_word_hole(&draft->part[i], these) &&
		    these->with_space == 0 && these->distinct > 1)
			return true;
	}
	return false;
}

/* How much a hole looks like the operation: a few names that come again. */
static int
score_operation(const struct tk_shape *shape, const struct tk_draft *draft,
		size_t i, const struct values *values, bool varied)
{
	const struct tk_part *part = &draft->part[i];
	size_t at = part->at;
	const char *text = shape->text;
	char mark = at > 0 ? text[at - 1] : ' ';
	int score = is_text_of(part, "operation") ? 3 : 0;

	/* fetch(orders) */
	if (mark == '(' && at > 1 && bo_is_letter(text[at - 2]))
		mark = ' ';
	else if (mark == ' ' && at > 1 && bo_is_one_of(text[at - 2], ":("))
		mark = text[at - 2];
	if (tk_word_before(text, at,
			   "error exception reason because cause due with got "
			   "said failed"))
		score -= 6;
	else if (bo_is_one_of(mark, " \"'") &&
		 tk_word_before(text, at,
				"for to of on from task job operation call "
				"calling service tool request fetch reach get "
				"von retrying"))
		score += 3;
	if (is_first(shape, draft, i))
		score += 4;
	else if (mark == '(' || mark == ':')
		score -= 4;
	if (values->with_space > 0 && !is_first(shape, draft, i))
		score -= 4;
	if (varied && values->lines > 3 && values->distinct == 1)
		score -= 4;
	if (values->with_space == 0 && values->distinct > 1 &&
	    values->distinct * 2 <= values->lines && mark == ':')
		score += 4;
	if (is_location(text + at, part->length))
		score -= 8;
	return score + (values->with_space == 0 && part->length > 2 &&
			is_compound(text + at, part->length));
}

static bool
has_sure(const struct tk_draft *draft)
{
	for (size_t i = 0; i < draft->parts; i++) {
		if (draft->part[i].sure &&
		    is_text_of(&draft->part[i], "operation"))
			return true;
	}
	return false;
}

/* Where an operation was found, the rest is the error: what stands in brackets
 * behind a failure, or else the first of it. */
static size_t
find_error(const struct tk_shape *shape, const struct tk_draft *draft,
	   const struct values *values, size_t operation)
{
	size_t hole = 0, found = draft->parts;
	bool failed = false, bracket = false;

	for (size_t i = 0; i < draft->parts; i++) {
		const struct tk_part *part = &draft->part[i];
		const char *text = shape->text + part->at;

		if (part->field == NULL) {
			failed |= tk_says_failure(text, part->length);
			bracket = part->length > 0 &&
				  text[part->length - 1] == '(';
			continue;
		}
		if (!is_word_hole(part, &values[hole++]) || i == operation)
			continue;
		if (failed && bracket)
			return i;
		if (found == draft->parts)
			found = i;
	}
	return found;
}

/* Which hole is the operation, and which is the error. */
static void
decide_texts(const struct tk_shape *shape, struct tk_draft *draft,
	     const struct values *values)
{
	bool operation = !tk_shape_has(shape, "operation") && !has_sure(draft);
	bool error = !tk_shape_has(shape, "error");
	bool varied = is_varied(draft, values);
	int best = operation ? 0 : 100;
	size_t hole = 0, chosen = draft->parts, found;

	for (size_t i = 0; i < draft->parts; i++) {
		const struct values *these = &values[hole];
		int score;

		if (draft->part[i].field == NULL)
			continue;
		hole++;
		if (!is_word_hole(&draft->part[i], these))
			continue;
		score = score_operation(shape, draft, i, these, varied);
		if (score > best) {
			best = score;
			chosen = i;
		}
	}
	hole = 0;
	found = error ? find_error(shape, draft, values, chosen) : draft->parts;
	for (size_t i = 0; i < draft->parts; i++) {
		struct tk_part *part = &draft->part[i];

		if (part->field == NULL || !is_word_hole(part, &values[hole++]))
			continue;
		set_hole(part,
			 i == chosen  ? "operation"
			 : i == found ? "error"
				      : "_",
			 part->kind);
	}
}

/* What all lines have before the sentence, from a word on. */
static void
set_anchor(const struct tk_shape *shape, struct tk_draft *draft)
{
	const struct tk_kept *first = shape->kept, *kept;
	size_t n = first != NULL ? first->body : 0, from;

	for (kept = first; kept != NULL; kept = kept->next) {
		size_t same = 0;

		while (same < n && same < kept->body &&
		       kept->text[kept->body - same - 1] ==
			       first->text[first->body - same - 1])
			same++;
		n = same;
	}
	if (n == 0)
		return;
	if (n > sizeof(draft->anchor) / 3)
		n = sizeof(draft->anchor) / 3;
	/* Whole words. */
	for (from = first->body - n; from > 0 && from < first->body; from++) {
		if (first->text[from - 1] == ' ')
			break;
	}
	n = 0;
	for (; from < first->body; from++) {
		if (first->text[from] == '{')
			draft->anchor[n++] = '{';
		draft->anchor[n++] = first->text[from];
	}
	draft->anchor[n] = '\0';
}

enum backoff_status
tk_draft_decide(const struct tk_shape *shape, struct tk_draft *draft)
{
	struct values values[TK_HOLES];
	struct reading reading = {.draft = draft, .values = values};
	enum backoff_status status;

	memset(values, 0, sizeof(values));
	status = tk_draft_each(shape, draft, shape, add_line, &reading,
			       &draft->matched);
	if (status != BACKOFF_OK)
		return status;
	decide_values(shape, draft, values);
	decide_texts(shape, draft, values);
	if (draft->parts > 0 && draft->part[0].field != NULL &&
	    values[0].with_space > 0) {
		draft->part[0].kind = "";
		set_anchor(shape, draft);
	}
	for (size_t n = 0; n < TK_NUMBERS; n++)
		draft->low[n] = draft->high[n] = -1;
	status = tk_draft_each(shape, draft, shape, add_numbers, &reading,
			       &draft->matched);
	draft->at_limit = reading.lines > 0 && reading.equal == reading.lines;
	return status;
}
