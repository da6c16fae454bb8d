/* Finds lines without numbers that another input holds too: a copy of a log
 * next to the log itself. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/copies.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"

/* Events that are remembered, in sets; powers of two. */
#define EVENTS (1u << 17)
#define WAYS 4
/* Inputs whose order of events is followed; others share. */
#define INPUTS 256

struct entry {
	/** 0: unused. */
	uint64_t hash;
	uint32_t input, number;
};

struct input {
	/** Events so far, and the place of the last one in another input. */
	uint32_t count, other, other_number;
	bool copies;
};

struct rt_copies {
	struct entry *entry;
	struct input input[INPUTS];
};

struct rt_copies *
rt_copies_new(void)
{
	struct rt_copies *copies = calloc(1, sizeof(*copies));

	if (copies == NULL)
		return NULL;
	/* Pages that are not touched cost nothing. */
	copies->entry = calloc(EVENTS, sizeof(*copies->entry));
	if (copies->entry != NULL)
		return copies;
	free(copies);
	return NULL;
}

void
rt_copies_free(struct rt_copies *copies)
{
	if (copies == NULL)
		return;
	free(copies->entry);
	free(copies);
}

static uint64_t
hash_event(const struct backoff_event *event)
{
	const char *text[] = {event->operation, event->target,
			      event->call_id,   event->trace_id,
			      event->error,     event->error_type,
			      event->host};
	const uint64_t number[] = {event->ts_ns,          event->attempt,
				   event->attempts,       event->delay_ns,
				   (uint64_t)event->type, event->pid};
	uint64_t hash = bo_hash(0, number, sizeof(number));

	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
		hash = bo_hash(hash, text[i] != NULL ? text[i] : "",
			       text[i] != NULL ? strlen(text[i]) : 0);
	return hash != 0 ? hash : 1;
}

/* The entry of an event, or the oldest of its set. */
static struct entry *
find(struct rt_copies *copies, uint64_t hash)
{
	struct entry *set = &copies->entry[hash % (EVENTS / WAYS) * WAYS];

	for (size_t i = 0; i < WAYS; i++)
		if (set[i].hash == hash)
			return &set[i];
	memmove(set + 1, set, (WAYS - 1) * sizeof(*set));
	set[0] = (struct entry){0};
	return &set[0];
}

bool
rt_copies_note(struct rt_copies *copies, size_t input,
	       const struct backoff_event *event)
{
	struct input *own = &copies->input[input % INPUTS];
	uint64_t hash = hash_event(event);
	struct entry *entry = find(copies, hash);
	uint32_t number = own->count++;
	bool named = event->call_id != NULL || event->trace_id != NULL;
	bool unique = named || event->ts_ns % BO_NS_PER_S != 0;

	if (entry->hash == 0 || (entry->input == (uint32_t)input && !named)) {
		if (entry->hash == 0)
			*entry = (struct entry){hash, (uint32_t)input, number};
		own->copies = false;
		return false;
	}
	own->copies = unique ||
		      (own->copies && own->other == entry->input &&
		       entry->number >= own->other_number) ||
		      (number == 0 && entry->number == 0);
	own->other = entry->input;
	own->other_number = entry->number;
	return own->copies;
}
