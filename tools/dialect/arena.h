/* Memory for the texts of one reading, released all at once. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_ARENA_H
#define TK_ARENA_H

#include <stddef.h>

struct tk_arena_block;

/** Zeroed before use. */
struct tk_arena {
	struct tk_arena_block *block;
};

/** Memory that does not move until tk_arena_reset(); NULL if there is none. */
char *tk_arena_take(struct tk_arena *arena, size_t size);
/** Release everything that was taken; keeps a block for later. */
void tk_arena_reset(struct tk_arena *arena);
void tk_arena_clear(struct tk_arena *arena);

#endif
