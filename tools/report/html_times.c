/* HTML: how long calls take that succeed, and how long others try. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "common/units.h"
#include "report/html_charts.h"

/* Where the curve of a choice comes from. */
typedef const struct rs_curve *(*curve_fn)(const struct rs_result *);

static const struct rs_curve *
success(const struct rs_result *result)
{
	return &result->detail->success;
}

static const struct rs_curve *
failure(const struct rs_result *result)
{
	return &result->detail->failure;
}

static int
put_curves(const struct rs_html *html, const struct rs_html_part *part,
	   const struct rs_html_head *head, const char *axis, curve_fn from)
{
	size_t count = rs_html_drawn(html, part), curves = 0;
	struct ch_curve *curve = calloc(count, sizeof(*curve));
	double *y = calloc(count * RS_CURVE_POINTS, sizeof(*y));
	bool made = curve && y;

	for (size_t i = 0; made && i < count; i++) {
		const struct rs_result *result = part->choices.item[i].result;
		const struct rs_curve *data = from(result);
		double *at = y + curves * RS_CURVE_POINTS;

		if (!(data->calls > 0))
			continue;
		for (size_t q = 0; q < RS_CURVE_POINTS; q++)
			at[q] = (double)data->ns[q];
		curve[curves++] = (struct ch_curve){
			.label = result->policy->label,
			.style = rs_html_style(html, result->policy),
			.y = at};
	}
	if (made)
		ch_curves(html->out,
			  &(struct ch_curves){.head = rs_html_chart_head(head),
					      .unit = CH_TIME,
					      .axis = axis,
					      .quantile = rs_curve_quantile,
					      .quantiles = RS_CURVE_POINTS,
					      .curve = curve,
					      .curves = curves});
	free(curve);
	free(y);
	return made ? 0 : -1;
}

/* "p95 of AI_PROVIDER 4.88s, of PERSISTENT 28.6s". */
static void
name_it(struct rs_html_head *head, const struct rs_html_part *part,
	const char *id, const char *what, const struct rs_latency *now,
	const struct rs_latency *best, enum rs_percentile percentile)
{
	const char *name = percentile == RS_P50 ? "median" : "p95";
	char one[16], other[16];
	const char *label = rs_html_label(&part->choices.item[0]);

	tk_format_duration(now->at[percentile].ns, one, sizeof(one));
	if (now->calls > 0 && best && best->calls > 0)
		rs_html_head(head, part, id, "%s: %s %s under %s, %s under %s",
			     what, name, one, label,
			     tk_format_duration(best->at[percentile].ns, other,
						sizeof(other)),
			     rs_html_label(&part->choices.item[1]));
	else if (now->calls > 0)
		rs_html_head(head, part, id, "%s: %s %s under %s", what, name,
			     one, label);
	else
		rs_html_head(head, part, id, "%s, none under %s", what, label);
}

int
rs_html_times(const struct rs_html *html, const struct rs_html_part *part)
{
	bool least = rs_latency_is_lower_bound(html->report, part->subject);
	const struct rs_result *now = part->choices.item[0].result;
	const struct rs_result *best =
		part->choices.count > 1 ? part->choices.item[1].result : NULL;
	struct rs_html_head head;

	fputs("<h3>Times</h3>\n<div class=\"pair\">\n", html->out);
	name_it(&head, part, "success",
		least ? "Time of calls that succeed, at least"
		      : "Time of calls that succeed",
		&now->success_latency, best ? &best->success_latency : NULL,
		RS_P95);
	snprintf(head.desc, sizeof(head.desc),
		 "For each policy, the time within which a share of its "
		 "successful calls end%s.",
		 least ? "; the log does not say how long successful attempts "
			 "took, so all times are lower bounds"
		       : "");
	if (put_curves(html, part, &head,
		       least ? "time of successful calls, at least"
			     : "time of successful calls",
		       success))
		return -1;
	name_it(&head, part, "give-up", "Time until failed calls give up",
		&now->failure_latency, best ? &best->failure_latency : NULL,
		RS_P50);
	snprintf(head.desc, sizeof(head.desc),
		 "For each policy, the time within which a share of its "
		 "failed calls give up.");
	if (put_curves(html, part, &head, "time until calls give up", failure))
		return -1;
	fputs("</div>\n", html->out);
	return 0;
}
