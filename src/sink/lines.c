/* Common parts of sinks that write lines: counting losses, ending cut lines. */
#include "config.h"

#include "sink/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/process.h"

/** Maximum time for writing one line, in milliseconds. */
#define CHECKS 10

bool
bo_write_all(int fd, const char *at, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, at, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		length -= (size_t)n;
	}
	return true;
}

size_t
bo_lines_write(struct bo_lines *lines, char *line, size_t length)
{
	char newline = '\n';
	struct iovec part[2] = {{&newline, 1}, {line, length}};
	bool broken =
		atomic_load_explicit(&lines->broken, memory_order_relaxed) &&
		atomic_exchange(&lines->broken, false);
	size_t skip = broken ? 1 : 0;
	ssize_t n;

	do
		n = writev(lines->fd, &part[1 - skip], (int)(1 + skip));
	while (n < 0 && errno == EINTR);
	if (n > (ssize_t)skip)
		return (size_t)n - skip;
	/* Nothing was written, so the line before is still cut. */
	if (n <= 0 && broken)
		atomic_store(&lines->broken, true);
	return 0;
}

bool
bo_lines_finish(struct bo_lines *lines, const char *line, size_t length,
		size_t done)
{
	/* A full disk or a signal cut the line. */
	if (bo_write_all(lines->fd, line + done, length - done))
		return true;
	/* The next line begins with a newline: only this one is lost. */
	atomic_store(&lines->broken, true);
	return false;
}

static void
report_losses(struct bo_lines *lines, const struct backoff_event *after)
{
	uint64_t reported = atomic_load(&lines->reported);
	uint64_t dropped = atomic_load(&lines->dropped);
	char line[BACKOFF_EVENT_LINE_MAX];
	struct backoff_event event;
	size_t length;

	/* The thread that changes the counter reports. */
	if (dropped <= reported ||
	    !atomic_compare_exchange_strong(&lines->reported, &reported,
					    dropped))
		return;
	bo_sink_dropped_event(&event, dropped - reported, after->ts_ns,
			      after->host);
	length = backoff_event_encode(&event, line, sizeof(line));
	if (length == 0 || !lines->put(lines, line, length)) {
		/* This line is lost too. */
		atomic_fetch_add(&lines->dropped, 1);
		atomic_fetch_sub(&lines->reported, dropped - reported);
	}
}

/* A child of fork(2) leaves its parent's losses for the parent to report. */
static void
forget_parent(struct bo_lines *lines)
{
	unsigned now = bo_process_generation();

	if (atomic_load_explicit(&lines->generation, memory_order_relaxed) ==
		    now ||
	    atomic_exchange(&lines->generation, now) == now)
		return;
	atomic_store(&lines->dropped, 0);
	atomic_store(&lines->reported, 0);
}

static void
emit(struct bo_lines *lines, const struct backoff_event *event)
{
	char line[BACKOFF_EVENT_LINE_MAX];
	size_t length = backoff_event_encode(event, line, sizeof(line));

	forget_parent(lines);
	if (length == 0 || !lines->put(lines, line, length))
		atomic_fetch_add(&lines->dropped, 1);
	else if (atomic_load_explicit(&lines->dropped, memory_order_relaxed) >
		 atomic_load_explicit(&lines->reported, memory_order_relaxed))
		report_losses(lines, event);
}

/* A write to a pipe without a reader sends the thread SIGPIPE, which would let
 * the log's reader end this process. The signal goes to this thread, so it can
 * be taken here, unless one was pending before. */
static void
emit_without_sigpipe(struct bo_lines *lines, const struct backoff_event *event)
{
	const struct timespec none = {0, 0};
	sigset_t pipes, pending, before;

	sigemptyset(&pipes);
	sigaddset(&pipes, SIGPIPE);
	sigemptyset(&pending);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipes, &before);
	emit(lines, event);
	if (!sigismember(&pending, SIGPIPE))
		while (sigtimedwait(&pipes, NULL, &none) < 0 && errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void
bo_lines_emit(struct backoff_sink *sink, const struct backoff_event *event)
{
	struct bo_lines *lines = (struct bo_lines *)sink;
	int saved = errno;

	if (lines->has_reader)
		emit_without_sigpipe(lines, event);
	else
		emit(lines, event);
	errno = saved;
}

uint64_t
bo_lines_dropped(const struct backoff_sink *sink)
{
	return atomic_load(&((const struct bo_lines *)sink)->dropped);
}

enum backoff_status
bo_lines_init(struct bo_lines *lines, int fd)
{
	struct stat st;

	if (bo_process_init() != BACKOFF_OK)
		return BACKOFF_E_NOMEM;
	lines->has_reader = fstat(fd, &st) == 0 &&
			    (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
	atomic_init(&lines->generation, bo_process_generation());
	lines->fd = fd;
	return BACKOFF_OK;
}

static bool
ends_with_newline(int fd)
{
	struct stat st;
	char last;

	return fstat(fd, &st) != 0 || st.st_size == 0 ||
	       pread(fd, &last, 1, st.st_size - 1) != 1 || last == '\n';
}

void
bo_lines_check_end(struct bo_lines *lines, const char *path)
{
	const struct timespec pause = {0, 1000000};
	struct stat st, named;
	bool whole;
	int fd;

	/* Opening a pipe or a tape can have an effect. */
	if (fstat(lines->fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size == 0)
		return;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return;
	/* The path may name another file by now. */
	whole = fstat(fd, &named) != 0 || named.st_ino != st.st_ino ||
		named.st_dev != st.st_dev || ends_with_newline(fd);
	/* Another process may be in the middle of its line. */
	for (int i = 0; !whole && i < CHECKS; i++) {
		nanosleep(&pause, NULL);
		whole = ends_with_newline(fd);
	}
	if (!whole)
		atomic_store(&lines->broken, true);
	close(fd);
}
