/* Measure how fast a log is read. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <backoff.h>
#include <cjson/cJSON.h>

#include "bench.h"

#define LINES 20000

struct text {
	char *at;
	size_t length;
};

/* Call a function with each line; returns megabytes per second of CPU. */
static double
each_line(const struct text *text, size_t count,
	  void (*read)(void *user, const char *line, size_t length), void *user)
{
	const char *end = text->at + text->length;
	uint64_t start_ns = bench_cpu_ns();

	for (size_t i = 0; i < count; i++) {
		const char *line = text->at, *newline;

		for (; line < end; line = newline + 1) {
			newline = memchr(line, '\n', (size_t)(end - line));
			read(user, line, (size_t)(newline - line));
		}
	}
	return (double)(text->length * count) * 1e3 /
	       (double)(bench_cpu_ns() - start_ns);
}

static void
read_nothing(void *user, const char *line, size_t length)
{
	(void)user;
	BENCH_KEEP(line);
	BENCH_KEEP(length);
}

static double
run_lines(void *user, size_t count)
{
	return each_line(user, count, read_nothing, NULL);
}

static void
read_event(void *user, const char *line, size_t length)
{
	struct backoff_event event;

	if (backoff_event_decode(user, line, length, &event, NULL) !=
	    BACKOFF_OK)
		bench_die("a line is not an event");
	BENCH_KEEP(event.seq);
}

static double
run_decode(void *user, size_t count)
{
	struct backoff_event_decoder *decoder;
	double result;

	if (backoff_event_decoder_new(&decoder) != BACKOFF_OK)
		bench_die("decoder");
	result = each_line(user, count, read_event, decoder);
	backoff_event_decoder_free(decoder);
	return result;
}

static void
read_tree(void *user, const char *line, size_t length)
{
	cJSON *tree = cJSON_ParseWithLength(line, length);

	(void)user;
	if (tree == NULL)
		bench_die("a line is not JSON");
	cJSON_Delete(tree);
}

static double
run_cjson(void *user, size_t count)
{
	return each_line(user, count, read_tree, NULL);
}

/* Look at every field once, as a reader of events must. */
static void
read_fields(void *user, const char *line, size_t length)
{
	cJSON *tree = cJSON_ParseWithLength(line, length);
	const struct backoff_field *field;

	(void)user;
	if (tree == NULL)
		bench_die("a line is not JSON");
	for (size_t i = 0; (field = backoff_event_field(i)) != NULL; i++)
		BENCH_KEEP(cJSON_GetObjectItemCaseSensitive(tree, field->path));
	cJSON_Delete(tree);
}

static double
run_cjson_fields(void *user, size_t count)
{
	return each_line(user, count, read_fields, NULL);
}

int
main(void)
{
	struct text text;
	const struct bench_row rows[] = {
		{"backoff_event_decode, all fields", run_decode, &text, 1},
		{"cJSON, parse and free", run_cjson, &text, 1},
		{"cJSON, parse, find all fields, free", run_cjson_fields, &text,
		 1},
		{"finding the lines alone", run_lines, &text, 20},
	};

	text.at = bench_log(LINES, 1, &text.length);
	printf("\nA native log of %d lines, %zu bytes\n", LINES, text.length);
	bench_group("Reading it", "MB/s of CPU; more is better", rows,
		    sizeof(rows) / sizeof(*rows));
	free(text.at);
	return 0;
}
