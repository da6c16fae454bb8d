/* Makes one sentence of several that differ in a few words.
 *
 * Operations and errors are words like any other: two lines of one statement
 * have the longest common subsequence of their words (as Spell does: M. Du,
 * F. Li, ICDM 2016), and holes where they differ. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "base/ascii.h"
#include "guess/shape.h"

static bool
is_same(const struct tk_shape *a, size_t i, const struct tk_shape *b, size_t j)
{
	const struct tk_token *x = &a->tokens.token[i];
	const struct tk_token *y = &b->tokens.token[j];

	if (!tk_token_is_fixed(x) || !tk_token_is_fixed(y))
		return x->type == y->type;
	return x->type == y->type && x->length == y->length &&
	       memcmp(a->text + x->at, b->text + y->at, x->length) == 0;
}

static size_t
word_count(const struct tk_shape *shape)
{
	size_t words = 0;

	for (size_t i = 0; i < shape->tokens.count; i++)
		words += shape->tokens.token[i].type == TK_TOKEN_WORD;
	return words;
}

/* For each token of `into` whether it is in the common subsequence, and its
 * partner. */
static size_t
common(const struct tk_shape *into, const struct tk_shape *from,
       uint8_t partner[TK_TOKENS_MAX])
{
	static const uint8_t none = UINT8_MAX;
	uint8_t length[TK_TOKENS_MAX + 1][TK_TOKENS_MAX + 1] = {{0}};
	size_t n = into->tokens.count, m = from->tokens.count, words = 0;

	for (size_t i = n; i-- > 0;) {
		for (size_t j = m; j-- > 0;) {
			uint8_t skip = length[i + 1][j] > length[i][j + 1]
					       ? length[i + 1][j]
					       : length[i][j + 1];
			uint8_t both = (uint8_t)(length[i + 1][j + 1] + 1);

			length[i][j] = is_same(into, i, from, j) && both > skip
					       ? both
					       : skip;
		}
	}
	memset(partner, none, TK_TOKENS_MAX);
	for (size_t i = 0, j = 0; i < n && j < m;) {
		if (is_same(into, i, from, j) &&
		    length[i][j] == length[i + 1][j + 1] + 1) {
			words += into->tokens.token[i].type == TK_TOKEN_WORD;
			partner[i++] = (uint8_t)j++;
		} else if (length[i + 1][j] >= length[i][j + 1]) {
			i++;
		} else {
			j++;
		}
	}
	return words;
}

static bool
is_plan(const struct tk_token *token)
{
	return token->type >= TK_TOKEN_COUNT && token->type <= TK_TOKEN_ORDINAL;
}

static size_t
plan_count(const struct tk_shape *shape)
{
	size_t count = 0;

	for (size_t i = 0; i < shape->tokens.count; i++)
		count += is_plan(&shape->tokens.token[i]);
	return count;
}

/* Durations, and numbers with a unit: a sentence that has one plans something,
 * and another one does not. */
static size_t
duration_count(const struct tk_shape *shape)
{
	size_t count = 0;

	for (size_t i = 0; i < shape->tokens.count; i++) {
		const struct tk_token *token = &shape->tokens.token[i];
		const struct tk_token *next =
			i + 1 < shape->tokens.count ? token + 1 : NULL;

		count +=
			token->type == TK_TOKEN_DURATION ||
			(is_plan(token) && next != NULL &&
			 next->type == TK_TOKEN_WORD &&
			 tk_word_is_unit(shape->text + next->at, next->length));
	}
	return count;
}

static bool
has_same_names(const struct tk_shape *a, const struct tk_shape *b)
{
	return tk_shape_has(a, "delay_seconds") ==
		       tk_shape_has(b, "delay_seconds") &&
	       tk_shape_has(a, "attempt") == tk_shape_has(b, "attempt");
}

/* Whether a token is a word, or a mark that says as much. */
static bool
is_word(const struct tk_shape *shape, size_t i)
{
	const struct tk_token *token = &shape->tokens.token[i];

	return token->type == TK_TOKEN_WORD ||
	       (token->type == TK_TOKEN_MARK &&
		bo_is_one_of(shape->text[token->at], "/#=:"));
}

/* Whether a token has the same neighbour in both sentences: "try 1" and "try
 * 2", but not "(1 of 3)" and "(2 left)". */
static bool
has_neighbour(const struct tk_shape *into, const uint8_t *partner, size_t i)
{
	bool before, behind;

	if (partner[i] == UINT8_MAX)
		return false;
	before = i > 0 && partner[i - 1] != UINT8_MAX &&
		 partner[i - 1] + 1 == partner[i];
	behind = i + 1 < into->tokens.count && partner[i + 1] != UINT8_MAX &&
		 partner[i + 1] == partner[i] + 1;
	return (before && behind) || (before && is_word(into, i - 1)) ||
	       (behind && is_word(into, i + 1));
}

static bool
has_same_members(const struct tk_shape *a, const struct tk_shape *b)
{
	return a->has_members == b->has_members &&
	       a->is_sentence == b->is_sentence &&
	       strcmp(a->when_name, b->when_name) == 0 &&
	       strcmp(a->when_value, b->when_value) == 0;
}

/* Take the lines of another sentence. */
static void
take(struct tk_shape *into, struct tk_shape *from)
{
	struct tk_kept **end = &into->kept;

	while (*end != NULL)
		end = &(*end)->next;
	*end = from->kept;
	into->kept_count += from->kept_count;
	from->kept = NULL;
	into->count += from->count;
}

bool
tk_shape_merge(struct tk_shape *into, struct tk_shape *from)
{
	uint8_t partner[TK_TOKENS_MAX];
	size_t mine = word_count(into), other = word_count(from), words;
	size_t least = mine < other ? mine : other, kept = 0, next = 0;
	size_t plans;
	bool gap = false;

	if (into->meaning != from->meaning || !has_same_members(into, from) ||
	    !has_same_names(into, from))
		return false;
	if (!into->is_sentence) {
		take(into, from);
		return true;
	}
	if ((duration_count(into) > 0) != (duration_count(from) > 0))
		return false;
	words = common(into, from, partner);
	/* An error may have numbers, but what is planned has as many in all
	 * lines. */
	plans = plan_count(into);
	if (plan_count(from) < plans)
		plans = plan_count(from);
	for (size_t i = 0; i < into->tokens.count; i++)
		kept += is_plan(&into->tokens.token[i]) &&
			has_neighbour(into, partner, i);
	if (kept < plans)
		return false;
	/* Where what is planned is alike, more of the rest may differ. */
	if (words == 0 || (words < 2 && least > 2) ||
	    words * 5 < least * (plans > 0 && kept == plan_count(into) &&
						 kept == plan_count(from) &&
						 words > 2
					 ? 2
					 : 3))
		return false;
	kept = 0;
	for (size_t i = 0; i < into->tokens.count; i++) {
		gap |= into->gap[i];
		if (partner[i] == UINT8_MAX) {
			gap = true;
			continue;
		}
		/* Tokens of the other sentence between two partners. */
		for (; next <= partner[i]; next++)
			gap |= next < partner[i] || from->gap[next];
		into->tokens.token[kept] = into->tokens.token[i];
		into->gap[kept++] = gap;
		gap = false;
	}
	gap |= into->gap[into->tokens.count] || next < from->tokens.count ||
	       from->gap[from->tokens.count];
	into->tokens.count = kept;
	into->gap[kept] = gap;
	take(into, from);
	return true;
}
