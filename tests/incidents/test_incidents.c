/* Measures the verdicts on incidents of known truth, and on quiet days. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "incidents/incident.h"
#include "live/verdict.h"
#include "tap.h"

#define NS_PER_S UINT64_C(1000000000)
/** A Monday in 2026. */
#define T0_S UINT64_C(1795424400)
/* Recovery is seen within this time; then what is said is wrong. */
#define AFTER_S 180.0
#define INCIDENTS_MIN 0.95
/* Nothing is said any more within this time after the end. */
#define CLEARED_S 60.0

struct score {
	/** Seconds since the onset; negative if unknown. */
	double said_s, limit_s, since_s, tolerance_s;
	unsigned unsaid, wrong_alarms, wrong_seconds;
	/** Seconds from the end until it is not said any more. */
	double cleared_s;
	/** Seconds from the end until it was said for the last time. */
	double again_s;
	enum rt_word word;
	/** The cause said in the last second is not the right one. */
	bool wrong_cause;
};

static void
feed(struct rt_window *window, const struct incident *incident,
     const struct line *line)
{
	static const char *const host[] = {"host-1", "host-2", "host-3",
					   "host-4", "host-5", "host-6",
					   "host-7", "host-8"};
	const struct usual *usual = &incident->operation[line->operation];
	struct backoff_event event;
	bool over = line->type != BACKOFF_EVENT_ATTEMPT;

	backoff_event_init(&event, sizeof(event));
	event.type = line->type;
	event.kind = line->kind;
	event.stop = line->stop;
	event.ts_ns = T0_S * NS_PER_S + (uint64_t)(line->logged_s * 1e9);
	event.operation = usual->name;
	event.target = usual->target;
	event.host = host[line->host];
	event.attempt = line->attempt;
	event.duration_ns = (uint64_t)(line->duration_s * 1e9);
	event.elapsed_ns = (uint64_t)(line->elapsed_s * 1e9);
	event.code = line->code;
	event.outcome = line->success     ? BACKOFF_OUTCOME_SUCCESS
			: line->cancelled ? BACKOFF_OUTCOME_CANCELLED
					  : BACKOFF_OUTCOME_FAILURE;
	if (!usual->failures_only) {
		event.call_id = "0123456789abcdef0123456789abcdef";
		event.policy = line->canary ? "CANARY" : "STANDARD";
		event.policy_hash =
			line->canary ? "fedcba9876543210" : "0123456789abcdef";
		event.max_attempts = usual->max_attempts;
	}
	if (over)
		event.attempts = line->stop == BACKOFF_STOP_BREAKER_OPEN
					 ? line->attempt - 1
					 : line->attempt;
	rt_window_from(window, line->host);
	rt_window_arrives(window, true);
	if (!rt_window_add(window, &event,
			   T0_S * NS_PER_S + (uint64_t)(line->arrived_s * 1e9)))
		abort();
}

/* The verdict about an operation, or its target. */
static const struct rt_verdict *
verdict_about(const struct rt_verdicts *verdicts, const struct usual *usual)
{
	for (size_t i = 0; i < verdicts->count; i++) {
		const struct rt_verdict *verdict = &verdicts->item[i];

		if (verdict->word == RT_WORD_NONE)
			continue;
		if (verdict->target != NULL &&
		    strcmp(verdict->target, usual->target) == 0)
			return verdict;
		if (verdict->operation != NULL &&
		    strcmp(verdict->operation, usual->name) == 0)
			return verdict;
	}
	return NULL;
}

static bool
has_cause(const struct rt_verdict *verdict, const char *wanted)
{
	char cause[RT_CAUSE_MAX];

	return wanted == NULL ||
	       (verdict != NULL &&
		strstr(rt_verdict_cause(verdict, cause, sizeof(cause)),
		       wanted) != NULL);
}

/* When the lines of the onset and the fifth attempt that shows it arrived, and
 * how well `since` can be known. */
static void
find_limits(const struct incident *incident, const struct trouble *trouble,
	    const struct lines *lines, struct score *score)
{
	double first_s = INFINITY, fifth_s = INFINITY, before_s = -INFINITY;
	double shown_s = INFINITY;
	unsigned shown = 0;
	const struct usual *usual = &incident->operation[trouble->operation];

	for (size_t i = 0; i < lines->count; i++) {
		const struct line *line = &lines->line[i];

		if (line->operation != trouble->operation)
			continue;
		if (line->true_s < trouble->at && line->true_s > before_s)
			before_s = line->true_s;
		if (line->true_s < trouble->at)
			continue;
		first_s = fmin(first_s, line->arrived_s);
		if (!line->shows)
			continue;
		shown_s = fmin(shown_s, line->true_s);
		if (++shown == 5)
			fifth_s = line->arrived_s;
	}
	score->limit_s = fmax(first_s + 5.0, fifth_s) - trouble->at;
	score->tolerance_s = 3.0;
	if (usual->rate < 20.0)
		score->tolerance_s = fmax(3.0, shown_s - fmax(0.0, before_s));
}

/* The worst time that was ever said. */
static void
note_since(const struct rt_verdict *verdict, const struct trouble *trouble,
	   struct score *score)
{
	double off =
		(double)verdict->since_s - (double)T0_S - floor(trouble->at);

	if (fabs(off) > fabs(score->since_s))
		score->since_s = off;
}

/* Whether the operation has its next trouble. */
static bool
begins_again(const struct incident *incident, const struct trouble *trouble,
	     double now)
{
	const struct trouble *last = &incident->trouble[TROUBLES_MAX - 1];

	return last != trouble && last->operation == trouble->operation &&
	       last->until > 0.0 && now >= last->at;
}

/* One trouble of an incident, second by second. */
static void
measure(const struct incident *incident, const struct trouble *trouble,
	struct score *score)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts *verdicts = malloc(sizeof(*verdicts));
	const struct usual *usual = &incident->operation[trouble->operation];
	double end_s = incident->length_s + incident->late_s, late_s;
	bool alarm[OPERATIONS_MAX] = {false};
	struct lines lines;
	size_t next = 0;

	incident_make(incident, &lines);
	memset(score, 0, sizeof(*score));
	score->said_s = score->cleared_s = -1.0;
	late_s = incident->late_s + incident->batch_s + incident->host_late_s +
		 incident->host_batch_s;
	find_limits(incident, trouble, &lines, score);
	for (double now = 1.0; now <= end_s; now += 1.0) {
		const struct rt_verdict *verdict;
		bool during =
			now >= trouble->at && now < trouble->until + late_s;

		while (next < lines.count && lines.line[next].arrived_s <= now)
			feed(window, incident, &lines.line[next++]);
		if (!rt_verdicts_update(verdicts, window))
			abort();
		verdict = verdict_about(verdicts, usual);
		if (during && verdict != NULL && score->said_s < 0.0) {
			score->said_s = now - trouble->at;
			score->word = verdict->word;
		}
		if (verdict != NULL && score->said_s >= 0.0 &&
		    score->word < verdict->word)
			score->word = verdict->word;
		if (during && now < trouble->until && verdict != NULL)
			note_since(verdict, trouble, score);
		if (now < trouble->until)
			score->wrong_cause =
				!has_cause(verdict, trouble->cause);
		score->unsaid += now < trouble->until && score->said_s >= 0.0 &&
				 verdict == NULL;
		if (now >= trouble->until && verdict != NULL &&
		    !begins_again(incident, trouble, now))
			score->again_s = now - trouble->until;
		if (now >= trouble->until && verdict == NULL &&
		    score->cleared_s < 0.0)
			score->cleared_s = now - trouble->until;
		for (unsigned i = 0; i < OPERATIONS_MAX; i++) {
			bool troubled = false, wrong;

			if (incident->operation[i].name == NULL)
				continue;
			for (size_t k = 0; k < TROUBLES_MAX; k++) {
				const struct trouble *t = &incident->trouble[k];

				troubled |= t->until > 0.0 &&
					    t->operation == i && now >= t->at &&
					    now < t->until + late_s + AFTER_S;
			}
			wrong = !troubled &&
				verdict_about(verdicts,
					      &incident->operation[i]) != NULL;
			score->wrong_alarms += wrong && !alarm[i];
			score->wrong_seconds += wrong;
			alarm[i] = wrong;
		}
	}
	free(lines.line);
	free(verdicts);
	rt_window_free(window);
}

static bool
is_right_word(const struct trouble *trouble, const struct score *score)
{
	return strcmp(rt_word_name(score->word),
		      trouble->word != NULL ? trouble->word : "FAILING") == 0;
}

static const char *
miss_of(const struct trouble *trouble, const struct score *score)
{
	if (score->said_s < 0.0)
		return "not said";
	/* It is asked once a second. */
	if (score->said_s > ceil(score->limit_s) + 1.0)
		return "late";
	if (fabs(score->since_s) > score->tolerance_s + 0.5)
		return "since";
	if (score->unsaid > 0)
		return "unsaid";
	if (!is_right_word(trouble, score))
		return "word";
	if (score->wrong_cause)
		return "cause";
	return score->wrong_alarms > 0 ? "wrong alarm" : "";
}

/* Whether it was not said again; a few calls have to show the end. */
static bool
is_cleared(const struct incident *incident, const struct trouble *trouble,
	   const struct score *score)
{
	double rate = incident->operation[trouble->operation].rate;

	return score->cleared_s >= 0.0 &&
	       score->again_s <= CLEARED_S + 5.0 / rate + incident->late_s +
					 incident->batch_s;
}

static void
show(const struct incident *incident, const struct trouble *trouble,
     const struct score *score)
{
	printf("# | %s | %s | %s | %.0f | %.0f | %+.0f | %u | %.0f | %s |\n",
	       incident->kind, incident->what, rt_word_name(score->word),
	       score->said_s, ceil(score->limit_s), score->since_s,
	       score->unsaid, score->cleared_s, miss_of(trouble, score));
}

static void
measure_incidents(struct tap *tap)
{
	unsigned count = 0, said = 0, since = 0, unsaid = 0, wrong = 0;
	unsigned words = 0, causes = 0, cleared = 0, kept = 0;

	printf("# | kind | what | word | said after, s | limit, s | since off, "
	       "s | unsaid, s | cleared after, s | miss |\n");
	for (size_t i = 0; i < incident_count; i++) {
		for (size_t k = 0; k < TROUBLES_MAX; k++) {
			const struct incident *incident = &incidents[i];
			const struct trouble *trouble = &incident->trouble[k];
			struct score score;

			if (trouble->until <= 0.0)
				continue;
			measure(incident, trouble, &score);
			show(incident, trouble, &score);
			count++;
			words += is_right_word(trouble, &score);
			said += score.said_s >= 0.0 &&
				score.said_s <= ceil(score.limit_s) + 1.0;
			since += score.said_s >= 0.0 &&
				 fabs(score.since_s) <= score.tolerance_s + 0.5;
			unsaid += score.unsaid;
			wrong += score.wrong_alarms;
			causes += !score.wrong_cause;
			cleared += is_cleared(incident, trouble, &score);
			kept += trouble->rolled_back &&
				!is_cleared(incident, trouble, &score);
		}
	}
	printf("# %u onsets: %u said in time, %u with the right time, %u with "
	       "the right word, %u s unsaid, %u wrong alarms\n",
	       count, said, since, words, unsaid, wrong);
	TAP_MUST(tap, said >= INCIDENTS_MIN * count);
	tap_result(tap, "incidents are said in time");
	TAP_MUST(tap, since >= INCIDENTS_MIN * count);
	tap_result(tap, "incidents are said with the time of their onset");
	TAP_EQUAL(tap, unsaid, 0);
	tap_result(tap, "no second of an incident is unsaid after that");
	TAP_EQUAL(tap, words, count);
	tap_result(tap, "incidents are said with the right word");
	TAP_EQUAL(tap, causes, count);
	tap_result(tap, "causes name the error, host and policy");
	TAP_MUST(tap, cleared >= INCIDENTS_MIN * count);
	tap_result(tap, "what has ended is not said for longer than a minute");
	TAP_EQUAL(tap, kept, 0);
	tap_result(tap, "nor is that of a policy that was rolled back");
	TAP_EQUAL(tap, wrong, 0);
	tap_result(tap, "nothing is said of operations without trouble");
}

static void
measure_quiet_days(struct tap *tap, double length_s)
{
	double worst = 0.0;

	for (size_t i = 0; i < quiet_day_count; i++) {
		static const struct trouble none = {.at = INFINITY,
						    .until = INFINITY};
		struct incident incident = quiet_days[i];
		struct score score;

		if (length_s > 0.0)
			incident.length_s = length_s;
		measure(&incident, &none, &score);
		printf("# | quiet | %s | %u wrong alarms, %u s |\n",
		       incident.what, score.wrong_alarms, score.wrong_seconds);
		worst = fmax(worst, score.wrong_alarms);
	}
	TAP_MUST(tap, worst <= 1.0);
	tap_result(tap, "a quiet day has at most one wrong alarm");
}

/* Without arguments, two hours of each quiet day; "all": all of it. */
int
main(int argc, char **argv)
{
	bool all = argc > 1 && strcmp(argv[1], "all") == 0;
	struct tap tap = {0};

	measure_incidents(&tap);
	measure_quiet_days(&tap, all ? 0.0 : 7200.0);
	return tap_finish(&tap);
}
