/* The state that a screen shows, with words and numbers for all its parts. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/view.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "base/rfc3339.h"
#include "common/units.h"

uint64_t
rt_view_now_ns(const struct rt_view *view)
{
	if (view->list->model.is_past)
		return (view->list->model.end_s + 1) * BO_NS_PER_S;
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
rt_view_length(uint64_t seconds, char *out, size_t size)
{
	bool minutes = seconds >= 120 && seconds % 60 == 0;

	snprintf(out, size, "%llu%s",
		 (unsigned long long)(minutes ? seconds / 60 : seconds),
		 minutes ? "m" : "s");
	return out;
}

char *
rt_view_span(uint64_t span_ns, char *out, size_t size)
{
	return rt_view_age(bo_add_sat(span_ns, BO_NS_PER_S + BO_NS_PER_S / 2),
			   BO_NS_PER_S, out, size);
}

/* Lines may take this many times as long as usual. */
#define SILENT_TIMES 8
#define SILENT_MIN_NS (10 * BO_NS_PER_S)

bool
rt_view_is_silent(const struct rt_view *view)
{
	uint64_t limit_ns = RT_VIEW_STALE_NS;

	if (view->ingest->ended)
		return false;
	if (view->usual_ns != 0)
		limit_ns = bo_mul_sat(view->usual_ns, SILENT_TIMES);
	if (limit_ns < SILENT_MIN_NS)
		limit_ns = SILENT_MIN_NS;
	return view->silence_ns > limit_ns;
}

char *
rt_view_clock(const struct rt_view *view, const struct rt_clock *clock,
	      char *out, size_t size)
{
	int64_t ahead_ns = rt_clock_ahead_ns(
		rt_when_clocks(rt_window_when(view->ingest->window)), clock);
	bool steady = ahead_ns != 0;
	int64_t by_ns = steady ? ahead_ns : clock->leap_ns;
	const char *name = clock->host;
	char age[16], events[40] = "", back[80] = "";

	if (*name == '\0' && clock->input < view->input_count)
		name = view->input[clock->input].path;
	if (clock->back_ns > 0) {
		char at[40];

		bo_rfc3339_format(clock->back_at_ns, 0, at, sizeof(at));
		rt_view_span(clock->back_ns, age, sizeof(age));
		snprintf(back, sizeof(back), " went back by %s at %s", age, at);
	}
	if (clock->back_ns > 0 && by_ns == 0) {
		snprintf(out, size, "clock of %s%s", name, back);
		return out;
	}
	rt_view_span((uint64_t)llabs(by_ns), age, sizeof(age));
	if (!steady)
		snprintf(events, sizeof(events), " in %llu event%s",
			 (unsigned long long)clock->leaps,
			 clock->leaps == 1 ? "" : "s");
	snprintf(out, size, "clock of %s%s%s is %s %s%s%s", name, back,
		 *back != '\0' ? ", and" : "", age,
		 by_ns > 0 ? "ahead" : "behind", events,
		 by_ns > 0 ? "" : ", or its lines come this late");
	return out;
}

char *
rt_view_past(const struct rt_view *view, bool brief, char *out, size_t size)
{
	const struct rt_travel *travel = &view->list->travel;
	size_t mark = rt_travel_marked(travel);
	char clock[40], ago[16], length[24], marked[48] = "";

	bo_rfc3339_format((travel->at_s + 1) * BO_NS_PER_S, 0, clock,
			  sizeof(clock));
	rt_view_span((travel->now_s - travel->at_s) * BO_NS_PER_S, ago,
		     sizeof(ago));
	rt_view_length(view->list->model.window_s, length, sizeof(length));
	if (mark > 0)
		snprintf(marked, sizeof(marked), " (mark %zu of %zu)", mark,
			 travel->marks);
	if (brief)
		snprintf(out, size, "PAST %.8s, %s ago%s", clock + 11, ago,
			 marked);
	else
		snprintf(out, size,
			 "NOT NOW: the %s up to %.8s, %s ago%s   ] later   "
			 "Space now",
			 length, clock + 11, ago, marked);
	return out;
}

const char *
rt_view_state(const struct rt_view *view)
{
	if (view->list->model.is_past)
		return "PAST";
	if (view->list->paused)
		return "PAUSED";
	if (view->ingest->ended)
		return "ENDED";
	if (view->ingest->lines == 0)
		return "WAITING";
	if (!rt_ingest_is_live(view->ingest) || rt_view_is_silent(view))
		return "STALE";
	return view->replays ? "REPLAY" : "LIVE";
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
