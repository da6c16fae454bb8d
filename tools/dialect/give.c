/* Gives the readings that rules make. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/give.h"

static void
count(struct tk_file *file, const struct tk_rule *rule,
      const struct backoff_event *event)
{
	bool retry = event->type == BACKOFF_EVENT_ATTEMPT;

	file->readings++;
	file->has[TK_LACK_RETRIES] += retry;
	file->has[TK_LACK_DELAYS] += retry && event->delay_ns != BACKOFF_ABSENT;
	file->has[TK_LACK_COUNTS] += retry || rule->says_attempts;
	file->has[TK_LACK_CAUSES] += event->error != NULL ||
				     event->error_type != NULL ||
				     event->code != NULL;
}

bool
tk_apply_give(struct tk_apply *apply, struct tk_rule *rule,
	      const struct tk_made *made)
{
	struct tk_reading *reading = &apply->reading;
	struct tk_file *file = (struct tk_file *)(uintptr_t)rule->file;
	struct backoff_event *event = &reading->event;

	*event = made->event;
	if (event->operation == NULL)
		event->operation = file->name;
	if (event->attempt != BACKOFF_ABSENT)
		event->kind = event->attempt == 1 ? BACKOFF_KIND_FIRST
						  : BACKOFF_KIND_RETRY;
	reading->arrived =
		event->ts_ns == BACKOFF_ABSENT && apply->arrival_ns != 0;
	if (reading->arrived)
		event->ts_ns = apply->arrival_ns;
	reading->native = false;
	reading->successes = file->successes;
	reading->silent = file->successes == TK_SUCCESSES_NEVER;
	reading->may_be_whole = rule->type == TK_RULE_CALL ||
				!file->logs_attempts ||
				file->successes == TK_SUCCESSES_ALL;
	reading->whole = rule->type == TK_RULE_CALL && rule->list == NULL;
	reading->by_order = event->attempt == BACKOFF_ABSENT &&
			    event->type != BACKOFF_EVENT_STARTED;
	reading->no_time = event->ts_ns == BACKOFF_ABSENT;
	reading->left = made->left;
	reading->follows = rule->type == TK_RULE_EVENT && rule->open;
	reading->lane = made->lane;
	reading->source = file->source;
	count(file, rule, event);
	return apply->fn(apply->user, reading);
}
