/* Records of a trace before they are stitched, shared by its files. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_STITCH_H
#define TK_STITCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/num.h"
#include "dialect/sequence.h"
#include "trace/skew.h"
#include "trace/strings.h"
#include "trace/trace.h"

#define TK_NO_RECORD UINT32_MAX

/** One line about an attempt. */
struct tk_record {
	struct tk_attempt attempt;
	tk_string operation, target, policy, policy_hash, host, service;
	/** Index of its group: lines that may belong to one call. */
	uint32_t group;
	uint32_t number, max_attempts;
	/** Wall time; BACKOFF_ABSENT if there is none. */
	uint64_t deadline_ns;
	/** Since the call began; BACKOFF_ABSENT if the log does not say. */
	uint64_t elapsed_ns;
	/** Its number, and a hash of the process that gave it. */
	uint64_t seq, process;
	/** The input that it came from. */
	uint16_t input;
	uint8_t type, stop;
	/** The log has no line for a success. */
	bool silent;
	/** Not part of any call: a line that was read before, or of a call
	 *  that hedged. */
	bool left_out;
	/** Continues another record, so it starts no call. */
	bool continues;
	/** Not an attempt: only ends the wait after the one of its number. */
	bool closes;
	/** It has a number of its process, which proves whether lines are
	 *  missing. */
	bool numbered;
	/** Its log may write one line for a whole call. */
	bool may_be_whole;
	/** It is one: the earlier attempts have no lines. */
	bool whole;
	/** Its line has no time; and the one that it has is made up. */
	bool timeless, made_up;
	/** How it got its number: enum tk_order_way. */
	uint8_t way;
};

/** What few lines say, and is only needed to number attempts. */
struct tk_aside {
	/** Index of its record. */
	uint32_t record;
	tk_string lane;
	/** As in the log; 0 if it is not there. */
	uint32_t number;
	/** It continues a call. */
	bool follows;
	/** Attempts left; BACKOFF_ABSENT. */
	uint64_t left;
};

/** Evidence that the lines of a group belong together. */
enum tk_group_kind {
	/** By a call id: certain. */
	TK_GROUP_CALL,
	/** By a request's id and the operation: several calls. */
	TK_GROUP_REQUEST,
	/** By the operation and a lane, such as a thread: several calls, one
	 *  after the other. */
	TK_GROUP_LANE,
	/** By the operation only. */
	TK_GROUP_OPERATION,
};

struct tk_group {
	enum tk_group_kind kind;
	tk_string operation, id;
	/** Number of records. */
	uint32_t count;
	/** One call that made several attempts at once. */
	bool hedged;
	/** The last line of a call whose earlier lines are not in the log; 0
	 *  if there is none. And the highest number of such a line. */
	uint64_t last_orphan_ns;
	uint32_t orphan_number;
};

/** Whether an id says that its lines belong together. */
static inline bool
tk_group_has_id(const struct tk_group *group)
{
	return group->kind == TK_GROUP_CALL || group->kind == TK_GROUP_REQUEST;
}

/** Waits after later attempts are taken to be alike. */
#define TK_USUAL_WAITS 8

/** One operation of the log. */
struct tk_operation {
	tk_string name;
	/** Order by name. */
	uint32_t rank;
	/** The longest failing attempt. */
	uint64_t longest_ns;
	bool has_silent, has_unnamed_success;
	/** Its log has lines for successes of calls that were retried, and no
	 * others. */
	bool only_retried;
	/** It has attempts without a number. */
	bool unnumbered;
	/** Calls without an end whose lines have numbers. */
	uint64_t numbered_open;
	/** It has lines of attempts that did not end their call. */
	bool has_attempts;
	/** It has lines of a later attempt without those before. */
	bool has_orphans;
	/** Lines that were linked without an id, and those before their wait
	 *  was over. */
	uint64_t linked, early;
	/** Most waits are shorter. */
	uint64_t usual_delay_ns;
	/** Medians: of waits by the number of the attempt before, and of the
	 *  durations of failed attempts; 0 if not known. */
	uint64_t median_wait_ns[TK_USUAL_WAITS], median_failure_ns;
	/** The last failed attempt of a call that was built, + 1. */
	uint64_t recent;
	struct tk_loss loss;
};

/** Lines that must have a neighbour, because their calls have ids. */
struct tk_neighbours {
	/** Lines with an id. */
	uint64_t named;
	/** Lines that must have one of the attempt before, and that lack it;
	 *  likewise of the attempt after. */
	uint64_t before, no_before, after, no_after;
	/** When lines were written that lack one. */
	uint64_t *moment;
	size_t moment_count, moment_capacity;
};

/** In a long log, a line whose time is less than this from the last one noted
 *  is not noted. */
#define TK_NOTED_NS (BO_NS_PER_S / 4)

/** When lines were written. */
struct tk_line_times {
	uint64_t *at;
	size_t count, capacity;
	/** The last one noted. */
	uint64_t last_ns;
};

/** What the order of an input's lines says. */
struct tk_input_order {
	/** Its first record by time, and its place among inputs by that. */
	uint32_t first, rank;
	/** 1: lines of one time are in their order; -1: in the reverse of it,
	 *  as the newest line comes first; 0: in any. */
	int8_t way;
};

struct tk_trace {
	struct tk_strings strings;
	struct tk_trace_totals totals;
	struct tk_quality quality;
	struct tk_cover cover;
	struct tk_sequence *sequence;
	struct tk_skew skew;
	struct tk_neighbours neighbours;
	/** Events with a number of their process. */
	uint64_t numbered;
	bool out_of_memory;
	uint16_t input;
	/** The first input of the log that the current one is of; whether the
	 *  current one is not the first; and whether it is not the last. */
	uint16_t whole;
	bool goes_on, continued;

	/** Times of events, and of lines of other kinds: when the log was
	 *  written. */
	struct tk_line_times times, other_times;
	/** The last time in the current input, 0 if there is none; and the time
	 *  for lines without one, if no line has one. */
	uint64_t input_time_ns, made_up_ns;
	/** The first record of the current input. */
	size_t input_record;

	struct tk_record *records;
	size_t record_count, record_capacity;

	/** By input, while lines are stitched. */
	struct tk_input_order *orders;

	/** In the order of their records; until attempts are numbered. */
	struct tk_aside *asides;
	size_t aside_count, aside_capacity;

	struct tk_group *groups;
	size_t group_count, group_capacity;
	/** Finds a group by its kind, operation and id. */
	struct bo_table group_table;

	struct tk_operation *operations;
	size_t operation_count, operation_capacity;
	/** By the number of the name: index + 1, 0 for none. */
	uint32_t *operation_of;
	size_t operation_of_size;

	bool stitched;
	struct tk_call *calls;
	size_t call_count;
	struct tk_attempt *attempts;
	size_t attempt_count;
};

/** NULL if the operation is not known. */
struct tk_operation *tk_operation_find(const struct tk_trace *trace,
				       tk_string name);

/** Get the operation of this name, made if it is new; NULL if memory ran
 *  out. */
struct tk_operation *tk_operation_know(struct tk_trace *trace, tk_string name);

/** Whether silence after a failure means success for this operation. */
static inline bool
tk_operation_silent(const struct tk_operation *operation)
{
	return operation->has_silent && !operation->has_unnamed_success;
}

/** Order two records by number, time and what else they say; only equal ones
 *  in the order in which they were read. */
int tk_record_compare(const struct tk_trace *trace, uint32_t a, uint32_t b);

/** Find what the order of lines in their inputs says about lines of one
 *  time. */
enum backoff_status tk_find_order(struct tk_trace *trace);

/** Order two records of one time by their places in the log; 0 if these say
 *  nothing. */
int tk_place_compare(const struct tk_trace *trace, uint32_t a, uint32_t b);

/**
 * Link the records of each group into chains, one a call.
 *
 * @param next  for each record the one that follows, or TK_NO_RECORD
 */
enum backoff_status tk_link(struct tk_trace *trace, uint32_t *next);

/** Link lines of a group, in order, to the last open one of a lower number, if
 *  the lines between are missing. */
void tk_link_over_holes(struct tk_trace *trace, const struct tk_group *group,
			const uint32_t *order, size_t count, uint32_t *next);

/** Part lines that were linked without an id, but are too far apart for what is
 *  usual in this log. */
enum backoff_status tk_part_far(struct tk_trace *trace, uint32_t *next);

/** The time to take for an event that has none. */
uint64_t tk_timeless_place(struct tk_trace *trace,
			   const struct backoff_event *event);

/** An input begins. */
void tk_timeless_begin(struct tk_trace *trace);

/** A line of it has a time. */
void tk_timeless_note(struct tk_trace *trace, uint64_t ts_ns);

/** Decide about lines without a time, when all have been read. */
enum backoff_status tk_timeless_settle(struct tk_trace *trace);

/** Number the attempts that have no number, before anything is linked. */
enum backoff_status tk_number(struct tk_trace *trace);

/** Put a record in another group. False if memory ran out. */
bool tk_trace_regroup(struct tk_trace *trace, struct tk_record *record,
		      enum tk_group_kind kind, tk_string id);

/** Make calls and attempts from the chains. */
enum backoff_status tk_build(struct tk_trace *trace, const uint32_t *next);

/** Note when a line was written; in a long log, not each of them. False if
 *  memory ran out. */
bool tk_note_time(struct tk_line_times *times, uint64_t ts_ns);

/** Forget all times that were noted. */
void tk_forget_times(struct tk_line_times *times);

/** Bring noted times in order. */
void tk_sort_times(struct tk_line_times *times);

/** The times of events, in order, and those of other lines that are between
 *  two of them, and not farther than `near_ns` from the nearest; free() it.
 *  NULL if memory ran out. */
uint64_t *tk_merge_times(const uint64_t *events, size_t count,
			 const struct tk_line_times *others, uint64_t near_ns,
			 size_t *merged);

/** Find the time that the log covers, before anything is linked. */
enum backoff_status tk_find_cover(struct tk_trace *trace);

/** The same after lines were moved: by their new times, if they moved far. */
enum backoff_status tk_find_cover_again(struct tk_trace *trace);

/** Leave out lines far outside that time, unless a line inside it is of the
 *  same call. */
void tk_leave_out_strays(struct tk_trace *trace, const uint32_t *next);

/** Find what is usual for each operation. */
enum backoff_status tk_find_usual(struct tk_trace *trace);

/** The same for the parts of a call that has lost lines. */
enum backoff_status tk_find_medians(struct tk_trace *trace);

/** When attempts without a line were made that lie between two of a call, and
 *  how long they took with the waits after them. */
void tk_missing_between(const struct tk_operation *operation,
			const struct tk_record *before,
			const struct tk_record *record, uint64_t *start_ns,
			uint64_t *length_ns);

/** The same for those before the first line of a call. */
void tk_missing_first(const struct tk_operation *operation,
		      const struct tk_record *record, uint64_t *start_ns,
		      uint64_t *length_ns);

/** Make the attempts with the numbers [from, to) in that time: failures like
 *  another one, or of unknown kind if that is NULL. */
void tk_missing_make(const struct tk_operation *operation, uint32_t from,
		     uint32_t to, uint64_t start_ns, uint64_t length_ns,
		     const struct tk_attempt *like, struct tk_attempt *out);

/** Whether the call of an orphan may have begun when the log did not cover. */
bool tk_may_have_begun_early(const struct tk_trace *trace,
			     const struct tk_record *record);

/** Count the calls whose last lines must be missing, of operations that do not
 *  log successes. */
enum backoff_status tk_miss_ends(struct tk_trace *trace);

/** Move the lines of hosts whose clocks differ from those of others, as linked
 *  calls and shared outages show: quality.corrected_lines. */
enum backoff_status tk_correct_clocks(struct tk_trace *trace);

/** Note where a line is missing, next to this one. False if memory ran out. */
bool tk_loss_note(struct tk_trace *trace, const struct tk_record *record);

/** Set quality.lost_share and what is known about it. */
enum backoff_status tk_measure_loss(struct tk_trace *trace);

/** Repeat some calls, as many as have lost all their lines. */
enum backoff_status tk_stand_in(struct tk_trace *trace);

/** Number texts in their order. The table of texts cannot be searched after
 *  that. */
enum backoff_status tk_renumber(struct tk_trace *trace);

/** Mark operations whose successes were filtered out: their silence means
 *  success. */
enum backoff_status tk_find_silent(struct tk_trace *trace,
				   const uint32_t *next);

/** Sum up what is missing. */
void tk_sum_up_quality(struct tk_trace *trace);

/** The longest line of attempts that one line stands for. */
#define TK_WHOLE_MAX 1000

/** Earliest start of the attempt after this record's wait. */
static inline uint64_t
tk_due_ns(const struct tk_record *record)
{
	uint64_t delay = record->attempt.delay_ns;

	if (delay == BACKOFF_ABSENT)
		return record->attempt.end_ns;
	return bo_add_sat(record->attempt.end_ns, delay);
}

#endif
