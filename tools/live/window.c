/* What every operation did lately: counts in one-second steps. */
#include "config.h"

#include "live/window.h"

#include <stdlib.h>
#include <string.h>

#include "live/errors.h"
#include "live/onset.h"

#define NS_PER_S UINT64_C(1000000000)
/* An event this far ahead of the newest must be confirmed. */
#define LEAP_NS (3600 * NS_PER_S)
/* A clock that differs by less agrees. */
#define AGREE_NS (RT_HISTORY_S * NS_PER_S)
/* Lines may come so much later than what they tell. */
#define LATE_S 2
/* The year 2262: beyond it lies "absent". */
#define TS_MAX_NS ((uint64_t)INT64_MAX)
/* A power of two, above the number of operations. */
#define TABLE_SIZE 4096u

struct bucket {
	uint32_t attempts, retries, successes, exhausted, aborted;
	uint32_t call_attempts, failed_calls;
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
	/** The second that bucket `head_s % RT_HISTORY_S` counts. */
	uint64_t head_s;
	struct bucket bucket[RT_HISTORY_S];
};

struct rt_window {
	struct rt_operation *operation[RT_OPERATIONS_MAX + 1];
	size_t count;
	/** By hash of the name, linear probing; index + 1. */
	uint16_t table[TABLE_SIZE];
	struct rt_operation *other;
	uint64_t newest_ns, first_ns, leap_ns;
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
	free(window);
}

/* FNV-1a. */
static uint32_t
hash(const char *name)
{
	uint32_t h = 2166136261u;

	for (; *name != '\0'; name++)
		h = (h ^ (unsigned char)*name) * 16777619u;
	return h;
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

static struct rt_operation *
find_operation(struct rt_window *window, const char *given)
{
	struct rt_operation *operation;
	char name[RT_NAME_MAX];
	uint32_t at;

	rt_cut_text(given != NULL ? given : "(unnamed)", name, sizeof(name));
	at = hash(name) % TABLE_SIZE;
	while (window->table[at] != 0) {
		operation = window->operation[window->table[at] - 1];
		if (strcmp(operation->name, name) == 0)
			return operation;
		at = (at + 1) % TABLE_SIZE;
	}
	if (window->other != NULL)
		return window->other;
	if (window->count == RT_OPERATIONS_MAX) {
		window->other = make_operation(window, "(other)");
		return window->other;
	}
	operation = make_operation(window, name);
	if (operation != NULL)
		window->table[at] = (uint16_t)window->count;
	return operation;
}

/* The time to count an event at; 0 if it is not to be believed. */
static uint64_t
believe(struct rt_window *window, uint64_t ts_ns, uint64_t wall_ns)
{
	uint64_t leap_ns = window->leap_ns;

	window->leap_ns = 0;
	if (ts_ns > TS_MAX_NS) {
		window->skewed++;
		return 0;
	}
	if (window->newest_ns == 0 || ts_ns <= window->newest_ns ||
	    ts_ns - window->newest_ns < LEAP_NS)
		return ts_ns;
	if (wall_ns != 0 && ts_ns < wall_ns + AGREE_NS)
		return ts_ns;
	if (leap_ns != 0 && ts_ns + LEAP_NS > leap_ns &&
	    ts_ns < leap_ns + LEAP_NS)
		return ts_ns;
	window->leap_ns = ts_ns;
	window->skewed++;
	return 0;
}

static const struct bucket *
bucket_at(const struct rt_operation *operation, uint64_t second)
{
	static const struct bucket none;

	if (second > operation->head_s ||
	    operation->head_s - second >= RT_HISTORY_S)
		return &none;
	return &operation->bucket[second % RT_HISTORY_S];
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

/* Judge the steps that are over, and were so for a moment: lines come late. */
static void
judge_until(struct rt_operation *operation, uint64_t second)
{
	uint64_t end = (second - LATE_S) / RT_ONSET_STEP_S;
	uint64_t first = operation->window->first_ns / NS_PER_S;
	struct rt_onset *onset = &operation->onset;

	if (second < RT_HISTORY_S)
		return;
	if (onset->next_step + RT_HISTORY_S / RT_ONSET_STEP_S < end) {
		/* Too long ago: nothing of that time is known any more. */
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
	uint64_t steps;

	if (second <= operation->head_s)
		return;
	judge_until(operation, second);
	steps = second - operation->head_s;
	if (steps > RT_HISTORY_S)
		steps = RT_HISTORY_S;
	for (uint64_t i = 0; i < steps; i++)
		memset(&operation->bucket[(second - i) % RT_HISTORY_S], 0,
		       sizeof(struct bucket));
	operation->head_s = second;
}

/* What one event adds. */
static struct bucket
weigh(const struct backoff_event *event)
{
	struct bucket add = {.attempts = 1};
	uint64_t number = event->attempt != BACKOFF_ABSENT ? event->attempt
							   : event->attempts;
	uint64_t of_call = event->attempts != BACKOFF_ABSENT ? event->attempts
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
		add.call_attempts = of_call < 1000000 ? (uint32_t)of_call : 1;
	return add;
}

static void
add_u32(uint32_t *to, uint32_t value)
{
	*to = *to > UINT32_MAX - value ? UINT32_MAX : *to + value;
}

static void
count(struct rt_operation *operation, const struct bucket *add, uint64_t second)
{
	struct rt_counts *total = &operation->total;
	struct bucket *bucket;

	total->attempts += add->attempts;
	total->retries += add->retries;
	total->successes += add->successes;
	total->exhausted += add->exhausted;
	total->aborted += add->aborted;
	total->call_attempts += add->call_attempts;
	total->failed_calls += add->failed_calls;
	if (second == 0)
		return;
	if (operation->head_s - second >= RT_HISTORY_S) {
		operation->window->late++;
		return;
	}
	bucket = &operation->bucket[second % RT_HISTORY_S];
	add_u32(&bucket->attempts, add->attempts);
	add_u32(&bucket->retries, add->retries);
	add_u32(&bucket->successes, add->successes);
	add_u32(&bucket->exhausted, add->exhausted);
	add_u32(&bucket->aborted, add->aborted);
	add_u32(&bucket->call_attempts, add->call_attempts);
	add_u32(&bucket->failed_calls, add->failed_calls);
}

bool
rt_window_add(struct rt_window *window, const struct backoff_event *event,
	      uint64_t wall_ns)
{
	struct bucket add = weigh(event);
	struct rt_operation *operation;
	uint64_t ts_ns;

	if (add.attempts == 0)
		return true;
	operation = find_operation(window, event->operation);
	if (operation == NULL)
		return false;
	ts_ns = believe(window, event->ts_ns, wall_ns);
	if (ts_ns > window->newest_ns)
		window->newest_ns = ts_ns;
	if (ts_ns != 0 && (window->first_ns == 0 || ts_ns < window->first_ns))
		window->first_ns = ts_ns;
	if (ts_ns > operation->seen_ns)
		operation->seen_ns = ts_ns;
	if (event->policy != NULL)
		rt_cut_text(event->policy, operation->policy,
			    sizeof(operation->policy));
	if (event->max_attempts != BACKOFF_ABSENT)
		operation->max_attempts = event->max_attempts;
	/* A library that names call and policy logs successes as well. */
	if (add.successes > 0 ||
	    (event->call_id != NULL && event->policy_hash != NULL))
		operation->knows_calls = true;
	advance(operation, ts_ns / NS_PER_S);
	count(operation, &add, ts_ns / NS_PER_S);
	if (add.successes > 0 || ts_ns == 0)
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

		out->attempts += bucket->attempts;
		out->retries += bucket->retries;
		out->successes += bucket->successes;
		out->exhausted += bucket->exhausted;
		out->aborted += bucket->aborted;
		out->call_attempts += bucket->call_attempts;
		out->failed_calls += bucket->failed_calls;
	}
}

void
rt_operation_top_error(const struct rt_operation *operation, uint64_t end_s,
		       uint64_t length_s, struct rt_error_top *out)
{
	struct rt_counts sum;
	uint64_t failed;

	rt_errors_top(&operation->errors, end_s, length_s, out);
	rt_operation_sum(operation, end_s, length_s, &sum);
	failed = sum.attempts - sum.successes;
	out->share = failed > 0 ? (double)out->count / (double)failed : 0.0;
	if (out->share > 1.0)
		out->share = 1.0;
}

uint64_t
rt_operation_rising_s(struct rt_operation *operation, uint64_t end_s)
{
	judge_until(operation, end_s);
	return operation->onset.rising_s;
}
