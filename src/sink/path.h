/* Opening a log by its path, and replacing it under an open descriptor. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_SINK_PATH_H
#define BO_SINK_PATH_H

#include <stdbool.h>
#include <sys/stat.h>

static inline bool
bo_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

/**
 * Open a file for appending, without waiting for anything, or make it with mode
 * 0640; with the mode and owner of the file open as @p before, unless that is
 * -1.
 *
 * @param regular  refuse anything but a regular file; else pipes and character
 *                 devices will do, and writing to them waits
 * @return a descriptor; -1 with errno: EINVAL for the wrong type of file, ENXIO
 *         for a pipe without a reader
 */
int bo_path_open(const char *path, int before, bool regular, struct stat *st);

/** Let @p fd refer to the file that is open as @p newer, which is closed. A
 *  thread in the middle of its write(2) completes it in the old file, and no
 *  thread finds the descriptor closed or reused. False with errno. */
bool bo_path_replace(int newer, int fd);

#endif
