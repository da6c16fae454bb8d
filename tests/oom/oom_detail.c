/* Allocation failure in a comparison with details, and in reports about it: no
 * part of it is left. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "oom.h"
#include "replay/compare.h"
#include "report/formats.h"
#include "retrysim/redact.h"

#define BEGIN UINT64_C(1700000000000000000)
#define MS UINT64_C(1000000)
#define LINES 60

/* Calls of one attempt; the target is down for a third of the time. */
static enum backoff_status
add_lines(struct tk_trace *trace)
{
	enum backoff_status status = BACKOFF_OK;

	for (unsigned i = 0; status == BACKOFF_OK && i < LINES; i++) {
		bool fails = i >= LINES / 3 && i < LINES * 2 / 3;
		char id[] = {(char)('0' + i / 10), (char)('0' + i % 10), 0};
		struct backoff_event event;

		backoff_event_init(&event, sizeof(event));
		event.ts_ns = BEGIN + i * 500 * MS;
		event.duration_ns = 10 * MS;
		event.operation = "op";
		event.target = "db";
		event.call_id = id;
		event.attempt = 1;
		event.outcome = fails ? BACKOFF_OUTCOME_FAILURE
				      : BACKOFF_OUTCOME_SUCCESS;
		event.type =
			fails ? BACKOFF_EVENT_EXHAUSTED : BACKOFF_EVENT_SUCCESS;
		event.error_type = fails ? "Error" : NULL;
		status = tk_trace_add(trace, &event);
	}
	return status;
}

static enum backoff_status
add_policies(struct rs_policy_set *set)
{
	static const char *const names[] = {"QUICK", "WEBHOOK", "STANDARD"};
	enum backoff_status status = BACKOFF_OK;

	for (size_t i = 0; status == BACKOFF_OK && i < 3; i++) {
		struct backoff_policy *policy;

		status = backoff_policy_builtin(names[i], &policy);
		if (status != BACKOFF_OK)
			break;
		if (!rs_policy_set_push(set, policy))
			status = BACKOFF_E_NOMEM;
		backoff_policy_unref(policy);
	}
	return status;
}

/* Every format, after names were replaced. */
static enum backoff_status
report(struct rs_comparison *comparison, struct tk_trace *trace)
{
	struct rs_redactor redactor;
	const struct rs_report report = {.comparison = comparison,
					 .columns = RS_COLUMNS_MOST,
					 .command = "retrysim compare",
					 .errors = true};
	bool written = rs_redactor_init(&redactor, trace) &&
		       rs_redact_log(&redactor, trace, comparison);

	for (size_t i = 0; written && i < rs_format_count; i++) {
		char *text = NULL;
		size_t length;
		FILE *out = open_memstream(&text, &length);

		written = out && rs_formats[i]->write(&report, out) == 0;
		if (out && fclose(out) != 0)
			written = false;
		free(text);
	}
	return written ? BACKOFF_OK : BACKOFF_E_NOMEM;
}

static enum backoff_status
compare(struct tap *tap, const struct rs_log *log, struct tk_trace *trace,
	const struct rs_policy_set *policies)
{
	const struct rs_plan plan = {.log = log,
				     .policies = policies,
				     .shipped = policies,
				     .estimator = &rs_estimator_jump_chain,
				     .seed = 1,
				     .replicas = 3,
				     .detail = true};
	struct rs_comparison comparison;
	enum backoff_status status = rs_compare(&plan, &comparison);

	if (status != BACKOFF_OK) {
		TAP_MUST(tap, comparison.result == NULL &&
				      comparison.subject == NULL);
		return status;
	}
	TAP_EQUAL(tap, comparison.subject->incidents, 1);
	for (size_t i = 0; i < policies->count; i++)
		TAP_MUST(tap, comparison.result[i].detail != NULL);
	status = report(&comparison, trace);
	rs_comparison_clear(&comparison);
	return status;
}

static enum backoff_status
run(struct tap *tap)
{
	struct rs_policy_set policies = {0};
	struct tk_trace *trace = tk_trace_new();
	enum backoff_status status = BACKOFF_E_NOMEM;
	struct rs_log log;

	if (trace)
		status = add_lines(trace);
	if (status == BACKOFF_OK)
		status = tk_trace_stitch(trace);
	if (status == BACKOFF_OK)
		status = add_policies(&policies);
	if (status == BACKOFF_OK)
		status = rs_log_init(&log, trace, 1);
	if (status == BACKOFF_OK) {
		status = compare(tap, &log, trace, &policies);
		rs_log_clear(&log);
	}
	rs_policy_set_clear(&policies);
	tk_trace_free(trace);
	return status;
}

const struct oom_scenario oom_detail[] = {
	/* qsort(3) can do without memory. */
	{"a comparison with details", run, BACKOFF_OK, BACKOFF_E_NOMEM, 1},
	{NULL, NULL, BACKOFF_OK, BACKOFF_OK, 0},
};
