/* Finds an option in the table, by its name or its letter. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "common/opt.h"

const struct tk_opt *
tk_opt_named(const struct tk_command *command, const char *name, size_t length)
{
	for (const struct tk_opt *opt = command->options; opt->name; opt++) {
		if (strlen(opt->name) == length &&
		    memcmp(opt->name, name, length) == 0)
			return opt;
	}
	return NULL;
}

const struct tk_opt *
tk_opt_letter(const struct tk_command *command, char letter)
{
	for (const struct tk_opt *opt = command->options; opt->name; opt++) {
		if (opt->letter == letter)
			return opt;
	}
	return NULL;
}
