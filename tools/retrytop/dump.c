/* A screen as text, for reports, documents and tests. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/dump.h"

#include <errno.h>
#include <stdlib.h>

#include "retrytop/view_frame.h"

static void
obey_keys(struct rt_session *session, struct rt_ui *ui)
{
	const struct rt_options *options = session->options;
	const char *words = options->keys != NULL ? options->keys : "";
	uint32_t key;

	while (rt_key_next(&words, &key)) {
		const struct rt_view view = rt_session_view(session, ui);

		rt_ui_key(ui, &session->list, session->ingest.events,
			  rt_view_rows(&view, options->dump_width,
				       options->dump_height),
			  key);
		rt_session_look(session);
	}
}

static bool
print_lines(const struct rt_grid *grid, FILE *out)
{
	/* A cell has a character and its marks, of four bytes each. */
	size_t size = grid->width * (1 + RT_CELL_MARKS) * 4 + 1;
	char *line = malloc(size);

	if (line == NULL)
		return false;
	for (size_t y = 0; y < grid->height; y++)
		fprintf(out, "%s\n", rt_grid_string(grid, y, line, size));
	free(line);
	return true;
}

int
rt_dump(struct rt_session *session, FILE *out)
{
	const struct rt_options *options = session->options;
	struct rt_ui ui = {
		.page = RT_PAGE_OVERVIEW,
		.browse = session->browse,
	};
	struct rt_view view;
	struct rt_grid grid;
	bool printed;

	session->ingest.ended = true;
	obey_keys(session, &ui);
	view = rt_session_view(session, &ui);
	if (!rt_grid_init(&grid, options->dump_width, options->dump_height,
			  !options->ascii)) {
		errno = ENOMEM;
		return -1;
	}
	rt_view_render(&view, &grid);
	printed = print_lines(&grid, out);
	rt_grid_clear(&grid);
	if (!printed)
		errno = ENOMEM;
	return printed && !ferror(out) ? 0 : -1;
}
