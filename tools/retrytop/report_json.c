/* The numbers of the screen as JSON, for programs. */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "common/units.h"
#include "retrytop/once.h"

/* cJSON returns NULL without memory, and a document that lacks a field looks
 * like any other: it is only printed if none of its parts failed. */
struct builder {
	bool failed;
};

static cJSON *
made(struct builder *b, cJSON *item)
{
	b->failed |= item == NULL;
	return item;
}

/* The next element of a list. */
static cJSON *
element(struct builder *b, cJSON *list, cJSON *item)
{
	if (!cJSON_AddItemToArray(list, item)) {
		cJSON_Delete(item);
		item = NULL;
	}
	return made(b, item);
}

static void
add_null(struct builder *b, cJSON *object, const char *name)
{
	made(b, cJSON_AddNullToObject(object, name));
}

static void
add_string(struct builder *b, cJSON *object, const char *name, const char *text)
{
	made(b, cJSON_AddStringToObject(object, name, text));
}

static void
add_time(struct builder *b, cJSON *object, const char *name, uint64_t ns)
{
	char text[40];

	if (ns == 0)
		add_null(b, object, name);
	else
		add_string(b, object, name,
			   tk_format_rfc3339(ns, 6, text, sizeof(text)));
}

static void
add_count(struct builder *b, cJSON *object, const char *name, uint64_t count)
{
	made(b, cJSON_AddNumberToObject(object, name, (double)count));
}

/* Unknown numbers are null; others are finite, whatever happened. */
static void
add_real(struct builder *b, cJSON *object, const char *name, bool known,
	 double value)
{
	if (known && isfinite(value))
		made(b, cJSON_AddNumberToObject(object, name, value));
	else
		add_null(b, object, name);
}

static void
add_text(struct builder *b, cJSON *object, const char *name, const char *text)
{
	if (text != NULL && text[0] != '\0')
		add_string(b, object, name, text);
	else
		add_null(b, object, name);
}

static void
add_counts(struct builder *b, cJSON *object, const char *name,
	   const struct rt_row *row, const struct rt_counts *counts)
{
	cJSON *out = made(b, cJSON_AddObjectToObject(object, name));

	add_count(b, out, "attempts", counts->attempts);
	add_count(b, out, "retries", counts->retries);
	if (row->calls_known)
		add_count(b, out, "successes", counts->successes);
	else
		add_null(b, out, "successes");
	add_count(b, out, "exhausted", counts->exhausted);
	add_count(b, out, "aborted", counts->aborted);
	add_count(b, out, "failed_calls", counts->failed_calls);
}

static void
add_rates(struct builder *b, cJSON *out, const struct rt_row *row)
{
	double failed = (double)row->window.failed_calls;

	add_real(b, out, "calls_per_second", row->calls_known,
		 row->calls_per_s);
	add_real(b, out, "retries_per_second", true, row->retries_per_s);
	add_real(b, out, "attempts_per_call", row->load == RT_LOAD_OF_ALL,
		 row->attempts_per_call);
	add_real(b, out, "attempts_per_failed_call", failed > 0.0,
		 (failed + (double)row->window.retries) / fmax(failed, 1.0));
	add_real(b, out, "exhausted_share", row->load == RT_LOAD_OF_ALL,
		 row->exhausted_share);
	add_counts(b, out, "window", row, &row->window);
	add_counts(b, out, "total", row, &row->total);
}

static void
add_operation(struct builder *b, cJSON *list, const struct rt_row *row)
{
	cJSON *out = element(b, list, cJSON_CreateObject()), *history;

	add_string(b, out, "operation", row->operation);
	add_text(b, out, "policy", row->policy);
	if (row->max_attempts > 0)
		add_count(b, out, "max_attempts", row->max_attempts);
	else
		add_null(b, out, "max_attempts");
	add_rates(b, out, row);
	if (row->error.count > 0) {
		cJSON *error =
			made(b, cJSON_AddObjectToObject(out, "top_error"));

		add_string(b, error, "label", row->error.label);
		add_text(b, error, "text", row->error.text);
		add_count(b, error, "count", row->error.count);
		add_real(b, error, "share", true, row->error.share);
	} else {
		add_null(b, out, "top_error");
	}
	add_time(b, out, "last_seen", row->seen_ns);
	add_time(b, out, "rising_since", row->rising_s * TK_NS_PER_S);
	history = made(b, cJSON_AddArrayToObject(out, "retries_history"));
	for (size_t i = 0; i < RT_SPARK; i++)
		element(b, history, cJSON_CreateNumber(row->spark[i]));
}

static void
add_input(struct builder *b, cJSON *list, const struct tk_input_info *info)
{
	static const char *const state[] = {
		[TK_INPUT_WAITING] = "waiting",
		[TK_INPUT_READING] = "reading",
		[TK_INPUT_DENIED] = "failed",
		[TK_INPUT_ENDED] = "ended",
	};
	cJSON *out = element(b, list, cJSON_CreateObject());

	add_string(b, out, "path", info->path);
	add_string(b, out, "state", state[info->state]);
	add_text(b, out, "error",
		 info->error_number != 0 ? strerror(info->error_number) : NULL);
	add_count(b, out, "lines", info->lines);
	add_count(b, out, "bytes", info->bytes);
	add_count(b, out, "truncations", info->truncations);
	add_count(b, out, "oversize", info->oversize);
	add_count(b, out, "nul_bytes", info->nul_bytes);
	add_count(b, out, "lost_bytes", info->lost_bytes);
}

static void
add_log(struct builder *b, cJSON *out, const struct rt_view *view)
{
	const struct rt_ingest *in = view->ingest;
	cJSON *log = made(b, cJSON_AddObjectToObject(out, "log")), *inputs;

	add_count(b, log, "lines", in->lines);
	add_count(b, log, "events", in->events);
	add_count(b, log, "foreign", in->foreign);
	add_count(b, log, "bad", in->bad);
	add_count(b, log, "oversize", in->oversize);
	add_count(b, log, "unknown", in->unknown);
	add_count(b, log, "lost", rt_sequence_lost(in->sequence));
	add_count(b, log, "duplicated", rt_sequence_twice(in->sequence));
	add_count(b, log, "dropped", in->dropped);
	add_count(b, log, "late", rt_window_late(in->window));
	add_count(b, log, "clock_leaps", rt_window_skewed(in->window));
	add_time(b, log, "from", rt_window_first_ns(in->window));
	add_time(b, log, "to", rt_window_newest_ns(in->window));
	inputs = made(b, cJSON_AddArrayToObject(log, "inputs"));
	for (size_t i = 0; i < view->input_count; i++)
		add_input(b, inputs, &view->input[i]);
}

int
rt_report_json(const struct rt_view *view, FILE *out)
{
	const struct rt_model *model = view->model;
	struct builder builder = {0}, *b = &builder;
	cJSON *root = made(b, cJSON_CreateObject()), *total, *operations;
	char *text = NULL;
	int result = -1;

	made(b, cJSON_AddNumberToObject(root, "schema_version",
					RT_SCHEMA_VERSION));
	add_count(b, root, "window_seconds", model->window_s);
	/* The window is half open: it ends with the last second's end. */
	add_time(b, root, "window_end",
		 model->end_s > 0 ? (model->end_s + 1) * TK_NS_PER_S : 0);
	add_string(b, root, "sort", rt_sort_name(model->sort));
	add_text(b, root, "filter", model->filter);
	add_log(b, root, view);
	total = made(b, cJSON_AddObjectToObject(root, "total"));
	add_count(b, total, "operations", model->count);
	add_rates(b, total, &model->total);
	operations = made(b, cJSON_AddArrayToObject(root, "operations"));
	for (size_t i = 0; i < model->shown_count; i++)
		add_operation(b, operations, model->shown[i]);
	if (!b->failed)
		text = cJSON_Print(root);
	if (text == NULL)
		errno = ENOMEM;
	if (text != NULL && fputs(text, out) >= 0 && fputc('\n', out) != EOF)
		result = 0;
	cJSON_free(text);
	cJSON_Delete(root);
	return result;
}
