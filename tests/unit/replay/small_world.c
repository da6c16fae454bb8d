/* Runs worlds of known truth, call by call. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "unit/replay/small_world.h"

#define OUTAGES_MAX 4096

enum purpose {
	PURPOSE_ARRIVAL = 900,
	PURPOSE_STATE,
	PURPOSE_FAILS,
	PURPOSE_PERMANENT,
	PURPOSE_CALLED_OFF,
	PURPOSE_SLOW,
};

/* Outages of the target: [from, to) pairs. */
struct outages {
	size_t count;
	uint64_t from_ns[OUTAGES_MAX], to_ns[OUTAGES_MAX];
};

static double
uniform(const struct small_world *world, enum purpose purpose, uint64_t call,
	uint32_t attempt)
{
	return (double)backoff_draw(world->seed, (uint32_t)purpose, call,
				    attempt) *
	       0x1p-64;
}

static double
exponential(const struct small_world *world, double mean, uint64_t i)
{
	return -mean * log1p(-uniform(world, PURPOSE_STATE, i, 0));
}

static void
make_outages(const struct small_world *world, struct outages *out)
{
	double now = 0;

	out->count = 0;
	while (world->mean_down > 0 && out->count < OUTAGES_MAX) {
		now += exponential(world, world->mean_up, 2 * out->count);
		out->from_ns[out->count] = (uint64_t)(now * 1e9);
		now += exponential(world, world->mean_down, 2 * out->count + 1);
		out->to_ns[out->count++] = (uint64_t)(now * 1e9);
		if (now > world->seconds * 2)
			break;
	}
}

static bool
down(const struct outages *outages, uint64_t now_ns)
{
	size_t low = 0, count = outages->count;

	while (count > 0) {
		size_t half = count / 2;

		if (outages->to_ns[low + half] <= now_ns) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return low < outages->count && outages->from_ns[low] <= now_ns;
}

static bool
attempt_fails(const struct small_world *world, const struct outages *outages,
	      uint64_t call, uint32_t attempt, uint64_t now_ns)
{
	double fails =
		down(outages, now_ns) ? world->down_fails : world->up_fails;

	if (world->permanent > 0 &&
	    uniform(world, PURPOSE_PERMANENT, call, 0) < world->permanent)
		return true;
	return uniform(world, PURPOSE_FAILS, call, attempt) < fails;
}

static uint64_t
duration_of(const struct small_world *world, uint64_t call)
{
	return world->slow > 0 && uniform(world, PURPOSE_SLOW, call, 0) <
					  world->slow
		       ? world->slow_ns
		       : world->attempt_ns;
}

static void
record(struct tk_trace *trace, const struct small_world *world,
       const struct backoff_policy *policy, uint64_t call,
       const struct backoff_state *state,
       const struct backoff_decision *decision, bool failed, uint32_t attempt,
       uint64_t end_ns)
{
	struct backoff_event event;
	char id[24], hash[24];

	backoff_event_init(&event, sizeof(event));
	snprintf(id, sizeof(id), "%016" PRIx64, call);
	snprintf(hash, sizeof(hash), "%016" PRIx64,
		 backoff_policy_hash(policy));
	/* The log keeps microseconds, and begins at some real date. */
	event.ts_ns = UINT64_C(1700000000) * 1000000000 + end_ns / 1000 * 1000;
	event.operation = "op";
	/* Logs of failures know requests, not calls. */
	if (world->failures_only)
		event.trace_id = id;
	else
		event.call_id = id;
	event.attempt = attempt;
	event.max_attempts = backoff_policy_max_attempts(policy);
	event.outcome =
		failed ? BACKOFF_OUTCOME_FAILURE : BACKOFF_OUTCOME_SUCCESS;
	if (!world->failures_only) {
		event.policy = backoff_policy_name(policy);
		event.policy_hash = hash;
		event.duration_ns = duration_of(world, call);
	}
	if (failed) {
		event.error_type = "ConnectionError";
		event.type = decision->action == BACKOFF_ACTION_DONE
				     ? BACKOFF_EVENT_EXHAUSTED
				     : BACKOFF_EVENT_ATTEMPT;
	} else {
		event.type = BACKOFF_EVENT_SUCCESS;
	}
	if (decision->action == BACKOFF_ACTION_WAIT) {
		event.delay_ns = decision->delay_ns;
		event.delay_low_ns = decision->law.low_ns;
		event.delay_high_ns = decision->law.high_ns;
		event.delay_law = "proportional";
	} else {
		event.attempts = state->finished;
		event.stop = decision->stop;
	}
	if (state->deadline_ns != BACKOFF_FOREVER)
		event.deadline_left_ns = state->deadline_ns > end_ns
						 ? state->deadline_ns - end_ns
						 : 0;
	if (decision->stop == BACKOFF_STOP_CANCELLED ||
	    decision->stop == BACKOFF_STOP_SHUTDOWN) {
		event.type = BACKOFF_EVENT_ABORTED;
		event.outcome = BACKOFF_OUTCOME_CANCELLED;
		event.duration_ns = 0;
	}
	cr_assert(tk_trace_add(trace, &event) == BACKOFF_OK);
}

static void
run_call(const struct small_world *world, const struct outages *outages,
	 const struct backoff_policy *policy, struct tk_trace *trace,
	 uint64_t call, uint64_t start_ns, struct small_truth *truth)
{
	struct backoff_state state;
	struct backoff_decision decision;
	uint64_t now_ns = start_ns;

	backoff_engine_begin(policy, &state, now_ns,
			     world->deadline_ns ? now_ns + world->deadline_ns
						: BACKOFF_FOREVER,
			     &decision);
	while (decision.action != BACKOFF_ACTION_DONE) {
		uint32_t attempt = decision.attempt;
		struct backoff_outcome outcome;
		bool fails;

		if (decision.action == BACKOFF_ACTION_WAIT)
			now_ns = decision.not_before_ns;
		fails = attempt_fails(world, outages, call, attempt, now_ns);
		backoff_outcome_set(&outcome,
				    fails ? BACKOFF_OUTCOME_FAILURE
					  : BACKOFF_OUTCOME_SUCCESS,
				    BACKOFF_CLASS_TRANSIENT, "ConnectionError",
				    NULL, NULL);
		now_ns += duration_of(world, call);
		backoff_engine_decide(policy, &state, &outcome, now_ns,
				      backoff_draw(world->seed,
						   BACKOFF_PURPOSE_DELAY, call,
						   attempt),
				      &decision);
		truth->attempts++;
		truth->succeeded += !fails;
		if (trace && (fails || !world->failures_only))
			record(trace, world, policy, call, &state, &decision,
			       fails, attempt, now_ns);
		if (decision.action == BACKOFF_ACTION_DONE ||
		    uniform(world, PURPOSE_CALLED_OFF, call, attempt) >=
			    world->called_off)
			continue;
		now_ns += decision.delay_ns / 2;
		state.backoff_ns -= decision.delay_ns - decision.delay_ns / 2;
		backoff_engine_stop(&state, world->how, &decision);
		if (trace)
			record(trace, world, policy, call, &state, &decision,
			       true, attempt, now_ns);
	}
	truth->stop[decision.stop]++;
	truth->backoff_ns += state.backoff_ns;
	truth->calls++;
}

struct small_world
small_world_lossy(void)
{
	return (struct small_world){.seed = 5,
				    .calls_per_second = 20,
				    .seconds = 600,
				    .up_fails = 0.05,
				    .down_fails = 0.9,
				    .mean_up = 60,
				    .mean_down = 5,
				    .permanent = 0.01,
				    .attempt_ns = 3000000};
}

struct small_truth
small_world_run(const struct small_world *world,
		const struct backoff_policy *policy, struct tk_trace *trace)
{
	struct outages *outages = calloc(1, sizeof(*outages));
	struct small_truth truth = {0};
	double now = 0;

	cr_assert(outages);
	make_outages(world, outages);
	for (uint64_t call = 0;; call++) {
		now += -log1p(-uniform(world, PURPOSE_ARRIVAL, call, 0)) /
		       world->calls_per_second;
		if (now >= world->seconds)
			break;
		run_call(world, outages, policy, trace, call,
			 (uint64_t)(now * 1e9), &truth);
	}
	free(outages);
	return truth;
}

struct backoff_policy *
small_policy(const char *name_or_json)
{
	struct backoff_policy *policy = NULL;
	struct backoff_error error = {0};
	enum backoff_status status;

	if (name_or_json[0] == '{')
		status =
			backoff_policy_parse(name_or_json, strlen(name_or_json),
					     NULL, &policy, &error);
	else
		status = backoff_policy_builtin(name_or_json, &policy);
	cr_assert(status == BACKOFF_OK, "%s: %s", name_or_json, error.text);
	return policy;
}

void
small_case_run(struct small_case *c, const struct small_world *world,
	       const char *logged_policy, const char *const *policies)
{
	struct backoff_policy *policy = small_policy(logged_policy);
	struct small_truth truth;
	enum backoff_status status;

	*c = (struct small_case){.trace = tk_trace_new()};
	cr_assert(c->trace);
	truth = small_world_run(world, policy, c->trace);
	backoff_policy_unref(policy);
	cr_assert(tk_trace_stitch(c->trace) == BACKOFF_OK);
	cr_assert(rs_log_init(&c->log, c->trace, 1) == BACKOFF_OK);
	cr_assert(c->log.operation_count == 1);
	if (world->failures_only)
		cr_assert(rs_log_count(&c->log.operation[0], truth.calls));
	for (size_t i = 0; policies[i]; i++) {
		policy = small_policy(policies[i]);
		cr_assert(rs_policy_set_push(&c->policies, policy));
		backoff_policy_unref(policy);
	}
	c->plan = (struct rs_plan){.log = &c->log,
				   .policies = &c->policies,
				   .shipped = &c->policies,
				   .estimator = &rs_estimator_jump_chain,
				   .baseline = SIZE_MAX,
				   .seed = 1,
				   .replicas = 20};
	status = rs_compare(&c->plan, &c->comparison);
	cr_assert(status == BACKOFF_OK);
}

void
small_case_clear(struct small_case *c)
{
	rs_comparison_clear(&c->comparison);
	rs_policy_set_clear(&c->policies);
	rs_log_clear(&c->log);
	tk_trace_free(c->trace);
}
