/* The table of result columns: one policy on one operation. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/columns.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report/condition.h"

void
rs_column_get(const struct rs_column *column, const struct rs_row *row,
	      struct rs_value *out)
{
	struct rs_row part = *row;

	part.part = column->part;
	*out = (struct rs_value){0};
	column->get(&part, out);
}

void
rs_column_bound(const struct rs_column *column, const char *end, char *buffer,
		size_t size)
{
	const char *pattern = column->bounds ? column->bounds : column->member;
	size_t before = strcspn(pattern, "*");

	snprintf(buffer, size, "%.*s%s%s%s", (int)before, pattern,
		 pattern[before] ? "" : "_", end,
		 pattern[before] ? pattern + before + 1 : "");
}

static void
get_policy(const struct rs_row *row, struct rs_value *out)
{
	out->text = row->result->policy->label;
}

static void
get_policy_hash(const struct rs_row *row, struct rs_value *out)
{
	snprintf(out->buffer, sizeof(out->buffer), "%016" PRIx64,
		 backoff_policy_hash(row->result->policy->policy));
	out->text = out->buffer;
}

static void
get_operation(const struct rs_row *row, struct rs_value *out)
{
	out->text = rs_subject_name(row->report, row->subject);
}

static void
get_calls(const struct rs_row *row, struct rs_value *out)
{
	out->number = (double)row->result->calls;
}

static void
get_success_rate(const struct rs_row *row, struct rs_value *out)
{
	const struct rs_result *result = row->result;

	out->number = result->success_rate;
	out->interval = result->success;
	if (result->rate_unknown)
		out->reading = RS_READ_MEANINGLESS;
	else if (rs_result_doubtful(result))
		out->reading = RS_READ_DOUBTFUL;
}

static void
get_outer(const struct rs_row *row, struct rs_value *out)
{
	out->interval = row->result->outer;
}

static void
get_first_try_rate(const struct rs_row *row, struct rs_value *out)
{
	out->number = row->result->first_try_rate;
	out->interval = row->result->first_try;
	if (rs_failing_first(row->report, row->subject))
		out->reading = RS_READ_UNKNOWN;
}

static void
get_attempts(const struct rs_row *row, struct rs_value *out)
{
	out->number = row->result->attempts;
}

static void
get_attempts_per_call(const struct rs_row *row, struct rs_value *out)
{
	out->number = row->result->attempts_per_call;
	out->interval = row->result->attempts_interval;
}

static void
get_retries(const struct rs_row *row, struct rs_value *out)
{
	out->number = row->result->retries;
	out->interval = row->result->retries_interval;
}

static void
get_backoff(const struct rs_row *row, struct rs_value *out)
{
	out->number = row->result->backoff_per_call_ns;
}

static void
get_lower_bound(const struct rs_row *row, struct rs_value *out)
{
	out->number = rs_latency_is_lower_bound(row->report, row->subject);
}

static void
latency(const struct rs_latency *latency, int percentile, struct rs_value *out)
{
	const struct rs_quantile *at = &latency->at[percentile];

	out->number = (double)at->ns;
	out->interval =
		(struct tk_interval){(double)at->low_ns, (double)at->high_ns};
	out->null = !(latency->calls > 0);
}

static void
get_success_latency(const struct rs_row *row, struct rs_value *out)
{
	latency(&row->result->success_latency, row->part, out);
	if (rs_latency_is_lower_bound(row->report, row->subject))
		out->reading = RS_READ_AT_LEAST;
}

static void
get_failure_latency(const struct rs_row *row, struct rs_value *out)
{
	latency(&row->result->failure_latency, row->part, out);
}

static void
get_stop(const struct rs_row *row, struct rs_value *out)
{
	out->number = row->result->stop[row->part];
	out->interval = row->result->stop_interval[row->part];
	out->left_out = !(out->number > 0);
}

static void
get_support(const struct rs_row *row, struct rs_value *out)
{
	out->number = row->result->support[row->part];
}

static void
get_not_simulated(const struct rs_row *row, struct rs_value *out)
{
	out->text = row->result->hedges ? "hedge" : "";
	out->left_out = !row->result->hedges;
}

static void
get_guarded(const struct rs_row *row, struct rs_value *out)
{
	out->number = row->result->guarded;
}

static void
get_guard_stops(const struct rs_row *row, struct rs_value *out)
{
	out->number = row->result->stop[row->part];
	out->left_out = !row->result->guarded;
}

static void
get_breaker_opened(const struct rs_row *row, struct rs_value *out)
{
	out->number = row->result->breaker_opened;
	out->left_out = !row->result->guarded;
}

static void
get_refused_calls(const struct rs_row *row, struct rs_value *out)
{
	out->number = row->result->refused_calls;
	out->left_out = !row->result->guarded;
}

static void
get_deposits_known(const struct rs_row *row, struct rs_value *out)
{
	out->number = !row->result->guard_unknown;
	out->left_out = !row->result->guarded;
}

static void
get_load_peak(const struct rs_row *row, struct rs_value *out)
{
	out->number = row->result->load_peak;
	out->null = out->left_out = row->result->load == RS_LOAD_UNKNOWN;
}

static void
get_recorded_load_peak(const struct rs_row *row, struct rs_value *out)
{
	out->number = row->result->recorded_load_peak;
	out->null = out->left_out = row->result->load == RS_LOAD_UNKNOWN;
}

static void
get_load(const struct rs_row *row, struct rs_value *out)
{
	out->text = rs_load_level_name(row->result->load);
	out->left_out = row->result->load == RS_LOAD_UNKNOWN;
}

static void
get_unsupported_calls(const struct rs_row *row, struct rs_value *out)
{
	out->number = row->result->unsupported_calls;
}

static void
get_flagged(const struct rs_row *row, struct rs_value *out)
{
	out->number = rs_result_doubtful(row->result);
}

static void
get_baseline(const struct rs_row *row, struct rs_value *out)
{
	const struct rs_policy_set *set =
		row->report->comparison->plan->policies;

	out->text = set->item[row->result->difference.baseline].label;
}

static void
get_difference(const struct rs_row *row, struct rs_value *out)
{
	const struct rs_result *result = row->result;
	const struct rs_difference *difference = &result->difference;

	out->number = difference->value;
	out->interval = difference->interval;
	if (difference->verdict == RS_VERDICT_BASELINE)
		out->reading = RS_READ_NOTHING;
}

static void
get_prospective(const struct rs_row *row, struct rs_value *out)
{
	out->interval = row->result->prospective;
}

static void
get_alike(const struct rs_row *row, struct rs_value *out)
{
	const struct rs_policy_set *set =
		row->report->comparison->plan->policies;
	size_t alike = row->result->alike;

	out->left_out = out->null = &set->item[alike] == row->result->policy;
	out->text = set->item[alike].label;
}

static void
get_next_difference(const struct rs_row *row, struct rs_value *out)
{
	out->interval = row->result->difference.prospective;
	if (row->result->difference.verdict == RS_VERDICT_BASELINE)
		out->reading = RS_READ_NOTHING;
}

static void
get_margin(const struct rs_row *row, struct rs_value *out)
{
	out->number = row->result->difference.margin;
}

static void
get_condition(const struct rs_row *row, struct rs_value *out)
{
	const struct rs_condition *condition =
		&row->result->difference.condition;

	out->text = rs_condition_name(condition->kind);
	out->interval = (struct tk_interval){condition->low, condition->high};
	out->left_out = out->null = condition->kind == RS_CONDITION_NONE;
}

static void
get_condition_text(const struct rs_row *row, struct rs_value *out)
{
	out->left_out = out->null = !rs_say_condition(row->result, out->buffer,
						      sizeof(out->buffer));
	out->text = out->buffer;
}

static void
needed(double number, struct rs_value *out)
{
	out->number = number;
	out->left_out = out->null = !(number > 0);
}

static void
get_needed_days(const struct rs_row *row, struct rs_value *out)
{
	needed(row->result->difference.needed.days, out);
}

static void
get_needed_traffic(const struct rs_row *row, struct rs_value *out)
{
	needed(row->result->difference.needed.traffic, out);
}

static void
get_needed_jitter(const struct rs_row *row, struct rs_value *out)
{
	needed(row->result->difference.needed.jitter, out);
}

static void
get_verdict(const struct rs_row *row, struct rs_value *out)
{
	out->text = rs_verdict_name(row->result->difference.verdict);
}

static void
get_withheld(const struct rs_row *row, struct rs_value *out)
{
	out->text = rs_doubt_name(row->result->doubt);
	out->left_out = row->result->doubt == RS_DOUBT_NONE;
}

#define LOSS(member)                                                           \
	static void get_##member(const struct rs_row *row,                     \
				 struct rs_value *out)                         \
	{                                                                      \
		out->number = (double)rs_subject_operation(row->report,        \
							   row->subject)       \
				      ->loss.member;                           \
	}
LOSS(lost_lines)
LOSS(orphans)
LOSS(missing_ends)

static void
get_skew(const struct rs_row *row, struct rs_value *out)
{
	out->number =
		(double)row->report->comparison->plan->log->quality->skew_ns;
}

/* The same name in JSON and in CSV. */
#define SAME_NAME(its_name) .name = #its_name, .member = #its_name

#define LATENCY(kind, p, label, in_group)                                      \
	.name = #kind "_p" #p "_seconds",                                      \
	.member = #kind "_latency_seconds.p" #p, .unit = RS_UNIT_NS,           \
	.interval = RS_INTERVAL_WITH_VALUE, .csv = RS_CSV_RATES,               \
	.csv_interval = RS_CSV_INTERVALS, .nullable = true, .group = in_group, \
	.heading = label, .part = RS_P##p, .part_name = "p" #p,                \
	.get = get_##kind##_latency
_Static_assert(RS_PERCENTILES == 3, "a row for each percentile");

#define SUPPORT(kind, label, class)                                            \
	.name = #kind, .member = "support." #kind, .unit = RS_UNIT_SHARE,      \
	.csv = RS_CSV_SUPPORT, .group = RS_GROUP_SUPPORT, .heading = label,    \
	.part = RS_SUPPORT_##class, .part_name = #kind, .get = get_support
_Static_assert(RS_SUPPORT_COUNT == 4, "a row for each class of support");

#define STOP(kind, reason)                                                     \
	.name = "stop_" #kind, .member = "stop_reasons." #kind,                \
	.bounds = "stop_reasons_*." #kind, .unit = RS_UNIT_MEAN,               \
	.interval = RS_INTERVAL_WITH_VALUE, .csv = RS_CSV_STOPS,               \
	.csv_interval = RS_CSV_STOPS, .sparse = true,                          \
	.style = RS_STYLE_BRACKETS, .heading = ">" #kind,                      \
	.part = BACKOFF_STOP_##reason, .part_name = #kind, .get = get_stop
_Static_assert(RS_STOPS == 15, "a row for each reason but NONE");

static const struct rs_column result_column[] = {
	{SAME_NAME(policy), .unit = RS_UNIT_TEXT, .csv = RS_CSV_RATES,
	 .get = get_policy, .doc = "the policy that was replayed"},
	{SAME_NAME(policy_hash), .unit = RS_UNIT_WORD, .csv = RS_CSV_RATES,
	 .get = get_policy_hash, .doc = "the hash of its settings"},
	{SAME_NAME(operation), .unit = RS_UNIT_TEXT, .csv = RS_CSV_RATES,
	 .get = get_operation,
	 .doc = "the operation whose calls were replayed"},
	{SAME_NAME(calls), .unit = RS_UNIT_COUNT, .csv = RS_CSV_RATES,
	 .get = get_calls,
	 .doc = "calls that all numbers of this result are over"},
	{SAME_NAME(success_rate), .unit = RS_UNIT_RATE,
	 .interval = RS_INTERVAL_WITH_VALUE, .csv = RS_CSV_RATES,
	 .csv_interval = RS_CSV_RATES, .group = RS_GROUP_RATES,
	 .style = RS_STYLE_NEXT, .heading = ">success %",
	 .get = get_success_rate,
	 .doc = "share of calls that succeed, and its interval for these calls "
		"in this window"},
	{SAME_NAME(prospective), .unit = RS_UNIT_RATE,
	 .interval = RS_INTERVAL_ALONE, .csv_interval = RS_CSV_VERDICT,
	 .get = get_prospective,
	 .doc = "the interval of `success_rate` for another window like this "
		"one"},
	{SAME_NAME(success_rate_outer), .unit = RS_UNIT_RATE,
	 .interval = RS_INTERVAL_ALONE, .csv_interval = RS_CSV_RATES,
	 .get = get_outer,
	 .doc = "the success rate if every unsupported attempt fails, and if "
		"the first of each call succeeds"},
	{SAME_NAME(first_try_success_rate), .unit = RS_UNIT_RATE,
	 .interval = RS_INTERVAL_WITH_VALUE, .csv = RS_CSV_RATES,
	 .csv_interval = RS_CSV_INTERVALS, .group = RS_GROUP_COSTS,
	 .heading = ">1st try %", .get = get_first_try_rate,
	 .doc = "share of calls that succeed at the first attempt; 0 if "
		"`calls_known_from` is `failing_first`"},
	{SAME_NAME(attempts), .unit = RS_UNIT_MEAN, .csv = RS_CSV_RATES,
	 .get = get_attempts, .doc = "attempts of all calls together"},
	{SAME_NAME(attempts_per_call), .unit = RS_UNIT_RATIO,
	 .interval = RS_INTERVAL_WITH_VALUE, .csv = RS_CSV_RATES,
	 .csv_interval = RS_CSV_INTERVALS, .group = RS_GROUP_COSTS,
	 .heading = ">attempts/call", .get = get_attempts_per_call,
	 .doc = "attempts that a call makes"},
	{SAME_NAME(retries), .unit = RS_UNIT_MEAN,
	 .interval = RS_INTERVAL_WITH_VALUE, .csv = RS_CSV_RATES,
	 .csv_interval = RS_CSV_INTERVALS, .group = RS_GROUP_COSTS,
	 .heading = ">retries", .get = get_retries,
	 .doc = "attempts after the first of each call"},
	{SAME_NAME(backoff_seconds_per_call), .unit = RS_UNIT_NS,
	 .get = get_backoff, .doc = "time that a call spends waiting"},
	{SAME_NAME(success_latency_is_lower_bound), .unit = RS_UNIT_YES_NO,
	 .csv = RS_CSV_SUPPORT, .get = get_lower_bound,
	 .doc = "whether times of successful calls leave out the successful "
		"attempt"},
	{LATENCY(success, 50, ">ok p50", RS_GROUP_COSTS),
	 .doc = "time from the start of a call's first attempt to the end of "
		"its last, for calls that succeed; null without such calls"},
	{LATENCY(success, 95, ">p95", RS_GROUP_COSTS)},
	{LATENCY(success, 99, ">p99", RS_GROUP_COSTS)},
	{LATENCY(failure, 50, ">give up p50", RS_GROUP_COSTS),
	 .doc = "the same for calls that fail"},
	{LATENCY(failure, 95, ">p95", RS_GROUP_COSTS)},
	{LATENCY(failure, 99, NULL, RS_GROUP_NONE)},
	{STOP(success, SUCCESS),
	 .doc = "calls that end for this reason; JSON leaves out reasons "
		"that end none"},
	{STOP(non_retryable, NON_RETRYABLE), .group = RS_GROUP_REASONS},
	{STOP(max_attempts, MAX_ATTEMPTS), .group = RS_GROUP_REASONS},
	{STOP(deadline, DEADLINE), .group = RS_GROUP_REASONS},
	{STOP(delay_exceeds_deadline, DELAY_EXCEEDS_DEADLINE),
	 .group = RS_GROUP_REASONS},
	{STOP(budget, BUDGET), .group = RS_GROUP_REASONS},
	{STOP(breaker_open, BREAKER_OPEN), .group = RS_GROUP_REASONS},
	{STOP(server_forbade, SERVER_FORBADE), .group = RS_GROUP_REASONS},
	{STOP(hint_too_long, HINT_TOO_LONG), .group = RS_GROUP_REASONS},
	{STOP(not_idempotent, NOT_IDEMPOTENT), .group = RS_GROUP_REASONS},
	{STOP(not_replayable, NOT_REPLAYABLE), .group = RS_GROUP_REASONS},
	{STOP(cancelled, CANCELLED), .group = RS_GROUP_REASONS},
	{STOP(shutdown, SHUTDOWN), .group = RS_GROUP_REASONS},
	{STOP(sleep_failed, SLEEP_FAILED), .group = RS_GROUP_REASONS},
	{SUPPORT(exact, ">exact", EXACT),
	 .doc = "share of simulated attempts in this class of support"},
	{SUPPORT(interpolated, ">interp", INTERPOLATED)},
	{SUPPORT(modelled, ">model", MODELLED)},
	{SUPPORT(unsupported, ">unsup", UNSUPPORTED)},
	{SAME_NAME(not_simulated), .unit = RS_UNIT_LIST,
	 .csv = RS_CSV_NOT_SIMULATED, .get = get_not_simulated,
	 .doc = "what the policy does and replay does not simulate: `hedge`; "
		"its verdict is withheld then, and otherwise JSON leaves this "
		"out"},
	{.name = "guarded",
	 .unit = RS_UNIT_YES_NO,
	 .csv = RS_CSV_GUARD,
	 .get = get_guarded,
	 .doc = "whether the policy has a budget or a breaker; if not, JSON "
		"leaves `guard` out"},
	{.name = "budget_stops",
	 .member = "guard.budget_stops",
	 .unit = RS_UNIT_MEAN,
	 .csv = RS_CSV_GUARD,
	 .part = BACKOFF_STOP_BUDGET,
	 .get = get_guard_stops,
	 .doc = "calls that end because the budget refused a retry"},
	{.name = "breaker_stops",
	 .member = "guard.breaker_stops",
	 .unit = RS_UNIT_MEAN,
	 .csv = RS_CSV_GUARD,
	 .part = BACKOFF_STOP_BREAKER_OPEN,
	 .get = get_guard_stops,
	 .doc = "calls that end because a breaker was open"},
	{.name = "breaker_opened",
	 .member = "guard.breaker_opened",
	 .unit = RS_UNIT_MEAN,
	 .get = get_breaker_opened,
	 .doc = "how often a breaker opened"},
	{.name = "calls_without_attempt",
	 .member = "guard.calls_without_attempt",
	 .unit = RS_UNIT_MEAN,
	 .csv = RS_CSV_GUARD,
	 .get = get_refused_calls,
	 .doc = "calls whose first attempt an open breaker refused"},
	{.name = "deposits_known",
	 .member = "guard.deposits_known",
	 .unit = RS_UNIT_YES_NO,
	 .get = get_deposits_known,
	 .doc = "no if the verdict is withheld because `--calls` is missing"},
	{.name = "load_peak",
	 .member = "load.peak",
	 .unit = RS_UNIT_MEAN,
	 .csv = RS_CSV_LOAD,
	 .nullable = true,
	 .get = get_load_peak,
	 .doc = "attempts in the busiest second (a longer time if the log "
		"spans more than 12 days); JSON leaves `load` out if "
		"`calls_known_from` is `failing_first`"},
	{.name = "recorded_load_peak",
	 .member = "load.recorded_peak",
	 .unit = RS_UNIT_MEAN,
	 .csv = RS_CSV_LOAD,
	 .nullable = true,
	 .get = get_recorded_load_peak,
	 .doc = "the same in the log"},
	{.name = "load",
	 .member = "load.level",
	 .unit = RS_UNIT_WORD,
	 .csv = RS_CSV_LOAD,
	 .get = get_load,
	 .doc = "how the two compare: `usual`, `high` or `extrapolated`; CSV "
		"has `unknown` where JSON leaves it out"},
	{SAME_NAME(unsupported_calls), .unit = RS_UNIT_RATE,
	 .get = get_unsupported_calls,
	 .doc = "share of calls that meet an unsupported attempt"},
	{SAME_NAME(flagged), .unit = RS_UNIT_YES_NO, .csv = RS_CSV_SUPPORT,
	 .get = get_flagged,
	 .doc = "whether the answer is not to be taken as it stands: it has a "
		"condition, or its verdict is `cannot_tell`"},
	{SAME_NAME(alike), .unit = RS_UNIT_TEXT, .csv = RS_CSV_VERDICT,
	 .nullable = true, .get = get_alike,
	 .doc = "the first policy whose calls all make the same attempts, with "
		"the same outcomes and reasons, in every replica; left out if "
		"it is this one"},
	{.name = "baseline",
	 .member = "difference.baseline",
	 .unit = RS_UNIT_TEXT,
	 .csv = RS_CSV_SUPPORT,
	 .get = get_baseline,
	 .doc = "the policy that this one is compared with"},
	{.name = "difference",
	 .member = "difference.success_rate",
	 .bounds = "difference.*",
	 .unit = RS_UNIT_POINTS,
	 .interval = RS_INTERVAL_WITH_VALUE,
	 .csv = RS_CSV_SUPPORT,
	 .csv_interval = RS_CSV_SUPPORT,
	 .group = RS_GROUP_RATES,
	 .style = RS_STYLE_BRACKETS,
	 .heading = "difference",
	 .get = get_difference,
	 .doc = "how much higher the success rate is than the baseline's"},
	{.name = "difference_prospective",
	 .member = "difference.prospective",
	 .unit = RS_UNIT_POINTS,
	 .interval = RS_INTERVAL_ALONE,
	 .csv_interval = RS_CSV_VERDICT,
	 .group = RS_GROUP_RATES,
	 .style = RS_STYLE_RANGE,
	 .heading = "next window",
	 .get = get_next_difference,
	 .doc = "the interval of the difference for another window like this "
		"one"},
	{.name = "margin",
	 .member = "difference.margin",
	 .unit = RS_UNIT_POINTS,
	 .csv = RS_CSV_VERDICT,
	 .get = get_margin,
	 .doc = "differences up to this are `equal`"},
	{.name = "verdict",
	 .member = "difference.verdict",
	 .unit = RS_UNIT_WORD,
	 .csv = RS_CSV_SUPPORT,
	 .group = RS_GROUP_RATES,
	 .heading = "verdict",
	 .get = get_verdict,
	 .doc = "what follows from that: `baseline`, `better`, `worse`, "
		"`equal`, `cannot_tell` or `depends`"},
	{.name = "condition",
	 .member = "difference.condition.kind",
	 .unit = RS_UNIT_WORD,
	 .csv = RS_CSV_VERDICT,
	 .nullable = true,
	 .get = get_condition,
	 .doc = "what the difference depends on that the log does not show: "
		"`load`, `coupling`, `fate`, `wait`, `timeout`, `loss`, "
		"`clocks`, `guard`, `hedge` or `breaker`; JSON leaves "
		"`condition` out if there is none"},
	{.name = "condition_text",
	 .member = "difference.condition.text",
	 .unit = RS_UNIT_TEXT,
	 .csv = RS_CSV_VERDICT,
	 .nullable = true,
	 .get = get_condition_text,
	 .doc = "the same in words, with numbers"},
	{.name = "condition_difference",
	 .member = "difference.condition",
	 .bounds = "difference.condition.*",
	 .unit = RS_UNIT_POINTS,
	 .interval = RS_INTERVAL_ALONE,
	 .csv_interval = RS_CSV_VERDICT,
	 .nullable = true,
	 .get = get_condition,
	 .doc = "the difference at both ends of the condition"},
	{.name = "needed_days",
	 .member = "difference.needed.days",
	 .unit = RS_UNIT_DAYS,
	 .csv = RS_CSV_VERDICT,
	 .nullable = true,
	 .get = get_needed_days,
	 .doc = "about how many days of a log like this one would settle the "
		"verdict; JSON leaves `needed` out if that is not known or not "
		"needed"},
	{.name = "needed_traffic",
	 .member = "difference.needed.traffic",
	 .unit = RS_UNIT_RATE,
	 .csv = RS_CSV_VERDICT,
	 .nullable = true,
	 .get = get_needed_traffic,
	 .doc = "the share of traffic to try the policy on for these days"},
	{.name = "needed_jitter",
	 .member = "difference.needed.jitter",
	 .unit = RS_UNIT_RATE,
	 .csv = RS_CSV_VERDICT,
	 .nullable = true,
	 .get = get_needed_jitter,
	 .doc = "the jitter to record with for these days"},
	{.name = "withheld",
	 .member = "difference.withheld",
	 .unit = RS_UNIT_WORD,
	 .csv = RS_CSV_QUALITY,
	 .get = get_withheld,
	 .doc = "why the log itself supports no verdict: `lost_lines`, "
		"`bad_lines`, `clock_skew` or `gap`; otherwise JSON leaves it "
		"out"},
	{.name = "lost_lines",
	 .unit = RS_UNIT_COUNT,
	 .csv = RS_CSV_QUALITY,
	 .get = get_lost_lines,
	 .doc = "as in `log`"},
	{.name = "orphans",
	 .unit = RS_UNIT_COUNT,
	 .csv = RS_CSV_QUALITY,
	 .get = get_orphans,
	 .doc = "as in `operations`"},
	{.name = "missing_ends",
	 .unit = RS_UNIT_COUNT,
	 .csv = RS_CSV_QUALITY,
	 .get = get_missing_ends,
	 .doc = "as in `operations`"},
	{.name = "clock_skew_seconds",
	 .unit = RS_UNIT_NS,
	 .csv = RS_CSV_QUALITY,
	 .get = get_skew,
	 .doc = "as in `log`"},
};

const struct rs_columns rs_result_columns = {
	result_column, sizeof(result_column) / sizeof(*result_column)};
