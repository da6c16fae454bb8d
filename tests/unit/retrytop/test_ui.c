/* Tests of tools/retrytop/ui.c: keys do what the help page says. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "unit/live/helper.h"
#include "retrytop/ui.h"

static struct rt_ui ui;
static struct rt_list list;

static void
press(uint32_t key)
{
	rt_ui_key(&ui, &list, 42, 10, key);
}

static void
type(const char *text)
{
	for (; *text != '\0'; text++)
		press((unsigned char)*text);
}

static void
set_up(void)
{
	rt_list_init(&list, 60);
}

TestSuite(retrytop_ui, .init = set_up);

Test(retrytop_ui, q_goes_back_and_then_quits)
{
	press('?');
	cr_expect_eq(ui.page, RT_PAGE_HELP);
	press('q');
	cr_expect_eq(ui.page, RT_PAGE_OVERVIEW);
	cr_expect_not(ui.quit);
	press('q');
	cr_expect(ui.quit);
}

Test(retrytop_ui, pages_open_close_and_scroll)
{
	press('i');
	cr_expect_eq(ui.page, RT_PAGE_INPUTS);
	press('j');
	press(RT_KEY_PAGE_DOWN);
	cr_expect_eq(ui.scroll, 11);
	press('k');
	cr_expect_eq(ui.scroll, 10);
	press('g');
	cr_expect_eq(ui.scroll, 0);
	press('?');
	cr_expect_eq(ui.page, RT_PAGE_HELP);
	press('?');
	cr_expect_eq(ui.page, RT_PAGE_OVERVIEW);
	press('h');
	press(RT_KEY_ESCAPE);
	cr_expect_eq(ui.page, RT_PAGE_OVERVIEW);
}

Test(retrytop_ui, the_filter_is_typed_kept_and_undone)
{
	press('/');
	cr_expect(ui.editing);
	type("pay q?");
	cr_expect_str_eq(list.filter, "pay q?", "keys are text now");
	press(RT_KEY_BACKSPACE);
	press(0x7f);
	press(0xe9);
	press(0x20ac);
	press(0x1f600);
	cr_expect_str_eq(list.filter,
			 "pay \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
	press(RT_KEY_BACKSPACE);
	press(RT_KEY_BACKSPACE);
	press(RT_KEY_BACKSPACE);
	press(1);
	press(RT_KEY_UP);
	cr_expect_str_eq(list.filter, "pay ", "whole characters go");
	press(RT_KEY_ENTER);
	cr_expect_not(ui.editing);
	press('/');
	type("x");
	press(RT_KEY_ESCAPE);
	cr_expect_str_eq(list.filter, "pay ", "as it was");
	press('/');
	press('U' - '@');
	cr_expect_str_eq(list.filter, "");
	for (unsigned i = 0; i < 10; i++)
		press(RT_KEY_BACKSPACE);
	cr_expect_str_eq(list.filter, "");
	press(RT_KEY_ENTER);
	press('/');
	type("abc");
	press(RT_KEY_ENTER);
	press(RT_KEY_ESCAPE);
	cr_expect_str_eq(list.filter, "", "Esc clears");
	cr_expect_not(ui.quit);
}

Test(retrytop_ui, a_filter_has_an_end)
{
	press('/');
	for (unsigned i = 0; i < 1000; i++)
		press(0x20ac);
	cr_expect(strlen(list.filter) < RT_FILTER_MAX);
	cr_expect_eq(strlen(list.filter) % 3, 0);
}

Test(retrytop_ui, sorting_cycles_through_all_keys_and_back)
{
	for (unsigned i = 0; i < RT_SORT_COUNT; i++) {
		cr_expect_eq(list.sort, i);
		press('s');
	}
	cr_expect_eq(list.sort, 0);
	press('S');
	cr_expect_eq(list.sort, RT_SORT_COUNT - 1);
	press('r');
	cr_expect(list.reversed);
	press('r');
	cr_expect_not(list.reversed);
}

Test(retrytop_ui, space_pauses_and_remembers_when)
{
	press(' ');
	cr_expect(list.paused);
	cr_expect_eq(list.paused_at, 42);
	press(' ');
	cr_expect_not(list.paused);
}

Test(retrytop_ui, no_key_does_harm)
{
	for (uint32_t key = 0; key < 0x110100; key += key < 0x400 ? 1 : 0x3f)
		press(key);
	cr_expect(list.sort < RT_SORT_COUNT);
}

Test(retrytop_ui, w_and_digits_choose_the_window)
{
	static const uint64_t longer[] = {300, 900, 10, 60, 300};
	static const uint64_t shorter[] = {60, 10, 900, 300};

	for (size_t i = 0; i < sizeof(longer) / sizeof(*longer); i++) {
		press('w');
		cr_expect_eq(list.model.window_s, longer[i]);
		cr_expect(list.stale);
	}
	for (size_t i = 0; i < sizeof(shorter) / sizeof(*shorter); i++) {
		press('W');
		cr_expect_eq(list.model.window_s, shorter[i]);
	}
	for (size_t i = 0; i < RT_LENGTHS; i++) {
		press('1' + (uint32_t)i);
		cr_expect_eq(list.model.window_s, rt_lengths_s[i]);
	}
	/* From a length that no key chooses. */
	list.model.window_s = 30;
	press('W');
	cr_expect_eq(list.model.window_s, 10);
	list.model.window_s = 30;
	press('w');
	cr_expect_eq(list.model.window_s, 60);
}

Test(retrytop_ui, brackets_step_through_time)
{
	rt_travel_now(&list.travel, T0_S + 1000, T0_S);
	press('[');
	cr_expect_eq(list.travel.at_s, T0_S + 999);
	press('[');
	cr_expect_eq(list.travel.at_s, T0_S + 989);
	cr_expect_eq(list.model.end_s, T0_S + 989);
	cr_expect(list.model.is_past);
	cr_expect(list.stale);
	press('m');
	press('{');
	cr_expect_eq(list.travel.at_s, T0_S + 689);
	press(')');
	cr_expect_eq(list.travel.at_s, T0_S + 989);
	press('}');
	cr_expect_eq(list.travel.at_s, 0);
	cr_expect_eq(list.model.end_s, T0_S + 1000);
	press('(');
	cr_expect_eq(list.travel.at_s, T0_S + 989);
	press(']');
	press(']');
	cr_expect_eq(list.travel.at_s, 0);
}

Test(retrytop_ui, space_and_escape_return_to_now)
{
	rt_travel_now(&list.travel, T0_S + 1000, T0_S);
	type("/pay");
	press(RT_KEY_ENTER);
	press('[');
	press(' ');
	cr_expect_eq(list.travel.at_s, 0);
	cr_expect_not(list.paused);
	press(' ');
	cr_expect(list.paused);
	press('[');
	cr_expect_not(list.paused, "reading never stopped");
	press(RT_KEY_ESCAPE);
	cr_expect_eq(list.travel.at_s, 0);
	cr_expect_str_eq(list.filter, "pay", "one thing at a time");
	press(RT_KEY_ESCAPE);
	cr_expect_str_eq(list.filter, "");
}

Test(retrytop_ui, time_stays_while_text_is_read)
{
	rt_travel_now(&list.travel, T0_S + 1000, T0_S);
	press('?');
	press('[');
	cr_expect_eq(list.travel.at_s, 0);
}

Test(retrytop_ui, keys_of_htop_do_what_they_do_there)
{
	press(RT_KEY_F1);
	cr_expect_eq(ui.page, RT_PAGE_HELP);
	press(RT_KEY_F1);
	press(RT_KEY_F6);
	cr_expect_eq(list.sort, 1);
	press(RT_KEY_F4);
	cr_expect(ui.editing);
	press(RT_KEY_ESCAPE);
	press(RT_KEY_F3);
	cr_expect(ui.editing);
	press(RT_KEY_ESCAPE);
	press('i');
	press(RT_KEY_F10);
	cr_expect(ui.quit);
}

Test(retrytop_ui, keys_of_less_scroll_pages_of_text)
{
	press('?');
	press(' ');
	cr_expect_eq(ui.scroll, 10);
	cr_expect_not(list.paused);
	press('f');
	cr_expect_eq(ui.scroll, 20);
	press('b');
	cr_expect_eq(ui.scroll, 10);
	press('D' - '@');
	cr_expect_eq(ui.scroll, 15);
	press('U' - '@');
	cr_expect_eq(ui.scroll, 10);
	press(RT_KEY_ESCAPE);
	press(' ');
	cr_expect(list.paused);
}
