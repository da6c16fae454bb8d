/* Reads the fields of an event from a line. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/decimal.h"
#include "common/durations.h"
#include "common/time_format.h"
#include "common/times.h"
#include "common/units.h"
#include "dialect/view.h"
#include "envelope/find.h"

#define ATTEMPT_MAX UINT64_C(1000000000)
/* The largest int32, or about: the usual way to say "for ever". */
#define FOR_EVER_MIN UINT64_C(2147000000)

/* A value that was found. */
struct found {
	struct bo_json_value value;
	struct tk_piece text;
	const struct tk_name *name;
	/** The source's default. */
	bool is_fallback;
};

static enum tk_got wrong(struct tk_view *view, const struct found *found,
			 const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static enum tk_got
wrong(struct tk_view *view, const struct found *found, const char *format, ...)
{
	const char *at =
		found->value.at - (found->value.type == BO_JSON_STRING);
	const struct tk_payload *payload = view->payload;
	struct backoff_error *error = &view->error;
	va_list args;

	memset(error, 0, sizeof(*error));
	error->size = sizeof(*error);
	error->status = BACKOFF_E_VALUE;
	error->column = 1;
	/* A copy has no place in the line. */
	if (at >= payload->text && at < payload->text + payload->length)
		error->column = (uint32_t)(at - payload->text) + 1;
	snprintf(error->path, sizeof(error->path), "%s",
		 found->name != NULL ? found->name->text : "");
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return TK_GOT_WRONG;
}

static bool
is_absent(const struct tk_source *source, struct tk_piece text)
{
	if (!source->absent_given)
		return !source->strict &&
		       (text.length == 0 ||
			(text.length == 1 && text.at[0] == '-'));
	for (size_t i = 0; i < source->absent_count; i++) {
		if (strlen(source->absent[i]) == text.length &&
		    memcmp(source->absent[i], text.at, text.length) == 0)
			return true;
	}
	return false;
}

/* Find the first of a source's values that is there. */
static enum tk_got
find(struct tk_view *view, const struct tk_source *source, struct found *found)
{
	found->is_fallback = false;
	for (size_t i = 0; i < source->name_count; i++) {
		found->name = &source->name[i];
		if (!tk_view_find(view, found->name, &found->value))
			continue;
		if (tk_view_text(view, &found->value, &found->text) != TK_GOT)
			return TK_GOT_NO_MEMORY;
		if (found->value.type != BO_JSON_STRING ||
		    !is_absent(source, found->text))
			return TK_GOT;
	}
	found->name = NULL;
	if (source->fallback == NULL)
		return TK_GOT_ABSENT;
	found->is_fallback = true;
	found->text =
		(struct tk_piece){source->fallback, strlen(source->fallback)};
	found->value = (struct bo_json_value){.at = found->text.at,
					      .length = found->text.length,
					      .type = BO_JSON_STRING};
	return TK_GOT;
}

static enum tk_got
wrong_type(struct tk_view *view, const struct found *found, const char *wanted)
{
	return wrong(view, found, "must be %s (got %s)", wanted,
		     bo_json_type_name(found->value.type));
}

static bool
is_scalar(const struct bo_json_value *value)
{
	return value->type == BO_JSON_STRING || value->type == BO_JSON_NUMBER;
}

/* What the log's text stands for, if the source has a table. */
static void
translate(const struct tk_source *source, struct found *found)
{
	const struct tk_choice *choice;

	if (found->is_fallback ||
	    (source->values.count == 0 && source->contains.count == 0 &&
	     source->otherwise.text == NULL))
		return;
	choice = tk_choice_find(source, found->text);
	if (choice == NULL)
		return;
	found->text = (struct tk_piece){choice->text, strlen(choice->text)};
	found->value.type = BO_JSON_STRING;
}

/* Where a text is wanted and an object is there, as loggers write an error, its
 * message is meant. */
static enum tk_got
descend(struct tk_view *view, struct found *found)
{
	static const char *const inside[] = {"message", "msg", "reason",
					     "detail", "text"};
	char text[256];

	for (size_t i = 0; i < sizeof(inside) / sizeof(*inside); i++) {
		int length = snprintf(text, sizeof(text), "%s.%s",
				      found->name->text, inside[i]);
		const struct tk_name name = {.kind = TK_NAME_MEMBER,
					     .text = text,
					     .length = (size_t)length};
		struct bo_json_value value;

		if (length >= (int)sizeof(text))
			return TK_GOT;
		if (!tk_view_find(view, &name, &value) ||
		    value.type != BO_JSON_STRING)
			continue;
		found->value = value;
		return tk_view_text(view, &value, &found->text);
	}
	return TK_GOT;
}

static enum tk_got
read_text(struct tk_view *view, const struct tk_map *map, struct found *found,
	  const char **out)
{
	if (!map->source.strict && found->value.type == BO_JSON_OBJECT &&
	    found->name != NULL && found->name->kind <= TK_NAME_HOLE &&
	    descend(view, found) != TK_GOT)
		return TK_GOT_NO_MEMORY;
	translate(&map->source, found);
	if (map->source.strict && !is_scalar(&found->value))
		return wrong_type(view, found, "a string");
	*out = tk_view_copy(view, found->text, tk_fields[map->field].limit);
	return *out != NULL ? TK_GOT : TK_GOT_NO_MEMORY;
}

/* Whether a field may say that there is no limit. */
static bool
is_limit(const struct tk_field *field)
{
	return strcmp(field->name, "max_attempts") == 0;
}

static enum tk_got
read_count(struct tk_view *view, const struct tk_map *map, struct found *found,
	   uint64_t *out)
{
	const struct tk_field *field = &tk_fields[map->field];
	/* Attempts are few; process ids and the like may be any number. */
	uint64_t max = field->limit > 0 ? ATTEMPT_MAX : UINT64_MAX / 2;
	bool loose = !map->source.strict;
	enum bo_decimal verdict;
	uint64_t number = 0;
	int64_t value;

	translate(&map->source, found);
	if (loose ? !is_scalar(&found->value)
		  : found->value.type != BO_JSON_NUMBER && !found->is_fallback)
		return wrong_type(view, found, "a number");
	if (found->text.length > 1 && found->text.at[0] == '+') {
		found->text.at++;
		found->text.length--;
	}
	while (loose && found->text.length > 1 && found->text.at[0] == '0') {
		found->text.at++;
		found->text.length--;
	}
	verdict = bo_decimal_parse(found->text.at, found->text.length, 0,
				   &number);
	if (loose && is_limit(field) && verdict == BO_DECIMAL_OK &&
	    (number >= FOR_EVER_MIN || number == 0))
		return TK_GOT_ABSENT;
	if (verdict == BO_DECIMAL_NEGATIVE)
		return wrong(view, found, "must not be negative");
	if (verdict == BO_DECIMAL_FRACTION)
		return wrong(view, found, "must be a whole number");
	if (verdict == BO_DECIMAL_MALFORMED)
		return wrong(view, found, "must be a number");
	if (verdict != BO_DECIMAL_OK || number > max)
		return wrong(view, found, "number out of range");
	value = (int64_t)number + map->source.add;
	if (value < (int64_t)field->limit)
		return wrong(view, found,
			     "number out of range: %s starts at %zu",
			     field->name, field->limit);
	*out = (uint64_t)value;
	return TK_GOT;
}

/* {"seconds": 1, "nanos": 5}, as protobuf's JSON may have it. */
static bool
read_pair(const struct bo_json_value *object, uint64_t *out)
{
	struct bo_json_value seconds, nanos;
	uint64_t whole = 0, rest = 0;

	if (!tk_member_find(object, "seconds", 7, &seconds) ||
	    bo_decimal_parse(seconds.at, seconds.length, 0, &whole) !=
		    BO_DECIMAL_OK ||
	    whole > UINT64_MAX / 2000000000)
		return false;
	if ((tk_member_find(object, "nanos", 5, &nanos) ||
	     tk_member_find(object, "nanoseconds", 11, &nanos)) &&
	    (bo_decimal_parse(nanos.at, nanos.length, 0, &rest) !=
		     BO_DECIMAL_OK ||
	     rest >= 1000000000))
		return false;
	*out = whole * 1000000000 + rest;
	return true;
}

/* The usual unit of a wait that is a bare number of this size: seconds if it is
 * small or has decimals, then ms, us and ns. */
static unsigned
usual_scale(struct tk_piece text)
{
	size_t digits = 0;

	while (digits < text.length && text.at[digits] >= '0' &&
	       text.at[digits] <= '9')
		digits++;
	if (digits < 3)
		return 9;
	if (digits < text.length)
		return digits < 4 ? 9 : 6;
	return digits < 7 ? 6 : digits < 8 ? 3 : 0;
}

static enum tk_got
read_duration(struct tk_view *view, const struct tk_source *source,
	      struct found *found, uint64_t *out)
{
	unsigned scale =
		source->by_size ? usual_scale(found->text) : source->scale;
	enum bo_decimal verdict;

	translate(source, found);
	if (found->value.type == BO_JSON_OBJECT &&
	    read_pair(&found->value, out) && *out <= TK_DURATION_MAX_NS)
		return TK_GOT;
	if (found->value.type == BO_JSON_NUMBER) {
		verdict = bo_decimal_round(found->text.at, found->text.length,
					   scale, out);
		if (verdict == BO_DECIMAL_NEGATIVE)
			return wrong(view, found, "must not be negative");
		if (verdict == BO_DECIMAL_OK && *out <= TK_DURATION_MAX_NS)
			return TK_GOT;
		return wrong(view, found, "number out of range");
	}
	if (found->value.type != BO_JSON_STRING)
		return wrong_type(view, found,
				  source->strict ? "a number" : "a duration");
	if (source->strict && !found->is_fallback)
		return wrong_type(view, found, "a number");
	if (tk_duration_parse(found->text.at, found->text.length, scale, out))
		return TK_GOT;
	return wrong(view, found,
		     "must be a duration like \"1.5s\" or \"200ms\"");
}

static enum tk_got
read_time(struct tk_view *view, const struct tk_source *source,
	  struct found *found, uint64_t *out)
{
	struct tk_time_rules rules = {
		.form = source->form,
		.zone_s = source->has_zone ? source->zone_s : view->zone_s,
		.now_ns = view->now_ns};
	struct tk_time time = {0};
	const char *space;

	if (found->value.type == BO_JSON_OBJECT &&
	    read_pair(&found->value, out))
		return TK_GOT;
	if (!is_scalar(&found->value) ||
	    (source->strict && source->form == TK_TIME_WRITTEN &&
	     found->value.type != BO_JSON_STRING))
		return wrong_type(view, found, "a string");
	if (view->time_format != NULL && source->form == TK_TIME_AUTO &&
	    found->text.length > 0 &&
	    tk_time_scan_as(view->time_format, found->text.at,
			    found->text.length, &rules,
			    &time) == found->text.length) {
		*out = time.ns;
		return TK_GOT;
	}
	if (tk_time_parse(found->text.at, found->text.length, &rules, &time)) {
		if (!source->strict || !time.no_zone || source->has_zone ||
		    view->has_zone) {
			*out = time.ns;
			return TK_GOT;
		}
		return wrong(view, found,
			     "the time has no zone; a dialect file can give "
			     "one: \"zone\": \"Z\" or \"+02:00\"");
	}
	space = found->text.length > 0
			? memrchr(found->text.at, ' ', found->text.length)
			: NULL;
	if (space != NULL &&
	    tk_time_parse(found->text.at, (size_t)(space - found->text.at),
			  &rules, &time))
		return wrong(
			view, found,
			"unknown time zone \"%.*s\"; known are Z, UTC and "
			"offsets like +02:00",
			(int)(found->text.at + found->text.length - space - 1),
			space + 1);
	return wrong(view, found,
		     "must be an RFC 3339 time like 2026-01-31T12:00:00.5Z");
}

/* The number of a name; absent if the table does not have it. */
static enum tk_got
read_name(struct tk_view *view, const struct tk_map *map, struct found *found,
	  int *out)
{
	const struct tk_choice *choice;

	if (found->is_fallback) {
		*out = tk_field_number(tk_fields[map->field].kind,
				       map->source.fallback);
		return TK_GOT;
	}
	if (map->source.strict && !is_scalar(&found->value))
		return wrong_type(view, found, "a string");
	choice = tk_choice_find(&map->source, found->text);
	if (choice == NULL && map->source.fallback != NULL)
		*out = tk_field_number(tk_fields[map->field].kind,
				       map->source.fallback);
	else if (choice == NULL)
		return TK_GOT_ABSENT;
	else
		*out = choice->number;
	return TK_GOT;
}

/* The time of the envelope, if the source names it before any other value that
 * is there. */
static bool
is_envelope_time(const struct tk_view *view, const struct tk_source *source)
{
	return source->name_count > 0 && source->name[0].kind == TK_NAME_TIME &&
	       (view->envelope->ts_ns != BACKOFF_ABSENT ||
		view->formatted_ns != BACKOFF_ABSENT);
}

void
tk_view_time(struct tk_view *view, const struct tk_file *file)
{
	struct tk_time_rules rules = {.zone_s = file->has_zone ? file->zone_s
							       : view->zone_s,
				      .now_ns = view->now_ns};
	const struct tk_payload *payload = view->payload;
	size_t begin = 0;
	struct tk_time time;

	view->time_format = file->time_format;
	view->formatted_ns = BACKOFF_ABSENT;
	if (view->time_format == NULL)
		return;
	while (begin < payload->length &&
	       bo_is_one_of(payload->text[begin], " [(<"))
		begin++;
	if (tk_time_scan_as(view->time_format, payload->text + begin,
			    payload->length - begin, &rules, &time) > 0)
		view->formatted_ns = time.ns;
}

static enum tk_got
read_number(struct tk_view *view, const struct tk_map *map, struct found *found,
	    char *to)
{
	enum tk_field_kind kind = tk_fields[map->field].kind;
	uint64_t number = BACKOFF_ABSENT;
	enum tk_got got;

	if (kind == TK_FIELD_COUNT)
		got = read_count(view, map, found, &number);
	else if (kind == TK_FIELD_DURATION)
		got = read_duration(view, &map->source, found, &number);
	else
		got = read_time(view, &map->source, found, &number);
	if (got == TK_GOT)
		memcpy(to, &number, sizeof(number));
	return got;
}

enum tk_got
tk_view_field(struct tk_view *view, const struct tk_map *map,
	      struct tk_made *made)
{
	const struct tk_field *field = &tk_fields[map->field];
	char *to = (char *)made + field->offset;
	const char *text = NULL;
	struct found found;
	enum tk_got got;
	int name = -1;

	if (field->kind == TK_FIELD_TIME &&
	    is_envelope_time(view, &map->source)) {
		const uint64_t *ns = view->formatted_ns != BACKOFF_ABSENT
					     ? &view->formatted_ns
					     : &view->envelope->ts_ns;

		memcpy(to, ns, sizeof(*ns));
		return TK_GOT;
	}
	got = find(view, &map->source, &found);
	if (got != TK_GOT)
		return got;
	switch (field->kind) {
	case TK_FIELD_TEXT:
		got = read_text(view, map, &found, &text);
		if (got == TK_GOT)
			memcpy(to, &text, sizeof(text));
		return got;
	case TK_FIELD_OUTCOME:
	case TK_FIELD_CLASS:
	case TK_FIELD_STOP:
		/* All three are as large as an int. */
		got = read_name(view, map, &found, &name);
		if (got == TK_GOT && name >= 0)
			memcpy(to, &name, sizeof(name));
		return got;
	case TK_FIELD_COUNT:
	case TK_FIELD_DURATION:
	case TK_FIELD_TIME:
		return read_number(view, map, &found, to);
	case TK_FIELD_TYPE:
		break;
	}
	return TK_GOT_ABSENT;
}

enum tk_got
tk_view_source(struct tk_view *view, const struct tk_source *source,
	       struct tk_piece *out)
{
	struct found found;
	enum tk_got got = find(view, source, &found);

	if (got != TK_GOT)
		return got;
	translate(source, &found);
	*out = found.text;
	return TK_GOT;
}

enum tk_got
tk_view_duration(struct tk_view *view, const struct tk_source *source,
		 struct tk_piece text, uint64_t *out)
{
	struct found found = {.text = text,
			      .value = {.at = text.at,
					.length = text.length,
					.type = BO_JSON_STRING}};

	if (is_absent(source, text))
		return TK_GOT_ABSENT;
	return read_duration(view, source, &found, out);
}
