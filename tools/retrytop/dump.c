/* A screen as text, for reports, documents and tests. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/dump.h"

#include <errno.h>
#include <stdlib.h>

#include "base/num.h"
#include "retrytop/copy.h"
#include "retrytop/ink.h"
#include "retrytop/simulate.h"
#include "retrytop/view_frame.h"
#include "retrytop/view_simulate.h"

/* A screen that obeys keys, without a terminal. */
struct dump {
	struct rt_session *session;
	struct rt_ui ui;
	struct rt_simulate simulate;
	struct rt_copy copy;
};

static struct rt_view
view_of(struct dump *dump)
{
	struct rt_view view = rt_session_view(dump->session, &dump->ui);

	view.simulate = &dump->simulate;
	view.saved = rt_simulate_path(&dump->simulate);
	view.copy = &dump->copy;
	return view;
}

static bool
draw(struct dump *dump, struct rt_grid *grid)
{
	const struct rt_options *options = dump->session->options;
	const struct rt_view view = view_of(dump);

	if (!rt_grid_init(grid, options->dump_width, options->dump_height,
			  !options->ascii))
		return false;
	rt_view_render(&view, grid);
	dump->ui.scroll = bo_min(dump->ui.scroll, grid->scroll_most);
	return true;
}

/* Press a key on what is shown. False if there is no memory. */
static bool
obey_key(struct dump *dump, uint32_t key)
{
	struct rt_session *session = dump->session;
	const struct rt_options *options = session->options;
	const struct rt_view view = view_of(dump);
	struct rt_grid grid;

	if (!draw(dump, &grid))
		return false;
	rt_grid_clear(&grid);
	rt_ui_key(
		&dump->ui, &session->list, session->ingest.events,
		rt_view_rows(&view, options->dump_width, options->dump_height),
		key);
	rt_session_look(session);
	if (dump->ui.copies)
		rt_copy_make(&dump->copy, &view);
	dump->ui.copies = false;
	rt_simulate_obey(&dump->simulate, &dump->ui, &view,
			 rt_view_simulate_columns(options->dump_width), 0);
	rt_simulate_wait(&dump->simulate);
	return true;
}

static bool
obey_keys(struct dump *dump)
{
	const struct rt_options *options = dump->session->options;
	const char *words = options->keys != NULL ? options->keys : "";
	uint32_t key;

	while (rt_key_next(&words, &key))
		if (!obey_key(dump, key))
			return false;
	return true;
}

/* Select how the next cells look, by ECMA-48. */
static void
print_ink(unsigned attr, FILE *out)
{
	struct rt_ink ink = rt_ink_of(attr, true);

	fprintf(out, "\033[0%s%s%s", ink.bold ? ";1" : "", ink.dim ? ";2" : "",
		ink.reverse ? ";7" : "");
	if (ink.color != RT_INK_DEFAULT)
		fprintf(out, ";3%d", (int)ink.color);
	fputc('m', out);
}

/* A line without trailing blanks, and each change of how it looks. */
static void
print_inked(const struct rt_grid *grid, size_t y, FILE *out)
{
	unsigned attr = RT_ATTR_NONE;
	size_t end = grid->width;
	char text[RT_CELL_BYTES];

	while (end > 0 && rt_grid_at(grid, end - 1, y)->character == ' ' &&
	       rt_grid_at(grid, end - 1, y)->attr == RT_ATTR_NONE)
		end--;
	for (size_t x = 0; x < end; x++) {
		const struct rt_cell *cell = rt_grid_at(grid, x, y);

		if (cell->attr != attr)
			print_ink(cell->attr, out);
		attr = cell->attr;
		fwrite(text, 1, rt_cell_text(cell, text), out);
	}
	if (attr != RT_ATTR_NONE)
		print_ink(RT_ATTR_NONE, out);
	fputc('\n', out);
}

static bool
print_lines(const struct rt_grid *grid, bool color, FILE *out)
{
	size_t size = grid->width * RT_CELL_BYTES + 1;
	char *line = malloc(size);

	if (line == NULL)
		return false;
	for (size_t y = 0; y < grid->height; y++)
		if (color)
			print_inked(grid, y, out);
		else
			fprintf(out, "%s\n",
				rt_grid_string(grid, y, line, size));
	free(line);
	return true;
}

static bool
print_screen(struct dump *dump, FILE *out)
{
	struct rt_grid grid;
	bool printed;

	if (!obey_keys(dump) || !draw(dump, &grid))
		return false;
	printed = print_lines(
		&grid, dump->session->options->color == RT_COLOR_ALWAYS, out);
	rt_grid_clear(&grid);
	return printed;
}

int
rt_dump(struct rt_session *session, FILE *out)
{
	struct dump dump = {
		.session = session,
		.ui = {.page = RT_PAGE_OVERVIEW,
		       .browse = session->browse,
		       .alarms = &session->alarms},
	};
	bool printed;

	session->ingest.ended = true;
	printed = print_screen(&dump, out);
	rt_simulate_clear(&dump.simulate);
	rt_copy_clear(&dump.copy);
	if (!printed)
		errno = ENOMEM;
	return printed && !ferror(out) ? 0 : -1;
}
