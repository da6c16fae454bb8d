/* A binary heap of moments, earliest on top. */
#include "config.h"

#include <stdlib.h>

#include "replay/event_queue.h"

/* What ends comes before what begins, calls in the order of the log: the order
 * must not depend on the heap. */
static bool
before(const struct rs_moment *a, const struct rs_moment *b)
{
	if (a->at_ns != b->at_ns)
		return a->at_ns < b->at_ns;
	if (a->kind != b->kind)
		return a->kind < b->kind;
	return a->position < b->position;
}

bool
rs_moments_push(struct rs_moments *moments, const struct rs_moment *moment)
{
	size_t at = moments->count;

	if (moments->count == moments->room) {
		size_t room = moments->room ? moments->room * 2 : 64;
		struct rs_moment *grown =
			realloc(moments->item, room * sizeof(*grown));

		if (grown == NULL)
			return false;
		moments->item = grown;
		moments->room = room;
	}
	moments->count++;
	while (at > 0 && before(moment, &moments->item[(at - 1) / 2])) {
		moments->item[at] = moments->item[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	moments->item[at] = *moment;
	return true;
}

struct rs_moment
rs_moments_pop(struct rs_moments *moments)
{
	struct rs_moment *item = moments->item;
	struct rs_moment top = item[0], last = item[--moments->count];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < moments->count) {
		if (child + 1 < moments->count &&
		    before(&item[child + 1], &item[child]))
			child++;
		if (!before(&item[child], &last))
			break;
		item[at] = item[child];
		at = child;
	}
	item[at] = last;
	return top;
}

uint64_t
rs_moments_next(const struct rs_moments *moments)
{
	return moments->count > 0 ? moments->item[0].at_ns : UINT64_MAX;
}

void
rs_moments_clear(struct rs_moments *moments)
{
	free(moments->item);
	*moments = (struct rs_moments){0};
}
