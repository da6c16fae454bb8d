/* What is missing or doubtful in a log, counted. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_QUALITY_H
#define TK_QUALITY_H

#include <stdbool.h>
#include <stdint.h>

#include "dialect/order.h"

/** Evidence that lines are missing. */
struct tk_loss {
	/** Numbers that processes gave to lines, and lines that they report as
	 *  not written: of any operation. */
	uint64_t lost_lines;
	/** Lines of a later attempt without one of the attempt before it, in
	 *  calls that began while the log was written; and how many of them end
	 *  their call. */
	uint64_t orphans, orphan_ends;
	/** Calls without an end, although the log goes on. In a log without
	 *  successes, a lower estimate. */
	uint64_t missing_ends;
};

/** Names that are read as one: see tk_pool_names(). */
struct tk_pooled {
	/** How many, and how many names they are read as. */
	uint64_t names, into;
	/** The number of the name that most of them are read as; 0 if none
	 *  is. */
	uint32_t most;
};

/** Clocks that differ by less hide nothing: the shortest time through which an
 *  estimator looks at other calls. */
#define TK_SKEW_MAX_NS UINT64_C(250000000)

struct tk_quality {
	/** Sums over all operations. */
	struct tk_loss loss;
	/** The share of lines that is lost; whether it is measured, by numbers
	 *  or by lines that lack a neighbour, and not only evidence; and
	 *  whether loss looks random: at any time, and of any line. */
	double lost_share;
	bool loss_measured, lost_evenly;
	/** Calls that are there twice, because each stands for one that has
	 *  lost all its lines. */
	uint64_t stand_ins;
	/** Lines without an id that would have taken far longer than others if
	 *  they belonged to the call before. */
	uint64_t parted;
	/** Lines that were read before, and are left out. */
	uint64_t copies;
	/** How often a process's numbers began again or leapt. */
	uint64_t resets;
	/** Hosts and pids that several processes share, so that numbers prove
	 *  nothing. */
	uint64_t mixed;
	/** Lines so far from all others that they are left out. */
	uint64_t strays;
	/** One of them; 0 if there is none. */
	uint64_t stray_ns;
	/** Lines that are left out because their date must be wrong, the
	 *  farthest distance, and the number of the name of a host that wrote
	 *  some. Too few to matter are only strays. */
	uint64_t misdated, misdated_ns;
	uint32_t misdated_host;
	/** Lines with a time before that of their cause, the difference of the
	 *  clocks that follows, and whether it was found by host. */
	uint64_t skewed_lines, skew_ns;
	bool skew_by_host;
	/** Hosts whose clocks were corrected, their lines, and the largest
	 *  correction; and what then remains of skewed_lines and skew_ns. */
	uint64_t corrected_hosts, corrected_lines, corrected_ns;
	uint64_t skewed_lines_left, skew_left_ns;
	/** Lines of attempts; and how many got their number in each way. */
	uint64_t attempts, by_way[TK_ORDER_WAYS];
	/** Lines of attempts that were to be retried; how many do not give the
	 *  delay. */
	uint64_t retried, unknown_delays;
	/** Lines of attempts without a time. */
	uint64_t timeless;
	/** Names of operations and of targets that are read as one. */
	struct tk_pooled operations, targets;
	/** Times in which the log was not written, and their length. */
	uint64_t gaps, gap_ns;
};

/** Attempts that were numbered by their order only. */
static inline uint64_t
tk_quality_by_order(const struct tk_quality *quality)
{
	return quality->by_way[TK_ORDER_ID] + quality->by_way[TK_ORDER_LANE] +
	       quality->by_way[TK_ORDER_TIME];
}

/** Whether lines are known to be missing. */
static inline bool
tk_loss_any(const struct tk_loss *loss)
{
	return loss->lost_lines > 0 || loss->orphans > 0 ||
	       loss->missing_ends > 0;
}

#endif
