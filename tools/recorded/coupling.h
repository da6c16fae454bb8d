/* Whether an operation's failures follow its load, and how many of them are
 * throttling: then another policy's retries change the failures themselves. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_COUPLING_H
#define RS_COUPLING_H

#include <stdbool.h>
#include <stdint.h>

#include "recorded/log.h"

/** Failures are taken to follow load from this value of rs_coupling.z, or this
 *  share of throttling. In worlds whose failures do, z was above 4.7; in some
 *  of the many without, it was above 2 by chance. */
#define RS_COUPLING_Z 3.0
#define RS_COUPLING_THROTTLED 0.2
/** Throttling does not follow load if z is smaller than the first, and by more
 *  than the second than it would be if failures were in proportion to load. */
#define RS_COUPLING_Z_NONE 1.5
#define RS_COUPLING_Z_BELOW 3.0

struct rs_coupling {
	/** Whether the test could be made: all first attempts are logged, and
	 *  enough of them failed amid others. With a log of failures it cannot:
	 *  the times of the other calls are not known. */
	bool known;
	/**
	 * Standard normal if failures do not depend on load, and large if first
	 * attempts fail more often in seconds with more of them. Only times
	 * less than 30 s apart are compared, so that days and nights do not
	 * matter; outages that begin at random do not, either. 0 if not known.
	 */
	double z;
	/** About what z would be if failures were in proportion to load. */
	double z_proportional;
	/** Blocks of 30 s that had both outcomes and a changing load. */
	uint64_t blocks;
	/** Failure rates of first attempts in the seconds of those blocks with
	 *  less and with more load than their mean. */
	double calm_fails, busy_fails;
	/** The highest number of first attempts in a second, of all operations
	 *  on a target of this one. 0 if not known. */
	double load_seen_peak;
	/** Share of the failed attempts that are throttling: by their class,
	 *  429, or 503 with a hint. Known for every log. */
	double throttle_share;
};

/** Test one operation. BACKOFF_OK or BACKOFF_E_NOMEM. */
enum backoff_status rs_coupling_find(const struct rs_log *log,
				     const struct rs_operation *operation,
				     struct rs_coupling *out);

/** Whether answers about other loads are conditional. */
bool rs_coupling_found(const struct rs_coupling *coupling);

#endif
