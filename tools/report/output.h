/* Results to stdout, or to a file that is whole or not there. */
#ifndef RS_OUTPUT_H
#define RS_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "common/msg.h"

/** Text under way to its target. */
struct rs_output {
	/** Write here. */
	FILE *stream;
	char *text;
	size_t length;
};

/** Collect in memory. False, with a message, without memory. */
bool rs_output_begin(struct rs_output *output);

/**
 * Send what was collected and free it.
 *
 * @param path  NULL or "-" for stdout; a regular file is replaced by renaming
 *              a finished one, so that no reader sees half of it
 * @return TK_EXIT_OK, or TK_EXIT_SYSTEM after a message
 */
enum tk_exit rs_output_end(struct rs_output *output, const char *path);

/** Forget what was collected. */
void rs_output_drop(struct rs_output *output);

#endif
