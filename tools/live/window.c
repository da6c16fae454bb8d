/* Recent activity of each operation: counts in steps of one second. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/window.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"
#include "base/table.h"
#include "base/utf8.h"
#include "dialect/order.h"
#include "live/onset.h"

#define NS_PER_S BO_NS_PER_S
/* An event this far ahead of the newest must be confirmed. */
#define LEAP_NS (3600 * NS_PER_S)
/* A clock that differs by less confirms an event. */
#define AGREE_NS (RT_HISTORY_S * NS_PER_S)
/* Steps are judged this much after their end: lines arrive late. */
#define LATE_S 2
/* The year 2262; later times mean "absent". */
#define TS_MAX_NS ((uint64_t)INT64_MAX)
/* If at most this many events had a time, that of later ones replaces it. */
#define STRAY_EVENTS 3
/* A call with more attempts is counted as one with a single attempt. */
#define CALL_ATTEMPTS_MAX 1000000u

/* The counts of one second, in narrower types to save memory. */
#define BUCKET_MEMBER(member, doc) uint32_t member;

struct bucket {
	RT_COUNTS(BUCKET_MEMBER)
};

struct rt_operation {
	struct rt_window *window;
	char *name;
	char policy[RT_LABEL_MAX];
	uint64_t max_attempts, seen_ns;
	bool knows_calls;
	struct rt_counts total;
	struct rt_errors errors;
	struct rt_onset onset;
	/** The newest second of the ring. */
	uint64_t head_s;
	struct bucket bucket[RT_HISTORY_S];
};

/* An event far from all others, which the next one may confirm. */
struct doubt {
	/* 0: none. */
	uint64_t ts_ns;
	size_t input;
	struct rt_operation *operation;
	struct bucket add;
};

struct rt_window {
	struct rt_operation *operation[RT_OPERATIONS_MAX + 1];
	size_t count;
	/** Finds the index of an operation by its name. */
	struct bo_table table;
	struct rt_operation *other;
	uint64_t newest_ns, first_ns;
	/* The input of the next event; the one that set the time as it is, and
	 * the number of events since; the earliest event before that, 0 if
	 * that time was given up or there was none. */
	size_t input, setter;
	bool only_retried, whole;
	uint64_t since, first_before_ns;
	struct doubt ahead, behind;
	uint64_t late, skewed;
};

struct rt_window *
rt_window_new(void)
{
	return calloc(1, sizeof(struct rt_window));
}

void
rt_window_free(struct rt_window *window)
{
	if (window == NULL)
		return;
	for (size_t i = 0; i < window->count; i++) {
		rt_errors_clear(&window->operation[i]->errors);
		free(window->operation[i]->name);
		free(window->operation[i]);
	}
	bo_table_clear(&window->table);
	free(window);
}

static struct rt_operation *
make_operation(struct rt_window *window, const char *name)
{
	struct rt_operation *operation = calloc(1, sizeof(*operation));

	if (operation == NULL)
		return NULL;
	operation->name = strdup(name);
	if (operation->name == NULL) {
		free(operation);
		return NULL;
	}
	operation->window = window;
	window->operation[window->count++] = operation;
	return operation;
}

static uint64_t
hash_of(const void *user, uint32_t item)
{
	const struct rt_window *window = user;
	const char *name = window->operation[item]->name;

	return bo_hash(0, name, strlen(name));
}

static bool
is_named(const void *user, uint32_t item, const void *name)
{
	const struct rt_window *window = user;

	return strcmp(window->operation[item]->name, name) == 0;
}

static struct rt_operation *
find_operation(struct rt_window *window, const char *given)
{
	struct rt_operation *operation;
	char name[RT_NAME_MAX];
	uint32_t *slot;
	size_t length;

	length = bo_utf8_copy(given != NULL ? given : "(unnamed)", name,
			      sizeof(name));
	if (window->other == NULL &&
	    !bo_table_reserve(&window->table, window->count, hash_of, window))
		return NULL;
	slot = bo_table_find(&window->table, bo_hash(0, name, length), is_named,
			     window, name);
	if (*slot != 0)
		return window->operation[*slot - 1];
	if (window->other != NULL)
		return window->other;
	if (window->count == RT_OPERATIONS_MAX) {
		window->other = make_operation(window, "(other)");
		return window->other;
	}
	operation = make_operation(window, name);
	if (operation != NULL)
		*slot = (uint32_t)window->count;
	return operation;
}

static const struct bucket *
bucket_at(const struct rt_operation *operation, uint64_t second)
{
	static const struct bucket none;

	if (!rt_history_has(operation->head_s, second))
		return &none;
	return &operation->bucket[rt_history_slot(second)];
}

static uint64_t
retries_of_step(const void *user, uint64_t step)
{
	const struct rt_operation *operation = user;
	uint64_t sum = 0;

	for (uint64_t i = 0; i < RT_ONSET_STEP_S; i++)
		sum += bucket_at(operation, step * RT_ONSET_STEP_S + i)
			       ->retries;
	return sum;
}

/* Judge the steps that are over, and have been for LATE_S. */
static void
judge_until(struct rt_operation *operation, uint64_t second)
{
	uint64_t end = (second - LATE_S) / RT_ONSET_STEP_S;
	uint64_t first = operation->window->first_ns / NS_PER_S;
	struct rt_onset *onset = &operation->onset;

	if (second < RT_HISTORY_S)
		return;
	if (onset->next_step + RT_HISTORY_S / RT_ONSET_STEP_S < end) {
		/* Counts from that long ago are gone. */
		memset(onset, 0, sizeof(*onset));
		onset->next_step = end - RT_HISTORY_S / RT_ONSET_STEP_S;
	}
	while (onset->next_step < end)
		rt_onset_judge(onset, onset->next_step, first / RT_ONSET_STEP_S,
			       retries_of_step, operation);
}

static void
advance(struct rt_operation *operation, uint64_t second)
{
	if (second <= operation->head_s)
		return;
	judge_until(operation, second);
	rt_history_advance(operation->bucket, sizeof(*operation->bucket),
			   &operation->head_s, second);
}

/* The counts that one event adds. */
static struct bucket
counts_of(const struct backoff_event *event)
{
	struct bucket add = {.attempts = 1};
	uint64_t number = event->attempt != BACKOFF_ABSENT ? event->attempt
							   : event->attempts;
	uint64_t call_attempts = event->attempts != BACKOFF_ABSENT
					 ? event->attempts
					 : event->attempt;

	switch (event->type) {
	case BACKOFF_EVENT_ATTEMPT:
		add.retries = 1;
		break;
	case BACKOFF_EVENT_SUCCESS:
		add.successes = 1;
		break;
	case BACKOFF_EVENT_EXHAUSTED:
		add.exhausted = 1;
		break;
	case BACKOFF_EVENT_ABORTED:
		add.aborted = 1;
		break;
	default:
		add.attempts = 0;
		return add;
	}
	if (event->type != BACKOFF_EVENT_SUCCESS)
		add.failed_calls = number == 1;
	if (event->type != BACKOFF_EVENT_ATTEMPT)
		add.call_attempts = call_attempts < CALL_ATTEMPTS_MAX
					    ? (uint32_t)call_attempts
					    : 1;
	return add;
}

static void
add_u32(uint32_t *to, uint32_t value)
{
	*to = (uint32_t)bo_min((uint64_t)*to + value, UINT32_MAX);
}

static void
count_in_total(struct rt_counts *total, const struct bucket *add)
{
#define ADD_TO_TOTAL(member, doc) total->member += add->member;
	RT_COUNTS(ADD_TO_TOTAL)
}

static void
count_in_ring(struct rt_operation *operation, const struct bucket *add,
	      uint64_t second)
{
	struct bucket *bucket;

	if (!rt_history_has(operation->head_s, second)) {
		operation->window->late++;
		return;
	}
	bucket = &operation->bucket[rt_history_slot(second)];
#define ADD_TO_BUCKET(member, doc) add_u32(&bucket->member, add->member);
	RT_COUNTS(ADD_TO_BUCKET)
}

/* Believe an event that was doubted: count it where it belongs. */
static void
believe(const struct doubt *doubt)
{
	advance(doubt->operation, doubt->ts_ns / NS_PER_S);
	count_in_ring(doubt->operation, &doubt->add, doubt->ts_ns / NS_PER_S);
	if (doubt->ts_ns > doubt->operation->seen_ns)
		doubt->operation->seen_ns = doubt->ts_ns;
}

/* Whether an event confirms the one that was doubted before it. */
static bool
confirms(const struct rt_window *window, const struct doubt *doubt,
	 uint64_t ts_ns)
{
	return doubt->ts_ns != 0 && doubt->input == window->input &&
	       ts_ns + LEAP_NS > doubt->ts_ns && ts_ns < doubt->ts_ns + LEAP_NS;
}

/* Time goes on from here. A few events before it were strays. */
static void
set_time(struct rt_window *window, uint64_t first_ns)
{
	bool stray = window->since <= STRAY_EVENTS &&
		     window->setter == window->input;

	window->first_before_ns = stray ? 0 : window->first_ns;
	if (stray || first_ns < window->first_ns)
		window->first_ns = first_ns;
	window->setter = window->input;
	window->since = 0;
}

/* Forget counts of a time that was given up. */
static void
forget_after(struct rt_window *window, uint64_t newest_ns)
{
	for (size_t i = 0; i < window->count; i++) {
		struct rt_operation *operation = window->operation[i];

		operation->seen_ns = bo_min(operation->seen_ns, newest_ns);
		if (operation->head_s <= newest_ns / NS_PER_S)
			continue;
		rt_errors_clear(&operation->errors);
		memset(&operation->onset, 0, sizeof(operation->onset));
		memset(operation->bucket, 0, sizeof(operation->bucket));
		operation->head_s = 0;
	}
	window->newest_ns = newest_ns;
}

/* Two events in a row are far behind the newest: if only a few of the same
 * input were not, those had a wrong time. */
static void
go_back(struct rt_window *window, const struct doubt *doubt, uint64_t ts_ns,
	uint64_t wall_ns)
{
	uint64_t first_ns = bo_min(doubt->ts_ns, ts_ns);

	if (window->since > STRAY_EVENTS || window->setter != window->input ||
	    (wall_ns != 0 && window->newest_ns + AGREE_NS > wall_ns &&
	     window->newest_ns < wall_ns + AGREE_NS)) {
		window->first_ns = bo_min(window->first_ns, first_ns);
		return;
	}
	window->skewed += window->since;
	window->late--;
	if (window->first_before_ns != 0)
		first_ns = bo_min(first_ns, window->first_before_ns);
	forget_after(window, doubt->ts_ns > ts_ns ? doubt->ts_ns : ts_ns);
	window->first_ns = first_ns;
	window->first_before_ns = 0;
	/* What came before the strays counts again. */
	window->since = STRAY_EVENTS + 1;
	believe(doubt);
}

/* The time at which to count an event; 0 if its time is not plausible. */
static uint64_t
plausible_ns(struct rt_window *window, const struct doubt *event,
	     uint64_t wall_ns)
{
	struct doubt ahead = window->ahead, behind = window->behind;
	uint64_t ts_ns = event->ts_ns;

	window->ahead.ts_ns = window->behind.ts_ns = 0;
	/* It is not known. */
	if (ts_ns == 0)
		return 0;
	if (ts_ns > TS_MAX_NS) {
		window->skewed++;
		return 0;
	}
	if (window->newest_ns == 0) {
		set_time(window, ts_ns);
	} else if (ts_ns >= window->newest_ns + LEAP_NS) {
		bool confirmed = confirms(window, &ahead, ts_ns);

		if (!confirmed &&
		    (wall_ns == 0 || ts_ns >= wall_ns + AGREE_NS)) {
			window->ahead = *event;
			window->skewed++;
			return 0;
		}
		set_time(window,
			 confirmed ? bo_min(ahead.ts_ns, ts_ns) : ts_ns);
		if (confirmed) {
			window->skewed--;
			window->since++;
			believe(&ahead);
		}
	} else if (ts_ns + LEAP_NS <= window->newest_ns) {
		if (confirms(window, &behind, ts_ns))
			go_back(window, &behind, ts_ns, wall_ns);
		else
			window->behind = *event;
		return ts_ns;
	}
	window->since++;
	window->first_ns = bo_min(window->first_ns, ts_ns);
	return ts_ns;
}

void
rt_window_from(struct rt_window *window, size_t input)
{
	window->input = input;
}

void
rt_window_about(struct rt_window *window, bool only_retried, bool whole)
{
	window->only_retried = only_retried;
	window->whole = whole;
}

bool
rt_window_add(struct rt_window *window, const struct backoff_event *event,
	      uint64_t wall_ns)
{
	struct doubt now = {.ts_ns = event->ts_ns,
			    .input = window->input,
			    .add = counts_of(event)};
	struct rt_operation *operation;
	uint64_t ts_ns;

	if (now.add.attempts == 0)
		return true;
	if (window->whole && now.add.call_attempts > 1) {
		now.add.attempts = now.add.call_attempts;
		now.add.retries = now.add.call_attempts - 1;
		now.add.failed_calls = 1;
	}
	operation = find_operation(window, event->operation);
	if (operation == NULL)
		return false;
	now.operation = operation;
	ts_ns = plausible_ns(window, &now, wall_ns);
	if (ts_ns > window->newest_ns)
		window->newest_ns = ts_ns;
	if (ts_ns > operation->seen_ns)
		operation->seen_ns = ts_ns;
	if (event->policy != NULL)
		bo_utf8_copy(event->policy, operation->policy,
			     sizeof(operation->policy));
	if (event->max_attempts != BACKOFF_ABSENT)
		operation->max_attempts = event->max_attempts > TK_ATTEMPTS_MAX
						  ? RT_UNLIMITED
						  : event->max_attempts;
	else if (event->policy_hash != NULL && event->attempt != BACKOFF_ABSENT)
		/* The library leaves it out if the policy has no limit. */
		operation->max_attempts = RT_UNLIMITED;
	/* A writer that names the call and the policy logs successes too. */
	if ((now.add.successes > 0 && !window->only_retried) ||
	    (event->call_id != NULL && event->policy_hash != NULL))
		operation->knows_calls = true;
	advance(operation, ts_ns / NS_PER_S);
	count_in_total(&operation->total, &now.add);
	if (ts_ns == 0)
		return true;
	count_in_ring(operation, &now.add, ts_ns / NS_PER_S);
	if (now.add.successes > 0)
		return true;
	return rt_errors_add(&operation->errors, event, ts_ns / NS_PER_S);
}

uint64_t
rt_window_newest_ns(const struct rt_window *window)
{
	return window->newest_ns;
}

uint64_t
rt_window_first_ns(const struct rt_window *window)
{
	return window->first_ns;
}

uint64_t
rt_window_late(const struct rt_window *window)
{
	return window->late;
}

uint64_t
rt_window_skewed(const struct rt_window *window)
{
	return window->skewed;
}

size_t
rt_window_count(const struct rt_window *window)
{
	return window->count;
}

struct rt_operation *
rt_window_operation(const struct rt_window *window, size_t index)
{
	return window->operation[index];
}

const char *
rt_operation_name(const struct rt_operation *operation)
{
	return operation->name;
}

const char *
rt_operation_policy(const struct rt_operation *operation)
{
	return operation->policy;
}

uint64_t
rt_operation_max_attempts(const struct rt_operation *operation)
{
	return operation->max_attempts;
}

bool
rt_operation_knows_calls(const struct rt_operation *operation)
{
	return operation->knows_calls;
}

uint64_t
rt_operation_seen_ns(const struct rt_operation *operation)
{
	return operation->seen_ns;
}

const struct rt_counts *
rt_operation_total(const struct rt_operation *operation)
{
	return &operation->total;
}

void
rt_operation_sum(const struct rt_operation *operation, uint64_t end_s,
		 uint64_t length_s, struct rt_counts *out)
{
	memset(out, 0, sizeof(*out));
	for (uint64_t i = 0; i < length_s && i < RT_HISTORY_S && i <= end_s;
	     i++) {
		const struct bucket *bucket = bucket_at(operation, end_s - i);

#define ADD_TO_SUM(member, doc) out->member += bucket->member;
		RT_COUNTS(ADD_TO_SUM)
	}
}

void
rt_operation_top_error(const struct rt_operation *operation, uint64_t end_s,
		       uint64_t length_s, struct rt_error_top *out)
{
	struct rt_counts sum;

	rt_operation_sum(operation, end_s, length_s, &sum);
	rt_errors_top(&operation->errors, end_s, length_s,
		      sum.attempts - sum.successes, out);
}

uint64_t
rt_operation_rising_s(struct rt_operation *operation, uint64_t end_s)
{
	judge_until(operation, end_s);
	return operation->onset.rising_s;
}
