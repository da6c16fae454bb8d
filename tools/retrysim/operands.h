/* Operands of subcommands: their number, and policies that they name. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_OPERANDS_H
#define RS_OPERANDS_H

#include <stddef.h>

#include "common/msg.h"
#include "common/opt.h"

/** Not an exit code: the command line is fine, and the command goes on. */
#define RS_GO_ON (-1)

/** Parse options, and check that there are @p least to @p most operands.
 *  Returns an exit code, or RS_GO_ON. */
int rs_parse(const struct tk_command *command, size_t least, size_t most,
	     int argc, char **argv, char ***operand, size_t *count);

/** Load the one policy that a word names, with the messages and exit codes of
 *  rs_policy_set_add(). */
enum tk_exit rs_operand_policy(const char *word, struct backoff_policy **out);

#endif
