/* What all formats say alike. */
#include "config.h"

#include "report/report.h"

bool
rs_latency_is_lower_bound(const struct rs_report *report,
			  const struct rs_subject *subject)
{
	return rs_subject_operation(report, subject)->success_duration_missing;
}

const char *
rs_population_name(enum rs_population population)
{
	static const char *const name[] = {
		[RS_POPULATION_LOGGED] = "logged",
		[RS_POPULATION_COUNTED] = "counted",
		[RS_POPULATION_FAILING_FIRST] = "failing_first",
	};

	return name[population];
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
