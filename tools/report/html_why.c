/* HTML: why policies differ, with a number in every sentence. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>

#include "common/units.h"
#include "report/failed.h"
#include "report/html_charts.h"
#include "report/html_incidents.h"

/* Policies that are explained: the best ones. */
#define EXPLAINED_MAX 6
/* Smaller differences, in calls, need no reason. */
#define LEAST 0.05
/* A list of attempts: its longest is "the thousand-millionth". */
#define TEXT_MAX 640

/* Two choices, and what their policies allow. */
struct pair {
	const struct rs_html *html;
	const struct rs_html_part *part;
	const struct rs_result *then, *now;
	struct rs_html_waits then_waits, now_waits;
	char text[TEXT_MAX];
	size_t used;
};

static void say(struct pair *pair, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void
say(struct pair *pair, const char *format, ...)
{
	va_list args;
	int wrote;

	if (pair->used >= sizeof(pair->text))
		return;
	va_start(args, format);
	wrote = vsnprintf(pair->text + pair->used,
			  sizeof(pair->text) - pair->used, format, args);
	va_end(args);
	pair->used += wrote > 0 ? (size_t)wrote : 0;
}

/* End a sentence, and write it. */
static void
put(struct pair *pair)
{
	rs_html_text(pair->html->out, pair->text);
	fputs(". ", pair->html->out);
	pair->used = 0;
}

/* The reason that differs most in the direction that explains: more calls end
 * for it if more fail, fewer if fewer. */
static int
main_reason(const struct pair *pair, double sign)
{
	int best = BACKOFF_STOP_NONE;
	double most = LEAST;

	for (int r = BACKOFF_STOP_NON_RETRYABLE; r < RS_STOPS; r++) {
		double more = sign * (pair->then->stop[r] - pair->now->stop[r]);

		if (more > most) {
			most = more;
			best = r;
		}
	}
	return best;
}

static void
say_waits(struct pair *pair, const struct rs_result *result,
	  const struct rs_html_waits *waits)
{
	char total[16];

	if (waits->attempts == BACKOFF_UNLIMITED)
		say(pair, "%s has no limit of attempts", result->policy->label);
	else
		say(pair, "%s makes up to %" PRIu32 " attempt%s in about %s",
		    result->policy->label, waits->attempts,
		    waits->attempts == 1 ? "" : "s",
		    tk_format_duration(waits->total_ns, total, sizeof(total)));
}

static void
say_deadline(struct pair *pair, const struct rs_result *result,
	     const struct rs_html_waits *waits)
{
	char time[16];

	if (waits->deadline_ns == BACKOFF_FOREVER)
		say(pair, "%s has no deadline", result->policy->label);
	else
		say(pair, "%s ends calls after %s", result->policy->label,
		    tk_format_duration(waits->deadline_ns, time, sizeof(time)));
}

/* What the policies say about a reason. */
static void
say_cause(struct pair *pair, int reason, double sign)
{
	switch (reason) {
	case BACKOFF_STOP_MAX_ATTEMPTS:
		say(pair, ": ");
		say_waits(pair, pair->then, &pair->then_waits);
		say(pair, ", ");
		say_waits(pair, pair->now, &pair->now_waits);
		break;
	case BACKOFF_STOP_DEADLINE:
	case BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE:
		say(pair, ": ");
		say_deadline(pair, pair->then, &pair->then_waits);
		say(pair, ", ");
		say_deadline(pair, pair->now, &pair->now_waits);
		break;
	case BACKOFF_STOP_NON_RETRYABLE:
		say(pair, ": failures that %s does not retry and %s does",
		    sign > 0 ? pair->then->policy->label
			     : pair->now->policy->label,
		    sign > 0 ? pair->now->policy->label
			     : pair->then->policy->label);
		break;
	default:
		break;
	}
}

/* "16 fewer calls end by max_attempts (88 instead of 104): ..." */
static void
put_reason(struct pair *pair)
{
	double more = rs_failed_more(pair->then);
	double sign = more > 0 ? 1 : -1;
	int reason = main_reason(pair, sign);
	char count[32], then[32], now[32];

	if (reason == BACKOFF_STOP_NONE)
		return;
	rs_count_text(fabs(pair->then->stop[reason] - pair->now->stop[reason]),
		      false, count, sizeof(count));
	rs_count_text(pair->then->stop[reason], false, then, sizeof(then));
	rs_count_text(pair->now->stop[reason], false, now, sizeof(now));
	say(pair, "%s %s calls end with %s (%s, not %s)", count,
	    sign > 0 ? "more" : "fewer",
	    backoff_stop_name((enum backoff_stop)reason), then, now);
	say_cause(pair, reason, sign);
	put(pair);
}

/* The incident in which most of the difference arises. */
static void
put_incident(struct pair *pair)
{
	const struct rs_subject *subject = pair->part->subject;
	double more = rs_failed_more(pair->then);
	double sign = more > 0 ? 1 : -1, most = LEAST;
	const struct rs_subject_incident *incident;
	size_t best = SIZE_MAX;
	char name[128], length[16], count[32], then[32], now[32];

	for (size_t i = 0; i < subject->incidents; i++) {
		double part = sign * (pair->then->detail->incident_failed[i] -
				      pair->now->detail->incident_failed[i]);

		if (part > most) {
			most = part;
			best = i;
		}
	}
	if (best == SIZE_MAX)
		return;
	incident = &subject->incident[best];
	rs_count_text(most, false, count, sizeof(count));
	rs_count_text(pair->then->detail->incident_failed[best], false, then,
		      sizeof(then));
	rs_count_text(pair->now->detail->incident_failed[best], false, now,
		      sizeof(now));
	say(pair,
	    "%s of these arise in incident %zu (%s), which lasts %s: of %.0f "
	    "calls that begin in it, %s fail, not %s",
	    count, best + 1,
	    rs_html_incident_name(incident, name, sizeof(name)),
	    tk_format_duration(incident->to_ns - incident->from_ns, length,
			       sizeof(length)),
	    pair->now->detail->incident_calls[best], then, now);
	put(pair);
}

/* What the difference may be. */
static void
say_range(struct pair *pair)
{
	struct tk_interval hull = rs_failed_hull(pair->then);
	char range[64];

	if (rs_count_range(&hull, true, range, sizeof(range))[0] == '[')
		say(pair, " %s", range);
}

/* What it costs the target. */
static void
put_cost(struct pair *pair)
{
	double then = pair->then->attempts_per_call;
	double now = pair->now->attempts_per_call;

	if (!(now > 0) || fabs(then - now) < 0.005)
		return;
	say(pair, "A call makes %.2f attempts on average, not %.2f (%+.1f %%)",
	    then, now, (then / now - 1) * 100);
	put(pair);
}

/* What it costs the callers. */
static void
put_patience(struct pair *pair)
{
	const struct rs_latency *then = &pair->then->failure_latency;
	const struct rs_latency *now = &pair->now->failure_latency;
	char after[16], before[16];

	if (!(then->calls > 0) || !(now->calls > 0) ||
	    then->at[RS_P50].ns == now->at[RS_P50].ns)
		return;
	say(pair, "Half of its failed calls give up within %s, not %s",
	    tk_format_duration(then->at[RS_P50].ns, after, sizeof(after)),
	    tk_format_duration(now->at[RS_P50].ns, before, sizeof(before)));
	put(pair);
}

static bool
put_choice(const struct rs_html *html, const struct rs_html_part *part,
	   const struct rs_choice *choice)
{
	struct pair pair = {.html = html,
			    .part = part,
			    .then = choice->result,
			    .now = part->choices.item[0].result};
	double more = rs_failed_more(choice->result);
	char count[32], now[32];
	const char *perhaps = rs_perhaps(choice->result);

	if (!rs_html_waits(pair.then->policy->policy, &pair.then_waits) ||
	    !rs_html_waits(pair.now->policy->policy, &pair.now_waits))
		return false;
	fputs("<li><strong>", html->out);
	rs_html_text(html->out, choice->result->policy->label);
	fputs("</strong> ", html->out);
	rs_count_text(fabs(more), false, count, sizeof(count));
	rs_count_text(rs_failed(pair.now), false, now, sizeof(now));
	if (fabs(more) < LEAST)
		say(&pair, "%sfails as many calls as %s, %s", perhaps,
		    pair.now->policy->label, now);
	else if (more < 0)
		say(&pair, "%ssaves %s of the %s calls that fail under %s",
		    perhaps, count, now, pair.now->policy->label);
	else
		say(&pair, "%sfails %s calls more than %s, under which %s fail",
		    perhaps, count, pair.now->policy->label, now);
	say_range(&pair);
	put(&pair);
	if (fabs(more) >= LEAST) {
		put_incident(&pair);
		put_reason(&pair);
	}
	put_cost(&pair);
	put_patience(&pair);
	fputs("</li>\n", html->out);
	return true;
}

int
rs_html_why(const struct rs_html *html, const struct rs_html_part *part)
{
	size_t count = part->choices.count;
	size_t drawn = rs_html_drawn(html, part);
	bool made = true;

	if (count < 2)
		return 0;
	fputs("<h3>Why it happened</h3>\n<ul>\n", html->out);
	for (size_t i = 1; made && i < drawn && i <= EXPLAINED_MAX; i++)
		made = put_choice(html, part, &part->choices.item[i]);
	fputs("</ul>\n", html->out);
	return made ? 0 : -1;
}
