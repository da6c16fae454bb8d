/* One open file that grows: its new lines, and whether it was rewritten. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_TAIL_H
#define TK_TAIL_H

#include <sys/types.h>
#include <time.h>

#include "input/lines.h"
#include "input/marks.h"
#include "input/packed.h"

/** Totals of one input over all its files. */
struct tk_tail_counts {
	uint64_t lines, bytes, truncations, oversize, nul_bytes;
	/** What is known to be lost, and when that was seen last (ns since
	 *  1970; 0: never). */
	uint64_t lost_bytes, lost_files, lost_ns;
};

struct tk_tail {
	int fd;
	/** A pipe, a terminal, a socket, a virtual file: no position, no
	 *  size. */
	bool stream, ended;
	dev_t dev;
	ino_t ino;
	/** inotify's watch, -1 if there is none; whether changes may go
	 *  unnoticed; whether something seems to be there to read. */
	int watch;
	bool unwatched, ready;
	/** The last read failed. */
	bool failed;
	/** A path leads to it; its removal was seen. */
	bool named, removal_known;
	/** Index of the input that its lines belong to. */
	size_t input;
	struct tk_tail_counts *counts;
	struct tk_splitter *splitter;
	/** NULL if the file is not packed. */
	struct tk_packed *packed;
	/** Finds out whether a packed file is a copy; NULL: it is not. Its user
	 *  data, and whether it was wrong about this file. */
	tk_copied_fn copied;
	void *copied_user;
	bool not_copied;
	/** The next byte to read, and the size at the last look. */
	uint64_t offset, size;
	struct timespec mtime;
	/** Times of the last comparison, of the last new bytes, and of the loss
	 *  of its name (0: it still has one). */
	uint64_t checked_ns, changed_ns, orphaned_ns;
	size_t head_length, last_length;
	unsigned char head[TK_TAIL_HEAD];
	unsigned char last[TK_TAIL_LAST];
	struct tk_marks marks;
	/** Whether its first bytes were compared with those of other files; the
	 *  file that it is perhaps a copy of, NULL when it is read as any
	 * other; and where the last line begins of what they have in common. */
	bool begun;
	struct tk_tail *origin;
	uint64_t line_begin;
	/** Opens a copy of what was in the file when it was truncated, or
	 *  returns -1; may be NULL. */
	int (*open_copy)(void *user, const struct tk_tail *tail);
	/** Called before what was read is forgotten; may be NULL. */
	void (*forget)(void *user, const struct tk_tail *tail);
};

enum tk_tail_result {
	/** At its end, for now. */
	TK_TAIL_QUIET,
	TK_TAIL_MORE,
	/** At its end, for good (a pipe without writers). */
	TK_TAIL_ENDED,
	/** errno says why. */
	TK_TAIL_FAILED,
};

/** Take ownership of @p fd. NULL if there is no memory (then @p fd stays open)
 *  or fstat() failed. */
struct tk_tail *tk_tail_new(int fd, size_t input,
			    struct tk_tail_counts *counts);

/** Close the descriptor, unless it is stdin. */
void tk_tail_free(struct tk_tail *tail);

/** Begin an unread file there, and remember what comes before, to know the file
 *  again; nothing if that cannot be read. */
void tk_tail_begin_at(struct tk_tail *tail, uint64_t offset);

/**
 * Read at most one buffer.
 *
 * @param wait    wait for a pipe to give something or to end
 * @param buffer  more than TK_TAIL_LAST bytes
 */
enum tk_tail_result tk_tail_read(struct tk_tail *tail, uint64_t now_ns,
				 bool wait, char *buffer, size_t size,
				 tk_line_fn fn, void *user);

/** The time of day, to date a loss. */
uint64_t tk_tail_wall_ns(void);

/** Deliver the unterminated rest, if there is one. */
void tk_tail_finish(struct tk_tail *tail, tk_line_fn fn, void *user);

#endif
