/* A comparison as one HTML file that needs nothing else. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/html.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "chart/chart.h"
#include "common/units.h"
#include "report/failed.h"
#include "report/html_charts.h"
#include "report/page.h"
#include "report/sentences.h"

/* Operations that have charts, and those that have a table: the ones in which
 * most calls fail. All have an answer. */
#define CHARTS_MAX 5
#define TABLES_MAX 20

/* Texts of a style or script element, together. */
struct inline_text {
	const char *text[2];
	size_t count;
};

static struct inline_text
find_text(const char *name)
{
	struct inline_text found = {.count = 0};

	for (size_t i = 0; i < rs_page_count; i++)
		if (strcmp(rs_page[i].name, name) == 0)
			found.text[found.count++] = rs_page[i].text;
	return found;
}

static struct inline_text
find_css(void)
{
	struct inline_text css = find_text("page.css");

	css.text[css.count++] = ch_css;
	return css;
}

static void
put_texts(const struct inline_text *texts, FILE *out)
{
	for (size_t i = 0; i < texts->count; i++)
		fputs(texts->text[i], out);
}

/* Write a digest in base64. */
static void
put_base64(const unsigned char *bytes, size_t count, FILE *out)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < count; i += 3) {
		unsigned long bits = (unsigned long)bytes[i] << 16;

		if (i + 1 < count)
			bits |= (unsigned long)bytes[i + 1] << 8;
		if (i + 2 < count)
			bits |= bytes[i + 2];
		fputc(digit[bits >> 18 & 63], out);
		fputc(digit[bits >> 12 & 63], out);
		fputc(i + 1 < count ? digit[bits >> 6 & 63] : '=', out);
		fputc(i + 2 < count ? digit[bits & 63] : '=', out);
	}
}

/* The only style sheet or script that a browser may use. False if memory ran
 * out. */
static bool
put_source(const char *directive, const struct inline_text *texts, FILE *out)
{
	struct tk_digest_state *state = tk_digest_new();
	unsigned char digest[TK_DIGEST_BYTES];

	if (state == NULL)
		return false;
	for (size_t i = 0; i < texts->count; i++)
		tk_digest_add(state, texts->text[i], strlen(texts->text[i]));
	tk_digest_end(state, digest);
	fprintf(out, "%s 'sha256-", directive);
	put_base64(digest, sizeof(digest), out);
	fputs("'; ", out);
	return true;
}

static bool
put_head(const struct rs_html *html)
{
	struct inline_text css = find_css();
	struct inline_text js = find_text("page.js");
	FILE *out = html->out;

	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	      "<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\""
	      "default-src 'none'; ",
	      out);
	if (!put_source("style-src", &css, out) ||
	    !put_source("script-src", &js, out))
		return false;
	fputs("base-uri 'none'; form-action 'none'\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, "
	      "initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<title>Retry policies compared",
	      out);
	if (html->report->path_count > 0) {
		fputs(": ", out);
		rs_html_cut(out, html->report->path[0], RS_HTML_NAME);
	}
	fputs("</title>\n<style>", out);
	put_texts(&css, out);
	fputs("</style>\n</head>\n<body>\n", out);
	return true;
}

/* What was read, in one line. */
static void
put_input(const struct rs_html *html)
{
	const struct rs_comparison *comparison = html->report->comparison;
	const struct rs_log *log = comparison->plan->log;
	char calls[32], length[16];
	uint64_t sum = 0;

	for (size_t i = 0; i < html->parts; i++)
		sum += rs_subject_operation(html->report, html->part[i].subject)
			       ->calls;
	fputs("<p>", html->out);
	for (size_t i = 0; i < html->report->path_count; i++) {
		fputs(i ? ", " : "", html->out);
		rs_html_text(html->out, html->report->path[i]);
	}
	rs_html_printf(html->out,
		       ": %s of log, %s calls of %zu operation%s, %zu polic%s",
		       tk_format_duration(log->to_ns - log->from_ns, length,
					  sizeof(length)),
		       rs_count_grouped(sum, calls, sizeof(calls)), html->parts,
		       html->parts == 1 ? "" : "s",
		       comparison->plan->policies->count,
		       comparison->plan->policies->count == 1 ? "y" : "ies");
	fputs("</p>\n", html->out);
}

static void
put_nav(const struct rs_html *html)
{
	fputs("<nav aria-label=\"Contents\">\n<ul>\n"
	      "<li><a href=\"#answers\">Answers</a></li>\n"
	      "<li><a href=\"#policies\">The policies</a></li>\n",
	      html->out);
	for (size_t i = 0; i < html->parts; i++) {
		fprintf(html->out, "<li><a href=\"#op-%zu\">",
			html->part[i].number);
		rs_html_cut(
			html->out,
			rs_subject_name(html->report, html->part[i].subject),
			RS_HTML_NAME);
		fputs("</a></li>\n", html->out);
	}
	fputs("<li><a href=\"#trust\">What the answers rest on</a></li>\n"
	      "<li><a href=\"#again\">How to make this page again</a></li>\n"
	      "</ul>\n</nav>\n",
	      html->out);
}

/* The pictures, and what they show in words. 0; -1 if memory ran out. */
static int
put_pictures(const struct rs_html *html, const struct rs_html_part *part)
{
	static const struct {
		int (*put)(const struct rs_html *, const struct rs_html_part *);
		bool detailed;
	} section[] = {
		{rs_html_forest, false},   {rs_html_times, true},
		{rs_html_bars, false},     {rs_html_load, false},
		{rs_html_time_line, true}, {rs_html_why, true},
	};
	bool detailed = rs_html_has_detail(part);

	if (part->choices.item[0].result->calls == 0) {
		fputs("<p>There is no call to draw.</p>\n", html->out);
		return 0;
	}
	if (html->parts > CHARTS_MAX &&
	    rs_html_rank(html, part) >= CHARTS_MAX) {
		fprintf(html->out,
			"<p class=\"soft\">Charts are for the %d operations in "
			"which most calls fail; <code>--operation</code> draws "
			"those of another.</p>\n",
			CHARTS_MAX);
		return 0;
	}
	for (size_t i = 0; i < sizeof(section) / sizeof(*section); i++)
		if ((detailed || !section[i].detailed) &&
		    section[i].put(html, part))
			return -1;
	return 0;
}

static int
put_article(const struct rs_html *html, const struct rs_html_part *part)
{
	const struct rs_subject *subject = part->subject;
	const struct rs_operation *operation =
		rs_subject_operation(html->report, subject);
	char calls[32], by[1000];
	int status;

	fprintf(html->out,
		"<article aria-labelledby=\"op-%zu\">\n<h2 id=\"op-%zu\">",
		part->number, part->number);
	rs_html_text(html->out, rs_subject_name(html->report, subject));
	fputs("</h2>\n<p>", html->out);
	rs_say_logged_policy(html->report, subject, by, sizeof(by));
	rs_html_printf(
		html->out,
		"%s call%s%s, recorded under %s. %.1f %% are permanent "
		"failures; retries of the rest fail %.1f %% of the time.",
		rs_count_grouped(operation->calls, calls, sizeof(calls)),
		operation->calls == 1 ? "" : "s",
		rs_failing_first(html->report, subject)
			? " whose first attempt failed"
			: "",
		by, subject->finding.permanent_share * 100,
		subject->finding.retry_fails * 100);
	fputs("</p>\n", html->out);
	if (rs_html_rank(html, part) < TABLES_MAX)
		rs_html_table(html, part);
	else
		fputs("<p class=\"soft\">More calls fail in other operations, "
		      "which have tables.</p>\n",
		      html->out);
	status = put_pictures(html, part);
	if (status == 0)
		status = rs_html_errors(html, part);
	fputs("</article>\n", html->out);
	return status;
}

static void
put_footer(const struct rs_html *html)
{
	const struct rs_report *report = html->report;
	const struct rs_plan *plan = report->comparison->plan;

	fputs("<footer>\n<h2 id=\"again\">How to make this page again</h2>\n"
	      "<dl>\n",
	      html->out);
	if (report->command) {
		fputs("<dt>command</dt><dd><code>", html->out);
		rs_html_text(html->out, report->command);
		fputs("</code></dd>\n", html->out);
	}
	for (size_t i = 0; i < report->path_count; i++) {
		const char *hash =
			report->input_hash ? report->input_hash[i].hex : "";

		fputs("<dt>input</dt><dd><code>", html->out);
		rs_html_text(html->out, report->path[i]);
		fprintf(html->out, "</code>%s%s%s</dd>\n",
			hash[0] ? ", SHA-256 <code>" : "", hash,
			hash[0] ? "</code>" : "");
	}
	fprintf(html->out,
		"<dt>seed</dt><dd>%" PRIu64 ", %" PRIu32 " replicas</dd>\n"
		"<dt>version</dt><dd>retrysim %s</dd>\n</dl>\n</footer>\n",
		plan->seed, plan->replicas, BACKOFF_VERSION_STRING);
}

static int
put_page(const struct rs_html *html)
{
	struct inline_text js = find_text("page.js");
	FILE *out = html->out;

	if (!put_head(html))
		return -1;
	fputs("<a class=\"skip\" href=\"#main\">Skip to the answers</a>\n"
	      "<header>\n<h1>Retry policies compared</h1>\n",
	      out);
	put_input(html);
	fputs("</header>\n", out);
	put_nav(html);
	fputs("<main id=\"main\">\n", out);
	rs_html_answers(html);
	if (rs_html_policies(html))
		return -1;
	for (size_t i = 0; i < html->parts; i++)
		if (put_article(html, &html->part[i]))
			return -1;
	rs_html_trust(html);
	fputs("</main>\n", out);
	put_footer(html);
	fputs("<script>", out);
	put_texts(&js, out);
	fputs("</script>\n</body>\n</html>\n", out);
	return ferror(out) ? -1 : 0;
}

/* Gather what the sections share. False if memory ran out. */
static bool
gather(struct rs_html *html)
{
	const struct rs_comparison *comparison = html->report->comparison;
	const struct rs_policy_set *policies = comparison->plan->policies;

	html->part = calloc(comparison->subject_count + 1, sizeof(*html->part));
	html->fields = calloc(policies->count + 1, sizeof(*html->fields));
	if (html->part == NULL || html->fields == NULL)
		return false;
	for (; html->parts < comparison->subject_count; html->parts++) {
		struct rs_html_part *part = &html->part[html->parts];

		part->subject = &comparison->subject[html->parts];
		part->number = html->parts + 1;
		if (!rs_choices_make(html->report, part->subject,
				     &part->choices))
			return false;
	}
	for (; html->policies < policies->count; html->policies++)
		if (!rs_policy_fields_make(
			    policies->item[html->policies].policy,
			    &html->fields[html->policies]))
			return false;
	return true;
}

static int
write_html(const struct rs_report *report, FILE *out)
{
	struct rs_html html = {.report = report, .out = out};
	int status = gather(&html) ? put_page(&html) : -1;

	for (size_t i = 0; i < html.parts; i++)
		rs_choices_clear(&html.part[i].choices);
	for (size_t i = 0; i < html.policies; i++)
		rs_policy_fields_clear(&html.fields[i]);
	free(html.part);
	free(html.fields);
	return status;
}

const struct rs_writer rs_writer_html = {"html", write_html, true};
