/* Saved calls: another process can resume them.
 *
 * Monotonic time means nothing after a reboot, so saved times are wall time.
 * Since the wall clock may be stepped, the rest of a wait is never taken for
 * longer than the wait was, the rest to the deadline never for longer than at
 * the save, and time that ran backwards counts as zero. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/names.h"
#include "base/utf8.h"
#include "engine/engine.h"
#include "engine/hold.h"
#include "policy/policy.h"
#include "retry/lifecycle.h"
#include "retry/save_text.h"
#include "retry/step.h"

#define NANO_PER_MILLI 1000000
/* No policy allows more attempts: what stands for "unlimited" since the last
 * reset, as many before it, and the uncounted failures of seven classes. */
#define ATTEMPTS_MAX 2007000002

/* These members are copied whole. */
#define SAME_SIZE(struct_a, a, struct_b, b)                                    \
	_Static_assert(sizeof(((struct struct_a *)NULL)->a) ==                 \
			       sizeof(((struct struct_b *)NULL)->b),           \
		       #a " and " #b " differ in size")
SAME_SIZE(bo_saved, uncounted_by_class, backoff_state, uncounted_by_class);
SAME_SIZE(bo_saved, error_type, backoff_answer, error_type);
SAME_SIZE(bo_saved, code, backoff_answer, code);
SAME_SIZE(bo_saved, error, backoff_answer, error);
SAME_SIZE(bo_saved, call_id, backoff_call, id);

/* A monotonic time as wall time, rounded up to a whole microsecond: the text
 * has no finer times, and the next attempt must not come early. */
static uint64_t
to_wall(uint64_t when_ns, uint64_t now_ns, uint64_t wall_ns)
{
	if (when_ns == BACKOFF_FOREVER)
		return BACKOFF_ABSENT;
	wall_ns = when_ns >= now_ns ? bo_add_sat(wall_ns, when_ns - now_ns)
				    : bo_sub_sat(wall_ns, now_ns - when_ns);
	return bo_add_sat(wall_ns, 999) / 1000 * 1000;
}

/* JSON is UTF-8, while a program may name things in any bytes. The text keeps
 * its length, so that it still fits where it is read. */
static void
replace_stray_bytes(char *text)
{
	char *end = text + strlen(text);

	while (text < end) {
		size_t length = bo_utf8_length(text, end);

		if (length == 0)
			*text = '?';
		text += length > 0 ? length : 1;
	}
}

/* The last failure. A call that was restored without one has none. */
static void
fill_error(const struct backoff_answer *answer, struct bo_saved *saved)
{
	if (answer->kind != BACKOFF_OUTCOME_FAILURE &&
	    answer->kind != BACKOFF_OUTCOME_TIMEOUT)
		return;
	snprintf(saved->outcome, sizeof(saved->outcome), "%s",
		 bo_outcome_names[answer->kind]);
	if (backoff_class_name(answer->failure_class) != NULL)
		snprintf(saved->failure_class, sizeof(saved->failure_class),
			 "%s", backoff_class_name(answer->failure_class));
	memcpy(saved->error_type, answer->error_type,
	       sizeof(saved->error_type));
	memcpy(saved->code, answer->code, sizeof(saved->code));
	memcpy(saved->error, answer->error, sizeof(saved->error));
	bo_utf8_clean(saved->error_type);
	bo_utf8_clean(saved->code);
	bo_utf8_clean(saved->error);
}

static void
fill_saved(struct backoff_call *call, struct bo_saved *saved)
{
	const struct backoff_clock *clock = call->retry->clock;
	uint64_t now_ns = clock->now_ns(clock->user);
	uint64_t wall_ns = clock->wall_ns(clock->user);
	const struct backoff_state *s = &call->state;
	/* A call that was restored before its first attempt waits for nothing.
	 */
	bool waiting = call->phase == BO_PHASE_WAITING && s->finished > 0;
	int64_t held_milli = s->held_milli + call->owed_milli;

	*saved = (struct bo_saved){
		.v = 1,
		.attempt = s->attempt,
		.finished = s->finished,
		.uncounted = s->uncounted,
		.curve_start = s->curve_start,
		.idempotent = s->idempotent,
		.inbound_attempt = s->inbound_attempt,
		.elapsed_ns = bo_call_age(call, now_ns),
		.delay_ns = waiting ? call->decision.delay_ns : 0,
		.previous_delay_ns = s->previous_delay_ns,
		.backoff_ns = s->backoff_ns,
		.saved_at_ns = wall_ns,
		.not_before_ns = to_wall(waiting ? call->decision.not_before_ns
						 : BACKOFF_FOREVER,
					 now_ns, wall_ns),
		.deadline_ns = to_wall(s->deadline_ns, now_ns, wall_ns),
		.retry_cost_nano =
			held_milli > 0 ? (uint64_t)held_milli * NANO_PER_MILLI
				       : BACKOFF_ABSENT,
	};
	memcpy(saved->uncounted_by_class, s->uncounted_by_class,
	       sizeof(saved->uncounted_by_class));
	/* The restored call makes the same random draws. */
	bo_call_number(call);
	saved->experiment = call->experiment;
	saved->number = call->number;
	snprintf(saved->call_id, sizeof(saved->call_id), "%s",
		 backoff_call_id(call));
	snprintf(saved->policy, sizeof(saved->policy), "%s",
		 backoff_policy_name(call->retry->policy));
	snprintf(saved->policy_hash, sizeof(saved->policy_hash), "%s",
		 call->retry->hash);
	snprintf(saved->operation, sizeof(saved->operation), "%s",
		 call->retry->operation);
	if (call->options->target != NULL)
		snprintf(saved->target, sizeof(saved->target), "%s",
			 call->options->target);
	if (call->options->attrs != NULL)
		snprintf(saved->attrs, sizeof(saved->attrs), "%s",
			 call->options->attrs);
	replace_stray_bytes(saved->target);
	replace_stray_bytes(saved->call_id);
	replace_stray_bytes(saved->operation);
	fill_error(call->answer, saved);
}

size_t
backoff_call_save(struct backoff_call *call, char *buffer, size_t size)
{
	if (call == NULL)
		return 0;
	struct bo_saved saved;
	size_t length;

	if (call->phase != BO_PHASE_WAITING && call->phase != BO_PHASE_READY)
		return 0;
	fill_saved(call, &saved);
	length = bo_saved_write(&saved, buffer, size);
	/* A text that was cut or only measured cannot be resumed. */
	if (length < size)
		call->is_saved = true;
	return length;
}

/* The index of a name in a list that ends in NULL, or the list's length. */
static unsigned
find_name(const char *const *names, const char *text)
{
	unsigned i = 0;

	while (names[i] != NULL && strcmp(names[i], text) != 0)
		i++;
	return i;
}

/* Calls continue after failures and timeouts only. */
static bool
has_valid_error(const struct bo_saved *saved)
{
	unsigned outcome = find_name(bo_outcome_names, saved->outcome);
	unsigned class = find_name(bo_class_names, saved->failure_class);

	if (saved->outcome[0] == '\0')
		return saved->failure_class[0] == '\0' &&
		       saved->error_type[0] == '\0' && saved->code[0] == '\0' &&
		       saved->error[0] == '\0';
	return saved->finished > 0 &&
	       (outcome == BACKOFF_OUTCOME_FAILURE ||
		outcome == BACKOFF_OUTCOME_TIMEOUT) &&
	       (saved->failure_class[0] == '\0' ||
		bo_class_names[class] != NULL);
}

static bool
has_valid_counters(const struct bo_saved *saved)
{
	uint64_t by_class = 0;

	for (size_t i = 0; i < BACKOFF_CLASS_COUNT; i++)
		by_class += saved->uncounted_by_class[i];
	/* Between attempts, all that began are finished. Failures that are
	 * uncounted in no class were forgotten at the last reset. */
	return saved->finished <= ATTEMPTS_MAX &&
	       saved->attempt == saved->finished + 1 &&
	       saved->uncounted <= saved->finished &&
	       by_class <= saved->uncounted &&
	       saved->uncounted - by_class <= saved->curve_start &&
	       saved->curve_start <= saved->finished &&
	       saved->idempotent <= 1 &&
	       /* A first attempt costs nothing. */
	       (saved->finished > 0 ||
		saved->retry_cost_nano == BACKOFF_ABSENT);
}

/* A call waits for its next attempt after a failure, or does not wait. */
static bool
has_valid_waits(const struct bo_saved *saved)
{
	if (saved->not_before_ns == BACKOFF_ABSENT && saved->delay_ns > 0)
		return false;
	return saved->finished > 0 ||
	       (saved->not_before_ns == BACKOFF_ABSENT &&
		saved->previous_delay_ns == 0 && saved->backoff_ns == 0);
}

/* Whether the policy allows the next attempt. */
static bool
has_attempts_left(const struct bo_saved *saved,
		  const struct backoff_retry *retry)
{
	return saved->attempt - saved->uncounted <=
	       bo_retry_max_attempts(retry, saved->inbound_attempt);
}

/* How many failures of a class the policy leaves uncounted. */
static uint32_t
uncounted_limit(const struct backoff_policy *policy, size_t class)
{
	const struct bo_class_rule *rule = &policy->on[class];

	return !policy->has_class_rules || rule->consume_attempt ? 0
								 : rule->limit;
}

static bool
has_valid_classes(const struct bo_saved *saved,
		  const struct backoff_policy *policy)
{
	for (size_t i = 0; i < BACKOFF_CLASS_COUNT; i++)
		if (saved->uncounted_by_class[i] > uncounted_limit(policy, i))
			return false;
	return true;
}

/* Refuse what no call under the policy it was saved with can be. */
static enum backoff_status
check_policy(const struct bo_saved *saved, const struct backoff_retry *retry,
	     struct backoff_error *error)
{
	const struct backoff_policy *policy = retry->policy;

	if (!has_valid_classes(saved, policy))
		return bo_error_set(error, BACKOFF_E_VALUE, "uncounted",
				    "the policy counts more of these failures "
				    "as attempts");
	if (!has_attempts_left(saved, retry))
		return bo_error_set(error, BACKOFF_E_VALUE, "attempt",
				    "more than the policy's max_attempts");
	if (saved->deadline_ns == BACKOFF_ABSENT &&
	    (policy->start_deadline_ns != BACKOFF_FOREVER ||
	     (policy->failure_deadline_ns != BACKOFF_FOREVER &&
	      saved->finished > 0)))
		return bo_error_set(error, BACKOFF_E_VALUE, "deadline",
				    "required: the policy has a deadline");
	return BACKOFF_OK;
}

/* Make a call of another policy one that could be of this policy, so that it
 * can be saved again: failures that this policy counts as attempts count, and
 * its deadline holds. It counts from the start of the call, because the time of
 * the first failure was not saved. */
static void
adapt(struct bo_saved *saved, const struct backoff_policy *policy)
{
	uint64_t limit_ns = policy->start_deadline_ns;

	for (size_t i = 0; i < BACKOFF_CLASS_COUNT; i++) {
		uint32_t limit = uncounted_limit(policy, i);

		if (saved->uncounted_by_class[i] <= limit)
			continue;
		saved->uncounted -= saved->uncounted_by_class[i] - limit;
		saved->uncounted_by_class[i] = limit;
	}
	if (saved->finished > 0)
		limit_ns = bo_min(limit_ns, policy->failure_deadline_ns);
	if (saved->deadline_ns == BACKOFF_ABSENT && limit_ns != BACKOFF_FOREVER)
		saved->deadline_ns = bo_add_sat(
			bo_sub_sat(saved->saved_at_ns, saved->elapsed_ns),
			limit_ns);
}

/* Refuse a text that cannot be a saved call of this retry object. */
static enum backoff_status
check(const struct bo_saved *saved, const struct backoff_retry *retry,
      bool force, struct backoff_error *error)
{
	char operation[sizeof(saved->operation)];
	bool is_same;

	snprintf(operation, sizeof(operation), "%s", retry->operation);
	replace_stray_bytes(operation);
	if (saved->v != 1)
		return bo_error_set(error, BACKOFF_E_VALUE, "v",
				    "unknown version; must be 1");
	if (strcmp(saved->operation, operation) != 0)
		return bo_error_set(error, BACKOFF_E_VALUE, "operation",
				    "the call belongs to another operation");
	is_same = strcmp(saved->policy_hash, retry->hash) == 0;
	if (!force && !is_same)
		return bo_error_set(
			error, BACKOFF_E_STATE, "policy_hash",
			"the policy has changed since the call was saved");
	if (!has_valid_counters(saved))
		return bo_error_set(error, BACKOFF_E_VALUE, "attempt",
				    "inconsistent attempt counters");
	if (!has_valid_waits(saved))
		return bo_error_set(error, BACKOFF_E_VALUE, "delay_seconds",
				    "inconsistent waits");
	if (saved->attrs[0] != '\0' && !bo_retry_attrs_are_valid(saved->attrs))
		return bo_error_set(error, BACKOFF_E_VALUE, "attrs",
				    "must be a JSON object of scalars");
	if (!has_valid_error(saved))
		return bo_error_set(error, BACKOFF_E_VALUE, "outcome",
				    "no retry follows such an outcome");
	return is_same ? check_policy(saved, retry, error) : BACKOFF_OK;
}

/* The time left to the saved deadline. */
static uint64_t
time_left(const struct bo_saved *saved, uint64_t wall_ns)
{
	return bo_min(bo_sub_sat(saved->deadline_ns, wall_ns),
		      bo_sub_sat(saved->deadline_ns, saved->saved_at_ns));
}

static void
restore_state(const struct bo_saved *saved, uint64_t now_ns, uint64_t wall_ns,
	      struct backoff_state *s)
{
	s->stop = BACKOFF_STOP_NONE;
	s->attempt = saved->attempt;
	s->finished = saved->finished;
	s->uncounted = saved->uncounted;
	s->curve_start = saved->curve_start;
	s->idempotent = saved->idempotent;
	s->inbound_attempt = saved->inbound_attempt;
	/* A call that continues after an attempt has failed before. */
	s->failed = saved->finished > 0;
	s->previous_delay_ns = saved->previous_delay_ns;
	s->backoff_ns = saved->backoff_ns;
	memcpy(s->uncounted_by_class, saved->uncounted_by_class,
	       sizeof(s->uncounted_by_class));
	s->deadline_ns = BACKOFF_FOREVER;
	if (saved->deadline_ns != BACKOFF_ABSENT)
		s->deadline_ns = bo_add_sat(now_ns, time_left(saved, wall_ns));
}

/* The restoring caller may have less time than the saved call had, or none left
 * after the wait. */
static void
apply_deadline(struct backoff_call *call, uint64_t now_ns)
{
	uint64_t deadline_ns = bo_call_deadline(call->options);

	call->state.deadline_ns = bo_min(call->state.deadline_ns, deadline_ns);
	if (bo_engine_has_passed(deadline_ns, now_ns))
		bo_call_stop(call, BACKOFF_STOP_DEADLINE, now_ns);
	else if (bo_engine_has_passed(deadline_ns,
				      call->decision.not_before_ns))
		bo_call_stop(call, BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE, now_ns);
}

static void
restore_answer(const struct bo_saved *saved, struct backoff_answer *answer)
{
	answer->attempts = saved->finished;
	answer->retries = saved->finished > 0 ? saved->finished - 1 : 0;
	answer->backoff_ns = saved->backoff_ns;
	if (saved->outcome[0] == '\0')
		return;
	answer->kind = (enum backoff_outcome_kind)find_name(bo_outcome_names,
							    saved->outcome);
	if (saved->failure_class[0] != '\0')
		answer->failure_class = (enum backoff_class)find_name(
			bo_class_names, saved->failure_class);
	memcpy(answer->error_type, saved->error_type,
	       sizeof(answer->error_type));
	memcpy(answer->code, saved->code, sizeof(answer->code));
	memcpy(answer->error, saved->error, sizeof(answer->error));
}

static void
rejoin_guard(struct backoff_call *call, uint64_t retry_cost_nano)
{
	bo_hold_rejoin(&call->state, call->guard);
	if (retry_cost_nano != BACKOFF_ABSENT)
		call->owed_milli = (int64_t)(retry_cost_nano / NANO_PER_MILLI);
}

static void
restore_call(struct backoff_call *call, const struct bo_saved *saved)
{
	const struct backoff_clock *clock = call->retry->clock;
	uint64_t now_ns = clock->now_ns(clock->user);
	uint64_t wall_ns = clock->wall_ns(clock->user);
	uint64_t age_ns = bo_add_sat(saved->elapsed_ns,
				     bo_sub_sat(wall_ns, saved->saved_at_ns));
	uint64_t left_ns = 0;

	restore_state(saved, now_ns, wall_ns, &call->state);
	/* If the machine booted after the call began, the call's start has no
	 * monotonic time. */
	call->state.start_ns = bo_sub_sat(now_ns, age_ns);
	call->earlier_ns = bo_sub_sat(age_ns, now_ns);
	if (saved->not_before_ns != BACKOFF_ABSENT)
		left_ns = bo_min(bo_sub_sat(saved->not_before_ns, wall_ns),
				 saved->delay_ns);
	call->decision = (struct backoff_decision){
		.size = sizeof(call->decision),
		.action = BACKOFF_ACTION_WAIT,
		.attempt = call->state.attempt,
		.delay_ns = saved->delay_ns,
		.not_before_ns = bo_add_sat(now_ns, left_ns),
		.attempt_timeout_ns = BACKOFF_FOREVER,
	};
	call->phase = BO_PHASE_WAITING;
	call->kind =
		saved->finished > 1 ? BACKOFF_KIND_RETRY : BACKOFF_KIND_FIRST;
	restore_answer(saved, call->answer);
	call->numbered = true;
	call->experiment = saved->experiment;
	call->number = saved->number;
	memcpy(call->id, saved->call_id, sizeof(call->id));
	if (call->guard != NULL)
		rejoin_guard(call, saved->retry_cost_nano);
	apply_deadline(call, now_ns);
}

/* A call with the options, and the saved target and attrs without others. */
static enum backoff_status
make(struct backoff_retry *retry, const struct backoff_call_options *options,
     const struct bo_saved *saved, struct backoff_call **out)
{
	struct backoff_call_options all, whole;

	options = bo_call_options(options, &whole);
	if (options == NULL)
		return BACKOFF_E_ARGUMENT;
	all = *options;
	all.size = sizeof(all);
	if (all.target == NULL && saved->target[0] != '\0')
		all.target = saved->target;
	if (all.attrs == NULL && saved->attrs[0] != '\0')
		all.attrs = saved->attrs;
	return bo_call_make(retry, &all, out);
}

enum backoff_status
backoff_call_restore(struct backoff_retry *retry,
		     const struct backoff_call_options *options,
		     const char *text, size_t length, int force,
		     struct backoff_call **out, struct backoff_error *error)
{
	struct bo_saved saved;
	struct backoff_call *call;
	enum backoff_status status;

	if (retry == NULL || text == NULL || out == NULL)
		return BACKOFF_E_ARGUMENT;
	status = bo_saved_read(text, length, &saved, error);
	if (status == BACKOFF_OK)
		status = check(&saved, retry, force != 0, error);
	if (status == BACKOFF_OK && strcmp(saved.policy_hash, retry->hash) != 0)
		adapt(&saved, retry->policy);
	if (status == BACKOFF_OK)
		status = make(retry, options, &saved, &call);
	if (status != BACKOFF_OK)
		return status;
	restore_call(call, &saved);
	/* Another policy may allow fewer attempts. */
	if (call->phase != BO_PHASE_OVER && !has_attempts_left(&saved, retry))
		bo_call_stop(
			call, BACKOFF_STOP_MAX_ATTEMPTS,
			call->retry->clock->now_ns(call->retry->clock->user));
	*out = call;
	return BACKOFF_OK;
}
