/* Recent calls that ended, put together from the record. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/calls.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

const char *
rt_fate_name(enum rt_fate fate)
{
#define NAME(member, words) words,
	static const char *const names[] = {RT_FATES(NAME)};

	return names[fate];
}

const char *
rt_which_name(enum rt_which which)
{
	static const char *const names[] = {RT_WHICH(NAME)};

	return names[which];
}

bool
rt_past_ends(const struct rt_past *past)
{
	return past->type != BACKOFF_EVENT_ATTEMPT;
}

bool
rt_past_was_made(const struct rt_past *past)
{
	return past->stop != BACKOFF_STOP_BREAKER_OPEN;
}

bool
rt_past_closes(const struct rt_past *past)
{
	return past->type != BACKOFF_EVENT_ATTEMPT &&
	       past->outcome == BACKOFF_OUTCOME_CANCELLED &&
	       past->duration_ns == 0;
}

bool
rt_past_failed(const struct rt_past *past)
{
	return past->type != BACKOFF_EVENT_SUCCESS &&
	       past->outcome != BACKOFF_OUTCOME_CANCELLED &&
	       rt_past_was_made(past);
}

uint64_t
rt_past_attempts(const struct rt_past *past)
{
	if (past->attempts != BACKOFF_ABSENT)
		return past->attempts;
	if (past->attempt == BACKOFF_ABSENT)
		return 1;
	return past->attempt - (!rt_past_was_made(past) && past->attempt > 0);
}

enum rt_fate
rt_fate_of(const struct rt_past *past)
{
	if (past->type == BACKOFF_EVENT_SUCCESS) {
		/* The first attempt, or its hedge, answered. */
		if (past->kind == BACKOFF_KIND_HEDGE ||
		    (past->attempt == 1 && !past->whole) ||
		    rt_past_attempts(past) <= 1)
			return RT_FATE_FIRST_TRY;
		return RT_FATE_RECOVERED;
	}
	switch (past->stop) {
	case BACKOFF_STOP_BREAKER_OPEN:
		return RT_FATE_BREAKER;
	case BACKOFF_STOP_BUDGET:
		return RT_FATE_BUDGET;
	case BACKOFF_STOP_DEADLINE:
	case BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE:
		return RT_FATE_DEADLINE;
	case BACKOFF_STOP_HINT_TOO_LONG:
	case BACKOFF_STOP_SERVER_FORBADE:
		return RT_FATE_HINT;
	default:
		return past->type == BACKOFF_EVENT_EXHAUSTED ? RT_FATE_USED_UP
							     : RT_FATE_REFUSED;
	}
}

uint64_t
rt_past_begin_ns(const struct rt_past *past)
{
	if (past->duration_ns == BACKOFF_ABSENT ||
	    past->duration_ns > past->ts_ns)
		return past->ts_ns;
	return past->ts_ns - past->duration_ns;
}

size_t
rt_call_events(const struct rt_record *record, uint64_t at,
	       struct rt_past out[RT_ATTEMPTS_MAX])
{
	size_t count = 0;

	while (count < RT_ATTEMPTS_MAX &&
	       rt_record_get(record, at, &out[count]))
		at = out[count++].before_in_call;
	for (size_t i = 0; i < count / 2; i++) {
		struct rt_past last = out[count - 1 - i];

		out[count - 1 - i] = out[i];
		out[i] = last;
	}
	return count;
}

/* Append a text, cut between characters. */
static void
append(char *out, size_t size, const char *text)
{
	size_t used = strlen(out);

	bo_utf8_copy(text, out + used, size - used);
}

/* Name the errors of a call, in their order. */
static void
name_errors(const struct rt_past *event, size_t count, char *out, size_t size)
{
	out[0] = '\0';
	for (size_t i = 0, same; i < count; i += same) {
		const char *label = event[i].label;
		char times[24];

		same = 1;
		if (!rt_past_failed(&event[i]))
			continue;
		while (i + same < count && rt_past_failed(&event[i + same]) &&
		       strcmp(event[i + same].label, label) == 0)
			same++;
		snprintf(times, sizeof(times), " x%zu", same);
		append(out, size, *out != '\0' ? ", " : "");
		append(out, size, label);
		append(out, size, same > 1 ? times : "");
	}
}

static const char *
last_text(const struct rt_past *event, size_t count)
{
	while (count-- > 0)
		if (rt_past_failed(&event[count]))
			return *event[count].error != '\0' ? event[count].error
							   : event[count].label;
	return "";
}

static void
describe(struct rt_call *call, const struct rt_record *record,
	 const struct rt_past *end)
{
	struct rt_past event[RT_ATTEMPTS_MAX];
	size_t count = rt_call_events(record, end->at, event);
	uint64_t begin_ns = rt_past_begin_ns(&event[0]);

	*call = (struct rt_call){
		.at = end->at,
		.operation = end->operation,
		.end_ns = end->ts_ns,
		.duration_ns = end->elapsed_ns,
		.attempts = rt_past_attempts(end),
		.fate = rt_fate_of(end),
		.stop = end->stop,
	};
	if (call->duration_ns == BACKOFF_ABSENT &&
	    (event[0].attempt == 1 || event[0].whole) && begin_ns < end->ts_ns)
		call->duration_ns = end->ts_ns - begin_ns;
	bo_utf8_copy(end->call, call->id, sizeof(call->id));
	bo_utf8_copy(end->host, call->host, sizeof(call->host));
	name_errors(event, count, call->errors, sizeof(call->errors));
	bo_utf8_copy(last_text(event, count), call->text, sizeof(call->text));
}

/* A call that is to be listed. */
struct pick {
	uint64_t at, ts_ns;
	uint32_t operation;
	bool refused;
	size_t folded;
};

/* By time, the newest first. */
struct picks {
	struct pick item[RT_CALLS_MAX];
	size_t count;
	bool more;
};

/* A call of the same operation that was refused at once, too: hundreds of them
 * would hide all others. */
static struct pick *
find_refused(struct picks *picks, const struct pick *like)
{
	for (size_t i = 0; i < picks->count && like->refused; i++)
		if (picks->item[i].refused &&
		    picks->item[i].operation == like->operation)
			return &picks->item[i];
	return NULL;
}

static void
insert(struct picks *picks, const struct pick *pick)
{
	size_t i = picks->count;

	if (picks->count == RT_CALLS_MAX) {
		picks->more = true;
		i--;
		if (pick->ts_ns <= picks->item[i].ts_ns)
			return;
	} else {
		picks->count++;
	}
	for (; i > 0 && picks->item[i - 1].ts_ns < pick->ts_ns; i--)
		picks->item[i] = picks->item[i - 1];
	picks->item[i] = *pick;
}

static void
add(struct picks *picks, const struct rt_past *end)
{
	struct pick pick = {
		.at = end->at,
		.ts_ns = end->ts_ns,
		.operation = end->operation,
		.refused = !rt_past_was_made(end) && rt_past_attempts(end) == 0,
	};
	struct pick *same = find_refused(picks, &pick);

	if (same != NULL && pick.ts_ns <= same->ts_ns) {
		same->folded++;
		return;
	}
	if (same != NULL) {
		pick.folded = same->folded + 1;
		memmove(same, same + 1,
			(size_t)(&picks->item[--picks->count] - same) *
				sizeof(*same));
	}
	insert(picks, &pick);
}

/* Whether all calls before this one ended earlier than those that are listed.
 */
static bool
is_full(const struct picks *picks, const struct rt_record *record,
	const struct rt_past *past)
{
	return picks->more && past->ts_ns + rt_record_behind_ns(record) <=
				      picks->item[RT_CALLS_MAX - 1].ts_ns;
}

static void
list(struct rt_calls *calls, const struct rt_record *record,
     const struct picks *picks)
{
	struct rt_past past;

	calls->count = 0;
	calls->more = picks->more;
	for (size_t i = 0; i < picks->count; i++) {
		struct rt_call *call = &calls->call[calls->count];

		if (!rt_record_get(record, picks->item[i].at, &past))
			continue;
		describe(call, record, &past);
		call->folded = picks->item[i].folded;
		calls->count++;
	}
}

void
rt_calls_failed(struct rt_calls *calls, const struct rt_record *record,
		uint64_t until, rt_wanted_fn wanted, const void *user)
{
	struct picks picks = {.count = 0};
	struct rt_past past;

	for (uint64_t at = rt_record_last_failed(record);
	     rt_record_get(record, at, &past) &&
	     !is_full(&picks, record, &past);
	     at = past.before_failed)
		if (at <= until && (wanted == NULL || wanted(user, &past)))
			add(&picks, &past);
	list(calls, record, &picks);
}

static bool
is_listed(const struct rt_past *past, enum rt_which which, uint64_t slow_ns)
{
	enum rt_fate fate;
	uint64_t took_ns;

	if (!rt_past_ends(past))
		return false;
	fate = rt_fate_of(past);
	switch (which) {
	case RT_WHICH_FAILED:
		return past->type != BACKOFF_EVENT_SUCCESS;
	case RT_WHICH_RECOVERED:
		return fate == RT_FATE_RECOVERED;
	case RT_WHICH_SLOW:
		took_ns = past->kind == BACKOFF_KIND_HEDGE ? past->elapsed_ns
							   : past->duration_ns;
		return past->type == BACKOFF_EVENT_SUCCESS && slow_ns > 0 &&
		       took_ns != BACKOFF_ABSENT && took_ns > slow_ns;
	default:
		return true;
	}
}

void
rt_calls_of(struct rt_calls *calls, const struct rt_record *record,
	    uint64_t until, uint64_t until_ns, const struct rt_focus *focus,
	    enum rt_which which, uint64_t slow_ns)
{
	struct picks picks = {.count = 0};
	struct rt_past past;

	for (uint64_t at = rt_focus_last(focus, record);
	     rt_record_get(record, at, &past) &&
	     !is_full(&picks, record, &past);
	     at = rt_focus_before(focus, &past))
		if (at <= until && past.ts_ns <= until_ns &&
		    is_listed(&past, which, slow_ns) &&
		    rt_focus_has(focus, &past))
			add(&picks, &past);
	list(calls, record, &picks);
}

/* Whether another event of the call comes later among the places found. */
static bool
is_found(const struct rt_record *record, const uint64_t *found, size_t count,
	 uint64_t at)
{
	struct rt_past past;

	for (size_t i = 0; i < count; i++)
		for (uint64_t k = found[i]; k >= at; k = past.before_in_call)
			if (k == at)
				return true;
			else if (!rt_record_get(record, k, &past))
				break;
	return false;
}

size_t
rt_call_children(const struct rt_record *record, const char *id, uint64_t until,
		 uint64_t at[RT_CHILDREN_MAX])
{
	size_t count = 0;
	struct rt_past past;

	if (*id == '\0')
		return 0;
	for (uint64_t k = rt_record_last(record);
	     rt_record_get(record, k, &past) && count < RT_CHILDREN_MAX;
	     k = past.before)
		if (k <= until && strcmp(past.parent, id) == 0 &&
		    !is_found(record, at, count, k))
			at[count++] = k;
	for (size_t i = 0; i < count / 2; i++) {
		uint64_t last = at[count - 1 - i];

		at[count - 1 - i] = at[i];
		at[i] = last;
	}
	return count;
}

uint64_t
rt_call_find(const struct rt_record *record, const char *id, uint64_t until)
{
	struct rt_past past;

	if (*id == '\0')
		return 0;
	for (uint64_t at = rt_record_last(record);
	     rt_record_get(record, at, &past); at = past.before)
		if (at <= until && strcmp(past.call, id) == 0)
			return at;
	return 0;
}
