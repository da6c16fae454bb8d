/* The program retrysim: its table of subcommands. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "common/msg.h"
#include "common/opt.h"
#include "retrysim/cmd.h"
#include "retrysim/commands.h"
#include "retrysim/dispatch.h"
#include "retrysim/words.h"

static int
dialect(int argc, char **argv)
{
	static const struct rs_command item[] = {
		{"list", "list the built-in dialects", rs_cmd_dialect_list},
		{"show", "print the file of a built-in dialect",
		 rs_cmd_dialect_show},
		{"check", "report errors in a dialect, and what it reads",
		 rs_cmd_dialect_check},
		{"guess", "draft a dialect for an unknown log",
		 rs_cmd_dialect_guess},
	};
	static const struct rs_commands commands = {
		"retrysim dialect", "Read logs of other programs.", item,
		sizeof(item) / sizeof(*item)};

	return rs_dispatch(&commands, argc, argv);
}

static int
policy(int argc, char **argv)
{
	static const struct rs_command item[] = {
		{"list", "list the shipped policies", rs_cmd_policy_list},
		{"show", "show a policy's settings and hash",
		 rs_cmd_policy_show},
		{"check", "report all errors in policy files",
		 rs_cmd_policy_check},
		{"lint", "warn about valid but risky settings",
		 rs_cmd_policy_lint},
		{"schedule", "show the wait before each retry",
		 rs_cmd_policy_schedule},
		{"schema", "print the JSON Schema of policy files",
		 rs_cmd_policy_schema},
	};
	static const struct rs_commands commands = {
		"retrysim policy", "Inspect and check retry policies.", item,
		sizeof(item) / sizeof(*item)};

	return rs_dispatch(&commands, argc, argv);
}

static int
world(int argc, char **argv)
{
	static const struct rs_command item[] = {
		{"list", "list the shipped worlds", rs_cmd_world_list},
		{"show", "print the file of a shipped world",
		 rs_cmd_world_show},
		{"check", "report errors in world files", rs_cmd_world_check},
		{"schema", "print the JSON Schema of world files",
		 rs_cmd_world_schema},
	};
	static const struct rs_commands commands = {
		"retrysim world", "Inspect and check worlds of known truth.",
		item, sizeof(item) / sizeof(*item)};

	return rs_dispatch(&commands, argc, argv);
}

int
rs_main(int argc, char **argv)
{
	static const struct rs_command item[] = {
		{"compare", "replay logs under several policies",
		 rs_cmd_compare},
		{"dialect", "read logs of other programs", dialect},
		{"eval", "hold answers against worlds of known truth",
		 rs_cmd_eval},
		{"generate", "write the log of a world, and what is true there",
		 rs_cmd_generate},
		{"policy", "inspect and check policies", policy},
		{"world", "inspect and check worlds", world},
	};
	static const struct rs_commands commands = {
		"retrysim",
		"Show what other retry policies would have done with the calls "
		"in a log.",
		item, sizeof(item) / sizeof(*item)};
	int code;

	/* Widths of text need the locale; numbers stay in C. */
	setlocale(LC_CTYPE, "");
	tk_msg_program("retrysim");
	/* If the reader of a pipe goes away, writing fails instead of raising a
	 * signal. */
	signal(SIGPIPE, SIG_IGN);
	if (argc > 1 && strcmp(argv[1], "--" TK_OPT_TABLE) == 0)
		rs_words_print(stdout);
	code = rs_dispatch(&commands, argc, argv);
	if (fflush(stdout) || ferror(stdout)) {
		tk_msg("cannot write to standard output");
		return TK_EXIT_SYSTEM;
	}
	return code;
}
