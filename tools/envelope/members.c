/* Keeps the members of a line, and finds them by name. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "envelope/members.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "envelope/find.h"

bool
tk_members_begin(struct tk_members *members, size_t line_length)
{
	size_t needed = 4 * line_length + 64;
	char *scratch;

	members->count = 0;
	members->begins = 0;
	members->scratch_used = 0;
	if (needed <= members->scratch_size)
		return true;
	scratch = realloc(members->scratch, needed);
	if (scratch == NULL)
		return false;
	members->scratch = scratch;
	members->scratch_size = needed;
	return true;
}

void
tk_members_clear(struct tk_members *members)
{
	free(members->entry);
	free(members->scratch);
	memset(members, 0, sizeof(*members));
}

/* The bit for names that begin with these two bytes. */
static inline uint64_t
beginning(char first, char second)
{
	return UINT64_C(1) << (((unsigned char)first * 7u +
				(unsigned char)second * 13u) %
			       64);
}

/* Whether there may be a member of which this is the name, or the path into
 * it. */
static inline bool
may_have(const struct tk_members *members, const char *path, size_t length)
{
	return length == 0 ||
	       (members->begins &
		beginning(path[0], length > 1 ? path[1] : '.')) != 0;
}

bool
tk_members_add(struct tk_members *members, struct tk_piece name,
	       const struct bo_json_value *value, bool quoted_by_go)
{
	if (members->count == members->room) {
		size_t room = members->room * 2 + 32;
		struct tk_entry *entry =
			realloc(members->entry, room * sizeof(*entry));

		if (entry == NULL)
			return false;
		members->entry = entry;
		members->room = room;
	}
	/* A path may begin with an empty name. */
	members->begins |=
		name.length == 0
			? UINT64_MAX
			: beginning(name.at[0],
				    name.length > 1 ? name.at[1] : '.');
	members->entry[members->count++] = (struct tk_entry){
		.name = name, .value = *value, .quoted_by_go = quoted_by_go};
	return true;
}

/* Room for a text of this length; NULL if it is more than was promised. */
static char *
take(struct tk_members *members, size_t length)
{
	char *at = members->scratch + members->scratch_used;

	if (length > members->scratch_size - members->scratch_used)
		return NULL;
	members->scratch_used += length;
	return at;
}

/* A JSON string without escapes. */
static bool
unescape(struct tk_members *members, struct bo_json_value *value)
{
	char *out;

	if (value->type != BO_JSON_STRING || !value->escaped)
		return true;
	out = take(members, value->length);
	if (out == NULL)
		return false;
	value->length = bo_json_unescape(value, out);
	value->at = out;
	value->escaped = false;
	return true;
}

enum backoff_status
tk_members_object(struct tk_members *members, const char *text, size_t length,
		  struct backoff_error *error)
{
	struct bo_json_member member;
	struct bo_json json;
	bool first = true;

	bo_json_begin_loose(&json, text, length);
	bo_json_open(&json, '{');
	while (bo_json_member(&json, &first, &member)) {
		struct tk_piece name;

		if (!unescape(members, &member.key))
			continue;
		name = (struct tk_piece){member.key.at, member.key.length};
		if (!tk_members_add(members, name, &member.value, false))
			return BACKOFF_E_NOMEM;
	}
	return bo_json_end(&json) ? BACKOFF_OK : bo_json_error(&json, error);
}

static int
hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(digits, c | 0x20) : NULL;

	if (bo_is_digit(c))
		return c - '0';
	return at != NULL && c > '9' ? (int)(at - digits) : -1;
}

/* The number of `count` hex digits; -1 if they are not there. */
static long
hex_number(const char *p, const char *end, int count)
{
	long value = 0;

	if (end - p < count)
		return -1;
	for (int i = 0; i < count; i++) {
		if (hex(p[i]) < 0)
			return -1;
		value = value << 4 | hex(p[i]);
	}
	return value;
}

/* Write what an escape of Go's strconv.Quote stands for; unknown ones stay as
 * they are. Returns the bytes after the backslash that it takes. */
static size_t
go_escape(const char *p, const char *end, char **out)
{
	static const char from[] = "abfnrtv\\\"'";
	static const char to[] = "\a\b\f\n\r\t\v\\\"'";
	const char *at = *p != '\0' ? strchr(from, *p) : NULL;
	int digits = *p == 'x' ? 2 : *p == 'u' ? 4 : *p == 'U' ? 8 : 0;
	long point = digits > 0 ? hex_number(p + 1, end, digits) : -1;

	if (at != NULL) {
		*(*out)++ = to[at - from];
		return 1;
	}
	if (point < 0) {
		*(*out)++ = '\\';
		return 0;
	}
	if (digits == 2)
		*(*out)++ = (char)point;
	else
		*out += bo_utf8_put(point > 0x10ffff ? 0xfffd : (uint32_t)point,
				    *out);
	return 1 + (size_t)digits;
}

bool
tk_members_plain(struct tk_members *members, struct tk_entry *entry)
{
	const char *p = entry->value.at, *end = p + entry->value.length;
	char *out, *start;

	if (!entry->quoted_by_go || !entry->value.escaped)
		return true;
	start = out = take(members, entry->value.length);
	if (out == NULL)
		return false;
	while (p < end) {
		if (*p != '\\' || p + 1 == end)
			*out++ = *p++;
		else
			p += 1 + go_escape(p + 1, end, &out);
	}
	entry->value.at = start;
	entry->value.length = (size_t)(out - start);
	entry->value.escaped = false;
	return true;
}

/* The object that a string holds. */
static bool
enter_string(struct tk_members *members, struct tk_entry *entry)
{
	struct bo_json_value value = entry->value, whole;
	struct bo_json json;

	if (entry->has_inner)
		return entry->inner.type == BO_JSON_OBJECT;
	entry->has_inner = true;
	entry->inner.type = BO_JSON_NULL;
	if (value.type != BO_JSON_STRING || value.length < 2 ||
	    value.at[0] != '{' || !unescape(members, &value))
		return false;
	bo_json_begin_loose(&json, value.at, value.length);
	if (!bo_json_value(&json, &whole) || !bo_json_end(&json))
		return false;
	entry->inner = whole;
	return whole.type == BO_JSON_OBJECT;
}

bool
tk_members_inside(struct tk_members *members, struct tk_entry *entry,
		  const char *path, size_t length, struct bo_json_value *out)
{
	const struct bo_json_value *object = &entry->value;

	if (object->type == BO_JSON_STRING) {
		if (!enter_string(members, entry))
			return false;
		object = &entry->inner;
	}
	return tk_member_find(object, path, length, out);
}

bool
tk_members_find(struct tk_members *members, const char *path, size_t length,
		struct bo_json_value *out)
{
	if (!may_have(members, path, length))
		return false;
	/* The last of a name counts, as in most readers of JSON. */
	for (size_t i = members->count; i-- > 0;) {
		struct tk_entry *entry = &members->entry[i];
		size_t n = entry->name.length;

		if (n > length || (n > 0 && entry->name.at[0] != path[0]) ||
		    memcmp(entry->name.at, path, n) != 0)
			continue;
		if (n == length) {
			if (!tk_members_plain(members, entry))
				return false;
			*out = entry->value;
			return true;
		}
		if (path[n] == '.' &&
		    tk_members_inside(members, entry, path + n + 1,
				      length - n - 1, out))
			return true;
	}
	return false;
}

struct tk_piece
tk_members_text(struct tk_members *members, const struct bo_json_value *value)
{
	struct bo_json_value copy = *value;

	/* If there is no room, it stays with its escapes. */
	unescape(members, &copy);
	return (struct tk_piece){copy.at, copy.length};
}

/* The name in a hole of a template, "{@Name,-8:format}", and the length of the
 * hole; 0 if it is none. */
static size_t
hole(const char *at, const char *end, struct tk_piece *name)
{
	const char *start = at + 1, *close;

	if (start < end && (*start == '@' || *start == '$'))
		start++;
	for (close = start;
	     close < end && (bo_is_alphanumeric(*close) || *close == '_');)
		close++;
	*name = (struct tk_piece){start, (size_t)(close - start)};
	while (close < end && *close != '}' && *close != '{')
		close++;
	if (name->length == 0 || close == end || *close != '}' ||
	    !bo_is_one_of(start[name->length], "},:"))
		return 0;
	return (size_t)(close + 1 - at);
}

/* The value for a hole; false if there is none. */
static bool
find_value(struct tk_members *members, struct tk_piece name,
	   struct bo_json_value *out)
{
	struct bo_json_value properties;

	return tk_members_find(members, name.at, name.length, out) ||
	       (tk_members_find(members, "Properties", 10, &properties) &&
		properties.type == BO_JSON_OBJECT &&
		tk_member_find(&properties, name.at, name.length, out));
}

struct tk_piece
tk_members_fill(struct tk_members *members, struct tk_piece text)
{
	/* What is left also serves what is unescaped later. */
	size_t room = (members->scratch_size - members->scratch_used) / 2;
	const char *at = text.at, *end = at + text.length;
	char *out = take(members, room);
	size_t used = 0;

	if (out == NULL)
		return text;
	while (at < end) {
		struct tk_piece name, value = {at, 1};
		struct bo_json_value member;
		size_t length = *at == '{' ? hole(at, end, &name) : 0;

		if (length > 0 && find_value(members, name, &member))
			value = tk_members_text(members, &member);
		else
			length = 1;
		if (value.length > room - used)
			return text;
		memcpy(out + used, value.at, value.length);
		used += value.length;
		at += length;
	}
	members->scratch_used -= room - used;
	return (struct tk_piece){out, used};
}
