/* Tests of tools/retrysim/incumbent. */
#include "config.h"

#include <stdio.h>

#include <criterion/criterion.h>

#include "retrysim/incumbent.h"
#include "small_world.h"

#define POLICY(jitter)                                                         \
	"{\"name\":\"P\",\"max_attempts\":8,\"base_delay\":0.1,"               \
	"\"max_delay\":5,\"backoff\":\"exponential\",\"jitter\":" jitter "}"

static const char *const law_json[] = {
	POLICY("{\"kind\":\"none\"}"),
	POLICY("{\"kind\":\"full\"}"),
	POLICY("{\"kind\":\"equal\"}"),
	POLICY("{\"kind\":\"minus\",\"ratio\":0.3}"),
	POLICY("{\"kind\":\"proportional\",\"ratio\":0.25}"),
	("{\"name\":\"P\",\"max_attempts\":8,\"base_delay\":0.1,"
	 "\"max_delay\":5,\"backoff\":\"decorrelated\"}"),
};

/* The fixed point of replay stands on this: the recovered draw gives the very
 * delay, at every attempt and for every law. */
Test(retrysim_incumbent, recovered_draws_give_the_recorded_delay)
{
	for (size_t p = 0; p < sizeof(law_json) / sizeof(*law_json); p++) {
		struct backoff_policy *policy = small_policy(law_json[p]);

		for (uint64_t i = 0; i < 7 * 2000; i++) {
			uint32_t failed = (uint32_t)(i % 7) + 1;
			uint64_t draw = backoff_draw(1, 100, i, 0), back;
			uint64_t previous = i % 1000 * 1000000, delay;
			struct backoff_delay law;

			backoff_engine_delay(policy, failed, previous, &law);
			delay = backoff_engine_draw(&law, draw);
			cr_assert(rs_invert(&law, delay, ~draw, &back));
			cr_assert(backoff_engine_draw(&law, back) == delay,
				  "policy %zu, %ju", p, (uintmax_t)i);
		}
		backoff_policy_unref(policy);
	}
}

Test(retrysim_incumbent, recovers_draws_at_the_edges)
{
	static const struct {
		const char *why;
		struct backoff_delay law;
		uint64_t delay_ns, want_ns;
		bool inside;
	} row[] = {
		{"lowest",
		 {BACKOFF_JITTER_FULL, 0, 1000, 9000, UINT64_MAX},
		 1000,
		 1000,
		 true},
		{"highest: one below, no draw gives it",
		 {BACKOFF_JITTER_FULL, 0, 1000, 9000, UINT64_MAX},
		 9000,
		 8999,
		 true},
		{"whole range of 64 bits",
		 {BACKOFF_JITTER_FULL, 0, 0, UINT64_MAX, UINT64_MAX},
		 UINT64_MAX / 3,
		 UINT64_MAX / 3,
		 true},
		{"rounded to microseconds, below",
		 {BACKOFF_JITTER_FULL, 0, 1000500, 2000000, UINT64_MAX},
		 1000000,
		 1000500,
		 true},
		{"pinned to the ceiling",
		 {BACKOFF_JITTER_PROPORTIONAL, 1, 750, 1250, 1000},
		 1000,
		 1000,
		 true},
		{"outside",
		 {BACKOFF_JITTER_FULL, 0, 1000, 9000, UINT64_MAX},
		 11000,
		 0,
		 false},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		uint64_t draw = 7;
		bool inside = rs_invert(&row[i].law, row[i].delay_ns,
					UINT64_MAX / 2, &draw);

		cr_expect(inside == row[i].inside, "%s", row[i].why);
		if (inside)
			cr_expect(backoff_engine_draw(&row[i].law, draw) ==
					  row[i].want_ns,
				  "%s", row[i].why);
		else
			cr_expect(draw == 7, "%s: out is kept", row[i].why);
	}
}

Test(retrysim_incumbent, is_recognised_by_its_delays)
{
	static const struct {
		const char *why, *ran, *want, *tie;
	} row[] = {
		{"only one waits so long", "PERSISTENT", "PERSISTENT", NULL},
		{"fixed delays fit jittered policies too: the tightest wins, "
		 "then the pickier",
		 "AI_GROK", "SNAPSHOT", "AI_GROK"},
		{"alike but for retry_on: the pickier", "STANDARD",
		 "AI_PROVIDER", "STANDARD"},
		{"QUICK's delays leave those of the fixed ones", "QUICK",
		 "QUICK", NULL},
	};
	static const char *const none[] = {"QUICK", NULL};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct small_world world = {.seed = 3,
					    .calls_per_second = 5,
					    .seconds = 300,
					    .up_fails = 0.3,
					    .failures_only = true};
		struct rs_policy_set shipped = {0}, empty = {0};
		struct rs_incumbent found;
		struct small_case c;

		cr_assert(rs_policy_set_add_shipped(&shipped) == TK_EXIT_OK);
		small_case_run(&c, &world, row[i].ran, none);
		found = rs_incumbent_find(&c.log, &c.log.operation[0], &empty,
					  &shipped);
		cr_assert(found.policy, "%s", row[i].why);
		cr_expect_str_eq(found.policy->label, row[i].want, "%s",
				 row[i].why);
		cr_expect_str_eq(found.tie ? found.tie->label : "",
				 row[i].tie ? row[i].tie : "", "%s",
				 row[i].why);
		small_case_clear(&c);
		rs_policy_set_clear(&shipped);
	}
}

Test(retrysim_incumbent, the_log_may_name_it)
{
	struct small_world world = {.seed = 3,
				    .calls_per_second = 5,
				    .seconds = 60,
				    .up_fails = 0.3};
	static const char *const compared[] = {"QUICK", "DB_OPERATION", NULL};
	struct small_case c;

	/* WEBHOOK would fit as well, and comes first by pickiness. */
	small_case_run(&c, &world, "DB_OPERATION", compared);
	cr_expect(c.comparison.subject[0].incumbent.evidence ==
		  RS_EVIDENCE_HASH);
	cr_expect_str_eq(c.comparison.subject[0].incumbent.policy->label,
			 "DB_OPERATION");
	cr_expect(c.comparison.subject[0].baseline == 1);
	small_case_clear(&c);
}

/* It fits, and the log says that it was another one. */
Test(retrysim_incumbent, who_names_another_policy_did_not_run_under_what_fits)
{
	struct small_world world = {.seed = 3,
				    .calls_per_second = 5,
				    .seconds = 60,
				    .up_fails = 0.3};
	static const char *const compared[] = {"QUICK", NULL};
	struct rs_policy_set shipped = {0}, empty = {0};
	struct rs_incumbent found;
	struct small_case c;

	cr_assert(rs_policy_set_add_shipped(&shipped) == TK_EXIT_OK);
	small_case_run(&c, &world, "PERSISTENT", compared);
	found = rs_incumbent_find(&c.log, &c.log.operation[0], &empty, &empty);
	cr_expect(found.policy == NULL && found.evidence == RS_EVIDENCE_NONE);
	cr_assert(found.missing_name && found.missing_hash);
	cr_expect_str_eq(found.missing_name, "PERSISTENT");
	cr_expect(strlen(found.missing_hash) == 16);
	found = rs_incumbent_find(&c.log, &c.log.operation[0], &empty,
				  &shipped);
	cr_expect(found.policy && found.missing_name == NULL);
	small_case_clear(&c);
	rs_policy_set_clear(&shipped);
}
