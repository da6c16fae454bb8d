/* Reading back a log that many threads or processes wrote. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "stress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void
stress_die(const char *what)
{
	printf("Bail out! ");
	fflush(stdout);
	perror(what);
	_exit(99);
}

char *
stress_file(void)
{
	char *path = strdup("./stress_XXXXXX");
	int fd = path != NULL ? mkstemp(path) : -1;

	if (fd < 0)
		stress_die("mkstemp");
	close(fd);
	return path;
}

static char *
read_all(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	char *text;
	long size;

	if (file == NULL || fseek(file, 0, SEEK_END) != 0 ||
	    (size = ftell(file)) < 0)
		stress_die(path);
	rewind(file);
	text = malloc((size_t)size + 1);
	if (text == NULL || fread(text, 1, (size_t)size, file) != (size_t)size)
		stress_die(path);
	fclose(file);
	*length = (size_t)size;
	return text;
}

static int
compare_numbers(const void *a, const void *b)
{
	const struct stress_line *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static void
keep_line(struct stress_log *log, const struct backoff_event *event)
{
	struct stress_line *line = &log->line[log->count++];

	*line = (struct stress_line){.type = event->type,
				     .pid = event->pid,
				     .seq = event->seq,
				     .attempt = event->attempt,
				     .delay_ns = event->delay_ns,
				     .dropped = event->dropped};
	snprintf(line->call_id, sizeof(line->call_id), "%s",
		 event->call_id != NULL ? event->call_id : "");
}

/* A whole line after the half line of a killed process. */
static void
keep_joined(struct stress_log *log, struct backoff_event_decoder *decoder,
	    const char *at, const char *end)
{
	static const char begin[] = "{\"v\":1,";
	struct backoff_event event;

	while (end - at > 1) {
		at = memmem(at + 1, (size_t)(end - at - 1), begin,
			    sizeof(begin) - 1);
		if (at == NULL)
			return;
		if (backoff_event_decode(decoder, at, (size_t)(end - at),
					 &event, NULL) == BACKOFF_OK) {
			keep_line(log, &event);
			return;
		}
	}
}

void
stress_read(const char *path, struct stress_log *log)
{
	struct backoff_event_decoder *decoder;
	struct backoff_event event;
	size_t length, lines = 1;
	char *text = read_all(path, &length);
	const char *at = text, *end = text + length, *newline;

	*log = (struct stress_log){0};
	for (size_t i = 0; i < length; i++)
		lines += text[i] == '\n';
	log->line = calloc(lines, sizeof(*log->line));
	if (log->line == NULL ||
	    backoff_event_decoder_new(&decoder) != BACKOFF_OK)
		stress_die("memory");
	for (; at < end; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		if (newline == NULL) {
			log->cut = true;
			break;
		}
		if (backoff_event_decode(decoder, at, (size_t)(newline - at),
					 &event, NULL) == BACKOFF_OK) {
			keep_line(log, &event);
		} else {
			log->bad++;
			printf("# not an event: %.*s\n", (int)(newline - at),
			       at);
			keep_joined(log, decoder, at, newline);
		}
	}
	backoff_event_decoder_free(decoder);
	free(text);
	qsort(log->line, log->count, sizeof(*log->line), compare_numbers);
}

uint64_t
stress_check_numbers(struct tap *tap, const struct stress_log *log)
{
	uint64_t reported = 0, missing = 0, next = 1, pid = 0;

	for (size_t i = 0; i < log->count; i++) {
		const struct stress_line *line = &log->line[i];

		if (line->pid != pid) {
			/* All missing numbers of one process were reported. */
			TAP_EQUAL(tap, missing, reported);
			missing = reported = 0;
			pid = line->pid;
			/* This process may have written other logs before. */
			next = pid == (uint64_t)getpid() ? line->seq : 1;
		}
		/* Smaller than the next: the number is a duplicate. */
		TAP_MUST(tap, line->seq >= next);
		missing += line->seq - next;
		next = line->seq + 1;
		if (line->type == BACKOFF_EVENT_DROPPED)
			reported += line->dropped;
	}
	TAP_EQUAL(tap, missing, reported);
	reported = 0;
	for (size_t i = 0; i < log->count; i++)
		if (log->line[i].type == BACKOFF_EVENT_DROPPED)
			reported += log->line[i].dropped;
	return reported;
}

static int
compare_calls(const void *a, const void *b)
{
	const struct stress_line *x = a, *y = b;
	int order = strcmp(x->call_id, y->call_id);

	if (order != 0)
		return order;
	return x->attempt < y->attempt ? -1 : x->attempt > y->attempt;
}

size_t
stress_check_calls(struct tap *tap, struct stress_log *log)
{
	const struct stress_line *before = NULL;
	size_t calls = 0;

	qsort(log->line, log->count, sizeof(*log->line), compare_calls);
	for (size_t i = 0; i < log->count; i++) {
		const struct stress_line *line = &log->line[i];

		if (line->type == BACKOFF_EVENT_DROPPED)
			continue;
		if (before == NULL ||
		    strcmp(before->call_id, line->call_id) != 0) {
			calls++;
			TAP_EQUAL(tap, line->attempt, 1);
		} else {
			TAP_EQUAL(tap, line->attempt, before->attempt + 1);
			TAP_EQUAL(tap, line->pid, before->pid);
		}
		before = line;
	}
	return calls;
}

struct backoff_policy *
stress_policy(const char *text)
{
	struct backoff_policy *policy;

	if (backoff_policy_parse(text, strlen(text), NULL, &policy, NULL) !=
	    BACKOFF_OK)
		stress_die(text);
	return policy;
}

uint64_t
stress_now_ms(void)
{
	const struct backoff_clock *clock = backoff_clock_system();

	return clock->now_ns(clock->user) / 1000000;
}

void
stress_fail_until(void *user, const struct backoff_attempt *attempt,
		  struct backoff_outcome *outcome)
{
	outcome->kind = BACKOFF_OUTCOME_SUCCESS;
	if (attempt->number < *(const unsigned *)user)
		backoff_outcome_from_http(outcome, 503);
}
