/* A day of a log that is rotated each ten minutes, by a clock that the test
 * moves: after the first hour, neither memory nor open files grow. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load/load.h"
#include "retrytop/replay.h"
#include "retrytop/session.h"
#include "retrytop/view_frame.h"

#define HOURS 24
#define HOUR_S 3600
#define ROTATE_S 600
/* A busy first hour fills every table that has a limit: it has new hosts and
 * targets each minute. */
#define BUSY_PER_S 100
#define BUSY_RENEW_S 60
#define PER_S 4
#define GROWTH_KIB 1024

struct day {
	struct load_log log;
	struct rt_options options;
	struct rt_session session;
	struct rt_ui ui;
	/* NULL: lines are read as they are written. */
	struct rt_replay *replay;
	struct rt_ingest peek;
	char directory[64], path[2][80];
	char *paths[1];
	int fd;
	uint64_t written, rotations;
};

static uint64_t
now_of(unsigned second)
{
	return (second + 1) * LOAD_NS_PER_S;
}

static void
open_log(struct day *day)
{
	day->fd = open(day->path[0], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		       0600);
	if (day->fd < 0)
		load_die(day->path[0]);
}

static void
begin(struct day *day, bool replays)
{
	memset(day, 0, sizeof(*day));
	load_begin(&day->log, 24);
	day->log.operations = 30;
	day->log.targets = 4;
	day->log.hosts = 5;
	snprintf(day->directory, sizeof(day->directory), "day-XXXXXX");
	if (mkdtemp(day->directory) == NULL)
		load_die("mkdtemp");
	snprintf(day->path[0], sizeof(day->path[0]), "%s/app.log",
		 day->directory);
	snprintf(day->path[1], sizeof(day->path[1]), "%s/app.log.1",
		 day->directory);
	open_log(day);
	day->paths[0] = day->path[0];
	day->options = (struct rt_options){
		.window_ns = 60 * LOAD_NS_PER_S,
		.path = day->paths,
		.path_count = 1,
	};
	if (rt_session_open(&day->session, &day->options) >= 0 ||
	    !rt_session_record(&day->session))
		load_die("open");
	day->ui.browse = day->session.browse;
	if (!replays) {
		rt_ingest_catch_up(&day->session.ingest);
		return;
	}
	if (rt_session_dialects(&day->options, &day->peek) >= 0)
		load_die("open");
	day->replay = rt_replay_new(&day->session.ingest, &day->peek,
				    day->session.whole, 1, 1);
	if (day->replay == NULL)
		load_die("memory");
}

static void
finish(struct day *day)
{
	rt_replay_free(day->replay);
	if (day->replay != NULL)
		rt_ingest_clear(&day->peek);
	rt_session_close(&day->session);
	close(day->fd);
	unlink(day->path[0]);
	unlink(day->path[1]);
	rmdir(day->directory);
}

static void
write_second(struct day *day, unsigned second)
{
	unsigned lines = second < HOUR_S ? BUSY_PER_S : PER_S;
	static char text[BUSY_PER_S * 1024];
	size_t length = 0;

	/* Each hour has new hosts and targets, as a cluster has. */
	day->log.generation =
		second < HOUR_S ? second / BUSY_RENEW_S : 100 + second / HOUR_S;
	for (unsigned i = 0; i < lines; i++) {
		char line[LOAD_LINE_MAX];
		size_t bytes = load_line(&day->log,
					 LOAD_BEGIN_NS + now_of(second) +
						 i * (LOAD_NS_PER_S / lines),
					 line);

		if (length + bytes > sizeof(text))
			load_die("a long line");
		memcpy(text + length, line, bytes);
		length += bytes;
	}
	if (write(day->fd, text, length) != (ssize_t)length)
		load_die("write");
	day->written += lines;
}

static void
rotate(struct day *day)
{
	close(day->fd);
	if (rename(day->path[0], day->path[1]) != 0)
		load_die("rename");
	open_log(day);
	day->rotations++;
}

static void
read_second(struct day *day, unsigned second)
{
	struct rt_ingest *ingest = &day->session.ingest;
	uint64_t now_ns = now_of(second);

	if (day->replay == NULL) {
		ingest->wall_ns = LOAD_BEGIN_NS + now_ns + LOAD_NS_PER_S;
		while (tk_follow_read(day->session.follow, now_ns, 1u << 20,
				      false, rt_ingest_line, ingest))
			;
		return;
	}
	while (tk_follow_read(day->session.follow, now_ns, 1u << 20, false,
			      rt_replay_line, day->replay))
		;
	/* It waits at each second of the log, for what is to be said then. */
	do {
		rt_replay_go_on(day->replay);
		while (rt_replay_play(day->replay, now_ns, 1u << 20))
			if (rt_replay_wants(day->replay))
				break;
	} while (rt_replay_waits(day->replay, now_ns));
}

static void
look(struct day *day)
{
	struct rt_grid grid;
	struct rt_view view;

	if (!rt_session_update(&day->session) ||
	    !rt_grid_init(&grid, 120, 35, true))
		load_die("memory");
	view = rt_session_view(&day->session, &day->ui);
	rt_view_render(&view, &grid);
	rt_grid_clear(&grid);
	rt_list_regroup(&day->session.list, 1);
}

static void
run(struct tap *tap, bool replays, const char *what)
{
	static struct day day;
	long kib = 0, files = 0;
	uint64_t unjudged = 0, ungrouped = 0;
	const struct rt_window *window;
	struct tk_input_info info;

	begin(&day, replays);
	window = day.session.ingest.window;
	for (unsigned second = 0; second < HOURS * HOUR_S; second++) {
		write_second(&day, second);
		read_second(&day, second);
		if (second % 60 == 59)
			look(&day);
		if (second == 3 * HOUR_S) {
			/* What is gone has made room. */
			unjudged = rt_window_unjudged(window);
			ungrouped = rt_window_cube(window)->ungrouped;
		}
		if (second % HOUR_S == HOUR_S - 10) {
			kib = kib > 0 ? kib : load_resident_kib();
			files = files > 0 ? files : load_open_files();
			TAP_EQUAL(tap, load_open_files(), files);
		}
		if (second % ROTATE_S == ROTATE_S - 1)
			rotate(&day);
	}
	tk_follow_info(day.session.follow, 0, &info);
	printf("# %s: %llu lines, %llu rotations; %ld KiB after an hour, %ld "
	       "after %u; %ld files\n",
	       what, (unsigned long long)day.written,
	       (unsigned long long)day.rotations, kib, load_resident_kib(),
	       HOURS, files);
	TAP_MUST(tap, LOAD_SANITIZED || load_resident_kib() - kib < GROWTH_KIB);
	TAP_EQUAL(tap, info.lines, day.written);
	/* The last is played once its second has come. */
	TAP_MUST(tap, day.session.ingest.events >= day.written - PER_S);
	TAP_EQUAL(tap, day.session.ingest.bad, 0);
	TAP_EQUAL(tap, day.session.ingest.copied, 0);
	TAP_EQUAL(tap, tk_sequence_lost(day.session.ingest.sequence), 0);
	TAP_EQUAL(tap, rt_window_unjudged(window), unjudged);
	TAP_EQUAL(tap, rt_window_cube(window)->ungrouped, ungrouped);
	TAP_MUST(tap, unjudged > 0 && ungrouped > 0);
	/* The last rotation has not been seen yet. */
	TAP_EQUAL(tap, info.rotations, day.rotations - 1);
	finish(&day);
	tap_result(tap, what);
}

int
main(void)
{
	struct tap tap = {0};

	setlocale(LC_ALL, "C.UTF-8");
	run(&tap, false, "a day of a log that is followed");
	run(&tap, true, "a day of replay");
	return tap_finish(&tap);
}
