/* Lost lines and copies of lines, proven by the numbers that each process gives
 * to its lines. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/sequence.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"

/* Slots in a set; the hash of a process or block selects its set. */
#define WAYS 8
/* Runs of a process that are remembered: it may begin again, and inputs may be
 * read in any order. */
#define RUNS 4
/* Threads write their lines out of order, by less than this. */
#define DISORDER 64
#define DISORDER_NS (2 * BO_NS_PER_S)
/* Lines that may be lost at once, and in a second: by a process whose rate is
 * not known yet, and as a multiple of the known rate. */
#define LEAP_LINES 1000
#define LEAP_PER_S 100000.0
#define LEAP_RATE 100.0
/* Numbers of one block, and blocks that are remembered: four million lines. */
#define BLOCK_LINES 64
#define BLOCKS (1u << 16)

/** Lines whose numbers count up from one start of a process. */
struct run {
	uint64_t first, last, seen;
	/** Times of the earliest and the latest of its lines. */
	uint64_t from_ns, to_ns;
	/** Names its blocks; 0: unused. */
	uint64_t id;
};

struct process {
	/** Hash of host and pid; 0: unused. */
	uint64_t id, used_at;
	/** The newest first. */
	struct run run[RUNS];
};

/** What was seen of BLOCK_LINES numbers of a run. */
struct block {
	uint64_t run, number, used_at;
	/** A hash of each line, 0 if it was not seen. */
	uint16_t line[BLOCK_LINES];
};

struct tk_sequence {
	struct process *process;
	struct block *block;
	uint64_t lost, copies, resets, clock, runs;
};

struct tk_sequence *
tk_sequence_new(void)
{
	struct tk_sequence *sequence = calloc(1, sizeof(*sequence));

	if (sequence == NULL)
		return NULL;
	/* Pages that are not touched cost nothing. */
	sequence->process = calloc(TK_SEQUENCE_MAX, sizeof(struct process));
	sequence->block = calloc(BLOCKS, sizeof(struct block));
	if (sequence->process != NULL && sequence->block != NULL)
		return sequence;
	tk_sequence_free(sequence);
	return NULL;
}

void
tk_sequence_free(struct tk_sequence *sequence)
{
	if (sequence == NULL)
		return;
	free(sequence->process);
	free(sequence->block);
	free(sequence);
}

static uint64_t
hash_text(uint64_t hash, const char *text)
{
	return bo_hash(hash, text != NULL ? text : "",
		       text != NULL ? strlen(text) : 0);
}

/* The slot of this process; a new one takes the least recently used slot. */
static struct process *
find_process(struct tk_sequence *sequence, const struct backoff_event *event)
{
	uint64_t id = bo_hash(hash_text(0, event->host), &event->pid,
			      sizeof(event->pid));
	struct process *set, *oldest;

	id = id != 0 ? id : 1;
	set = &sequence->process[id % (TK_SEQUENCE_MAX / WAYS) * WAYS];
	oldest = set;
	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].id == id)
			return &set[i];
		if (set[i].used_at < oldest->used_at)
			oldest = &set[i];
	}
	*oldest = (struct process){.id = id};
	return oldest;
}

/* The block of a number; NULL if it is not there and not to be made. */
static struct block *
find_block(struct tk_sequence *sequence, const struct run *run, uint64_t seq,
	   bool make)
{
	const uint64_t key[2] = {run->id, seq / BLOCK_LINES};
	uint64_t hash = bo_hash(0, key, sizeof(key));
	struct block *set = &sequence->block[hash % (BLOCKS / WAYS) * WAYS];
	struct block *oldest = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].run == key[0] && set[i].number == key[1])
			return &set[i];
		if (set[i].used_at < oldest->used_at)
			oldest = &set[i];
	}
	if (!make)
		return NULL;
	*oldest = (struct block){.run = key[0], .number = key[1]};
	return oldest;
}

/* What was seen under a number: 0 for nothing. */
static uint16_t
line_at(struct tk_sequence *sequence, const struct run *run, uint64_t seq)
{
	const struct block *block;

	if (seq < run->first || seq > run->last)
		return 0;
	block = find_block(sequence, run, seq, false);
	return block != NULL ? block->line[seq % BLOCK_LINES] : 0;
}

static uint16_t
hash_line(const struct backoff_event *event)
{
	const uint64_t part[] = {event->ts_ns, (uint64_t)event->type,
				 event->attempt};
	uint64_t hash =
		bo_hash(hash_text(0, event->call_id), part, sizeof(part));
	uint16_t folded = (uint16_t)(hash >> 48);

	return folded != 0 ? folded : 1;
}

/* Whether a run may have written `lines` lines that were lost in `apart_ns`. */
static bool
is_plausible(const struct run *run, uint64_t lines, uint64_t apart_ns)
{
	double apart_s = (double)apart_ns / (double)BO_NS_PER_S;
	double span_s =
		(double)(run->to_ns - run->from_ns) / (double)BO_NS_PER_S;
	double per_s = LEAP_PER_S;

	if (span_s >= 1)
		per_s = LEAP_RATE * (double)run->seen / span_s;
	return (double)lines <= LEAP_LINES + per_s * apart_s;
}

/* Whether a line can belong to a run, by its number and its time. */
static bool
fits(struct tk_sequence *sequence, const struct run *run, uint64_t seq,
     uint64_t ts_ns)
{
	bool late = ts_ns > bo_add_sat(run->to_ns, DISORDER_NS);
	bool early = bo_add_sat(ts_ns, DISORDER_NS) < run->from_ns;

	if (seq > run->last)
		return bo_add_sat(ts_ns, DISORDER_NS) >= run->to_ns &&
		       is_plausible(run, seq - run->last,
				    bo_sub_sat(ts_ns, run->to_ns));
	if (seq >= run->first)
		return !late && !early && line_at(sequence, run, seq) == 0;
	if (run->first - seq < DISORDER && seq > 1)
		return !late;
	/* The rest of an older file. */
	return ts_ns < run->from_ns &&
	       is_plausible(run, run->first - seq, run->from_ns - ts_ns);
}

static struct run *
begin_run(struct tk_sequence *sequence, struct process *process, uint64_t seq,
	  uint64_t ts_ns)
{
	if (process->run[0].id != 0)
		sequence->resets++;
	memmove(process->run + 1, process->run,
		(RUNS - 1) * sizeof(*process->run));
	process->run[0] = (struct run){.first = seq,
				       .last = seq,
				       .from_ns = ts_ns,
				       .to_ns = ts_ns,
				       .id = ++sequence->runs};
	return &process->run[0];
}

static uint64_t
missing(const struct run *run)
{
	/* Blocks that were forgotten may make lines count again. */
	return bo_sub_sat(run->last - run->first, run->seen - 1);
}

static void
take(struct tk_sequence *sequence, struct run *run, uint64_t seq,
     uint64_t ts_ns, uint16_t line)
{
	uint64_t before = run->seen > 0 ? missing(run) : 0;
	struct block *block = find_block(sequence, run, seq, true);

	block->line[seq % BLOCK_LINES] = line;
	block->used_at = sequence->clock;
	run->seen++;
	run->first = bo_min(run->first, seq);
	if (seq > run->last)
		run->last = seq;
	run->from_ns = bo_min(run->from_ns, ts_ns);
	if (ts_ns > run->to_ns)
		run->to_ns = ts_ns;
	sequence->lost += missing(run) - before;
}

enum tk_numbered
tk_sequence_note(struct tk_sequence *sequence,
		 const struct backoff_event *event)
{
	uint64_t seq = event->seq;
	uint64_t ts_ns = event->ts_ns != BACKOFF_ABSENT ? event->ts_ns : 0;
	struct run *found = NULL;
	struct process *process;
	uint16_t line;

	if (seq == BACKOFF_ABSENT || event->pid == BACKOFF_ABSENT)
		return TK_NUMBERED_NOT;
	process = find_process(sequence, event);
	process->used_at = ++sequence->clock;
	line = hash_line(event);
	for (size_t i = 0; i < RUNS && process->run[i].id != 0; i++) {
		struct run *run = &process->run[i];

		if (line_at(sequence, run, seq) == line) {
			sequence->copies++;
			return TK_NUMBERED_COPY;
		}
		if (found == NULL && fits(sequence, run, seq, ts_ns))
			found = run;
	}
	if (found == NULL)
		found = begin_run(sequence, process, seq, ts_ns);
	take(sequence, found, seq, ts_ns, line);
	return TK_NUMBERED_NEW;
}

uint64_t
tk_sequence_lost(const struct tk_sequence *sequence)
{
	return sequence->lost;
}

uint64_t
tk_sequence_copies(const struct tk_sequence *sequence)
{
	return sequence->copies;
}

uint64_t
tk_sequence_resets(const struct tk_sequence *sequence)
{
	return sequence->resets;
}
