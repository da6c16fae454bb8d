/* What stands before the message of a plain text line. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_HEADER_H
#define TK_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/times.h"
#include "unwrap/unwrap.h"

struct tk_header {
	bool has_time;
	struct tk_time time;
	/** The time, or the bracket around it, is the first of the line. */
	bool begins;
	/** Where the message begins: after a time that begins the line, else
	 *  0. */
	size_t message;
	/** Where the text after all that was recognised begins. */
	size_t body;
	struct tk_piece thread, logger, level, id;
};

/** Read the header of a line, as far as it can be recognised. */
void tk_header_read(const char *text, size_t length,
		    const struct tk_time_rules *rules, struct tk_header *out);

/** Whether a word is the name of a level: "WARN", "warning", "E". */
bool tk_is_level(const char *text, size_t length);

#endif
