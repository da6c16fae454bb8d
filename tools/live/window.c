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
#include "live/counted.h"
#include "live/cube.h"
#include "live/operation.h"
#include "live/ring.h"
#include "live/promises.h"
#include "live/side_name.h"
#include "live/targets.h"
#include "live/took.h"

#define NS_PER_S BO_NS_PER_S

/* Events whose time may be judged again, in all inputs. */
#define KEPT_MAX 32

/* An event as it is counted. */
struct count {
	/* NULL: none. */
	struct rt_operation *operation;
	uint64_t ts_ns;
	bool late;
	/* What it adds, and rt_ring_some() of it. */
	struct rt_counted add;
	uint32_t some;
	/* Attempts that the event stands for. */
	uint32_t attempts;
};

struct kept {
	struct count count;
	size_t input;
	/* It is not counted until it is believed; else it is counted, and is
	 * to be counted again where that was forgotten. */
	bool held;
	/* What is judged, with its texts. */
	struct backoff_event event;
	char target[RT_PART_NAME_MAX], host[RT_HOST_MAX];
	char policy[RT_PART_NAME_MAX], service[RT_PART_NAME_MAX];
	char label[RT_LABEL_MAX], text[RT_TEXT_MAX];
};

/* What an event is to be counted in: the operation's numbers, those of the
 * past, the judgement of the operation, and that of the target. */
struct where {
	bool numbers, past, operation, target;
};

static const struct where everywhere = {true, true, true, true};

struct rt_window {
	struct rt_operation *operation[RT_OPERATIONS_MAX + 1];
	size_t count;
	/** Finds the index of an operation by its name. */
	struct bo_table table;
	struct rt_operation *other;
	struct rt_targets targets;
	/* Policies that are judged apart, of all operations. */
	size_t sides;
	struct rt_cube cube;
	struct rt_when *when;
	struct rt_record *record;
	/* The input of the next event; whether its line was just written. */
	size_t input;
	bool arrives;
	bool only_retried, whole;
	struct kept kept[KEPT_MAX];
	size_t kept_count;
	uint64_t late;
};

struct rt_window *
rt_window_new(void)
{
	struct rt_window *window = calloc(1, sizeof(*window));

	if (window == NULL)
		return NULL;
	window->when = rt_when_new();
	if (window->when != NULL)
		return window;
	free(window);
	return NULL;
}

void
rt_window_free(struct rt_window *window)
{
	if (window == NULL)
		return;
	for (size_t i = 0; i < window->count; i++) {
		rt_errors_clear(&window->operation[i]->errors);
		rt_ring_clear(&window->operation[i]->ring);
		rt_took_clear(&window->operation[i]->tries);
		rt_took_clear(&window->operation[i]->calls);
		rt_sides_clear(&window->operation[i]->sides, &window->sides);
		rt_subject_clear(&window->operation[i]->subject);
		rt_coarse_clear(&window->operation[i]->coarse, RT_COUNTS_COUNT);
		free(window->operation[i]->name);
		free(window->operation[i]);
	}
	bo_table_clear(&window->table);
	rt_targets_clear(&window->targets);
	rt_cube_clear(&window->cube);
	rt_when_free(window->when);
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
	operation->hash = bo_hash(0, name, strlen(name));
	operation->window = window;
	operation->index = window->count;
	window->operation[window->count++] = operation;
	return operation;
}

static uint64_t
hash_of(const void *user, uint32_t item)
{
	const struct rt_window *window = user;
	return window->operation[item]->hash;
}

static bool
is_named(const void *user, uint32_t item, const void *name)
{
	const struct rt_window *window = user;

	return strcmp(window->operation[item]->name, name) == 0;
}

/* NULL if it is not known. */
static struct rt_operation *
known_operation(const struct rt_window *window, const char *name)
{
	uint32_t slot;

	if (window->count == 0)
		return NULL;
	slot = *bo_table_find(&window->table, bo_hash(0, name, strlen(name)),
			      is_named, window, name);
	return slot != 0 ? window->operation[slot - 1] : NULL;
}

/* A name that is not known as it is. */
static struct rt_operation *
add_operation(struct rt_window *window, const char *given)
{
	struct rt_operation *operation;
	char name[RT_NAME_MAX];

	bo_utf8_copy(given, name, sizeof(name));
	operation = known_operation(window, name);
	if (operation != NULL)
		return operation;
	if (window->other != NULL)
		return window->other;
	if (window->count == RT_OPERATIONS_MAX) {
		window->other = make_operation(window, "(other)");
		return window->other;
	}
	if (!bo_table_reserve(&window->table, window->count, hash_of, window))
		return NULL;
	operation = make_operation(window, name);
	if (operation != NULL)
		*bo_table_find(&window->table,
			       hash_of(window, (uint32_t)window->count - 1),
			       is_named, window, name) =
			(uint32_t)window->count;
	return operation;
}

/* NULL if there is no memory. */
static struct rt_operation *
find_operation(struct rt_window *window, const char *given)
{
	const char *name = given != NULL ? given : "(unnamed)";
	struct rt_operation *operation = known_operation(window, name);

	return operation != NULL ? operation : add_operation(window, name);
}

static void
count_in_total(struct rt_counts *total, const struct count *count)
{
	const uint32_t *add = (const uint32_t *)&count->add;
	uint64_t *to = (uint64_t *)total;

	for (uint32_t some = count->some; some != 0; some &= some - 1)
		to[__builtin_ctz(some)] += add[__builtin_ctz(some)];
}

/* False if there is no memory. */
static bool
count_at(struct rt_operation *operation, const struct count *count)
{
	struct rt_ring *ring = &operation->ring;
	uint64_t second = count->ts_ns / NS_PER_S;

	if (count->ts_ns > operation->seen_ns)
		operation->seen_ns = count->ts_ns;
	rt_ring_advance(ring, RT_COUNTS_COUNT, second);
	if (rt_history_has(ring->head_s, second))
		return rt_ring_add_some(ring, RT_COUNTS_COUNT, second,
					(const uint32_t *)&count->add,
					count->some);
	operation->window->late++;
	return true;
}

/* The policy as it is judged: mostly, it is the same as before. */
static const char *
side_of(struct rt_operation *operation, const struct backoff_event *event)
{
	const char *hash = event->policy_hash;

	if (event->policy != NULL && hash != NULL &&
	    operation->side[0] != '\0' &&
	    strcmp(event->policy, operation->side_policy) == 0 &&
	    strcmp(hash, operation->side_hash) == 0)
		return operation->side;
	rt_side_name(event, operation->side);
	bo_utf8_copy(event->policy != NULL ? event->policy : "",
		     operation->side_policy, sizeof(operation->side_policy));
	bo_utf8_copy(hash != NULL ? hash : "", operation->side_hash,
		     sizeof(operation->side_hash));
	return operation->side;
}

/* Count an event for the judgement of its operation and its target. */
static bool
judge(struct rt_operation *operation, const struct backoff_event *event,
      uint32_t attempts, uint64_t second, struct where where)
{
	struct rt_window *window = operation->window;
	struct rt_sign sign = {
		.event = event,
		.policy = side_of(operation, event),
		.attempts = attempts,
		.knows_calls = operation->knows_calls,
		.second = second,
		.log_first_s = rt_window_first_ns(window) / NS_PER_S,
		.log_newest_s = rt_window_newest_ns(window) / NS_PER_S,
	};
	struct rt_subject *target;

	if (where.operation) {
		if (!rt_sides_add(&operation->sides, &operation->subject, &sign,
				  &window->sides))
			return false;
		if (!rt_subject_add(&operation->subject, &sign))
			return false;
	}
	if (!where.target || event->target == NULL || *event->target == '\0')
		return true;
	if (!rt_targets_find(&window->targets, event->target, second, &target))
		return false;
	sign.is_target = true;
	return target == NULL || rt_subject_add(target, &sign);
}

/* 0: the event does not say. */
static uint64_t
max_attempts_of(const struct backoff_event *event)
{
	if (event->max_attempts != BACKOFF_ABSENT)
		return event->max_attempts > TK_ATTEMPTS_MAX
			       ? RT_UNLIMITED
			       : event->max_attempts;
	/* The library leaves it out if the policy has no limit. */
	return event->policy_hash != NULL && event->attempt != BACKOFF_ABSENT
		       ? RT_UNLIMITED
		       : 0;
}

static bool
count_in_cube(const struct count *count, const struct backoff_event *event,
	      bool again)
{
	struct rt_operation *operation = count->operation;
	const struct rt_cube_event what = {
		.event = event,
		.operation = operation->name,
		.owner = operation,
		.knows_calls = operation->knows_calls,
		.max_attempts = max_attempts_of(event),
		.attempts = count->attempts,
		.second = count->ts_ns / NS_PER_S,
		.again = again,
		.add = (const uint32_t *)&count->add,
		.some = count->some,
		.operation_hash = operation->hash,
	};

	return rt_cube_add(&operation->window->cube, &what);
}

/* Count how long a success took. A line that stands for several attempts does
 * not say how long the last one did. */
static bool
count_took(struct rt_operation *operation, const struct backoff_event *event,
	   uint32_t attempts, uint64_t second)
{
	if (event->type != BACKOFF_EVENT_SUCCESS)
		return true;
	return (attempts > 1 ||
		rt_took_add(&operation->tries, second, event->duration_ns)) &&
	       rt_took_add(&operation->calls, second, event->elapsed_ns);
}

/* Count an event at a time that is believed. False if there is no memory. */
static bool
count_event(struct count *count, const struct backoff_event *event,
	    struct where where)
{
	const uint32_t *add = (const uint32_t *)&count->add;
	struct rt_operation *operation = count->operation;
	uint64_t late = operation->window->late;
	uint64_t second = count->ts_ns / NS_PER_S;

	if (where.numbers &&
	    (!count_at(operation, count) ||
	     !count_in_cube(count, event, !where.past) ||
	     !count_took(operation, event, count->attempts, second)))
		return false;
	if (where.past &&
	    !rt_coarse_add_some(&operation->coarse, RT_COUNTS_COUNT, second,
				add, count->some))
		return false;
	count->late = operation->window->late > late;
	if (!judge(operation, event, count->attempts, second, where))
		return false;
	if (!where.numbers || event->type == BACKOFF_EVENT_SUCCESS ||
	    !rt_counted_has_result(event))
		return true;
	return rt_errors_add(&operation->errors, event, second);
}

/* Forget counts of a time that was given up. */
static void
forget_after(struct rt_window *window, uint64_t newest_ns)
{
	for (size_t i = 0; i < window->count; i++) {
		struct rt_operation *operation = window->operation[i];

		operation->seen_ns = bo_min(operation->seen_ns, newest_ns);
		if (operation->ring.head_s <= newest_ns / NS_PER_S)
			continue;
		rt_errors_clear(&operation->errors);
		rt_subject_clear(&operation->subject);
		rt_sides_clear(&operation->sides, &window->sides);
		rt_ring_clear(&operation->ring);
		rt_took_clear(&operation->tries);
		rt_took_clear(&operation->calls);
		rt_coarse_retreat(&operation->coarse, RT_COUNTS_COUNT,
				  newest_ns / NS_PER_S);
		rt_cube_forget(&window->cube, operation, newest_ns / NS_PER_S);
	}
	rt_targets_forget(&window->targets, newest_ns / NS_PER_S);
}

#define COPY(from, to)                                                         \
	bo_utf8_copy((from) != NULL ? (from) : "", to, sizeof(to))

/* Keep an event that may be counted later; without room, it is not. */
static void
keep(struct rt_window *window, const struct count *count, bool held,
     const struct backoff_event *event)
{
	struct kept *kept = NULL;

	for (size_t i = 0; i < KEPT_MAX && kept == NULL; i++)
		if (window->kept[i].count.operation == NULL)
			kept = &window->kept[i];
	if (kept == NULL)
		return;
	window->kept_count++;
	kept->count = *count;
	kept->input = window->input;
	kept->held = held;
	COPY(event->target, kept->target);
	COPY(event->host, kept->host);
	COPY(event->policy, kept->policy);
	COPY(event->service, kept->service);
	COPY(rt_error_label(event), kept->label);
	COPY(event->error, kept->text);
	/* No other text is read. */
	backoff_event_init(&kept->event, sizeof(kept->event));
	kept->event.type = event->type;
	kept->event.kind = event->kind;
	kept->event.stop = event->stop;
	kept->event.outcome = event->outcome;
	kept->event.attempt = event->attempt;
	kept->event.attempts = event->attempts;
	kept->event.duration_ns = event->duration_ns;
	kept->event.elapsed_ns = event->elapsed_ns;
	kept->event.target = kept->target;
	kept->event.host = kept->host;
	kept->event.policy = kept->policy;
	kept->event.service = kept->service;
	kept->event.code = kept->label;
	if (event->error != NULL)
		kept->event.error = kept->text;
}

/* Where a kept event, which was counted, is not counted any more. */
static struct where
where_forgotten(const struct kept *kept)
{
	const struct rt_operation *operation = kept->count.operation;

	return (struct where){
		.numbers = operation->ring.head_s == 0,
		.operation = operation->subject.first_s == 0,
		.target = rt_targets_forgot(&operation->window->targets,
					    kept->target),
	};
}

/* Count kept events of an input, or not, and keep them no longer. False if
 * there is no memory. */
static bool
release(struct rt_window *window, size_t input, bool held, bool count)
{
	struct where where[KEPT_MAX];
	bool done = true;

	if (window->kept_count == 0)
		return true;
	/* Before the first of them is counted again. */
	for (size_t i = 0; i < KEPT_MAX; i++)
		if (window->kept[i].count.operation != NULL)
			where[i] = held ? everywhere
					: where_forgotten(&window->kept[i]);
	for (size_t i = 0; i < KEPT_MAX; i++) {
		struct kept *kept = &window->kept[i];

		if (kept->count.operation == NULL || kept->input != input ||
		    kept->held != held)
			continue;
		if (count) {
			window->late -= where[i].numbers && kept->count.late;
			done = count_event(&kept->count, &kept->event,
					   where[i]) &&
			       done;
		}
		kept->count.operation = NULL;
		window->kept_count--;
	}
	return done;
}

/* Do with earlier events what the answer about this one says. False if there is
 * no memory. */
static bool
settle(struct rt_window *window, const struct rt_when_answer *answer)
{
	bool done = true;

	if (answer->held != RT_HELD_STILL)
		done = release(window, window->input, true,
			       answer->held == RT_HELD_BELIEVED);
	if (answer->forget)
		forget_after(window, rt_when_newest_ns(window->when));
	if (answer->forget || !answer->behind)
		done = release(window, window->input, false, answer->forget) &&
		       done;
	return done;
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

void
rt_window_record(struct rt_window *window, struct rt_record *record)
{
	window->record = record;
}

void
rt_window_arrives(struct rt_window *window, bool arrives)
{
	window->arrives = arrives;
}

/* What the event says about its operation. */
static void
note_policy(struct rt_operation *operation, const struct backoff_event *event)
{
	if (event->policy != NULL &&
	    strcmp(event->policy, operation->policy) != 0)
		bo_utf8_copy(event->policy, operation->policy,
			     sizeof(operation->policy));
	if (max_attempts_of(event) > 0)
		operation->max_attempts = max_attempts_of(event);
}

/* Whether the log has the successes of an operation. A writer that names the
 * call and the policy logs them, but they may have been left out since. */
static void
note_successes(const struct rt_window *window, struct rt_operation *operation,
	       const struct backoff_event *event)
{
	if (event->type == BACKOFF_EVENT_SUCCESS && !window->only_retried)
		operation->knows_calls = operation->succeeded = true;
	if (operation->succeeded || event->call_id == NULL ||
	    event->policy_hash == NULL)
		return;
	rt_promises_note(&operation->promises, event, event->ts_ns / NS_PER_S);
	operation->knows_calls = !operation->promises.broken;
}

/* The log begins later than it seemed: what came before had a wrong time. */
static void
forget_before(struct rt_window *window, uint64_t first_s)
{
	for (size_t i = 0; i < window->count; i++) {
		struct rt_operation *operation = window->operation[i];

		if (operation->subject.first_s >= first_s)
			continue;
		rt_subject_clear(&operation->subject);
		rt_sides_clear(&operation->sides, &window->sides);
	}
	rt_targets_forget(&window->targets, 0);
}

/* Whether the log begins later than it seemed: what came before had a wrong
 * time. */
static void
note_first(struct rt_window *window, uint64_t before_ns)
{
	uint64_t first_ns = rt_window_first_ns(window);

	if (first_ns > before_ns)
		forget_before(window, first_ns / NS_PER_S);
}

uint64_t
rt_window_onward_ns(struct rt_window *window, size_t input,
		    const struct backoff_event *event)
{
	return rt_when_onward_ns(window->when,
				 &(struct rt_when_event){.ts_ns = event->ts_ns,
							 .pid = event->pid,
							 .seq = event->seq,
							 .input = input,
							 .host = event->host});
}

bool
rt_window_add(struct rt_window *window, const struct backoff_event *event,
	      uint64_t wall_ns)
{
	const struct rt_when_event when = {.ts_ns = event->ts_ns,
					   .pid = event->pid,
					   .seq = event->seq,
					   .input = window->input,
					   .host = event->host,
					   .wall_ns = wall_ns,
					   .arrives = window->arrives &&
						      wall_ns != 0};
	struct count count = {.attempts = 1};
	struct rt_when_answer answer;
	uint64_t first_ns = rt_window_first_ns(window);

	if (!rt_counted_is(event))
		return true;
	count.add = rt_counted_of(event, window->whole);
	count.some =
		rt_ring_some(RT_COUNTS_COUNT, (const uint32_t *)&count.add);
	if (window->whole && count.add.call_attempts > 1)
		count.attempts = count.add.call_attempts;
	count.operation = find_operation(window, event->operation);
	if (count.operation == NULL ||
	    !rt_when_judge(window->when, &when, &answer) ||
	    !settle(window, &answer))
		return false;
	note_first(window, first_ns);
	note_policy(count.operation, event);
	note_successes(window, count.operation, event);
	if (window->record != NULL)
		rt_record_add(window->record, (uint32_t)count.operation->index,
			      event,
			      answer.ts_ns != 0     ? answer.ts_ns
			      : answer.held_ns != 0 ? answer.held_ns
						    : event->ts_ns,
			      window->whole);
	count_in_total(&count.operation->total, &count);
	if (answer.held_ns != 0) {
		count.ts_ns = answer.held_ns;
		keep(window, &count, true, event);
	}
	if (answer.ts_ns == 0)
		return true;
	count.ts_ns = answer.ts_ns;
	if (!count_event(&count, event, everywhere))
		return false;
	if (answer.behind && !answer.forget)
		keep(window, &count, false, event);
	return true;
}

uint64_t
rt_window_covers_s(const struct rt_window *window, uint64_t end_s,
		   uint64_t length_s)
{
	return rt_coarse_covers_s(rt_window_newest_ns(window) / NS_PER_S, end_s,
				  length_s);
}

bool
rt_window_end(struct rt_window *window, size_t input)
{
	enum rt_when_held held = rt_when_end(window->when, input);

	return held == RT_HELD_STILL ||
	       release(window, input, true, held == RT_HELD_BELIEVED);
}

void
rt_window_watch(struct rt_window *window, uint64_t wall_ns)
{
	if (rt_when_watch(window->when, wall_ns))
		forget_after(window, rt_when_newest_ns(window->when));
}

const struct rt_when *
rt_window_when(const struct rt_window *window)
{
	return window->when;
}

uint64_t
rt_window_newest_ns(const struct rt_window *window)
{
	return rt_when_newest_ns(window->when);
}

uint64_t
rt_window_first_ns(const struct rt_window *window)
{
	return rt_when_first_ns(window->when);
}

uint64_t
rt_window_late(const struct rt_window *window)
{
	return window->late;
}

uint64_t
rt_window_skewed(const struct rt_window *window)
{
	return rt_when_leaps(window->when);
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

struct rt_operation *
rt_window_find(const struct rt_window *window, const char *name)
{
	for (size_t i = 0; i < window->count; i++)
		if (strcmp(window->operation[i]->name, name) == 0)
			return window->operation[i];
	return NULL;
}

uint64_t
rt_window_unjudged(const struct rt_window *window)
{
	return window->targets.unjudged;
}

const struct rt_cube *
rt_window_cube(const struct rt_window *window)
{
	return &window->cube;
}

size_t
rt_window_targets(const struct rt_window *window)
{
	return window->targets.count;
}

const char *
rt_window_target_name(const struct rt_window *window, size_t index)
{
	return window->targets.target[index]->name;
}

const struct rt_subject *
rt_window_target(const struct rt_window *window, size_t index)
{
	return &window->targets.target[index]->subject;
}

void
rt_window_absolve(struct rt_window *window, size_t target)
{
	rt_subject_absolve(&window->targets.target[target]->subject);
}

void
rt_window_share(struct rt_window *window, size_t target, bool is_shared)
{
	struct rt_subject *subject = &window->targets.target[target]->subject;

	if (subject->is_shared && !is_shared)
		rt_subject_end(subject);
	subject->is_shared = is_shared;
}

void
rt_window_judge(struct rt_window *window)
{
	uint64_t end_s = rt_window_newest_ns(window) / NS_PER_S;

	for (size_t i = 0; i < window->count; i++) {
		struct rt_operation *operation = window->operation[i];

		rt_subject_judge(&operation->subject, end_s);
		rt_sides_judge(&operation->sides, &operation->subject, end_s);
	}
	for (size_t i = 0; i < window->targets.count; i++)
		rt_subject_judge(&window->targets.target[i]->subject, end_s);
}
