/* Tests of events both ways: events are read back as they were written, and a
 * general JSON library reads the same. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include <cjson/cJSON.h>

#include <backoff/event.h>
#include <backoff/rng.h>

#include "base/json.h"
#include "event/fields.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* A stream of random numbers, keyed by seed and number, which a failure
 * prints. */
struct draws {
	uint64_t seed, number;
	uint32_t step;
};

static uint64_t
next(struct draws *draws)
{
	return backoff_draw(draws->seed, BACKOFF_PURPOSE_USER, draws->number,
			    draws->step++);
}

static uint32_t
below(struct draws *draws, uint32_t n)
{
	return (uint32_t)(next(draws) >> 32) % n;
}

/* Hostile pieces of text, all of them UTF-8. */
static const char *const pieces[] = {"a",
				     "Zz",
				     " ",
				     "\"",
				     "\\",
				     "\n",
				     "\r\n",
				     "\x01",
				     "\x7f",
				     "\t",
				     "{",
				     "},",
				     "\\u0041",
				     "\xc3\xa9",
				     "\xe2\x82\xac",
				     "\xf0\x9f\x98\x80",
				     "\xef\xbf\xbd",
				     "\xe2\x80\xa8",
				     "/",
				     "\x1b[0m",
				     "a plain text, for words of eight bytes"};

static char *
make_text(struct draws *draws, size_t limit)
{
	char *text = calloc(1, limit + 1);
	size_t length = 0;

	for (uint32_t n = below(draws, 12); n > 0; n--) {
		const char *piece = pieces[below(draws, COUNT(pieces))];

		if (length + strlen(piece) > limit)
			break;
		memcpy(text + length, piece, strlen(piece));
		length += strlen(piece);
	}
	return text;
}

static void *
at(struct backoff_event *event, const struct bo_event_field *field)
{
	return (char *)event + field->offset;
}

static int
names_of(const struct bo_event_field *field)
{
	int count = 0;

	while (field->names[count] != NULL)
		count++;
	return count;
}

/* Any value of a field. Times are whole microseconds. */
static void
fill(struct backoff_event *event, const struct bo_event_field *field,
     struct draws *draws)
{
	static const char *const objects[] = {"{}", "{\"a\":1}",
					      "{\"b\":\"\\\"}\\n\",\"c\":[{}]}",
					      "{ \"x\" : null }"};
	uint64_t number = next(draws) >> below(draws, 64);
	char *text;
	int value;

	if (number == BACKOFF_ABSENT)
		number = 0;
	switch (field->kind) {
	case BO_EVENT_VERSION:
		break;
	case BO_EVENT_TIME:
		number -= number % 1000;
		memcpy(at(event, field), &number, sizeof(number));
		break;
	case BO_EVENT_TEXT:
		text = make_text(draws, field->limit);
		memcpy(at(event, field), &text, sizeof(text));
		break;
	case BO_EVENT_OBJECT:
		text = strdup(objects[below(draws, COUNT(objects))]);
		memcpy(at(event, field), &text, sizeof(text));
		break;
	case BO_EVENT_COUNT:
	case BO_EVENT_SECONDS:
		memcpy(at(event, field), &number, sizeof(number));
		break;
	case BO_EVENT_ENUM:
	case BO_EVENT_ENUM_INT:
	case BO_EVENT_OUTCOME:
		value = (int)below(draws, (uint32_t)names_of(field));
		/* "Not reported" is not read back: it is written as a failure.
		 */
		if (field->kind == BO_EVENT_OUTCOME && value == 0)
			value = BACKOFF_OUTCOME_FAILURE;
		memcpy(at(event, field), &value, sizeof(value));
		break;
	}
}

static bool
is_text(const struct bo_event_field *field)
{
	return field->kind == BO_EVENT_TEXT || field->kind == BO_EVENT_OBJECT;
}

static void
make_event(struct backoff_event *event, struct draws *draws)
{
	uint32_t often = 1 + below(draws, 4);

	backoff_event_init(event, sizeof(*event));
	for (size_t i = 0; i < BO_EVENT_ROWS; i++) {
		const struct bo_event_field *field = &bo_event_fields[i];

		if (below(draws, often) == 0)
			fill(event, field, draws);
	}
	/* Every event needs these. */
	if (event->ts_ns == BACKOFF_ABSENT)
		event->ts_ns = 0;
	if (event->type == BACKOFF_EVENT_UNKNOWN)
		event->type = BACKOFF_EVENT_ATTEMPT;
	if (event->operation == NULL)
		event->operation = calloc(1, 1);
	if (event->call_id == NULL)
		event->call_id = calloc(1, 1);
	if (event->attempt == BACKOFF_ABSENT || event->attempt == 0)
		event->attempt = 1;
}

static void
clear_event(struct backoff_event *event)
{
	for (size_t i = 0; i < BO_EVENT_ROWS; i++) {
		char *text;

		if (!is_text(&bo_event_fields[i]))
			continue;
		memcpy(&text, at(event, &bo_event_fields[i]), sizeof(text));
		free(text);
	}
}

static bool
same_field(struct backoff_event *a, struct backoff_event *b,
	   const struct bo_event_field *field)
{
	const char *x, *y;

	if (field->kind == BO_EVENT_VERSION)
		return true;
	if (!is_text(field))
		return memcmp(at(a, field), at(b, field),
			      field->kind == BO_EVENT_ENUM ||
					      field->kind ==
						      BO_EVENT_ENUM_INT ||
					      field->kind == BO_EVENT_OUTCOME
				      ? sizeof(int)
				      : sizeof(uint64_t)) == 0;
	memcpy(&x, at(a, field), sizeof(x));
	memcpy(&y, at(b, field), sizeof(y));
	return x == y || (x != NULL && y != NULL && strcmp(x, y) == 0);
}

/* The field as cJSON sees it. */
static bool
cjson_agrees(const cJSON *tree, struct backoff_event *event,
	     const struct bo_event_field *field)
{
	const cJSON *node =
		cJSON_GetObjectItemCaseSensitive(tree, field->info.path);
	uint64_t number;
	char *text;
	int value;
	bool same;

	switch (field->kind) {
	case BO_EVENT_VERSION:
		return cJSON_IsNumber(node) && node->valuedouble == 1;
	case BO_EVENT_TEXT:
		memcpy(&text, at(event, field), sizeof(text));
		return text == NULL
			       ? node == NULL || cJSON_IsNull(node)
			       : cJSON_IsString(node) &&
					 strcmp(node->valuestring, text) == 0;
	case BO_EVENT_OBJECT:
		memcpy(&text, at(event, field), sizeof(text));
		if (text == NULL)
			return node == NULL || cJSON_IsNull(node);
		cJSON *inner = cJSON_Parse(text);
		same = cJSON_Compare(inner, node, true);
		cJSON_Delete(inner);
		return same;
	case BO_EVENT_TIME:
		/* Another test compares times with the C library. */
		return cJSON_IsString(node);
	case BO_EVENT_COUNT:
	case BO_EVENT_SECONDS:
		memcpy(&number, at(event, field), sizeof(number));
		if (number == BACKOFF_ABSENT)
			return node == NULL || cJSON_IsNull(node);
		/* As precise as a double. */
		return cJSON_IsNumber(node) &&
		       fabs(node->valuedouble * (field->kind == BO_EVENT_SECONDS
							 ? 1e9
							 : 1) -
			    (double)number) <= 0.5 + (double)number * 0x1p-50;
	case BO_EVENT_ENUM:
	case BO_EVENT_ENUM_INT:
	case BO_EVENT_OUTCOME:
		memcpy(&value, at(event, field), sizeof(value));
		if (value < (field->kind == BO_EVENT_ENUM))
			return node == NULL || cJSON_IsNull(node) ||
			       event->extra != NULL;
		return cJSON_IsString(node) &&
		       strcmp(node->valuestring, field->names[value]) == 0;
	}
	return false;
}

static void
check_line(const char *line, size_t length, struct backoff_event *event,
	   const struct draws *draws)
{
	cJSON *tree = cJSON_ParseWithLength(line, length);

	cr_assert(tree != NULL, "number %llu: %s",
		  (unsigned long long)draws->number, line);
	for (size_t i = 0; i < BO_EVENT_ROWS; i++)
		cr_assert(cjson_agrees(tree, event, &bo_event_fields[i]),
			  "seed %llu number %llu: %s: %s",
			  (unsigned long long)draws->seed,
			  (unsigned long long)draws->number,
			  bo_event_fields[i].info.path, line);
	cJSON_Delete(tree);
}

Test(event_meaning, events_are_read_back_as_they_were_written)
{
	static char line[BACKOFF_EVENT_LINE_MAX + 1];
	struct backoff_event_decoder *decoder;

	cr_assert(backoff_event_decoder_new(&decoder) == BACKOFF_OK);
	for (uint64_t number = 0; number < 10000; number++) {
		struct draws draws = {50, number, 0};
		struct backoff_event event, back;
		struct backoff_error error = {.text = ""};
		struct bo_json_value value;
		struct bo_json json;
		size_t length;

		make_event(&event, &draws);
		length = backoff_event_encode(&event, line,
					      BACKOFF_EVENT_LINE_MAX);
		cr_assert(length > 1 && line[length - 1] == '\n');
		line[length] = '\0';
		cr_assert(memchr(line, '\n', length - 1) == NULL);
		bo_json_begin(&json, line, length);
		cr_assert(bo_json_value(&json, &value) && bo_json_end(&json),
			  "number %llu: %s", (unsigned long long)number, line);
		check_line(line, length, &event, &draws);
		cr_assert(backoff_event_decode(decoder, line, length, &back,
					       &error) == BACKOFF_OK,
			  "number %llu: %s: %s", (unsigned long long)number,
			  error.text, line);
		for (size_t i = 0; i < BO_EVENT_ROWS; i++)
			cr_assert(
				same_field(&event, &back, &bo_event_fields[i]),
				"number %llu: %s: %s",
				(unsigned long long)number,
				bo_event_fields[i].info.path, line);
		cr_assert(back.extra == NULL);
		clear_event(&event);
	}
	backoff_event_decoder_free(decoder);
}

/* Lines in the style of other writers. */
struct writer {
	struct draws draws;
	char line[16384];
	size_t length;
};

static void
put(struct writer *w, const char *text)
{
	size_t n = strlen(text);

	cr_assert(w->length + n < sizeof(w->line));
	memcpy(w->line + w->length, text, n + 1);
	w->length += n;
}

static void
put_space(struct writer *w)
{
	static const char *const spaces[] = {"", "", "", " ", "\t", "  \r"};

	put(w, spaces[below(&w->draws, COUNT(spaces))]);
}

/* A string in which characters are escaped that need not be. */
static void
put_string(struct writer *w, const char *text)
{
	put(w, "\"");
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		char escape[8] = {(char)c};

		if (c < 0x80 && (c < 0x20 || c == '"' || c == '\\' ||
				 below(&w->draws, 6) == 0))
			snprintf(escape, sizeof(escape),
				 below(&w->draws, 2) ? "\\u%04x" : "\\u%04X",
				 c);
		put(w, escape);
	}
	put(w, "\"");
}

static void
put_value(struct writer *w, const struct bo_event_field *field)
{
	static const char *const numbers[] = {
		"0",   "1",      "-0",       "1e0", "7.0",      "12345678901",
		"2E3", "100e-2", "0.000e+5", "42",  "999999999"};
	static const char *const seconds[] = {
		"0.5",    "1e-9",         "0.1",  "123.456789012",
		"1.8e10", "0.0000000004", "25e-1"};
	static const char *const times[] = {
		"\"2026-11-23T10:15:30Z\"", "\"2026-11-23t10:15:30.5z\"",
		"\"2026-11-23 10:15:30.123456789+05:30\"",
		"\"2026\\u002d11-23T10:15:30Z\""};
	char *text;

	switch (field->kind) {
	case BO_EVENT_VERSION:
		put(w, (const char *[]){"1", "1", "1.0",
					"1e0"}[below(&w->draws, 4)]);
		break;
	case BO_EVENT_TIME:
		put(w, times[below(&w->draws, COUNT(times))]);
		break;
	case BO_EVENT_TEXT:
		text = make_text(&w->draws, 200);
		put_string(w, text);
		free(text);
		break;
	case BO_EVENT_OBJECT:
		put(w, "{\"k\" : [1, \"\\u0041\"],\"l\":{}}");
		break;
	case BO_EVENT_SECONDS:
		if (below(&w->draws, 2)) {
			put(w, seconds[below(&w->draws, COUNT(seconds))]);
			break;
		}
		/* Fall through. */
	case BO_EVENT_COUNT:
		put(w, numbers[below(&w->draws, COUNT(numbers))]);
		break;
	case BO_EVENT_ENUM:
	case BO_EVENT_ENUM_INT:
	case BO_EVENT_OUTCOME:
		put_string(w, below(&w->draws, 10) == 0
				      ? "news"
				      : field->names[below(
						&w->draws,
						(uint32_t)names_of(field))]);
		break;
	}
}

static void
put_unknown(struct writer *w)
{
	static const char *const unknown[] = {
		"\"level\":\"info\"",
		"\"x\\n\":[1,[2,{}]]",
		"\"\":null",
		"\"Attempt\":-1",
		"\"jitter.kind\":1e999",
		"\"attempt \":\"\\ud83d\\ude00\""};

	put(w, unknown[below(&w->draws, COUNT(unknown))]);
}

static void
put_member(struct writer *w, const struct bo_event_field *field)
{
	bool required = strcmp(field->info.path, "operation") == 0 ||
			strcmp(field->info.path, "call_id") == 0 ||
			field->info.fallback == NULL;

	if (below(&w->draws, 20) == 0)
		put_string(w, field->info.path);
	else {
		put(w, "\"");
		put(w, field->info.path);
		put(w, "\"");
	}
	put_space(w);
	put(w, ":");
	put_space(w);
	if (strcmp(field->info.path, "attempt") == 0)
		put(w, "3");
	else if (!required && below(&w->draws, 12) == 0)
		put(w, "null");
	else
		put_value(w, field);
}

/* A permutation of the table, with gaps and with unknown fields between. */
static void
make_line(struct writer *w)
{
	uint32_t order[BO_EVENT_ROWS], gaps = below(&w->draws, 3);
	const char *separator = "";

	for (uint32_t i = 0; i < BO_EVENT_ROWS; i++)
		order[i] = i;
	for (uint32_t i = BO_EVENT_ROWS - 1; i > 0; i--) {
		uint32_t k = below(&w->draws, i + 1), swap = order[i];

		order[i] = order[k];
		order[k] = swap;
	}
	put_space(w);
	put(w, "{");
	for (uint32_t i = 0; i < BO_EVENT_ROWS; i++) {
		const struct bo_event_field *field = &bo_event_fields[order[i]];
		bool needed = field->info.fallback == NULL ||
			      strcmp(field->info.path, "operation") == 0 ||
			      strcmp(field->info.path, "call_id") == 0 ||
			      strcmp(field->info.path, "attempt") == 0;

		if (!needed && below(&w->draws, 3) < gaps)
			continue;
		put(w, separator);
		put_space(w);
		put_member(w, field);
		separator = ",";
		if (below(&w->draws, 8) == 0) {
			put(w, ",");
			put_unknown(w);
		}
	}
	put_space(w);
	put(w, "}");
	put(w, below(&w->draws, 2) ? "\n" : "");
}

/* Unknown fields are still there after a rewrite. */
static void
check_rewrite(struct backoff_event_decoder *decoder,
	      const struct backoff_event *event, const struct writer *w)
{
	static char line[BACKOFF_EVENT_LINE_MAX], again[BACKOFF_EVENT_LINE_MAX];
	size_t length = backoff_event_encode(event, line, sizeof(line)), second;
	struct backoff_event back;

	cr_assert(length > 0);
	cr_assert(backoff_event_decode(decoder, line, length, &back, NULL) ==
			  BACKOFF_OK,
		  "number %llu: %.*s", (unsigned long long)w->draws.number,
		  (int)length, line);
	second = backoff_event_encode(&back, again, sizeof(again));
	cr_assert(second == length && memcmp(line, again, length) == 0,
		  "number %llu: %.*s", (unsigned long long)w->draws.number,
		  (int)length, line);
}

Test(event_meaning, lines_of_other_writers_mean_what_cjson_reads)
{
	static struct writer w;
	struct backoff_event_decoder *decoder, *second;

	cr_assert(backoff_event_decoder_new(&decoder) == BACKOFF_OK);
	cr_assert(backoff_event_decoder_new(&second) == BACKOFF_OK);
	for (uint64_t number = 0; number < 10000; number++) {
		struct backoff_event event;
		struct backoff_error error = {.text = ""};

		w.draws = (struct draws){51, number, 0};
		w.length = 0;
		make_line(&w);
		cr_assert(backoff_event_decode(decoder, w.line, w.length,
					       &event, &error) == BACKOFF_OK,
			  "number %llu: %s %s: %s", (unsigned long long)number,
			  error.path, error.text, w.line);
		check_line(w.line, w.length, &event, &w.draws);
		check_rewrite(second, &event, &w);
	}
	backoff_event_decoder_free(decoder);
	backoff_event_decoder_free(second);
	backoff_event_decoder_free(NULL);
}
