/* Clicks and the wheel: what they select, open, sort and scroll. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/mouse.h"

#include "base/num.h"
#include "retrytop/alarms.h"
#include "retrytop/browse.h"

/* Lines of one notch of the wheel. */
#define WHEEL_LINES 3
/* The time between the two clicks that open a row. */
#define TWICE_NS (400 * BO_NS_PER_MS)

/* Sort by the heading at a column, or the other way round. */
static void
click_head(struct rt_list *list, const struct rt_hits *hits, size_t x)
{
	for (size_t i = 0; i < hits->heads; i++) {
		if (x > hits->head[i].end)
			continue;
		if (list->sort == hits->head[i].sort)
			list->reversed = !list->reversed;
		list->sort = hits->head[i].sort;
		rt_list_arrange(list);
		return;
	}
}

/* Select a row of the page. */
static void
click_row(struct rt_ui *ui, struct rt_list *list, size_t row)
{
	if (ui->page == RT_PAGE_OVERVIEW)
		rt_list_move(list, (long)row - (long)rt_list_selected(list));
	else if (ui->page == RT_PAGE_OPERATION && ui->browse != NULL)
		rt_browse_move(ui->browse, (long)row - (long)rt_browse_selected(
							       ui->browse));
	else if (ui->page == RT_PAGE_ALARMS && ui->alarms != NULL)
		rt_alarms_move(ui->alarms, (long)row - (long)rt_alarms_selected(
							       ui->alarms));
}

static void
click(struct rt_ui *ui, struct rt_list *list, const struct rt_hits *hits,
      const struct rt_mouse *mouse, size_t page_rows, uint64_t now_ns)
{
	bool twice = ui->click_row != 0 && ui->click_page == ui->page &&
		     now_ns - ui->click_ns < TWICE_NS;
	size_t row = mouse->y < RT_GRID_MAX_HEIGHT ? hits->row[mouse->y] : 0;

	twice = mouse->what == RT_MOUSE_TWICE ||
		(twice && ui->click_row == row);
	ui->click_row = 0;
	if (hits->heads > 0 && mouse->y == hits->head_y)
		click_head(list, hits, mouse->x);
	if (row == 0)
		return;
	click_row(ui, list, row - 1);
	if (twice) {
		rt_ui_key(ui, list, 0, page_rows, RT_KEY_ENTER);
		return;
	}
	ui->click_row = row;
	ui->click_page = ui->page;
	ui->click_ns = now_ns;
}

void
rt_ui_mouse(struct rt_ui *ui, struct rt_list *list, const struct rt_hits *hits,
	    const struct rt_mouse *mouse, size_t page_rows, uint64_t now_ns)
{
	/* Keys would be taken for text, and rows move as one types. */
	if (ui->editing)
		return;
	if (mouse->what <= RT_MOUSE_TWICE) {
		click(ui, list, hits, mouse, page_rows, now_ns);
		return;
	}
	for (size_t i = 0; i < WHEEL_LINES; i++)
		rt_ui_key(ui, list, 0, page_rows,
			  mouse->what == RT_MOUSE_WHEEL_UP ? RT_KEY_UP
							   : RT_KEY_DOWN);
}
