/* What is wrong, since when and why, in the order of what matters. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/verdict.h"

#include <math.h>
#include <string.h>

#include "base/num.h"
#include "live/side_name.h"

/* What is said about the present covers the last seconds. */
#define RECENT_S 30
/* Calls fail if this share of attempts does, whatever becomes of retries that
 * still wait. */
#define FAILED_ATTEMPTS 0.5
/* A share of failed calls that is not small. */
#define FAILED_CALLS 0.05
/* They have failed until the shares are less than these parts of that: else
 * the word would change each few seconds. After that time, they fail only if
 * they did within this. */
#define FAILED_STILL 0.7
#define FAILED_CALLS_STILL 0.5
#define SETTLED_S 15
#define REMEMBERED_S 90
/* A share of failures that leaves little to others. */
#define MOST 0.8f
const char *
rt_word_name(enum rt_word word)
{
	static const char *const name[RT_WORD_COUNT] = {"", "SLOW", "AMPLIFIED",
							"FAILING"};

	return name[word];
}

static double
share(uint64_t part, uint64_t whole)
{
	return whole > 0 ? (double)part / (double)whole : 0.0;
}

/* The earlier of two times, of which 0 is none. */
static uint64_t
earlier(uint64_t a, uint64_t b)
{
	if (a == 0 || b == 0)
		return a + b;
	return bo_min(a, b);
}

/* The last seconds of what began then. */
static uint64_t
recent_s(uint64_t since_s, uint64_t end_s)
{
	if (end_s < since_s)
		return RECENT_S;
	return bo_min(RECENT_S, end_s - since_s + 1);
}

/* Remove the counts of a second that leaves. */
static void
take(struct rt_tally *from, const struct rt_tally *tally)
{
	from->tries -= tally->tries;
	from->failed -= tally->failed;
	from->calls -= tally->calls;
	from->failed_calls -= tally->failed_calls;
}

/* Whether calls fail by the counts of the last seconds, if they did before. */
static bool
shows_failing(const struct rt_tally *recent, double limit, bool was)
{
	double tries = was ? FAILED_ATTEMPTS * FAILED_STILL : FAILED_ATTEMPTS;
	double calls = was ? limit * FAILED_CALLS_STILL : limit;

	/* Where nothing comes, nothing changes. */
	if (recent->tries == 0 && recent->calls == 0)
		return was;
	return share(recent->failed, recent->tries) >= tries ||
	       share(recent->failed_calls, recent->calls) >= calls;
}

static bool
calls_fail(const struct rt_subject *subject, uint64_t since_s, uint64_t end_s)
{
	const struct rt_onset *calls = &subject->onset[RT_DETECTOR_CALLS];
	uint64_t second = since_s;
	struct rt_tally recent;
	bool fail = false;
	double limit;

	if (calls->since_s != 0)
		return true;
	if (end_s >= since_s + REMEMBERED_S || end_s < since_s)
		second = end_s - REMEMBERED_S;
	if (!subject->knows_calls)
		second = end_s;
	rt_subject_sum(subject, second, recent_s(since_s, second), &recent);
	if (!subject->knows_calls)
		return recent.failed_calls > 0;
	limit = rt_onset_usual(calls,
			       rt_subject_how(subject, RT_DETECTOR_CALLS));
	limit = fmax(FAILED_CALLS, 2.0 * limit + 0.02);
	fail = shows_failing(&recent, limit, false);
	while (second++ < end_s) {
		struct rt_tally tally =
			rt_tallies_of(&subject->tallies, second);

		rt_tally_add(&recent, &tally);
		if (second >= since_s + RECENT_S) {
			tally = rt_tallies_of(&subject->tallies,
					      second - RECENT_S);
			take(&recent, &tally);
		}
		/* The first failures are not all of what comes. */
		fail = shows_failing(&recent, limit,
				     fail && second >= since_s + SETTLED_S);
	}
	return fail;
}

enum rt_word
rt_verdict_of(const struct rt_subject *subject, uint64_t end_s,
	      uint64_t *since_s)
{
	const struct rt_onset *onset = subject->onset;

	*since_s = earlier(onset[RT_DETECTOR_TRIES].since_s,
			   onset[RT_DETECTOR_CALLS].since_s);
	if (*since_s != 0)
		return calls_fail(subject, *since_s, end_s) ? RT_WORD_FAILING
							    : RT_WORD_AMPLIFIED;
	*since_s = earlier(onset[RT_DETECTOR_SLOW].since_s,
			   onset[RT_DETECTOR_HEDGES].since_s);
	return *since_s != 0 ? RT_WORD_SLOW : RT_WORD_NONE;
}

enum rt_harm
rt_verdict_harm(enum rt_word word, const struct rt_subject *subject)
{
	if (word != RT_WORD_SLOW)
		return RT_HARM_FAILED;
	return subject->onset[RT_DETECTOR_SLOW].since_s != 0 ? RT_HARM_SLOW
							     : RT_HARM_HEDGED;
}

/* The share that is usual; where successes are not logged, all that is logged
 * has failed. */
static double
usual_of(enum rt_harm harm, const struct rt_subject *subject)
{
	static const enum rt_detector detector[RT_HARM_COUNT] = {
		[RT_HARM_FAILED] = RT_DETECTOR_TRIES,
		[RT_HARM_SLOW] = RT_DETECTOR_SLOW,
		[RT_HARM_HEDGED] = RT_DETECTOR_HEDGES,
	};
	const struct rt_onset *onset = &subject->onset[detector[harm]];

	if (!subject->knows_calls)
		return 0.0;
	if (onset->since_s != 0)
		return onset->usual;
	return rt_onset_usual(onset, rt_subject_how(subject, detector[harm]));
}

const struct rt_part *
rt_verdict_only(const struct rt_subject *subject, struct rt_parts *parts,
		enum rt_harm harm, uint64_t since_s, uint64_t end_s)
{
	rt_parts_settle(parts, end_s);
	return rt_parts_only(parts, harm, usual_of(harm, subject), since_s);
}

/* Whether others have many of the failures. */
static bool
have_others(const struct rt_parts *parts, const struct rt_part *part,
	    enum rt_harm harm)
{
	return part->harm[harm].failed < MOST * parts->all.harm[harm].failed;
}

/* Name the part that has the failures, if one has. */
static void
name_part(const struct rt_verdict *verdict, const struct rt_subject *subject,
	  enum rt_harm harm, const struct rt_parts *of, uint64_t end_s,
	  struct rt_named *out)
{
	struct rt_parts parts = *of;
	const struct rt_part *only =
		rt_verdict_only(subject, &parts, harm, verdict->since_s, end_s);

	if (only == NULL)
		return;
	memcpy(out->name, only->name, sizeof(only->name));
	out->more = have_others(&parts, only, harm);
}

/* The policy that is judged apart. */
static void
name_side(const struct rt_subject *subject, const struct rt_side *side,
	  enum rt_harm harm, uint64_t end_s, struct rt_named *out)
{
	struct rt_parts parts = subject->policies;

	rt_parts_settle(&parts, end_s);
	memcpy(out->name, side->name, sizeof(out->name));
	for (size_t i = 0; i < parts.count; i++)
		if (strcmp(parts.part[i].name, side->name) == 0)
			out->more = have_others(&parts, &parts.part[i], harm);
}

/* Takes the share of failures of a part, if there were enough attempts to know
 * it. */
static void
note_share(const struct rt_part *part, double *least, double *most)
{
	double tries = (double)part->harm->tries;
	double failed = (double)part->harm->failed;

	if (tries < 3.0)
		return;
	*least = fmin(*least, failed / tries);
	*most = fmax(*most, failed / tries);
}

/* Whether shares of failures are within a factor of two. */
static bool
are_alike(const struct rt_parts *parts)
{
	double least = 1.0, most = 0.0;

	for (size_t i = 0; i < parts->count; i++)
		note_share(&parts->part[i], &least, &most);
	note_share(&parts->rest, &least, &most);
	return most <= 2.0 * least;
}

double
rt_verdict_failed_per_s(const struct rt_subject *subject, uint64_t since_s,
			uint64_t end_s)
{
	uint64_t length_s = recent_s(since_s, end_s);
	struct rt_tally tally;

	rt_subject_sum(subject, end_s, length_s, &tally);
	return (double)tally.failed / (double)length_s;
}

/* The error that is to blame. */
static void
name_error(struct rt_verdict *verdict, const struct rt_subject *subject,
	   uint64_t end_s)
{
	struct rt_blame errors = subject->errors;
	double share;
	const char *error = rt_blame_top(&errors, end_s, &share);

	if (error == NULL || verdict->word == RT_WORD_SLOW)
		return;
	memcpy(verdict->error, error, sizeof(verdict->error));
	verdict->error_share = share;
}

static void
name_parts(struct rt_verdict *verdict, const struct rt_subject *subject,
	   const struct rt_side *side, uint64_t end_s)
{
	enum rt_harm harm = rt_verdict_harm(
		verdict->word, side != NULL ? &side->subject : subject);
	struct rt_parts parts = subject->hosts;

	rt_parts_settle(&parts, end_s);
	verdict->hosts = rt_parts_live(&parts);
	verdict->hosts_more = rt_parts_more(&parts);
	verdict->hosts_alike = are_alike(&parts);
	name_part(verdict, subject, harm, &subject->hosts, end_s,
		  &verdict->host);
	if (verdict->target == NULL)
		name_part(verdict, subject, harm, &subject->ends, end_s,
			  &verdict->part);
	name_part(verdict, subject, harm, &subject->services, end_s,
		  &verdict->service);
	if (side != NULL)
		name_side(subject, side, harm, end_s, &verdict->policy);
	else
		name_part(verdict, subject, harm, &subject->policies, end_s,
			  &verdict->policy);
	rt_side_shorten(&subject->policies, end_s, verdict->policy.name);
}

void
rt_verdict_describe(struct rt_verdict *verdict,
		    const struct rt_subject *subject,
		    const struct rt_side *side, uint64_t end_s)
{
	/* The others would hide when and why it fails. */
	const struct rt_subject *bad = side != NULL ? &side->subject : subject;
	uint64_t length_s = recent_s(verdict->since_s, end_s);
	struct rt_tally t;
	double s = (double)length_s;

	rt_subject_sum(subject, end_s, length_s, &t);
	verdict->window_s = length_s;
	/* Lines may have come of others only, since what was judged. */
	verdict->trend = rt_verdict_trend(verdict->word, bad, verdict->since_s,
					  bo_min(end_s, bad->next_s - 1));
	verdict->failed_share = t.tries > 0 ? share(t.failed, t.tries) : -1;
	verdict->failed_calls_share =
		t.calls > 0 ? share(t.failed_calls, t.calls) : -1;
	if (!subject->knows_calls)
		verdict->failed_share = verdict->failed_calls_share = -1;
	verdict->slow_share = t.timed > 0 ? share(t.slow, t.timed) : -1;
	verdict->hedge_share = share(t.hedges, t.firsts);
	verdict->calls_per_s = (double)t.calls / s;
	verdict->failed_per_s = (double)t.failed / s;
	verdict->breaker_per_s = t.breaker / s;
	verdict->budget_per_s = t.budget / s;
	verdict->deadline_per_s = t.deadline / s;
	verdict->hint_per_s = t.hint / s;
	name_error(verdict, bad, end_s);
	name_parts(verdict, subject, side, end_s);
}
