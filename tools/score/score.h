/* The scoreboard: cells added up, and held against targets. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_SCORE_SCORE_H
#define RS_SCORE_SCORE_H

#include "score/measure.h"

/** Cells wrong by more than this, in points, need a flag. */
#define RS_SCORE_WRONG 0.15
/** Policies better by more than this, in points, need an answer. */
#define RS_SCORE_BETTER 0.1

/** Sums over cells; the recorded policy itself is left out. */
struct rs_score {
	uint32_t cells;
	/** Mean and 95th percentile of errors, in points. */
	double error, error_p95;
	/** Standard error of the mean, recordings taken as independent. */
	double error_se;
	uint32_t covered, in_hull;
	/** Mean relative error of attempts per call. */
	double attempts, attempts_se;
	/** p99 of calls that succeed: cells that have one, and those within a
	 *  tenth of a point of rank or covered. */
	uint32_t p99_cells, p99_right;
	/** p99 of calls that fail, if there are enough: mean relative error. */
	uint32_t give_up_cells;
	double give_up, give_up_se;
	/** Other windows, for logs with enough incidents. */
	uint32_t windows, windows_within;
	uint32_t wrong, wrong_unflagged, right, right_flagged;
	uint32_t better, better_answered;
	uint32_t decisive, decisive_right;
	/** Cells of the recorded policy itself, from logs that have everything,
	 *  and those that are not exactly what was recorded. */
	uint32_t same, same_wrong;
};

/** Targets, in the order of the report. */
enum rs_target_name {
	RS_TARGET_ERROR,
	RS_TARGET_ERROR_P95,
	RS_TARGET_COVERAGE_LOW,
	RS_TARGET_COVERAGE_HIGH,
	RS_TARGET_WORLDS,
	RS_TARGET_HULL,
	RS_TARGET_ATTEMPTS,
	RS_TARGET_P99,
	RS_TARGET_GIVE_UP,
	RS_TARGET_PROSPECTIVE,
	RS_TARGET_WRONG,
	RS_TARGET_RIGHT,
	RS_TARGET_RIGHT_ENVIRONMENT,
	RS_TARGET_BETTER,
	RS_TARGET_DECISIVE,
	RS_TARGET_SAME,
	RS_TARGETS,
};

enum rs_target_state {
	RS_TARGET_MET,
	/** Missed, but by no more than chance explains. */
	RS_TARGET_NEAR,
	RS_TARGET_MISSED,
	/** There is nothing to judge by. */
	RS_TARGET_NO_DATA,
};

struct rs_target {
	/** "mean error in environment worlds, points". */
	const char *text;
	double value, bound;
	/** The value must not be below the bound, rather than not above. */
	bool at_least;
	uint32_t count;
	enum rs_target_state state;
};

struct rs_scoreboard {
	/** By world of the plan. */
	struct rs_score *world;
	size_t world_count;
	/** By group, and over all. */
	struct rs_score group[3], all;
	struct rs_target target[RS_TARGETS];
};

/** Add up. BACKOFF_OK or BACKOFF_E_NOMEM. */
enum backoff_status rs_scoreboard_init(struct rs_scoreboard *board,
				       const struct rs_score_plan *plan,
				       const struct rs_cells *cells);
void rs_scoreboard_clear(struct rs_scoreboard *board);

/** Hold the sums against the targets. */
void rs_scoreboard_judge(struct rs_scoreboard *board,
			 const struct rs_score_plan *plan);

/** Whether a target is missed: of a small run only if chance does not explain
 *  it. */
bool rs_scoreboard_missed(const struct rs_scoreboard *board, bool small);

/** "met", "missed" and so on. */
const char *rs_target_state_name(enum rs_target_state state);

/** P(X <= k) of a binomial law. */
double rs_binomial_below(uint32_t k, uint32_t n, double p);

#endif
