/* The live view: one thread, one loop. */
#include "config.h"

#include "retrytop/app.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/msg.h"
#include "common/units.h"
#include "retrytop/once.h"
#include "retrytop/screen.h"
#include "retrytop/signals.h"

/* A turn reads for so long, then keys and the screen have their turn. */
#define TURN_NS (8 * TK_NS_PER_MS)
#define TURN_BYTES (256u << 10)
/* A busy writer wakes the reader no more often than this. */
#define HOLD_NS (20 * TK_NS_PER_MS)

struct app {
	const struct rt_options *options;
	struct tk_follow *follow;
	struct rt_ingest ingest;
	struct rt_model model;
	struct rt_ui ui;
	struct rt_screen *screen;
	struct tk_input_info *input;
	uint64_t now_ns, wall_ns, line_ns, read_ns, frame_ns;
	bool more, dirty, gone;
};

static uint64_t
clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * TK_NS_PER_S + (uint64_t)now.tv_nsec;
}

static void
read_inputs(struct app *app)
{
	uint64_t lines = app->ingest.lines;

	app->now_ns = clock_ns(CLOCK_MONOTONIC);
	app->wall_ns = clock_ns(CLOCK_REALTIME);
	app->ingest.wall_ns = app->wall_ns;
	app->read_ns = app->now_ns;
	do
		app->more = tk_follow_read(app->follow, app->now_ns, TURN_BYTES,
					   false, rt_ingest_line, &app->ingest);
	while (app->more && !app->ingest.no_memory &&
	       clock_ns(CLOCK_MONOTONIC) - app->now_ns < TURN_NS);
	if (app->ingest.lines != lines)
		app->line_ns = app->now_ns;
	if (!app->more && !app->ingest.caught_up) {
		/* The first complete picture need not wait. */
		app->ingest.caught_up = true;
		app->frame_ns = app->now_ns;
	}
}

static bool
draw(struct app *app)
{
	struct rt_view view = {
		.model = &app->model,
		.ingest = &app->ingest,
		.ui = &app->ui,
		.input = app->input,
		.input_count = app->options->path_count,
		.wall_ns = app->wall_ns,
		.silence_ns = app->now_ns - app->line_ns,
	};
	struct rt_grid grid;
	size_t width, height;

	for (size_t i = 0; i < view.input_count; i++)
		tk_follow_info(app->follow, i, &app->input[i]);
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
		rt_screen_size(app->screen, &width, &height);
		rt_ui_key(&app->ui, &app->model, app->ingest.events,
			  rt_view_rows(height), key);
		app->dirty = true;
	}
}

/* Bring the screen up to date, if it is time or something was pressed. */
static bool
show(struct app *app)
{
	bool due = app->now_ns >= app->frame_ns;

	if (due || (app->dirty && !app->model.paused)) {
		if (!rt_model_update(&app->model, app->ingest.window,
				     rt_ingest_end_s(&app->ingest)))
			return false;
	}
	if (due)
		app->frame_ns = app->now_ns + app->options->delay_ns;
	if (!due && !app->dirty)
		return true;
	app->dirty = false;
	return draw(app);
}

static int
milliseconds_until(const struct app *app, uint64_t then_ns)
{
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);

	(void)app;
	if (then_ns <= now_ns)
		return 0;
	return (int)((then_ns - now_ns + TK_NS_PER_MS - 1) / TK_NS_PER_MS);
}

/* Sleep until there is something to do. */
static void
rest(struct app *app)
{
	struct pollfd fd[4] = {
		{.fd = rt_screen_fd(app->screen), .events = POLLIN},
		{.fd = rt_signals_fd(), .events = POLLIN},
		{.fd = tk_follow_fd(app->follow), .events = POLLIN},
		{.fd = tk_follow_stdin_fd(app->follow), .events = POLLIN},
	};
	uint64_t hold_ns = app->read_ns + HOLD_NS, then_ns = app->frame_ns;
	bool held = clock_ns(CLOCK_MONOTONIC) < hold_ns;

	if (tk_follow_due_ns(app->follow) < then_ns)
		then_ns = tk_follow_due_ns(app->follow);
	if (held && hold_ns < then_ns)
		then_ns = hold_ns;
	if (app->more)
		then_ns = 0;
	if (poll(fd, held ? 2 : 4, milliseconds_until(app, then_ns)) > 0 &&
	    (fd[0].revents & (POLLHUP | POLLERR | POLLNVAL)))
		app->gone = true;
}

static int
loop(struct app *app)
{
	while (!app->ui.quit && !app->gone && rt_signals_caught() == 0) {
		read_inputs(app);
		read_keys(app);
		if (app->ingest.no_memory || !show(app)) {
			errno = ENOMEM;
			return -1;
		}
		rest(app);
	}
	return 0;
}

static enum backoff_status
open_inputs(struct app *app, bool *stdin_is_log)
{
	app->follow = tk_follow_new();
	app->input = calloc(app->options->path_count, sizeof(*app->input));
	if (app->follow == NULL || app->input == NULL)
		return BACKOFF_E_NOMEM;
	for (size_t i = 0; i < app->options->path_count; i++) {
		const char *path = app->options->path[i];

		if (strcmp(path, "-") == 0)
			*stdin_is_log = true;
		if (tk_follow_add(app->follow, path) != BACKOFF_OK)
			return BACKOFF_E_NOMEM;
	}
	return BACKOFF_OK;
}

static int
run(struct app *app)
{
	bool stdin_is_log = false;
	int failed;

	if (open_inputs(app, &stdin_is_log) != BACKOFF_OK ||
	    rt_signals_install() != 0) {
		tk_msg_errno("start", errno);
		return TK_EXIT_SYSTEM;
	}
	app->screen = rt_screen_open(app->options, stdin_is_log);
	if (app->screen == NULL)
		return TK_EXIT_SYSTEM;
	failed = loop(app);
	rt_screen_close(app->screen);
	if (failed != 0) {
		tk_msg_errno("retrytop", errno);
		return TK_EXIT_SYSTEM;
	}
	return TK_EXIT_OK;
}

int
rt_app(const struct rt_options *options)
{
	struct app app = {.options = options};
	struct backoff_error error = {0};
	enum backoff_status status;
	int code;

	status = rt_ingest_init(&app.ingest, options->dialect, &error);
	if (status != BACKOFF_OK) {
		return rt_options_no_dialect(options, status, &error);
	}
	rt_model_init(&app.model, options->window_ns / TK_NS_PER_S);
	app.model.sort = (enum rt_sort)options->sort;
	if (options->filter != NULL)
		memcpy(app.model.filter, options->filter,
		       strlen(options->filter) + 1);
	code = run(&app);
	rt_model_clear(&app.model);
	rt_ingest_clear(&app.ingest);
	tk_follow_free(app.follow);
	free(app.input);
	/* Whoever started this wants to know that a signal ended it. */
	if (rt_signals_caught() != 0)
		rt_signals_raise(rt_signals_caught());
	return code;
}

int
rt_main(int argc, char **argv)
{
	struct rt_options options;
	int code = rt_options_parse(argc, argv, &options);

	if (code >= 0)
		return code;
	return options.once ? rt_once(&options) : rt_app(&options);
}
