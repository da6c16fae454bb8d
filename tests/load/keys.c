/* Random keys and sizes while a log grows: no crash, no control character on
 * the screen, no growth of memory. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "load/load.h"
#include "retrytop/session.h"
#include "retrytop/view_frame.h"

#define STEPS 55000
#define MAX_WIDTH 300
#define MAX_HEIGHT 100
/* After these steps, every table is full. */
#define WARM (STEPS / 2)
#define GROWTH_KIB 2048
/* Pages of calls look at all of it after each key. */
#define RECORD_BYTES (1u << 20)

struct app {
	struct rt_options options;
	struct rt_session session;
	struct rt_ui ui;
	struct rt_alerts alerts;
	struct rt_pulse pulse;
	struct load_log log;
	char directory[64], path[80];
	char *paths[1];
	int fd;
	uint64_t now_ns, quits;
	size_t width, height;
};

static void
open_app(struct app *app, uint64_t seed)
{
	load_begin(&app->log, seed);
	app->log.operations = 80;
	app->log.targets = 50;
	app->log.hosts = 8;
	app->log.hostile = true;
	snprintf(app->directory, sizeof(app->directory), "keys-XXXXXX");
	if (mkdtemp(app->directory) == NULL)
		load_die("mkdtemp");
	snprintf(app->path, sizeof(app->path), "%s/\033[31mapp.log",
		 app->directory);
	app->fd = open(app->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		       0600);
	app->paths[0] = app->path;
	app->options = (struct rt_options){
		.window_ns = 60 * LOAD_NS_PER_S,
		.path = app->paths,
		.path_count = 1,
	};
	if (app->fd < 0 || rt_session_open(&app->session, &app->options) >= 0)
		load_die("open");
	app->session.browse = rt_browse_new(RECORD_BYTES);
	if (app->session.browse == NULL)
		load_die("memory");
	rt_ingest_record(&app->session.ingest, app->session.browse->record);
	app->ui.browse = app->session.browse;
	app->now_ns = LOAD_NS_PER_S;
	app->width = 80;
	app->height = 24;
}

static void
close_app(struct app *app)
{
	rt_session_close(&app->session);
	rt_pulse_clear(&app->pulse);
	close(app->fd);
	unlink(app->path);
	rmdir(app->directory);
}

/* Lines arrive, are read, and rows are computed. */
static void
grow(struct app *app)
{
	struct rt_ingest *ingest = &app->session.ingest;
	uint64_t lines = load_draw(&app->log, 80);

	app->now_ns += load_draw(&app->log, LOAD_NS_PER_S);
	ingest->wall_ns = LOAD_BEGIN_NS + app->now_ns;
	for (uint64_t i = 0; i < lines; i++) {
		char line[LOAD_LINE_MAX];
		size_t length = load_line(&app->log, ingest->wall_ns, line);

		/* Some are torn, as by a full disk. */
		if (load_draw(&app->log, 500) == 0)
			length = 1 + load_draw(&app->log, length);
		if (write(app->fd, line, length) != (ssize_t)length)
			load_die("write");
	}
	while (tk_follow_read(app->session.follow, app->now_ns, 1u << 20, false,
			      rt_ingest_line, ingest))
		;
	if (!ingest->caught_up)
		rt_ingest_catch_up(ingest);
	if (load_draw(&app->log, 20) == 0)
		rt_ingest_flush(ingest, 1, ingest->wall_ns);
	if (!rt_session_update(&app->session))
		load_die("memory");
	/* So that the file does not fill a disk. */
	if (load_draw(&app->log, 1000) == 0 && ftruncate(app->fd, 0) != 0)
		load_die("ftruncate");
}

/* Mostly keys with a meaning. */
static uint32_t
random_key(struct app *app)
{
	static const uint32_t keys[] = {
		'j',
		'k',
		'g',
		'G',
		'n',
		'p',
		'v',
		'q',
		'?',
		'h',
		'i',
		'X',
		' ',
		'/',
		's',
		'S',
		'r',
		'c',
		'd',
		'e',
		't',
		'w',
		'W',
		'1',
		'4',
		'<',
		'>',
		'a',
		'y',
		'[',
		']',
		'{',
		'}',
		'm',
		'(',
		')',
		'+',
		'-',
		'0',
		'9',
		'\t',
		6,
		2,
		RT_KEY_ENTER,
		RT_KEY_ENTER,
		RT_KEY_ENTER,
		RT_KEY_ESCAPE,
		RT_KEY_BACKSPACE,
		RT_KEY_UP,
		RT_KEY_DOWN,
		RT_KEY_PAGE_UP,
		RT_KEY_PAGE_DOWN,
		RT_KEY_HOME,
		RT_KEY_END,
		RT_KEY_BACK_TAB,
		RT_KEY_RESIZE,
	};
	uint64_t any = load_draw(&app->log, 20);

	if (any == 0)
		return (uint32_t)load_draw(&app->log, 0x110010);
	if (any == 1)
		return (uint32_t)load_draw(&app->log, 256);
	return keys[load_draw(&app->log, sizeof(keys) / sizeof(*keys))];
}

/* Small sizes are as frequent as large ones. */
static size_t
random_size(struct app *app, size_t most)
{
	return 1 + load_draw(&app->log, 1 + load_draw(&app->log, most));
}

static void
press(struct app *app)
{
	const struct rt_view view = rt_session_view(&app->session, &app->ui);

	if (load_draw(&app->log, 4) == 0) {
		app->width = random_size(app, MAX_WIDTH);
		app->height = random_size(app, MAX_HEIGHT);
		return;
	}
	rt_ui_key(&app->ui, &app->session.list, app->session.ingest.events,
		  rt_view_rows(&view, app->width, app->height),
		  random_key(app));
	rt_session_look(&app->session);
	app->quits += app->ui.quit;
	app->ui.quit = false;
}

/* Whether a terminal would obey a character, or turn the text around. */
static bool
is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || c == 0xfffe ||
	       c == 0x061c || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff;
}

static size_t
controls(const struct rt_grid *grid)
{
	size_t count = 0;

	for (size_t i = 0; i < grid->width * grid->height; i++) {
		const struct rt_cell *cell = &grid->cell[i];

		/* The right half of a wide character has 0. */
		count += cell->character != 0 && is_control(cell->character);
		for (size_t k = 0; k < RT_CELL_MARKS && cell->mark[k]; k++)
			count += is_control(cell->mark[k]) &&
				 cell->mark[k] != 0x200d;
	}
	return count;
}

static size_t
draw(struct app *app, bool utf8)
{
	struct rt_view view = rt_session_view(&app->session, &app->ui);
	struct rt_grid grid;
	size_t count;

	rt_alerts_update(&app->alerts, view.ingest, view.input,
			 view.input_count, app->now_ns,
			 app->session.ingest.wall_ns);
	rt_pulse_update(&app->pulse, view.input, view.input_count, app->now_ns);
	view.alerts = &app->alerts;
	view.pulse = &app->pulse;
	view.wall_ns = app->session.ingest.wall_ns;
	if (!rt_grid_init(&grid, app->width, app->height, utf8))
		load_die("memory");
	rt_view_render(&view, &grid);
	count = controls(&grid);
	for (size_t i = 0; !utf8 && i < grid.width * grid.height; i++)
		count += grid.cell[i].character > 0x7e;
	rt_grid_clear(&grid);
	return count;
}

static void
run(struct tap *tap, uint64_t seed)
{
	static struct app app;
	size_t found = 0, pages = 0;
	long warm = 0, end;

	memset(&app, 0, sizeof(app));
	open_app(&app, seed);
	for (unsigned step = 0; step < STEPS; step++) {
		press(&app);
		if (step % 10 == 0)
			grow(&app);
		pages |= (size_t)1 << app.ui.page;
		found += draw(&app, step % 8 > 0);
		if (step == WARM)
			warm = load_resident_kib();
	}
	end = load_resident_kib();
	printf("# %u keys and sizes, %llu lines, %llu times quit; %ld KiB, "
	       "then %ld\n",
	       STEPS, (unsigned long long)app.session.ingest.lines,
	       (unsigned long long)app.quits, warm, end);
	TAP_EQUAL(tap, found, 0);
	tap_result(tap, "no control character reaches the screen");
	TAP_EQUAL(tap, pages, (1u << RT_PAGE_COUNT) - 1);
	TAP_MUST(tap, app.quits > 0);
	tap_result(tap, "every page was open");
	TAP_EQUAL(tap, app.session.ingest.no_memory, 0);
	TAP_MUST(tap, LOAD_SANITIZED || end - warm < GROWTH_KIB);
	tap_result(tap, "memory stays");
	close_app(&app);
}

int
main(void)
{
	struct tap tap = {0};

	if (setlocale(LC_ALL, "C.UTF-8") == NULL)
		load_die("no locale C.UTF-8");
	run(&tap, 20261130);
	return tap_finish(&tap);
}
