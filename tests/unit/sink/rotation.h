/* A directory with a log, for tests of its rotation. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_ROTATION_H
#define TEST_ROTATION_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "unit/sink/events.h"

#define MS UINT64_C(1000000)
#define SECOND (1000 * MS)
/** The time of numbered() events, far from the system's. */
#define WALL UINT64_C(1795429530000000000)
#define SEQ_MAX 4096

struct world {
	char directory[64], path[128];
	struct backoff_event_decoder *decoder;
	struct backoff_clock clock;
	uint64_t now_ns, wall_ns;
	/** Called by the clock when it is read for the n-th time from now. */
	void (*then)(void);
	unsigned reads;
	struct backoff_rotation rotation;
	struct backoff_sink *sink;
};

static struct world w;

static inline uint64_t
read_now(void *user)
{
	struct world *world = user;

	if (world->reads > 0 && --world->reads == 0)
		world->then();
	return world->now_ns;
}

static inline uint64_t
read_wall(void *user)
{
	return ((const struct world *)user)->wall_ns;
}

static inline void
advance(uint64_t ns)
{
	w.now_ns += ns;
	w.wall_ns += ns;
}

static inline char *
path_of(const char *name)
{
	static char path[4][128];
	static unsigned turn;
	char *out = path[turn++ % 4];

	snprintf(out, sizeof(path[0]), "%s/%s", w.directory, name);
	return out;
}

static inline void
set_up(void)
{
	snprintf(w.directory, sizeof(w.directory), "/tmp/rotate.XXXXXX");
	cr_assert_not_null(mkdtemp(w.directory));
	snprintf(w.path, sizeof(w.path), "%s/log", w.directory);
	cr_assert(backoff_event_decoder_new(&w.decoder) == BACKOFF_OK);
	w.now_ns = 1000 * SECOND;
	w.wall_ns = WALL;
	w.clock = (struct backoff_clock){sizeof(w.clock), read_now, read_wall,
					 NULL, &w};
	w.rotation = (struct backoff_rotation){.size = sizeof(w.rotation),
					       .keep = 9,
					       .max_bytes = UINT64_MAX,
					       .max_age_ns = BACKOFF_FOREVER,
					       .clock = &w.clock};
	umask(022);
}

static inline void
tear_down(void)
{
	char command[128];

	backoff_sink_free(w.sink);
	backoff_event_decoder_free(w.decoder);
	snprintf(command, sizeof(command), "rm -rf '%s'", w.directory);
	cr_assert_eq(system(command), 0);
}

static inline struct backoff_sink *
open_sink(void)
{
	struct backoff_sink *sink;

	cr_assert(backoff_sink_rotating_new(w.path, &w.rotation, &sink) ==
		  BACKOFF_OK);
	return sink;
}

static inline void
emit_to(struct backoff_sink *sink, uint64_t seq)
{
	struct backoff_event event = numbered(seq);

	event.ts_ns = w.wall_ns;
	errno = 4711;
	backoff_sink_emit(sink, &event);
	cr_expect(errno == 4711, "errno is kept");
}

static inline void
emit(uint64_t first, uint64_t last)
{
	for (uint64_t seq = first; seq <= last; seq++)
		emit_to(w.sink, seq);
}

static inline long
size_of(const char *name)
{
	struct stat st;

	return stat(path_of(name), &st) == 0 ? (long)st.st_size : -1;
}

/* The length of lines with numbers below 10. */
static inline uint64_t
line_bytes(void)
{
	struct backoff_event event = numbered(1);
	char line[BACKOFF_EVENT_LINE_MAX];

	event.ts_ns = WALL;
	return backoff_event_encode(&event, line, sizeof(line));
}

/* The numbers in a file as "1 2 3", or "-" without a file; '!' is a line that
 * is not an event, "d7" one that reports 7 losses, '~' a missing newline at the
 * end. */
static inline const char *
numbers_in(const char *name)
{
	static char out[16][1024];
	static unsigned turn;
	char *text = out[turn++ % 16];
	FILE *file = fopen(path_of(name), "r");
	size_t used = 0;
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	if (file == NULL)
		return "-";
	text[0] = '\0';
	while ((length = getline(&line, &size, file)) > 0 && used < 1000) {
		struct backoff_event event;
		enum backoff_status status = backoff_event_decode(
			w.decoder, line, (size_t)length, &event, NULL);

		if (used > 0)
			text[used++] = ' ';
		if (status != BACKOFF_OK)
			used += (size_t)snprintf(text + used, 24, "!");
		else if (event.type == BACKOFF_EVENT_DROPPED)
			used += (size_t)snprintf(text + used, 24, "d%u",
						 (unsigned)event.dropped);
		else
			used += (size_t)snprintf(text + used, 24, "%u",
						 (unsigned)event.seq);
		if (line[length - 1] != '\n')
			used += (size_t)snprintf(text + used, 24, "~");
	}
	free(line);
	fclose(file);
	return text;
}

#define EXPECT_FILE(name, want)                                                \
	do {                                                                   \
		const char *have = numbers_in(name);                           \
		cr_expect(strcmp(have, want) == 0, "%s: %s, not %s", name,     \
			  have, want);                                         \
	} while (0)

static inline void
put_file(const char *name, const char *text)
{
	FILE *file = fopen(path_of(name), "w");

	cr_assert_not_null(file);
	fputs(text, file);
	fclose(file);
}

#endif
