/* Questions that a log leaves open, in words. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/gaps.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

/* Replace what comes after a length, or a little less, so that no character is
 * cut. */
static void
end_with(char *text, size_t length, const char *end)
{
	while (length > 0 && (text[length] & 0xC0) == 0x80)
		length--;
	memcpy(text + length, end, strlen(end) + 1);
}

/* List the operations that a test is true for; "" if there are none. */
static const char *
subjects(const struct rs_report *report, char *buffer, size_t size,
	 bool (*test)(const struct rs_report *, const struct rs_subject *))
{
	const struct rs_comparison *comparison = report->comparison;
	static const char more[] = ", ...";
	/* Names have any length. */
	struct bo_out out = bo_out_init(buffer, size);

	for (size_t i = 0; i < comparison->subject_count; i++) {
		const struct rs_subject *subject = &comparison->subject[i];

		if (!test(report, subject))
			continue;
		bo_out_format(&out, "%s%s", out.length > 0 ? ", " : "",
			      rs_subject_name(report, subject));
		if (out.length + sizeof(more) > size) {
			end_with(buffer, size - sizeof(more), more);
			break;
		}
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
begins_early(const struct rs_report *report, const struct rs_subject *subject)
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
unknown_policy(const struct rs_report *report, const struct rs_subject *subject)
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
lost(const struct rs_report *report, const struct rs_subject *subject)
{
	enum rs_doubt doubt =
		rs_log_doubt(report->comparison->plan->log,
			     rs_subject_operation(report, subject));

	return doubt == RS_DOUBT_LOSS || doubt == RS_DOUBT_BAD_LINES;
}

static bool
skewed(const struct rs_report *report, const struct rs_subject *subject)
{
	(void)subject;
	return report->comparison->plan->log->quality->skew_left_ns >
	       TK_SKEW_MAX_NS;
}

static bool
interrupted(const struct rs_report *report, const struct rs_subject *subject)
{
	return report->comparison->plan->log->quality->gaps > 0 &&
	       rs_subject_operation(report, subject)->population !=
		       RS_POPULATION_COUNTED;
}

static bool
counted_in_gap(const struct rs_report *report, const struct rs_subject *subject)
{
	return report->comparison->plan->log->quality->gaps > 0 &&
	       counted(report, subject);
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

/* A question that a log may leave open, and the assumption of replay. */
struct gap {
	bool (*test)(const struct rs_report *, const struct rs_subject *);
	const char *text;
};

static const struct gap gaps[] = {
	{rs_failing_first,
	 "How many calls succeeded at the first attempt: the log has failures "
	 "only, and --calls was not given. Success rates cover only calls "
	 "whose first attempt failed"},
	{counted,
	 "At what times first attempts succeeded: only their number is known "
	 "(--calls). They are assumed to be evenly spread"},
	{rs_latency_is_lower_bound,
	 "How long successful attempts took: times of successful calls count "
	 "only waits and failed attempts, so they are lower bounds (>=)"},
	{first_durations,
	 "How long failed first attempts took: their durations are drawn from "
	 "failures of the same kind with known durations, or are 0 if there "
	 "are none"},
	{untyped,
	 "What kind of failure some lines record: they have neither an error "
	 "type nor a code, so a policy that lists kinds in retry_on does not "
	 "retry after them"},
	{lost,
	 "What the missing lines say: calls whose lines are lost in part look "
	 "better or worse than they were. Results have a ? and no verdict"},
	{skewed,
	 "What happened at the same time: clocks differ, and could not be "
	 "corrected, because lines do not name their hosts or a clock was set. "
	 "Outages look shorter and milder than they were"},
	{interrupted,
	 "What happened while the log was not written: a piece of it seems to "
	 "be missing. Results cover only the calls of the rest of the time"},
	{counted_in_gap,
	 "How the calls ended that were made while the log was not written: a "
	 "piece of it seems to be missing, but --calls counts its calls, and "
	 "without lines they look like successes. Results have a ? and no "
	 "verdict"},
	{begins_early,
	 "What happened before the log begins: calls already under way are "
	 "used as evidence, but are not replayed"},
	{unknown_policy,
	 "What the service's own policy would do: it is neither given nor "
	 "shipped. The random draws behind its delays are recovered only where "
	 "the log has the bounds of a delay"},
	{hedges,
	 "What hedging changes: hedges are not simulated, and a policy that "
	 "hedges is replayed as if it did not. Its row has a ? and no verdict"},
	{guard_unknown,
	 "What state budgets and breakers were in: calls that succeed at the "
	 "first attempt refill budgets and keep breakers closed, but they are "
	 "not in the log, and --calls was not given. A policy whose calls "
	 "were stopped by either has a ? and no verdict"},
	{flagged,
	 "What happens after waits longer than any in the log, or outside its "
	 "time span: policies for which more than 1 % of calls depend on it "
	 "have a ?, and bounds where no verdict is possible"},
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
