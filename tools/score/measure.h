/* Generates logs of worlds, compares, and collects cells. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_SCORE_MEASURE_H
#define RS_SCORE_MEASURE_H

#include "replay/compare.h"
#include "score/cell.h"

struct rs_score_plan {
	const struct rs_world *world;
	size_t world_count;
	uint64_t first_seed;
	/** Windows of each world; 0: as many as its file says. */
	uint32_t seeds;
	uint32_t noise_count, window_count, replicas;
	/** Processes that work at once. */
	uint32_t processes;
	const struct rs_estimator *estimator;
	/** If not NULL: called when a world is done. */
	void (*on_world)(void *user, size_t world, double seconds);
	void *user;
};

struct rs_cells {
	struct rs_cell *item;
	size_t count, room;
};

/** The label of a cell's policy. */
const char *rs_measure_policy(const struct rs_world *world, uint32_t policy);

/** False if memory ran out. */
bool rs_cells_push(struct rs_cells *cells, const struct rs_cell *cell);
void rs_cells_clear(struct rs_cells *cells);

/** Add all cells of a world. BACKOFF_OK or BACKOFF_E_NOMEM. */
enum backoff_status rs_measure(const struct rs_score_plan *plan, size_t world,
			       struct rs_cells *cells);

/** Add the cells of all worlds, in their order, with several processes.
 *  BACKOFF_OK; BACKOFF_E_NOMEM, also if a process dies; BACKOFF_E_IO (errno).
 */
enum backoff_status rs_measure_all(const struct rs_score_plan *plan,
				   struct rs_cells *cells);

#endif
