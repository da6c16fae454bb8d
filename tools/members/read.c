/* Reads a JSON object into a struct by a table of its members. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/decimal.h"
#include "base/json.h"
#include "base/nearest.h"
#include "members/read.h"

/* Values keep nine decimals. */
#define DECIMALS 9
#define NAMES_MAX 1024

enum backoff_status
tk_reader_fail(struct tk_reader *reader, enum backoff_status status,
	       const char *at, const char *format, ...)
{
	struct backoff_error *error = reader->error;
	va_list args;

	*error = (struct backoff_error){.size = error->size, .status = status};
	snprintf(error->path, sizeof(error->path), "%s", reader->path);
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	bo_json_position(reader->json.text, at, error);
	return status;
}

const char *
tk_reader_at(const struct tk_reader *reader)
{
	const char *at = reader->json.at;

	while (at < reader->json.end && bo_is_one_of(*at, " \t\r\n"))
		at++;
	return at;
}

static void *
place(void *object, size_t offset)
{
	return (char *)object + offset;
}

enum backoff_status
tk_reader_take(struct tk_reader *reader, enum bo_json_type type,
	       struct bo_json_value *value)
{
	const char *at = tk_reader_at(reader);

	bo_json_value(&reader->json, value);
	if (value->type != type)
		return tk_reader_fail(reader, BACKOFF_E_VALUE, at, "must be %s",
				      bo_json_type_name(type));
	return BACKOFF_OK;
}

static enum backoff_status
check_range(struct tk_reader *reader, const struct tk_member *member,
	    const char *at, double value, const char *unit)
{
	if (value < member->min)
		return tk_reader_fail(reader, BACKOFF_E_VALUE, at,
				      "must be at least %.10g%s", member->min,
				      unit);
	if (value > member->max)
		return tk_reader_fail(reader, BACKOFF_E_VALUE, at,
				      "must be at most %.10g%s", member->max,
				      unit);
	return BACKOFF_OK;
}

static enum backoff_status
decimal_error(struct tk_reader *reader, enum bo_decimal problem, const char *at)
{
	switch (problem) {
	case BO_DECIMAL_NEGATIVE:
		return tk_reader_fail(reader, BACKOFF_E_VALUE, at,
				      "must not be negative");
	case BO_DECIMAL_FRACTION:
		return tk_reader_fail(reader, BACKOFF_E_VALUE, at,
				      "must be a whole number");
	case BO_DECIMAL_TOO_LARGE:
		return tk_reader_fail(reader, BACKOFF_E_VALUE, at,
				      "is too large");
	default:
		return tk_reader_fail(
			reader, BACKOFF_E_VALUE, at,
			"must be a duration like \"500ms\", \"2m\" or a "
			"number of seconds");
	}
}

static enum backoff_status
read_number(struct tk_reader *reader, const struct tk_member *member,
	    void *object)
{
	const char *at = tk_reader_at(reader);
	struct bo_json_value value;
	enum backoff_status status =
		tk_reader_take(reader, BO_JSON_NUMBER, &value);
	enum bo_decimal problem;
	bool whole = member->kind == TK_MEMBER_COUNT;
	uint64_t number;
	double result;

	if (status)
		return status;
	problem = bo_decimal_parse(value.at, value.length, whole ? 0 : DECIMALS,
				   &number);
	if (problem != BO_DECIMAL_OK)
		return decimal_error(reader, problem, at);
	result = whole ? (double)number : (double)number / 1e9;
	status = check_range(reader, member, at, result, "");
	if (status == BACKOFF_OK && whole)
		*(uint32_t *)place(object, member->offset) = (uint32_t)number;
	else if (status == BACKOFF_OK)
		*(double *)place(object, member->offset) = result;
	return status;
}

enum backoff_status
tk_reader_seconds(struct tk_reader *reader, double *out)
{
	const char *at = tk_reader_at(reader);
	enum bo_decimal problem = BO_DECIMAL_MALFORMED;
	struct bo_json_value value;
	uint64_t ns = 0;

	bo_json_value(&reader->json, &value);
	if (value.type == BO_JSON_NUMBER)
		problem =
			bo_decimal_parse(value.at, value.length, DECIMALS, &ns);
	else if (value.type == BO_JSON_STRING && !value.escaped)
		problem = bo_duration_parse(value.at, value.length, &ns);
	if (problem != BO_DECIMAL_OK)
		return decimal_error(reader, problem, at);
	*out = (double)ns / 1e9;
	return BACKOFF_OK;
}

static enum backoff_status
read_duration(struct tk_reader *reader, const struct tk_member *member,
	      void *object)
{
	const char *at = tk_reader_at(reader);
	double seconds;
	enum backoff_status status = tk_reader_seconds(reader, &seconds);

	if (status == BACKOFF_OK)
		status = check_range(reader, member, at, seconds, " s");
	if (status == BACKOFF_OK)
		*(double *)place(object, member->offset) = seconds;
	return status;
}

enum backoff_status
tk_reader_string(struct tk_reader *reader, size_t room, char *out)
{
	const char *at = tk_reader_at(reader);
	struct bo_json_value value;
	enum backoff_status status =
		tk_reader_take(reader, BO_JSON_STRING, &value);

	if (status)
		return status;
	if (value.length == 0)
		return tk_reader_fail(reader, BACKOFF_E_VALUE, at,
				      "must not be empty");
	if (value.length >= room)
		return tk_reader_fail(reader, BACKOFF_E_LIMIT, at,
				      "is longer than %zu bytes", room - 1);
	out[bo_json_unescape(&value, out)] = '\0';
	return BACKOFF_OK;
}

static enum backoff_status
read_flag(struct tk_reader *reader, const struct tk_member *member,
	  void *object)
{
	const char *at = tk_reader_at(reader);
	struct bo_json_value value;

	bo_json_value(&reader->json, &value);
	if (value.type != BO_JSON_TRUE && value.type != BO_JSON_FALSE)
		return tk_reader_fail(reader, BACKOFF_E_VALUE, at,
				      "must be true or false");
	*(bool *)place(object, member->offset) = value.type == BO_JSON_TRUE;
	return BACKOFF_OK;
}

static enum backoff_status
read_name(struct tk_reader *reader, const struct tk_member *member,
	  void *object)
{
	const char *at = tk_reader_at(reader), *name = member->names;
	char word[64], near[64];
	enum backoff_status status =
		tk_reader_string(reader, sizeof(word), word);

	if (status)
		return status;
	for (int i = 0; *name; i++) {
		size_t length = strcspn(name, " ");

		if (strlen(word) == length && !memcmp(word, name, length)) {
			*(int *)place(object, member->offset) = i;
			return BACKOFF_OK;
		}
		name += length + (name[length] == ' ');
	}
	if (bo_nearest_of(word, member->names, near, sizeof(near)))
		return tk_reader_fail(
			reader, BACKOFF_E_VALUE, at,
			"no such name: \"%s\"; did you mean \"%s\"?", word,
			near);
	return tk_reader_fail(reader, BACKOFF_E_VALUE, at, "must be one of: %s",
			      member->names);
}

/* The text as a whole was checked before, so only a comma, a bracket or a value
 * can be here. */
bool
tk_reader_next(struct tk_reader *reader, bool *first)
{
	const char *at = tk_reader_at(reader);

	if (*at == ',' && !*first) {
		reader->json.at = at + 1;
		at = tk_reader_at(reader);
	}
	*first = false;
	if (*at != ']')
		return true;
	reader->json.at = at + 1;
	reader->json.depth--;
	return false;
}

static enum backoff_status
read_list(struct tk_reader *reader, const struct tk_member *member,
	  void *object)
{
	uint32_t *count = place(object, member->count_offset);
	size_t length = strlen(reader->path);
	const char *at = tk_reader_at(reader);
	enum backoff_status status;
	bool first = true;

	*count = 0;
	if (!bo_json_open(&reader->json, '['))
		return tk_reader_fail(reader, BACKOFF_E_VALUE, at,
				      "must be an array of objects");
	while (tk_reader_next(reader, &first)) {
		if (*count == member->most)
			return tk_reader_fail(
				reader, BACKOFF_E_LIMIT, tk_reader_at(reader),
				"has more than %zu elements", member->most);
		snprintf(reader->path + length, sizeof(reader->path) - length,
			 "[%u]", *count);
		status = tk_reader_object(
			reader, member->table,
			place(object,
			      member->offset + *count * member->table->size));
		if (status)
			return status;
		reader->path[length] = '\0';
		++*count;
	}
	if (*count == 0)
		return tk_reader_fail(reader, BACKOFF_E_VALUE, at,
				      "must not be empty");
	return BACKOFF_OK;
}

static enum backoff_status
read_member(struct tk_reader *reader, const struct tk_member *member,
	    void *object)
{
	void *value = place(object, member->offset);

	switch (member->kind) {
	case TK_MEMBER_TEXT:
		return tk_reader_string(reader, member->most, value);
	case TK_MEMBER_NAME:
		return read_name(reader, member, object);
	case TK_MEMBER_DURATION:
		return read_duration(reader, member, object);
	case TK_MEMBER_NUMBER:
	case TK_MEMBER_COUNT:
		return read_number(reader, member, object);
	case TK_MEMBER_FLAG:
		return read_flag(reader, member, object);
	case TK_MEMBER_OBJECT:
		return tk_reader_object(reader, member->table, value);
	case TK_MEMBER_LIST:
		return read_list(reader, member, object);
	case TK_MEMBER_OTHER:
		return member->read(reader, value);
	}
	return BACKOFF_OK;
}

/* The row of a member; an error if there is none, or if it was there before. */
static enum backoff_status
find_member(struct tk_reader *reader, const struct tk_member_table *table,
	    const struct bo_json_value *key, uint64_t *seen, size_t *out)
{
	char word[64], known[NAMES_MAX], near[64];
	size_t used = 0;

	if (key->length < sizeof(word)) {
		word[bo_json_unescape(key, word)] = '\0';
		for (size_t i = 0; i < table->count; i++) {
			if (strcmp(word, table->member[i].name))
				continue;
			*out = i;
			if (*seen >> i & 1)
				return tk_reader_fail(
					reader, BACKOFF_E_FIELD, key->at - 1,
					"duplicate member %s", word);
			*seen |= UINT64_C(1) << i;
			return BACKOFF_OK;
		}
	} else {
		snprintf(word, sizeof(word), "%.60s", key->at);
	}
	for (size_t i = 0; i < table->count && used < sizeof(known); i++)
		used += (size_t)snprintf(known + used, sizeof(known) - used,
					 "%s%s", i ? " " : "",
					 table->member[i].name);
	if (bo_nearest_of(word, known, near, sizeof(near)))
		return tk_reader_fail(
			reader, BACKOFF_E_FIELD, key->at - 1,
			"no such member: \"%s\"; did you mean \"%s\"?", word,
			near);
	return tk_reader_fail(reader, BACKOFF_E_FIELD, key->at - 1,
			      "no such member: \"%s\"; known members: %s", word,
			      known);
}

/* Go to the member that a problem of the object begins with, if any. */
static void
find_place(struct tk_reader *reader, const struct tk_member_table *table,
	   const char *problem, const char *const *values, const char **at)
{
	size_t length = strlen(reader->path);

	for (size_t i = 0; i < table->count; i++) {
		const char *name = table->member[i].name;
		size_t letters = strlen(name);

		if (values[i] == NULL || strncmp(problem, name, letters) != 0 ||
		    problem[letters] != ' ')
			continue;
		*at = values[i];
		snprintf(reader->path + length, sizeof(reader->path) - length,
			 "%s%s", length ? "." : "", name);
		return;
	}
}

/* values: where those of members are; NULL for those that are absent. */
static enum backoff_status
check_object(struct tk_reader *reader, const struct tk_member_table *table,
	     const char *const *values, const char *at, const void *object)
{
	const char *problem = NULL;

	for (size_t i = 0; i < table->count; i++)
		if (table->member[i].required && values[i] == NULL)
			return tk_reader_fail(reader, BACKOFF_E_FIELD, at,
					      "member %s is missing",
					      table->member[i].name);
	if (table->check)
		problem = table->check(object);
	if (problem == NULL)
		return BACKOFF_OK;
	find_place(reader, table, problem, values, &at);
	return tk_reader_fail(reader, BACKOFF_E_VALUE, at, "%s", problem);
}

enum backoff_status
tk_reader_object(struct tk_reader *reader, const struct tk_member_table *table,
		 void *object)
{
	size_t length = strlen(reader->path), row = 0;
	const char *at = tk_reader_at(reader), *values[64] = {NULL};
	struct bo_json_value key;
	uint64_t seen = 0;
	bool first = true;

	if (!bo_json_open(&reader->json, '{'))
		return tk_reader_fail(reader, BACKOFF_E_VALUE, at,
				      "must be an object");
	if (table->defaults)
		table->defaults(object);
	if (table->given_offset != SIZE_MAX)
		*(bool *)place(object, table->given_offset) = true;
	while (bo_json_key(&reader->json, &first, &key)) {
		enum backoff_status status =
			find_member(reader, table, &key, &seen, &row);

		if (status)
			return status;
		snprintf(reader->path + length, sizeof(reader->path) - length,
			 "%s%s", length ? "." : "", table->member[row].name);
		values[row] = tk_reader_at(reader);
		status = read_member(reader, &table->member[row], object);
		if (status)
			return status;
		reader->path[length] = '\0';
	}
	return check_object(reader, table, values, at, object);
}

enum backoff_status
tk_members_read(const struct tk_member_table *table, const char *text,
		size_t length, void *object, struct backoff_error *error)
{
	size_t mark = bo_json_mark(text, length);
	struct tk_reader reader = {.error = error};
	enum backoff_status status;

	text += mark;
	length -= mark;
	status = bo_json_check(text, length, error);
	if (status)
		return status;
	bo_json_begin(&reader.json, text, length);
	return tk_reader_object(&reader, table, object);
}
