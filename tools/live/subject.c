/* An operation or a target under judgement: its seconds, and its detectors. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/subject.h"

#include <math.h>
#include <string.h>

#include "base/num.h"
#include "live/errors.h"

#define NEVER UINT64_MAX
#define KEPT (RT_SUBJECT_S / RT_KEPT_S)
/* Silence that the log shows before the first failure counts up to this. */
#define QUIET_MAX_S 300
/* Another beginning is better if its log likelihood is, by this. */
#define SINCE_GAIN 3.0

static const struct rt_onset_how how[RT_DETECTOR_COUNT] = {
	[RT_DETECTOR_TRIES] = {.prior = 0.02,
			       .weight = 40,
			       .has_limit = true,
			       .is_settled = true},
	[RT_DETECTOR_CALLS] = {.prior = 0.01,
			       .weight = 40,
			       .has_limit = true,
			       .is_settled = true},
	[RT_DETECTOR_SLOW] = {.prior = 0.05, .weight = 100},
	[RT_DETECTOR_HEDGES] = {.prior = 0.05, .weight = 100},
};
static const struct rt_onset_how how_rate = {
	.prior = 0.02, .weight = 20, .is_rate = true};

const struct rt_onset_how *
rt_subject_how(const struct rt_subject *subject, enum rt_detector detector)
{
	if (detector == RT_DETECTOR_TRIES && !subject->knows_calls)
		return &how_rate;
	return &how[detector];
}

static void
forget_kept(struct rt_subject *subject)
{
	for (size_t i = 0; i < KEPT; i++)
		rt_kept_clear(&subject->kept[i]);
}

void
rt_subject_clear(struct rt_subject *subject)
{
	rt_tallies_clear(&subject->tallies);
	forget_kept(subject);
	memset(subject, 0, sizeof(*subject));
}

bool
rt_subject_copy(struct rt_subject *to, const struct rt_subject *from)
{
	bool done;

	*to = *from;
	done = rt_tallies_copy(&to->tallies, &from->tallies);
	for (size_t i = 0; i < KEPT; i++)
		done = rt_kept_copy(&to->kept[i], &from->kept[i]) && done;
	if (!done)
		rt_subject_clear(to);
	return done;
}

/* The numbers that a detector judges in a second. */
static void
numbers_of(const struct rt_tally *tally, enum rt_detector detector,
	   double *tries, double *failed)
{
	switch (detector) {
	case RT_DETECTOR_TRIES:
		*tries = tally->tries;
		*failed = tally->failed;
		break;
	case RT_DETECTOR_CALLS:
		*tries = tally->calls;
		*failed = tally->failed_calls;
		break;
	case RT_DETECTOR_SLOW:
		*tries = tally->timed;
		*failed = tally->slow;
		break;
	case RT_DETECTOR_HEDGES:
		*tries = tally->firsts;
		*failed = fmin(tally->hedges, tally->firsts);
		break;
	}
}

static bool
has_failures(const struct rt_subject *subject)
{
	return subject->onset[RT_DETECTOR_TRIES].since_s != 0 ||
	       subject->onset[RT_DETECTOR_CALLS].since_s != 0;
}

/* An incident began where what came since then is most unlikely to be usual,
 * and more so than from where its sum was last zero: a failure by chance before
 * it, or another mix of calls, may have been there first. */
static void
find_since(const struct rt_subject *subject, enum rt_detector detector,
	   struct rt_onset *onset, uint64_t second)
{
	const struct rt_onset_how *judge = rt_subject_how(subject, detector);
	double tries = 0.0, failed = 0.0, most = 0.0, gain = 0.0;
	uint64_t since_s = onset->since_s, at_s = since_s;

	for (uint64_t s = second; s >= since_s; s--) {
		struct rt_tally tally = rt_tallies_of(&subject->tallies, s);
		double more = 0.0, bad = 0.0;

		numbers_of(&tally, detector, &more, &bad);
		tries += judge->is_rate ? 1.0 : more;
		failed += bad;
		gain = rt_onset_gain(onset, judge, tries, failed);
		if (bad <= 0.0 || gain < most)
			continue;
		most = gain;
		at_s = s;
	}
	if (most >= gain + SINCE_GAIN)
		onset->since_s = at_s;
}

/* What was absolved is not found again when late lines make it go back. */
static void
absolve_at(struct rt_subject *subject, uint64_t second)
{
	for (size_t i = 0; i < RT_DETECTOR_COUNT; i++) {
		struct rt_onset *onset = &subject->onset[i];

		if (onset->since_s >= subject->absolved_from_s ||
		    second == subject->absolved_to_s)
			rt_onset_end(onset);
		if (second == subject->absolved_to_s)
			memset(onset->sum, 0, sizeof(onset->sum));
	}
}

/* A call fails with its last attempt. The few that succeed among failures are
 * slow; what is slow now goes on. */
static void
end_with_failures(struct rt_subject *subject)
{
	uint64_t since_s = subject->onset[RT_DETECTOR_TRIES].before_since_s;

	rt_onset_end(&subject->onset[RT_DETECTOR_CALLS]);
	for (unsigned i = RT_DETECTOR_SLOW; i <= RT_DETECTOR_HEDGES; i++) {
		struct rt_onset *onset = &subject->onset[i];

		if (onset->since_s >= since_s && !rt_onset_is_evident(onset))
			rt_onset_end(onset);
	}
}

static void
step(struct rt_subject *subject, uint64_t second)
{
	struct rt_tally tally = rt_tallies_of(&subject->tallies, second);
	bool was_failing = subject->onset[RT_DETECTOR_TRIES].since_s != 0;

	/* Shares need successes. */
	for (unsigned i = 0; i < (subject->knows_calls ? RT_DETECTOR_COUNT : 1);
	     i++) {
		struct rt_onset *onset = &subject->onset[i];
		const struct rt_onset_how *judge = rt_subject_how(subject, i);
		bool had = onset->since_s != 0;
		double tries = 0, failed = 0;

		numbers_of(&tally, i, &tries, &failed);
		if (judge->is_rate && onset->first_s == 0) {
			onset->first_s = second - subject->quiet_s;
			onset->tries = (double)subject->quiet_s;
		}
		rt_onset_step(onset, judge, second, tries, failed);
		if (!had && onset->since_s != 0)
			find_since(subject, i, onset, second);
	}
	if (second <= subject->absolved_to_s)
		absolve_at(subject, second);
	if (was_failing && subject->onset[RT_DETECTOR_TRIES].since_s == 0)
		end_with_failures(subject);
}

/* Go back to the newest kept state that late lines did not change. Returns the
 * second to go on from. */
static uint64_t
go_back(struct rt_subject *subject, uint64_t second)
{
	const struct rt_kept *newest = NULL, *oldest = NULL;

	for (size_t i = 0; i < KEPT; i++) {
		struct rt_kept *kept = &subject->kept[i];

		if (kept->second == 0)
			continue;
		if (oldest == NULL || kept->second < oldest->second)
			oldest = kept;
		if (kept->second <= second &&
		    (newest == NULL || kept->second > newest->second))
			newest = kept;
	}
	if (newest == NULL &&
	    subject->first_s + RT_SUBJECT_S > rt_subject_head_s(subject)) {
		memset(subject->onset, 0, sizeof(subject->onset));
		return subject->first_s;
	}
	if (newest == NULL)
		newest = oldest;
	if (newest == NULL)
		return subject->next_s;
	rt_kept_get(newest, subject->onset);
	second = newest->second;
	/* Later states are out of date. */
	for (size_t i = 0; i < KEPT; i++)
		if (subject->kept[i].second > second)
			rt_kept_clear(&subject->kept[i]);
	return second;
}

static void
note_errors(struct rt_subject *subject, uint64_t second)
{
	bool fails = has_failures(subject);

	if (fails && !subject->fails)
		rt_blame_begin(&subject->errors, second);
	if (!fails && subject->fails)
		rt_blame_end(&subject->errors);
	subject->fails = fails;
}

/* Whether an incident has to wait for lines of those that had it: the others do
 * not show its end. What came of it up to then is judged. */
static bool
is_waiting(const struct rt_subject *subject, uint64_t second,
	   const uint64_t complete_s[RT_HARM_COUNT])
{
	static const enum rt_harm harm[RT_DETECTOR_COUNT] = {
		[RT_DETECTOR_TRIES] = RT_HARM_FAILED,
		[RT_DETECTOR_CALLS] = RT_HARM_FAILED,
		[RT_DETECTOR_SLOW] = RT_HARM_SLOW,
		[RT_DETECTOR_HEDGES] = RT_HARM_HEDGED,
	};

	for (size_t i = 0; i < RT_DETECTOR_COUNT; i++)
		if (subject->onset[i].since_s != 0 &&
		    second > complete_s[harm[i]])
			return true;
	return false;
}

void
rt_subject_judge(struct rt_subject *subject, uint64_t end_s)
{
	uint64_t second = subject->next_s, complete_s[RT_HARM_COUNT];

	if (subject->first_s == 0)
		return;
	if (!subject->knows_calls)
		end_s = end_s > subject->late_s ? end_s - subject->late_s : 0;
	if (subject->dirty_s < second)
		second = go_back(subject, subject->dirty_s);
	if (end_s >= second + RT_SUBJECT_S)
		second = end_s - RT_SUBJECT_S + 1;
	for (unsigned i = 0; i < RT_HARM_COUNT; i++)
		complete_s[i] = rt_parts_complete_s(&subject->hosts, i, end_s);
	for (; second <= end_s && !is_waiting(subject, second, complete_s);
	     second++) {
		if (second % RT_KEPT_S == 0)
			rt_kept_put(&subject->kept[second / RT_KEPT_S % KEPT],
				    second, subject->onset);
		step(subject, second);
	}
	subject->next_s = second;
	subject->dirty_s = NEVER;
	note_errors(subject, end_s);
}

/* Whether durations are usual. Those of the first seconds of an incident would
 * move the limit of what is slow beyond them. */
static bool
is_paced(const struct rt_subject *subject)
{
	return !rt_onset_is_suspected(&subject->onset[RT_DETECTOR_SLOW]) &&
	       subject->onset[RT_DETECTOR_TRIES].since_s == 0;
}

/* Begin a second, after the one that ends is judged. False if there is no
 * memory. */
static bool
advance(struct rt_subject *subject, uint64_t second)
{
	if (second <= rt_subject_head_s(subject))
		return true;
	rt_subject_judge(subject, rt_subject_head_s(subject));
	if (!rt_tallies_advance(&subject->tallies, second))
		return false;
	subject->late_s -= (subject->late_s + 31) / 32;
	if (is_paced(subject))
		rt_pace_tick(&subject->pace);
	return true;
}

/* A success is slow as its caller sees it: from the first attempt on, if a
 * hedge answered. What is slow in an incident is not usual. */
static void
count_pace(struct rt_subject *subject, const struct backoff_event *event,
	   struct rt_tally *tally)
{
	uint64_t duration_ns = event->kind == BACKOFF_KIND_HEDGE
				       ? event->elapsed_ns
				       : event->duration_ns;

	if (event->type != BACKOFF_EVENT_SUCCESS ||
	    duration_ns == BACKOFF_ABSENT)
		return;
	if (is_paced(subject))
		rt_pace_add(&subject->pace, duration_ns);
	if (subject->pace.slow_ns == 0)
		return;
	tally->timed = 1;
	tally->slow = rt_pace_is_slow(&subject->pace, duration_ns);
}

static void
count_parts(struct rt_subject *subject, const struct rt_sign *sign,
	    const struct rt_tally *tally, uint64_t late_s)
{
	const struct backoff_event *event = sign->event;
	const struct rt_share harm[RT_HARM_COUNT] = {
		[RT_HARM_FAILED] = {(float)tally->tries, (float)tally->failed},
		[RT_HARM_SLOW] = {(float)tally->timed, (float)tally->slow},
		[RT_HARM_HEDGED] = {(float)tally->firsts, (float)tally->hedges},
	};
	uint64_t second = sign->second;

	rt_parts_add(&subject->ends,
		     sign->is_target ? event->operation : event->target, second,
		     harm);
	rt_parts_add(&subject->hosts, event->host, second, harm);
	rt_parts_late(&subject->hosts, event->host, second, late_s);
	rt_parts_add(&subject->policies, sign->policy, second, harm);
	rt_parts_add(&subject->services, event->service, second, harm);
	/* A call that a breaker refused has no error. */
	if (tally->tries > 0 && event->stop != BACKOFF_STOP_BREAKER_OPEN)
		rt_blame_add(&subject->errors,
			     tally->failed > 0 ? rt_error_label(event) : NULL,
			     second, tally->tries, tally->failed,
			     !subject->fails);
}

bool
rt_subject_add(struct rt_subject *subject, const struct rt_sign *sign)
{
	struct rt_tally tally = rt_tally_of(sign->event, sign->attempts);
	uint64_t second = sign->second, late_s;

	if (subject->first_s == 0) {
		subject->first_s = subject->next_s = second;
		subject->dirty_s = NEVER;
		subject->quiet_s = second - bo_min(second, sign->log_first_s);
		subject->quiet_s = bo_min(subject->quiet_s, QUIET_MAX_S);
	}
	if (sign->knows_calls != subject->knows_calls) {
		/* All of it is to be judged in another way. */
		subject->knows_calls = sign->knows_calls;
		forget_kept(subject);
		memset(subject->onset, 0, sizeof(subject->onset));
		subject->dirty_s = 0;
	}
	if (!advance(subject, second))
		return false;
	late_s = sign->log_newest_s - bo_min(sign->log_newest_s, second);
	if (late_s > subject->late_s && late_s < RT_SUBJECT_S)
		subject->late_s = late_s;
	if (!rt_tallies_has(&subject->tallies, second))
		return true;
	count_pace(subject, sign->event, &tally);
	count_parts(subject, sign, &tally, late_s);
	if (second < subject->first_s)
		subject->first_s = second;
	if (second < subject->next_s && second < subject->dirty_s)
		subject->dirty_s = second;
	return rt_tallies_add(&subject->tallies, second, &tally);
}

void
rt_subject_end(struct rt_subject *subject)
{
	subject->absolved_from_s = subject->absolved_to_s = subject->next_s - 1;
	for (size_t i = 0; i < RT_DETECTOR_COUNT; i++)
		rt_onset_end(&subject->onset[i]);
}

static void
absolve_kept(struct rt_kept *kept)
{
	struct rt_onset onset[RT_DETECTOR_COUNT];

	if (kept->second == 0)
		return;
	rt_kept_get(kept, onset);
	for (size_t i = 0; i < RT_DETECTOR_COUNT; i++)
		rt_onset_end(&onset[i]);
	rt_kept_put(kept, kept->second, onset);
}

void
rt_subject_absolve(struct rt_subject *subject)
{
	uint64_t from_s = NEVER;

	for (size_t i = 0; i < RT_DETECTOR_COUNT; i++)
		if (subject->onset[i].since_s != 0)
			from_s = bo_min(from_s, subject->onset[i].since_s);
	if (from_s > subject->absolved_to_s + RT_SUBJECT_S)
		subject->absolved_from_s = from_s;
	subject->absolved_to_s = subject->next_s - 1;
	for (size_t i = 0; i < RT_DETECTOR_COUNT; i++)
		rt_onset_end(&subject->onset[i]);
	for (size_t i = 0; i < KEPT; i++)
		absolve_kept(&subject->kept[i]);
}

void
rt_subject_sum(const struct rt_subject *subject, uint64_t end_s,
	       uint64_t length_s, struct rt_tally *out)
{
	memset(out, 0, sizeof(*out));
	for (uint64_t i = 0; i < length_s && i < RT_SUBJECT_S && i <= end_s;
	     i++) {
		struct rt_tally tally =
			rt_tallies_of(&subject->tallies, end_s - i);

		rt_tally_add(out, &tally);
	}
}
