/* Files that are followed and their copies: what a copy has in common with its
 * file counts once, and what only the copy still has is not lost. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "input/twins.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files that begin with less than this in common are not copies. */
#define COMMON_MIN 64

struct tk_tail *
tk_twins_find(struct tk_tail *const *file, size_t count,
	      const struct tk_tail *tail)
{
	unsigned char head[TK_TAIL_HEAD];
	ssize_t got;

	if (tail->stream || tail->offset > 0 || tail->fd == STDIN_FILENO)
		return NULL;
	got = pread(tail->fd, head, sizeof(head), 0);
	if (got < COMMON_MIN)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		struct tk_tail *other = file[i];
		size_t common = other->head_length < (size_t)got
					? other->head_length
					: (size_t)got;

		if (other != tail && other->origin == NULL && !other->packed &&
		    !other->stream && common >= COMMON_MIN &&
		    memcmp(head, other->head, common) == 0)
			return other;
	}
	return NULL;
}

/* Read it from the start of the line at which it differs, as any other. */
static void
go_on_alone(struct tk_tail *tail)
{
	tail->origin = NULL;
	tail->ready = true;
	tk_tail_begin_at(tail, tail->line_begin);
}

/* Both are at their ends as far as they agree: is there more of the copy? */
static bool
compare_ends(struct tk_tail *tail)
{
	struct tk_tail *origin = tail->origin;
	struct stat copy, st;

	/* In this order: what the copy has came from the file before. */
	if (fstat(tail->fd, &copy) != 0 ||
	    (uint64_t)copy.st_size <= tail->offset)
		return false;
	if (!origin->failed && fstat(origin->fd, &st) == 0 &&
	    (uint64_t)st.st_size != origin->offset) {
		/* It is to be read first, or found to be truncated. */
		origin->ready = true;
		return true;
	}
	go_on_alone(tail);
	return true;
}

bool
tk_twins_compare(struct tk_tail *tail, char *buffer, size_t size)
{
	struct tk_tail *origin = tail->origin;
	size_t half = size / 2, common = 0, part;
	char *theirs = buffer + half;
	ssize_t got, read;

	if (tail->offset >= origin->offset)
		return compare_ends(tail);
	part = origin->offset - tail->offset < half
		       ? (size_t)(origin->offset - tail->offset)
		       : half;
	got = pread(tail->fd, buffer, part, (off_t)tail->offset);
	if (got == 0)
		return false;
	read = got < 0 ? -1
		       : pread(origin->fd, theirs, (size_t)got,
			       (off_t)tail->offset);
	if (read < 0) {
		/* One of them cannot be read: if it is the copy, its next read
		 * will say so. */
		go_on_alone(tail);
		return true;
	}
	if (read < got) {
		/* The file was truncated just now. */
		origin->ready = true;
		return true;
	}
	while (common < (size_t)got && buffer[common] == theirs[common]) {
		if (buffer[common++] == '\n')
			tail->line_begin = tail->offset + common;
	}
	tail->offset += common;
	if (common < (size_t)got)
		go_on_alone(tail);
	return true;
}

static bool
has_bytes(int fd, const void *bytes, size_t length, uint64_t offset)
{
	unsigned char theirs[TK_TAIL_HEAD];

	return pread(fd, theirs, length, (off_t)offset) == (ssize_t)length &&
	       memcmp(theirs, bytes, length) == 0;
}

/* Whether a file has all of another that was read. */
static bool
has_all(int fd, const struct tk_tail *tail)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       (uint64_t)st.st_size > tail->offset &&
	       (st.st_dev != tail->dev || st.st_ino != tail->ino) &&
	       has_bytes(fd, tail->head, tail->head_length, 0) &&
	       has_bytes(fd, tail->last, tail->last_length,
			 tail->offset - tail->last_length);
}

/* Where the line begins that goes on at the offset: there, if it is too long to
 * be read. */
static uint64_t
line_begin(int fd, uint64_t offset)
{
	char bytes[4096];
	uint64_t end = offset;

	while (end > 0 && offset - end < TK_LINE_MAX) {
		size_t part = end < sizeof(bytes) ? (size_t)end : sizeof(bytes);
		const char *newline;

		end -= part;
		if (pread(fd, bytes, part, (off_t)end) != (ssize_t)part)
			return offset;
		newline = memrchr(bytes, '\n', part);
		if (newline)
			return end + (uint64_t)(newline - bytes) + 1;
	}
	return end == 0 ? 0 : offset;
}

bool
tk_twins_skip(struct tk_tail *tail, const struct tk_print *print)
{
	struct stat st;
	size_t common;

	if (!print->truncated || tail->offset > 0 ||
	    fstat(tail->fd, &st) != 0 || st.st_size < COMMON_MIN ||
	    print->head_length < COMMON_MIN)
		return false;
	common = (uint64_t)st.st_size < print->head_length ? (size_t)st.st_size
							   : print->head_length;
	if (!has_bytes(tail->fd, print->head, common, 0))
		return false;
	tail->line_begin = (uint64_t)st.st_size;
	if (tail->line_begin >= print->offset) {
		if (!has_bytes(tail->fd, print->last, print->last_length,
			       print->offset - print->last_length))
			return false;
		/* What is there of a line was given; if there is more of it, it
		 * is a line that the file never had. */
		tail->line_begin = tail->line_begin > print->offset
					   ? line_begin(tail->fd, print->offset)
					   : print->offset;
	}
	go_on_alone(tail);
	return true;
}

void
tk_twins_release(struct tk_tail *const *file, size_t count,
		 const struct tk_tail *origin, bool all_read)
{
	struct stat st;

	for (size_t i = 0; i < count; i++) {
		if (file[i]->origin != origin)
			continue;
		if (all_read && fstat(file[i]->fd, &st) == 0)
			file[i]->line_begin = (uint64_t)st.st_size;
		go_on_alone(file[i]);
	}
}

int
tk_twins_open_followed(struct tk_tail *const *file, size_t count,
		       const struct tk_tail *origin)
{
	for (size_t i = 0; i < count; i++)
		if (file[i]->origin == origin && has_all(file[i]->fd, origin))
			return fcntl(file[i]->fd, F_DUPFD_CLOEXEC, 3);
	return -1;
}

int
tk_twins_open(const struct tk_tail *tail, const char *directory,
	      const char *base)
{
	size_t length = strlen(base);
	const struct dirent *entry;
	int found = -1;
	DIR *list;

	if (tail->packed || tail->stream || tail->head_length < COMMON_MIN)
		return -1;
	list = opendir(directory);
	while (list != NULL && found < 0 && (entry = readdir(list)) != NULL) {
		int fd;

		if (strncmp(entry->d_name, base, length) != 0 ||
		    entry->d_name[length] == '\0')
			continue;
		fd = openat(dirfd(list), entry->d_name,
			    O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (fd >= 0 && has_all(fd, tail))
			found = fd;
		else if (fd >= 0)
			close(fd);
	}
	if (list != NULL)
		closedir(list);
	return found;
}
