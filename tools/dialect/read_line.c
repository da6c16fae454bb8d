/* Makes an event from a foreign line, by a mapping. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/json.h"
#include "base/rfc3339.h"
#include "base/utf8.h"
#include "common/units.h"
#include "dialect/mapping.h"
#include "dialect/scan.h"

#define ATTEMPT_MAX UINT64_C(1000000000)

static void
found(void *user, const char *path, size_t length,
      const struct bo_json_value *value)
{
	struct tk_mapping *mapping = user;
	uint64_t candidates = mapping->by_length[length & 31];

	while (candidates) {
		unsigned i = (unsigned)__builtin_ctzll(candidates);
		uint64_t bit = UINT64_C(1) << i;

		candidates &= candidates - 1;
		if (mapping->source[i].length != length ||
		    memcmp(mapping->source[i].name, path, length) != 0)
			continue;
		mapping->twice |= mapping->seen & bit;
		mapping->seen |= bit;
		mapping->slot[i].value = *value;
		mapping->slot[i].copy = NULL;
	}
}

enum backoff_status
tk_mapping_scan(struct tk_mapping *mapping, const char *text, size_t length,
		struct backoff_error *error)
{
	mapping->line = text;
	mapping->seen = mapping->twice = 0;
	return tk_scan_object(text, length, mapping->deep, found, mapping,
			      error);
}

static bool fail(const struct tk_mapping *mapping, unsigned source,
		 struct backoff_error *error, enum backoff_status status,
		 const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Always false, for returning. */
static bool
fail(const struct tk_mapping *mapping, unsigned source,
     struct backoff_error *error, enum backoff_status status,
     const char *format, ...)
{
	va_list args;

	memset(error, 0, sizeof(*error));
	error->status = status;
	error->column = 1;
	if (mapping->seen >> source & 1) {
		const struct bo_json_value *value =
			&mapping->slot[source].value;

		/* A string's text begins after its quote. */
		error->column = (uint32_t)(value->at - mapping->line) + 1 -
				(value->type == BO_JSON_STRING);
	}
	snprintf(error->path, sizeof(error->path), "%s",
		 mapping->source[source].name);
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return false;
}

static bool
wrong_type(const struct tk_mapping *mapping, unsigned source,
	   struct backoff_error *error, const char *wanted)
{
	return fail(mapping, source, error, BACKOFF_E_VALUE,
		    "must be %s (got %s)", wanted,
		    bo_json_type_name(mapping->slot[source].value.type));
}

/* The source of a field in this line: the first that is there and not null; -1
 * if there is none. */
static int
source_of(const struct tk_mapping *mapping, const struct tk_map *map)
{
	for (size_t i = 0; i < map->source_count; i++) {
		unsigned source = map->source[i];

		if (mapping->seen >> source & 1 &&
		    mapping->slot[source].value.type != BO_JSON_NULL)
			return (int)source;
	}
	return -1;
}

/* Make room for every string of the line before the first is copied, so that
 * none moves. False if there is no memory. */
static bool
reserve(struct tk_mapping *mapping)
{
	size_t needed = 0;
	char *arena;

	for (size_t i = 0; i < mapping->source_count; i++) {
		if (mapping->seen >> i & 1)
			needed += mapping->slot[i].value.length + 1;
	}
	mapping->arena_used = 0;
	if (needed <= mapping->arena_size)
		return true;
	needed += needed / 2;
	arena = realloc(mapping->arena, needed);
	if (!arena)
		return false;
	mapping->arena = arena;
	mapping->arena_size = needed;
	return true;
}

/* The text of a slot without escapes, with a NUL; a number as it is written.
 * NULL for other types. */
static const char *
text_of(struct tk_mapping *mapping, unsigned source)
{
	struct tk_slot *slot = &mapping->slot[source];
	const struct bo_json_value *value = &slot->value;

	if (value->type != BO_JSON_STRING && value->type != BO_JSON_NUMBER)
		return NULL;
	if (slot->copy)
		return slot->copy;
	slot->copy = mapping->arena + mapping->arena_used;
	slot->copy_length = bo_json_unescape(value, slot->copy);
	slot->copy[slot->copy_length] = '\0';
	mapping->arena_used += slot->copy_length + 1;
	return slot->copy;
}

static bool
read_text(struct tk_mapping *mapping, const struct tk_map *map, unsigned source,
	  const char **out, struct backoff_error *error)
{
	size_t limit = tk_fields[map->field].limit;
	struct tk_slot *slot = &mapping->slot[source];

	if (!text_of(mapping, source))
		return wrong_type(mapping, source, error, "a string");
	if (slot->copy_length > limit) {
		slot->copy_length =
			bo_utf8_cut(slot->copy, slot->copy_length, limit);
		slot->copy[slot->copy_length] = '\0';
	}
	*out = slot->copy;
	return true;
}

/* A number of at most `max`, which is below UINT64_MAX; only a count must be
 * whole. */
static bool
read_number(const struct tk_mapping *mapping, unsigned source, int scale,
	    bool whole, uint64_t max, uint64_t *out,
	    struct backoff_error *error)
{
	const struct bo_json_value *value = &mapping->slot[source].value;
	const char *problem = "number out of range";
	enum bo_decimal verdict;

	if (value->type != BO_JSON_NUMBER)
		return wrong_type(mapping, source, error, "a number");
	verdict = (whole ? bo_decimal_parse : bo_decimal_round)(
		value->at, value->length, (unsigned)scale, out);
	if (verdict == BO_DECIMAL_OK && *out <= max)
		return true;
	if (verdict == BO_DECIMAL_NEGATIVE)
		problem = "must not be negative";
	else if (verdict == BO_DECIMAL_FRACTION)
		problem = "must be a whole number";
	return fail(mapping, source, error, BACKOFF_E_VALUE, "%s", problem);
}

static bool
read_count(const struct tk_mapping *mapping, const struct tk_map *map,
	   unsigned source, uint64_t *out, struct backoff_error *error)
{
	const struct tk_field *field = &tk_fields[map->field];
	/* Attempts are few; process ids and the like may be any number. */
	uint64_t max = field->limit > 0 ? ATTEMPT_MAX : UINT64_MAX / 2;
	int64_t value;

	if (!read_number(mapping, source, 0, true, max, out, error))
		return false;
	value = (int64_t)*out + map->add;
	if (value < (int64_t)field->limit)
		return fail(mapping, source, error, BACKOFF_E_VALUE,
			    "number out of range: %s starts at %zu",
			    field->name, field->limit);
	*out = (uint64_t)value;
	return true;
}

static bool
read_duration(struct tk_mapping *mapping, const struct tk_map *map,
	      unsigned source, uint64_t *out, struct backoff_error *error)
{
	if (map->scale >= 0)
		return read_number(mapping, source, map->scale, false,
				   TK_DURATION_MAX_NS, out, error);
	if (!text_of(mapping, source))
		return wrong_type(mapping, source, error, "a string");
	if (!tk_parse_duration(mapping->slot[source].copy, out))
		return fail(mapping, source, error, BACKOFF_E_VALUE,
			    "must be a duration like \"1.5s\" or \"200ms\"");
	return true;
}

/* Read a time whose zone stands after a space: "UTC", "GMT", or an offset. */
static bool
parse_spaced(const char *text, size_t length, uint64_t *out)
{
	const char *space = memrchr(text, ' ', length);
	size_t before, after;
	char joined[64];
	int total;

	if (space == NULL || length >= sizeof(joined))
		return false;
	before = (size_t)(space - text);
	after = length - before - 1;
	if (after == 3 && (memcmp(space + 1, "UTC", 3) == 0 ||
			   memcmp(space + 1, "GMT", 3) == 0))
		total = snprintf(joined, sizeof(joined), "%.*sZ", (int)before,
				 text);
	else if (after > 0 && (space[1] == '+' || space[1] == '-'))
		total = snprintf(joined, sizeof(joined), "%.*s%.*s",
				 (int)before, text, (int)after, space + 1);
	else
		return false;
	return total > 0 && bo_rfc3339_parse_loose(joined, (size_t)total, out);
}

/* Read a time; one without a zone has @p zone, if that is not "". */
static bool
parse_time(const char *text, size_t length, const char *zone, uint64_t *out)
{
	char zoned[64];
	int total;

	if (bo_rfc3339_parse_loose(text, length, out) ||
	    parse_spaced(text, length, out))
		return true;
	if (zone[0] == '\0' || length >= sizeof(zoned))
		return false;
	total = snprintf(zoned, sizeof(zoned), "%.*s%s", (int)length, text,
			 zone);
	return total > 0 && (size_t)total < sizeof(zoned) &&
	       bo_rfc3339_parse_loose(zoned, (size_t)total, out);
}

bool
tk_time_in_quotes(const char *text, const char *end, const char *zone,
		  uint64_t *out)
{
	const char *quote = memchr(text, '"', (size_t)(end - text));

	return quote != NULL &&
	       parse_time(text, (size_t)(quote - text), zone, out);
}

bool
tk_mapping_time(const struct tk_mapping *mapping, const char *text,
		size_t length, uint64_t *out)
{
	const struct tk_map *map = tk_mapping_field(mapping, "ts");
	const char *end = text + length, *at = text;
	const char *name;
	size_t name_length;

	if (map == NULL || map->format != TK_TIME_RFC3339)
		return false;
	name = mapping->source[map->source[0]].name;
	name_length = mapping->source[map->source[0]].length;
	while ((at = memmem(at, (size_t)(end - at), name, name_length)) !=
	       NULL) {
		bool quoted = at > text && at[-1] == '"';

		at += name_length;
		if (!quoted || at == end || *at++ != '"')
			continue;
		while (at < end && (*at == ':' || *at == ' '))
			at++;
		return at < end && *at == '"' &&
		       tk_time_in_quotes(at + 1, end, map->zone, out);
	}
	return false;
}

static bool
read_time(struct tk_mapping *mapping, const struct tk_map *map, unsigned source,
	  uint64_t *out, struct backoff_error *error)
{
	const char *text, *space;

	if (map->format == TK_TIME_UNIX)
		return read_number(mapping, source, map->scale, false,
				   UINT64_MAX - 1, out, error);
	if (mapping->slot[source].value.type != BO_JSON_STRING)
		return wrong_type(mapping, source, error, "a string");
	text = text_of(mapping, source);
	if (parse_time(text, mapping->slot[source].copy_length, map->zone, out))
		return true;
	if (map->zone[0] == '\0' &&
	    parse_time(text, mapping->slot[source].copy_length, "Z", out))
		return fail(mapping, source, error, BACKOFF_E_VALUE,
			    "the time has no zone; a dialect file can give "
			    "one: \"zone\": \"Z\" or \"+02:00\"");
	space = memrchr(text, ' ', mapping->slot[source].copy_length);
	if (space != NULL && parse_time(text, (size_t)(space - text), "Z", out))
		return fail(mapping, source, error, BACKOFF_E_VALUE,
			    "unknown time zone \"%s\"; known are Z, "
			    "UTC and offsets like +02:00",
			    space + 1);
	return fail(mapping, source, error, BACKOFF_E_VALUE,
		    "must be an RFC 3339 time like 2026-01-31T12:00:00.5Z");
}

/* The number of a name; `otherwise` if the mapping does not have it. */
static bool
read_name(struct tk_mapping *mapping, const struct tk_map *map, unsigned source,
	  int *out, struct backoff_error *error)
{
	const char *text = text_of(mapping, source);

	if (!text)
		return wrong_type(mapping, source, error, "a string");
	*out = map->otherwise;
	for (size_t i = 0; i < map->word_count; i++) {
		if (strcmp(text, map->words[i].text) == 0)
			*out = map->words[i].number;
	}
	return true;
}

/* Read one field that the line has. */
static bool
read_field(struct tk_mapping *mapping, const struct tk_map *map,
	   unsigned source, struct backoff_event *event,
	   struct backoff_error *error)
{
	const struct tk_field *field = &tk_fields[map->field];
	char *to = (char *)event + field->offset;
	uint64_t number = 0;
	const char *text = NULL;
	int name = -1;
	bool ok = true;

	switch (field->kind) {
	case TK_FIELD_TEXT:
		ok = read_text(mapping, map, source, &text, error);
		if (ok)
			memcpy(to, &text, sizeof(text));
		return ok;
	case TK_FIELD_COUNT:
		ok = read_count(mapping, map, source, &number, error);
		break;
	case TK_FIELD_DURATION:
		ok = read_duration(mapping, map, source, &number, error);
		break;
	case TK_FIELD_TIME:
		ok = read_time(mapping, map, source, &number, error);
		break;
	case TK_FIELD_TYPE:
		return true;
	case TK_FIELD_OUTCOME:
	case TK_FIELD_CLASS:
	case TK_FIELD_STOP:
		/* All three are as large as an int; "absent" is -1 or 0. */
		ok = read_name(mapping, map, source, &name, error);
		if (ok && name >= 0)
			memcpy(to, &name, sizeof(name));
		return ok;
	}
	if (ok)
		memcpy(to, &number, sizeof(number));
	return ok;
}

static const struct tk_map_event *
event_of(struct tk_mapping *mapping)
{
	int source = source_of(mapping, mapping->type_map);
	const struct tk_slot *slot = &mapping->slot[source < 0 ? 0 : source];

	if (source < 0 || slot->value.type != BO_JSON_STRING)
		return NULL;
	text_of(mapping, (unsigned)source);
	for (size_t i = 0; i < mapping->event_count; i++) {
		if (strcmp(mapping->events[i].value, slot->copy) == 0)
			return &mapping->events[i];
	}
	return NULL;
}

/* Set the fields that follow from the event's type and its dialect's
 * constants. */
static void
complete(const struct tk_map_event *row, struct backoff_event *event)
{
	event->type = row->type;
	if (row->outcome >= 0)
		event->outcome = row->outcome;
	if (row->failure_class >= 0)
		event->failure_class = row->failure_class;
	if (row->stop > 0)
		event->stop = (enum backoff_stop)row->stop;
	if (row->type == BACKOFF_EVENT_SUCCESS) {
		event->outcome = BACKOFF_OUTCOME_SUCCESS;
		event->stop = BACKOFF_STOP_SUCCESS;
	} else if (event->outcome < 0 && row->type != BACKOFF_EVENT_STARTED) {
		event->outcome = BACKOFF_OUTCOME_FAILURE;
	}
	/* The line that ends a call may have only its total. */
	if (event->attempt == BACKOFF_ABSENT)
		event->attempt = event->attempts;
	if (event->attempt != BACKOFF_ABSENT)
		event->kind = event->attempt == 1 ? BACKOFF_KIND_FIRST
						  : BACKOFF_KIND_RETRY;
}

enum tk_verdict
tk_mapping_convert(struct tk_mapping *mapping, struct backoff_event *out,
		   struct backoff_error *error)
{
	const struct tk_map_event *row;
	struct backoff_event event;
	uint64_t missing;

	if (!reserve(mapping)) {
		fail(mapping, 0, error, BACKOFF_E_NOMEM, "out of memory");
		return TK_BAD;
	}
	row = event_of(mapping);
	if (!row)
		return TK_FOREIGN;
	if (mapping->twice) {
		fail(mapping, (unsigned)__builtin_ctzll(mapping->twice), error,
		     BACKOFF_E_FIELD, "duplicate field");
		return TK_BAD;
	}
	backoff_event_init(&event, sizeof(event));
	missing = row->required;
	for (size_t i = 0; i < mapping->map_count; i++) {
		const struct tk_map *map = &mapping->maps[i];
		int source = source_of(mapping, map);

		if (source < 0 && missing >> map->field & 1) {
			fail(mapping, map->source[0], error, BACKOFF_E_FIELD,
			     "is missing");
			return TK_BAD;
		}
		if (source >= 0 &&
		    !read_field(mapping, map, (unsigned)source, &event, error))
			return TK_BAD;
	}
	complete(row, &event);
	if (event.attempt == BACKOFF_ABSENT &&
	    row->type != BACKOFF_EVENT_STARTED) {
		fail(mapping, mapping->type_map->source[0], error,
		     BACKOFF_E_FIELD, "the attempt's number is missing");
		return TK_BAD;
	}
	*out = event;
	return TK_EVENT;
}
