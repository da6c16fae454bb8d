/* The numbers of the screen as JSON, for programs. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/num.h"
#include "base/rfc3339.h"
#include "retrytop/report.h"

#include <stdbool.h>
#include <string.h>

#include "common/json_out.h"
#include "live/facts.h"
#include "retrytop/view_losses.h"

/* Wrong clocks that are named. */
#define CLOCKS_MAX 20

static void
add_time(struct tk_json *json, struct cJSON *object, const char *name,
	 uint64_t ns)
{
	char text[40];

	if (ns == 0)
		tk_json_null(json, object, name);
	else
		tk_json_text(json, object, name,
			     bo_rfc3339_format(ns, 6, text, sizeof(text)));
}

static void
add_count(struct tk_json *json, struct cJSON *object, const char *name,
	  uint64_t count)
{
	tk_json_number(json, object, name, (double)count);
}

/* BACKOFF_ABSENT is not known. */
static void
add_count_or_null(struct tk_json *json, struct cJSON *object, const char *name,
		  uint64_t count)
{
	if (count == BACKOFF_ABSENT)
		tk_json_null(json, object, name);
	else
		add_count(json, object, name, count);
}

static void
add_text(struct tk_json *json, struct cJSON *object, const char *name,
	 const char *text)
{
	if (text != NULL && text[0] != '\0')
		tk_json_text(json, object, name, text);
	else
		tk_json_null(json, object, name);
}

static void
add_value(struct tk_json *json, struct cJSON *object, const char *name,
	  const struct rt_value *value)
{
	if (!value->known) {
		tk_json_null(json, object, name);
		return;
	}
	switch (value->kind) {
	case RT_KIND_TEXT:
		tk_json_text(json, object, name, value->text);
		break;
	case RT_KIND_COUNT:
		add_count(json, object, name, value->count);
		break;
	case RT_KIND_TIME:
		add_time(json, object, name, value->time_ns);
		break;
	default:
		tk_json_number(json, object, name, value->real);
	}
}

/* The facts of one group from @p fact on, as an object of their own unless the
 * group is the operation itself; an object of unknowns is null. Returns the
 * first fact of the next group. */
static enum rt_fact
add_group(struct tk_json *json, struct cJSON *out, const struct rt_row *row,
	  enum rt_fact fact)
{
	const char *group = rt_facts[fact].group;
	struct cJSON *object = out;
	bool known = false;
	enum rt_fact end;

	for (end = fact; end < RT_FACT_COUNT; end++) {
		if (strcmp(rt_facts[end].group, group) != 0)
			break;
		known = known || rt_fact_of_row(row, end).known;
	}
	if (*group != '\0' && !known) {
		tk_json_null(json, out, group);
		return end;
	}
	if (*group != '\0')
		object = tk_json_object(json, out, group);
	for (; fact < end; fact++) {
		struct rt_value value = rt_fact_of_row(row, fact);

		add_value(json, object, rt_facts[fact].name, &value);
	}
	return end;
}

static void
add_operation(struct tk_json *json, struct cJSON *out, const struct rt_row *row)
{
	struct cJSON *history, *failed;

	for (enum rt_fact fact = 0; fact < RT_FACT_COUNT;)
		fact = add_group(json, out, row, fact);
	history = tk_json_array(json, out, "retries_history");
	for (size_t i = 0; i < RT_STEPS; i++)
		tk_json_number(json, history, NULL, row->retries[i]);
	failed = tk_json_array(json, out, "failed_history");
	for (size_t i = 0; i < RT_STEPS; i++)
		tk_json_number(json, failed, NULL, row->failed[i]);
}

/* Clocks that are wrong. */
static void
add_clocks(struct tk_json *json, struct cJSON *root, const struct rt_view *view)
{
	const struct rt_when *when = rt_window_when(view->ingest->window);
	struct cJSON *list = tk_json_array(json, root, "clocks");
	const struct rt_clock *clock[CLOCKS_MAX];
	size_t off = rt_clocks_off(rt_when_clocks(when), clock, CLOCKS_MAX);

	for (size_t i = 0; i < off && i < CLOCKS_MAX; i++) {
		struct cJSON *out = tk_json_object(json, list, NULL);
		int64_t ahead_ns =
			rt_clock_ahead_ns(rt_when_clocks(when), clock[i]);
		bool steady = ahead_ns != 0;

		add_text(json, out, "host", clock[i]->host);
		if (clock[i]->input < view->input_count)
			tk_json_text(json, out, "input",
				     view->input[clock[i]->input].path);
		tk_json_number(json, out, "ahead_seconds",
			       (double)(steady ? ahead_ns : clock[i]->leap_ns) /
				       (double)BO_NS_PER_S);
		tk_json_flag(json, out, "steady", steady);
		add_count(json, out, "leaps", clock[i]->leaps);
		if (clock[i]->back_ns == 0)
			continue;
		tk_json_number(json, out, "went_back_seconds",
			       (double)clock[i]->back_ns / (double)BO_NS_PER_S);
		add_time(json, out, "went_back_at", clock[i]->back_at_ns);
	}
}

static const char *
state_of(const struct rt_model *model)
{
	if (model->total.window.attempts == 0)
		return "no_data";
	return model->seen_s < model->covered_s ? "learning" : "ended";
}

/* What the numbers stand for. */
static void
add_state(struct tk_json *json, struct cJSON *root, const struct rt_view *view)
{
	tk_json_text(json, root, "state", state_of(&view->list->model));
	add_time(json, root, "as_of", view->list->model.newest_ns);
	add_count(json, root, "seen_seconds", view->list->model.seen_s);
	add_clocks(json, root, view);
}

static void
add_total(struct tk_json *json, struct cJSON *root, const struct rt_list *list)
{
	struct cJSON *out = tk_json_object(json, root, "total");

	add_count(json, out, "operations", list->shown_count);
	for (enum rt_fact fact = RT_FACT_SUM_BEGIN; fact < RT_FACT_SUM_END;)
		fact = add_group(json, out, &list->total, fact);
}

static void
add_input(struct tk_json *json, struct cJSON *list,
	  const struct tk_input_info *info)
{
	struct cJSON *out = tk_json_object(json, list, NULL);

	tk_json_text(json, out, "path", info->path);
	tk_json_text(json, out, "state", rt_view_input_state(info->state));
	add_text(json, out, "error",
		 info->error_number != 0 ? strerror(info->error_number) : NULL);
	add_count(json, out, "lines", info->lines);
	add_count(json, out, "bytes", info->bytes);
	add_count(json, out, "truncations", info->truncations);
	add_count(json, out, "oversize", info->oversize);
	add_count(json, out, "nul_bytes", info->nul_bytes);
	add_count(json, out, "lost_bytes", info->lost_bytes);
	add_count(json, out, "lost_files", info->lost_files);
	add_time(json, out, "lost_at", info->lost_ns);
}

/* A negative one is not known. */
static void
add_share(struct tk_json *json, struct cJSON *object, const char *name,
	  double share)
{
	if (share < 0)
		tk_json_null(json, object, name);
	else
		tk_json_number(json, object, name, share);
}

typedef bool (*get_fn)(const struct tk_dialect *dialect, size_t i,
		       const char **name, uint64_t *count);

/* What lines were read as, or taken out of. */
static void
add_sources(struct tk_json *json, struct cJSON *log, const char *member,
	    const char *count_name, const struct tk_dialect *dialect,
	    get_fn get)
{
	struct cJSON *list = tk_json_array(json, log, member), *item;
	const char *name;
	uint64_t count;

	for (size_t i = 0; get(dialect, i, &name, &count); i++) {
		if (count == 0)
			continue;
		item = tk_json_object(json, list, NULL);
		tk_json_text(json, item, "name", name);
		add_count(json, item, count_name, count);
	}
}

static void
add_log(struct tk_json *json, struct cJSON *out, const struct rt_view *view)
{
	struct cJSON *log = tk_json_object(json, out, "log"), *inputs;

	for (enum rt_log_fact fact = 0; fact < RT_LOG_FACT_COUNT; fact++) {
		struct rt_value value = rt_fact_of_log(view->ingest, fact);

		add_value(json, log, rt_log_facts[fact].name, &value);
	}
	add_sources(json, log, "dialects", "events", view->ingest->dialect,
		    tk_dialect_found);
	add_sources(json, log, "unwrapped", "lines", view->ingest->dialect,
		    tk_dialect_unwrapped);
	inputs = tk_json_array(json, log, "inputs");
	for (size_t i = 0; i < view->input_count; i++)
		add_input(json, inputs, &view->input[i]);
}

static struct cJSON *
add_verdict(struct tk_json *json, struct cJSON *list,
	    const struct rt_verdict *verdict)
{
	struct cJSON *out = tk_json_object(json, list, NULL), *sharers;
	char cause[RT_CAUSE_MAX];

	tk_json_text(json, out, "word", rt_word_name(verdict->word));
	if (verdict->target != NULL)
		tk_json_text(json, out, "target", verdict->target);
	else
		tk_json_text(json, out, "operation", verdict->operation);
	add_time(json, out, "since", verdict->since_s * BO_NS_PER_S);
	tk_json_flag(json, out, "or_earlier", verdict->or_earlier);
	tk_json_text(json, out, "trend", rt_trend_name(verdict->trend));
	add_count(json, out, "window_seconds", verdict->window_s);
	add_share(json, out, "failed_share", verdict->failed_calls_share);
	add_share(json, out, "load", verdict->load > 0 ? verdict->load : -1);
	add_time(json, out, "load_until", verdict->load_until_s * BO_NS_PER_S);
	add_text(json, out, "because_of", verdict->because);
	tk_json_text(json, out, "cause",
		     rt_verdict_cause(verdict, cause, sizeof(cause)));
	sharers = tk_json_array(json, out, "operations");
	for (size_t i = 0; i < verdict->sharer_count; i++)
		tk_json_text(json, sharers, NULL, verdict->sharer[i]);
	add_count(json, out, "more_operations", verdict->sharers_more);
	return out;
}

static void
add_alerts(struct tk_json *json, struct cJSON *root,
	   const struct rt_rule_alerts *broken)
{
	struct cJSON *list = tk_json_array(json, root, "alerts");
	char column[64];

	for (size_t i = 0; i < broken->count; i++) {
		const struct rt_rule_alert *alert = &broken->item[i];
		struct cJSON *out = tk_json_object(json, list, NULL);

		tk_json_text(json, out, "name", alert->rule->name);
		tk_json_text(json, out, "operation", alert->operation);
		tk_json_text(json, out, "column",
			     rt_rule_column(alert->rule->fact, column,
					    sizeof(column)));
		tk_json_number(json, out, "number", alert->value);
		tk_json_text(json, out, "is",
			     rt_comparison_name(alert->rule->is));
		tk_json_number(json, out, "value", alert->rule->value);
		add_count(json, out, "window_seconds", alert->window_s);
	}
	add_count(json, root, "more_alerts", broken->more);
}

static void
add_side(struct tk_json *json, struct cJSON *out,
	 const struct rt_canary_side *side)
{
	tk_json_text(json, out, "policy", side->policy);
	add_count(json, out, "calls", side->calls);
	add_count(json, out, "failed", side->failed);
	tk_json_number(json, out, "failed_share",
		       (double)side->failed / (double)side->calls);
}

/* The same operation under two policies, or two hashes of one. */
static void
add_canary(struct tk_json *json, struct cJSON *root,
	   const struct rt_canary *canary)
{
	struct cJSON *out;

	if (canary->operation[0] == '\0') {
		tk_json_null(json, root, "canary");
		return;
	}
	out = tk_json_object(json, root, "canary");
	tk_json_text(json, out, "operation", canary->operation);
	add_side(json, out, &canary->canary);
	add_side(json, tk_json_object(json, out, "against"), &canary->rest);
	tk_json_number(json, out, "difference", canary->difference);
	tk_json_number(json, out, "difference_low", canary->low);
	tk_json_number(json, out, "difference_high", canary->high);
	tk_json_flag(json, out, "differs", rt_canary_differs(canary));
}

static void
add_loss(struct tk_json *json, struct cJSON *list, const struct rt_view *view,
	 const struct tk_lost *gap)
{
	struct cJSON *out = tk_json_object(json, list, NULL);
	char text[RT_NOTE_TEXT_MAX];

	tk_json_text(json, out, "note", "lines_missing");
	tk_json_null(json, out, "operation");
	tk_json_text(json, out, "text",
		     rt_view_loss_note(gap, text, sizeof(text)));
	add_text(json, out, "host", gap->host);
	add_count_or_null(json, out, "pid", gap->pid);
	add_text(json, out, "input",
		 gap->input < view->input_count ? view->input[gap->input].path
						: NULL);
	add_count(json, out, "lines", tk_lost_lines(gap));
	add_count(json, out, "dropped", gap->dropped);
	add_count_or_null(json, out, "first_seq", gap->first);
	add_count_or_null(json, out, "last_seq", gap->last);
	add_time(json, out, "from", gap->from_ns);
	add_time(json, out, "to", gap->to_ns);
}

static void
add_unread(struct tk_json *json, struct cJSON *list, const struct rt_view *view)
{
	struct cJSON *out;
	char text[RT_NOTE_TEXT_MAX];

	if (!rt_view_unread(view, text, sizeof(text)))
		return;
	out = tk_json_object(json, list, NULL);
	tk_json_text(json, out, "note", "lines_unread");
	tk_json_null(json, out, "operation");
	tk_json_text(json, out, "text", text);
}

static void
add_notes(struct tk_json *json, struct cJSON *root, const struct rt_view *view)
{
	const struct rt_notes *notes = &view->list->model.notes;
	struct tk_lost gap;
	struct cJSON *list = tk_json_array(json, root, "notes");
	char text[RT_NOTE_TEXT_MAX];

	add_unread(json, list, view);
	for (size_t i = 0; rt_view_loss(view, i, &gap); i++)
		add_loss(json, list, view, &gap);
	for (size_t i = 0; i < notes->count; i++) {
		const struct rt_note *note = &notes->item[i];
		struct cJSON *out = tk_json_object(json, list, NULL);

		tk_json_text(json, out, "note", rt_note_name(note->kind));
		tk_json_text(json, out, "operation", note->operation);
		tk_json_text(json, out, "text",
			     rt_note_say(note, text, sizeof(text)));
	}
	add_count(json, root, "more_notes", notes->more);
}

/* A row that is not of an operation: nothing is known since the start, and a
 * number that is never known is left out. */
static void
add_grouped_row(struct tk_json *json, struct cJSON *out,
		const struct rt_row *row)
{
	tk_json_text(json, out, "name", row->operation);
	for (enum rt_fact fact = 0; fact < RT_FACT_COUNT;) {
		struct rt_value value = rt_fact_of_row(row, fact);

		if (fact == RT_FACT_OPERATION || fact == RT_FACT_MAX_ATTEMPTS ||
		    rt_fact_is_total(fact)) {
			fact++;
		} else if (*rt_facts[fact].group != '\0') {
			fact = add_group(json, out, row, fact);
		} else {
			add_value(json, out, rt_facts[fact].name, &value);
			fact++;
		}
	}
}

/* Rows by everything else than operations. False if there is no memory. */
static bool
add_groups(struct tk_json *json, struct cJSON *root, const struct rt_view *view)
{
	static const struct rt_filter all;
	struct cJSON *groups = tk_json_object(json, root, "groups");
	bool done = true;

	for (enum rt_group group = RT_GROUP_OPERATION + 1;
	     done && group < RT_GROUP_COUNT; group++) {
		struct cJSON *list =
			tk_json_array(json, groups, rt_group_name(group));
		struct rt_model rows = {0};

		done = rt_grouped_update(&rows, &view->list->model,
					 view->ingest->window, group, &all);
		for (size_t i = 0; done && i < rows.count; i++)
			add_grouped_row(json, tk_json_object(json, list, NULL),
					&rows.row[i]);
		rt_model_clear(&rows);
	}
	return done;
}

static void
add_ended(struct tk_json *json, struct cJSON *root, const struct rt_said *said)
{
	const struct rt_said_verdict *ended = NULL;
	struct cJSON *list = tk_json_array(json, root, "ended_verdicts");

	while ((ended = rt_said_ended(said, ended)) != NULL)
		add_time(json, add_verdict(json, list, &ended->verdict),
			 "until", ended->until_s * BO_NS_PER_S);
}

int
rt_report_json(const struct rt_view *view, FILE *out)
{
	const struct rt_list *list = view->list;
	const struct rt_model *model = &list->model;
	struct tk_json document, *json = &document;
	struct cJSON *root = tk_json_begin(json), *operations, *verdicts;

	tk_json_number(json, root, "schema_version", RT_SCHEMA_VERSION);
	add_count(json, root, "window_seconds", model->window_s);
	/* The end of the last second. */
	add_time(json, root, "window_end",
		 model->end_s > 0 ? (model->end_s + 1) * BO_NS_PER_S : 0);
	add_state(json, root, view);
	verdicts = tk_json_array(json, root, "verdicts");
	for (size_t i = 0; i < model->verdicts.count; i++)
		add_verdict(json, verdicts, &model->verdicts.item[i]);
	add_count(json, root, "more_verdicts", model->verdicts.more);
	add_ended(json, root, &view->ingest->said);
	if (view->broken != NULL)
		add_alerts(json, root, view->broken);
	tk_json_text(json, root, "sort", rt_sort_name(list->sort));
	add_text(json, root, "filter", list->filter);
	add_log(json, root, view);
	add_total(json, root, list);
	operations = tk_json_array(json, root, "operations");
	for (size_t i = 0; i < list->shown_count; i++)
		add_operation(json, tk_json_object(json, operations, NULL),
			      list->shown[i]);
	add_notes(json, root, view);
	add_canary(json, root, &model->canary);
	if (!add_groups(json, root, view))
		json->failed = true;
	return tk_json_end(json, out);
}

int
rt_report_row(const struct rt_row *row, enum rt_group group, FILE *out)
{
	struct tk_json document, *json = &document;
	struct cJSON *root = tk_json_begin(json);

	if (group == RT_GROUP_OPERATION)
		add_operation(json, root, row);
	else
		add_grouped_row(json, root, row);
	return tk_json_end(json, out);
}
