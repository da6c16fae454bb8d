/* The tables of columns of a log, and of its operations. */
#include "config.h"

#include "common/units.h"
#include "report/columns.h"

static const struct rs_log *
log_of(const struct rs_row *row)
{
	return row->report->comparison->plan->log;
}

static const struct tk_trace_totals *
totals_of(const struct rs_row *row)
{
	return tk_trace_totals(log_of(row)->trace);
}

static const struct rs_operation *
operation_of(const struct rs_row *row)
{
	return rs_subject_operation(row->report, row->subject);
}

#define TOTAL(column, field)                                                   \
	static void get_##column(const struct rs_row *row,                     \
				 struct rs_value *out)                         \
	{                                                                      \
		out->number = (double)totals_of(row)->field;                   \
	}
TOTAL(lines, lines)
TOTAL(events, events)
TOTAL(foreign, foreign)
TOTAL(bad, bad)
TOTAL(oversize, oversize)
TOTAL(unknown_events, unknown)
TOTAL(dropped_events, dropped)
TOTAL(hedged_calls, hedged_calls)

static void
get_log_calls(const struct rs_row *row, struct rs_value *out)
{
	out->number = (double)log_of(row)->call_count;
}

static void
get_operations(const struct rs_row *row, struct rs_value *out)
{
	out->number = (double)log_of(row)->operation_count;
}

static void
moment(uint64_t ns, struct rs_value *out)
{
	out->number = (double)ns;
	out->text = tk_format_rfc3339(ns, 6, out->buffer, sizeof(out->buffer));
}

static void
get_from(const struct rs_row *row, struct rs_value *out)
{
	moment(log_of(row)->from_ns, out);
}

static void
get_to(const struct rs_row *row, struct rs_value *out)
{
	moment(log_of(row)->to_ns, out);
}

static const struct rs_column log_column[] = {
	{.name = "lines",
	 .member = "lines",
	 .unit = RS_UNIT_COUNT,
	 .get = get_lines,
	 .doc = "lines read"},
	{.name = "events",
	 .member = "events",
	 .unit = RS_UNIT_COUNT,
	 .get = get_events,
	 .doc = "lines that are attempt events"},
	{.name = "foreign",
	 .member = "foreign",
	 .unit = RS_UNIT_COUNT,
	 .get = get_foreign,
	 .doc = "other lines"},
	{.name = "bad",
	 .member = "bad",
	 .unit = RS_UNIT_COUNT,
	 .get = get_bad,
	 .doc = "broken lines"},
	{.name = "oversize",
	 .member = "oversize",
	 .unit = RS_UNIT_COUNT,
	 .get = get_oversize,
	 .doc = "broken lines that are too long"},
	{.name = "unknown_events",
	 .member = "unknown_events",
	 .unit = RS_UNIT_COUNT,
	 .get = get_unknown_events,
	 .doc = "events of a type that this version does not know"},
	{.name = "dropped_events",
	 .member = "dropped_events",
	 .unit = RS_UNIT_COUNT,
	 .get = get_dropped_events,
	 .doc = "events that their writer reports as lost"},
	{.name = "hedged_calls",
	 .member = "hedged_calls",
	 .unit = RS_UNIT_COUNT,
	 .get = get_hedged_calls,
	 .doc = "calls that hedged, and are left out"},
	{.name = "calls",
	 .member = "calls",
	 .unit = RS_UNIT_COUNT,
	 .get = get_log_calls,
	 .doc = "recorded calls"},
	{.name = "operations",
	 .member = "operations",
	 .unit = RS_UNIT_COUNT,
	 .get = get_operations,
	 .doc = "operations that these calls belong to"},
	{.name = "from",
	 .member = "from",
	 .unit = RS_UNIT_TIME,
	 .get = get_from,
	 .doc = "time of the first event"},
	{.name = "to",
	 .member = "to",
	 .unit = RS_UNIT_TIME,
	 .get = get_to,
	 .doc = "time of the last event"},
};

const struct rs_columns rs_log_columns = {
	log_column, sizeof(log_column) / sizeof(*log_column)};

static void
get_operation(const struct rs_row *row, struct rs_value *out)
{
	out->text = rs_subject_name(row->report, row->subject);
}

static void
get_calls(const struct rs_row *row, struct rs_value *out)
{
	out->number = (double)operation_of(row)->calls;
}

static void
get_calls_recorded(const struct rs_row *row, struct rs_value *out)
{
	out->number = (double)operation_of(row)->call_count;
}

static void
get_calls_before_log(const struct rs_row *row, struct rs_value *out)
{
	out->number = (double)operation_of(row)->calls_before_log;
}

static void
get_calls_known_from(const struct rs_row *row, struct rs_value *out)
{
	out->text = rs_population_name(operation_of(row)->population);
}

/* A text that the log or the policies may lack. */
static void
maybe(const char *text, struct rs_value *out)
{
	out->text = text;
	out->left_out = out->null = text == NULL || text[0] == '\0';
}

static void
get_incumbent(const struct rs_row *row, struct rs_value *out)
{
	const struct rs_policy *policy = row->subject->logged_policy.policy;

	maybe(policy ? policy->label : NULL, out);
}

static void
get_incumbent_known_from(const struct rs_row *row, struct rs_value *out)
{
	maybe(rs_evidence_name(row->subject->logged_policy.evidence), out);
}

static void
get_incumbent_tie(const struct rs_row *row, struct rs_value *out)
{
	const struct rs_policy *tie = row->subject->logged_policy.tie;

	maybe(tie ? tie->label : NULL, out);
}

static void
get_incumbent_missing(const struct rs_row *row, struct rs_value *out)
{
	maybe(row->subject->logged_policy.missing_name, out);
}

static void
get_incumbent_missing_hash(const struct rs_row *row, struct rs_value *out)
{
	maybe(row->subject->logged_policy.missing_hash, out);
}

static void
get_doomed_share(const struct rs_row *row, struct rs_value *out)
{
	out->number = row->subject->finding.permanent_share;
}

static void
get_retry_failure_rate(const struct rs_row *row, struct rs_value *out)
{
	out->number = row->subject->finding.retry_fails;
}

static void
get_longest_delay(const struct rs_row *row, struct rs_value *out)
{
	out->number = (double)operation_of(row)->longest_delay_ns;
}

static void
get_untyped_failures(const struct rs_row *row, struct rs_value *out)
{
	out->number = (double)row->subject->untyped_failures;
}

static const struct rs_column operation_column[] = {
	{.name = "operation",
	 .member = "operation",
	 .unit = RS_UNIT_TEXT,
	 .get = get_operation,
	 .doc = "its name"},
	{.name = "calls",
	 .member = "calls",
	 .unit = RS_UNIT_COUNT,
	 .get = get_calls,
	 .doc = "the calls that its results are over"},
	{.name = "calls_recorded",
	 .member = "calls_recorded",
	 .unit = RS_UNIT_COUNT,
	 .get = get_calls_recorded,
	 .doc = "calls with a line in the log"},
	{.name = "calls_before_log",
	 .member = "calls_before_log",
	 .unit = RS_UNIT_COUNT,
	 .get = get_calls_before_log,
	 .doc = "of these, the calls that began before the log"},
	{.name = "calls_known_from",
	 .member = "calls_known_from",
	 .unit = RS_UNIT_WORD,
	 .get = get_calls_known_from,
	 .doc = "how their number is known: `logged`, `counted` (by "
		"`--calls`), or `failing_first` if it is not: calls whose "
		"first attempt failed"},
	{.name = "incumbent",
	 .member = "incumbent",
	 .unit = RS_UNIT_TEXT,
	 .nullable = true,
	 .get = get_incumbent,
	 .doc = "the policy that wrote the log; left out if it is not known"},
	{.name = "incumbent_known_from",
	 .member = "incumbent_known_from",
	 .unit = RS_UNIT_WORD,
	 .nullable = true,
	 .get = get_incumbent_known_from,
	 .doc = "how it is known: `hash`, `name` or `fit`"},
	{.name = "incumbent_tie",
	 .member = "incumbent_tie",
	 .unit = RS_UNIT_TEXT,
	 .nullable = true,
	 .get = get_incumbent_tie,
	 .doc = "another policy that fits as well, if there is one"},
	{.name = "incumbent_missing",
	 .member = "incumbent_missing",
	 .unit = RS_UNIT_TEXT,
	 .nullable = true,
	 .get = get_incumbent_missing,
	 .doc = "the name in the log, if that policy is neither given nor "
		"shipped"},
	{.name = "incumbent_missing_hash",
	 .member = "incumbent_missing_hash",
	 .unit = RS_UNIT_TEXT,
	 .nullable = true,
	 .get = get_incumbent_missing_hash,
	 .doc = "the hash in the log, likewise"},
	{.name = "doomed_share",
	 .member = "doomed_share",
	 .unit = RS_UNIT_RATE,
	 .get = get_doomed_share,
	 .doc = "share of calls that fail permanently, estimated"},
	{.name = "retry_failure_rate",
	 .member = "retry_failure_rate",
	 .unit = RS_UNIT_RATE,
	 .get = get_retry_failure_rate,
	 .doc = "share of other calls' retries that fail, estimated"},
	{.name = "longest_delay_seconds",
	 .member = "longest_delay_seconds",
	 .unit = RS_UNIT_NS,
	 .get = get_longest_delay,
	 .doc = "the longest wait in the log"},
	{.name = "failures_without_error_type",
	 .member = "failures_without_error_type",
	 .unit = RS_UNIT_COUNT,
	 .get = get_untyped_failures,
	 .doc = "recorded failures with neither an error type nor a code"},
};

const struct rs_columns rs_operation_columns = {
	operation_column, sizeof(operation_column) / sizeof(*operation_column)};
