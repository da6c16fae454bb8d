/* Tests of tools/live/sort.c: the order under each key. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "live/sort.h"
#include "unit/live/helper.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Insertion sort of three rows. */
static void
sort(const struct rt_model *model, enum rt_sort key, bool reversed,
     const struct rt_row *sorted[3])
{
	cr_assert_eq(model->count, 3);
	for (size_t i = 0; i < 3; i++) {
		size_t at = i;

		for (; at > 0 && rt_sort_compare(&model->row[i], sorted[at - 1],
						 key, reversed) < 0;
		     at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = &model->row[i];
	}
}

Test(live_sort, each_key_has_its_order)
{
	static const struct {
		enum rt_sort sort;
		const char *want[3];
	} row[] = {
		{RT_SORT_FAILED, {"pay", "dns", "mail"}},
		{RT_SORT_NAME, {"dns", "mail", "pay"}},
		{RT_SORT_POLICY, {"pay", "dns", "mail"}},
		{RT_SORT_MAX, {"pay", "dns", "mail"}},
		{RT_SORT_CALLS, {"pay", "dns", "mail"}},
		{RT_SORT_FIRST, {"pay", "dns", "mail"}},
		{RT_SORT_OK, {"pay", "dns", "mail"}},
		{RT_SORT_RETRIES, {"pay", "mail", "dns"}},
		{RT_SORT_LOAD, {"mail", "pay", "dns"}},
		{RT_SORT_SHARE, {"pay", "dns", "mail"}},
		{RT_SORT_WHY, {"dns", "pay", "mail"}},
		{RT_SORT_P99, {"dns", "mail", "pay"}},
		{RT_SORT_P99_TRY, {"dns", "mail", "pay"}},
		{RT_SORT_EXHAUSTED, {"pay", "dns", "mail"}},
		{RT_SORT_ABORTED, {"dns", "mail", "pay"}},
		{RT_SORT_ERROR, {"dns", "mail", "pay"}},
		{RT_SORT_SEEN, {"dns", "mail", "pay"}},
		{RT_SORT_SINCE, {"dns", "mail", "pay"}},
		{RT_SORT_HISTORY, {"mail", "pay", "dns"}},
	};
	struct rt_window *window = make_window();
	const char *rest = RT_SORT_NAMES;
	const struct rt_row *sorted[3];
	struct rt_model model;

	rt_model_init(&model, 10);
	cr_assert(rt_model_update(&model, window, T0_S + 9));
	cr_expect_eq(COUNT(row), RT_SORT_COUNT);
	for (size_t i = 0; i < COUNT(row); i++) {
		const char *name = rt_sort_name(row[i].sort);

		sort(&model, row[i].sort, false, sorted);
		for (size_t k = 0; k < 3; k++)
			cr_expect_str_eq(sorted[k]->operation, row[i].want[k],
					 "%s, row %zu", name, k);
		/* The option's names are in the order of the enum. */
		cr_expect(strncmp(rest, name, strlen(name)) == 0, "%s", name);
		rest += strlen(name) + (i + 1 < COUNT(row));
	}
	cr_expect_str_eq(rest, "");
	rt_model_clear(&model);
	rt_window_free(window);
}

Test(live_sort, reversing_keeps_equal_numbers_in_the_order_of_names)
{
	static const struct {
		enum rt_sort sort;
		const char *want[3];
	} row[] = {
		{RT_SORT_RETRIES, {"dns", "mail", "pay"}},
		{RT_SORT_EXHAUSTED, {"dns", "mail", "pay"}},
		{RT_SORT_ABORTED, {"mail", "pay", "dns"}},
		{RT_SORT_NAME, {"pay", "mail", "dns"}},
	};
	struct rt_window *window = make_window();
	const struct rt_row *sorted[3];
	struct rt_model model;

	rt_model_init(&model, 10);
	cr_assert(rt_model_update(&model, window, T0_S + 9));
	for (size_t i = 0; i < COUNT(row); i++) {
		sort(&model, row[i].sort, true, sorted);
		for (size_t k = 0; k < 3; k++)
			cr_expect_str_eq(sorted[k]->operation, row[i].want[k],
					 "%s, row %zu",
					 rt_sort_name(row[i].sort), k);
	}
	rt_model_clear(&model);
	rt_window_free(window);
}
