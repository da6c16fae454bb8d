/* The state that a screen shows, with words and numbers for all its parts. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/view.h"

#include <stdio.h>

#include "base/num.h"
#include "common/units.h"

uint64_t
rt_view_now_ns(const struct rt_view *view)
{
	if (!rt_ingest_is_live(view->ingest))
		return view->list->model.newest_ns;
	/* During a pause, ages are frozen too. */
	return view->list->paused ? (view->list->model.end_s + 1) * BO_NS_PER_S
				  : view->wall_ns;
}

char *
rt_view_age(uint64_t now_ns, uint64_t then_ns, char *out, size_t size)
{
	uint64_t age_ns = now_ns > then_ns ? now_ns - then_ns : 0;

	if (then_ns == 0) {
		snprintf(out, size, "-");
		return out;
	}
	age_ns -= age_ns % BO_NS_PER_S;
	if (age_ns == 0)
		snprintf(out, size, "0s");
	else
		tk_format_duration(age_ns, out, size);
	return out;
}

char *
rt_view_rate(double per_s, char *out, size_t size)
{
	if (per_s >= 99999.95)
		return tk_format_count(per_s, out, size);
	if (per_s <= 0.0)
		snprintf(out, size, "0");
	else
		snprintf(out, size, per_s < 9.995 ? "%.2f" : "%.1f", per_s);
	return out;
}

const char *
rt_view_state(const struct rt_view *view)
{
	if (view->list->paused)
		return "PAUSED";
	if (view->ingest->lines == 0)
		return "WAITING";
	if (!rt_ingest_is_live(view->ingest) ||
	    view->silence_ns > RT_VIEW_STALE_NS)
		return "STALE";
	return "LIVE";
}

const char *
rt_view_input_state(enum tk_input_state state)
{
	static const char *const words[] = {
		[TK_INPUT_WAITING] = "waiting",
		[TK_INPUT_READING] = "reading",
		[TK_INPUT_DENIED] = "failed",
		[TK_INPUT_ENDED] = "ended",
	};

	_Static_assert(sizeof(words) / sizeof(*words) == TK_INPUT_STATE_COUNT,
		       "each state has its word");
	return words[state];
}
