/* One open file that grows: its new lines, and whether it was rewritten. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "input/tail.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"

/* Size and time can both hide a rewriting (they have a grain), so the content
 * is compared this often even when neither changed. */
#define CHECK_NS BO_NS_PER_S
#define PACKED_BYTES 8192
#define COPY_BYTES 65536

struct tk_tail *
tk_tail_new(int fd, size_t input, struct tk_tail_counts *counts)
{
	struct tk_tail *tail = calloc(1, sizeof(*tail));
	struct stat st;

	if (tail == NULL)
		return NULL;
	tail->splitter = tk_splitter_new();
	if (tail->splitter == NULL || fstat(fd, &st) != 0) {
		tk_splitter_free(tail->splitter);
		free(tail);
		return NULL;
	}
	tail->fd = fd;
	tail->stream = !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode) &&
		       !S_ISBLK(st.st_mode);
	tail->dev = st.st_dev;
	tail->ino = st.st_ino;
	tail->watch = -1;
	tail->ready = true;
	tail->input = input;
	tail->counts = counts;
	return tail;
}

void
tk_tail_free(struct tk_tail *tail)
{
	if (tail == NULL)
		return;
	if (tail->fd != STDIN_FILENO)
		close(tail->fd);
	tk_splitter_free(tail->splitter);
	tk_packed_free(tail->packed);
	tk_marks_clear(&tail->marks);
	free(tail);
}

void
tk_tail_begin_at(struct tk_tail *tail, uint64_t offset)
{
	size_t head = offset < TK_TAIL_HEAD ? (size_t)offset : TK_TAIL_HEAD;
	size_t last = offset < TK_TAIL_LAST ? (size_t)offset : TK_TAIL_LAST;

	tail->offset = offset;
	if (offset == 0)
		return;
	if (pread(tail->fd, tail->head, head, 0) != (ssize_t)head)
		head = 0;
	if (pread(tail->fd, tail->last, last, (off_t)(offset - last)) !=
	    (ssize_t)last)
		last = 0;
	tail->head_length = head;
	tail->last_length = last;
	tail->marks.ended = true;
}

static void
deliver(struct tk_tail *tail, bool at_end, tk_line_fn fn, void *user)
{
	struct tk_line line;

	while (tk_splitter_next(tail->splitter, at_end, &line)) {
		if (!tail->stream && !tail->packed && !line.unterminated &&
		    tk_marks_take(&tail->marks, line.text, line.length))
			continue;
		tail->counts->lines++;
		if (line.oversize)
			tail->counts->oversize++;
		fn(user, tail->input, &line);
	}
}

/* Push the text of a packed file that was not given yet. */
static void
unpack(struct tk_tail *tail, tk_line_fn fn, void *user)
{
	const char *text, *problem;
	struct tk_line line;
	size_t length;

	while ((length = tk_packed_next(tail->packed, &text)) > 0) {
		tk_splitter_push(tail->splitter, text, length);
		deliver(tail, false, fn, user);
	}
	problem = tk_packed_problem(tail->packed);
	if (problem && tk_splitter_break(tail->splitter, problem, &line)) {
		tail->counts->lines++;
		fn(user, tail->input, &line);
	}
}

void
tk_tail_finish(struct tk_tail *tail, tk_line_fn fn, void *user)
{
	if (tail->packed) {
		tk_packed_end(tail->packed);
		unpack(tail, fn, user);
	}
	deliver(tail, true, fn, user);
}

uint64_t
tk_tail_wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * BO_NS_PER_S + (uint64_t)now.tv_nsec;
}

/* Forget what was read. */
static void
rewind_tail(struct tk_tail *tail)
{
	tk_splitter_reset(tail->splitter);
	tk_packed_free(tail->packed);
	tail->packed = NULL;
	tail->offset = 0;
	tail->size = 0;
	tail->head_length = 0;
	tail->last_length = 0;
}

/* Remember the first bytes of the file and the last ones before the offset. */
static void
remember(struct tk_tail *tail, const char *bytes, size_t length)
{
	if (tail->head_length == tail->offset &&
	    tail->head_length < TK_TAIL_HEAD) {
		size_t room = TK_TAIL_HEAD - tail->head_length;
		size_t part = length < room ? length : room;

		memcpy(tail->head + tail->head_length, bytes, part);
		tail->head_length += part;
	}
	if (length >= TK_TAIL_LAST) {
		memcpy(tail->last, bytes + length - TK_TAIL_LAST, TK_TAIL_LAST);
		tail->last_length = TK_TAIL_LAST;
	} else {
		size_t keep = TK_TAIL_LAST - length;

		if (keep > tail->last_length)
			keep = tail->last_length;
		memmove(tail->last, tail->last + tail->last_length - keep,
			keep);
		memcpy(tail->last + keep, bytes, length);
		tail->last_length = keep + length;
	}
	tail->offset += length;
	tail->counts->bytes += length;
}

/* A hole can be larger than the disk: jump over it where the system can. */
static void
skip_hole(struct tk_tail *tail)
{
#ifdef SEEK_DATA
	off_t data = lseek(tail->fd, (off_t)tail->offset, SEEK_DATA);

	if (data < 0 || (uint64_t)data <= tail->offset)
		return;
	tail->counts->nul_bytes += (uint64_t)data - tail->offset;
	tail->offset = (uint64_t)data;
	tail->last_length = 0;
#else
	(void)tail;
#endif
}

/* False if there is no memory; then nothing was taken. */
static bool
take(struct tk_tail *tail, const char *bytes, size_t length, tk_line_fn fn,
     void *user)
{
	if (tail->offset == 0 && tk_packing_of(bytes, length)) {
		tail->packed = tk_packed_new(
			tk_packing_of(bytes, length),
			tail->not_copied || tail->stream ? NULL : tail->copied,
			tail->copied_user);
		if (!tail->packed)
			return false;
	}
	remember(tail, bytes, length);
	if (tail->packed) {
		tk_packed_push(tail->packed, bytes, length);
		unpack(tail, fn, user);
		if (!tk_packed_is_wrong(tail->packed))
			return true;
		tail->not_copied = true;
		tail->counts->bytes -= tail->offset;
		rewind_tail(tail);
		return true;
	}
	tk_splitter_push(tail->splitter, bytes, length);
	deliver(tail, false, fn, user);
	tail->counts->nul_bytes += tk_splitter_nuls(tail->splitter);
	if (!tail->stream && tk_splitter_in_hole(tail->splitter))
		skip_hole(tail);
	return true;
}

/* Read the rest of what was in the file from a copy of it. */
static void
read_copy(struct tk_tail *tail, int copy, tk_line_fn fn, void *user)
{
	char *buffer = malloc(COPY_BYTES);
	ssize_t got;

	while (buffer &&
	       (got = pread(copy, buffer, COPY_BYTES, (off_t)tail->offset)) > 0)
		if (!take(tail, buffer, (size_t)got, fn, user))
			break;
	free(buffer);
	close(copy);
}

/* The writer began again at the top: bytes that were not read yet are lost,
 * unless there is a copy. */
static void
restart(struct tk_tail *tail, tk_line_fn fn, void *user)
{
	struct stat st;
	bool cut = fstat(tail->fd, &st) == 0 && st.st_size > 0 &&
		   (uint64_t)st.st_size < tail->offset;
	int copy =
		tail->open_copy ? tail->open_copy(tail->copied_user, tail) : -1;

	if (copy >= 0)
		read_copy(tail, copy, fn, user);
	tk_tail_finish(tail, fn, user);
	if (tail->forget)
		tail->forget(tail->copied_user, tail);
	tail->counts->truncations++;
	if (tail->size > tail->offset) {
		tail->counts->lost_bytes += tail->size - tail->offset;
		tail->counts->lost_ns = tk_tail_wall_ns();
	}
	tail->not_copied = false;
	rewind_tail(tail);
	tk_marks_restart(&tail->marks, cut);
}

static bool
same_head(const struct tk_tail *tail)
{
	unsigned char head[TK_TAIL_HEAD];
	ssize_t got = pread(tail->fd, head, tail->head_length, 0);

	return got == (ssize_t)tail->head_length &&
	       memcmp(head, tail->head, tail->head_length) == 0;
}

static enum tk_tail_result
no_memory(void)
{
	errno = ENOMEM;
	return TK_TAIL_FAILED;
}

static enum tk_tail_result
read_stream(struct tk_tail *tail, uint64_t now_ns, bool wait, char *buffer,
	    size_t size, tk_line_fn fn, void *user)
{
	struct pollfd ready = {.fd = tail->fd, .events = POLLIN};
	ssize_t got;

	if (tail->ended)
		return TK_TAIL_ENDED;
	if (poll(&ready, 1, wait ? -1 : 0) <= 0 || ready.revents == 0)
		return wait ? TK_TAIL_MORE : TK_TAIL_QUIET;
	got = read(tail->fd, buffer, size);
	if (got < 0) {
		if (errno == EAGAIN || errno == EINTR)
			return TK_TAIL_QUIET;
		return TK_TAIL_FAILED;
	}
	if (got == 0) {
		tk_tail_finish(tail, fn, user);
		tail->ended = true;
		return TK_TAIL_ENDED;
	}
	tail->changed_ns = now_ns;
	return take(tail, buffer, (size_t)got, fn, user) ? TK_TAIL_MORE
							 : no_memory();
}

/* Whether a file that has bytes says that it has none: a virtual one, which is
 * made while it is read and may differ each time. It was truncated just now if
 * the second read finds nothing. */
static bool
has_no_size(const struct tk_tail *tail)
{
	struct stat st;
	char byte;

	return fstat(tail->fd, &st) == 0 && st.st_size == 0 &&
	       pread(tail->fd, &byte, 1, 0) == 1 && fstat(tail->fd, &st) == 0 &&
	       st.st_size == 0;
}

enum tk_tail_result
tk_tail_read(struct tk_tail *tail, uint64_t now_ns, bool wait, char *buffer,
	     size_t size, tk_line_fn fn, void *user)
{
	struct stat st;
	ssize_t got;

	if (tail->stream)
		return read_stream(tail, now_ns, wait, buffer, size, fn, user);
	if (fstat(tail->fd, &st) != 0)
		return TK_TAIL_FAILED;
	if ((uint64_t)st.st_size == tail->offset &&
	    st.st_mtim.tv_sec == tail->mtime.tv_sec &&
	    st.st_mtim.tv_nsec == tail->mtime.tv_nsec &&
	    now_ns - tail->checked_ns < CHECK_NS)
		return TK_TAIL_QUIET;
	if ((uint64_t)st.st_size < tail->offset && tail->last_length == 0 &&
	    tail->head_length == 0)
		/* Nothing was read but holes, so there is nothing to compare.
		 */
		restart(tail, fn, user);

	/* Little packed data can be a lot of text. */
	if ((tail->packed || tail->offset == 0) &&
	    size > tail->last_length + PACKED_BYTES)
		size = tail->last_length + PACKED_BYTES;
	/* The bytes before the offset are read again together with the new
	 * ones, and the head after them: whatever the writer does in between,
	 * new bytes are only taken if they continue what was read before. The
	 * size alone proves nothing: files in /proc and /sys have none. */
	got = pread(tail->fd, buffer, size,
		    (off_t)(tail->offset - tail->last_length));
	if (got < 0)
		return errno == EINTR ? TK_TAIL_MORE : TK_TAIL_FAILED;
	if ((size_t)got < tail->last_length ||
	    memcmp(buffer, tail->last, tail->last_length) != 0 ||
	    !same_head(tail)) {
		restart(tail, fn, user);
		return TK_TAIL_MORE;
	}
	if (got > 0 && tail->offset == 0 && has_no_size(tail)) {
		tail->stream = true;
		return read_stream(tail, now_ns, wait, buffer, size, fn, user);
	}
	tail->size = (uint64_t)st.st_size;
	tail->mtime = st.st_mtim;
	tail->checked_ns = now_ns;
	if ((size_t)got == tail->last_length)
		return TK_TAIL_QUIET;
	/* It may be packed: that is known with its next bytes. */
	if (tail->offset == 0 && !wait &&
	    tk_packing_may_follow(buffer, (size_t)got))
		return TK_TAIL_QUIET;
	tail->changed_ns = now_ns;
	{
		size_t old = tail->last_length;

		if (!take(tail, buffer + old, (size_t)got - old, fn, user))
			return no_memory();
	}
	return TK_TAIL_MORE;
}
