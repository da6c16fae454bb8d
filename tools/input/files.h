/* The files that a follower has open, and what it knows of those it closed. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_FILES_H
#define TK_FILES_H

#include "input/hints.h"
#include "input/last.h"
#include "input/prints.h"
#include "input/state.h"
#include "input/tail.h"

#include <sys/stat.h>

/** A path that is followed. */
struct tk_input {
	char *path;
	/** The directory to watch; NULL for stdin. Its watch, or -1, and the
	 *  name in it. */
	char *directory;
	int watch;
	const char *base;
	struct tk_missed missed;
	enum tk_input_state state;
	int error_number;
	/** The file that the path names now; owned by the list of files. */
	struct tk_tail *current;
	bool had_file, busy, unread;
	/** The number of the input before it, + 1; 0: none. */
	size_t after;
	bool is_continued;
	/** The last lines of the rotated log that begins here, until what it
	 *  has at the start was read. */
	struct tk_last last;
	bool begun;
	uint64_t rotations;
	struct tk_tail_counts counts;
};

/** A follower; see input/follow.h. */
struct tk_follow {
	struct tk_input **input;
	size_t input_count;
	/** In the order in which they were opened. */
	struct tk_tail **file;
	size_t file_count;
	struct tk_hints hints;
	/** Notification does not cover everything: check more often. */
	bool poll_only;
	/** Paths must be looked at before the next read. */
	bool must_look;
	/** All files were read to their ends once; some wait for others. */
	bool caught_up, waiting;
	/** Only this many lines are read of what each log has at the start. */
	bool limited;
	size_t limit;
	/** Where lines go to. */
	tk_line_fn fn;
	void *user;
	uint64_t due_ns;
	char *buffer;
	struct tk_prints prints;
};

/** Make room for one more item in a list; NULL, and the list unchanged, if
 *  memory ran out. */
void *tk_files_grow(void *list, size_t count, size_t item);

/** Take a file that was opened for an input; NULL if memory ran out. */
struct tk_tail *tk_files_add(struct tk_follow *follow, int fd, size_t index);

/** Find a file that is open by what fstat(2) said of it, and standard input;
 *  NULL if it is not open. */
struct tk_tail *tk_files_find(const struct tk_follow *follow,
			      const struct stat *st);
struct tk_tail *tk_files_stdin(const struct tk_follow *follow);

/** Close a file, and remember how far it was read. */
void tk_files_drop(struct tk_follow *follow, size_t index);

/** Whether a nameless file has been at its end for long enough. */
bool tk_files_is_over(const struct tk_follow *follow,
		      const struct tk_tail *tail, uint64_t now_ns);

/** Set the state of all inputs that name a file. */
void tk_files_set_state(struct tk_follow *follow, const struct tk_tail *tail,
			enum tk_input_state state, int error_number);

#endif
