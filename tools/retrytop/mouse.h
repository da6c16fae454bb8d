/* Clicks and the wheel: what they select, open, sort and scroll. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_MOUSE_H
#define RT_MOUSE_H

#include "retrytop/grid.h"
#include "retrytop/ui.h"

enum rt_mouse_what {
	RT_MOUSE_CLICK,
	RT_MOUSE_TWICE,
	RT_MOUSE_WHEEL_UP,
	RT_MOUSE_WHEEL_DOWN,
};

struct rt_mouse {
	enum rt_mouse_what what;
	size_t x, y;
};

/**
 * Obey the mouse.
 *
 * @param hits       what the screen has where, when it was drawn last
 * @param page_rows  as in rt_ui_key()
 * @param now_ns     the monotonic clock: two clicks soon after each other open
 *                   a row
 */
void rt_ui_mouse(struct rt_ui *ui, struct rt_list *list,
		 const struct rt_hits *hits, const struct rt_mouse *mouse,
		 size_t page_rows, uint64_t now_ns);

#endif
