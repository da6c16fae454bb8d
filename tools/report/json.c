/* A comparison as one JSON document; docs/replay.md describes it. */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include <cjson/cJSON.h>

#include "common/units.h"
#include "report/report.h"

/* cJSON returns NULL without memory; the document is only printed if none of
 * its parts failed. */
struct builder {
	bool failed;
};

/* Without a parent, because that failed, there is nothing to hold it. */
static cJSON *
object(struct builder *b, cJSON *parent, const char *name)
{
	cJSON *made = cJSON_AddObjectToObject(parent, name);

	b->failed |= made == NULL;
	return made;
}

/* The next element of a list. */
static cJSON *
element(struct builder *b, cJSON *list, cJSON *made)
{
	if (!cJSON_AddItemToArray(list, made)) {
		cJSON_Delete(made);
		made = NULL;
	}
	b->failed |= made == NULL;
	return made;
}

static void
text(struct builder *b, cJSON *parent, const char *name, const char *value)
{
	b->failed |= cJSON_AddStringToObject(parent, name, value) == NULL;
}

/* Nine decimals: a nanosecond, and far below any interval. What is not finite
 * is not a number in JSON. */
static void
number(struct builder *b, cJSON *parent, const char *name, double value)
{
	if (!isfinite(value))
		b->failed |= cJSON_AddNullToObject(parent, name) == NULL;
	else
		b->failed |=
			cJSON_AddNumberToObject(
				parent, name, round(value * 1e9) / 1e9) == NULL;
}

/* Three more decimals: shares that were rounded must still sum to 1. */
static void
share(struct builder *b, cJSON *parent, const char *name, double value)
{
	b->failed |= cJSON_AddNumberToObject(
			     parent, name, round(value * 1e12) / 1e12) == NULL;
}

static void
count(struct builder *b, cJSON *parent, const char *name, uint64_t value)
{
	number(b, parent, name, (double)value);
}

static void
yes_no(struct builder *b, cJSON *parent, const char *name, bool value)
{
	b->failed |= cJSON_AddBoolToObject(parent, name, value) == NULL;
}

static void
seconds(struct builder *b, cJSON *parent, const char *name, uint64_t ns)
{
	number(b, parent, name, (double)ns / 1e9);
}

static void
when(struct builder *b, cJSON *parent, const char *name, uint64_t ns)
{
	char stamp[40];

	text(b, parent, name, tk_format_rfc3339(ns, 6, stamp, sizeof(stamp)));
}

static void
add_log(struct builder *b, cJSON *root, const struct rs_report *report)
{
	const struct rs_log *log = report->comparison->plan->log;
	const struct tk_trace_totals *totals = tk_trace_totals(log->trace);
	cJSON *out = object(b, root, "log");
	cJSON *files;

	count(b, out, "lines", totals->lines);
	count(b, out, "events", totals->events);
	count(b, out, "foreign", totals->foreign);
	count(b, out, "bad", totals->bad);
	count(b, out, "oversize", totals->oversize);
	count(b, out, "unknown_events", totals->unknown);
	count(b, out, "dropped_events", totals->dropped);
	count(b, out, "hedged_calls", totals->hedged_calls);
	count(b, out, "calls", log->call_count);
	count(b, out, "operations", log->operation_count);
	when(b, out, "from", log->from_ns);
	when(b, out, "to", log->to_ns);
	files = cJSON_AddArrayToObject(out, "files");
	b->failed |= files == NULL;
	for (size_t i = 0; i < report->path_count; i++)
		element(b, files, cJSON_CreateString(report->path[i]));
}

static void
add_subject(struct builder *b, cJSON *list, const struct rs_report *report,
	    const struct rs_subject *subject)
{
	const struct rs_operation *operation =
		rs_subject_operation(report, subject);
	const struct rs_logged_policy *incumbent = &subject->logged_policy;
	cJSON *out = element(b, list, cJSON_CreateObject());

	text(b, out, "operation", rs_subject_name(report, subject));
	count(b, out, "calls", operation->calls);
	count(b, out, "calls_recorded", operation->call_count);
	count(b, out, "calls_before_log", operation->calls_before_log);
	text(b, out, "calls_known_from",
	     rs_population_name(operation->population));
	if (incumbent->policy) {
		static const char *const basis[] = {
			[RS_POLICY_EVIDENCE_HASH] = "hash",
			[RS_POLICY_EVIDENCE_NAME] = "name",
			[RS_POLICY_EVIDENCE_FIT] = "fit",
		};

		text(b, out, "incumbent", incumbent->policy->label);
		text(b, out, "incumbent_known_from",
		     basis[incumbent->evidence]);
		if (incumbent->tie)
			text(b, out, "incumbent_tie", incumbent->tie->label);
	}
	if (incumbent->missing_name && incumbent->missing_name[0])
		text(b, out, "incumbent_missing", incumbent->missing_name);
	if (incumbent->missing_hash && incumbent->missing_hash[0])
		text(b, out, "incumbent_missing_hash", incumbent->missing_hash);
	number(b, out, "doomed_share", subject->finding.permanent_share);
	number(b, out, "retry_failure_rate", subject->finding.retry_fails);
	seconds(b, out, "longest_delay_seconds", operation->longest_delay_ns);
	count(b, out, "failures_without_error_type", subject->untyped_failures);
}

static void
add_latency(struct builder *b, cJSON *parent, const char *name,
	    const struct rs_latency *latency)
{
	static const char *const key[RS_PERCENTILES][3] = {
		{"p50", "p50_low", "p50_high"},
		{"p95", "p95_low", "p95_high"},
		{"p99", "p99_low", "p99_high"},
	};
	cJSON *out = object(b, parent, name);

	for (size_t i = 0; i < RS_PERCENTILES; i++) {
		const struct rs_quantile *at = &latency->at[i];
		/* No such call: null, not 0. */
		double scale = latency->calls > 0 ? 1e-9 : (double)NAN;

		number(b, out, key[i][0], (double)at->ns * scale);
		number(b, out, key[i][1], (double)at->low_ns * scale);
		number(b, out, key[i][2], (double)at->high_ns * scale);
	}
}

static void
add_difference(struct builder *b, cJSON *parent, const struct rs_report *report,
	       const struct rs_difference *difference)
{
	const struct rs_policy_set *set = report->comparison->plan->policies;
	cJSON *out = object(b, parent, "difference");

	text(b, out, "baseline", set->item[difference->baseline].label);
	number(b, out, "success_rate", difference->value);
	number(b, out, "low", difference->interval.low);
	number(b, out, "high", difference->interval.high);
	text(b, out, "verdict", rs_verdict_name(difference->verdict));
}

static void
add_rates(struct builder *b, cJSON *out, const struct rs_result *result)
{
	count(b, out, "calls", result->calls);
	number(b, out, "success_rate", result->success_rate);
	number(b, out, "success_rate_low", result->success.low);
	number(b, out, "success_rate_high", result->success.high);
	number(b, out, "success_rate_outer_low", result->outer.low);
	number(b, out, "success_rate_outer_high", result->outer.high);
	number(b, out, "first_try_success_rate", result->first_try_rate);
	number(b, out, "first_try_success_rate_low", result->first_try.low);
	number(b, out, "first_try_success_rate_high", result->first_try.high);
	number(b, out, "attempts", result->attempts);
	number(b, out, "attempts_per_call", result->attempts_per_call);
	number(b, out, "attempts_per_call_low", result->attempts_interval.low);
	number(b, out, "attempts_per_call_high",
	       result->attempts_interval.high);
	number(b, out, "retries", result->retries);
	number(b, out, "retries_low", result->retries_interval.low);
	number(b, out, "retries_high", result->retries_interval.high);
	number(b, out, "backoff_seconds_per_call",
	       result->backoff_per_call_ns / 1e9);
}

/* What the calls of the policy shared; not there if they share nothing. */
static void
add_guard(struct builder *b, cJSON *parent, const struct rs_result *result)
{
	cJSON *out;

	if (!result->guarded)
		return;
	out = object(b, parent, "guard");
	number(b, out, "budget_stops", result->stop[BACKOFF_STOP_BUDGET]);
	number(b, out, "breaker_stops",
	       result->stop[BACKOFF_STOP_BREAKER_OPEN]);
	number(b, out, "breaker_opened", result->breaker_opened);
	number(b, out, "calls_without_attempt", result->refused_calls);
	yes_no(b, out, "deposits_known", !result->guard_unknown);
}

/* Attempts per second at the peak; not there if the log lacks calls. */
static void
add_load(struct builder *b, cJSON *parent, const struct rs_result *result)
{
	cJSON *out;

	if (result->load == RS_LOAD_UNKNOWN)
		return;
	out = object(b, parent, "load");
	number(b, out, "peak", result->load_peak);
	number(b, out, "recorded_peak", result->recorded_load_peak);
	text(b, out, "level", rs_load_level_name(result->load));
}

/* The calls that a reason ended, and their interval beside it. */
static void
add_stops(struct builder *b, cJSON *parent, const struct rs_result *result)
{
	cJSON *stop = object(b, parent, "stop_reasons");
	cJSON *low = object(b, parent, "stop_reasons_low");
	cJSON *high = object(b, parent, "stop_reasons_high");

	for (int i = 0; i < RS_STOPS; i++) {
		const char *name = backoff_stop_name((enum backoff_stop)i);

		if (result->stop[i] <= 0)
			continue;
		number(b, stop, name, result->stop[i]);
		number(b, low, name, result->stop_interval[i].low);
		number(b, high, name, result->stop_interval[i].high);
	}
}

static void
add_result(struct builder *b, cJSON *list, const struct rs_report *report,
	   const struct rs_subject *subject, const struct rs_result *result)
{
	cJSON *out = element(b, list, cJSON_CreateObject()), *support;
	char hash[24];

	snprintf(hash, sizeof(hash), "%016" PRIx64,
		 backoff_policy_hash(result->policy->policy));
	text(b, out, "policy", result->policy->label);
	text(b, out, "policy_hash", hash);
	text(b, out, "operation", rs_subject_name(report, subject));
	add_rates(b, out, result);
	yes_no(b, out, "success_latency_is_lower_bound",
	       rs_latency_is_lower_bound(report, subject));
	add_latency(b, out, "success_latency_seconds",
		    &result->success_latency);
	add_latency(b, out, "failure_latency_seconds",
		    &result->failure_latency);
	add_stops(b, out, result);
	support = object(b, out, "support");
	for (int i = 0; i < RS_SUPPORT_COUNT; i++)
		share(b, support, rs_support_name((enum rs_support)i),
		      result->support[i]);
	if (result->hedges)
		element(b, cJSON_AddArrayToObject(out, "not_simulated"),
			cJSON_CreateString("hedge"));
	add_guard(b, out, result);
	add_load(b, out, result);
	number(b, out, "unsupported_calls", result->unsupported_calls);
	yes_no(b, out, "flagged", result->flagged);
	add_difference(b, out, report, &result->difference);
}

static void
add_results(struct builder *b, cJSON *root, const struct rs_report *report)
{
	const struct rs_comparison *comparison = report->comparison;
	size_t policies = comparison->plan->policies->count;
	cJSON *operations = cJSON_AddArrayToObject(root, "operations");
	cJSON *results = cJSON_AddArrayToObject(root, "results");

	b->failed |= operations == NULL || results == NULL;
	for (size_t i = 0; i < comparison->subject_count && !b->failed; i++) {
		const struct rs_subject *subject = &comparison->subject[i];

		add_subject(b, operations, report, subject);
		for (size_t p = 0; p < policies && !b->failed; p++)
			add_result(
				b, results, report, subject,
				&comparison->result[subject->first_result + p]);
	}
}

static int
write_json(const struct rs_report *report, FILE *out)
{
	const struct rs_plan *plan = report->comparison->plan;
	struct builder b = {0};
	cJSON *root = cJSON_CreateObject();
	char *printed = NULL, seed[24];
	int status = -1;

	b.failed = root == NULL;
	count(&b, root, "schema_version", RS_REPORT_VERSION);
	text(&b, root, "estimator", plan->estimator->name);
	count(&b, root, "replicas", plan->replicas);
	/* As text: a 64-bit seed does not fit a JSON number. */
	snprintf(seed, sizeof(seed), "%" PRIu64, plan->seed);
	text(&b, root, "seed", seed);
	add_log(&b, root, report);
	add_results(&b, root, report);
	if (!b.failed)
		printed = cJSON_Print(root);
	if (printed && fprintf(out, "%s\n", printed) > 0)
		status = 0;
	cJSON_free(printed);
	cJSON_Delete(root);
	return status;
}

const struct rs_writer rs_writer_json = {"json", write_json};
