/* The live view: one thread, one loop. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/app.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "base/num.h"
#include "common/msg.h"
#include "retrytop/screen.h"
#include "retrytop/session.h"
#include "retrytop/signals.h"
#include "retrytop/silence.h"
#include "retrytop/view_frame.h"

/* Time to read before keys and the screen are served again. */
#define READ_NS (8 * BO_NS_PER_MS)
#define READ_BYTES (256u << 10)
/* Lines that belong together come within this time. */
#define QUIET_NS (60 * BO_NS_PER_S)
/* An old log ends: its last events need not be confirmed by others. */
#define BELIEVE_NS (2 * BO_NS_PER_S)
/* A writer of more lines than this in the time wakes the reader only after it;
 * others at once, because what is not read when a log is truncated is lost. */
#define HOLD_NS (20 * BO_NS_PER_MS)
#define HOLD_LINES 64

struct app {
	struct rt_session session;
	struct rt_ui ui;
	struct rt_screen *screen;
	uint64_t now_ns, wall_ns, frame_ns;
	struct rt_silence silence;
	struct rt_alerts alerts;
	/** Lines that came since a time, at most HOLD_NS ago. */
	uint64_t burst_ns, burst_lines;
	bool more, dirty, gone;
};

static uint64_t
clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * BO_NS_PER_S + (uint64_t)now.tv_nsec;
}

/* Count what waited for another line for a minute: by the clock if the log is
 * of now, else by when its last line came. */
static void
flush(struct app *app)
{
	struct rt_ingest *ingest = &app->session.ingest;
	size_t inputs = app->session.options->path_count;
	uint64_t silence_ns = rt_silence_ns(&app->silence, app->now_ns);
	bool quiet = silence_ns > QUIET_NS;

	if (rt_ingest_is_live(ingest) || quiet)
		rt_ingest_flush(ingest, inputs,
				quiet ? BACKOFF_ABSENT : app->wall_ns);
	if (silence_ns > BELIEVE_NS)
		rt_ingest_believe(ingest, inputs);
}

/* Whether all inputs are streams that have ended. */
static bool
has_ended(const struct app *app)
{
	size_t count = tk_follow_count(app->session.follow);

	for (size_t i = 0; i < count; i++) {
		struct tk_input_info info;

		tk_follow_info(app->session.follow, i, &info);
		if (info.state != TK_INPUT_ENDED)
			return false;
	}
	return count > 0;
}

static void
read_inputs(struct app *app)
{
	struct rt_ingest *ingest = &app->session.ingest;
	uint64_t lines = ingest->lines;

	app->now_ns = clock_ns(CLOCK_MONOTONIC);
	app->wall_ns = clock_ns(CLOCK_REALTIME);
	ingest->wall_ns = app->wall_ns;
	if (app->now_ns - app->burst_ns >= HOLD_NS) {
		app->burst_ns = app->now_ns;
		app->burst_lines = 0;
	}
	do
		app->more = tk_follow_read(app->session.follow, app->now_ns,
					   READ_BYTES, false, rt_ingest_line,
					   ingest);
	while (app->more && !ingest->no_memory &&
	       clock_ns(CLOCK_MONOTONIC) - app->now_ns < READ_NS);
	if (ingest->lines != lines)
		rt_silence_line(&app->silence, app->now_ns, ingest->caught_up);
	app->burst_lines += ingest->lines - lines;
	if (!app->more)
		flush(app);
	if (!app->more && !ingest->ended && has_ended(app)) {
		/* Nothing that waits for another line will get it. */
		ingest->ended = true;
		rt_ingest_flush(ingest, app->session.options->path_count,
				BACKOFF_ABSENT);
		app->frame_ns = app->now_ns;
	}
	if (!app->more && !ingest->caught_up) {
		/* The first complete screen need not wait. */
		rt_ingest_catch_up(ingest);
		app->frame_ns = app->now_ns;
	}
}

static bool
draw(struct app *app)
{
	struct rt_view view = rt_session_view(&app->session, &app->ui);
	struct rt_grid grid;
	size_t width, height;

	view.wall_ns = app->wall_ns;
	view.silence_ns = rt_silence_ns(&app->silence, app->now_ns);
	view.usual_ns = app->silence.usual_ns;
	rt_alerts_update(&app->alerts, view.ingest, view.input,
			 view.input_count, app->now_ns);
	view.alerts = &app->alerts;
	rt_screen_size(app->screen, &width, &height);
	if (!rt_grid_init(&grid, width, height, rt_screen_is_utf8(app->screen)))
		return false;
	rt_view_render(&view, &grid);
	rt_screen_draw(app->screen, &grid);
	rt_grid_clear(&grid);
	return true;
}

static void
read_keys(struct app *app)
{
	size_t width, height;
	uint32_t key;

	while ((key = rt_screen_key(app->screen)) != RT_KEY_NONE) {
		const struct rt_view view =
			rt_session_view(&app->session, &app->ui);

		rt_screen_size(app->screen, &width, &height);
		rt_ui_key(&app->ui, &app->session.list,
			  app->session.ingest.events,
			  rt_view_rows(&view, width, height), key);
		app->dirty = true;
	}
}

/* Bring the screen up to date if it is due or a key was pressed. */
static bool
show(struct app *app)
{
	struct rt_session *session = &app->session;
	bool due = app->now_ns >= app->frame_ns;

	if ((due || app->dirty) && !rt_session_update(session))
		return false;
	if (due)
		app->frame_ns = app->now_ns + session->options->delay_ns;
	if (!due && !app->dirty)
		return true;
	app->dirty = false;
	return draw(app);
}

static int
milliseconds_until(uint64_t then_ns)
{
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);

	if (then_ns <= now_ns)
		return 0;
	return (int)((then_ns - now_ns + BO_NS_PER_MS - 1) / BO_NS_PER_MS);
}

/* Sleep until there is something to do. */
static void
rest(struct app *app)
{
	struct pollfd fd[4] = {
		{.fd = rt_screen_fd(app->screen), .events = POLLIN},
		{.fd = rt_signals_fd(), .events = POLLIN},
		{.fd = tk_follow_fd(app->session.follow), .events = POLLIN},
		{.fd = tk_follow_stdin_fd(app->session.follow),
		 .events = POLLIN},
	};
	uint64_t hold_ns = app->burst_ns + HOLD_NS, then_ns = app->frame_ns;
	bool held = app->burst_lines > HOLD_LINES &&
		    clock_ns(CLOCK_MONOTONIC) < hold_ns;

	if (tk_follow_due_ns(app->session.follow) < then_ns)
		then_ns = tk_follow_due_ns(app->session.follow);
	if (held && hold_ns < then_ns)
		then_ns = hold_ns;
	if (app->more)
		then_ns = 0;
	if (poll(fd, held ? 2 : 4, milliseconds_until(then_ns)) > 0 &&
	    (fd[0].revents & (POLLHUP | POLLERR | POLLNVAL)))
		app->gone = true;
	/* Before keys are read or the screen is drawn, which are not its. */
	if (rt_screen_is_lost(app->screen))
		app->gone = true;
}

static int
loop(struct app *app)
{
	while (!app->ui.quit && !app->gone && rt_signals_caught() == 0) {
		read_inputs(app);
		read_keys(app);
		if (app->session.ingest.no_memory || !show(app)) {
			errno = ENOMEM;
			return -1;
		}
		rest(app);
	}
	return 0;
}

static bool
reads_stdin(const struct rt_options *options)
{
	for (size_t i = 0; i < options->path_count; i++)
		if (strcmp(options->path[i], "-") == 0)
			return true;
	return false;
}

static int
run(struct app *app, const struct rt_options *options)
{
	int code = rt_session_open(&app->session, options);

	if (code >= 0)
		return code;
	if (rt_signals_install() != 0) {
		tk_msg_errno("start", errno);
		return TK_EXIT_SYSTEM;
	}
	app->screen = rt_screen_open(options, reads_stdin(options));
	if (app->screen == NULL)
		return TK_EXIT_SYSTEM;
	code = loop(app) == 0 ? TK_EXIT_OK : TK_EXIT_SYSTEM;
	/* Messages belong on the terminal as it was before. */
	rt_screen_close(app->screen);
	if (code != TK_EXIT_OK)
		tk_msg_errno("retrytop", errno);
	return code;
}

int
rt_app(const struct rt_options *options)
{
	struct app app = {0};
	int code = run(&app, options);

	rt_session_close(&app.session);
	/* So that the parent process sees which signal ended this one. */
	if (rt_signals_caught() != 0)
		rt_signals_raise(rt_signals_caught());
	return code;
}
