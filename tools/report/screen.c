/* A comparison on one screen: answers, a table per operation, and what they are
 * worth. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/screen.h"

#include <stdlib.h>
#include <string.h>

#include "common/safe_text.h"
#include "common/tone.h"
#include "report/answer.h"
#include "report/condition.h"
#include "report/names.h"
#include "report/paragraph.h"
#include "report/fit.h"
#include "report/parts.h"
#include "report/screen_table.h"
#include "report/trust.h"

/* Lines of the widest report; narrower ones may have more. */
#define LINES_MAX 60
#define TEXT_MAX 1600
/* Operations that are shown: those with the most failed calls. */
#define PARTS_MAX 20
/* Operations with longer names have their answer in a line of its own. */
#define NAME_COLUMNS 20

/* What is left out so that the report fits. */
struct detail {
	size_t rows;
	bool alike;
};

struct screen {
	const struct rs_report *report;
	struct rs_parts parts;
	struct detail detail;
	/** The columns that tables have. */
	unsigned shown;
	FILE *out;
};

/* Print a name of the log in a tone, cut to some columns. Returns how many it
 * takes. */
static size_t
put_name(const struct screen *screen, const char *text, size_t most)
{
	char safe[1024], cut[1024];
	const char *name = safe;

	tk_safe_text(text, strlen(text), safe, sizeof(safe));
	if (tk_text_width(safe) > most)
		name = tk_text_fit(safe, most, cut, sizeof(cut));
	fprintf(screen->out, "%s%s%s",
		screen->report->color ? tk_tone_begin(TK_TONE_STRONG) : "",
		name, screen->report->color ? tk_tone_end(TK_TONE_STRONG) : "");
	return tk_text_width(name);
}

static void
put_answer(const struct screen *screen, const struct rs_part *part,
	   size_t indent)
{
	static const enum tk_tone tone[] = {
		[RS_ADVICE_KEEP] = TK_TONE_STRONG,
		[RS_ADVICE_SWITCH] = TK_TONE_GOOD,
		[RS_ADVICE_NONE] = TK_TONE_PLAIN,
	};
	const struct rs_report *report = screen->report;
	char text[TEXT_MAX];
	enum rs_advice advice = rs_answer_text(
		report, part->subject, &part->choices, text, sizeof(text));
	size_t at;

	if (report->color)
		fprintf(screen->out, "%s=>%s ", tk_tone_begin(tone[advice]),
			tk_tone_end(tone[advice]));
	else
		fputs("=> ", screen->out);
	at = 3 + put_name(screen, rs_subject_name(report, part->subject),
			  report->columns - 4);
	if (at > indent - 2)
		fprintf(screen->out, "\n%*s", (int)indent, "");
	else
		fprintf(screen->out, "%*s", (int)(indent - at), "");
	rs_wrap(screen->out, report->columns, indent, indent, "%s", text);
}

static void
put_answers(const struct screen *screen)
{
	size_t widest = 0;

	for (size_t i = 0; i < screen->parts.count; i++) {
		size_t width = tk_text_width(rs_subject_name(
			screen->report, screen->parts.item[i].subject));

		if (!screen->parts.item[i].hidden && width > widest &&
		    width <= NAME_COLUMNS)
			widest = width;
	}
	if (widest == 0 || screen->report->columns < 70)
		widest = 1;
	for (size_t i = 0; i < screen->parts.count; i++)
		if (!screen->parts.item[i].hidden)
			put_answer(screen, &screen->parts.item[i],
				   3 + widest + 2);
}

static void
put_heading(const struct screen *screen, const struct rs_part *part)
{
	const struct rs_report *report = screen->report;
	char text[TEXT_MAX];
	size_t at = put_name(screen, rs_subject_name(report, part->subject),
			     report->columns - 2);

	fputs(": ", screen->out);
	rs_part_heading(report, part, text, sizeof(text));
	rs_wrap(screen->out, report->columns, at + 2, 2, "%s", text);
}

static void
put_notes(const struct screen *screen, const struct rs_part *part)
{
	for (size_t n = 0; n < part->notes; n++) {
		char text[TEXT_MAX];

		rs_say_condition(part->note[n], text, sizeof(text));
		fprintf(screen->out, "  (%zu) ", n + 1);
		rs_wrap(screen->out, screen->report->columns, 6, 6,
			"not known: %s", text);
	}
}

/* The rows that are left out, in one line by verdict. */
static void
put_rest(const struct screen *screen, const struct rs_part *part, size_t rows)
{
	char text[TEXT_MAX];

	rs_part_rest(part, rows, text, sizeof(text));
	fputs("  ", screen->out);
	rs_wrap(screen->out, screen->report->columns, 2, 4, "also %s", text);
}

static int
put_part(struct screen *screen, const struct rs_part *part)
{
	size_t rows = part->choices.count;

	if (rows > screen->detail.rows + 1)
		rows = screen->detail.rows;
	fputc('\n', screen->out);
	put_heading(screen, part);
	if (rs_screen_table(screen->report, part->subject, &part->choices, rows,
			    &screen->shown, screen->out))
		return -1;
	if (rows < part->choices.count)
		put_rest(screen, part, rows);
	put_notes(screen, part);
	return 0;
}

static void
put_alike(const struct screen *screen)
{
	const char *mark = "Alike: ";
	char text[TEXT_MAX];

	for (size_t i = 0; i < screen->parts.count; i++) {
		if (!rs_part_alike(&screen->parts, i, text, sizeof(text)))
			continue;
		fputs(mark, screen->out);
		mark = "       ";
		rs_wrap(screen->out, screen->report->columns, 7, 7, "%s", text);
	}
}

static int
put_screen(struct screen *screen)
{
	char text[TEXT_MAX], names[TEXT_MAX];

	put_answers(screen);
	for (size_t i = 0; i < screen->parts.count; i++)
		if (!screen->parts.item[i].hidden &&
		    put_part(screen, &screen->parts.item[i]))
			return -1;
	fputc('\n', screen->out);
	if (screen->parts.hidden > 0) {
		fputs("More: ", screen->out);
		rs_wrap(screen->out, screen->report->columns, 6, 6,
			"%zu other operations, with no more failed calls than "
			"these (--verbose and --format json show all)",
			screen->parts.hidden);
	}
	if (screen->detail.alike)
		put_alike(screen);
	rs_screen_legend(screen->shown, text, sizeof(text));
	fputs("Rows: ", screen->out);
	rs_wrap(screen->out, screen->report->columns, 6, 6, "%s", text);
	if (rs_names_text(screen->report->comparison->plan->log, names,
			  sizeof(names))) {
		fputs("Names: ", screen->out);
		rs_wrap(screen->out, screen->report->columns, 7, 7, "%s",
			names);
	}
	rs_trust_text(screen->report, text, sizeof(text));
	fputs("Trust: ", screen->out);
	rs_wrap(screen->out, screen->report->columns, 7, 7, "%s", text);
	return ferror(screen->out) ? -1 : 0;
}

/* With ever less detail. */
static const struct detail details[] = {
	{SIZE_MAX - 1, true},
	{10, true},
	{8, true},
	{7, true},
	{6, true},
	{5, true},
	{4, true},
	{4, false},
	{3, false},
	{2, false},
};

static int
write_level(void *user, size_t level, FILE *out)
{
	struct screen *screen = user;

	screen->out = out;
	screen->detail = details[level];
	screen->shown = 0;
	return put_screen(screen);
}

int
rs_write_screen(const struct rs_report *report, FILE *out)
{
	struct screen screen = {.report = report};
	size_t most = report->verbose ? SIZE_MAX : PARTS_MAX;
	size_t lines = report->verbose
			       ? SIZE_MAX
			       : LINES_MAX * RS_COLUMNS_MOST / report->columns;
	int status = -1;

	if (rs_parts_make(report, most, &screen.parts))
		status = rs_fit(write_level, &screen,
				sizeof(details) / sizeof(*details), lines, out);
	rs_parts_clear(&screen.parts);
	return status;
}
