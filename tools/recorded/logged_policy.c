/* Recognises the policy that wrote a log, by name or by its delays. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recorded/draws.h"
#include "recorded/logged_policy.h"

/* Fit of a policy to the waits of a log. */
struct fit {
	size_t waits;
	/** Sum of the logarithms of the widths of their laws: the tightest
	 *  policy has the lowest. */
	double width;
};

/* Whether one call could have run under a policy. */
static bool
call_fits(const struct rs_log *log, const struct tk_call *call,
	  const struct backoff_policy *policy, struct fit *fit)
{
	uint32_t number = call->missing_before;
	uint64_t previous = 0;

	if (call->max_attempts != 0 &&
	    call->max_attempts != backoff_policy_max_attempts(policy))
		return false;
	for (uint32_t i = 0; i < call->count; i++) {
		const struct tk_attempt *attempt =
			&log->attempt[call->first + i];
		struct backoff_outcome outcome = {.size = sizeof(outcome)};
		struct backoff_delay law;

		number++;
		if (attempt->delay_ns == BACKOFF_ABSENT ||
		    rs_log_hinted(attempt))
			continue;
		rs_log_outcome(log, call, i, &outcome);
		backoff_engine_delay(policy, number, previous, &law);
		if (!rs_delay_possible(&law, attempt->delay_ns) ||
		    !backoff_engine_retryable(policy, &outcome))
			return false;
		fit->waits++;
		fit->width += log1p((double)(law.high_ns - law.low_ns));
		previous = attempt->delay_ns;
	}
	return true;
}

/* A log without waits fits no policy. */
static bool
fits(const struct rs_log *log, const struct rs_operation *operation,
     const struct backoff_policy *policy, struct fit *fit)
{
	*fit = (struct fit){0, 0};
	for (size_t i = 0; i < operation->call_count; i++)
		if (!call_fits(log, &log->call[operation->first_call + i],
			       policy, fit))
			return false;
	return fit->waits > 0;
}

/* Whether the policy retries failures of any kind. */
static bool
retries_anything(const struct backoff_policy *policy)
{
	const struct backoff_outcome unnamed = {
		.kind = BACKOFF_OUTCOME_FAILURE,
		.error_type = "an unnamed kind",
	};

	return backoff_engine_retryable(policy, &unnamed) != 0;
}

static struct rs_logged_policy
best_fit(const struct rs_log *log, const struct rs_operation *operation,
	 const struct rs_policy_set *set)
{
	struct rs_logged_policy best = {.evidence = RS_POLICY_EVIDENCE_NONE};
	double least = 0;
	bool wide = false;

	for (size_t i = 0; i < set->count; i++) {
		const struct rs_policy *item = &set->item[i];
		bool any = retries_anything(item->policy);
		struct fit fit;

		if (!fits(log, operation, item->policy, &fit))
			continue;
		if (best.policy == NULL || fit.width < least ||
		    (fit.width <= least && wide && !any)) {
			best.tie = best.policy && fit.width >= least
					   ? best.policy
					   : NULL;
			best.policy = item;
			best.evidence = RS_POLICY_EVIDENCE_FIT;
			least = fit.width;
			wide = any;
		} else if (fit.width <= least && best.tie == NULL) {
			best.tie = item;
		}
	}
	return best;
}

static const struct rs_policy *
with_hash(const struct rs_policy_set *set, const char *hash)
{
	for (size_t i = 0; i < set->count; i++) {
		char text[24];

		snprintf(text, sizeof(text), "%016" PRIx64,
			 backoff_policy_hash(set->item[i].policy));
		if (!strcmp(text, hash))
			return &set->item[i];
	}
	return NULL;
}

static const struct rs_policy *
with_name(const struct rs_policy_set *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (!strcmp(backoff_policy_name(set->item[i].policy), name))
			return &set->item[i];
	return NULL;
}

/* The policy that the lines name. One of the same name but another hash has
 * other settings and did not write the log, nor did one that happens to fit. */
static struct rs_logged_policy
look_up(const struct rs_policy_set *const set[2], const char *name,
	const char *hash)
{
	struct rs_logged_policy found = {.evidence = RS_POLICY_EVIDENCE_NONE};

	for (size_t i = 0; i < 2 && found.policy == NULL; i++)
		found.policy = hash[0] ? with_hash(set[i], hash)
				       : with_name(set[i], name);
	if (found.policy) {
		found.evidence = hash[0] ? RS_POLICY_EVIDENCE_HASH
					 : RS_POLICY_EVIDENCE_NAME;
		return found;
	}
	found.missing_name = name;
	found.missing_hash = hash;
	for (size_t i = 0; name[0] && i < 2 && found.namesake == NULL; i++)
		found.namesake = with_name(set[i], name);
	return found;
}

struct rs_logged_policy
rs_logged_policy_find(const struct rs_log *log,
		      const struct rs_operation *operation,
		      const struct rs_policy *stated,
		      const struct rs_policy_set *given,
		      const struct rs_policy_set *shipped)
{
	const struct tk_call *call = &log->call[operation->first_call];
	const struct rs_policy_set *const set[] = {given, shipped};
	struct rs_logged_policy found = {.evidence = RS_POLICY_EVIDENCE_NONE};

	/* The last call that names a policy: it is the one now in force. */
	for (size_t i = operation->call_count; i-- > 0;) {
		const char *name = rs_log_text(log, call[i].policy);
		const char *hash = rs_log_text(log, call[i].policy_hash);

		if (name[0] || hash[0])
			return look_up(set, name, hash);
	}
	if (stated != NULL) {
		found.policy = stated;
		found.evidence = RS_POLICY_EVIDENCE_GIVEN;
	}
	for (size_t i = 0; i < 2 && found.policy == NULL; i++)
		found = best_fit(log, operation, set[i]);
	return found;
}
