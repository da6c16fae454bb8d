/* Measures how fast a log is read with all dialects, next to a plain search for
 * the same literals. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "bench.h"
#include "dialect/dialect.h"
#include "dialect/engine.h"

/* The textbook's automaton: a table of 256 columns, one step a byte. */
struct plain {
	unsigned (*next)[256];
	bool *accepts;
	unsigned count;
};

struct job {
	char *text;
	size_t length;
	struct tk_dialect *dialect;
	struct plain plain;
	/* Results, so that nothing is optimised away, and their number is
	 * shown. */
	size_t lines, events, hits;
};

static void
add_literal(struct plain *plain, struct tk_piece literal)
{
	unsigned state = 0;

	for (size_t i = 0; i < literal.length; i++) {
		unsigned *next =
			&plain->next[state][(unsigned char)literal.at[i]];

		if (*next == 0)
			*next = plain->count++;
		state = *next;
	}
	plain->accepts[state] = true;
}

static void
link_failures(struct plain *plain)
{
	unsigned *queue = calloc(plain->count, sizeof(*queue));
	unsigned *failure = calloc(plain->count, sizeof(*failure));
	unsigned head = 0, tail = 0;

	if (queue == NULL || failure == NULL)
		bench_die("out of memory");
	for (int c = 0; c < 256; c++)
		if (plain->next[0][c] != 0)
			queue[tail++] = plain->next[0][c];
	while (head < tail) {
		unsigned state = queue[head++];

		plain->accepts[state] |= plain->accepts[failure[state]];
		for (int c = 0; c < 256; c++) {
			unsigned other = plain->next[failure[state]][c];

			if (plain->next[state][c] == 0) {
				plain->next[state][c] = other;
				continue;
			}
			failure[plain->next[state][c]] = other;
			queue[tail++] = plain->next[state][c];
		}
	}
	free(queue);
	free(failure);
}

static void
make_plain(struct plain *plain, const struct tk_needles *needles)
{
	size_t states = 1;

	for (size_t i = 0; i < tk_needles_count(needles); i++)
		states += tk_needles_get(needles, i).length;
	plain->next = calloc(states, sizeof(*plain->next));
	plain->accepts = calloc(states, sizeof(*plain->accepts));
	if (plain->next == NULL || plain->accepts == NULL)
		bench_die("out of memory");
	plain->count = 1;
	for (size_t i = 0; i < tk_needles_count(needles); i++)
		add_literal(plain, tk_needles_get(needles, i));
	link_failures(plain);
}

static double
search(void *user, size_t count)
{
	struct job *job = user;
	uint64_t begin = bench_cpu_ns();

	for (size_t round = 0; round < count; round++) {
		const struct plain *plain = &job->plain;
		unsigned state = 0;

		job->hits = 0;
		for (size_t i = 0; i < job->length; i++) {
			state = plain->next[state][(unsigned char)job->text[i]];
			job->hits += plain->accepts[state];
		}
	}
	return (double)(bench_cpu_ns() - begin) / (double)count /
	       ((double)job->length / 1e6) / 1e3;
}

static bool
count_event(void *user, const struct tk_reading *reading)
{
	struct job *job = user;

	(void)reading;
	job->events++;
	return true;
}

static double
read_all(void *user, size_t count)
{
	struct job *job = user;
	uint64_t begin = bench_cpu_ns();

	for (size_t round = 0; round < count; round++) {
		const char *at = job->text, *end = at + job->length;

		job->lines = job->events = 0;
		while (at < end) {
			const char *newline =
				memchr(at, '\n', (size_t)(end - at));
			const struct tk_line line = {
				.text = at,
				.length = (size_t)((newline ? newline : end) -
						   at),
				.number = ++job->lines};

			tk_dialect_read(job->dialect, 0, &line, count_event,
					job, NULL);
			at = newline ? newline + 1 : end;
		}
	}
	return (double)(bench_cpu_ns() - begin) / (double)count /
	       ((double)job->length / 1e6) / 1e3;
}

/* Room for the log, and more for the line that fills it. */
#define LOG_BYTES (16u << 20)
#define ROOM (LOG_BYTES + (4u << 20))
/* Every 20th line, or group of lines, is about a retry. */
#define RETRY_EVERY 20

static void
put_line(struct job *job, const char *text)
{
	size_t length = strlen(text);

	if (job->length + length + 1 > ROOM)
		return;
	memcpy(job->text + job->length, text, length);
	job->length += length;
	job->text[job->length++] = '\n';
}

/* The lines of a sample that is an event. */
static void
put_sample(struct job *job, const cJSON *sample)
{
	const cJSON *line = cJSON_GetObjectItemCaseSensitive(sample, "line");
	const cJSON *item;

	if (cJSON_IsString(line))
		put_line(job, line->valuestring);
	cJSON_ArrayForEach(item, line) if (cJSON_IsString(item))
		put_line(job, item->valuestring);
}

/* All samples of all dialects, in one array. */
static cJSON *
all_samples(const struct tk_dialect *dialect)
{
	cJSON *all = cJSON_CreateArray();

	for (size_t i = 0; i < dialect->file_count; i++) {
		cJSON *samples =
			dialect->file[i]->samples != NULL
				? cJSON_Parse(dialect->file[i]->samples)
				: NULL;
		cJSON *sample;

		while ((sample = cJSON_DetachItemFromArray(samples, 0)) !=
		       NULL) {
			if (cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(
				    sample, "is")))
				cJSON_Delete(sample);
			else
				cJSON_AddItemToArray(all, sample);
		}
		cJSON_Delete(samples);
	}
	return all;
}

/* Lines of an application that are not about retries, again and again, and
 * between them the samples in turn. */
static void
make_log(struct job *job, const char *path)
{
	cJSON *samples = all_samples(job->dialect);
	const cJSON *next = samples != NULL ? samples->child : NULL;
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0, count = 0;
	ssize_t length;

	job->text = malloc(ROOM);
	if (file == NULL || job->text == NULL || next == NULL)
		bench_die(path);
	while (job->length < LOG_BYTES) {
		length = getline(&line, &size, file);
		if (length <= 0) {
			if (count == 0)
				bench_die(path);
			rewind(file);
			continue;
		}
		if (strstr(line, "event_type") != NULL)
			continue;
		line[length - 1] = '\0';
		put_line(job, line);
		if (++count % (RETRY_EVERY - 1) == 0) {
			put_sample(job, next);
			next = next->next != NULL ? next->next : samples->child;
		}
	}
	free(line);
	fclose(file);
	cJSON_Delete(samples);
}

static void
write_log(const struct job *job, const char *path)
{
	FILE *file = fopen(path, "w");

	if (file == NULL ||
	    fwrite(job->text, 1, job->length, file) != job->length ||
	    fclose(file) != 0)
		bench_die(path);
}

int
main(int argc, char **argv)
{
	static struct job job;
	const struct bench_row rows[] = {
		{"plain Aho-Corasick, same literals", search, &job, 1},
		{"all dialects, event by event", read_all, &job, 1},
	};

	if (argc < 2 || argc > 3)
		bench_die("usage: bench_dialects LOG [COPY]");
	if (tk_dialect_open((const char *const[]){"auto", NULL}, NULL,
			    &job.dialect, NULL) != BACKOFF_OK)
		bench_die("tk_dialect_open");
	make_log(&job, argv[1]);
	if (argc == 3)
		write_log(&job, argv[2]);
	make_plain(&job.plain, job.dialect->needles);
	bench_group("Reading a log, CPU time for a MB", "us", rows, 2);
	printf("%zu lines, %zu events; %zu literals found\n", job.lines,
	       job.events, job.hits);
	return 0;
}
