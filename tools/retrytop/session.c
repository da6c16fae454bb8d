/* The part shared by the live view and the report: inputs, events, rows. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/num.h"
#include "common/msg.h"
#include "input/rotated.h"

static void
show_dialect_error(void *user, const char *name,
		   const struct backoff_error *error)
{
	(void)user;
	tk_msg_error(name, error);
}

/* -1: go on; else an exit code. A name that is not a dialect is a wrong command
 * line; a file that cannot be read or is wrong is not. */
int
rt_session_dialects(const struct rt_options *options, struct rt_ingest *ingest)
{
	const struct tk_dialect_options how = {
		.zone = options->zone,
		.on_error = show_dialect_error,
	};
	static const char *const standard[] = {"auto", NULL};
	size_t count = options->dialects.count;
	const char **names = calloc(count + 1, sizeof(*names));
	enum backoff_status status = BACKOFF_E_NOMEM;

	for (size_t i = 0; names && i < count; i++)
		names[i] = options->dialects.item[i];
	if (names)
		status = rt_ingest_open(ingest, count ? names : standard, &how,
					NULL);
	free(names);
	if (status == BACKOFF_OK)
		return -1;
	return status == BACKOFF_E_NOT_FOUND ? TK_EXIT_USAGE
					     : (int)tk_exit_of(status);
}

static bool
open_inputs(struct rt_session *session)
{
	const struct rt_options *options = session->options;

	session->follow = tk_follow_new();
	session->input =
		calloc(options->path_count + 1, sizeof(*session->input));
	if (session->follow == NULL || session->input == NULL)
		return false;
	if (options->has_tail)
		tk_follow_last(session->follow, (size_t)options->tail);
	for (size_t i = 0; i < options->path_count; i++)
		if (tk_follow_add(session->follow, options->path[i]) !=
		    BACKOFF_OK)
			return false;
	return true;
}

/* Read the files of one rotated log one after the other, the oldest first, as
 * parts of one. */
static bool
join_inputs(struct rt_session *session)
{
	const struct rt_options *options = session->options;
	size_t count = options->path_count;
	struct tk_rotated *order = calloc(count + 1, sizeof(*order));

	session->whole = calloc(count + 1, sizeof(*session->whole));
	if (!order || !session->whole ||
	    !tk_rotated_order(options->path, count, order)) {
		free(order);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		size_t index = order[i].index;

		session->whole[index] = index;
		if (!order[i].goes_on)
			continue;
		session->whole[index] = session->whole[order[i - 1].index];
		tk_follow_after(session->follow, index, order[i - 1].index);
	}
	session->ingest.whole = session->whole;
	free(order);
	return true;
}

/* Only metrics need them. */
static bool
open_counters(struct rt_session *session)
{
	const struct rt_options *options = session->options;

	if (options->format < RT_FORMAT_OPENMETRICS && options->listen == NULL)
		return true;
	return rt_counters_begin(&session->counters, &session->ingest,
				 options->listen != NULL && !options->replay);
}

/* -1: go on; else an exit code. */
static int
open_rules(struct rt_session *session)
{
	const char *path = session->options->rules;
	struct backoff_error error = {.size = sizeof(error)};
	enum backoff_status status;
	size_t length;
	char *text;

	if (path == NULL)
		return -1;
	errno = 0;
	status = bo_file_read(path, RT_RULES_BYTES_MAX, &text, &length);
	if (status == BACKOFF_E_IO) {
		tk_msg_errno(path, errno != 0 ? errno : EIO);
		return TK_EXIT_SYSTEM;
	}
	if (status != BACKOFF_OK) {
		tk_msg("%s: %s", path, backoff_status_text(status));
		return (int)tk_exit_of(status);
	}
	status = rt_rules_parse(text, length, &session->rules, &error);
	free(text);
	if (status == BACKOFF_OK)
		return -1;
	tk_msg_error(path, &error);
	return TK_EXIT_BAD_INPUT;
}

/* The time before which events are left out. */
static uint64_t
since_of(const struct rt_options *options)
{
	struct timespec now;

	if (!options->since_back)
		return options->since_ns;
	clock_gettime(CLOCK_REALTIME, &now);
	return bo_sub_sat((uint64_t)now.tv_sec * BO_NS_PER_S,
			  options->since_ns);
}

int
rt_session_open(struct rt_session *session, const struct rt_options *options)
{
	int code;

	memset(session, 0, sizeof(*session));
	session->options = options;
	rt_list_init(&session->list, options->window_ns / BO_NS_PER_S);
	session->list.sort = (enum rt_sort)options->sort;
	/* JSON has all groups. */
	if (options->format != RT_FORMAT_JSON)
		session->list.group = (enum rt_group)options->group;
	if (options->filter != NULL)
		memcpy(session->list.filter, options->filter,
		       strlen(options->filter) + 1);
	code = open_rules(session);
	if (code < 0)
		code = rt_session_dialects(options, &session->ingest);
	if (code >= 0)
		return code;
	session->list.said = &session->ingest.said;
	session->ingest.since_ns = since_of(options);
	if (!open_inputs(session) || !join_inputs(session) ||
	    !open_counters(session)) {
		tk_msg_errno("start", ENOMEM);
		return TK_EXIT_SYSTEM;
	}
	return -1;
}

bool
rt_session_record(struct rt_session *session)
{
	session->browse = rt_browse_new(RT_RECORD_BYTES);
	if (session->browse == NULL)
		return false;
	rt_ingest_record(&session->ingest, session->browse->record);
	return true;
}

void
rt_session_look(struct rt_session *session)
{
	/* Without memory, there are no rows until the next update, which
	 * reports it. */
	(void)rt_list_look(&session->list, session->ingest.window);
	if (session->browse != NULL)
		rt_browse_update(session->browse, &session->list,
				 session->ingest.window);
}

void
rt_session_close(struct rt_session *session)
{
	rt_list_clear(&session->list);
	rt_ingest_clear(&session->ingest);
	rt_browse_free(session->browse);
	rt_counters_end(&session->counters);
	tk_follow_free(session->follow);
	free(session->input);
	free(session->whole);
	memset(session, 0, sizeof(*session));
}

/* What breaks rules, and since when. */
static bool
find_alerts(struct rt_session *session, uint64_t end_s, bool dated)
{
	struct rt_window *window = session->ingest.window;

	if (!rt_rule_alerts_find(&session->rules, window, end_s,
				 session->options->window_ns / BO_NS_PER_S,
				 &session->broken))
		return false;
	rt_rule_watch_recall(&session->alarms.watch, &session->broken);
	return !dated || rt_rule_alerts_date(&session->broken, window, end_s);
}

bool
rt_session_update(struct rt_session *session)
{
	uint64_t end_s = rt_ingest_end_s(&session->ingest);
	struct rt_window *window = session->ingest.window;
	bool news;

	if (!rt_list_update(&session->list, window, end_s))
		return false;
	if (!session->list.paused && !session->list.model.is_past)
		rt_said_note(&session->ingest.said,
			     &session->list.model.verdicts, window);
	rt_session_look(session);
	/* What comes and goes while an old log is read is not news. */
	news = session->ingest.caught_up || session->options->once ||
	       session->options->replay;
	if (!find_alerts(session, end_s, news && !session->options->once))
		return false;
	if (news)
		rt_alarms_update(&session->alarms, &session->list.model,
				 &session->ingest.said, &session->rules,
				 &session->broken,
				 session->options->once ? 0 : end_s,
				 session->on_rule, session->on_rule_user);
	return true;
}

struct rt_view
rt_session_view(struct rt_session *session, const struct rt_ui *ui)
{
	struct rt_view view = {
		.list = &session->list,
		.ingest = &session->ingest,
		.ui = ui,
		.options = session->options,
		.input = session->input,
		.input_count = session->options->path_count,
		.counters = session->counters.metrics,
		.rules = session->options->rules ? &session->rules : NULL,
		.broken = session->options->rules ? &session->broken : NULL,
	};

	for (size_t i = 0; i < view.input_count; i++)
		tk_follow_info(session->follow, i, &session->input[i]);
	return view;
}
