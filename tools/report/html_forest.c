/* HTML: paired differences from the baseline. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "report/failed.h"
#include "report/html_charts.h"
#include "report/screen_table.h"

static enum ch_mark
mark_of(enum rs_verdict verdict)
{
	static const enum ch_mark mark[RS_VERDICT_COUNT] = {
		[RS_VERDICT_BASELINE] = CH_MARK_CIRCLE,
		[RS_VERDICT_BETTER] = CH_MARK_UP,
		[RS_VERDICT_WORSE] = CH_MARK_DOWN,
		[RS_VERDICT_EQUAL] = CH_MARK_SQUARE,
		[RS_VERDICT_CANNOT_TELL] = CH_MARK_CROSS,
		[RS_VERDICT_DEPENDS] = CH_MARK_DIAMOND,
	};

	return mark[verdict];
}

static struct ch_forest_row
make_row(const struct rs_html *html, const struct rs_result *result)
{
	struct tk_interval range =
		rs_failed_interval(result, &result->difference.interval, true);
	struct tk_interval hull = rs_failed_hull(result);
	bool same = !(hull.low < range.low || hull.high > range.high);

	return (struct ch_forest_row){
		.label = result->policy->label,
		.value = rs_failed_more(result),
		.low = range.low,
		.high = range.high,
		.outer_low = same ? (double)NAN : hull.low,
		.outer_high = same ? (double)NAN : hull.high,
		.verdict = rs_verdict_text(result->difference.verdict),
		.mark = mark_of(result->difference.verdict),
		.style = rs_html_style(html, result->policy),
	};
}

static void
name_it(struct rs_html_head *head, const struct rs_html_part *part)
{
	const struct rs_result *now = part->choices.item[0].result;
	const struct rs_result *best = part->choices.item[1].result;
	char count[32];
	double more = rs_failed_more(best);

	rs_count_text(fabs(more), false, count, sizeof(count));
	if (fabs(more) < 0.05)
		rs_html_head(head, part, "differences",
			     "%s %sfails as many calls as %s: %.0f",
			     best->policy->label, rs_perhaps(best),
			     now->policy->label, rs_failed(now));
	else
		rs_html_head(head, part, "differences",
			     "%s %sfails %s %s calls than %s, which fails %.0f",
			     best->policy->label, rs_perhaps(best), count,
			     more > 0 ? "more" : "fewer", now->policy->label,
			     rs_failed(now));
	snprintf(head->desc, sizeof(head->desc),
		 "For each policy, how many more or fewer calls fail than "
		 "under %s, with its 95 %% interval; a thin line is what the "
		 "difference may be whatever the log does not show. The band "
		 "is the margin within which differences do not matter.",
		 now->policy->label);
}

int
rs_html_forest(const struct rs_html *html, const struct rs_html_part *part)
{
	size_t count = rs_html_drawn(html, part);
	struct ch_forest_row *row;
	struct rs_html_head head;
	double margin;

	if (count < 2)
		return 0;
	row = calloc(count, sizeof(*row));
	if (row == NULL)
		return -1;
	for (size_t i = 1; i < count; i++)
		row[i - 1] = make_row(html, part->choices.item[i].result);
	margin = part->choices.item[1].result->difference.margin *
		 (double)part->choices.item[1].result->calls;
	name_it(&head, part);
	fputs("<h3>Differences</h3>\n", html->out);
	ch_forest(html->out,
		  &(struct ch_forest){
			  .head = rs_html_chart_head(&head),
			  .unit = CH_MEAN,
			  .axis = "failed calls, more (+) or fewer (-)",
			  .interval = "95 % interval",
			  .outer = "with unknowns",
			  .less = "fewer fail",
			  .more = "more fail",
			  .margin_low = -margin,
			  .margin_high = margin,
			  .margin = "does not matter",
			  .row = row,
			  .rows = count - 1});
	free(row);
	return 0;
}
