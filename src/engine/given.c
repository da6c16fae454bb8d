/* The engine for callers outside the library, who may pass NULL: its own loops
 * do not, and call what these functions call. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <backoff/engine.h>

#include "engine/classify.h"
#include "engine/delay.h"
#include "engine/engine.h"

void
backoff_engine_begin(const struct backoff_policy *policy,
		     struct backoff_state *state, uint64_t now_ns,
		     uint64_t deadline_ns, struct backoff_decision *out)
{
	if (policy != NULL && state != NULL && out != NULL)
		bo_engine_begin(policy, state, now_ns, deadline_ns, out);
	else
		bo_engine_refuse_null(out);
}

void
backoff_engine_join(struct backoff_state *state, struct backoff_guard *guard,
		    uint64_t now_ns, struct backoff_decision *out)
{
	if (state != NULL && guard != NULL && out != NULL)
		bo_engine_join(state, guard, now_ns, out);
}

void
backoff_engine_resume(const struct backoff_policy *policy,
		      struct backoff_state *state, uint64_t now_ns,
		      struct backoff_decision *out)
{
	if (policy != NULL && state != NULL && out != NULL)
		bo_engine_resume(policy, state, now_ns, out);
	else
		bo_engine_refuse_null(out);
}

void
backoff_engine_decide(const struct backoff_policy *policy,
		      struct backoff_state *state,
		      const struct backoff_outcome *outcome, uint64_t now_ns,
		      uint64_t draw, struct backoff_decision *out)
{
	if (policy != NULL && state != NULL && outcome != NULL && out != NULL)
		bo_engine_decide(policy, state, outcome, now_ns, draw, out);
	else
		bo_engine_refuse_null(out);
}

void
backoff_engine_stop(struct backoff_state *state, enum backoff_stop stop,
		    struct backoff_decision *out)
{
	if (state != NULL && out != NULL)
		bo_engine_stop(state, stop, out);
	else
		bo_engine_refuse_null(out);
}

int
backoff_engine_retryable(const struct backoff_policy *policy,
			 const struct backoff_outcome *outcome)
{
	return policy != NULL && outcome != NULL &&
	       bo_engine_is_retryable(policy, outcome);
}

uint64_t
backoff_engine_draw(const struct backoff_delay *law, uint64_t draw)
{
	return law != NULL ? bo_engine_draw(law, draw) : 0;
}
