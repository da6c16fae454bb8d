/* The page with the command that asks what other policies would have done. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/view_command.h"

#include <string.h>

#include "retrytop/command.h"

void
rt_view_command(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	size_t end = grid->height - 1, x = 1;
	char raw[RT_WORD_MAX], word[RT_WORD_MAX], subject[RT_SUBJECT_MAX];

	rt_grid_print(grid, 1, y, RT_ATTR_BOLD,
		      "%s: what would other policies have done?",
		      rt_command_subject(view, subject, sizeof(subject)));
	y += 2;
	for (size_t i = 0;
	     y < end && rt_command_word(view, i, raw, sizeof(raw)); i++) {
		size_t length =
			strlen(rt_command_quote(raw, word, sizeof(word)));

		/* Two columns for a backslash at the end of the line. */
		if (x > 1 && x + length + 2 > grid->width) {
			rt_grid_text(grid, x, y++, 1, 0, "\\");
			x = 5;
		}
		if (y < end)
			x += rt_grid_text(grid, x, y, SIZE_MAX, 0, word) + 1;
	}
}
