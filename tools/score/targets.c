/* Holds sums against targets. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include "score/score.h"

/* One-sided level of all tests, and its normal quantile. */
#define LEVEL 0.01
#define Z_LEVEL 2.3263478740408408
/* Coverage below which a world must not lie. */
#define WORLD_COVERAGE 0.88

const char *
rs_target_state_name(enum rs_target_state state)
{
	static const char *const name[] = {
		[RS_TARGET_MET] = "met",
		[RS_TARGET_NEAR] = "missed, within chance",
		[RS_TARGET_MISSED] = "missed",
		[RS_TARGET_NO_DATA] = "no data",
	};

	return name[state];
}

double
rs_binomial_below(uint32_t k, uint32_t n, double p)
{
	double sum = 0, term;

	if (k >= n)
		return 1;
	for (uint32_t i = 0; i <= k; i++) {
		term = lgamma(n + 1.0) - lgamma(i + 1.0) - lgamma(n - i + 1.0);
		sum += exp(term + i * log(p) + (n - i) * log1p(-p));
	}
	return fmin(1, sum);
}

/* A share of cells, and a bound that it must not be below, or above. */
static void
judge_share(struct rs_target *target, const char *text, uint32_t count,
	    uint32_t of, double bound, bool at_least)
{
	bool met;

	*target = (struct rs_target){.text = text,
				     .bound = bound,
				     .at_least = at_least,
				     .count = of,
				     .state = RS_TARGET_NO_DATA};
	if (of == 0)
		return;
	target->value = (double)count / of;
	met = at_least ? target->value >= bound : target->value <= bound;
	target->state = RS_TARGET_MET;
	if (met)
		return;
	/* P(as bad as this, or worse) at the bound itself. */
	if (!at_least)
		count = of - count;
	target->state = rs_binomial_below(count, of,
					  at_least ? bound : 1 - bound) < LEVEL
				? RS_TARGET_MISSED
				: RS_TARGET_NEAR;
}

/* A mean that must not be above its bound. */
static void
judge_mean(struct rs_target *target, const char *text, double value, double se,
	   uint32_t count, double bound)
{
	*target = (struct rs_target){.text = text,
				     .value = value,
				     .bound = bound,
				     .count = count,
				     .state = RS_TARGET_NO_DATA};
	if (count == 0)
		return;
	if (value <= bound)
		target->state = RS_TARGET_MET;
	else
		target->state = value - Z_LEVEL * se > bound ? RS_TARGET_MISSED
							     : RS_TARGET_NEAR;
}

/* The number of environment worlds whose coverage is significantly low. */
static void
judge_worlds(struct rs_target *target, const struct rs_scoreboard *board,
	     const struct rs_score_plan *plan)
{
	uint32_t low = 0, count = 0;

	for (size_t i = 0; i < board->world_count; i++) {
		const struct rs_score *score = &board->world[i];

		if (plan->world[i].group != RS_WORLD_ENVIRONMENT ||
		    score->cells == 0)
			continue;
		count++;
		low += rs_binomial_below(score->covered, score->cells,
					 WORLD_COVERAGE) < LEVEL;
	}
	judge_mean(target, "environment worlds with coverage below 88 %", low,
		   0, count, 0);
}

static void
judge_all(struct rs_target *target, const struct rs_score *score)
{
	judge_share(&target[RS_TARGET_PROSPECTIVE],
		    "next windows covered, with 10 incidents or more",
		    score->windows_within, score->windows, 0.85, true);
	judge_share(&target[RS_TARGET_WRONG],
		    "wrong by more than .15 points, without a flag",
		    score->wrong_unflagged, score->wrong, 0.05, false);
	judge_share(&target[RS_TARGET_RIGHT], "right, with a flag",
		    score->right_flagged, score->right, 0.15, false);
	judge_share(&target[RS_TARGET_BETTER],
		    "better by more than .1 points, answered",
		    score->better_answered, score->better, 0.7, true);
	judge_share(&target[RS_TARGET_DECISIVE], "decisive verdicts, right",
		    score->decisive_right, score->decisive, 0.98, true);
	judge_mean(&target[RS_TARGET_SAME],
		   "recorded policies that are not a fixed point",
		   score->same_wrong, 0, score->same, 0);
}

void
rs_scoreboard_judge(struct rs_scoreboard *board,
		    const struct rs_score_plan *plan)
{
	const struct rs_score *score = &board->group[RS_WORLD_ENVIRONMENT];
	const struct rs_score *fate = &board->group[RS_WORLD_FATE];
	struct rs_target *target = board->target;

	judge_mean(&target[RS_TARGET_ERROR], "environment: mean error, points",
		   score->error, score->error_se, score->cells, 0.04);
	judge_mean(&target[RS_TARGET_ERROR_P95],
		   "environment: 95th percentile of errors, points",
		   score->error_p95, 2 * score->error_se, score->cells, 0.15);
	judge_share(&target[RS_TARGET_COVERAGE_LOW],
		    "environment: truth within the interval, at least",
		    score->covered, score->cells, 0.93, true);
	judge_share(&target[RS_TARGET_COVERAGE_HIGH],
		    "environment: truth within the interval, at most",
		    score->covered, score->cells, 0.98, false);
	judge_share(&target[RS_TARGET_RIGHT_ENVIRONMENT],
		    "environment: right, with a flag", score->right_flagged,
		    score->right, 0.15, false);
	judge_worlds(&target[RS_TARGET_WORLDS], board, plan);
	judge_share(&target[RS_TARGET_HULL],
		    "fate: truth within the stated hull", fate->in_hull,
		    fate->cells, 0.95, true);
	judge_mean(&target[RS_TARGET_ATTEMPTS],
		   "environment: error of attempts per call", score->attempts,
		   score->attempts_se, score->cells, 0.001);
	judge_share(&target[RS_TARGET_P99],
		    "environment: p99 within .1 points of rank or covered",
		    score->p99_right, score->p99_cells, 0.95, true);
	judge_mean(&target[RS_TARGET_GIVE_UP],
		   "environment: error of p99 of giving up", score->give_up,
		   score->give_up_se, score->give_up_cells, 0.06);
	judge_all(target, &board->all);
}

/* The short run has more worlds of fates than the whole list: its answers have
 * to be conditional more often. */
static bool
counts(size_t target, bool small)
{
	return !small || target != RS_TARGET_RIGHT;
}

bool
rs_scoreboard_missed(const struct rs_scoreboard *board, bool small)
{
	for (size_t i = 0; i < RS_TARGETS; i++) {
		enum rs_target_state state = board->target[i].state;

		if (counts(i, small) && (state == RS_TARGET_MISSED ||
					 (state == RS_TARGET_NEAR && !small)))
			return true;
	}
	return false;
}
