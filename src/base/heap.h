/* A binary heap in the caller's array, the first item on top. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_HEAP_H
#define BO_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/** Whether item @p a comes before item @p b. */
typedef bool (*bo_heap_before_fn)(const void *a, const void *b,
				  const void *user);

/* Inlined, so that size and comparison are constants of each heap: called by
 * pointer, the comparison was most of the time. */
#define BO_HEAP_INLINE static inline __attribute__((always_inline))

/** Add an item to a heap of @p count, in an array that has room for it. */
BO_HEAP_INLINE void
bo_heap_push(void *items, size_t count, size_t size, const void *item,
	     bo_heap_before_fn before, const void *user)
{
	char *array = (char *)items;
	size_t at = count;

	while (at > 0) {
		size_t parent = (at - 1) / 2;

		if (!before(item, array + parent * size, user))
			break;
		memcpy(array + at * size, array + parent * size, size);
		at = parent;
	}
	memcpy(array + at * size, item, size);
}

/** Take the first item of a heap of @p count, at least one. */
BO_HEAP_INLINE void
bo_heap_pop(void *items, size_t count, size_t size, void *out,
	    bo_heap_before_fn before, const void *user)
{
	char *array = (char *)items, *last = array + (count - 1) * size;
	size_t at = 0, child;

	memcpy(out, array, size);
	while ((child = 2 * at + 1) < count - 1) {
		if (child + 1 < count - 1 && before(array + (child + 1) * size,
						    array + child * size, user))
			child++;
		if (!before(array + child * size, last, user))
			break;
		memcpy(array + at * size, array + child * size, size);
		at = child;
	}
	/* The last item may stay where it is. */
	memmove(array + at * size, last, size);
}

#endif
