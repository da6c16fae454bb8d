/* Facts and names that all formats use. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/report.h"

bool
rs_latency_is_lower_bound(const struct rs_report *report,
			  const struct rs_subject *subject)
{
	return rs_subject_operation(report, subject)->success_duration_missing;
}

bool
rs_failing_first(const struct rs_report *report,
		 const struct rs_subject *subject)
{
	return rs_subject_operation(report, subject)->population ==
	       RS_POPULATION_FAILING_FIRST;
}

const char *
rs_population_name(enum rs_population population)
{
	static const char *const name[] = {
		[RS_POPULATION_LOGGED] = "logged",
		[RS_POPULATION_COUNTED] = "counted",
		[RS_POPULATION_FAILING_FIRST] = "failing_first",
	};

	_Static_assert(sizeof(name) / sizeof(*name) == RS_POPULATION_COUNT,
		       "a name for each population");
	return name[population];
}

const char *
rs_evidence_name(enum rs_policy_evidence evidence)
{
	static const char *const name[] = {
		[RS_POLICY_EVIDENCE_NONE] = NULL,
		[RS_POLICY_EVIDENCE_HASH] = "hash",
		[RS_POLICY_EVIDENCE_NAME] = "name",
		[RS_POLICY_EVIDENCE_FIT] = "fit",
		[RS_POLICY_EVIDENCE_GIVEN] = "given",
	};

	_Static_assert(sizeof(name) / sizeof(*name) == RS_POLICY_EVIDENCE_COUNT,
		       "a name for each evidence");
	return name[evidence];
}

const struct rs_operation *
rs_subject_operation(const struct rs_report *report,
		     const struct rs_subject *subject)
{
	return &report->comparison->plan->log->operation[subject->operation];
}

const char *
rs_subject_name(const struct rs_report *report,
		const struct rs_subject *subject)
{
	return rs_log_text(report->comparison->plan->log,
			   rs_subject_operation(report, subject)->name);
}
