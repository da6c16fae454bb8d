/* Numbers, durations, times and UTF-8 in text, without the locale; its hash. */
#ifndef BO_TEXT_H
#define BO_TEXT_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** Why a decimal number was not taken. */
enum bo_decimal {
	BO_DECIMAL_OK,
	BO_DECIMAL_MALFORMED,
	BO_DECIMAL_NEGATIVE,
	/** Has a fraction where a whole number is wanted. */
	BO_DECIMAL_FRACTION,
	BO_DECIMAL_TOO_LARGE,
};

/**
 * Read a JSON number exactly: its value times 10^scale, rounded to nearest.
 * With scale 0 a fraction is refused. Digits that do not fit 64 bits do not
 * count.
 */
enum bo_decimal bo_decimal_parse(const char *text, size_t length,
				 unsigned scale, uint64_t *out);

/** "500ms", "2m", "1.5s", also us, ns, h, d; no bare numbers, no spaces.
 *  Rounded to nearest. */
enum bo_decimal bo_duration_parse(const char *text, size_t length,
				  uint64_t *out_ns);

#define BO_FNV1A_BEGIN UINT64_C(0xcbf29ce484222325)

/** FNV-1a (G. Fowler, L. C. Noll, K.-P. Vo) of more bytes. Its low bits alone
 *  depend on the low bits of the bytes only. */
static inline uint64_t
bo_fnv1a(uint64_t hash, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)bytes[i]) *
		       UINT64_C(0x100000001b3);
	return hash;
}

/** Bytes of the valid UTF-8 character at @p at (1 to 4), 0 if it is none. */
size_t bo_utf8_length(const char *at, const char *end);

/** Write a code point as UTF-8; returns its length. */
size_t bo_utf8_put(uint32_t point, char *out);

/** Eight decimal digits of @p value (below 10^8), the highest in the lowest
 *  byte, each 0 to 9: as text they are this plus BO_DIGITS_ZERO, in memory by
 *  bo_store_low_first(). */
static inline uint64_t
bo_digits8(uint64_t value)
{
	/* All halves at once, then all quarters, then all digits: a quotient
	 * by 100 or 10 of so small a number is a product and a shift. */
	uint64_t halves = value / 10000 | value % 10000 << 32;
	uint64_t hundreds = halves * 10486 >> 20 & UINT64_C(0x7f0000007f);
	uint64_t pairs = ((halves - 100 * hundreds) << 16) + hundreds;
	uint64_t tens = pairs * 103 >> 10 & UINT64_C(0x000f000f000f000f);

	return tens + ((pairs - 10 * tens) << 8);
}

#define BO_DIGITS_ZERO UINT64_C(0x3030303030303030)

/** Eight bytes to memory, the lowest first on any machine. */
static inline void
bo_store_low_first(char *out, uint64_t word)
{
	word = htole64(word);
	memcpy(out, &word, sizeof(word));
}

/** Make a text one line of UTF-8 in its place: control characters and bytes of
 *  no character become '?', a character that was cut at the end goes. */
void bo_text_clean(char *text);

/** Nanoseconds since 1970 as "2026-11-23T10:15:30.123456Z", 27 bytes and no
 *  NUL; what is less than a microsecond is left out. */
void bo_rfc3339_put(uint64_t ns, char *out);

/** RFC 3339 with "T", "t" or a space, any number of decimals, "Z" or an
 *  offset; false if malformed, before 1970 or after the year 2554, where 64
 *  bits of nanoseconds end. */
bool bo_rfc3339_parse(const char *text, size_t length, uint64_t *out_ns);

/** How far two short words are apart (Levenshtein); SIZE_MAX if one has more
 *  than 40 bytes. */
size_t bo_edit_distance(const char *a, const char *b);

#endif
