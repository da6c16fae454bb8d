/* Colours and the width of a terminal, for text that is not a full screen. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_TONE_H
#define TK_TONE_H

#include <stdbool.h>
#include <stddef.h>

/** Meaning of a piece of text. Words say the same: colours only help. */
enum tk_tone {
	TK_TONE_PLAIN,
	TK_TONE_STRONG,
	TK_TONE_GOOD,
	TK_TONE_BAD,
	TK_TONE_DOUBT,
	TK_TONE_DIM,
	TK_TONES
};

/** The escape sequence that begins a tone; "" for PLAIN. */
const char *tk_tone_begin(enum tk_tone tone);

/** The escape sequence that ends it; "" for PLAIN. */
const char *tk_tone_end(enum tk_tone tone);

enum tk_color {
	TK_COLOR_AUTO,
	TK_COLOR_ALWAYS,
	TK_COLOR_NEVER,
};

/** For TK_OPT_NAME, in the order of the enum. */
#define TK_COLOR_NAMES "auto always never"

/** Whether to write colours to @p fd. AUTO: if it is a terminal, unless
 *  NO_COLOR is set and not empty, or TERM is "dumb" or not set. */
bool tk_color_wanted(enum tk_color color, int fd);

/** Columns of a line: the environment's COLUMNS if that is a number, or else
 *  those of the terminal @p fd, or else @p otherwise; never more than @p most
 *  nor fewer than @p least. */
size_t tk_line_columns(int fd, size_t otherwise, size_t least, size_t most);

#endif
