/* Common parts of sinks that write lines: counting losses, ending cut lines. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_SINK_LINES_H
#define BO_SINK_LINES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "sink/sink.h"

/** First member of a sink that writes lines. */
struct bo_lines {
	struct backoff_sink sink;
	/** Write one line, which ends in a newline; false if it is lost. */
	bool (*put)(struct bo_lines *lines, char *line, size_t length);
	int fd;
	/** A pipe or a socket. */
	atomic_bool has_reader;
	/** Whether the process's losses are counted below: see
	 *  bo_fork_claim(). */
	atomic_uint seen;
	/** The last line was cut. */
	atomic_bool broken;
	/** Events lost, and how many of them were reported in the log. */
	atomic_uint_fast64_t dropped, reported;
};

/** Initialize zeroed memory. BACKOFF_OK or BACKOFF_E_NOMEM. */
enum backoff_status bo_lines_init(struct bo_lines *lines, int fd);

/** The descriptor refers to another file now. */
void bo_lines_opened(struct bo_lines *lines, const struct stat *st);

/** If the file's last line has no newline, the next line begins with one. */
void bo_lines_check_end(struct bo_lines *lines, const char *path);

/** For struct bo_sink_ops. */
void bo_lines_emit(struct backoff_sink *sink,
		   const struct backoff_event *event);
uint64_t bo_lines_dropped(const struct backoff_sink *sink);

/** Write with one write(2). Returns how much of the line was written. */
size_t bo_lines_write(struct bo_lines *lines, char *line, size_t length);

/** Write the rest of a line after its first @p done bytes. False if that fails:
 *  then the next line begins with a newline. */
bool bo_lines_finish(struct bo_lines *lines, const char *line, size_t length,
		     size_t done);

/** Write everything, with as many calls of write(2) as that takes. */
bool bo_write_all(int fd, const char *at, size_t length);

#endif
