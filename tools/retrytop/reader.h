/* Reads the inputs of a live view, and waits for them. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_READER_H
#define RT_READER_H

#include <poll.h>

#include "retrytop/replay.h"
#include "retrytop/listen.h"
#include "retrytop/session.h"
#include "retrytop/silence.h"

/** Descriptors that the reader itself waits for. */
#define RT_READER_FDS 3

struct rt_reader {
	struct rt_session session;
	/** With --replay; NULL otherwise. */
	struct rt_replay *replay;
	struct rt_ingest peek;
	/** NULL: metrics are not served. */
	struct rt_listen *listen;
	/** The monotonic and the wall clock when inputs were read last. */
	uint64_t now_ns, wall_ns;
	struct rt_silence silence;
	/** Lines that came since a time, a moment ago. */
	uint64_t burst_ns, burst_lines;
	/** A replay waits at the end of a second, until the next reading: what
	 *  is to be said then is said now. */
	bool second;
	/** There is more to read now. */
	bool more;
};

/** Set up the session and the server of metrics, if the options want one. -1:
 * go on; else an exit code, after a message. Either way rt_reader_close() must
 *  follow. */
int rt_reader_open(struct rt_reader *reader, const struct rt_options *options);
void rt_reader_close(struct rt_reader *reader);

/** Read for a few milliseconds, and answer requests. Returns whether all inputs
 * were read to their end for the first time or have ended, which need not wait
 * to be shown. */
bool rt_reader_read(struct rt_reader *reader);

/** Whether what is known is about all of the log that was there at the start.
 */
bool rt_reader_is_ready(const struct rt_reader *reader);

/** What is known now, for the page of @p ui. */
struct rt_view rt_reader_view(struct rt_reader *reader, const struct rt_ui *ui);

/**
 * Sleep until there is something to read, or one of @p count descriptors is
 * ready, or the time comes.
 *
 * @param fd       has room for RT_READER_FDS more
 * @param then_ns  by the monotonic clock
 * @return as poll(2)
 */
int rt_reader_wait(struct rt_reader *reader, struct pollfd *fd, nfds_t count,
		   uint64_t then_ns);

#endif
