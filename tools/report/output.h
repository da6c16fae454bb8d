/* Results to stdout, or to a file that is written atomically. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_OUTPUT_H
#define RS_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "common/gather.h"
#include "common/msg.h"

/** Text collected for a file or stdout. */
struct rs_output {
	/** Stream to write to, which gathers in memory. */
	FILE *stream;
	struct tk_gather gather;
};

/** Begin to collect in memory. False, after a message, without memory. */
bool rs_output_begin(struct rs_output *output);

/**
 * Send what was collected, and free it.
 *
 * @param status  0, or -1 if memory ran out while the text was made: then
 *                nothing is sent
 * @param path    NULL or "-" for stdout; a regular file is replaced by renaming
 *                a finished one, so that no reader sees half of it
 * @return TK_EXIT_OK, or TK_EXIT_SYSTEM after a message
 */
enum tk_exit rs_output_end(struct rs_output *output, int status,
			   const char *path);

#endif
