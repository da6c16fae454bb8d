/* Tests of tools/retrytop/mouse.c: clicks and the wheel on a drawn screen. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/mouse.h"

#include <string.h>

#include "retrytop/browse.h"
#include "retrytop/view_frame.h"
#include "unit/retrytop/scene.h"

#define MS UINT64_C(1000000)

static struct scene scene;
static struct rt_grid grid;

static void
fail(const char *operation)
{
	struct backoff_event event =
		native_event(BACKOFF_EVENT_ABORTED, operation, T0_S + 100, 1);

	event.call_id = NULL;
	scene_add(&scene, event, 1);
}

static void
draw(void)
{
	rt_grid_clear(&grid);
	scene_look(&scene);
	cr_assert(rt_grid_init(&grid, 80, 24, true));
	rt_view_render(&scene.view, &grid);
}

/* The place of a text on the screen. */
static struct rt_mouse
place_of(const char *text)
{
	struct rt_mouse mouse = {RT_MOUSE_CLICK, 0, 0};
	char line[2048];

	draw();
	for (size_t y = 0; y < grid.height; y++) {
		const char *at = strstr(
			rt_grid_string(&grid, y, line, sizeof(line)), text);

		if (at == NULL)
			continue;
		mouse.x = (size_t)(at - line);
		mouse.y = y;
		return mouse;
	}
	cr_assert_fail("%s is not on the screen", text);
	return mouse;
}

static void
click(const char *text, uint64_t now_ms)
{
	struct rt_mouse mouse = place_of(text);

	rt_ui_mouse(&scene.ui, &scene.list, &grid.hits, &mouse, 10,
		    now_ms * MS);
}

static void
set_up(void)
{
	memset(&grid, 0, sizeof(grid));
	scene_open(&scene);
	fail("aaaa");
	fail("bbbb");
	fail("cccc");
	scene.list.sort = RT_SORT_NAME;
	scene_compute(&scene);
	scene_look(&scene);
}

static void
tear_down(void)
{
	rt_grid_clear(&grid);
	scene_close(&scene);
}

TestSuite(retrytop_mouse, .init = set_up, .fini = tear_down);

Test(retrytop_mouse, a_click_selects_a_row)
{
	click(" bbbb", 1000);
	cr_expect_str_eq(scene.list.selected, "bbbb");
	click(" aaaa", 1100);
	cr_expect_eq(rt_list_selected(&scene.list), 0);
	cr_expect_eq(scene.ui.page, RT_PAGE_OVERVIEW);
}

Test(retrytop_mouse, two_clicks_open_it)
{
	click(" bbbb", 1000);
	click(">bbbb", 1399);
	cr_expect_eq(scene.ui.page, RT_PAGE_OPERATION);
	cr_expect_str_eq(scene.browse->operation, "bbbb");
	click(">09:", 2000);
	click(">09:", 2100);
	cr_expect_eq(scene.ui.page, RT_PAGE_CALL);
}

Test(retrytop_mouse, two_slow_clicks_do_not)
{
	click(" bbbb", 1000);
	click(">bbbb", 1400);
	cr_expect_eq(scene.ui.page, RT_PAGE_OVERVIEW);
	click(" cccc", 1500);
	cr_expect_eq(scene.ui.page, RT_PAGE_OVERVIEW, "another row");
}

Test(retrytop_mouse, a_heading_sorts_and_then_the_other_way_round)
{
	click("RETRY/s", 1000);
	cr_expect_eq(scene.list.sort, RT_SORT_RETRIES);
	cr_expect_not(scene.list.reversed);
	click("RETRY/s", 1100);
	cr_expect(scene.list.reversed);
	click("OPERATION", 1200);
	cr_expect_eq(scene.list.sort, RT_SORT_NAME);
}

Test(retrytop_mouse, the_wheel_moves_and_scrolls)
{
	struct rt_mouse wheel = {RT_MOUSE_WHEEL_DOWN, 0, 0};

	draw();
	rt_ui_mouse(&scene.ui, &scene.list, &grid.hits, &wheel, 10, MS);
	cr_expect_str_eq(scene.list.selected, "cccc");
	rt_ui_key(&scene.ui, &scene.list, 0, 10, '?');
	rt_ui_mouse(&scene.ui, &scene.list, &grid.hits, &wheel, 10, MS);
	cr_expect_eq(scene.ui.scroll, 3);
	wheel.what = RT_MOUSE_WHEEL_UP;
	rt_ui_mouse(&scene.ui, &scene.list, &grid.hits, &wheel, 10, MS);
	cr_expect_eq(scene.ui.scroll, 0);
}

Test(retrytop_mouse, other_places_and_the_prompt_take_no_clicks)
{
	struct rt_mouse mouse = {RT_MOUSE_CLICK, 5000, 5000};

	draw();
	rt_ui_mouse(&scene.ui, &scene.list, &grid.hits, &mouse, 10, MS);
	mouse.y = 0;
	rt_ui_mouse(&scene.ui, &scene.list, &grid.hits, &mouse, 10, MS);
	cr_expect_eq(rt_list_selected(&scene.list), 0);
	rt_ui_key(&scene.ui, &scene.list, 0, 10, '/');
	click(" bbbb", 1000);
	cr_expect_eq(rt_list_selected(&scene.list), 0);
	cr_expect(scene.ui.editing);
}
