/* HTML: what the charts of a page share. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/html_charts.h"

#include <stdarg.h>
#include <stdlib.h>

#include "report/failed.h"

/* Up to FEW operations, charts have many policies. */
#define FEW 4
#define MANY_DRAWN 15
#define FEW_DRAWN 4

void
rs_html_head(struct rs_html_head *head, const struct rs_html_part *part,
	     const char *id, const char *format, ...)
{
	va_list args;

	snprintf(head->id, sizeof(head->id), "%s-%zu", id,
		 part ? part->number : 0);
	head->desc[0] = '\0';
	va_start(args, format);
	vsnprintf(head->title, sizeof(head->title), format, args);
	va_end(args);
}

struct ch_head
rs_html_chart_head(const struct rs_html_head *head)
{
	return (struct ch_head){
		.id = head->id, .title = head->title, .desc = head->desc};
}

/* The best place of a policy in any operation: 0 is that of a baseline. */
static size_t
rank_of(const struct rs_html *html, const struct rs_policy *policy)
{
	size_t rank = SIZE_MAX;

	for (size_t i = 0; i < html->parts; i++) {
		const struct rs_choices *choices = &html->part[i].choices;

		for (size_t j = 0; j < choices->count && j < rank; j++)
			if (choices->item[j].result->policy == policy)
				rank = j;
	}
	return rank;
}

size_t
rs_html_style(const struct rs_html *html, const struct rs_policy *policy)
{
	const struct rs_policy *all =
		html->report->comparison->plan->policies->item;
	size_t rank = rank_of(html, policy), before = 0;

	for (size_t p = 0; p < html->policies; p++) {
		size_t other = rank_of(html, &all[p]);

		before += other < rank || (other == rank && &all[p] < policy);
	}
	return before;
}

bool
rs_html_has_detail(const struct rs_html_part *part)
{
	for (size_t i = 0; i < part->choices.count; i++)
		if (part->choices.item[i].result->detail == NULL ||
		    part->choices.item[i].result->calls == 0)
			return false;
	return part->choices.count > 0;
}

size_t
rs_html_drawn(const struct rs_html *html, const struct rs_html_part *part)
{
	size_t most = html->parts <= FEW ? MANY_DRAWN : FEW_DRAWN;

	return part->choices.count < most ? part->choices.count : most;
}

size_t
rs_html_rank(const struct rs_html *html, const struct rs_html_part *part)
{
	double failed = rs_failed(part->choices.item[0].result);
	size_t rank = 0;

	for (size_t i = 0; i < html->parts; i++) {
		const struct rs_html_part *other = &html->part[i];
		double more = rs_failed(other->choices.item[0].result) - failed;

		rank += more > 0 || (!(more < 0) && other < part);
	}
	return rank;
}
