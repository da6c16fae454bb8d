/* Events to a file descriptor: one write(2) a line. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/process.h"
#include "sink/sink.h"

struct fd_sink {
	struct backoff_sink sink;
	int fd;
	bool owned;
	/** Of the process that the counts below belong to. */
	atomic_uint generation;
	/** The last write left half a line behind. */
	atomic_bool broken;
	/** Events lost, and how many of them the log was told. */
	atomic_uint_fast64_t dropped, told;
};

/* The rest of a line that a full disk or a signal cut; false if it stays
 * cut. */
static bool
write_rest(int fd, const char *at, size_t length)
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

static bool
write_line(struct fd_sink *s, char *line, size_t length)
{
	char newline = '\n';
	struct iovec part[2] = {{&newline, 1}, {line, length}};
	bool broken = atomic_load_explicit(&s->broken, memory_order_relaxed) &&
		      atomic_exchange(&s->broken, false);
	size_t skip = broken ? 1 : 0;
	ssize_t n;

	do
		n = writev(s->fd, &part[1 - skip], (int)(1 + skip));
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)(length + skip))
		return true;
	if (n > (ssize_t)skip &&
	    write_rest(s->fd, line + n - skip, length + skip - (size_t)n))
		return true;
	/* Nothing written: the state is as before. Half a line: the next one
	 * begins with a newline, so that only this one is lost. */
	if (n > (ssize_t)skip || (n <= 0 && broken))
		atomic_store(&s->broken, true);
	return false;
}

static void
tell_losses(struct fd_sink *s, const struct backoff_event *after)
{
	uint64_t told = atomic_load(&s->told);
	uint64_t dropped = atomic_load(&s->dropped);
	char line[BACKOFF_EVENT_LINE_MAX];
	struct backoff_event event;
	size_t length;

	/* Whoever moves the count tells it. */
	if (dropped <= told ||
	    !atomic_compare_exchange_strong(&s->told, &told, dropped))
		return;
	bo_sink_dropped_event(&event, dropped - told, after->ts_ns,
			      after->host);
	length = backoff_event_encode(&event, line, sizeof(line));
	if (length == 0 || !write_line(s, line, length)) {
		/* This line is one more that is missing. */
		atomic_fetch_add(&s->dropped, 1);
		atomic_fetch_sub(&s->told, dropped - told);
	}
}

/* What a parent lost is the parent's to tell. */
static void
forget_parent(struct fd_sink *s)
{
	unsigned now = bo_process_generation();

	if (atomic_load_explicit(&s->generation, memory_order_relaxed) == now ||
	    atomic_exchange(&s->generation, now) == now)
		return;
	atomic_store(&s->dropped, 0);
	atomic_store(&s->told, 0);
}

static void
fd_emit(struct backoff_sink *sink, const struct backoff_event *event)
{
	struct fd_sink *s = (struct fd_sink *)sink;
	char line[BACKOFF_EVENT_LINE_MAX];
	size_t length = backoff_event_encode(event, line, sizeof(line));
	int saved = errno;

	forget_parent(s);
	if (length == 0 || !write_line(s, line, length))
		atomic_fetch_add(&s->dropped, 1);
	else if (atomic_load_explicit(&s->dropped, memory_order_relaxed) >
		 atomic_load_explicit(&s->told, memory_order_relaxed))
		tell_losses(s, event);
	errno = saved;
}

static uint64_t
fd_dropped(const struct backoff_sink *sink)
{
	return atomic_load(&((const struct fd_sink *)sink)->dropped);
}

static void
fd_free(struct backoff_sink *sink)
{
	struct fd_sink *s = (struct fd_sink *)sink;

	if (s->owned)
		close(s->fd);
}

enum backoff_status
backoff_sink_fd_new(int fd, int owned, struct backoff_sink **out)
{
	static const struct bo_sink_ops ops = {
		.emit = fd_emit, .dropped = fd_dropped, .free = fd_free};
	struct fd_sink *s;

	if (fd < 0)
		return BACKOFF_E_ARGUMENT;
	s = calloc(1, sizeof(*s));
	if (s == NULL || bo_process_init() != BACKOFF_OK) {
		free(s);
		return BACKOFF_E_NOMEM;
	}
	s->sink.ops = &ops;
	atomic_init(&s->generation, bo_process_generation());
	s->fd = fd;
	s->owned = owned;
	*out = &s->sink;
	return BACKOFF_OK;
}

enum backoff_status
backoff_sink_file_new(const char *path, struct backoff_sink **out)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	enum backoff_status status;

	if (fd < 0)
		return BACKOFF_E_IO;
	status = backoff_sink_fd_new(fd, 1, out);
	if (status != BACKOFF_OK)
		close(fd);
	return status;
}
