/* The program retrysim: its table of subcommands. */
#include "config.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>

#include "common/msg.h"
#include "retrysim/cmd.h"
#include "retrysim/commands.h"
#include "retrysim/dispatch.h"

static int
policy(int argc, char **argv)
{
	static const struct rs_command item[] = {
		{"list", "the shipped policies", rs_cmd_policy_list},
		{"show", "a policy's settings and hash", rs_cmd_policy_show},
		{"check", "every error of policy files", rs_cmd_policy_check},
		{"lint", "what is valid and will still hurt",
		 rs_cmd_policy_lint},
		{"schedule", "the delays with bounds and percentiles",
		 rs_cmd_policy_schedule},
		{"schema", "the JSON Schema of a policy file",
		 rs_cmd_policy_schema},
	};
	static const struct rs_commands commands = {
		"retrysim policy", "Looks at retry policies.", item,
		sizeof(item) / sizeof(*item)};

	return rs_dispatch(&commands, argc, argv);
}

int
rs_main(int argc, char **argv)
{
	static const struct rs_command item[] = {
		{"compare", "replay logs under several policies",
		 rs_cmd_compare},
		{"policy", "list, show, check and plot policies", policy},
	};
	static const struct rs_commands commands = {
		"retrysim",
		"Says what other retry policies would have done with the calls "
		"of a log.",
		item, sizeof(item) / sizeof(*item)};
	int code;

	/* Widths of text need the locale; numbers stay in C. */
	setlocale(LC_CTYPE, "");
	tk_msg_program("retrysim");
	/* A reader that goes away is an error like any other. */
	signal(SIGPIPE, SIG_IGN);
	code = rs_dispatch(&commands, argc, argv);
	if (fflush(stdout) || ferror(stdout)) {
		tk_msg("standard output could not be written");
		return TK_EXIT_SYSTEM;
	}
	return code;
}
