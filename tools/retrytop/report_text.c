/* The numbers of the screen as text, for a pipe or a mail. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/num.h"
#include "base/rfc3339.h"
#include "retrytop/report.h"

#include <string.h>

#include "common/safe_text.h"
#include "common/table.h"
#include "dialect/found.h"
#include "live/facts.h"
#include "retrytop/view_losses.h"
#include "retrytop/view_message.h"
#include "retrytop/view_table.h"

/* Lines for verdicts. */
#define HEAD_LINES 8

/* Losses of lines that are named. */
#define LOSSES_MAX 5

/* Wrong clocks that are named. */
#define CLOCKS_MAX 3

static void
print_safe(FILE *out, const char *text)
{
	char safe[4096];

	tk_safe_text(text, strlen(text), safe, sizeof(safe));
	fprintf(out, "%s\n", safe);
}

/* What lines were read as, if not only as native. False if memory ran out. */
static bool
print_found(const struct rt_view *view, FILE *out)
{
	struct tk_found found = {{NULL, 0}, {NULL, 0}};
	char text[1024];
	bool noted = tk_found_note(&found, view->ingest->dialect);

	if (noted && tk_found_notable(&found)) {
		tk_found_say(&found, view->ingest->foreign, text, sizeof(text));
		fputs("read as ", out);
		print_safe(out, text);
	}
	tk_found_clear(&found);
	return noted;
}

/* Verdicts, or that nothing is wrong. */
static void
print_verdicts(const struct rt_view *view, FILE *out)
{
	size_t lines = rt_view_verdict_lines(view, SIZE_MAX, HEAD_LINES);
	char text[RT_VIEW_LINE_MAX];

	if (lines == 0) {
		rt_view_message(view, text, sizeof(text));
		print_safe(out, text);
	}
	for (size_t i = 0; i < lines; i++) {
		rt_view_verdict_line(view, SIZE_MAX, HEAD_LINES, i, text,
				     sizeof(text));
		print_safe(out, text);
	}
}

/* Rules that are broken. */
static void
print_alerts(const struct rt_view *view, FILE *out)
{
	const struct rt_rule_alerts *broken = view->broken;
	char text[RT_VIEW_LINE_MAX];

	if (broken == NULL)
		return;
	for (size_t i = 0; i < broken->count; i++)
		print_safe(out,
			   rt_view_alert(&broken->item[i], text, sizeof(text)));
	if (broken->more > 0)
		fprintf(out, "ALERT     %zu more\n", broken->more);
}

/* What the numbers lack. */
static void
print_losses(const struct rt_view *view, FILE *out)
{
	struct tk_lost gap;
	char text[RT_NOTE_TEXT_MAX];

	if (rt_view_verdicts(view) > 0 &&
	    rt_view_unread(view, text, sizeof(text)))
		fprintf(out, "NOTE      %s\n", text);
	for (size_t i = 0; i < LOSSES_MAX; i++) {
		if (!rt_view_loss(view, i, &gap))
			return;
		fputs("NOTE      ", out);
		print_safe(out, rt_view_loss_note(&gap, text, sizeof(text)));
	}
	if (rt_view_losses(view) > LOSSES_MAX)
		fprintf(out, "NOTE      %zu more losses of lines\n",
			rt_view_losses(view) - LOSSES_MAX);
}

static void
print_notes(const struct rt_view *view, FILE *out)
{
	const struct rt_notes *notes = &view->list->model.notes;
	char text[RT_NOTE_TEXT_MAX];

	for (size_t i = 0; i < notes->count; i++) {
		fputs("NOTE      ", out);
		print_safe(out,
			   rt_note_say(&notes->item[i], text, sizeof(text)));
	}
	if (notes->more > 0)
		fprintf(out, "NOTE      %zu more\n", notes->more);
}

/* Clocks that are wrong, the worst ones. */
static void
print_clocks(const struct rt_view *view, FILE *out)
{
	const struct rt_when *when = rt_window_when(view->ingest->window);
	const struct rt_clock *clock[CLOCKS_MAX];
	size_t off = rt_clocks_off(rt_when_clocks(when), clock, CLOCKS_MAX);

	for (size_t i = 0; i < off && i < CLOCKS_MAX; i++) {
		char text[1024];

		fputs("NOTE ", out);
		print_safe(out,
			   rt_view_clock(view, clock[i], text, sizeof(text)));
	}
}

static bool
print_head(const struct rt_view *view, FILE *out)
{
	static const enum rt_log_fact facts[] = {
		RT_LOG_FACT_BAD,    RT_LOG_FACT_LOST,  RT_LOG_FACT_DROPPED,
		RT_LOG_FACT_EVENTS, RT_LOG_FACT_LINES, RT_LOG_FACT_FOREIGN,
	};
	/* Shown only if there are any. */
	static const enum rt_log_fact rare[] = {
		RT_LOG_FACT_DUPLICATED,     RT_LOG_FACT_RESETS,
		RT_LOG_FACT_MIXED,          RT_LOG_FACT_BY_ORDER,
		RT_LOG_FACT_UNKNOWN_DELAYS, RT_LOG_FACT_TIMELESS,
		RT_LOG_FACT_SKIPPED,        RT_LOG_FACT_LATE,
		RT_LOG_FACT_CLOCK_LEAPS,
	};
	const struct rt_model *model = &view->list->model;
	char end[40] = "-", length[24];

	if (model->end_s > 0)
		bo_rfc3339_format((model->end_s + 1) * BO_NS_PER_S, 0, end,
				  sizeof(end));
	fprintf(out, "window: %s before %s\n",
		rt_view_length(model->window_s, length, sizeof(length)), end);
	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		fprintf(out, "%s%llu %s", i > 0 ? ", " : "",
			(unsigned long long)rt_fact_of_log(view->ingest,
							   facts[i])
				.count,
			rt_log_facts[facts[i]].title);
	for (size_t i = 0; i < sizeof(rare) / sizeof(*rare); i++) {
		struct rt_value value = rt_fact_of_log(view->ingest, rare[i]);

		if (value.count > 0)
			fprintf(out, ", %llu %s",
				(unsigned long long)value.count,
				rt_log_facts[rare[i]].title);
	}
	if (view->options != NULL && view->options->has_tail)
		fprintf(out, ", from --tail %llu",
			(unsigned long long)view->options->tail);
	fputc('\n', out);
	print_clocks(view, out);
	return print_found(view, out);
}

int
rt_report_text(const struct rt_view *view, FILE *out)
{
	const struct rt_list *list = view->list;
	struct tk_table *table;
	int result;

	print_verdicts(view, out);
	print_alerts(view, out);
	print_losses(view, out);
	print_notes(view, out);
	if (!print_head(view, out))
		return -1;
	if (list->model.count == 0)
		return ferror(out) ? -1 : 0;
	table = tk_table_new(rt_view_columns());
	if (table == NULL)
		return -1;
	for (size_t i = 0; i < rt_view_columns(); i++)
		tk_table_head(table, i, rt_view_column_title(view, i));
	for (size_t r = 0; r <= list->shown_count; r++) {
		const struct rt_row *row =
			r < list->shown_count ? list->shown[r] : &list->total;

		tk_table_row(table);
		for (size_t i = 0; i < rt_view_columns(); i++) {
			char text[RT_NAME_MAX];

			rt_view_column_text(view, row, i, text, sizeof(text));
			tk_table_cell(table, i, "%s", text);
		}
	}
	fputc('\n', out);
	result = tk_table_print(table, 0, out);
	tk_table_free(table);
	return result;
}
