/* Finding the subcommand. */
#include "config.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "common/msg.h"
#include "common/opt.h"
#include "retrysim/cmd.h"

static void
print_help(const char *program, const char *purpose,
	   const struct rs_command *command, size_t count, FILE *out)
{
	fprintf(out,
		"Usage: %s COMMAND [OPTION]... [OPERAND]...\n%s\n\n"
		"Commands:\n",
		program, purpose);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "  %-10s %s\n", command[i].name, command[i].doc);
	fprintf(out,
		"\n\"%s COMMAND --help\" describes one.\n"
		"Exit status: 0 done, 1 the answer is no, 2 usage, "
		"3 bad input, 4 system failure.\n",
		program);
}

static int
unknown(const char *program, const struct rs_command *command, size_t count,
	const char *word)
{
	char names[256], buffer[64];
	const char *near;
	size_t used = 0;

	for (size_t i = 0; i < count && used < sizeof(names); i++)
		used += (size_t)snprintf(names + used, sizeof(names) - used,
					 "%s%s", i ? " " : "", command[i].name);
	near = tk_nearest(word, names, buffer, sizeof(buffer));
	if (near)
		tk_msg("no command %s; did you mean %s?", word, near);
	else
		tk_msg("no command %s; try %s --help", word, program);
	return TK_EXIT_USAGE;
}

int
rs_dispatch(const char *program, const char *purpose,
	    const struct rs_command *command, size_t count, int argc,
	    char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;

	if (word == NULL) {
		print_help(program, purpose, command, count, stderr);
		return TK_EXIT_USAGE;
	}
	if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
		print_help(program, purpose, command, count, stdout);
		return TK_EXIT_OK;
	}
	if (!strcmp(word, "--version") || !strcmp(word, "-V")) {
		printf("%s (retrykit) %s\n", program, backoff_version());
		return TK_EXIT_OK;
	}
	for (size_t i = 0; i < count; i++)
		if (!strcmp(word, command[i].name))
			return command[i].run(argc - 1, argv + 1);
	if (word[0] == '-') {
		tk_msg("the command comes first, then its options; try "
		       "%s --help",
		       program);
		return TK_EXIT_USAGE;
	}
	return unknown(program, command, count, word);
}

int
rs_main(int argc, char **argv)
{
	static const struct rs_command command[] = {
		{"compare", "replay logs under several policies",
		 rs_cmd_compare},
		{"policy", "list, show, check and plot policies",
		 rs_cmd_policy},
	};
	int code;

	/* Widths of text need the locale; numbers stay in C. */
	setlocale(LC_CTYPE, "");
	tk_msg_program("retrysim");
	/* A reader that goes away is an error like any other. */
	signal(SIGPIPE, SIG_IGN);
	code = rs_dispatch(
		"retrysim",
		"Says what other retry policies would have done with the calls "
		"of a log.",
		command, sizeof(command) / sizeof(*command), argc, argv);
	if (fflush(stdout) || ferror(stdout)) {
		tk_msg("standard output could not be written");
		return TK_EXIT_SYSTEM;
	}
	return code;
}
