/* retrysim compare: replay a log under several policies. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/decimal.h"
#include "base/nearest.h"
#include "common/opt.h"
#include "common/tone.h"
#include "report/formats.h"
#include "report/names.h"
#include "report/output.h"
#include "retrysim/cmd.h"
#include "retrysim/command_line.h"
#include "retrysim/input.h"
#include "retrysim/operands.h"
#include "retrysim/redact.h"

struct options {
	struct tk_opt_list policies, calls, dialects;
	const char *margin, *baseline, *operation, *zone, *output;
	const char *logged_policy;
	struct rs_part_options part;
	uint64_t seed, replicas, max_bad;
	int format, color;
	bool verbose, errors, redact;
};

/* The command line, for a report that is to be made again. */
struct source {
	const struct tk_command *command;
	const struct options *defaults;
	char *const *path;
	size_t count;
	/* By path. */
	struct tk_digest *digest;
	struct tk_trace *trace;
};

static const char examples[] =
	"  retrysim compare app.log --calls post_webhook=3533\n"
	"  retrysim compare app.log.1 app.log --policy STANDARD "
	"--policy mine.json\n"
	"  retrysim compare app.log -p policies/ -b WEBHOOK -f json "
	"-o report.json\n";

static enum tk_exit
gather_policies(const struct options *options, struct rs_policy_set *policies,
		struct rs_policy_set *shipped)
{
	enum tk_exit worst = rs_policy_set_add_shipped(shipped);

	if (options->policies.count == 0 && worst == TK_EXIT_OK)
		return rs_policy_set_add_shipped(policies);
	/* Report the errors of all policies, not only of the first. */
	for (size_t i = 0; i < options->policies.count; i++) {
		enum tk_exit code =
			rs_policy_set_add(policies, options->policies.item[i]);

		worst = code > worst ? code : worst;
	}
	return worst;
}

/* The policy that wrote a log which does not name it, added to those that are
 * compared: *out is then an item of them. */
static enum tk_exit
find_stated(const struct options *options, struct rs_policy_set *policies,
	    const struct rs_policy **out)
{
	struct rs_policy_set found = {0};
	enum tk_exit code = TK_EXIT_OK;
	uint64_t hash;

	if (options->logged_policy == NULL)
		return TK_EXIT_OK;
	code = rs_policy_set_add(&found, options->logged_policy);
	if (code == TK_EXIT_OK && found.count != 1) {
		tk_msg("--logged-policy: %s has %zu policies, but one wrote "
		       "the log",
		       options->logged_policy, found.count);
		code = TK_EXIT_USAGE;
	}
	if (code == TK_EXIT_OK &&
	    !rs_policy_set_push(policies, found.item[0].policy)) {
		tk_msg("out of memory");
		code = TK_EXIT_SYSTEM;
	}
	if (code == TK_EXIT_OK) {
		hash = backoff_policy_hash(found.item[0].policy);
		for (size_t i = 0; i < policies->count; i++)
			if (backoff_policy_hash(policies->item[i].policy) ==
			    hash)
				*out = &policies->item[i];
	}
	rs_policy_set_clear(&found);
	return code;
}

static enum tk_exit
find_baseline(const struct options *options,
	      const struct rs_policy_set *policies, size_t *out)
{
	const char *near = NULL;
	char *labels, buffer[128];

	*out = SIZE_MAX;
	if (options->baseline == NULL)
		return TK_EXIT_OK;
	*out = rs_policy_set_find(policies, options->baseline);
	if (*out != SIZE_MAX)
		return TK_EXIT_OK;
	labels = rs_policy_set_labels(policies);
	if (labels)
		near = bo_nearest_of(options->baseline, labels, buffer,
				     sizeof(buffer));
	if (near)
		tk_msg("--baseline: %s is not among the compared policies; did "
		       "you mean %s?",
		       options->baseline, near);
	else
		tk_msg("--baseline: %s is not among the compared policies: %s",
		       options->baseline, labels ? labels : "");
	free(labels);
	return TK_EXIT_USAGE;
}

/* "5%" of the failed calls, or "0.05" points of success rate. */
static enum tk_exit
read_margin(const char *text, struct rs_margin *out)
{
	size_t length = text ? strlen(text) : 0;
	bool percent = length > 0 && text[length - 1] == '%';
	uint64_t millionths;

	*out = (struct rs_margin){RS_MARGIN_OF_FAILED, RS_MARGIN_RATE};
	if (text == NULL)
		return TK_EXIT_OK;
	if (bo_decimal_round(text, length - percent, 6, &millionths) !=
		    BO_DECIMAL_OK ||
	    millionths > 100000000) {
		tk_msg("--margin: expected a share of the failed calls such "
		       "as 5%%, or points of the success rate such as 0.05 "
		       "(got %s)",
		       text);
		return TK_EXIT_USAGE;
	}
	*out = (struct rs_margin){0};
	*(percent ? &out->of_failed : &out->rate) = (double)millionths / 1e8;
	return TK_EXIT_OK;
}

static enum tk_exit
write_report(const struct options *options, const struct rs_report *report)
{
	const struct rs_writer *writer = rs_formats[options->format];
	struct rs_output output;

	if (!rs_output_begin(&output))
		return TK_EXIT_SYSTEM;
	return rs_output_end(&output, writer->write(report, output.stream),
			     options->output);
}

/* The command line without what does not change the report. */
static char *
command_of(const struct options *options, const struct source *source,
	   struct rs_redactor *redactor)
{
	const struct rs_command_line line = {
		.command = source->command,
		.options = options,
		.defaults = source->defaults,
		.operand = source->path,
		.count = source->count,
		.left_out = " output color ",
		.word = redactor ? rs_redact_word : NULL,
		.user = redactor,
	};

	return rs_command_line(&line);
}

static void
free_paths(char **path, size_t count)
{
	for (size_t i = 0; path && i < count; i++)
		free(path[i]);
	free(path);
}

/* Replace the names of inputs, to be freed; NULL if memory ran out. */
static char **
redact_paths(const struct source *source, struct rs_redactor *redactor)
{
	char **path = calloc(source->count + 1, sizeof(*path));
	char buffer[64];

	for (size_t i = 0; path && i < source->count; i++) {
		path[i] = strdup(rs_redact_word(redactor, NULL, source->path[i],
						buffer, sizeof(buffer)));
		if (path[i] == NULL) {
			free_paths(path, i);
			return NULL;
		}
	}
	return path;
}

static enum tk_exit
make_report(const struct options *options, const struct source *source,
	    struct rs_comparison *comparison, struct rs_report *report)
{
	struct rs_redactor redactor;
	char *command = NULL, **path = NULL;
	enum tk_exit code = TK_EXIT_SYSTEM;
	bool ready = true;

	if (options->redact) {
		ready = rs_redactor_init(&redactor, source->trace) &&
			(path = redact_paths(source, &redactor)) &&
			rs_redact_log(&redactor, source->trace, comparison);
		report->path = path;
	}
	if (ready)
		command = command_of(options, source,
				     options->redact ? &redactor : NULL);
	report->command = command;
	if (command)
		code = write_report(options, report);
	else
		tk_msg("out of memory");
	free_paths(path, source->count);
	free(command);
	return code;
}

static enum tk_exit
compare(const struct options *options, const struct rs_plan *plan,
	const struct tk_found *found, const struct source *source)
{
	struct rs_comparison comparison;
	bool to_file = options->output && strcmp(options->output, "-") != 0;
	struct rs_report report = {
		.comparison = &comparison,
		.path = source->path,
		.path_count = source->count,
		.input_hash = source->digest,
		.found = found,
		.verbose = options->verbose,
		.errors = options->errors,
		.redact = options->redact,
		.columns = RS_COLUMNS_MOST,
		.color = tk_color_wanted((enum tk_color)options->color,
					 to_file ? -1 : STDOUT_FILENO),
	};
	enum tk_exit code;

	if (!to_file)
		report.columns =
			tk_line_columns(STDOUT_FILENO, RS_COLUMNS_MOST,
					RS_COLUMNS_LEAST, RS_COLUMNS_MOST);
	if (rs_compare(plan, &comparison) != BACKOFF_OK) {
		tk_msg("out of memory");
		return TK_EXIT_SYSTEM;
	}
	if (comparison.subject_count == 0) {
		char names[512];
		bool any = rs_names_text(plan->log, names, sizeof(names));

		tk_msg("--operation: no operation in the log matches %s%s%s",
		       options->operation, any ? "; " : "", names);
		code = TK_EXIT_USAGE;
	} else {
		code = make_report(options, source, &comparison, &report);
	}
	rs_comparison_clear(&comparison);
	return code;
}

/* Read the log. Digests are only of bytes that were read: none of a file that
 * was written to meanwhile. */
static enum tk_exit
read_log(const struct options *options, const struct rs_input_options *input,
	 struct source *source, struct tk_trace **trace, struct rs_log *log,
	 struct tk_found *found)
{
	enum tk_exit code;

	if (rs_formats[options->format]->traced) {
		source->digest = calloc(source->count, sizeof(*source->digest));
		if (source->digest == NULL) {
			tk_msg("out of memory");
			return TK_EXIT_SYSTEM;
		}
	}
	for (size_t i = 0; source->digest && i < source->count; i++)
		tk_digest_file(source->path[i], &source->digest[i]);
	code = rs_input_read(input, source->path, source->count, trace, log,
			     found);
	for (size_t i = 0; source->digest && i < source->count; i++)
		tk_digest_check(source->path[i], &source->digest[i]);
	return code;
}

static enum tk_exit
run(const struct options *options, struct source *source)
{
	struct rs_policy_set policies = {0}, shipped = {0};
	const struct rs_input_options input = {.dialects = &options->dialects,
					       .zone = options->zone,
					       .max_bad = options->max_bad,
					       .seed = options->seed,
					       .calls = &options->calls,
					       .part = options->part};
	struct tk_found found = {{NULL, 0}, {NULL, 0}};
	struct rs_log log;
	struct rs_plan plan = {
		.log = &log,
		.policies = &policies,
		.shipped = &shipped,
		.estimator = &rs_estimator_jump_chain,
		.pattern = options->operation,
		.seed = options->seed,
		.replicas = (uint32_t)options->replicas,
		.detail = rs_formats[options->format] == &rs_writer_html,
	};
	struct tk_trace *trace = NULL;
	enum tk_exit code = gather_policies(options, &policies, &shipped);

	if (code == TK_EXIT_OK)
		code = read_margin(options->margin, &plan.margin);
	if (code == TK_EXIT_OK)
		code = find_stated(options, &policies, &plan.stated);
	if (code == TK_EXIT_OK)
		code = find_baseline(options, &policies, &plan.baseline);
	if (code == TK_EXIT_OK)
		code = read_log(options, &input, source, &trace, &log, &found);
	if (code == TK_EXIT_OK) {
		source->trace = trace;
		code = compare(options, &plan, &found, source);
		rs_log_clear(&log);
		tk_trace_free(trace);
	}
	tk_found_clear(&found);
	rs_policy_set_clear(&policies);
	rs_policy_set_clear(&shipped);
	return code;
}

static int
parse_and_run(const struct tk_command *command, const struct options *options,
	      const struct options *defaults, int argc, char **argv)
{
	char **path;
	size_t count;
	int code = rs_parse(command, 0, SIZE_MAX, argc, argv, &path, &count);
	struct source source = {.command = command, .defaults = defaults};

	if (code == RS_GO_ON && count == 0) {
		tk_msg("no LOG given; try retrysim compare --help");
		code = TK_EXIT_USAGE;
	} else if (code == RS_GO_ON && options->errors && options->redact) {
		tk_msg("--redact leaves out the texts that --errors adds; give "
		       "one of them");
		code = TK_EXIT_USAGE;
	} else if (code == RS_GO_ON) {
		source.path = path;
		source.count = count;
		code = (int)run(options, &source);
		free(source.digest);
	}
	tk_opt_clear(command);
	return code;
}

int
rs_cmd_compare(int argc, char **argv)
{
	const struct options defaults = {
		.seed = 1,
		.replicas = 100,
		.max_bad = UINT64_MAX,
	};
	struct options options = defaults;
	char formats[64];
	const struct tk_opt rows[] = {
		{"policy", 'p', TK_OPT_LIST, &options.policies,
		 "POLICY|FILE|DIR", NULL, 0, 0,
		 "policy to replay, default all shipped; may be repeated"},
		{"baseline", 'b', TK_OPT_TEXT, &options.baseline, "POLICY",
		 NULL, 0, 0,
		 "policy to compare with; default: the recorded one, or else "
		 "the first"},
		{"margin", 'm', TK_OPT_TEXT, &options.margin, "N[%]", NULL, 0,
		 0,
		 "differences up to N points of success rate are equal; with "
		 "%, N % of the failed calls; default: the larger of 10% and "
		 "0.02"},
		{"operation", 0, TK_OPT_TEXT, &options.operation, "GLOB", NULL,
		 0, 0, "replay only operations that match GLOB"},
		{"target", 0, TK_OPT_TEXT, &options.part.target, "GLOB", NULL,
		 0, 0, "replay only calls to targets that match GLOB"},
		{"where", 0, TK_OPT_LIST, &options.part.where, "NAME=GLOB",
		 NULL, 0, 0,
		 "replay only calls that match; NAME is host, service, policy, "
		 "error, target or op; may be repeated"},
		{"since", 0, TK_OPT_TEXT, &options.part.since, "TIME", NULL, 0,
		 0,
		 "replay only calls that begin then or later; TIME is RFC "
		 "3339, or a duration back from the end of the log"},
		{"until", 0, TK_OPT_TEXT, &options.part.until, "TIME", NULL, 0,
		 0, "replay only calls that begin before TIME"},
		{"calls", 'c', TK_OPT_LIST, &options.calls, "OP=N", NULL, 0, 0,
		 "total number of calls to OP, if the log has only failures"},
		{"logged-policy", 0, TK_OPT_TEXT, &options.logged_policy,
		 "POLICY|FILE", NULL, 0, 0,
		 "policy that wrote the log, if its lines do not name one"},
		{"dialect", 'd', TK_OPT_LIST, &options.dialects, "DIALECT|FILE",
		 "auto native", 0, 0,
		 "log format: auto (default: all that are known), native, "
		 "another name, or a dialect file; may be repeated"},
		{"zone", 0, TK_OPT_TEXT, &options.zone, "OFFSET", NULL, 0, 0,
		 "offset of times that have none, as +02:00; default Z"},
		{"seed", 's', TK_OPT_COUNT, &options.seed, "N", NULL, 0,
		 UINT64_MAX, "random seed, default 1"},
		{"replicas", 'r', TK_OPT_COUNT, &options.replicas, "N", NULL, 1,
		 RS_REPLICAS_MAX, "number of simulation replicas, default 100"},
		{"max-bad", 0, TK_OPT_COUNT, &options.max_bad, "N", NULL, 0,
		 UINT64_MAX, "exit 3 if more than N lines are bad"},
		{"format", 'f', TK_OPT_NAME, &options.format, NULL,
		 rs_format_names(formats, sizeof(formats)), 0, 0,
		 "output format, default text"},
		{"verbose", 'v', TK_OPT_FLAG, &options.verbose, NULL, NULL, 0,
		 0, "add all tables, and what the log cannot answer"},
		{"errors", 0, TK_OPT_FLAG, &options.errors, NULL, NULL, 0, 0,
		 "add the texts of errors to a report in md or html"},
		{"redact", 0, TK_OPT_FLAG, &options.redact, NULL, NULL, 0, 0,
		 "write short hashes for names of operations, targets, hosts "
		 "and files"},
		{"color", 0, TK_OPT_NAME, &options.color, NULL, TK_COLOR_NAMES,
		 0, 0, "use colours; auto obeys NO_COLOR and the terminal"},
		{"output", 'o', TK_OPT_TEXT, &options.output, "FILE", NULL, 0,
		 0, "write atomically to FILE"},
		{NULL, 0, TK_OPT_FLAG, NULL, NULL, NULL, 0, 0, NULL},
	};
	const struct tk_command command = {
		"retrysim compare", "[OPTION]... LOG...",
		"Replay the calls in a log under several policies and compare "
		"the results. Decisions come from libbackoff itself. LOG may "
		"be - for standard input.",
		examples, rows};

	return parse_and_run(&command, &options, &defaults, argc, argv);
}
