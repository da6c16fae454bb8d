/* Tests of tools/retrytop/browse.c: pages of operations and calls. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/browse.h"

#include <stdio.h>

#include "unit/retrytop/scene.h"

static struct scene scene;

static void
fail(const char *operation, const char *id, unsigned count)
{
	struct backoff_event event =
		native_event(BACKOFF_EVENT_ABORTED, operation, T0_S + 100, 1);

	event.call_id = id;
	scene_add(&scene, event, count);
}

static void
look(void)
{
	scene_compute(&scene);
	scene_look(&scene);
}

static void
press(uint32_t key)
{
	rt_ui_key(&scene.ui, &scene.list, 0, 10, key);
	scene_look(&scene);
}

static const char *
selected(void)
{
	const struct rt_browse *browse = scene.browse;

	return browse->calls.call[rt_browse_selected(browse)].id;
}

static void
set_up(void)
{
	scene_open(&scene);
	fail("a", "a1", 1);
	fail("a", "a2", 1);
	fail("b", "b1", 1);
	scene.list.sort = RT_SORT_NAME;
	look();
}

static void
tear_down(void)
{
	scene_close(&scene);
}

TestSuite(retrytop_browse, .init = set_up, .fini = tear_down);

Test(retrytop_browse, enter_opens_and_esc_closes)
{
	press(RT_KEY_ENTER);
	cr_expect_eq(scene.ui.page, RT_PAGE_OPERATION);
	cr_expect_str_eq(scene.browse->operation, "a");
	press(RT_KEY_ENTER);
	cr_expect_eq(scene.ui.page, RT_PAGE_CALL);
	cr_expect_str_eq(selected(), "a2");
	press('?');
	cr_expect_eq(scene.ui.page, RT_PAGE_HELP);
	press('i');
	cr_expect_eq(scene.ui.page, RT_PAGE_INPUTS);
	press(RT_KEY_ESCAPE);
	cr_expect_eq(scene.ui.page, RT_PAGE_CALL);
	press(RT_KEY_ESCAPE);
	cr_expect_eq(scene.ui.page, RT_PAGE_OPERATION);
	press('q');
	cr_expect_eq(scene.ui.page, RT_PAGE_OVERVIEW);
	cr_expect_not(scene.ui.quit);
}

Test(retrytop_browse, n_and_p_go_to_the_next_and_previous)
{
	press(RT_KEY_ENTER);
	press('n');
	cr_expect_str_eq(scene.browse->operation, "b");
	cr_expect_str_eq(scene.list.selected, "b");
	press('n');
	cr_expect_str_eq(scene.browse->operation, "b");
	press('p');
	cr_expect_str_eq(scene.browse->operation, "a");
	press(RT_KEY_ENTER);
	press('n');
	cr_expect_eq(scene.ui.page, RT_PAGE_CALL);
	cr_expect_str_eq(selected(), "a1");
	press('p');
	cr_expect_str_eq(selected(), "a2");
}

Test(retrytop_browse, the_selection_stays_with_its_call)
{
	press(RT_KEY_ENTER);
	press('j');
	cr_expect_str_eq(selected(), "a1");
	fail("a", "a3", 1);
	look();
	cr_expect_str_eq(selected(), "a1");
	/* At the top, it stays with the newest. */
	press('g');
	cr_expect_str_eq(selected(), "a3");
	fail("a", "a4", 1);
	look();
	cr_expect_str_eq(selected(), "a4");
	/* But the page of a call is about that call. */
	press(RT_KEY_ENTER);
	fail("a", "a5", 1);
	look();
	cr_expect_str_eq(selected(), "a4");
}

Test(retrytop_browse, v_lists_other_calls)
{
	press(RT_KEY_ENTER);
	press('v');
	cr_expect_eq(scene.browse->which, RT_WHICH_ALL);
	press('v');
	press('v');
	cr_expect_eq(scene.browse->which, RT_WHICH_RECOVERED);
	cr_expect_eq(scene.browse->calls.count, 0);
	/* There is no call to open. */
	press(RT_KEY_ENTER);
	cr_expect_eq(scene.ui.page, RT_PAGE_OPERATION);
	press('v');
	cr_expect_eq(scene.browse->calls.count, 2);
}

Test(retrytop_browse, a_pause_stops_the_list)
{
	press(RT_KEY_ENTER);
	press(' ');
	fail("a", "a3", 1);
	look();
	cr_expect_str_eq(selected(), "a2");
	cr_expect_eq(scene.browse->failed.count, 3);
	press(' ');
	look();
	cr_expect_str_eq(selected(), "a3");
	cr_expect_eq(scene.browse->failed.count, 4);
}

Test(retrytop_browse, failed_calls_obey_the_filter)
{
	press('/');
	press('b');
	look();
	cr_assert_eq(scene.browse->failed.count, 1);
	cr_expect_str_eq(scene.browse->failed.call[0].id, "b1");
}

Test(retrytop_browse, a_filter_of_other_rows_hides_no_failed_call)
{
	press('\t');
	cr_assert(rt_list_look(&scene.list, scene.ingest.window));
	press('/');
	press('-');
	rt_browse_update(scene.browse, &scene.list, scene.ingest.window);
	cr_expect_eq(scene.browse->failed.count, 3);
}

Test(retrytop_browse, without_operations_nothing_opens)
{
	struct scene empty;

	scene_open(&empty);
	scene_compute(&empty);
	scene_look(&empty);
	rt_ui_key(&empty.ui, &empty.list, 0, 10, RT_KEY_ENTER);
	cr_expect_eq(empty.ui.page, RT_PAGE_OVERVIEW);
	scene_close(&empty);
}

Test(retrytop_browse, later_calls_are_not_of_the_past)
{
	struct backoff_event event =
		native_event(BACKOFF_EVENT_ABORTED, "a", T0_S + 85, 1);

	event.call_id = "a0";
	scene_add(&scene, event, 1);
	look();
	press(RT_KEY_ENTER);
	cr_expect_eq(scene.browse->calls.count, 3);
	cr_expect_eq(scene.browse->failed.count, 4);
	press('[');
	press('[');
	cr_assert(rt_list_look(&scene.list, scene.ingest.window));
	scene_look(&scene);
	cr_assert_eq(scene.list.model.end_s, T0_S + 89);
	cr_assert_eq(scene.browse->calls.count, 1);
	cr_expect_str_eq(selected(), "a0");
	cr_expect_eq(scene.browse->failed.count, 1);
	cr_expect_eq(scene.browse->detail.calls, 1);
	press(' ');
	cr_assert(rt_list_look(&scene.list, scene.ingest.window));
	scene_look(&scene);
	cr_expect_eq(scene.browse->calls.count, 3);
}

Test(retrytop_browse, the_page_has_what_passes_the_filter)
{
	struct backoff_event event =
		native_event(BACKOFF_EVENT_ABORTED, "a", T0_S + 100, 1);

	event.call_id = "a3";
	event.host = "pod-3";
	scene_add(&scene, event, 1);
	look();
	for (const char *key = "/host=pod-3"; *key != '\0'; key++)
		press((uint32_t)*key);
	press(RT_KEY_ENTER);
	look();
	press(RT_KEY_ENTER);
	cr_expect_eq(scene.browse->calls.count, 1);
	cr_expect_str_eq(selected(), "a3");
	cr_expect_eq(scene.browse->detail.calls, 1);
}

static bool
is_shown(size_t width, size_t height, const char *part)
{
	struct rt_grid grid;
	bool found = false;
	char line[1024];

	cr_assert(rt_grid_init(&grid, width, height, false));
	rt_view_render(&scene.view, &grid);
	for (size_t y = 0; y < height && !found; y++)
		found = strstr(rt_grid_string(&grid, y, line, sizeof(line)),
			       part) != NULL;
	rt_grid_clear(&grid);
	return found;
}

Test(retrytop_browse, calls_before_the_window_are_apart)
{
	scene.list.model.window_s = 3;
	look();
	press(RT_KEY_ENTER);
	cr_expect(is_shown(80, 24, "-- before these 3s --"));
	scene.list.model.window_s = 60;
	look();
	cr_expect_not(is_shown(80, 24, "-- before these"));
}

Test(retrytop_browse, a_slow_operation_begins_with_slow_calls)
{
	struct rt_row *first = scene.list.model.row;

	while (strcmp(first->operation, "a") != 0)
		first++;
	first->word = RT_WORD_SLOW;
	press(RT_KEY_ENTER);
	cr_expect_eq(scene.browse->which, RT_WHICH_SLOW);
	press(RT_KEY_ESCAPE);
	first->word = RT_WORD_NONE;
	press(RT_KEY_ENTER);
	cr_expect_eq(scene.browse->which, RT_WHICH_FAILED);
	press('v');
	press(RT_KEY_ESCAPE);
	press(RT_KEY_ENTER);
	cr_expect_eq(scene.browse->which, RT_WHICH_ALL, "the user chose it");
}

/* Four times as slow for the last 40 of 200 seconds. */
Test(retrytop_browse, a_slow_operation_says_how_slow)
{
	struct rt_row *slow;

	for (uint64_t s = 0; s < 200; s++) {
		struct backoff_event event = native_event(
			BACKOFF_EVENT_SUCCESS, "a", T0_S - 95 + s, 1);

		event.duration_ns = s < 160 ? 100000000 : 400000000;
		event.elapsed_ns = event.duration_ns;
		scene_add(&scene, event, 4);
	}
	look();
	slow = scene.list.model.row;
	while (strcmp(slow->operation, "a") != 0)
		slow++;
	slow->word = RT_WORD_SLOW;
	slow->since_s = T0_S + 65;
	press(RT_KEY_ENTER);
	/* A bucket is a quarter wide. */
	cr_expect(is_shown(120, 35, "p50 382ms (usually 96ms)   p99 425ms"));
	slow->word = RT_WORD_NONE;
	cr_expect_not(is_shown(120, 35, "calls that succeed:"));
}

Test(retrytop_browse, an_attempt_that_was_not_made_has_no_bar)
{
	struct backoff_event event =
		native_event(BACKOFF_EVENT_EXHAUSTED, "a", T0_S + 101, 0);

	event.call_id = "a3";
	event.stop = BACKOFF_STOP_BREAKER_OPEN;
	event.outcome = BACKOFF_OUTCOME_CANCELLED;
	scene_add(&scene, event, 1);
	look();
	press(RT_KEY_ENTER);
	press(RT_KEY_ENTER);
	cr_expect_eq(scene.ui.page, RT_PAGE_CALL);
	cr_expect(is_shown(120, 20, " not made  "));
	cr_expect(is_shown(120, 20, "   x   "));
	cr_expect_not(is_shown(120, 20, "#"));
}
