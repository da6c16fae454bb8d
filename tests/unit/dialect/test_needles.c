/* Tests the search for many literals against a plain one. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialect/needles.h"

#define NEEDLES_MAX 300
#define WORDS ((NEEDLES_MAX + 63) / 64)
#define TEXT_MAX 400

static uint32_t
draw(uint32_t *state, uint32_t below)
{
	*state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
	return (*state >> 8) % below;
}

/* The hits of a search are those of memmem() for each literal of a range. */
static void
check_hits(const struct tk_needles *needles, size_t from, size_t to,
	   const char *text, size_t length, const uint64_t *hits, bool any,
	   const char *what)
{
	bool expected_any = false;

	for (size_t i = 0; i < tk_needles_count(needles); i++) {
		struct tk_piece piece = tk_needles_get(needles, i);
		bool expected =
			i >= from && i < to &&
			memmem(text, length, piece.at, piece.length) != NULL;

		cr_assert_eq((hits[i / 64] >> i % 64 & 1) != 0, expected,
			     "%s: %.*s in %.*s", what, (int)piece.length,
			     piece.at, (int)length, text);
		expected_any |= expected;
	}
	cr_assert_eq(any, expected_any, "%s", what);
}

/* Whether the text has a control character or a backslash is found with it; of
 * tabs nothing is promised. */
static void
check_plain(const char *text, size_t length, bool plain, const char *what)
{
	bool tab = false, odd = false;

	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		tab |= c == '\t';
		odd |= (c < ' ' && c != '\t') || c == '\\';
	}
	if (odd || !tab)
		cr_assert_eq(plain, !odd, "%s: %.*s", what, (int)length, text);
}

/* In a block of its exact size, so that a sanitizer sees a byte too many. */
static void
check_text(const struct tk_needles *needles, size_t leading, const char *from,
	   size_t length, const char *what)
{
	uint64_t rest[WORDS] = {0}, first[WORDS] = {0};
	char *text = malloc(length > 0 ? length : 1);
	bool any, plain;

	cr_assert_not_null(text);
	memcpy(text, from, length);
	any = tk_needles_scan_rest(needles, text, length, rest);
	check_hits(needles, leading, tk_needles_count(needles), text, length,
		   rest, any, what);
	any = tk_needles_scan_leading(needles, text, length, first, &plain);
	check_plain(text, length, plain, what);
	check_hits(needles, 0, leading, text, length, first, any, what);
	free(text);
}

/* A text of the bytes of an alphabet, and of pieces of needles. */
static size_t
make_text(const struct tk_needles *needles, uint32_t *state,
	  const char *alphabet, char *text)
{
	size_t length = 0, end = draw(state, TEXT_MAX - TK_NEEDLE_MAX);

	while (length < end) {
		size_t count = tk_needles_count(needles);
		struct tk_piece piece;
		size_t from, size;

		if (count == 0 || draw(state, 4) > 0) {
			text[length++] = alphabet[draw(
				state, (uint32_t)strlen(alphabet))];
			continue;
		}
		piece = tk_needles_get(needles, draw(state, (uint32_t)count));
		from = draw(state, 3) == 0 ? draw(state, 3) : 0;
		size = piece.length - from;
		size -= draw(state, 3) == 0;
		memcpy(text + length, piece.at + from, size);
		length += size;
	}
	return length;
}

struct set {
	const char *label, *alphabet;
	unsigned count, leading, shortest, longest;
	/* The first ones have three to five bytes. */
	unsigned few;
};

static struct tk_needles *
make_needles(const struct set *set, uint32_t *state, size_t *leading)
{
	struct tk_needles *needles = tk_needles_new();
	uint32_t letters = (uint32_t)strlen(set->alphabet);
	char text[64];

	cr_assert_not_null(needles);
	*leading = 0;
	for (unsigned i = 0; i < set->count; i++) {
		size_t length = set->shortest +
				draw(state, set->longest - set->shortest + 1);
		size_t id;

		if (i < set->few)
			length = 3 + draw(state, 3);
		for (size_t j = 0; j < length; j++)
			text[j] = set->alphabet[draw(state, letters)];
		cr_assert_eq(tk_needles_add(needles, text, length, &id),
			     BACKOFF_OK);
		if (i + 1 == set->leading)
			*leading = tk_needles_count(needles);
	}
	cr_assert_eq(tk_needles_build(needles, *leading), BACKOFF_OK);
	return needles;
}

/* Texts, and each needle alone, whole and cut; with the vector instructions
 * that this machine has, or as on a lesser one. */
static void
check_set(const struct set *set, uint32_t seed, unsigned slower)
{
	uint32_t state = seed;
	size_t leading;
	struct tk_needles *needles = make_needles(set, &state, &leading);
	char text[TEXT_MAX];

	while (slower-- > 0)
		tk_needles_slow_down(needles);
	for (int i = 0; i < 60; i++) {
		size_t length = make_text(needles, &state, set->alphabet, text);

		check_text(needles, leading, text, length, set->label);
	}
	for (size_t i = 0; i < tk_needles_count(needles); i++) {
		struct tk_piece piece = tk_needles_get(needles, i);

		check_text(needles, leading, piece.at, piece.length,
			   set->label);
		check_text(needles, leading, piece.at, piece.length - 1,
			   set->label);
	}
	tk_needles_free(needles);
}

/* The alphabets are small, so that needles overlap and nearly match. */
Test(needles, finds_what_a_plain_search_finds)
{
	static const struct set sets[] = {
		{"none", "ab", 0, 0, 3, 16, 0},
		{"one", "ab", 1, 1, 3, 16, 0},
		{"all lengths", "ab", 40, 20, 3, 16, 0},
		{"three bytes", "abc", 20, 10, 3, 3, 0},
		{"four", "abc", 40, 40, 4, 20, 0},
		{"five", "abc", 40, 40, 5, 9, 0},
		{"long", "ab", 60, 30, 6, 16, 0},
		{"longest", "ab \xff", 200, 100, 16, 40, 0},
		{"few short ones", "abcd", 100, 100, 6, 16, 8},
		{"text", "etaoinsr hdlu_\"0.,:{}", 300, 200, 6, 16, 5},
	};

	for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++) {
		for (uint32_t round = 0; round < 12; round++)
			check_set(&sets[i], 100 * round + (uint32_t)i,
				  round % 3);
	}
}

/* The places of a search are found 32 at a time, and kept in a buffer. */
Test(needles, finds_the_last_of_many_places)
{
	struct tk_needles *needles = tk_needles_new();
	char text[TEXT_MAX];
	size_t id;

	cr_assert_not_null(needles);
	cr_assert_eq(tk_needles_add(needles, "aaab", 4, &id), BACKOFF_OK);
	cr_assert_eq(tk_needles_add(needles, "aac", 3, &id), BACKOFF_OK);
	cr_assert_eq(tk_needles_build(needles, 1), BACKOFF_OK);
	do {
		for (size_t length = 4; length < sizeof(text); length++) {
			memset(text, 'a', sizeof(text));
			text[length - 1] = length % 2 == 0 ? 'b' : 'c';
			check_text(needles, 1, text, length, "many places");
		}
	} while (tk_needles_slow_down(needles));
	tk_needles_free(needles);
}

static void
check_odd_bytes(const struct tk_needles *needles, char *text, size_t length)
{
	static const char bytes[] = "\\\t\r\x1b\0\x1f \x7f\xff[]";

	memset(text, 'x', length);
	check_text(needles, 1, text, length, "plain");
	for (size_t i = 0; i < length; i++) {
		text[i] = bytes[(length + i) % sizeof(bytes)];
		check_text(needles, 1, text, length, "one byte");
		text[i] = 'x';
	}
}

/* Bytes at all places of texts of all lengths. */
Test(needles, notices_backslashes_and_control_characters)
{
	struct tk_needles *needles = tk_needles_new();
	char text[100];
	size_t id;

	cr_assert_not_null(needles);
	cr_assert_eq(tk_needles_add(needles, "needle", 6, &id), BACKOFF_OK);
	cr_assert_eq(tk_needles_build(needles, 1), BACKOFF_OK);
	do {
		for (size_t length = 0; length <= sizeof(text); length++)
			check_odd_bytes(needles, text, length);
	} while (tk_needles_slow_down(needles));
	tk_needles_free(needles);
}

Test(needles, refuses_too_many)
{
	struct tk_needles *needles = tk_needles_new();
	enum backoff_status status = BACKOFF_OK;
	size_t id;

	cr_assert_not_null(needles);
	for (int i = 0; i < 10000 && status == BACKOFF_OK; i++) {
		char text[16];
		int length = snprintf(text, sizeof(text), "needle%d", i);

		status = tk_needles_add(needles, text, (size_t)length, &id);
	}
	cr_assert_eq(status, BACKOFF_E_LIMIT);
	cr_assert_eq(tk_needles_add(needles, "needle1", 7, &id), BACKOFF_OK);
	cr_assert_eq(id, 1);
	tk_needles_free(needles);
}
