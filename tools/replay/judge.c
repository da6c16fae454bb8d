/* Better and worse are tests at 5 %, with Holm's correction over all policies
 * and operations of a comparison; equal is an interval within the margin. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "replay/judge.h"

#define LEVEL 0.05
/** Detected by a trial with 80 %. */
#define Z80 0.841621
#define DAYS_MAX 3650.0
#define TRIAL_DAYS_MAX 14.0
#define TRIAL_JITTER 0.5

/* A difference under one assumption. */
struct end {
	double value, deviation, p;
};

/* The least and the greatest of what the difference may be, and what is most
 * likely. */
enum { LOW, MAIN, HIGH, ENDS };

struct judged {
	struct end end[ENDS];
};

void
rs_case_add(struct rs_case *item, const struct rs_condition *condition,
	    struct tk_spread low, struct tk_spread high)
{
	enum rs_condition_kind kind = condition->kind;
	struct rs_condition *out = &item->condition[kind];
	bool first = out->kind == RS_CONDITION_NONE;
	struct rs_condition before = *out;

	*out = *condition;
	out->low = low.mean;
	out->high = high.mean;
	if (!first && before.low <= low.mean)
		out->low = before.low;
	else
		item->low_deviation[kind] = low.deviation;
	if (!first && before.high >= high.mean)
		out->high = before.high;
	else
		item->high_deviation[kind] = high.deviation;
}

/* The chance of such a difference if there is none. */
static double
tail(double value, double deviation)
{
	if (deviation > 0)
		return tk_normal_tail(value / deviation);
	return value < 0 || value > 0 ? 0 : 1;
}

static struct end
make_end(double value, double deviation)
{
	return (struct end){value, deviation, tail(value, deviation)};
}

/* The hull of all conditions. */
static struct judged
open_up(const struct rs_case *item)
{
	struct judged out;

	for (int e = 0; e < ENDS; e++)
		out.end[e] = make_end(item->main.mean, item->main.deviation);
	for (int k = 0; k < RS_CONDITION_COUNT; k++) {
		const struct rs_condition *condition = &item->condition[k];

		if (condition->kind == RS_CONDITION_NONE)
			continue;
		if (condition->low < out.end[LOW].value)
			out.end[LOW] = make_end(condition->low,
						item->low_deviation[k]);
		if (condition->high > out.end[HIGH].value)
			out.end[HIGH] = make_end(condition->high,
						 item->high_deviation[k]);
	}
	return out;
}

/* Correct for the number of comparisons, at each end for itself. Policies that
 * behave alike are one comparison. */
static bool
correct(const struct rs_case *item, struct judged *judged, size_t count)
{
	double *p = calloc(count + 1, sizeof(*p));

	if (p == NULL)
		return false;
	for (int e = 0; e < ENDS; e++) {
		size_t n = 0, at = 0;

		for (size_t i = 0; i < count; i++)
			if (!item[i].alike)
				p[n++] = judged[i].end[e].p;
		tk_holm(p, n);
		for (size_t i = 0; i < count; i++)
			if (!item[i].alike)
				judged[i].end[e].p = p[at++];
	}
	free(p);
	return true;
}

static bool
within(const struct end *end, double margin)
{
	return fabs(end->value) + TK_Z95 * end->deviation <= margin;
}

static enum rs_verdict
verdict_at(const struct end *end, double margin)
{
	if (end->p <= LEVEL && end->value > 0)
		return RS_VERDICT_BETTER;
	if (end->p <= LEVEL && end->value < 0)
		return RS_VERDICT_WORSE;
	return within(end, margin) ? RS_VERDICT_EQUAL : RS_VERDICT_CANNOT_TELL;
}

static enum rs_verdict
verdict_of(const struct judged *judged, double margin)
{
	enum rs_verdict low = verdict_at(&judged->end[LOW], margin);
	enum rs_verdict main = verdict_at(&judged->end[MAIN], margin);
	enum rs_verdict high = verdict_at(&judged->end[HIGH], margin);

	if (low == high)
		return main;
	if (within(&judged->end[LOW], margin) &&
	    within(&judged->end[HIGH], margin))
		return main;
	return RS_VERDICT_DEPENDS;
}

/* How much of the difference a condition decides. */
static double
reach(const struct rs_case *item, const struct rs_condition *condition)
{
	return fmax(item->main.mean - condition->low,
		    condition->high - item->main.mean);
}

/* A target that bears its busiest second in the log mostly bears some more. */
static bool
moderate_load(const struct rs_condition *condition)
{
	return condition->kind == RS_CONDITION_LOAD &&
	       condition->value < RS_CONDITION_LOAD_RATIO * condition->seen;
}

/* Whether both ends hold whatever the log does not show. Load and limits may do
 * more than their ends say, and the draws of a breaker's time are few. */
static bool
bounds(enum rs_condition_kind kind)
{
	return kind == RS_CONDITION_FATE || kind == RS_CONDITION_WAIT ||
	       kind == RS_CONDITION_LOSS || kind == RS_CONDITION_CLOCKS;
}

/* Whether a condition that leaves the verdict is worth a note: what lies within
 * the margin is equal to the reader. */
static bool
matters(const struct rs_case *item, const struct rs_condition *condition)
{
	double least = RS_CONDITION_MATTERS;

	if (moderate_load(condition))
		return false;
	if (bounds(condition->kind))
		least = fmax(least, fmin(RS_CONDITION_MATTERS_MOST,
					 item->result->difference.margin));
	return reach(item, condition) > least;
}

static const struct rs_condition *
most_important(const struct rs_case *item, enum rs_verdict verdict)
{
	const struct rs_condition *best = NULL;

	for (int k = 0; k < RS_CONDITION_COUNT; k++) {
		const struct rs_condition *condition = &item->condition[k];

		if (condition->kind == RS_CONDITION_NONE ||
		    (verdict != RS_VERDICT_DEPENDS &&
		     !matters(item, condition)))
			continue;
		if (best == NULL || reach(item, condition) > reach(item, best))
			best = condition;
	}
	return best;
}

/* Days of such a log after which the interval would exclude 0, or lie within
 * the margin: its width falls with the root of the time. */
static double
log_days(const struct rs_case *item, double margin)
{
	double half = TK_Z95 * item->main.deviation;
	double value = fabs(item->main.mean), room;

	room = fmax(value, margin - value);
	if (!(room > 0) || !(half > 0))
		return 0;
	return fmin(DAYS_MAX, item->days * half * half / (room * room));
}

/* Days of a trial on a share of the traffic that would show an effect. Both
 * policies meet the same incidents, so that only the variance of the difference
 * between windows counts. */
static double
trial_days(const struct rs_case *item, double share, double effect)
{
	double z = (TK_Z95 + Z80) / effect;
	double calls = item->fails * (1 - item->fails) / item->calls_a_day *
		       (1 / share + 1 / (1 - share));
	double windows = item->between * item->between * item->days;

	return z * z * (calls + windows);
}

static void
need_trial(const struct rs_case *item, const struct rs_condition *condition,
	   double margin, struct rs_needed *out)
{
	static const double share[] = {0.05, 0.2, 0.5};
	double effect =
		fmax(margin, fmax(fabs(condition->low), fabs(condition->high)));

	if (item->steady_delays && condition->kind == RS_CONDITION_FATE) {
		out->jitter = TRIAL_JITTER;
		out->days = fmax(1, item->days);
		return;
	}
	if (!(item->calls_a_day > 0) || !(effect > 0))
		return;
	for (size_t i = 0; i < sizeof(share) / sizeof(*share); i++) {
		out->traffic = share[i];
		out->days = trial_days(item, share[i], effect);
		if (out->days <= TRIAL_DAYS_MAX)
			break;
	}
	out->days = fmin(DAYS_MAX, fmax(1, out->days));
}

static struct tk_interval
hull_of(const struct rs_case *item, const struct judged *judged)
{
	struct tk_interval hull = item->result->difference.interval;

	for (int e = 0; e < ENDS; e++) {
		struct tk_interval one = tk_spread_interval(
			(struct tk_spread){judged->end[e].value,
					   judged->end[e].deviation},
			item->replicas);

		hull.low = fmin(hull.low, one.low);
		hull.high = fmax(hull.high, one.high);
	}
	return tk_clamp(hull, -1, 1);
}

static void
settle(const struct rs_case *item, const struct judged *judged)
{
	struct rs_difference *difference = &item->result->difference;
	const struct rs_condition *condition;
	double margin = difference->margin;

	difference->verdict = verdict_of(judged, margin);
	condition = most_important(item, difference->verdict);
	difference->outer = hull_of(item, judged);
	if (condition)
		difference->condition = *condition;
	if (difference->verdict == RS_VERDICT_CANNOT_TELL)
		difference->needed.days = log_days(item, margin);
	else if (difference->verdict == RS_VERDICT_DEPENDS && condition)
		need_trial(item, condition, margin, &difference->needed);
}

enum backoff_status
rs_judge(struct rs_case *item, size_t count, const struct rs_margin *margin)
{
	struct judged *judged = calloc(count + 1, sizeof(*judged));
	bool ok = judged != NULL;

	for (size_t i = 0; ok && i < count; i++) {
		item[i].result->difference.margin =
			fmax(margin->of_failed * item[i].fails, margin->rate);
		judged[i] = open_up(&item[i]);
	}
	ok = ok && correct(item, judged, count);
	for (size_t i = 0; ok && i < count; i++)
		settle(&item[i], &judged[i]);
	free(judged);
	return ok ? BACKOFF_OK : BACKOFF_E_NOMEM;
}
