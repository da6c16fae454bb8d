/* Finds matchers that can never match, and what was probably meant. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "policy/matcher_text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <backoff/words.h>

#include "base/ascii.h"
#include "base/nearest.h"
#include "policy/matcher_code.h"

const char *
bo_matcher_colon(const char *text)
{
	const char *colon = strchr(text, ':');

	return colon != NULL && colon[1] == ':' ? NULL : colon;
}

/* Say what to write. */
static bool
say(char *why, size_t size, const char *reason, const char *instead)
{
	snprintf(why, size, "%s; write \"%.64s\"", reason, instead);
	return true;
}

static bool
is_class(const char *text)
{
	for (int c = 0; c < BACKOFF_CLASS_COUNT; c++)
		if (strcmp(text, backoff_class_name((enum backoff_class)c)) ==
		    0)
			return true;
	return false;
}

/* The class that a lower-case word misspells: "timeouts", "throttled". */
static const char *
near_class(const char *text)
{
	const char *names[BACKOFF_CLASS_COUNT], *near;

	if (strspn(text, "abcdefghijklmnopqrstuvwxyz") != strlen(text))
		return NULL;
	for (int c = 0; c < BACKOFF_CLASS_COUNT; c++)
		names[c] = backoff_class_name((enum backoff_class)c);
	near = bo_nearest(text, names, BACKOFF_CLASS_COUNT);
	/* Some types are lower-case words, too: Python's socket.herror. */
	return near != NULL && near[0] == text[0] ? near : NULL;
}

/* "503", "HTTP 503", "http5xx", "status=503": the part that is a status; NULL
 * if there is none. */
static const char *
bare_status(const char *text)
{
	static const char *const words[] = {"http", "status", "code"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strncasecmp(text, words[i], strlen(words[i])) == 0) {
			text += strlen(words[i]);
			text += strspn(text, " _=/-");
		}
	return text;
}

/* "*" is not a wildcard inside a name. Go's types begin with one:
 * "*net.OpError".
 */
static bool
has_wildcard(const char *text)
{
	bool is_pointer =
		text[0] == '*' && strchr(text, '.') != NULL && text[1] != '.';

	return strchr(text + is_pointer, '*') != NULL ||
	       strchr(text, '|') != NULL;
}

/* Blanks and control characters around a name. */
static bool
has_blanks_around(const char *text)
{
	size_t length = strlen(text);

	return length > 0 && ((unsigned char)text[0] <= ' ' ||
			      (unsigned char)text[length - 1] <= ' ');
}

/* Words that mean "*" elsewhere. */
static bool
means_any(const char *text)
{
	static const char *const words[] = {"any", "all",   "every",
					    ".*",  "**",    "everything",
					    ".+",  "always"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

/* Words of the library's own log that no failure has, or that no matcher
 * decides about. */
static bool
is_own_word(const char *text, char *why, size_t size)
{
	if (strcasecmp(text, "success") == 0) {
		snprintf(why, size, "a success is not a failure");
		return true;
	}
	if (strcasecmp(text, "NotReported") == 0) {
		snprintf(why, size,
			 "an attempt that reported nothing is never retried");
		return true;
	}
	return false;
}

static bool
is_useless_type(const char *text, char *why, size_t size)
{
	char instead[BO_MATCHER_CODE_MAX];
	const char *status = bare_status(text), *near;

	if (bo_matcher_repair("http", status, instead))
		return say(why, size, "an HTTP status is a code", instead);
	if (bo_is_digit(text[0])) {
		if (strlen(text) == 5 &&
		    bo_matcher_repair("sqlstate", text, instead))
			return say(why, size, "an SQLSTATE is a code", instead);
		snprintf(why, size,
			 "a code needs its namespace, as in \"http:503\" or "
			 "\"sqlstate:40001\"");
		return true;
	}
	if (bo_matcher_repair("errno", text, instead))
		return say(why, size, "an errno is a code", instead);
	if (is_own_word(text, why, size))
		return true;
	near = near_class(text);
	if (near != NULL) {
		snprintf(why, size,
			 "no such class; did you mean \"%s\"? (An error type "
			 "has its full name.)",
			 near);
		return true;
	}
	if (!has_wildcard(text) &&
	    (strchr(text, ',') == NULL || strchr(text, '<') != NULL))
		return false;
	snprintf(why, size,
		 "not an error type: there are no wildcards, and each type is "
		 "a matcher of its own");
	return true;
}

/* "class:timeout" */
static bool
has_needless_prefix(const char *text, const char *colon, char *why, size_t size)
{
	static const char *const words[] = {"class", "type", "error_type",
					    "errortype", "failure_class"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i]) == (size_t)(colon - text) &&
		    strncasecmp(text, words[i], strlen(words[i])) == 0)
			return say(why, size,
				   "a class or type has no namespace",
				   colon + 1);
	return false;
}

bool
bo_matcher_is_useless(const char *text, char *why, size_t size)
{
	const char *colon = bo_matcher_colon(text);

	if (strcmp(text, "*") == 0 || is_class(text))
		return false;
	if (means_any(text))
		return say(why, size, "not a pattern", "*");
	if (has_blanks_around(text)) {
		snprintf(why, size, "has blanks around it");
		return true;
	}
	if (colon == NULL)
		return is_useless_type(text, why, size);
	if (has_needless_prefix(text, colon, why, size))
		return true;
	return bo_matcher_code_is_useless(text, colon, why, size);
}
