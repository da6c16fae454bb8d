/* Sentences about an operation and its results, for every format for people. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/sentences.h"

#include <inttypes.h>
#include <stdio.h>

#include "report/cells.h"

static bool
compared(const struct rs_report *report, const struct rs_policy *policy)
{
	const struct rs_policy_set *set = report->comparison->plan->policies;

	for (size_t i = 0; i < set->count; i++)
		if (&set->item[i] == policy)
			return true;
	return false;
}

/* The policy that is known to have written the log, and the evidence. */
static void
say_known_policy(const struct rs_report *report,
		 const struct rs_logged_policy *logged, char *out, size_t size)
{
	const struct rs_policy *policy = logged->policy;
	const struct rs_policy *tie = logged->tie;

	if (logged->evidence == RS_POLICY_EVIDENCE_FIT)
		snprintf(out, size, "%s (the delays match%s%s)", policy->label,
			 tie ? "; they also match " : "",
			 tie ? tie->label : "");
	else
		snprintf(out, size, "%s%s%s%s",
			 compared(report, policy) ? "" : "the shipped ",
			 policy->label,
			 compared(report, policy) ? ""
						  : ", which is not compared",
			 logged->evidence == RS_POLICY_EVIDENCE_NAME
				 ? " (known by name; the log has no hash)"
				 : "");
}

/* The policy that the log names, if it is not available. */
static void
say_missing_policy(const struct rs_logged_policy *logged, char *out,
		   size_t size)
{
	const char *name = logged->missing_name;
	const char *hash = logged->missing_hash;

	snprintf(out, size, "%s%s%s%s, which was not given (--policy FILE)%s",
		 name[0] ? name : "an unnamed policy", hash[0] ? " (hash " : "",
		 hash, hash[0] ? ")" : "",
		 logged->namesake
			 ? "; the policy of that name here has other settings"
			 : "");
}

void
rs_say_logged_policy(const struct rs_report *report,
		     const struct rs_subject *subject, char *out, size_t size)
{
	const struct rs_logged_policy *logged = &subject->logged_policy;

	if (logged->policy)
		say_known_policy(report, logged, out, size);
	else if (logged->missing_name)
		say_missing_policy(logged, out, size);
	else
		snprintf(out, size, "an unknown policy");
}

void
rs_say_operation(const struct rs_report *report,
		 const struct rs_subject *subject, char *text, size_t size)
{
	const struct rs_operation *operation =
		rs_subject_operation(report, subject);
	char by[800], permanent[16], left_out[64] = "";

	if (rs_log_incomplete(operation) > 0)
		snprintf(left_out, sizeof(left_out),
			 " (%zu more left out: they lack their beginning)",
			 rs_log_incomplete(operation));
	rs_say_logged_policy(report, subject, by, sizeof(by));
	snprintf(text, size,
		 "%s: %" PRIu64 " %s%s, recorded under %s. %s %% are "
		 "permanent failures; retries of the rest fail %.1f %% of the "
		 "time.",
		 rs_subject_name(report, subject), operation->calls,
		 rs_failing_first(report, subject)
			 ? "calls whose first attempt failed"
			 : "calls",
		 left_out, by,
		 rs_percent(subject->finding.permanent_share, permanent,
			    sizeof(permanent)),
		 subject->finding.retry_fails * 100);
}

bool
rs_say_guard(const struct rs_result *result, char *text, size_t size)
{
	double budget = result->stop[BACKOFF_STOP_BUDGET];
	double breaker = result->stop[BACKOFF_STOP_BREAKER_OPEN];
	char budget_text[128] = "", breaker_text[192] = "";

	if (!result->guarded || rs_guard_stops(result) <= 0)
		return false;
	if (budget > 0)
		snprintf(budget_text, sizeof(budget_text),
			 " its budget refused %.1f of the %.1f retries that "
			 "its calls asked for%s",
			 budget, result->retries + budget,
			 breaker > 0 ? ";" : "");
	if (breaker > 0)
		snprintf(breaker_text, sizeof(breaker_text),
			 " its breaker opened %.1f times and ended %.1f calls, "
			 "%.1f of them before their first attempt",
			 result->breaker_opened, breaker,
			 result->refused_calls);
	snprintf(text, size, "%s:%s%s.", result->policy->label, budget_text,
		 breaker_text);
	return true;
}

bool
rs_say_idle_guards(const struct rs_report *report,
		   const struct rs_subject *subject, char *text, size_t size)
{
	const struct rs_comparison *comparison = report->comparison;
	char idle[1000] = "";
	size_t used = 0;

	for (size_t p = 0; p < comparison->plan->policies->count; p++) {
		const struct rs_result *result =
			&comparison->result[subject->first_result + p];

		if (result->guarded && rs_guard_stops(result) <= 0 &&
		    sizeof(idle) - used > 100)
			used += (size_t)snprintf(
				idle + used, sizeof(idle) - used, "%s%s",
				used ? ", " : "", result->policy->label);
	}
	snprintf(text, size,
		 "Budgets and breakers stopped no call under these policies: "
		 "%s.",
		 idle);
	return used > 0;
}

bool
rs_say_load(const struct rs_result *result, char *text, size_t size)
{
	if (result->load != RS_LOAD_HIGH &&
	    result->load != RS_LOAD_EXTRAPOLATED)
		return false;
	snprintf(text, size,
		 "%s: %.1f attempts in its busiest second, %.2f times the "
		 "%.1f in the log%s.",
		 result->policy->label, result->load_peak,
		 result->load_peak / result->recorded_load_peak,
		 result->recorded_load_peak,
		 result->load == RS_LOAD_EXTRAPOLATED
			 ? ": load extrapolation, so no verdict"
			 : "");
	return true;
}
