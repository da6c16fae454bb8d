/* HTML: the table of an operation, with intervals and support. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "report/cells.h"
#include "report/columns.h"
#include "report/failed.h"
#include "report/html.h"
#include "report/screen_table.h"

#define COLUMNS_MAX 40
#define CELL_MAX 128

/* The columns of the table, by group. */
struct list {
	const struct rs_column *item[COLUMNS_MAX];
	size_t count;
};

struct group {
	enum rs_group group;
	const char *heading;
};

static const struct group groups[] = {
	{RS_GROUP_RATES, "Success"},
	{RS_GROUP_COSTS, "Attempts and times"},
	{RS_GROUP_SUPPORT, "Support of the attempts, %"},
};
#define GROUPS (sizeof(groups) / sizeof(*groups))

static void
get(const struct rs_html *html, const struct rs_html_part *part, size_t choice,
    const struct rs_column *column, struct rs_value *value)
{
	const struct rs_row row = {html->report, part->subject,
				   part->choices.item[choice].result, 0};

	rs_column_get(column, &row, value);
}

/* Whether any row has something in a column. */
static bool
has_cells(const struct rs_html *html, const struct rs_html_part *part,
	  const struct rs_column *column)
{
	for (size_t i = 0; i < part->choices.count; i++) {
		struct rs_value value;
		char cell[CELL_MAX];

		get(html, part, i, column, &value);
		rs_cell_value(column, &value, cell, sizeof(cell));
		if (cell[0] && strcmp(cell, "-") != 0)
			return true;
	}
	return false;
}

static void
find_columns(const struct rs_html *html, const struct rs_html_part *part,
	     enum rs_group group, struct list *list)
{
	const struct rs_columns *columns = &rs_result_columns;

	list->count = 0;
	/* The verdict, the only word, comes first. */
	for (size_t i = 0; i < columns->count; i++)
		if (columns->item[i].group == group &&
		    columns->item[i].unit != RS_UNIT_WORD &&
		    list->count < COLUMNS_MAX &&
		    has_cells(html, part, &columns->item[i]))
			list->item[list->count++] = &columns->item[i];
}

static void
put_head(const struct rs_html *html, const struct rs_column *column)
{
	const char *text = column->heading + (*column->heading == '>');
	const char *before = "", *after = "";

	if (strncmp(column->name, "success_p", 9) == 0 && *text == 'p')
		before = "ok ";
	if (strncmp(column->name, "failure_p", 9) == 0 && *text == 'p')
		before = "give up ";
	if (column->unit == RS_UNIT_POINTS)
		after = ", points";
	if (column->group == RS_GROUP_SUPPORT)
		text = column->part_name;
	fprintf(html->out, "<th scope=\"col\">%s", before);
	rs_html_printf(html->out, "%s%s", text, after);
	fputs("</th>", html->out);
}

static void
put_heads(const struct rs_html *html, const struct list *list)
{
	fputs("<thead>\n<tr><td></td><td></td><td></td>", html->out);
	for (size_t g = 0; g < GROUPS; g++)
		if (list[g].count > 0)
			fprintf(html->out,
				"<th scope=\"colgroup\" colspan=\"%zu\">%s"
				"</th>",
				list[g].count, groups[g].heading);
	fputs("</tr>\n<tr><th scope=\"col\" class=\"w\">policy</th>\n"
	      "<th scope=\"col\" class=\"w\">verdict</th>\n"
	      "<th scope=\"col\">failed calls</th>\n",
	      html->out);
	for (size_t g = 0; g < GROUPS; g++)
		for (size_t i = 0; i < list[g].count; i++)
			put_head(html, list[g].item[i]);
	fputs("</tr>\n</thead>\n", html->out);
}

/* The verdict, as a shape, a colour and a word. */
static void
put_verdict(const struct rs_html *html, const struct rs_result *result)
{
	static const struct {
		const char *tone, *shape;
	} look[RS_VERDICT_COUNT] = {
		[RS_VERDICT_BASELINE] = {"plain", "●"},
		[RS_VERDICT_BETTER] = {"good", "▲"},
		[RS_VERDICT_WORSE] = {"bad", "▼"},
		[RS_VERDICT_EQUAL] = {"plain", "="},
		[RS_VERDICT_CANNOT_TELL] = {"doubt", "?"},
		[RS_VERDICT_DEPENDS] = {"doubt", "◇"},
	};
	enum rs_verdict verdict = result->difference.verdict;

	fprintf(html->out,
		"<td class=\"w\"><span class=\"%s\"><span "
		"aria-hidden=\"true\">%s</span> ",
		look[verdict].tone, look[verdict].shape);
	rs_html_text(html->out, rs_verdict_text(verdict));
	fputs("</span></td>", html->out);
}

static void
put_cell(const struct rs_html *html, const struct rs_column *column,
	 const struct rs_value *value)
{
	char cell[CELL_MAX], range[CELL_MAX] = "";

	rs_cell_value(column, value, cell, sizeof(cell));
	if (column->style == RS_STYLE_RANGE ||
	    column->style == RS_STYLE_BRACKETS)
		rs_cell_brackets(column, value, cell, sizeof(cell));
	else if (column->interval == RS_INTERVAL_WITH_VALUE &&
		 value->interval.low < value->interval.high)
		rs_cell_interval(column, value, range, sizeof(range));
	fputs("<td>", html->out);
	rs_html_text(html->out, cell);
	if (range[0] && strcmp(range, "-") != 0) {
		fputs("<small>", html->out);
		rs_html_text(html->out, range);
		fputs("</small>", html->out);
	}
	fputs("</td>", html->out);
}

static void
put_failed(const struct rs_html *html, const struct rs_choice *choice)
{
	const struct rs_result *result = choice->result;
	struct tk_interval range = rs_failed_hull(result);
	char count[CELL_MAX], text[CELL_MAX] = "";

	if (choice->baseline) {
		range = rs_failed_interval(result, &result->success, false);
		rs_failed_text(result, count, sizeof(count));
	} else {
		rs_count_text(rs_failed_more(result), true, count,
			      sizeof(count));
	}
	if (range.low < range.high)
		rs_count_range(&range, !choice->baseline, text, sizeof(text));
	fprintf(html->out, "<td>%s", count);
	if (text[0])
		fprintf(html->out, "<small>%s</small>", text);
	fputs("</td>", html->out);
}

/* The policy, and those that behave like it. */
static void
put_policy(const struct rs_html *html, const struct rs_html_part *part,
	   const struct rs_choice *choice)
{
	const struct rs_comparison *comparison = html->report->comparison;
	const struct rs_result *result =
		&comparison->result[part->subject->first_result];
	const char *mark = "<small>= ";

	fputs("<th scope=\"row\">", html->out);
	rs_html_text(html->out, choice->result->policy->label);
	for (size_t p = 0; p < comparison->plan->policies->count; p++) {
		if (&result[p] == choice->result ||
		    !rs_choice_has(choice, &result[p]))
			continue;
		fputs(mark, html->out);
		rs_html_text(html->out, result[p].policy->label);
		mark = ", ";
	}
	fprintf(html->out, "%s</th>", choice->alike ? "</small>" : "");
}

static void
put_row(const struct rs_html *html, const struct rs_html_part *part, size_t at,
	const struct list *list)
{
	const struct rs_choice *choice = &part->choices.item[at];

	fprintf(html->out, "<tr%s>", choice->baseline ? " class=\"base\"" : "");
	put_policy(html, part, choice);
	put_verdict(html, choice->result);
	put_failed(html, choice);
	for (size_t g = 0; g < GROUPS; g++)
		for (size_t i = 0; i < list[g].count; i++) {
			const struct rs_column *column = list[g].item[i];
			struct rs_value value;

			get(html, part, at, column, &value);
			put_cell(html, column, &value);
		}
	fputs("</tr>\n", html->out);
}

void
rs_html_table(const struct rs_html *html, const struct rs_html_part *part)
{
	struct list list[GROUPS];

	for (size_t g = 0; g < GROUPS; g++)
		find_columns(html, part, groups[g].group, &list[g]);
	fputs("<h3>Results</h3>\n", html->out);
	rs_html_scroll(html, "Results", part);
	fputs("<table class=\"rows\">\n<caption>Calls of the first row that "
	      "fail, and how many more (+) or fewer (-) fail under the others; "
	      "95 % intervals in small type. Policies that behave alike share "
	      "a row.</caption>\n",
	      html->out);
	put_heads(html, list);
	fputs("<tbody>\n", html->out);
	for (size_t i = 0; i < part->choices.count; i++)
		put_row(html, part, i, list);
	fputs("</tbody>\n</table>\n</div>\n", html->out);
}
