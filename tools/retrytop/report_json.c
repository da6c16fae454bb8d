/* The numbers of the screen as JSON, for programs. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "common/units.h"
#include "once.h"

static void
add_time(cJSON *object, const char *name, uint64_t ns)
{
	char text[40];

	if (ns == 0)
		cJSON_AddNullToObject(object, name);
	else
		cJSON_AddStringToObject(
			object, name,
			tk_format_rfc3339(ns, 6, text, sizeof(text)));
}

static void
add_count(cJSON *object, const char *name, uint64_t count)
{
	cJSON_AddNumberToObject(object, name, (double)count);
}

/* Unknown numbers are null; others are finite, whatever happened. */
static void
add_real(cJSON *object, const char *name, bool known, double value)
{
	if (known && isfinite(value))
		cJSON_AddNumberToObject(object, name, value);
	else
		cJSON_AddNullToObject(object, name);
}

static void
add_text(cJSON *object, const char *name, const char *text)
{
	if (text != NULL && text[0] != '\0')
		cJSON_AddStringToObject(object, name, text);
	else
		cJSON_AddNullToObject(object, name);
}

static void
add_counts(cJSON *object, const char *name, const struct rt_row *row,
	   const struct rt_counts *counts)
{
	cJSON *out = cJSON_AddObjectToObject(object, name);

	add_count(out, "attempts", counts->attempts);
	add_count(out, "retries", counts->retries);
	if (row->calls_known)
		add_count(out, "successes", counts->successes);
	else
		cJSON_AddNullToObject(out, "successes");
	add_count(out, "exhausted", counts->exhausted);
	add_count(out, "aborted", counts->aborted);
	add_count(out, "failed_calls", counts->failed_calls);
}

static void
add_rates(cJSON *out, const struct rt_row *row)
{
	double failed = (double)row->window.failed_calls;

	add_real(out, "calls_per_second", row->calls_known, row->calls_per_s);
	add_real(out, "retries_per_second", true, row->retries_per_s);
	add_real(out, "attempts_per_call", row->load == RT_LOAD_OF_ALL,
		 row->attempts_per_call);
	add_real(out, "attempts_per_failed_call", failed > 0.0,
		 (failed + (double)row->window.retries) / fmax(failed, 1.0));
	add_real(out, "exhausted_share", row->load == RT_LOAD_OF_ALL,
		 row->exhausted_share);
	add_counts(out, "window", row, &row->window);
	add_counts(out, "total", row, &row->total);
}

static cJSON *
make_operation(const struct rt_row *row)
{
	cJSON *out = cJSON_CreateObject(), *history;

	cJSON_AddStringToObject(out, "operation", row->operation);
	add_text(out, "policy", row->policy);
	if (row->max_attempts > 0)
		add_count(out, "max_attempts", row->max_attempts);
	else
		cJSON_AddNullToObject(out, "max_attempts");
	add_rates(out, row);
	if (row->error.count > 0) {
		cJSON *error = cJSON_AddObjectToObject(out, "top_error");

		cJSON_AddStringToObject(error, "label", row->error.label);
		add_text(error, "text", row->error.text);
		add_count(error, "count", row->error.count);
		add_real(error, "share", true, row->error.share);
	} else {
		cJSON_AddNullToObject(out, "top_error");
	}
	add_time(out, "last_seen", row->seen_ns);
	add_time(out, "rising_since", row->rising_s * TK_NS_PER_S);
	history = cJSON_AddArrayToObject(out, "retries_history");
	for (size_t i = 0; i < RT_SPARK; i++)
		cJSON_AddItemToArray(history,
				     cJSON_CreateNumber(row->spark[i]));
	return out;
}

static cJSON *
make_input(const struct tk_input_info *info)
{
	static const char *const state[] = {
		[TK_INPUT_WAITING] = "waiting",
		[TK_INPUT_READING] = "reading",
		[TK_INPUT_DENIED] = "failed",
		[TK_INPUT_ENDED] = "ended",
	};
	cJSON *out = cJSON_CreateObject();

	cJSON_AddStringToObject(out, "path", info->path);
	cJSON_AddStringToObject(out, "state", state[info->state]);
	add_text(out, "error",
		 info->error_number != 0 ? strerror(info->error_number) : NULL);
	add_count(out, "lines", info->lines);
	add_count(out, "bytes", info->bytes);
	add_count(out, "truncations", info->truncations);
	add_count(out, "oversize", info->oversize);
	add_count(out, "nul_bytes", info->nul_bytes);
	add_count(out, "lost_bytes", info->lost_bytes);
	return out;
}

static void
add_log(cJSON *out, const struct rt_view *view)
{
	const struct rt_ingest *in = view->ingest;
	cJSON *log = cJSON_AddObjectToObject(out, "log"), *inputs;

	add_count(log, "lines", in->lines);
	add_count(log, "events", in->events);
	add_count(log, "foreign", in->foreign);
	add_count(log, "bad", in->bad);
	add_count(log, "oversize", in->oversize);
	add_count(log, "unknown", in->unknown);
	add_count(log, "lost", rt_sequence_lost(in->sequence));
	add_count(log, "duplicated", rt_sequence_twice(in->sequence));
	add_count(log, "dropped", in->dropped);
	add_count(log, "late", rt_window_late(in->window));
	add_count(log, "clock_leaps", rt_window_skewed(in->window));
	add_time(log, "from", rt_window_first_ns(in->window));
	add_time(log, "to", rt_window_newest_ns(in->window));
	inputs = cJSON_AddArrayToObject(log, "inputs");
	for (size_t i = 0; i < view->input_count; i++)
		cJSON_AddItemToArray(inputs, make_input(&view->input[i]));
}

int
rt_report_json(const struct rt_view *view, FILE *out)
{
	const struct rt_model *model = view->model;
	cJSON *root = cJSON_CreateObject(), *total, *operations;
	char *text;
	int result = -1;

	cJSON_AddNumberToObject(root, "schema_version", RT_SCHEMA_VERSION);
	add_count(root, "window_seconds", model->window_s);
	/* The window is half open: it ends with the last second's end. */
	add_time(root, "window_end",
		 model->end_s > 0 ? (model->end_s + 1) * TK_NS_PER_S : 0);
	cJSON_AddStringToObject(root, "sort", rt_sort_name(model->sort));
	add_text(root, "filter", model->filter);
	add_log(root, view);
	total = cJSON_AddObjectToObject(root, "total");
	add_count(total, "operations", model->count);
	add_rates(total, &model->total);
	operations = cJSON_AddArrayToObject(root, "operations");
	for (size_t i = 0; i < model->shown_count; i++)
		cJSON_AddItemToArray(operations,
				     make_operation(model->shown[i]));
	text = cJSON_Print(root);
	if (text != NULL && fputs(text, out) >= 0 && fputc('\n', out) != EOF)
		result = 0;
	cJSON_free(text);
	cJSON_Delete(root);
	return result;
}
