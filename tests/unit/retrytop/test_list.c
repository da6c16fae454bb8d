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

Test(retrytop_list, another_window_is_computed_even_while_paused)
{
	struct rt_window *window = rt_window_new();
	struct rt_list list;

	for (uint64_t s = 0; s < 100; s++)
		add_event(window, foreign_event(BACKOFF_EVENT_ATTEMPT, "op",
						T0_S + s, 1));
	rt_list_init(&list, 60);
	cr_assert(rt_list_update(&list, window, T0_S + 99));
	list.paused = true;
	rt_list_set_window(&list, 0);
	cr_assert(rt_list_look(&list, window));
	cr_expect_eq(list.total.window.retries, 10);
	cr_expect_float_eq(list.total.retries_per_s, 1.0, 1e-9);
	add_many(window,
		 foreign_event(BACKOFF_EVENT_ATTEMPT, "op", T0_S + 109, 1), 7);
	rt_list_set_window(&list, 2);
	cr_assert(rt_list_look(&list, window));
	cr_expect_eq(list.model.end_s, T0_S + 99, "the time stays");
	cr_expect_eq(list.total.window.retries, 100);
	rt_list_clear(&list);
	rt_window_free(window);
}

Test(retrytop_list, verdicts_do_not_depend_on_the_window)
{
	struct rt_window *window = rt_window_new();

	for (uint64_t s = 0; s < 1000; s++)
		add_many(window,
			 native_event(s < 700 ? BACKOFF_EVENT_SUCCESS
					      : BACKOFF_EVENT_EXHAUSTED,
				      "op", T0_S + s, 1),
			 5);
	for (size_t i = 0; i < RT_LENGTHS; i++) {
		struct rt_list list;

		rt_list_init(&list, 60);
		rt_list_set_window(&list, i);
		cr_assert(rt_list_update(&list, window, T0_S + 999));
		cr_assert_eq(list.model.verdicts.count, 1);
		cr_expect_eq(list.model.verdicts.item[0].since_s, T0_S + 700);
		cr_expect_eq(list.shown[0]->since_s, T0_S + 700);
		rt_list_clear(&list);
	}
	rt_window_free(window);
}

/* Two operations at two hosts; all calls of pay at host b fail. */
static struct rt_window *
make_hosts(void)
{
	struct rt_window *window = rt_window_new();

	for (uint64_t s = 0; s < 300; s++)
		for (unsigned i = 0; i < 4; i++) {
			struct backoff_event event = native_event(
				i == 3 ? BACKOFF_EVENT_EXHAUSTED
				       : BACKOFF_EVENT_SUCCESS,
				i & 1 ? "pay" : "read", T0_S + s, 1);

			event.host = i & 2 ? "b" : "a";
			event.code = i == 3 ? "http:502" : NULL;
			event.target = i & 1 ? "bank" : "store";
			add_event(window, event);
		}
	return window;
}

static void
filter(struct rt_list *list, struct rt_window *window, const char *text)
{
	snprintf(list->filter, sizeof(list->filter), "%s", text);
	rt_list_arrange(list);
	cr_assert(rt_list_look(list, window));
}

Test(retrytop_list, numbers_are_of_what_passes_the_terms)
{
	static const struct {
		const char *filter;
		enum rt_group group;
		size_t shown;
		uint64_t successes, failed;
	} row[] = {
		{"", RT_GROUP_OPERATION, 2, 180, 60},
		{"op=p*", RT_GROUP_OPERATION, 1, 60, 60},
		{"op=p* op=*d", RT_GROUP_OPERATION, 0, 0, 0},
		{"host=b", RT_GROUP_OPERATION, 2, 60, 60},
		{"host=a", RT_GROUP_OPERATION, 2, 120, 0},
		{"op=p* host=b", RT_GROUP_OPERATION, 1, 0, 60},
		{"host=b read", RT_GROUP_OPERATION, 1, 60, 0},
		{"target=store", RT_GROUP_OPERATION, 1, 120, 0},
		{"policy=STAND*", RT_GROUP_OPERATION, 2, 180, 60},
		{"error=http:*", RT_GROUP_OPERATION, 1, 0, 60},
		{"op=pay", RT_GROUP_HOST, 2, 60, 60},
		{"host=b", RT_GROUP_TARGET, 2, 60, 60},
		{"host=b op=pay", RT_GROUP_ERROR, 1, 0, 60},
	};
	struct rt_window *window = make_hosts();
	struct rt_list list;

	for (size_t i = 0; i < COUNT(row); i++) {
		const struct rt_counts *sum = &list.total.window;
		uint64_t points = 0;

		rt_list_init(&list, 60);
		list.group = row[i].group;
		cr_assert(rt_list_update(&list, window, T0_S + 299));
		filter(&list, window, row[i].filter);
		cr_expect_eq(list.shown_count, row[i].shown, "%s: %zu",
			     row[i].filter, list.shown_count);
		cr_expect_eq(sum->successes, row[i].successes, "%s: %d",
			     row[i].filter, (int)sum->successes);
		cr_expect_eq(sum->exhausted, row[i].failed, "%s: %d",
			     row[i].filter, (int)sum->exhausted);
		for (size_t k = 0; k < list.span.points; k++)
			points += list.failed[k];
		cr_expect_eq(points, row[i].failed > 0 ? 300 : 0, "%s: %d",
			     row[i].filter, (int)points);
		/* The same after another second, and by an option. */
		cr_assert(rt_list_update(&list, window, T0_S + 299));
		cr_expect_eq(sum->exhausted, row[i].failed, "%s",
			     row[i].filter);
		rt_list_clear(&list);
	}
	rt_window_free(window);
}

Test(retrytop_list, errors_have_no_calls)
{
	struct rt_window *window = make_hosts();
	struct rt_list list;

	/* An incident. */
	for (uint64_t i = 0; i < 120; i++) {
		struct backoff_event event = native_event(
			BACKOFF_EVENT_EXHAUSTED, "pay", T0_S + 270 + i / 4, 1);

		event.host = "b";
		event.code = "http:502";
		add_event(window, event);
	}
	rt_list_init(&list, 60);
	cr_assert(rt_list_update(&list, window, T0_S + 299));
	filter(&list, window, "error=http:502");
	cr_assert_eq(list.shown_count, 1);
	cr_expect_not(list.shown[0]->calls_known);
	filter(&list, window, "host=b");
	cr_expect(list.shown[0]->calls_known);
	cr_expect_gt(list.shown[0]->since_s, 0, "the verdict is whole");
	rt_list_clear(&list);
	rt_window_free(window);
}

Test(retrytop_list, a_wrong_term_says_so_and_hides_nothing)
{
	struct rt_window *window = make_hosts();
	struct rt_list list;

	rt_list_init(&list, 60);
	cr_assert(rt_list_update(&list, window, T0_S + 299));
	filter(&list, window, "hst=b");
	cr_expect_str_eq(list.problem,
			 "no such term: hst=; did you mean host=");
	cr_expect_eq(list.shown_count, 2);
	filter(&list, window, "host=b");
	cr_expect_str_eq(list.problem, "");
	rt_list_clear(&list);
	rt_window_free(window);
}

Test(retrytop_list, the_selection_sticks_while_terms_change)
{
	struct rt_window *window = make_hosts();
	struct rt_list list;

	rt_list_init(&list, 60);
	cr_assert(rt_list_update(&list, window, T0_S + 299));
	rt_list_move(&list, 1);
	cr_expect_str_eq(list.selected, "read");
	filter(&list, window, "host=b");
	cr_expect_str_eq(list.shown[rt_list_selected(&list)]->operation,
			 "read");
	filter(&list, window, "");
	cr_expect_str_eq(list.shown[rt_list_selected(&list)]->operation,
			 "read");
	rt_list_clear(&list);
	rt_window_free(window);
}

static void
retry(struct rt_window *window, const char *operation, unsigned count)
{
	add_many(window,
		 foreign_event(BACKOFF_EVENT_ATTEMPT, operation, T0_S, 1),
		 count);
}

Test(retrytop_list, rows_keep_their_places_for_two_seconds)
{
	struct rt_window *window = rt_window_new();
	struct rt_list list;

	rt_list_init(&list, 60);
	list.sort = RT_SORT_RETRIES;
	list.now_ns = 100 * NS_PER_S;
	retry(window, "a", 3);
	retry(window, "b", 2);
	cr_assert(rt_list_update(&list, window, T0_S));
	cr_expect_str_eq(list.shown[0]->operation, "a");
	retry(window, "b", 2);
	retry(window, "c", 9);
	list.now_ns += NS_PER_S;
	cr_assert(rt_list_update(&list, window, T0_S));
	cr_assert_eq(list.shown_count, 3);
	cr_expect_str_eq(list.shown[0]->operation, "a");
	cr_expect_str_eq(list.shown[1]->operation, "b");
	cr_expect_str_eq(list.shown[2]->operation, "c", "new rows come last");
	list.now_ns += NS_PER_S;
	cr_assert(rt_list_update(&list, window, T0_S));
	cr_expect_str_eq(list.shown[0]->operation, "c");
	cr_expect_str_eq(list.shown[1]->operation, "b");
	cr_expect_str_eq(list.shown[2]->operation, "a");
	/* A key sorts at once, and the order lasts from then on. */
	list.sort = RT_SORT_NAME;
	list.now_ns += NS_PER_S;
	rt_list_arrange(&list);
	cr_expect_str_eq(list.shown[0]->operation, "a");
	list.sort = RT_SORT_RETRIES;
	list.now_ns += NS_PER_S;
	cr_assert(rt_list_update(&list, window, T0_S));
	cr_expect_str_eq(list.shown[0]->operation, "a");
	rt_list_clear(&list);
	rt_window_free(window);
}

static void
retry_at(struct rt_window *window, uint64_t second, unsigned count)
{
	add_many(window,
		 foreign_event(BACKOFF_EVENT_ATTEMPT, "op", T0_S + second, 1),
		 count);
}

Test(retrytop_list, the_past_stays_while_the_log_grows)
{
	struct rt_window *window = rt_window_new();
	struct rt_list list;

	/* An hour of one a second, and two more minutes of five. */
	rt_list_init(&list, 60);
	for (uint64_t s = 0; s < 3720; s++)
		retry_at(window, s, s < 3600 ? 1 : 5);
	cr_assert(rt_list_update(&list, window, T0_S + 3719));
	cr_expect_float_eq(list.total.retries_per_s, 5.0, 1e-9);
	rt_list_travel(&list, -300);
	cr_assert(rt_list_look(&list, window));
	cr_expect_float_eq(list.total.retries_per_s, 1.0, 1e-9);
	for (uint64_t s = 3720; s < 3800; s++)
		retry_at(window, s, 5);
	cr_assert(rt_list_update(&list, window, T0_S + 3799));
	cr_expect_eq(list.model.end_s, T0_S + 3419);
	cr_expect_float_eq(list.total.retries_per_s, 1.0, 1e-9);
	/* The window, groups and filters work there, too. */
	rt_list_set_window(&list, 3);
	cr_assert(rt_list_look(&list, window));
	cr_expect_float_eq(list.total.retries_per_s, 1.0, 1e-9);
	rt_list_regroup(&list, -1);
	cr_assert(rt_list_look(&list, window));
	cr_expect_float_eq(list.shown[0]->retries_per_s, 1.0, 1e-9);
	cr_expect_eq(list.shown[0]->seen_ns, 0, "that was later");
	cr_expect(rt_list_return(&list));
	cr_assert(rt_list_look(&list, window));
	cr_expect_eq(list.model.end_s, T0_S + 3799);
	cr_expect_gt(list.total.retries_per_s, 1.5);
	rt_list_clear(&list);
	rt_window_free(window);
}

Test(retrytop_list, what_was_not_wrong_yet_is_not_wrong)
{
	struct rt_window *window = rt_window_new();
	struct rt_list list;

	for (uint64_t s = 0; s < 1000; s++)
		add_many(window,
			 native_event(s < 700 ? BACKOFF_EVENT_SUCCESS
					      : BACKOFF_EVENT_EXHAUSTED,
				      "op", T0_S + s, 1),
			 5);
	rt_list_init(&list, 60);
	cr_assert(rt_list_update(&list, window, T0_S + 999));
	cr_expect_eq(list.shown[0]->since_s, T0_S + 700);
	rt_list_travel(&list, -100);
	cr_assert(rt_list_look(&list, window));
	cr_expect_eq(list.shown[0]->since_s, T0_S + 700);
	rt_list_travel(&list, -250);
	cr_assert(rt_list_look(&list, window));
	cr_expect_eq(list.shown[0]->since_s, 0);
	cr_expect_eq(list.model.verdicts.count, 1, "verdicts are of now");
	rt_list_clear(&list);
	rt_window_free(window);
}
