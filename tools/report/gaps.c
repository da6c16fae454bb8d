/* What a log leaves open, in words. */
#include "config.h"

#include <stdio.h>

#include "report/gaps.h"

/* Names of the subjects for which a test holds, or "" if none. */
static const char *
subjects(const struct rs_report *report, char *buffer, size_t size,
	 bool (*test)(const struct rs_report *, const struct rs_subject *))
{
	const struct rs_comparison *comparison = report->comparison;
	size_t used = 0;

	buffer[0] = '\0';
	for (size_t i = 0; i < comparison->subject_count; i++) {
		const struct rs_subject *subject = &comparison->subject[i];

		if (!test(report, subject))
			continue;
		if (size - used < 300) {
			snprintf(buffer + used, size - used, ", ...");
			break;
		}
		used += (size_t)snprintf(buffer + used, size - used, "%s%s",
					 used ? ", " : "",
					 rs_subject_name(report, subject));
	}
	return buffer;
}

static bool
counted(const struct rs_report *report, const struct rs_subject *subject)
{
	return rs_subject_operation(report, subject)->population ==
	       RS_POPULATION_COUNTED;
}

static bool
headless(const struct rs_report *report, const struct rs_subject *subject)
{
	return rs_subject_operation(report, subject)->calls_before_log > 0;
}

static bool
first_durations(const struct rs_report *report,
		const struct rs_subject *subject)
{
	return rs_subject_operation(report, subject)->first_duration_missing >
	       0;
}

static bool
untyped(const struct rs_report *report, const struct rs_subject *subject)
{
	(void)report;
	return subject->untyped_failures > 0;
}

static bool
unknown_incumbent(const struct rs_report *report,
		  const struct rs_subject *subject)
{
	(void)report;
	return subject->logged_policy.policy == NULL;
}

static bool
hedges(const struct rs_report *report, const struct rs_subject *subject)
{
	const struct rs_comparison *comparison = report->comparison;

	for (size_t p = 0; p < comparison->plan->policies->count; p++)
		if (comparison->result[subject->first_result + p].hedges)
			return true;
	return false;
}

static bool
guard_unknown(const struct rs_report *report, const struct rs_subject *subject)
{
	const struct rs_comparison *comparison = report->comparison;

	for (size_t p = 0; p < comparison->plan->policies->count; p++)
		if (comparison->result[subject->first_result + p].guard_unknown)
			return true;
	return false;
}

static bool
flagged(const struct rs_report *report, const struct rs_subject *subject)
{
	const struct rs_comparison *comparison = report->comparison;

	for (size_t p = 0; p < comparison->plan->policies->count; p++)
		if (comparison->result[subject->first_result + p].flagged)
			return true;
	return false;
}

/* One thing that a log may leave open. */
struct gap {
	bool (*test)(const struct rs_report *, const struct rs_subject *);
	const char *text;
};

static const struct gap gaps[] = {
	{rs_failing_first,
	 "How many calls succeeded at once: only failures leave a line, and no "
	 "--calls was given. Success rates are over calls whose first attempt "
	 "failed, not over all calls"},
	{counted,
	 "When the calls came that succeeded at once: only their number is "
	 "known (--calls); they are taken as evenly spread"},
	{rs_latency_is_lower_bound,
	 "How long successful attempts took: times of successful calls hold "
	 "waits and failed attempts only, and are lower bounds (>=)"},
	{first_durations,
	 "How long failed first attempts took: it is drawn from failures of "
	 "the same kind whose length follows from the log, or 0 without any"},
	{untyped,
	 "What kind of failure it was: some lines name no error type and no "
	 "code, so a policy that lists kinds in retry_on stops at them"},
	{headless,
	 "How calls began that were under way when the log begins: they count "
	 "as evidence, and are not replayed"},
	{unknown_incumbent,
	 "What the policy in force would do: none at hand is the one that the "
	 "log names, or fits a log that names none. The luck of its delays is "
	 "shared only where the log holds their bounds"},
	{hedges,
	 "What hedging changes: this version does not simulate it, and replays "
	 "a policy that hedges as if it did not. Its row carries a ?, and has "
	 "no verdict"},
	{guard_unknown,
	 "What budgets and breakers had left: calls that succeed at once fill "
	 "the one and calm the other, but left no line, and no --calls was "
	 "given. A policy whose calls they stopped carries a ?"},
	{flagged,
	 "What happens after waits longer than any in the log, or outside its "
	 "time: some policies go there with more than 1 % of calls. Their "
	 "row carries a ?, and bounds instead of a verdict"},
};

const size_t rs_gap_count = sizeof(gaps) / sizeof(*gaps);

bool
rs_gap_text(const struct rs_report *report, size_t gap, char *text, size_t size)
{
	char names[1000];

	subjects(report, names, sizeof(names), gaps[gap].test);
	if (names[0] == '\0')
		return false;
	snprintf(text, size, "%s. (%s)", gaps[gap].text, names);
	return true;
}
