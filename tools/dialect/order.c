/* Numbers the attempts of calls whose lines do not say their number. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"
#include "base/table.h"
#include "dialect/usual.h"

/* Clocks are read after a wait began, and a wait may end a timer tick early. */
#define TOLERANCE_NS UINT64_C(5000000)
/* Logs round delays, to seconds at most. */
#define ROUNDING_MAX_NS BO_NS_PER_S
/* An attempt without an id takes no longer than this; with an unknown wait
 * before it, no longer than that. */
#define LONGEST_NS (15 * 60 * BO_NS_PER_S)
#define LONGEST_UNKNOWN_NS (3600 * BO_NS_PER_S)
/* One that is likely begins soon. */
#define LIKELY_NS (60 * BO_NS_PER_S)
/* An attempt that begins this much before the end of the wait may be of the
 * same call, if it has its id. */
#define EARLIEST_NS BO_NS_PER_S

/* Calls of one operation or id that wait; more are forgotten. */
#define CALLS_MAX 8192
/* Calls that are considered for a line: the last whose wait is over. */
#define CONSIDERED_MAX 32

/* The memory of what was learned, in calls. */
#define USUAL_WEIGHT (sizeof(struct tk_usual) / sizeof(struct call))

/* Made-up times begin here, and are so far from each other. */
#define CLOCK_BEGIN_NS (86400 * BO_NS_PER_S)
#define CLOCK_STEP_NS BO_NS_PER_MS

/* Operations that are learned about; for others, nothing is known. */
#define USUAL_MAX (1u << 15)

/* A call that waits for its next attempt. */
struct call {
	uint64_t due_ns, delay_ns;
	/* By how much the end of the wait may be later than it is due. */
	uint64_t rounding_ns;
	uint32_t number, lane;
};

/* The waiting calls of an operation or of an id. */
struct scope {
	uint64_t key;
	/* In order of due times. */
	struct call *call;
	uint32_t count, capacity;
	/* The most attempts that a line of an operation has left, + 1. */
	uint64_t left;
	/* Lanes that were seen, by the last 6 bits of their hash; lines that
	 * continue a call of their lane, lines in the middle of the wait of
	 * one, and lines that seem to continue a call of another lane. */
	uint64_t lanes;
	uint32_t held, broken, moved;
	/* The greatest number that a line about a retry has; 0: none has. */
	uint32_t highest;
	/* A line without a number was seen. */
	bool seen;
	/* What was learned, and what is being learned for the next pass. */
	struct tk_usual *usual, *sums;
};

/* Scopes are forgotten by generations: one that is used moves from the old to
 * the young one, and when that is full, the old one goes. */
struct generation {
	struct bo_table table;
	struct scope *scope;
	size_t count, capacity, weight;
};

struct tk_order {
	struct generation young, old;
	size_t size, usuals;
	/* The time of the last line, and calls that were forgotten although
	 * they still waited then. */
	uint64_t now_ns, forgotten;
	unsigned pass;
};

/* Nothing is known. */
static const struct tk_usual unknown;

static void
clear_generation(struct tk_order *order, struct generation *generation)
{
	for (size_t i = 0; i < generation->count; i++) {
		order->usuals -= generation->scope[i].usual != NULL;
		free(generation->scope[i].call);
		free(generation->scope[i].usual);
		free(generation->scope[i].sums);
	}
	free(generation->scope);
	bo_table_clear(&generation->table);
	memset(generation, 0, sizeof(*generation));
}

struct tk_order *
tk_order_new(size_t size)
{
	struct tk_order *order = calloc(1, sizeof(*order));

	if (order != NULL)
		order->size = size;
	return order;
}

void
tk_order_free(struct tk_order *order)
{
	if (order == NULL)
		return;
	clear_generation(order, &order->young);
	clear_generation(order, &order->old);
	free(order);
}

static uint64_t
hash_of(const void *user, uint32_t item)
{
	const struct generation *generation = user;

	return generation->scope[item].key;
}

static bool
is_scope(const void *user, uint32_t item, const void *key)
{
	const struct generation *generation = user;

	return generation->scope[item].key == *(const uint64_t *)key;
}

static struct scope *
find_in(struct generation *generation, uint64_t key)
{
	uint32_t slot;

	if (generation->count == 0)
		return NULL;
	slot = *bo_table_find(&generation->table, key, is_scope, generation,
			      &key);
	return slot == 0 ? NULL : &generation->scope[slot - 1];
}

/* The number of calls, from the first, that are due at a time. */
static uint32_t
count_due(const struct scope *scope, uint64_t ns)
{
	uint32_t low = 0, high = scope->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (scope->call[middle].due_ns <= ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The calls of an old generation that still wait. */
static uint64_t
count_waiting(const struct tk_order *order)
{
	uint64_t count = 0;

	for (size_t i = 0; i < order->old.count; i++) {
		const struct scope *scope = &order->old.scope[i];

		count += scope->count - count_due(scope, order->now_ns);
	}
	return count;
}

/* Make room in the young generation. */
static bool
reserve(struct tk_order *order)
{
	struct generation *young = &order->young;
	struct scope *scope;
	size_t capacity;

	if (young->weight > 0 && young->weight >= order->size / 2) {
		order->forgotten += count_waiting(order);
		clear_generation(order, &order->old);
		order->old = *young;
		memset(young, 0, sizeof(*young));
	}
	if (!bo_table_reserve(&young->table, young->count, hash_of, young))
		return false;
	if (young->count < young->capacity)
		return true;
	capacity = young->capacity ? 2 * young->capacity : 16;
	scope = realloc(young->scope, capacity * sizeof(*scope));
	if (scope == NULL)
		return false;
	young->scope = scope;
	young->capacity = capacity;
	return true;
}

/* Get a scope, made if it is new; NULL if there is no memory. Others move. */
static struct scope *
get_scope(struct tk_order *order, uint64_t operation, uint64_t id)
{
	struct generation *young = &order->young;
	const uint64_t name[2] = {operation, id};
	uint64_t key = bo_hash(id != 0, name, sizeof(name));
	struct scope *scope = find_in(young, key), *old;

	if (scope != NULL)
		return scope;
	if (!reserve(order))
		return NULL;
	scope = &young->scope[young->count];
	old = find_in(&order->old, key);
	if (old != NULL) {
		*scope = *old;
		old->call = NULL;
		old->usual = old->sums = NULL;
		old->count = old->capacity = 0;
	} else {
		memset(scope, 0, sizeof(*scope));
		scope->key = key;
	}
	*bo_table_find(&young->table, key, is_scope, young, &key) =
		(uint32_t)++young->count;
	young->weight += 1 + scope->capacity;
	return scope;
}

/* Half of the last digit of a delay: 0.5 s of "2 s". */
static uint64_t
rounding_of(uint64_t delay_ns)
{
	uint64_t digit = ROUNDING_MAX_NS;

	while (digit > 1 && delay_ns % digit != 0)
		digit /= 10;
	return bo_min(digit / 2, delay_ns / 8);
}

static void
drop_calls(struct scope *scope, uint32_t at, uint32_t count)
{
	memmove(&scope->call[at], &scope->call[at + count],
		(scope->count - at - count) * sizeof(*scope->call));
	scope->count -= count;
}

/* Remember a call that waits. */
static bool
open_call(struct tk_order *order, struct scope *scope,
	  const struct tk_order_line *line, uint64_t number)
{
	uint64_t delay = line->delay_ns == BACKOFF_ABSENT ? 0 : line->delay_ns;
	uint64_t rounding = rounding_of(delay);
	const struct call call = {
		.due_ns = bo_add_sat(line->ts_ns, delay - rounding),
		.delay_ns = line->delay_ns,
		.rounding_ns = rounding,
		.number = (uint32_t)bo_min(number, UINT32_MAX),
		.lane = (uint32_t)line->lane,
	};
	uint32_t at;

	if (scope->count == CALLS_MAX)
		drop_calls(scope, 0, CALLS_MAX / 4);
	if (scope->count == scope->capacity) {
		uint32_t capacity = scope->capacity ? 2 * scope->capacity : 1;
		struct call *moved =
			realloc(scope->call, capacity * sizeof(*moved));

		if (moved == NULL)
			return false;
		order->young.weight += capacity - scope->capacity;
		scope->call = moved;
		scope->capacity = capacity;
	}
	at = count_due(scope, call.due_ns);
	memmove(&scope->call[at + 1], &scope->call[at],
		(scope->count - at) * sizeof(call));
	scope->call[at] = call;
	scope->count++;
	return true;
}

/* A time without a fraction of a second may have been cut. */
static uint64_t
tolerance_of(const struct tk_order_line *line)
{
	return line->ts_ns % BO_NS_PER_S == 0 ? TOLERANCE_NS + BO_NS_PER_S
					      : TOLERANCE_NS;
}

/* The latest time at which the wait before an attempt may have ended. */
static uint64_t
begin_of(const struct tk_order_line *line)
{
	uint64_t begin = line->ts_ns;

	if (line->duration_ns != BACKOFF_ABSENT)
		begin = bo_sub_sat(begin, line->duration_ns);
	return bo_add_sat(begin, tolerance_of(line));
}

static enum tk_line_kind
kind_of(const struct tk_order_line *line)
{
	switch (line->type) {
	case BACKOFF_EVENT_ATTEMPT:
		return TK_LINE_RETRIED;
	case BACKOFF_EVENT_SUCCESS:
		return TK_LINE_SUCCESS;
	case BACKOFF_EVENT_EXHAUSTED:
		return TK_LINE_EXHAUSTED;
	default:
		return TK_LINE_ABORTED;
	}
}

static bool
may_follow(const struct call *call, const struct tk_order_line *line)
{
	return line->max_attempts == BACKOFF_ABSENT ||
	       line->max_attempts == 0 ||
	       line->max_attempts > TK_ATTEMPTS_MAX ||
	       call->number < line->max_attempts;
}

/* The call of an id that a line continues, + 1; or 0. */
static uint32_t
pick_by_id(const struct scope *scope, const struct tk_order_line *line)
{
	uint64_t begin = begin_of(line);
	uint32_t due = count_due(scope, begin);

	for (uint32_t i = due; i > 0; i--)
		if (may_follow(&scope->call[i - 1], line))
			return i;
	/* A call may be given up before its wait is over. */
	if (due < scope->count && may_follow(&scope->call[due], line) &&
	    (line->type == BACKOFF_EVENT_EXHAUSTED ||
	     line->type == BACKOFF_EVENT_ABORTED ||
	     scope->call[due].due_ns - begin <= EARLIEST_NS))
		return due + 1;
	return 0;
}

/* A call that a line may continue, and how likely. */
struct choice {
	/* + 1; 0: none. */
	uint32_t call;
	uint64_t gap_ns;
	/* That it continues this call, or any. */
	double best, any;
};

static struct choice
choose(const struct scope *scope, const struct tk_order_line *line,
       bool in_lane)
{
	uint64_t begin = begin_of(line), tolerance = tolerance_of(line);
	enum tk_line_kind kind = kind_of(line);
	struct choice choice = {0};
	unsigned considered = 0;
	const struct tk_usual *usual = scope->usual ? scope->usual : &unknown;
	double first = tk_usual_first(usual, kind, line->delay_ns);

	if (in_lane)
		first /= __builtin_popcountll(scope->lanes);
	for (uint32_t i = count_due(scope, begin); i > 0; i--) {
		const struct call *call = &scope->call[i - 1];
		uint64_t gap = begin - call->due_ns;
		double rate;

		if (gap > LONGEST_UNKNOWN_NS || considered == CONSIDERED_MAX)
			break;
		if ((in_lane && call->lane != (uint32_t)line->lane) ||
		    (gap > LONGEST_NS && call->delay_ns != BACKOFF_ABSENT) ||
		    !may_follow(call, line))
			continue;
		considered++;
		rate = tk_usual_next(usual, kind, gap,
				     tolerance + call->rounding_ns,
				     call->delay_ns, line->delay_ns);
		choice.any += rate;
		if (rate > choice.best) {
			choice.best = rate;
			choice.call = i;
			choice.gap_ns = gap;
		}
	}
	choice.best /= choice.any + first;
	choice.any /= choice.any + first;
	return choice;
}

/* Whether a line stands in the wait of a call of its lane, which must then have
 * several at a time. */
static bool
breaks_lane(const struct scope *scope, const struct tk_order_line *line)
{
	uint32_t from = count_due(scope, begin_of(line));
	uint32_t to = (uint32_t)bo_min(scope->count, from + CONSIDERED_MAX);

	for (uint32_t i = from; i < to; i++)
		if (scope->call[i].lane == (uint32_t)line->lane)
			return true;
	return false;
}

/* Whether the calls of this operation stay in their lanes. */
static bool
has_lanes(const struct scope *scope)
{
	return scope->broken <= 1 + scope->held / 8 &&
	       scope->moved <= 4 + 4 * scope->held;
}

static void
note_lane(struct scope *scope, const struct tk_order_line *line,
	  const struct choice *choice)
{
	if (breaks_lane(scope, line))
		scope->broken++;
	else if (choice->any > 0.5)
		scope->held++;
	else if (choose(scope, line, false).any > 0.9)
		scope->moved++;
}

/* Make room for what is learned about an operation, from its second line on. */
static bool
make_usual(struct tk_order *order, struct scope *scope)
{
	bool seen = scope->seen;

	scope->seen = true;
	if (scope->usual == NULL) {
		if (!seen || order->usuals == USUAL_MAX)
			return true;
		scope->usual = calloc(1, sizeof(*scope->usual));
		order->usuals += scope->usual != NULL;
		order->young.weight += USUAL_WEIGHT;
	}
	if (scope->sums == NULL && order->pass > 0)
		scope->sums = calloc(1, sizeof(*scope->sums));
	return scope->usual != NULL && (scope->sums != NULL || !order->pass);
}

static void
learn_line(struct tk_usual *learned, const struct scope *scope,
	   const struct tk_order_line *line, const struct choice *choice)
{
	enum tk_line_kind kind = kind_of(line);

	if (learned == NULL)
		return;
	tk_usual_note_first(learned, kind, line->ts_ns, line->delay_ns,
			    1 - choice->any);
	if (choice->call > 0)
		tk_usual_note_next(learned, kind, choice->gap_ns,
				   scope->call[choice->call - 1].delay_ns,
				   line->delay_ns, choice->any);
}

/* Number a line without an id, and learn from it. */
static struct tk_order_number
number_by_time(struct tk_order *order, struct scope *scope,
	       const struct tk_order_line *line)
{
	struct tk_order_number out = {1, TK_ORDER_TIME};
	struct tk_usual *learned = order->pass ? scope->sums : scope->usual;
	struct choice choice = {0};
	bool in_lane = line->lane != 0;

	if (in_lane) {
		scope->lanes |= UINT64_C(1) << (line->lane & 63);
		choice = choose(scope, line, true);
		note_lane(scope, line, &choice);
		in_lane = has_lanes(scope);
	}
	if (in_lane)
		out.way = TK_ORDER_LANE;
	else
		choice = choose(scope, line, false);
	learn_line(learned, scope, line, &choice);
	if (choice.call == 0)
		return out;
	if (choice.any < 0.5)
		return out;
	out.number = (uint64_t)scope->call[choice.call - 1].number + 1;
	drop_calls(scope, choice.call - 1, 1);
	return out;
}

/* How well a waiting call fits a line that ends one: it made as many attempts
 * as calls do at most, and is of the same lane, if there are several. */
static unsigned
rank_end(const struct scope *scope, const struct call *call,
	 const struct tk_order_line *line, uint64_t gap_ns)
{
	bool many = __builtin_popcountll(scope->lanes) > 1;
	bool same = line->lane != 0 && call->lane == (uint32_t)line->lane;
	bool full = call->number >= scope->highest && gap_ns <= LIKELY_NS;

	if (many && same)
		return 3;
	return full ? 2 : 1;
}

/* Whether a line is not one of a first attempt, if a call waits: in a thread
 * that makes one at a time, a success is that of the call. */
static bool
must_follow(const struct scope *scope, const struct tk_order_line *line)
{
	return line->follows || line->type == BACKOFF_EVENT_EXHAUSTED ||
	       (line->type == BACKOFF_EVENT_SUCCESS && line->lane != 0 &&
		scope->held > 0 && has_lanes(scope));
}

/* Number the end of a call, where lines about retries have numbers: it is of a
 * call that waits. */
static struct tk_order_number
number_end(struct tk_order *order, struct scope *scope,
	   const struct tk_order_line *line)
{
	struct tk_order_number out = {1, TK_ORDER_TIME};
	uint64_t begin = begin_of(line);
	uint32_t due = count_due(scope, begin), found = 0;
	unsigned best = 0;

	for (uint32_t i = due, n = 0; i > 0 && n < CONSIDERED_MAX; i--, n++) {
		const struct call *call = &scope->call[i - 1];
		unsigned rank =
			rank_end(scope, call, line, begin - call->due_ns);

		if (line->type == BACKOFF_EVENT_SUCCESS && !line->follows &&
		    call->lane != (uint32_t)line->lane)
			continue;
		if (begin - call->due_ns > LONGEST_NS ||
		    !may_follow(call, line) || rank <= best)
			continue;
		best = rank;
		found = i;
	}
	if (found == 0)
		return number_by_time(order, scope, line);
	out.number = (uint64_t)scope->call[found - 1].number + 1;
	drop_calls(scope, found - 1, 1);
	return out;
}

/* Number a line that only ends a call: of its lane, if there is a choice, the
 * one that failed last. */
static struct tk_order_number
number_closing(struct scope *scope, const struct tk_order_line *line)
{
	struct tk_order_number out = {1, TK_ORDER_TIME};
	uint64_t now = bo_add_sat(line->ts_ns, tolerance_of(line));
	uint64_t latest = 0;
	uint32_t found = 0;

	for (uint32_t i = scope->count; i > 0; i--) {
		const struct call *call = &scope->call[i - 1];
		uint64_t failed = call->due_ns;

		if (call->delay_ns != BACKOFF_ABSENT)
			failed = bo_sub_sat(failed,
					    call->delay_ns - call->rounding_ns);
		if (failed > now || failed < latest ||
		    now - failed > LONGEST_UNKNOWN_NS ||
		    (line->id == 0 && line->lane != 0 &&
		     call->lane != (uint32_t)line->lane))
			continue;
		latest = failed;
		found = i;
	}
	if (line->id != 0)
		out.way = TK_ORDER_ID;
	else if (line->lane != 0 && has_lanes(scope))
		out.way = TK_ORDER_LANE;
	if (found == 0)
		return out;
	out.number = scope->call[found - 1].number;
	drop_calls(scope, found - 1, 1);
	return out;
}

/* End the wait before an attempt whose number is known. */
static void
end_wait(struct scope *scope, const struct tk_order_line *line, uint64_t number)
{
	uint32_t due = count_due(scope, begin_of(line));

	for (uint32_t i = due, n = 0; i > 0 && n < CONSIDERED_MAX; i--, n++) {
		if (scope->call[i - 1].number + UINT64_C(1) != number)
			continue;
		scope->held += line->lane != 0 &&
			       scope->call[i - 1].lane == (uint32_t)line->lane;
		drop_calls(scope, i - 1, 1);
		return;
	}
}

/* The number of an attempt that the line says, or what it has left. */
static struct tk_order_number
known_number(const struct scope *scope, const struct tk_order_line *line)
{
	struct tk_order_number out = {line->attempt, TK_ORDER_GIVEN};

	if (out.number != BACKOFF_ABSENT || line->left == BACKOFF_ABSENT)
		return out;
	out.way = TK_ORDER_LEFT;
	out.number = scope->left - line->left;
	return out;
}

/* Learn from a line with a number, for ends without one. */
static void
note_number(struct scope *scope, const struct tk_order_line *line,
	    uint64_t number)
{
	if (line->lane != 0) {
		scope->lanes |= UINT64_C(1) << (line->lane & 63);
		scope->broken += number == 1 && breaks_lane(scope, line);
	}
	if (line->type == BACKOFF_EVENT_ATTEMPT && number > scope->highest)
		scope->highest = (uint32_t)bo_min(number, UINT32_MAX);
}

bool
tk_order_number(struct tk_order *order, const struct tk_order_line *line,
		struct tk_order_number *out)
{
	struct scope *scope = get_scope(order, line->operation, 0);
	struct tk_order_number number;
	uint32_t at;

	order->now_ns = line->ts_ns;
	if (scope == NULL ||
	    !tk_order_note_left(order, line->operation, line->left))
		return false;
	number = known_number(scope, line);
	if (line->id != 0)
		scope = get_scope(order, line->operation, line->id);
	if (scope == NULL)
		return false;
	if (number.number != BACKOFF_ABSENT) {
		end_wait(scope, line, number.number);
		note_number(scope, line, number.number);
	} else if (line->proved > 0) {
		number = (struct tk_order_number){line->proved, TK_ORDER_TIME};
		end_wait(scope, line, line->proved);
	} else if (line->closes) {
		number = number_closing(scope, line);
	} else if (line->id != 0) {
		at = pick_by_id(scope, line);
		number.number = at ? scope->call[at - 1].number + 1 : 1;
		number.way = TK_ORDER_ID;
		if (at)
			drop_calls(scope, at - 1, 1);
	} else {
		if (!make_usual(order, scope))
			return false;
		number = scope->highest > 0 && must_follow(scope, line)
				 ? number_end(order, scope, line)
				 : number_by_time(order, scope, line);
	}
	*out = number;
	return line->type != BACKOFF_EVENT_ATTEMPT ||
	       open_call(order, scope, line, number.number);
}

uint64_t
tk_order_forgotten(const struct tk_order *order)
{
	return order->forgotten;
}

bool
tk_order_note_left(struct tk_order *order, uint64_t operation, uint64_t left)
{
	struct scope *scope;

	if (left == BACKOFF_ABSENT)
		return true;
	scope = get_scope(order, operation, 0);
	if (scope != NULL && left >= scope->left)
		scope->left = left + 1;
	return scope != NULL;
}

uint64_t
tk_order_limit(struct tk_order *order, uint64_t operation)
{
	const struct scope *scope = get_scope(order, operation, 0);

	return scope == NULL || scope->left > TK_ATTEMPTS_MAX ? 0 : scope->left;
}

static void
learn(struct generation *generation)
{
	for (size_t i = 0; i < generation->count; i++) {
		struct scope *scope = &generation->scope[i];

		scope->count = 0;
		if (scope->sums == NULL)
			continue;
		free(scope->usual);
		scope->usual = scope->sums;
		scope->sums = NULL;
	}
}

void
tk_order_again(struct tk_order *order)
{
	learn(&order->young);
	learn(&order->old);
	order->pass++;
}

uint64_t
tk_order_clock(uint64_t *clock_ns, uint64_t delay_ns)
{
	uint64_t now_ns = *clock_ns ? *clock_ns : CLOCK_BEGIN_NS;
	uint64_t next_ns = now_ns + CLOCK_STEP_NS;

	if (delay_ns != BACKOFF_ABSENT)
		next_ns = bo_add_sat(next_ns, delay_ns);
	*clock_ns = next_ns < INT64_MAX / 4 ? next_ns : CLOCK_BEGIN_NS;
	return now_ns;
}
