/* What an attempt meets in a world: success or failure, and for how long. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_WORLD_MEET_H
#define RS_WORLD_MEET_H

#include "world/scene.h"
#include "world/server.h"

struct rs_meeting {
	/** NULL: it succeeds. */
	const struct rs_world_error *error;
	/** Without a time limit. */
	uint64_t duration_ns;
	/** BACKOFF_ABSENT if the peer gives no hint. */
	uint64_t hint_ns;
};

/**
 * Let an attempt meet its target.
 *
 * @param server  of the call's target
 * @param key     of the attempt's draws
 * @return false if memory ran out
 */
bool rs_meet(struct rs_scene *scene, struct rs_server *server, size_t call,
	     const struct rs_scene_fate *fate, uint64_t key, uint64_t now_ns,
	     struct rs_meeting *out);

#endif
