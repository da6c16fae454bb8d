/* Finding the subcommand that a command line names. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_DISPATCH_H
#define RS_DISPATCH_H

#include <stddef.h>

struct rs_command {
	const char *name;
	/** One line for --help. */
	const char *doc;
	/** argv[0] is the subcommand; returns the exit code. */
	int (*run)(int argc, char **argv);
};

/** The commands of "retrysim", or those of "retrysim policy". */
struct rs_commands {
	const char *program;
	/** One sentence for --help. */
	const char *purpose;
	const struct rs_command *item;
	size_t count;
};

/** Run the command that argv[1] names, and return its exit code. Answers
 *  --help, --version and unknown names itself. */
int rs_dispatch(const struct rs_commands *commands, int argc, char **argv);

#endif
