/* Operands of subcommands: their number, and policies that they name. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "policies/policy_set.h"
#include "retrysim/operands.h"

int
rs_parse(const struct tk_command *command, size_t least, size_t most, int argc,
	 char **argv, char ***operand, size_t *count)
{
	const char *name;

	switch (tk_opt_parse(command, argc, argv, operand, count)) {
	case TK_OPT_DONE:
		return TK_EXIT_OK;
	case TK_OPT_USAGE:
		return TK_EXIT_USAGE;
	case TK_OPT_SYSTEM:
		return TK_EXIT_SYSTEM;
	case TK_OPT_OK:
		break;
	}
	if (*count >= least && *count <= most)
		return RS_GO_ON;
	if (*count > most) {
		tk_msg("extra operand %s; try %s --help", (*operand)[most],
		       command->name);
		return TK_EXIT_USAGE;
	}
	/* The operand's name is the last word of the usage. */
	name = strrchr(command->usage, ' ');
	name = name ? name + 1 : command->usage;
	tk_msg("no %.*s given; try %s --help", (int)strcspn(name, "."), name,
	       command->name);
	return TK_EXIT_USAGE;
}

enum tk_exit
rs_operand_policy(const char *word, struct backoff_policy **out)
{
	struct rs_policy_set set = {0};
	enum tk_exit code = rs_policy_set_add(&set, word);

	if (code == TK_EXIT_OK && set.count != 1) {
		tk_msg("%s: expected one policy, found %zu", word, set.count);
		code = TK_EXIT_USAGE;
	}
	if (code == TK_EXIT_OK)
		*out = backoff_policy_ref(set.item[0].policy);
	rs_policy_set_clear(&set);
	return code;
}
