/* Finds lines that were read before, in the same input or in a copy of it. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/copies.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"

/* Lines that there is room for at first: in sets, doubled as needed; a power of
 * two. */
#define ROOM_MIN (1u << 14)
#define WAYS 16
/* Inputs whose order of events is followed; others share. */
#define INPUTS 256
/* Waits that are watched, by operation and attempt; others share. They are
 * random if they change this often. */
#define WAITS 64
#define WAIT_CHANGES 3

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_US UINT64_C(1000)

struct line {
	/** 0: unused. */
	uint64_t hash;
	uint32_t input, number;
};

struct input {
	/** Lines so far, and the place of the last one in another input. */
	uint32_t count, other, other_number;
	bool copies;
	/** Its times have microseconds. */
	bool fine;
};

struct wait {
	uint64_t last_ns, changes;
};

struct tk_copies {
	/** In sets of WAYS, the newest first. */
	struct line *line;
	size_t room, room_max, count;
	uint64_t forgotten;
	struct input input[INPUTS];
	struct wait wait[WAITS];
};

struct tk_copies *
tk_copies_new(void)
{
	struct tk_copies *copies = calloc(1, sizeof(*copies));

	if (copies == NULL)
		return NULL;
	copies->line = calloc(ROOM_MIN, sizeof(*copies->line));
	copies->room = ROOM_MIN;
	copies->room_max = (size_t)2 * TK_COPIES_MAX;
	if (copies->line != NULL)
		return copies;
	free(copies);
	return NULL;
}

void
tk_copies_free(struct tk_copies *copies)
{
	if (copies == NULL)
		return;
	free(copies->line);
	free(copies);
}

void
tk_copies_limit(struct tk_copies *copies, size_t lines)
{
	copies->room_max = 2 * lines;
}

uint64_t
tk_copies_forgotten(const struct tk_copies *copies)
{
	return copies->forgotten;
}

/* A hash of all that an event says; 64 bits, so that none of millions of lines
 * is taken for another. */
static uint64_t
hash_event(const struct backoff_event *event)
{
	const char *text[] = {
		event->service,    event->operation,   event->target,
		event->policy,     event->policy_hash, event->call_id,
		event->error_type, event->code,        event->error,
		event->delay_law,  event->budget,      event->parent_call_id,
		event->breaker,    event->trace_id,    event->span_id,
		event->host,       event->attrs,       event->extra};
	const uint64_t number[] = {event->ts_ns,
				   (uint64_t)event->type,
				   (uint64_t)event->outcome,
				   (uint64_t)event->failure_class,
				   (uint64_t)event->kind,
				   (uint64_t)event->delay_source,
				   (uint64_t)event->hint_action,
				   (uint64_t)event->stop,
				   event->attempt,
				   event->max_attempts,
				   event->duration_ns,
				   event->elapsed_ns,
				   event->delay_ns,
				   event->delay_low_ns,
				   event->delay_high_ns,
				   event->hint_ns,
				   event->attempt_timeout_ns,
				   event->deadline_left_ns,
				   event->attempts,
				   event->retries,
				   event->backoff_ns,
				   event->in_flight,
				   event->dropped,
				   event->pid,
				   event->seq};
	uint64_t hash = bo_hash(0, number, sizeof(number));

	/* NULL is not "". */
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
		hash = bo_hash(hash, text[i] != NULL ? text[i] : "\1",
			       text[i] != NULL ? strlen(text[i]) : 1);
	return hash != 0 ? hash : 1;
}

static struct line *
set_of(struct line *line, size_t room, uint64_t hash)
{
	return &line[hash % (room / WAYS) * WAYS];
}

static void
put(struct line *set, struct line line)
{
	memmove(set + 1, set, (WAYS - 1) * sizeof(*set));
	set[0] = line;
}

/* Move the lines of a set that belong to the set which has come to it, and keep
 * the order of both. */
static void
split(struct line *set, struct line *other, size_t sets)
{
	size_t stay = 0, go = 0;

	for (size_t i = 0; i < WAYS; i++) {
		struct line line = set[i];

		if (line.hash == 0)
			break;
		if (line.hash % (sets * 2) < sets)
			set[stay++] = line;
		else
			other[go++] = line;
	}
	memset(set + stay, 0, (WAYS - stay) * sizeof(*set));
}

/* Double the room in its place: for a moment, both would take twice what the
 * new one does. Without memory it stays as it is. */
static void
grow(struct tk_copies *copies)
{
	size_t room = copies->room, sets = room / WAYS;
	struct line *line = reallocarray(copies->line, room * 2, sizeof(*line));

	if (line == NULL)
		return;
	memset(line + room, 0, room * sizeof(*line));
	for (size_t i = 0; i < sets; i++)
		split(line + i * WAYS, line + room + i * WAYS, sets);
	copies->line = line;
	copies->room = room * 2;
}

/* The same line, noted before; or it is put there, and NULL is returned. */
static const struct line *
find(struct tk_copies *copies, struct line wanted)
{
	struct line *set = set_of(copies->line, copies->room, wanted.hash);

	for (size_t i = 0; i < WAYS; i++)
		if (set[i].hash == wanted.hash)
			return &set[i];
	if (++copies->count > copies->room / 4 &&
	    copies->room < copies->room_max) {
		grow(copies);
		set = set_of(copies->line, copies->room, wanted.hash);
	}
	copies->forgotten += set[WAYS - 1].hash != 0;
	put(set, wanted);
	return NULL;
}

/* Whether the delay of a line is random: it has many digits, and delays after
 * this attempt differ. */
static bool
has_random_delay(struct tk_copies *copies, const struct backoff_event *event)
{
	const char *operation =
		event->operation != NULL ? event->operation : "";
	uint64_t hash = bo_hash(event->attempt, operation, strlen(operation));
	struct wait *wait = &copies->wait[hash % WAITS];

	if (event->delay_ns == BACKOFF_ABSENT ||
	    event->delay_ns % NS_PER_US == 0)
		return false;
	if (event->delay_ns != wait->last_ns) {
		wait->last_ns = event->delay_ns;
		wait->changes++;
	}
	return wait->changes > WAIT_CHANGES;
}

/* Whether two events of one input practically never agree in everything. */
static bool
is_unique(struct tk_copies *copies, struct input *own,
	  const struct backoff_event *event)
{
	bool drawn;

	if (event->call_id != NULL || event->trace_id != NULL ||
	    (event->pid != BACKOFF_ABSENT && event->seq != BACKOFF_ABSENT))
		return true;
	drawn = has_random_delay(copies, event);
	own->fine |= event->ts_ns % NS_PER_MS != 0;
	return event->ts_ns % BO_NS_PER_S != 0 && (own->fine || drawn);
}

bool
tk_copies_note(struct tk_copies *copies, size_t input,
	       const struct backoff_event *event)
{
	struct input *own = &copies->input[input % INPUTS];
	const struct line line = {hash_event(event), (uint32_t)input,
				  own->count++};
	bool unique = is_unique(copies, own, event);
	const struct line *before = find(copies, line);

	if (before == NULL || (before->input == line.input && !unique)) {
		own->copies = false;
		return false;
	}
	/* In the order of the other input, without holes. */
	own->copies = unique || event->ts_ns % BO_NS_PER_S != 0 ||
		      (line.number == 0 && before->number == 0) ||
		      (own->copies && own->other == before->input &&
		       before->number - own->other_number <= 1);
	own->other = before->input;
	own->other_number = before->number;
	return own->copies;
}
