/* The page with retrysim's answer. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/view_simulate.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "retrytop/simulate.h"
#include "retrytop/view_text.h"

/* A lower screen has only the state above the answer. */
#define SMALL_HEIGHT 16

/* retrysim's lines have 40 columns at least. */
static size_t
margin_of(size_t width)
{
	return width >= 42 ? 1 : 0;
}

size_t
rt_view_simulate_columns(size_t width)
{
	return width - 2 * margin_of(width);
}

static void
say_state(const struct rt_view *view, char *out, size_t size)
{
	const struct rt_simulate *simulate = view->simulate;
	char span[16];

	switch (simulate->state) {
	case RT_SIMULATE_NONE:
		snprintf(out, size, "nothing was asked");
		break;
	case RT_SIMULATE_RUNS:
		snprintf(out, size, "%s: retrysim runs for %s; x cancels it",
			 simulate->subject,
			 rt_view_span(view->now_ns - simulate->began_ns, span,
				      sizeof(span)));
		break;
	case RT_SIMULATE_DONE:
		snprintf(out, size, "%s: what would other policies have done?",
			 simulate->subject);
		break;
	case RT_SIMULATE_CANCELLED:
		snprintf(out, size, "%s: cancelled; x asks again",
			 simulate->subject);
		break;
	case RT_SIMULATE_FAILED:
		snprintf(out, size, "no answer: %s", simulate->problem);
		break;
	}
}

/* That events were saved, where, and whether they are all of the window. */
static void
say_saved(const struct rt_view *view, char *out, size_t size)
{
	const struct rt_simulate *simulate = view->simulate;
	uint64_t window_s = view->list->model.window_s;
	char part[64] = "";

	if (simulate->covered_s < window_s)
		snprintf(part, sizeof(part), ", only %llus of %llus",
			 (unsigned long long)simulate->covered_s,
			 (unsigned long long)window_s);
	snprintf(out, size, "%zu recorded events%s, saved to %s",
		 simulate->saved, part, simulate->path);
}

void
rt_view_simulate(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	const struct rt_simulate *simulate = view->simulate;
	char text[1024];

	if (simulate == NULL)
		return;
	say_state(view, text, sizeof(text));
	rt_grid_text(grid, 1, y++, SIZE_MAX,
		     simulate->state == RT_SIMULATE_FAILED
			     ? RT_ATTR_BAD | RT_ATTR_BOLD
			     : RT_ATTR_BOLD,
		     text);
	if (simulate->path[0] != '\0') {
		say_saved(view, text, sizeof(text));
		rt_grid_text(grid, 1, y++, SIZE_MAX,
			     simulate->covered_s < view->list->model.window_s
				     ? RT_ATTR_WARN
				     : RT_ATTR_DIM,
			     text);
	}
	if (grid->height >= SMALL_HEIGHT) {
		if (simulate->command != NULL)
			rt_grid_text(grid, 1, y++, SIZE_MAX, RT_ATTR_DIM,
				     simulate->command);
		y++;
	}
	rt_view_text(view, grid, y, margin_of(grid->width),
		     simulate->child.text != NULL ? simulate->child.text : "");
	if (simulate->child.cut && grid->height >= SMALL_HEIGHT)
		rt_grid_text(grid, 1, y - 1, SIZE_MAX, RT_ATTR_WARN,
			     "the end of the answer is missing: too long");
}
