/* Events to lines. Runs for every attempt: no allocation, no locale, no
 * printf. */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "event/fields.h"

/* Of budget, attrs and extra together: they have no limit in the table. */
#define FREE_TEXT_MAX 4096

static char *
put_count(char *out, uint64_t value)
{
	char digits[20];
	unsigned n = 0;

	do {
		digits[n++] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	while (n > 0)
		*out++ = digits[--n];
	return out;
}

static char *
put_seconds(char *out, uint64_t ns)
{
	uint64_t rest = ns % BO_NS_PER_S;

	out = put_count(out, ns / BO_NS_PER_S);
	if (rest == 0)
		return out;
	*out++ = '.';
	for (uint64_t unit = BO_NS_PER_S / 10; rest > 0; unit /= 10) {
		*out++ = (char)('0' + rest / unit);
		rest %= unit;
	}
	return out;
}

/* Whether eight bytes can be copied as they are: ASCII, no control character,
 * no quote, no backslash. */
static bool
is_plain(uint64_t word)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t high = UINT64_C(0x8080808080808080);
	uint64_t quote = word ^ ones * '"', slash = word ^ ones * '\\';
	uint64_t del = word ^ ones * 0x7f;

	return ((word | (word - ones * 0x20) | (quote - ones) | (slash - ones) |
		 (del - ones)) &
		high) == 0;
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

/* A string, cut after at most limit bytes of its own between characters. */
static char *
put_text(char *out, const char *text, size_t limit)
{
	const char *p = text, *end = text + strnlen(text, limit);

	*out++ = '"';
	while (p < end) {
		unsigned char c = (unsigned char)*p;
		size_t length;
		uint64_t word;

		if (end - p >= 8) {
			memcpy(&word, p, 8);
			if (is_plain(word)) {
				memcpy(out, p, 8);
				out += 8;
				p += 8;
				continue;
			}
		}
		if (c < 0x80) {
			if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f)
				out = put_escape(out, c);
			else
				*out++ = (char)c;
			p++;
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
	*out++ = '"';
	return out;
}

/* A text that needs no quotes and no escapes. */
static char *
put_plain(char *out, const char *text)
{
	size_t length = strlen(text);

	memcpy(out, text, length);
	return out + length;
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
static const char *
name_of(const struct bo_event_field *field, int value)
{
	/* The first one is "absent" where 0 is. */
	int first = field->kind == BO_EVENT_ENUM ? 1 : 0;

	if (value < first)
		return NULL;
	for (int i = first; i < value; i++)
		if (field->names[i] == NULL)
			return NULL;
	return field->names[value];
}

static char *
put_key(char *out, const struct bo_event_field *field)
{
	size_t length = (size_t)field->key_length + 4;

	memcpy(out, field->key, length);
	return out + length;
}

/* One field, if the event has it. */
static char *
put_field(char *out, const struct backoff_event *event,
	  const struct bo_event_field *field)
{
	const char *at = (const char *)event + field->offset;
	const char *text;
	uint64_t number;
	int value;

	switch (field->kind) {
	case BO_EVENT_VERSION:
		memcpy(out, "{\"v\":1", 6);
		return out + 6;
	case BO_EVENT_TEXT:
		text = *(const char *const *)(const void *)at;
		if (text == NULL)
			return out;
		return put_text(put_key(out, field), text, field->limit);
	case BO_EVENT_OBJECT:
		text = *(const char *const *)(const void *)at;
		if (text == NULL)
			return out;
		return put_json(put_key(out, field), text);
	case BO_EVENT_TIME:
	case BO_EVENT_COUNT:
	case BO_EVENT_SECONDS:
		memcpy(&number, at, sizeof(number));
		if (number == BACKOFF_ABSENT)
			return out;
		out = put_key(out, field);
		if (field->kind == BO_EVENT_COUNT)
			return put_count(out, number);
		if (field->kind == BO_EVENT_SECONDS)
			return put_seconds(out, number);
		*out = '"';
		bo_rfc3339_put(number, out + 1);
		out[28] = '"';
		return out + 29;
	case BO_EVENT_ENUM:
	case BO_EVENT_ENUM_INT:
		memcpy(&value, at, sizeof(value));
		text = name_of(field, value);
		if (text == NULL)
			return out;
		out = put_key(out, field);
		*out++ = '"';
		out = put_plain(out, text);
		*out++ = '"';
		return out;
	}
	return out;
}

static size_t
text_length(const char *text)
{
	return text != NULL ? strlen(text) : 0;
}

/* Into space that is certainly large enough. */
static size_t
encode(const struct backoff_event *event, char *line)
{
	char *out = line;

	for (int row = 0; row < BO_EVENT_ROWS; row++)
		out = put_field(out, event, &bo_event_fields[row]);
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
