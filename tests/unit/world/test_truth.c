/* Truth: what is drawn again, and what is not. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include <criterion/criterion.h>

#include "unit/world/worlds.h"

static void
find_truths(const struct rs_world *world, uint32_t noise, uint32_t windows,
	    struct rs_truths *out)
{
	const struct rs_truth_plan plan = {.world = world,
					   .seed = 5,
					   .record =
						   world->record.item[0].policy,
					   .policies = &world->compare,
					   .noise_count = noise,
					   .window_count = windows};

	cr_assert(rs_truths_init(out, &plan) == BACKOFF_OK);
}

/* THREE stops where FIVE goes on, so what it does is in FIVE's recording. */
Test(world_truth, a_nested_policy_is_known_exactly)
{
	struct rs_world world = test_world(
		TEST_OUTAGES
		",\"compare\":[" TEST_FIVE "," TEST_EIGHT ",{\"name\":"
		"\"THREE\",\"max_attempts\":3,\"base_delay\":0.1,\"max_delay\":"
		"5,\"jitter\":\"full\"}]");
	struct rs_truths truths;

	find_truths(&world, 4, 2, &truths);
	for (size_t i = 0; i < 3; i++) {
		const struct rs_truth *truth = &truths.item[i];
		bool nested = i != 1;

		cr_expect(truth->noise.calls == 4 * truth->one.calls);
		cr_expect(!nested ||
			  truth->noise.succeeded == 4 * truth->one.succeeded);
		cr_expect(nested ||
			  truth->noise.attempts != 4 * truth->one.attempts);
	}
	cr_expect(truths.recorded.succeeded == truths.item[0].one.succeeded);
	cr_expect(truths.item[0].window[0] != truths.item[0].window[1]);
	rs_truths_clear(&truths);
	rs_world_clear(&world);
}

/* Calls that succeed at once are left out where that changes nothing: the same
 * numbers as with a quota that never refuses, which forbids it. */
Test(world_truth, leaving_out_calls_changes_nothing)
{
#define MEMBERS                                                                \
	TEST_OUTAGES ",\"latency\":{\"law\":\"lognormal\",\"median\":0.1,"     \
		     "\"sigma\":1},\"compare\":[" TEST_FIVE                    \
		     ",{\"name\":\"T\",\"max_attempts\":4,"                    \
		     "\"attempt_timeout\":0.15},{\"name\":\"D\","              \
		     "\"max_attempts\":4,\"deadline\":0.3}," TEST_BREAKER "]"
	struct rs_world open = test_world(MEMBERS);
	struct rs_world closed = test_world(
		MEMBERS ",\"quota\":{\"rate\":100000,\"burst\":100000}");
	struct rs_truths a, b;

	find_truths(&open, 3, 1, &a);
	find_truths(&closed, 3, 1, &b);
	for (size_t i = 0; i < a.count; i++) {
		const struct rs_run_counts *x = &a.item[i].noise;
		const struct rs_run_counts *y = &b.item[i].noise;
		struct rs_times xs = rs_counts_success(x);
		struct rs_times ys = rs_counts_success(y);

		cr_expect(x->calls == y->calls && x->succeeded == y->succeeded);
		cr_expect(x->attempts == y->attempts);
		cr_expect(a.item[i].window[0] == b.item[i].window[0]);
		cr_expect(rs_times_weight(&xs) == rs_times_weight(&ys));
		for (unsigned q = 0; q <= 1000; q += 50)
			cr_expect(rs_times_quantile(&xs, q) ==
				  rs_times_quantile(&ys, q));
	}
	rs_truths_clear(&a);
	rs_truths_clear(&b);
	rs_world_clear(&open);
	rs_world_clear(&closed);
}
