/* The second line of a screen: the current problem, in one sentence. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/view_message.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/rfc3339.h"
#include "common/units.h"
#include "retrytop/view_losses.h"

/* A share of failed calls that is small. */
#define FEW_CALLS 0.05

/* A verdict that ended in this time is named, in seconds. */
#define ENDED_LATELY_S 900

static const char *
why_empty(const struct rt_view *view, const struct tk_input_info *input)
{
	const struct rt_options *options = view->options;

	if (input->state == TK_INPUT_WAITING)
		return "does not exist";
	if (input->error_number != 0)
		return strerror(input->error_number);
	if (input->state == TK_INPUT_ENDED)
		return "ended";
	return options != NULL && options->has_tail && options->tail == 0
		       ? "no new lines"
		       : "empty";
}

static void
say_empty(const struct rt_view *view, char *out, size_t size)
{
	const struct tk_input_info *input = view->input;
	/* --once does not wait. */
	bool waits = view->wall_ns != 0 && !view->ingest->ended;

	if (view->ingest->lines > 0)
		snprintf(out, size, "%s0 events%s in %llu lines",
			 waits ? "" : "no data: ", waits ? " yet" : "",
			 (unsigned long long)view->ingest->lines);
	else if (view->input_count == 0)
		snprintf(out, size, "%s", waits ? "0 events yet" : "no data");
	else
		snprintf(out, size, "%s %s (%s)",
			 waits ? "0 events yet. Waiting for"
			       : "no data: 0 events in",
			 input->path, why_empty(view, input));
}

const char *
rt_view_advice(const struct rt_view *view, size_t index)
{
	static const char *const advice[] = {
		"No line is an attempt, or ends a call, in a form that is "
		"known here.",
		"",
		"retrysim dialect guess LOG   what it speaks of, and a draft",
		"--dialect FILE               how to read it",
		"docs/dialects.md             what libraries log, and how to "
		"have it logged",
	};

	if (view->ingest->events > 0 || view->ingest->lines == 0 ||
	    index >= sizeof(advice) / sizeof(*advice))
		return NULL;
	return advice[index];
}

/* How much fails: calls, or attempts if nearly all calls recover or none has
 * ended. */
static void
say_share(const struct rt_verdict *verdict, bool brief, char *out, size_t size)
{
	double calls = verdict->failed_calls_share;
	double attempts = verdict->failed_share;
	bool recover = calls < FEW_CALLS && attempts > calls;
	char rate[16];

	if (verdict->word == RT_WORD_FAILING && calls >= 0 &&
	    verdict->calls_per_s > 0 && !recover)
		snprintf(out, size, "%.3g%% %sfail", calls * 100.0,
			 brief ? "" : "of calls ");
	else if (verdict->word >= RT_WORD_AMPLIFIED && attempts >= 0)
		snprintf(out, size, "%.3g%% of attempts fail",
			 attempts * 100.0);
	else if (verdict->word >= RT_WORD_AMPLIFIED)
		snprintf(out, size, "%s failures/s",
			 tk_format_rate(verdict->failed_per_s, rate,
					sizeof(rate)));
}

/* Whether nothing fails for now, which is not known to be the end. */
static bool
is_quiet(const struct rt_verdict *verdict)
{
	return verdict->word >= RT_WORD_AMPLIFIED && verdict->failed_per_s <= 0;
}

/* How much fails, in which time, and why. */
static void
say_why(const struct rt_verdict *verdict, bool brief, char *out, size_t size)
{
	char how[64] = "", cause[RT_CAUSE_MAX], span[24];

	say_share(verdict, brief, how, sizeof(how));
	rt_verdict_reasons(verdict, cause, sizeof(cause));
	rt_view_length(verdict->window_s, span, sizeof(span));
	if (is_quiet(verdict))
		snprintf(out, size, "no failure (last %s), %s%s%s", span,
			 brief ? "may end" : "ends if it stays so",
			 cause[0] != '\0' ? ": " : "", cause);
	else if (how[0] == '\0')
		snprintf(out, size, "%s (last %s)", cause, span);
	else
		snprintf(out, size, "%s (last %s)%s%s", how, span,
			 cause[0] != '\0' ? ": " : "", cause);
}

static const char *
or_earlier(const struct rt_verdict *verdict)
{
	return verdict->or_earlier ? " or earlier" : "";
}

/* In the fewest words, for a narrow screen. */
static void
say_brief(const struct rt_view *view, const struct rt_verdict *verdict,
	  size_t more, char *out, size_t size)
{
	char age[16], also[24] = "", cause[RT_CAUSE_MAX];

	rt_view_age(rt_view_now_ns(view), verdict->since_s * BO_NS_PER_S, age,
		    sizeof(age));
	rt_verdict_cause(verdict, cause, sizeof(cause));
	if (more > 0)
		snprintf(also, sizeof(also), "+%zu ", more);
	snprintf(out, size, "%s %s %s %s%s", rt_word_name(verdict->word),
		 rt_verdict_about(verdict), age, also,
		 verdict->error[0] != '\0' ? verdict->error : cause);
}

/* A time, with its date if it is not the one of the title. */
static const char *
say_since(const struct rt_view *view, uint64_t since_s, char *out, size_t size)
{
	uint64_t day = rt_view_now_ns(view) / RT_VIEW_DAY_NS;

	bo_rfc3339_format(since_s * BO_NS_PER_S, 0, out, size);
	out[strlen("2026-11-23T10:00:00")] = '\0';
	if (since_s * BO_NS_PER_S / RT_VIEW_DAY_NS == day)
		return out + strlen("2026-11-23T");
	out[strlen("2026-11-23")] = ' ';
	return out;
}

/* What a verdict is about, since when, and its trend. */
static void
say_what(const struct rt_view *view, const struct rt_verdict *verdict,
	 char *out, size_t size)
{
	char age[16], since[40];

	rt_view_age(rt_view_now_ns(view), verdict->since_s * BO_NS_PER_S, age,
		    sizeof(age));
	snprintf(out, size, "%-9s %s  since %s (%s)%s  %-9s",
		 rt_word_name(verdict->word), rt_verdict_about(verdict),
		 say_since(view, verdict->since_s, since, sizeof(since)), age,
		 or_earlier(verdict), rt_trend_name(verdict->trend));
}

/* All in one line; the number of others comes before what a narrow screen
 * cuts. */
static void
say_verdict(const struct rt_view *view, const struct rt_verdict *verdict,
	    size_t more, char *out, size_t size)
{
	char what[RT_VIEW_LINE_MAX / 2], why[RT_VIEW_LINE_MAX / 2];
	char also[40] = "", rates[RT_RATES_MAX];

	say_what(view, verdict, what, sizeof(what));
	say_why(verdict, false, why, sizeof(why));
	rt_verdict_rates(verdict, rates, sizeof(rates));
	if (more > 0)
		snprintf(also, sizeof(also), "%zu more   ", more);
	snprintf(out, size, "%s  %s%s%s%s", what, also, why,
		 rates[0] != '\0' ? "; " : "", rates);
}

/* In few words: what fits if there is one line for all of it. */
static void
say_compact(const struct rt_view *view, const struct rt_verdict *verdict,
	    char *out, size_t size)
{
	char age[16], since[40], how[64] = "", cause[RT_CAUSE_MAX];

	rt_view_age(rt_view_now_ns(view), verdict->since_s * BO_NS_PER_S, age,
		    sizeof(age));
	say_share(verdict, true, how, sizeof(how));
	rt_verdict_reasons(verdict, cause, sizeof(cause));
	snprintf(out, size, "%s %s since %s (%s)%s %s %s%s%s",
		 rt_word_name(verdict->word), rt_verdict_about(verdict),
		 say_since(view, verdict->since_s, since, sizeof(since)), age,
		 or_earlier(verdict), rt_trend_name(verdict->trend), how,
		 how[0] != '\0' && cause[0] != '\0' ? ": " : "", cause);
}

static void
say_sharers(const struct rt_verdict *verdict, char *out, size_t size)
{
	size_t used = (size_t)snprintf(out, size, "fails for ");

	for (size_t i = 0; i < verdict->sharer_count && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s",
					 i > 0 ? ", " : "", verdict->sharer[i]);
	if (verdict->sharers_more > 0 && used < size)
		snprintf(out + used, size - used, " and %zu more",
			 verdict->sharers_more);
}

/* Only some hosts are kept apart. */
static void
say_hosts(const struct rt_verdict *verdict, char *out, size_t size)
{
	const char *more = verdict->hosts_more ? "more than " : "";
	bool two = verdict->hosts == 2 && !verdict->hosts_more;

	if (!verdict->hosts_alike && two)
		snprintf(out, size, "on 2 hosts, more on one of them");
	else if (!verdict->hosts_alike)
		snprintf(out, size, "on %s%zu hosts, more on some than others",
			 more, verdict->hosts);
	else if (verdict->hosts_more)
		snprintf(out, size, "more than %zu hosts, all alike",
			 verdict->hosts);
	else if (two)
		snprintf(out, size, "both hosts alike");
	else
		snprintf(out, size, "all %zu hosts alike", verdict->hosts);
}

size_t
rt_view_verdicts(const struct rt_view *view)
{
	return view->list->model.verdicts.count;
}

void
rt_view_verdict(const struct rt_view *view, size_t index, char *out,
		size_t size)
{
	say_verdict(view, &view->list->model.verdicts.item[index], 0, out,
		    size);
}

bool
rt_view_verdict_detail(const struct rt_view *view, size_t index, size_t detail,
		       char *out, size_t size)
{
	const struct rt_verdict *verdict =
		&view->list->model.verdicts.item[index];
	bool shared = verdict->target != NULL && verdict->sharer_count > 0;
	/* The cause names a host that is the only one. */
	bool hosts = verdict->word >= RT_WORD_AMPLIFIED &&
		     verdict->hosts >= 2 && verdict->host.name[0] == '\0';
	char names[RT_VIEW_LINE_MAX / 2] = "", where[200] = "";

	if (detail > 0 || (!shared && !hosts))
		return false;
	if (shared)
		say_sharers(verdict, names, sizeof(names));
	if (hosts)
		say_hosts(verdict, where, sizeof(where));
	snprintf(out, size, "  %s%s%s", names, shared && hosts ? "; " : "",
		 where);
	return true;
}

/* Lines that are asked for one by one. */
struct lines {
	size_t count, wanted;
	char *out;
	size_t size;
};

static void
put_line(struct lines *lines, const char *text)
{
	if (lines->count++ == lines->wanted)
		snprintf(lines->out, lines->size, "%s", text);
}

/* Bytes of a text that fit: up to the end of a part, or of a word, of which
 * some are left. */
static size_t
fit(const char *text, size_t width)
{
	static const char *const ends[] = {"; ", ", ", " "};

	if (strlen(text) <= width)
		return strlen(text);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		for (size_t at = width; at > width / 2; at--)
			if (strncmp(text + at, ends[i], strlen(ends[i])) == 0)
				return at;
	return width;
}

/* One line; '~' says that there is more. */
static void
put_cut(struct lines *lines, size_t width, char *text)
{
	if (strlen(text) > width)
		snprintf(text + fit(text, width - 1), 2, "~");
	put_line(lines, text);
}

/* Indented, in as many lines as there are up to @p most; and @p rates, if there
 * is room at the end. */
static void
put_wrapped(struct lines *lines, size_t width, size_t most, const char *text,
	    const char *rates)
{
	char line[RT_VIEW_LINE_MAX] = "  ";

	for (;;) {
		size_t length = fit(text, width - 2);

		if (text[length] == '\0' || lines->count + 1 >= most)
			break;
		snprintf(line + 2, sizeof(line) - 2, "%.*s", (int)length, text);
		put_line(lines, line);
		text += length + strspn(text + length, "; ,");
	}
	snprintf(line + 2, sizeof(line) - 2, "%s; %s", text, rates);
	if (rates[0] == '\0' || strlen(line) > width)
		line[2 + strlen(text)] = '\0';
	put_cut(lines, width, line);
}

/* A verdict, at first what a line has room for; its details, and more of the
 * cause than a line has room for, only up to @p fair lines. */
static void
put_verdict(const struct rt_view *view, size_t index, size_t width, size_t most,
	    size_t fair, struct lines *lines)
{
	const struct rt_verdict *verdict =
		&view->list->model.verdicts.item[index];
	char text[RT_VIEW_LINE_MAX], detail[RT_VIEW_LINE_MAX];
	char rates[RT_RATES_MAX];
	size_t details = 0;

	while (rt_view_verdict_detail(view, index, details, detail,
				      sizeof(detail)))
		details++;
	rt_view_verdict(view, index, text, sizeof(text));
	if (strlen(text) <= width) {
		put_line(lines, text);
	} else if (lines->count + 1 < most) {
		say_what(view, verdict, text, sizeof(text));
		put_line(lines, text);
		say_why(verdict, false, text, sizeof(text));
		if (strlen(text) + 2 > width)
			say_why(verdict, true, text, sizeof(text));
		put_wrapped(lines, width, fair > details ? fair - details : 0,
			    text,
			    rt_verdict_rates(verdict, rates, sizeof(rates)));
	} else {
		say_compact(view, verdict, text, sizeof(text));
		put_cut(lines, width, text);
	}
	for (size_t k = 0; k < details && lines->count < fair; k++) {
		rt_view_verdict_detail(view, index, k, text, sizeof(text));
		put_cut(lines, width, text);
	}
}

void
rt_view_verdict_short(const struct rt_view *view, size_t index, char *out,
		      size_t size)
{
	say_brief(view, &view->list->model.verdicts.item[index], 0, out, size);
}

size_t
rt_view_lines_about(const struct rt_view *view, size_t index, size_t width,
		    size_t most, size_t line, char *out, size_t size)
{
	struct lines lines = {.wanted = out != NULL ? line : SIZE_MAX,
			      .out = out,
			      .size = size};

	put_verdict(view, index, width, most, most, &lines);
	return lines.count;
}

/* Lines that the verdicts after this one need, to say why. */
static size_t
lines_after(const struct rt_view *view, size_t index, size_t shown,
	    size_t width)
{
	char text[RT_VIEW_LINE_MAX];
	size_t lines = 0;

	for (size_t i = index + 1; i < shown; i++) {
		rt_view_verdict(view, i, text, sizeof(text));
		lines += strlen(text) > width ? 2 : 1;
	}
	return lines;
}

/* One line for each verdict, and further ones about the first if there is room.
 */
static void
put_verdicts(const struct rt_view *view, size_t width, size_t most,
	     struct lines *lines)
{
	size_t count = rt_view_verdicts(view), more, room;
	size_t shown = count <= most ? count : most - 1;
	char text[32];

	more = count - shown + view->list->model.verdicts.more;
	room = most - (more > 0 && most > shown);
	for (size_t i = 0; i < shown; i++) {
		size_t after = lines_after(view, i, shown, width);

		put_verdict(view, i, width, room - (shown - i - 1),
			    room > after ? room - after : 0, lines);
	}
	snprintf(text, sizeof(text), "%zu more", more);
	if (more > 0)
		put_line(lines, text);
}

size_t
rt_view_verdict_lines(const struct rt_view *view, size_t width, size_t most)
{
	struct lines lines = {.wanted = SIZE_MAX};

	put_verdicts(view, width, most, &lines);
	return lines.count;
}

void
rt_view_verdict_line(const struct rt_view *view, size_t width, size_t most,
		     size_t index, char *out, size_t size)
{
	struct lines lines = {.wanted = index, .out = out, .size = size};

	put_verdicts(view, width, most, &lines);
}

/* There is too little to say that all is quiet. */
static bool
say_unknown(const struct rt_view *view, bool brief, char *out, size_t size)
{
	const struct rt_model *model = &view->list->model;
	const struct rt_counts *w = &model->total.window;
	bool live = rt_ingest_is_live(view->ingest);
	/* Verdicts do not need a whole window if it is a long one. */
	uint64_t enough_s = bo_min(model->covered_s, RT_ONSET_LEARN_S);
	char age[16], silence[16], length[24], calls[48] = "";

	rt_view_length(model->window_s, length, sizeof(length));

	if (view->wall_ns != 0 && live && rt_view_is_silent(view)) {
		rt_view_span(view->silence_ns, silence, sizeof(silence));
		snprintf(out, size,
			 brief ? "no line for %s"
			       : "no line for %s, which is "
				 "longer than usual",
			 silence);
		return true;
	}
	if (w->attempts == 0 && live) {
		rt_view_age(rt_view_now_ns(view), model->newest_ns, age,
			    sizeof(age));
		snprintf(out, size, "no data in %s: newest event %s ago",
			 length, age);
		return true;
	}
	if (model->seen_s < enough_s && (live || view->wall_ns == 0)) {
		unsigned long long failed =
			(unsigned long long)rt_counts_failed(w);

		if (failed > 0)
			snprintf(calls, sizeof(calls), "%llu call%s failed, ",
				 failed, failed == 1 ? "" : "s");
		snprintf(out, size, "learning, %llu s of %llu: %s%llu retr%s",
			 (unsigned long long)model->seen_s,
			 (unsigned long long)enough_s, calls,
			 (unsigned long long)w->retries,
			 w->retries == 1 ? "y" : "ies");
		return true;
	}
	return false;
}

/* The worst of what ended lately: what is wrong no more. */
static const struct rt_said_verdict *
ended_lately(const struct rt_view *view)
{
	const struct rt_said *said = view->list->said;
	const struct rt_said_verdict *ended = NULL, *worst = NULL;

	if (said == NULL || view->list->model.is_past)
		return NULL;
	while ((ended = rt_said_ended(said, ended)) != NULL &&
	       ended->until_s + ENDED_LATELY_S >= view->list->model.end_s)
		if (worst == NULL || ended->verdict.word > worst->verdict.word)
			worst = ended;
	return worst;
}

static void
add_ended(const struct rt_view *view, char *out, size_t size)
{
	const struct rt_said_verdict *ended = ended_lately(view);
	char since[40], until[40];
	size_t used = strlen(out);

	if (ended == NULL)
		return;
	bo_rfc3339_format(ended->verdict.since_s * BO_NS_PER_S, 0, since,
			  sizeof(since));
	bo_rfc3339_format(ended->until_s * BO_NS_PER_S, 0, until,
			  sizeof(until));
	snprintf(out + used, size - used, "; over: %s %s %.8s - %.8s",
		 rt_word_name(ended->verdict.word),
		 rt_verdict_about(&ended->verdict),
		 since + strlen("2026-11-23T"), until + strlen("2026-11-23T"));
}

/* Nothing is wrong. */
static void
say_calm(const struct rt_view *view, bool brief, char *out, size_t size)
{
	const struct rt_model *model = &view->list->model;
	const struct rt_counts *w = &model->total.window;
	unsigned long long retries = (unsigned long long)w->retries;
	const char *plural = model->count == 1 ? "" : "s";
	char age[16], calls[40] = "", length[24], unread[80];

	rt_view_length(model->window_s, length, sizeof(length));
	if (say_unknown(view, brief, out, size))
		return;
	if (rt_view_unread(view, unread, sizeof(unread))) {
		snprintf(out, size, "%s%s", brief ? "" : "not known: ", unread);
		return;
	}
	if (view->ingest->ended) {
		rt_view_age(view->wall_ns, model->newest_ns, age, sizeof(age));
		if (brief)
			snprintf(out, size, "ended, newest event %s ago", age);
		else
			snprintf(out, size,
				 "ended; rates cover the %s up to the "
				 "newest event",
				 length);
	} else if (view->wall_ns != 0 && !rt_ingest_is_live(view->ingest)) {
		rt_view_age(view->wall_ns, model->newest_ns, age, sizeof(age));
		if (brief)
			snprintf(out, size, "newest event %s ago", age);
		else
			snprintf(out, size,
				 "newest event %s ago; rates cover the %s "
				 "before it",
				 age, length);
	} else if (model->verdicts.covered_s < RT_ONSET_LEARN_S) {
		snprintf(out, size, "learning, %llu s of %u: %zu operation%s",
			 (unsigned long long)model->verdicts.covered_s,
			 RT_ONSET_LEARN_S, model->count, plural);
	} else if (brief) {
		snprintf(out, size, "nothing unusual: %llu retr%s in %s",
			 retries, retries == 1 ? "y" : "ies", length);
	} else {
		if (model->total.calls_known)
			snprintf(calls, sizeof(calls), "%llu calls, ",
				 (unsigned long long)rt_counts_calls(w));
		snprintf(out, size,
			 "nothing unusual%s in %zu operation%s: %s%llu retr%s "
			 "in %s",
			 model->notes.count > 0 ? " but the notes" : "",
			 model->count, plural, calls, retries,
			 retries == 1 ? "y" : "ies", length);
	}
	if (!brief)
		add_ended(view, out, size);
}

void
rt_view_message(const struct rt_view *view, char *out, size_t size)
{
	const struct rt_verdicts *verdicts = &view->list->model.verdicts;

	if (view->ingest->events == 0)
		say_empty(view, out, size);
	else if (verdicts->count == 0)
		say_calm(view, false, out, size);
	else
		say_verdict(view, &verdicts->item[0],
			    verdicts->count - 1 + verdicts->more, out, size);
}

void
rt_view_message_short(const struct rt_view *view, size_t index, size_t lines,
		      char *out, size_t size)
{
	const struct rt_verdicts *verdicts = &view->list->model.verdicts;
	size_t more = verdicts->count - bo_min(lines, verdicts->count) +
		      verdicts->more;

	if (view->ingest->events == 0)
		say_empty(view, out, size);
	else if (verdicts->count == 0)
		say_calm(view, true, out, size);
	else
		say_brief(view, &verdicts->item[index],
			  index + 1 == lines ? more : 0, out, size);
}

char *
rt_view_alert(const struct rt_rule_alert *alert, char *out, size_t size)
{
	const struct rt_rule *rule = alert->rule;
	char column[64], span[16];

	snprintf(out, size, "ALERT     %s  %s: %s %.4g %s %.4g (%s)",
		 rule->name, alert->operation,
		 rt_rule_column(rule->fact, column, sizeof(column)),
		 alert->value, rt_comparison_name(rule->is), rule->value,
		 rt_view_span(alert->window_s * BO_NS_PER_S, span,
			      sizeof(span)));
	return out;
}
