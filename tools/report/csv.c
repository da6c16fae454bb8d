/* A comparison as comma-separated values (RFC 4180), a row per result. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "common/safe_text.h"
#include "report/report.h"

static void
text(const char *value, FILE *out)
{
	char safe[1024];

	tk_safe_text(value, strlen(value), safe, sizeof(safe));
	fputc('"', out);
	for (const char *c = safe; *c; c++) {
		if (*c == '"')
			fputc('"', out);
		fputc(*c, out);
	}
	fputc('"', out);
}

static void
latency(const struct rs_latency *value, FILE *out)
{
	for (size_t i = 0; i < RS_PERCENTILES; i++) {
		if (value->calls > 0)
			fprintf(out, ",%.9f", (double)value->at[i].ns / 1e9);
		else
			fputc(',', out);
	}
}

/* Of what has none beside it above; and the reasons of calls' ends. */
static void
intervals(const struct rs_result *result, FILE *out)
{
	const struct rs_latency *const latencies[] = {&result->success_latency,
						      &result->failure_latency};

	fprintf(out, ",%.9f,%.9f,%.9f,%.9f,%.3f,%.3f", result->first_try.low,
		result->first_try.high, result->attempts_interval.low,
		result->attempts_interval.high, result->retries_interval.low,
		result->retries_interval.high);
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < RS_PERCENTILES; i++) {
			const struct rs_quantile *at = &latencies[k]->at[i];

			if (latencies[k]->calls > 0)
				fprintf(out, ",%.9f,%.9f",
					(double)at->low_ns / 1e9,
					(double)at->high_ns / 1e9);
			else
				fputs(",,", out);
		}
	for (int i = 1; i < RS_STOPS; i++)
		fprintf(out, ",%.3f,%.3f,%.3f", result->stop[i],
			result->stop_interval[i].low,
			result->stop_interval[i].high);
}

static void
interval_heads(FILE *out)
{
	static const char *const name[] = {"first_try_success_rate",
					   "attempts_per_call",
					   "retries",
					   "success_p50_seconds",
					   "success_p95_seconds",
					   "success_p99_seconds",
					   "failure_p50_seconds",
					   "failure_p95_seconds",
					   "failure_p99_seconds"};

	for (size_t i = 0; i < sizeof(name) / sizeof(*name); i++)
		fprintf(out, ",%s_low,%s_high", name[i], name[i]);
	for (int i = 1; i < RS_STOPS; i++) {
		const char *stop = backoff_stop_name((enum backoff_stop)i);

		fprintf(out, ",stop_%s,stop_%s_low,stop_%s_high", stop, stop,
			stop);
	}
	fputs("\r\n", out);
}

static void
row(const struct rs_report *report, const struct rs_subject *subject,
    const struct rs_result *result, FILE *out)
{
	const struct rs_policy_set *set = report->comparison->plan->policies;
	const struct rs_difference *difference = &result->difference;

	text(result->policy->label, out);
	fprintf(out, ",%016" PRIx64 ",",
		backoff_policy_hash(result->policy->policy));
	text(rs_subject_name(report, subject), out);
	fprintf(out, ",%" PRIu64 ",%.9f,%.9f,%.9f,%.9f,%.9f,%.9f",
		result->calls, result->success_rate, result->success.low,
		result->success.high, result->outer.low, result->outer.high,
		result->first_try_rate);
	fprintf(out, ",%.3f,%.9f,%.3f", result->attempts,
		result->attempts_per_call, result->retries);
	latency(&result->success_latency, out);
	latency(&result->failure_latency, out);
	fprintf(out, ",%d", rs_latency_is_lower_bound(report, subject));
	for (size_t i = 0; i < RS_SUPPORT_COUNT; i++)
		fprintf(out, ",%.9f", result->support[i]);
	fprintf(out, ",%d,", result->flagged);
	text(set->item[difference->baseline].label, out);
	fprintf(out, ",%.9f,%.9f,%.9f,%s", difference->value,
		difference->interval.low, difference->interval.high,
		rs_verdict_name(difference->verdict));
	fprintf(out, ",%d,%.3f,%.3f,%.3f", result->guarded,
		result->stop[BACKOFF_STOP_BUDGET],
		result->stop[BACKOFF_STOP_BREAKER_OPEN], result->refused_calls);
	if (result->load == RS_LOAD_UNKNOWN)
		fprintf(out, ",,,");
	else
		fprintf(out, ",%.3f,%.3f,", result->load_peak,
			result->recorded_load_peak);
	fprintf(out, "%s,%s", rs_load_level_name(result->load),
		result->hedges ? "hedge" : "");
	intervals(result, out);
	fputs("\r\n", out);
}

static int
write_csv(const struct rs_report *report, FILE *out)
{
	const struct rs_comparison *comparison = report->comparison;
	size_t policies = comparison->plan->policies->count;

	fputs("policy,policy_hash,operation,calls,success_rate,"
	      "success_rate_low,success_rate_high,success_rate_outer_low,"
	      "success_rate_outer_high,first_try_success_rate,attempts,"
	      "attempts_per_call,retries,success_p50_seconds,"
	      "success_p95_seconds,success_p99_seconds,failure_p50_seconds,"
	      "failure_p95_seconds,failure_p99_seconds,"
	      "success_latency_is_lower_bound,exact,interpolated,modelled,"
	      "unsupported,flagged,baseline,difference,difference_low,"
	      "difference_high,verdict,guarded,budget_stops,breaker_stops,"
	      "calls_without_attempt,load_peak,recorded_load_peak,load,"
	      "not_simulated",
	      out);
	interval_heads(out);
	for (size_t i = 0; i < comparison->subject_count; i++) {
		const struct rs_subject *subject = &comparison->subject[i];

		for (size_t p = 0; p < policies; p++)
			row(report, subject,
			    &comparison->result[subject->first_result + p],
			    out);
	}
	return ferror(out) ? -1 : 0;
}

const struct rs_writer rs_writer_csv = {"csv", write_csv};
