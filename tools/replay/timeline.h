/* Equal bins over the time of a log, and the first attempts in each. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_TIMELINE_H
#define RS_TIMELINE_H

#include "base/num.h"
#include "recorded/log.h"

#define RS_TIMELINE_BINS 240

struct rs_groups;

struct rs_timeline {
	/** Begin and end of the log, or of its chosen part. */
	uint64_t from_ns, to_ns, bin_ns;
	/** At least 1, at most RS_TIMELINE_BINS. */
	size_t bins;
	/** By bin: calls that begin in it, which are the same under all
	 *  policies; the last ones are past the end. */
	uint64_t first[RS_TIMELINE_BINS + 1];
};

/** Bins are of a length that is easy to name: 1, 2 or 5 ms and so on, or a
 *  usual part of a minute, an hour or a day. */
void rs_timeline_init(struct rs_timeline *timeline, const struct rs_log *log,
		      const struct rs_groups *groups);

/** The bin of a time. Times before the log are in the first: the duration of an
 *  attempt that the log begins with. Its end is in the last, and what comes
 *  later in bin @ref bins. */
static inline size_t
rs_timeline_bin(const struct rs_timeline *timeline, uint64_t when_ns)
{
	uint64_t bin =
		bo_sub_sat(when_ns, timeline->from_ns) / timeline->bin_ns;

	if (when_ns > timeline->to_ns)
		return timeline->bins;
	return bin < timeline->bins ? (size_t)bin : timeline->bins - 1;
}

#endif
