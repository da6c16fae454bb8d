/* The page of what was copied. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/view_copy.h"

#include <stdio.h>
#include <string.h>

#include "retrytop/copy.h"
#include "retrytop/view_text.h"

static const char *
say_clipboard(const struct rt_copy *copy)
{
	if (copy->text == NULL)
		return "nothing is selected";
	return copy->in_clipboard ? "copied to the clipboard (OSC 52)"
				  : "no clipboard: this terminal has no OSC 52";
}

static void
say_file(const struct rt_view *view, char *out, size_t size)
{
	const struct rt_copy *copy = view->copy;

	if (copy->file_error == 0)
		snprintf(out, size, "appended to %s", view->options->copy_to);
	else
		snprintf(out, size, "%s: %s", view->options->copy_to,
			 strerror(copy->file_error));
}

void
rt_view_copy(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	const struct rt_copy *copy = view->copy;
	char text[600];

	if (copy == NULL)
		return;
	rt_grid_text(grid, 1, y++, SIZE_MAX, RT_ATTR_BOLD, say_clipboard(copy));
	if (copy->to_file) {
		say_file(view, text, sizeof(text));
		rt_grid_text(grid, 1, y++, SIZE_MAX,
			     copy->file_error != 0 ? RT_ATTR_BAD | RT_ATTR_BOLD
						   : RT_ATTR_BOLD,
			     text);
	}
	if (copy->text != NULL)
		rt_view_text(view, grid, y, 1, copy->text);
}
