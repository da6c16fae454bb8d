/* Tests of tools/retrytop/list.c: order, filter, selection, pause. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "retrytop/list.h"
#include "unit/live/helper.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct rt_row *
find(const struct rt_model *model, const char *operation)
{
	for (size_t i = 0; i < model->count; i++)
		if (strcmp(model->row[i].operation, operation) == 0)
			return &model->row[i];
	return NULL;
}

Test(retrytop_list, rows_follow_the_sort_key)
{
	struct rt_window *window = make_window();
	struct rt_list list;

	rt_list_init(&list, 10);
	cr_assert(rt_list_update(&list, window, T0_S + 9));
	cr_assert_eq(list.shown_count, 3);
	cr_expect_str_eq(list.shown[0]->operation, "pay", "by retries");
	list.sort = RT_SORT_NAME;
	rt_list_arrange(&list);
	cr_expect_str_eq(list.shown[0]->operation, "dns");
	cr_expect_str_eq(list.shown[1]->operation, "mail");
	cr_expect_str_eq(list.shown[2]->operation, "pay");
	list.reversed = true;
	rt_list_arrange(&list);
	cr_expect_str_eq(list.shown[0]->operation, "pay");
	rt_list_clear(&list);
	rt_window_free(window);
}

Test(retrytop_list, the_filter_looks_at_name_policy_and_error)
{
	static const struct {
		const char *filter, *why;
		size_t shown;
	} row[] = {
		{"", "everything", 3},
		{"PAY", "the name, ignoring case", 1},
		{"stand", "the policy", 1},
		{"refused", "the error's text", 3},
		{"ConnectionE", "the error's type", 3},
		{"nothing like it", "none", 0},
		{"a very long filter that is longer than any text in a row", "",
		 0},
	};
	struct rt_window *window = make_window();
	struct rt_list list;

	rt_list_init(&list, 10);
	cr_assert(rt_list_update(&list, window, T0_S + 9));
	for (size_t i = 0; i < COUNT(row); i++) {
		snprintf(list.filter, sizeof(list.filter), "%s", row[i].filter);
		rt_list_arrange(&list);
		cr_expect_eq(list.shown_count, row[i].shown, "%s: %zu",
			     row[i].why, list.shown_count);
	}
	rt_list_clear(&list);
	rt_window_free(window);
}

Test(retrytop_list, the_selection_sticks_to_the_operation)
{
	struct rt_window *window = make_window();
	struct rt_list list;

	rt_list_init(&list, 10);
	list.sort = RT_SORT_RETRIES;
	rt_list_move(&list, 1);
	cr_expect_eq(rt_list_selected(&list), 0, "nothing to select yet");
	cr_assert(rt_list_update(&list, window, T0_S + 9));
	rt_list_move(&list, 1);
	cr_expect_str_eq(list.selected, "mail");
	list.sort = RT_SORT_LOAD;
	rt_list_arrange(&list);
	cr_expect_eq(rt_list_selected(&list), 0, "mail is first now");
	rt_list_move(&list, 1000);
	cr_expect_str_eq(list.selected, "dns");
	rt_list_move(&list, -1000);
	cr_expect_null(list.selected, "whichever is first");
	rt_list_move(&list, 1);
	memcpy(list.filter, "pay", sizeof("pay"));
	rt_list_arrange(&list);
	cr_expect_eq(rt_list_selected(&list), 0, "it is filtered away");
	rt_list_clear(&list);
	rt_window_free(window);
}

Test(retrytop_list, a_pause_freezes_the_rows_but_not_their_order)
{
	struct rt_window *window = make_window();
	struct rt_list list;

	rt_list_init(&list, 10);
	cr_assert(rt_list_update(&list, window, T0_S + 9));
	list.paused = true;
	add_many(window,
		 foreign_event(BACKOFF_EVENT_ATTEMPT, "mail", T0_S + 9, 1),
		 1000);
	add_many(window,
		 foreign_event(BACKOFF_EVENT_ATTEMPT, "new", T0_S + 9, 1), 1);
	cr_assert(rt_list_update(&list, window, T0_S + 9));
	cr_expect_eq(list.model.count, 3);
	cr_expect_eq(find(&list.model, "mail")->window.retries, 6);
	list.sort = RT_SORT_NAME;
	rt_list_arrange(&list);
	cr_expect_str_eq(list.shown[0]->operation, "dns");
	list.paused = false;
	cr_assert(rt_list_update(&list, window, T0_S + 9));
	cr_expect_eq(list.model.count, 4);
	cr_expect_eq(find(&list.model, "mail")->window.retries, 1006);
	rt_list_clear(&list);
	rt_window_free(window);
}

Test(retrytop_list, the_total_is_of_the_rows_that_are_shown)
{
	struct rt_window *window = make_window();
	struct rt_list list;

	rt_list_init(&list, 10);
	cr_assert(rt_list_update(&list, window, T0_S + 9));
	cr_expect_eq(list.total.window.retries, 16);
	cr_expect_not(list.total.calls_known);
	snprintf(list.filter, sizeof(list.filter), "pay");
	rt_list_arrange(&list);
	cr_expect_eq(list.total.window.retries, 10);
	cr_expect(list.total.calls_known);
	cr_expect_float_eq(list.total.calls_per_s, 1.0, 1e-9);
	cr_expect_eq(list.model.total.window.retries, 16);
	snprintf(list.filter, sizeof(list.filter), "none");
	rt_list_arrange(&list);
	cr_expect_eq(list.total.window.retries, 0);
	cr_expect_not(list.total.calls_known);
	rt_list_clear(&list);
	rt_window_free(window);
}

/* Rows moved under the cursor each second. */
Test(retrytop_list, rows_keep_their_places_below_a_selection)
{
	struct rt_window *window = make_window();
	struct rt_list list;

	rt_list_init(&list, 10);
	list.sort = RT_SORT_RETRIES;
	cr_assert(rt_list_update(&list, window, T0_S + 9));
	cr_expect_str_eq(list.shown[1]->operation, "mail");
	rt_list_move(&list, 1);
	add_many(window,
		 foreign_event(BACKOFF_EVENT_ATTEMPT, "mail", T0_S + 9, 1), 90);
	add_many(window,
		 foreign_event(BACKOFF_EVENT_ATTEMPT, "new", T0_S + 9, 1), 80);
	cr_assert(rt_list_update(&list, window, T0_S + 9));
	cr_assert_eq(list.shown_count, 4);
	cr_expect_str_eq(list.shown[0]->operation, "pay");
	cr_expect_str_eq(list.shown[1]->operation, "mail");
	cr_expect_str_eq(list.shown[2]->operation, "dns");
	cr_expect_str_eq(list.shown[3]->operation, "new");
	cr_expect_eq(rt_list_selected(&list), 1);
	/* At the top, the order follows the numbers again. */
	rt_list_move(&list, -1);
	cr_assert(rt_list_update(&list, window, T0_S + 9));
	cr_expect_str_eq(list.shown[0]->operation, "mail");
	cr_expect_str_eq(list.shown[1]->operation, "new");
	cr_expect_eq(rt_list_selected(&list), 0);
	rt_list_clear(&list);
	rt_window_free(window);
}

Test(retrytop_list, a_sort_key_sorts_rows_that_are_held)
{
	struct rt_window *window = make_window();
	struct rt_list list;

	rt_list_init(&list, 10);
	list.sort = RT_SORT_RETRIES;
	cr_assert(rt_list_update(&list, window, T0_S + 9));
	rt_list_move(&list, 2);
	list.sort = RT_SORT_NAME;
	rt_list_arrange(&list);
	cr_expect_str_eq(list.shown[0]->operation, "dns");
	/* What was selected is the first now. */
	cr_expect_eq(rt_list_selected(&list), 0);
	cr_expect_not(list.held);
	list.reversed = true;
	rt_list_arrange(&list);
	cr_expect_eq(rt_list_selected(&list), 2);
	cr_expect(list.held);
	/* It is filtered away. */
	snprintf(list.filter, sizeof(list.filter), "pay");
	rt_list_arrange(&list);
	cr_expect_not(list.held);
	rt_list_clear(&list);
	rt_window_free(window);
}

Test(retrytop_list, rows_are_regrouped_even_while_paused)
{
	struct rt_window *window = make_window();
	struct rt_list list;

	rt_list_init(&list, 10);
	cr_assert(rt_list_update(&list, window, T0_S + 9));
	rt_list_move(&list, 1);
	list.paused = true;
	rt_list_regroup(&list, -1);
	cr_expect_eq(list.group, RT_GROUP_ERROR);
	cr_expect_eq(list.shown_count, 0);
	cr_expect_null(list.selected);
	cr_assert(rt_list_look(&list, window));
	cr_expect_eq(list.shown_count, 1);
	cr_expect_str_eq(list.shown[0]->operation, "ConnectionError");
	cr_expect_eq(list.total.window.retries, 16, "of all operations");
	for (unsigned i = 0; i < RT_GROUP_COUNT; i++) {
		rt_list_regroup(&list, 1);
		cr_assert(rt_list_look(&list, window));
		cr_expect_gt(list.shown_count, 0, "%s",
			     rt_group_name(list.group));
	}
	list.paused = false;
	cr_assert(rt_list_update(&list, window, T0_S + 9));
	cr_expect_str_eq(list.shown[0]->operation, "ConnectionError");
	rt_list_clear(&list);
	rt_window_free(window);
}
