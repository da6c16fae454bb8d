/* retrysim policy lint: warn about valid but risky settings. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "common/units.h"
#include "policies/policy_set.h"
#include "report/lint_report.h"
#include "report/output.h"
#include "retrysim/cmd.h"
#include "retrysim/command_line.h"
#include "retrysim/operands.h"

#define LAYER_MAX UINT64_C(1000000000)
#define CALLS_MAX UINT64_C(1000000000)

/* Settings of a run, and its findings. */
struct run {
	struct rs_lint_context context;
	struct rs_lint_report report;
};

static bool
layers(struct rs_lint_context *context, const struct tk_opt_list *list)
{
	size_t used = 0, size = sizeof(context->layers_text);

	context->layers = 1;
	for (size_t i = 0; i < list->count; i++) {
		uint64_t attempts;

		if (!tk_parse_count(list->item[i], 1, LAYER_MAX, &attempts)) {
			tk_msg("--layers: %s is not a number of attempts (1 or "
			       "more)",
			       list->item[i]);
			return false;
		}
		context->layers = context->layers > UINT64_MAX / attempts
					  ? UINT64_MAX
					  : context->layers * attempts;
		/* Long enough for any real number of layers; longer text is
		 * cut. */
		if (used < size)
			used += (size_t)snprintf(context->layers_text + used,
						 size - used, "%s%" PRIu64,
						 i ? " x " : "", attempts);
	}
	return true;
}

static bool
ignore(struct rs_lint_context *context, const char *word)
{
	char names[1024], near[64];
	const char *nearest;

	for (int i = 0; i < RS_LINT_CODES; i++)
		if (!strcmp(word, rs_lint_table[i].name)) {
			context->ignored[i] = true;
			return true;
		}
	rs_lint_names(names, sizeof(names));
	nearest = bo_nearest_of(word, names, near, sizeof(near));
	if (nearest)
		tk_msg("--ignore: unknown code %s; did you mean %s?", word,
		       nearest);
	else
		tk_msg("--ignore: unknown code %s; known codes: %s", word,
		       names);
	return false;
}

static struct rs_linted *
append(struct rs_lint_report *report)
{
	if (report->count == report->room) {
		size_t room = report->room ? report->room * 2 : 16;
		struct rs_linted *item =
			realloc(report->item, room * sizeof(*item));

		if (item == NULL)
			return NULL;
		report->item = item;
		report->room = room;
	}
	report->item[report->count] = (struct rs_linted){0};
	return &report->item[report->count++];
}

static enum tk_exit
lint_each(void *user, const char *from, const struct backoff_policy *policy)
{
	struct run *run = user;
	struct rs_linted *linted = append(&run->report);

	if (linted) {
		linted->from = strdup(from);
		linted->name = strdup(backoff_policy_name(policy));
		linted->hash = backoff_policy_hash(policy);
	}
	if (linted == NULL || linted->from == NULL || linted->name == NULL ||
	    !rs_lint(policy, &run->context, &linted->findings)) {
		tk_msg("out of memory");
		return TK_EXIT_SYSTEM;
	}
	for (size_t i = 0; i < linted->findings.count; i++) {
		enum rs_lint_code code = linted->findings.item[i].code;

		if (rs_lint_table[code].severity == RS_LINT_WARNING)
			run->report.warnings++;
		else
			run->report.notes++;
	}
	return TK_EXIT_OK;
}

static enum tk_exit
print(const struct rs_lint_report *report, int format)
{
	/* In the order of --format. */
	static int (*const writer[])(const struct rs_lint_report *, FILE *) = {
		rs_lint_report_text,
		rs_lint_report_json,
		rs_lint_report_md,
	};
	struct rs_output output;

	if (!rs_output_begin(&output))
		return TK_EXIT_SYSTEM;
	return rs_output_end(&output, writer[format](report, output.stream),
			     NULL);
}

static void
clear(struct rs_lint_report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		free(report->item[i].from);
		free(report->item[i].name);
	}
	free(report->item);
}

static int
lint_words(struct run *run, char **word, size_t count, int format)
{
	enum tk_exit worst = TK_EXIT_OK, code;

	for (size_t i = 0; i < count; i++) {
		code = rs_policy_each(word[i], lint_each, run);
		worst = code > worst ? code : worst;
	}
	code = worst == TK_EXIT_USAGE ? worst : print(&run->report, format);
	worst = code > worst ? code : worst;
	if (worst == TK_EXIT_OK && run->report.warnings > 0)
		worst = TK_EXIT_NO;
	clear(&run->report);
	return (int)worst;
}

static int
say_and_lint(struct run *run, const struct tk_command *command, char **word,
	     size_t count, int format)
{
	const struct rs_command_line line = {
		.command = command, .operand = word, .count = count};
	char *text = rs_command_line(&line);
	int code = TK_EXIT_SYSTEM;

	run->report.command = text;
	if (text)
		code = lint_words(run, word, count, format);
	else
		tk_msg("out of memory");
	free(text);
	return code;
}

int
rs_cmd_policy_lint(int argc, char **argv)
{
	struct tk_opt_list layer = {0}, ignored = {0};
	struct run run = {0};
	int format = 0, code;
	const struct tk_opt rows[] = {
		{"calls-per-second", 'c', TK_OPT_COUNT,
		 &run.context.calls_per_second, "N", NULL, 1, CALLS_MAX,
		 "total calls per second of all clients; adds thundering herd "
		 "sizes to findings"},
		{"layers", 'l', TK_OPT_LIST, &layer, "N", NULL, 0, 0,
		 "maximum attempts made by another retrying layer; may be "
		 "repeated"},
		{"ignore", 'i', TK_OPT_LIST, &ignored, "CODE", NULL, 0, 0,
		 "do not report CODE; may be repeated"},
		{"format", 'f', TK_OPT_NAME, &format, NULL, "text json md", 0,
		 0, "output format, default text"},
		{NULL, 0, TK_OPT_FLAG, NULL, NULL, NULL, 0, 0, NULL}};
	const struct tk_command command = {
		"retrysim policy lint", "[OPTION]... POLICY|FILE|DIR...",
		"Warn about valid but risky settings. Exit with 1 if there are "
		"warnings; notes do not affect the exit status.",
		"  retrysim policy lint policies/\n"
		"  retrysim policy lint --layers 3 --calls-per-second 200 "
		"WEBHOOK\n",
		rows};
	char **operand;
	size_t count;
	bool ok = true;

	code = rs_parse(&command, 1, SIZE_MAX, argc, argv, &operand, &count);
	if (code == RS_GO_ON) {
		ok = layers(&run.context, &layer);
		for (size_t i = 0; ok && i < ignored.count; i++)
			ok = ignore(&run.context, ignored.item[i]);
		code = ok ? say_and_lint(&run, &command, operand, count, format)
			  : TK_EXIT_USAGE;
	}
	tk_opt_clear(&command);
	return code;
}
