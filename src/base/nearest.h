/* "Did you mean": the known name that is nearest to a misspelt word. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_NEAREST_H
#define BO_NEAREST_H

#include <stddef.h>

/** Longer words are not compared. */
#define BO_NEAREST_MAX 63

/** The first of the nearest among at most @p count names (a NULL ends them
 *  sooner); NULL if more than one edit and a third of the word's letters lie
 *  between them. */
const char *bo_nearest(const char *word, const char *const *names,
		       size_t count);

/** The same among names with spaces between them, copied to @p buffer, which
 *  is returned; NULL also if the name does not fit. */
const char *bo_nearest_of(const char *word, const char *names, char *buffer,
			  size_t size);

#endif
