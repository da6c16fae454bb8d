/* Finds the rules that may match a line, by the literals in it. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/engine.h"

#include <stdlib.h>
#include <string.h>

#include "dialect/select.h"
#include "unwrap/colours.h"

static enum backoff_status
add_needle(struct tk_dialect *dialect, const char *text, size_t length,
	   size_t *id)
{
	return tk_needles_add(dialect->needles, text, length, id);
}

static enum backoff_status
list_rules(struct tk_dialect *dialect)
{
	size_t count = 0;

	for (size_t i = 0; i < dialect->file_count; i++)
		count += dialect->file[i]->rule_count;
	dialect->rule = calloc(count + 1, sizeof(*dialect->rule));
	if (dialect->rule == NULL)
		return BACKOFF_E_NOMEM;
	for (size_t i = 0; i < dialect->file_count; i++) {
		for (size_t j = 0; j < dialect->file[i]->rule_count; j++)
			dialect->rule[dialect->rule_count++] =
				&dialect->file[i]->rule[j];
	}
	dialect->words = (count + 64) / 64;
	return BACKOFF_OK;
}

/* The needles of each rule. With @p connect they were added before, and lead to
 * their rules. */
static enum backoff_status
add_rules(struct tk_dialect *dialect, bool connect)
{
	for (size_t r = 0; r < dialect->rule_count; r++) {
		struct tk_selected selected;

		tk_select(dialect->rule[r], &selected);
		if (selected.count == 0 && connect) {
			dialect->always[r / 64] |= UINT64_C(1) << r % 64;
			dialect->has_always = true;
		}
		for (size_t i = 0; i < selected.count; i++) {
			enum backoff_status status;
			size_t id = 0;

			status = add_needle(dialect, selected.literal[i].at,
					    selected.literal[i].length, &id);
			if (status != BACKOFF_OK)
				return status;
			if (connect)
				dialect->led_to[id * dialect->words + r / 64] |=
					UINT64_C(1) << r % 64;
		}
	}
	return BACKOFF_OK;
}

/* Add a set of literals. */
static enum backoff_status
add_set(struct tk_dialect *dialect, const struct tk_selected *selected)
{
	size_t used = dialect->sets_used, needed = used + 1 + selected->count;

	if (needed > dialect->sets_room) {
		size_t room = 2 * needed;
		uint16_t *sets =
			realloc(dialect->sets, room * sizeof(*dialect->sets));

		if (sets == NULL)
			return BACKOFF_E_NOMEM;
		dialect->sets = sets;
		dialect->sets_room = room;
	}
	dialect->sets[used] = (uint16_t)selected->count;
	for (size_t i = 0; i < selected->count; i++) {
		enum backoff_status status;
		size_t id;

		status = add_needle(dialect, selected->literal[i].at,
				    selected->literal[i].length, &id);
		if (status != BACKOFF_OK)
			return status;
		dialect->sets[used + 1 + i] = (uint16_t)id;
	}
	dialect->sets_used = needed;
	return BACKOFF_OK;
}

/* All that a line must have for a rule: then most lines with one of its
 * literals need not be parsed. */
static enum backoff_status
add_rule_needs(struct tk_dialect *dialect, const struct tk_rule *rule,
	       struct tk_rule_needs *needs)
{
	enum backoff_status status = BACKOFF_OK;
	struct tk_selected selected;

	needs->from = dialect->sets_used;
	for (size_t i = 0;
	     status == BACKOFF_OK && tk_select_more(rule, i, &selected); i++) {
		/* An empty set says nothing. */
		if (selected.count == 0)
			continue;
		needs->one_of_count++;
		status = add_set(dialect, &selected);
	}
	for (size_t i = 0; status == BACKOFF_OK && i < rule->pattern_count;
	     i++) {
		tk_select_pattern(rule, i, &selected);
		needs->pattern_count++;
		status = add_set(dialect, &selected);
	}
	return status;
}

static enum backoff_status
add_all_needs(struct tk_dialect *dialect)
{
	enum backoff_status status = BACKOFF_OK;

	dialect->needs =
		calloc(dialect->rule_count + 1, sizeof(*dialect->needs));
	dialect->sets_room = 16;
	dialect->sets = calloc(dialect->sets_room, sizeof(*dialect->sets));
	if (dialect->needs == NULL || dialect->sets == NULL)
		return BACKOFF_E_NOMEM;
	for (size_t r = 0; r < dialect->rule_count && !status; r++)
		status = add_rule_needs(dialect, dialect->rule[r],
					&dialect->needs[r]);
	return status;
}

void
tk_engine_clear(struct tk_dialect *dialect)
{
	free(dialect->sets);
	free(dialect->needs);
	free(dialect->rule);
	tk_needles_free(dialect->needles);
	free(dialect->led_to);
	free(dialect->always);
	free(dialect->hits);
	free(dialect->candidates);
}

/* Say for each file which others have notes for its events. */
static bool
gives_to(const struct tk_file *giver, const struct tk_file *taker)
{
	for (size_t i = 0; i < giver->rule_count; i++) {
		const struct tk_rule *rule = &giver->rule[i];

		if (rule->type != TK_RULE_NOTE)
			continue;
		if (rule->taker_count == 0)
			return true;
		for (size_t j = 0; j < rule->taker_count; j++) {
			if (strcmp(rule->takers[j], taker->name) == 0)
				return true;
		}
	}
	return false;
}

static enum backoff_status
connect_notes(struct tk_dialect *dialect)
{
	for (size_t i = 0; i < dialect->file_count; i++) {
		struct tk_file *taker = dialect->file[i];

		taker->giver =
			calloc(dialect->file_count, sizeof(*taker->giver));
		if (taker->giver == NULL)
			return BACKOFF_E_NOMEM;
		for (size_t j = 0; j < dialect->file_count; j++) {
			if (gives_to(dialect->file[j], taker))
				taker->giver[taker->giver_count++] =
					dialect->file[j];
		}
	}
	return BACKOFF_OK;
}

enum backoff_status
tk_engine_build(struct tk_dialect *dialect)
{
	enum backoff_status status = list_rules(dialect);
	size_t count;

	dialect->needles = tk_needles_new();
	if (dialect->needles == NULL)
		return BACKOFF_E_NOMEM;
	if (status == BACKOFF_OK)
		status = add_needle(dialect, "event_type", 10,
				    &dialect->event_type);
	if (status == BACKOFF_OK)
		status = add_rules(dialect, false);
	dialect->leading = tk_needles_count(dialect->needles);
	if (status == BACKOFF_OK)
		status = add_all_needs(dialect);
	if (status == BACKOFF_OK)
		status = tk_needles_build(dialect->needles, dialect->leading);
	if (status == BACKOFF_OK)
		status = connect_notes(dialect);
	if (status != BACKOFF_OK)
		return status;
	count = tk_needles_count(dialect->needles);
	dialect->needle_words = (count + 63) / 64;
	dialect->led_to =
		calloc(count * dialect->words, sizeof(*dialect->led_to));
	dialect->always = calloc(dialect->words, sizeof(*dialect->always));
	dialect->candidates =
		calloc(dialect->words, sizeof(*dialect->candidates));
	dialect->hits = calloc(dialect->needle_words, sizeof(*dialect->hits));
	if (dialect->led_to == NULL || dialect->always == NULL ||
	    dialect->candidates == NULL || dialect->hits == NULL)
		return BACKOFF_E_NOMEM;
	return add_rules(dialect, true);
}

static bool
has_bit(const uint64_t *set, size_t i)
{
	return set[i / 64] >> i % 64 & 1;
}

bool
tk_engine_may_be_native(const struct tk_dialect *dialect)
{
	return dialect->native && has_bit(dialect->hits, dialect->event_type);
}

static int
hex(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)((at - digits) % 16) : -1;
}

/* Undo colours and the escapes of printable ASCII, only to search. */
static bool
make_plain(struct tk_dialect *dialect, const char *text, size_t length,
	   size_t *plain_length)
{
	char *out, *to;

	if (length > dialect->plain_size) {
		out = realloc(dialect->plain, length);
		if (out == NULL)
			return false;
		dialect->plain = out;
		dialect->plain_size = length;
	}
	out = to = dialect->plain;
	for (const char *at = text, *end = text + length; at < end; at++) {
		int high, low;

		if (end - at < 6 || memcmp(at, "\\u00", 4) != 0 ||
		    (high = hex(at[4])) < 0 || (low = hex(at[5])) < 0) {
			*to++ = *at;
			continue;
		}
		*to++ = (char)(high << 4 | low);
		at += 5;
	}
	*plain_length = tk_strip_colours(out, (size_t)(to - out), out);
	return true;
}

static inline bool
has_one(const struct tk_dialect *dialect, const uint16_t *set)
{
	for (size_t i = 1; i <= *set; i++) {
		if (has_bit(dialect->hits, set[i]))
			return true;
	}
	return false;
}

static inline bool
has_all(const struct tk_dialect *dialect, const uint16_t *set)
{
	for (size_t i = 1; i <= *set; i++) {
		if (!has_bit(dialect->hits, set[i]))
			return false;
	}
	return true;
}

bool
tk_engine_may_match(const struct tk_dialect *dialect, size_t rule,
		    struct tk_pattern_set *out)
{
	const struct tk_rule_needs *needs = &dialect->needs[rule];
	const uint16_t *set = dialect->sets + needs->from;
	bool any = needs->pattern_count == 0;

	for (size_t i = 0; i < needs->one_of_count; i++, set += 1 + *set) {
		if (!has_one(dialect, set))
			return false;
	}
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < needs->pattern_count; i++, set += 1 + *set) {
		if (!has_all(dialect, set))
			continue;
		out->bits[i / 64] |= UINT64_C(1) << i % 64;
		any = true;
	}
	return any;
}

/* Drop candidates up to the first that has all it needs, which is likely to
 * match; false if there is none. */
static bool
sift(struct tk_dialect *dialect)
{
	struct tk_pattern_set patterns;

	for (size_t w = 0; w < dialect->words; w++) {
		uint64_t left = dialect->candidates[w];

		for (; left != 0; left &= left - 1) {
			size_t r = 64 * w + (size_t)__builtin_ctzll(left);

			if (tk_engine_may_match(dialect, r, &patterns))
				return true;
			dialect->candidates[w] ^= left & -left;
		}
	}
	return false;
}

static bool
find_candidates(struct tk_dialect *dialect)
{
	size_t words = dialect->words;
	bool native = tk_engine_may_be_native(dialect);
	bool any = dialect->has_always;

	memcpy(dialect->candidates, dialect->always, words * sizeof(uint64_t));
	for (size_t w = 0; w < (dialect->leading + 63) / 64; w++) {
		uint64_t hits = dialect->hits[w];

		for (; hits != 0; hits &= hits - 1) {
			size_t id = 64 * w + (size_t)__builtin_ctzll(hits);

			for (size_t i = 0; i < words; i++) {
				dialect->candidates[i] |=
					dialect->led_to[id * words + i];
				any |= dialect->led_to[id * words + i] != 0;
			}
		}
	}
	return (any && sift(dialect)) || native;
}

/* Whether a text has escapes of printable ASCII, or colours. */
static bool
is_hidden(const char *text, size_t length)
{
	const char *at = text, *end = text + length;

	if (memchr(text, '\x1b', length) != NULL)
		return true;
	while ((at = memchr(at, '\\', (size_t)(end - at))) != NULL) {
		if (end - at >= 6 && memcmp(at, "\\u00", 4) == 0 &&
		    ((at[4] >= '2' && at[4] <= '7') ||
		     (at[4] == '1' && (at[5] == 'b' || at[5] == 'B'))))
			return true;
		at++;
	}
	return false;
}

enum tk_got
tk_engine_search(struct tk_dialect *dialect, const char *text, size_t length,
		 bool more)
{
	const struct tk_needles *needles = dialect->needles;
	size_t bytes = dialect->needle_words * sizeof(uint64_t);
	size_t plain = 0;
	bool any;

	if (!more)
		memset(dialect->hits, 0, bytes);
	any = tk_needles_scan_leading(needles, text, length, dialect->hits,
				      &dialect->is_plain);
	if (!dialect->is_plain && is_hidden(text, length)) {
		bool ignored;

		if (!make_plain(dialect, text, length, &plain))
			return TK_GOT_NO_MEMORY;
		any |= tk_needles_scan_leading(needles, dialect->plain, plain,
					       dialect->hits, &ignored);
	}
	if (!any && !dialect->has_always && !more)
		return TK_GOT_ABSENT;
	tk_needles_scan_rest(needles, text, length, dialect->hits);
	if (plain > 0)
		tk_needles_scan_rest(needles, dialect->plain, plain,
				     dialect->hits);
	return find_candidates(dialect) ? TK_GOT : TK_GOT_ABSENT;
}

void
tk_engine_only(struct tk_dialect *dialect, const struct tk_file *file)
{
	dialect->only = file;
}
