/* Where events go. */
#ifndef BACKOFF_SINK_H
#define BACKOFF_SINK_H

#include <stddef.h>
#include <stdint.h>

#include <backoff/attr.h>
#include <backoff/clock.h>
#include <backoff/event.h>
#include <backoff/status.h>

BACKOFF_BEGIN_DECLS

/** Opaque. Every sink may be used by several threads at once; no sink blocks
 *  on a lock that another thread holds while it writes, but the file
 *  descriptor sink waits for its write(2). */
struct backoff_sink;

/**
 * Append lines to a file descriptor: one write(2) per line, so that lines of
 * several processes do not mix as long as the descriptor is in O_APPEND mode.
 * A write that fails is counted, and told as `events_dropped` once writing
 * works again; a line that was cut half-way is ended with a newline first. A
 * pipe or socket whose reader went away is such a failure, and no SIGPIPE.
 *
 * @param fd     stays the caller's unless @p owned
 * @param owned  1: close it with the sink
 * @return BACKOFF_OK; BACKOFF_E_ARGUMENT for a negative fd; BACKOFF_E_NOMEM
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_sink_fd_new(int fd, int owned, struct backoff_sink **out);

/** The same on a file: opened O_APPEND|O_CREAT|O_CLOEXEC, mode 0640. If its
 *  last line has no end, because a process was killed, it is given one first.
 *  BACKOFF_E_IO with errno if it cannot be opened. */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_sink_file_new(const char *path, struct backoff_sink **out);

/** When a file is rotated, and what becomes of it. Zero is no default: set
 *  each field. */
struct backoff_rotation {
	/** sizeof(struct backoff_rotation): lets the struct grow. */
	uint32_t size;
	/** How many rotated files stay, 1 to 1000: PATH.1 is the youngest. */
	uint32_t keep;
	/** A line that would make the file larger than this goes to a new one;
	 *  from 1; UINT64_MAX: no limit. A line that is larger than this has a
	 *  file for itself. */
	uint64_t max_bytes;
	/** A file is rotated when its first line is so old; from 1;
	 *  BACKOFF_FOREVER: never. */
	uint64_t max_age_ns;
	/** Borrowed, for as long as the sink is; NULL: the machine's. */
	const struct backoff_clock *clock;
};

/**
 * Append lines to a file that is renamed when it is full or old: PATH becomes
 * PATH.1, that becomes PATH.2, and the one numbered `keep` is deleted. Several
 * threads and processes may write to one path: one of them rotates, the others
 * follow, and every line is whole in one of the files. Each process that has
 * yet to notice goes on in the file that was full for 10 ms or an eighth of
 * max_bytes, whichever comes first to be seen. A rotation that would delete a
 * file waits until the one before it is 50 ms old, a second at the most, and
 * the file grows meanwhile: max_bytes is no limit on the disk.
 *
 * The age counts from the `ts` of the file's first line, also after a restart;
 * where that line has none, from when the file was made.
 *
 * Who else renames, removes or truncates the file may: the sink goes on in
 * PATH within 10 ms. Where a rotation fails, the sink goes on in the old file,
 * says so in backoff_sink_rotating_error(), and tries again each second.
 *
 * @param path  links in it are followed once, now; a new file has mode 0640,
 *              one that follows another has that one's mode and owner
 * @return BACKOFF_OK; BACKOFF_E_ARGUMENT for a NULL or a value out of its
 *         range; BACKOFF_E_NOMEM; BACKOFF_E_IO with errno if the file cannot
 *         be opened: EINVAL if it is no regular file, ENAMETOOLONG if there
 *         is no room for the numbers
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_sink_rotating_new(const char *path,
			  const struct backoff_rotation *rotation,
			  struct backoff_sink **out);

/** errno of the last rotation if it failed; 0 if it did not, if none was due
 *  yet, and for sinks of other kinds. */
BACKOFF_API int backoff_sink_rotating_error(const struct backoff_sink *sink);

/** Called with the event; must not call back into the same sink's free. */
typedef void (*backoff_event_fn)(void *user, const struct backoff_event *event);

/** Hand each event to a function, in the thread that emits it. */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_sink_callback_new(backoff_event_fn fn, void *user,
			  struct backoff_sink **out);

/**
 * Hand each event to both. On BACKOFF_OK the tee owns them; on failure they
 * stay the caller's.
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_sink_tee_new(struct backoff_sink *first, struct backoff_sink *second,
		     struct backoff_sink **out);

/**
 * Queue events for a thread that writes them to @p target, so that the caller
 * never waits: when the queue is full the event is dropped and counted, and an
 * `events_dropped` line says how many as soon as there is room. A queued
 * event keeps at most 768 bytes of text: `error` and `attrs` are cut first.
 *
 * After fork(2) the child writes through @p target at once, without queue.
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
 * Hand on at most so many lines of each operation in the long run, and at most
 * @p burst of them at once, by the events' `ts`. What is over it is counted:
 * behind the operation's next line that passes, or at a flush, an
 * `events_dropped` line says how many were left out. A breaker's transitions
 * and what other sinks lost always pass. It knows about a thousand operations;
 * those beyond share with one of them. To be put in front of the log alone,
 * behind a tee: metrics want everything.
 *
 * @param target            owned on BACKOFF_OK; on failure the caller's
 * @param lines_per_second  of an operation, from 1
 * @param burst             from 1
 * @return BACKOFF_OK; BACKOFF_E_ARGUMENT; BACKOFF_E_NOMEM
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_sink_limit_new(struct backoff_sink *target, uint32_t lines_per_second,
		       uint32_t burst, struct backoff_sink **out);

/** Emit. Sets nothing in the event; never fails towards the caller. */
BACKOFF_API void backoff_sink_emit(struct backoff_sink *sink,
				   const struct backoff_event *event);

/** Wait until everything emitted before is written (a ring), and tell what was
 *  left out (a limit). */
BACKOFF_API void backoff_sink_flush(struct backoff_sink *sink);

/** Events lost or left out so far, in this sink and those below it. */
BACKOFF_API uint64_t backoff_sink_dropped(const struct backoff_sink *sink);

/** Flush, free, and free what it owns. NULL is fine. No thread may use it. */
BACKOFF_API void backoff_sink_free(struct backoff_sink *sink);

BACKOFF_END_DECLS

#endif
