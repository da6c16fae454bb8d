/* Numbers the attempts of calls whose lines do not say their number. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_ORDER_H
#define TK_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

/** A greater number of attempts, or 0, does not limit: logs write the largest
 *  number of 32 bits, or nearly that, for "as often as needed". */
#define TK_ATTEMPTS_MAX (UINT64_C(1) << 30)

/** How the number of an attempt was found. */
enum tk_order_way {
	/** It is in the log. */
	TK_ORDER_GIVEN,
	/** From the number of attempts that are left. */
	TK_ORDER_LEFT,
	/** By order, in the call that its id names. */
	TK_ORDER_ID,
	/** By order, in its lane: a thread or the like. */
	TK_ORDER_LANE,
	/** By when the waits of other calls ended. */
	TK_ORDER_TIME,
	TK_ORDER_WAYS
};

/** A line about an attempt: one that will be retried, or the last of a call. */
struct tk_order_line {
	enum backoff_event_type type;
	/** What names its operation, call and lane: any numbers; 0 for an id
	 *  or lane that is not known. */
	uint64_t operation, id, lane;
	/** As in struct backoff_event. */
	uint64_t ts_ns, duration_ns, delay_ns, attempt, max_attempts;
	/** Attempts left after this one, or BACKOFF_ABSENT. */
	uint64_t left;
	/** It is known to continue a call. */
	bool follows;
	/** It is not an attempt: it ends a call, maybe in its wait, and gets
	 *  the number of its last attempt. */
	bool closes;
	/** The number that later lines prove it to have; 0: none do. */
	uint32_t proved;
};

struct tk_order_number {
	uint64_t number;
	enum tk_order_way way;
};

struct tk_order;

/** @param size  about the number of calls to remember, of which the least
 *               recently used give way. NULL if there is no memory. */
struct tk_order *tk_order_new(size_t size);
void tk_order_free(struct tk_order *order);

/**
 * Number a line, in the order of their times.
 *
 * A line continues a call whose wait is over: the one of its id; else of its
 * lane, if the log shows that a lane has one call at a time; else one of its
 * operation. Without an id, the time since must be usual for the operation,
 * which is learned. A line that continues none begins a call.
 *
 * @return false if there is no memory
 */
bool tk_order_number(struct tk_order *order, const struct tk_order_line *line,
		     struct tk_order_number *out);

/** Calls that were forgotten while they waited: their next lines seem to begin
 *  new ones. */
uint64_t tk_order_forgotten(const struct tk_order *order);

/** Note the attempts that a line has left, before lines are numbered: the most
 *  of an operation are those after a first attempt. */
bool tk_order_note_left(struct tk_order *order, uint64_t operation,
			uint64_t left);

/** The number of attempts of that operation, from what its lines have left; 0
 *  if there is no limit, or it is not known. */
uint64_t tk_order_limit(struct tk_order *order, uint64_t operation);

/**
 * Prepare to go through the same lines again, with what has been learned from
 * all of them. After TK_ORDER_PASSES times, the numbers do not depend on what
 * comes first in the log.
 */
void tk_order_again(struct tk_order *order);
#define TK_ORDER_PASSES 4

/** The next time for a line without one, where the order of lines is all that
 * is known: the waits of all lines so far fit before it. The clock is 0 to
 * begin with; its times are of 1970. */
uint64_t tk_order_clock(uint64_t *clock_ns, uint64_t delay_ns);

#endif
