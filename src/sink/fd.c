/* A sink that writes to a file descriptor: one write(2) per line. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "sink/lines.h"

struct fd_sink {
	struct bo_lines lines;
	bool owned;
};

static bool
fd_put(struct bo_lines *lines, char *line, size_t length)
{
	size_t done = bo_lines_write(lines, line, length);

	return done == length ||
	       (done > 0 && bo_lines_finish(lines, line, length, done));
}

static void
fd_free(struct backoff_sink *sink)
{
	struct fd_sink *s = (struct fd_sink *)sink;

	if (s->owned)
		close(s->lines.fd);
}

enum backoff_status
backoff_sink_fd_new(int fd, int owned, struct backoff_sink **out)
{
	static const struct bo_sink_ops ops = {.emit = bo_lines_emit,
					       .dropped = bo_lines_dropped,
					       .free = fd_free};
	struct fd_sink *s;

	if (fd < 0 || out == NULL)
		return BACKOFF_E_ARGUMENT;
	s = calloc(1, sizeof(*s));
	if (s == NULL || bo_lines_init(&s->lines, fd) != BACKOFF_OK) {
		free(s);
		return BACKOFF_E_NOMEM;
	}
	s->lines.sink.ops = &ops;
	s->lines.put = fd_put;
	s->owned = owned;
	*out = &s->lines.sink;
	return BACKOFF_OK;
}
