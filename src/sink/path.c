/* Opening a log by its path, and replacing it under an open descriptor. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "sink/path.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define FLAGS (O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
#define MODE 0640

/* A block device would be overwritten, and a directory or a socket cannot be
 * opened. A pipe or a terminal was opened without waiting, but a line that it
 * has no room for is not a lost line. */
static bool
accept_type(int fd, bool regular, const struct stat *st)
{
	if (S_ISREG(st->st_mode))
		return true;
	if (!regular && (S_ISFIFO(st->st_mode) || S_ISCHR(st->st_mode)))
		return fcntl(fd, F_SETFL, O_APPEND) == 0;
	errno = EINVAL;
	return false;
}

int
bo_path_open(const char *path, int before, bool regular, struct stat *st)
{
	struct stat model;
	bool made = false;
	int fd = open(path, FLAGS), error;

	if (fd < 0 && errno == ENOENT) {
		fd = open(path, FLAGS | O_CREAT, MODE);
		made = true;
	}
	if (fd < 0)
		return -1;
	/* Another user of the same group may write too. Two processes that
	 * make the file at once both do this. */
	if (made && before >= 0 && fstat(before, &model) == 0 &&
	    S_ISREG(model.st_mode) &&
	    fchown(fd, model.st_uid, model.st_gid) == 0)
		(void)fchmod(fd, model.st_mode & 0777);
	if (fstat(fd, st) == 0 && accept_type(fd, regular, st))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

bool
bo_path_replace(int newer, int fd)
{
	int error = 0;

	while (dup3(newer, fd, O_CLOEXEC) < 0)
		if (errno != EINTR && errno != EBUSY) {
			error = errno;
			break;
		}
	close(newer);
	errno = error;
	return error == 0;
}
