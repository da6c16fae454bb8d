/* Events to lines. Runs for every attempt: no allocation, no locale, no
 * printf. */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "event/fields.h"
#include "event/rows.h"

/* Of budget, attrs and extra together: they have no limit in the table. */
#define FREE_TEXT_MAX 4096
#define EIGHT_DIGITS 100000000
#define BLANKS UINT64_C(0x2020202020202020)

/* GCC's and clang's portable vectors: SSE2, NEON, or words where there are
 * none. */
typedef signed char bytes16 __attribute__((vector_size(16)));
typedef uint64_t halves16 __attribute__((vector_size(16)));

/* Below 10^8; always eight bytes, of which those without leading zeros count.
 */
static inline char *
put_small(char *out, uint64_t value)
{
	uint64_t digits = bo_digits8(value);
	/* Of zero one digit is left. */
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

/* Bytes that can not be copied as they are, as bytes that are not 0: what is
 * not ASCII (as signed numbers those are negative), control characters, quotes
 * and backslashes. */
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

/* A text with something in it that is not plain; it is cut between characters
 * if it has as many bytes as its limit. */
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

/* Copies at least 16 bytes, the last step into the one before it; true if all
 * of them are plain. */
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

/* The same for less, with two steps of eight bytes or four, or few of one. */
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

/* A string and the quote behind it, cut after at most limit bytes of its own
 * between characters. Usual texts are plain: they are looked at while they are
 * copied. */
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

/* JSON as it stands, on one line: control characters are white space there,
 * because inside a string they would not be JSON. */
static char *
put_json(char *out, const char *text)
{
	for (; *text != '\0'; text++)
		*out++ = (char)((unsigned char)*text < 0x20 ? ' ' : *text);
	return out;
}

/* The word for a number that the caller may have made up; NULL if it has. */
static inline const char *
name_of(const char *const *names, int first, int value)
{
	if (value < first)
		return NULL;
	for (int i = first; i < value; i++)
		if (names[i] == NULL)
			return NULL;
	return names[value];
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
/* Of an ENUM the first number stands for "absent". */
#define PUT_NAME(name, member, kind, list, fallback, allowed, doc)             \
	word = name_of(list, BO_EVENT_##kind == BO_EVENT_ENUM,                 \
		       (int)event->member);                                    \
	if (word != NULL) {                                                    \
		PUT_LITERAL(",\"" name "\":\"");                               \
		out = stpcpy(out, word);                                       \
		*out++ = '"';                                                  \
	}

/* Into space that is certainly large enough, also for what runs over. */
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
	char space[BACKOFF_EVENT_LINE_MAX];
	size_t length;

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
