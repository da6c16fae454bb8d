/* Texts kept once each, named by small numbers. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_STRINGS_H
#define TK_STRINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/table.h"

/** Zero-initialised is empty. */
struct tk_strings {
	/** texts[n - 1] is the text of number n. */
	const char **texts;
	uint32_t *hashes;
	size_t count, capacity;
	/** Finds the index of a text. */
	struct bo_table table;
	/** Blocks that the texts lie in; they never move. */
	char **blocks;
	size_t block_count, block_used, block_size;
};

/** The number of a text, the same for equal texts; 0 for NULL. False if there
 *  is no memory. */
bool tk_strings_add(struct tk_strings *strings, const char *text,
		    uint32_t *out);

/** NULL for 0. */
const char *tk_strings_text(const struct tk_strings *strings, uint32_t number);

/** Give a number another text, which need not be unique. After that, none must
 *  be added. False if there is no memory. */
bool tk_strings_rename(struct tk_strings *strings, uint32_t number,
		       const char *text);

void tk_strings_clear(struct tk_strings *strings);

#endif
