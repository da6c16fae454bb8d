/* Sentences about an operation and its results, for every format for people. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "report/sentences.h"

static bool
compared(const struct rs_report *report, const struct rs_policy *policy)
{
	const struct rs_policy_set *set = report->comparison->plan->policies;

	for (size_t i = 0; i < set->count; i++)
		if (&set->item[i] == policy)
			return true;
	return false;
}

/* Under which policy, and how that is known. */
static void
say_incumbent(const struct rs_report *report,
	      const struct rs_logged_policy *incumbent, char *out, size_t size)
{
	const struct rs_policy *policy = incumbent->policy;

	if (policy && incumbent->evidence == RS_POLICY_EVIDENCE_FIT)
		snprintf(out, size, "under %s (its delays fit%s%s)",
			 policy->label,
			 incumbent->tie ? "; so do those of " : "",
			 incumbent->tie ? incumbent->tie->label : "");
	else if (policy)
		snprintf(out, size, "under %s%s%s", policy->label,
			 compared(report, policy)
				 ? ""
				 : " as it is shipped, which is not compared",
			 incumbent->evidence == RS_POLICY_EVIDENCE_NAME
				 ? " (by its name; the log holds no hash)"
				 : "");
	else if (incumbent->missing_name == NULL)
		snprintf(out, size, "by a policy that is not known");
	else
		snprintf(out, size,
			 "under %s%s%s%s, which was not given "
			 "(--policy FILE)%s",
			 incumbent->missing_name[0] ? incumbent->missing_name
						    : "a policy without a name",
			 incumbent->missing_hash[0] ? " (hash " : "",
			 incumbent->missing_hash,
			 incumbent->missing_hash[0] ? ")" : "",
			 incumbent->namesake
				 ? ": the one of that name here has other "
				   "settings"
				 : "");
}

void
rs_say_operation(const struct rs_report *report,
		 const struct rs_subject *subject, char *text, size_t size)
{
	const struct rs_operation *operation =
		rs_subject_operation(report, subject);
	char by[800];

	say_incumbent(report, &subject->logged_policy, by, sizeof(by));
	snprintf(text, size,
		 "%s: %" PRIu64 " %s, recorded %s. %.2f %% of them fail "
		 "whatever the time; of other retries %.1f %% fail.",
		 rs_subject_name(report, subject), operation->calls,
		 rs_failing_first(report, subject)
			 ? "calls whose first attempt failed"
			 : "calls",
		 by, subject->finding.permanent_share * 100,
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
			 "its calls wanted%s",
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
	snprintf(text, size, "Budget and breaker stopped no call here: %s.",
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
		 "%s: %.1f attempts in its busiest second, where the log has "
		 "%.1f (%.2f times)%s.",
		 result->policy->label, result->load_peak,
		 result->recorded_load_peak,
		 result->load_peak / result->recorded_load_peak,
		 result->load == RS_LOAD_EXTRAPOLATED
			 ? ": load extrapolation, so no verdict"
			 : "");
	return true;
}
