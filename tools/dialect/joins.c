/* Keeps open retries in a table of a fixed size. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/joins.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"
#include "dialect/address.h"

#define LANES 4096
/* Retries of one lane that are open at once; the oldest is forgotten. */
#define DUE_MAX 8
/* Delays are rounded, and the clock of a log is. */
#define SLACK_NS (100 * BO_NS_PER_MS)
#define OPERATION_MAX 256
/* Longer ids are cut, and are none for events; so are names of lanes. */
#define CALL_MAX 80
#define LANE_MAX 80

/* A retry that is due at a time. */
struct due {
	uint64_t ns;
	/* A hash of where the request went; 0 if that is unknown. */
	uint64_t address;
	/* Hashes of the logger and of the id of the request; 0: unknown. */
	uint64_t logger, id;
	uint64_t attempt, max_attempts;
	bool unnamed;
	char call_id[CALL_MAX + 1];
	char lane[LANE_MAX + 1];
	char operation[OPERATION_MAX + 1];
};

struct lane {
	uint64_t key;
	size_t count;
	struct due due[DUE_MAX];
	/* The one that was taken last. */
	struct due taken;
};

struct tk_joins {
	struct lane *lane[LANES];
};

struct tk_joins *
tk_joins_new(void)
{
	return calloc(1, sizeof(struct tk_joins));
}

void
tk_joins_free(struct tk_joins *joins)
{
	if (joins == NULL)
		return;
	for (size_t i = 0; i < LANES; i++)
		free(joins->lane[i]);
	free(joins);
}

/* The same in every run: keys decide what is forgotten. */
static uint64_t
key_of(size_t input, const struct tk_file *file, char kind, const char *text)
{
	uint64_t hash = bo_hash((uint64_t)kind, &input, sizeof(input));

	hash = bo_hash(hash, file->name, strlen(file->name));
	return text != NULL ? bo_hash(hash, text, strlen(text)) : hash;
}

/* The lane of a key; with `make`, a new one takes the place of another. */
static struct lane *
lane_of(struct tk_joins *joins, uint64_t key, bool make)
{
	struct lane **slot = &joins->lane[key % LANES];

	if (*slot == NULL && make)
		*slot = calloc(1, sizeof(**slot));
	if (*slot == NULL)
		return NULL;
	if ((*slot)->key != key) {
		if (!make)
			return NULL;
		memset(*slot, 0, sizeof(**slot));
		(*slot)->key = key;
	}
	return *slot;
}

static void
take(struct lane *lane, size_t at)
{
	lane->taken = lane->due[at];
	lane->count--;
	memmove(&lane->due[at], &lane->due[at + 1],
		(lane->count - at) * sizeof(*lane->due));
}

/* A whole address, by which calls of one path are told apart. */
static uint64_t
address_of(const struct backoff_event *event)
{
	if (event->target == NULL || strstr(event->target, "://") == NULL)
		return 0;
	return bo_hash('a', event->target, strcspn(event->target, "?")) | 1;
}

static uint64_t
id_of(const struct backoff_event *event)
{
	const char *id = event->trace_id;

	return id != NULL ? bo_hash('r', id, strlen(id)) | 1 : 0;
}

/* Whether both name their operation and mean another one. */
static bool
is_other(const struct due *due, const struct tk_made *made)
{
	const char *operation = made->event.operation;

	if (due->operation[0] == '\0')
		return false;
	if (operation == NULL)
		return tk_address_lacks(made->event.target, due->operation);
	return !due->unnamed && !made->unnamed &&
	       strncmp(due->operation, operation, OPERATION_MAX) != 0;
}

/* Whether a line's number can be that of an attempt after the retry: lines may
 * count from 0, or name the attempt that comes. */
static bool
can_follow(const struct due *due, const struct backoff_event *event)
{
	bool limits = due->max_attempts != BACKOFF_ABSENT &&
		      event->max_attempts != BACKOFF_ABSENT;

	if (limits && due->max_attempts != event->max_attempts)
		return false;
	if (due->attempt == BACKOFF_ABSENT || event->attempt == BACKOFF_ABSENT)
		return true;
	/* Lines may be lost. */
	return event->attempt >= due->attempt &&
	       (limits || event->attempt == due->max_attempts ||
		event->attempt - due->attempt <= 2);
}

/* Whether a line may be about the call of a retry, as far as both name it. With
 * @p loose, their lane or file is all that they have in common. */
static bool
fits(const struct due *due, const struct tk_made *made, bool loose)
{
	uint64_t address = address_of(&made->event);
	uint64_t id = id_of(&made->event);

	if (due->address != 0 && address != 0 && due->address != address)
		return false;
	if (due->logger != 0 && made->logger != 0 &&
	    due->logger != made->logger)
		return false;
	if (due->id != 0 && id != 0 && due->id != id)
		return false;
	return !is_other(due, made) &&
	       (!loose || can_follow(due, &made->event));
}

static bool
is_end(const struct backoff_event *event)
{
	return event->type == BACKOFF_EVENT_EXHAUSTED ||
	       event->type == BACKOFF_EVENT_ABORTED;
}

/* Remove the retry that was due last. Calls that were due long before the end
 * of one have most likely succeeded without a line. */
static bool
pop_latest(struct lane *lane, const struct tk_made *made, uint64_t within_ns)
{
	uint64_t now_ns = made->event.ts_ns;

	for (size_t i = lane->count; i > 0; i--) {
		const struct due *due = &lane->due[i - 1];

		if (!fits(due, made, true) ||
		    (made->event.call_id != NULL && due->call_id[0] != '\0'))
			continue;
		if (now_ns != BACKOFF_ABSENT && due->ns > now_ns) {
			if (due->ns - now_ns > SLACK_NS && !made->closes)
				continue;
		} else if (now_ns != BACKOFF_ABSENT &&
			   now_ns - due->ns > within_ns) {
			return false;
		}
		take(lane, i - 1);
		return true;
	}
	return false;
}

/* Remove the retry of a line's call, or else the oldest that fits it and is due
 * since some time or less, with those before it; false if there is none. */
static bool
pop(struct lane *lane, const struct tk_made *made, uint64_t within_ns,
    bool loose)
{
	const struct backoff_event *event = &made->event;
	uint64_t now_ns = event->ts_ns;
	size_t i = 0;

	if (lane == NULL)
		return false;
	for (; event->call_id != NULL && i < lane->count; i++) {
		if (strcmp(lane->due[i].call_id, event->call_id) != 0)
			continue;
		take(lane, i);
		return true;
	}
	if (loose && is_end(event))
		return pop_latest(lane, made, within_ns);
	for (i = 0; i < lane->count;) {
		uint64_t due = lane->due[i].ns;

		/* Without times, the order of lines is all there is. */
		if (now_ns != BACKOFF_ABSENT && due > now_ns &&
		    due - now_ns > SLACK_NS && !made->closes)
			return false;
		if (!fits(&lane->due[i], made, loose)) {
			i++;
			continue;
		}
		/* A line with another id is not of that call. */
		if (event->call_id != NULL && lane->due[i].call_id[0] != '\0')
			return false;
		take(lane, i);
		if (now_ns == BACKOFF_ABSENT || now_ns < due ||
		    now_ns - due <= within_ns)
			return true;
	}
	return false;
}

/* Copy a text that may be absent, cut or, if cut ones are of no use, none. */
static void
copy(char *to, size_t max, const char *text, bool cut)
{
	size_t length = text != NULL ? strlen(text) : 0;

	if (length > max)
		length = cut ? max : 0;
	if (length > 0)
		memcpy(to, text, length);
	to[length] = '\0';
}

static void
push(struct lane *lane, uint64_t due_ns, const struct tk_made *made)
{
	const struct backoff_event *event = &made->event;
	struct due *due;
	size_t i;

	if (lane->count == DUE_MAX)
		take(lane, 0);
	for (i = lane->count++; i > 0 && lane->due[i - 1].ns > due_ns; i--)
		lane->due[i] = lane->due[i - 1];
	due = &lane->due[i];
	due->ns = due_ns;
	due->address = address_of(event);
	due->logger = made->logger;
	due->id = id_of(event);
	due->attempt = event->attempt;
	due->max_attempts = event->max_attempts;
	due->unnamed = made->unnamed;
	copy(due->call_id, CALL_MAX, event->call_id, false);
	copy(due->lane, LANE_MAX, made->lane, false);
	copy(due->operation, OPERATION_MAX, event->operation, true);
}

/* The keys under which a retry is found: its lane, its operation, its input. */
static size_t
keys_of(size_t input, const char *lane, const struct tk_file *file,
	const char *operation, uint64_t *key)
{
	size_t count = 0;

	if (lane != NULL)
		key[count++] = key_of(input, file, 'l', lane);
	if (operation != NULL)
		key[count++] = key_of(input, file, 'o', operation);
	key[count++] = key_of(input, file, 'i', NULL);
	return count;
}

bool
tk_joins_retry(struct tk_joins *joins, size_t input, const char *lane,
	       const struct tk_file *file, const struct tk_made *made)
{
	const struct backoff_event *event = &made->event;
	uint64_t key[3], due = event->ts_ns;
	size_t count = keys_of(input, lane, file, event->operation, key);

	if (due != BACKOFF_ABSENT && event->delay_ns != BACKOFF_ABSENT)
		due = bo_add_sat(due, event->delay_ns);
	for (size_t i = 0; i < count; i++) {
		bool again = event->type == BACKOFF_EVENT_ATTEMPT;
		struct lane *place = lane_of(joins, key[i], again);

		if (again && place == NULL)
			return false;
		/* It is itself what a retry before it led to. */
		pop(place, made, TK_OPEN_NS, false);
		if (again)
			push(place, due, made);
	}
	return true;
}

bool
tk_joins_open(struct tk_joins *joins, size_t input, const char *lane,
	      const struct tk_file *file, uint64_t within_ns,
	      struct tk_made *made)
{
	struct backoff_event *event = &made->event;
	uint64_t key[3], first;
	struct lane *place;
	bool loose;
	size_t count;

	/* A default says less than the retry that it ends. */
	if (made->unnamed)
		event->operation = NULL;
	loose = lane != NULL || event->operation == NULL;
	keys_of(input, lane, file, event->operation, key);
	first = key[0];
	place = lane_of(joins, first, false);
	if (!pop(place, made, within_ns, loose))
		return false;
	if (event->operation == NULL && place->taken.operation[0] != '\0')
		event->operation = place->taken.operation;
	if (event->call_id == NULL && place->taken.call_id[0] != '\0')
		event->call_id = place->taken.call_id;
	if (made->lane == NULL && place->taken.lane[0] != '\0')
		made->lane = place->taken.lane;
	/* Gone from the other tables too. */
	count = keys_of(input, lane, file, event->operation, key);
	for (size_t i = 0; i < count; i++) {
		if (key[i] != first)
			pop(lane_of(joins, key[i], false), made, within_ns,
			    false);
	}
	return true;
}
