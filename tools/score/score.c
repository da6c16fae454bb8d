/* Adds up cells. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "score/score.h"

/* Fewer failed calls have no 99th percentile to speak of. */
#define GIVE_UP_CALLS_MIN 20
/* A tenth of a point of rank. */
#define RANK_SLACK 0.001
/* Logs with fewer incidents say little about the next window. */
#define INCIDENTS_MIN 10

/* A mean, and its standard error from the means of recordings, whose cells have
 * their mistakes in common. */
struct mean {
	double sum, cluster_sum, clusters, clusters_squared;
	uint32_t count, cluster_count, cluster_cells;
};

static void
mean_add(struct mean *mean, double value)
{
	mean->sum += value;
	mean->count++;
	mean->cluster_sum += value;
	mean->cluster_cells++;
}

static void
mean_end_cluster(struct mean *mean)
{
	double cluster;

	if (mean->cluster_cells == 0)
		return;
	cluster = mean->cluster_sum / mean->cluster_cells;
	mean->clusters += cluster;
	mean->clusters_squared += cluster * cluster;
	mean->cluster_count++;
	mean->cluster_sum = 0;
	mean->cluster_cells = 0;
}

static void
mean_finish(struct mean *mean, double *value, double *error)
{
	double n = mean->cluster_count, average;

	mean_end_cluster(mean);
	n = mean->cluster_count;
	*value = mean->count ? mean->sum / mean->count : 0;
	*error = 0;
	if (n < 2)
		return;
	average = mean->clusters / n;
	*error = sqrt(fmax(0, mean->clusters_squared / n - average * average) /
		      (n - 1));
}

/* Sums under way. */
struct adding {
	const struct rs_score_plan *plan;
	struct rs_score *score;
	struct mean error, attempts, give_up;
	/** Errors, for their percentile. */
	double *errors;
};

static void
add_times(struct adding *adding, const struct rs_cell *cell)
{
	const struct rs_cell_time *success = &cell->success;
	const struct rs_cell_time *failure = &cell->failure;

	if (success->calls > 0) {
		bool near = success->estimate > 0 &&
			    success->rank_low <= 0.99 + RANK_SLACK &&
			    success->rank_high >= 0.99 - RANK_SLACK;
		bool covered = success->truth >= success->low - 1e-6 &&
			       success->truth <= success->high + 1e-6;

		adding->score->p99_cells++;
		adding->score->p99_right += near || covered;
	}
	if (failure->calls >= GIVE_UP_CALLS_MIN && failure->truth > 0) {
		adding->score->give_up_cells++;
		mean_add(&adding->give_up,
			 fabs(failure->estimate / failure->truth - 1));
	}
}

static bool
decisive_right(const struct rs_cell *cell)
{
	switch (cell->verdict) {
	case RS_VERDICT_BETTER:
		return cell->difference_truth > 0;
	case RS_VERDICT_WORSE:
		return cell->difference_truth < 0;
	default:
		return fabs(cell->difference_truth) <= cell->margin + 1e-9;
	}
}

static void
add_verdict(struct rs_score *score, const struct rs_cell *cell)
{
	bool wrong = rs_cell_error(cell) > RS_SCORE_WRONG;
	bool decisive = cell->verdict == RS_VERDICT_BETTER ||
			cell->verdict == RS_VERDICT_WORSE ||
			cell->verdict == RS_VERDICT_EQUAL;

	score->wrong += wrong;
	score->wrong_unflagged += wrong && !cell->flagged;
	score->right += !wrong;
	score->right_flagged += !wrong && cell->flagged;
	if (cell->difference_truth * 100 > RS_SCORE_BETTER) {
		score->better++;
		score->better_answered +=
			cell->verdict != RS_VERDICT_CANNOT_TELL;
	}
	if (decisive) {
		score->decisive++;
		score->decisive_right += decisive_right(cell);
	}
}

/* Whether the log has everything, and right times. */
static bool
is_whole(const struct rs_score_plan *plan, const struct rs_cell *cell)
{
	const struct rs_world *world = &plan->world[cell->world];

	return world->log.successes == 0 && !(world->log.loss > 0) &&
	       !(world->hosts.skew > 0);
}

/* The recorded policy must be a fixed point. */
static void
add_same(struct rs_score *score, const struct rs_cell *cell)
{
	score->same++;
	score->same_wrong +=
		fabs(cell->estimate - cell->realised) > 0.5 / cell->calls ||
		fabs(cell->attempts / cell->attempts_truth - 1) > 1e-9;
}

static void
add(struct adding *adding, const struct rs_cell *cell)
{
	struct rs_score *score = adding->score;

	if (cell->same) {
		if (is_whole(adding->plan, cell))
			add_same(score, cell);
		return;
	}
	adding->errors[score->cells++] = rs_cell_error(cell);
	mean_add(&adding->error, rs_cell_error(cell));
	mean_add(&adding->attempts,
		 fabs(cell->attempts / cell->attempts_truth - 1));
	score->covered += rs_cell_within(cell, cell->interval);
	score->in_hull += rs_cell_within(cell, cell->outer) ||
			  rs_cell_within(cell, cell->interval);
	if (cell->incidents >= INCIDENTS_MIN) {
		score->windows += cell->windows;
		score->windows_within += cell->windows_within;
	}
	add_times(adding, cell);
	add_verdict(score, cell);
}

static int
by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

/* Add the cells of a world, of a group, or all. */
static enum backoff_status
add_up(struct rs_score *score, const struct rs_score_plan *plan,
       const struct rs_cells *cells, size_t world, int group)
{
	struct adding adding = {.plan = plan, .score = score};
	const struct rs_cell *before = NULL;

	*score = (struct rs_score){0};
	adding.errors = calloc(cells->count + 1, sizeof(*adding.errors));
	if (adding.errors == NULL)
		return BACKOFF_E_NOMEM;
	for (size_t i = 0; i < cells->count; i++) {
		const struct rs_cell *cell = &cells->item[i];

		if ((world != SIZE_MAX && cell->world != world) ||
		    (group >= 0 && plan->world[cell->world].group != group))
			continue;
		if (before && (before->world != cell->world ||
			       before->seed != cell->seed ||
			       before->record != cell->record)) {
			mean_end_cluster(&adding.error);
			mean_end_cluster(&adding.attempts);
			mean_end_cluster(&adding.give_up);
		}
		add(&adding, cell);
		before = cell;
	}
	mean_finish(&adding.error, &score->error, &score->error_se);
	mean_finish(&adding.attempts, &score->attempts, &score->attempts_se);
	mean_finish(&adding.give_up, &score->give_up, &score->give_up_se);
	if (score->cells > 0) {
		qsort(adding.errors, score->cells, sizeof(*adding.errors),
		      by_value);
		score->error_p95 =
			adding.errors[(score->cells * 95 + 99) / 100 - 1];
	}
	free(adding.errors);
	return BACKOFF_OK;
}

enum backoff_status
rs_scoreboard_init(struct rs_scoreboard *board,
		   const struct rs_score_plan *plan,
		   const struct rs_cells *cells)
{
	enum backoff_status status;

	*board = (struct rs_scoreboard){.world_count = plan->world_count};
	board->world = calloc(plan->world_count + 1, sizeof(*board->world));
	if (board->world == NULL)
		return BACKOFF_E_NOMEM;
	status = add_up(&board->all, plan, cells, SIZE_MAX, -1);
	for (int group = 0; group < 3 && status == BACKOFF_OK; group++)
		status = add_up(&board->group[group], plan, cells, SIZE_MAX,
				group);
	for (size_t i = 0; i < plan->world_count && status == BACKOFF_OK; i++)
		status = add_up(&board->world[i], plan, cells, i, -1);
	if (status == BACKOFF_OK)
		rs_scoreboard_judge(board, plan);
	else
		rs_scoreboard_clear(board);
	return status;
}

void
rs_scoreboard_clear(struct rs_scoreboard *board)
{
	free(board->world);
	*board = (struct rs_scoreboard){0};
}
