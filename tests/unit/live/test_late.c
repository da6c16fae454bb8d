/* Tests of tools/live/subject.c and parts.c: an incident of a host whose lines
 * come later than those of the others. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "unit/live/helper.h"
#include "live/verdict.h"

#define SECONDS 500
#define BEGIN 200
#define END 360
#define PER_S 6

/* Four hosts, of which the last has failures from BEGIN to END; its lines come
 * in batches, or at once, this much later. */
struct shipping {
	const char *why;
	double batch_s, late_s;
	/* It writes nothing any more from then on; 0: it goes on. */
	unsigned stops;
};

static void
add_second(struct rt_window *window, unsigned host, unsigned at, unsigned now)
{
	static const char *const name[] = {"a", "b", "c", "bad"};
	bool fails = host == 3 && at >= BEGIN && at < END;
	struct backoff_event event = native_event(
		fails ? BACKOFF_EVENT_EXHAUSTED : BACKOFF_EVENT_SUCCESS, "op",
		T0_S + at, 1);

	event.host = name[host];
	rt_window_arrives(window, true);
	for (unsigned i = 0; i < PER_S; i++)
		cr_assert(
			rt_window_add(window, &event, (T0_S + now) * NS_PER_S));
}

/* When the lines of a second of the bad host come. */
static unsigned
comes_at(const struct shipping *how, unsigned at)
{
	double sent = at + 1;

	if (how->batch_s > 0.0)
		sent = ceil(sent / how->batch_s) * how->batch_s;
	return (unsigned)(sent + how->late_s);
}

static bool
is_said(struct rt_window *window, unsigned now, uint64_t *since_s)
{
	const struct rt_subject *subject =
		rt_operation_subject(rt_window_operation(window, 0));

	rt_window_judge(window);
	return rt_verdict_of(subject, T0_S + now, since_s) != RT_WORD_NONE;
}

/* What the healthy hosts have written since then does not ease it. */
static void
expect_steady(const struct shipping *how, struct rt_window *window,
	      unsigned now)
{
	struct rt_verdicts *verdicts = malloc(sizeof(*verdicts));

	cr_assert(rt_verdicts_update(verdicts, window));
	cr_expect_neq(verdicts->item[0].trend, RT_TREND_EASING,
		      "%s: eases at %u", how->why, now);
	free(verdicts);
}

static void
watch(const struct shipping *how)
{
	struct rt_window *window = rt_window_new();
	unsigned sent = 0, begins = 0, said_at = 0, ended_at = 0;
	unsigned last = how->stops != 0 ? how->stops : SECONDS;
	bool was = false;

	for (unsigned now = 1; now < SECONDS; now++) {
		uint64_t since_s = 0;
		bool said;

		for (unsigned host = 0; host < 3; host++)
			add_second(window, host, now - 1, now);
		while (sent < last && comes_at(how, sent) <= now)
			add_second(window, 3, sent++, now);
		said = is_said(window, now, &since_s);
		if (said)
			cr_expect(since_s >= T0_S + BEGIN - 1 &&
					  since_s <= T0_S + BEGIN + 1,
				  "%s: at %u, since %d", how->why, now,
				  (int)(since_s - T0_S));
		if (said && !was && begins++ == 0)
			said_at = now;
		if (said && now < fmin(last, END))
			expect_steady(how, window, now);
		if (!said && was)
			ended_at = now;
		was = said;
	}
	cr_expect_eq(begins, 1, "%s: begins %u times", how->why, begins);
	cr_expect(said_at <= comes_at(how, BEGIN + 4) + 1, "%s: said at %u",
		  how->why, said_at);
	cr_expect(ended_at > fmin(last, END) && ended_at < END + 75,
		  "%s: ended at %u", how->why, ended_at);
	rt_window_free(window);
}

Test(live_late, a_verdict_does_not_end_before_the_failing_host_is_heard)
{
	static const struct shipping how[] = {
		{"at once", 0, 0, 0},
		{"in batches of 15 s, 20 s late", 15, 20, 0},
		{"in batches of 15 s", 15, 0, 0},
		{"in batches of 5 s, 20 s late", 5, 20, 0},
		{"in batches of 10 s, 2 s late", 10, 2, 0},
		{"in batches of 30 s", 30, 1, 0},
		{"8 s late", 0, 8, 0},
		/* It is not waited for longer than usual. */
		{"at once, and stops", 0, 0, 300},
		{"in batches of 15 s, and stops", 15, 20, 300},
	};

	for (size_t i = 0; i < sizeof(how) / sizeof(*how); i++)
		watch(&how[i]);
}
