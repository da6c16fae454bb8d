/* When events happened: which times are believed, and how late lines come. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/when.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "live/history.h"
#include "live/lateness.h"
#include "live/recent.h"

/* The year 2262; later times mean "absent". */
#define TS_MAX_NS ((uint64_t)INT64_MAX)
/* Clocks that are kept in step differ by less. */
#define AHEAD_NS (2 * BO_NS_PER_S)
/* A difference that the order of lines, or slow shipping, does not explain; in
 * a log with longer gaps, a multiple of those; never more than LEAP_NS. */
#define FAR_NS (60 * BO_NS_PER_S)
#define FAR_GAPS 8
#define LEAP_NS (3600 * BO_NS_PER_S)
/* A host whose lines lag by as much as this, always the same, has a clock that
 * is behind: what ships lines late does not keep time. */
#define BEHIND_NS (10 * BO_NS_PER_S)
/* Events that show that a clock is ahead. */
#define AHEAD_MIN 5
/* Events closer to the wall clock are believed, and say how late lines come. */
#define AGREE_NS (RT_HISTORY_S * BO_NS_PER_S)
/* Events in a row that confirm a time far ahead: of one host between others,
 * more, because its clock may be wrong. */
#define CONFIRM 2
#define CONFIRM_HOST 8
/* If at most this many events had a time, that of later ones replaces it: of
 * this many in a row, fewer if they are further behind than the history. */
#define STRAY_EVENTS 3
#define BACK_FAR 8
#define BACK_LEAP 2
/* All zones differ by multiples of this; clocks that are kept in step, and
 * lines that come at once, by little more. */
#define ZONE_NS (900 * (int64_t)BO_NS_PER_S)
#define ZONE_OFF_NS (5 * (int64_t)BO_NS_PER_S)

/* One input. */
struct feed {
	/* 0 before the first event. */
	uint64_t newest_ns, first_ns;
	/* Events since the time was set as it is, and the earliest event before
	 * that; 0 if that time was given up or there was none. */
	uint64_t since, first_before_ns;
	/* The longest recent gap between events. */
	uint64_t gap_ns;
	/* Events in a row that are held, their times, and their clocks; fewer
	 * than would confirm them. */
	uint64_t held, held_first_ns, held_last_ns;
	uint64_t held_clock[CONFIRM_HOST];
	bool held_mixed;
	/* Events in a row that are far behind, or even further. */
	uint64_t far, leap, behind_ns;
	struct rt_recent recent;
};

struct rt_when {
	struct feed *feed;
	size_t feeds;
	uint64_t newest_ns, first_ns, watched_ns, leaps;
	/* The time of the last event as it was judged, and the wall clock then,
	 * as the log would show it; 0: none. */
	uint64_t last_ns, wall_ns;
	/* The log is known to show the time of the wall clock. */
	bool right;
	struct rt_clocks clocks;
	struct rt_lateness lateness;
};

struct rt_when *
rt_when_new(void)
{
	return calloc(1, sizeof(struct rt_when));
}

void
rt_when_free(struct rt_when *when)
{
	if (when == NULL)
		return;
	free(when->feed);
	free(when);
}

static struct feed *
find_feed(struct rt_when *when, size_t input)
{
	struct feed *feed;
	size_t count = input + input / 2 + 4;

	if (input < when->feeds)
		return &when->feed[input];
	feed = reallocarray(when->feed, count, sizeof(*feed));
	if (feed == NULL)
		return NULL;
	memset(feed + when->feeds, 0, (count - when->feeds) * sizeof(*feed));
	when->feed = feed;
	when->feeds = count;
	return &feed[input];
}

/* Whether the events of an input show the time of the wall clock. */
static bool
is_right(const struct feed *feed, uint64_t wall_ns)
{
	return feed->newest_ns <= wall_ns + AHEAD_NS &&
	       feed->newest_ns + AGREE_NS > wall_ns;
}

static void
find_ends(struct rt_when *when)
{
	when->newest_ns = when->first_ns = 0;
	for (size_t i = 0; i < when->feeds; i++) {
		const struct feed *feed = &when->feed[i];

		if (feed->newest_ns > when->newest_ns)
			when->newest_ns = feed->newest_ns;
		if (feed->first_ns != 0 &&
		    (when->first_ns == 0 || feed->first_ns < when->first_ns))
			when->first_ns = feed->first_ns;
	}
}

static uint64_t
far_ns(const struct feed *feed)
{
	uint64_t gaps = bo_mul_sat(feed->gap_ns, FAR_GAPS);

	return gaps < FAR_NS ? FAR_NS : bo_min(gaps, LEAP_NS);
}

static bool
is_near(uint64_t a, uint64_t b, uint64_t by_ns)
{
	return (a > b ? a - b : b - a) < by_ns;
}

/* Note whether the last event of a host was ahead of what two others show
 * now: they came later. */
static void
note_ahead(const struct feed *feed, struct rt_clock *clock, uint64_t ts_ns,
	   uint64_t other_ns)
{
	uint64_t last_ns = clock->last_ns;

	clock->last_ns = ts_ns;
	if (other_ns == 0)
		return;
	if (last_ns < other_ns + RT_RECENT_APART_NS)
		clock->ahead = 0;
	else if (rt_recent_agree(&feed->recent, clock->id, other_ns))
		clock->ahead++;
}

/* The time by a clock that was right. */
static uint64_t
correct(const struct rt_clock *clock, const struct rt_when_event *event)
{
	int64_t offset = clock->offset_ns;

	if (offset >= (int64_t)FAR_NS || offset <= -(int64_t)BEHIND_NS ||
	    (offset > 0 && (event->arrives || clock->ahead >= AHEAD_MIN)))
		return event->ts_ns - (uint64_t)offset;
	return event->ts_ns;
}

/* Time goes on from here. A few events long before it were strays. */
static void
set_time(struct rt_when *when, struct feed *feed, uint64_t first_ns)
{
	bool stray = feed->since <= STRAY_EVENTS &&
		     first_ns >= feed->newest_ns + LEAP_NS;

	feed->first_before_ns = stray ? 0 : feed->first_ns;
	if (stray || first_ns < feed->first_ns)
		feed->first_ns = first_ns;
	feed->since = 0;
	feed->gap_ns = 0;
	find_ends(when);
}

static void
forget_clocks(struct rt_when *when, struct feed *feed)
{
	for (size_t i = 0; i < rt_recent_count(&feed->recent); i++) {
		struct rt_clock *clock = rt_clocks_find(
			&when->clocks, feed->recent.seen[i].clock, NULL, 0);

		clock->samples = 0;
		clock->offset_ns = 0;
	}
	feed->recent.count = 0;
}

/* The time of the newest events was wrong. */
static void
go_back(struct rt_when *when, struct feed *feed, uint64_t first_ns,
	uint64_t newest_ns)
{
	when->leaps += feed->since;
	if (feed->first_before_ns != 0)
		first_ns = bo_min(first_ns, feed->first_before_ns);
	feed->first_ns = first_ns;
	feed->newest_ns = newest_ns;
	feed->first_before_ns = 0;
	feed->gap_ns = 0;
	/* What came before the strays counts again. */
	feed->since = STRAY_EVENTS + 1;
	feed->far = feed->leap = 0;
	forget_clocks(when, feed);
	find_ends(when);
}

/* Whether the newest events are all of one host, between more events of others
 * that are far behind: then its clock is ahead. */
static bool
is_one_host_ahead(const struct feed *feed, uint64_t clock)
{
	uint64_t ahead_clock = 0;
	unsigned ahead = 0, behind = 0, changes = 0;
	bool was_ahead = false;

	for (size_t i = 0; i < rt_recent_count(&feed->recent); i++) {
		const struct rt_seen *seen = rt_recent_at(&feed->recent, i);
		bool is_ahead = seen->ts_ns + FAR_NS > feed->newest_ns;

		changes += ahead + behind > 0 && is_ahead != was_ahead;
		was_ahead = is_ahead;
		ahead += is_ahead;
		behind += !is_ahead;
		if (!is_ahead)
			continue;
		if (seen->clock == clock ||
		    (ahead_clock != 0 && ahead_clock != seen->clock))
			return false;
		ahead_clock = seen->clock;
	}
	return ahead > 0 && behind >= 2 * ahead && changes >= 2;
}

/* An event far behind the newest. */
static void
note_behind(struct rt_when *when, struct feed *feed, uint64_t clock,
	    const struct rt_when_event *event, struct rt_when_answer *out)
{
	uint64_t ts_ns = out->ts_ns;
	uint64_t last_ns = feed->behind_ns, first_ns = ts_ns;
	bool in_row = feed->far > 0 && is_near(ts_ns, last_ns, LEAP_NS);
	bool leap = ts_ns + AGREE_NS <= feed->newest_ns;
	bool current = event->wall_ns != 0 &&
		       is_near(feed->newest_ns, event->wall_ns, AGREE_NS);

	out->behind = true;
	if (ts_ns + LEAP_NS > feed->newest_ns && ts_ns < feed->first_ns) {
		feed->first_ns = ts_ns;
		find_ends(when);
	}
	feed->far = in_row ? feed->far + 1 : 1;
	feed->leap = leap ? (in_row ? feed->leap + 1 : 1) : 0;
	feed->behind_ns = in_row && last_ns > ts_ns ? last_ns : ts_ns;
	if (in_row)
		first_ns = bo_min(first_ns, last_ns);
	if (current || feed->leap + feed->far < 2)
		return;
	if ((feed->since <= STRAY_EVENTS &&
	     (feed->leap >= BACK_LEAP || feed->far >= BACK_FAR)) ||
	    is_one_host_ahead(feed, clock)) {
		go_back(when, feed, first_ns, feed->behind_ns);
		rt_recent_note(&feed->recent, ts_ns, clock);
		out->forget = true;
	} else if (feed->leap >= BACK_LEAP && first_ns < feed->first_ns) {
		feed->first_ns = first_ns;
		find_ends(when);
	}
}

/* Whether events that are far ahead are confirmed by now. */
static bool
is_confirmed(const struct feed *feed, uint64_t clock)
{
	if (rt_recent_has_others(&feed->recent, clock) && !feed->held_mixed)
		return feed->held >= CONFIRM_HOST;
	return feed->held >= CONFIRM;
}

/* The clocks of held events were right. */
static void
clear_leaps(struct rt_when *when, const struct feed *feed, uint64_t held)
{
	when->leaps -= held;
	for (uint64_t i = 0; i < held; i++) {
		struct rt_clock *clock = rt_clocks_find(
			&when->clocks, feed->held_clock[i], NULL, 0);

		clock->leaps -= clock->leaps > 0;
	}
}

/* An event far ahead of the others of its input, in history. */
static void
hold(struct rt_when *when, struct feed *feed, struct rt_clock *clock,
     struct rt_when_answer *out)
{
	uint64_t ts_ns = out->ts_ns;

	if (feed->held > 0 && !is_near(ts_ns, feed->held_last_ns, LEAP_NS)) {
		feed->held = 0;
		out->held = RT_HELD_WRONG;
	}
	if (feed->held == 0) {
		feed->held_mixed = false;
		feed->held_first_ns = ts_ns;
	}
	/* As many are confirmed. */
	assert(feed->held < CONFIRM_HOST);
	feed->held_clock[feed->held++] = clock->id;
	feed->held_mixed |= feed->held_clock[0] != clock->id;
	feed->held_first_ns = bo_min(feed->held_first_ns, ts_ns);
	feed->held_last_ns = ts_ns;
	if (is_confirmed(feed, clock->id)) {
		set_time(when, feed, feed->held_first_ns);
		clear_leaps(when, feed, feed->held - 1);
		feed->since += feed->held - 1;
		feed->newest_ns = ts_ns;
		feed->held = 0;
		find_ends(when);
		out->held = RT_HELD_BELIEVED;
		return;
	}
	when->leaps++;
	clock->leaps++;
	clock->leap_ns = (int64_t)(ts_ns - feed->newest_ns);
	out->held_ns = ts_ns;
	out->ts_ns = 0;
}

static void
drop_held(struct feed *feed, struct rt_when_answer *out)
{
	if (feed->held > 0)
		out->held = RT_HELD_WRONG;
	feed->held = 0;
}

static void
move_on(struct rt_when *when, struct feed *feed, uint64_t ts_ns)
{
	feed->since++;
	if (ts_ns > feed->newest_ns) {
		uint64_t gap_ns = ts_ns - feed->newest_ns;

		feed->gap_ns -= feed->gap_ns / RT_RECENT;
		if (feed->since > 1 && gap_ns > feed->gap_ns)
			feed->gap_ns = gap_ns;
		feed->newest_ns = ts_ns;
		if (ts_ns > when->newest_ns)
			when->newest_ns = ts_ns;
	}
	if (ts_ns < feed->first_ns) {
		feed->first_ns = ts_ns;
		find_ends(when);
	}
}

/* Whether an event must be confirmed by others. */
static bool
is_doubtful(const struct rt_when *when, const struct feed *feed,
	    uint64_t wall_ns, uint64_t ts_ns)
{
	uint64_t after_ns =
		feed->newest_ns != 0 ? feed->newest_ns : when->newest_ns;
	uint64_t by_ns = feed->newest_ns != 0 ? far_ns(feed) : LEAP_NS;

	return after_ns != 0 && ts_ns >= after_ns + by_ns &&
	       !(wall_ns != 0 && is_near(ts_ns, wall_ns, AGREE_NS));
}

/* By the other events of its input. */
static void
judge_by_others(struct rt_when *when, struct feed *feed, struct rt_clock *clock,
		const struct rt_when_event *event, struct rt_when_answer *out)
{
	uint64_t ts_ns = out->ts_ns;

	if (is_doubtful(when, feed, event->wall_ns, ts_ns)) {
		feed->far = feed->leap = 0;
		hold(when, feed, clock, out);
		if (out->ts_ns != 0)
			move_on(when, feed, ts_ns);
		return;
	}
	drop_held(feed, out);
	rt_recent_note(&feed->recent, ts_ns, clock->id);
	if (ts_ns + far_ns(feed) <= feed->newest_ns) {
		note_behind(when, feed, clock->id, event, out);
		return;
	}
	feed->far = feed->leap = 0;
	if (feed->newest_ns == 0 || ts_ns >= feed->newest_ns + LEAP_NS) {
		set_time(when, feed, ts_ns);
		feed->newest_ns = 0;
	}
	move_on(when, feed, ts_ns);
}

/* Whether another input shows the time of the wall clock. */
static bool
is_another_right(const struct rt_when *when, const struct feed *feed,
		 uint64_t wall_ns)
{
	for (size_t i = 0; i < when->feeds; i++)
		if (&when->feed[i] != feed && is_right(&when->feed[i], wall_ns))
			return true;
	return false;
}

/* By the clock on the wall, which no event that arrives is ahead of. */
static void
judge_by_wall(struct rt_when *when, const struct feed *feed,
	      struct rt_clock *clock, const struct rt_when_event *event,
	      struct rt_when_answer *out)
{
	uint64_t wall_ns = event->wall_ns;

	if (!event->arrives) {
		if (out->ts_ns > wall_ns + AHEAD_NS &&
		    is_another_right(when, feed, wall_ns)) {
			when->leaps++;
			out->ts_ns = 0;
		}
		return;
	}
	if (out->ts_ns <= wall_ns + AHEAD_NS) {
		if (out->ts_ns == event->ts_ns && out->ts_ns != wall_ns)
			rt_lateness_note(&when->lateness,
					 bo_sub_sat(wall_ns, out->ts_ns),
					 wall_ns);
		return;
	}
	if (clock->offset_ns == 0) {
		when->leaps++;
		clock->leaps++;
		clock->leap_ns = (int64_t)(out->ts_ns - wall_ns);
	}
	out->ts_ns = wall_ns;
}

/* The log shows the time of the wall clock: what is ahead of it is wrong. Says
 * whether something was. */
static bool
trust_wall(struct rt_when *when, uint64_t wall_ns)
{
	bool ahead = false;

	when->right = true;
	for (size_t i = 0; i < when->feeds; i++) {
		struct feed *feed = &when->feed[i];

		if (feed->newest_ns <= wall_ns + AHEAD_NS)
			continue;
		ahead = true;
		feed->newest_ns = wall_ns;
		feed->first_ns = bo_min(feed->first_ns, wall_ns);
		feed->far = feed->leap = 0;
		forget_clocks(when, feed);
	}
	find_ends(when);
	return ahead;
}

/* The log shows the time of a clock that is ahead of the wall's by this. */
static void
set_base(struct rt_when *when, int64_t base_ns)
{
	int64_t half_ns = base_ns < 0 ? -ZONE_NS / 2 : ZONE_NS / 2;
	int64_t zone_ns = (base_ns + half_ns) / ZONE_NS * ZONE_NS;

	if (zone_ns != 0 && llabs(base_ns - zone_ns) <= ZONE_OFF_NS)
		base_ns = zone_ns;
	rt_clocks_set_base(&when->clocks, base_ns);
}

/* Whether this time continues the events of an input. */
static bool
goes_on(const struct feed *feed, uint64_t ts_ns)
{
	return feed->newest_ns != 0 && ts_ns + far_ns(feed) > feed->newest_ns &&
	       ts_ns < feed->newest_ns + LEAP_NS;
}

/* Find out which time a log shows that was begun before it was watched: lines
 * that arrive continue it. */
static void
find_base(struct rt_when *when, const struct feed *feed,
	  const struct rt_clock *clock, const struct rt_when_event *event,
	  struct rt_when_answer *out)
{
	uint64_t wall_ns = event->wall_ns, ts_ns = event->ts_ns;

	if (!event->arrives || when->right || when->clocks.base_ns != 0)
		return;
	if (ts_ns <= wall_ns + AHEAD_NS && ts_ns + AGREE_NS > wall_ns) {
		out->forget = trust_wall(when, wall_ns);
		return;
	}
	if (!goes_on(feed, ts_ns))
		return;
	if (feed->newest_ns > wall_ns + AHEAD_NS && ts_ns > wall_ns + AHEAD_NS)
		set_base(when, (int64_t)(correct(clock, event) - wall_ns));
	else if (clock->offset_ns <= -(int64_t)AGREE_NS)
		set_base(when, clock->offset_ns);
}

static void
compare_clocks(struct rt_when *when, const struct feed *feed,
	       struct rt_clock *clock, const struct rt_when_event *event)
{
	uint64_t other_ns, late_ns;

	if (event->arrives) {
		when->clocks.by_wall = true;
		/* A line that is less late than most is no more than that. */
		late_ns = rt_lateness_of(&when->lateness, 0.5);
		other_ns = bo_min(event->wall_ns, event->ts_ns);
		if (other_ns + late_ns < event->wall_ns)
			other_ns = event->wall_ns - late_ns;
	} else {
		other_ns = rt_recent_others_ns(
			&feed->recent, clock->id, event->ts_ns,
			bo_sub_sat(feed->newest_ns, FAR_NS));
		note_ahead(feed, clock, event->ts_ns, other_ns);
		/* Many lines at once are a batch, if their time goes on. */
		if (other_ns == 0 && event->ts_ns + BEHIND_NS < feed->newest_ns)
			other_ns = feed->newest_ns;
	}
	if (other_ns != 0)
		rt_clock_compare(clock, event->ts_ns, other_ns);
}

uint64_t
rt_when_onward_ns(struct rt_when *when, const struct rt_when_event *event)
{
	struct rt_clock *clock = rt_clocks_find(
		&when->clocks, rt_clock_id(event->host, event->input),
		event->host, event->input);

	return rt_clock_onward_ns(
		&when->clocks, clock,
		&(struct rt_clock_line){event->ts_ns, event->pid, event->seq,
					event->input});
}

bool
rt_when_judge(struct rt_when *when, const struct rt_when_event *given,
	      struct rt_when_answer *out)
{
	struct rt_when_event by_base = *given;
	const struct rt_when_event *event = &by_base;
	struct feed *feed = find_feed(when, event->input);
	struct rt_clock *clock;

	when->last_ns = 0;
	*out = (struct rt_when_answer){0};
	if (feed == NULL)
		return false;
	if (event->ts_ns == 0)
		return true;
	if (event->ts_ns > TS_MAX_NS) {
		when->leaps++;
		return true;
	}
	clock = rt_clocks_find(&when->clocks,
			       rt_clock_id(event->host, event->input),
			       event->host, event->input);
	by_base.ts_ns = rt_when_onward_ns(when, given);
	by_base.wall_ns = rt_when_wall_ns(when, given->wall_ns);
	compare_clocks(when, feed, clock, event);
	find_base(when, feed, clock, event, out);
	by_base.wall_ns = rt_when_wall_ns(when, given->wall_ns);
	when->wall_ns = event->wall_ns;
	out->ts_ns = correct(clock, event);
	if (event->wall_ns != 0)
		judge_by_wall(when, feed, clock, event, out);
	if (out->ts_ns != 0)
		judge_by_others(when, feed, clock, event, out);
	when->last_ns = out->ts_ns;
	return true;
}

/* Whether held events that nothing follows are believed. A single event
 * that would empty the whole history is not: its clock may be wrong, and what
 * it would hide may be an outage. A clock that others have contradicted is not
 * believed again. A log of few events shows no usual gap. */
static bool
is_believed_at_end(struct rt_when *when, const struct feed *feed)
{
	const struct rt_clock *clock = rt_clocks_find(
		&when->clocks, feed->held_clock[feed->held - 1], NULL, 0);

	/* Nor one of the future. */
	if (when->wall_ns != 0 && feed->newest_ns <= when->wall_ns + AHEAD_NS &&
	    feed->held_last_ns > when->wall_ns + AHEAD_NS)
		return false;
	if (feed->held > STRAY_EVENTS || feed->recent.count < RT_RECENT)
		return true;
	return clock->leaps <= feed->held &&
	       (feed->held >= CONFIRM ||
		feed->held_first_ns < feed->newest_ns + AGREE_NS);
}

enum rt_when_held
rt_when_end(struct rt_when *when, size_t input)
{
	struct feed *feed;
	bool believed;

	if (input >= when->feeds || when->feed[input].held == 0)
		return RT_HELD_STILL;
	feed = &when->feed[input];
	believed = is_believed_at_end(when, feed);
	if (believed) {
		clear_leaps(when, feed, feed->held);
		set_time(when, feed, feed->held_first_ns);
		feed->since += feed->held;
		feed->newest_ns = feed->held_last_ns;
		find_ends(when);
	}
	feed->held = 0;
	return believed ? RT_HELD_BELIEVED : RT_HELD_WRONG;
}

uint64_t
rt_when_newest_ns(const struct rt_when *when)
{
	return when->newest_ns;
}

uint64_t
rt_when_first_ns(const struct rt_when *when)
{
	return when->first_ns;
}

uint64_t
rt_when_last_ns(const struct rt_when *when)
{
	return when->last_ns;
}

uint64_t
rt_when_wall_ns(const struct rt_when *when, uint64_t wall_ns)
{
	return wall_ns == 0 ? 0 : wall_ns + (uint64_t)when->clocks.base_ns;
}

bool
rt_when_watch(struct rt_when *when, uint64_t wall_ns)
{
	if (when->watched_ns != 0)
		return false;
	when->watched_ns = wall_ns;
	for (size_t i = 0; i < when->feeds; i++)
		if (is_right(&when->feed[i], wall_ns))
			return trust_wall(when, wall_ns);
	return false;
}

uint64_t
rt_when_known_ns(const struct rt_when *when)
{
	uint64_t watched_ns = rt_when_wall_ns(when, when->watched_ns);

	if (when->first_ns == 0 || watched_ns == 0)
		return when->first_ns + watched_ns;
	/* Which time the log shows is not known yet. */
	if (when->newest_ns > when->wall_ns + AHEAD_NS)
		return when->first_ns;
	return bo_min(when->first_ns, watched_ns);
}

uint64_t
rt_when_late_ns(const struct rt_when *when)
{
	return rt_lateness_of(&when->lateness, 0.9);
}

uint64_t
rt_when_as_of_ns(const struct rt_when *when, uint64_t wall_ns)
{
	uint64_t expected_ns;

	wall_ns = rt_when_wall_ns(when, wall_ns);
	expected_ns = bo_sub_sat(wall_ns, rt_when_late_ns(when));
	if (wall_ns == 0)
		return when->newest_ns;
	return bo_min(when->newest_ns > expected_ns ? when->newest_ns
						    : expected_ns,
		      wall_ns);
}

uint64_t
rt_when_leaps(const struct rt_when *when)
{
	return when->leaps;
}

const struct rt_clocks *
rt_when_clocks(const struct rt_when *when)
{
	return &when->clocks;
}
