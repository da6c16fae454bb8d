/* A text of lines that scrolls. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/view_text.h"

#include <string.h>

#include "base/num.h"

/* More of a line fits on no screen. */
#define LINE_MAX_BYTES 2048

static size_t
count_lines(const char *text)
{
	size_t lines = 0;

	for (; *text != '\0'; lines++) {
		text = strchrnul(text, '\n');
		text += *text == '\n';
	}
	return lines;
}

/* Two blanks for a tab. */
static void
expand(const char *text, size_t length, char *out, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < length && used + 3 < size; i++) {
		out[used++] = text[i] == '\t' ? ' ' : text[i];
		if (text[i] == '\t')
			out[used++] = ' ';
	}
	out[used] = '\0';
}

void
rt_view_text(const struct rt_view *view, struct rt_grid *grid, size_t y,
	     size_t x, const char *text)
{
	size_t lines = count_lines(text), end = grid->height - 1, skip;
	size_t rows = end > y ? end - y : 0;

	grid->scroll_most = lines > rows ? lines - rows : 0;
	skip = bo_min(view->ui->scroll, grid->scroll_most);
	for (size_t i = 0; i < lines && y < end; i++) {
		size_t length = strcspn(text, "\n");
		char line[LINE_MAX_BYTES];

		if (i >= skip) {
			expand(text, length, line, sizeof(line));
			rt_grid_text(grid, x, y++, SIZE_MAX,
				     strncmp(line, "=>", 2) == 0 ? RT_ATTR_BOLD
								 : RT_ATTR_NONE,
				     line);
		}
		text += length + (text[length] == '\n');
	}
}
