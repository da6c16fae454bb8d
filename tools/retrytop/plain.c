/* The live view as lines of text, without a screen. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/plain.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/rfc3339.h"
#include "common/msg.h"
#include "common/safe_text.h"
#include "common/units.h"
#include "live/facts.h"
#include "retrytop/changes.h"
#include "retrytop/reader.h"
#include "retrytop/signals.h"
#include "retrytop/view_losses.h"
#include "retrytop/view_message.h"

/* Verdicts are asked once a second, by the clock of a replay if there is one.
 */
#define JUDGE_NS BO_NS_PER_S
#define LINE_MAX_BYTES 2048
/* Lines may be late by this much. */
#define LATE_NS (5 * BO_NS_PER_S)

struct plain {
	struct rt_reader reader;
	const struct rt_ui ui;
	struct rt_changes changes;
	/* Those that were reported and are still there. */
	struct rt_notes notes;
	/* What lines are about, while they are written. */
	struct rt_view view;
	uint64_t judge_ns, total_ns;
	/* Losses of lines up to this time were reported. */
	uint64_t losses_ns;
	/* The output failed, with this error. */
	int error;
};

/* A line with the time before it. Only the first error is kept. */
static void
put_line(struct plain *plain, const char *kind, const char *text)
{
	char time[40] = "-", safe[2 * LINE_MAX_BYTES];
	uint64_t now_ns = rt_view_now_ns(&plain->view);

	if (plain->error != 0)
		return;
	if (now_ns > 0)
		bo_rfc3339_format(now_ns, 0, time, sizeof(time));
	tk_safe_text(text, strlen(text), safe, sizeof(safe));
	if (printf("%s %-6s %s\n", time, kind, safe) < 0 || fflush(stdout) != 0)
		plain->error = errno;
}

/* A verdict, and all that is said about it, in one line. */
static void
put_verdict(struct plain *plain, const char *kind, size_t index)
{
	char line[LINE_MAX_BYTES], detail[LINE_MAX_BYTES / 2];
	size_t used;

	rt_view_verdict(&plain->view, index, line, sizeof(line) / 2);
	used = strlen(line);
	for (size_t i = 0; rt_view_verdict_detail(&plain->view, index, i,
						  detail, sizeof(detail));
	     i++)
		used += (size_t)snprintf(line + used, sizeof(line) - used,
					 "; %s", detail + strspn(detail, " "));
	put_line(plain, kind, line);
}

static void
put_end(struct plain *plain, const struct rt_reported *was)
{
	char line[LINE_MAX_BYTES], since[40], age[16];
	uint64_t since_ns = was->since_s * BO_NS_PER_S;

	bo_rfc3339_format(since_ns, 0, since, sizeof(since));
	rt_view_age(rt_view_now_ns(&plain->view), since_ns, age, sizeof(age));
	snprintf(line, sizeof(line), "%-9s %s  since %.8s (%s)",
		 rt_word_name(was->word),
		 was->target != NULL ? was->target : was->operation,
		 since + strlen("2026-11-23T"), age);
	put_line(plain, "ends", line);
}

static void
put_change(void *user, enum rt_change change, const struct rt_reported *was,
	   size_t verdict)
{
	struct plain *plain = user;

	switch (change) {
	case RT_CHANGE_BEGINS:
		put_verdict(plain, "begins", verdict);
		break;
	case RT_CHANGE_WORD:
		put_verdict(plain, "now", verdict);
		break;
	case RT_CHANGE_ENDS:
		put_end(plain, was);
		break;
	}
}

static bool
has_note(const struct rt_notes *notes, const struct rt_note *note)
{
	for (size_t i = 0; i < notes->count; i++)
		if (notes->item[i].kind == note->kind &&
		    notes->item[i].operation == note->operation)
			return true;
	return false;
}

/* Notes of one list that another has not. */
static void
put_notes(struct plain *plain, const char *kind, const struct rt_notes *notes,
	  const struct rt_notes *others)
{
	char line[LINE_MAX_BYTES], text[RT_NOTE_TEXT_MAX];

	for (size_t i = 0; i < notes->count; i++) {
		if (has_note(others, &notes->item[i]))
			continue;
		snprintf(line, sizeof(line), "NOTE      %s",
			 rt_note_say(&notes->item[i], text, sizeof(text)));
		put_line(plain, kind, line);
	}
}

/* While some have no room, none ends. */
static void
compare_notes(struct plain *plain, const struct rt_notes *now)
{
	put_notes(plain, "begins", now, &plain->notes);
	if (now->more == 0)
		put_notes(plain, "ends", &plain->notes, now);
	plain->notes = *now;
}

static void
put_alert(void *user, const struct rt_rule_alert *alert, bool ends)
{
	struct plain *plain = user;
	char line[LINE_MAX_BYTES], since[40], age[16];
	uint64_t since_ns = alert->since_s * BO_NS_PER_S;
	size_t used;

	rt_view_alert(alert, line, sizeof(line) / 2);
	used = strlen(line);
	if (ends) {
		bo_rfc3339_format(since_ns, 0, since, sizeof(since));
		rt_view_age(rt_view_now_ns(&plain->view), since_ns, age,
			    sizeof(age));
		snprintf(line + used, sizeof(line) - used, "  since %.8s (%s)",
			 since + strlen("2026-11-23T"), age);
	}
	put_line(plain, ends ? "ends" : "begins", line);
}

/* A rate, or "-" if it is not known. */
static const char *
format_rate(const struct rt_value *value, char out[16])
{
	if (value->known)
		return tk_format_rate(value->real, out, 16);
	return "-";
}

static void
put_total(struct plain *plain)
{
	const struct rt_model *model = &plain->view.list->model;
	const struct rt_counts *window = &model->total.window;
	static const enum rt_log_fact facts[] = {
		RT_LOG_FACT_BAD,    RT_LOG_FACT_LOST,  RT_LOG_FACT_DROPPED,
		RT_LOG_FACT_EVENTS, RT_LOG_FACT_LINES,
	};
	struct rt_value calls =
		rt_fact_of_row(&model->total, RT_FACT_CALLS_PER_S);
	struct rt_value retries =
		rt_fact_of_row(&model->total, RT_FACT_RETRIES_PER_S);
	char line[LINE_MAX_BYTES], rate[2][16];
	size_t used;

	used = (size_t)snprintf(
		line, sizeof(line),
		"%s  %zu operations, %zu with verdicts, %s calls/s, %s "
		"retries/s, %llu exhausted, %llu aborted",
		rt_view_state(&plain->view), model->count,
		model->verdicts.count + model->verdicts.more,
		format_rate(&calls, rate[0]), format_rate(&retries, rate[1]),
		(unsigned long long)window->exhausted,
		(unsigned long long)window->aborted);
	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++) {
		struct rt_value value =
			rt_fact_of_log(plain->view.ingest, facts[i]);

		used += (size_t)snprintf(line + used, sizeof(line) - used,
					 "%s %llu %s", i == 0 ? ";" : ",",
					 (unsigned long long)value.count,
					 rt_log_facts[facts[i]].title);
	}
	if (plain->view.broken != NULL)
		snprintf(line + used, sizeof(line) - used, "; %zu alerts",
			 plain->view.broken->count + plain->view.broken->more);
	put_line(plain, "total", line);
}

/* Lines that are missing, once those that are late have had their time. */
static void
put_losses(struct plain *plain)
{
	uint64_t now_ns = rt_view_now_ns(&plain->view);
	uint64_t said_ns = plain->losses_ns;
	struct tk_lost gap;
	char line[LINE_MAX_BYTES];

	for (size_t i = rt_view_losses(&plain->view); i-- > 0;) {
		if (!rt_view_loss(&plain->view, i, &gap))
			continue;
		if (gap.to_ns <= said_ns || gap.to_ns + LATE_NS > now_ns)
			continue;
		put_line(plain, "note",
			 rt_view_loss_note(&gap, line, sizeof(line)));
		if (gap.to_ns > plain->losses_ns)
			plain->losses_ns = gap.to_ns;
	}
}

/* Judge, and say what is new. False if there is no memory. */
static bool
show(struct plain *plain, bool news)
{
	struct rt_reader *reader = &plain->reader;
	struct rt_session *session = &reader->session;
	bool due = reader->replay != NULL ? reader->second
					  : reader->now_ns >= plain->judge_ns;

	if (due || reader->now_ns >= plain->judge_ns)
		plain->judge_ns = reader->now_ns + JUDGE_NS;
	if (!news && !due)
		return true;
	if (!rt_reader_is_ready(reader))
		return true;
	plain->view = rt_reader_view(reader, &plain->ui);
	if (!rt_session_update(session))
		return false;
	rt_changes_update(&plain->changes, &session->list.model, put_change,
			  plain);
	compare_notes(plain, &session->list.model.notes);
	put_losses(plain);
	if (!news && reader->now_ns < plain->total_ns)
		return true;
	plain->total_ns = reader->now_ns + session->options->delay_ns;
	put_total(plain);
	return true;
}

/* Sleep until there is something to do. Notices a reader that left even if
 * nothing is to be written. */
static void
rest(struct plain *plain)
{
	struct pollfd fd[2 + RT_READER_FDS] = {
		{.fd = rt_signals_fd(), .events = POLLIN},
		{.fd = STDOUT_FILENO},
	};

	if (rt_reader_wait(&plain->reader, fd, 2, plain->judge_ns) > 0 &&
	    (fd[1].revents & (POLLERR | POLLHUP)) != 0 && plain->error == 0)
		plain->error = EPIPE;
}

static int
loop(struct plain *plain)
{
	struct rt_ingest *ingest = &plain->reader.session.ingest;

	while (rt_signals_caught() == 0 && plain->error == 0 &&
	       !ingest->ended) {
		bool news = rt_reader_read(&plain->reader);

		if (ingest->no_memory || !show(plain, news)) {
			tk_msg_errno("retrytop", ENOMEM);
			return TK_EXIT_SYSTEM;
		}
		if (!ingest->ended && plain->error == 0)
			rest(plain);
	}
	/* A reader of the output that has seen enough is not a failure. */
	if (plain->error == 0 || plain->error == EPIPE)
		return TK_EXIT_OK;
	tk_msg_errno("standard output", plain->error);
	return TK_EXIT_SYSTEM;
}

static int
run(struct plain *plain, const struct rt_options *options)
{
	int code = rt_reader_open(&plain->reader, options);

	if (code >= 0)
		return code;
	if (rt_signals_install() != 0) {
		tk_msg_errno("start", errno);
		return TK_EXIT_SYSTEM;
	}
	plain->reader.session.on_rule = put_alert;
	plain->reader.session.on_rule_user = plain;
	/* It is noticed as an error of the output. */
	signal(SIGPIPE, SIG_IGN);
	return loop(plain);
}

int
rt_plain(const struct rt_options *options)
{
	struct plain plain = {.ui = {.page = RT_PAGE_OVERVIEW}};
	int code = run(&plain, options);

	rt_reader_close(&plain.reader);
	/* These ask a service to end; others are errors to its parent. */
	if (rt_signals_caught() != 0 && rt_signals_caught() != SIGTERM &&
	    rt_signals_caught() != SIGINT)
		rt_signals_raise(rt_signals_caught());
	return code;
}
