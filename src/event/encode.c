/* Encodes events to lines. Runs for every attempt: no allocation, no locale,
 * no printf. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "base/digits.h"
#include "base/num.h"
#include "base/rfc3339.h"
#include "base/utf8.h"
#include "event/fields.h"
#include "event/rows.h"
#include "event/whole.h"

/* Maximum of budget, attrs and extra together, which have no limit in the
 * table. */
#define FREE_TEXT_MAX 4096
#define EIGHT_DIGITS 100000000
#define BLANKS UINT64_C(0x2020202020202020)

/* GCC's and clang's portable vectors: SSE2, NEON, or words where there are
 * none. */
typedef signed char bytes16 __attribute__((vector_size(16)));
typedef uint64_t halves16 __attribute__((vector_size(16)));

/* A value below 10^8. Always writes eight bytes, but returns the end of the
 * digits. */
static inline char *
put_small(char *out, uint64_t value)
{
	uint64_t digits = bo_digits8(value);
	/* Zero keeps one digit. */
	unsigned zeros = (unsigned)__builtin_ctzll(digits | 1ull << 56) / 8;

	bo_store_low_first(out, (digits + BO_DIGITS_ZERO) >> 8 * zeros);
	return out + 8 - zeros;
}

static char *
put_count(char *out, uint64_t value)
{
	if (value < 10) {
		*out = (char)('0' + value);
		return out + 1;
	}
	if (value < EIGHT_DIGITS)
		return put_small(out, value);
	out = put_count(out, value / EIGHT_DIGITS);
	bo_store_low_first(out,
			   bo_digits8(value % EIGHT_DIGITS) + BO_DIGITS_ZERO);
	return out + 8;
}

static char *
put_seconds(char *out, uint64_t ns)
{
	uint64_t rest = ns % BO_NS_PER_S, digits;

	out = put_count(out, ns / BO_NS_PER_S);
	if (rest == 0)
		return out;
	/* Nine digits: one and eight, without trailing zeros. */
	digits = bo_digits8(rest % EIGHT_DIGITS);
	out[0] = '.';
	out[1] = (char)('0' + rest / EIGHT_DIGITS);
	bo_store_low_first(out + 2, digits + BO_DIGITS_ZERO);
	return out + 2 + (digits != 0 ? 8 - __builtin_clzll(digits) / 8 : 0);
}

/* Not 0 for each byte that cannot be copied as it is: not ASCII (negative as
 * a signed number), control characters, quotes and backslashes. */
static inline bytes16
special_of(bytes16 bytes)
{
	return (bytes < 0x20) | (bytes == '"') | (bytes == '\\') |
	       (bytes == 0x7f);
}

static inline bool
is_any(bytes16 special)
{
	halves16 half = (halves16)special;

	return (half[0] | half[1]) != 0;
}

static inline bytes16
bytes_at(const void *at)
{
	bytes16 bytes;

	memcpy(&bytes, at, sizeof(bytes));
	return bytes;
}

static char *
put_escape(char *out, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *known = c != '\0' ? strchr(from, c) : NULL;

	*out++ = '\\';
	if (known != NULL) {
		*out++ = to[known - from];
		return out;
	}
	memcpy(out, "u00", 3);
	out[3] = hex[c >> 4];
	out[4] = hex[c & 15];
	return out + 5;
}

/* A string with bytes that are not plain; cut between characters if it is as
 * long as its limit. */
static __attribute__((noinline)) char *
put_special(char *out, const char *text, size_t size, size_t limit)
{
	const char *p = text, *end = text + size;

	while (p < end) {
		unsigned char c = (unsigned char)*p;
		size_t length;

		if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f) {
			out = put_escape(out, c);
			p++;
			continue;
		}
		if (c < 0x80) {
			if (end - p >= 16 && !is_any(special_of(bytes_at(p)))) {
				memcpy(out, p, 16);
				out += 16;
				p += 16;
			} else {
				*out++ = *p++;
			}
			continue;
		}
		length = bo_utf8_length(p, end);
		if (length == 0) {
			/* A character that the limit cuts is left out. */
			if (end == text + limit && end - p < 4 &&
			    bo_utf8_length(p, p + strnlen(p, 4)) > 0)
				break;
			memcpy(out, "\xef\xbf\xbd", 3);
			out += 3;
			p++;
			continue;
		}
		memcpy(out, p, length);
		out += length;
		p += length;
	}
	return out;
}

/* Copies at least 16 bytes; the last step overlaps the one before it. True if
 * all bytes are plain. */
static inline bool
copy_long(char *out, const char *text, size_t length)
{
	size_t last = length - 16;
	bytes16 special = special_of(bytes_at(text + last));

	for (size_t i = 0; i < last; i += 16) {
		memcpy(out + i, text + i, 16);
		special |= special_of(bytes_at(text + i));
	}
	memcpy(out + last, text + last, 16);
	return !is_any(special);
}

/* Copies fewer than 16 bytes, in two overlapping steps of eight or four bytes,
 * or byte by byte. */
static inline bool
copy_short(char *out, const char *text, size_t length)
{
	uint64_t first = BLANKS, last = BLANKS;
	uint32_t low, high;

	if (length >= 8) {
		memcpy(&first, text, 8);
		memcpy(&last, text + length - 8, 8);
		memcpy(out, &first, 8);
		memcpy(out + length - 8, &last, 8);
	} else if (length >= 4) {
		memcpy(&low, text, 4);
		memcpy(&high, text + length - 4, 4);
		memcpy(out, &low, 4);
		memcpy(out + length - 4, &high, 4);
		first = low | (uint64_t)high << 32;
	} else {
		for (size_t i = 0; i < length; i++) {
			out[i] = text[i];
			first = first << 8 | (unsigned char)text[i];
		}
	}
	return !is_any(special_of((bytes16)(halves16){first, last}));
}

/* A string and its closing quote; cut between characters after at most limit
 * bytes of the string. Most strings are plain, so they are copied and checked
 * in one pass. */
static char *
put_text(char *out, const char *text, size_t limit)
{
	size_t length = strnlen(text, limit);
	bool plain = length >= 16 ? copy_long(out, text, length)
				  : copy_short(out, text, length);

	out = plain ? out + length : put_special(out, text, length, limit);
	*out = '"';
	return out + 1;
}

/* JSON unchanged, but on one line: valid JSON has control characters only as
 * white space between tokens, so each becomes a space. */
static char *
put_json(char *out, const char *text)
{
	for (; *text != '\0'; text++)
		*out++ = (char)((unsigned char)*text < 0x20 ? ' ' : *text);
	return out;
}

/* The word of a value; NULL outside of [first, last], as callers may set any
 * number. */
static inline const char *
name_of(const char *const *names, int first, int last, int value)
{
	return value >= first && value <= last ? names[value] : NULL;
}

static size_t
text_length(const char *text)
{
	return text != NULL ? strlen(text) : 0;
}

#define PUT_LITERAL(text)                                                      \
	do {                                                                   \
		memcpy(out, text, sizeof(text) - 1);                           \
		out += sizeof(text) - 1;                                       \
	} while (0)
#define PUT_VERSION(name, doc) PUT_LITERAL("{\"" name "\":1");
#define PUT_TIME(name, member, doc)                                            \
	if (event->member != BACKOFF_ABSENT) {                                 \
		PUT_LITERAL(",\"" name "\":\"");                               \
		bo_rfc3339_put(event->member, out);                            \
		out[27] = '"';                                                 \
		out += 28;                                                     \
	}
#define PUT_TEXT(name, member, limit, doc)                                     \
	if (event->member != NULL) {                                           \
		PUT_LITERAL(",\"" name "\":\"");                               \
		out = put_text(out, event->member, limit);                     \
	}
#define PUT_OBJECT(name, member, doc)                                          \
	if (event->member != NULL) {                                           \
		PUT_LITERAL(",\"" name "\":");                                 \
		out = put_json(out, event->member);                            \
	}
#define PUT_COUNT(name, member, doc)                                           \
	if (event->member != BACKOFF_ABSENT) {                                 \
		PUT_LITERAL(",\"" name "\":");                                 \
		out = put_count(out, event->member);                           \
	}
#define PUT_SECONDS(name, member, doc)                                         \
	if (event->member != BACKOFF_ABSENT) {                                 \
		PUT_LITERAL(",\"" name "\":");                                 \
		out = put_seconds(out, event->member);                         \
	}
/* Value 0 has no word: that of an ENUM is "absent", that of an OUTCOME is
 * written as a failure. */
#define PUT_NAME(name, member, kind, list, words, fallback, doc)               \
	word = name_of(                                                        \
		list, BO_EVENT_##kind != BO_EVENT_ENUM_INT,                    \
		BO_WORD_COUNT(words) - (BO_EVENT_##kind == BO_EVENT_ENUM_INT), \
		BO_EVENT_##kind == BO_EVENT_OUTCOME && (int)event->member == 0 \
			? (int)BACKOFF_OUTCOME_FAILURE                         \
			: (int)event->member);                                 \
	if (word != NULL) {                                                    \
		PUT_LITERAL(",\"" name "\":\"");                               \
		out = stpcpy(out, word);                                       \
		*out++ = '"';                                                  \
	}

/* Into space that is large enough even for bytes written past the end. */
static size_t
encode(const struct backoff_event *event, char *line)
{
	char *out = line;
	const char *word;

	BO_EVENT_TABLE(PUT_VERSION, PUT_TIME, PUT_TEXT, PUT_COUNT, PUT_SECONDS,
		       PUT_NAME, PUT_OBJECT)
	if (event->extra != NULL && event->extra[0] != '\0') {
		*out++ = ',';
		out = put_json(out, event->extra);
	}
	*out++ = '}';
	*out++ = '\n';
	return (size_t)(out - line);
}

size_t
backoff_event_encode(const struct backoff_event *event, char *line, size_t size)
{
	if (event == NULL || line == NULL)
		return 0;
	char space[BACKOFF_EVENT_LINE_MAX];
	struct backoff_event whole;
	size_t length;

	event = bo_event_whole(event, &whole);
	if (text_length(event->budget) + text_length(event->attrs) +
		    text_length(event->extra) >
	    FREE_TEXT_MAX)
		return 0;
	if (size >= BACKOFF_EVENT_LINE_MAX)
		return encode(event, line);
	length = encode(event, space);
	if (length > size)
		return 0;
	memcpy(line, space, length);
	return length;
}
