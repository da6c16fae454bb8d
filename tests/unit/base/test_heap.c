/* Tests of src/base/heap: items leave in order. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>

#include <backoff/rng.h>

#include "base/heap.h"

/* Larger than a word, and not a multiple of one's length. */
struct item {
	uint32_t at, number;
	char rest[3];
};

static bool
is_before(const void *a, const void *b, const void *user)
{
	const struct item *x = a, *y = b;

	cr_assert(user == &is_before);
	return x->at != y->at ? x->at < y->at : x->number < y->number;
}

static struct item
pop(struct item *heap, size_t count)
{
	struct item out;

	bo_heap_pop(heap, count, sizeof(*heap), &out, is_before, &is_before);
	return out;
}

/* Heaps of every small size, with equal items and without. */
Test(base_heap, items_leave_in_order)
{
	for (size_t size = 1; size < 70; size++)
		for (uint32_t range = 1; range < 200; range += 33) {
			struct item heap[70], last = {0, 0, ""};

			for (size_t i = 0; i < size; i++) {
				struct item item = {.number = (uint32_t)i};

				item.at = (uint32_t)(backoff_draw(3, 200, range,
								  (uint32_t)i) %
						     range);
				bo_heap_push(heap, i, sizeof(item), &item,
					     is_before, &is_before);
			}
			for (size_t i = size; i > 0; i--) {
				struct item next = pop(heap, i);

				cr_assert(i == size || is_before(&last, &next,
								 &is_before),
					  "%zu of %zu", i, size);
				last = next;
			}
		}
}

Test(base_heap, items_may_come_between)
{
	struct item heap[8] = {{0, 0, ""}};
	const uint32_t in[] = {5, 3, 9, 1, 7};
	size_t count = 0;

	for (size_t i = 0; i < 5; i++) {
		struct item item = {.at = in[i]};

		bo_heap_push(heap, count++, sizeof(item), &item, is_before,
			     &is_before);
	}
	cr_expect_eq(pop(heap, count--).at, 1);
	cr_expect_eq(pop(heap, count--).at, 3);
	struct item item = {.at = 2};

	bo_heap_push(heap, count++, sizeof(item), &item, is_before, &is_before);
	cr_expect_eq(pop(heap, count--).at, 2);
	cr_expect_eq(pop(heap, count--).at, 5);
	cr_expect_eq(pop(heap, count--).at, 7);
	cr_expect_eq(pop(heap, count--).at, 9);
	cr_expect_eq(count, 0);
}
