/* Decides how the attributes of cells look on a terminal. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_INK_H
#define RT_INK_H

#include <stdbool.h>

/** Colours as ECMA-48 and curses number them. */
enum rt_ink_color {
	RT_INK_DEFAULT = 0,
	RT_INK_RED = 1,
	RT_INK_GREEN = 2,
	RT_INK_YELLOW = 3,
};

struct rt_ink {
	bool bold, dim, reverse;
	enum rt_ink_color color;
};

/** How to draw cells with these attributes of a grid. */
struct rt_ink rt_ink_of(unsigned attr, bool color);

#endif
