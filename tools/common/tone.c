/* Colours and the width of a terminal, for text that is not a full screen. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "common/tone.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/units.h"

/* The eight colours that every terminal with colours has, in the user's
 * shades; no backgrounds, so that both dark and light ones stay readable. */
const char *
tk_tone_begin(enum tk_tone tone)
{
	static const char *const begin[] = {
		[TK_TONE_PLAIN] = "",          [TK_TONE_STRONG] = "\033[1m",
		[TK_TONE_GOOD] = "\033[1;32m", [TK_TONE_BAD] = "\033[31m",
		[TK_TONE_DOUBT] = "\033[33m",  [TK_TONE_DIM] = "\033[2m",
	};

	_Static_assert(sizeof(begin) / sizeof(*begin) == TK_TONES,
		       "a sequence for each tone");
	return begin[tone];
}

const char *
tk_tone_end(enum tk_tone tone)
{
	return tone == TK_TONE_PLAIN ? "" : "\033[0m";
}

bool
tk_color_wanted(enum tk_color color, int fd)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (color != TK_COLOR_AUTO)
		return color == TK_COLOR_ALWAYS;
	if (no_color && *no_color)
		return false;
	return term && *term && strcmp(term, "dumb") != 0 && isatty(fd);
}

size_t
tk_line_columns(int fd, size_t otherwise, size_t least, size_t most)
{
	const char *variable = getenv("COLUMNS");
	size_t columns = otherwise;
	struct winsize size;
	uint64_t count;

	if (variable && tk_parse_count(variable, 1, 100000, &count))
		columns = (size_t)count;
	else if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		columns = size.ws_col;
	if (columns < least)
		return least;
	return columns > most ? most : columns;
}
