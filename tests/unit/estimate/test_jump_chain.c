/* The jump chain on small logs; tests/worlds has its accuracy. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>

#include "unit/replay/small_world.h"

/* An answer is never 0 or 1, whatever the log holds. */
Test(estimate_jump_chain, answers_are_never_certain)
{
	static const struct {
		const char *why;
		double up_fails;
	} extreme[] = {{"nothing ever fails", 0}, {"everything fails", 1}};
	static const char *const one[] = {"QUICK", NULL};

	for (size_t i = 0; i < 2; i++) {
		struct small_world world = {.seed = 1,
					    .calls_per_second = 5,
					    .seconds = 100,
					    .up_fails = extreme[i].up_fails};
		struct small_case c;
		void *state = NULL;

		small_case_run(&c, &world, "QUICK", one);
		cr_assert(rs_estimator_jump_chain.fit(
				  &c.log,
				  &(struct rs_fit_options){.seed = 1,
							   .draws = 20},
				  &state) == BACKOFF_OK);
		for (uint64_t s = 0; s < 120; s++) {
			struct rs_question question = {
				.attempt = 2,
				.start_ns = c.log.from_ns + s * 1000000000};
			struct rs_answer answer;

			rs_estimator_jump_chain.ask(state, &question, &answer);
			cr_expect(answer.environment > 0 &&
					  answer.environment < 1,
				  "%s", extreme[i].why);
			if (question.start_ns > c.log.to_ns)
				cr_expect(answer.support ==
					  RS_SUPPORT_UNSUPPORTED);
		}
		rs_estimator_jump_chain.free(state);
		small_case_clear(&c);
	}
}
