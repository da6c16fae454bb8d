/* Tests of src/engine/engine: decisions, and the order of their reasons. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>

#include <backoff/engine.h>
#include <backoff/rng.h>

#include "unit/policy/policies.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define S UINT64_C(1000000000)

static const struct backoff_outcome success = {.kind = BACKOFF_OUTCOME_SUCCESS};
static const struct backoff_outcome failure = {.kind = BACKOFF_OUTCOME_FAILURE};
static const struct backoff_outcome late = {.kind = BACKOFF_OUTCOME_TIMEOUT,
					    .failure_class =
						    BACKOFF_CLASS_TIMEOUT};
static const struct backoff_outcome fatal = {
	.kind = BACKOFF_OUTCOME_FAILURE, .failure_class = BACKOFF_CLASS_FATAL};
static const struct backoff_outcome cancelled = {
	.kind = BACKOFF_OUTCOME_CANCELLED};

/* Delays of 1, 2, 4 s without jitter; a call of 10 s. */
#define POLICY                                                                 \
	"{\"name\":\"E\",\"max_attempts\":4,\"jitter\":\"none\","              \
	"\"deadline\":10,\"attempt_timeout\":[3,2,5]}"

Test(engine_engine, a_call_goes_through_all_its_attempts)
{
	struct backoff_policy *policy = policy_of(POLICY);
	struct backoff_decision d;
	struct backoff_state state;
	uint64_t now_ns = 100 * S;

	backoff_engine_begin(policy, &state, now_ns, BACKOFF_FOREVER, &d);
	cr_expect(d.action == BACKOFF_ACTION_ATTEMPT && d.attempt == 1);
	cr_expect(d.attempt_timeout_ns == 3 * S && d.stop == BACKOFF_STOP_NONE);
	cr_expect(state.attempt == 1);
	cr_expect(state.start_ns == now_ns && state.deadline_ns == 110 * S);
	cr_expect(state.finished == 0 && state.backoff_ns == 0);

	now_ns += S / 2;
	backoff_engine_decide(policy, &state, &failure, now_ns, 0, &d);
	cr_expect(d.action == BACKOFF_ACTION_WAIT && d.attempt == 2);
	cr_expect(d.delay_ns == S && d.not_before_ns == now_ns + S);
	cr_expect(d.law.law == BACKOFF_JITTER_NONE && d.law.low_ns == S &&
		  d.law.high_ns == S);
	cr_expect(d.attempt_timeout_ns == 2 * S);
	cr_expect(state.finished == 1 && state.attempt == 2);
	cr_expect(state.previous_delay_ns == S && state.backoff_ns == S);

	now_ns = d.not_before_ns;
	backoff_engine_resume(policy, &state, now_ns, &d);
	cr_expect(d.action == BACKOFF_ACTION_ATTEMPT && d.attempt == 2);
	cr_expect(d.attempt_timeout_ns == 2 * S);
	now_ns += S;
	backoff_engine_decide(policy, &state, &late, now_ns, 0, &d);
	cr_expect(d.action == BACKOFF_ACTION_WAIT && d.attempt == 3);
	cr_expect(d.delay_ns == 2 * S);
	cr_expect(d.attempt_timeout_ns == 5 * S,
		  "cut to the time left after the wait: 10 - 2.5 - 2");

	now_ns = d.not_before_ns + 2 * S;
	backoff_engine_resume(policy, &state, now_ns, &d);
	cr_expect(d.action == BACKOFF_ACTION_ATTEMPT && d.attempt == 3);
	cr_expect(d.attempt_timeout_ns == 3 * S + S / 2,
		  "cut further by a late wake-up");
	backoff_engine_decide(policy, &state, &success, now_ns, 0, &d);
	cr_expect(d.action == BACKOFF_ACTION_DONE && d.attempt == 3);
	cr_expect(d.stop == BACKOFF_STOP_SUCCESS);
	cr_expect(state.stop == BACKOFF_STOP_SUCCESS && state.finished == 3);
	cr_expect(state.backoff_ns == 3 * S);
	backoff_policy_unref(policy);
}

Test(engine_engine, the_first_reason_wins)
{
	/* A call that began at 100 s: attempts so far, the time, what
	 * happened. */
	static const struct {
		const char *why;
		unsigned failures;
		uint64_t now_ns;
		const struct backoff_outcome *outcome;
		enum backoff_stop want;
	} row[] = {
		{"success past the deadline", 0, 200 * S, &success,
		 BACKOFF_STOP_SUCCESS},
		{"success at the last attempt", 3, 108 * S, &success,
		 BACKOFF_STOP_SUCCESS},
		{"cancelled past the deadline", 0, 200 * S, &cancelled,
		 BACKOFF_STOP_CANCELLED},
		{"cancelled at the last attempt", 3, 108 * S, &cancelled,
		 BACKOFF_STOP_CANCELLED},
		{"fatal past the deadline", 0, 200 * S, &fatal,
		 BACKOFF_STOP_NON_RETRYABLE},
		{"fatal at the last attempt", 3, 108 * S, &fatal,
		 BACKOFF_STOP_NON_RETRYABLE},
		{"the last attempt past the deadline", 3, 200 * S, &failure,
		 BACKOFF_STOP_MAX_ATTEMPTS},
		{"the last attempt", 3, 108 * S, &failure,
		 BACKOFF_STOP_MAX_ATTEMPTS},
		{"the last attempt timed out", 3, 108 * S, &late,
		 BACKOFF_STOP_MAX_ATTEMPTS},
		{"at the deadline", 0, 110 * S, &failure,
		 BACKOFF_STOP_DEADLINE},
		{"just before the deadline", 0, 110 * S - 1, &failure,
		 BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE},
		{"the delay would end at the deadline", 0, 109 * S, &failure,
		 BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE},
		{"the delay would end just before it", 0, 109 * S - 1, &failure,
		 BACKOFF_STOP_NONE},
	};

	struct backoff_policy *policy = policy_of(POLICY);

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_decision d;
		struct backoff_state state, before;
		uint64_t now_ns = 100 * S;

		backoff_engine_begin(policy, &state, now_ns, BACKOFF_FOREVER,
				     &d);
		for (unsigned k = 0; k < row[i].failures; k++) {
			backoff_engine_decide(policy, &state, &failure, now_ns,
					      0, &d);
			now_ns = d.not_before_ns;
			backoff_engine_resume(policy, &state, now_ns, &d);
		}
		before = state;
		backoff_engine_decide(policy, &state, row[i].outcome,
				      row[i].now_ns, 0, &d);
		cr_expect(d.stop == row[i].want, "%s: %s", row[i].why,
			  backoff_stop_name(d.stop));
		cr_expect(state.stop == row[i].want, "%s", row[i].why);
		cr_expect(state.finished == row[i].failures + 1, "%s",
			  row[i].why);
		if (row[i].want == BACKOFF_STOP_NONE)
			continue;
		cr_expect(d.action == BACKOFF_ACTION_DONE, "%s", row[i].why);
		cr_expect(d.attempt == row[i].failures + 1, "%s", row[i].why);
		cr_expect(state.backoff_ns == before.backoff_ns,
			  "%s: no wait is counted", row[i].why);
	}
	backoff_policy_unref(policy);
}

Test(engine_engine, limits_apply_from_the_start)
{
	static const struct {
		const char *why;
		uint64_t now_ns, limit_ns, deadline_ns;
		enum backoff_action action;
	} row[] = {
		{"the policy's", 5 * S, BACKOFF_FOREVER, 15 * S,
		 BACKOFF_ACTION_ATTEMPT},
		{"the caller's is earlier", 5 * S, 6 * S, 6 * S,
		 BACKOFF_ACTION_ATTEMPT},
		{"the caller's is later", 5 * S, 16 * S, 15 * S,
		 BACKOFF_ACTION_ATTEMPT},
		{"the caller's is now", 5 * S, 5 * S, 5 * S,
		 BACKOFF_ACTION_DONE},
		{"the caller's has passed", 5 * S, 4 * S, 4 * S,
		 BACKOFF_ACTION_DONE},
		{"the caller's is 0, which is a time", 5 * S, 0, 0,
		 BACKOFF_ACTION_DONE},
		{"a start at time 0", 0, BACKOFF_FOREVER, 10 * S,
		 BACKOFF_ACTION_ATTEMPT},
	};
	struct backoff_policy *policy = policy_of(POLICY);

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_decision d;
		struct backoff_state state;

		backoff_engine_begin(policy, &state, row[i].now_ns,
				     row[i].limit_ns, &d);
		cr_expect(d.action == row[i].action, "%s", row[i].why);
		cr_expect(state.deadline_ns == row[i].deadline_ns, "%s",
			  row[i].why);
		if (d.action == BACKOFF_ACTION_DONE)
			cr_expect(d.stop == BACKOFF_STOP_DEADLINE &&
					  d.attempt == 0 && state.finished == 0,
				  "%s: no attempt was made", row[i].why);
		else
			cr_expect(d.attempt_timeout_ns <=
					  row[i].deadline_ns - row[i].now_ns,
				  "%s", row[i].why);
	}
	backoff_policy_unref(policy);
}

Test(engine_engine, a_late_wake_up_ends_at_the_deadline)
{
	struct backoff_policy *policy = policy_of(POLICY);
	struct backoff_decision d;
	struct backoff_state state;

	backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER, &d);
	backoff_engine_decide(policy, &state, &failure, S, 0, &d);
	cr_expect(d.action == BACKOFF_ACTION_WAIT);
	backoff_engine_resume(policy, &state, 10 * S - 1, &d);
	cr_expect(d.action == BACKOFF_ACTION_ATTEMPT);
	cr_expect(d.attempt_timeout_ns == 1);
	backoff_engine_resume(policy, &state, 10 * S, &d);
	cr_expect(d.action == BACKOFF_ACTION_DONE);
	cr_expect(d.stop == BACKOFF_STOP_DEADLINE);
	cr_expect(d.attempt == 1, "the last one made, not the next");
	cr_expect(state.finished == 1);
	backoff_policy_unref(policy);
}

Test(engine_engine, one_attempt_is_one_attempt)
{
	struct backoff_policy *policy =
		policy_of("{\"name\":\"E\",\"max_attempts\":1}");
	struct backoff_decision d;
	struct backoff_state state;

	backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER, &d);
	cr_expect(d.attempt_timeout_ns == BACKOFF_FOREVER);
	backoff_engine_decide(policy, &state, &failure, 0, UINT64_MAX, &d);
	cr_expect(d.action == BACKOFF_ACTION_DONE);
	cr_expect(d.stop == BACKOFF_STOP_MAX_ATTEMPTS && d.attempt == 1);
	cr_expect(state.backoff_ns == 0);
	backoff_policy_unref(policy);
}

Test(engine_engine, a_delay_of_zero_is_a_wait)
{
	struct backoff_policy *policy =
		policy_of("{\"name\":\"E\",\"max_attempts\":3,\"base_delay\":0,"
			  "\"deadline\":1}");
	struct backoff_decision d;
	struct backoff_state state;

	backoff_engine_begin(policy, &state, 7, BACKOFF_FOREVER, &d);
	backoff_engine_decide(policy, &state, &failure, 7, UINT64_MAX, &d);
	cr_expect(d.action == BACKOFF_ACTION_WAIT);
	cr_expect(d.delay_ns == 0 && d.not_before_ns == 7);
	cr_expect(d.law.low_ns == 0 && d.law.high_ns == 0);
	backoff_policy_unref(policy);
}

Test(engine_engine, a_time_before_the_start_counts_as_the_start)
{
	struct backoff_policy *policy = policy_of(POLICY);
	struct backoff_decision d;
	struct backoff_state state;

	backoff_engine_begin(policy, &state, 100 * S, BACKOFF_FOREVER, &d);
	backoff_engine_decide(policy, &state, &failure, 3 * S, 0, &d);
	cr_expect(d.action == BACKOFF_ACTION_WAIT);
	cr_expect(d.not_before_ns == 101 * S);
	backoff_policy_unref(policy);
}

Test(engine_engine, the_end_of_time_does_not_overflow)
{
	struct backoff_policy *policy = policy_of(
		"{\"name\":\"E\",\"max_attempts\":1000,\"base_delay\":1e9,"
		"\"max_delay\":1e9,\"jitter\":\"none\"}");
	struct backoff_decision d;
	struct backoff_state state;

	backoff_engine_begin(policy, &state, UINT64_MAX, BACKOFF_FOREVER, &d);
	cr_expect(d.action == BACKOFF_ACTION_ATTEMPT,
		  "a missing deadline never passes");
	backoff_engine_decide(policy, &state, &failure, UINT64_MAX, 0, &d);
	cr_expect(d.action == BACKOFF_ACTION_WAIT);
	cr_expect(d.not_before_ns == UINT64_MAX);
	backoff_engine_resume(policy, &state, UINT64_MAX, &d);
	cr_expect(d.action == BACKOFF_ACTION_ATTEMPT);

	backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER, &d);
	for (int i = 0; i < 100; i++)
		backoff_engine_decide(policy, &state, &failure, 0, 0, &d);
	cr_expect(state.backoff_ns == UINT64_MAX, "the sum saturates");
	backoff_policy_unref(policy);
}

/* No wait reaches a deadline, whatever the law, the times and the draws. */
Test(engine_engine, no_wait_reaches_the_deadline)
{
	unsigned waits = 0, refused = 0;

	for (uint32_t k = 0; k < 200; k++) {
		static const char *const jitters[] = {"full", "proportional",
						      "equal", "decorrelated"};
		struct backoff_policy *policy;
		char text[256];

		snprintf(text, sizeof(text),
			 "{\"name\":\"E\",\"max_attempts\":50,"
			 "\"jitter\":\"%s\",\"base_delay\":\"%ums\","
			 "\"deadline\":\"%ums\"}",
			 jitters[k % 4], k * 7 % 900, 1 + k * 131 % 20000);
		policy = policy_of(text);
		for (uint32_t call = 0; call < 50; call++) {
			struct backoff_decision d;
			struct backoff_state state;
			uint64_t now_ns = 0;

			backoff_engine_begin(policy, &state, now_ns,
					     BACKOFF_FOREVER, &d);
			while (d.action != BACKOFF_ACTION_DONE) {
				uint64_t draw =
					backoff_draw(k, BACKOFF_PURPOSE_DELAY,
						     call, state.attempt);

				now_ns += draw % (S / 3);
				backoff_engine_decide(policy, &state, &failure,
						      now_ns, draw, &d);
				if (d.action != BACKOFF_ACTION_WAIT)
					break;
				waits++;
				cr_assert(d.not_before_ns < state.deadline_ns);
				cr_assert(d.attempt_timeout_ns ==
					  state.deadline_ns - d.not_before_ns);
				now_ns = d.not_before_ns;
			}
			refused +=
				d.stop == BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE;
		}
		backoff_policy_unref(policy);
	}
	cr_expect(waits > 1000 && refused > 1000, "%u waits, %u refused", waits,
		  refused);
}

Test(engine_engine, the_same_arguments_give_the_same_decision)
{
	struct backoff_policy *policy = policy_of(
		"{\"name\":\"E\",\"max_attempts\":9,\"jitter\":\"full\"}");
	struct backoff_decision a, b;
	struct backoff_state state, copy;

	backoff_engine_begin(policy, &state, 5, BACKOFF_FOREVER, &a);
	copy = state;
	for (uint64_t i = 1; i < 8; i++) {
		memset(&a, 0x55, sizeof(a));
		memset(&b, 0x55, sizeof(b));
		backoff_engine_decide(policy, &state, &failure, i * S, i << 60,
				      &a);
		backoff_engine_decide(policy, &copy, &failure, i * S, i << 60,
				      &b);
		cr_expect(memcmp(&state, &copy, sizeof(state)) == 0,
			  "a state can be compared");
		cr_expect(a.action == b.action && a.delay_ns == b.delay_ns &&
			  a.not_before_ns == b.not_before_ns &&
			  a.attempt == b.attempt);
	}
	backoff_policy_unref(policy);
}

Test(engine_engine, names_are_those_of_the_log)
{
	static const char *const stops[] = {
		"none",          "success",        "non_retryable",
		"max_attempts",  "deadline",       "delay_exceeds_deadline",
		"budget",        "breaker_open",   "server_forbade",
		"hint_too_long", "not_idempotent", "not_replayable",
		"cancelled",     "shutdown",       "sleep_failed"};
	static const char *const classes[] = {
		"unknown", "transient", "throttle", "server",
		"client",  "timeout",   "conflict", "fatal"};
	static const char *const kinds[] = {"not_reported", "success",
					    "failure", "timeout", "cancelled"};

	_Static_assert(COUNT(stops) == BACKOFF_STOP_SLEEP_FAILED + 1 &&
			       COUNT(classes) == BACKOFF_CLASS_FATAL + 1 &&
			       COUNT(kinds) == BACKOFF_OUTCOME_CANCELLED + 1,
		       "every name is tested");
	for (size_t i = 0; i < COUNT(stops); i++)
		cr_expect(strcmp(backoff_stop_name((enum backoff_stop)i),
				 stops[i]) == 0);
	for (size_t i = 0; i < COUNT(classes); i++)
		cr_expect(strcmp(backoff_class_name((enum backoff_class)i),
				 classes[i]) == 0);
	for (size_t i = 0; i < COUNT(kinds); i++)
		cr_expect(strcmp(backoff_outcome_kind_name(
					 (enum backoff_outcome_kind)i),
				 kinds[i]) == 0);
	cr_expect(backoff_stop_name((enum backoff_stop)99) == NULL);
	cr_expect(backoff_class_name((enum backoff_class)99) == NULL);
	cr_expect(backoff_outcome_kind_name((enum backoff_outcome_kind)99) ==
		  NULL);
	cr_expect(backoff_stop_name((enum backoff_stop) - 1) == NULL);
	cr_expect(strcmp(backoff_curve_name(BACKOFF_CURVE_SCHEDULE),
			 "schedule") == 0);
	cr_expect(backoff_curve_name((enum backoff_curve)99) == NULL);
	cr_expect(strcmp(backoff_jitter_name(BACKOFF_JITTER_DECORRELATED),
			 "decorrelated") == 0);
	cr_expect(backoff_jitter_name((enum backoff_jitter)99) == NULL);
}

/* Rows: the times at which attempts 1, 2, ... fail; the deadline after each. */
Test(engine_engine, a_deadline_may_count_from_the_first_failure)
{
	static const struct {
		const char *why;
		uint64_t limit_ns;
		uint64_t fails_ns[3], deadline_ns[3];
	} row[] = {
		{"at once",
		 BACKOFF_FOREVER,
		 {0, 1 * S, 3 * S},
		 {10 * S, 10 * S, 10 * S}},
		{"late, and later failures change nothing",
		 BACKOFF_FOREVER,
		 {500 * S, 502 * S, 505 * S},
		 {510 * S, 510 * S, 510 * S}},
		{"the caller's comes first",
		 505 * S + S / 2,
		 {500 * S, 502 * S, 505 * S},
		 {505 * S + S / 2, 505 * S + S / 2, 505 * S + S / 2}},
		{"at the end of time",
		 BACKOFF_FOREVER,
		 {UINT64_MAX - 9 * S, UINT64_MAX - 8 * S, UINT64_MAX - 6 * S},
		 {BACKOFF_FOREVER, BACKOFF_FOREVER, BACKOFF_FOREVER}},
	};
	struct backoff_policy *policy =
		policy_of("{\"name\":\"F\",\"max_attempts\":4,\"jitter\":"
			  "\"none\",\"deadline\":10,"
			  "\"deadline_from\":\"first_failure\"}");

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_decision d;
		struct backoff_state state;

		backoff_engine_begin(policy, &state, 0, row[i].limit_ns, &d);
		cr_expect(state.deadline_ns == row[i].limit_ns, "%s",
			  row[i].why);
		cr_expect(d.attempt_timeout_ns == row[i].limit_ns, "%s",
			  row[i].why);
		for (int k = 0; k < 3; k++) {
			backoff_engine_decide(policy, &state, &failure,
					      row[i].fails_ns[k], 0, &d);
			cr_expect(state.deadline_ns == row[i].deadline_ns[k],
				  "%s: after %d: %llu", row[i].why, k + 1,
				  (unsigned long long)state.deadline_ns);
		}
	}
	backoff_policy_unref(policy);
}
