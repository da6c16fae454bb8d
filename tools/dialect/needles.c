/* Searches many literals at once: hashes every few bytes of a text, and
 * compares only where a literal has bytes of that hash. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/needles.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

/* Their numbers have 16 bits. */
#define NEEDLES_MAX 4096

#define HASH_BITS 16
#define STEP_MAX 3
/* A few needles that are too short for that are searched one by one. */
#define SHORT_MAX 8
/* One needle is searched by its rarest byte, unless that is frequent. */
#define TRIES_MAX 16

struct needle {
	char text[TK_NEEDLE_MAX];
	size_t length;
	/* Where its rarest byte stands. */
	size_t rare;
};

/* Three bytes of a needle: where they stand in it, and its first eight bytes,
 * or as many as it has. */
struct gram {
	uint64_t head, mask;
	uint16_t needle, offset;
	uint32_t hash;
};

/* `step` neighbouring grams of each needle: wherever it stands in a text, one
 * of them begins at a multiple of `step`. Needles that are too short stand
 * alone. */
struct index {
	size_t step;
	/* Bytes of a gram, and what they are multiplied with. */
	size_t size;
	uint32_t factor;
	/* Needles that have no grams here. */
	size_t alone[SHORT_MAX];
	size_t alone_count;
	/* The chain that a hash leads to, from 1; 0: no gram has it. */
	uint16_t chain[1 << HASH_BITS];
	/* gram[begin[c]] to gram[begin[c + 1]] are chain c's. */
	struct gram *gram;
	uint16_t *begin;
};

struct tk_needles {
	struct needle *needle;
	size_t count, room;
	struct index leading, all;
};

struct tk_needles *
tk_needles_new(void)
{
	return calloc(1, sizeof(struct tk_needles));
}

void
tk_needles_free(struct tk_needles *needles)
{
	if (needles == NULL)
		return;
	free(needles->needle);
	free(needles->leading.gram);
	free(needles->leading.begin);
	free(needles->all.gram);
	free(needles->all.begin);
	free(needles);
}

size_t
tk_needles_count(const struct tk_needles *needles)
{
	return needles->count;
}

struct tk_piece
tk_needles_get(const struct tk_needles *needles, size_t id)
{
	return (struct tk_piece){needles->needle[id].text,
				 needles->needle[id].length};
}

enum backoff_status
tk_needles_add(struct tk_needles *needles, const char *text, size_t length,
	       size_t *id)
{
	struct needle *needle;

	if (length > TK_NEEDLE_MAX)
		length = TK_NEEDLE_MAX;
	for (size_t i = 0; i < needles->count; i++) {
		if (needles->needle[i].length == length &&
		    memcmp(needles->needle[i].text, text, length) == 0) {
			*id = i;
			return BACKOFF_OK;
		}
	}
	if (needles->count == NEEDLES_MAX)
		return BACKOFF_E_LIMIT;
	if (needles->count == needles->room) {
		size_t room = needles->room > 0 ? 2 * needles->room : 64;

		needle = realloc(needles->needle, room * sizeof(*needle));
		if (needle == NULL)
			return BACKOFF_E_NOMEM;
		needles->needle = needle;
		needles->room = room;
	}
	needle = &needles->needle[needles->count];
	memcpy(needle->text, text, length);
	needle->length = length;
	*id = needles->count++;
	return BACKOFF_OK;
}

/* The hash of a gram, read with the bytes behind it up to four. */
static inline uint32_t
hash_four(const char *at, uint32_t factor)
{
	uint32_t bytes;

	memcpy(&bytes, at, sizeof(bytes));
	return le32toh(bytes) * factor >> (32 - HASH_BITS);
}

/* The same where no four bytes can be read. */
static uint32_t
hash_gram(const struct index *index, const char *at)
{
	char four[4] = {0};

	memcpy(four, at, index->size);
	return hash_four(four, index->factor);
}

/* These from the most frequent on; all others are rare. */
unsigned
tk_needle_frequency(char byte)
{
	static const char frequent[] =
		" etaionsrcdlpm_u\"0:123,.-456789fhgbvyIETNwORFSAk";
	const char *at = memchr(frequent, byte, sizeof(frequent) - 1);

	return at == NULL ? 1
			  : 2 + (unsigned)(frequent + sizeof(frequent) - at);
}

/* Where the rarest bytes of a needle begin. */
static size_t
rarest(const struct needle *needle, size_t bytes)
{
	size_t best = 0;
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i + bytes <= needle->length; i++) {
		uint64_t all = 1;

		for (size_t j = i; j < i + bytes; j++)
			all *= tk_needle_frequency(needle->text[j]);
		if (all < least) {
			least = all;
			best = i;
		}
	}
	return best;
}

static int
by_hash(const void *a, const void *b)
{
	const struct gram *x = a, *y = b;

	return (x->hash > y->hash) - (x->hash < y->hash);
}

/* Grams of the same hash are in one chain. */
static void
make_chains(struct index *index, size_t count)
{
	uint16_t chain = 0;

	qsort(index->gram, count, sizeof(*index->gram), by_hash);
	for (size_t i = 0; i < count; i++) {
		uint16_t *of = &index->chain[index->gram[i].hash];

		if (*of == 0) {
			*of = ++chain;
			index->begin[chain] = (uint16_t)i;
		}
	}
	index->begin[chain + 1] = (uint16_t)count;
}

static void
set_gram(const struct index *index, struct gram *gram,
	 const struct needle *needle, size_t i, size_t at)
{
	static const unsigned char ones[8] = {255, 255, 255, 255,
					      255, 255, 255, 255};
	size_t length = needle[i].length < 8 ? needle[i].length : 8;

	memcpy(&gram->head, needle[i].text, length);
	memcpy(&gram->mask, ones, length);
	gram->needle = (uint16_t)i;
	gram->offset = (uint16_t)at;
	gram->hash = hash_gram(index, needle[i].text + at);
}

/* The index of the first needles. */
static bool
make_index(struct index *index, const struct needle *needle, size_t count)
{
	size_t shortest = TK_NEEDLE_LONG, grams = 0, few = 0;

	for (size_t i = 0; i < count; i++) {
		few += needle[i].length < TK_NEEDLE_LONG;
		if (needle[i].length < shortest)
			shortest = needle[i].length;
	}
	if (few <= SHORT_MAX)
		shortest = TK_NEEDLE_LONG;
	/* The last byte of three of four is multiplied away. */
	index->size = shortest < TK_NEEDLE_LONG ? 3 : 4;
	index->factor = UINT32_C(0x9e3779b1) << (index->size == 3 ? 8 : 0);
	index->step = shortest - index->size + 1;
	index->gram = calloc(count * index->step + 1, sizeof(*index->gram));
	index->begin = calloc(count * index->step + 2, sizeof(*index->begin));
	if (index->gram == NULL || index->begin == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		size_t at = rarest(&needle[i], shortest);

		if (needle[i].length < shortest) {
			index->alone[index->alone_count++] = i;
			continue;
		}
		for (size_t j = at; j < at + index->step; j++)
			set_gram(index, &index->gram[grams++], needle, i, j);
	}
	make_chains(index, grams);
	return true;
}

enum backoff_status
tk_needles_build(struct tk_needles *needles, size_t leading)
{
	for (size_t i = 0; i < needles->count; i++)
		needles->needle[i].rare = rarest(&needles->needle[i], 1);
	return make_index(&needles->leading, needles->needle, leading) &&
			       make_index(&needles->all, needles->needle,
					  needles->count)
		       ? BACKOFF_OK
		       : BACKOFF_E_NOMEM;
}

bool
tk_needles_find(const struct tk_needles *needles, size_t id, const char *text,
		size_t length)
{
	const struct needle *needle = &needles->needle[id];
	size_t at = 0;

	for (int i = 0; i < TRIES_MAX; i++) {
		const char *rare;

		if (length - at < needle->length)
			return false;
		rare = memchr(text + at + needle->rare,
			      needle->text[needle->rare],
			      length - at - needle->length + 1);
		if (rare == NULL)
			return false;
		if (memcmp(rare - needle->rare, needle->text, needle->length) ==
		    0)
			return true;
		at = (size_t)(rare - text) - needle->rare + 1;
	}
	return memmem(text + at, length - at, needle->text, needle->length) !=
	       NULL;
}

/* A text while it is searched. */
struct search {
	const struct tk_needles *needles;
	const struct index *index;
	const char *text, *end;
	uint64_t *hits;
	bool any;
};

/* Compare the needles of a chain with a place of the text. */
static void __attribute__((noinline))
compare(struct search *search, const char *at, unsigned chain)
{
	const struct index *index = search->index;
	const struct gram *gram = index->gram + index->begin[chain];
	const struct gram *last = index->gram + index->begin[chain + 1];
	size_t before = (size_t)(at - search->text);

	for (; gram < last; gram++) {
		const struct needle *needle =
			&search->needles->needle[gram->needle];
		const char *from;
		uint64_t head;

		if (gram->offset > before)
			continue;
		from = at - gram->offset;
		if (search->end - from >= 8) {
			memcpy(&head, from, 8);
			if (((head ^ gram->head) & gram->mask) != 0)
				continue;
		}
		if (needle->length > (size_t)(search->end - from) ||
		    memcmp(from, needle->text, needle->length) != 0)
			continue;
		search->hits[gram->needle / 64] |= UINT64_C(1)
						   << gram->needle % 64;
		search->any = true;
	}
}

static inline __attribute__((always_inline)) void
scan(struct search *search, size_t step)
{
	const uint16_t *chain = search->index->chain;
	const uint32_t factor = search->index->factor;
	const char *at = search->text;
	size_t left;

	/* Four places at a time, for most have no gram. */
	for (; (size_t)(search->end - at) >= 3 * step + 4; at += 4 * step) {
		unsigned a = chain[hash_four(at, factor)];
		unsigned b = chain[hash_four(at + step, factor)];
		unsigned c = chain[hash_four(at + 2 * step, factor)];
		unsigned d = chain[hash_four(at + 3 * step, factor)];

		if ((a | b | c | d) == 0)
			continue;
		if (a != 0)
			compare(search, at, a);
		if (b != 0)
			compare(search, at + step, b);
		if (c != 0)
			compare(search, at + 2 * step, c);
		if (d != 0)
			compare(search, at + 3 * step, d);
	}
	/* A step is not longer than a gram. */
	for (left = (size_t)(search->end - at); left >= search->index->size;
	     left -= step) {
		at = search->end - left;
		compare(search, at, chain[hash_gram(search->index, at)]);
	}
}

static bool
scan_by(const struct tk_needles *needles, const struct index *index,
	const char *text, size_t length, uint64_t *hits)
{
	struct search search = {needles,       index, text,
				text + length, hits,  false};

	for (size_t i = 0; i < index->alone_count; i++) {
		size_t id = index->alone[i];

		if (!tk_needles_find(needles, id, text, length))
			continue;
		hits[id / 64] |= UINT64_C(1) << id % 64;
		search.any = true;
	}
	/* Constants, so that the compiler makes a loop for each. */
	switch (index->step) {
	case 1:
		scan(&search, 1);
		break;
	case 2:
		scan(&search, 2);
		break;
	default:
		scan(&search, STEP_MAX);
	}
	return search.any;
}

bool
tk_needles_scan(const struct tk_needles *needles, const char *text,
		size_t length, uint64_t *hits)
{
	return scan_by(needles, &needles->all, text, length, hits);
}

bool
tk_needles_scan_leading(const struct tk_needles *needles, const char *text,
			size_t length, uint64_t *hits)
{
	return scan_by(needles, &needles->leading, text, length, hits);
}
