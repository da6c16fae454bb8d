/* The command line that makes a report again. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_COMMAND_LINE_H
#define RS_COMMAND_LINE_H

#include "common/opt.h"

/** Changes the value of an option, or an operand if @p option is NULL, for a
 *  report that must not hold it; returns the value or the buffer. */
typedef const char *(*rs_word_fn)(void *user, const struct tk_opt *option,
				  const char *value, char *buffer, size_t size);

struct rs_command_line {
	const struct tk_command *command;
	/** The object that values of options are in, and the same one before
	 *  they were parsed; NULL if all were 0. */
	const void *options, *defaults;
	char *const *operand;
	size_t count;
	/** Names of options that do not belong to it, with spaces around. */
	const char *left_out;
	/** NULL: words stay as they are. */
	rs_word_fn word;
	void *user;
};

/** The command line, quoted for a shell, to be freed; NULL if memory ran out.
 *  Options that have their default are not in it. */
char *rs_command_line(const struct rs_command_line *line);

#endif
