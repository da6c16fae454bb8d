/* The subcommands of retrysim, a row each. */
#ifndef RS_CMD_H
#define RS_CMD_H

#include <stddef.h>

struct rs_command {
	const char *name;
	/** One line for --help. */
	const char *doc;
	/** argv[0] is the subcommand; returns the exit code. */
	int (*run)(int argc, char **argv);
};

/** Pick the row that argv[1] names and run it; --help, --version and wrong
 *  names are answered here. @p program is "retrysim" or "retrysim policy". */
int rs_dispatch(const char *program, const char *purpose,
		const struct rs_command *command, size_t count, int argc,
		char **argv);

/** All of it: what main() calls. */
int rs_main(int argc, char **argv);

int rs_cmd_compare(int argc, char **argv);
int rs_cmd_policy(int argc, char **argv);

#endif
