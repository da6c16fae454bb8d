/* Following growing files through rotation, truncation and absence. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_FOLLOW_H
#define TK_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "input/lines.h"
#include "input/state.h"

struct tk_input_info {
	const char *path;
	enum tk_input_state state;
	/** Error that made it WAITING or DENIED; 0 otherwise. */
	int error_number;
	/** The input that already reads this very file (a link, the same path
	 *  given twice, or so far a copy); SIZE_MAX if there is none. */
	size_t same_as;
	uint64_t lines, bytes;
	/** Bytes in its open files, and those of them that were not read. */
	uint64_t size_bytes, behind_bytes;
	uint64_t rotations, truncations, oversize, nul_bytes;
	/** Known losses: bytes that were truncated before they were read, files
	 *  that came and went unread, and when the last loss was seen (ns since
	 *  1970; 0: never). */
	uint64_t lost_bytes, lost_files, lost_ns;
};

struct tk_follow;

/** NULL if there is no memory. Times are the caller's monotonic ns. */
struct tk_follow *tk_follow_new(void);
void tk_follow_free(struct tk_follow *follow);

/** Add a path, "-" for stdin. A file that does not exist is waited for.
 *  BACKOFF_OK; BACKOFF_E_NOMEM. */
enum backoff_status tk_follow_add(struct tk_follow *follow, const char *path);

/** An input goes on where another one ends, as the files of a rotated log do:
 *  until all are read to their ends, its lines come after those. */
void tk_follow_after(struct tk_follow *follow, size_t input, size_t before);

/** Begin with the last lines of each log, or of all files of one that was
 *  rotated: what a pipe gives until it pauses is what it has at the start.
 *  Before anything is read. */
void tk_follow_last(struct tk_follow *follow, size_t lines);

/** A descriptor to poll(2) for reading as a hint that there is something to
 *  read (inotify), or -1; and stdin's, or -1. */
int tk_follow_fd(const struct tk_follow *follow);
int tk_follow_stdin_fd(const struct tk_follow *follow);

/** Time of the next read even without a hint, because notification may fail. */
uint64_t tk_follow_due_ns(const struct tk_follow *follow);

/**
 * Read what is there, at most about @p budget_bytes over all inputs.
 *
 * @param once    also deliver unterminated last lines; wait for the ends of
 *                pipes, but not for files to grow
 * @return true if more is there already
 */
bool tk_follow_read(struct tk_follow *follow, uint64_t now_ns,
		    size_t budget_bytes, bool once, tk_line_fn fn, void *user);

size_t tk_follow_count(const struct tk_follow *follow);
void tk_follow_info(const struct tk_follow *follow, size_t input,
		    struct tk_input_info *out);

#endif
