/* The scoreboard for programs, with every cell. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "common/json_out.h"
#include "score/board_out.h"

static void
put_interval(struct tk_json *json, struct cJSON *object, const char *low,
	     const char *high, struct tk_interval interval)
{
	tk_json_rounded(json, object, low, interval.low, 9);
	tk_json_rounded(json, object, high, interval.high, 9);
}

static void
put_time(struct tk_json *json, struct cJSON *parent, const char *name,
	 const struct rs_cell_time *time)
{
	struct cJSON *object = tk_json_object(json, parent, name);

	tk_json_rounded(json, object, "calls", time->calls, 3);
	tk_json_rounded(json, object, "truth", time->truth, 6);
	tk_json_rounded(json, object, "estimate", time->estimate, 6);
	tk_json_rounded(json, object, "low", time->low, 6);
	tk_json_rounded(json, object, "high", time->high, 6);
	tk_json_rounded(json, object, "rank", time->rank_high, 6);
}

static void
put_cell(struct tk_json *json, struct cJSON *list, const char *world,
	 const char *record, const char *policy, const struct rs_cell *cell)
{
	struct cJSON *object = tk_json_object(json, list, NULL);

	tk_json_text(json, object, "world", world);
	tk_json_number(json, object, "seed", (double)cell->seed);
	tk_json_text(json, object, "record", record);
	tk_json_text(json, object, "policy", policy);
	tk_json_number(json, object, "calls", cell->calls);
	tk_json_rounded(json, object, "truth", cell->truth, 9);
	tk_json_rounded(json, object, "realisation", cell->realised, 9);
	tk_json_rounded(json, object, "success_rate", cell->estimate, 9);
	put_interval(json, object, "low", "high", cell->interval);
	put_interval(json, object, "outer_low", "outer_high", cell->outer);
	put_interval(json, object, "prospective_low", "prospective_high",
		     cell->prospective);
	tk_json_number(json, object, "windows", cell->windows);
	tk_json_number(json, object, "windows_within", cell->windows_within);
	tk_json_number(json, object, "incidents", cell->incidents);
	tk_json_rounded(json, object, "attempts_truth", cell->attempts_truth,
			9);
	tk_json_rounded(json, object, "attempts", cell->attempts, 9);
	put_time(json, object, "success_p99", &cell->success);
	put_time(json, object, "failure_p99", &cell->failure);
	tk_json_rounded(json, object, "difference_truth",
			cell->difference_truth, 9);
	tk_json_rounded(json, object, "difference", cell->difference, 9);
	put_interval(json, object, "difference_low", "difference_high",
		     cell->difference_interval);
	tk_json_rounded(json, object, "margin", cell->margin, 9);
	tk_json_text(json, object, "verdict", rs_verdict_name(cell->verdict));
	tk_json_text(json, object, "condition",
		     rs_condition_name(cell->condition));
	tk_json_flag(json, object, "flagged", cell->flagged);
}

static void
put_targets(struct tk_json *json, struct cJSON *list,
	    const struct rs_scoreboard *board)
{
	for (size_t i = 0; i < RS_TARGETS; i++) {
		const struct rs_target *target = &board->target[i];
		struct cJSON *object = tk_json_object(json, list, NULL);

		tk_json_text(json, object, "target", target->text);
		tk_json_number(json, object, "value", target->value);
		tk_json_number(json, object, "bound", target->bound);
		tk_json_flag(json, object, "at_least", target->at_least);
		tk_json_number(json, object, "count", target->count);
		tk_json_text(json, object, "state",
			     rs_target_state_name(target->state));
	}
}

int
rs_scoreboard_json(const struct rs_scoreboard *board,
		   const struct rs_score_plan *plan,
		   const struct rs_cells *cells, FILE *out)
{
	struct tk_json json;
	struct cJSON *root = tk_json_begin(&json), *list;

	tk_json_number(&json, root, "schema_version", 1);
	put_targets(&json, tk_json_array(&json, root, "targets"), board);
	list = tk_json_array(&json, root, "cells");
	for (size_t i = 0; i < cells->count; i++) {
		const struct rs_cell *cell = &cells->item[i];
		const struct rs_world *world = &plan->world[cell->world];

		put_cell(&json, list, world->name,
			 world->record.item[cell->record].label,
			 rs_measure_policy(world, cell->policy), cell);
	}
	return tk_json_end(&json, out);
}
