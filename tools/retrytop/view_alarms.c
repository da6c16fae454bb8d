/* The page of verdicts and alerts. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/view_alarms.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "retrytop/alarms.h"
#include "retrytop/view_calls.h"
#include "retrytop/view_message.h"

/* A narrower screen has no time of day. */
#define NARROW 70
#define TEXT_MAX_BYTES 600

static const char *
subject_of(const struct rt_alarm *alarm)
{
	if (*alarm->target != '\0')
		return alarm->target;
	return alarm->operation != NULL ? alarm->operation : "";
}

static const char *
word_of(const struct rt_alarm *alarm)
{
	if (alarm->part == RT_ALARM_KEPT)
		return "ok";
	if (alarm->part == RT_ALARM_NOTE)
		return "NOTE";
	return alarm->rule != NULL ? "ALERT" : rt_word_name(alarm->word);
}

/* "failed_share 0.12 > 0.05 (60s)": the value against the limit. */
static void
say_value(const struct rt_alarm *alarm, char *out, size_t size)
{
	const struct rt_rule *rule = alarm->rule;
	char column[64], value[32] = "-", span[16];

	if (alarm->operation != NULL)
		snprintf(value, sizeof(value), "%.4g", alarm->value);
	snprintf(out, size, "%s %s%s %s %.4g (%s)",
		 rt_rule_column(rule->fact, column, sizeof(column)), value,
		 alarm->part == RT_ALARM_KEPT ? ", not" : "",
		 rt_comparison_name(rule->is), rule->value,
		 rt_view_span(alarm->window_s * BO_NS_PER_S, span,
			      sizeof(span)));
}

static void
say_what(const struct rt_alarm *alarm, char *out, size_t size)
{
	char more[RT_CAUSE_MAX];

	if (alarm->part == RT_ALARM_NOTE) {
		rt_note_say(&alarm->note, out, size);
		return;
	}
	if (alarm->rule == NULL) {
		rt_verdict_cause(alarm->verdict, more, sizeof(more));
		snprintf(out, size, "%s%s%s", subject_of(alarm),
			 more[0] != '\0' ? "  " : "", more);
		return;
	}
	say_value(alarm, more, sizeof(more));
	snprintf(out, size, "%s  %s%s%s", alarm->rule->name, subject_of(alarm),
		 alarm->operation != NULL ? ": " : "", more);
}

/* When it began, and how long it has lasted, or did. */
static void
say_times(const struct rt_view *view, const struct rt_alarm *alarm, bool wide,
	  char *out, size_t size)
{
	bool over = alarm->ended_s > 0;
	uint64_t since_ns = alarm->since_s * BO_NS_PER_S;
	uint64_t end_ns =
		over ? alarm->ended_s * BO_NS_PER_S : rt_view_now_ns(view);
	char since[24] = "-", ended[24] = "", age[16] = "-";

	out[0] = '\0';
	if (alarm->part == RT_ALARM_KEPT || alarm->part == RT_ALARM_NOTE)
		return;
	if (alarm->since_s > 0) {
		rt_view_time(since_ns, false, since, sizeof(since));
		rt_view_age(end_ns, since_ns, age, sizeof(age));
	}
	rt_view_time(end_ns, false, ended, sizeof(ended));
	if (wide)
		snprintf(out, size, "%-8s%s%-8s  %6s  ", since,
			 over ? " - " : "", over ? ended : "", age);
	else
		snprintf(out, size, "%6s  ", age);
}

static void
draw_row(const struct rt_view *view, struct rt_grid *grid, size_t y,
	 const struct rt_alarm *alarm, bool selected)
{
	unsigned attr = alarm->part == RT_ALARM_WRONG
				? RT_ATTR_BAD | RT_ATTR_BOLD
				: RT_ATTR_NONE;
	char times[64], text[TEXT_MAX_BYTES];
	size_t x;

	say_times(view, alarm, grid->width >= NARROW, times, sizeof(times));
	say_what(alarm, text, sizeof(text));
	x = 1 +
	    rt_grid_print(grid, 1, y, attr, "%-9s %s", word_of(alarm), times);
	rt_grid_text(grid, x, y, SIZE_MAX, RT_ATTR_NONE, text);
	if (!selected)
		return;
	rt_grid_put(grid, 0, y, RT_ATTR_BOLD, '>', '>');
	rt_grid_line_attr(grid, y, RT_ATTR_REVERSE);
}

/* Whether a row has a heading before it. */
static bool
begins_part(const struct rt_alarms *alarms, size_t i)
{
	return i == 0 || alarms->row[i].part != alarms->row[i - 1].part;
}

/* Lines of the list down to a row, with headings and a blank line before each
 * but the first. */
static size_t
line_of(const struct rt_alarms *alarms, size_t row)
{
	size_t line = row;

	for (size_t i = 0; i <= row && i < alarms->count; i++)
		if (begins_part(alarms, i))
			line += i == 0 ? 1 : 2;
	return line;
}

/* Lines [skip, skip + rows) of the list. */
static void
draw_list(const struct rt_view *view, struct rt_grid *grid, size_t y,
	  size_t skip, size_t rows)
{
	const struct rt_alarms *alarms = view->ui->alarms;
	size_t at = rt_alarms_selected(alarms);

	for (size_t i = 0; i < alarms->count; i++) {
		size_t line = line_of(alarms, i);

		if (begins_part(alarms, i) && line - 1 >= skip &&
		    line - 1 < skip + rows)
			rt_grid_text(grid, 1, y + line - 1 - skip, SIZE_MAX,
				     RT_ATTR_BOLD,
				     rt_alarm_heading(alarms->row[i].part));
		if (line < skip || line >= skip + rows)
			continue;
		draw_row(view, grid, y + line - skip, &alarms->row[i], i == at);
		rt_grid_hit(grid, y + line - skip, i);
	}
}

void
rt_view_alarms(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	const struct rt_alarms *alarms = view->ui->alarms;
	size_t rows = grid->height - 1 - y, lines, line, skip = 0;

	if (alarms == NULL || alarms->count == 0) {
		rt_grid_text(grid, 1, y, SIZE_MAX, RT_ATTR_NONE,
			     "nothing is wrong, and nothing was");
		return;
	}
	lines = line_of(alarms, alarms->count - 1) + 1;
	line = line_of(alarms, rt_alarms_selected(alarms));
	if (lines > rows && line >= rows / 2)
		skip = bo_min(line - rows / 2, lines - rows);
	draw_list(view, grid, y, skip, rows);
}
