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
#include "base/utf8.h"
#include "dialect/copies.h"

/* Slots in a set; the hash of a process or block selects its set. */
#define WAYS 8
/* Runs of a process that are remembered: it may begin again, and inputs may be
 * read in any order. */
#define RUNS 4
/* Threads write their lines out of order, by less than this. */
#define DISORDER 64
#define DISORDER_NS (2 * BO_NS_PER_S)
/* A number that is so far behind, of a line that is later than all, is of
 * another process. */
#define FAR_BEHIND 4096
/* Lines that make a run more than an error, and contradictions that prove that
 * a run is more than one. */
#define EVIDENCE 3
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
	/** Lines that are later than others although their number is lower. */
	unsigned contradictions;
};

struct process {
	/** Hash of host and pid; 0: unused. */
	uint64_t id, used_at;
	/** Numbers that did not come, lines that it says it did not write, and
	 *  how often it began again. */
	uint64_t lost, dropped, resets;
	/** Several processes share this host and pid: numbers prove nothing. */
	bool mixed;
	/** The run of its last line, and its runs, the newest first. */
	uint64_t last_run;
	struct run run[RUNS];
};

/** What was seen of BLOCK_LINES numbers of a run. */
struct block {
	uint64_t run, number, used_at;
	/** A bit for each number. */
	uint64_t seen;
};

struct tk_sequence {
	struct process *process;
	struct block *block;
	struct tk_copies *copies;
	struct tk_lost_list gaps;
	/** Sums over all processes, those too that were forgotten. */
	uint64_t lost, missing, copied, resets, mixed;
	uint64_t clock, runs;
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
	sequence->copies = tk_copies_new();
	if (sequence->process != NULL && sequence->block != NULL &&
	    sequence->copies != NULL)
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
	tk_copies_free(sequence->copies);
	free(sequence);
}

void
tk_sequence_limit(struct tk_sequence *sequence, size_t lines)
{
	tk_copies_limit(sequence->copies, lines);
}

uint64_t
tk_sequence_forgotten(const struct tk_sequence *sequence)
{
	return tk_copies_forgotten(sequence->copies);
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

static bool
is_seen(struct tk_sequence *sequence, const struct run *run, uint64_t seq)
{
	const struct block *block;

	if (seq < run->first || seq > run->last)
		return false;
	block = find_block(sequence, run, seq, false);
	return block != NULL && (block->seen >> seq % BLOCK_LINES & 1) != 0;
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
		return !late && !early && !is_seen(sequence, run, seq);
	if (run->first - seq < DISORDER &&
	    ts_ns <= bo_add_sat(run->from_ns, DISORDER_NS))
		return true;
	/* The rest of an older file. */
	return ts_ns < run->from_ns &&
	       is_plausible(run, run->first - seq, run->from_ns - ts_ns);
}

/* The run of a line: the nearest by number that its time fits, or, if the clock
 * was set, the one that it continues; NULL if it begins a new one. */
static struct run *
find_run(struct tk_sequence *sequence, struct process *process, uint64_t seq,
	 uint64_t ts_ns)
{
	struct run *found = NULL, *continued = NULL;
	uint64_t nearest = UINT64_MAX;

	for (size_t i = 0; i < RUNS && process->run[i].id != 0; i++) {
		struct run *run = &process->run[i];
		uint64_t apart = seq > run->last ? seq - run->last
						 : bo_sub_sat(run->first, seq);

		if (run->id == process->last_run && seq > run->last &&
		    apart < DISORDER)
			continued = run;
		if (apart < nearest && fits(sequence, run, seq, ts_ns)) {
			nearest = apart;
			found = run;
		}
	}
	return found != NULL ? found : continued;
}

static struct run *
begin_run(struct tk_sequence *sequence, struct process *process, uint64_t seq,
	  uint64_t ts_ns)
{
	if (process->run[0].id != 0) {
		process->resets++;
		sequence->resets++;
	}
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

/* Numbers of a run that did not come, before and after which there are lines.
 */
static void
note_gap(struct tk_sequence *sequence, const struct run *run, uint64_t seq,
	 struct tk_lost *gap)
{
	gap->run = run->id;
	if (seq > run->last && seq - run->last > 1) {
		gap->first = run->last + 1;
		gap->last = seq - 1;
		gap->from_ns = bo_min(run->to_ns, gap->to_ns);
	} else if (seq < run->first && run->first - seq > 1) {
		gap->first = seq + 1;
		gap->last = run->first - 1;
		gap->to_ns =
			run->from_ns > gap->to_ns ? run->from_ns : gap->to_ns;
	} else {
		if (seq > run->first && seq < run->last)
			tk_lost_fill(&sequence->gaps, run->id, seq);
		return;
	}
	gap->lost = gap->last - gap->first + 1;
	tk_lost_open(&sequence->gaps, gap);
}

static void
take(struct tk_sequence *sequence, struct process *process, struct run *run,
     uint64_t seq, uint64_t ts_ns)
{
	uint64_t before = run->seen > 0 ? missing(run) : 0;
	struct block *block = find_block(sequence, run, seq, true);

	block->seen |= UINT64_C(1) << seq % BLOCK_LINES;
	block->used_at = sequence->clock;
	run->seen++;
	if (run->last - bo_min(run->last, seq) > FAR_BEHIND &&
	    ts_ns > run->to_ns)
		run->contradictions++;
	run->first = bo_min(run->first, seq);
	if (seq > run->last)
		run->last = seq;
	process->last_run = run->id;
	process->lost += missing(run) - before;
	sequence->lost += missing(run) - before;
}

/* The times of a run are those of lines that fit; a clock that is set, or is
 * wrong once, does not change them. */
static void
take_time(struct run *run, uint64_t ts_ns)
{
	run->from_ns = bo_min(run->from_ns, ts_ns);
	if (ts_ns > run->to_ns)
		run->to_ns = ts_ns;
}

/* Whether a run shows that several processes share host and pid: it overlaps
 * with another in time, or contradicts itself. */
static bool
is_mixed(const struct process *process, const struct run *run)
{
	if (run->contradictions >= EVIDENCE)
		return true;
	if (run->seen < EVIDENCE)
		return false;
	for (size_t i = 0; i < RUNS && process->run[i].id != 0; i++) {
		const struct run *other = &process->run[i];
		uint64_t from = run->from_ns > other->from_ns ? run->from_ns
							      : other->from_ns;

		if (other != run && other->seen >= EVIDENCE &&
		    bo_min(run->to_ns, other->to_ns) >
			    bo_add_sat(from, DISORDER_NS))
			return true;
	}
	return false;
}

/* Take back what numbers seemed to prove. */
static void
give_up(struct tk_sequence *sequence, struct process *process)
{
	sequence->lost -= process->lost;
	sequence->resets -= process->resets;
	sequence->mixed++;
	process->lost = process->resets = 0;
	process->mixed = true;
	tk_lost_forget(&sequence->gaps, process->id);
}

static void
note_number(struct tk_sequence *sequence, struct process *process, uint64_t seq,
	    uint64_t ts_ns, struct tk_lost gap)
{
	struct run *run;

	if (process->mixed)
		return;
	run = find_run(sequence, process, seq, ts_ns);
	if (run == NULL)
		run = begin_run(sequence, process, seq, ts_ns);
	if (run->seen > 0)
		note_gap(sequence, run, seq, &gap);
	if (run->seen == 0 || fits(sequence, run, seq, ts_ns)) {
		take(sequence, process, run, seq, ts_ns);
		take_time(run, ts_ns);
	} else {
		take(sequence, process, run, seq, ts_ns);
	}
	if (is_mixed(process, run))
		give_up(sequence, process);
}

/* Lines of a process that are missing: one that it says it did not write may be
 * one whose number is missing. */
static uint64_t
missing_of(const struct process *process)
{
	return process->lost > process->dropped ? process->lost
						: process->dropped;
}

/* A loss that a line shows, without its numbers. */
static struct tk_lost
gap_at(const struct process *process, size_t input,
       const struct backoff_event *event, uint64_t ts_ns)
{
	struct tk_lost gap = {.process = process->id,
			      .pid = event->pid,
			      .input = input,
			      .first = BACKOFF_ABSENT,
			      .last = BACKOFF_ABSENT,
			      .from_ns = ts_ns,
			      .to_ns = ts_ns};

	if (event->host != NULL)
		bo_utf8_copy(event->host, gap.host, sizeof(gap.host));
	return gap;
}

enum tk_numbered
tk_sequence_note(struct tk_sequence *sequence, size_t input,
		 const struct backoff_event *event)
{
	uint64_t ts_ns = event->ts_ns != BACKOFF_ABSENT ? event->ts_ns : 0;
	bool numbered =
		event->seq != BACKOFF_ABSENT && event->pid != BACKOFF_ABSENT;
	bool drops = event->type == BACKOFF_EVENT_DROPPED &&
		     event->dropped != BACKOFF_ABSENT;
	struct process *process;
	struct tk_lost gap;
	uint64_t before;

	if (tk_copies_note(sequence->copies, input, event)) {
		sequence->copied++;
		return TK_NUMBERED_COPY;
	}
	if (!numbered && !drops)
		return TK_NUMBERED_NOT;
	process = find_process(sequence, event);
	process->used_at = ++sequence->clock;
	before = missing_of(process);
	gap = gap_at(process, input, event, ts_ns);
	if (numbered)
		note_number(sequence, process, event->seq, ts_ns, gap);
	if (drops) {
		process->dropped = bo_add_sat(process->dropped, event->dropped);
		gap.dropped = event->dropped;
		tk_lost_report(&sequence->gaps, &gap);
	}
	sequence->missing += missing_of(process) - before;
	return numbered ? TK_NUMBERED_NEW : TK_NUMBERED_NOT;
}

uint64_t
tk_sequence_lost(const struct tk_sequence *sequence)
{
	return sequence->lost;
}

const struct tk_lost_list *
tk_sequence_last_lost(const struct tk_sequence *sequence)
{
	return &sequence->gaps;
}

uint64_t
tk_sequence_copies(const struct tk_sequence *sequence)
{
	return sequence->copied;
}

uint64_t
tk_sequence_resets(const struct tk_sequence *sequence)
{
	return sequence->resets;
}

uint64_t
tk_sequence_missing(const struct tk_sequence *sequence)
{
	return sequence->missing;
}

uint64_t
tk_sequence_mixed(const struct tk_sequence *sequence)
{
	return sequence->mixed;
}
