/* The growing of hash tables. */
#include "config.h"

#include "base/table.h"

#include <stdlib.h>

#define SIZE_FIRST 64

bool
bo_table_reserve(struct bo_table *table, size_t count, bo_table_hash_fn hash,
		 const void *user)
{
	size_t size = table->size > 0 ? table->size : SIZE_FIRST;
	uint32_t *slot;

	while (2 * (count + 1) > size)
		size *= 2;
	if (size == table->size)
		return true;
	slot = calloc(size, sizeof(*slot));
	if (slot == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		size_t at = (size_t)hash(user, (uint32_t)i) & (size - 1);

		while (slot[at] != 0)
			at = (at + 1) & (size - 1);
		slot[at] = (uint32_t)i + 1;
	}
	free(table->slot);
	table->slot = slot;
	table->size = size;
	return true;
}

void
bo_table_clear(struct bo_table *table)
{
	free(table->slot);
	*table = (struct bo_table){0};
}
