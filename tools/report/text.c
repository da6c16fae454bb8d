/* A comparison for people: what was read, what it cannot tell, the tables. */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "common/safe_text.h"
#include "common/table.h"
#include "common/units.h"
#include "report/report.h"
#include "report/advice.h"

#define COLUMNS 100
#define COST_COLUMNS 9
/* Reasons of failed calls that have a column of their own. */
#define REASONS 6

static void paragraph(FILE *out, size_t indent, const char *mark,
		      const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Wrap words; the mark stands before the first line. */
static void
paragraph(FILE *out, size_t indent, const char *mark, const char *format, ...)
{
	char raw[2048], safe[4096];
	const char *text = safe;
	size_t at = 0;
	va_list args;

	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	tk_safe_text(raw, strlen(raw), safe, sizeof(safe));
	fprintf(out, "%*s", (int)indent, mark);
	while (*text) {
		size_t word = strcspn(text, " ");

		if (at > 0 && indent + at + word > COLUMNS) {
			fprintf(out, "\n%*s", (int)indent, "");
			at = 0;
		}
		fprintf(out, "%.*s", (int)word, text);
		at += word;
		text += word;
		if (*text == ' ') {
			text++;
			fputs(*text && indent + at + 1 + strcspn(text, " ") <=
						      COLUMNS
				      ? " "
				      : "",
			      out);
			at++;
		}
	}
	fputc('\n', out);
}

static void
write_read(const struct rs_report *report, FILE *out)
{
	const struct rs_comparison *comparison = report->comparison;
	const struct rs_log *log = comparison->plan->log;
	const struct tk_trace_totals *totals = tk_trace_totals(log->trace);
	char from[40], to[40], length[16];

	fprintf(out, "Read\n");
	for (size_t i = 0; i < report->path_count; i++)
		paragraph(out, 2, "", "%s", report->path[i]);
	paragraph(out, 2, "",
		  "%" PRIu64 " lines: %" PRIu64 " attempt events, %" PRIu64
		  " other lines, %" PRIu64 " bad",
		  totals->lines, totals->events, totals->foreign, totals->bad);
	if (totals->unknown || totals->dropped)
		paragraph(out, 2, "",
			  "%" PRIu64 " events of unknown type, %" PRIu64
			  " events lost by their writer",
			  totals->unknown, totals->dropped);
	if (totals->hedged_calls)
		paragraph(out, 2, "",
			  "%" PRIu64 " calls hedged, and are left out: their "
			  "attempts ended each other, so what one would have "
			  "done alone is not known",
			  totals->hedged_calls);
	paragraph(out, 2, "",
		  "%s to %s, %s: %zu recorded calls of %zu operation%s",
		  tk_format_rfc3339(log->from_ns, 3, from, sizeof(from)),
		  tk_format_rfc3339(log->to_ns, 3, to, sizeof(to)),
		  tk_format_duration(log->to_ns - log->from_ns, length,
				     sizeof(length)),
		  log->call_count, log->operation_count,
		  log->operation_count == 1 ? "" : "s");
}

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
failing_first(const struct rs_report *report, const struct rs_subject *subject)
{
	return rs_subject_operation(report, subject)->population ==
	       RS_POPULATION_FAILING_FIRST;
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
	{failing_first,
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

static void
write_gaps(const struct rs_report *report, FILE *out)
{
	bool any = false;

	fprintf(out, "\nWhat this log cannot answer\n");
	for (size_t i = 0; i < sizeof(gaps) / sizeof(*gaps); i++) {
		char names[1000];

		subjects(report, names, sizeof(names), gaps[i].test);
		if (names[0] == '\0')
			continue;
		paragraph(out, 4, "  - ", "%s. (%s)", gaps[i].text, names);
		any = true;
	}
	if (!any)
		fprintf(out, "  Nothing that this comparison asks.\n");
}

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

static void
write_heading(const struct rs_report *report, const struct rs_subject *subject,
	      FILE *out)
{
	const struct rs_operation *operation =
		rs_subject_operation(report, subject);
	const char *which = operation->population == RS_POPULATION_FAILING_FIRST
				    ? "calls whose first attempt failed"
				    : "calls";
	char by[800];

	say_incumbent(report, &subject->logged_policy, by, sizeof(by));
	fputc('\n', out);
	paragraph(out, 0, "",
		  "%s: %" PRIu64 " %s, recorded %s. %.2f %% of them fail "
		  "whatever the time; of other retries %.1f %% fail.",
		  rs_subject_name(report, subject), operation->calls, which, by,
		  subject->finding.permanent_share * 100,
		  subject->finding.retry_fails * 100);
}

/* Two decimals, but never "100.00" for less. */
static char *
percent(double rate, char *buffer, size_t size)
{
	double value = rate * 100;

	if (rate < 1 && value > 99.995)
		snprintf(buffer, size, ">99.99");
	else if (rate > 0 && value < 0.005)
		snprintf(buffer, size, "<0.01");
	else
		snprintf(buffer, size, "%.2f", value);
	return buffer;
}

/* One decimal is enough for a share; all and nothing stay exact. */
static char *
share(double rate, char *buffer, size_t size)
{
	double value = rate * 100;

	if (rate <= 0 || rate >= 1)
		snprintf(buffer, size, "%.0f", value);
	else if (value > 99.95)
		snprintf(buffer, size, ">99.9");
	else if (value < 0.05)
		snprintf(buffer, size, "<0.1");
	else
		snprintf(buffer, size, "%.1f", value);
	return buffer;
}

/* Whether the row carries a mark. */
static bool
doubtful(const struct rs_result *result)
{
	return result->flagged || result->guard_unknown || result->hedges ||
	       result->load == RS_LOAD_EXTRAPOLATED;
}

static void
rate_row(struct tk_table *table, const struct rs_result *result)
{
	const struct rs_difference *difference = &result->difference;
	char value[16], low[16], high[16];

	tk_table_row(table);
	tk_table_cell(table, 0, "%s", result->policy->label);
	for (size_t i = 0; i < RS_SUPPORT_COUNT; i++)
		tk_table_cell(table, 1 + i, "%s",
			      share(result->support[i], value, sizeof(value)));
	tk_table_cell(table, 5, "%s%s",
		      percent(result->success_rate, value, sizeof(value)),
		      doubtful(result) ? "?" : " ");
	tk_table_cell(table, 6, "%s-%s",
		      percent(result->success.low, low, sizeof(low)),
		      percent(result->success.high, high, sizeof(high)));
	if (difference->verdict == RS_VERDICT_UNSUPPORTED &&
	    result->outer.low < result->outer.high)
		tk_table_cell(table, 7, "bounds %s-%s",
			      percent(result->outer.low, low, sizeof(low)),
			      percent(result->outer.high, high, sizeof(high)));
	else if (difference->verdict != RS_VERDICT_BASELINE)
		tk_table_cell(table, 7, "%+.2f [%+.2f, %+.2f]",
			      difference->value * 100,
			      difference->interval.low * 100,
			      difference->interval.high * 100);
	tk_table_cell(table, 8, "%s", rs_verdict_name(difference->verdict));
}

static int
write_rates(const struct rs_report *report, const struct rs_subject *subject,
	    FILE *out)
{
	static const char *const head[] = {
		"policy",        ">exact",     ">interp",
		">model",        ">unsup",     ">success % ",
		"95 % interval", "difference", "verdict",
	};
	size_t columns = sizeof(head) / sizeof(*head);
	size_t policies = report->comparison->plan->policies->count;
	struct tk_table *table = tk_table_new(columns);
	int status;

	if (table == NULL)
		return -1;
	for (size_t i = 0; i < columns; i++)
		tk_table_head(table, i, head[i]);
	for (size_t p = 0; p < policies; p++)
		rate_row(
			table,
			&report->comparison->result[subject->first_result + p]);
	status = tk_table_print(table, 2, out);
	tk_table_free(table);
	return status;
}

static void
latency_cells(struct tk_table *table, size_t column,
	      const struct rs_latency *latency, size_t percentiles,
	      const char *mark)
{
	for (size_t i = 0; i < percentiles; i++) {
		char text[16];

		tk_table_cell(table, column + i, "%s%s",
			      latency->calls > 0 ? mark : "",
			      latency->calls > 0
				      ? tk_format_duration(latency->at[i].ns,
							   text, sizeof(text))
				      : "-");
	}
}

static void
cost_row(struct tk_table *table, const struct rs_result *result,
	 bool lower_bound, bool first_known)
{
	char text[16];

	tk_table_row(table);
	tk_table_cell(table, 0, "%s", result->policy->label);
	tk_table_cell(table, 1, "%s",
		      first_known ? percent(result->first_try_rate, text,
					    sizeof(text))
				  : "-");
	tk_table_cell(table, 2, "%.4f", result->attempts_per_call);
	tk_table_cell(table, 3, "%.1f", result->retries);
	latency_cells(table, 4, &result->success_latency, RS_PERCENTILES,
		      lower_bound ? ">=" : "");
	latency_cells(table, 7, &result->failure_latency, 2, "");
}

static void
interval_row(struct tk_table *table, const struct rs_result *result,
	     bool first_known)
{
	const struct rs_latency *latency = &result->success_latency;
	char low[16], high[16];

	tk_table_row(table);
	tk_table_cell(table, 0, "%s", result->policy->label);
	tk_table_cell(table, 1, "-");
	if (first_known)
		tk_table_cell(
			table, 1, "%s-%s",
			percent(result->first_try.low, low, sizeof(low)),
			percent(result->first_try.high, high, sizeof(high)));
	tk_table_cell(table, 2, "%.4f-%.4f", result->attempts_interval.low,
		      result->attempts_interval.high);
	tk_table_cell(table, 3, "%.0f-%.0f", result->retries_interval.low,
		      result->retries_interval.high);
	for (size_t i = 0; i < RS_PERCENTILES + 2; i++) {
		size_t k = i % RS_PERCENTILES;

		if (i == RS_PERCENTILES)
			latency = &result->failure_latency;
		tk_table_cell(table, 4 + i, "-");
		if (latency->calls > 0)
			tk_table_cell(table, 4 + i, "%s-%s",
				      tk_format_duration(latency->at[k].low_ns,
							 low, sizeof(low)),
				      tk_format_duration(latency->at[k].high_ns,
							 high, sizeof(high)));
	}
}

/* What each policy cost; then the same again, with where each of the numbers
 * may really lie. */
static int
write_costs(const struct rs_report *report, const struct rs_subject *subject,
	    bool intervals, FILE *out)
{
	static const char *const head[COST_COLUMNS - 1] = {
		">1st try %", ">attempts/call", ">retries",     ">success p50",
		">p95",       ">p99",           ">give up p50", ">p95",
	};
	size_t policies = report->comparison->plan->policies->count;
	bool lower_bound = rs_latency_is_lower_bound(report, subject);
	bool first_known = !failing_first(report, subject);
	struct tk_table *table = tk_table_new(COST_COLUMNS);
	int status;

	if (table == NULL)
		return -1;
	tk_table_head(table, 0, intervals ? "95 % intervals" : "policy");
	for (size_t i = 1; i < COST_COLUMNS; i++)
		tk_table_head(table, i, head[i - 1]);
	for (size_t p = 0; p < policies; p++) {
		const struct rs_result *result =
			&report->comparison->result[subject->first_result + p];

		if (intervals)
			interval_row(table, result, first_known);
		else
			cost_row(table, result, lower_bound, first_known);
	}
	fputc('\n', out);
	status = tk_table_print(table, 2, out);
	tk_table_free(table);
	return status;
}

/* The reasons that ended most failed calls, whatever the policy; returns how
 * many there are. */
static size_t
find_reasons(const struct rs_report *report, const struct rs_subject *subject,
	     enum backoff_stop reason[REASONS])
{
	size_t policies = report->comparison->plan->policies->count, count = 0;
	double total[RS_STOPS] = {0};

	for (size_t p = 0; p < policies; p++)
		for (int i = 0; i < RS_STOPS; i++)
			total[i] += report->comparison
					    ->result[subject->first_result + p]
					    .stop[i];
	total[BACKOFF_STOP_SUCCESS] = 0;
	while (count < REASONS) {
		int best = 0;

		for (int i = 1; i < RS_STOPS; i++)
			if (total[i] > total[best])
				best = i;
		if (total[best] <= 0)
			break;
		total[best] = 0;
		reason[count++] = (enum backoff_stop)best;
	}
	return count;
}

static void
reason_row(struct tk_table *table, const struct rs_result *result,
	   const enum backoff_stop *reason, size_t count)
{
	tk_table_row(table);
	tk_table_cell(table, 0, "%s", result->policy->label);
	for (size_t i = 0; i < count; i++) {
		double calls = result->stop[reason[i]];

		tk_table_cell(table, 1 + i, "%.*f [%.0f, %.0f]",
			      floor(calls) < calls ? 1 : 0, calls,
			      result->stop_interval[reason[i]].low,
			      result->stop_interval[reason[i]].high);
	}
}

/* Why calls failed, the most frequent reason first. */
static int
write_reasons(const struct rs_report *report, const struct rs_subject *subject,
	      FILE *out)
{
	size_t policies = report->comparison->plan->policies->count, count;
	enum backoff_stop reason[REASONS];
	struct tk_table *table;
	int status;

	count = find_reasons(report, subject, reason);
	if (count == 0)
		return 0;
	table = tk_table_new(1 + count);
	if (table == NULL)
		return -1;
	tk_table_head(table, 0, "failed calls");
	for (size_t i = 0; i < count; i++) {
		char head[64];

		snprintf(head, sizeof(head), ">%s",
			 backoff_stop_name(reason[i]));
		tk_table_head(table, 1 + i, head);
	}
	for (size_t p = 0; p < policies; p++)
		reason_row(
			table,
			&report->comparison->result[subject->first_result + p],
			reason, count);
	fputc('\n', out);
	status = tk_table_print(table, 2, out);
	tk_table_free(table);
	return status;
}

/* What its budget and its breaker did to one policy's calls. */
static void
write_guard(const struct rs_result *result, FILE *out)
{
	double budget = result->stop[BACKOFF_STOP_BUDGET];
	double breaker = result->stop[BACKOFF_STOP_BREAKER_OPEN];
	char budget_text[128] = "", breaker_text[192] = "";

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
	paragraph(out, 4, "  - ", "%s:%s%s.", result->policy->label,
		  budget_text, breaker_text);
}

/* Where it made a difference that calls share something; and that it made
 * none, for those who look for it. */
static void
write_guards(const struct rs_report *report, const struct rs_subject *subject,
	     FILE *out)
{
	const struct rs_comparison *comparison = report->comparison;
	char idle[1000] = "";
	size_t used = 0;
	bool any = false;

	for (size_t p = 0; p < comparison->plan->policies->count; p++) {
		const struct rs_result *result =
			&comparison->result[subject->first_result + p];

		if (!result->guarded)
			continue;
		if (rs_guard_stops(result) > 0) {
			if (!any)
				fprintf(out, "\n  What calls share, one guard "
					     "for each target, made a "
					     "difference:\n");
			any = true;
			write_guard(result, out);
		} else if (sizeof(idle) - used > 100) {
			used += (size_t)snprintf(
				idle + used, sizeof(idle) - used, "%s%s",
				used ? ", " : "", result->policy->label);
		}
	}
	if (used > 0) {
		fputc('\n', out);
		paragraph(out, 2, "",
			  "Budget and breaker stopped no call here: %s.", idle);
	}
}

/* Policies that offer more than the log shows the target to take. */
static void
write_loads(const struct rs_report *report, const struct rs_subject *subject,
	    FILE *out)
{
	const struct rs_comparison *comparison = report->comparison;
	bool any = false;

	for (size_t p = 0; p < comparison->plan->policies->count; p++) {
		const struct rs_result *result =
			&comparison->result[subject->first_result + p];

		if (result->load != RS_LOAD_HIGH &&
		    result->load != RS_LOAD_EXTRAPOLATED)
			continue;
		if (!any)
			fprintf(out, "\n  More load than was recorded; the "
				     "target may take it worse than it did:\n");
		any = true;
		paragraph(out, 4, "  - ",
			  "%s: %.1f attempts in its busiest second, where the "
			  "log has %.1f (%.2f times)%s.",
			  result->policy->label, result->load_peak,
			  result->recorded_load_peak,
			  result->load_peak / result->recorded_load_peak,
			  result->load == RS_LOAD_EXTRAPOLATED
				  ? ": load extrapolation, so no verdict"
				  : "");
	}
}

static void
write_advice(const struct rs_report *report, FILE *out)
{
	const struct rs_comparison *comparison = report->comparison;

	fprintf(out, "\nWhere to look next\n");
	for (size_t i = 0; i < comparison->subject_count; i++) {
		char text[1600];

		rs_advice(report, &comparison->subject[i], text, sizeof(text));
		paragraph(out, 4, "  - ", "%s", text);
	}
}

static int
write_text(const struct rs_report *report, FILE *out)
{
	const struct rs_comparison *comparison = report->comparison;

	write_read(report, out);
	write_gaps(report, out);
	for (size_t i = 0; i < comparison->subject_count; i++) {
		const struct rs_subject *subject = &comparison->subject[i];

		write_heading(report, subject, out);
		if (write_rates(report, subject, out))
			return -1;
		if (write_costs(report, subject, false, out) ||
		    write_costs(report, subject, true, out) ||
		    write_reasons(report, subject, out))
			return -1;
		write_guards(report, subject, out);
		write_loads(report, subject, out);
	}
	write_advice(report, out);
	fprintf(out, "\nShares of simulated attempts and rates are in percent, "
		     "differences in points against the baseline.\n");
	return ferror(out) ? -1 : 0;
}

const struct rs_writer rs_writer_text = {"text", write_text};
