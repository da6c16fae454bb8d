/* Searches many literals at once: finds places at which a few bytes of one may
 * stand, and compares there. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/needles.h"

#include <stdlib.h>
#include <string.h>

#include "dialect/filter.h"

/* Their numbers have 16 bits. */
#define NEEDLES_MAX 4096

#define HASH_BITS 12

struct needle {
	char text[TK_NEEDLE_MAX];
	size_t length;
};

/* The gram of a needle, and its first eight bytes, or as many as it has. */
struct link {
	uint64_t head, mask;
	uint16_t needle, offset;
	uint32_t hash;
};

/* The needles of each gram. */
struct index {
	struct tk_filter filter;
	/* Whether there are grams of three bytes. */
	bool has_short;
	/* The chain that a hash leads to, from 1; 0: no gram has it. */
	uint16_t chain[1 << HASH_BITS];
	/* link[begin[c]] to link[begin[c + 1]] are chain c's. */
	struct link *link;
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
	free(needles->leading.link);
	free(needles->leading.begin);
	free(needles->all.link);
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

static inline uint32_t
hash_of(uint32_t gram)
{
	return gram * UINT32_C(0x9e3779b1) >> (32 - HASH_BITS);
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

static int
by_hash(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	return (x->hash > y->hash) - (x->hash < y->hash);
}

/* Grams of the same hash are in one chain. */
static void
make_chains(struct index *index, size_t count)
{
	uint16_t chain = 0;

	qsort(index->link, count, sizeof(*index->link), by_hash);
	for (size_t i = 0; i < count; i++) {
		uint16_t *of = &index->chain[index->link[i].hash];

		if (*of == 0) {
			*of = ++chain;
			index->begin[chain] = (uint16_t)i;
		}
	}
	index->begin[chain + 1] = (uint16_t)count;
}

static void
set_link(struct link *link, const struct needle *needle, size_t i,
	 const struct tk_gram *gram)
{
	static const unsigned char ones[8] = {255, 255, 255, 255,
					      255, 255, 255, 255};
	size_t length = needle[i].length < 8 ? needle[i].length : 8;

	memcpy(&link->head, needle[i].text, length);
	memcpy(&link->mask, ones, length);
	link->needle = (uint16_t)i;
	link->offset = gram->offset;
	link->hash = hash_of(gram->bytes);
}

/* The index of the first needles. */
static bool
make_index(struct index *index, const struct needle *needle,
	   const struct tk_piece *literal, struct tk_gram *gram, size_t count)
{
	index->link = calloc(count + 1, sizeof(*index->link));
	index->begin = calloc(count + 2, sizeof(*index->begin));
	if (index->link == NULL || index->begin == NULL ||
	    !tk_grams_choose(literal, count, gram))
		return false;
	for (size_t i = 0; i < count; i++) {
		set_link(&index->link[i], needle, i, &gram[i]);
		index->has_short |= gram[i].length < TK_GRAM;
	}
	make_chains(index, count);
	return tk_filter_build(&index->filter, gram, count);
}

enum backoff_status
tk_needles_build(struct tk_needles *needles, size_t leading)
{
	size_t count = needles->count;
	struct tk_piece *literal = calloc(count + 1, sizeof(*literal));
	struct tk_gram *gram = calloc(count + 1, sizeof(*gram));
	bool fine = literal != NULL && gram != NULL;

	for (size_t i = 0; fine && i < count; i++)
		literal[i] = tk_needles_get(needles, i);
	fine = fine &&
	       make_index(&needles->leading, needles->needle, literal, gram,
			  leading) &&
	       make_index(&needles->all, needles->needle, literal, gram, count);
	free(literal);
	free(gram);
	return fine ? BACKOFF_OK : BACKOFF_E_NOMEM;
}

void
tk_needles_without_vectors(struct tk_needles *needles)
{
	needles->leading.filter.vector = needles->all.filter.vector = false;
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
	const struct link *link = index->link + index->begin[chain];
	const struct link *last = index->link + index->begin[chain + 1];
	size_t before = (size_t)(at - search->text);

	for (; link < last; link++) {
		const struct needle *needle =
			&search->needles->needle[link->needle];
		const char *from;
		uint64_t head;

		if (link->offset > before)
			continue;
		from = at - link->offset;
		if (search->end - from >= 8) {
			memcpy(&head, from, 8);
			if (((head ^ link->head) & link->mask) != 0)
				continue;
		}
		if (needle->length > (size_t)(search->end - from) ||
		    memcmp(from, needle->text, needle->length) != 0)
			continue;
		search->hits[link->needle / 64] |= UINT64_C(1)
						   << link->needle % 64;
		search->any = true;
	}
}

/* Look for needles whose gram may stand here. */
static inline void
check(struct search *search, const char *at)
{
	const uint16_t *chain = search->index->chain;
	size_t left = (size_t)(search->end - at);
	uint32_t gram = tk_gram_read(at, left);
	unsigned found = chain[hash_of(gram)];

	if (found != 0)
		compare(search, at, found);
	if (!search->index->has_short)
		return;
	found = chain[hash_of(gram & 0xffffff)];
	if (found != 0)
		compare(search, at, found);
}

static bool
scan(const struct tk_needles *needles, const struct index *index,
     const char *text, size_t length, uint64_t *hits, bool *plain)
{
	struct search search = {needles,       index, text,
				text + length, hits,  false};
	uint32_t places[TK_FILTER_PLACES];
	size_t from = 0;

	*plain = true;
	while (from < length) {
		size_t count = tk_filter_find(&index->filter, text, length,
					      &from, places, plain);

		for (size_t i = 0; i < count; i++)
			check(&search, text + places[i]);
	}
	return search.any;
}

bool
tk_needles_scan(const struct tk_needles *needles, const char *text,
		size_t length, uint64_t *hits)
{
	bool plain;

	return scan(needles, &needles->all, text, length, hits, &plain);
}

bool
tk_needles_scan_leading(const struct tk_needles *needles, const char *text,
			size_t length, uint64_t *hits, bool *plain)
{
	return scan(needles, &needles->leading, text, length, hits, plain);
}
