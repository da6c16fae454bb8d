/* Tests of recorded/logged_policy: the policy that wrote a log is
 * recognized. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include <criterion/criterion.h>

#include "recorded/logged_policy.h"
#include "unit/replay/small_world.h"

Test(recorded_logged_policy, is_recognised_by_its_delays)
{
	static const struct {
		const char *why, *ran, *want, *tie;
	} row[] = {
		{"only one has waits of that length", "PERSISTENT",
		 "PERSISTENT", NULL},
		{"fixed delays fit jittered policies too: the tightest wins, "
		 "then the pickier",
		 "AI_GROK", "SNAPSHOT", "AI_GROK"},
		{"they differ in retry_on only: the pickier", "STANDARD",
		 "AI_PROVIDER", "STANDARD"},
		{"QUICK's delays fit no policy with fixed ones", "QUICK",
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
		struct rs_logged_policy found;
		struct small_case c;

		cr_assert(rs_policy_set_add_shipped(&shipped) == TK_EXIT_OK);
		small_case_run(&c, &world, row[i].ran, none);
		found = rs_logged_policy_find(&c.log, &c.log.operation[0], NULL,
					      &empty, &shipped);
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

Test(recorded_logged_policy, the_log_may_name_it)
{
	struct small_world world = {.seed = 3,
				    .calls_per_second = 5,
				    .seconds = 60,
				    .up_fails = 0.3};
	static const char *const compared[] = {"QUICK", "DB_OPERATION", NULL};
	struct small_case c;

	/* WEBHOOK would fit as well, and comes first by pickiness. */
	small_case_run(&c, &world, "DB_OPERATION", compared);
	cr_expect(c.comparison.subject[0].logged_policy.evidence ==
		  RS_POLICY_EVIDENCE_HASH);
	cr_expect_str_eq(c.comparison.subject[0].logged_policy.policy->label,
			 "DB_OPERATION");
	cr_expect(c.comparison.subject[0].baseline == 1);
	small_case_clear(&c);
}

/* One fits, but the log names another. */
Test(recorded_logged_policy, is_not_one_that_fits_if_the_log_names_another)
{
	struct small_world world = {.seed = 3,
				    .calls_per_second = 5,
				    .seconds = 60,
				    .up_fails = 0.3};
	static const char *const compared[] = {"QUICK", NULL};
	struct rs_policy_set shipped = {0}, empty = {0};
	struct rs_logged_policy found;
	struct small_case c;

	cr_assert(rs_policy_set_add_shipped(&shipped) == TK_EXIT_OK);
	small_case_run(&c, &world, "PERSISTENT", compared);
	found = rs_logged_policy_find(&c.log, &c.log.operation[0], NULL, &empty,
				      &empty);
	cr_expect(found.policy == NULL &&
		  found.evidence == RS_POLICY_EVIDENCE_NONE);
	cr_assert(found.missing_name && found.missing_hash);
	cr_expect_str_eq(found.missing_name, "PERSISTENT");
	cr_expect(strlen(found.missing_hash) == 16);
	found = rs_logged_policy_find(&c.log, &c.log.operation[0], NULL, &empty,
				      &shipped);
	cr_expect(found.policy && found.missing_name == NULL);
	/* What the user says does not count against the lines. */
	found = rs_logged_policy_find(&c.log, &c.log.operation[0],
				      &shipped.item[0], &empty, &shipped);
	cr_expect_eq(found.evidence, RS_POLICY_EVIDENCE_HASH);
	small_case_clear(&c);
	rs_policy_set_clear(&shipped);
}

/* Policy named in the lines of a call that retried once; NULL: none. */
struct named {
	const char *policy, *hash;
};

static struct tk_trace *
trace_of(const struct named *call, size_t count, uint64_t delay_ns)
{
	struct tk_trace *trace = tk_trace_new();

	cr_assert(trace);
	for (size_t i = 0; i < 2 * count; i++) {
		struct backoff_event event;
		char id[24];

		snprintf(id, sizeof(id), "c%zu", i / 2);
		backoff_event_init(&event, sizeof(event));
		event.ts_ns = (UINT64_C(1700000000) + 10 * i) * 1000000000;
		event.type =
			i % 2 ? BACKOFF_EVENT_EXHAUSTED : BACKOFF_EVENT_ATTEMPT;
		event.operation = "op";
		event.call_id = id;
		event.policy = call[i / 2].policy;
		event.policy_hash = call[i / 2].hash;
		event.attempt = event.attempts = (uint32_t)(i % 2) + 1;
		event.max_attempts = 2;
		event.outcome = BACKOFF_OUTCOME_FAILURE;
		event.error_type = "ConnectionError";
		if (i % 2 == 0)
			event.delay_ns = delay_ns;
		cr_assert(tk_trace_add(trace, &event) == BACKOFF_OK);
	}
	cr_assert(tk_trace_stitch(trace) == BACKOFF_OK);
	return trace;
}

static void
expect_text(const char *got, const char *want, const char *why)
{
	cr_expect((got == NULL) == (want == NULL), "%s: %s", why,
		  got ? got : "NULL");
	if (got && want)
		cr_expect_str_eq(got, want, "%s: %s", why, got);
}

#define OTHER_HASH "0123456789abcdef"
#define GIVEN_QUICK                                                            \
	"{\"name\":\"QUICK\",\"max_attempts\":2,\"base_delay\":0.5,"           \
	"\"max_delay\":9,\"backoff\":\"exponential\"}"

/* The hash of the shipped QUICK. */
static char shipped_hash[24];

static const struct {
	const char *why;
	uint64_t delay_ns;
	struct named call[2];
	enum rs_policy_evidence evidence;
	const char *want, *missing, *missing_hash, *namesake;
} naming[] = {
	{"an unknown hash: not the policy that fits",
	 500000000,
	 {{"MYOWN", OTHER_HASH}, {"MYOWN", OTHER_HASH}},
	 RS_POLICY_EVIDENCE_NONE,
	 NULL,
	 "MYOWN",
	 OTHER_HASH,
	 NULL},
	{"a hash without a name",
	 500000000,
	 {{NULL, OTHER_HASH}, {NULL, OTHER_HASH}},
	 RS_POLICY_EVIDENCE_NONE,
	 NULL,
	 "",
	 OTHER_HASH,
	 NULL},
	{"the name of a policy with other settings",
	 500000000,
	 {{"STANDARD", OTHER_HASH}, {"STANDARD", OTHER_HASH}},
	 RS_POLICY_EVIDENCE_NONE,
	 NULL,
	 "STANDARD",
	 OTHER_HASH,
	 "STANDARD"},
	{"the hash of the shipped policy, although a given one has its name",
	 500000000,
	 {{"QUICK", shipped_hash}, {"QUICK", shipped_hash}},
	 RS_POLICY_EVIDENCE_HASH,
	 "QUICK",
	 NULL,
	 NULL,
	 NULL},
	{"a name without a hash: a given policy first",
	 500000000,
	 {{"QUICK", NULL}, {"QUICK", NULL}},
	 RS_POLICY_EVIDENCE_NAME,
	 "given",
	 NULL,
	 NULL,
	 NULL},
	{"the last call names none",
	 500000000,
	 {{"MYOWN", OTHER_HASH}, {NULL, NULL}},
	 RS_POLICY_EVIDENCE_NONE,
	 NULL,
	 "MYOWN",
	 OTHER_HASH,
	 NULL},
	{"none is named, and the delay fits",
	 500000000,
	 {{NULL, NULL}, {NULL, NULL}},
	 RS_POLICY_EVIDENCE_FIT,
	 "given",
	 NULL,
	 NULL,
	 NULL},
	{"none is named, and there is no wait to fit",
	 BACKOFF_ABSENT,
	 {{NULL, NULL}, {NULL, NULL}},
	 RS_POLICY_EVIDENCE_NONE,
	 NULL,
	 NULL,
	 NULL,
	 NULL},
};

Test(recorded_logged_policy, is_what_the_lines_name_and_nothing_else)
{
	struct backoff_policy *given_policy = small_policy(GIVEN_QUICK);
	struct rs_policy given_item = {.label = "given",
				       .policy = given_policy};
	struct rs_policy_set given = {.item = &given_item, .count = 1};
	struct rs_policy_set shipped = {0};

	cr_assert(rs_policy_set_add_shipped(&shipped) == TK_EXIT_OK);
	snprintf(shipped_hash, sizeof(shipped_hash), "%016" PRIx64,
		 backoff_policy_hash(
			 shipped.item[rs_policy_set_find(&shipped, "QUICK")]
				 .policy));
	for (size_t i = 0; i < sizeof(naming) / sizeof(*naming); i++) {
		struct tk_trace *trace =
			trace_of(naming[i].call, 2, naming[i].delay_ns);
		struct rs_logged_policy found;
		struct rs_log log;

		cr_assert(rs_log_init(&log, trace, 1) == BACKOFF_OK);
		found = rs_logged_policy_find(&log, &log.operation[0], NULL,
					      &given, &shipped);
		cr_expect(found.evidence == naming[i].evidence, "%s",
			  naming[i].why);
		expect_text(found.policy ? found.policy->label : NULL,
			    naming[i].want, naming[i].why);
		expect_text(found.missing_name, naming[i].missing,
			    naming[i].why);
		expect_text(found.missing_hash, naming[i].missing_hash,
			    naming[i].why);
		expect_text(found.namesake ? found.namesake->label : NULL,
			    naming[i].namesake, naming[i].why);
		rs_log_clear(&log);
		tk_trace_free(trace);
	}
	rs_policy_set_clear(&shipped);
	backoff_policy_unref(given_policy);
}
