/* The strict JSON reader. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/json.h"

#include <endian.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/error.h"
#include "base/utf8.h"

void
bo_json_begin(struct bo_json *json, const char *text, size_t length)
{
	*json = (struct bo_json){
		.text = text, .at = text, .end = text + length};
}

void
bo_json_begin_loose(struct bo_json *json, const char *text, size_t length)
{
	bo_json_begin(json, text, length);
	json->loose = true;
}

const char *
bo_json_type_name(enum bo_json_type type)
{
	static const char *const name[] = {
		[BO_JSON_NULL] = "null",        [BO_JSON_FALSE] = "false",
		[BO_JSON_TRUE] = "true",        [BO_JSON_NUMBER] = "a number",
		[BO_JSON_STRING] = "a string",  [BO_JSON_ARRAY] = "an array",
		[BO_JSON_OBJECT] = "an object",
	};

	_Static_assert(sizeof(name) / sizeof(*name) == BO_JSON_TYPE_COUNT,
		       "one name for each type");
	return name[type];
}

static bool
fail(struct bo_json *json, const char *problem)
{
	if (json->problem == NULL)
		json->problem = problem;
	return false;
}

static bool
fail_limit(struct bo_json *json, const char *problem)
{
	json->over_limit = true;
	return fail(json, problem);
}

static void
skip_space(struct bo_json *json)
{
	const char *p = json->at;

	while (p < json->end &&
	       (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
		p++;
	json->at = p;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The four digits of \uXXXX; -1 if they are not there. */
static int32_t
read_hex4(const char *p, const char *end)
{
	int32_t value = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_value(p[i]);

		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

#define LONE_SURROGATE (-2)

/* The code point of the escape whose digits begin at p, and how many bytes from
 * there it takes; -1 if it is malformed, LONE_SURROGATE. */
static int32_t
read_unicode(const char *p, const char *end, size_t *used)
{
	int32_t high = read_hex4(p, end), low;

	*used = 4;
	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (high > 0xdbff || end - p < 10 || p[4] != '\\' || p[5] != 'u')
		return LONE_SURROGATE;
	low = read_hex4(p + 6, end);
	if (low < 0xdc00 || low > 0xdfff)
		return LONE_SURROGATE;
	*used = 10;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* Bytes of the escape at p (a backslash); 0 if it is not valid. */
static size_t
escape_length(struct bo_json *json, const char *p)
{
	const char *end = json->end;
	int32_t point;
	size_t used;

	if (end - p < 2)
		return 0;
	if (p[1] != 'u')
		return bo_is_one_of(p[1], "\"\\/bfnrt") ? 2 : 0;
	point = read_unicode(p + 2, end, &used);
	if (point == 0)
		json->nul = p;
	if (point < 0 && !(point == LONE_SURROGATE && json->loose))
		return 0;
	return used + 2;
}

/* The next byte of a string that needs a look: a quote, a backslash, a control
 * character or the start of a longer character; end if there is none. Eight at
 * a time: a byte of `hit` has its high bit set if the byte does, or if it is
 * below 0x20, or becomes 0 when compared (the usual has-zero-byte trick, which
 * may also mark bytes after a true hit, but none before it). */
static inline const char *
plain_end(const char *at, const char *end)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t high = ones << 7;

	for (; end - at >= 8; at += 8) {
		uint64_t word, quote, backslash, hit;

		memcpy(&word, at, 8);
		word = le64toh(word);
		quote = word ^ ones * '"';
		backslash = word ^ ones * '\\';
		hit = (word | (quote - ones) | (backslash - ones) |
		       (word - ones * 0x20)) &
		      high;
		if (hit != 0)
			return at + __builtin_ctzll(hit) / 8;
	}
	while (at < end && (unsigned char)*at >= 0x20 &&
	       (unsigned char)*at < 0x80 && *at != '"' && *at != '\\')
		at++;
	return at;
}

static bool
read_string(struct bo_json *json, struct bo_json_value *out)
{
	const char *p = json->at + 1, *end = json->end;

	out->type = BO_JSON_STRING;
	out->escaped = false;
	out->at = p;
	for (;;) {
		size_t step;

		p = plain_end(p, end);
		if (p == end)
			break;
		if (*p == '"') {
			out->length = (size_t)(p - out->at);
			json->at = p + 1;
			return true;
		}
		json->at = p;
		if ((unsigned char)*p < 0x20)
			return fail(json, "control character in a string "
					  "(write it as \\u00XX)");
		if (*p == '\\') {
			out->escaped = true;
			step = escape_length(json, p);
		} else {
			step = bo_utf8_length(p, end);
		}
		if (step == 0)
			return fail(json, *p == '\\' ? "invalid escape"
						     : "invalid UTF-8");
		p += step;
	}
	json->at = end;
	return fail(json, "the input ends inside a string");
}

static const char *
skip_digits(const char *p, const char *end)
{
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

static bool
read_number(struct bo_json *json, struct bo_json_value *out)
{
	const char *p = json->at, *end = json->end, *digits;

	out->type = BO_JSON_NUMBER;
	out->escaped = false;
	out->at = p;
	if (p < end && *p == '-')
		p++;
	digits = p;
	p = skip_digits(p, end);
	if (p == digits || (*digits == '0' && p > digits + 1))
		return fail(json, "malformed number");
	if (p < end && *p == '.') {
		digits = ++p;
		p = skip_digits(p, end);
		if (p == digits)
			return fail(json, "malformed number");
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		digits = p;
		p = skip_digits(p, end);
		if (p == digits)
			return fail(json, "malformed number");
	}
	out->length = (size_t)(p - out->at);
	if (out->length > BO_JSON_NUMBER_MAX && !json->loose)
		return fail_limit(json,
				  "a number with more than 63 characters");
	json->at = p;
	return true;
}

static bool
starts_with(const struct bo_json *json, const char *word, size_t length)
{
	return (size_t)(json->end - json->at) >= length &&
	       memcmp(json->at, word, length) == 0;
}

static bool
read_word(struct bo_json *json, struct bo_json_value *out)
{
	static const struct {
		const char *text;
		size_t length;
		enum bo_json_type type;
	} word[] = {
		{"null", 4, BO_JSON_NULL},
		{"true", 4, BO_JSON_TRUE},
		{"false", 5, BO_JSON_FALSE},
	};

	for (size_t i = 0; i < sizeof(word) / sizeof(*word); i++) {
		if (!starts_with(json, word[i].text, word[i].length))
			continue;
		*out = (struct bo_json_value){json->at, word[i].length,
					      word[i].type, false};
		json->at += word[i].length;
		return true;
	}
	/* Python's json module writes these by default. */
	if (starts_with(json, "NaN", 3) || starts_with(json, "Infinity", 8))
		return fail(json, "NaN and Infinity are not JSON");
	return fail(json, "expected a value");
}

static bool read_value(struct bo_json *json, struct bo_json_value *out);

/* Separator before an item: ',' unless it is the first. False at the end. */
static bool
next_item(struct bo_json *json, char close, bool *first)
{
	skip_space(json);
	if (json->at >= json->end)
		return fail(json, close == '}'
					  ? "the input ends inside an object"
					  : "the input ends inside an array");
	if (*json->at == close) {
		json->at++;
		json->depth--;
		return false;
	}
	if (!*first) {
		if (*json->at != ',')
			return fail(json, close == '}' ? "expected ',' or '}'"
						       : "expected ',' or ']'");
		json->at++;
		skip_space(json);
	}
	*first = false;
	return true;
}

static bool
read_key(struct bo_json *json, bool *first, struct bo_json_value *out)
{
	if (!next_item(json, '}', first))
		return false;
	if (json->at >= json->end || *json->at != '"')
		return fail(json, "expected a field name in quotes");
	if (!read_string(json, out))
		return false;
	skip_space(json);
	if (json->at >= json->end || *json->at != ':')
		return fail(json, "expected ':' after the field name");
	json->at++;
	skip_space(json);
	return true;
}

static bool
read_member(struct bo_json *json, bool *first, struct bo_json_member *out)
{
	return read_key(json, first, &out->key) &&
	       read_value(json, &out->value);
}

static bool
read_element(struct bo_json *json, bool *first, struct bo_json_value *out)
{
	return next_item(json, ']', first) && read_value(json, out);
}

/* At a bracket. */
static bool
enter(struct bo_json *json)
{
	if (json->depth == BO_JSON_DEPTH)
		return fail_limit(json, "nested deeper than 32 levels");
	json->depth++;
	json->at++;
	return true;
}

static bool
read_container(struct bo_json *json, struct bo_json_value *out)
{
	bool first = true, object = *json->at == '{';

	*out = (struct bo_json_value){
		json->at, 0, object ? BO_JSON_OBJECT : BO_JSON_ARRAY, false};
	if (!enter(json))
		return false;
	if (object) {
		struct bo_json_member member;

		while (read_member(json, &first, &member))
			;
	} else {
		struct bo_json_value element;

		while (read_element(json, &first, &element))
			;
	}
	out->length = (size_t)(json->at - out->at);
	return json->problem == NULL;
}

static bool
read_value(struct bo_json *json, struct bo_json_value *out)
{
	skip_space(json);
	if (json->at >= json->end)
		return fail(json, "the input ends where a value is expected");
	switch (*json->at) {
	case '"':
		return read_string(json, out);
	case '{':
	case '[':
		return read_container(json, out);
	case '-':
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9':
		return read_number(json, out);
	default:
		return read_word(json, out);
	}
}

bool
bo_json_value(struct bo_json *json, struct bo_json_value *out)
{
	return json->problem == NULL && read_value(json, out);
}

bool
bo_json_open(struct bo_json *json, char bracket)
{
	if (json->problem != NULL)
		return false;
	skip_space(json);
	if (json->at >= json->end || *json->at != bracket)
		return fail(json, bracket == '{' ? "expected an object"
						 : "expected an array");
	return enter(json);
}

bool
bo_json_member(struct bo_json *json, bool *first, struct bo_json_member *out)
{
	return json->problem == NULL && read_member(json, first, out);
}

bool
bo_json_key(struct bo_json *json, bool *first, struct bo_json_value *out)
{
	return json->problem == NULL && read_key(json, first, out);
}

bool
bo_json_element(struct bo_json *json, bool *first, struct bo_json_value *out)
{
	return json->problem == NULL && read_element(json, first, out);
}

bool
bo_json_end(struct bo_json *json)
{
	if (json->problem != NULL)
		return false;
	skip_space(json);
	if (json->at < json->end)
		return fail(json, "text after the end of the value");
	return true;
}

void
bo_json_position(const char *text, const char *at, struct backoff_error *error)
{
	const char *line = text;

	error->line = 1;
	for (const char *p = text; p < at; p++) {
		if (*p == '\n') {
			error->line++;
			line = p + 1;
		}
	}
	error->column = (uint32_t)(at - line) + 1;
}

enum backoff_status
bo_json_error(const struct bo_json *json, struct backoff_error *error)
{
	enum backoff_status status =
		json->over_limit ? BACKOFF_E_LIMIT : BACKOFF_E_SYNTAX;

	if (error == NULL)
		return status;
	bo_error_set(error, status, "", json->problem);
	bo_json_position(json->text, json->at, error);
	return status;
}

size_t
bo_json_mark(const char *text, size_t length)
{
	return length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/* What a file is that is not UTF-8 at all, by its first bytes; NULL if that is
 * not known. */
static const char *
other_encoding(const char *text, size_t length)
{
	static const char utf16[] = "the text is UTF-16; save it as UTF-8";

	if (length < 2)
		return NULL;
	if (memcmp(text, "\xff\xfe", 2) == 0 ||
	    memcmp(text, "\xfe\xff", 2) == 0 || memcmp(text, "{", 2) == 0 ||
	    memcmp(text, "\0{", 2) == 0)
		return utf16;
	if (memcmp(text, "\x1f\x8b", 2) == 0)
		return "the file is compressed by gzip";
	return NULL;
}

enum backoff_status
bo_json_check(const char *text, size_t length, struct backoff_error *error)
{
	const char *other = other_encoding(text, length);
	struct bo_json_value whole;
	struct bo_json json;

	bo_json_begin(&json, text, length);
	if (other != NULL)
		fail(&json, other);
	else if (bo_json_value(&json, &whole) && bo_json_end(&json)) {
		if (json.nul == NULL)
			return BACKOFF_OK;
		json.at = json.nul;
		fail(&json, "a string cannot contain \\u0000");
	}
	return bo_json_error(&json, error);
}

size_t
bo_json_unescape(const struct bo_json_value *string, char *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *p = string->at, *end = p + string->length;
	char *o = out;

	while (string->escaped && p < end) {
		const char *stop = memchr(p, '\\', (size_t)(end - p));
		int32_t point;
		size_t used;

		if (stop == NULL)
			break;
		o = mempcpy(o, p, (size_t)(stop - p));
		p = stop + 2;
		if (p[-1] != 'u') {
			*o++ = to[strchr(from, p[-1]) - from];
			continue;
		}
		point = read_unicode(p, end, &used);
		/* Strings end in NUL here: it cannot be kept. */
		o += bo_utf8_put(point > 0 ? (uint32_t)point : 0xfffd, o);
		p += used;
	}
	o = mempcpy(o, p, (size_t)(end - p));
	return (size_t)(o - out);
}
