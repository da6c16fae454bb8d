/* Saved calls, and machines to save and to resume them on. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_SAVED_H
#define TEST_SAVED_H

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include <backoff.h>

#define S UINT64_C(1000000000)
#define WALL (1795428930 * S)

/** A retry object and its virtual clock. */
struct machine {
	struct backoff_policy *policy;
	struct backoff_retry *retry;
	struct backoff_clock *clock;
};

/* Write JSON that has ' for ", as the tests' tables have it. */
static inline void
write_json(const char *quoted, char *out, size_t size)
{
	cr_assert_lt(strlen(quoted), size);
	memcpy(out, quoted, strlen(quoted) + 1);
	for (char *at = out; (at = strchr(at, '\'')) != NULL;)
		*at = '"';
}

/* A policy is JSON with ' for ". */
static inline struct machine
machine(const char *policy, const char *operation, uint64_t up_ns,
	uint64_t wall_ns)
{
	struct machine m = {0};
	struct backoff_error error = {0};
	char json[512];

	write_json(policy, json, sizeof(json));
	cr_assert_eq(backoff_policy_parse(json, strlen(json), NULL, &m.policy,
					  &error),
		     BACKOFF_OK, "%s: %s", error.path, error.text);
	cr_assert_eq(backoff_retry_new(m.policy, operation, &m.retry),
		     BACKOFF_OK);
	cr_assert_eq(backoff_clock_virtual_new(up_ns, wall_ns, &m.clock),
		     BACKOFF_OK);
	backoff_retry_set_clock(m.retry, m.clock);
	backoff_retry_set_seed(m.retry, 7);
	return m;
}

/* A machine whose policy has these members in addition to the usual ones. */
static inline struct machine
machine_with(const char *members, const char *operation, uint64_t up_ns,
	     uint64_t wall_ns)
{
	char policy[512];

	snprintf(policy, sizeof(policy),
		 "{'name':'P','max_attempts':5,'base_delay':10,"
		 "'jitter':'none',%s}",
		 members);
	return machine(policy, operation, up_ns, wall_ns);
}

static inline void
stop(struct machine *m)
{
	backoff_retry_free(m->retry);
	backoff_policy_unref(m->policy);
	backoff_clock_virtual_free(m->clock);
}

/* One failed attempt; returns the wait that follows, 0 if the call is over. */
static inline uint64_t
fail_once(struct machine *m, struct backoff_call *call)
{
	const struct backoff_outcome failure = {.kind = BACKOFF_OUTCOME_FAILURE,
						.failure_class =
							BACKOFF_CLASS_THROTTLE};
	struct backoff_step step;

	cr_assert_eq(backoff_call_next(call, &step), BACKOFF_OK);
	cr_assert_eq(step.action, BACKOFF_ACTION_ATTEMPT);
	cr_assert_eq(backoff_call_report(call, &failure), BACKOFF_OK);
	cr_assert_eq(backoff_call_next(call, &step), BACKOFF_OK);
	return step.action == BACKOFF_ACTION_WAIT
		       ? step.wait_until_ns - m->clock->now_ns(m->clock->user)
		       : 0;
}

/* Save and free a call that waits for its second attempt. */
static inline size_t
save_waiting(struct machine *m, char *text, size_t size, uint64_t *delay_ns)
{
	struct backoff_call *call;
	size_t length;

	cr_assert_eq(backoff_call_new(m->retry, NULL, &call), BACKOFF_OK);
	*delay_ns = fail_once(m, call);
	length = backoff_call_save(call, text, size);
	cr_assert(length > 0 && length < size);
	backoff_call_free(call);
	return length;
}

#endif
