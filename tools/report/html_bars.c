/* HTML: bars of attempts and of the reasons for which calls end. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "report/failed.h"
#include "report/html_charts.h"

/* The bars of one operation, and their shares. */
struct bars {
	struct ch_bar *bar;
	double *share;
	size_t segments, count;
};

static bool
make(struct bars *bars, const struct rs_html_part *part, size_t segments)
{
	size_t count = bars->count;

	bars->segments = segments;
	bars->bar = calloc(count, sizeof(*bars->bar));
	bars->share = calloc(count * segments, sizeof(*bars->share));
	if (bars->bar == NULL || bars->share == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		bars->bar[i] = (struct ch_bar){
			part->choices.item[i].result->policy->label,
			bars->share + i * segments};
	return true;
}

static void
clear(struct bars *bars)
{
	free(bars->bar);
	free(bars->share);
}

/* The choice whose calls make the most attempts. */
static const struct rs_choice *
most_attempts(const struct rs_html_part *part)
{
	const struct rs_choice *best = &part->choices.item[0];

	for (size_t i = 1; i < part->choices.count; i++)
		if (part->choices.item[i].result->attempts_per_call >
		    best->result->attempts_per_call)
			best = &part->choices.item[i];
	return best;
}

static int
put_attempts(const struct rs_html *html, const struct rs_html_part *part)
{
	static const char *const name[RS_DETAIL_ATTEMPTS] = {
		"0", "1", "2",  "3",  "4",  "5",  "6",  "7",
		"8", "9", "10", "11", "12", "13", "14", "15+"};
	const struct rs_choice *now = &part->choices.item[0];
	const struct rs_choice *most = most_attempts(part);
	struct rs_html_head head;
	struct bars bars = {.count = rs_html_drawn(html, part)};
	bool made = make(&bars, part, RS_DETAIL_ATTEMPTS);

	if (most == now)
		rs_html_head(&head, part, "attempts",
			     "Calls make %.2f attempts on average under %s, "
			     "more than under any other policy",
			     now->result->attempts_per_call,
			     rs_html_label(now));
	else
		rs_html_head(&head, part, "attempts",
			     "Calls make %.2f attempts on average under %s, "
			     "and at most %.2f, under %s",
			     now->result->attempts_per_call, rs_html_label(now),
			     most->result->attempts_per_call,
			     rs_html_label(most));
	snprintf(head.desc, sizeof(head.desc),
		 "A bar for each policy: the share of its calls that make "
		 "each number of attempts.");
	for (size_t i = 0; made && i < bars.count; i++)
		for (size_t a = 0; a < RS_DETAIL_ATTEMPTS; a++)
			bars.share[i * RS_DETAIL_ATTEMPTS + a] =
				part->choices.item[i]
					.result->detail->attempts[a];
	if (made)
		ch_bars(html->out,
			&(struct ch_bars){
				.head = rs_html_chart_head(&head),
				.axis = "share of calls, by their number of "
					"attempts",
				.segment = name,
				.segments = RS_DETAIL_ATTEMPTS,
				.ordered = true,
				.bar = bars.bar,
				.bars = bars.count});
	clear(&bars);
	return made ? 0 : -1;
}

/* The name of a reason, as the table of columns has it. */
static const char *
reason_name(int reason)
{
	return reason == BACKOFF_STOP_NONE
		       ? "none"
		       : backoff_stop_name((enum backoff_stop)reason);
}

static int
put_reasons(const struct rs_html *html, const struct rs_html_part *part)
{
	const struct rs_choice *now = &part->choices.item[0];
	const char *name[RS_STOPS];
	char failed[32];
	struct rs_html_head head;
	struct bars bars = {.count = rs_html_drawn(html, part)};
	bool made = make(&bars, part, RS_STOPS);

	for (int r = 0; r < RS_STOPS; r++)
		name[r] = reason_name(r);
	rs_html_head(&head, part, "reasons",
		     "Why calls end: under %s, %s of %.0f fail",
		     rs_html_label(now),
		     rs_failed_text(now->result, failed, sizeof(failed)),
		     (double)now->result->calls);
	snprintf(head.desc, sizeof(head.desc),
		 "A bar for each policy: the share of its calls that end for "
		 "each reason, success first.");
	for (size_t i = 0; made && i < bars.count; i++) {
		const struct rs_result *result = part->choices.item[i].result;

		for (size_t r = 0; r < RS_STOPS && result->calls > 0; r++)
			bars.share[i * RS_STOPS + r] =
				result->stop[r] / (double)result->calls;
	}
	if (made)
		ch_bars(html->out,
			&(struct ch_bars){
				.head = rs_html_chart_head(&head),
				.axis = "share of calls, by the reason for "
					"which they end",
				.segment = name,
				.segments = RS_STOPS,
				.bar = bars.bar,
				.bars = bars.count});
	clear(&bars);
	return made ? 0 : -1;
}

int
rs_html_bars(const struct rs_html *html, const struct rs_html_part *part)
{
	fputs("<h3>Attempts and reasons</h3>\n<div class=\"pair\">\n",
	      html->out);
	if ((rs_html_has_detail(part) && put_attempts(html, part)) ||
	    put_reasons(html, part))
		return -1;
	fputs("</div>\n", html->out);
	return 0;
}
