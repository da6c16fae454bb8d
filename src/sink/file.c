/* A sink that writes to a file by its path, and follows the path.
 *
 * After a log is renamed, removed or replaced, its readers would not see the
 * lines that are written to the open file. So a line that comes 10 ms or more
 * after the last check has the path checked by one stat(2). If the path names
 * another file, or none, it is opened again under the same descriptor. One
 * thread does that while the others write on: no thread waits for another. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "base/process.h"
#include "sink/lines.h"
#include "sink/path.h"

#define LOOK_NS UINT64_C(10000000)

struct file_sink {
	struct bo_lines lines;
	/** Absolute, if the working directory was known. Links in it are
	 *  followed each time. */
	char *path;
	/** Time of the next look. */
	atomic_uint_fast64_t look_ns;
	/** Number of times that the open file was replaced by another. */
	atomic_uint swaps;
	/** errno of the last look. */
	atomic_int error;
	/** The path cannot be opened, and the open file has no name. */
	atomic_bool gone;
	/** 1 + the generation of the process with a thread that is looking; 0:
	 *  none. Only that thread may use the member below. */
	atomic_uint busy;
	/** The file that is open. */
	struct stat open;
};

static uint64_t
now(void)
{
	struct timespec t;

	/* Precise to 10 ms or better, and cheaper than the precise one. */
	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return (uint64_t)t.tv_sec * BO_NS_PER_S + (uint64_t)t.tv_nsec;
}

/* Become the thread that looks. A child of fork(2) may find the mark of a
 * thread that it does not have. */
static bool
take(struct file_sink *f)
{
	unsigned own = bo_process_generation() + 1;
	unsigned seen = atomic_load_explicit(&f->busy, memory_order_relaxed);

	return seen != own &&
	       atomic_compare_exchange_strong_explicit(&f->busy, &seen, own,
						       memory_order_acquire,
						       memory_order_relaxed);
}

static void
leave(struct file_sink *f)
{
	atomic_store_explicit(&f->busy, 0, memory_order_release);
}

static bool
has_no_name(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 0;
}

/* Open the file that the path names now; false with errno. */
static bool
reopen(struct file_sink *f)
{
	struct stat st;
	int fd = bo_path_open(f->path, f->lines.fd, false, &st);

	if (fd < 0 || !bo_path_replace(fd, f->lines.fd))
		return false;
	f->open = st;
	atomic_fetch_add(&f->swaps, 1);
	bo_lines_opened(&f->lines, &st);
	bo_lines_check_end(&f->lines, f->path);
	return true;
}

static void
look_closely(struct file_sink *f)
{
	struct stat st;
	bool found = stat(f->path, &st) == 0 && bo_same_file(&st, &f->open);

	if (found || reopen(f)) {
		atomic_store(&f->error, 0);
		atomic_store(&f->gone, false);
		return;
	}
	/* As long as the old file has a name, it is better than nothing. */
	atomic_store(&f->error, errno);
	atomic_store(&f->gone, has_no_name(f->lines.fd));
}

static void
look(struct file_sink *f, uint64_t now_ns)
{
	int state;

	if (!take(f))
		return;
	/* A thread that is cancelled in here would leave its mark forever. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	look_closely(f);
	atomic_store(&f->look_ns, now_ns + LOOK_NS);
	leave(f);
	pthread_setcancelstate(state, NULL);
}

/* Write the rest of a line to the file that has its start, or not at all. */
static bool
finish(struct file_sink *f, unsigned swaps, const char *line, size_t length,
       size_t done)
{
	bool whole = false;
	int state;

	if (take(f)) {
		pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
		if (atomic_load(&f->swaps) == swaps)
			whole = bo_lines_finish(&f->lines, line, length, done);
		leave(f);
		pthread_setcancelstate(state, NULL);
	}
	if (!whole)
		atomic_store(&f->lines.broken, true);
	return whole;
}

static bool
file_put(struct bo_lines *lines, char *line, size_t length)
{
	struct file_sink *f = (struct file_sink *)lines;
	uint64_t now_ns = now();
	unsigned swaps;
	size_t done;

	if (now_ns >= atomic_load_explicit(&f->look_ns, memory_order_relaxed))
		look(f, now_ns);
	if (atomic_load_explicit(&f->gone, memory_order_relaxed))
		return false;
	swaps = atomic_load(&f->swaps);
	done = bo_lines_write(lines, line, length);
	return done == length ||
	       (done > 0 && finish(f, swaps, line, length, done));
}

static void
file_free(struct backoff_sink *sink)
{
	struct file_sink *f = (struct file_sink *)sink;

	close(f->lines.fd);
	free(f->path);
}

static int
file_error(const struct backoff_sink *sink)
{
	return atomic_load(&((const struct file_sink *)sink)->error);
}

/* A daemon may change its directory. Links are not resolved here: one that
 * names the log of the day is followed to the next one. */
static char *
absolute(const char *path)
{
	char *directory = path[0] != '/' ? getcwd(NULL, 0) : NULL, *out;
	size_t length;

	if (directory == NULL)
		return strdup(path);
	length = strlen(directory);
	out = malloc(length + strlen(path) + 2);
	if (out != NULL) {
		memcpy(out, directory, length);
		out[length] = '/';
		memcpy(out + length + 1, path, strlen(path) + 1);
	}
	free(directory);
	return out;
}

enum backoff_status
backoff_sink_file_new(const char *path, struct backoff_sink **out)
{
	static const struct bo_sink_ops ops = {.emit = bo_lines_emit,
					       .dropped = bo_lines_dropped,
					       .free = file_free,
					       .error = file_error};
	struct file_sink *f;
	int fd, error;

	if (path == NULL || out == NULL)
		return BACKOFF_E_ARGUMENT;
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return BACKOFF_E_NOMEM;
	fd = bo_path_open(path, -1, false, &f->open);
	if (fd < 0) {
		error = errno;
		free(f);
		errno = error;
		return BACKOFF_E_IO;
	}
	f->path = absolute(path);
	if (f->path == NULL || bo_lines_init(&f->lines, fd) != BACKOFF_OK) {
		close(fd);
		free(f->path);
		free(f);
		return BACKOFF_E_NOMEM;
	}
	f->lines.sink.ops = &ops;
	f->lines.put = file_put;
	atomic_init(&f->look_ns, now() + LOOK_NS);
	bo_lines_check_end(&f->lines, f->path);
	*out = &f->lines.sink;
	return BACKOFF_OK;
}
