/* What Unicode says about text: what a reader takes for one character, and what
 * is the same but for its case. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_UNICODE_H
#define TK_UNICODE_H

#include <stdbool.h>
#include <stddef.h>

/** Bytes of the first grapheme of a text: a letter with its accents, a syllable
 *  of Hangul, a cluster of Devanagari. 0 for an empty text. */
size_t tk_grapheme_length(const char *text, size_t length);

/** Where the last grapheme of a text begins; 0 for an empty text. */
size_t tk_grapheme_last(const char *text, size_t length);

/**
 * Whether a text contains a part, whatever the case of letters and whether an
 * accent is a character of its own. Bytes that are not UTF-8 only match
 * themselves. True for an empty part; false without memory.
 */
bool tk_contains(const char *text, const char *part);

#endif
