/* The scoreboard: what counts as right, flagged and answered. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "score/board_out.h"

static struct rs_world world[] = {
	{.name = "near", .group = RS_WORLD_ENVIRONMENT},
	{.name = "own", .group = RS_WORLD_FATE},
};
static const struct rs_score_plan plan = {.world = world, .world_count = 2};

/* A right answer without a flag, which a test then spoils. */
static struct rs_cell
good(void)
{
	return (struct rs_cell){
		.policy = 1,
		.calls = 10000,
		.truth = 0.98,
		.realised = 0.98,
		.estimate = 0.98,
		.interval = {0.979, 0.981},
		.outer = {0.979, 0.981},
		.prospective = {0.97, 0.99},
		.attempts = 1.1,
		.attempts_truth = 1.1,
		.success = {.calls = 9800,
			    .truth = 1,
			    .estimate = 1,
			    .low = 1,
			    .high = 1,
			    .rank_low = 0.9895,
			    .rank_high = 0.9905},
		.failure = {.calls = 200, .truth = 2, .estimate = 2},
		.difference_truth = 0.002,
		.margin = 0.0002,
		.verdict = RS_VERDICT_BETTER,
	};
}

static struct rs_scoreboard
board_of(struct rs_cell *cell, size_t count)
{
	struct rs_cells cells = {.item = cell, .count = count};
	struct rs_scoreboard board;

	cr_assert(rs_scoreboard_init(&board, &plan, &cells) == BACKOFF_OK);
	return board;
}

Test(score, binomial_tails)
{
	cr_expect(fabs(rs_binomial_below(0, 10, 0.5) - 0x1p-10) < 1e-12);
	cr_expect(fabs(rs_binomial_below(5, 10, 0.5) - 638.0 / 1024) < 1e-12);
	cr_expect(rs_binomial_below(10, 10, 0.5) == 1);
	cr_expect(fabs(rs_binomial_below(96, 120, 0.88) - 0.008112324186) <
		  1e-9);
}

Test(score, right_answers_meet_every_target_that_has_data)
{
	struct rs_cell cell[200];
	struct rs_scoreboard board;

	for (size_t i = 0; i < 200; i++) {
		cell[i] = good();
		cell[i].world = i % 2;
		cell[i].seed = i / 10;
		/* All within is too wide: 98 % is the most. */
		if (i % 20 == 0)
			cell[i].interval.high = 0.9795;
	}
	board = board_of(cell, 200);
	for (size_t i = 0; i < RS_TARGETS; i++)
		cr_expect(board.target[i].state == RS_TARGET_MET ||
				  board.target[i].state == RS_TARGET_NO_DATA ||
				  i == RS_TARGET_COVERAGE_LOW,
			  "%s: %f", board.target[i].text,
			  board.target[i].value);
	cr_expect(board.target[RS_TARGET_COVERAGE_LOW].state == RS_TARGET_NEAR);
	cr_expect(rs_scoreboard_missed(&board, false));
	cr_expect(!rs_scoreboard_missed(&board, true));
	rs_scoreboard_clear(&board);
}

static void
too_low(struct rs_cell *cell)
{
	cell->estimate = 0.977;
}

static void
not_covered(struct rs_cell *cell)
{
	cell->interval = (struct tk_interval){0.9801, 0.985};
	cell->outer = cell->interval;
}

static void
wrong_load(struct rs_cell *cell)
{
	cell->attempts = 1.11;
}

static void
wrong_rank(struct rs_cell *cell)
{
	cell->success.low = cell->success.high = 0.8;
	cell->success.rank_low = cell->success.rank_high = 0.98;
}

static void
wrong_give_up(struct rs_cell *cell)
{
	cell->failure.estimate = 2.2;
}

static void
too_narrow(struct rs_cell *cell)
{
	cell->incidents = 10;
	cell->windows = 8;
	cell->windows_within = 2;
}

static void
flagged(struct rs_cell *cell)
{
	cell->flagged = true;
}

static void
not_answered(struct rs_cell *cell)
{
	cell->verdict = RS_VERDICT_CANNOT_TELL;
}

static void
wrong_verdict(struct rs_cell *cell)
{
	cell->verdict = RS_VERDICT_EQUAL;
}

static void
not_fixed(struct rs_cell *cell)
{
	cell->same = true;
	cell->attempts = 1.2;
}

static const struct {
	void (*spoil)(struct rs_cell *cell);
	enum rs_target_name target;
	uint32_t world;
	const char *why;
} spoilt[] = {
	{too_low, RS_TARGET_ERROR, 0, "an error of .3 points"},
	{too_low, RS_TARGET_ERROR_P95, 0, "the same"},
	{too_low, RS_TARGET_WRONG, 1, "the same, without a flag"},
	{not_covered, RS_TARGET_COVERAGE_LOW, 0, "truth outside"},
	{not_covered, RS_TARGET_WORLDS, 0, "the same, in a world"},
	{not_covered, RS_TARGET_HULL, 1, "truth outside the hull"},
	{wrong_load, RS_TARGET_ATTEMPTS, 0, "attempts off by 1 %"},
	{wrong_rank, RS_TARGET_P99, 0, "p99 a point of rank off"},
	{wrong_give_up, RS_TARGET_GIVE_UP, 0, "off by 10 %"},
	{too_narrow, RS_TARGET_PROSPECTIVE, 1, "2 of 8 windows"},
	{flagged, RS_TARGET_RIGHT, 0, "a flag on a right answer"},
	{flagged, RS_TARGET_RIGHT_ENVIRONMENT, 0, "the same"},
	{not_answered, RS_TARGET_BETTER, 1, "better, but no answer"},
	{wrong_verdict, RS_TARGET_DECISIVE, 1, "equal, but better"},
	{not_fixed, RS_TARGET_SAME, 0, "more attempts than recorded"},
};

Test(score, each_target_notices_what_it_is_for)
{
	for (size_t i = 0; i < sizeof(spoilt) / sizeof(*spoilt); i++) {
		struct rs_cell cell[200];
		struct rs_scoreboard board;

		for (size_t k = 0; k < 200; k++) {
			cell[k] = good();
			cell[k].world = spoilt[i].world;
			cell[k].seed = k / 10;
			spoilt[i].spoil(&cell[k]);
		}
		board = board_of(cell, 200);
		cr_expect(board.target[spoilt[i].target].state ==
				  RS_TARGET_MISSED,
			  "%s: %f", spoilt[i].why,
			  board.target[spoilt[i].target].value);
		cr_expect(rs_scoreboard_missed(&board, true));
		rs_scoreboard_clear(&board);
	}
}

Test(score, text_has_a_row_for_each_world_and_target)
{
	struct rs_cell cell = good();
	struct rs_scoreboard board = board_of(&cell, 1);
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	cr_assert(out);
	cr_expect(rs_scoreboard_text(&board, &plan, out) == 0);
	fclose(out);
	cr_expect(strstr(text, "\nnear  ") && strstr(text, "\nown   "));
	for (size_t i = 0; i < RS_TARGETS; i++)
		cr_expect(strstr(text, board.target[i].text), "%s",
			  board.target[i].text);
	free(text);
	rs_scoreboard_clear(&board);
}
