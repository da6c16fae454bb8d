/* Finds places of a text at which one of many grams may stand. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/filter.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define HAS_VECTORS 1
#endif

/*
 * With vector instructions, 32 or 64 places at a time: for each of four bytes,
 * two tables of 16 bytes say which groups of grams have such a byte there. This
 * is "Teddy" of Hyperscan (Wang et al., NSDI 2019), with 16 groups. Hyperscan
 * itself was tried for the search: it took longer than this and the comparison
 * behind it, and does not exist for other processors.
 *
 * Otherwise every second place is looked at, by a hash of three bytes: a gram
 * begins there or one before.
 */

#define GROUPS (8 * TK_FILTER_SETS)
#define VECTOR 32

/* The hash of three bytes, with any above them. */
static inline uint32_t
hash_three(uint32_t bytes)
{
	return (bytes << 8) * UINT32_C(0x9e3779b1) >> (32 - TK_FILTER_BITS);
}

/* Which grams a group has: for each byte of them, its four low and four high
 * bits; and at which places of the words of logs there is such a byte. */
#define WORDS 32

struct group {
	uint16_t has[TK_GRAM][2];
	uint64_t at[TK_GRAM][2][WORDS];
};

struct grouping {
	/* For each byte of a gram and each value of four of its bits. */
	uint64_t at[TK_GRAM][2][16][WORDS];
	struct group group[GROUPS];
	double cost[GROUPS];
};

/* Four bits of byte i of a gram. */
static unsigned
nibble(uint32_t gram, unsigned i, unsigned high)
{
	return gram >> (8 * i + 4 * high) & 15;
}

static void
find_words(struct grouping *grouping)
{
	for (size_t i = 0; i + TK_GRAM <= tk_log_words_length && i < 64 * WORDS;
	     i++) {
		uint32_t gram = tk_gram_read(tk_log_words + i, TK_GRAM);

		for (unsigned j = 0; j < TK_GRAM; j++) {
			for (unsigned high = 0; high < 2; high++)
				grouping->at[j][high][nibble(gram, j, high)]
					    [i / 64] |= UINT64_C(1) << i % 64;
		}
	}
}

/* Add a gram. One of three bytes may have any fourth. */
static void
join(const struct grouping *grouping, struct group *group,
     const struct tk_gram *gram)
{
	for (unsigned j = 0; j < TK_GRAM; j++) {
		for (unsigned high = 0; high < 2; high++) {
			unsigned value = nibble(gram->bytes, j, high);

			if (j >= gram->length) {
				group->has[j][high] = UINT16_MAX;
				memset(group->at[j][high], 0xff,
				       sizeof(group->at[j][high]));
				continue;
			}
			group->has[j][high] |= (uint16_t)(1u << value);
			for (size_t w = 0; w < WORDS; w++)
				group->at[j][high][w] |=
					grouping->at[j][high][value][w];
		}
	}
}

/* How many places a group finds in words of logs, and in any text, which is
 * taken to be longer. */
static double
cost_of(const struct group *group)
{
	double any = 20000, found = 0;

	for (unsigned j = 0; j < TK_GRAM; j++) {
		for (unsigned high = 0; high < 2; high++)
			any *= __builtin_popcount(group->has[j][high]) / 16.0;
	}
	for (size_t w = 0; w < WORDS; w++) {
		uint64_t all = UINT64_MAX;

		for (unsigned j = 0; j < TK_GRAM; j++)
			all &= group->at[j][0][w] & group->at[j][1][w];
		found += __builtin_popcountll(all);
	}
	return found + any;
}

/* Put a gram into the group that it makes find the fewest places more. */
static void
put(struct grouping *grouping, const struct tk_gram *gram)
{
	struct group best;
	double least = 0, cost = 0;
	size_t chosen = GROUPS;

	for (size_t i = 0; i < GROUPS; i++) {
		struct group with = grouping->group[i];
		double now;

		join(grouping, &with, gram);
		now = cost_of(&with);
		if (chosen < GROUPS && now - grouping->cost[i] >= least)
			continue;
		least = now - grouping->cost[i];
		cost = now;
		chosen = i;
		best = with;
	}
	grouping->group[chosen] = best;
	grouping->cost[chosen] = cost;
}

static bool
is_new(const struct tk_gram *gram, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (gram[j].bytes == gram[i].bytes &&
		    gram[j].length == gram[i].length)
			return false;
	}
	return true;
}

static bool
make_groups(struct tk_filter *filter, const struct tk_gram *gram, size_t count)
{
	struct grouping *grouping = calloc(1, sizeof(*grouping));

	if (grouping == NULL)
		return false;
	find_words(grouping);
	for (size_t i = 0; i < count; i++) {
		if (is_new(gram, i))
			put(grouping, &gram[i]);
	}
	for (size_t i = 0; i < GROUPS * TK_GRAM * 2 * 32; i++) {
		size_t group = i / (TK_GRAM * 2 * 32);
		size_t j = i / 64 % TK_GRAM, high = i / 32 % 2;

		if (grouping->group[group].has[j][high] >> i % 16 & 1)
			filter->group[group / 8][j][high][i % 32] |=
				(unsigned char)(1u << group % 8);
	}
	free(grouping);
	return true;
}

bool
tk_filter_build(struct tk_filter *filter, const struct tk_gram *gram,
		size_t count)
{
	memset(filter, 0, sizeof(*filter));
#ifdef HAS_VECTORS
	filter->way = __builtin_cpu_supports("avx512bw") ? TK_FILTER_AVX512
		      : __builtin_cpu_supports("avx2")   ? TK_FILTER_AVX2
							 : TK_FILTER_PLAIN;
#endif
	for (size_t i = 0; i < count; i++) {
		filter->may[hash_three(gram[i].bytes)] = 1;
		if (gram[i].length == TK_GRAM)
			filter->may[hash_three(gram[i].bytes >> 8)] = 1;
		for (uint32_t c = 0; gram[i].length < TK_GRAM && c < 256; c++)
			filter->may[hash_three(gram[i].bytes >> 8 | c << 16)] =
				1;
	}
	return make_groups(filter, gram, count);
}

static inline bool
is_odd(char c)
{
	return (unsigned char)c < ' ' || c == '\\';
}

/* Whether there is a backslash or a control character: eight bytes at a time,
 * of which none borrows from the next unless it is one. */
static bool
has_odd(const char *text, size_t length)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t odd = 0, bytes;
	size_t i = 0;

	for (; length - i >= sizeof(bytes); i += sizeof(bytes)) {
		uint64_t other;

		memcpy(&bytes, text + i, sizeof(bytes));
		other = bytes ^ ones * '\\';
		odd |= ((bytes - ones * ' ') & ~bytes) |
		       ((other - ones) & ~other);
	}
	for (; i < length; i++)
		odd |= is_odd(text[i]) ? ones << 7 : 0;
	return (odd & ones << 7) != 0;
}

/* Add the places of a gram that has three bytes at `at`. */
static inline size_t
add_places(bool may, size_t at, uint32_t *places)
{
	places[0] = (uint32_t)at;
	places[1] = (uint32_t)(at > 0 ? at - 1 : at);
	return 2 * may;
}

static size_t
find_hash(const struct tk_filter *filter, const char *text, size_t length,
	  size_t *from, uint32_t *places, bool *plain)
{
	const unsigned char *may = filter->may;
	size_t at = *from, count = 0;

	/* Four of them at a time, for most have no gram. */
	for (; length - at >= 10 && count + 8 <= TK_FILTER_PLACES; at += 8) {
		unsigned char found[4];

		for (size_t i = 0; i < 4; i++)
			found[i] = may[hash_three(
				tk_gram_read(text + at + 2 * i, TK_GRAM))];
		if ((found[0] | found[1] | found[2] | found[3]) == 0)
			continue;
		for (size_t i = 0; i < 4; i++)
			count += add_places(found[i], at + 2 * i,
					    places + count);
	}
	for (; length - at >= 3 && count + 2 <= TK_FILTER_PLACES; at += 2)
		count += add_places(
			may[hash_three(tk_gram_read(text + at, length - at))],
			at, places + count);
	/* A gram of three bytes may begin three before the end. */
	if (length - at < 3 && count < TK_FILTER_PLACES) {
		if (length >= TK_GRAM_MIN)
			places[count++] = (uint32_t)(length - TK_GRAM_MIN);
		at = length;
	}
	*plain &= !has_odd(text + *from, at - *from);
	*from = at;
	return count;
}

#ifdef HAS_VECTORS
/* Bytes of a text that are looked at for 32 places. */
#define VECTOR_BYTES (VECTOR + TK_GRAM - 1)

#define AVX2 __attribute__((always_inline, target("avx2")))

/* The groups that have this byte of a gram, by four of its bits. */
static inline AVX2 __m256i
groups(const unsigned char (*table)[32], __m256i low, __m256i high)
{
	return _mm256_shuffle_epi8(_mm256_loadu_si256((const void *)table[0]),
				   low) &
	       _mm256_shuffle_epi8(_mm256_loadu_si256((const void *)table[1]),
				   high);
}

/* Which bytes are backslashes or control characters other than tabs. */
static inline AVX2 __m256i
odd_bytes(__m256i bytes)
{
	__m256i controls = _mm256_cmpeq_epi8(
		_mm256_min_epu8(bytes, _mm256_set1_epi8(31)), bytes);

	return _mm256_andnot_si256(
		       _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\t')),
		       controls) |
	       _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));
}

/* Bits of the places of 32 from `at` on. */
static inline AVX2 uint32_t
look(const struct tk_filter *filter, const char *at, __m256i *odd)
{
	const __m256i low_bits = _mm256_set1_epi8(15);
	__m256i first = _mm256_set1_epi8(-1), second = first;

	*odd |= odd_bytes(_mm256_loadu_si256((const void *)at));
#pragma GCC unroll 4
	for (int i = 0; i < TK_GRAM; i++) {
		__m256i bytes = _mm256_loadu_si256((const void *)(at + i));
		__m256i low = _mm256_and_si256(bytes, low_bits);
		__m256i high =
			_mm256_and_si256(_mm256_srli_epi16(bytes, 4), low_bits);

		first &= groups(filter->group[0][i], low, high);
		second &= groups(filter->group[1][i], low, high);
	}
	return ~(uint32_t)_mm256_movemask_epi8(
		_mm256_cmpeq_epi8(first | second, _mm256_setzero_si256()));
}

static inline size_t
add_found(uint32_t found, size_t at, uint32_t *places)
{
	size_t count = 0;

	for (; found != 0; found &= found - 1)
		places[count++] = (uint32_t)at + (uint32_t)__builtin_ctz(found);
	return count;
}

/* A text that is shorter than what is looked at. */
static __attribute__((target("avx2"))) size_t
find_in_short(const struct tk_filter *filter, const char *text, size_t length,
	      uint32_t *places, bool *plain)
{
	size_t count = length - TK_GRAM_MIN + 1;
	__m256i odd = _mm256_setzero_si256();
	char copy[VECTOR_BYTES];
	uint32_t found;

	memset(copy, ' ', sizeof(copy));
	memcpy(copy, text, length);
	found = look(filter, copy, &odd);
	if (!_mm256_testz_si256(odd, odd))
		*plain = false;
	if (count < VECTOR)
		found &= (UINT32_C(1) << count) - 1;
	return add_found(found, 0, places);
}

static __attribute__((target("avx2"))) size_t
find_vector(const struct tk_filter *filter, const char *text, size_t length,
	    size_t *from, uint32_t *places, bool *plain)
{
	size_t at = *from, last = length - VECTOR_BYTES, count = 0;
	__m256i odd = _mm256_setzero_si256();

	while (count < TK_FILTER_PLACES - VECTOR) {
		/* The last places are looked at with those before them. */
		size_t end = at < last ? at : last;
		uint32_t found = look(filter, text + end, &odd);

		count += add_found(found >> (at - end), at, places + count);
		at = end + VECTOR;
		if (end == last) {
			/* Perhaps a gram of three bytes. */
			places[count++] = (uint32_t)(length - TK_GRAM_MIN);
			at = length;
			break;
		}
	}
	if (!_mm256_testz_si256(odd, odd))
		*plain = false;
	*from = at;
	return count;
}

#define WIDE 64
#define AVX512 __attribute__((always_inline, target("avx512bw")))

struct tables {
	__m512i group[TK_FILTER_SETS][TK_GRAM][2];
};

static inline AVX512 void
load_tables(const struct tk_filter *filter, struct tables *out)
{
	for (int set = 0; set < TK_FILTER_SETS; set++) {
		for (int i = 0; i < TK_GRAM; i++) {
			for (int high = 0; high < 2; high++)
				out->group[set][i][high] =
					_mm512_broadcast_i32x4(_mm_loadu_si128(
						(const void *)filter
							->group[set][i][high]));
		}
	}
}

/* Bits of the places of 64 from `at` on; spaces stand for what is behind the
 * bytes that are left. */
static inline AVX512 uint64_t
look_wide(const struct tables *tables, const char *at, size_t left, bool *plain)
{
	const __m512i low_bits = _mm512_set1_epi8(15);
	__m512i first = _mm512_set1_epi8(-1), second = first;

#pragma GCC unroll 4
	for (size_t i = 0; i < TK_GRAM; i++) {
		__mmask64 has = left >= WIDE + i ? UINT64_MAX
				: left > i ? UINT64_MAX >> (WIDE - (left - i))
					   : 0;
		__m512i bytes = _mm512_mask_loadu_epi8(_mm512_set1_epi8(' '),
						       has, at + i);
		__m512i low = _mm512_and_si512(bytes, low_bits);
		__m512i high =
			_mm512_and_si512(_mm512_srli_epi16(bytes, 4), low_bits);

		first &= _mm512_shuffle_epi8(tables->group[0][i][0], low) &
			 _mm512_shuffle_epi8(tables->group[0][i][1], high);
		second &= _mm512_shuffle_epi8(tables->group[1][i][0], low) &
			  _mm512_shuffle_epi8(tables->group[1][i][1], high);
		if (i == 0 &&
		    ((_mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(' ')) &
		      ~_mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\t'))) |
		     _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\\'))) !=
			    0)
			*plain = false;
	}
	first |= second;
	return _mm512_test_epi8_mask(first, first);
}

static __attribute__((target("avx512bw"))) size_t
find_wide(const struct tk_filter *filter, const char *text, size_t length,
	  size_t *from, uint32_t *places, bool *plain)
{
	size_t at = *from, count = 0;
	struct tables tables;

	load_tables(filter, &tables);
	while (at < length && count <= TK_FILTER_PLACES - WIDE) {
		size_t left = length - at;
		uint64_t found = look_wide(&tables, text + at, left, plain);

		if (left < WIDE + TK_GRAM_MIN - 1)
			found &= left < TK_GRAM_MIN
					 ? 0
					 : UINT64_MAX >> (WIDE + TK_GRAM_MIN -
							  1 - left);
		for (; found != 0; found &= found - 1)
			places[count++] =
				(uint32_t)at + (uint32_t)__builtin_ctzll(found);
		at += left < WIDE ? left : WIDE;
	}
	*from = at;
	return count;
}
#endif

size_t
tk_filter_find(const struct tk_filter *filter, const char *text, size_t length,
	       size_t *from, uint32_t *places, bool *plain)
{
#ifdef HAS_VECTORS
	if (filter->way == TK_FILTER_AVX512)
		return find_wide(filter, text, length, from, places, plain);
	if (filter->way == TK_FILTER_AVX2 && length >= TK_GRAM_MIN) {
		/* Behind what is looked at. */
		for (size_t i = 1; i <= TK_GRAM_MIN; i++)
			*plain &= !is_odd(text[length - i]);
		if (length >= VECTOR_BYTES)
			return find_vector(filter, text, length, from, places,
					   plain);
		*from = length;
		return find_in_short(filter, text, length, places, plain);
	}
#endif
	return find_hash(filter, text, length, from, places, plain);
}
