/* The rotated files of a log (PATH.1 is the newest), and the age of a file. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "sink/numbered.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/num.h"
#include "base/rfc3339.h"
#include "sink/path.h"

/* Enough of the first line: `ts` is its second field. */
#define HEAD_BYTES 1024

struct name {
	char text[PATH_MAX + 16];
};

static const char *
name_of(struct name *name, const char *path, unsigned number)
{
	if (number == 0)
		return path;
	snprintf(name->text, sizeof(name->text), "%s.%u", path, number);
	return name->text;
}

int
bo_numbered_check(const char *path, unsigned keep)
{
	struct name name;
	struct stat st;

	if (strlen(path) >= PATH_MAX)
		return ENAMETOOLONG;
	if (lstat(name_of(&name, path, keep), &st) == 0 || errno == ENOENT)
		return 0;
	return errno;
}

int
bo_numbered_gap(const char *path, unsigned keep)
{
	for (unsigned i = 1; i <= keep; i++) {
		struct name name;
		struct stat st;

		if (lstat(name_of(&name, path, i), &st) != 0)
			return errno == ENOENT ? (int)i : -1;
		if (S_ISDIR(st.st_mode)) {
			errno = EISDIR;
			return -1;
		}
	}
	return 0;
}

/* musl 1.2.3 has neither the function nor its flag. */
#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#define renameat2(...) (int)syscall(SYS_renameat2, __VA_ARGS__)
#endif

/* Do not overwrite a file that another program makes at the same moment, as
 * rename(2) would. Some file systems support nothing else. */
static int
move_file(const char *from, const char *to, bool replace)
{
	if (!replace) {
		if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) ==
		    0)
			return 0;
		if (errno != EINVAL && errno != ENOSYS)
			return errno;
	}
	return rename(from, to) == 0 ? 0 : errno;
}

int
bo_numbered_shift(const char *path, int gap, unsigned keep)
{
	unsigned last = gap > 0 ? (unsigned)gap : keep;

	for (unsigned i = last; i > 0; i--) {
		struct name from, to;
		int error =
			move_file(name_of(&from, path, i - 1),
				  name_of(&to, path, i), gap == 0 && i == last);

		if (error != 0)
			return error;
	}
	return 0;
}

uint64_t
bo_numbered_free_oldest(const char *path, unsigned keep)
{
	for (unsigned i = keep; i > 0; i--) {
		struct name name;
		struct stat st;

		if (lstat(name_of(&name, path, i), &st) != 0)
			continue;
		if (!S_ISREG(st.st_mode) || unlink(name.text) != 0)
			return 0;
		return st.st_size > 0 ? (uint64_t)st.st_size : 1;
	}
	return 0;
}

uint64_t
bo_numbered_bytes(const char *path, unsigned keep)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i <= keep; i++) {
		struct name name;
		struct stat st;
		bool there = lstat(name_of(&name, path, i), &st) == 0;

		if (there && st.st_size > 0)
			bytes = bo_add_sat(bytes, (uint64_t)st.st_size);
		else if (!there && i > 0)
			break;
	}
	return bytes;
}

int64_t
bo_numbered_quiet_ns(const char *path, uint64_t wall_ns)
{
	struct name name;
	struct stat st;
	uint64_t then_ns;

	if (stat(name_of(&name, path, 1), &st) != 0 || st.st_ctim.tv_sec < 0)
		return -1;
	then_ns = bo_mul_sat((uint64_t)st.st_ctim.tv_sec, BO_NS_PER_S) +
		  (uint64_t)st.st_ctim.tv_nsec;
	if (then_ns > wall_ns || wall_ns - then_ns > INT64_MAX)
		return -1;
	return (int64_t)(wall_ns - then_ns);
}

/* The time in the first line of a file that is open. */
static bool
read_ts(int fd, uint64_t *wall_ns)
{
	static const char key[] = "\"ts\":\"";
	char head[HEAD_BYTES];
	ssize_t length = pread(fd, head, sizeof(head), 0);
	const char *end, *at, *quote;

	if (length <= 0)
		return false;
	end = memchr(head, '\n', (size_t)length);
	if (end == NULL)
		end = head + length;
	at = memmem(head, (size_t)(end - head), key, sizeof(key) - 1);
	if (at == NULL)
		return false;
	at += sizeof(key) - 1;
	quote = memchr(at, '"', (size_t)(end - at));
	return quote != NULL &&
	       bo_rfc3339_parse(at, (size_t)(quote - at), wall_ns);
}

/* The time at which a file was created. musl had no statx() before 1.2.5: there
 * the age of a file counts from its first line only. */
static bool
read_birth(int fd, uint64_t *wall_ns)
{
#ifdef STATX_BTIME
	struct statx sx;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &sx) != 0 ||
	    (sx.stx_mask & STATX_BTIME) == 0 || sx.stx_btime.tv_sec < 0)
		return false;
	*wall_ns = bo_mul_sat((uint64_t)sx.stx_btime.tv_sec, BO_NS_PER_S) +
		   sx.stx_btime.tv_nsec;
	return true;
#else
	(void)fd;
	(void)wall_ns;
	return false;
#endif
}

bool
bo_first_line_ns(const char *path, const struct stat *file, uint64_t *wall_ns)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	bool known;

	if (fd < 0)
		return false;
	known = fstat(fd, &st) == 0 && bo_same_file(&st, file) &&
		(read_ts(fd, wall_ns) || read_birth(fd, wall_ns));
	close(fd);
	return known;
}
