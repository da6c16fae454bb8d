/* Guarded calls for tests, step by step, at any times. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_GUARDED_H
#define TEST_GUARDED_H

#include <stdio.h>

#include <backoff.h>

#include "unit/policy/policies.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define MS UINT64_C(1000000)
#define S UINT64_C(1000000000)

/** A policy without waits, which tests of guards do not need. */
#define AT_ONCE(attempts, fields)                                              \
	"{\"name\":\"G\",\"max_attempts\":" attempts                           \
	",\"base_delay\":0,\"max_delay\":0,\"jitter\":\"none\"," fields "}"

/** A policy and its guard. */
struct guarded {
	struct backoff_policy *policy;
	struct backoff_guard *guard;
};

struct guarded_call {
	struct backoff_state state;
	struct backoff_decision d;
};

/** From a policy's text, or a shipped policy's name. */
static inline struct guarded
guarded_of(const char *policy)
{
	struct guarded g = {0};

	if (policy[0] == '{')
		g.policy = policy_of(policy);
	else
		cr_assert(backoff_policy_builtin(policy, &g.policy) ==
			  BACKOFF_OK);
	cr_assert(backoff_guard_new(g.policy, &g.guard) == BACKOFF_OK);
	return g;
}

static inline void
guarded_clear(struct guarded *g)
{
	backoff_guard_free(g->guard);
	backoff_policy_unref(g->policy);
}

/** Begin a call; 1 if an attempt may begin. */
static inline int
guarded_begin(struct guarded *g, struct guarded_call *call, uint64_t now_ns)
{
	backoff_engine_begin(g->policy, &call->state, now_ns, BACKOFF_FOREVER,
			     &call->d);
	backoff_engine_join(&call->state, g->guard, now_ns, &call->d);
	return call->d.action == BACKOFF_ACTION_ATTEMPT;
}

/** End an attempt; 1 if a retry follows. */
static inline int
guarded_end(struct guarded *g, struct guarded_call *call, uint64_t now_ns,
	    enum backoff_outcome_kind kind, enum backoff_class class)
{
	struct backoff_outcome outcome = {.kind = kind, .failure_class = class};

	backoff_engine_decide(g->policy, &call->state, &outcome, now_ns, 0,
			      &call->d);
	return call->d.action == BACKOFF_ACTION_WAIT;
}

static inline int
guarded_fail(struct guarded *g, struct guarded_call *call, uint64_t now_ns)
{
	return guarded_end(g, call, now_ns, BACKOFF_OUTCOME_FAILURE,
			   BACKOFF_CLASS_TRANSIENT);
}

static inline void
guarded_succeed(struct guarded *g, struct guarded_call *call, uint64_t now_ns)
{
	cr_assert(!guarded_end(g, call, now_ns, BACKOFF_OUTCOME_SUCCESS, 0));
}

/** End a wait; 1 if the retry may begin. */
static inline int
guarded_resume(struct guarded *g, struct guarded_call *call, uint64_t now_ns)
{
	backoff_engine_resume(g->policy, &call->state, now_ns, &call->d);
	return call->d.action == BACKOFF_ACTION_ATTEMPT;
}

static inline double
guarded_tokens(const struct guarded *g, uint64_t now_ns)
{
	return (double)backoff_guard_tokens_milli(g->guard, now_ns) / 1000;
}

#endif
