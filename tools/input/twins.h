/* Files that are followed and their copies: what a copy has in common with its
 * file counts once, and what only the copy still has is not lost. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_TWINS_H
#define TK_TWINS_H

#include "input/tail.h"

/** Find the file that an unread file begins like, so that it may be a copy;
 *  NULL if there is none. */
struct tk_tail *tk_twins_find(struct tk_tail *const *file, size_t count,
			      const struct tk_tail *tail);

/**
 * Compare a copy with its file, as far as that was read. Where they differ, or
 * the copy goes on alone, it stops to be a copy: tail->origin is NULL then.
 *
 * @return true if more of it may have to be compared
 */
bool tk_twins_compare(struct tk_tail *tail, char *buffer, size_t size);

/** An unread file may be a copy of one that was truncated: begin after what
 *  that had. False if it is none. */
bool tk_twins_skip(struct tk_tail *tail, const struct tk_print *print);

/** The file is closed or was truncated: its copies go on alone. In the second
 *  case, all that they have was read. */
void tk_twins_release(struct tk_tail *const *file, size_t count,
		      const struct tk_tail *origin, bool all_read);

/** Open the file's copy among those that are followed; see
 *  tk_twins_open(). */
int tk_twins_open_followed(struct tk_tail *const *file, size_t count,
			   const struct tk_tail *origin);

/**
 * Open the copy that copytruncate left of a file that was truncated: a file in
 * the directory whose name begins with @p base, and which has all that was
 * read. A descriptor, or -1.
 */
int tk_twins_open(const struct tk_tail *tail, const char *directory,
		  const char *base);

#endif
