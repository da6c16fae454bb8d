/* A screen as text, for reports, documents and tests. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/dump.h"

#include <errno.h>
#include <stdlib.h>

#include "base/num.h"
#include "retrytop/simulate.h"
#include "retrytop/view_frame.h"
#include "retrytop/view_simulate.h"

static bool
draw(const struct rt_view *view, struct rt_ui *ui, struct rt_grid *grid)
{
	const struct rt_options *options = view->options;

	if (!rt_grid_init(grid, options->dump_width, options->dump_height,
			  !options->ascii))
		return false;
	rt_view_render(view, grid);
	ui->scroll = bo_min(ui->scroll, grid->scroll_most);
	return true;
}

/* Press a key on what is shown. False if there is no memory. */
static bool
obey_key(struct rt_session *session, struct rt_ui *ui,
	 struct rt_simulate *simulate, uint32_t key)
{
	const struct rt_options *options = session->options;
	struct rt_view view = rt_session_view(session, ui);
	struct rt_grid grid;

	view.simulate = simulate;
	if (!draw(&view, ui, &grid))
		return false;
	rt_grid_clear(&grid);
	rt_ui_key(
		ui, &session->list, session->ingest.events,
		rt_view_rows(&view, options->dump_width, options->dump_height),
		key);
	rt_session_look(session);
	rt_simulate_obey(simulate, ui, &view,
			 rt_view_simulate_columns(options->dump_width), 0);
	rt_simulate_wait(simulate);
	return true;
}

static bool
obey_keys(struct rt_session *session, struct rt_ui *ui,
	  struct rt_simulate *simulate)
{
	const struct rt_options *options = session->options;
	const char *words = options->keys != NULL ? options->keys : "";
	uint32_t key;

	while (rt_key_next(&words, &key))
		if (!obey_key(session, ui, simulate, key))
			return false;
	return true;
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

static bool
print_screen(struct rt_session *session, struct rt_ui *ui,
	     struct rt_simulate *simulate, FILE *out)
{
	struct rt_view view;
	struct rt_grid grid;
	bool printed;

	if (!obey_keys(session, ui, simulate))
		return false;
	view = rt_session_view(session, ui);
	view.simulate = simulate;
	view.saved = rt_simulate_path(simulate);
	if (!draw(&view, ui, &grid))
		return false;
	printed = print_lines(&grid, out);
	rt_grid_clear(&grid);
	return printed;
}

int
rt_dump(struct rt_session *session, FILE *out)
{
	struct rt_simulate simulate = {0};
	struct rt_ui ui = {
		.page = RT_PAGE_OVERVIEW,
		.browse = session->browse,
		.alarms = &session->alarms,
	};
	bool printed;

	session->ingest.ended = true;
	printed = print_screen(session, &ui, &simulate, out);
	rt_simulate_clear(&simulate);
	if (!printed)
		errno = ENOMEM;
	return printed && !ferror(out) ? 0 : -1;
}
