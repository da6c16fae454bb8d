/* The part shared by the live view and the report: inputs, events, rows. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "common/msg.h"

/* A name that is not a dialect is a wrong command line; a file that cannot be
 * read or is wrong is not. */
static int
complain_of_dialect(const struct rt_options *options,
		    enum backoff_status status, struct backoff_error *error)
{
	error->status = status;
	tk_msg_error(options->dialect, error);
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
	for (size_t i = 0; i < options->path_count; i++)
		if (tk_follow_add(session->follow, options->path[i]) !=
		    BACKOFF_OK)
			return false;
	return true;
}

int
rt_session_open(struct rt_session *session, const struct rt_options *options)
{
	struct backoff_error error = {.size = sizeof(error)};
	enum backoff_status status;

	memset(session, 0, sizeof(*session));
	session->options = options;
	rt_list_init(&session->list, options->window_ns / BO_NS_PER_S);
	session->list.sort = (enum rt_sort)options->sort;
	if (options->filter != NULL)
		memcpy(session->list.filter, options->filter,
		       strlen(options->filter) + 1);
	status = rt_ingest_init(&session->ingest, options->dialect, &error);
	if (status != BACKOFF_OK)
		return complain_of_dialect(options, status, &error);
	if (!open_inputs(session)) {
		tk_msg_errno("start", ENOMEM);
		return TK_EXIT_SYSTEM;
	}
	return -1;
}

void
rt_session_close(struct rt_session *session)
{
	rt_list_clear(&session->list);
	rt_ingest_clear(&session->ingest);
	tk_follow_free(session->follow);
	free(session->input);
	memset(session, 0, sizeof(*session));
}

struct rt_view
rt_session_view(struct rt_session *session, const struct rt_ui *ui)
{
	struct rt_view view = {
		.list = &session->list,
		.ingest = &session->ingest,
		.ui = ui,
		.input = session->input,
		.input_count = session->options->path_count,
	};

	for (size_t i = 0; i < view.input_count; i++)
		tk_follow_info(session->follow, i, &session->input[i]);
	return view;
}
