/* HTML: success against load. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "report/cells.h"
#include "report/html_charts.h"

static void
name_it(struct rs_html_head *head, const struct rs_html_part *part)
{
	const struct rs_result *now = part->choices.item[0].result;
	const struct rs_result *best =
		part->choices.count > 1 ? part->choices.item[1].result : now;
	char rate[16], other[16];

	rs_percent(now->success_rate, rate, sizeof(rate));
	rs_percent(best->success_rate, other, sizeof(other));
	if (best == now)
		rs_html_head(head, part, "load",
			     "%s %% succeed with %.2f attempts per call", rate,
			     now->attempts_per_call);
	else
		rs_html_head(head, part, "load",
			     "%s %% succeed with %.2f attempts per call under "
			     "%s, %s %% with %.2f under %s",
			     rate, now->attempts_per_call, now->policy->label,
			     other, best->attempts_per_call,
			     best->policy->label);
	snprintf(head->desc, sizeof(head->desc),
		 "A point for each policy: attempts per call, which are the "
		 "load on the target, and the share of calls that succeed, "
		 "with 95 %% intervals. A line joins the policies that no "
		 "other beats in both.");
}

int
rs_html_load(const struct rs_html *html, const struct rs_html_part *part)
{
	size_t count = rs_html_drawn(html, part);
	struct ch_point *point = calloc(count, sizeof(*point));
	struct rs_html_head head;

	if (point == NULL)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const struct rs_result *result = part->choices.item[i].result;

		point[i] = (struct ch_point){
			.label = result->policy->label,
			.style = rs_html_style(html, result->policy),
			.x = result->attempts_per_call,
			.x_low = result->attempts_interval.low,
			.x_high = result->attempts_interval.high,
			.y = result->success_rate,
			.y_low = result->success.low,
			.y_high = result->success.high};
	}
	name_it(&head, part);
	fputs("<h3>Success and load</h3>\n", html->out);
	ch_scatter(html->out,
		   &(struct ch_scatter){.head = rs_html_chart_head(&head),
					.x_unit = CH_MEAN,
					.y_unit = CH_SHARE,
					.x_axis = "attempts per call",
					.y_axis = "calls that succeed",
					.edge = true,
					.point = point,
					.points = count});
	free(point);
	return 0;
}
