/* retrysim generate: a log of a world, and what is true there. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdint.h>
#include <stdio.h>

#include "common/opt.h"
#include "report/output.h"
#include "retrysim/cmd.h"
#include "retrysim/operands.h"
#include "world/lines.h"
#include "world/truth.h"

struct options {
	struct tk_opt_list policies;
	const char *record, *truth, *output;
	uint64_t seed, noise, windows;
};

static const char examples[] =
	"  retrysim generate outages-seconds --record STANDARD -o app.log\n"
	"  retrysim generate my.json -t truth.json -p QUICK "
	"-p WEBHOOK -o app.log\n";

struct writing {
	const struct rs_world *world;
	FILE *stream;
};

static bool
write_line(void *user, const struct backoff_event *event)
{
	const struct writing *writing = user;
	char line[BACKOFF_EVENT_LINE_MAX];
	size_t length =
		rs_line_encode(writing->world, event, line, sizeof(line));

	return length > 0 && fwrite(line, 1, length, writing->stream) == length;
}

/* The policies that --policy names, or else the world's. */
static enum tk_exit
gather(const struct options *options, const struct rs_world *world,
       struct rs_policy_set *set)
{
	enum tk_exit worst = TK_EXIT_OK;

	for (size_t i = 0; i < options->policies.count; i++) {
		enum tk_exit code =
			rs_policy_set_add(set, options->policies.item[i]);

		worst = code > worst ? code : worst;
	}
	for (size_t i = 0;
	     options->policies.count == 0 && i < world->compare.count; i++)
		if (!rs_policy_set_push(set, world->compare.item[i].policy))
			return TK_EXIT_SYSTEM;
	return worst;
}

/* The policy that --record names: one of the world's, or as elsewhere. */
static enum tk_exit
find_record(const struct options *options, const struct rs_world *world,
	    struct backoff_policy **out)
{
	size_t index = 0;

	if (options->record)
		index = rs_policy_set_find(&world->record, options->record);
	if (index == SIZE_MAX)
		return rs_operand_policy(options->record, out);
	*out = backoff_policy_ref(world->record.item[index].policy);
	return TK_EXIT_OK;
}

static enum tk_exit
write_truth(const struct options *options, const struct rs_truths *truths,
	    const struct rs_truth_plan *plan)
{
	struct rs_output output;

	if (options->truth == NULL)
		return TK_EXIT_OK;
	if (!rs_output_begin(&output))
		return TK_EXIT_SYSTEM;
	return rs_output_end(&output,
			     rs_truths_json(truths, plan, output.stream),
			     options->truth);
}

static enum tk_exit
generate(const struct options *options, struct rs_truth_plan *plan)
{
	static const struct rs_policy_set nothing;
	struct rs_truths truths;
	struct rs_output output;
	struct writing writing;
	enum backoff_status status;
	enum tk_exit code;

	if (!rs_output_begin(&output))
		return TK_EXIT_SYSTEM;
	plan->on_event = write_line;
	writing = (struct writing){plan->world, output.stream};
	plan->user = &writing;
	if (options->truth == NULL) {
		plan->policies = &nothing;
		plan->window_count = 0;
	}
	status = rs_truths_init(&truths, plan);
	code = rs_output_end(&output, status == BACKOFF_OK ? 0 : -1,
			     options->output);
	if (status != BACKOFF_OK)
		return TK_EXIT_SYSTEM;
	if (code == TK_EXIT_OK)
		code = write_truth(options, &truths, plan);
	rs_truths_clear(&truths);
	return code;
}

static enum tk_exit
run(const struct options *options, const char *word)
{
	struct rs_policy_set policies = {0};
	struct backoff_policy *record = NULL;
	struct rs_world world;
	enum tk_exit code = rs_world_load(word, &world);

	if (code != TK_EXIT_OK)
		return code;
	code = gather(options, &world, &policies);
	if (code == TK_EXIT_OK)
		code = find_record(options, &world, &record);
	if (code == TK_EXIT_OK) {
		struct rs_truth_plan plan = {
			.world = &world,
			.seed = options->seed,
			.record = record,
			.policies = &policies,
			.noise_count = (uint32_t)options->noise,
			.window_count = (uint32_t)options->windows};

		code = generate(options, &plan);
	}
	backoff_policy_unref(record);
	rs_policy_set_clear(&policies);
	rs_world_clear(&world);
	return code;
}

int
rs_cmd_generate(int argc, char **argv)
{
	struct options options = {.seed = 1, .noise = 8, .windows = 8};
	const struct tk_opt rows[] = {
		{"record", 0, TK_OPT_TEXT, &options.record, "POLICY|FILE", NULL,
		 0, 0, "policy that writes the log, default the first one"},
		{"policy", 'p', TK_OPT_LIST, &options.policies,
		 "POLICY|FILE|DIR", NULL, 0, 0,
		 "policy in the truth, default those of the world; "
		 "may be repeated"},
		{"truth", 't', TK_OPT_TEXT, &options.truth, "FILE", NULL, 0, 0,
		 "write what is true of each policy to FILE, as JSON"},
		{"seed", 's', TK_OPT_COUNT, &options.seed, "N", NULL, 0,
		 UINT64_MAX, "random seed, default 1"},
		{"noise", 0, TK_OPT_COUNT, &options.noise, "N", NULL, 0, 1000,
		 "replicas that the truth is a mean of, default 8"},
		{"windows", 0, TK_OPT_COUNT, &options.windows, "N", NULL, 0,
		 1000, "other windows of the same world, default 8"},
		{"output", 'o', TK_OPT_TEXT, &options.output, "FILE", NULL, 0,
		 0, "write atomically to FILE"},
		{NULL, 0, TK_OPT_FLAG, NULL, NULL, NULL, 0, 0, NULL},
	};
	const struct tk_command command = {
		"retrysim generate", "[OPTION]... WORLD|FILE",
		"Write the log of a world under a policy, and what is true of "
		"other policies there. WORLD is a shipped world, FILE another.",
		examples, rows};
	char **operand;
	size_t count;
	int code = rs_parse(&command, 1, 1, argc, argv, &operand, &count);

	if (code == RS_GO_ON)
		code = (int)run(&options, operand[0]);
	tk_opt_clear(&command);
	return code;
}
