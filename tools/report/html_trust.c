/* HTML: assumptions, what the log cannot answer, and what is not supported. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/condition.h"
#include "report/gaps.h"
#include "report/html_charts.h"
#include "report/names.h"
#include "report/sentences.h"
#include "report/trust.h"

#define TEXT_MAX 2048

static void
put_gaps(const struct rs_html *html)
{
	char text[TEXT_MAX];
	bool any = false;

	fputs("<h3>What this log cannot answer</h3>\n<ul>\n", html->out);
	for (size_t i = 0; i < rs_gap_count; i++)
		if (rs_gap_text(html->report, i, text, sizeof(text))) {
			any = true;
			fputs("<li>", html->out);
			rs_html_text(html->out, text);
			fputs("</li>\n", html->out);
		}
	fprintf(html->out, "%s</ul>\n",
		any ? ""
		    : "<li>Nothing that this comparison asks of it.</li>\n");
}

/* A list of the sentences that a function says about choices. */
static void
put_list(const struct rs_html *html, const char *heading,
	 bool (*say)(const struct rs_result *, char *, size_t))
{
	char text[TEXT_MAX];
	bool any = false;

	for (size_t i = 0; i < html->parts; i++) {
		const struct rs_html_part *part = &html->part[i];

		for (size_t j = 0; j < rs_html_drawn(html, part); j++) {
			if (!say(part->choices.item[j].result, text,
				 sizeof(text)))
				continue;
			if (!any)
				fprintf(html->out, "<h3>%s</h3>\n<ul>\n",
					heading);
			any = true;
			fputs("<li>", html->out);
			if (html->parts > 1) {
				rs_html_cut(html->out,
					    rs_subject_name(html->report,
							    part->subject),
					    RS_HTML_NAME);
				fputs(": ", html->out);
			}
			rs_html_text(html->out, text);
			fputs("</li>\n", html->out);
		}
	}
	if (any)
		fputs("</ul>\n", html->out);
}

void
rs_html_trust(const struct rs_html *html)
{
	char text[TEXT_MAX];

	fputs("<section aria-labelledby=\"trust\">\n"
	      "<h2 id=\"trust\">What the answers rest on</h2>\n<p>",
	      html->out);
	rs_trust_text(html->report, text, sizeof(text));
	rs_html_text(html->out, text);
	fputs(".</p>\n", html->out);
	if (rs_names_text(html->report->comparison->plan->log, text,
			  sizeof(text))) {
		fputs("<p>Names: ", html->out);
		rs_html_text(html->out, text);
		fputs("</p>\n", html->out);
	}
	put_gaps(html);
	put_list(html,
		 "Differences that depend on what the log does not show, or "
		 "on more data",
		 rs_say_open);
	put_list(html, "Results that budgets and breakers changed",
		 rs_say_guard);
	put_list(html, "Policies that load the target more than recorded",
		 rs_say_load);
	fputs("</section>\n", html->out);
}
