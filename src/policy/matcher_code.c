/* The codes of the namespaces that everybody shares: HTTP, errno, SQL, gRPC. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "policy/matcher_code.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/errno_rows.h"
#include "base/nearest.h"

#define DIGITS "0123456789"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER "abcdefghijklmnopqrstuvwxyz"

/** What a name has to be written as. */
struct name {
	const char *name, *instead;
};

static const struct name errnos[] = {
#define ROW(name, class, type, text) {#name, #name},
	BO_ERRNO_ROWS(ROW)
#undef ROW
#define ALIAS(name, instead) {#name, #instead},
		BO_ERRNO_ALIASES(ALIAS)
#undef ALIAS
};

static const int errno_number[] = {
#define ROW(name, class, type, text) name,
	BO_ERRNO_ROWS(ROW)
#undef ROW
};

/* In the order of their numbers. */
static const char *const grpc[] = {"OK",
				   "CANCELLED",
				   "UNKNOWN",
				   "INVALID_ARGUMENT",
				   "DEADLINE_EXCEEDED",
				   "NOT_FOUND",
				   "ALREADY_EXISTS",
				   "PERMISSION_DENIED",
				   "RESOURCE_EXHAUSTED",
				   "FAILED_PRECONDITION",
				   "ABORTED",
				   "OUT_OF_RANGE",
				   "UNIMPLEMENTED",
				   "INTERNAL",
				   "UNAVAILABLE",
				   "DATA_LOSS",
				   "UNAUTHENTICATED"};

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* The digits that text begins with. */
static size_t
digits_of(const char *text)
{
	return strspn(text, DIGITS);
}

/* The number that text begins with; callers have checked its length. */
static int
number_of(const char *text)
{
	int value = 0;

	for (size_t i = 0, count = digits_of(text); i < count && i < 9; i++)
		value = value * 10 + (text[i] - '0');
	return value;
}

static bool
is_digits(const char *text, size_t count)
{
	return digits_of(text) == count && text[count] == '\0';
}

/* "503", "5xx", "500-599" as they have to be. */
static bool
is_http(const char *value)
{
	size_t low = digits_of(value);

	if (low >= 1 && low <= 3 && value[low] == '-')
		return is_digits(value + low + 1, 3) && value[low + 1] != '0';
	if (value[0] < '1' || value[0] > '9')
		return false;
	return is_digits(value, 3) || strcmp(value + 1, "xx") == 0;
}

/* "5XX", "5**", "5..", "5x", "50x", "500..599", "0503", " 503" */
static bool
repair_http(const char *value, char *out, size_t size)
{
	char clean[16] = "";
	size_t used = 0, wild;

	for (; *value != '\0'; value++) {
		char c = *value;

		if (c == ' ' || (c == '0' && used == 0))
			continue;
		if (c == 'X' || c == '*' || c == '?' || c == '_' || c == '%')
			c = 'x';
		if (used == sizeof(clean) - 1)
			return false;
		clean[used++] = c;
	}
	clean[used] = '\0';
	if (digits_of(clean) == 3 && strncmp(clean + 3, "..", 2) == 0 &&
	    digits_of(clean + 5) == 3 && used == 8) {
		clean[3] = '-';
		memmove(clean + 4, clean + 5, 4);
	}
	if (digits_of(clean) == 1 && strcmp(clean + 1, "..") == 0)
		memcpy(clean + 1, "xx", 2);
	wild = strspn(clean + digits_of(clean), "x");
	if (digits_of(clean) + wild == strlen(clean) && wild > 0) {
		if (digits_of(clean) == 2 && wild == 1) {
			snprintf(out, size, "http:%.2s0-%.2s9", clean, clean);
			return clean[0] != '0';
		}
		if (digits_of(clean) != 1 || wild > 2)
			return false;
		snprintf(out, size, "http:%cxx", clean[0]);
		return true;
	}
	snprintf(out, size, "http:%s", clean);
	return is_http(clean);
}

static bool
is_errno(const char *value)
{
	for (size_t i = 0; i < COUNT(errnos); i++)
		if (strcmp(errnos[i].name, value) == 0)
			return strcmp(errnos[i].instead, value) == 0;
	/* A number without a name is its own code. */
	if (digits_of(value) == 0 || !is_digits(value, digits_of(value)) ||
	    value[0] == '0' || strlen(value) > 9)
		return false;
	for (size_t i = 0; i < COUNT(errno_number); i++)
		if (errno_number[i] == number_of(value))
			return false;
	return true;
}

/* "econnreset", "EWOULDBLOCK", "104" */
static bool
repair_errno(const char *value, char *out, size_t size)
{
	for (size_t i = 0; i < COUNT(errnos); i++)
		if (strcasecmp(errnos[i].name, value) == 0) {
			snprintf(out, size, "errno:%s", errnos[i].instead);
			return true;
		}
	if (!is_digits(value, digits_of(value)) || strlen(value) > 4)
		return false;
	for (size_t i = 0; i < COUNT(errno_number); i++)
		if (errno_number[i] == number_of(value)) {
			snprintf(out, size, "errno:%s", errnos[i].instead);
			return value[0] != '\0';
		}
	return false;
}

/* The number that @count digits and capitals are; they sort as SQL's states do.
 * False for other characters. */
static bool
read_state(const char *text, size_t count, uint32_t *out)
{
	uint32_t value = 0;

	for (size_t i = 0; i < count; i++) {
		const char *at =
			text[i] != '\0' ? strchr(DIGITS UPPER, text[i]) : NULL;

		if (at == NULL)
			return false;
		value = value * 36 + (uint32_t)(at - DIGITS UPPER);
	}
	*out = value;
	return true;
}

bool
bo_sqlstate_number(const char *value, uint32_t *out)
{
	return read_state(value, 5, out) && value[5] == '\0';
}

#define CLASS_STATES (UINT32_C(36) * 36 * 36)

bool
bo_sqlstate_range(const char *value, uint32_t *low, uint32_t *high)
{
	if (read_state(value, 2, low) && value[2] == '\0') {
		*low *= CLASS_STATES;
		*high = *low + CLASS_STATES - 1;
		return true;
	}
	return read_state(value, 5, low) && value[5] == '-' &&
	       bo_sqlstate_number(value + 6, high);
}

/* "40" is a class. "40XXX" would be a state, but no such state is defined. */
static bool
is_sqlstate(const char *value)
{
	uint32_t low, high;

	return (bo_sqlstate_number(value, &low) &&
		strcmp(value + 2, "XXX") != 0) ||
	       bo_sqlstate_range(value, &low, &high);
}

/* "40p01", "40xxx", "40*", "40%", "40..." */
static bool
repair_sqlstate(const char *value, char *out, size_t size)
{
	size_t length = strlen(value), kept = strspn(value, DIGITS UPPER LOWER);
	bool wild = length > 2 && strspn(value + 2, "xX*%_.?") == length - 2;
	char upper[6] = "";

	if (kept < 2 || length > 5 || (kept < length && !wild))
		return false;
	if (wild || length == 2)
		length = 2;
	else if (length != 5 || strcspn(value, "xX") < 5)
		return false;
	for (size_t i = 0; i < length; i++)
		upper[i] = value[i] >= 'a' && value[i] <= 'z'
				   ? (char)(value[i] - 'a' + 'A')
				   : value[i];
	snprintf(out, size, "sqlstate:%s", upper);
	return true;
}

/* Whether two names are the same but for case and underscores, because each
 * language writes gRPC's in its way. */
static bool
is_same_name(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (*a == '_' || *a == '-')
			a++;
		while (*b == '_')
			b++;
		if ((*a | 32) != (*b | 32))
			return false;
		if (*a == '\0' || *b == '\0')
			return *a == *b;
	}
}

int
bo_grpc_number(const char *value)
{
	for (size_t i = 0; i < COUNT(grpc); i++)
		if (is_same_name(value, grpc[i]))
			return (int)i;
	/* Go's spelling. */
	if (is_same_name(value, "CANCELED"))
		return 1;
	if (digits_of(value) < 1 || digits_of(value) > 2 ||
	    value[digits_of(value)] != '\0' ||
	    number_of(value) >= (int)COUNT(grpc))
		return -1;
	return number_of(value);
}

bool
bo_grpc_range(const char *value, uint32_t *low, uint32_t *high)
{
	const char *dash = strchr(value, '-');
	int number = bo_grpc_number(value);
	char first[3] = "";

	if (number >= 0) {
		*low = *high = (uint32_t)number;
		return true;
	}
	if (dash == NULL || dash - value > 2 || digits_of(dash + 1) == 0)
		return false;
	memcpy(first, value, (size_t)(dash - value));
	if (digits_of(first) == 0 || bo_grpc_number(first) < 0 ||
	    bo_grpc_number(dash + 1) < 0)
		return false;
	*low = (uint32_t)bo_grpc_number(first);
	*high = (uint32_t)bo_grpc_number(dash + 1);
	return true;
}

static bool
is_grpc(const char *value)
{
	uint32_t low, high;

	return bo_grpc_range(value, &low, &high);
}

static const char *
near_errno(const char *value)
{
	const char *names[COUNT(errnos)], *near;

	for (size_t i = 0; i < COUNT(errnos); i++)
		names[i] = errnos[i].name;
	near = bo_nearest(value, names, COUNT(errnos));
	for (size_t i = 0; near != NULL && i < COUNT(errnos); i++)
		if (near == errnos[i].name)
			return errnos[i].instead;
	return NULL;
}

static const char *
near_grpc(const char *value)
{
	return bo_nearest(value, grpc, COUNT(grpc));
}

/** A namespace whose codes are known. */
static const struct space {
	const char *name, *form;
	bool (*is_code)(const char *value);
	/** Either may be NULL. */
	bool (*repair)(const char *value, char *out, size_t size);
	const char *(*near)(const char *value);
} spaces[] = {
	{"http", "a status like \"http:503\", \"http:5xx\" or \"http:500-599\"",
	 is_http, repair_http, NULL},
	{"errno", "a name like \"errno:ECONNRESET\"", is_errno, repair_errno,
	 near_errno},
	{"sqlstate",
	 "a state like \"sqlstate:40P01\", a class of two characters like "
	 "\"sqlstate:40\", or a range like \"sqlstate:40000-40ZZZ\"",
	 is_sqlstate, repair_sqlstate, NULL},
	{"grpc", "0 to 16 or a name like \"grpc:UNAVAILABLE\"", is_grpc, NULL,
	 near_grpc},
};

static const struct space *
space_of(const char *name, size_t length)
{
	for (size_t i = 0; i < COUNT(spaces); i++)
		if (strlen(spaces[i].name) == length &&
		    strncasecmp(spaces[i].name, name, length) == 0)
			return &spaces[i];
	return NULL;
}

/* The namespace that another one misspells: "https", "sql_state". "http2" has
 * codes, too. */
static const struct space *
near_space(const char *name, size_t length)
{
	static const struct name others[] = {
		{"sql", "sqlstate"},       {"sql_state", "sqlstate"},
		{"sql-state", "sqlstate"}, {"http_status", "http"},
		{"http-status", "http"},   {"httpstatus", "http"},
		{"http_code", "http"},     {"httpcode", "http"},
		{"grpc_status", "grpc"},   {"grpc-status", "grpc"},
	};
	const char *names[COUNT(spaces)], *near;
	char word[32];

	if (length >= sizeof(word) || strcspn(name, DIGITS) < length)
		return NULL;
	memcpy(word, name, length);
	word[length] = '\0';
	for (size_t i = 0; i < COUNT(others); i++)
		if (strcasecmp(others[i].name, word) == 0)
			return space_of(others[i].instead,
					strlen(others[i].instead));
	for (size_t i = 0; i < COUNT(spaces); i++)
		names[i] = spaces[i].name;
	near = bo_nearest(word, names, COUNT(spaces));
	return near != NULL ? space_of(near, strlen(near)) : NULL;
}

bool
bo_matcher_repair(const char *space, const char *value,
		  char out[BO_MATCHER_CODE_MAX])
{
	const struct space *known = space_of(space, strlen(space));

	return known != NULL && value[0] != '\0' && known->repair != NULL &&
	       known->repair(value, out, BO_MATCHER_CODE_MAX);
}

/* "htp:503": another namespace may be the caller's, unless what follows can
 * only be meant for a known one. */
static bool
is_misspelt_space(const char *text, const char *colon, char *why, size_t size)
{
	const struct space *near = near_space(text, (size_t)(colon - text));
	char instead[BO_MATCHER_CODE_MAX];

	if (near == NULL)
		return false;
	if (near->is_code(colon + 1))
		snprintf(instead, sizeof(instead), "%s:%.60s", near->name,
			 colon + 1);
	else if (near->repair == NULL ||
		 !near->repair(colon + 1, instead, sizeof(instead)))
		return false;
	snprintf(why, size, "no such namespace of codes; write \"%s\"",
		 instead);
	return true;
}

bool
bo_matcher_code_is_useless(const char *text, const char *colon, char *why,
			   size_t size)
{
	const struct space *space = space_of(text, (size_t)(colon - text));
	char instead[BO_MATCHER_CODE_MAX];
	const char *near;

	if (colon == text || colon[1] == '\0') {
		snprintf(why, size,
			 "a code has a namespace and a value, as in "
			 "\"http:503\"");
		return true;
	}
	if (space == NULL)
		return is_misspelt_space(text, colon, why, size);
	if (space->is_code(colon + 1)) {
		if (strncmp(text, space->name, strlen(space->name)) == 0)
			return false;
		snprintf(why, size, "no such namespace; write \"%s:%.60s\"",
			 space->name, colon + 1);
		return true;
	}
	near = space->near != NULL ? space->near(colon + 1) : NULL;
	if (space->repair != NULL &&
	    space->repair(colon + 1, instead, sizeof(instead)))
		snprintf(why, size, "no such code; write \"%s\"", instead);
	else if (near != NULL)
		snprintf(why, size, "no such code; did you mean \"%s:%s\"?",
			 space->name, near);
	else
		snprintf(why, size, "no such code; must be %s", space->form);
	return true;
}
