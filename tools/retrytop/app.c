/* The live view: one thread, one loop. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/app.h"

#include <errno.h>
#include <string.h>

#include "base/num.h"
#include "common/msg.h"
#include "retrytop/copy.h"
#include "retrytop/reader.h"
#include "retrytop/screen.h"
#include "retrytop/signals.h"
#include "retrytop/simulate.h"
#include "retrytop/view_frame.h"
#include "retrytop/view_simulate.h"

/* Time to wait for the end of another program. */
#define END_NS (10 * BO_NS_PER_MS)

struct app {
	struct rt_reader reader;
	struct rt_ui ui;
	struct rt_screen *screen;
	struct rt_alerts alerts;
	struct rt_pulse pulse;
	struct rt_simulate simulate;
	struct rt_copy copy;
	/** What the screen has where; whether the mouse was taken. */
	struct rt_hits hits;
	bool has_mouse;
	uint64_t frame_ns;
	bool dirty, gone;
};

static bool
draw(struct app *app)
{
	struct rt_view view = rt_reader_view(&app->reader, &app->ui);
	struct rt_grid grid;
	size_t width, height;

	rt_alerts_update(&app->alerts, view.ingest, view.input,
			 view.input_count, app->reader.now_ns,
			 app->reader.wall_ns);
	rt_pulse_update(&app->pulse, view.input, view.input_count,
			app->reader.now_ns);
	view.alerts = &app->alerts;
	view.pulse = &app->pulse;
	view.simulate = &app->simulate;
	view.copy = &app->copy;
	view.saved = rt_simulate_path(&app->simulate);
	view.now_ns = app->reader.now_ns;
	rt_screen_size(app->screen, &width, &height);
	if (!rt_grid_init(&grid, width, height, rt_screen_is_utf8(app->screen)))
		return false;
	rt_view_render(&view, &grid);
	/* So that the next key up moves. */
	app->ui.scroll = bo_min(app->ui.scroll, grid.scroll_most);
	app->hits = grid.hits;
	rt_screen_draw(app->screen, &grid);
	rt_grid_clear(&grid);
	return true;
}

static void
copy(struct app *app, const struct rt_view *view)
{
	struct rt_copy *copy = &app->copy;

	app->ui.copies = false;
	rt_copy_make(copy, view);
	copy->in_clipboard =
		copy->text != NULL &&
		rt_screen_copy(app->screen, copy->text, copy->length);
}

/* Obey a key, or the mouse. */
static void
obey(struct app *app, uint32_t key, size_t page_rows)
{
	struct rt_list *list = &app->reader.session.list;
	struct rt_mouse mouse;

	if (key != RT_KEY_MOUSE)
		rt_ui_key(&app->ui, list, app->reader.session.ingest.events,
			  page_rows, key);
	else if (rt_screen_mouse_event(app->screen, &mouse))
		rt_ui_mouse(&app->ui, list, &app->hits, &mouse, page_rows,
			    app->reader.now_ns);
}

/* Take the mouse, or give it back, if a key or an option says so. */
static void
take_mouse(struct app *app)
{
	if (app->has_mouse != app->ui.mouse)
		rt_screen_take_mouse(app->screen, app->ui.mouse);
	app->has_mouse = app->ui.mouse;
}

static void
read_keys(struct app *app)
{
	size_t width, height;
	uint32_t key;

	while ((key = rt_screen_key(app->screen)) != RT_KEY_NONE) {
		const struct rt_view view =
			rt_session_view(&app->reader.session, &app->ui);

		rt_screen_size(app->screen, &width, &height);
		obey(app, key, rt_view_rows(&view, width, height));
		take_mouse(app);
		rt_session_look(&app->reader.session);
		if (app->ui.copies)
			copy(app, &view);
		rt_simulate_obey(&app->simulate, &app->ui, &view,
				 rt_view_simulate_columns(width),
				 app->reader.now_ns);
		app->dirty = true;
	}
}

/* Bring the screen up to date if it is due or a key was pressed. */
static bool
show(struct app *app)
{
	struct rt_session *session = &app->reader.session;
	bool due = app->reader.now_ns >= app->frame_ns;

	session->list.now_ns = app->reader.now_ns;
	if ((due || app->dirty || app->reader.second) &&
	    !rt_session_update(session))
		return false;
	if (due)
		app->frame_ns = app->reader.now_ns + session->options->delay_ns;
	if (!due && !app->dirty)
		return true;
	app->dirty = false;
	return draw(app);
}

/* Sleep until there is something to do. */
static void
rest(struct app *app)
{
	const struct rt_child *child = &app->simulate.child;
	struct pollfd fd[3 + RT_READER_FDS] = {
		{.fd = rt_screen_fd(app->screen), .events = POLLIN},
		{.fd = rt_signals_fd(), .events = POLLIN},
		{.fd = child->pid != 0 ? child->fd : -1, .events = POLLIN},
	};
	uint64_t then_ns = app->frame_ns;

	/* It has closed its outputs, and is about to end. */
	if (child->pid != 0 && child->fd < 0)
		then_ns = bo_min(then_ns, app->reader.now_ns + END_NS);
	if (rt_reader_wait(&app->reader, fd, 3, then_ns) > 0 &&
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
		if (rt_reader_read(&app->reader))
			app->frame_ns = app->reader.now_ns;
		read_keys(app);
		if (app->reader.replay != NULL)
			rt_replay_hold(app->reader.replay, app->reader.now_ns,
				       app->reader.session.list.paused);
		if (rt_simulate_read(&app->simulate))
			app->dirty = true;
		if (app->reader.session.ingest.no_memory || !show(app)) {
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
	int code = rt_reader_open(&app->reader, options);

	if (code >= 0)
		return code;
	if (!rt_session_record(&app->reader.session)) {
		tk_msg_errno("start", ENOMEM);
		return TK_EXIT_SYSTEM;
	}
	app->ui.browse = app->reader.session.browse;
	app->ui.alarms = &app->reader.session.alarms;
	if (rt_signals_install() != 0) {
		tk_msg_errno("start", errno);
		return TK_EXIT_SYSTEM;
	}
	app->screen = rt_screen_open(options, reads_stdin(options));
	if (app->screen == NULL)
		return TK_EXIT_SYSTEM;
	app->ui.mouse = options->mouse;
	take_mouse(app);
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

	rt_simulate_clear(&app.simulate);
	rt_copy_clear(&app.copy);
	rt_pulse_clear(&app.pulse);
	rt_reader_close(&app.reader);
	/* So that the parent process sees which signal ended this one. */
	if (rt_signals_caught() != 0)
		rt_signals_raise(rt_signals_caught());
	return code;
}
