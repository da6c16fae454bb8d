/* Reads all input, prints the numbers, and ends. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/once.h"

#include <errno.h>

#include "common/msg.h"
#include "guess/guess.h"
#include "retrytop/dump.h"
#include "retrytop/report.h"
#include "retrytop/session.h"

/* Bytes to read at a time. */
#define BUDGET (1u << 20)

/* Report each input that cannot be read. */
static int
check_inputs(const struct tk_follow *follow)
{
	int code = TK_EXIT_OK;

	for (size_t i = 0; i < tk_follow_count(follow); i++) {
		struct tk_input_info info;

		tk_follow_info(follow, i, &info);
		if (info.error_number == 0)
			continue;
		tk_msg_errno(info.path, info.error_number);
		code = TK_EXIT_SYSTEM;
	}
	return code;
}

/* Name lines of programs whose logs are not about retries. */
static void
advise(const struct tk_dialect *dialect)
{
	const char *text;
	uint64_t lines;

	for (size_t i = 0; tk_dialect_advice(dialect, i, &text, &lines); i++)
		tk_msg("%llu lines are %s", (unsigned long long)lines, text);
}

/* Say what the log could have, and how. */
static void
say_lacks(const struct tk_dialect *dialect)
{
	const char *name, *text;

	for (size_t i = 0; tk_dialect_lack(dialect, i, &name, &text); i++)
		tk_msg("%s: %s", name, text);
}

static int
check_lines(const struct rt_options *options, const struct rt_ingest *ingest)
{
	for (size_t i = 0; i < ingest->bad_lines.kinds; i++) {
		const struct tk_bad_kind *bad = &ingest->bad_lines.kind[i];
		char text[RT_TEXT_MAX];

		tk_bad_say(bad, text, sizeof(text));
		tk_msg("%s:%llu:%u: %s", options->path[bad->input],
		       (unsigned long long)bad->line, bad->error.column, text);
	}
	if (ingest->bad_lines.others > 0)
		tk_msg("%llu more bad lines of other kinds",
		       (unsigned long long)ingest->bad_lines.others);
	if (ingest->events == 0) {
		advise(ingest->dialect);
		tk_msg("no attempt events in %llu lines",
		       (unsigned long long)ingest->lines);
	}
	if (ingest->lines > 0 && ingest->events == 0)
		tk_guess_help(options->path, options->path_count);
	say_lacks(ingest->dialect);
	if (ingest->bad > options->max_bad) {
		tk_msg("more than %llu bad lines",
		       (unsigned long long)options->max_bad);
		return TK_EXIT_BAD_INPUT;
	}
	return ingest->events > 0 ? TK_EXIT_OK : TK_EXIT_BAD_INPUT;
}

static int
print_view(const struct rt_view *view, enum rt_format format)
{
	switch (format) {
	case RT_FORMAT_TEXT:
		break;
	case RT_FORMAT_JSON:
		return rt_report_json(view, stdout);
	case RT_FORMAT_CSV:
		return rt_report_csv(view, stdout);
	case RT_FORMAT_OPENMETRICS:
		return rt_report_metrics(view, BACKOFF_METRICS_OPENMETRICS,
					 stdout);
	case RT_FORMAT_PROMETHEUS:
		return rt_report_metrics(view, BACKOFF_METRICS_PROMETHEUS,
					 stdout);
	}
	return rt_report_text(view, stdout);
}

static int
print(struct rt_session *session)
{
	const struct rt_ui ui = {.page = RT_PAGE_OVERVIEW};
	/* No clock: the same log gives the same bytes. */
	const struct rt_view view = rt_session_view(session, &ui);
	int result = -1;

	if (!rt_session_update(session))
		errno = ENOMEM;
	else if (session->options->dump != NULL)
		result = rt_dump(session, stdout);
	else
		result = print_view(&view,
				    (enum rt_format)session->options->format);
	if (result == 0 && fflush(stdout) == 0)
		return TK_EXIT_OK;
	tk_msg_errno("standard output", errno);
	return TK_EXIT_SYSTEM;
}

static int
run(struct rt_session *session)
{
	int input_code, line_code, code;

	while (tk_follow_read(session->follow, 0, BUDGET, true, rt_ingest_line,
			      &session->ingest))
		;
	rt_ingest_flush(&session->ingest, session->options->path_count,
			BACKOFF_ABSENT);
	if (session->ingest.no_memory) {
		tk_msg_errno("reading", ENOMEM);
		return TK_EXIT_SYSTEM;
	}
	code = print(session);
	input_code = check_inputs(session->follow);
	if (code == TK_EXIT_OK)
		code = input_code;
	/* What cannot be read says enough. */
	if (code != TK_EXIT_OK && session->ingest.lines == 0)
		return code;
	line_code = check_lines(session->options, &session->ingest);
	if (code == TK_EXIT_OK)
		code = line_code;
	return code == TK_EXIT_OK && session->broken.count > 0 ? TK_EXIT_NO
							       : code;
}

int
rt_once(const struct rt_options *options)
{
	struct rt_session session;
	int code = rt_session_open(&session, options);

	if (code < 0 && options->dump != NULL && !rt_session_record(&session)) {
		tk_msg_errno("start", ENOMEM);
		code = TK_EXIT_SYSTEM;
	}
	if (code < 0)
		code = run(&session);
	rt_session_close(&session);
	return code;
}
