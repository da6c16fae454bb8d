/* A comparison in Markdown, short enough for a pull request: answers, one
 * table, what they are worth, and how to make it again. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <backoff.h>

#include "common/markdown.h"
#include "report/answer.h"
#include "report/condition.h"
#include "report/errors.h"
#include "report/names.h"
#include "report/fit.h"
#include "report/parts.h"
#include "report/screen_table.h"
#include "report/trust.h"

#define LINES_MAX 60
#define TEXT_MAX 1600
/* Operations that are shown: those with the most failed calls. */
#define PARTS_MAX 10
#define NAME_COLUMNS 60
#define PATH_COLUMNS 200
#define ERROR_COLUMNS 80

/* What is left out so that the report fits. */
struct detail {
	size_t rows;
	bool alike;
};

struct page {
	const struct rs_report *report;
	struct rs_parts parts;
	struct detail detail;
	FILE *out;
};

static size_t
rows_of(const struct page *page, const struct rs_part *part)
{
	return part->choices.count < page->detail.rows ? part->choices.count
						       : page->detail.rows;
}

static void
put_title(const struct page *page)
{
	const struct rs_report *report = page->report;
	const char *name = report->path_count ? report->path[0] : "";
	const char *slash = strrchr(name, '/');

	if (slash && slash[1] != '\0')
		name = slash + 1;
	fputs("## Retry policies on ", page->out);
	if (strcmp(name, "-") == 0)
		fputs("a log from standard input", page->out);
	else
		tk_md_code(page->out, name, NAME_COLUMNS, false);
	if (report->path_count > 1)
		fprintf(page->out, " and %zu more", report->path_count - 1);
	fputs("\n\n", page->out);
}

/* The answer, whose first words are what to do. */
static void
put_answer(const struct page *page, const struct rs_part *part)
{
	char text[TEXT_MAX], *rest;

	rs_answer_text(page->report, part->subject, &part->choices, text,
		       sizeof(text));
	rest = text + strcspn(text, ",;:");
	fputs("- ", page->out);
	tk_md_code(page->out, rs_subject_name(page->report, part->subject),
		   NAME_COLUMNS, false);
	fputs(": **", page->out);
	if (*rest) {
		char mark = *rest;

		*rest = '\0';
		tk_md_text(page->out, text);
		*rest = mark;
	} else {
		tk_md_text(page->out, text);
	}
	fputs("**", page->out);
	tk_md_text(page->out, rest);
}

/* An answer, and in the next line what it is about. */
static void
put_part(const struct page *page, const struct rs_part *part)
{
	size_t rows = rows_of(page, part);
	char text[TEXT_MAX];

	put_answer(page, part);
	fputs("\\\n  ", page->out);
	rs_part_heading(page->report, part, text, sizeof(text));
	tk_md_text(page->out, text);
	if (rows < part->choices.count) {
		rs_part_rest(part, rows, text, sizeof(text));
		fputs("; also ", page->out);
		tk_md_text(page->out, text);
	}
	for (size_t n = 0; n < part->notes; n++) {
		rs_say_condition(part->note[n], text, sizeof(text));
		fprintf(page->out, "; (%zu) not known: ", n + 1);
		tk_md_text(page->out, text);
	}
	fputc('\n', page->out);
}

static int
put_table(const struct page *page, unsigned *shown)
{
	struct tk_table *table = rs_choice_table_new();
	int status;

	if (table == NULL)
		return -1;
	for (size_t i = 0; i < page->parts.count; i++) {
		const struct rs_part *part = &page->parts.item[i];

		if (!part->hidden)
			rs_choice_table_add(table, page->report, part->subject,
					    &part->choices,
					    rows_of(page, part));
	}
	*shown = rs_choice_table_fit(table);
	status = tk_md_table(table, 1, page->out);
	tk_table_free(table);
	return status;
}

static void
put_item(const struct page *page, const char *what, const char *text)
{
	fprintf(page->out, "- %s: ", what);
	tk_md_text(page->out, text);
	fputc('\n', page->out);
}

static void
put_alike(const struct page *page)
{
	const char *mark = "- Alike: ";
	char text[TEXT_MAX];

	for (size_t i = 0; i < page->parts.count; i++) {
		if (!rs_part_alike(&page->parts, i, text, sizeof(text)))
			continue;
		fputs(mark, page->out);
		tk_md_text(page->out, text);
		mark = "; ";
	}
	if (*mark == ';')
		fputc('\n', page->out);
}

static int
put_errors(const struct page *page)
{
	const char *mark = "- Errors: ";

	for (size_t i = 0; i < page->parts.count; i++) {
		const struct rs_part *part = &page->parts.item[i];
		struct rs_errors errors;

		if (part->hidden)
			continue;
		if (!rs_errors_count(page->report, part->subject, &errors))
			return -1;
		fputs(mark, page->out);
		mark = "; ";
		tk_md_code(page->out,
			   rs_subject_name(page->report, part->subject),
			   NAME_COLUMNS, false);
		for (size_t e = 0; e < errors.count; e++) {
			fprintf(page->out, "%s %" PRIu64 " ", e ? "," : "",
				errors.item[e].attempts);
			if (*errors.item[e].text)
				tk_md_code(page->out, errors.item[e].text,
					   ERROR_COLUMNS, false);
			else
				fputs("without a text", page->out);
		}
		if (errors.kinds > errors.count)
			fprintf(page->out, ", and %" PRIu64 " others",
				errors.kinds - errors.count);
		else if (errors.count == 0)
			fputs(" none", page->out);
	}
	fputc('\n', page->out);
	return 0;
}

/* From what it was made. */
static void
put_inputs(const struct page *page)
{
	const struct rs_report *report = page->report;

	for (size_t i = 0; i < report->path_count; i++) {
		const char *hex =
			report->input_hash ? report->input_hash[i].hex : "";

		fputs(i ? ", " : "", page->out);
		if (strcmp(report->path[i], "-") == 0)
			fputs("standard input", page->out);
		else
			tk_md_code(page->out, report->path[i], PATH_COLUMNS,
				   false);
		if (*hex)
			fprintf(page->out, " (SHA-256 `%s`)", hex);
	}
}

static void
put_source(const struct page *page)
{
	const struct rs_report *report = page->report;

	fprintf(page->out, "\nMade by retrysim %s, seed %" PRIu64 ", from ",
		backoff_version(), report->comparison->plan->seed);
	put_inputs(page);
	if (report->redact)
		fputs("; names are replaced by hashes", page->out);
	if (report->command) {
		fputs(":\n\n", page->out);
		tk_md_shell(page->out, report->command);
	} else {
		fputs("\n", page->out);
	}
}

static int
put_page(const struct page *page)
{
	const struct rs_log *log = page->report->comparison->plan->log;
	char text[TEXT_MAX];
	unsigned shown = 0;

	put_title(page);
	for (size_t i = 0; i < page->parts.count; i++)
		if (!page->parts.item[i].hidden)
			put_part(page, &page->parts.item[i]);
	fputc('\n', page->out);
	if (put_table(page, &shown))
		return -1;
	fputc('\n', page->out);
	if (page->parts.hidden > 0)
		fprintf(page->out,
			"- More: %zu other operations, with no more failed "
			"calls than these (the formats html and json show "
			"all)\n",
			page->parts.hidden);
	if (page->detail.alike)
		put_alike(page);
	rs_screen_legend(shown, text, sizeof(text));
	put_item(page, "Rows of each operation", text);
	if (rs_names_text(log, text, sizeof(text)))
		put_item(page, "Names", text);
	if (page->report->errors && put_errors(page))
		return -1;
	rs_trust_text(page->report, text, sizeof(text));
	put_item(page, "Trust", text);
	put_source(page);
	return ferror(page->out) ? -1 : 0;
}

/* With ever less detail. */
static const struct detail details[] = {
	{SIZE_MAX, true}, {10, true}, {8, true}, {7, true},  {6, true},
	{5, true},        {4, true},  {3, true}, {3, false}, {2, false},
};

static int
write_level(void *user, size_t level, FILE *out)
{
	struct page *page = user;

	page->out = out;
	page->detail = details[level];
	return put_page(page);
}

static int
write_md(const struct rs_report *report, FILE *out)
{
	struct page page = {.report = report};
	size_t most = report->verbose ? SIZE_MAX : PARTS_MAX;
	size_t lines = report->verbose ? SIZE_MAX : LINES_MAX;
	int status = -1;

	if (rs_parts_make(report, most, &page.parts))
		status = rs_fit(write_level, &page,
				sizeof(details) / sizeof(*details), lines, out);
	rs_parts_clear(&page.parts);
	return status;
}

const struct rs_writer rs_writer_md = {"md", write_md, true};
