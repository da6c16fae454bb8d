/* Reads a whole file or stdin as lines, unpacked where it is packed. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "input/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "input/unpack.h"

/* Large enough that system calls cost nothing, small enough for the cache. */
#define BUFFER_BYTES (128u << 10)

struct tk_lines {
	struct tk_splitter *splitter;
	/* NULL: the input is not packed, or its first bytes were not read. */
	struct tk_unpack *unpack;
	int fd;
	bool began, at_end;
	char buffer[BUFFER_BYTES];
};

enum backoff_status
tk_lines_open(const char *path, struct tk_lines **out)
{
	struct tk_lines *lines = malloc(sizeof(*lines));

	if (!lines)
		return BACKOFF_E_NOMEM;
	lines->began = lines->at_end = false;
	lines->unpack = NULL;
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
	tk_unpack_free(lines->unpack);
	free(lines);
}

/* Read up to the size of the buffer, but at least @p wanted bytes if there are
 * as many; -1: errno. */
static ssize_t
read_some(struct tk_lines *lines, size_t wanted)
{
	size_t used = 0;
	ssize_t got;

	do {
		got = read(lines->fd, lines->buffer + used,
			   sizeof(lines->buffer) - used);
		if (got > 0)
			used += (size_t)got;
	} while ((got < 0 && errno == EINTR) || (got > 0 && used < wanted));
	return got < 0 ? -1 : (ssize_t)used;
}

/* Push more bytes of the text to the splitter, or find the end. */
static enum backoff_status
fill(struct tk_lines *lines)
{
	const char *bytes = lines->buffer;
	size_t length = 0;
	ssize_t got;

	if (lines->unpack) {
		length = tk_unpack_next(lines->unpack, &bytes);
		if (tk_unpack_no_memory(lines->unpack))
			return BACKOFF_E_NOMEM;
		if (length > 0 || tk_unpack_problem(lines->unpack)) {
			tk_splitter_push(lines->splitter, bytes, length);
			return BACKOFF_OK;
		}
	}
	got = read_some(lines, lines->began ? 1 : TK_PACKING_BYTES);
	if (got < 0)
		return BACKOFF_E_IO;
	if (!lines->began && tk_packing_of(lines->buffer, (size_t)got)) {
		lines->unpack = tk_unpack_new(
			tk_packing_of(lines->buffer, (size_t)got));
		if (!lines->unpack)
			return BACKOFF_E_NOMEM;
	}
	lines->began = true;
	lines->at_end = got == 0;
	if (lines->unpack)
		tk_unpack_push(lines->unpack, lines->buffer, (size_t)got);
	else
		tk_splitter_push(lines->splitter, lines->buffer, (size_t)got);
	return BACKOFF_OK;
}

enum backoff_status
tk_lines_next(struct tk_lines *lines, struct tk_line *out)
{
	enum backoff_status status;
	const char *problem = NULL;

	while (!tk_splitter_next(lines->splitter,
				 lines->at_end && !lines->unpack, out)) {
		if (lines->unpack)
			problem = lines->at_end
					  ? tk_unpack_problem_at_end(
						    lines->unpack)
					  : tk_unpack_problem(lines->unpack);
		if (problem)
			return tk_splitter_break(lines->splitter, problem, out)
				       ? BACKOFF_OK
				       : BACKOFF_E_NOT_FOUND;
		if (lines->at_end)
			return tk_splitter_next(lines->splitter, true, out)
				       ? BACKOFF_OK
				       : BACKOFF_E_NOT_FOUND;
		status = fill(lines);
		if (status)
			return status;
	}
	return BACKOFF_OK;
}
