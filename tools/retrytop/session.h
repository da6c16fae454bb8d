/* The part shared by the live view and the report: inputs, events, rows. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_SESSION_H
#define RT_SESSION_H

#include "retrytop/alarms.h"
#include "retrytop/browse.h"
#include "retrytop/counters.h"
#include "retrytop/options.h"
#include "retrytop/view.h"
#include "rules/alerts.h"

struct rt_session {
	const struct rt_options *options;
	struct tk_follow *follow;
	struct rt_ingest ingest;
	struct rt_list list;
	/** NULL until rt_session_record(). */
	struct rt_browse *browse;
	struct rt_counters counters;
	struct rt_rules rules;
	struct rt_rule_alerts broken;
	struct rt_alarms alarms;
	/** Called for rules that are broken from now on, or no longer; or NULL.
	 */
	rt_alarms_fn on_rule;
	void *on_rule_user;
	/** One per path. */
	struct tk_input_info *input;
	/** The first path of the rotated log that each is of. */
	size_t *whole;
};

/** Set up the session that the options describe. -1: go on; else an exit code,
 *  after a message. Either way rt_session_close() must follow. */
int rt_session_open(struct rt_session *session,
		    const struct rt_options *options);

/** Open the dialects of the options, with the same result. */
int rt_session_dialects(const struct rt_options *options,
			struct rt_ingest *ingest);

/** Record events from now on, so that there can be pages of operations and
 *  calls. False without memory. */
bool rt_session_record(struct rt_session *session);

/** Compute what those pages show, after a key. */
void rt_session_look(struct rt_session *session);

void rt_session_close(struct rt_session *session);

/** Compute rows and alerts for now. False without memory. */
bool rt_session_update(struct rt_session *session);

/** Get the data for the page of @p ui, without a clock. */
struct rt_view rt_session_view(struct rt_session *session,
			       const struct rt_ui *ui);

#endif
