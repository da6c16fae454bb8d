/* The strict JSON reader. */
#include "config.h"

#include "base/json.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

void
bo_json_begin(struct bo_json *json, const char *text, size_t length)
{
	*json = (struct bo_json){
		.text = text, .at = text, .end = text + length};
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

/* The code point of the escape at p (behind "\u"), its length in *used; -1 if
 * it is none (a lone surrogate is none). */
static int32_t
read_unicode(const char *p, const char *end, size_t *used)
{
	int32_t high = read_hex4(p, end), low;

	*used = 4;
	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (high > 0xdbff || end - p < 10 || p[4] != '\\' || p[5] != 'u')
		return -1;
	low = read_hex4(p + 6, end);
	if (low < 0xdc00 || low > 0xdfff)
		return -1;
	*used = 10;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* Bytes of the escape at p (a backslash); 0 if it is none. */
static size_t
escape_length(const char *p, const char *end)
{
	size_t used;

	if (end - p < 2)
		return 0;
	if (p[1] == 'u')
		return read_unicode(p + 2, end, &used) < 0 ? 0 : used + 2;
	return p[1] != '\0' && strchr("\"\\/bfnrt", p[1]) != NULL ? 2 : 0;
}

static bool
read_string(struct bo_json *json, struct bo_json_value *out)
{
	const char *p = json->at + 1, *end = json->end;

	out->type = BO_JSON_STRING;
	out->escaped = false;
	out->at = p;
	while (p < end) {
		unsigned char c = (unsigned char)*p;
		size_t step = 1;

		if (c == '"') {
			out->length = (size_t)(p - out->at);
			json->at = p + 1;
			return true;
		}
		if (c < 0x20) {
			json->at = p;
			return fail(json, "control character in a string "
					  "(write it as \\u00XX)");
		}
		if (c == '\\') {
			out->escaped = true;
			step = escape_length(p, end);
			if (step == 6 && memcmp(p, "\\u0000", 6) == 0)
				json->nul = p;
		} else if (c >= 0x80) {
			step = bo_utf8_length(p, end);
		}
		if (step == 0) {
			json->at = p;
			return fail(json, c == '\\' ? "invalid escape"
						    : "invalid UTF-8");
		}
		p += step;
	}
	json->at = end;
	return fail(json, "the text ends inside a string");
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
	if (out->length > BO_JSON_NUMBER_MAX)
		return fail_limit(json,
				  "a number with more than 63 characters");
	json->at = p;
	return true;
}

static bool
read_word(struct bo_json *json, const char *word, enum bo_json_type type,
	  struct bo_json_value *out)
{
	size_t length = strlen(word);

	if ((size_t)(json->end - json->at) < length ||
	    memcmp(json->at, word, length) != 0)
		return fail(json, "expected a value");
	*out = (struct bo_json_value){json->at, length, type, false};
	json->at += length;
	return true;
}

static bool read_value(struct bo_json *json, unsigned depth,
		       struct bo_json_value *out);

/* Separator before an item: ',' unless it is the first. False at the end. */
static bool
next_item(struct bo_json *json, char close, bool *first)
{
	skip_space(json);
	if (json->at < json->end && *json->at == close) {
		json->at++;
		return false;
	}
	if (json->at >= json->end)
		return fail(json, close == '}'
					  ? "the text ends inside an object"
					  : "the text ends inside an array");
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
read_member(struct bo_json *json, unsigned depth, bool *first,
	    struct bo_json_member *out)
{
	if (!next_item(json, '}', first))
		return false;
	if (json->at >= json->end || *json->at != '"')
		return fail(json, "expected a field name in quotes");
	if (!read_string(json, &out->key))
		return false;
	skip_space(json);
	if (json->at >= json->end || *json->at != ':')
		return fail(json, "expected ':' after the field name");
	json->at++;
	return read_value(json, depth, &out->value);
}

static bool
read_element(struct bo_json *json, unsigned depth, bool *first,
	     struct bo_json_value *out)
{
	return next_item(json, ']', first) && read_value(json, depth, out);
}

static bool
read_container(struct bo_json *json, unsigned depth, struct bo_json_value *out)
{
	bool first = true, object = *json->at == '{';

	if (depth == 0)
		return fail_limit(json, "nested deeper than 32 levels");
	*out = (struct bo_json_value){
		json->at++, 0, object ? BO_JSON_OBJECT : BO_JSON_ARRAY, false};
	if (object) {
		struct bo_json_member member;

		while (read_member(json, depth - 1, &first, &member))
			;
	} else {
		struct bo_json_value element;

		while (read_element(json, depth - 1, &first, &element))
			;
	}
	out->length = (size_t)(json->at - out->at);
	return json->problem == NULL;
}

static bool
read_value(struct bo_json *json, unsigned depth, struct bo_json_value *out)
{
	skip_space(json);
	if (json->at >= json->end)
		return fail(json, "the text ends where a value is expected");
	switch (*json->at) {
	case '"':
		return read_string(json, out);
	case '{':
	case '[':
		return read_container(json, depth, out);
	case 't':
		return read_word(json, "true", BO_JSON_TRUE, out);
	case 'f':
		return read_word(json, "false", BO_JSON_FALSE, out);
	case 'n':
		return read_word(json, "null", BO_JSON_NULL, out);
	case '-':
		break;
	default:
		if (*json->at < '0' || *json->at > '9')
			return fail(json, "expected a value");
	}
	out->escaped = false;
	return read_number(json, out);
}

bool
bo_json_value(struct bo_json *json, struct bo_json_value *out)
{
	return read_value(json, BO_JSON_DEPTH, out);
}

bool
bo_json_open(struct bo_json *json, char bracket)
{
	skip_space(json);
	if (json->at >= json->end || *json->at != bracket)
		return fail(json, bracket == '{' ? "expected an object"
						 : "expected an array");
	json->at++;
	return true;
}

bool
bo_json_member(struct bo_json *json, bool *first, struct bo_json_member *out)
{
	return json->problem == NULL &&
	       read_member(json, BO_JSON_DEPTH - 1, first, out);
}

bool
bo_json_element(struct bo_json *json, bool *first, struct bo_json_value *out)
{
	return json->problem == NULL &&
	       read_element(json, BO_JSON_DEPTH - 1, first, out);
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
	error->status = status;
	error->path[0] = '\0';
	bo_json_position(json->text, json->at, error);
	snprintf(error->text, sizeof(error->text), "%s", json->problem);
	return status;
}

size_t
bo_json_unescape(const struct bo_json_value *string, char *out)
{
	const char *p = string->at, *end = p + string->length;
	char *o = out;

	if (!string->escaped) {
		memcpy(out, p, string->length);
		return string->length;
	}
	while (p < end) {
		static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
		const char *simple;
		size_t used;

		if (*p != '\\') {
			*o++ = *p++;
			continue;
		}
		if (p[1] == 'u') {
			int32_t point = read_unicode(p + 2, end, &used);

			/* Strings end in NUL here: it cannot be kept. */
			o += bo_utf8_put(point == 0 ? 0xfffd : (uint32_t)point,
					 o);
			p += 2 + used;
			continue;
		}
		simple = strchr(from, p[1]);
		*o++ = simple != NULL ? to[simple - from] : p[1];
		p += 2;
	}
	return (size_t)(o - out);
}
