/* Chooses the literals by which the lines of a rule are found. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/select.h"

#include <string.h>

#include "base/ascii.h"

/* Whether a character stands as it is in JSON and behind every wrapper: JSON
 * may escape quotes, backslashes and slashes, Go and .NET also < > & ' + `. */
static bool
survives(char c)
{
	return c >= ' ' && c < 0x7f && !bo_is_one_of(c, "\"\\/<>&'+`");
}

static size_t
letters(struct tk_piece piece)
{
	size_t count = 0;

	for (size_t i = 0; i < piece.length; i++)
		count += piece.at[i] != ' ';
	return count;
}

/* How good a literal is to find lines by: the longer the better, but a short
 * one is as good as its rarest character. */
static size_t
worth(struct tk_piece piece)
{
	size_t count = letters(piece);
	unsigned rarest = TK_FREQUENCY_MAX;

	if (piece.length >= TK_NEEDLE_LONG)
		return count < TK_NEEDLE_MAX ? TK_NEEDLE_LONG + count
					     : TK_NEEDLE_LONG + TK_NEEDLE_MAX;
	for (size_t i = 0; i < piece.length; i++) {
		unsigned frequency = tk_needle_frequency(piece.at[i]);

		if (frequency < rarest)
			rarest = frequency;
	}
	return piece.length == 0 ? 0
				 : 1 + (TK_FREQUENCY_MAX - rarest) *
						   (TK_NEEDLE_LONG - 2) /
						   TK_FREQUENCY_MAX;
}

/* The longest part of a literal that can be searched; length 0 if it is too
 * short. */
static struct tk_piece
usable(struct tk_piece text)
{
	struct tk_piece best = {text.at, 0};

	for (size_t i = 0; i < text.length;) {
		size_t from = i;

		while (i < text.length && survives(text.at[i]))
			i++;
		if (worth((struct tk_piece){text.at + from, i - from}) >
		    worth(best))
			best = (struct tk_piece){text.at + from, i - from};
		i += i < text.length;
	}
	while (best.length > 0 && best.at[0] == ' ') {
		best.at++;
		best.length--;
	}
	if (best.length > TK_NEEDLE_MAX)
		best.length = TK_NEEDLE_MAX;
	if (letters(best) < TK_NEEDLE_MIN)
		best.length = 0;
	return best;
}

static struct tk_piece
of_text(const char *text)
{
	return usable((struct tk_piece){text, strlen(text)});
}

/* Add a literal; false, and an empty set, if it cannot be searched. */
static bool
add(struct tk_selected *set, struct tk_piece literal)
{
	if (literal.length == 0 || set->count == TK_ROWS_MAX) {
		set->count = 0;
		return false;
	}
	set->literal[set->count++] = literal;
	return true;
}

void
tk_select_pattern(const struct tk_rule *rule, size_t i, struct tk_selected *out)
{
	const struct tk_pattern *pattern = &rule->pattern[i];
	size_t count;

	out->count = 0;
	if (pattern->regex != NULL) {
		add(out, usable(tk_regex_literal(pattern->regex)));
		return;
	}
	count = tk_template_literal_count(pattern->pattern);
	for (size_t j = 0; j < count; j++) {
		struct tk_piece piece =
			usable(tk_template_literal(pattern->pattern, j));
		size_t at = out->count;

		if (piece.length == 0)
			continue;
		if (at == TK_SELECTED_ALL &&
		    worth(piece) <= worth(out->literal[at - 1]))
			continue;
		if (at == TK_SELECTED_ALL)
			at--;
		else
			out->count++;
		for (; at > 0 && worth(out->literal[at - 1]) < worth(piece);
		     at--)
			out->literal[at] = out->literal[at - 1];
		out->literal[at] = piece;
	}
}

static void
of_patterns(const struct tk_rule *rule, struct tk_selected *out)
{
	struct tk_selected one;

	out->count = 0;
	for (size_t i = 0; i < rule->pattern_count; i++) {
		tk_select_pattern(rule, i, &one);
		if (one.count == 0) {
			out->count = 0;
			return;
		}
		if (!add(out, one.literal[0]))
			return;
	}
}

static void
of_values(const struct tk_condition *condition, struct tk_selected *out)
{
	out->count = 0;
	for (size_t i = 0; i < condition->wanted_count; i++) {
		const struct tk_wanted *wanted = &condition->wanted[i];

		if (wanted->any || wanted->is_class || wanted->none) {
			out->count = 0;
			return;
		}
		if (!add(out, of_text(wanted->text)))
			return;
	}
}

static bool
may_be_absent(const struct tk_condition *condition)
{
	for (size_t i = 0; i < condition->wanted_count; i++) {
		if (condition->wanted[i].none)
			return true;
	}
	return false;
}

/* The last part of each name. */
static void
of_names(const struct tk_condition *condition, struct tk_selected *out)
{
	out->count = 0;
	if (may_be_absent(condition))
		return;
	for (size_t i = 0; i < condition->name_count; i++) {
		const struct tk_name *name = &condition->name[i];
		const char *dot = strrchr(name->text, '.');
		struct tk_piece piece = {"", 0};

		if (name->kind == TK_NAME_MEMBER)
			piece = of_text(dot != NULL ? dot + 1 : name->text);
		if (!add(out, piece))
			return;
	}
}

static size_t
worst(const struct tk_selected *set)
{
	size_t least = set->count > 0 ? SIZE_MAX : 0;

	for (size_t i = 0; i < set->count; i++) {
		if (worth(set->literal[i]) < least)
			least = worth(set->literal[i]);
	}
	return least;
}

/* The first name of the path to the elements that a rule reads. */
static void
of_each(const struct tk_rule *rule, struct tk_selected *out)
{
	out->count = 0;
	if (rule->each != NULL)
		add(out, usable((struct tk_piece){rule->each,
						  strcspn(rule->each, ".[")}));
}

void
tk_select(const struct tk_rule *rule, struct tk_selected *out)
{
	struct tk_selected other;

	of_patterns(rule, out);
	of_each(rule, &other);
	if (worst(&other) > worst(out))
		*out = other;
	for (size_t i = 0; i < rule->condition_count; i++) {
		of_values(&rule->condition[i], &other);
		/* A message is found by its text rather than by a name. */
		if (worst(&other) > worst(out))
			*out = other;
		of_names(&rule->condition[i], &other);
		if (worst(&other) > worst(out))
			*out = other;
	}
}

bool
tk_select_more(const struct tk_rule *rule, size_t i, struct tk_selected *out)
{
	if (i >= 2 * rule->condition_count)
		return false;
	if (i % 2 == 0)
		of_values(&rule->condition[i / 2], out);
	else
		of_names(&rule->condition[i / 2], out);
	return true;
}
