/* Makes the attempts of a call from the line that describes it. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/num.h"
#include "dialect/apply_call.h"

/* Proxies try a handful of servers. */
#define LIST_MAX 256

struct column {
	struct tk_piece item[LIST_MAX];
	size_t count;
};

/* Cut a text at the list's separators. */
static void
split(const struct tk_list *list, struct tk_piece text, struct column *out)
{
	const char *at = text.at, *end = text.at + text.length;

	out->count = 0;
	while (out->count < LIST_MAX) {
		const char *found = end;
		size_t length = 0;

		for (size_t i = 0; i < list->split_count; i++) {
			size_t size = strlen(list->split[i]);
			const char *place = memmem(at, (size_t)(end - at),
						   list->split[i], size);

			if (place != NULL && place < found) {
				found = place;
				length = size;
			}
		}
		out->item[out->count++] =
			(struct tk_piece){at, (size_t)(found - at)};
		if (length == 0)
			return;
		at = found + length;
	}
}

/* The items of a JSON array of texts and numbers; false if it is something
 * else, or one has escapes. */
static bool
split_array(struct tk_piece text, struct column *out)
{
	const char *at = text.at + 1, *end = text.at + text.length - 1;

	out->count = 0;
	if (text.length < 2 || text.at[0] != '[' || *end != ']')
		return false;
	while (at < end && out->count < LIST_MAX) {
		struct tk_piece item = {at, 0};
		bool quoted;

		while (at < end && bo_is_one_of(*at, " \t"))
			at++;
		quoted = at < end && *at == '"';
		item.at = at += quoted;
		while (at < end && !bo_is_one_of(*at, quoted ? "\"\\" : ", \t"))
			at++;
		item.length = (size_t)(at - item.at);
		if (at < end && *at == '\\')
			return false;
		out->item[out->count++] = item;
		at += quoted && at < end;
		while (at < end && bo_is_one_of(*at, ", \t"))
			at++;
	}
	return out->count > 0;
}

static enum tk_got
read_column(struct tk_apply *apply, const struct tk_list *list,
	    const struct tk_source *source, bool has, struct column *out)
{
	struct tk_piece text;
	enum tk_got got;

	out->count = 0;
	if (!has)
		return TK_GOT_ABSENT;
	got = tk_view_source(&apply->view, source, &text);
	if (got == TK_GOT && !split_array(text, out))
		split(list, text, out);
	return got;
}

static bool
is_status(const char *code)
{
	return code != NULL && strlen(code) == 3 &&
	       strspn(code, "0123456789") == 3;
}

/* The outcome that a status stands for: failure unless it is below 400. */
static int
outcome_of(const char *code)
{
	if (!is_status(code))
		return code == NULL || code[0] == '\0'
			       ? BACKOFF_OUTCOME_SUCCESS
			       : BACKOFF_OUTCOME_FAILURE;
	if (strcmp(code, "504") == 0 || strcmp(code, "408") == 0)
		return BACKOFF_OUTCOME_TIMEOUT;
	return code[0] >= '1' && code[0] <= '3' ? BACKOFF_OUTCOME_SUCCESS
						: BACKOFF_OUTCOME_FAILURE;
}

/* The type of the event that ends a call. */
static void
end_call(struct backoff_event *event)
{
	if (event->outcome < 0)
		event->outcome = event->stop > BACKOFF_STOP_SUCCESS
					 ? BACKOFF_OUTCOME_FAILURE
					 : outcome_of(event->code);
	if (event->outcome == BACKOFF_OUTCOME_SUCCESS) {
		event->type = BACKOFF_EVENT_SUCCESS;
		event->stop = BACKOFF_STOP_SUCCESS;
	} else if (event->stop == BACKOFF_STOP_CANCELLED ||
		   (event->attempts == 1 && event->stop == BACKOFF_STOP_NONE)) {
		event->type = BACKOFF_EVENT_ABORTED;
	} else {
		event->type = BACKOFF_EVENT_EXHAUSTED;
	}
}

/* Calls whose attempts are several events need an id. The same line has the
 * same one, so that a copy of it is recognized. */
static bool
name_call(struct tk_apply *apply, struct backoff_event *event)
{
	const struct tk_payload *payload = apply->view.payload;
	char id[32];
	int length;

	if (event->call_id != NULL)
		return true;
	length = snprintf(id, sizeof(id), "line-%016" PRIx64,
			  bo_hash(0, payload->text, payload->length));
	event->call_id = tk_view_copy(
		&apply->view, (struct tk_piece){id, (size_t)length}, 64);
	return event->call_id != NULL;
}

struct columns {
	struct column code, duration, target;
	uint64_t took_ns[LIST_MAX];
	size_t count;
};

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static void
drop_item(struct column *column, size_t i)
{
	if (i >= column->count)
		return;
	column->count--;
	memmove(&column->item[i], &column->item[i + 1],
		(column->count - i) * sizeof(*column->item));
}

/* Leave out answers that are not the last and did not fail: after one, nginx
 * goes elsewhere because the answer says so (X-Accel-Redirect), which is not a
 * retry. */
static void
drop_redirects(struct columns *columns)
{
	struct column *code = &columns->code;

	for (size_t i = 0; i + 1 < code->count;) {
		const struct tk_piece *item = &code->item[i];

		if (item->length != 3 || item->at[0] < '1' ||
		    item->at[0] > '3' || !bo_is_digit(item->at[1])) {
			i++;
			continue;
		}
		drop_item(code, i);
		drop_item(&columns->duration, i);
		drop_item(&columns->target, i);
	}
}

static enum tk_got
read_columns(struct tk_apply *apply, const struct tk_list *list,
	     struct columns *out)
{
	enum tk_got got[3] = {
		read_column(apply, list, &list->code, list->has_code,
			    &out->code),
		read_column(apply, list, &list->duration, list->has_duration,
			    &out->duration),
		read_column(apply, list, &list->target, list->has_target,
			    &out->target),
	};

	for (size_t i = 0; i < 3; i++) {
		if (got[i] == TK_GOT_NO_MEMORY)
			return got[i];
	}
	drop_redirects(out);
	out->count = larger(larger(out->code.count, out->duration.count),
			    out->target.count);
	for (size_t i = 0; i < out->count; i++) {
		out->took_ns[i] = BACKOFF_ABSENT;
		if (i < out->duration.count)
			tk_view_duration(&apply->view, &list->duration,
					 out->duration.item[i],
					 &out->took_ns[i]);
	}
	return TK_GOT;
}

static const char *
copy_item(struct tk_apply *apply, const struct column *column, size_t i,
	  const char *otherwise)
{
	if (i >= column->count || column->item[i].length == 0 ||
	    (column->item[i].length == 1 && column->item[i].at[0] == '-'))
		return otherwise;
	return tk_view_copy(&apply->view, column->item[i], 256);
}

/* Give attempt i of the list. */
static bool
give_item(struct tk_apply *apply, struct tk_rule *rule,
	  const struct tk_made *call, const struct columns *columns, size_t i,
	  uint64_t end_ns)
{
	bool last = i + 1 == columns->count;
	struct tk_made made = *call;
	struct backoff_event *event = &made.event;

	event->attempt = i + 1;
	event->attempts = last ? columns->count : BACKOFF_ABSENT;
	event->ts_ns = end_ns;
	event->duration_ns = columns->took_ns[i];
	event->code =
		copy_item(apply, &columns->code, i, last ? event->code : NULL);
	event->target = copy_item(apply, &columns->target, i, event->target);
	event->delay_ns = BACKOFF_ABSENT;
	if (last) {
		end_call(event);
	} else {
		event->type = BACKOFF_EVENT_ATTEMPT;
		event->stop = BACKOFF_STOP_NONE;
		event->elapsed_ns = BACKOFF_ABSENT;
		event->delay_ns = rule->file->delay_ns;
		event->outcome = outcome_of(event->code);
		if (event->outcome == BACKOFF_OUTCOME_SUCCESS)
			event->outcome = BACKOFF_OUTCOME_FAILURE;
	}
	return tk_apply_give(apply, rule, &made);
}

static enum tk_applied
give_list(struct tk_apply *apply, struct tk_rule *rule, struct tk_made *made,
	  const struct columns *columns)
{
	uint64_t before_ns = 0, pause_ns = 0;

	if (columns->count > 1 && !name_call(apply, &made->event))
		return TK_APPLIED_NO_MEMORY;
	if (rule->file->delay_ns != BACKOFF_ABSENT)
		pause_ns = rule->file->delay_ns;
	for (size_t i = 1; i < columns->count; i++) {
		if (columns->took_ns[i] != BACKOFF_ABSENT)
			before_ns = bo_add_sat(before_ns, columns->took_ns[i]);
		before_ns = bo_add_sat(before_ns, pause_ns);
	}
	for (size_t i = 0; i < columns->count; i++) {
		uint64_t end_ns = made->event.ts_ns;

		if (end_ns != BACKOFF_ABSENT)
			end_ns = end_ns > before_ns ? end_ns - before_ns : 0;
		if (!give_item(apply, rule, made, columns, i, end_ns))
			return TK_APPLIED_NO_MEMORY;
		if (i + 1 == columns->count)
			break;
		if (columns->took_ns[i + 1] != BACKOFF_ABSENT)
			before_ns -= columns->took_ns[i + 1];
		before_ns -= pause_ns;
	}
	return TK_APPLIED_EVENT;
}

enum tk_applied
tk_apply_call(struct tk_apply *apply, struct tk_rule *rule,
	      struct tk_made *made)
{
	struct backoff_event *event = &made->event;
	/* Large, and set only as far as it is used. */
	struct columns columns;

	if (rule->list != NULL) {
		if (read_columns(apply, rule->list, &columns) ==
		    TK_GOT_NO_MEMORY)
			return TK_APPLIED_NO_MEMORY;
		if (columns.count > 0)
			return give_list(apply, rule, made, &columns);
	}
	if (event->attempts == BACKOFF_ABSENT &&
	    made->retries != BACKOFF_ABSENT)
		event->attempts = made->retries + 1;
	if (event->attempts == BACKOFF_ABSENT)
		event->attempts =
			event->attempt != BACKOFF_ABSENT ? event->attempt : 1;
	event->attempt = event->attempts;
	end_call(event);
	return tk_apply_give(apply, rule, made) ? TK_APPLIED_EVENT
						: TK_APPLIED_NO_MEMORY;
}
