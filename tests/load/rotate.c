/* Two processes write a log that is rotated under them in each usual way: no
 * line counts twice or as bad, and what is lost is counted and dated. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <backoff.h>

#include "load/load.h"
#include "retrytop/session.h"

#define WRITERS 2
#define LINES 4000
#define ROTATIONS 6
/* Enough names that no file goes unread, however seldom the reader runs. */
#define NAMES (3 * ROTATIONS + 2)

enum way { RENAME, RENAME_THRICE, COPY_TRUNCATE, COPY, CUT };

struct shop {
	struct rt_options options;
	struct rt_session session;
	struct rt_alerts alerts;
	char directory[64], path[NAMES][96];
	char *paths[2];
	uint64_t begin_ns;
};

static uint64_t
clock_now(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * LOAD_NS_PER_S + (uint64_t)now.tv_nsec;
}

static void
pause_us(unsigned us)
{
	const struct timespec wait = {.tv_nsec = us * 1000L};

	nanosleep(&wait, NULL);
}

static int
open_log(const struct shop *shop)
{
	return open(shop->path[0], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		    0600);
}

static bool
write_line(int fd, unsigned writer, uint64_t seq)
{
	char line[LOAD_LINE_MAX];
	struct backoff_event event;
	size_t length;

	backoff_event_init(&event, sizeof(event));
	event.type = BACKOFF_EVENT_SUCCESS;
	event.outcome = BACKOFF_OUTCOME_SUCCESS;
	event.stop = BACKOFF_STOP_SUCCESS;
	event.ts_ns = clock_now(CLOCK_REALTIME);
	event.operation = "work";
	event.call_id = "call";
	event.attempt = event.attempts = 1;
	event.host = "host";
	event.pid = 100 + writer;
	event.seq = seq;
	length = backoff_event_encode(&event, line, sizeof(line));
	return fd >= 0 && write(fd, line, length) == (ssize_t)length;
}

/* A service that opens its log again now and then, as one that is told to by
 * logrotate does, a moment late. */
static void
write_lines(const struct shop *shop, unsigned writer)
{
	int fd = -1;

	for (unsigned i = 0; i < LINES; i++) {
		if (i % 200 == 0) {
			if (fd >= 0)
				close(fd);
			fd = open_log(shop);
		}
		if (!write_line(fd, writer, i + 1))
			_exit(1);
		if (i % 10 == 0)
			pause_us(200);
	}
	_exit(0);
}

/* The last line of each, which shows whether the lines before it are there. */
static void
write_last(const struct shop *shop)
{
	int fd = open_log(shop);

	for (unsigned i = 0; i < WRITERS; i++)
		if (!write_line(fd, i, LINES + 1))
			load_die("write");
	close(fd);
}

static void
copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char bytes[65536];
	ssize_t got;

	while (in >= 0 && out >= 0 &&
	       (got = read(in, bytes, sizeof(bytes))) > 0)
		if (write(out, bytes, (size_t)got) != got)
			_exit(1);
	close(in);
	close(out);
}

/* Keep the first lines. */
static void
cut(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	char bytes[4096];
	ssize_t got = fd < 0 ? 0 : read(fd, bytes, sizeof(bytes));
	const char *end = got > 0 ? memrchr(bytes, '\n', (size_t)got) : NULL;

	if (end != NULL && ftruncate(fd, end + 1 - bytes) != 0)
		_exit(1);
	if (fd >= 0)
		close(fd);
}

static void
shift(const struct shop *shop)
{
	for (unsigned i = NAMES - 1; i > 0; i--)
		if (rename(shop->path[i - 1], shop->path[i]) != 0 &&
		    errno != ENOENT)
			_exit(1);
}

static void
rotate_once(const struct shop *shop, enum way way)
{
	switch (way) {
	case RENAME:
		shift(shop);
		break;
	case RENAME_THRICE:
		for (unsigned i = 0; i < 3; i++) {
			shift(shop);
			pause_us(1000);
		}
		break;
	case COPY_TRUNCATE:
		copy(shop->path[0], shop->path[1]);
		if (truncate(shop->path[0], 0) != 0 && errno != ENOENT)
			_exit(1);
		break;
	case COPY:
		copy(shop->path[0], shop->path[1]);
		break;
	case CUT:
		copy(shop->path[0], shop->path[1]);
		cut(shop->path[0]);
		break;
	}
}

static void
open_shop(struct shop *shop, enum way way)
{
	memset(shop, 0, sizeof(*shop));
	snprintf(shop->directory, sizeof(shop->directory), "rotate-XXXXXX");
	if (mkdtemp(shop->directory) == NULL)
		load_die("mkdtemp");
	for (unsigned i = 0; i < NAMES; i++)
		snprintf(shop->path[i], sizeof(shop->path[i]),
			 "%s/app.log%s%.0u", shop->directory, i > 0 ? "." : "",
			 i);
	shop->paths[0] = shop->path[0];
	shop->paths[1] = shop->path[1];
	shop->options = (struct rt_options){
		.window_ns = 60 * LOAD_NS_PER_S,
		.path = shop->paths,
		/* A copy next to the log is watched, too. */
		.path_count = way == COPY ? 2 : 1,
	};
	if (rt_session_open(&shop->session, &shop->options) >= 0)
		load_die("open");
	shop->begin_ns = clock_now(CLOCK_MONOTONIC);
}

static void
close_shop(struct shop *shop)
{
	rt_session_close(&shop->session);
	for (unsigned i = 0; i < NAMES; i++)
		unlink(shop->path[i]);
	rmdir(shop->directory);
}

/* Read what is there, as if it were @p skip_s later. */
static void
look(struct shop *shop, unsigned skip_s)
{
	struct rt_ingest *ingest = &shop->session.ingest;
	uint64_t now_ns = clock_now(CLOCK_MONOTONIC) - shop->begin_ns +
			  (1 + skip_s) * LOAD_NS_PER_S;
	const struct rt_ui ui = {0};
	struct rt_view view;

	ingest->wall_ns = clock_now(CLOCK_REALTIME);
	while (tk_follow_read(shop->session.follow, now_ns, 1u << 18, false,
			      rt_ingest_line, ingest))
		;
	if (!ingest->caught_up)
		rt_ingest_catch_up(ingest);
	view = rt_session_view(&shop->session, &ui);
	rt_alerts_update(&shop->alerts, ingest, view.input, view.input_count,
			 now_ns, ingest->wall_ns);
}

static pid_t
start(struct shop *shop, int writer, enum way way)
{
	pid_t child = fork();

	if (child < 0)
		load_die("fork");
	if (child > 0)
		return child;
	if (writer >= 0)
		write_lines(shop, (unsigned)writer);
	for (unsigned i = 0; i < ROTATIONS; i++) {
		pause_us(15000);
		rotate_once(shop, way);
	}
	_exit(0);
}

/* All children have ended, without complaint. */
static bool
is_over(struct tap *tap, unsigned *left)
{
	int status;

	while (*left > 0 && waitpid(-1, &status, WNOHANG) > 0) {
		TAP_EQUAL(tap, status, 0);
		--*left;
	}
	return *left == 0;
}

static bool
is_dated(const struct shop *shop)
{
	for (size_t i = 0; i < shop->alerts.losses; i++)
		if (shop->alerts.loss[i].alert == RT_ALERT_LOST &&
		    shop->alerts.loss[i].wall_ns > 0)
			return true;
	return false;
}

static void
check(struct tap *tap, enum way way, bool may_lose, const char *what)
{
	static struct shop shop;
	const struct rt_ingest *ingest = &shop.session.ingest;
	unsigned left = WRITERS + 1;
	uint64_t lost;

	open_shop(&shop, way);
	fflush(stdout);
	for (int i = 0; i < WRITERS; i++)
		start(&shop, i, way);
	start(&shop, -1, way);
	while (!is_over(tap, &left)) {
		look(&shop, 0);
		pause_us(500);
	}
	write_last(&shop);
	for (unsigned s = 1; s < 10; s++)
		look(&shop, s);
	lost = tk_sequence_lost(ingest->sequence);
	printf("# %s: %llu lines, %llu lost, %llu copies\n", what,
	       (unsigned long long)ingest->lines, (unsigned long long)lost,
	       (unsigned long long)ingest->copied);
	/* The rest of half a line may be lost. */
	TAP_MUST(tap, ingest->bad <= (may_lose ? lost : 0));
	TAP_EQUAL(tap, ingest->foreign, 0);
	TAP_EQUAL(tap, ingest->events - ingest->copied + lost,
		  WRITERS * (LINES + 1));
	TAP_MUST(tap, may_lose || lost == 0);
	TAP_MUST(tap, lost == 0 || is_dated(&shop));
	close_shop(&shop);
	tap_result(tap, what);
}

int
main(void)
{
	struct tap tap = {0};

	setlocale(LC_ALL, "C.UTF-8");
	check(&tap, RENAME, false, "renamed");
	check(&tap, RENAME_THRICE, false, "renamed three times within ms");
	check(&tap, COPY, false, "a copy next to the log");
	/* What comes between the copy and the truncation is nowhere. */
	check(&tap, COPY_TRUNCATE, true, "copied and truncated");
	check(&tap, CUT, true, "cut back to its first lines");
	return tap_finish(&tap);
}
