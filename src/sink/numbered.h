/* Files beside a log: PATH.1, PATH.2 and so on, the oldest last. */
#ifndef BO_SINK_NUMBERED_H
#define BO_SINK_NUMBERED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/** More files than this are a mistake. */
#define BO_KEEP_MAX 1000

static inline bool
bo_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

/** 0, or the errno that says why @p keep files cannot be named so. */
int bo_numbered_check(const char *path, unsigned keep);

/** The first number up to @p keep that no file has, or 0 if all are there; -1
 *  with errno if that cannot be said, and if one is a directory (EISDIR). */
int bo_numbered_gap(const char *path, unsigned keep);

/**
 * Move PATH to PATH.1, what was there to PATH.2, and so on up to @p gap; where
 * that is 0, up to @p keep, whose file is replaced. A process that dies in the
 * middle leaves a gap, which the next one fills: nothing else is overwritten.
 *
 * @return 0 or an errno
 */
int bo_numbered_shift(const char *path, int gap, unsigned keep);

/** Nanoseconds of the wall clock since PATH.1 was renamed or written to; -1 if
 *  there is none, or it was in the future. */
int64_t bo_numbered_quiet_ns(const char *path, uint64_t wall_ns);

/** When the file's first line was written: its `ts`; for the lines of others,
 *  when the file was made. False if neither can be known. */
bool bo_first_line_ns(const char *path, const struct stat *file,
		      uint64_t *wall_ns);

#endif
