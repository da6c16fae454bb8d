/* Tests of replay/compare: a real log under all shipped policies. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include "unit/replay/small_world.h"

/* The real log: 17 723 calls of four operations under four policies. */
Test(replay_compare, a_real_log_comes_back_under_its_own_policies)
{
	static const struct {
		const char *operation, *policy;
		uint64_t calls, succeeded, attempts, at_once;
	} truth[] = {
		{"store_event", "DB_OPERATION", 5270, 5270, 5284, 5256},
		{"fetch_snapshot", "SNAPSHOT", 7134, 7123, 7300, 6968},
		{"post_webhook", "WEBHOOK", 3533, 3287, 4349, 3227},
		{"describe_image", "AI_PROVIDER", 1786, 1760, 1946, 1662},
	};
	struct small_case c = {.trace = tk_trace_new()};
	struct tk_dialect *dialect;

	cr_assert(tk_dialect_open((const char *const[]){"auto", NULL}, NULL,
				  &dialect, NULL) == BACKOFF_OK);
	cr_assert(tk_trace_read(c.trace,
				TEST_SRCDIR "/tests/data/argus-1h/app.log",
				dialect, NULL, NULL) == BACKOFF_OK);
	tk_dialect_free(dialect);
	cr_assert(tk_trace_stitch(c.trace) == BACKOFF_OK);
	cr_assert(rs_log_init(&c.log, c.trace, 1) == BACKOFF_OK);
	for (size_t i = 0; i < 4; i++)
		cr_assert(rs_log_count(
			rs_log_operation(&c.log, truth[i].operation),
			truth[i].calls));
	cr_assert(rs_policy_set_add_shipped(&c.policies) == TK_EXIT_OK);
	c.plan = (struct rs_plan){.log = &c.log,
				  .policies = &c.policies,
				  .shipped = &c.policies,
				  .estimator = &rs_estimator_jump_chain,
				  .baseline = SIZE_MAX,
				  .seed = 1,
				  .replicas = 20};
	cr_assert(rs_compare(&c.plan, &c.comparison) == BACKOFF_OK);
	for (size_t i = 0; i < 4; i++) {
		size_t policy =
			rs_policy_set_find(&c.policies, truth[i].policy);
		const struct rs_subject *subject = NULL;
		const struct rs_result *r;

		for (size_t s = 0; s < c.comparison.subject_count; s++) {
			size_t o = c.comparison.subject[s].operation;

			if (!strcmp(rs_log_text(&c.log,
						c.log.operation[o].name),
				    truth[i].operation))
				subject = &c.comparison.subject[s];
		}
		cr_assert(subject);
		r = &c.comparison.result[subject->first_result + policy];
		cr_expect_str_eq(subject->logged_policy.policy->label,
				 truth[i].policy);
		cr_expect(subject->baseline == policy);
		cr_expect(r->calls == truth[i].calls);
		cr_expect(r->support[RS_SUPPORT_EXACT] == 1, "%s",
			  truth[i].operation);
		cr_expect(fabs(r->success_rate * (double)r->calls -
			       (double)truth[i].succeeded) < 1e-6,
			  "%s: %g", truth[i].operation,
			  r->success_rate * (double)r->calls);
		cr_expect(r->attempts == (double)truth[i].attempts, "%s: %g",
			  truth[i].operation, r->attempts);
		cr_expect(fabs(r->first_try_rate * (double)r->calls -
			       (double)truth[i].at_once) < 1e-6,
			  "%s", truth[i].operation);
	}
	small_case_clear(&c);
}
