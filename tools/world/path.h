/* The path of a process through time, made as far as it is asked for. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_WORLD_PATH_H
#define RS_WORLD_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "world/world.h"

/** The path keeps this value from this time until the next segment. */
struct rs_segment {
	uint64_t from_ns;
	/** Probability of failure; of a wander, the factor of latencies. */
	float value;
	uint32_t state;
};

struct rs_path {
	/** One of the two is set. */
	const struct rs_world_process *process;
	const struct rs_world_wander *wander;
	uint64_t key, begin_ns;
	struct rs_segment *item;
	size_t count, room;
	/** Segment of the last look. */
	size_t at;
	/** End of the last segment. */
	uint64_t end_ns;
	/** The logit of a walk, or the logarithm of a wander. */
	double level;
};

/** Begin a path early enough before @p begin_ns that its first state no longer
 *  matters. */
void rs_path_init(struct rs_path *path, const struct rs_world_process *process,
		  const struct rs_world_wander *wander, uint64_t key,
		  uint64_t begin_ns);
void rs_path_clear(struct rs_path *path);

/** The segment at a time, and its end. NULL if memory ran out. */
const struct rs_segment *rs_path_at(struct rs_path *path, uint64_t now_ns,
				    uint64_t *end_ns);

/** Probability of failure at a time of a path whose segment is known. */
double rs_path_fails(const struct rs_path *path,
		     const struct rs_segment *segment, uint64_t now_ns);

#endif
