/* Fuzz target: any bytes as a line of a log. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include <backoff.h>
#include <cjson/cJSON.h>

#include "event/fields.h"
#include "fuzz.h"

const char fuzz_name[] = "event";

static const void *
member(const struct backoff_event *event, const struct bo_event_field *field)
{
	return (const char *)event + field->offset;
}

static const char *
text_of(const struct backoff_event *event, const struct bo_event_field *field)
{
	const char *text;

	memcpy(&text, member(event, field), sizeof(text));
	return text;
}

static uint64_t
number_of(const struct backoff_event *event, const struct bo_event_field *field)
{
	uint64_t number;

	memcpy(&number, member(event, field), sizeof(number));
	return number;
}

static int
enum_of(const struct backoff_event *event, const struct bo_event_field *field)
{
	int value;

	memcpy(&value, member(event, field), sizeof(value));
	return value;
}

/* The second is the first after it was written and read: strings may be cut,
 * times lose fractions of a microsecond, and nothing else changes. */
static void
check_same(const struct backoff_event *a, const struct backoff_event *b,
	   const struct bo_event_field *field)
{
	const char *x, *y;

	switch (field->kind) {
	case BO_EVENT_VERSION:
		break;
	case BO_EVENT_TEXT:
		x = text_of(a, field);
		y = text_of(b, field);
		MUST((x == NULL) == (y == NULL));
		if (x == NULL)
			break;
		MUST(strlen(y) <= field->limit);
		MUST(strncmp(x, y, strlen(y)) == 0);
		/* Cut only if it has to be, up to one character. */
		MUST(x[strlen(y)] == '\0' || strlen(y) + 4 > field->limit);
		break;
	case BO_EVENT_OBJECT:
		x = text_of(a, field);
		y = text_of(b, field);
		MUST((x == NULL) == (y == NULL));
		MUST(x == NULL || strlen(x) == strlen(y));
		break;
	case BO_EVENT_TIME:
		MUST(number_of(a, field) / 1000 == number_of(b, field) / 1000);
		break;
	case BO_EVENT_COUNT:
	case BO_EVENT_SECONDS:
		MUST(number_of(a, field) == number_of(b, field));
		break;
	case BO_EVENT_ENUM:
	case BO_EVENT_ENUM_INT:
	case BO_EVENT_OUTCOME:
		MUST(enum_of(a, field) == enum_of(b, field));
		break;
	}
}

/* Encode, decode, encode: the second line is the first. */
static void
check_round_trip(const struct backoff_event *event)
{
	static char line[BACKOFF_EVENT_LINE_MAX], again[BACKOFF_EVENT_LINE_MAX];
	struct backoff_event_decoder *decoder;
	struct backoff_event copy;
	size_t length = backoff_event_encode(event, line, sizeof(line));
	size_t free_text = 0;

	if (event->budget != NULL)
		free_text += strlen(event->budget);
	if (event->attrs != NULL)
		free_text += strlen(event->attrs);
	if (event->extra != NULL)
		free_text += strlen(event->extra);
	MUST((length == 0) == (free_text > 4096));
	if (length == 0)
		return;
	MUST(memchr(line, '\n', length) == line + length - 1);
	for (size_t i = 0; i + 1 < length; i++)
		MUST((unsigned char)line[i] >= 0x20);
	/* The exact size is enough, and one byte less is not. */
	MUST(backoff_event_encode(event, again, length) == length);
	MUST(memcmp(line, again, length) == 0);
	MUST(backoff_event_encode(event, again, length - 1) == 0);
	MUST(backoff_event_decoder_new(&decoder) == BACKOFF_OK);
	MUST(backoff_event_decode(decoder, line, length, &copy, NULL) ==
	     BACKOFF_OK);
	for (int row = 0; row < BO_EVENT_ROWS; row++)
		check_same(event, &copy, &bo_event_fields[row]);
	MUST((event->extra == NULL) == (copy.extra == NULL));
	MUST(backoff_event_encode(&copy, again, sizeof(again)) == length);
	MUST(memcmp(line, again, length) == 0);
	backoff_event_decoder_free(decoder);
}

static bool
is_near(double a, double b)
{
	return fabs(a - b) <= 1e-9 + 1e-12 * fabs(b);
}

/* One field, as a general JSON library sees it. */
static void
check_field(const cJSON *tree, const struct backoff_event *event,
	    const struct bo_event_field *field)
{
	const cJSON *item =
		cJSON_GetObjectItemCaseSensitive(tree, field->info.path);
	bool is_null = item == NULL || cJSON_IsNull(item);
	uint64_t number;
	int value;

	switch (field->kind) {
	case BO_EVENT_VERSION:
		MUST(cJSON_IsNumber(item) && item->valueint == 1);
		break;
	case BO_EVENT_TIME:
		MUST(cJSON_IsString(item));
		break;
	case BO_EVENT_TEXT:
		MUST((text_of(event, field) == NULL) == is_null);
		MUST(is_null || strcmp(text_of(event, field),
				       cJSON_GetStringValue(item)) == 0);
		break;
	case BO_EVENT_OBJECT:
		MUST((text_of(event, field) == NULL) == is_null);
		MUST(is_null || cJSON_IsObject(item));
		break;
	case BO_EVENT_COUNT:
	case BO_EVENT_SECONDS:
		number = number_of(event, field);
		MUST((number == BACKOFF_ABSENT) == is_null);
		if (is_null)
			break;
		MUST(is_near(field->kind == BO_EVENT_SECONDS
				     ? (double)number / 1e9
				     : (double)number,
			     item->valuedouble));
		break;
	case BO_EVENT_ENUM:
	case BO_EVENT_ENUM_INT:
	case BO_EVENT_OUTCOME:
		value = enum_of(event, field);
		if (value >= (field->kind != BO_EVENT_ENUM_INT))
			MUST(strcmp(field->names[value],
				    cJSON_GetStringValue(item)) == 0);
		else
			MUST(is_null || cJSON_IsString(item));
		break;
	}
}

/* Accepted lines mean what cJSON reads. */
static void
check_meaning(const char *line, size_t size, const struct backoff_event *event)
{
	cJSON *tree;

	/* cJSON's strings end there. */
	if (memmem(line, size, "\\u0000", 6) != NULL)
		return;
	tree = cJSON_ParseWithLength(line, size);
	MUST(cJSON_IsObject(tree));
	for (int row = 0; row < BO_EVENT_ROWS; row++)
		check_field(tree, event, &bo_event_fields[row]);
	cJSON_Delete(tree);
}

int
fuzz_accepts(const uint8_t *data, size_t size)
{
	const char *line = (const char *)data;
	struct backoff_event_decoder *decoder;
	struct backoff_error error = {.status = BACKOFF_OK};
	struct backoff_event event, before;
	enum backoff_status status;

	memset(&event, 0x5a, sizeof(event));
	before = event;
	MUST(backoff_event_decoder_new(&decoder) == BACKOFF_OK);
	status = backoff_event_decode(decoder, line, size, &event, &error);
	if (status == BACKOFF_OK) {
		check_round_trip(&event);
		check_meaning(line, size, &event);
	} else {
		MUST(memcmp(&event, &before, sizeof(event)) == 0);
		MUST(status != BACKOFF_E_NOMEM);
		MUST(error.status == status);
		MUST(error.line >= 1 && error.column >= 1);
		MUST(memchr(error.path, '\0', sizeof(error.path)) != NULL);
		MUST(memchr(error.text, '\0', sizeof(error.text)) != NULL);
		MUST(error.text[0] != '\0');
		MUST(backoff_event_decode(decoder, line, size, &event, NULL) ==
		     status);
	}
	backoff_event_decoder_free(decoder);
	return status == BACKOFF_OK;
}
