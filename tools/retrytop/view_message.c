/* The second line of a screen: the current problem, in one sentence. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/view_message.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/rfc3339.h"

static const char *
why_empty(const struct tk_input_info *input)
{
	if (input->state == TK_INPUT_WAITING)
		return "does not exist";
	if (input->error_number != 0)
		return strerror(input->error_number);
	return input->state == TK_INPUT_ENDED ? "ended" : "empty";
}

static void
say_empty(const struct rt_view *view, char *out, size_t size)
{
	const struct tk_input_info *input = view->input;
	/* --once does not wait. */
	bool waits = view->wall_ns != 0;

	if (view->ingest->lines > 0)
		snprintf(out, size, "0 events%s in %llu lines",
			 waits ? " yet" : "",
			 (unsigned long long)view->ingest->lines);
	else if (view->input_count == 0)
		snprintf(out, size, "0 events%s", waits ? " yet" : "");
	else
		snprintf(out, size, "0 events%s %s (%s)",
			 waits ? " yet. Waiting for" : ":", input->path,
			 why_empty(input));
}

static void
say_rising_briefly(const struct rt_view *view, const struct rt_row *row,
		   char *out, size_t size)
{
	char rate[16], age[16];

	snprintf(out, size, "RISING %s %s/s %s %s", row->operation,
		 rt_view_rate(row->retries_per_s, rate, sizeof(rate)),
		 rt_view_age(rt_view_now_ns(view), row->rising_s * BO_NS_PER_S,
			     age, sizeof(age)),
		 row->error.label);
}

static void
say_rising(const struct rt_view *view, const struct rt_row *row, char *out,
	   size_t size)
{
	char rate[16], age[16], since[40], error[RT_LABEL_MAX + 16] = "";
	uint64_t since_ns = row->rising_s * BO_NS_PER_S;
	char limit[RT_LABEL_MAX + 48] = "";

	bo_rfc3339_format(since_ns, 0, since, sizeof(since));
	if (row->error.count > 0)
		snprintf(error, sizeof(error), "  %s %.0f%%", row->error.label,
			 row->error.share * 100.0);
	if (row->policy[0] != '\0')
		snprintf(limit, sizeof(limit), "  policy %s", row->policy);
	else if (row->max_attempts == RT_UNLIMITED)
		snprintf(limit, sizeof(limit), "  any number of attempts");
	else if (row->max_attempts > 0)
		snprintf(limit, sizeof(limit), "  at most %llu attempts",
			 (unsigned long long)row->max_attempts);
	snprintf(out, size, "RISING %s: %s retries/s since %s (%s)%s%s",
		 row->operation,
		 rt_view_rate(row->retries_per_s, rate, sizeof(rate)),
		 since + strlen("2026-11-23T"),
		 rt_view_age(rt_view_now_ns(view), since_ns, age, sizeof(age)),
		 error, limit);
}

/* Nothing is rising. */
static void
say_calm(const struct rt_view *view, bool brief, char *out, size_t size)
{
	const struct rt_model *model = &view->list->model;
	const struct rt_counts *w = &model->total.window;
	unsigned long long window_s = (unsigned long long)model->window_s;
	unsigned long long retries = (unsigned long long)w->retries;
	char age[16];

	if (view->wall_ns == 0) {
		snprintf(out, size,
			 "%llu retries in the %llus up to the newest event",
			 retries, window_s);
	} else if (!rt_ingest_is_live(view->ingest)) {
		rt_view_age(view->wall_ns, model->newest_ns, age, sizeof(age));
		if (brief)
			snprintf(out, size, "newest event %s ago", age);
		else
			snprintf(out, size,
				 "newest event %s ago; rates cover the %llus "
				 "before it",
				 age, window_s);
	} else if (w->retries > 0) {
		snprintf(out, size, "%llu retries in %llus, %s", retries,
			 window_s,
			 brief ? "usual rate"
			       : "no operation above its usual rate");
	} else if (model->total.calls_known) {
		snprintf(out, size, "all quiet: %llu calls, 0 retries in %llus",
			 (unsigned long long)rt_counts_calls(w), window_s);
	} else {
		snprintf(out, size, "all quiet: 0 retries in %llus", window_s);
	}
}

static void
say(const struct rt_view *view, bool brief, char *out, size_t size)
{
	const struct rt_row *rising = rt_model_rising(&view->list->model);

	if (view->ingest->events == 0)
		say_empty(view, out, size);
	else if (rising == NULL)
		say_calm(view, brief, out, size);
	else if (brief)
		say_rising_briefly(view, rising, out, size);
	else
		say_rising(view, rising, out, size);
}

void
rt_view_message(const struct rt_view *view, char *out, size_t size)
{
	say(view, false, out, size);
}

void
rt_view_message_short(const struct rt_view *view, char *out, size_t size)
{
	say(view, true, out, size);
}
