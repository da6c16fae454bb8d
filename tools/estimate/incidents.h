/* Times in which a target was much worse than usual. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_INCIDENTS_H
#define RS_INCIDENTS_H

#include "estimate/estimate.h"
#include "estimate/posterior.h"

struct rs_incidents {
	struct rs_incident *item;
	/** By operation: its incidents are [first, next first). */
	size_t *first;
};

/** Find the incidents of each operation's targets. Those that overlap, of
 *  several targets, are one. BACKOFF_OK or BACKOFF_E_NOMEM. */
enum backoff_status rs_incidents_init(struct rs_incidents *incidents,
				      const struct rs_log *log,
				      const struct rs_posterior *posterior);
void rs_incidents_clear(struct rs_incidents *incidents);

#endif
