/* Finds lines that were read before, in the same input or in a copy of it. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/copies.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"

/* Lines of a set. */
#define WAYS 16
/* Lines that there is room for at first: in sets, doubled as needed; a power of
 * two. */
#define ROOM_MIN (1u << 14)
/* Inputs whose order of events is followed; others share. */
#define INPUTS 256
/* Waits that are watched, by operation and attempt; others share. They are
 * random if they change this often. */
#define WAITS 64
#define WAIT_CHANGES 3

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_US UINT64_C(1000)

struct line {
	/** The low half of its hash. */
	uint32_t low;
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
	/** In sets of WAYS. The high halves of hashes, 0 if unused: a search
	 *  looks at no more than these. */
	uint32_t *tag;
	struct line *line;
	/** The place of each set whose turn it is to be replaced. */
	uint8_t *next;
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
	copies->tag = calloc(ROOM_MIN, sizeof(*copies->tag));
	copies->line = calloc(ROOM_MIN, sizeof(*copies->line));
	copies->next = calloc(ROOM_MIN / WAYS, 1);
	copies->room = ROOM_MIN;
	copies->room_max = (size_t)2 * TK_COPIES_MAX;
	if (copies->tag != NULL && copies->line != NULL && copies->next != NULL)
		return copies;
	tk_copies_free(copies);
	return NULL;
}

void
tk_copies_free(struct tk_copies *copies)
{
	if (copies == NULL)
		return;
	free(copies->tag);
	free(copies->line);
	free(copies->next);
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
	const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
	const size_t numbers = sizeof(number) / sizeof(*number);
	uint64_t a = 1, b = 2, hash;

	/* Two sums, and texts apart, so that few wait for each other. */
	for (size_t i = 0; i + 1 < numbers; i += 2) {
		a = (a ^ number[i]) * odd;
		b = (b ^ number[i + 1]) * odd;
		a ^= a >> 32;
		b ^= b >> 32;
	}
	hash = a + 3 * (b ^ number[numbers - 1]);
	/* NULL is not "". */
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
		if (text[i] != NULL)
			hash += bo_hash(i, text[i], strlen(text[i])) *
				(2 * i + 1);
	hash = bo_hash(0, &hash, sizeof(hash));
	/* The high half is not 0. */
	return hash >> 32 != 0 ? hash : hash | UINT64_C(1) << 32;
}

/* Put a line where the oldest one of its set is. */
static void
put(struct tk_copies *copies, size_t set, uint32_t tag, struct line line)
{
	size_t at = set * WAYS + copies->next[set];

	copies->tag[at] = tag;
	copies->line[at] = line;
	copies->next[set] = (uint8_t)((copies->next[set] + 1) % WAYS);
}

/* Move the lines of a set that belong to the set which has come to it, and keep
 * the order of both. */
static void
split(struct tk_copies *copies, size_t set, size_t sets)
{
	uint32_t tag[WAYS];
	struct line line[WAYS];
	size_t first = copies->next[set];

	memcpy(tag, &copies->tag[set * WAYS], sizeof(tag));
	memcpy(line, &copies->line[set * WAYS], sizeof(line));
	memset(&copies->tag[set * WAYS], 0, sizeof(tag));
	memset(&copies->tag[(set + sets) * WAYS], 0, sizeof(tag));
	copies->next[set] = copies->next[set + sets] = 0;
	for (size_t i = first; i < first + WAYS; i++)
		if (tag[i % WAYS] != 0)
			put(copies, line[i % WAYS].low % (sets * 2),
			    tag[i % WAYS], line[i % WAYS]);
}

/* Double the room in its place: for a moment, both would take twice what the
 * new one does. Without memory it stays as it is. */
static void
grow(struct tk_copies *copies)
{
	size_t room = copies->room * 2, sets = copies->room / WAYS;
	uint32_t *tag = reallocarray(copies->tag, room, sizeof(*tag));
	struct line *line = reallocarray(copies->line, room, sizeof(*line));
	uint8_t *next = realloc(copies->next, room / WAYS);

	copies->tag = tag != NULL ? tag : copies->tag;
	copies->line = line != NULL ? line : copies->line;
	copies->next = next != NULL ? next : copies->next;
	if (tag == NULL || line == NULL || next == NULL)
		return;
	for (size_t i = 0; i < sets; i++)
		split(copies, i, sets);
	copies->room = room;
}

/* The set of a line. */
static size_t
set_of(const struct tk_copies *copies, uint64_t hash)
{
	return (uint32_t)hash % (copies->room / WAYS);
}

/* The same line, noted before; or it is put there, and NULL is returned. */
static const struct line *
find(struct tk_copies *copies, uint64_t hash, struct line wanted)
{
	uint32_t tag = (uint32_t)(hash >> 32);
	size_t set = set_of(copies, hash);
	const uint32_t *tags = &copies->tag[set * WAYS];

	for (size_t i = 0; i < WAYS; i++)
		if (tags[i] == tag &&
		    copies->line[set * WAYS + i].low == wanted.low)
			return &copies->line[set * WAYS + i];
	if (++copies->count > copies->room / 4 &&
	    copies->room < copies->room_max) {
		grow(copies);
		set = set_of(copies, hash);
	}
	copies->forgotten += copies->tag[set * WAYS + copies->next[set]] != 0;
	put(copies, set, tag, wanted);
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
	uint64_t hash = hash_event(event);
	const struct line line = {(uint32_t)hash, (uint32_t)input,
				  own->count++};
	const struct line *before;
	bool unique;

	/* It is not in the cache. */
	__builtin_prefetch(&copies->tag[set_of(copies, hash) * WAYS]);
	unique = is_unique(copies, own, event);
	before = find(copies, hash, line);
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
