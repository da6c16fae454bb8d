/* What the lines of a log were read as. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_FOUND_H
#define TK_FOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dialect/dialect.h"

/** A dialect or a wrapper, and its lines. */
struct tk_source {
	char name[64];
	uint64_t count;
};

struct tk_sources {
	struct tk_source *item;
	size_t count;
};

/** Dialects that read something, and wrappers that lines were taken out of. */
struct tk_found {
	struct tk_sources dialects, wrappers;
};

/** Note what a dialect found. False, and what is noted is to be freed all the
 *  same, if memory ran out. */
bool tk_found_note(struct tk_found *found, const struct tk_dialect *dialect);
void tk_found_clear(struct tk_found *found);

/** Whether it is worth a sentence: more than native lines without wrappers. */
bool tk_found_notable(const struct tk_found *found);

/** "tenacity 213, httpx 40, 3 lines of neither; behind docker 256". */
void tk_found_say(const struct tk_found *found, uint64_t foreign, char *out,
		  size_t size);

#endif
