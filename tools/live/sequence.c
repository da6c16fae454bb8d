/* Lost lines, proven by gaps in the numbers that each process gives them. */
#include "config.h"

#include "live/sequence.h"

#include <stdlib.h>

/* Threads write their lines in another order than they number them; numbers
 * may come late by so many. */
#define LATE 64
/* A power of two: processes hash to a place and its neighbours. */
#define WAYS 8

struct process {
	/** Of host, pid and input; 0: unused. */
	uint64_t id;
	uint64_t first, last, used_at;
	/** Bit i: number `last - i` was seen. */
	uint64_t seen;
};

struct rt_sequence {
	struct process process[RT_SEQUENCE_MAX];
	uint64_t lost, twice, clock;
};

struct rt_sequence *
rt_sequence_new(void)
{
	return calloc(1, sizeof(struct rt_sequence));
}

void
rt_sequence_free(struct rt_sequence *sequence)
{
	free(sequence);
}

/* FNV-1a. */
static uint64_t
mix(uint64_t h, uint64_t value)
{
	for (unsigned i = 0; i < 8; i++)
		h = (h ^ ((value >> (8 * i)) & 0xff)) * UINT64_C(1099511628211);
	return h;
}

static uint64_t
identify(size_t input, const struct backoff_event *event)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (const char *p = event->host; p != NULL && *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * UINT64_C(1099511628211);
	h = mix(mix(h, event->pid), input);
	return h != 0 ? h : 1;
}

/* The place of this process; a new one takes the place used longest ago. */
static struct process *
find(struct rt_sequence *sequence, uint64_t id)
{
	struct process *set =
		&sequence->process[(id >> 16) % (RT_SEQUENCE_MAX / WAYS) *
				   WAYS];
	struct process *oldest = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].id == id)
			return &set[i];
		if (set[i].used_at < oldest->used_at)
			oldest = &set[i];
	}
	*oldest = (struct process){0};
	return oldest;
}

static void
come_late(struct rt_sequence *sequence, struct process *process, uint64_t back)
{
	uint64_t bit = UINT64_C(1) << back;

	if (process->seen & bit) {
		sequence->twice++;
		return;
	}
	process->seen |= bit;
	sequence->lost--;
}

void
rt_sequence_note(struct rt_sequence *sequence, size_t input,
		 const struct backoff_event *event)
{
	struct process *process;
	uint64_t id, seq = event->seq;

	if (seq == BACKOFF_ABSENT || event->pid == BACKOFF_ABSENT)
		return;
	id = identify(input, event);
	process = find(sequence, id);
	process->used_at = ++sequence->clock;
	/* A new process; or, with the same pid, one that was started again. */
	if (process->id == 0 || seq <= 1 ||
	    (seq < process->last && process->last - seq >= LATE)) {
		process->id = id;
		process->first = seq;
		process->last = seq;
		process->seen = 1;
		return;
	}
	/* What came before the first line that was read was never missed. */
	if (seq < process->first)
		return;
	if (seq <= process->last) {
		come_late(sequence, process, process->last - seq);
		return;
	}
	sequence->lost += seq - process->last - 1;
	process->seen = seq - process->last < LATE
				? process->seen << (seq - process->last) | 1
				: 1;
	process->last = seq;
}

uint64_t
rt_sequence_lost(const struct rt_sequence *sequence)
{
	return sequence->lost;
}

uint64_t
rt_sequence_twice(const struct rt_sequence *sequence)
{
	return sequence->twice;
}
