/* Few bytes of each of many literals, by which they are found in a text. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_GRAMS_H
#define TK_GRAMS_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "unwrap/unwrap.h"

/** Bytes of a gram; a literal that has fewer is a gram of TK_GRAM_MIN. */
#define TK_GRAM 4
#define TK_GRAM_MIN 3

struct tk_gram {
	/** The first byte lowest; 0 where it has no fourth. */
	uint32_t bytes;
	unsigned char length;
	/** Where it stands in its literal. */
	unsigned char offset;
};

/** Words and punctuation that are frequent in logs which have nothing to do
 *  with retries. */
extern const char tk_log_words[];
extern const size_t tk_log_words_length;

/** Read a gram where @p left bytes are left of a text. */
static inline uint32_t
tk_gram_read(const char *at, size_t left)
{
	uint32_t bytes = 0;

	if (left >= TK_GRAM) {
		memcpy(&bytes, at, TK_GRAM);
		return le32toh(bytes);
	}
	for (size_t i = 0; i < left; i++)
		bytes |= (uint32_t)(unsigned char)at[i] << 8 * i;
	return bytes;
}

/** Choose a gram of each of these literals, which have TK_GRAM_MIN bytes or
 * more: few different ones, which seldom occur in logs. False if there is no
 *  memory. */
bool tk_grams_choose(const struct tk_piece *literal, size_t count,
		     struct tk_gram *out);

#endif
