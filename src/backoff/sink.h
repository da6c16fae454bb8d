/* Sinks: destinations of events. */
/* SPDX-License-Identifier: MIT */
#ifndef BACKOFF_SINK_H
#define BACKOFF_SINK_H

#include <stddef.h>
#include <stdint.h>

#include <backoff/attr.h>
#include <backoff/clock.h>
#include <backoff/event.h>
#include <backoff/status.h>

BACKOFF_BEGIN_DECLS

/** Opaque. Several threads may use a sink at once. No sink waits for a lock
 * that another thread holds while it writes; sinks that write wait for their
 * own write(2). */
struct backoff_sink;

/**
 * Append lines to a file descriptor: one write(2) per line, so that lines of
 * several processes do not mix as long as the descriptor is in O_APPEND mode.
 * A write that fails is counted, and logged as `events_dropped` once writing
 * works again; a line that was cut half-way is ended with a newline first. A
 * pipe or socket without a reader is such a failure, and so is a file that has
 * reached RLIMIT_FSIZE; neither SIGPIPE nor SIGXFSZ is raised.
 *
 * @param fd     remains the caller's unless @p owned
 * @param owned  1: close it with the sink
 * @return BACKOFF_OK; BACKOFF_E_ARGUMENT for a negative fd; BACKOFF_E_NOMEM
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_sink_fd_new(int fd, int owned, struct backoff_sink **out);

/**
 * The same for a file, opened with O_APPEND|O_CREAT|O_CLOEXEC and mode 0640. If
 * its last line has no newline, because a process was killed, one is added
 * first.
 *
 * Other programs may rename, remove or truncate the file, or replace it or a
 * link in its path: the sink continues in PATH within 10 ms, in a new file with
 * the mode and owner of the old one if there is none. If PATH cannot be opened,
 * the sink continues in the old file as long as that has a name, else its lines
 * are lost; backoff_sink_rotating_error() says why, and the sink tries again
 * every 10 ms. A descriptor given to backoff_sink_fd_new() is never replaced.
 *
 * @param path  a relative one stays in today's working directory. A regular
 *              file, a pipe (FIFO) with a reader, or a character device
 * @return BACKOFF_OK; BACKOFF_E_ARGUMENT for NULL; BACKOFF_E_NOMEM;
 *         BACKOFF_E_IO with errno if the file cannot be opened, without
 *         waiting: ENXIO for a pipe without a reader or a socket, EISDIR for a
 *         directory, EINVAL for another type of file
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_sink_file_new(const char *path, struct backoff_sink **out);

/** Rules for rotating a file and keeping old ones. Set each field: zero does
 *  not mean a default. */
struct backoff_rotation {
	/** sizeof(struct backoff_rotation): lets the struct grow. */
	uint32_t size;
	/** Number of rotated files to keep, 1 to 1000: PATH.1 is the newest. */
	uint32_t keep;
	/** A line that would make the file larger than this goes to a new one;
	 *  from 1; UINT64_MAX: no limit. A longer line has a file to itself. */
	uint64_t max_bytes;
	/** A file is rotated when its first line has reached this age; from 1;
	 *  BACKOFF_FOREVER: never. */
	uint64_t max_age_ns;
	/** Borrowed; must outlive the sink. NULL: the system's clock. */
	const struct backoff_clock *clock;
};

/**
 * Append lines to a file that is renamed when it is full or old: PATH becomes
 * PATH.1, that becomes PATH.2, and the one numbered `keep` is deleted. Several
 * threads and processes may write to one path: one of them rotates, the others
 * follow, and every line is whole in one of the files. A process that has not
 * yet noticed the rotation continues in the full file for at most 10 ms or an
 * eighth of max_bytes. A rotation that would delete a file waits until the
 * previous rotation is 50 ms old, for at most a second, and while the file has
 * less than twice max_bytes (or 64 KiB, if that is more). So one process needs
 * at most 2 * (keep + 1) * max_bytes of disk, and each further one may add an
 * eighth of max_bytes to a file.
 *
 * If the disk or a quota is full, the oldest rotated file is deleted and the
 * line written again: one file a second, or more if the log itself fills the
 * space. Without rotated files the line is lost.
 *
 * The age counts from the `ts` of the file's first line, also after a restart;
 * if that line has none, from the file's creation.
 *
 * Other programs may rename, remove or truncate the file: the sink continues in
 * PATH within 10 ms. If a rotation fails, the sink continues in the old file,
 * reports it in backoff_sink_rotating_error(), and tries again each second.
 *
 * @param path  links in it are followed once, now; a new file has mode 0640, a
 *              file after a rotation has the mode and owner of the one before
 * @return BACKOFF_OK; BACKOFF_E_ARGUMENT for a NULL or a value out of range;
 *         BACKOFF_E_NOMEM; BACKOFF_E_IO with errno if the file cannot be
 *         opened: EINVAL if it is not a regular file (EISDIR for a directory,
 *         ENXIO for a socket, or a pipe without a reader), ENAMETOOLONG if
 *         its name leaves no room for the numbers
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_sink_rotating_new(const char *path,
			  const struct backoff_rotation *rotation,
			  struct backoff_sink **out);

/** errno of the last rotation if that failed, or for a file sink, of the last
 * try to open its path again; 0 if it succeeded or none was due yet. A ring, a
 * limit and a tee return it for the sinks below them; others 0. */
BACKOFF_API int backoff_sink_rotating_error(const struct backoff_sink *sink);

/** Called with each event; must not free the sink that calls it. */
typedef void (*backoff_event_fn)(void *user, const struct backoff_event *event);

/** Pass each event to a function, in the thread that emits it. */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_sink_callback_new(backoff_event_fn fn, void *user,
			  struct backoff_sink **out);

/**
 * Pass each event to two sinks. On BACKOFF_OK the tee owns them; on failure
 * they remain the caller's.
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_sink_tee_new(struct backoff_sink *first, struct backoff_sink *second,
		     struct backoff_sink **out);

/**
 * Queue events for a thread that writes them to @p target, so that the caller
 * never waits: when the queue is full, the event is dropped and counted, and an
 * `events_dropped` line gives the number as soon as there is room. A queued
 * event keeps at most 768 bytes of text; `error` is cut and `attrs` dropped
 * first.
 *
 * After fork(2) the child writes to @p target directly, without the queue,
 * whose events the parent writes: a parent that ends right after the fork has
 * to flush first.
 *
 * @param target    owned by the ring on BACKOFF_OK
 * @param capacity  events, rounded up to a power of two; 2 to 1048576
 * @return BACKOFF_OK; BACKOFF_E_ARGUMENT; BACKOFF_E_NOMEM; BACKOFF_E_IO if
 *         the thread cannot be made
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_sink_ring_new(struct backoff_sink *target, size_t capacity,
		      struct backoff_sink **out);

/**
 * Pass on at most @p lines_per_second of each operation on average, and at most
 * @p burst at once, by the events' `ts`. Lines left out are counted: after the
 * operation's next line, or at a flush, an `events_dropped` line gives their
 * number. Breaker transitions and the losses of other sinks always pass. About
 * a thousand operations have a limit to themselves; further ones share one.
 * With a tee, put it in front of the log only: metrics need every event.
 *
 * @param target            owned on BACKOFF_OK; on failure the caller's
 * @param lines_per_second  from 1
 * @param burst             from 1
 * @return BACKOFF_OK; BACKOFF_E_ARGUMENT; BACKOFF_E_NOMEM
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_sink_limit_new(struct backoff_sink *target, uint32_t lines_per_second,
		       uint32_t burst, struct backoff_sink **out);

/** Emit an event. Does not change it; never reports a failure. */
BACKOFF_API void backoff_sink_emit(struct backoff_sink *sink,
				   const struct backoff_event *event);

/** Wait until everything emitted before is written (a ring), and log how many
 *  lines were left out (a limit). */
BACKOFF_API void backoff_sink_flush(struct backoff_sink *sink);

/** Events lost or left out so far, in this sink and those below it. */
BACKOFF_API uint64_t backoff_sink_dropped(const struct backoff_sink *sink);

/** Flush and free the sink and the sinks that it owns. NULL is fine. No thread
 *  may use it any more. */
BACKOFF_API void backoff_sink_free(struct backoff_sink *sink);

BACKOFF_END_DECLS

#endif
