/* A hash table of items that the caller numbers from 0: open addressing. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_TABLE_H
#define BO_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Zero is the empty table. */
struct bo_table {
	/** An item's number + 1; 0 is free. */
	uint32_t *slot;
	/** A power of two, or 0. */
	size_t size;
};

/** The hash of an item, all of whose bits are good: bo_hash(). */
typedef uint64_t (*bo_table_hash_fn)(const void *user, uint32_t item);

/** Whether an item has this key. */
typedef bool (*bo_table_is_fn)(const void *user, uint32_t item,
			       const void *key);

/** Make sure that one more than @p count items, all of which are in the table,
 *  leave half of it free. False, and the table as it was, without memory. */
bool bo_table_reserve(struct bo_table *table, size_t count,
		      bo_table_hash_fn hash, const void *user);

/** The slot of the item with this key, or the free one where it belongs (store
 *  its number + 1 there). The table has been reserved. Inlined, so that the
 *  comparison is not called by pointer. */
static inline __attribute__((always_inline)) uint32_t *
bo_table_find(const struct bo_table *table, uint64_t hash, bo_table_is_fn is,
	      const void *user, const void *key)
{
	size_t mask = table->size - 1;
	size_t at = (size_t)hash & mask;

	while (table->slot[at] != 0 && !is(user, table->slot[at] - 1, key))
		at = (at + 1) & mask;
	return &table->slot[at];
}

/** Empty the slot of an item, which still has its hash and is in the table. */
void bo_table_remove(struct bo_table *table, uint32_t *slot,
		     bo_table_hash_fn hash, const void *user);

void bo_table_clear(struct bo_table *table);

#endif
