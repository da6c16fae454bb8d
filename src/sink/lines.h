/* What sinks that write lines share: losses are counted, told, and never a
 * parent's; a line that was cut does not spoil the next. */
#ifndef BO_SINK_LINES_H
#define BO_SINK_LINES_H

#include <stdatomic.h>
#include <stdbool.h>

#include "sink/sink.h"

/** First member of a sink that writes lines. */
struct bo_lines {
	struct backoff_sink sink;
	/** Write one line, newline included; false if it is lost. */
	bool (*put)(struct bo_lines *lines, char *line, size_t length);
	int fd;
	/** A pipe or a socket, whose reader may go away. */
	bool has_reader;
	/** Of the process that the counts below belong to. */
	atomic_uint generation;
	/** The last write left half a line behind. */
	atomic_bool broken;
	/** Events lost, and how many of them the log was told. */
	atomic_uint_fast64_t dropped, told;
};

/** BACKOFF_OK or BACKOFF_E_NOMEM; the memory is zero before. */
enum backoff_status bo_lines_init(struct bo_lines *lines, int fd);

/** How the file was left by whoever wrote it last: if its last line has no
 *  end, the next one begins with a newline. */
void bo_lines_check_end(struct bo_lines *lines, const char *path);

/** Of struct bo_sink_ops. */
void bo_lines_emit(struct backoff_sink *sink,
		   const struct backoff_event *event);
uint64_t bo_lines_dropped(const struct backoff_sink *sink);

/** One write(2); how much of the line was written. */
size_t bo_lines_write(struct bo_lines *lines, char *line, size_t length);

/** Write the rest of a line of which @p done bytes are there; false if it
 *  stays cut, and then the next begins with a newline. */
bool bo_lines_finish(struct bo_lines *lines, const char *line, size_t length,
		     size_t done);

/** All of it, with as many calls as it takes. */
bool bo_write_all(int fd, const char *at, size_t length);

#endif
