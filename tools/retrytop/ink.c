/* Decides how the attributes of cells look on a terminal. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/ink.h"

#include <stddef.h>

#include "retrytop/grid.h"

/* The first attribute that a cell has decides. */
static const struct {
	unsigned attr;
	enum rt_ink_color color;
} colors[] = {
	{RT_ATTR_BAD, RT_INK_RED},
	{RT_ATTR_WARN, RT_INK_YELLOW},
	{RT_ATTR_GOOD, RT_INK_GREEN},
};

struct rt_ink
rt_ink_of(unsigned attr, bool color)
{
	struct rt_ink ink = {
		.bold = (attr & RT_ATTR_BOLD) != 0,
		.dim = (attr & RT_ATTR_DIM) != 0,
		.reverse = (attr & RT_ATTR_REVERSE) != 0,
	};

	/* Reversed, a colour is the ground of dark letters. */
	if (!color || ink.reverse)
		return ink;
	for (size_t i = sizeof(colors) / sizeof(*colors); i-- > 0;)
		if (attr & colors[i].attr)
			ink.color = colors[i].color;
	return ink;
}
