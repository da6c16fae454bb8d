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
#include "report/cells.h"
#include "report/condition.h"
#include "report/failed.h"
#include "report/names.h"
#include "report/paragraph.h"
#include "report/screen_table.h"
#include "report/sentences.h"
#include "report/trust.h"

/* Lines of the widest report; narrower ones may have more. */
#define LINES_MAX 60
#define TEXT_MAX 1600
/* Operations that are shown: those with the most failed calls. */
#define PARTS_MAX 20
/* Operations with longer names have their answer in a line of its own. */
#define NAME_COLUMNS 20

/* One operation on the screen. */
struct part {
	const struct rs_subject *subject;
	struct rs_choices choices;
	/** By note number: the result whose condition it describes. */
	const struct rs_result *note[RS_CONDITION_COUNT];
	size_t notes;
	/** Names of policies that behave alike. */
	char *alike;
	/** Others have more failed calls, and the screen is full. */
	bool hidden;
};

/* What is left out so that the report fits. */
struct detail {
	size_t rows;
	bool alike;
};

struct screen {
	const struct rs_report *report;
	struct part *part;
	size_t parts, hidden;
	struct detail detail;
	/** The columns that tables have. */
	unsigned shown;
	FILE *out;
};

/* Number the conditions of an operation: one for each kind, which describes the
 * result that it concerns most. */
static void
number_notes(struct part *part)
{
	for (size_t i = 1; i < part->choices.count; i++) {
		struct rs_choice *choice = &part->choices.item[i];
		const struct rs_condition *condition =
			&choice->result->difference.condition;
		size_t n = 0;

		if (condition->kind == RS_CONDITION_NONE)
			continue;
		while (n < part->notes &&
		       part->note[n]->difference.condition.kind !=
			       condition->kind)
			n++;
		if (n == part->notes)
			part->note[part->notes++] = choice->result;
		else if (part->note[n]->difference.condition.share <
			 condition->share)
			part->note[n] = choice->result;
		choice->note = n + 1;
	}
}

/* The policies of each row that has several, as text to be freed; NULL if
 * memory ran out. */
static char *
say_alike(const struct rs_comparison *comparison, const struct part *part)
{
	char text[TEXT_MAX] = "";
	const size_t size = sizeof(text);
	size_t policies = comparison->plan->policies->count, used = 0;

	for (size_t p = 0; p < policies; p++) {
		const struct rs_result *first =
			&comparison->result[part->subject->first_result + p];
		size_t alike = 0;

		if (first->alike != p)
			continue;
		for (size_t q = p + 1; q < policies; q++) {
			if (first[q - p].alike != p || size - used < 200)
				continue;
			if (alike++ == 0)
				used += (size_t)snprintf(
					text + used, size - used, "%s%s",
					used ? "; " : "", first->policy->label);
			used += (size_t)snprintf(text + used, size - used,
						 " = %s",
						 first[q - p].policy->label);
		}
	}
	return strdup(text);
}

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
put_answer(const struct screen *screen, const struct part *part, size_t indent)
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

	for (size_t i = 0; i < screen->parts; i++) {
		size_t width = tk_text_width(rs_subject_name(
			screen->report, screen->part[i].subject));

		if (!screen->part[i].hidden && width > widest &&
		    width <= NAME_COLUMNS)
			widest = width;
	}
	if (widest == 0 || screen->report->columns < 70)
		widest = 1;
	for (size_t i = 0; i < screen->parts; i++)
		if (!screen->part[i].hidden)
			put_answer(screen, &screen->part[i], 3 + widest + 2);
}

/* What runs today, as far as the log shows it. */
static void
say_today(const struct screen *screen, const struct part *part, char *text,
	  size_t size)
{
	const struct rs_logged_policy *logged = &part->subject->logged_policy;
	const struct rs_result *now = part->choices.item[0].result;
	char by[800];

	rs_say_logged_policy(screen->report, part->subject, by, sizeof(by));
	if (logged->policy && now->policy &&
	    backoff_policy_hash(logged->policy->policy) ==
		    backoff_policy_hash(now->policy->policy))
		snprintf(text, size, "now %s%s", now->policy->label,
			 logged->evidence == RS_POLICY_EVIDENCE_FIT
				 ? " (its delays match)"
				 : "");
	else
		snprintf(text, size, "recorded under %s; baseline %s", by,
			 now->policy->label);
}

static void
put_heading(const struct screen *screen, const struct part *part)
{
	const struct rs_report *report = screen->report;
	const struct rs_operation *operation =
		rs_subject_operation(report, part->subject);
	const struct rs_result *now = part->choices.item[0].result;
	size_t incidents = part->subject->incidents;
	bool failing = rs_failing_first(report, part->subject);
	char calls[32], by[1000], failed[32], percent[16], rate[32] = "",
							   incident[48] = "";
	size_t at = put_name(screen, rs_subject_name(report, part->subject),
			     report->columns - 2);

	fputs(": ", screen->out);
	if (part->subject->finding.time_bins > 0)
		snprintf(incident, sizeof(incident), ", %zu incident%s",
			 incidents, incidents == 1 ? "" : "s");
	say_today(screen, part, by, sizeof(by));
	rs_failed_text(now, failed, sizeof(failed));
	rs_percent(1 - now->success_rate, percent, sizeof(percent));
	if (!now->rate_unknown && rs_failed(now) > 0)
		snprintf(rate, sizeof(rate), " (%s %%)", percent);
	rs_wrap(screen->out, report->columns, at + 2, 2,
		"%s call%s%s%s; %s: %s failed%s",
		rs_count_grouped(operation->calls, calls, sizeof(calls)),
		operation->calls == 1 ? "" : "s",
		failing ? " whose first attempt failed" : "", incident, by,
		failed, rate);
}

static void
put_notes(const struct screen *screen, const struct part *part)
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
put_rest(const struct screen *screen, const struct part *part, size_t rows)
{
	char text[TEXT_MAX] = "";
	size_t used = 0;

	for (int v = 0; v < RS_VERDICT_COUNT; v++) {
		enum rs_verdict verdict = (enum rs_verdict)v;
		const char *mark = "";

		for (size_t i = rows; i < part->choices.count; i++) {
			const struct rs_choice *choice = &part->choices.item[i];
			char more[32];

			if (choice->result->difference.verdict != verdict ||
			    sizeof(text) - used < 200)
				continue;
			if (*mark == '\0')
				used += (size_t)snprintf(
					text + used, sizeof(text) - used,
					"%s%s: ", used ? "; " : "",
					rs_verdict_text(verdict));
			used += (size_t)snprintf(
				text + used, sizeof(text) - used, "%s%s %s",
				mark, choice->result->policy->label,
				rs_count_text(rs_failed_more(choice->result),
					      true, more, sizeof(more)));
			mark = ", ";
		}
	}
	fputs("  ", screen->out);
	rs_wrap(screen->out, screen->report->columns, 2, 4, "also %s", text);
}

static int
put_part(struct screen *screen, const struct part *part)
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

/* Name the policies that share a row, once for all operations in which they are
 * the same. */
static void
put_alike(const struct screen *screen)
{
	const char *mark = "Alike: ";

	for (size_t i = 0; i < screen->parts; i++) {
		const struct part *part = &screen->part[i];
		size_t same = 0, before = 0;

		for (size_t j = 0; !part->hidden && j < screen->parts; j++)
			if (!screen->part[j].hidden &&
			    strcmp(part->alike, screen->part[j].alike) == 0) {
				same++;
				before += j < i;
			}
		if (part->hidden || part->alike[0] == '\0' || before > 0)
			continue;
		fputs(mark, screen->out);
		mark = "       ";
		if (same == screen->parts - screen->hidden)
			rs_wrap(screen->out, screen->report->columns, 7, 7,
				"%s", part->alike);
		else
			rs_wrap(screen->out, screen->report->columns, 7, 7,
				"%s%s: %s",
				rs_subject_name(screen->report, part->subject),
				same > 1 ? " and others" : "", part->alike);
	}
}

static int
put_screen(struct screen *screen)
{
	char text[TEXT_MAX], names[TEXT_MAX];

	put_answers(screen);
	for (size_t i = 0; i < screen->parts; i++)
		if (!screen->part[i].hidden &&
		    put_part(screen, &screen->part[i]))
			return -1;
	fputc('\n', screen->out);
	if (screen->hidden > 0) {
		fputs("More: ", screen->out);
		rs_wrap(screen->out, screen->report->columns, 6, 6,
			"%zu other operations, with no more failed calls than "
			"these (--verbose and --format json show all)",
			screen->hidden);
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

/* Try with ever less detail until the report has few enough lines. */
static int
fit_screen(struct screen *screen, FILE *out)
{
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
	size_t last = sizeof(details) / sizeof(*details) - 1;
	size_t most = LINES_MAX * RS_COLUMNS_MOST / screen->report->columns;

	if (screen->report->verbose)
		most = SIZE_MAX;

	for (size_t i = 0; i <= last; i++) {
		char *text = NULL;
		size_t length, lines = 0;
		int status;

		screen->out = open_memstream(&text, &length);
		if (screen->out == NULL)
			return -1;
		screen->detail = details[i];
		screen->shown = 0;
		status = put_screen(screen);
		if (fclose(screen->out) || text == NULL)
			status = -1;
		for (size_t c = 0; status == 0 && c < length; c++)
			lines += text[c] == '\n';
		if (status == 0 && (lines <= most || i == last))
			status =
				fwrite(text, 1, length, out) == length ? 1 : -1;
		free(text);
		if (status != 0)
			return status > 0 ? 0 : -1;
	}
	return -1;
}

static double
failed_now(const struct part *part)
{
	return rs_failed(part->choices.item[0].result);
}

static int
most_failed_first(const void *a, const void *b)
{
	const struct part *const *x = a, *const *y = b;
	double more = failed_now(*x) - failed_now(*y);

	if (more > 0 || more < 0)
		return more > 0 ? -1 : 1;
	return (*x > *y) - (*x < *y);
}

/* Hide the operations that matter least, if there are too many. False if memory
 * ran out. */
static bool
hide_parts(struct screen *screen)
{
	struct part **order;

	if (screen->report->verbose || screen->parts <= PARTS_MAX)
		return true;
	order = calloc(screen->parts, sizeof(*order));
	if (order == NULL)
		return false;
	for (size_t i = 0; i < screen->parts; i++)
		order[i] = &screen->part[i];
	qsort(order, screen->parts, sizeof(*order), most_failed_first);
	for (size_t i = PARTS_MAX; i < screen->parts; i++)
		order[i]->hidden = true;
	screen->hidden = screen->parts - PARTS_MAX;
	free(order);
	return true;
}

int
rs_write_screen(const struct rs_report *report, FILE *out)
{
	const struct rs_comparison *comparison = report->comparison;
	struct screen screen = {.report = report};
	int status = 0;

	screen.part =
		calloc(comparison->subject_count + 1, sizeof(*screen.part));
	if (screen.part == NULL)
		return -1;
	for (; status == 0 && screen.parts < comparison->subject_count;
	     screen.parts++) {
		struct part *part = &screen.part[screen.parts];

		part->subject = &comparison->subject[screen.parts];
		part->alike = say_alike(comparison, part);
		if (rs_choices_make(report, part->subject, &part->choices) &&
		    part->alike)
			number_notes(part);
		else
			status = -1;
	}
	if (status == 0 && !hide_parts(&screen))
		status = -1;
	if (status == 0)
		status = fit_screen(&screen, out);
	for (size_t i = 0; i < screen.parts; i++) {
		rs_choices_clear(&screen.part[i].choices);
		free(screen.part[i].alike);
	}
	free(screen.part);
	return status;
}
