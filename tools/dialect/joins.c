/* Keeps open retries in a table of a fixed size. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/joins.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"

#define LANES 4096
/* Retries of one lane that are open at once; the oldest is forgotten. */
#define DUE_MAX 8
/* Delays are rounded, and the clock of a log is. */
#define SLACK_NS (100 * BO_NS_PER_MS)
#define OPERATION_MAX 256
/* Longer ids are cut, and are none for events. */
#define CALL_MAX 80

/* A retry that is due at a time. */
struct due {
	uint64_t ns;
	char call_id[CALL_MAX + 1];
};

struct lane {
	uint64_t key;
	size_t count;
	struct due due[DUE_MAX];
	/* The one that was taken last. */
	struct due taken;
	char operation[OPERATION_MAX + 1];
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

/* Remove the retry of a call, or else the oldest that is due since some time or
 * less, with those before it; false if there is none. */
static bool
pop(struct lane *lane, uint64_t now_ns, uint64_t within_ns, const char *call_id)
{
	if (lane == NULL)
		return false;
	for (size_t i = 0; call_id != NULL && i < lane->count; i++) {
		if (strcmp(lane->due[i].call_id, call_id) != 0)
			continue;
		take(lane, i);
		return true;
	}
	while (lane->count > 0) {
		uint64_t due = lane->due[0].ns;

		/* Without times, the order of lines is all there is. */
		if (now_ns != BACKOFF_ABSENT && due > now_ns &&
		    due - now_ns > SLACK_NS)
			return false;
		/* A line with another id is not of that call. */
		if (call_id != NULL && lane->due[0].call_id[0] != '\0')
			return false;
		take(lane, 0);
		if (now_ns == BACKOFF_ABSENT || now_ns < due ||
		    now_ns - due <= within_ns)
			return true;
	}
	return false;
}

static void
push(struct lane *lane, uint64_t due_ns, const char *operation,
     const char *call_id)
{
	size_t i, length = operation != NULL ? strlen(operation) : 0;
	size_t id_length = call_id != NULL ? strlen(call_id) : 0;

	if (lane->count == DUE_MAX)
		take(lane, 0);
	for (i = lane->count++; i > 0 && lane->due[i - 1].ns > due_ns; i--)
		lane->due[i] = lane->due[i - 1];
	lane->due[i].ns = due_ns;
	if (id_length > CALL_MAX)
		id_length = 0;
	if (id_length > 0)
		memcpy(lane->due[i].call_id, call_id, id_length);
	lane->due[i].call_id[id_length] = '\0';
	if (length > OPERATION_MAX)
		length = OPERATION_MAX;
	if (length > 0)
		memcpy(lane->operation, operation, length);
	lane->operation[length] = '\0';
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
		pop(place, event->ts_ns, TK_OPEN_NS, event->call_id);
		if (again)
			push(place, due, event->operation, event->call_id);
	}
	return true;
}

bool
tk_joins_open(struct tk_joins *joins, size_t input, const char *lane,
	      const struct tk_file *file, uint64_t within_ns,
	      struct tk_made *made)
{
	struct backoff_event *event = &made->event;
	uint64_t key[3];
	struct lane *place;

	keys_of(input, lane, file, event->operation, key);
	place = lane_of(joins, key[0], false);
	if (!pop(place, event->ts_ns, within_ns, event->call_id))
		return false;
	if (event->operation == NULL && place->operation[0] != '\0')
		event->operation = place->operation;
	if (event->call_id == NULL && place->taken.call_id[0] != '\0')
		event->call_id = place->taken.call_id;
	/* Gone from the other tables too. */
	for (size_t i = 1,
		    count = keys_of(input, lane, file, event->operation, key);
	     i < count; i++)
		pop(lane_of(joins, key[i], false), event->ts_ns, within_ns,
		    event->call_id);
	return true;
}
