/* The table of options as rows of text, from which completion is made. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "common/opt.h"

static void
row(const struct tk_opt *opt, FILE *out)
{
	const char letter[2] = {opt->letter, '\0'};
	const char *kind = "one", *argument = opt->argument;

	if (opt->kind == TK_OPT_FLAG)
		kind = "flag";
	else if (opt->kind == TK_OPT_LIST)
		kind = "many";
	if (!argument)
		argument = opt->kind == TK_OPT_FLAG ? "" : "VALUE";
	fprintf(out, "option\t%s\t%s\t%s\t%s\t%s\t%s\n", opt->name, letter,
		kind, argument, opt->names ? opt->names : "", opt->doc);
}

void
tk_opt_table(const struct tk_command *command, FILE *out)
{
	const struct tk_opt common[] = {
		{.name = "help",
		 .letter = tk_opt_letter(command, 'h') ? '\0' : 'h',
		 .doc = "print this help and exit"},
		{.name = "version",
		 .letter = tk_opt_letter(command, 'V') ? '\0' : 'V',
		 .doc = "print the version and exit"},
	};

	fprintf(out, "command\t%s\t%s\t%s\n", command->name, command->usage,
		command->purpose);
	for (const struct tk_opt *opt = command->options; opt->name; opt++)
		row(opt, out);
	row(&common[0], out);
	row(&common[1], out);
}
