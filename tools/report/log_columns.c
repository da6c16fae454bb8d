/* The tables of columns of a log, and of its operations. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/rfc3339.h"
#include "report/columns.h"

#define COLUMN(its_name, its_unit, its_get, its_doc)                           \
	.name = #its_name, .member = #its_name, .unit = its_unit,              \
	.get = its_get, .doc = its_doc

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

#define QUALITY(column, field)                                                 \
	static void get_log_##column(const struct rs_row *row,                 \
				     struct rs_value *out)                     \
	{                                                                      \
		out->number = (double)log_of(row)->quality->field;             \
	}
QUALITY(copies, copies)
QUALITY(strays, strays)
QUALITY(lost_lines, loss.lost_lines)
QUALITY(pooled_operations, operations.names)
QUALITY(pooled_targets, targets.names)
QUALITY(timeless, timeless)
QUALITY(unknown_delays, unknown_delays)
QUALITY(orphans, loss.orphans)
QUALITY(missing_ends, loss.missing_ends)
QUALITY(sequence_resets, resets)
QUALITY(sequence_mixed, mixed)
QUALITY(stand_ins, stand_ins)
QUALITY(skewed_lines, skewed_lines)
QUALITY(clock_skew, skew_ns)
QUALITY(clock_skew_left, skew_left_ns)
QUALITY(corrected_lines, corrected_lines)
QUALITY(gaps, gaps)
QUALITY(gap_length, gap_ns)

static void
get_log_by_order(const struct rs_row *row, struct rs_value *out)
{
	out->number = (double)tk_quality_by_order(log_of(row)->quality);
}

#define LOSS(column)                                                           \
	static void get_##column(const struct rs_row *row,                     \
				 struct rs_value *out)                         \
	{                                                                      \
		out->number = (double)operation_of(row)->loss.column;          \
	}
LOSS(orphans)
LOSS(orphan_ends)
LOSS(missing_ends)

static void
get_log_calls(const struct rs_row *row, struct rs_value *out)
{
	out->number = (double)(log_of(row)->call_count -
			       log_of(row)->quality->stand_ins);
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
	out->text = bo_rfc3339_format(ns, 6, out->buffer, sizeof(out->buffer));
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

static void
get_part_from(const struct rs_row *row, struct rs_value *out)
{
	moment(log_of(row)->window.from_ns, out);
	out->left_out = log_of(row)->unchosen == NULL;
}

static void
get_part_to(const struct rs_row *row, struct rs_value *out)
{
	moment(log_of(row)->window.to_ns, out);
	out->left_out = log_of(row)->unchosen == NULL;
}

static void
get_lost_share(const struct rs_row *row, struct rs_value *out)
{
	const struct tk_quality *quality = log_of(row)->quality;

	out->number = quality->lost_share;
	out->null = !quality->loss_measured;
}

static const struct rs_column log_column[] = {
	{COLUMN(lines, RS_UNIT_COUNT, get_lines, "lines read")},
	{COLUMN(events, RS_UNIT_COUNT, get_events,
		"lines that are attempt events")},
	{COLUMN(foreign, RS_UNIT_COUNT, get_foreign, "other lines")},
	{COLUMN(bad, RS_UNIT_COUNT, get_bad, "broken lines")},
	{COLUMN(oversize, RS_UNIT_COUNT, get_oversize,
		"broken lines that are too long")},
	{COLUMN(unknown_events, RS_UNIT_COUNT, get_unknown_events,
		"events of a type that this version does not know")},
	{COLUMN(dropped_events, RS_UNIT_COUNT, get_dropped_events,
		"events that their writer reports as lost")},
	{COLUMN(hedged_calls, RS_UNIT_COUNT, get_hedged_calls,
		"calls that hedged, and are left out")},
	{COLUMN(calls, RS_UNIT_COUNT, get_log_calls, "recorded calls")},
	{COLUMN(operations, RS_UNIT_COUNT, get_operations,
		"operations that these calls belong to")},
	{COLUMN(pooled_operations, RS_UNIT_COUNT, get_log_pooled_operations,
		"names of operations that have ids in them or few calls, and "
		"are read as fewer names, because they are too many")},
	{COLUMN(pooled_targets, RS_UNIT_COUNT, get_log_pooled_targets,
		"likewise of targets")},
	{COLUMN(from, RS_UNIT_TIME, get_from,
		"time of the first event, strays left out")},
	{COLUMN(to, RS_UNIT_TIME, get_to, "time of the last event, likewise")},
	{COLUMN(part_from, RS_UNIT_TIME, get_part_from,
		"with `--since`, `--until` or `--target`: the time in which "
		"the calls of results begin")},
	{COLUMN(part_to, RS_UNIT_TIME, get_part_to, "the end of that time")},
	{COLUMN(copies, RS_UNIT_COUNT, get_log_copies,
		"events that were read before, in a copy of a log, and are "
		"left out")},
	{COLUMN(strays, RS_UNIT_COUNT, get_log_strays,
		"events so far from all others in time that they are left "
		"out")},
	{COLUMN(gaps, RS_UNIT_COUNT, get_log_gaps,
		"times in which the log was not written: a piece of it is "
		"missing")},
	{COLUMN(gap_seconds, RS_UNIT_NS, get_log_gap_length,
		"their length together")},
	{COLUMN(lost_lines, RS_UNIT_COUNT, get_log_lost_lines,
		"missing numbers of processes that number their lines, or "
		"`dropped_events`: of each process the larger")},
	{COLUMN(sequence_resets, RS_UNIT_COUNT, get_log_sequence_resets,
		"how often these numbers began again or leapt")},
	{COLUMN(sequence_mixed, RS_UNIT_COUNT, get_log_sequence_mixed,
		"hosts and pids that several processes share, so that numbers "
		"prove nothing")},
	{COLUMN(numbered_by_order, RS_UNIT_COUNT, get_log_by_order,
		"lines of attempts without a number, which are numbered by "
		"their order")},
	{COLUMN(unknown_delays, RS_UNIT_COUNT, get_log_unknown_delays,
		"lines of attempts that are to be retried, without the "
		"delay")},
	{COLUMN(timeless, RS_UNIT_COUNT, get_log_timeless,
		"lines of attempts without a time, which have that of the line "
		"before")},
	{COLUMN(orphans, RS_UNIT_COUNT, get_log_orphans,
		"the sum over operations")},
	{COLUMN(missing_ends, RS_UNIT_COUNT, get_log_missing_ends,
		"the sum over operations")},
	{COLUMN(lost_share, RS_UNIT_RATE, get_lost_share,
		"share of lines that is lost: by numbers, or by lines with an "
		"id that lack a neighbour; null if neither shows it")},
	{COLUMN(stand_ins, RS_UNIT_COUNT, get_log_stand_ins,
		"recorded calls that are there twice, because each stands for "
		"one that lost all its lines")},
	{COLUMN(skewed_lines, RS_UNIT_COUNT, get_log_skewed_lines,
		"lines with a time before that of the line they follow from")},
	{COLUMN(clock_skew_seconds, RS_UNIT_NS, get_log_clock_skew,
		"by how much clocks differ according to these, or to shared "
		"outages")},
	{COLUMN(corrected_lines, RS_UNIT_COUNT, get_log_corrected_lines,
		"lines of hosts whose clocks were corrected")},
	{COLUMN(clock_skew_left_seconds, RS_UNIT_NS, get_log_clock_skew_left,
		"what remains of the difference; above 0.25, it is a "
		"condition")},
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
	out->number = (double)(operation_of(row)->call_count -
			       operation_of(row)->stand_ins);
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
get_logged_policy(const struct rs_row *row, struct rs_value *out)
{
	const struct rs_policy *policy = row->subject->logged_policy.policy;

	maybe(policy ? policy->label : NULL, out);
}

static void
get_policy_evidence(const struct rs_row *row, struct rs_value *out)
{
	maybe(rs_evidence_name(row->subject->logged_policy.evidence), out);
}

static void
get_policy_tie(const struct rs_row *row, struct rs_value *out)
{
	const struct rs_policy *tie = row->subject->logged_policy.tie;

	maybe(tie ? tie->label : NULL, out);
}

static void
get_missing_name(const struct rs_row *row, struct rs_value *out)
{
	maybe(row->subject->logged_policy.missing_name, out);
}

static void
get_missing_hash(const struct rs_row *row, struct rs_value *out)
{
	maybe(row->subject->logged_policy.missing_hash, out);
}

static void
get_permanent_share(const struct rs_row *row, struct rs_value *out)
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

static void
get_incidents(const struct rs_row *row, struct rs_value *out)
{
	out->number = (double)row->subject->incidents;
	out->null = row->subject->finding.time_bins == 0;
}

static void
get_time_bins(const struct rs_row *row, struct rs_value *out)
{
	out->number = (double)row->subject->finding.time_bins;
}

static void
get_levels(const struct rs_row *row, struct rs_value *out)
{
	out->number = (double)row->subject->finding.levels;
}

static void
get_coupling_z(const struct rs_row *row, struct rs_value *out)
{
	out->number = row->subject->coupling.z;
	out->null = !row->subject->coupling.known;
}

static void
get_throttle_share(const struct rs_row *row, struct rs_value *out)
{
	out->number = row->subject->coupling.throttle_share;
}

static const struct rs_column operation_column[] = {
	{COLUMN(operation, RS_UNIT_TEXT, get_operation, "its name")},
	{COLUMN(calls, RS_UNIT_COUNT, get_calls,
		"the calls that its results are over")},
	{COLUMN(calls_recorded, RS_UNIT_COUNT, get_calls_recorded,
		"calls with a line in the log")},
	{COLUMN(calls_before_log, RS_UNIT_COUNT, get_calls_before_log,
		"of these, the calls that began before the log")},
	{COLUMN(calls_known_from, RS_UNIT_WORD, get_calls_known_from,
		"how their number is known: `logged`, `counted` (by "
		"`--calls`), or `failing_first` if it is not: calls whose "
		"first attempt failed")},
	{COLUMN(incumbent, RS_UNIT_TEXT, get_logged_policy,
		"the policy that wrote the log; left out if it is not known"),
	 .nullable = true},
	{COLUMN(incumbent_known_from, RS_UNIT_WORD, get_policy_evidence,
		"how it is known: `hash`, `name`, `fit`, or `given` "
		"by `--logged-policy`"),
	 .nullable = true},
	{COLUMN(incumbent_tie, RS_UNIT_TEXT, get_policy_tie,
		"another policy that fits as well, if there is one"),
	 .nullable = true},
	{COLUMN(incumbent_missing, RS_UNIT_TEXT, get_missing_name,
		"the name in the log, if that policy is neither given nor "
		"shipped"),
	 .nullable = true},
	{COLUMN(incumbent_missing_hash, RS_UNIT_TEXT, get_missing_hash,
		"the hash in the log, likewise"),
	 .nullable = true},
	{COLUMN(doomed_share, RS_UNIT_RATE, get_permanent_share,
		"share of calls that fail permanently, estimated")},
	{COLUMN(retry_failure_rate, RS_UNIT_RATE, get_retry_failure_rate,
		"share of other calls' retries that fail, estimated")},
	{COLUMN(longest_delay_seconds, RS_UNIT_NS, get_longest_delay,
		"the longest wait in the log")},
	{COLUMN(failures_without_error_type, RS_UNIT_COUNT,
		get_untyped_failures,
		"recorded failures with neither an error type nor a code")},
	{COLUMN(orphans, RS_UNIT_COUNT, get_orphans,
		"lines of a later attempt without a line of the attempt "
		"before, in calls that began while the log was written")},
	{COLUMN(orphan_ends, RS_UNIT_COUNT, get_orphan_ends,
		"of these, the lines that end their call")},
	{COLUMN(missing_ends, RS_UNIT_COUNT, get_missing_ends,
		"calls without an end, although the log goes on; the least "
		"number if it has no lines for successes")},
	{COLUMN(incidents, RS_UNIT_COUNT, get_incidents,
		"times in which a target was much worse than usual; null if "
		"the estimator does not look for them"),
	 .nullable = true},
	{COLUMN(time_bins, RS_UNIT_COUNT, get_time_bins,
		"points in time in which the state of its targets was "
		"estimated")},
	{COLUMN(levels, RS_UNIT_COUNT, get_levels,
		"failure levels that this state may take")},
	{COLUMN(coupling_z, RS_UNIT_SCORE, get_coupling_z,
		"how clearly first attempts fail more under more load: about "
		"0 if they do not, 3 or more if they do; null if the log does "
		"not show the load"),
	 .nullable = true},
	{COLUMN(throttle_share, RS_UNIT_RATE, get_throttle_share,
		"share of its failures that are throttling")},
};

const struct rs_columns rs_operation_columns = {
	operation_column, sizeof(operation_column) / sizeof(*operation_column)};
