/* What the subcommands of "retrysim policy" share. */
#ifndef RS_CMD_POLICY_H
#define RS_CMD_POLICY_H

#include <stddef.h>

#include "common/msg.h"
#include "common/opt.h"

/** Not an exit code: the command has work to do. */
#define RS_GO_ON (-1)

/** Parse options and count operands; an exit code, or RS_GO_ON. */
int rs_policy_parse(const struct tk_command *command, size_t least, size_t most,
		    int argc, char **argv, char ***operand, size_t *count);

/** The one policy that a word names; messages and codes of
 *  rs_policy_set_add(). */
enum tk_exit rs_policy_one(const char *word, struct backoff_policy **out);

int rs_policy_list(int argc, char **argv);
int rs_policy_show(int argc, char **argv);
int rs_policy_check(int argc, char **argv);
int rs_policy_lint(int argc, char **argv);
int rs_policy_schedule(int argc, char **argv);
int rs_policy_schema(int argc, char **argv);

#endif
