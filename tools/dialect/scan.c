/* Scans a JSON object strictly and reports its members where they stand. */
#include "config.h"

#include "dialect/scan.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/*
 * Why not cJSON: it takes what RFC 8259 does not (control characters, broken
 * UTF-8, numbers like 01), forgets where a value stood, and allocates for
 * every value. What a good line means is the same; the tests compare.
 */

struct scan {
	const char *start, *at, *end;
	tk_scan_fn fn;
	void *user;
	struct backoff_error *error;
	/* Objects and arrays around the current value. */
	unsigned depth, arrays;
	bool deep;
	/* Names of the objects around the current member, each with a dot;
	 * TK_SCAN_PATH_MAX + 1 long if they do not fit. */
	size_t path_length;
	char path[TK_SCAN_PATH_MAX + 1];
};

static enum backoff_status value(struct scan *scan, struct tk_scan_value *out);

static enum backoff_status
fail(struct scan *scan, const char *at, enum backoff_status status,
     const char *text)
{
	memset(scan->error, 0, sizeof(*scan->error));
	scan->error->status = status;
	scan->error->column = (uint32_t)(at - scan->start) + 1;
	snprintf(scan->error->text, sizeof(scan->error->text), "%s", text);
	return status;
}

static enum backoff_status
wrong(struct scan *scan, const char *expected)
{
	char text[128];

	if (scan->at == scan->end)
		snprintf(text, sizeof(text), "the text ends where %s should be",
			 expected);
	else
		snprintf(text, sizeof(text), "expected %s", expected);
	return fail(scan, scan->at, BACKOFF_E_SYNTAX, text);
}

static void
skip_space(struct scan *scan)
{
	while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\t' ||
					*scan->at == '\n' || *scan->at == '\r'))
		scan->at++;
}

/* Skip to the next byte of a string that needs a look: a quote, a backslash, a
 * control character or the start of a longer character. Eight at a time: a
 * byte of `hit` has its high bit set if the byte does, or if it is below 0x20,
 * or becomes 0 when compared (the usual has-zero-byte trick, which may also
 * mark bytes after a true hit, but none before it). */
static const char *
plain_end(const char *at, const char *end)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t high = ones << 7;

	while (end - at >= 8) {
		uint64_t word, quote, backslash, hit;

		memcpy(&word, at, 8);
		quote = word ^ ones * '"';
		backslash = word ^ ones * '\\';
		hit = (word | (quote - ones) | (backslash - ones) |
		       (word - ones * 0x20)) &
		      high;
		if (hit)
			break;
		at += 8;
	}
	while (at < end && (unsigned char)*at >= 0x20 &&
	       (unsigned char)*at < 0x80 && *at != '"' && *at != '\\')
		at++;
	return at;
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
	       (c >= 'A' && c <= 'F');
}

/* At a backslash. */
static enum backoff_status
escape(struct scan *scan)
{
	const char *start = scan->at++;

	if (scan->at == scan->end)
		return wrong(scan, "an escaped character");
	if (strchr("\"\\/bfnrt", *scan->at) && *scan->at) {
		scan->at++;
		return BACKOFF_OK;
	}
	if (*scan->at++ != 'u')
		return fail(scan, start, BACKOFF_E_SYNTAX,
			    "no such escape in JSON");
	for (int i = 0; i < 4; i++, scan->at++) {
		if (scan->at == scan->end || !is_hex(*scan->at))
			return wrong(scan, "a hexadecimal digit");
	}
	return BACKOFF_OK;
}

/* At a byte of 0x80 or more. */
static enum backoff_status
character(struct scan *scan)
{
	size_t taken = bo_utf8_length(scan->at, scan->end);

	if (taken == 0)
		return fail(scan, scan->at, BACKOFF_E_SYNTAX,
			    "bytes that are not UTF-8");
	scan->at += taken;
	return BACKOFF_OK;
}

/* At the opening quote. */
static enum backoff_status
string(struct scan *scan, struct tk_scan_value *out)
{
	const char *start = ++scan->at;

	out->type = TK_SCAN_STRING;
	out->escaped = false;
	for (;;) {
		enum backoff_status status;

		scan->at = plain_end(scan->at, scan->end);
		if (scan->at == scan->end)
			return wrong(scan, "the end of a string");
		if (*scan->at == '"')
			break;
		if (*scan->at == '\\') {
			out->escaped = true;
			status = escape(scan);
		} else if ((unsigned char)*scan->at >= 0x80) {
			status = character(scan);
		} else {
			status = fail(scan, scan->at, BACKOFF_E_SYNTAX,
				      "control character in a string");
		}
		if (status)
			return status;
	}
	out->text = start;
	out->length = (size_t)(scan->at - start);
	scan->at++;
	return BACKOFF_OK;
}

static size_t
skip_digits(struct scan *scan)
{
	const char *start = scan->at;

	while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9')
		scan->at++;
	return (size_t)(scan->at - start);
}

static enum backoff_status
number(struct scan *scan, struct tk_scan_value *out)
{
	const char *start = scan->at, *first;

	if (*scan->at == '-')
		scan->at++;
	first = scan->at;
	if (skip_digits(scan) == 0)
		return wrong(scan, "a digit");
	if (*first == '0' && scan->at - first > 1)
		return fail(scan, first, BACKOFF_E_SYNTAX,
			    "a number with a leading zero");
	if (scan->at < scan->end && *scan->at == '.') {
		scan->at++;
		if (skip_digits(scan) == 0)
			return wrong(scan, "a digit");
	}
	if (scan->at < scan->end && (*scan->at == 'e' || *scan->at == 'E')) {
		scan->at++;
		if (scan->at < scan->end &&
		    (*scan->at == '+' || *scan->at == '-'))
			scan->at++;
		if (skip_digits(scan) == 0)
			return wrong(scan, "a digit");
	}
	out->type = TK_SCAN_NUMBER;
	out->escaped = false;
	out->text = start;
	out->length = (size_t)(scan->at - start);
	return BACKOFF_OK;
}

static enum backoff_status
word(struct scan *scan, struct tk_scan_value *out)
{
	static const struct {
		const char *name;
		enum tk_scan_type type;
	} known[] = {
		{"null", TK_SCAN_NULL},
		{"false", TK_SCAN_FALSE},
		{"true", TK_SCAN_TRUE},
	};
	size_t rest = (size_t)(scan->end - scan->at);

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		size_t length = strlen(known[i].name);

		if (rest >= length &&
		    memcmp(scan->at, known[i].name, length) == 0) {
			out->type = known[i].type;
			out->escaped = false;
			out->text = scan->at;
			out->length = length;
			scan->at += length;
			return BACKOFF_OK;
		}
	}
	if (rest > 0 && strchr("NI", *scan->at) && *scan->at)
		return fail(scan, scan->at, BACKOFF_E_SYNTAX,
			    "NaN and Infinity are not JSON");
	return wrong(scan, "a value");
}

/* The path of a member: in the outermost object its name where it stands,
 * else joined in scan->path. */
static const char *
path_of(struct scan *scan, const struct tk_scan_value *key, size_t *length)
{
	size_t at = scan->path_length;

	if (at == 0 && !key->escaped) {
		*length = key->length;
		return key->text;
	}
	if (at > TK_SCAN_PATH_MAX || key->length > TK_SCAN_PATH_MAX - at) {
		*length = 0;
		return "";
	}
	*length =
		at + tk_scan_unescape(key->text, key->length, scan->path + at);
	return scan->path;
}

/* Make a name part of the paths of its object's members. */
static void
enter(struct scan *scan, const struct tk_scan_value *key)
{
	size_t at = scan->path_length;

	if (at > TK_SCAN_PATH_MAX || key->length >= TK_SCAN_PATH_MAX - at) {
		scan->path_length = TK_SCAN_PATH_MAX + 1;
		return;
	}
	at += tk_scan_unescape(key->text, key->length, scan->path + at);
	scan->path[at++] = '.';
	scan->path_length = at;
}

static enum backoff_status
member(struct scan *scan)
{
	struct tk_scan_value key, out = {TK_SCAN_NULL, false, NULL, 0};
	size_t around = scan->path_length;
	enum backoff_status status;
	const char *path;
	size_t length;

	skip_space(scan);
	if (scan->at == scan->end || *scan->at != '"')
		return wrong(scan, "a name in quotes");
	status = string(scan, &key);
	if (status)
		return status;
	skip_space(scan);
	if (scan->at == scan->end || *scan->at != ':')
		return wrong(scan, "':'");
	scan->at++;
	skip_space(scan);
	if (scan->deep && scan->at < scan->end && *scan->at == '{')
		enter(scan, &key);
	status = value(scan, &out);
	scan->path_length = around;
	if (status || scan->arrays > 0 || (scan->depth > 1 && !scan->deep))
		return status;
	path = path_of(scan, &key, &length);
	scan->fn(scan->user, path, length, &out);
	return BACKOFF_OK;
}

/* After '{' or '[': everything up to its end. */
static enum backoff_status
elements(struct scan *scan, bool object, char close)
{
	skip_space(scan);
	if (scan->at < scan->end && *scan->at == close) {
		scan->at++;
		return BACKOFF_OK;
	}
	for (;;) {
		struct tk_scan_value element;
		enum backoff_status status =
			object ? member(scan) : value(scan, &element);

		if (status)
			return status;
		skip_space(scan);
		if (scan->at == scan->end ||
		    (*scan->at != ',' && *scan->at != close))
			return wrong(scan,
				     object ? "',' or '}'" : "',' or ']'");
		if (*scan->at++ == close)
			return BACKOFF_OK;
	}
}

/* At '{' or '['. */
static enum backoff_status
container(struct scan *scan, struct tk_scan_value *out)
{
	const char *start = scan->at++;
	bool object = *start == '{';
	enum backoff_status status;

	if (scan->depth == TK_SCAN_DEPTH_MAX)
		return fail(scan, start, BACKOFF_E_LIMIT,
			    "nested deeper than 32 levels");
	scan->depth++;
	scan->arrays += !object;
	status = elements(scan, object, object ? '}' : ']');
	if (status)
		return status;
	scan->arrays -= !object;
	scan->depth--;
	out->type = object ? TK_SCAN_OBJECT : TK_SCAN_ARRAY;
	out->escaped = false;
	out->text = start;
	out->length = (size_t)(scan->at - start);
	return BACKOFF_OK;
}

static enum backoff_status
value(struct scan *scan, struct tk_scan_value *out)
{
	skip_space(scan);
	if (scan->at == scan->end)
		return wrong(scan, "a value");
	switch (*scan->at) {
	case '"':
		return string(scan, out);
	case '{':
	case '[':
		return container(scan, out);
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
		return number(scan, out);
	default:
		return word(scan, out);
	}
}

enum backoff_status
tk_scan_object(const char *text, size_t length, bool deep, tk_scan_fn fn,
	       void *user, struct backoff_error *error)
{
	struct tk_scan_value whole;
	enum backoff_status status;
	struct scan scan;

	scan.start = scan.at = text;
	scan.end = text + length;
	scan.fn = fn;
	scan.user = user;
	scan.error = error;
	scan.depth = scan.arrays = 0;
	scan.deep = deep;
	scan.path_length = 0;
	skip_space(&scan);
	if (scan.at == scan.end || *scan.at != '{')
		return wrong(&scan, "'{'");
	status = container(&scan, &whole);
	if (status)
		return status;
	skip_space(&scan);
	if (scan.at != scan.end)
		return fail(&scan, scan.at, BACKOFF_E_SYNTAX,
			    "text after the object's end");
	return BACKOFF_OK;
}
