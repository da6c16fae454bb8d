/* Another program that runs in the background, and what it prints. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_CHILD_H
#define RT_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/** What is printed beyond this is not kept. */
#define RT_CHILD_TEXT_MAX (4u << 20)

/** Zero runs nothing. */
struct rt_child {
	/** 0: not running. */
	pid_t pid;
	/** What it prints on both of its outputs; -1: closed. */
	int fd;
	/** As waitpid(2) sets it, when it has ended. */
	int status;
	/** Ends in NUL; NULL: nothing was printed. */
	char *text;
	size_t length, room;
	bool cut;
};

/** Write the path of a program that is next to this one, or else in PATH. False
 *  if there is none. */
bool rt_child_find(const char *name, char *out, size_t size);

/** Run a program without a shell, with nothing to read and a screen of @p
 *  columns. What was printed before is forgotten. False if it cannot run: errno
 *  says why. */
bool rt_child_start(struct rt_child *child, char *const *argv, size_t columns);

/** Read what it has printed, and notice its end, without waiting. Returns
 *  whether anything has changed. */
bool rt_child_read(struct rt_child *child);

/** End it, with its own children, and wait for that. */
void rt_child_kill(struct rt_child *child);

/** The same, and free what it printed. */
void rt_child_clear(struct rt_child *child);

#endif
