/* The numbers of the screen as metrics, for Prometheus. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "live/facts.h"
#include "retrytop/labels.h"
#include "retrytop/numbers.h"
#include "retrytop/report.h"

struct writer {
	FILE *out;
	const struct rt_view *view;
	enum backoff_metrics_format format;
	/** In the order of the model's rows, which never changes. */
	struct rt_labels operations, targets, inputs, rules;
};

static bool
ends_in(const char *name, const char *end)
{
	size_t length = strlen(name), of_end = strlen(end);

	return length >= of_end && strcmp(name + length - of_end, end) == 0;
}

/* All of them are gauges: what a log shows may become less, as when it is
 * rotated. The unit is the end of the name. */
static void
put_head(struct writer *w, const char *name, const char *help)
{
	static const char *const units[] = {"seconds", "ratio"};

	fprintf(w->out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
	if (w->format != BACKOFF_METRICS_OPENMETRICS)
		return;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (ends_in(name, units[i]) && !ends_in(name, "_per_second"))
			fprintf(w->out, "# UNIT %s %s\n", name, units[i]);
}

static void
put_seconds(struct writer *w, uint64_t ns)
{
	fprintf(w->out, "%llu.%06llu", (unsigned long long)(ns / BO_NS_PER_S),
		(unsigned long long)(ns % BO_NS_PER_S / 1000));
}

static void
put_value(struct writer *w, const struct rt_value *value)
{
	switch (value->kind) {
	case RT_KIND_TEXT:
		break;
	case RT_KIND_COUNT:
		fprintf(w->out, "%llu", (unsigned long long)value->count);
		break;
	case RT_KIND_TIME:
		put_seconds(w, value->time_ns);
		break;
	default:
		rt_number_print(value->real, w->out);
	}
	fputc('\n', w->out);
}

/* A metric with one sample and no labels. */
static void
put_alone(struct writer *w, const char *name, const char *help, uint64_t count)
{
	put_head(w, name, help);
	fprintf(w->out, "%s %llu\n", name, (unsigned long long)count);
}

static void
put_model(struct writer *w)
{
	const struct rt_model *model = &w->view->list->model;

	put_alone(w, "retrytop_window_seconds", "Length of the window.",
		  model->window_s);
	put_alone(w, "retrytop_seen_seconds",
		  "Part of the window that the log covers: rates are over it.",
		  model->seen_s);
	put_alone(w, "retrytop_operations", "Operations in the log.",
		  model->count);
	put_alone(w, "retrytop_verdicts",
		  "Operations and targets with a "
		  "verdict.",
		  model->verdicts.count + model->verdicts.more);
}

/* The label that says what a verdict is about. */
static void
put_subject(struct writer *w, const char *name,
	    const struct rt_verdict *verdict)
{
	const struct rt_model *model = &w->view->list->model;
	size_t at = (size_t)(verdict - model->verdicts.item);

	fprintf(w->out, "%s{", name);
	if (verdict->target != NULL) {
		fprintf(w->out, "target=\"%s\"", w->targets.item[at]);
		return;
	}
	for (size_t i = 0; i < model->count; i++)
		if (strcmp(model->row[i].operation, verdict->operation) == 0) {
			fprintf(w->out, "op=\"%s\"", w->operations.item[i]);
			return;
		}
}

static void
put_verdicts(struct writer *w)
{
	static const char word[] = "retrytop_verdict";
	static const char since[] = "retrytop_verdict_since_timestamp_seconds";
	const struct rt_verdicts *verdicts = &w->view->list->model.verdicts;

	put_head(w, word,
		 "1 while something is wrong with an operation or a target.");
	for (size_t i = 0; i < verdicts->count; i++) {
		put_subject(w, word, &verdicts->item[i]);
		fprintf(w->out, ",word=\"%s\"} 1\n",
			rt_word_name(verdicts->item[i].word));
	}
	put_head(w, since, "Time since which it is wrong.");
	for (size_t i = 0; i < verdicts->count; i++) {
		put_subject(w, since, &verdicts->item[i]);
		fprintf(w->out, "} %llu\n",
			(unsigned long long)verdicts->item[i].since_s);
	}
}

static void
put_notes(struct writer *w)
{
	static const char name[] = "retrytop_note";
	const struct rt_model *model = &w->view->list->model;

	put_head(w, name, "1 while something is worth knowing, see NOTE.");
	for (size_t i = 0; i < model->notes.count; i++) {
		const struct rt_note *note = &model->notes.item[i];

		for (size_t k = 0; k < model->count; k++)
			if (strcmp(model->row[k].operation, note->operation) ==
			    0)
				fprintf(w->out, "%s{op=\"%s\",note=\"%s\"} 1\n",
					name, w->operations.item[k],
					rt_note_name(note->kind));
	}
}

/* The labels of an alert: its rule and its operation. */
static void
put_alert(struct writer *w, const char *name, const struct rt_rule_alert *alert)
{
	const struct rt_model *model = &w->view->list->model;
	size_t rule = (size_t)(alert->rule - w->view->rules->rule);

	fprintf(w->out, "%s{alert=\"%s\"", name, w->rules.item[rule]);
	for (size_t i = 0; i < model->count; i++)
		if (strcmp(model->row[i].operation, alert->operation) == 0)
			fprintf(w->out, ",op=\"%s\"", w->operations.item[i]);
	fputs("} ", w->out);
}

static void
put_alerts(struct writer *w)
{
	static const char names[] = "retrytop_alert";
	static const char values[] = "retrytop_alert_value";
	static const char since[] = "retrytop_alert_since_timestamp_seconds";
	const struct rt_rule_alerts *broken = w->view->broken;
	size_t count = broken != NULL ? broken->count : 0;

	put_head(w, "retrytop_alerts", "Rules that are broken, by operation.");
	if (broken != NULL)
		fprintf(w->out, "retrytop_alerts %zu\n", count + broken->more);
	put_head(w, names, "1 while a rule of --rules is broken.");
	for (size_t i = 0; i < count; i++) {
		put_alert(w, names, &broken->item[i]);
		fputs("1\n", w->out);
	}
	put_head(w, values, "The number that breaks the rule.");
	for (size_t i = 0; i < count; i++) {
		put_alert(w, values, &broken->item[i]);
		rt_number_print(broken->item[i].value, w->out);
		fputc('\n', w->out);
	}
	put_head(w, since, "Time at which it was first seen broken.");
	for (size_t i = 0; i < count; i++) {
		if (broken->item[i].since_s == 0)
			continue;
		put_alert(w, since, &broken->item[i]);
		fprintf(w->out, "%llu\n",
			(unsigned long long)broken->item[i].since_s);
	}
}

static bool
put_policies(struct writer *w)
{
	static const char name[] = "retrytop_policy_info";
	const struct rt_model *model = &w->view->list->model;
	bool good = true;

	put_head(w, name, "1 for the policy that the last event names.");
	for (size_t i = 0; good && i < model->count; i++) {
		const char *policy = model->row[i].policy;
		struct rt_labels label = {NULL, 0};

		if (*policy == '\0')
			continue;
		good = rt_labels_make(&label, &policy, 1);
		if (good)
			fprintf(w->out, "%s{op=\"%s\",policy=\"%s\"} 1\n", name,
				w->operations.item[i], label.item[0]);
		rt_labels_clear(&label);
	}
	return good;
}

static void
put_inputs(struct writer *w)
{
	static const char name[] = "retrytop_input_up";

	put_head(w, name, "1 if the input can be read or has ended, else 0.");
	for (size_t i = 0; i < w->inputs.count; i++)
		fprintf(w->out, "%s{input=\"%s\"} %d\n", name,
			w->inputs.item[i],
			w->view->input[i].state == TK_INPUT_READING ||
				w->view->input[i].state == TK_INPUT_ENDED);
}

static void
put_facts(struct writer *w)
{
	const struct rt_model *model = &w->view->list->model;

	for (enum rt_fact fact = 0; fact < RT_FACT_COUNT; fact++) {
		const struct rt_fact_name *name = &rt_facts[fact];

		if (name->metric == NULL)
			continue;
		put_head(w, name->metric, name->meaning);
		for (size_t i = 0; i < model->count; i++) {
			struct rt_value value =
				rt_fact_of_row(&model->row[i], fact);

			if (!value.known)
				continue;
			fprintf(w->out, "%s{op=\"%s\"} ", name->metric,
				w->operations.item[i]);
			put_value(w, &value);
		}
	}
}

static void
put_log(struct writer *w)
{
	for (enum rt_log_fact fact = 0; fact < RT_LOG_FACT_COUNT; fact++) {
		const struct rt_fact_name *name = &rt_log_facts[fact];
		struct rt_value value = rt_fact_of_log(w->view->ingest, fact);

		put_head(w, name->metric, name->meaning);
		if (!value.known)
			continue;
		fprintf(w->out, "%s ", name->metric);
		put_value(w, &value);
	}
}

/* What the library counts, which ends the text. False if there is no memory. */
static bool
put_counters(struct writer *w)
{
	struct backoff_metrics *counters = w->view->counters;
	size_t size = backoff_metrics_write(counters, w->format, 0, NULL, 0);
	char *text = malloc(size + 1);

	if (text == NULL)
		return false;
	backoff_metrics_write(counters, w->format, 0, text, size + 1);
	fputs(text, w->out);
	free(text);
	return true;
}

/* False if there is no memory. */
static bool
make_labels(struct writer *w)
{
	const struct rt_model *model = &w->view->list->model;
	const struct rt_verdicts *verdicts = &model->verdicts;
	size_t inputs = w->view->input_count;
	size_t rules = w->view->rules != NULL ? w->view->rules->count : 0;
	size_t room = model->count + verdicts->count + inputs + rules;
	const char **name = calloc(room + 1, sizeof(*name));
	bool good = name != NULL;

	for (size_t i = 0; good && i < model->count; i++)
		name[i] = model->row[i].operation;
	good = good && rt_labels_make(&w->operations, name, model->count);
	for (size_t i = 0; good && i < verdicts->count; i++)
		name[i] = verdicts->item[i].target != NULL
				  ? verdicts->item[i].target
				  : "";
	good = good && rt_labels_make(&w->targets, name, verdicts->count);
	for (size_t i = 0; good && i < inputs; i++)
		name[i] = w->view->input[i].path;
	good = good && rt_labels_make(&w->inputs, name, inputs);
	for (size_t i = 0; good && i < rules; i++)
		name[i] = w->view->rules->rule[i].name;
	good = good && rt_labels_make(&w->rules, name, rules);
	free(name);
	return good;
}

int
rt_report_metrics(const struct rt_view *view,
		  enum backoff_metrics_format format, FILE *out)
{
	struct writer writer = {.out = out, .view = view, .format = format};
	struct writer *w = &writer;
	bool good = make_labels(w);

	if (good) {
		put_model(w);
		put_verdicts(w);
		put_notes(w);
		put_alerts(w);
		good = put_policies(w);
	}
	if (good) {
		put_facts(w);
		put_inputs(w);
		put_log(w);
		good = put_counters(w);
	}
	rt_labels_clear(&w->operations);
	rt_labels_clear(&w->targets);
	rt_labels_clear(&w->inputs);
	rt_labels_clear(&w->rules);
	if (good)
		return ferror(out) ? -1 : 0;
	errno = ENOMEM;
	return -1;
}
