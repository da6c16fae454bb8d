/* HTML: the answer for each operation. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/answer.h"
#include "report/html.h"

#define TEXT_MAX 1600

static void
put_answer(const struct rs_html *html, const struct rs_html_part *part)
{
	static const struct {
		const char *rank, *tone, *text;
	} look[] = {
		[RS_ADVICE_KEEP] = {"keep", "plain", "keep"},
		[RS_ADVICE_SWITCH] = {"switch", "good", "▲ switch"},
		[RS_ADVICE_NONE] = {"none", "plain", "no choice"},
	};
	char text[TEXT_MAX];
	enum rs_advice advice =
		rs_answer_text(html->report, part->subject, &part->choices,
			       text, sizeof(text));

	fprintf(html->out,
		"<li class=\"%s\"><a class=\"name\" href=\"#op-%zu\">",
		look[advice].rank, part->number);
	rs_html_cut(html->out, rs_subject_name(html->report, part->subject),
		    RS_HTML_NAME);
	fprintf(html->out, "</a> <span class=\"badge %s\">%s</span>\n<p>",
		look[advice].tone, look[advice].text);
	rs_html_text(html->out, text);
	fputs("</p></li>\n", html->out);
}

void
rs_html_answers(const struct rs_html *html)
{
	fputs("<section aria-labelledby=\"answers\">\n"
	      "<h2 id=\"answers\">Answers</h2>\n<ul class=\"answers\">\n",
	      html->out);
	for (size_t i = 0; i < html->parts; i++)
		put_answer(html, &html->part[i]);
	fputs("</ul>\n</section>\n", html->out);
}
