/* A sink that writes to a file, which is renamed when it is full or old.
 *
 * A line is one write(2) and costs no other system call. Whether the path still
 * names the open file, and how far other processes made it grow, is checked
 * when 10 ms have passed since the last check, or when this process has written
 * an eighth of the room that was left. All processes that write to a path reach
 * the same limit, so each notices by itself that another one has rotated.
 *
 * A rotating process holds a flock(2) on the full file. Not on a separate lock
 * file: that could be deleted, and would remain. No process or thread waits for
 * the lock: without it, writing continues, at worst to a file that has just
 * become PATH.1.
 *
 * A renamed file is kept for at least 50 ms before another rotation may delete
 * it, unless the log would become twice as large as its limit. If the file of a
 * line could have been deleted since the last check, it is checked again after
 * the line: if it is gone, the line is written again. So no line is lost in a
 * deleted file, without a lock around each write.
 *
 * On a full disk, the oldest rotated file makes room for new lines. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <backoff/clock.h>

#include "base/num.h"
#include "base/process.h"
#include "base/sized.h"
#include "sink/lines.h"
#include "sink/numbered.h"
#include "sink/path.h"

#define MS UINT64_C(1000000)
#define LOOK_NS (10 * MS)
#define LATE_NS (20 * MS)
/** No disk, and no memory, takes more than 4 bytes in a nanosecond. */
#define BYTES_PER_NS 4
/** A rotation waits no longer when the file has twice max_bytes, and at least
 *  this. */
#define LARGE_BYTES 65536
/** More than LATE_NS and two ticks of the clock that stamps files (10 ms). */
#define STAY_NS (50 * MS)
/** Maximum delay of a rotation by a program that keeps writing to PATH.1. */
#define STAY_MOST_NS (1000 * MS)
/** Delay before the next try after a failed rotation, and while another process
 *  rotates. */
#define RETRY_NS (1000 * MS)
#define RETRY_SOON_NS (1 * MS)
/** Look again after writing this part of the room left, since other processes
 *  write too. */
#define ROOM_PART 8
/** A rotation takes two looks; other processes may rotate in between. */
#define LOOKS_MAX 5
#define AGAIN_MAX 16
#define FLAGS (O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

struct rotating {
	struct bo_lines lines;
	const struct backoff_clock *clock;
	/** Absolute, since a daemon may change its directory; no links. */
	char *path;
	uint64_t max_bytes, max_age_ns;
	/** The size at which a rotation does not wait for PATH.1. */
	uint64_t large_bytes;
	/** The time after a look in which the file cannot be deleted. */
	uint64_t safe_ns;
	unsigned keep;
	/** Time of the next look, and the bytes this process may write before
	 *  it. */
	atomic_uint_fast64_t look_ns;
	atomic_int_fast64_t room;
	/** Time at which the path was last known to name the open file. */
	atomic_uint_fast64_t current_ns;
	/** Number of times that the open file was replaced by another. */
	atomic_uint swaps;
	/** errno of the last rotation. */
	atomic_int error;
	/** 1 + the generation of the process with a thread that is looking; 0:
	 *  none. Only that thread may use the members below. */
	atomic_uint busy;
	/** The descriptor that holds the lock, or -1. */
	int lock;
	dev_t dev;
	ino_t ino;
	/** The first line's wall time, and the monotonic time at which the
	 *  file becomes old. */
	bool has_first;
	uint64_t first_ns, old_ns;
	/** Do not rotate before retry_ns. A rotation has waited since waits_ns
	 *  (0: none does) for PATH.1 to be old enough. */
	uint64_t retry_ns, waits_ns;
	/** The last try to rotate was put off because of PATH.1. */
	bool put_off;
	/** When the disk was last full: the time, the size of the file that was
	 *  deleted, and that of all others. */
	uint64_t freed_ns, freed_bytes, kept_bytes;
	/** Number of files that were deleted because of that. */
	atomic_uint frees;
};

static uint64_t
now_of(const struct rotating *r)
{
	return r->clock->now_ns(r->clock->user);
}

/* Become the thread that looks. A child of fork(2) may find the mark of a
 * thread that it does not have, and share its lock until it closes the
 * descriptor. */
static bool
take(struct rotating *r)
{
	unsigned own = bo_process_generation() + 1;
	unsigned seen = atomic_load_explicit(&r->busy, memory_order_relaxed);

	if (seen == own || !atomic_compare_exchange_strong_explicit(
				   &r->busy, &seen, own, memory_order_acquire,
				   memory_order_relaxed))
		return false;
	if (seen != 0 && r->lock >= 0) {
		close(r->lock);
		r->lock = -1;
	}
	return true;
}

static void
leave(struct rotating *r)
{
	atomic_store_explicit(&r->busy, 0, memory_order_release);
}

static bool
is_open(const struct rotating *r, const struct stat *st)
{
	return st->st_ino == r->ino && st->st_dev == r->dev;
}

static void
adopt(struct rotating *r, const struct stat *st, uint64_t now_ns)
{
	r->dev = st->st_dev;
	r->ino = st->st_ino;
	r->has_first = false;
	r->old_ns = r->max_age_ns == BACKOFF_FOREVER ? BACKOFF_FOREVER : 0;
	r->waits_ns = 0;
	r->retry_ns = 0;
	atomic_store(&r->current_ns, now_ns);
}

/* Replace the open file. */
static bool
reopen(struct rotating *r, uint64_t now_ns)
{
	struct stat st;
	int fd = bo_path_open(r->path, r->lines.fd, true, &st);

	if (fd < 0 || !bo_path_replace(fd, r->lines.fd))
		return false;
	atomic_fetch_add(&r->swaps, 1);
	bo_lines_opened(&r->lines, &st);
	atomic_store(&r->error, 0);
	adopt(r, &st, now_ns);
	return true;
}

/* Find out when the open file becomes old. Repeated when it seems to be old,
 * since it may have been truncated. The age is the difference of two wall times
 * only when this process first sees a file; then the monotonic clock counts. */
static void
learn_age(struct rotating *r, const struct stat *st, uint64_t now_ns)
{
	uint64_t wall_ns = r->clock->wall_ns(r->clock->user), first_ns;
	uint64_t age_ns;

	if (!bo_first_line_ns(r->path, st, &first_ns))
		first_ns = r->has_first ? r->first_ns : wall_ns;
	if (r->has_first && first_ns == r->first_ns)
		return;
	age_ns = bo_sub_sat(wall_ns, first_ns);
	r->has_first = true;
	r->first_ns = first_ns;
	r->old_ns = age_ns >= r->max_age_ns
			    ? now_ns
			    : bo_add_sat(now_ns, r->max_age_ns - age_ns);
}

static bool
would_be_large(const struct rotating *r, const struct stat *st, size_t length)
{
	return bo_add_sat((uint64_t)st->st_size, length) > r->large_bytes;
}

static bool
is_due(struct rotating *r, const struct stat *st, uint64_t now_ns,
       size_t length)
{
	/* A line longer than max_bytes has a file to itself. */
	if (st->st_size <= 0)
		return false;
	if (now_ns >= r->old_ns)
		learn_age(r, st, now_ns);
	if (r->put_off && would_be_large(r, st, length))
		return true;
	return now_ns >= r->retry_ns &&
	       (bo_add_sat((uint64_t)st->st_size, length) > r->max_bytes ||
		now_ns >= r->old_ns);
}

/* Whether the rotation would delete a file that was written to recently. */
static bool
must_wait(struct rotating *r, uint64_t now_ns)
{
	uint64_t wall_ns = r->clock->wall_ns(r->clock->user);
	int64_t quiet_ns = bo_numbered_quiet_ns(r->path, wall_ns);

	if (quiet_ns < 0 || quiet_ns >= (int64_t)STAY_NS)
		return false;
	if (r->waits_ns == 0)
		r->waits_ns = now_ns > 0 ? now_ns : 1;
	return now_ns - r->waits_ns < STAY_MOST_NS;
}

static void
unlock(struct rotating *r)
{
	if (r->lock < 0)
		return;
	/* Closing is not enough: a child of fork(2) may have a copy. */
	flock(r->lock, LOCK_UN);
	close(r->lock);
	r->lock = -1;
}

/* 0: the path is free, or names another process's file by now; EAGAIN: try
 * again soon; or another errno. */
static int
rotate_locked(struct rotating *r, uint64_t now_ns, size_t length)
{
	struct stat st;
	int gap;

	if (fstat(r->lock, &st) != 0)
		return errno;
	if (!is_open(r, &st))
		return 0;
	if (flock(r->lock, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? EAGAIN : errno;
	if (stat(r->path, &st) != 0)
		return errno == ENOENT ? 0 : errno;
	if (!is_open(r, &st))
		return 0;
	gap = bo_numbered_gap(r->path, r->keep);
	if (gap < 0)
		return errno;
	if (gap == 0 && !would_be_large(r, &st, length) &&
	    must_wait(r, now_ns)) {
		r->put_off = true;
		return EAGAIN;
	}
	return bo_numbered_shift(r->path, gap, r->keep);
}

static int
rotate(struct rotating *r, uint64_t now_ns, size_t length)
{
	int error;

	r->put_off = false;
	r->lock = open(r->path, FLAGS);
	if (r->lock < 0)
		return errno == ENOENT ? 0 : errno;
	error = rotate_locked(r, now_ns, length);
	unlock(r);
	return error;
}

static void
put_off(struct rotating *r, uint64_t now_ns, int error)
{
	if (error != EAGAIN)
		atomic_store(&r->error, error);
	r->retry_ns =
		bo_add_sat(now_ns, error == EAGAIN ? RETRY_SOON_NS : RETRY_NS);
}

/* Make sure that the path names the open file, and that the file has room. */
static void
look_closely(struct rotating *r, uint64_t now_ns, size_t length)
{
	struct stat st = {0};

	for (int i = 0; i < LOOKS_MAX; i++) {
		int error;

		if (stat(r->path, &st) != 0 || !is_open(r, &st)) {
			if (reopen(r, now_ns))
				continue;
			put_off(r, now_ns, errno);
			return;
		}
		atomic_store(&r->current_ns, now_ns);
		if (!is_due(r, &st, now_ns, length))
			return;
		error = rotate(r, now_ns, length);
		if (error != 0) {
			put_off(r, now_ns, error);
			return;
		}
	}
}

/* Decide when to look again. */
static void
plan(struct rotating *r, uint64_t now_ns)
{
	uint64_t next_ns = bo_add_sat(now_ns, LOOK_NS);
	uint64_t room = INT64_MAX, most = r->max_bytes;
	struct stat st;

	if (r->retry_ns > now_ns) {
		next_ns = bo_min(next_ns, r->retry_ns);
		most = r->put_off ? r->large_bytes : UINT64_MAX;
	}
	if (most < INT64_MAX && fstat(r->lines.fd, &st) == 0)
		room = bo_sub_sat(most, (uint64_t)st.st_size) / ROOM_PART;
	if (r->old_ns > now_ns)
		next_ns = bo_min(next_ns, r->old_ns);
	else if (!r->has_first)
		next_ns = 0;
	atomic_store(&r->look_ns, next_ns);
	atomic_store(&r->room, (int64_t)room);
}

static void
look(struct rotating *r, uint64_t now_ns, size_t length)
{
	int state;

	if (!take(r))
		return;
	/* A thread that was cancelled here would keep its mark forever. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	look_closely(r, now_ns, length);
	plan(r, now_ns);
	leave(r);
	pthread_setcancelstate(state, NULL);
}

/* Write the rest of a line to the file that has its start, or not at all. */
static bool
finish(struct rotating *r, unsigned swaps, const char *line, size_t length,
       size_t done)
{
	bool whole = false;
	int state;

	if (take(r)) {
		pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
		if (atomic_load(&r->swaps) == swaps)
			whole = bo_lines_finish(&r->lines, line, length, done);
		leave(r);
		pthread_setcancelstate(state, NULL);
	}
	if (!whole)
		atomic_store(&r->lines.broken, true);
	return whole;
}

/* Whether the open file still has a name. Some file systems do not count links;
 * then the path decides. */
static bool
has_name(const struct rotating *r, int fd)
{
	struct stat st, named;

	return fstat(fd, &st) == 0 &&
	       (st.st_nlink > 0 ||
		(stat(r->path, &named) == 0 && bo_same_file(&st, &named)));
}

/* Write a line again whose file is gone. Not by a new look: another thread may
 * be looking, and no thread waits for another. */
static bool
write_again(struct rotating *r, const char *line, size_t length)
{
	bool there = false, written = true;
	int state;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	atomic_store(&r->look_ns, 0);
	for (int i = 0; !there && written && i < AGAIN_MAX; i++) {
		struct stat st;
		int fd = bo_path_open(r->path, r->lines.fd, true, &st);

		written = fd >= 0 && bo_write_all(fd, line, length);
		there = written && has_name(r, fd);
		if (fd >= 0)
			close(fd);
	}
	pthread_setcancelstate(state, NULL);
	return there;
}

static bool
is_full(int error)
{
	return error == ENOSPC || error == EDQUOT;
}

/* Whether to delete an old log for new lines: at most one file a second, unless
 * the log itself has filled half of what the last one freed. If another program
 * fills the disk, deleting all of them would not help. */
static bool
may_free(const struct rotating *r, uint64_t now_ns)
{
	return r->freed_bytes == 0 ||
	       now_ns >= bo_add_sat(r->freed_ns, RETRY_NS) ||
	       bo_numbered_bytes(r->path, r->keep) >=
		       bo_add_sat(r->kept_bytes, r->freed_bytes / 2);
}

/* Delete the oldest rotated file, under the lock, so that no rotation renames
 * it at the same time. */
static bool
free_oldest(struct rotating *r, uint64_t now_ns)
{
	uint64_t bytes = 0, before;

	if (!may_free(r, now_ns))
		return false;
	/* Not afterwards, when other threads have written again. */
	before = bo_numbered_bytes(r->path, r->keep);
	/* Without PATH, no process can hold its lock. */
	r->lock = open(r->path, FLAGS);
	if (r->lock < 0 ? errno == ENOENT
			: flock(r->lock, LOCK_EX | LOCK_NB) == 0)
		bytes = bo_numbered_free_oldest(r->path, r->keep);
	unlock(r);
	if (bytes == 0)
		return false;
	atomic_fetch_add(&r->frees, 1);
	r->freed_ns = now_ns;
	r->freed_bytes = bytes;
	r->kept_bytes = bo_sub_sat(before, bytes);
	return true;
}

/* The disk was full when @frees files had been deleted: make room, if possible
 * and no other thread has done so. */
static bool
make_room(struct rotating *r, uint64_t now_ns, unsigned frees)
{
	bool freed;
	int state;

	/* Another thread may be making room. */
	if (!take(r)) {
		sched_yield();
		return true;
	}
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	freed = atomic_load(&r->frees) != frees || free_oldest(r, now_ns);
	leave(r);
	pthread_setcancelstate(state, NULL);
	return freed;
}

/* Write a line; on a full disk, again after each file that was deleted. */
static bool
write_line(struct rotating *r, char *line, size_t length, uint64_t now_ns)
{
	for (int i = 0; i < AGAIN_MAX; i++) {
		unsigned swaps = atomic_load(&r->swaps);
		unsigned frees = atomic_load(&r->frees);
		size_t done = bo_lines_write(&r->lines, line, length);

		if (done == length ||
		    (done > 0 && finish(r, swaps, line, length, done)))
			return true;
		if (!is_full(errno) || !make_room(r, now_ns, frees))
			return false;
	}
	return false;
}

static bool
rotating_put(struct bo_lines *lines, char *line, size_t length)
{
	struct rotating *r = (struct rotating *)lines;
	uint64_t now_ns = now_of(r), current_ns;

	if (now_ns >= atomic_load_explicit(&r->look_ns, memory_order_relaxed) ||
	    atomic_fetch_sub_explicit(&r->room, (int64_t)length,
				      memory_order_relaxed) < (int64_t)length)
		look(r, now_ns, length);
	current_ns = atomic_load(&r->current_ns);
	if (!write_line(r, line, length, now_ns))
		return false;
	if (now_of(r) - current_ns <= r->safe_ns || has_name(r, lines->fd))
		return true;
	return write_again(r, line, length);
}

static void
rotating_free(struct backoff_sink *sink)
{
	struct rotating *r = (struct rotating *)sink;

	close(r->lines.fd);
	free(r->path);
}

static int
rotating_error(const struct backoff_sink *sink)
{
	return atomic_load(&((const struct rotating *)sink)->error);
}

static bool
is_valid(const struct backoff_rotation *rotation)
{
	return bo_sized_is_known(rotation, sizeof(*rotation)) &&
	       rotation->max_bytes > 0 && rotation->max_age_ns > 0 &&
	       rotation->keep > 0 && rotation->keep <= BO_KEEP_MAX;
}

/* Open the file and find its absolute path. Another process may rotate in
 * between; then open the new file. */
static int
open_named(struct rotating *r, const char *path, struct stat *st)
{
	for (int i = 0; i < AGAIN_MAX; i++) {
		int fd = bo_path_open(path, -1, true, st), error;

		if (fd < 0)
			return -1;
		r->path = realpath(path, NULL);
		if (r->path != NULL)
			return fd;
		error = errno;
		close(fd);
		errno = error;
		if (error != ENOENT)
			return -1;
	}
	return -1;
}

static enum backoff_status
open_first(struct rotating *r, const char *path)
{
	struct stat st;
	int fd = open_named(r, path, &st), error;

	if (fd < 0)
		return errno == ENOMEM ? BACKOFF_E_NOMEM : BACKOFF_E_IO;
	error = bo_numbered_check(r->path, r->keep);
	if (error == 0 && bo_lines_init(&r->lines, fd) != BACKOFF_OK)
		error = ENOMEM;
	if (error == 0) {
		adopt(r, &st, now_of(r));
		return BACKOFF_OK;
	}
	close(fd);
	free(r->path);
	errno = error;
	return error == ENOMEM ? BACKOFF_E_NOMEM : BACKOFF_E_IO;
}

enum backoff_status
backoff_sink_rotating_new(const char *path,
			  const struct backoff_rotation *rotation,
			  struct backoff_sink **out)
{
	static const struct bo_sink_ops ops = {.emit = bo_lines_emit,
					       .dropped = bo_lines_dropped,
					       .free = rotating_free,
					       .error = rotating_error};
	struct backoff_rotation whole;
	enum backoff_status status;
	struct rotating *r;

	if (path == NULL || rotation == NULL || out == NULL ||
	    !is_valid(rotation))
		return BACKOFF_E_ARGUMENT;
	rotation = BO_GET(backoff_rotation, rotation, &whole);
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return BACKOFF_E_NOMEM;
	r->clock = rotation->clock != NULL ? rotation->clock
					   : backoff_clock_system();
	r->max_bytes = rotation->max_bytes;
	r->max_age_ns = rotation->max_age_ns;
	r->keep = rotation->keep;
	r->large_bytes = bo_mul_sat(r->max_bytes, 2);
	if (r->large_bytes < LARGE_BYTES)
		r->large_bytes = LARGE_BYTES;
	r->safe_ns = bo_min(LATE_NS,
			    bo_mul_sat(r->large_bytes, r->keep) / BYTES_PER_NS);
	r->lock = -1;
	status = open_first(r, path);
	if (status != BACKOFF_OK) {
		free(r);
		return status;
	}
	r->lines.sink.ops = &ops;
	r->lines.put = rotating_put;
	bo_lines_check_end(&r->lines, r->path);
	*out = &r->lines.sink;
	return BACKOFF_OK;
}
