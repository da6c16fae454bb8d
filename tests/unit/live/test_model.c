/* Tests of tools/live/model.c: rows, order, filter, selection, pause. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "unit/live/helper.h"
#include "live/model.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void
add_many(struct rt_window *window, struct backoff_event event, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		add_event(window, event);
}

/* Three operations within ten seconds. */
static struct rt_window *
make_window(void)
{
	struct rt_window *window = rt_window_new();

	/* 10 calls, 20 attempts: 5 at once, 3 after 3, 2 exhausted after 3. */
	add_many(window, native_event(BACKOFF_EVENT_SUCCESS, "pay", T0_S, 1),
		 5);
	add_many(window, native_event(BACKOFF_EVENT_ATTEMPT, "pay", T0_S, 1),
		 5);
	add_many(window,
		 native_event(BACKOFF_EVENT_ATTEMPT, "pay", T0_S + 1, 2), 5);
	add_many(window,
		 native_event(BACKOFF_EVENT_SUCCESS, "pay", T0_S + 2, 3), 3);
	add_many(window,
		 native_event(BACKOFF_EVENT_EXHAUSTED, "pay", T0_S + 2, 3), 2);
	/* Failures only: 4 calls failed once, 2 of them twice. */
	add_many(window, foreign_event(BACKOFF_EVENT_ATTEMPT, "mail", T0_S, 1),
		 4);
	add_many(window,
		 foreign_event(BACKOFF_EVENT_ATTEMPT, "mail", T0_S + 5, 2), 2);
	/* Nothing but an abort. */
	add_many(window,
		 foreign_event(BACKOFF_EVENT_ABORTED, "dns", T0_S + 9, 1), 1);
	return window;
}

static const struct rt_row *
find(const struct rt_model *model, const char *operation)
{
	for (size_t i = 0; i < model->count; i++)
		if (strcmp(model->row[i].operation, operation) == 0)
			return &model->row[i];
	return NULL;
}

Test(retrytop_model, rows_follow_from_the_counts)
{
	struct rt_window *window = make_window();
	const struct rt_row *row;
	struct rt_model model;

	rt_model_init(&model, 10);
	cr_assert(rt_model_update(&model, window, T0_S + 9));
	row = find(&model, "pay");
	cr_expect(row->calls_known);
	cr_expect_eq(row->load, RT_LOAD_OF_ALL);
	cr_expect_float_eq(row->calls_per_s, 1.0, 1e-9);
	cr_expect_float_eq(row->retries_per_s, 1.0, 1e-9);
	cr_expect_float_eq(row->attempts_per_call, 2.0, 1e-9);
	cr_expect_float_eq(row->exhausted_share, 0.2, 1e-9);
	cr_expect_str_eq(row->policy, "STANDARD");
	cr_expect_eq(row->max_attempts, 3);
	row = find(&model, "mail");
	cr_expect_not(row->calls_known);
	cr_expect_eq(row->load, RT_LOAD_OF_FAILED);
	cr_expect_float_eq(row->attempts_per_call, 10.0 / 4.0, 1e-9);
	cr_expect_float_eq(row->calls_per_s, 0.0, 1e-9);
	cr_expect_str_eq(row->policy, "");
	row = find(&model, "dns");
	cr_expect_float_eq(row->attempts_per_call, 1.0, 1e-9);
	cr_expect_eq(row->window.aborted, 1);
	cr_expect_eq(model.total.window.retries, 16);
	cr_expect_not(model.total.calls_known, "not of all operations");
	rt_model_clear(&model);
	rt_window_free(window);
}

Test(retrytop_model, no_number_is_ever_undefined)
{
	struct rt_window *window = make_window();
	struct rt_model model;

	rt_model_init(&model, 10);
	/* A window in which nothing happened. */
	cr_assert(rt_model_update(&model, window, T0_S + 200));
	for (size_t i = 0; i < model.count; i++) {
		const struct rt_row *row = &model.row[i];

		cr_expect(isfinite(row->attempts_per_call));
		cr_expect(isfinite(row->exhausted_share));
		cr_expect(isfinite(row->error.share));
		cr_expect_eq(row->load, RT_LOAD_UNKNOWN);
	}
	rt_model_clear(&model);
	rt_window_free(window);
}

Test(retrytop_model, sort_keys_order_and_reverse)
{
	static const struct {
		enum rt_sort sort;
		const char *want[3];
	} row[] = {
		{RT_SORT_RETRIES, {"pay", "mail", "dns"}},
		{RT_SORT_LOAD, {"mail", "pay", "dns"}},
		{RT_SORT_EXHAUSTED, {"pay", "dns", "mail"}},
		{RT_SORT_CALLS, {"pay", "dns", "mail"}},
		{RT_SORT_ABORTED, {"dns", "mail", "pay"}},
		{RT_SORT_SEEN, {"dns", "mail", "pay"}},
		{RT_SORT_RISING, {"dns", "mail", "pay"}},
		{RT_SORT_NAME, {"dns", "mail", "pay"}},
	};
	struct rt_window *window = make_window();
	struct rt_model model;
	const char *rest = RT_SORT_NAMES;

	rt_model_init(&model, 10);
	cr_assert(rt_model_update(&model, window, T0_S + 9));
	cr_expect_eq(COUNT(row), RT_SORT_COUNT);
	for (size_t i = 0; i < COUNT(row); i++) {
		const char *name = rt_sort_name(row[i].sort);

		model.sort = row[i].sort;
		model.reversed = false;
		rt_model_arrange(&model);
		for (size_t k = 0; k < 3; k++)
			cr_expect_str_eq(model.shown[k]->operation,
					 row[i].want[k], "%s, row %zu", name,
					 k);
		/* The option's names are in the order of the enum. */
		cr_expect(strncmp(rest, name, strlen(name)) == 0, "%s", name);
		rest += strlen(name) + (i + 1 < COUNT(row));
	}
	cr_expect_str_eq(rest, "");
	model.sort = RT_SORT_NAME;
	model.reversed = true;
	rt_model_arrange(&model);
	cr_expect_str_eq(model.shown[0]->operation, "pay");
	rt_model_clear(&model);
	rt_window_free(window);
}

Test(retrytop_model, the_filter_looks_at_name_policy_and_error)
{
	static const struct {
		const char *filter, *why;
		size_t shown;
	} row[] = {
		{"", "everything", 3},
		{"PAY", "the name, whatever the case", 1},
		{"stand", "the policy", 1},
		{"refused", "the error's text", 3},
		{"ConnectionE", "the error's type", 3},
		{"nothing like it", "none", 0},
		{"a very long filter that is longer than any text in a row", "",
		 0},
	};
	struct rt_window *window = make_window();
	struct rt_model model;

	rt_model_init(&model, 10);
	cr_assert(rt_model_update(&model, window, T0_S + 9));
	for (size_t i = 0; i < COUNT(row); i++) {
		snprintf(model.filter, sizeof(model.filter), "%s",
			 row[i].filter);
		rt_model_arrange(&model);
		cr_expect_eq(model.shown_count, row[i].shown, "%s: %zu",
			     row[i].why, model.shown_count);
	}
	rt_model_clear(&model);
	rt_window_free(window);
}

Test(retrytop_model, the_selection_sticks_to_the_operation)
{
	struct rt_window *window = make_window();
	struct rt_model model;

	rt_model_init(&model, 10);
	rt_model_move(&model, 1);
	cr_expect_eq(rt_model_selected(&model), 0, "nothing to select yet");
	cr_assert(rt_model_update(&model, window, T0_S + 9));
	rt_model_move(&model, 1);
	cr_expect_str_eq(model.selected, "mail");
	model.sort = RT_SORT_LOAD;
	rt_model_arrange(&model);
	cr_expect_eq(rt_model_selected(&model), 0, "mail is first now");
	rt_model_move(&model, 1000);
	cr_expect_str_eq(model.selected, "dns");
	rt_model_move(&model, -1000);
	cr_expect_str_eq(model.selected, "mail");
	memcpy(model.filter, "pay", sizeof("pay"));
	rt_model_arrange(&model);
	cr_expect_eq(rt_model_selected(&model), 0, "it is filtered away");
	rt_model_clear(&model);
	rt_window_free(window);
}

Test(retrytop_model, a_pause_freezes_the_rows_but_not_their_order)
{
	struct rt_window *window = make_window();
	struct rt_model model;

	rt_model_init(&model, 10);
	cr_assert(rt_model_update(&model, window, T0_S + 9));
	model.paused = true;
	add_many(window,
		 foreign_event(BACKOFF_EVENT_ATTEMPT, "mail", T0_S + 9, 1),
		 1000);
	add_many(window,
		 foreign_event(BACKOFF_EVENT_ATTEMPT, "new", T0_S + 9, 1), 1);
	cr_assert(rt_model_update(&model, window, T0_S + 9));
	cr_expect_eq(model.count, 3);
	cr_expect_eq(find(&model, "mail")->window.retries, 6);
	model.sort = RT_SORT_NAME;
	rt_model_arrange(&model);
	cr_expect_str_eq(model.shown[0]->operation, "dns");
	model.paused = false;
	cr_assert(rt_model_update(&model, window, T0_S + 9));
	cr_expect_eq(model.count, 4);
	cr_expect_eq(find(&model, "mail")->window.retries, 1006);
	rt_model_clear(&model);
	rt_window_free(window);
}

Test(retrytop_model, the_history_has_every_retry_of_five_minutes)
{
	struct rt_window *window = rt_window_new();
	struct rt_model model;

	rt_model_init(&model, 10);
	for (uint64_t s = 0; s < 1000; s++)
		add_event(window, foreign_event(BACKOFF_EVENT_ATTEMPT, "op",
						T0_S + s, 1));
	for (uint64_t end = T0_S + 960; end < T0_S + 1000; end++) {
		const struct rt_row *row;

		cr_assert(rt_model_update(&model, window, end));
		row = &model.row[0];
		cr_expect_eq(row->spark[RT_SPARK - 1], end % RT_SPARK_S + 1);
		/* The window's head is T0 + 999: what is older is forgotten. */
		if (end >= T0_S + 990)
			for (size_t i = 0; i + 1 < RT_SPARK; i++)
				cr_expect_eq(row->spark[i], RT_SPARK_S);
	}
	rt_model_clear(&model);
	rt_window_free(window);
}
