/* What is wrong, since when and why, in the order of what matters. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/verdict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

/* What is said about the present covers the last seconds. */
#define RECENT_S 30
/* A change of shares by less is steady, as is one within chance. */
#define TREND_RATIO 1.25
#define TREND_SIGMA 2.5
/* Calls fail if this share of attempts does, whatever becomes of retries that
 * still wait. */
#define FAILED_ATTEMPTS 0.5
/* A share of failed calls that is not small. */
#define FAILED_CALLS 0.05
/* One part has the failures if the others have at most this share of them, and
 * itself at most that of the attempts. */
#define OTHERS_FAILED 0.2
#define PART_TRIES 0.67

const char *
rt_word_name(enum rt_word word)
{
	static const char *const name[RT_WORD_COUNT] = {"", "NOTE", "SLOW",
							"AMPLIFIED", "FAILING"};

	return name[word];
}

const char *
rt_trend_name(enum rt_trend trend)
{
	static const char *const name[] = {"steady", "worsening", "easing"};

	return name[trend];
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

static bool
calls_fail(const struct rt_subject *subject, uint64_t since_s, uint64_t end_s)
{
	const struct rt_onset *calls = &subject->onset[RT_DETECTOR_CALLS];
	struct rt_tally recent;
	double usual;

	if (calls->since_s != 0)
		return true;
	rt_subject_sum(subject, end_s, recent_s(since_s, end_s), &recent);
	if (!subject->knows_calls)
		return recent.failed_calls > 0;
	usual = rt_onset_usual(calls,
			       rt_subject_how(subject, RT_DETECTOR_CALLS));
	return share(recent.failed, recent.tries) >= FAILED_ATTEMPTS ||
	       share(recent.failed_calls, recent.calls) >=
		       fmax(FAILED_CALLS, 2.0 * usual + 0.02);
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

/* The share that the word is about. */
static void
counts_for(enum rt_word word, const struct rt_subject *subject,
	   const struct rt_tally *tally, uint64_t *part, uint64_t *whole)
{
	*part = tally->failed;
	*whole = tally->tries;
	if (word != RT_WORD_SLOW)
		return;
	if (subject->onset[RT_DETECTOR_SLOW].since_s != 0) {
		*part = tally->slow;
		*whole = tally->timed;
	} else {
		*part = tally->hedges;
		*whole = tally->firsts;
	}
}

/* The last half minute against the one before. */
static enum rt_trend
trend_of(enum rt_word word, const struct rt_subject *subject, uint64_t end_s)
{
	struct rt_tally tally;
	uint64_t k1, n1, k0, n0;
	double p1, p0, p, sigma;

	rt_subject_sum(subject, end_s, RECENT_S, &tally);
	counts_for(word, subject, &tally, &k1, &n1);
	rt_subject_sum(subject, end_s - RECENT_S, RECENT_S, &tally);
	counts_for(word, subject, &tally, &k0, &n0);
	if (!subject->knows_calls && word != RT_WORD_SLOW)
		/* Counts of seconds rather than shares. */
		n1 = n0 = (k1 + k0) * 4;
	if (n1 == 0 || n0 == 0)
		return RT_TREND_STEADY;
	p1 = share(k1, n1);
	p0 = share(k0, n0);
	p = (double)(k1 + k0) / (double)(n1 + n0);
	sigma = sqrt(p * (1.0 - p) * (1.0 / (double)n1 + 1.0 / (double)n0));
	if (fabs(p1 - p0) <= TREND_SIGMA * sigma)
		return RT_TREND_STEADY;
	if (p1 > p0 * TREND_RATIO)
		return RT_TREND_WORSENING;
	return p1 * TREND_RATIO < p0 ? RT_TREND_EASING : RT_TREND_STEADY;
}

/* The part that has the failures, if one has. */
static const struct rt_part *
only_part(const struct rt_parts *parts)
{
	const struct rt_part *worst = rt_parts_worst(parts);
	double tries = 0.0, failed = 0.0;

	if (worst == NULL || parts->count < 2)
		return NULL;
	for (size_t i = 0; i < parts->count; i++) {
		tries += parts->part[i].tries;
		failed += parts->part[i].failed;
	}
	if (failed - worst->failed > OTHERS_FAILED * failed ||
	    worst->tries > PART_TRIES * tries)
		return NULL;
	return worst;
}

/* What succeeds slowly has no failures of one part. */
static void
name_part(const struct rt_verdict *verdict, const struct rt_parts *parts,
	  char *out)
{
	const struct rt_part *only = only_part(parts);

	if (only != NULL && verdict->word != RT_WORD_SLOW)
		memcpy(out, only->name, sizeof(only->name));
	else
		out[0] = '\0';
}

/* Hosts with attempts of late. */
static size_t
count_live(const struct rt_parts *parts)
{
	size_t live = 0;

	for (size_t i = 0; i < parts->count; i++)
		live += parts->part[i].tries > 0.1;
	return live;
}

/* Whether shares of failures are within a factor of two, where there were
 * enough attempts to know. */
static bool
are_alike(const struct rt_parts *parts)
{
	double least = 1.0, most = 0.0;

	for (size_t i = 0; i < parts->count; i++) {
		const struct rt_part *part = &parts->part[i];

		if (part->tries < 3.0)
			continue;
		least = fmin(least, part->failed / part->tries);
		most = fmax(most, part->failed / part->tries);
	}
	return most <= 2.0 * least;
}

static void
describe(struct rt_verdict *verdict, const struct rt_subject *subject,
	 uint64_t end_s)
{
	uint64_t length_s = recent_s(verdict->since_s, end_s);
	const struct rt_part *error;
	struct rt_parts parts;
	struct rt_tally t;
	double s = (double)length_s, errors = 0.0;

	rt_subject_sum(subject, end_s, length_s, &t);
	verdict->trend = trend_of(verdict->word, subject, end_s);
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
	parts = subject->errors;
	rt_parts_settle(&parts, end_s);
	error = rt_parts_worst(&parts);
	for (size_t i = 0; i < parts.count; i++)
		errors += parts.part[i].failed;
	verdict->error[0] = '\0';
	if (error != NULL && verdict->word != RT_WORD_SLOW) {
		memcpy(verdict->error, error->name, sizeof(verdict->error));
		verdict->error_share = error->failed / errors;
	}
	parts = subject->hosts;
	rt_parts_settle(&parts, end_s);
	verdict->hosts = count_live(&parts);
	verdict->hosts_alike = are_alike(&parts);
	name_part(verdict, &parts, verdict->host);
	parts = subject->targets;
	rt_parts_settle(&parts, end_s);
	name_part(verdict, &parts, verdict->part);
}

/* The target that has most failures of an operation; NULL if none is known. */
static const char *
target_of(const struct rt_subject *subject, uint64_t end_s)
{
	struct rt_parts parts = subject->targets;
	const struct rt_part *worst;

	rt_parts_settle(&parts, end_s);
	worst = rt_parts_worst(&parts);
	if (worst == NULL)
		return NULL;
	/* The copy goes out of scope, and the subject's stays. */
	return subject->targets.part[worst - parts.part].name;
}

static int
compare(const void *a, const void *b)
{
	const struct rt_verdict *x = a, *y = b;

	if (x->word != y->word)
		return x->word > y->word ? -1 : 1;
	if (x->failed_per_s > y->failed_per_s)
		return -1;
	return x->failed_per_s < y->failed_per_s;
}

static struct rt_verdict *
append(struct rt_verdicts *verdicts)
{
	struct rt_verdict *verdict;

	if (verdicts->count == RT_VERDICTS_MAX) {
		verdicts->more++;
		return NULL;
	}
	verdict = &verdicts->item[verdicts->count++];
	memset(verdict, 0, sizeof(*verdict));
	return verdict;
}

/* Verdicts about operations; `operation` and `part` name what each is about.
 */
static void
judge_operations(struct rt_verdicts *verdicts, const struct rt_window *window,
		 uint64_t end_s)
{
	for (size_t i = 0; i < rt_window_count(window); i++) {
		struct rt_operation *operation = rt_window_operation(window, i);
		const struct rt_subject *subject =
			rt_operation_subject(operation);
		struct rt_verdict *verdict;
		uint64_t since_s;
		enum rt_word word = rt_verdict_of(subject, end_s, &since_s);

		if (word == RT_WORD_NONE)
			continue;
		verdict = append(verdicts);
		if (verdict == NULL)
			continue;
		verdict->word = word;
		verdict->since_s = since_s;
		verdict->operation = rt_operation_name(operation);
		verdict->sharer[0] = verdict->operation;
		verdict->sharer_count = 1;
		describe(verdict, subject, end_s);
		/* For now: where its failures come from. */
		verdict->target = target_of(subject, end_s);
	}
}

static bool
is_about_failures(const struct rt_verdict *verdict)
{
	return verdict->word >= RT_WORD_AMPLIFIED;
}

/* Join operations that fail with a target to a verdict about the target. True
 * if there was at least one. */
static bool
join(struct rt_verdicts *verdicts, const char *name,
     const struct rt_subject *target, uint64_t end_s)
{
	struct rt_verdict *first = NULL;
	size_t kept = 0, joined = 0;

	for (size_t i = 0; i < verdicts->count; i++) {
		struct rt_verdict *verdict = &verdicts->item[i];
		bool same = verdict->target != NULL &&
			    verdict->sharer_count > 0 &&
			    is_about_failures(verdict) &&
			    strcmp(verdict->target, name) == 0;

		joined += same;
		if (same && first != NULL) {
			if (first->sharer_count < RT_SHARERS_MAX)
				first->sharer[first->sharer_count++] =
					verdict->operation;
			first->since_s =
				bo_min(first->since_s, verdict->since_s);
			continue;
		}
		if (kept != i)
			verdicts->item[kept] = *verdict;
		if (same)
			first = &verdicts->item[kept];
		kept++;
	}
	verdicts->count = kept;
	if (joined < 2)
		return joined > 0;
	first->operation = NULL;
	first->target = name;
	if (target->onset[RT_DETECTOR_TRIES].since_s != 0)
		first->since_s = target->onset[RT_DETECTOR_TRIES].since_s;
	describe(first, target, end_s);
	return true;
}

static void
judge_targets(struct rt_verdicts *verdicts, const struct rt_window *window,
	      uint64_t end_s)
{
	for (size_t i = 0; i < rt_window_targets(window); i++) {
		const char *name = rt_window_target_name(window, i);
		const struct rt_subject *target = rt_window_target(window, i);
		struct rt_verdict *verdict;
		uint64_t since_s;
		enum rt_word word = rt_verdict_of(target, end_s, &since_s);

		if (join(verdicts, name, target, end_s) ||
		    word < RT_WORD_AMPLIFIED)
			continue;
		verdict = append(verdicts);
		if (verdict == NULL)
			continue;
		verdict->word = word;
		verdict->since_s = since_s;
		verdict->target = name;
		describe(verdict, target, end_s);
	}
	/* What is about an operation is not about its target. */
	for (size_t i = 0; i < verdicts->count; i++)
		if (verdicts->item[i].operation != NULL)
			verdicts->item[i].target = NULL;
}

void
rt_verdicts_update(struct rt_verdicts *verdicts, struct rt_window *window)
{
	uint64_t end_s = rt_window_newest_ns(window) / BO_NS_PER_S;

	memset(verdicts, 0, sizeof(*verdicts));
	if (end_s == 0)
		return;
	verdicts->covered_s =
		end_s + 1 - rt_window_first_ns(window) / BO_NS_PER_S;
	rt_window_judge(window);
	judge_operations(verdicts, window, end_s);
	qsort(verdicts->item, verdicts->count, sizeof(*verdicts->item),
	      compare);
	judge_targets(verdicts, window, end_s);
	qsort(verdicts->item, verdicts->count, sizeof(*verdicts->item),
	      compare);
}
