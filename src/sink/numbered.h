/* The rotated files of a log: PATH.1, PATH.2 and so on, the oldest last. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_SINK_NUMBERED_H
#define BO_SINK_NUMBERED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/** A larger number of files is taken for a mistake. */
#define BO_KEEP_MAX 1000

/** 0, or an errno if @p keep files cannot be named like that. */
int bo_numbered_check(const char *path, unsigned keep);

/** The first number up to @p keep without a file, or 0 if all exist; -1 with
 *  errno if a file cannot be examined or is a directory (EISDIR). */
int bo_numbered_gap(const char *path, unsigned keep);

/**
 * Rename PATH to PATH.1, PATH.1 to PATH.2, and so on up to @p gap; if that is
 * 0, up to @p keep, whose file is replaced. A process that dies in the middle
 * leaves a gap, which the next rotation fills, so nothing else is overwritten.
 *
 * @return 0 or an errno
 */
int bo_numbered_shift(const char *path, int gap, unsigned keep);

/** Delete the oldest of the numbered files, if that is a regular file. Returns
 *  its size; 0 if nothing was deleted, and at least 1 otherwise. */
uint64_t bo_numbered_free_oldest(const char *path, unsigned keep);

/** The size of PATH and its numbered files up to the first gap. */
uint64_t bo_numbered_bytes(const char *path, unsigned keep);

/** Nanoseconds of the wall clock since PATH.1 was renamed or written to; -1 if
 *  there is no such file, or that time is in the future. */
int64_t bo_numbered_quiet_ns(const char *path, uint64_t wall_ns);

/** The time of the file's first line: its `ts`, or if it has none, the file's
 *  creation. False if neither is known. */
bool bo_first_line_ns(const char *path, const struct stat *file,
		      uint64_t *wall_ns);

#endif
