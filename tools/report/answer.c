/* The answer for one operation: keep a policy, switch to another, or try it. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/answer.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/safe_text.h"
#include "common/units.h"
#include "report/condition.h"
#include "report/failed.h"

/* A policy is cheaper only if it saves this share of attempts. */
#define CHEAPER 0.01
#define NAME_MAX_COLUMNS 40

struct answer {
	const struct rs_report *report;
	const struct rs_subject *subject;
	const struct rs_choices *choices;
	const struct rs_choice *now;
	/** The baseline is the policy that runs today. */
	bool runs;
	char *text;
	size_t used, size;
};

static void say(struct answer *answer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void
say(struct answer *answer, const char *format, ...)
{
	va_list args;
	int wrote;

	if (answer->used >= answer->size)
		return;
	va_start(args, format);
	wrote = vsnprintf(answer->text + answer->used,
			  answer->size - answer->used, format, args);
	va_end(args);
	answer->used += wrote > 0 ? (size_t)wrote : 0;
}

/* The name of a choice, as long as a sentence bears. */
static char *
name(const struct rs_choice *choice, char *buffer, size_t size)
{
	const char *label = choice->result->policy->label;

	if (tk_text_width(label) <= NAME_MAX_COLUMNS)
		snprintf(buffer, size, "%s", label);
	else
		tk_text_fit(label, NAME_MAX_COLUMNS, buffer, size);
	return buffer;
}

static double
more_attempts(const struct answer *answer, const struct rs_choice *choice)
{
	double now = answer->now->result->attempts_per_call;

	return now > 0 ? choice->result->attempts_per_call / now - 1 : 0;
}

static bool
within_margin(const struct rs_result *result)
{
	const struct rs_difference *difference = &result->difference;

	return difference->verdict == RS_VERDICT_EQUAL &&
	       difference->interval.low >= -difference->margin &&
	       difference->interval.high <= difference->margin;
}

/* "saves 10 of 26 failed calls [0.8 to 19]". */
static void
say_difference(struct answer *answer, const struct rs_choice *choice)
{
	struct tk_interval range = rs_failed_hull(choice->result);
	double more = rs_failed_more(choice->result);
	char count[32], now[32], low[32], high[32];

	rs_count_text(fabs(more), false, count, sizeof(count));
	rs_count_text(rs_failed(answer->now->result), false, now, sizeof(now));
	rs_count_text(fabs(range.low), false, low, sizeof(low));
	rs_count_text(fabs(range.high), false, high, sizeof(high));
	if (range.high <= 0 && more < 0)
		say(answer, "saves %s of %s failed calls [%s to %s]", count,
		    now, high, low);
	else if (range.low >= 0)
		say(answer, "fails %s more calls [%s to %s]", count, low, high);
	else
		say(answer, "fails %s %s calls [%s fewer to %s more]", count,
		    more > 0 ? "more" : "fewer", low, high);
}

static void
say_attempts(struct answer *answer, const struct rs_choice *choice)
{
	double more = more_attempts(answer, choice) * 100;

	if (fabs(more) >= 0.05)
		say(answer, ", %+.*f %% tries", fabs(more) < 9.95, more);
}

/* If callers wait much longer before they learn that a call failed. */
static void
say_time(struct answer *answer, const struct rs_choice *choice)
{
	const struct rs_latency *then = &choice->result->failure_latency;
	const struct rs_latency *now = &answer->now->result->failure_latency;
	uint64_t then_ns = then->at[RS_P50].ns, now_ns = now->at[RS_P50].ns;
	char after[16], before[16];

	if (then->calls > 0 && now->calls > 0 &&
	    then_ns > now_ns + now_ns / 2 + BO_NS_PER_S)
		say(answer, ", gives up after %s (now %s)",
		    tk_format_duration(then_ns, after, sizeof(after)),
		    tk_format_duration(now_ns, before, sizeof(before)));
}

/* The choice with a verdict that has the fewest failed calls; they are sorted
 * by that. */
static const struct rs_choice *
first_with(const struct answer *answer, enum rs_verdict verdict)
{
	for (size_t i = 1; i < answer->choices->count; i++) {
		const struct rs_choice *choice = &answer->choices->item[i];

		if (choice->result->difference.verdict == verdict)
			return choice;
	}
	return NULL;
}

/* The equal choice that makes the fewest attempts, if that saves any. */
static const struct rs_choice *
cheapest(const struct answer *answer)
{
	const struct rs_choice *best = NULL;

	for (size_t i = 1; i < answer->choices->count; i++) {
		const struct rs_choice *choice = &answer->choices->item[i];

		if (!within_margin(choice->result) ||
		    more_attempts(answer, choice) > -CHEAPER)
			continue;
		if (!best || choice->result->attempts < best->result->attempts)
			best = choice;
	}
	return best;
}

/* The open question that promises most: at best fewer failed calls than the
 * answer so far. */
static const struct rs_choice *
open_question(const struct answer *answer, const struct rs_choice *best)
{
	double bar = best ? best->result->difference.value : 0;

	for (size_t i = 1; i < answer->choices->count; i++) {
		const struct rs_choice *choice = &answer->choices->item[i];
		enum rs_verdict verdict = choice->result->difference.verdict;

		if ((verdict == RS_VERDICT_DEPENDS ||
		     verdict == RS_VERDICT_CANNOT_TELL) &&
		    choice->result->difference.value > bar)
			return choice;
	}
	return NULL;
}

static void
say_open(struct answer *answer, const struct rs_choice *choice)
{
	bool depends = choice->result->difference.verdict == RS_VERDICT_DEPENDS;
	bool traffic = choice->result->difference.needed.traffic > 0;
	char needed[80] = "", label[200];

	rs_say_needed(choice->result, needed, sizeof(needed));
	name(choice, label, sizeof(label));
	if (needed[0] && traffic)
		say(answer, "; try %s on %s: it perhaps ", label, needed);
	else
		say(answer, "; perhaps %s ", label);
	say_difference(answer, choice);
	if (depends && choice->note > 0)
		say(answer, ", depending on (%zu)", choice->note);
	if (needed[0] && !traffic)
		say(answer, "; %s would settle it", needed);
}

/* Why the baseline stays: what the best of the others would do. */
static void
say_reason(struct answer *answer)
{
	const struct rs_choice *equal = first_with(answer, RS_VERDICT_EQUAL);
	const struct rs_choice *worse = first_with(answer, RS_VERDICT_WORSE);
	char label[200];

	if (equal) {
		say(answer, ": no policy fails fewer calls by more than the "
			    "margin");
	} else if (worse) {
		say(answer, ": the next, %s, ",
		    name(worse, label, sizeof(label)));
		say_difference(answer, worse);
	}
}

static void
say_keep(struct answer *answer)
{
	const struct rs_choice *cheap = cheapest(answer);
	const struct rs_choice *open = open_question(answer, NULL);
	char label[200];

	name(answer->now, label, sizeof(label));
	say(answer, answer->runs ? "keep %s" : "none beats %s, the baseline",
	    label);
	if (cheap) {
		say(answer, ", or save tries with %s: ",
		    name(cheap, label, sizeof(label)));
		say(answer, "%.0f %% fewer, and as many failed calls",
		    -more_attempts(answer, cheap) * 100);
	} else if (!open) {
		say_reason(answer);
	}
	if (open)
		say_open(answer, open);
}

static void
say_switch(struct answer *answer, const struct rs_choice *best)
{
	const struct rs_result *result = best->result;
	const struct tk_interval *next = &result->difference.prospective;
	const struct rs_choice *open = open_question(answer, best);
	struct tk_interval failed = rs_failed_interval(result, next, true);
	char fewer[32], more[32];
	char label[200], now[200];

	name(best, label, sizeof(label));
	name(answer->now, now, sizeof(now));
	if (answer->runs)
		say(answer, "switch to %s: it ", label);
	else
		say(answer, "%s beats %s, the baseline: it ", label, now);
	say_difference(answer, best);
	if (best->note > 0)
		say(answer, " either way of (%zu)", best->note);
	say_attempts(answer, best);
	say_time(answer, best);
	if (next->low < 0 && next->high > next->low)
		say(answer, "; next time perhaps %s fewer to %s more",
		    rs_count_text(-failed.low, false, fewer, sizeof(fewer)),
		    rs_count_text(failed.high, false, more, sizeof(more)));
	if (open)
		say_open(answer, open);
}

static void
say_alone(struct answer *answer)
{
	const struct rs_result *result = answer->now->result;
	const struct rs_policy *logged = answer->subject->logged_policy.policy;
	char label[200], failed[32];

	name(answer->now, label, sizeof(label));
	if (result->calls == 0) {
		say(answer, "no call to replay");
		return;
	}
	say(answer, "%s %s: %s failed calls",
	    answer->now->alike ? "all policies behave like"
			       : "no other policy was replayed than",
	    label, rs_failed_text(result, failed, sizeof(failed)));
	if (answer->now->alike == 0 && !answer->runs && logged)
		say(answer, "; add --policy %s, which runs now", logged->label);
}

enum rs_advice
rs_answer_text(const struct rs_report *report, const struct rs_subject *subject,
	       const struct rs_choices *choices, char *text, size_t size)
{
	const struct rs_policy *logged = subject->logged_policy.policy;
	struct answer answer = {.report = report,
				.subject = subject,
				.choices = choices,
				.now = &choices->item[0],
				.text = text,
				.size = size};
	const struct rs_choice *best = first_with(&answer, RS_VERDICT_BETTER);

	text[0] = '\0';
	answer.runs =
		logged &&
		backoff_policy_hash(logged->policy) ==
			backoff_policy_hash(answer.now->result->policy->policy);
	if (answer.now->result->calls == 0 || choices->count == 1) {
		say_alone(&answer);
		return RS_ADVICE_NONE;
	}
	if (best) {
		say_switch(&answer, best);
		return RS_ADVICE_SWITCH;
	}
	say_keep(&answer);
	return RS_ADVICE_KEEP;
}
