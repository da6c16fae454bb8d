/* What inotify reports of watched files and directories: only hints, because
 * files must be looked at anyway. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_HINTS_H
#define TK_HINTS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/inotify.h>

struct tk_hints {
	/** -1: there is no notification. */
	int fd;
	size_t at, end;
	/** Aligned for struct inotify_event. */
	uint32_t buffer[1024];
};

void tk_hints_init(struct tk_hints *hints);
void tk_hints_clear(struct tk_hints *hints);

/** The next event, valid until the next call; NULL if there is none yet. */
const struct inotify_event *tk_hints_next(struct tk_hints *hints);

/** Whether a file is where others can change it without an event. */
bool tk_hints_are_incomplete(int fd);

#define TK_MISSED_MAX 16

/**
 * Files that took a path's name and lost it again before they could be opened:
 * rotations within milliseconds. Events give the names that they have now.
 */
struct tk_missed {
	/** The path has a file that was not opened yet, or so it seems. */
	bool fresh;
	/** Such files that were removed or overwritten. */
	unsigned removed;
	size_t count;
	struct {
		/** Empty while it is between two names. */
		char name[NAME_MAX + 1];
		uint32_t cookie;
		unsigned looks;
	} * item;
};

void tk_missed_clear(struct tk_missed *missed);

/** A look at all of them is over: forget those that were looked at twice,
 *  because their names may have changed during the first. */
void tk_missed_looked(struct tk_missed *missed);

/** Follow names through an event of the directory of a path that ends in
 *  @p base. True if the event was about the path or one of those files. */
bool tk_missed_take(struct tk_missed *missed, const char *base,
		    const struct inotify_event *event);

#endif
