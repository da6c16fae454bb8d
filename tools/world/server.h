/* Targets that answer by their load: a quota, or workers with a queue. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_WORLD_SERVER_H
#define RS_WORLD_SERVER_H

#include "replay/event_queue.h"
#include "world/world.h"

/** One target. */
struct rs_server {
	/** Tokens of the quota at that time. */
	double tokens;
	uint64_t at_ns;
	/** By worker: when it is free; a heap, the earliest first. */
	uint64_t *free_ns;
	/** Ends of the attempts in the system. */
	struct rs_event_queue leaving;
};

/** Empty, with a full quota. BACKOFF_OK or BACKOFF_E_NOMEM. */
enum backoff_status rs_server_init(struct rs_server *server,
				   const struct rs_world *world,
				   uint64_t now_ns);
void rs_server_clear(struct rs_server *server);

/** Take a token; if there is none, set how long it takes to get one. */
bool rs_server_quota(struct rs_server *server,
		     const struct rs_world_quota *quota, uint64_t now_ns,
		     uint64_t *wait_ns);

/** What a queue did with an attempt. */
enum rs_served {
	RS_SERVED,
	RS_SERVED_NOT,
	RS_SERVED_NO_MEMORY,
};

/**
 * Queue an attempt, first come, first served.
 *
 * @param service_ns  time that a worker takes for it
 * @param end_ns      set if it is served, even if its caller left before
 */
enum rs_served rs_server_queue(struct rs_server *server,
			       const struct rs_world_capacity *capacity,
			       uint64_t now_ns, uint64_t service_ns,
			       uint64_t *end_ns);

#endif
