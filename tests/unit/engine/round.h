/* A round of concurrent attempts for tests, step by step, at any times. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_ROUND_H
#define TEST_ROUND_H

#include "unit/guard/guarded.h"

#define HEDGED(attempts, fields)                                               \
	"{\"name\":\"H\",\"max_attempts\":" attempts                           \
	",\"base_delay\":1,\"max_delay\":60,\"jitter\":\"none\","              \
	"\"hedge\":{\"delay\":0.1,\"max\":2}" fields "}"

#define T (10 * S)

struct round {
	struct backoff_policy *policy;
	struct backoff_guard *guard;
	struct backoff_state state;
	struct backoff_hedges hedges;
	struct backoff_decision d;
};

static inline struct round
round_of(const char *policy)
{
	struct round r = {.policy = policy_of(policy)};

	cr_assert(backoff_guard_new(r.policy, &r.guard) == BACKOFF_OK);
	backoff_engine_begin(r.policy, &r.state, T, BACKOFF_FOREVER, &r.d);
	backoff_engine_join(&r.state, r.guard, T, &r.d);
	backoff_engine_hedges_begin(r.policy, &r.state, &r.hedges, T);
	return r;
}

static inline void
round_clear(struct round *r)
{
	backoff_guard_free(r->guard);
	backoff_policy_unref(r->policy);
}

/* Ask for a hedge: the number of the attempt that begins, or 0. */
static inline uint32_t
ask(struct round *r, uint64_t now_ns)
{
	backoff_engine_hedge(r->policy, &r->state, &r->hedges, now_ns, &r->d);
	return r->d.action == BACKOFF_ACTION_ATTEMPT ? r->d.attempt : 0;
}

static inline void
end(struct round *r, uint32_t attempt, uint64_t now_ns,
    struct backoff_outcome outcome)
{
	backoff_engine_hedges_decide(r->policy, &r->state, &r->hedges, attempt,
				     &outcome, now_ns, 0, &r->d);
}

#define FAILS                                                                  \
	((struct backoff_outcome){.kind = BACKOFF_OUTCOME_FAILURE,             \
				  .failure_class = BACKOFF_CLASS_TRANSIENT})
#define SUCCEEDS ((struct backoff_outcome){.kind = BACKOFF_OUTCOME_SUCCESS})

/* The lane of a running attempt. */
static inline const struct backoff_lane *
lane_of(const struct round *r, uint32_t attempt)
{
	int i = 0;

	while (i < BACKOFF_HEDGES_MAX && r->hedges.lane[i].attempt != attempt)
		i++;
	cr_assert(r->hedges.lane[i].attempt == attempt, "%u has no lane",
		  attempt);
	return &r->hedges.lane[i];
}

#endif
