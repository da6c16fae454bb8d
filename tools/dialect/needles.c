/* Searches many literals at once: finds places at which a few bytes of one may
 * stand, and compares there. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/needles.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "dialect/filter.h"

/* Their numbers have 16 bits. */
#define NEEDLES_MAX 4096

#define HASH_BITS 13
/* Needles that have this many bytes from their gram on are in chains of that,
 * for many have the same gram. */
#define LONG_GRAM 6
/* Bytes around a gram that are compared first. */
#define AROUND 8

struct needle {
	char text[TK_NEEDLE_MAX];
	size_t length;
};

/* The gram of a needle, and the four bytes before and after it, as far as they
 * are its own. */
struct link {
	uint64_t around, mask;
	uint32_t gram, gram_mask;
	/* Whether these are all of its bytes. */
	bool is_whole;
	uint16_t needle, offset, length;
	uint32_t hash;
};

/* The needles of each gram, or of each gram and what is behind it. */
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
	struct index leading, rest;
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
	free(needles->rest.link);
	free(needles->rest.begin);
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

/* The hash of the first bytes of some. */
static inline uint32_t
hash_of(uint64_t bytes, unsigned count)
{
	bytes <<= 8 * (sizeof(bytes) - count);
	return (uint32_t)(bytes * UINT64_C(0x9e3779b97f4a7c15) >>
			  (64 - HASH_BITS));
}

/* Read eight bytes, or as many as are left. */
static inline uint64_t
read_eight(const char *at, size_t left)
{
	uint64_t bytes = 0;

	if (left >= sizeof(bytes)) {
		memcpy(&bytes, at, sizeof(bytes));
		return le64toh(bytes);
	}
	for (size_t i = 0; i < left; i++)
		bytes |= (uint64_t)(unsigned char)at[i] << 8 * i;
	return bytes;
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
	size_t length = needle[i].length;

	link->is_whole = true;
	for (size_t j = 0; j < length; j++) {
		ptrdiff_t at = (ptrdiff_t)j - gram->offset;

		if (at >= 0 && at < TK_GRAM)
			continue;
		at += at < 0 ? AROUND / 2 : 0;
		if (at < 0 || at >= AROUND) {
			link->is_whole = false;
			continue;
		}
		link->around |= (uint64_t)(unsigned char)needle[i].text[j]
				<< 8 * at;
		link->mask |= UINT64_C(255) << 8 * at;
	}
	link->gram = gram->bytes;
	link->gram_mask = gram->length < TK_GRAM ? 0xffffff : UINT32_MAX;
	link->length = (uint16_t)length;
	link->needle = (uint16_t)i;
	link->offset = gram->offset;
	link->hash = hash_of(read_eight(needle[i].text + gram->offset,
					needle[i].length - gram->offset),
			     needle[i].length - gram->offset < LONG_GRAM
				     ? gram->length
				     : LONG_GRAM);
}

/* The index of some needles. */
static bool
make_index(struct index *index, const struct tk_needles *needles, size_t from,
	   size_t to)
{
	size_t count = to - from;
	struct tk_piece *literal = calloc(count + 1, sizeof(*literal));
	struct tk_gram *gram = calloc(count + 1, sizeof(*gram));
	bool fine;

	index->link = calloc(count + 1, sizeof(*index->link));
	index->begin = calloc(count + 2, sizeof(*index->begin));
	for (size_t i = 0; literal != NULL && i < count; i++)
		literal[i] = tk_needles_get(needles, from + i);
	fine = literal != NULL && gram != NULL && index->link != NULL &&
	       index->begin != NULL && tk_grams_choose(literal, count, gram) &&
	       tk_filter_build(&index->filter, gram, count);
	for (size_t i = 0; fine && i < count; i++) {
		set_link(&index->link[i], needles->needle, from + i, &gram[i]);
		index->has_short |= gram[i].length < TK_GRAM;
	}
	if (fine)
		make_chains(index, count);
	free(literal);
	free(gram);
	return fine;
}

enum backoff_status
tk_needles_build(struct tk_needles *needles, size_t leading)
{
	return make_index(&needles->leading, needles, 0, leading) &&
			       make_index(&needles->rest, needles, leading,
					  needles->count)
		       ? BACKOFF_OK
		       : BACKOFF_E_NOMEM;
}

bool
tk_needles_slow_down(struct tk_needles *needles)
{
	if (needles->leading.filter.way == TK_FILTER_PLAIN)
		return false;
	needles->leading.filter.way--;
	needles->rest.filter.way--;
	return true;
}

/* A text while it is searched. */
struct search {
	const struct tk_needles *needles;
	const struct index *index;
	const char *text, *end;
	uint64_t *hits;
	bool any;
};

/* The bytes around a place, as in struct link; 0 where there are none. */
static inline uint64_t
bytes_around(const struct search *search, const char *at)
{
	size_t before = (size_t)(at - search->text);
	size_t behind = (size_t)(search->end - at);
	uint64_t bytes = 0;

	if (before >= AROUND / 2 && behind >= TK_GRAM + AROUND / 2)
		return tk_gram_read(at - AROUND / 2, TK_GRAM) |
		       (uint64_t)tk_gram_read(at + TK_GRAM, TK_GRAM) << 32;
	for (size_t i = 1; i <= AROUND / 2 && i <= before; i++)
		bytes |= (uint64_t)(unsigned char)at[-(ptrdiff_t)i]
			 << 8 * (AROUND / 2 - i);
	for (size_t i = TK_GRAM; i < behind && i < TK_GRAM + AROUND / 2; i++)
		bytes |= (uint64_t)(unsigned char)at[i]
			 << 8 * (AROUND / 2 + i - TK_GRAM);
	return bytes;
}

/* Compare the needles of a chain with a place of the text. */
static void __attribute__((noinline))
compare(struct search *search, const char *at, unsigned chain)
{
	const struct index *index = search->index;
	const struct link *link = index->link + index->begin[chain];
	const struct link *last = index->link + index->begin[chain + 1];
	size_t before = (size_t)(at - search->text);
	size_t behind = (size_t)(search->end - at);
	uint64_t around = bytes_around(search, at);
	uint32_t gram = tk_gram_read(at, behind);

	for (; link < last; link++) {
		if (((around ^ link->around) & link->mask) != 0 ||
		    ((gram ^ link->gram) & link->gram_mask) != 0 ||
		    link->offset > before ||
		    link->length > behind + link->offset)
			continue;
		if (!link->is_whole &&
		    memcmp(at - link->offset,
			   search->needles->needle[link->needle].text,
			   link->length) != 0)
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
	uint64_t bytes = read_eight(at, (size_t)(search->end - at));
	unsigned found;

	found = chain[hash_of(bytes, LONG_GRAM)];
	if (found != 0)
		compare(search, at, found);
	found = chain[hash_of(bytes, TK_GRAM)];
	if (found != 0)
		compare(search, at, found);
	if (!search->index->has_short)
		return;
	found = chain[hash_of(bytes, TK_GRAM_MIN)];
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
tk_needles_scan_leading(const struct tk_needles *needles, const char *text,
			size_t length, uint64_t *hits, bool *plain)
{
	return scan(needles, &needles->leading, text, length, hits, plain);
}

bool
tk_needles_scan_rest(const struct tk_needles *needles, const char *text,
		     size_t length, uint64_t *hits)
{
	bool plain;

	return scan(needles, &needles->rest, text, length, hits, &plain);
}
