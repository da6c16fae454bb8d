/* The scoreboard for people. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "common/table.h"
#include "score/board_out.h"

static const char *const heading[] = {
	"world",  "group",    ">cells",   ">error",  ">p95",
	">cover", ">hull",    ">tries",   ">p99",    ">give up",
	">next",  ">no flag", ">flagged", ">better", ">right"};
#define COLUMNS (sizeof(heading) / sizeof(*heading))

/* "93 %", or nothing to say. */
static void
put_share(struct tk_table *table, size_t column, uint32_t count, uint32_t of)
{
	if (of > 0)
		tk_table_cell(table, column, "%.1f", 100.0 * count / of);
}

static void
put_row(struct tk_table *table, const char *name, const char *group,
	const struct rs_score *score)
{
	tk_table_row(table);
	tk_table_cell(table, 0, "%s", name);
	tk_table_cell(table, 1, "%s", group);
	tk_table_cell(table, 2, "%u", score->cells);
	if (score->cells == 0)
		return;
	tk_table_cell(table, 3, "%.3f", score->error);
	tk_table_cell(table, 4, "%.3f", score->error_p95);
	put_share(table, 5, score->covered, score->cells);
	put_share(table, 6, score->in_hull, score->cells);
	tk_table_cell(table, 7, "%.3f", score->attempts * 100);
	put_share(table, 8, score->p99_right, score->p99_cells);
	if (score->give_up_cells > 0)
		tk_table_cell(table, 9, "%.1f", score->give_up * 100);
	put_share(table, 10, score->windows_within, score->windows);
	put_share(table, 11, score->wrong_unflagged, score->wrong);
	put_share(table, 12, score->right_flagged, score->right);
	put_share(table, 13, score->better_answered, score->better);
	put_share(table, 14, score->decisive_right, score->decisive);
}

static const char key[] =
	"error and p95: mean and 95th percentile of |success rate - truth|, "
	"points.\n"
	"cover, hull: truth within the interval, within the outer bounds, %.\n"
	"tries: mean error of attempts per call, %.  p99: of successes, right "
	"by rank or\ncovered, %.  give up: mean error of the p99 of failed "
	"calls, %.\n"
	"next: other windows within the prospective interval, %, logs with 10 "
	"incidents.\n"
	"no flag: of answers wrong by more than .15 points, those without a "
	"flag, %.\n"
	"flagged: of the others, those with one, %.  better: of policies "
	"better by more\nthan .1 points, those with an answer, %.  right: of "
	"the verdicts better, worse\nand equal, those that are right, %.\n\n";

static int
put_targets(const struct rs_scoreboard *board, FILE *out)
{
	struct tk_table *table = tk_table_new(5);
	int status;

	if (table == NULL)
		return -1;
	tk_table_head(table, 0, "target");
	tk_table_head(table, 1, ">value");
	tk_table_head(table, 2, ">bound");
	tk_table_head(table, 3, ">count");
	tk_table_head(table, 4, "");
	for (size_t i = 0; i < RS_TARGETS; i++) {
		const struct rs_target *target = &board->target[i];

		tk_table_row(table);
		tk_table_cell(table, 0, "%s", target->text);
		if (target->state != RS_TARGET_NO_DATA)
			tk_table_cell(table, 1, "%.4g", target->value);
		tk_table_cell(table, 2, "%s %.4g",
			      target->at_least ? ">=" : "<=", target->bound);
		tk_table_cell(table, 3, "%u", target->count);
		tk_table_cell(table, 4, "%s",
			      rs_target_state_name(target->state));
	}
	status = tk_table_print(table, 0, out);
	tk_table_free(table);
	return status;
}

int
rs_scoreboard_text(const struct rs_scoreboard *board,
		   const struct rs_score_plan *plan, FILE *out)
{
	struct tk_table *table = tk_table_new(COLUMNS);
	int status;

	if (table == NULL)
		return -1;
	for (size_t i = 0; i < COLUMNS; i++)
		tk_table_head(table, i, heading[i]);
	for (size_t i = 0; i < board->world_count; i++)
		put_row(table, plan->world[i].name,
			rs_world_group_name(plan->world[i].group),
			&board->world[i]);
	for (int i = 0; i < 3; i++)
		put_row(table, "all", rs_world_group_name(i), &board->group[i]);
	put_row(table, "all", "", &board->all);
	status = tk_table_print(table, 0, out);
	tk_table_free(table);
	if (status == 0 && (fputs("\n", out) < 0 || fputs(key, out) < 0))
		status = -1;
	return status == 0 ? put_targets(board, out) : status;
}
