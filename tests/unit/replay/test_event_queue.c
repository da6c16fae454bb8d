/* Tests of moments: what is due comes in one order. */
#include "config.h"

#include <criterion/criterion.h>

#include <backoff/rng.h>

#include "replay/event_queue.h"

static bool
in_order(const struct rs_moment *a, const struct rs_moment *b)
{
	if (a->at_ns != b->at_ns)
		return a->at_ns < b->at_ns;
	if (a->kind != b->kind)
		return a->kind < b->kind;
	return a->position <= b->position;
}

/* Times are drawn so that many of them meet. */
Test(replay_event_queue, come_by_time_then_kind_then_call)
{
	struct rs_moments moments = {0};
	struct rs_moment last = {0};
	uint64_t least = UINT64_MAX;

	cr_expect(rs_moments_next(&moments) == UINT64_MAX);
	for (uint32_t i = 0; i < 5000; i++) {
		struct rs_moment moment = {
			.at_ns = backoff_draw(1, BACKOFF_PURPOSE_USER, i, 0) %
				 500,
			.kind = backoff_draw(1, BACKOFF_PURPOSE_USER, i, 1) % 2
					? RS_MOMENT_END
					: RS_MOMENT_RESUME,
			.position = i,
			.runner = i + 7,
		};

		cr_assert(rs_moments_push(&moments, &moment));
		least = moment.at_ns < least ? moment.at_ns : least;
		cr_expect(rs_moments_next(&moments) == least);
	}
	for (uint32_t i = 0; i < 5000; i++) {
		uint64_t next = rs_moments_next(&moments);
		struct rs_moment moment = rs_moments_pop(&moments);

		cr_expect(moment.at_ns == next);
		cr_expect(moment.runner == moment.position + 7);
		cr_expect(i == 0 || in_order(&last, &moment));
		last = moment;
	}
	cr_expect(moments.count == 0);
	rs_moments_clear(&moments);
}
