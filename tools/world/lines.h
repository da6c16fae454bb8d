/* The events of a call in a world, as the library's loops log them. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_WORLD_LINES_H
#define RS_WORLD_LINES_H

#include "world/scene.h"

/** What the log says about a call at the end of an attempt or wait. */
struct rs_line {
	const struct rs_scene *scene;
	const struct backoff_policy *policy;
	size_t call;
	const struct backoff_state *state;
	const struct backoff_decision *decision;
	/** NULL: no attempt ended, but a guard or the deadline ended the
	 *  call. */
	const struct backoff_outcome *outcome;
	uint32_t attempt;
	/** The attempt's time limit and start; BACKOFF_FOREVER without a limit.
	 */
	uint64_t attempt_timeout_ns, attempt_start_ns;
	uint64_t in_flight, sequence;
	const struct backoff_guard *guard;
	uint64_t now_ns;
};

/** Text that an event points to. */
struct rs_line_text {
	char hash[24], id[24], target[24], host[24], law[32], budget[96];
};

/** Fill in the event. False if the log leaves this line out. */
bool rs_line_event(const struct rs_line *line, struct rs_line_text *text,
		   struct backoff_event *event);

/** Write an event in the format of the world's log, with a newline. Returns the
 *  length, or 0 if it does not fit. */
size_t rs_line_encode(const struct rs_world *world,
		      const struct backoff_event *event, char *line,
		      size_t size);

/** The transition of a breaker that the decision made. */
void rs_line_transition(const struct rs_line *line, struct rs_line_text *text,
			struct backoff_event *event);

#endif
