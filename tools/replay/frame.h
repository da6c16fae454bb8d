/* What the details of all policies on one operation share: bins, incidents, and
 * the calls in them. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_FRAME_H
#define RS_FRAME_H

#include "replay/group.h"
#include "replay/timeline.h"
#include "replay/window.h"

struct rs_frame {
	const struct rs_log *log;
	const struct rs_operation *operation;
	struct rs_groups groups;
	struct rs_timeline timeline;
	/** Incidents that a call of the operation meets, by time, and the
	 *  calls that begin in each. */
	struct rs_subject_incident *incident;
	uint64_t *begun;
	size_t incidents;
};

/** BACKOFF_OK or BACKOFF_E_NOMEM; clear it in either case. */
enum backoff_status rs_frame_init(struct rs_frame *frame,
				  const struct rs_log *log,
				  const struct rs_operation *operation,
				  const struct rs_window *window,
				  const struct rs_finding *finding);
void rs_frame_clear(struct rs_frame *frame);

/** The incident at a time; SIZE_MAX if there is none. */
size_t rs_frame_incident(const struct rs_frame *frame, uint64_t when_ns);

/** When a call of the log begins. */
static inline uint64_t
rs_frame_start_ns(const struct rs_frame *frame, uint32_t call)
{
	return frame->log->start_ns[frame->log->call[call].first];
}

#endif
