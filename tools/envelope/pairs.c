/* Reads "name=value" pairs as logfmt, hclog, logrus, klog and structlog write
 * them, also amid other text. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/decimal.h"
#include "envelope/members.h"

static bool
is_name(char c, bool first)
{
	return bo_is_letter(c) || c == '_' || c == '@' ||
	       (!first && (bo_is_digit(c) || c == '.' || c == '-' || c == '/'));
}

/* The name of a pair that begins here; 0 if there is none. */
static size_t
name_length(const char *p, const char *end)
{
	size_t n = 0;

	while (p + n < end && is_name(p[n], n == 0))
		n++;
	/* "a==b" is an expression. */
	return n > 0 && p + n < end && p[n] == '=' &&
			       !(p + n + 1 < end && p[n + 1] == '=')
		       ? n
		       : 0;
}

bool
tk_members_is_pair(const char *text, size_t length)
{
	return name_length(text, text + length) > 0;
}

/* Whether values of this name are sentences that no quotes surround. */
static bool
is_sentence(const char *name, size_t length)
{
	static const char *const names[] = {"error",     "err",   "msg",
					    "exception", "cause", "reason",
					    "message"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (names[i][0] == (*name | ' ') &&
		    strlen(names[i]) == length &&
		    strncasecmp(names[i], name, length) == 0)
			return true;
	}
	return false;
}

/* The place where the next pair begins. */
static const char *
next_pair(const char *p, const char *end)
{
	const char *equals = p;

	while ((equals = memchr(equals, '=', (size_t)(end - equals))) != NULL) {
		const char *name = equals;

		while (name > p && is_name(name[-1], false))
			name--;
		while (name < equals && !is_name(*name, true))
			name++;
		if (name < equals &&
		    (name == p || bo_is_one_of(name[-1], " \t,([{")) &&
		    name_length(name, end) > 0)
			return name;
		equals++;
	}
	return end;
}

static enum bo_json_type
type_of(const char *text, size_t length)
{
	uint64_t number;
	enum bo_decimal verdict;

	if (length == 4 && memcmp(text, "true", 4) == 0)
		return BO_JSON_TRUE;
	if (length == 5 && memcmp(text, "false", 5) == 0)
		return BO_JSON_FALSE;
	if (length == 4 && memcmp(text, "null", 4) == 0)
		return BO_JSON_NULL;
	verdict = bo_decimal_round(text, length, 0, &number);
	return verdict == BO_DECIMAL_MALFORMED ? BO_JSON_STRING
					       : BO_JSON_NUMBER;
}

/* The end of a value in quotes, at the quote that closes it; NULL if none
 * does. */
static const char *
quoted_end(const char *p, const char *end, char quote, bool *escaped)
{
	for (; p < end && *p != quote; p++) {
		if (*p == '\\') {
			*escaped = true;
			p++;
		}
	}
	return p < end ? p : NULL;
}

/* The value after '='; returns where it ends. */
static const char *
read_value(const char *name, size_t length, const char *p, const char *end,
	   struct bo_json_value *out)
{
	const char *start = p, *close;
	bool escaped = false;

	if (p < end && (*p == '"' || *p == '\'')) {
		close = quoted_end(p + 1, end, *p, &escaped);
		/* 'Twas no quote, if text follows at once. */
		if (close != NULL &&
		    (close + 1 == end || bo_is_one_of(close[1], " \t,;)]}"))) {
			*out = (struct bo_json_value){p + 1,
						      (size_t)(close - p - 1),
						      BO_JSON_STRING, escaped};
			return close + 1;
		}
	}
	if (is_sentence(name, length)) {
		p = next_pair(p, end);
	} else {
		while (p < end && *p != ' ' && *p != '\t')
			p++;
	}
	close = p;
	while (close > start && bo_is_one_of(close[-1], " \t,;"))
		close--;
	*out = (struct bo_json_value){start, (size_t)(close - start),
				      type_of(start, (size_t)(close - start)),
				      false};
	return p;
}

enum backoff_status
tk_members_pairs(struct tk_members *members, const char *text, size_t length)
{
	const char *p = text, *end = text + length;

	while ((p = next_pair(p, end)) < end) {
		size_t n = name_length(p, end);
		struct tk_piece name = {p, n};
		struct bo_json_value value;

		p = read_value(p, n, p + n + 1, end, &value);
		if (!tk_members_add(members, name, &value, true))
			return BACKOFF_E_NOMEM;
	}
	return BACKOFF_OK;
}
