/* Text from logs, made harmless for terminals, HTML and messages. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_SAFE_TEXT_H
#define TK_SAFE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Whether a character moves the cursor, or hides or reorders text. */
bool tk_is_harmful(uint32_t code);

/**
 * Copy text so that a terminal only ever prints it: C0, DEL, C1, bidirectional
 * and zero-width controls become escapes like \x1b or \u{202e}, bytes that are
 * not UTF-8 become U+FFFD. Cuts between characters if @p size is too small.
 *
 * @param out   at least 1 byte; always ends in NUL
 * @return length of what was written
 */
size_t tk_safe_text(const char *text, size_t length, char *out, size_t size);

/** Columns that safe UTF-8 text takes (wcwidth; needs a UTF-8 LC_CTYPE, else
 *  one column a byte). */
size_t tk_text_width(const char *text);

/** Cut or pad safe text to exactly @p columns, "~" marking a cut; returns
 *  out. */
char *tk_text_fit(const char *text, size_t columns, char *out, size_t size);

#endif
