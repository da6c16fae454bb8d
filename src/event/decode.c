/* Decodes lines to events with the strict JSON reader: one pass, no tree. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/error.h"
#include "base/json.h"
#include "base/rfc3339.h"
#include "base/sized.h"
#include "base/utf8.h"
#include "event/fields.h"

#define LINE_MAX_BYTES (1u << 20)

struct backoff_event_decoder {
	/** Texts of the last event, then the fields it does not know. */
	char *space;
	size_t size;
};

/** One decoding under way. */
struct reading {
	struct bo_json json;
	struct backoff_event *event;
	struct backoff_error *error;
	enum backoff_status status;
	/** Space for the next text, and for the next unknown field. */
	char *text, *extra, *extra_start;
	/** Rows that the line has, as bits; and those that are not null. */
	uint64_t seen, given;
};

enum backoff_status
backoff_event_decoder_new(struct backoff_event_decoder **out)
{
	if (out == NULL)
		return BACKOFF_E_ARGUMENT;
	struct backoff_event_decoder *decoder = calloc(1, sizeof(*decoder));

	if (decoder == NULL)
		return BACKOFF_E_NOMEM;
	*out = decoder;
	return BACKOFF_OK;
}

void
backoff_event_decoder_free(struct backoff_event_decoder *decoder)
{
	if (decoder == NULL)
		return;
	free(decoder->space);
	free(decoder);
}

static bool
fail(struct reading *r, enum backoff_status status, const char *at,
     const struct bo_event_field *field, const char *text)
{
	r->status = status;
	if (r->error == NULL)
		return false;
	bo_error_set(r->error, status, field != NULL ? field->info.path : "",
		     text);
	bo_json_position(r->json.text, at, r->error);
	bo_utf8_clean(r->error->text);
	return false;
}

static bool
wrong(struct reading *r, const struct bo_event_field *field,
      const struct bo_json_value *value, const char *want)
{
	char text[128];

	snprintf(text, sizeof(text), "must be %s (got %.*s)", want,
		 value->length > 30 ? 30 : (int)value->length, value->at);
	return fail(r, BACKOFF_E_VALUE,
		    value->at - (value->type == BO_JSON_STRING), field, text);
}

static bool
read_number(struct reading *r, const struct bo_event_field *field,
	    const struct bo_json_value *value, uint64_t *out)
{
	bool seconds = field->kind == BO_EVENT_SECONDS;
	const char *want = seconds ? "a number of seconds from 0 to 1.8e10"
				   : "a whole number, 0 or more";

	if (value->type != BO_JSON_NUMBER ||
	    bo_decimal_parse(value->at, value->length, seconds ? 9 : 0, out) !=
		    BO_DECIMAL_OK ||
	    *out == BACKOFF_ABSENT)
		return wrong(r, field, value, want);
	return true;
}

/* A copy without escapes, ending in NUL: its quotes leave room for that. */
static const char *
keep_text(struct reading *r, const struct bo_json_value *value)
{
	char *text = r->text;

	r->text += bo_json_unescape(value, text);
	*r->text++ = '\0';
	return text;
}

static void
keep_extra(struct reading *r, const char *from, const char *to)
{
	if (r->extra > r->extra_start)
		*r->extra++ = ',';
	memcpy(r->extra, from, (size_t)(to - from));
	r->extra += to - from;
}

/* An enum's number; -1 for a name that this version does not know. */
static int
find_name(const struct bo_event_field *field, const struct bo_json_value *value)
{
	/* 0 has no word in lines if it means "absent" or "not reported". */
	for (int i = field->kind != BO_EVENT_ENUM_INT; field->names[i] != NULL;
	     i++)
		if (strlen(field->names[i]) == value->length &&
		    memcmp(field->names[i], value->at, value->length) == 0)
			return i;
	return -1;
}

/* The same value without escapes, in space that the next text overwrites. */
static struct bo_json_value
plain(struct reading *r, const struct bo_json_value *value)
{
	struct bo_json_value copy = *value;

	if (value->escaped) {
		copy.at = r->text;
		copy.length = bo_json_unescape(value, r->text);
		copy.escaped = false;
	}
	return copy;
}

static bool
read_value(struct reading *r, const struct bo_event_field *field,
	   const struct bo_json_member *member)
{
	const struct bo_json_value *value = &member->value;
	struct bo_json_value word;
	char *at = (char *)r->event + field->offset;
	const char *text;
	uint64_t number;
	int name;

	switch (field->kind) {
	case BO_EVENT_VERSION:
		if (value->type != BO_JSON_NUMBER ||
		    bo_decimal_parse(value->at, value->length, 0, &number) !=
			    BO_DECIMAL_OK ||
		    number != 1)
			return wrong(
				r, field, value,
				"1, the only version that this library reads");
		return true;
	case BO_EVENT_TEXT:
		if (value->type != BO_JSON_STRING)
			return wrong(r, field, value, "a string");
		text = keep_text(r, value);
		memcpy(at, &text, sizeof(text));
		return true;
	case BO_EVENT_OBJECT:
		if (value->type != BO_JSON_OBJECT)
			return wrong(r, field, value, "an object");
		text = r->text;
		r->text = mempcpy(r->text, value->at, value->length);
		*r->text++ = '\0';
		memcpy(at, &text, sizeof(text));
		return true;
	case BO_EVENT_COUNT:
	case BO_EVENT_SECONDS:
		if (!read_number(r, field, value, &number))
			return false;
		memcpy(at, &number, sizeof(number));
		return true;
	case BO_EVENT_TIME:
		word = plain(r, value);
		if (value->type != BO_JSON_STRING ||
		    !bo_rfc3339_parse(word.at, word.length, &number))
			return wrong(r, field, value,
				     "a time like 2026-11-23T10:15:30.123456Z");
		memcpy(at, &number, sizeof(number));
		return true;
	case BO_EVENT_ENUM:
	case BO_EVENT_ENUM_INT:
	case BO_EVENT_OUTCOME:
		if (value->type != BO_JSON_STRING)
			return wrong(r, field, value, "a string");
		word = plain(r, value);
		name = find_name(field, &word);
		if (name >= 0)
			memcpy(at, &name, sizeof(name));
		else /* A word of a later version: kept unread. */
			keep_extra(r, member->key.at - 1,
				   value->at + value->length + 1);
		return true;
	}
	return false;
}

/* The row of a key. This library writes lines in table order, so the search
 * begins after the last hit. */
static int
find_row(const struct bo_json_value *key, int after)
{
	int row = after;

	for (int i = 0; i < BO_EVENT_ROWS; i++) {
		const struct bo_event_field *field;

		row = row + 1 < BO_EVENT_ROWS ? row + 1 : 0;
		field = &bo_event_fields[row];
		if (field->key_length == key->length &&
		    memcmp(field->info.path, key->at, key->length) == 0)
			return row;
	}
	return -1;
}

/* Rows as bits. */
#define BIT(row) (UINT64_C(1) << (row))
#define GIVEN_VERSION BIT(BO_EVENT_ROW_version)
#define GIVEN_TYPE BIT(BO_EVENT_ROW_type)
_Static_assert(BO_EVENT_ROWS <= 64, "a bit for each row");

/* One member; false once a field is wrong. */
static bool
read_member(struct reading *r, const struct bo_json_member *member, int *last)
{
	struct bo_json_value key = plain(r, &member->key);
	int row = find_row(&key, *last);
	const struct bo_event_field *field;

	if (row < 0) {
		keep_extra(r, member->key.at - 1, r->json.at);
		return true;
	}
	field = &bo_event_fields[row];
	*last = row;
	if (r->seen >> row & 1)
		return fail(r, BACKOFF_E_FIELD, member->key.at - 1, field,
			    "duplicate field");
	r->seen |= BIT(row);
	if (member->value.type == BO_JSON_NULL)
		return true;
	r->given |= BIT(row);
	return read_value(r, field, member);
}

/* After a wrong field: the line may still turn out to be invalid JSON, or not
 * an event at all, which are other errors. */
static void
read_rest(struct reading *r, bool *first)
{
	struct bo_json_member member;

	while (bo_json_member(&r->json, first, &member)) {
		struct bo_json_value key = plain(r, &member.key);

		if (find_row(&key, 0) == BO_EVENT_ROW_type &&
		    member.value.type != BO_JSON_NULL)
			r->given |= GIVEN_TYPE;
	}
}

static bool
read_members(struct reading *r)
{
	struct bo_json_member member;
	bool first = true, good = true;
	int last = -1;

	while (good && bo_json_member(&r->json, &first, &member))
		good = read_member(r, &member, &last);
	if (!good)
		read_rest(r, &first);
	if (bo_json_end(&r->json))
		return good || !(r->given & GIVEN_TYPE);
	r->status = bo_json_error(&r->json, r->error);
	return false;
}

/* The fields that a reader needs. This library writes more. */
static bool
check_required(struct reading *r)
{
	const struct backoff_event *e = r->event;
	const char *missing = NULL;
	bool of_attempt = e->type >= BACKOFF_EVENT_ATTEMPT &&
			  e->type <= BACKOFF_EVENT_STARTED;

	if (!(r->given & GIVEN_VERSION))
		missing = "v";
	else if (e->ts_ns == BACKOFF_ABSENT)
		missing = "ts";
	else if (of_attempt && e->operation == NULL)
		missing = "operation";
	else if (of_attempt && e->call_id == NULL)
		missing = "call_id";
	else if (of_attempt && e->attempt == BACKOFF_ABSENT)
		missing = "attempt";
	if (missing != NULL) {
		fail(r, BACKOFF_E_FIELD, r->json.text, NULL,
		     "this field is required");
		if (r->error != NULL)
			snprintf(r->error->path, sizeof(r->error->path), "%s",
				 missing);
		return false;
	}
	if (of_attempt && e->attempt == 0)
		return fail(r, BACKOFF_E_VALUE, r->json.text, NULL,
			    "attempt must be 1 or more (got 0)");
	return true;
}

static bool
read_line(struct reading *r)
{
	if (!bo_json_open(&r->json, '{'))
		return fail(r, BACKOFF_E_SYNTAX, r->json.at, NULL,
			    r->json.problem);
	if (!read_members(r))
		return false;
	if (!(r->given & GIVEN_TYPE))
		return fail(r, BACKOFF_E_FOREIGN, r->json.text, NULL,
			    "field event_type is missing");
	return check_required(r);
}

enum backoff_status
backoff_event_decode(struct backoff_event_decoder *decoder, const char *line,
		     size_t length, struct backoff_event *out,
		     struct backoff_error *error)
{
	if (decoder == NULL || line == NULL || out == NULL)
		return BACKOFF_E_ARGUMENT;
	struct reading r = {.error = error};
	struct backoff_event event;

	r.event = &event;
	bo_json_begin(&r.json, line, length);
	if (length > LINE_MAX_BYTES) {
		fail(&r, BACKOFF_E_LIMIT, line, NULL,
		     "a line has at most 1 MiB");
		return r.status;
	}
	/* A string loses its quotes, which makes room for a NUL; an object has
	 * no quotes, but its key and colon make that room. */
	if (decoder->size < 2 * length + 2) {
		char *space = realloc(decoder->space, 2 * length + 2);

		if (space == NULL) {
			fail(&r, BACKOFF_E_NOMEM, line, NULL, "out of memory");
			return r.status;
		}
		decoder->space = space;
		decoder->size = 2 * length + 2;
	}
	r.text = decoder->space;
	r.extra = r.extra_start = decoder->space + length + 1;
	backoff_event_init(&event, sizeof(event));
	if (!read_line(&r))
		return r.status;
	if (r.extra > r.extra_start) {
		*r.extra = '\0';
		event.extra = r.extra_start;
	}
	BO_PUT(backoff_event, out, &event);
	return BACKOFF_OK;
}
