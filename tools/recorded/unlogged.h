/* Start times of calls that have no line: all calls together are assumed to be
 * evenly spread over the time that the log covers, so these lie between the
 * logged ones. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_UNLOGGED_H
#define RS_UNLOGGED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/cover.h"

struct rs_unlogged {
	/** The time that the log covers, its length, and the number of unlogged
	 *  calls. */
	const struct tk_cover *cover;
	uint64_t length_ns, count;
	size_t bins;
	/** Unlogged calls before each bin; bins + 1 entries. */
	uint64_t *before;
};

/**
 * @param cover   the time that the log covers; must outlive this
 * @param logged  when the logged calls began, sorted; calls at other times do
 *                not count
 * @return false if memory ran out
 */
bool rs_unlogged_init(struct rs_unlogged *unlogged,
		      const struct tk_cover *cover, uint64_t count,
		      const uint64_t *logged, size_t logged_count);
void rs_unlogged_clear(struct rs_unlogged *unlogged);

/** Start of call number @p k (from 0); UINT64_MAX past the last. */
uint64_t rs_unlogged_at(const struct rs_unlogged *unlogged, uint64_t k);

/** Number of the first call that begins at or after a time. */
uint64_t rs_unlogged_from(const struct rs_unlogged *unlogged, uint64_t when_ns);

#endif
