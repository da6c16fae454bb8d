/* How much of an operation's results the log leaves uncertain: lines that are
 * lost or bad, clocks that differ, gaps. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_DOUBT_H
#define RS_DOUBT_H

#include <stdbool.h>
#include <stdint.h>

#include "recorded/log.h"

enum rs_doubt {
	RS_DOUBT_NONE,
	/** Lines are missing. */
	RS_DOUBT_LOSS,
	/** Lines could not be read, and so are missing. */
	RS_DOUBT_BAD_LINES,
	/** Clocks differ, or have a wrong date. */
	RS_DOUBT_SKEW,
	/** A piece of the log is missing, and with it calls that --calls
	 *  counts. */
	RS_DOUBT_GAP,
	RS_DOUBT_COUNT
};

/** What one kind of doubt does to the results of an operation. */
struct rs_flaw {
	/** How much of the log it concerns: the share of lines that are lost or
	 *  bad, or whose times are or were wrong; of the time that is in gaps.
	 *  0 if there is no such doubt; 1 if its size is not known. */
	double size;
	/** For RS_DOUBT_SKEW: the largest difference of clocks. */
	uint64_t skew_ns;
	/** Replay corrects for it; @ref share is what remains. */
	bool corrected;
	/**
	 * The share of the operation's calls whose results are uncertain, in
	 * [0, 1]: a success rate, and the difference between those of two
	 * policies, may be wrong by this in either direction. 0 if the
	 * correction leaves nothing to say; 1 if the log supports no verdict.
	 */
	double share;
};

/** Size one kind of doubt. */
void rs_log_flaw(const struct rs_log *log, const struct rs_operation *operation,
		 enum rs_doubt doubt, struct rs_flaw *out);

/** The first doubt for which the log supports no verdict at all, or NONE. One
 *  that only leaves results uncertain is a condition, not a reason to withhold
 *  them: see rs_log_flaw(). */
enum rs_doubt rs_log_doubt(const struct rs_log *log,
			   const struct rs_operation *operation);

/** Whether the lines that could not be read count as missing. */
bool rs_log_lost_bad_lines(const struct rs_log *log);

/** "lost_lines", "clock_skew"; "" for NONE. */
const char *rs_doubt_name(enum rs_doubt doubt);

#endif
