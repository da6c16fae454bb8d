/* The retry object: settings and counters that its calls share. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retry/retry.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/json.h"
#include "base/process.h"
#include "guard/guard.h"
#include "guard/guards.h"
#include "policy/policy.h"

#define NAME_MAX_BYTES BO_TARGET_MAX_BYTES

static enum backoff_status
set_text(char **field, const char *text, size_t limit)
{
	char *copy = NULL;

	if (text != NULL) {
		if (strlen(text) > limit)
			return BACKOFF_E_ARGUMENT;
		copy = strdup(text);
		if (copy == NULL)
			return BACKOFF_E_NOMEM;
	}
	free(*field);
	*field = copy;
	return BACKOFF_OK;
}

/* After a change of those who want to hear of calls. */
static void
note_listeners(struct backoff_retry *r)
{
	r->quiet = r->guard == NULL && r->sink == NULL && r->on_event == NULL;
}

static void
drop_guard(struct backoff_retry *retry)
{
	if (retry->guards != NULL)
		backoff_guards_release(retry->guards, retry->guard);
	else
		backoff_guard_free(retry->guard);
	retry->guards = NULL;
	retry->guard = NULL;
}

/* Take the guard of a target, or of the operation without one. */
static enum backoff_status
take_guard(const struct backoff_retry *retry, struct backoff_guards *guards,
	   const char *target, struct backoff_guard **out)
{
	struct backoff_guard *guard = backoff_guards_take(
		guards, target != NULL ? target : retry->operation);

	if (guard == NULL)
		return BACKOFF_E_NOMEM;
	if (backoff_policy_hash(bo_guard_policy(guard)) !=
	    backoff_policy_hash(retry->policy)) {
		backoff_guards_release(guards, guard);
		return BACKOFF_E_ARGUMENT;
	}
	*out = guard;
	return BACKOFF_OK;
}

enum backoff_status
backoff_retry_set_guards(struct backoff_retry *retry,
			 struct backoff_guards *guards)
{
	struct backoff_guard *guard = NULL;
	enum backoff_status status;

	if (retry == NULL || guards == NULL)
		return BACKOFF_E_ARGUMENT;
	status = take_guard(retry, guards, retry->target, &guard);
	if (status != BACKOFF_OK)
		return status;
	drop_guard(retry);
	retry->guards = guards;
	retry->guard = guard;
	note_listeners(retry);
	return BACKOFF_OK;
}

/* The table for targets of calls; NULL without memory. Threads may race to make
 * it. */
static struct backoff_guards *
own_guards(struct backoff_retry *r)
{
	struct backoff_guards *own = atomic_load(&r->own), *made;

	if (own != NULL || backoff_guards_new(r->policy, BACKOFF_RETRY_TARGETS,
					      &made) != BACKOFF_OK)
		return own;
	if (atomic_compare_exchange_strong(&r->own, &own, made))
		return made;
	backoff_guards_free(made);
	return own;
}

enum backoff_status
bo_retry_take_guard(struct backoff_retry *r, const char *target,
		    struct backoff_guards **table, struct backoff_guard **guard)
{
	*table = NULL;
	*guard = r->guard;
	/* No guard: the policy has neither budget nor breaker. */
	if (r->guard == NULL ||
	    (r->target != NULL && strcmp(r->target, target) == 0))
		return BACKOFF_OK;
	*table = r->guards != NULL ? r->guards : own_guards(r);
	*guard = *table != NULL ? bo_guards_enter(*table, target) : NULL;
	return *guard != NULL ? BACKOFF_OK : BACKOFF_E_NOMEM;
}

const struct backoff_guard *
backoff_retry_guard(const struct backoff_retry *retry)
{
	if (retry == NULL)
		return NULL;
	return retry->guard;
}

enum backoff_status
backoff_retry_new(const struct backoff_policy *policy, const char *operation,
		  struct backoff_retry **out)
{
	struct backoff_retry *r;
	enum backoff_status status;

	if (policy == NULL || operation == NULL || operation[0] == '\0' ||
	    out == NULL)
		return BACKOFF_E_ARGUMENT;
	r = aligned_alloc(64, sizeof(*r));
	if (r == NULL || bo_process_init() != BACKOFF_OK) {
		free(r);
		return BACKOFF_E_NOMEM;
	}
	memset(r, 0, sizeof(*r));
	status = set_text(&r->operation, operation, NAME_MAX_BYTES);
	if (status == BACKOFF_OK &&
	    getrandom(&r->seed, sizeof(r->seed), 0) != sizeof(r->seed))
		status = BACKOFF_E_IO;
	if (status != BACKOFF_OK) {
		backoff_retry_free(r);
		return status;
	}
	r->policy = backoff_policy_ref(policy);
	if (backoff_policy_is_guarded(policy) &&
	    backoff_guard_new(policy, &r->guard) != BACKOFF_OK) {
		backoff_retry_free(r);
		return BACKOFF_E_NOMEM;
	}
	bo_id_key_init(&r->id_key, r->seed + bo_process_lineage());
	r->clock = backoff_clock_system();
	r->timed = true;
	r->limited = policy->deadline_ns != BACKOFF_FOREVER ||
		     policy->attempt_timeout.count > 0 ||
		     policy->reset_after_ns != BACKOFF_FOREVER;
	r->once_inbound = !policy->retry_inbound;
	r->max_attempts = backoff_policy_max_attempts(policy);
	r->allows_hedges = policy->hedge.delay_ns != BACKOFF_FOREVER;
	r->draws = policy->jitter != BACKOFF_JITTER_NONE ||
		   policy->schedule.high_ns != NULL ||
		   policy->hint.jitter_nano > 0;
	note_listeners(r);
	snprintf(r->hash, sizeof(r->hash), "%016" PRIx64,
		 backoff_policy_hash(policy));
	gethostname(r->host, sizeof(r->host) - 1);
	*out = r;
	return BACKOFF_OK;
}

void
backoff_retry_free(struct backoff_retry *retry)
{
	if (retry == NULL)
		return;
	drop_guard(retry);
	backoff_guards_free(atomic_load(&retry->own));
	/* backoff_retry_new() took a reference. */
	backoff_policy_unref((struct backoff_policy *)(uintptr_t)retry->policy);
	free(retry->operation);
	free(retry->service);
	free(retry->target);
	free(retry->attrs);
	free(retry);
}

enum backoff_status
backoff_retry_set_service(struct backoff_retry *retry, const char *service)
{
	if (retry == NULL)
		return BACKOFF_E_ARGUMENT;
	return set_text(&retry->service, service, NAME_MAX_BYTES);
}

enum backoff_status
backoff_retry_set_target(struct backoff_retry *retry, const char *target)
{
	struct backoff_guard *guard = NULL;
	enum backoff_status status;

	if (retry == NULL)
		return BACKOFF_E_ARGUMENT;
	/* Events of calls that share the guard of one target must not name
	 * another. */
	if (retry->guards != NULL) {
		status = take_guard(retry, retry->guards, target, &guard);
		if (status != BACKOFF_OK)
			return status;
	}
	status = set_text(&retry->target, target, NAME_MAX_BYTES);
	if (retry->guards != NULL) {
		backoff_guards_release(retry->guards, status == BACKOFF_OK
							      ? retry->guard
							      : guard);
		if (status == BACKOFF_OK)
			retry->guard = guard;
	}
	return status;
}

/* Whether a member of a valid object before this one has its name. */
static bool
is_repeated(const char *text, const struct bo_json_value *name)
{
	char wanted[BO_ATTRS_MAX_BYTES], other[BO_ATTRS_MAX_BYTES];
	size_t length = bo_json_unescape(name, wanted);
	struct bo_json json;
	struct bo_json_member member;
	bool first = true;

	bo_json_begin(&json, text, strlen(text));
	(void)bo_json_open(&json, '{');
	while (bo_json_member(&json, &first, &member) &&
	       member.key.at < name->at)
		if (bo_json_unescape(&member.key, other) == length &&
		    memcmp(other, wanted, length) == 0)
			return true;
	return false;
}

static bool
is_object_of_scalars(const char *text)
{
	struct bo_json json;
	struct bo_json_member member;
	bool first = true;

	bo_json_begin(&json, text, strlen(text));
	if (!bo_json_open(&json, '{'))
		return false;
	while (bo_json_member(&json, &first, &member))
		if (member.value.type == BO_JSON_OBJECT ||
		    member.value.type == BO_JSON_ARRAY ||
		    is_repeated(text, &member.key))
			return false;
	return bo_json_end(&json) && strpbrk(text, "\r\n") == NULL;
}

bool
bo_retry_attrs_are_valid(const char *json)
{
	return strlen(json) <= BO_ATTRS_MAX_BYTES && is_object_of_scalars(json);
}

enum backoff_status
backoff_retry_set_attrs(struct backoff_retry *retry, const char *json)
{
	if (retry == NULL || (json != NULL && !bo_retry_attrs_are_valid(json)))
		return BACKOFF_E_ARGUMENT;
	return set_text(&retry->attrs, json, BO_ATTRS_MAX_BYTES);
}

void
backoff_retry_set_sink(struct backoff_retry *retry, struct backoff_sink *sink)
{
	if (retry == NULL)
		return;
	retry->sink = sink;
	note_listeners(retry);
}

void
backoff_retry_set_clock(struct backoff_retry *retry,
			const struct backoff_clock *clock)
{
	if (retry != NULL)
		retry->clock = clock != NULL ? clock : backoff_clock_system();
}

void
backoff_retry_set_seed(struct backoff_retry *retry, uint64_t seed)
{
	if (retry == NULL)
		return;
	retry->seed = seed;
	atomic_store(&retry->calls, 0);
	bo_id_key_init(&retry->id_key, seed + bo_process_lineage());
}

void
backoff_retry_set_log_starts(struct backoff_retry *retry, int yes)
{
	if (retry != NULL)
		retry->log_starts = yes != 0;
}

void
backoff_retry_set_timed(struct backoff_retry *retry, int yes)
{
	if (retry != NULL)
		retry->timed = yes != 0;
}

void
backoff_retry_set_classify(struct backoff_retry *retry, backoff_classify_fn fn,
			   void *user)
{
	if (retry == NULL)
		return;
	retry->classify = fn;
	retry->classify_user = user;
}

void
backoff_retry_set_discard(struct backoff_retry *retry, backoff_discard_fn fn,
			  void *user)
{
	if (retry == NULL)
		return;
	retry->discard = fn;
	retry->discard_user = user;
}

void
backoff_retry_set_on_event(struct backoff_retry *retry, backoff_event_fn fn,
			   void *user)
{
	if (retry == NULL)
		return;
	retry->on_event = fn;
	retry->on_event_user = user;
	note_listeners(retry);
}
