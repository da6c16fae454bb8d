/* A strict reader of world files: each error has its line, column and path. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/json.h"
#include "base/nearest.h"
#include "policies/policy_set.h"
#include "world/law.h"
#include "world/read.h"

/* Values keep nine decimals. */
#define DECIMALS 9
#define NAMES_MAX 1024

struct reader {
	struct bo_json json;
	struct backoff_error *error;
	char path[128];
};

static enum backoff_status fail(struct reader *reader,
				enum backoff_status status, const char *at,
				const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static enum backoff_status
fail(struct reader *reader, enum backoff_status status, const char *at,
     const char *format, ...)
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

/* Where the next value begins. */
static const char *
next_at(const struct reader *reader)
{
	const char *at = reader->json.at;

	while (at < reader->json.end && strchr(" \t\r\n", *at))
		at++;
	return at;
}

static void *
place(void *object, size_t offset)
{
	return (char *)object + offset;
}

static enum backoff_status read_object(struct reader *reader,
				       const struct rs_member_table *table,
				       void *object);

/* Read a value of one type. */
static enum backoff_status
take(struct reader *reader, enum bo_json_type type, struct bo_json_value *value)
{
	const char *at = next_at(reader);

	bo_json_value(&reader->json, value);
	if (value->type != type)
		return fail(reader, BACKOFF_E_VALUE, at, "must be %s",
			    bo_json_type_name(type));
	return BACKOFF_OK;
}

static enum backoff_status
check_range(struct reader *reader, const struct rs_member *member,
	    const char *at, double value, const char *unit)
{
	if (value < member->min)
		return fail(reader, BACKOFF_E_VALUE, at,
			    "must be at least %.10g%s", member->min, unit);
	if (value > member->max)
		return fail(reader, BACKOFF_E_VALUE, at,
			    "must be at most %.10g%s", member->max, unit);
	return BACKOFF_OK;
}

static enum backoff_status
decimal_error(struct reader *reader, enum bo_decimal problem, const char *at)
{
	switch (problem) {
	case BO_DECIMAL_NEGATIVE:
		return fail(reader, BACKOFF_E_VALUE, at,
			    "must not be negative");
	case BO_DECIMAL_FRACTION:
		return fail(reader, BACKOFF_E_VALUE, at,
			    "must be a whole number");
	case BO_DECIMAL_TOO_LARGE:
		return fail(reader, BACKOFF_E_VALUE, at, "is too large");
	default:
		return fail(reader, BACKOFF_E_VALUE, at,
			    "must be a duration like \"500ms\", \"2m\" or a "
			    "number of seconds");
	}
}

static enum backoff_status
read_number(struct reader *reader, const struct rs_member *member, void *object)
{
	const char *at = next_at(reader);
	struct bo_json_value value;
	enum backoff_status status = take(reader, BO_JSON_NUMBER, &value);
	enum bo_decimal problem;
	bool whole = member->kind == RS_MEMBER_COUNT;
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

static enum backoff_status
read_seconds(struct reader *reader, double *out)
{
	const char *at = next_at(reader);
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
read_duration(struct reader *reader, const struct rs_member *member,
	      void *object)
{
	const char *at = next_at(reader);
	double seconds;
	enum backoff_status status = read_seconds(reader, &seconds);

	if (status == BACKOFF_OK)
		status = check_range(reader, member, at, seconds, " s");
	if (status == BACKOFF_OK)
		*(double *)place(object, member->offset) = seconds;
	return status;
}

/* Read a string that fits, without its escapes. */
static enum backoff_status
read_string(struct reader *reader, size_t room, char *out)
{
	const char *at = next_at(reader);
	struct bo_json_value value;
	enum backoff_status status = take(reader, BO_JSON_STRING, &value);

	if (status)
		return status;
	if (value.length == 0)
		return fail(reader, BACKOFF_E_VALUE, at, "must not be empty");
	if (value.length >= room)
		return fail(reader, BACKOFF_E_LIMIT, at,
			    "is longer than %zu bytes", room - 1);
	out[bo_json_unescape(&value, out)] = '\0';
	return BACKOFF_OK;
}

static enum backoff_status
read_flag(struct reader *reader, const struct rs_member *member, void *object)
{
	const char *at = next_at(reader);
	struct bo_json_value value;

	bo_json_value(&reader->json, &value);
	if (value.type != BO_JSON_TRUE && value.type != BO_JSON_FALSE)
		return fail(reader, BACKOFF_E_VALUE, at,
			    "must be true or false");
	*(bool *)place(object, member->offset) = value.type == BO_JSON_TRUE;
	return BACKOFF_OK;
}

static enum backoff_status
read_name(struct reader *reader, const struct rs_member *member, void *object)
{
	const char *at = next_at(reader), *name = member->names;
	char word[64], near[64];
	enum backoff_status status = read_string(reader, sizeof(word), word);

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
		return fail(reader, BACKOFF_E_VALUE, at,
			    "no such name: \"%s\"; did you mean \"%s\"?", word,
			    near);
	return fail(reader, BACKOFF_E_VALUE, at, "must be one of: %s",
		    member->names);
}

static enum backoff_status
read_law(struct reader *reader, void *law)
{
	static const struct rs_law none;

	*(struct rs_law *)law = none;
	if (*next_at(reader) == '{')
		return read_object(reader, &rs_law_table, law);
	((struct rs_law *)law)->kind = RS_LAW_FIXED;
	return read_seconds(reader, &((struct rs_law *)law)->mean);
}

/* A shipped policy by its name. */
static enum backoff_status
named_policy(struct reader *reader, struct backoff_policy **out)
{
	char name[64], known[NAMES_MAX], near[64];
	const char *at = next_at(reader);
	enum backoff_status status = read_string(reader, sizeof(name), name);

	if (status)
		return status;
	status = backoff_policy_builtin(name, out);
	if (status != BACKOFF_E_NOT_FOUND)
		return status;
	rs_shipped_names(known, sizeof(known));
	if (bo_nearest_of(name, known, near, sizeof(near)))
		return fail(reader, BACKOFF_E_VALUE, at,
			    "no shipped policy %s; did you mean %s?", name,
			    near);
	return fail(reader, BACKOFF_E_VALUE, at,
		    "no shipped policy %s; write its settings as an object",
		    name);
}

/* A policy that is written out. Its errors get their place in the file. */
static enum backoff_status
written_policy(struct reader *reader, struct backoff_policy **out)
{
	struct backoff_error inner = {.size = sizeof(inner)};
	const char *at = next_at(reader);
	struct bo_json_value value;
	enum backoff_status status = take(reader, BO_JSON_OBJECT, &value);

	if (status)
		return status;
	status =
		backoff_policy_parse(value.at, value.length, NULL, out, &inner);
	if (status == BACKOFF_OK || status == BACKOFF_E_NOMEM)
		return status;
	fail(reader, status, at, "%s%s%s", inner.path,
	     inner.path[0] ? ": " : "", inner.text);
	if (inner.line == 1)
		reader->error->column += inner.column - 1;
	else if (inner.line > 1)
		reader->error->column = inner.column;
	if (inner.line > 1)
		reader->error->line += inner.line - 1;
	return status;
}

/* Step to the next element of an array. The text as a whole was checked before,
 * so only a comma, a bracket or a value can be here. */
static bool
next_element(struct reader *reader, bool *first)
{
	const char *at = next_at(reader);

	if (*at == ',' && !*first) {
		reader->json.at = at + 1;
		at = next_at(reader);
	}
	*first = false;
	if (*at != ']')
		return true;
	reader->json.at = at + 1;
	reader->json.depth--;
	return false;
}

static enum backoff_status
read_policies(struct reader *reader, struct rs_policy_set *set)
{
	const char *at = next_at(reader);
	size_t length = strlen(reader->path);
	bool first = true, pushed;
	enum backoff_status status;

	if (!bo_json_open(&reader->json, '['))
		return fail(reader, BACKOFF_E_VALUE, at,
			    "must be an array of policies");
	for (unsigned i = 0; next_element(reader, &first); i++) {
		struct backoff_policy *policy = NULL;

		snprintf(reader->path + length, sizeof(reader->path) - length,
			 "[%u]", i);
		status = *next_at(reader) == '"'
				 ? named_policy(reader, &policy)
				 : written_policy(reader, &policy);
		if (status)
			return status;
		pushed = rs_policy_set_push(set, policy);
		backoff_policy_unref(policy);
		if (!pushed)
			return BACKOFF_E_NOMEM;
		reader->path[length] = '\0';
	}
	if (set->count == 0)
		return fail(reader, BACKOFF_E_VALUE, at, "must not be empty");
	return BACKOFF_OK;
}

static enum backoff_status
read_list(struct reader *reader, const struct rs_member *member, void *object)
{
	uint32_t *count = place(object, member->count_offset);
	size_t length = strlen(reader->path);
	const char *at = next_at(reader);
	enum backoff_status status;
	bool first = true;

	*count = 0;
	if (!bo_json_open(&reader->json, '['))
		return fail(reader, BACKOFF_E_VALUE, at,
			    "must be an array of objects");
	while (next_element(reader, &first)) {
		if (*count == member->most)
			return fail(reader, BACKOFF_E_LIMIT, next_at(reader),
				    "has more than %zu elements", member->most);
		snprintf(reader->path + length, sizeof(reader->path) - length,
			 "[%u]", *count);
		status = read_object(
			reader, member->table,
			place(object,
			      member->offset + *count * member->table->size));
		if (status)
			return status;
		reader->path[length] = '\0';
		++*count;
	}
	if (*count == 0)
		return fail(reader, BACKOFF_E_VALUE, at, "must not be empty");
	return BACKOFF_OK;
}

static enum backoff_status
read_member(struct reader *reader, const struct rs_member *member, void *object)
{
	void *value = place(object, member->offset);

	switch (member->kind) {
	case RS_MEMBER_TEXT:
		return read_string(reader, member->most, value);
	case RS_MEMBER_NAME:
		return read_name(reader, member, object);
	case RS_MEMBER_DURATION:
		return read_duration(reader, member, object);
	case RS_MEMBER_NUMBER:
	case RS_MEMBER_COUNT:
		return read_number(reader, member, object);
	case RS_MEMBER_FLAG:
		return read_flag(reader, member, object);
	case RS_MEMBER_OBJECT:
		return read_object(reader, member->table, value);
	case RS_MEMBER_LAW:
		return read_law(reader, value);
	case RS_MEMBER_LIST:
		return read_list(reader, member, object);
	case RS_MEMBER_POLICIES:
		return read_policies(reader, value);
	}
	return BACKOFF_OK;
}

/* The row of a member; an error if there is none, or if it was there before. */
static enum backoff_status
find_member(struct reader *reader, const struct rs_member_table *table,
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
				return fail(reader, BACKOFF_E_FIELD,
					    key->at - 1, "duplicate member %s",
					    word);
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
		return fail(reader, BACKOFF_E_FIELD, key->at - 1,
			    "no such member: \"%s\"; did you mean \"%s\"?",
			    word, near);
	return fail(reader, BACKOFF_E_FIELD, key->at - 1,
		    "no such member: \"%s\"; known members: %s", word, known);
}

static enum backoff_status
check_object(struct reader *reader, const struct rs_member_table *table,
	     uint64_t seen, const char *at, const void *object)
{
	const char *problem = NULL;

	for (size_t i = 0; i < table->count; i++)
		if (table->member[i].required && !(seen >> i & 1))
			return fail(reader, BACKOFF_E_FIELD, at,
				    "member %s is missing",
				    table->member[i].name);
	if (table->check)
		problem = table->check(object);
	return problem ? fail(reader, BACKOFF_E_VALUE, at, "%s", problem)
		       : BACKOFF_OK;
}

static enum backoff_status
read_object(struct reader *reader, const struct rs_member_table *table,
	    void *object)
{
	size_t length = strlen(reader->path), row = 0;
	const char *at = next_at(reader);
	struct bo_json_value key;
	uint64_t seen = 0;
	bool first = true;

	if (!bo_json_open(&reader->json, '{'))
		return fail(reader, BACKOFF_E_VALUE, at, "must be an object");
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
		status = read_member(reader, &table->member[row], object);
		if (status)
			return status;
		reader->path[length] = '\0';
	}
	return check_object(reader, table, seen, at, object);
}

enum backoff_status
rs_world_read(const struct rs_member_table *table, const char *text,
	      size_t length, void *object, struct backoff_error *error)
{
	size_t mark = bo_json_mark(text, length);
	struct reader reader = {.error = error};
	enum backoff_status status;

	text += mark;
	length -= mark;
	status = bo_json_check(text, length, error);
	if (status)
		return status;
	bo_json_begin(&reader.json, text, length);
	return read_object(&reader, table, object);
}
