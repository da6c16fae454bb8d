/* What happens in a world whatever the policy: calls, their fate, and the state
 * of their targets. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_WORLD_SCENE_H
#define RS_WORLD_SCENE_H

#include "world/path.h"

/** Wall time at which logs begin: 1 January 2026, 00:00 UTC. */
#define RS_SCENE_BEGIN_NS (UINT64_C(1767225600) * 1000000000)

struct rs_scene_call {
	uint64_t start_ns;
	uint32_t target, host;
};

/** The fate of a call. */
struct rs_scene_fate {
	bool permanent;
	/** Probability that an attempt fails for the call's own reasons. */
	double own;
	/** Attempts before this fail. */
	uint64_t clear_ns;
	/** Factor of latencies. */
	double size;
};

struct rs_scene {
	const struct rs_world *world;
	uint64_t seed;
	struct rs_scene_call *call;
	size_t call_count;
	/** By process and target: see rs_scene_path(). */
	struct rs_path *path;
	size_t path_count;
	struct rs_path wander;
	/** By host: how far its clock is ahead, in nanoseconds. */
	int64_t *skew_ns;
};

/** Purposes of draws; other rooms use those below. */
enum rs_scene_purpose {
	RS_SCENE_ARRIVAL = BACKOFF_PURPOSE_USER + 1000,
	RS_SCENE_TARGET,
	RS_SCENE_FATE,
	RS_SCENE_PATH,
	RS_SCENE_SKEW,
	RS_SCENE_OUTCOME,
	RS_SCENE_DURATION,
	RS_SCENE_DELAY,
	RS_SCENE_LOSS,
	RS_SCENE_SERVICE,
};

/** BACKOFF_OK or BACKOFF_E_NOMEM. The world must outlive the scene. */
enum backoff_status rs_scene_init(struct rs_scene *scene,
				  const struct rs_world *world, uint64_t seed);
void rs_scene_clear(struct rs_scene *scene);

/** The fate of a call; always the same. */
struct rs_scene_fate rs_scene_fate(const struct rs_scene *scene, size_t call);

/** The path of a process for a target. */
static inline struct rs_path *
rs_scene_path(struct rs_scene *scene, uint32_t process, uint32_t target)
{
	bool each = scene->world->process[process].scope == 1;

	return &scene->path[process * scene->world->targets.count +
			    (each ? target : 0)];
}

#endif
