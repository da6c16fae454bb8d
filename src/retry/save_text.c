/* The text of a saved call: one line of JSON to and from a plain struct. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retry/save_text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <backoff/event.h>

#include "base/buf.h"
#include "base/decimal.h"
#include "base/error.h"
#include "base/json.h"
#include "base/rfc3339.h"

enum type {
	/** uint32_t, a JSON number. */
	COUNT,
	/** uint64_t in billionths, a decimal JSON number. */
	SECONDS,
	/** uint64_t nanoseconds since 1970, an RFC 3339 string. */
	TIME,
	/** uint64_t, 16 hex digits. */
	HEX,
	/** char array with NUL, a string. */
	TEXT,
};

/** One member of the JSON object and its place in the struct. */
static const struct row {
	const char *name;
	enum type type;
	size_t offset, size;
	/** Not written if it is 0, absent or "". */
	bool optional;
} rows[] = {
#define ROW(json, member, type, optional)                                      \
	{                                                                      \
		json, type, offsetof(struct bo_saved, member),                 \
			sizeof(((struct bo_saved *)NULL)->member), optional    \
	}
#define UNCOUNTED(json, class)                                                 \
	ROW("uncounted_" json, uncounted_by_class[BACKOFF_CLASS_##class],      \
	    COUNT, true)
	ROW("v", v, COUNT, false),
	ROW("policy", policy, TEXT, false),
	ROW("policy_hash", policy_hash, TEXT, false),
	ROW("operation", operation, TEXT, false),
	ROW("call_id", call_id, TEXT, false),
	ROW("target", target, TEXT, true),
	ROW("attrs", attrs, TEXT, true),
	ROW("attempt", attempt, COUNT, false),
	ROW("finished", finished, COUNT, false),
	ROW("saved_at", saved_at_ns, TIME, false),
	ROW("not_before", not_before_ns, TIME, true),
	ROW("deadline", deadline_ns, TIME, true),
	ROW("elapsed_seconds", elapsed_ns, SECONDS, false),
	ROW("delay_seconds", delay_ns, SECONDS, false),
	ROW("previous_delay_seconds", previous_delay_ns, SECONDS, false),
	ROW("backoff_seconds", backoff_ns, SECONDS, false),
	ROW("uncounted", uncounted, COUNT, false),
	ROW("curve_start", curve_start, COUNT, false),
	ROW("idempotent", idempotent, COUNT, false),
	ROW("inbound_attempt", inbound_attempt, COUNT, true),
	/* Older versions wrote neither the error nor the cost. */
	ROW("outcome", outcome, TEXT, true),
	ROW("class", failure_class, TEXT, true),
	ROW("error_type", error_type, TEXT, true),
	ROW("code", code, TEXT, true),
	ROW("error", error, TEXT, true),
	ROW("retry_cost", retry_cost_nano, SECONDS, true),
	ROW("experiment", experiment, HEX, false),
	ROW("number", number, HEX, false),
	UNCOUNTED("transient", TRANSIENT),
	UNCOUNTED("throttle", THROTTLE),
	UNCOUNTED("server", SERVER),
	UNCOUNTED("client", CLIENT),
	UNCOUNTED("timeout", TIMEOUT),
	UNCOUNTED("conflict", CONFLICT),
	UNCOUNTED("fatal", FATAL),
};

#define ROWS (sizeof(rows) / sizeof(*rows))

_Static_assert(BACKOFF_CLASS_COUNT == 8, "a new class needs a row above");

static bool
is_absent(enum type type, const char *at, uint32_t count, uint64_t number)
{
	return type == TEXT    ? at[0] == '\0'
	       : type == COUNT ? count == 0
			       : number == BACKOFF_ABSENT;
}

static void
put_row(struct bo_out *out, const struct row *row, const struct bo_saved *saved)
{
	const char *at = (const char *)saved + row->offset;
	uint32_t count = 0;
	uint64_t number = 0;
	char time[27];

	if (row->type == COUNT)
		memcpy(&count, at, sizeof(count));
	else if (row->type != TEXT)
		memcpy(&number, at, sizeof(number));
	if (row->optional && is_absent(row->type, at, count, number))
		return;
	bo_out_text(out, row == rows ? "{" : ",");
	bo_out_json(out, row->name);
	bo_out_text(out, ":");
	switch (row->type) {
	case COUNT:
		bo_out_format(out, "%" PRIu32, count);
		break;
	case SECONDS:
		bo_out_seconds(out, number);
		break;
	case HEX:
		bo_out_format(out, "\"%016" PRIx64 "\"", number);
		break;
	case TIME:
		bo_rfc3339_put(number, time);
		bo_out_text(out, "\"");
		bo_out_bytes(out, time, sizeof(time));
		bo_out_text(out, "\"");
		break;
	case TEXT:
		bo_out_json(out, at);
		break;
	}
}

size_t
bo_saved_write(const struct bo_saved *saved, char *buffer, size_t size)
{
	struct bo_out out = bo_out_init(buffer, size);

	for (size_t i = 0; i < ROWS; i++)
		put_row(&out, &rows[i], saved);
	bo_out_text(&out, "}");
	return out.length;
}

static bool
read_hex(const struct bo_json_value *value, uint64_t *out)
{
	*out = 0;
	if (value->type != BO_JSON_STRING || value->length != 16)
		return false;
	for (size_t i = 0; i < 16; i++) {
		char c = value->at[i];
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0')
				 : c >= 'a' && c <= 'f'
					 ? (unsigned)(c - 'a') + 10
					 : 16;
		if (digit > 15)
			return false;
		*out = *out << 4 | digit;
	}
	return true;
}

static bool
read_text(const struct bo_json_value *value, char *out, size_t size)
{
	/* The longest is `attrs`, with an escape for each byte. */
	char text[2 * sizeof(((struct bo_saved *)NULL)->attrs)];
	size_t length;

	if (value->type != BO_JSON_STRING || value->length >= sizeof(text))
		return false;
	length = bo_json_unescape(value, text);
	if (length >= size || length == 0)
		return false;
	memcpy(out, text, length);
	out[length] = '\0';
	return true;
}

static bool
read_number(const struct bo_json_value *value, unsigned scale, uint64_t *out)
{
	return value->type == BO_JSON_NUMBER &&
	       bo_decimal_parse(value->at, value->length, scale, out) ==
		       BO_DECIMAL_OK;
}

static bool
read_value(const struct row *row, const struct bo_json_value *value,
	   struct bo_saved *saved)
{
	char *at = (char *)saved + row->offset;
	uint64_t number = 0;
	uint32_t count;
	bool good = false;

	switch (row->type) {
	case TEXT:
		return read_text(value, at, row->size);
	case HEX:
		good = read_hex(value, &number);
		break;
	case TIME:
		good = value->type == BO_JSON_STRING &&
		       bo_rfc3339_parse(value->at, value->length, &number);
		break;
	case SECONDS:
		good = read_number(value, 9, &number);
		break;
	case COUNT:
		if (!read_number(value, 0, &number) || number > UINT32_MAX)
			return false;
		count = (uint32_t)number;
		memcpy(at, &count, sizeof(count));
		return true;
	}
	if (good)
		memcpy(at, &number, sizeof(number));
	return good;
}

static size_t
find_row(const struct bo_json_value *key)
{
	size_t i = 0;

	while (i < ROWS && (strlen(rows[i].name) != key->length ||
			    memcmp(rows[i].name, key->at, key->length) != 0))
		i++;
	return i;
}

/* An error with the position of @p at. */
static enum backoff_status
fail_at(const struct bo_json *json, const char *at, enum backoff_status status,
	const char *path, const char *text, struct backoff_error *error)
{
	bo_error_set(error, status, path, text);
	if (error != NULL)
		bo_json_position(json->text, at, error);
	return status;
}

static enum backoff_status
read_members(struct bo_json *json, struct bo_saved *saved,
	     struct backoff_error *error)
{
	struct bo_json_member member;
	bool first = true, seen[ROWS] = {false};

	while (bo_json_member(json, &first, &member)) {
		size_t i = find_row(&member.key);

		if (i == ROWS)
			return fail_at(json, member.key.at, BACKOFF_E_FIELD, "",
				       "unknown field", error);
		if (seen[i])
			return fail_at(json, member.key.at, BACKOFF_E_FIELD,
				       rows[i].name, "duplicate field", error);
		seen[i] = true;
		if (!read_value(&rows[i], &member.value, saved))
			return fail_at(json, member.value.at, BACKOFF_E_VALUE,
				       rows[i].name, "invalid value", error);
	}
	if (!bo_json_end(json))
		return bo_json_error(json, error);
	for (size_t i = 0; i < ROWS; i++)
		if (!seen[i] && !rows[i].optional)
			return bo_error_set(error, BACKOFF_E_FIELD,
					    rows[i].name,
					    "this field is required");
	return BACKOFF_OK;
}

enum backoff_status
bo_saved_read(const char *text, size_t length, struct bo_saved *saved,
	      struct backoff_error *error)
{
	struct bo_json json;

	*saved = (struct bo_saved){.not_before_ns = BACKOFF_ABSENT,
				   .deadline_ns = BACKOFF_ABSENT,
				   .retry_cost_nano = BACKOFF_ABSENT};
	if (length > BO_SAVED_MAX_BYTES)
		return bo_error_set(error, BACKOFF_E_LIMIT, "",
				    "a saved call has at most 8 KiB");
	bo_json_begin(&json, text, length);
	if (!bo_json_open(&json, '{'))
		return bo_json_error(&json, error);
	return read_members(&json, saved, error);
}
