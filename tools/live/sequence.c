/* Lost lines, proven by gaps in the sequence numbers of each process. */
#include "config.h"

#include "live/sequence.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

/* Maximum distance of a late line below the highest number: threads do not
 * write their lines in the order of their numbers. */
#define LATE 64
/* Slots in a set; the hash of a process selects its set. A power of two. */
#define WAYS 8

struct process {
	/** Hash of host, pid and input; 0: unused. */
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

static uint64_t
identify(size_t input, const struct backoff_event *event)
{
	const char *host = event->host != NULL ? event->host : "";
	const uint64_t rest[] = {event->pid, input};
	uint64_t hash =
		bo_hash(bo_hash(0, host, strlen(host)), rest, sizeof(rest));

	return hash != 0 ? hash : 1;
}

/* The slot of this process; a new one takes the least recently used slot. */
static struct process *
find(struct rt_sequence *sequence, uint64_t id)
{
	struct process *set =
		&sequence->process[id % (RT_SEQUENCE_MAX / WAYS) * WAYS];
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
arrive_late(struct rt_sequence *sequence, struct process *process,
	    uint64_t back)
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
	/* A new process, or a restart with the same pid. */
	if (process->id == 0 || seq <= 1 ||
	    (seq < process->last && process->last - seq >= LATE)) {
		process->id = id;
		process->first = seq;
		process->last = seq;
		process->seen = 1;
		return;
	}
	/* Numbers before the first line that was read do not count as lost. */
	if (seq < process->first)
		return;
	if (seq <= process->last) {
		arrive_late(sequence, process, process->last - seq);
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
