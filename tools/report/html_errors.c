/* The most frequent errors of an operation, where the user asked for them. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/html.h"

#include <inttypes.h>

#include "report/errors.h"

#define ERROR_COLUMNS 200

static void
put_error(const struct rs_html *html, const struct rs_error_count *error)
{
	fprintf(html->out, "<li>%" PRIu64 " attempt%s: ", error->attempts,
		error->attempts == 1 ? "" : "s");
	if (*error->text) {
		fputs("<code>", html->out);
		rs_html_cut(html->out, error->text, ERROR_COLUMNS);
		fputs("</code>", html->out);
	} else {
		fputs("without a text", html->out);
	}
	fputs("</li>\n", html->out);
}

int
rs_html_errors(const struct rs_html *html, const struct rs_html_part *part)
{
	struct rs_errors errors;

	if (!html->report->errors)
		return 0;
	if (!rs_errors_count(html->report, part->subject, &errors))
		return -1;
	fputs("<h3>Errors</h3>\n", html->out);
	if (errors.count == 0) {
		fputs("<p>No attempt failed.</p>\n", html->out);
		return 0;
	}
	fputs("<ul>\n", html->out);
	for (size_t i = 0; i < errors.count; i++)
		put_error(html, &errors.item[i]);
	if (errors.kinds > errors.count)
		fprintf(html->out, "<li>and %" PRIu64 " others</li>\n",
			errors.kinds - errors.count);
	fputs("</ul>\n", html->out);
	return 0;
}
