/* Reads a whole file or stdin as lines. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "input/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Large enough that system calls cost nothing, small enough for the cache. */
#define BUFFER_BYTES (128u << 10)

struct tk_lines {
	struct tk_splitter *splitter;
	int fd;
	bool at_end;
	char buffer[BUFFER_BYTES];
};

enum backoff_status
tk_lines_open(const char *path, struct tk_lines **out)
{
	struct tk_lines *lines = malloc(sizeof(*lines));

	if (!lines)
		return BACKOFF_E_NOMEM;
	lines->at_end = false;
	lines->fd = STDIN_FILENO;
	lines->splitter = tk_splitter_new();
	if (!lines->splitter) {
		free(lines);
		return BACKOFF_E_NOMEM;
	}
	if (strcmp(path, "-") != 0) {
		lines->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (lines->fd < 0) {
			int saved = errno;

			tk_splitter_free(lines->splitter);
			free(lines);
			errno = saved;
			return BACKOFF_E_IO;
		}
	}
	*out = lines;
	return BACKOFF_OK;
}

void
tk_lines_close(struct tk_lines *lines)
{
	if (!lines)
		return;
	if (lines->fd != STDIN_FILENO)
		close(lines->fd);
	tk_splitter_free(lines->splitter);
	free(lines);
}

enum backoff_status
tk_lines_next(struct tk_lines *lines, struct tk_line *out)
{
	while (!tk_splitter_next(lines->splitter, lines->at_end, out)) {
		ssize_t got;

		if (lines->at_end)
			return BACKOFF_E_NOT_FOUND;
		do
			got = read(lines->fd, lines->buffer,
				   sizeof(lines->buffer));
		while (got < 0 && errno == EINTR);
		if (got < 0)
			return BACKOFF_E_IO;
		lines->at_end = got == 0;
		tk_splitter_push(lines->splitter, lines->buffer, (size_t)got);
	}
	return BACKOFF_OK;
}
