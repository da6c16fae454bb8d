/* Finds the members of access logs that say how many attempts a call had. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "dialect/scan.h"
#include "guess/calls.h"

/* Members of one line. */
struct look {
	/** A list of status codes, how many, and lists as long. */
	char list[64], duration[64], target[64];
	size_t count;
	/** A number of attempts or retries. */
	char number[64];
	const char *field;
	bool more;
};

static bool
is_status(const char *at, size_t length)
{
	return length == 3 && at[0] >= '1' && at[0] <= '5' &&
	       bo_is_digit(at[1]) && bo_is_digit(at[2]);
}

/* The next part of "502, 200" or "502, 504 : 200". */
static struct tk_piece
next_part(const char **at, const char *end)
{
	struct tk_piece part = {.at = *at};
	const char *p = *at;

	while (p < end && *p != ',' && *p != ' ')
		p++;
	part.length = (size_t)(p - part.at);
	while (p < end && (*p == ',' || *p == ' ' ||
			   (*p == ':' && p + 1 < end && p[1] == ' ')))
		p++;
	*at = p;
	return part;
}

enum list_type { NO_LIST, STATUSES, TIMES, TARGETS };

static enum list_type
type_of_list(const struct bo_json_value *value, size_t *count)
{
	const char *at = value->at, *end = value->at + value->length;
	size_t statuses = 0, times = 0, targets = 0, absent = 0;

	*count = 0;
	if (value->type != BO_JSON_STRING || value->escaped)
		return NO_LIST;
	while (at < end) {
		struct tk_piece part = next_part(&at, end);
		size_t digits = 0;

		for (size_t i = 0; i < part.length; i++)
			digits += bo_is_digit(part.at[i]);
		++*count;
		absent += part.length == 1 && *part.at == '-';
		statuses += is_status(part.at, part.length);
		times += digits + 1 == part.length &&
			 memchr(part.at, '.', part.length) != NULL;
		targets += part.length > 3 &&
			   memchr(part.at, ':', part.length) != NULL;
	}
	if (*count < 2)
		return NO_LIST;
	if (statuses > 0 && statuses + absent == *count)
		return STATUSES;
	if (times > 0 && times + absent == *count)
		return TIMES;
	return targets == *count ? TARGETS : NO_LIST;
}

static void
keep_name(char out[64], const char *name, size_t length)
{
	if (out[0] != '\0' || length >= 64)
		return;
	memcpy(out, name, length);
	out[length] = '\0';
}

/* "upstream_request_attempt_count", "RetryAttempts", "retries". */
static const char *
field_of_name(const char *path, size_t length)
{
	static const struct {
		const char *end, *field;
	} ends[] = {
		{"attemptcount", "attempts"}, {"upstreamattempts", "attempts"},
		{"retries", "retries"},       {"retrycount", "retries"},
		{"retryattempts", "retries"},
	};
	char plain[64];
	size_t n = 0;

	if (length >= sizeof(plain))
		return NULL;
	for (size_t i = 0; i < length; i++) {
		if (bo_is_letter(path[i]))
			plain[n++] = (char)(path[i] | 0x20);
	}
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t m = strlen(ends[i].end);

		if (n >= m && memcmp(plain + n - m, ends[i].end, m) == 0)
			return ends[i].field;
	}
	return NULL;
}

static void
consider(void *user, const char *path, size_t length,
	 const struct bo_json_value *value)
{
	struct look *look = user;
	size_t count;
	enum list_type type = type_of_list(value, &count);
	const char *field = field_of_name(path, length);

	if (type == STATUSES && look->list[0] == '\0') {
		keep_name(look->list, path, length);
		look->count = count;
	} else if (type == TIMES) {
		keep_name(look->duration, path, length);
	} else if (type == TARGETS) {
		keep_name(look->target, path, length);
	}
	if (field != NULL && look->field == NULL && value->length > 0 &&
	    value->length < 3 && bo_is_digit(value->at[0]) &&
	    bo_is_digit(value->at[value->length - 1])) {
		keep_name(look->number, path, length);
		look->field = field;
		look->more = value->length > 1 ||
			     value->at[0] > (field[0] == 'a' ? '1' : '0');
	}
}

bool
tk_calls_may_be(const struct tk_calls *calls, const char *text, size_t length)
{
	/* "502, 200" or "502 : 200". */
	for (size_t i = 0; i + 8 <= length; i++) {
		const char *p = text + i;

		if ((p[3] == ',' || p[3] == ' ') && is_status(p, 3) &&
		    ((p[4] == ' ' && is_status(p + 5, 3)) ||
		     (i + 9 <= length && p[4] == ':' && p[5] == ' ' &&
		      is_status(p + 6, 3))))
			return true;
	}
	return calls->lines > 0;
}

/* What a line of a retry says, an access log does not. */
static bool
is_access(const struct tk_shape *shape)
{
	return tk_shape_has(shape, "code") &&
	       !tk_shape_has(shape, "delay_seconds") &&
	       !tk_shape_has(shape, "max_attempts");
}

/* Where the path of "GET /path?query HTTP/1.1" is. */
static struct tk_piece
path_in(const char *text, size_t length)
{
	static const char mark[] = " HTTP/";
	struct tk_piece path = {.at = NULL};
	size_t n = sizeof(mark) - 1, i = 0, begin;

	while (i + n < length && memcmp(text + i, mark, n) != 0)
		i++;
	if (i + n >= length)
		return path;
	begin = i;
	while (begin > 0 && text[begin - 1] != ' ')
		begin--;
	path.at = text + begin;
	path.length = i - begin;
	if (memchr(path.at, '?', path.length) != NULL)
		path.length = (size_t)((const char *)memchr(path.at, '?',
							    path.length) -
				       path.at);
	return path;
}

static struct tk_piece
request_of(struct tk_envelope *envelope)
{
	struct bo_json_value value;

	if (envelope->kind == TK_ENVELOPE_TEXT)
		return path_in(envelope->message.at, envelope->message.length);
	if (!tk_envelope_member(envelope, "request", &value))
		return (struct tk_piece){.at = NULL};
	return path_in(value.at, value.length);
}

static void
note_path(struct tk_calls *calls, struct tk_envelope *envelope)
{
	struct tk_piece path = request_of(envelope);
	uint64_t hash;

	if (path.at == NULL)
		return;
	hash = bo_hash(0, path.at, path.length);
	for (size_t i = 0; i < calls->paths; i++) {
		if (calls->path[i] == hash)
			return;
	}
	if (calls->paths < sizeof(calls->path) / sizeof(*calls->path))
		calls->path[calls->paths++] = hash;
}

bool
tk_calls_have_operations(const struct tk_calls *calls)
{
	return calls->request != TK_REQUEST_NONE &&
	       calls->paths * 3 <= calls->lines &&
	       calls->paths < sizeof(calls->path) / sizeof(*calls->path);
}

static enum tk_request
find_request(const struct tk_shape *shape, struct tk_envelope *envelope)
{
	if (tk_shape_has(shape, "operation") || request_of(envelope).at == NULL)
		return TK_REQUEST_NONE;
	return envelope->kind == TK_ENVELOPE_TEXT ? TK_REQUEST_MESSAGE
						  : TK_REQUEST_MEMBER;
}

static void
begin(struct tk_calls *calls, const struct look *look,
      const struct tk_shape *shape, struct tk_envelope *envelope,
      const struct tk_line *line)
{
	bool is_list = look->list[0] != '\0';

	calls->request = find_request(shape, envelope);

	snprintf(calls->name, sizeof(calls->name), "%s",
		 is_list ? look->list : look->number);
	calls->field = is_list ? NULL : look->field;
	if (is_list) {
		memcpy(calls->duration, look->duration,
		       sizeof(calls->duration));
		memcpy(calls->target, look->target, sizeof(calls->target));
	}
	for (size_t i = 0; i < shape->named_count; i++) {
		const char *field = shape->named[i].field;

		/* An access log has no other number of this kind. */
		if (strcmp(field, "attempt") == 0 || strcmp(field, "left") == 0)
			continue;
		calls->named[calls->named_count] = shape->named[i];
		if (strcmp(field, "duration_seconds") == 0)
			calls->named[calls->named_count].field =
				"elapsed_seconds";
		calls->named_count++;
	}
	if (line->length < sizeof(calls->line)) {
		memcpy(calls->line, line->text, line->length);
		calls->line[line->length] = '\0';
	}
}

bool
tk_calls_look(struct tk_calls *calls, const struct tk_shape *shape,
	      struct tk_envelope *envelope, const struct tk_line *line)
{
	struct look look = {0};
	struct bo_json_value value;

	if (calls->lines > 0 && calls->field == NULL) {
		size_t count;

		if (!tk_envelope_member(envelope, calls->name, &value))
			return false;
		calls->lines++;
		note_path(calls, envelope);
		calls->retried += type_of_list(&value, &count) == STATUSES;
		return true;
	}
	tk_guess_members(envelope, consider, &look);
	if (look.list[0] == '\0' && (look.field == NULL || !is_access(shape)))
		return false;
	if (calls->lines == 0 ||
	    (look.list[0] != '\0' && calls->field != NULL)) {
		memset(calls, 0, sizeof(*calls));
		begin(calls, &look, shape, envelope, line);
	}
	if (calls->field != NULL && strcmp(look.number, calls->name) != 0)
		return false;
	calls->lines++;
	note_path(calls, envelope);
	calls->retried += calls->field == NULL || look.more;
	return true;
}
