/* Tests of src/event/encode against a slow writer: the same bytes for any
 * event, which it makes field by field, byte by byte, from the table. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <criterion/criterion.h>

#include <backoff/event.h>
#include <backoff/rng.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/utf8.h"
#include "event/fields.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static void
slow_text(struct bo_out *out, const char *text, size_t limit)
{
	size_t length = strlen(text), cut = length < limit ? length : limit;

	bo_out_text(out, "\"");
	for (const char *p = text; p < text + cut;) {
		static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
		unsigned char c = (unsigned char)*p;
		const char *known = strchr(from, c);
		size_t n = bo_utf8_length(p, text + cut);

		if (known != NULL)
			bo_out_format(out, "\\%c", to[known - from]);
		else if (c < 0x20 || c == 0x7f)
			bo_out_format(out, "\\u%04x", c);
		else if (n > 0)
			bo_out_bytes(out, p, n);
		else if (bo_utf8_length(p, text + length) > 0)
			break; /* The limit cuts it. */
		else
			bo_out_text(out, "\xef\xbf\xbd");
		p += n > 0 ? n : 1;
	}
	bo_out_text(out, "\"");
}

static void
slow_time(struct bo_out *out, uint64_t ns)
{
	time_t seconds = (time_t)(ns / BO_NS_PER_S);
	struct tm tm;
	char text[32];

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	bo_out_format(out, "\"%s.%06" PRIu64 "Z\"", text,
		      ns % BO_NS_PER_S / 1000);
}

static void
slow_json(struct bo_out *out, const char *text)
{
	for (; *text != '\0'; text++)
		bo_out_bytes(out, (unsigned char)*text < 0x20 ? " " : text, 1);
}

static void
slow_field(struct bo_out *out, const struct backoff_event *event,
	   const struct bo_event_field *field)
{
	const char *at = (const char *)event + field->offset, *text;
	int absent = field->kind == BO_EVENT_ENUM ? 0 : -1, value;
	uint64_t number;

	memcpy(&text, at, sizeof(text));
	memcpy(&number, at, sizeof(number));
	memcpy(&value, at, sizeof(value));
	switch (field->kind) {
	case BO_EVENT_VERSION:
		bo_out_text(out, "{\"v\":1");
		return;
	case BO_EVENT_TEXT:
	case BO_EVENT_OBJECT:
		if (text == NULL)
			return;
		break;
	case BO_EVENT_ENUM:
	case BO_EVENT_ENUM_INT:
	case BO_EVENT_OUTCOME:
		if (value == absent)
			return;
		if (field->kind == BO_EVENT_OUTCOME && value == 0)
			value = BACKOFF_OUTCOME_FAILURE;
		break;
	default:
		if (number == BACKOFF_ABSENT)
			return;
	}
	bo_out_format(out, ",\"%s\":", field->info.path);
	if (field->kind == BO_EVENT_TEXT)
		slow_text(out, text, field->limit);
	else if (field->kind == BO_EVENT_OBJECT)
		slow_json(out, text);
	else if (field->kind == BO_EVENT_TIME)
		slow_time(out, number);
	else if (field->kind == BO_EVENT_COUNT)
		bo_out_format(out, "%" PRIu64, number);
	else if (field->kind == BO_EVENT_SECONDS)
		bo_out_seconds(out, number);
	else
		bo_out_format(out, "\"%s\"", field->names[value]);
}

static size_t
slow_line(const struct backoff_event *event, char *line, size_t size)
{
	struct bo_out out = bo_out_init(line, size);

	for (size_t i = 0; i < BO_EVENT_ROWS; i++)
		slow_field(&out, event, &bo_event_fields[i]);
	bo_out_text(&out, "}\n");
	return out.length;
}

struct draws {
	uint64_t number;
	uint32_t step;
};

static uint64_t
next(struct draws *draws)
{
	return backoff_draw(1, BACKOFF_PURPOSE_USER, draws->number,
			    draws->step++);
}

static size_t
below(struct draws *draws, size_t n)
{
	return (size_t)(next(draws) >> 32) % n;
}

/* Any bytes, in exactly as much memory as they need: mostly plain text, some
 * with one special byte, some with characters, some noise. */
static char *
make_text(struct draws *draws, size_t limit)
{
	static const char *const character[] = {
		"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
		"\x7f",     "\xed\xa0\x80", "\""};
	size_t length = below(draws, below(draws, 8) > 0 ? 48 : limit + 9);
	char *text = malloc(length + 1);
	size_t kind = below(draws, 6);

	for (size_t i = 0; i < length; i++)
		text[i] = (char)(kind == 0 ? 1 + below(draws, 255)
					   : 'a' + below(draws, 26));
	if (kind == 1 && length > 0)
		text[below(draws, length)] = (char)(1 + below(draws, 255));
	if (kind == 2) {
		const char *c = character[below(draws, COUNT(character))];

		for (size_t i = below(draws, 4); i + strlen(c) <= length;
		     i += strlen(c))
			memcpy(text + i, c, strlen(c));
	}
	text[length] = '\0';
	return text;
}

/* Numbers of all lengths, round ones too, since zeros are left out. */
static uint64_t
make_number(struct draws *draws)
{
	static const uint64_t unit[] = {1,
					10,
					1000,
					100000,
					1000000,
					10000000,
					UINT64_C(1000000000),
					100000000};
	uint64_t number = next(draws) >> below(draws, 64);

	if (below(draws, 2) > 0)
		number -= number % unit[below(draws, COUNT(unit))];
	if (below(draws, 8) == 0)
		number = unit[below(draws, COUNT(unit))] - below(draws, 2);
	return number != BACKOFF_ABSENT ? number : 0;
}

static void
fill(struct backoff_event *event, const struct bo_event_field *field,
     struct draws *draws)
{
	char *at = (char *)event + field->offset, *text;
	uint64_t number = make_number(draws);
	int value = 0;

	switch (field->kind) {
	case BO_EVENT_VERSION:
		break;
	case BO_EVENT_TEXT:
		text = make_text(draws, field->limit);
		memcpy(at, &text, sizeof(text));
		break;
	case BO_EVENT_OBJECT:
		text = strdup("{\"a\":[1,\n2]}");
		memcpy(at, &text, sizeof(text));
		break;
	case BO_EVENT_ENUM:
	case BO_EVENT_ENUM_INT:
	case BO_EVENT_OUTCOME:
		while (field->names[value] != NULL)
			value++;
		value = (int)below(draws, (size_t)value);
		memcpy(at, &value, sizeof(value));
		break;
	default:
		memcpy(at, &number, sizeof(number));
	}
}

static void
clear(struct backoff_event *event)
{
	for (size_t i = 0; i < BO_EVENT_ROWS; i++) {
		char *at = (char *)event + bo_event_fields[i].offset, *text;

		if (bo_event_fields[i].kind != BO_EVENT_TEXT &&
		    bo_event_fields[i].kind != BO_EVENT_OBJECT)
			continue;
		memcpy(&text, at, sizeof(text));
		free(text);
	}
}

Test(event_writer, any_event_is_written_as_the_slow_writer_does)
{
	static char line[BACKOFF_EVENT_LINE_MAX], slow[BACKOFF_EVENT_LINE_MAX];

	for (uint64_t number = 0; number < 20000; number++) {
		struct draws draws = {number, 0};
		size_t often = 1 + below(&draws, 6), length, want;
		struct backoff_event event;

		backoff_event_init(&event, sizeof(event));
		for (size_t i = 0; i < BO_EVENT_ROWS; i++)
			if (below(&draws, often) == 0)
				fill(&event, &bo_event_fields[i], &draws);
		want = slow_line(&event, slow, sizeof(slow));
		length = backoff_event_encode(&event, line, sizeof(line));
		cr_assert(length == want && memcmp(line, slow, length) == 0,
			  "event %" PRIu64 ":\n%.*sand not\n%s", number,
			  (int)length, line, slow);
		clear(&event);
	}
}
