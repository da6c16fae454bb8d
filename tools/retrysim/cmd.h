/* The subcommands, one function each: argv[0] is the subcommand, and the return
 * value is an exit code. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_CMD_H
#define RS_CMD_H

int rs_cmd_compare(int argc, char **argv);
int rs_cmd_eval(int argc, char **argv);
int rs_cmd_generate(int argc, char **argv);

int rs_cmd_dialect_check(int argc, char **argv);
int rs_cmd_dialect_guess(int argc, char **argv);
int rs_cmd_dialect_list(int argc, char **argv);
int rs_cmd_dialect_show(int argc, char **argv);

int rs_cmd_policy_check(int argc, char **argv);
int rs_cmd_policy_lint(int argc, char **argv);
int rs_cmd_policy_list(int argc, char **argv);
int rs_cmd_policy_schedule(int argc, char **argv);
int rs_cmd_policy_schema(int argc, char **argv);
int rs_cmd_policy_show(int argc, char **argv);

int rs_cmd_world_check(int argc, char **argv);
int rs_cmd_world_list(int argc, char **argv);
int rs_cmd_world_schema(int argc, char **argv);
int rs_cmd_world_show(int argc, char **argv);

#endif
