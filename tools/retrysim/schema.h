/* The commands that print a JSON Schema. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_SCHEMA_H
#define RS_SCHEMA_H

#include <stddef.h>

#include "common/opt.h"

/** Print what @p schema writes into a buffer of a size; it returns the length
 *  without the end of the text. Returns the exit code. */
int rs_print_schema(const struct tk_command *command,
		    size_t (*schema)(char *, size_t), int argc, char **argv);

#endif
