/* retrysim eval: the scoreboard of answers in worlds of known truth. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/opt.h"
#include "report/output.h"
#include "retrysim/cmd.h"
#include "retrysim/operands.h"
#include "score/board_out.h"

struct options {
	const char *output;
	uint64_t seed, seeds, noise, windows, replicas, processes;
	int format;
	bool subset;
};

static const char examples[] =
	"  retrysim eval\n"
	"  retrysim eval --subset\n"
	"  retrysim eval steady my.json --seeds 2 -f json -o board.json\n";

static void
on_world(void *user, size_t world, double seconds)
{
	const struct rs_score_plan *plan = user;

	if (isatty(STDERR_FILENO))
		tk_msg("%s: %.0f s", plan->world[world].name, seconds);
}

static enum tk_exit
write_board(const struct options *options, const struct rs_score_plan *plan,
	    const struct rs_scoreboard *board, const struct rs_cells *cells)
{
	struct rs_output output;
	enum tk_exit code;
	int status;

	if (!rs_output_begin(&output))
		return TK_EXIT_SYSTEM;
	status = options->format
			 ? rs_scoreboard_json(board, plan, cells, output.stream)
			 : rs_scoreboard_text(board, plan, output.stream);
	code = rs_output_end(&output, status, options->output);
	if (code == TK_EXIT_OK && rs_scoreboard_missed(board, options->subset))
		code = TK_EXIT_NO;
	return code;
}

static enum tk_exit
evaluate(const struct options *options, const struct rs_world *world,
	 size_t count)
{
	struct rs_score_plan plan = {
		.world = world,
		.world_count = count,
		.first_seed = options->seed,
		.seeds = (uint32_t)options->seeds,
		.noise_count = (uint32_t)options->noise,
		.window_count = (uint32_t)options->windows,
		.replicas = (uint32_t)options->replicas,
		.processes = (uint32_t)options->processes,
		.estimator = &rs_estimator_jump_chain,
		.on_world = on_world,
	};
	struct rs_cells cells = {0};
	struct rs_scoreboard board;
	enum tk_exit code = TK_EXIT_SYSTEM;

	plan.user = &plan;
	if (rs_measure_all(&plan, &cells) != BACKOFF_OK ||
	    rs_scoreboard_init(&board, &plan, &cells) != BACKOFF_OK) {
		tk_msg("out of memory, or a process died");
	} else {
		code = write_board(options, &plan, &board, &cells);
		rs_scoreboard_clear(&board);
	}
	rs_cells_clear(&cells);
	return code;
}

/* Load a world, unless it does not belong to the run. */
static enum tk_exit
take(const struct options *options, const char *word, struct rs_world *world,
     size_t *count)
{
	enum tk_exit code = rs_world_load(word, &world[*count]);

	if (code == TK_EXIT_OK && options->subset && !world[*count].subset)
		rs_world_clear(&world[*count]);
	else if (code == TK_EXIT_OK)
		++*count;
	return code;
}

static enum tk_exit
load(const struct options *options, char **operand, size_t operands,
     struct rs_world *world, size_t *count)
{
	enum tk_exit code = TK_EXIT_OK;
	const char *name;

	for (size_t i = 0; i < operands && code == TK_EXIT_OK; i++)
		code = take(options, operand[i], world, count);
	for (size_t i = 0; operands == 0 && code == TK_EXIT_OK &&
			   (name = rs_world_shipped_name(i));
	     i++)
		code = take(options, name, world, count);
	if (code == TK_EXIT_OK && *count == 0) {
		tk_msg("none of these worlds belongs to the subset");
		code = TK_EXIT_USAGE;
	}
	return code;
}

static enum tk_exit
run(const struct options *options, char **operand, size_t operands)
{
	size_t room = operands, count = 0;
	struct rs_world *world;
	enum tk_exit code;

	while (operands == 0 && rs_world_shipped_name(room))
		room++;
	world = calloc(room + 1, sizeof(*world));
	if (world == NULL) {
		tk_msg("out of memory");
		return TK_EXIT_SYSTEM;
	}
	code = load(options, operand, operands, world, &count);
	if (code == TK_EXIT_OK)
		code = evaluate(options, world, count);
	for (size_t i = 0; i < count; i++)
		rs_world_clear(&world[i]);
	free(world);
	return code;
}

int
rs_cmd_eval(int argc, char **argv)
{
	struct options options = {.seed = 1,
				  .noise = 8,
				  .windows = 8,
				  .replicas = 100,
				  .processes = 2};
	const struct tk_opt rows[] = {
		{"subset", 0, TK_OPT_FLAG, &options.subset, NULL, NULL, 0, 0,
		 "run the worlds of the short run only"},
		{"seeds", 0, TK_OPT_COUNT, &options.seeds, "N", NULL, 1, 1000,
		 "windows of each world, default as its file says"},
		{"seed", 's', TK_OPT_COUNT, &options.seed, "N", NULL, 0,
		 UINT64_MAX, "first random seed, default 1"},
		{"replicas", 'r', TK_OPT_COUNT, &options.replicas, "N", NULL, 1,
		 RS_REPLICAS_MAX, "number of simulation replicas, default 100"},
		{"noise", 0, TK_OPT_COUNT, &options.noise, "N", NULL, 0, 1000,
		 "replicas that the truth is a mean of, default 8"},
		{"windows", 0, TK_OPT_COUNT, &options.windows, "N", NULL, 0,
		 1000, "other windows of each world, default 8"},
		{"processes", 'j', TK_OPT_COUNT, &options.processes, "N", NULL,
		 1, 64, "processes that work at once, default 2"},
		{"format", 'f', TK_OPT_NAME, &options.format, NULL, "text json",
		 0, 0, "output format, default text"},
		{"output", 'o', TK_OPT_TEXT, &options.output, "FILE", NULL, 0,
		 0, "write atomically to FILE"},
		{NULL, 0, TK_OPT_FLAG, NULL, NULL, NULL, 0, 0, NULL},
	};
	const struct tk_command command = {
		"retrysim eval", "[OPTION]... [WORLD|FILE]...",
		"Generate logs of worlds, compare policies, and hold the "
		"answers against the truth. Without WORLD, all shipped worlds "
		"are run. Exit 1 if a target is missed.",
		examples, rows};
	char **operand;
	size_t count;
	int code =
		rs_parse(&command, 0, SIZE_MAX, argc, argv, &operand, &count);

	if (code == RS_GO_ON)
		code = (int)run(&options, operand, count);
	tk_opt_clear(&command);
	return code;
}
