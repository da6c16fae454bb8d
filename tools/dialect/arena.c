/* Takes memory from blocks that do not move. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/arena.h"

#include <stdlib.h>

#define BLOCK_SIZE 8192

struct tk_arena_block {
	struct tk_arena_block *next;
	size_t size, used;
	char bytes[];
};

char *
tk_arena_take(struct tk_arena *arena, size_t size)
{
	struct tk_arena_block *block = arena->block;
	size_t wanted = size > BLOCK_SIZE ? size : BLOCK_SIZE;

	if (block == NULL || block->size - block->used < size) {
		block = malloc(sizeof(*block) + wanted);
		if (block == NULL)
			return NULL;
		block->size = wanted;
		block->used = 0;
		block->next = arena->block;
		arena->block = block;
	}
	block->used += size;
	return block->bytes + block->used - size;
}

void
tk_arena_reset(struct tk_arena *arena)
{
	struct tk_arena_block *block = arena->block;

	if (block == NULL)
		return;
	while (block->next != NULL) {
		struct tk_arena_block *next = block->next;

		block->next = next->next;
		free(next);
	}
	block->used = 0;
	/* One long line must not hold its memory for ever. */
	if (block->size > BLOCK_SIZE)
		tk_arena_clear(arena);
}

void
tk_arena_clear(struct tk_arena *arena)
{
	while (arena->block != NULL) {
		struct tk_arena_block *next = arena->block->next;

		free(arena->block);
		arena->block = next;
	}
}
