/* What the charts of a page share. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_HTML_CHARTS_H
#define RS_HTML_CHARTS_H

#include "chart/chart.h"
#include "report/html.h"

/** Texts of one chart. */
struct rs_html_head {
	char id[32], title[320], desc[640];
};

/** Begin a chart of an operation: its id, and a title by printf(). */
void rs_html_head(struct rs_html_head *head, const struct rs_html_part *part,
		  const char *id, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/** The same as the chart takes it. */
struct ch_head rs_html_chart_head(const struct rs_html_head *head);

static inline const char *
rs_html_label(const struct rs_choice *choice)
{
	return choice->result->policy->label;
}

/** The style of a policy, the same in all charts of a page. */
size_t rs_html_style(const struct rs_html *html,
		     const struct rs_policy *policy);

/** The number of choices that charts and sentences have: the first ones, fewer
 *  if there are many operations, so that a page can be sent by mail. */
size_t rs_html_drawn(const struct rs_html *html,
		     const struct rs_html_part *part);

/** The number of operations in which more calls fail. */
size_t rs_html_rank(const struct rs_html *html,
		    const struct rs_html_part *part);

/** Whether charts of the operation have something to draw:
 *  calls, and a detail of each choice. */
bool rs_html_has_detail(const struct rs_html_part *part);

/** What a policy allows. */
struct rs_html_waits {
	uint32_t attempts;
	uint64_t deadline_ns;
	/** The usual sum of all waits, of 15 at most. */
	uint64_t total_ns;
};

/** False if memory ran out. */
bool rs_html_waits(const struct backoff_policy *policy,
		   struct rs_html_waits *out);

#endif
