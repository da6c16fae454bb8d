/* The table of one operation on the screen: a row per choice. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/screen_table.h"

#include <stdio.h>
#include <string.h>

#include "common/safe_text.h"
#include "common/units.h"
#include "report/failed.h"

#define INDENT 2
#define CELL_MAX 128
/* Names are cut to this if the line is too long without other columns. */
#define NAME_LEAST 8
/* Names of operations are cut to this. */
#define OPERATION_MOST 40

const char *
rs_verdict_text(enum rs_verdict verdict)
{
	return verdict == RS_VERDICT_CANNOT_TELL ? "can't tell"
						 : rs_verdict_name(verdict);
}

enum tk_tone
rs_verdict_tone(enum rs_verdict verdict)
{
	static const enum tk_tone tone[] = {
		[RS_VERDICT_BASELINE] = TK_TONE_PLAIN,
		[RS_VERDICT_BETTER] = TK_TONE_GOOD,
		[RS_VERDICT_WORSE] = TK_TONE_BAD,
		[RS_VERDICT_EQUAL] = TK_TONE_PLAIN,
		[RS_VERDICT_CANNOT_TELL] = TK_TONE_DOUBT,
		[RS_VERDICT_DEPENDS] = TK_TONE_DOUBT,
	};

	_Static_assert(sizeof(tone) / sizeof(*tone) == RS_VERDICT_COUNT,
		       "a tone for each verdict");
	return tone[verdict];
}

/* Source of a cell. */
struct source {
	const struct rs_report *report;
	const struct rs_subject *subject;
	const struct rs_choice *choice;
	const struct rs_result *result, *baseline;
};

static void
put_operation(const struct source *from, char *cell, size_t size)
{
	const char *name = rs_subject_name(from->report, from->subject);
	char safe[1024], cut[1024];

	tk_safe_text(name, strlen(name), safe, sizeof(safe));
	if (tk_text_width(safe) > OPERATION_MOST)
		snprintf(cell, size, "%s",
			 tk_text_fit(safe, OPERATION_MOST, cut, sizeof(cut)));
	else
		snprintf(cell, size, "%s", safe);
}

static void
put_policy(const struct source *from, char *cell, size_t size)
{
	if (from->choice->alike == 0)
		snprintf(cell, size, "%s", from->result->policy->label);
	else
		snprintf(cell, size, "%s (%zu alike)",
			 from->result->policy->label, from->choice->alike);
}

static void
put_failed(const struct source *from, char *cell, size_t size)
{
	if (from->choice->baseline)
		rs_failed_text(from->result, cell, size);
	else
		rs_count_text(rs_failed_more(from->result), true, cell, size);
}

static void
put_range(const struct source *from, char *cell, size_t size)
{
	struct tk_interval range = rs_failed_hull(from->result);

	if (from->choice->baseline)
		range = rs_failed_interval(from->result, &from->result->success,
					   false);
	rs_count_range(&range, !from->choice->baseline, cell, size);
}

static void
put_next(const struct source *from, char *cell, size_t size)
{
	const struct tk_interval *rates =
		from->choice->baseline ? &from->result->prospective
				       : &from->result->difference.prospective;
	struct tk_interval range = rs_failed_interval(from->result, rates,
						      !from->choice->baseline);

	if (rates->low < rates->high)
		rs_count_range(&range, !from->choice->baseline, cell, size);
}

static void
put_tries(const struct source *from, char *cell, size_t size)
{
	double base = from->baseline->attempts_per_call;
	double more = base > 0 ? from->result->attempts_per_call / base - 1 : 0;

	if (from->choice->baseline)
		snprintf(cell, size, "%.3f", from->result->attempts_per_call);
	else if (more > -0.0005 && more < 0.0005)
		snprintf(cell, size, "same");
	else
		snprintf(cell, size, "%+.*f %%",
			 more > -0.0995 && more < 0.0995, more * 100);
}

static void
put_peak(const struct source *from, char *cell, size_t size)
{
	if (from->result->load != RS_LOAD_UNKNOWN)
		rs_count_text(from->result->load_peak, false, cell, size);
}

static void
put_duration(const struct rs_latency *latency, enum rs_percentile percentile,
	     const char *mark, char *cell, size_t size)
{
	char text[16];

	if (latency->calls > 0)
		snprintf(cell, size, "%s%s", mark,
			 tk_format_duration(latency->at[percentile].ns, text,
					    sizeof(text)));
	else
		snprintf(cell, size, "-");
}

static void
put_ok(const struct source *from, enum rs_percentile percentile, char *cell,
       size_t size)
{
	bool least = rs_latency_is_lower_bound(from->report, from->subject);

	put_duration(&from->result->success_latency, percentile,
		     least ? ">=" : "", cell, size);
}

static void
put_ok_95(const struct source *from, char *cell, size_t size)
{
	put_ok(from, RS_P95, cell, size);
}

static void
put_ok_99(const struct source *from, char *cell, size_t size)
{
	put_ok(from, RS_P99, cell, size);
}

static void
put_give_up(const struct source *from, char *cell, size_t size)
{
	put_duration(&from->result->failure_latency, RS_P50, "", cell, size);
}

static bool
is_logged(const struct source *from)
{
	const struct rs_policy *logged = from->subject->logged_policy.policy;

	return logged &&
	       backoff_policy_hash(logged->policy) ==
		       backoff_policy_hash(from->result->policy->policy);
}

static void
put_answer(const struct source *from, char *cell, size_t size)
{
	enum rs_verdict verdict = from->result->difference.verdict;

	if (from->choice->baseline)
		snprintf(cell, size, is_logged(from) ? "now" : "baseline");
	else if (from->choice->note > 0)
		snprintf(cell, size, "%s (%zu)", rs_verdict_text(verdict),
			 from->choice->note);
	else
		snprintf(cell, size, "%s", rs_verdict_text(verdict));
}

/* How soon a column goes if there is no room: the highest first; 0 never. */
enum place { NEVER, RANGE, TRIES, NEXT, GIVE_UP, OK, PEAK, PLACES };

struct column {
	/** As tk_table_head() takes it. */
	const char *heading;
	/** What it shows, for the legend; or NULL. */
	const char *doc;
	enum place place;
	void (*put)(const struct source *, char *cell, size_t size);
};

enum {
	COLUMN_OPERATION,
	COLUMN_POLICY,
	COLUMN_FAILED,
	COLUMN_OK_95 = 7,
	COLUMN_OK_99,
	COLUMN_ANSWER = 10,
};

static const struct column columns[] = {
	[COLUMN_OPERATION] = {"operation", NULL, NEVER, put_operation},
	[COLUMN_POLICY] = {"policy", NULL, NEVER, put_policy},
	[COLUMN_FAILED] = {">failed",
			   "calls, more (+) or fewer (-) than in the first row "
			   "[95 % interval]",
			   NEVER, put_failed},
	{"calls", NULL, RANGE, put_range},
	{"next window", "that interval for another time like this", NEXT,
	 put_next},
	{">tries/call", NULL, TRIES, put_tries},
	{">peak/s", NULL, PEAK, put_peak},
	[COLUMN_OK_95] = {">p95 ok", "time of successful calls", OK, put_ok_95},
	[COLUMN_OK_99] = {">p99 ok", "time of successful calls", OK, put_ok_99},
	{">give up", "median time of failed calls", GIVE_UP, put_give_up},
	[COLUMN_ANSWER] = {"answer", NULL, NEVER, put_answer},
};
#define COLUMNS (sizeof(columns) / sizeof(*columns))

static void
add_row(struct tk_table *table, const struct source *from)
{
	const struct rs_result *result = from->result;
	enum tk_tone tone = rs_verdict_tone(result->difference.verdict);

	tk_table_row(table);
	for (size_t i = 0; i < COLUMNS; i++) {
		char cell[CELL_MAX] = "";

		columns[i].put(from, cell, sizeof(cell));
		tk_table_cell(table, i, "%s", cell);
	}
	if (from->choice->baseline)
		tk_table_tone(table, COLUMN_POLICY, TK_TONE_STRONG);
	else
		tk_table_tone(table, COLUMN_ANSWER, tone);
}

/* Whether a column says nothing: all rows have the same, or its only row has
 * nothing. */
static bool
says_nothing(const struct tk_table *table, size_t column, size_t rows)
{
	const char *text = tk_table_constant(table, column);

	return text && (rows > 1 || *text == '\0' || strcmp(text, "-") == 0 ||
			strcmp(text, ">=0") == 0 || strcmp(text, "exact") == 0);
}

static void
hide(struct tk_table *table, unsigned hidden)
{
	for (size_t i = 0; i < COLUMNS; i++)
		if (hidden & 1U << i)
			tk_table_hide(table, i);
}

/* Leave out what says nothing, then what has no room. Returns the columns
 * that stay, as bits. */
static unsigned
fit(struct tk_table *table, size_t rows, size_t room, unsigned hidden)
{

	for (size_t i = 0; i < COLUMNS; i++)
		if (columns[i].place != NEVER && says_nothing(table, i, rows))
			hidden |= 1U << i;
	if (!(hidden & 1U << COLUMN_OK_95))
		hidden |= 1U << COLUMN_OK_99;
	hide(table, hidden);
	for (int place = PLACES - 1; place > NEVER; place--)
		for (size_t i = 0; i < COLUMNS; i++)
			if ((int)columns[i].place == place &&
			    tk_table_width(table) > room) {
				hidden |= 1U << i;
				hide(table, hidden);
			}
	for (size_t name = room;
	     tk_table_width(table) > room && name >= NAME_LEAST; name--)
		tk_table_limit(table, COLUMN_POLICY, name);
	return ~hidden;
}

struct tk_table *
rs_choice_table_new(void)
{
	struct tk_table *table = tk_table_new(COLUMNS);

	for (size_t i = 0; table && i < COLUMNS; i++)
		tk_table_head(table, i, columns[i].heading);
	return table;
}

void
rs_choice_table_add(struct tk_table *table, const struct rs_report *report,
		    const struct rs_subject *subject,
		    const struct rs_choices *choices, size_t rows)
{
	struct source from = {.report = report,
			      .subject = subject,
			      .baseline = choices->item[0].result};

	for (size_t i = 0; i < rows; i++) {
		from.choice = &choices->item[i];
		from.result = from.choice->result;
		add_row(table, &from);
	}
}

unsigned
rs_choice_table_fit(struct tk_table *table)
{
	return fit(table, tk_table_rows(table), SIZE_MAX, 0);
}

int
rs_screen_table(const struct rs_report *report,
		const struct rs_subject *subject,
		const struct rs_choices *choices, size_t rows, unsigned *shown,
		FILE *out)
{
	struct tk_table *table = rs_choice_table_new();
	int status;

	if (table == NULL)
		return -1;
	rs_choice_table_add(table, report, subject, choices, rows);
	tk_table_color(table, report->color);
	*shown |= fit(table, rows, report->columns - INDENT,
		      1U << COLUMN_OPERATION);
	status = tk_table_print(table, INDENT, out);
	tk_table_free(table);
	return status;
}

/* The next column that is there and has the same explanation. */
static bool
shares_doc(size_t column, unsigned shown)
{
	for (size_t i = column + 1; i < COLUMNS; i++)
		if (columns[i].doc && shown & 1U << i)
			return strcmp(columns[i].doc, columns[column].doc) == 0;
	return false;
}

void
rs_screen_legend(unsigned shown, char *text, size_t size)
{
	const char *mark = "";
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < COLUMNS && used < size; i++) {
		const char *heading = columns[i].heading;
		bool joined;

		if (!columns[i].doc || !(shown & 1U << i))
			continue;
		joined = shares_doc(i, shown);
		used += (size_t)snprintf(text + used, size - used, "%s%s%s%s",
					 mark, heading + (*heading == '>'),
					 joined               ? ""
					 : i == COLUMN_FAILED ? " "
							      : ": ",
					 joined ? "" : columns[i].doc);
		mark = joined ? ", " : "; ";
	}
}
