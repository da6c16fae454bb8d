/* Hash tables: growing, removing. */
/* SPDX-License-Identifier: MIT */
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

/* Items after the gap that may stand in it move there, so that no search ends
 * too early and no marks are needed (D. Knuth, TAOCP 3, 6.4, algorithm R). */
void
bo_table_remove(struct bo_table *table, uint32_t *slot, bo_table_hash_fn hash,
		const void *user)
{
	size_t mask = table->size - 1, gap = (size_t)(slot - table->slot);
	size_t at = gap;

	while (table->slot[at = (at + 1) & mask] != 0) {
		size_t home = (size_t)hash(user, table->slot[at] - 1) & mask;

		/* Its search begins at home, and passes the gap if home is not
		 * between the gap and the item. */
		if (((at - home) & mask) < ((at - gap) & mask))
			continue;
		table->slot[gap] = table->slot[at];
		gap = at;
	}
	table->slot[gap] = 0;
}

void
bo_table_clear(struct bo_table *table)
{
	free(table->slot);
	*table = (struct bo_table){0};
}
