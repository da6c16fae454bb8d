/* The numbers of the screen as JSON, for programs. */
#include "config.h"

#include "retrytop/report.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "common/units.h"
#include "live/facts.h"

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

/* JSON has no infinity: such a number is null. */
static void
add_real(struct builder *b, cJSON *object, const char *name, double value)
{
	if (isfinite(value))
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
add_value(struct builder *b, cJSON *object, const char *name,
	  const struct rt_value *value)
{
	if (!value->known) {
		add_null(b, object, name);
		return;
	}
	switch (value->kind) {
	case RT_KIND_TEXT:
		add_string(b, object, name, value->text);
		break;
	case RT_KIND_COUNT:
		add_count(b, object, name, value->count);
		break;
	case RT_KIND_TIME:
		add_time(b, object, name, value->time_ns);
		break;
	default:
		add_real(b, object, name, value->real);
	}
}

/* The facts of one group from @p fact on, as an object of their own unless the
 * group is the operation itself; an object of unknowns is null. Returns the
 * first fact of the next group. */
static enum rt_fact
add_group(struct builder *b, cJSON *out, const struct rt_row *row,
	  enum rt_fact fact)
{
	const char *group = rt_facts[fact].group;
	cJSON *object = out;
	bool known = false;
	enum rt_fact end;

	for (end = fact; end < RT_FACT_COUNT; end++) {
		if (strcmp(rt_facts[end].group, group) != 0)
			break;
		known = known || rt_fact_of_row(row, end).known;
	}
	if (*group != '\0' && !known) {
		add_null(b, out, group);
		return end;
	}
	if (*group != '\0')
		object = made(b, cJSON_AddObjectToObject(out, group));
	for (; fact < end; fact++) {
		struct rt_value value = rt_fact_of_row(row, fact);

		add_value(b, object, rt_facts[fact].name, &value);
	}
	return end;
}

static void
add_operation(struct builder *b, cJSON *list, const struct rt_row *row)
{
	cJSON *out = element(b, list, cJSON_CreateObject()), *history;

	for (enum rt_fact fact = 0; fact < RT_FACT_COUNT;)
		fact = add_group(b, out, row, fact);
	history = made(b, cJSON_AddArrayToObject(out, "retries_history"));
	for (size_t i = 0; i < RT_STEPS; i++)
		element(b, history, cJSON_CreateNumber(row->retries[i]));
}

static void
add_total(struct builder *b, cJSON *root, const struct rt_model *model)
{
	cJSON *out = made(b, cJSON_AddObjectToObject(root, "total"));

	add_count(b, out, "operations", model->count);
	for (enum rt_fact fact = RT_FACT_SUM_BEGIN; fact < RT_FACT_SUM_END;)
		fact = add_group(b, out, &model->total, fact);
}

static void
add_input(struct builder *b, cJSON *list, const struct tk_input_info *info)
{
	cJSON *out = element(b, list, cJSON_CreateObject());

	add_string(b, out, "path", info->path);
	add_string(b, out, "state", rt_view_input_state(info->state));
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
	cJSON *log = made(b, cJSON_AddObjectToObject(out, "log")), *inputs;

	for (enum rt_log_fact fact = 0; fact < RT_LOG_FACT_COUNT; fact++) {
		struct rt_value value = rt_fact_of_log(view->ingest, fact);

		add_value(b, log, rt_log_facts[fact].name, &value);
	}
	inputs = made(b, cJSON_AddArrayToObject(log, "inputs"));
	for (size_t i = 0; i < view->input_count; i++)
		add_input(b, inputs, &view->input[i]);
}

int
rt_report_json(const struct rt_view *view, FILE *out)
{
	const struct rt_list *list = view->list;
	const struct rt_model *model = &list->model;
	struct builder builder = {0}, *b = &builder;
	cJSON *root = made(b, cJSON_CreateObject()), *operations;
	char *text = NULL;
	int result = -1;

	made(b, cJSON_AddNumberToObject(root, "schema_version",
					RT_SCHEMA_VERSION));
	add_count(b, root, "window_seconds", model->window_s);
	/* The end of the last second. */
	add_time(b, root, "window_end",
		 model->end_s > 0 ? (model->end_s + 1) * TK_NS_PER_S : 0);
	add_string(b, root, "sort", rt_sort_name(list->sort));
	add_text(b, root, "filter", list->filter);
	add_log(b, root, view);
	add_total(b, root, model);
	operations = made(b, cJSON_AddArrayToObject(root, "operations"));
	for (size_t i = 0; i < list->shown_count; i++)
		add_operation(b, operations, list->shown[i]);
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
