/* Finding the subcommand that a command line names. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "common/msg.h"
#include "common/opt.h"
#include "retrysim/dispatch.h"

static void
print_help(const struct rs_commands *commands, FILE *out)
{
	fprintf(out,
		"Usage: %s COMMAND [OPTION]... [OPERAND]...\n%s\n\n"
		"Commands:\n",
		commands->program, commands->purpose);
	for (size_t i = 0; i < commands->count; i++)
		fprintf(out, "  %-10s %s\n", commands->item[i].name,
			commands->item[i].doc);
	fprintf(out,
		"\nRun \"%s COMMAND --help\" to see the options of a command.\n"
		"Exit status: 0 ok, 1 check failed, 2 wrong usage, "
		"3 bad input, 4 system error.\n",
		commands->program);
}

/* The tables of all commands, for completion; "child" rows follow the row of
 * their "command". */
static int
print_tables(const struct rs_commands *commands)
{
	static const struct tk_opt none = {.name = NULL};
	const struct tk_command command = {commands->program, "COMMAND",
					   commands->purpose, "", &none};
	int worst = TK_EXIT_OK;

	tk_opt_table(&command, stdout);
	for (size_t i = 0; i < commands->count; i++)
		printf("child\t%s\t%s\n", commands->item[i].name,
		       commands->item[i].doc);
	for (size_t i = 0; i < commands->count; i++) {
		char name[64], option[] = "--" TK_OPT_TABLE;
		char *argv[] = {name, option, NULL};
		int code;

		snprintf(name, sizeof(name), "%s", commands->item[i].name);
		code = commands->item[i].run(2, argv);
		worst = code > worst ? code : worst;
	}
	return worst;
}

static int
unknown(const struct rs_commands *commands, const char *word)
{
	char names[256], buffer[64];
	const char *near;
	size_t used = 0;

	for (size_t i = 0; i < commands->count && used < sizeof(names); i++)
		used += (size_t)snprintf(names + used, sizeof(names) - used,
					 "%s%s", i ? " " : "",
					 commands->item[i].name);
	near = bo_nearest_of(word, names, buffer, sizeof(buffer));
	if (near)
		tk_msg("unknown command %s; did you mean %s?", word, near);
	else
		tk_msg("unknown command %s; try %s --help", word,
		       commands->program);
	return TK_EXIT_USAGE;
}

int
rs_dispatch(const struct rs_commands *commands, int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;

	if (word == NULL) {
		print_help(commands, stderr);
		return TK_EXIT_USAGE;
	}
	if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
		print_help(commands, stdout);
		return TK_EXIT_OK;
	}
	if (!strcmp(word, "--version") || !strcmp(word, "-V")) {
		printf("%s (retrykit) %s\n", commands->program,
		       backoff_version());
		return TK_EXIT_OK;
	}
	if (!strcmp(word, "--" TK_OPT_TABLE))
		return print_tables(commands);
	for (size_t i = 0; i < commands->count; i++)
		if (!strcmp(word, commands->item[i].name))
			return commands->item[i].run(argc - 1, argv + 1);
	if (word[0] == '-') {
		tk_msg("the command comes before its options; try "
		       "%s --help",
		       commands->program);
		return TK_EXIT_USAGE;
	}
	return unknown(commands, word);
}
