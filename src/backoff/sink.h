/* Where events go. */
#ifndef BACKOFF_SINK_H
#define BACKOFF_SINK_H

#include <stddef.h>
#include <stdint.h>

#include <backoff/attr.h>
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
 * works again; a line that was cut half-way is ended with a newline first.
 *
 * @param fd     stays the caller's unless @p owned
 * @param owned  1: close it with the sink
 * @return BACKOFF_OK; BACKOFF_E_ARGUMENT for a negative fd; BACKOFF_E_NOMEM
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_sink_fd_new(int fd, int owned, struct backoff_sink **out);

/** The same on a file: opened O_APPEND|O_CREAT|O_CLOEXEC, mode 0640.
 *  BACKOFF_E_IO with errno if it cannot be opened. */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_sink_file_new(const char *path, struct backoff_sink **out);

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

/** Emit. Sets nothing in the event; never fails towards the caller. */
BACKOFF_API void backoff_sink_emit(struct backoff_sink *sink,
				   const struct backoff_event *event);

/** Wait until everything emitted before is written (a ring), or do nothing. */
BACKOFF_API void backoff_sink_flush(struct backoff_sink *sink);

/** Events lost so far, in this sink and those below it. */
BACKOFF_API uint64_t backoff_sink_dropped(const struct backoff_sink *sink);

/** Flush, free, and free what it owns. NULL is fine. No thread may use it. */
BACKOFF_API void backoff_sink_free(struct backoff_sink *sink);

BACKOFF_END_DECLS

#endif
