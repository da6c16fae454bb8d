/* Reads the inputs of a live view: when, how much, and what follows from a
 * pause. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/reader.h"

#include <errno.h>
#include <time.h>

#include "base/num.h"
#include "common/msg.h"

/* Time to read before others are served again. */
#define READ_NS (8 * BO_NS_PER_MS)
#define READ_BYTES (256u << 10)
#define REPLAY_LINES 256
/* Lines that belong together come within this time. */
#define QUIET_NS (60 * BO_NS_PER_S)
/* An old log ends: its last events need not be confirmed by others. */
#define BELIEVE_NS (2 * BO_NS_PER_S)
/* A writer of more lines than this in the time wakes the reader only after it;
 * others at once, because what is not read when a log is truncated is lost. */
#define HOLD_NS (20 * BO_NS_PER_MS)
#define HOLD_LINES 64

static uint64_t
clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * BO_NS_PER_S + (uint64_t)now.tv_nsec;
}

int
rt_reader_open(struct rt_reader *reader, const struct rt_options *options)
{
	int code = rt_session_open(&reader->session, options);

	if (code < 0 && options->listen != NULL) {
		reader->listen = rt_listen_open(options);
		if (reader->listen == NULL)
			return TK_EXIT_SYSTEM;
	}
	if (code >= 0 || !options->replay)
		return code;
	code = rt_session_dialects(options, &reader->peek);
	if (code >= 0)
		return code;
	reader->replay = rt_replay_new(&reader->session.ingest, &reader->peek,
				       reader->session.whole,
				       options->path_count, options->speed);
	if (reader->replay != NULL)
		return -1;
	tk_msg_errno("start", ENOMEM);
	return TK_EXIT_SYSTEM;
}

void
rt_reader_close(struct rt_reader *reader)
{
	rt_listen_close(reader->listen);
	reader->listen = NULL;
	rt_replay_free(reader->replay);
	if (reader->session.options->replay)
		rt_ingest_clear(&reader->peek);
	rt_session_close(&reader->session);
}

/* The wall clock as the log would show it. */
static uint64_t
log_wall_ns(const struct rt_reader *reader)
{
	return rt_when_wall_ns(rt_window_when(reader->session.ingest.window),
			       reader->wall_ns);
}

/* Count what waited for another line for a minute: by the clock if the log is
 * of now, else by when its last line came. */
static void
flush(struct rt_reader *reader)
{
	struct rt_ingest *ingest = &reader->session.ingest;
	size_t inputs = reader->session.options->path_count;
	uint64_t silence_ns = rt_silence_ns(&reader->silence, reader->now_ns);
	bool quiet = silence_ns > QUIET_NS;

	if (rt_ingest_is_live(ingest) || quiet)
		rt_ingest_flush(ingest, inputs,
				quiet ? BACKOFF_ABSENT : log_wall_ns(reader));
	if (silence_ns > BELIEVE_NS)
		rt_ingest_believe(ingest, inputs);
}

/* Whether all inputs are streams that have ended. */
static bool
has_ended(const struct rt_reader *reader)
{
	size_t count = tk_follow_count(reader->session.follow);

	if (reader->replay)
		return rt_replay_is_over(reader->replay);
	for (size_t i = 0; i < count; i++) {
		struct tk_input_info info;

		tk_follow_info(reader->session.follow, i, &info);
		if (info.state != TK_INPUT_ENDED)
			return false;
	}
	return count > 0;
}

static bool
read_new(struct rt_reader *reader)
{
	return tk_follow_read(reader->session.follow, reader->now_ns,
			      READ_BYTES, false, rt_ingest_line,
			      &reader->session.ingest);
}

static bool
replay(struct rt_reader *reader)
{
	struct rt_replay *replay = reader->replay;

	if (rt_replay_wants(replay) &&
	    !tk_follow_read(reader->session.follow, reader->now_ns, READ_BYTES,
			    true, rt_replay_line, replay))
		rt_replay_end(replay);
	return rt_replay_play(replay, reader->now_ns, REPLAY_LINES);
}

bool
rt_reader_read(struct rt_reader *reader)
{
	bool news = false;
	struct rt_ingest *ingest = &reader->session.ingest;
	uint64_t lines = ingest->lines;

	reader->now_ns = clock_ns(CLOCK_MONOTONIC);
	if (reader->second)
		rt_replay_go_on(reader->replay);
	reader->wall_ns = reader->replay ? rt_replay_wall_ns(reader->replay,
							     reader->now_ns)
					 : clock_ns(CLOCK_REALTIME);
	ingest->wall_ns = reader->wall_ns;
	if (reader->now_ns - reader->burst_ns >= HOLD_NS) {
		reader->burst_ns = reader->now_ns;
		reader->burst_lines = 0;
	}
	do
		reader->more =
			reader->replay ? replay(reader) : read_new(reader);
	while (reader->more && !ingest->no_memory &&
	       clock_ns(CLOCK_MONOTONIC) - reader->now_ns < READ_NS);
	if (ingest->lines != lines)
		rt_silence_line(&reader->silence, reader->now_ns,
				ingest->caught_up);
	reader->burst_lines += ingest->lines - lines;
	reader->second = !reader->more && reader->replay != NULL &&
			 rt_replay_waits(reader->replay, reader->now_ns);
	if (!reader->more)
		flush(reader);
	if (!reader->more && !ingest->ended && has_ended(reader)) {
		/* Nothing that waits for another line will get it. */
		ingest->ended = true;
		rt_ingest_flush(ingest, reader->session.options->path_count,
				BACKOFF_ABSENT);
		news = true;
	}
	if (!reader->more && !ingest->caught_up && !reader->replay) {
		/* What comes first need not wait. */
		rt_ingest_catch_up(ingest);
		news = true;
	}
	if (reader->listen != NULL)
		rt_listen_serve(reader->listen, &reader->session,
				rt_reader_is_ready(reader));
	return news;
}

bool
rt_reader_is_ready(const struct rt_reader *reader)
{
	return reader->session.ingest.caught_up || reader->replay != NULL;
}

struct rt_view
rt_reader_view(struct rt_reader *reader, const struct rt_ui *ui)
{
	struct rt_view view = rt_session_view(&reader->session, ui);

	view.wall_ns = log_wall_ns(reader);
	view.replays = reader->replay != NULL;
	view.silence_ns = rt_silence_ns(&reader->silence, reader->now_ns);
	view.usual_ns = reader->silence.usual_ns;
	return view;
}

static int
milliseconds_until(uint64_t then_ns)
{
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);

	if (then_ns <= now_ns)
		return 0;
	return (int)((then_ns - now_ns + BO_NS_PER_MS - 1) / BO_NS_PER_MS);
}

int
rt_reader_wait(struct rt_reader *reader, struct pollfd *fd, nfds_t count,
	       uint64_t then_ns)
{
	struct tk_follow *follow = reader->session.follow;
	uint64_t hold_ns = reader->burst_ns + HOLD_NS;
	bool held = reader->burst_lines > HOLD_LINES &&
		    clock_ns(CLOCK_MONOTONIC) < hold_ns;

	if (tk_follow_due_ns(follow) < then_ns)
		then_ns = tk_follow_due_ns(follow);
	if (held && hold_ns < then_ns)
		then_ns = hold_ns;
	if (reader->replay)
		then_ns = bo_min(then_ns,
				 bo_min(rt_replay_due_ns(reader->replay),
					rt_replay_second_ns(reader->replay)));
	if (reader->more)
		then_ns = 0;
	/* Requests do not wait for a pause of the log. */
	if (reader->listen != NULL) {
		uint64_t due_ns = rt_listen_due_ns(reader->listen);

		then_ns = bo_min(then_ns, bo_add_sat(reader->now_ns, due_ns));
		fd[count++] = (struct pollfd){
			.fd = rt_listen_fd(reader->listen), .events = POLLIN};
	}
	fd[count] =
		(struct pollfd){.fd = tk_follow_fd(follow), .events = POLLIN};
	fd[count + 1] = (struct pollfd){.fd = tk_follow_stdin_fd(follow),
					.events = POLLIN};
	return poll(fd, held ? count : count + 2, milliseconds_until(then_ns));
}
