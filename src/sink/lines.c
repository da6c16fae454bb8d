/* Common parts of sinks that write lines: counting losses, ending cut lines. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "sink/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
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
	if (bo_fork_is_seen(&lines->seen) || !bo_fork_claim(&lines->seen))
		return;
	atomic_store(&lines->dropped, 0);
	atomic_store(&lines->reported, 0);
	bo_fork_done(&lines->seen);
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

/* Whether files of this process may not grow beyond some size. Asked each time,
 * because the limit can be set at any time, even from outside. */
static bool
has_size_limit(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) != 0 ||
	       limit.rlim_cur != RLIM_INFINITY;
}

/* A write to a pipe without a reader sends the thread SIGPIPE, and one beyond
 * the limit of a file's size SIGXFSZ. Both end the process by default, and a
 * log must not do that. The signals go to this thread, so they can be taken
 * here, unless one was pending before. SIGTTOU, which stops a background job
 * that writes to its terminal, is what its user asked for. */
static void
emit_without_signals(struct bo_lines *lines, const struct backoff_event *event)
{
	static const int raised[] = {SIGPIPE, SIGXFSZ};
	const struct timespec none = {0, 0};
	sigset_t ours, pending, before;

	sigemptyset(&ours);
	for (int i = 0; i < 2; i++)
		sigaddset(&ours, raised[i]);
	pthread_sigmask(SIG_BLOCK, &ours, &before);
	/* Only a signal that was blocked can have been pending. */
	sigemptyset(&pending);
	if (sigismember(&before, SIGPIPE) || sigismember(&before, SIGXFSZ))
		sigpending(&pending);
	for (int i = 0; i < 2; i++)
		if (sigismember(&pending, raised[i]))
			sigdelset(&ours, raised[i]);
	emit(lines, event);
	while (sigtimedwait(&ours, NULL, &none) > 0 || errno == EINTR)
		;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void
bo_lines_emit(struct backoff_sink *sink, const struct backoff_event *event)
{
	struct bo_lines *lines = (struct bo_lines *)sink;
	int saved = errno;

	if (atomic_load_explicit(&lines->has_reader, memory_order_relaxed) ||
	    has_size_limit())
		emit_without_signals(lines, event);
	else
		emit(lines, event);
	errno = saved;
}

uint64_t
bo_lines_dropped(const struct backoff_sink *sink)
{
	/* Memory of a sink is never constant. */
	struct bo_lines *lines = (struct bo_lines *)(uintptr_t)sink;

	forget_parent(lines);
	return atomic_load(&lines->dropped);
}

static bool
has_reader(const struct stat *st)
{
	return S_ISFIFO(st->st_mode) || S_ISSOCK(st->st_mode);
}

void
bo_lines_opened(struct bo_lines *lines, const struct stat *st)
{
	atomic_store(&lines->has_reader, has_reader(st));
	atomic_store(&lines->broken, false);
}

enum backoff_status
bo_lines_init(struct bo_lines *lines, int fd)
{
	struct stat st;

	if (bo_process_init() != BACKOFF_OK)
		return BACKOFF_E_NOMEM;
	atomic_init(&lines->has_reader, fstat(fd, &st) == 0 && has_reader(&st));
	bo_fork_init(&lines->seen);
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
