/* Tests of src/base/table: items are found by their keys. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include <criterion/criterion.h>

#include <backoff/rng.h>

#include "base/hash.h"
#include "base/table.h"

enum { ITEMS = 3000 };

struct items {
	uint64_t key[ITEMS];
	/** Number of different hashes. */
	uint64_t hashes;
};

static uint64_t
hash_key(const struct items *items, uint64_t key)
{
	return bo_hash(0, &key, sizeof(key)) % items->hashes;
}

static uint64_t
hash_of(const void *user, uint32_t item)
{
	const struct items *items = user;

	return hash_key(items, items->key[item]);
}

static bool
is_key(const void *user, uint32_t item, const void *key)
{
	const struct items *items = user;

	return items->key[item] == *(const uint64_t *)key;
}

static uint32_t *
find(const struct bo_table *table, const struct items *items, uint64_t key)
{
	return bo_table_find(table, hash_key(items, key), is_key, items, &key);
}

/* Also with many equal hashes. */
Test(base_table, what_was_put_in_is_found)
{
	static const uint64_t hashes[] = {UINT64_MAX, 500, 7, 1};
	static struct items items;

	for (size_t h = 0; h < sizeof(hashes) / sizeof(*hashes); h++) {
		struct bo_table table = {0};
		size_t count = hashes[h] < 100 ? 300 : ITEMS;

		items.hashes = hashes[h];
		for (uint32_t i = 0; i < count; i++) {
			uint64_t key = i * UINT64_C(3);
			uint32_t *slot;

			cr_assert(bo_table_reserve(&table, i, hash_of, &items));
			slot = find(&table, &items, key);
			cr_assert_eq(*slot, 0, "item %u", i);
			items.key[i] = key;
			*slot = i + 1;
		}
		for (uint32_t i = 0; i < count; i++) {
			cr_assert_eq(*find(&table, &items, i * UINT64_C(3)),
				     i + 1);
			cr_assert_eq(*find(&table, &items, i * UINT64_C(3) + 1),
				     0);
		}
		bo_table_clear(&table);
		bo_table_clear(&table);
	}
}

Test(base_table, half_of_it_stays_free)
{
	struct items items = {.hashes = UINT64_MAX};
	struct bo_table table = {0};

	for (uint32_t i = 0; i < ITEMS; i++) {
		const uint32_t *before = table.slot;
		size_t size = table.size;

		cr_assert(bo_table_reserve(&table, i, hash_of, &items));
		cr_assert(2 * (i + 1u) <= table.size);
		cr_assert_eq(table.size & (table.size - 1), 0);
		cr_assert((size == table.size) == (before == table.slot),
			  "it moves only when it grows");
		items.key[i] = i;
		*find(&table, &items, i) = i + 1;
	}
	bo_table_clear(&table);
}

Test(base_table, room_for_many_is_made_at_once)
{
	struct items items = {.hashes = 1};
	struct bo_table table = {0};

	for (uint32_t i = 0; i < 100; i++)
		items.key[i] = i;
	cr_assert(bo_table_reserve(&table, 100, hash_of, &items));
	for (uint32_t i = 0; i < 100; i++)
		cr_assert_eq(*find(&table, &items, i), i + 1);
	bo_table_clear(&table);
}

/* Compared with a list: items come and go, and numbers are used again. */
Test(base_table, what_was_removed_is_gone_and_the_rest_stays)
{
	static const uint64_t hashes[] = {UINT64_MAX, 97, 11, 1};
	enum { FEW = 200 };

	for (size_t h = 0; h < sizeof(hashes) / sizeof(*hashes); h++) {
		struct items items = {.hashes = hashes[h]};
		struct bo_table table = {0};
		bool in[FEW] = {false};

		for (uint32_t i = 0; i < FEW; i++)
			items.key[i] = i;
		cr_assert(bo_table_reserve(&table, FEW, hash_of, &items));
		memset(in, true, sizeof(in));
		for (uint32_t step = 0; step < 5000; step++) {
			uint32_t i =
				(uint32_t)(backoff_draw(5, 200, h, step) % FEW);
			uint32_t *slot = find(&table, &items, i);

			cr_assert_eq(*slot, in[i] ? i + 1 : 0, "step %u", step);
			if (in[i])
				bo_table_remove(&table, slot, hash_of, &items);
			else
				*slot = i + 1;
			in[i] = !in[i];
		}
		for (uint32_t i = 0; i < FEW; i++)
			cr_assert_eq(*find(&table, &items, i),
				     in[i] ? i + 1 : 0);
		bo_table_clear(&table);
	}
}
