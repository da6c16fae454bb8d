/* Checks the samples of dialects: lines, and the events that they are. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/rfc3339.h"
#include "common/times.h"
#include "common/units.h"
#include "dialect/check.h"
#include "dialect/engine.h"

/* A sample while it is read. */
struct checking {
	struct tk_sample *sample;
	/** What the next event must be. NULL: none is left. */
	const cJSON *next;
	size_t events;
};

static void differs(struct checking *checking, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The first difference is kept. */
static void
differs(struct checking *checking, const char *format, ...)
{
	struct tk_sample *sample = checking->sample;
	va_list args;

	if (!sample->passed)
		return;
	sample->passed = false;
	va_start(args, format);
	vsnprintf(sample->text, sizeof(sample->text), format, args);
	va_end(args);
}

/* A field's value as text, as the sample writes it; "nothing" if absent. */
static void
show_field(const struct tk_field *field, const struct tk_made *made, char *out,
	   size_t size)
{
	const char *at = (const char *)made + field->offset, *text;
	uint64_t number = BACKOFF_ABSENT;
	int name;

	snprintf(out, size, "nothing");
	switch (field->kind) {
	case TK_FIELD_TEXT:
		memcpy(&text, at, sizeof(text));
		if (text != NULL)
			snprintf(out, size, "%s", text);
		return;
	case TK_FIELD_TYPE:
		snprintf(out, size, "%s",
			 backoff_event_type_name(made->event.type));
		return;
	case TK_FIELD_OUTCOME:
	case TK_FIELD_CLASS:
	case TK_FIELD_STOP:
		memcpy(&name, at, sizeof(name));
		text = tk_field_name(field->kind, name);
		if (text != NULL)
			snprintf(out, size, "%s", text);
		return;
	case TK_FIELD_COUNT:
	case TK_FIELD_DURATION:
	case TK_FIELD_TIME:
		memcpy(&number, at, sizeof(number));
		break;
	}
	if (number == BACKOFF_ABSENT)
		return;
	if (field->kind == TK_FIELD_TIME)
		bo_rfc3339_format(number, 9, out, size);
	else if (field->kind == TK_FIELD_DURATION)
		snprintf(out, size, "%.9g", (double)number / 1e9);
	else
		snprintf(out, size, "%" PRIu64, number);
}

/* Whether a number or a time is what the sample says. */
static bool
is_number(const struct tk_field *field, const struct tk_made *made,
	  const cJSON *wanted)
{
	const char *at = (const char *)made + field->offset;
	const struct tk_time_rules rules = {.form = TK_TIME_AUTO};
	struct tk_time time;
	uint64_t number;
	double scale = field->kind == TK_FIELD_DURATION ? 1e9 : 1;

	memcpy(&number, at, sizeof(number));
	if (number == BACKOFF_ABSENT)
		return false;
	if (field->kind == TK_FIELD_TIME)
		return cJSON_IsString(wanted) &&
		       tk_time_parse(wanted->valuestring,
				     strlen(wanted->valuestring), &rules,
				     &time) &&
		       time.ns == number;
	return cJSON_IsNumber(wanted) &&
	       fabs(wanted->valuedouble * scale - (double)number) < 1.5;
}

static bool
is_value(const struct tk_field *field, const struct tk_made *made,
	 const cJSON *wanted)
{
	char shown[600];

	show_field(field, made, shown, sizeof(shown));
	if (cJSON_IsNull(wanted))
		return strcmp(shown, "nothing") == 0;
	if (field->kind == TK_FIELD_COUNT || field->kind == TK_FIELD_DURATION ||
	    field->kind == TK_FIELD_TIME)
		return is_number(field, made, wanted);
	return cJSON_IsString(wanted) &&
	       strcmp(wanted->valuestring, shown) == 0;
}

/* Compare the attributes that the sample names. */
static void
check_attributes(struct checking *checking, const char *attrs,
		 const cJSON *wanted)
{
	cJSON *is = attrs != NULL ? cJSON_Parse(attrs) : NULL;
	const cJSON *item;

	cJSON_ArrayForEach(item, wanted)
	{
		const cJSON *value =
			cJSON_GetObjectItemCaseSensitive(is, item->string);

		if (value == NULL || !cJSON_Compare(value, item, true))
			differs(checking, "attrs.%s is %s", item->string,
				value == NULL ? "nothing" : "another value");
	}
	cJSON_Delete(is);
}

static bool
check_reading(void *user, const struct tk_reading *reading)
{
	struct checking *checking = user;
	const struct tk_made made = {.event = reading->event,
				     .left = reading->left,
				     .retries = BACKOFF_ABSENT,
				     .next_ts_ns = BACKOFF_ABSENT,
				     .started_ns = BACKOFF_ABSENT,
				     .index = BACKOFF_ABSENT,
				     .next_attempt = BACKOFF_ABSENT,
				     .lane = reading->lane};
	const cJSON *item;

	checking->events++;
	if (checking->next == NULL) {
		differs(checking, "it also is a %s of %s",
			backoff_event_type_name(reading->event.type),
			reading->event.operation != NULL
				? reading->event.operation
				: "an operation without a name");
		return true;
	}
	cJSON_ArrayForEach(item, checking->next)
	{
		int field = tk_field_find(item->string);
		char shown[600], *wanted;

		if (strcmp(item->string, "attrs") == 0) {
			check_attributes(checking, reading->event.attrs, item);
			continue;
		}
		if (field < 0) {
			differs(checking, "%s: no such field", item->string);
			continue;
		}
		if (is_value(&tk_fields[field], &made, item))
			continue;
		show_field(&tk_fields[field], &made, shown, sizeof(shown));
		wanted = cJSON_PrintUnformatted(item);
		differs(checking, "%s is %s, not %s", item->string, shown,
			wanted != NULL ? wanted : "");
		cJSON_free(wanted);
	}
	checking->next = checking->next->next;
	return true;
}

static enum backoff_status
read_line(struct tk_dialect *dialect, const char *text, uint64_t number,
	  struct checking *checking)
{
	const struct tk_line line = {
		.text = text, .length = strlen(text), .number = number};
	struct backoff_error error = {.size = sizeof(error)};

	if (tk_dialect_read(dialect, 0, &line, check_reading, checking,
			    &error) != TK_BAD)
		return BACKOFF_OK;
	if (error.status == BACKOFF_E_NOMEM)
		return error.status;
	differs(checking, "line %" PRIu64 " is bad: %s%s%s", number, error.path,
		error.path[0] != '\0' ? ": " : "", error.text);
	return BACKOFF_OK;
}

/* `is` as an array: of one, or of none. NULL if there is no memory. */
static cJSON *
wanted_events(const cJSON *is)
{
	cJSON *list, *copy;

	if (cJSON_IsArray(is))
		return cJSON_Duplicate(is, true);
	list = cJSON_CreateArray();
	if (list == NULL || !cJSON_IsObject(is))
		return list;
	copy = cJSON_Duplicate(is, true);
	if (copy != NULL && cJSON_AddItemToArray(list, copy))
		return list;
	cJSON_Delete(copy);
	cJSON_Delete(list);
	return NULL;
}

static enum backoff_status
check_sample(struct tk_dialect *dialect, const cJSON *item,
	     struct tk_sample *sample)
{
	const cJSON *line = cJSON_GetObjectItemCaseSensitive(item, "line");
	const cJSON *is = cJSON_GetObjectItemCaseSensitive(item, "is");
	const cJSON *next = cJSON_IsArray(line) ? line->child : line;
	struct checking checking = {.sample = sample};
	enum backoff_status status = tk_engine_forget(dialect);
	cJSON *wanted = wanted_events(is);
	uint64_t number = 1;

	if (wanted == NULL || status != BACKOFF_OK) {
		cJSON_Delete(wanted);
		return BACKOFF_E_NOMEM;
	}
	sample->line = next->valuestring;
	sample->passed = true;
	sample->text[0] = '\0';
	checking.next = wanted->child;
	for (; next != NULL && status == BACKOFF_OK;
	     next = cJSON_IsArray(line) ? next->next : NULL)
		status = read_line(dialect, next->valuestring, number++,
				   &checking);
	if (status == BACKOFF_OK &&
	    !tk_dialect_flush(dialect, 0, BACKOFF_ABSENT, check_reading,
			      &checking))
		status = BACKOFF_E_NOMEM;
	if (checking.next != NULL)
		differs(&checking, "%zu event%s read, more are expected",
			checking.events,
			checking.events == 1 ? " was" : "s were");
	cJSON_Delete(wanted);
	return status;
}

/* Check the samples of one dialect, which is open alone. */
static enum backoff_status
check_file(struct tk_dialect *dialect, const struct tk_file *file,
	   tk_sample_fn fn, void *user, size_t *total, size_t *failed)
{
	enum backoff_status status = BACKOFF_OK;
	const cJSON *item;
	cJSON *samples;
	size_t index = 0;

	if (file->samples == NULL)
		return BACKOFF_OK;
	samples = cJSON_Parse(file->samples);
	if (samples == NULL)
		return BACKOFF_E_NOMEM;
	cJSON_ArrayForEach(item, samples)
	{
		struct tk_sample sample = {.index = index++};

		status = check_sample(dialect, item, &sample);
		if (status != BACKOFF_OK)
			break;
		++*total;
		*failed += !sample.passed;
		if (fn != NULL)
			fn(user, &sample);
	}
	cJSON_Delete(samples);
	return status;
}

enum backoff_status
tk_samples_check(struct tk_dialect *dialect, tk_sample_fn fn, void *user,
		 size_t *total, size_t *failed)
{
	enum backoff_status status = BACKOFF_OK;

	*total = *failed = 0;
	for (size_t i = 0; i < dialect->file_count && !status; i++) {
		tk_engine_only(dialect, dialect->file[i]);
		status = check_file(dialect, dialect->file[i], fn, user, total,
				    failed);
	}
	tk_engine_only(dialect, NULL);
	return status;
}
