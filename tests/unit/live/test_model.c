/* Tests of tools/live/model.c: rows follow from counts. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <string.h>

#include "unit/live/helper.h"
#include "live/model.h"

static const struct rt_row *
find(const struct rt_model *model, const char *operation)
{
	for (size_t i = 0; i < model->count; i++)
		if (strcmp(model->row[i].operation, operation) == 0)
			return &model->row[i];
	return NULL;
}

Test(live_model, rows_follow_from_the_counts)
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

/* Calls that a breaker refused made the number of attempts per call look good.
 */
Test(live_model, refused_calls_lower_the_load_and_not_attempts_per_call)
{
	struct backoff_event refused =
		native_event(BACKOFF_EVENT_EXHAUSTED, "pay", T0_S, 1);
	struct rt_window *window = rt_window_new();
	const struct rt_row *row;
	struct rt_model model;

	refused.outcome = BACKOFF_OUTCOME_CANCELLED;
	refused.stop = BACKOFF_STOP_BREAKER_OPEN;
	refused.attempts = 0;
	add_many(window, refused, 6);
	add_many(window, native_event(BACKOFF_EVENT_EXHAUSTED, "pay", T0_S, 3),
		 1);
	add_many(window, native_event(BACKOFF_EVENT_SUCCESS, "pay", T0_S, 1),
		 2);
	add_many(window, native_event(BACKOFF_EVENT_SUCCESS, "pay", T0_S, 2),
		 1);
	rt_model_init(&model, 10);
	cr_assert(rt_model_update(&model, window, T0_S));
	row = find(&model, "pay");
	cr_expect_float_eq(row->sent_per_call, 0.7, 1e-9);
	cr_expect_float_eq(row->attempts_per_call, 7.0 / 4.0, 1e-9);
	cr_expect_float_eq(row->first_ok_share, 0.2, 1e-9);
	cr_expect_float_eq(row->recovered_share, 0.1, 1e-9);
	cr_expect_float_eq(row->failed_share, 0.7, 1e-9);
	cr_expect_str_eq(rt_why_name(row->why), "breaker");
	cr_expect_float_eq(row->why_share, 6.0 / 7.0, 1e-9);
	rt_model_clear(&model);
	rt_window_free(window);
}

Test(live_model, no_number_is_ever_undefined)
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
		cr_expect(isfinite(row->sent_per_call));
		cr_expect(isfinite(row->first_ok_share));
		cr_expect(isfinite(row->why_share));
		cr_expect(isfinite(row->error.share));
		cr_expect_eq(row->load, RT_LOAD_UNKNOWN);
	}
	rt_model_clear(&model);
	rt_window_free(window);
}

/* A second has one retry; windows and spans of all lengths agree about that. */
Test(live_model, a_steady_operation_has_a_level_history)
{
	static const struct {
		uint64_t window_s, step_s;
		const char *why;
	} row[] = {
		{1, 5, "a second"},
		{10, 5, "ten seconds"},
		{60, 15, "a minute"},
		{300, 60, "five minutes"},
		{900, 180, "fifteen minutes"},
	};
	struct rt_window *window = rt_window_new();

	for (uint64_t s = 0; s < 7500; s++)
		add_event(window, foreign_event(BACKOFF_EVENT_ATTEMPT, "op",
						T0_S + s, 1));
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct rt_model model;

		rt_model_init(&model, row[i].window_s);
		for (uint64_t end = T0_S + 7480; end < T0_S + 7500; end++) {
			cr_assert(rt_model_update(&model, window, end));
			cr_expect_float_eq(model.row[0].retries_per_s, 1.0,
					   1e-9, "%s", row[i].why);
			cr_expect_float_eq(model.total.retries_per_s, 1.0, 1e-9,
					   "%s", row[i].why);
			cr_expect_gt(model.seen_s + 10, row[i].window_s);
			/* The newest second is T0 + 7499. */
			for (size_t k = 2; k < RT_STEPS; k++)
				cr_expect_eq(model.row[0].retries[k],
					     row[i].step_s, "%s, %zu: %u",
					     row[i].why, k,
					     model.row[0].retries[k]);
			for (size_t k = 20; k < model.span.points; k++)
				cr_expect_eq(model.retries[k],
					     model.span.point_s, "%s, %zu",
					     row[i].why, k);
		}
		rt_model_clear(&model);
	}
	rt_window_free(window);
}

Test(live_model, the_past_is_as_it_was)
{
	static const uint64_t lengths_s[] = {10, 60, 300, 900};
	struct rt_window *window = rt_window_new();

	/* An hour of one, an hour of two. */
	for (uint64_t s = 0; s < 7200; s++)
		add_many(
			window,
			foreign_event(BACKOFF_EVENT_ATTEMPT, "op", T0_S + s, 1),
			s < 3600 ? 1 : 2);
	for (size_t i = 0; i < 4; i++) {
		struct rt_model model;

		rt_model_init(&model, lengths_s[i]);
		model.is_past = true;
		cr_assert(rt_model_update(&model, window, T0_S + 3599));
		cr_expect_float_eq(model.row[0].retries_per_s, 1.0, 1e-9);
		cr_expect_eq(model.row[0].error.count, model.seen_s);
		cr_expect_eq(model.retries[model.span.points - 1], 10);
		cr_assert(rt_model_update(&model, window, T0_S + 4999));
		cr_expect_float_eq(model.row[0].retries_per_s, 2.0, 1e-9);
		cr_expect_float_eq(model.row[0].error.share, 1.0, 1e-9);
		cr_expect_eq(model.retries[model.span.points - 1], 20);
		rt_model_clear(&model);
	}
	rt_window_free(window);
}

Test(live_model, rates_are_over_what_was_seen)
{
	struct rt_window *window = rt_window_new();
	struct rt_model model;

	rt_model_init(&model, 60);
	for (uint64_t s = 0; s < 100; s++) {
		add_many(window,
			 native_event(BACKOFF_EVENT_SUCCESS, "op", T0_S + s, 1),
			 3);
		cr_assert(rt_model_update(&model, window, T0_S + s));
		cr_expect_eq(model.seen_s, s < 60 ? s + 1 : 60);
		cr_expect_float_eq(model.row[0].calls_per_s, 3.0, 1e-9,
				   "after %d s", (int)s);
	}
	rt_model_clear(&model);
	rt_window_free(window);
}

Test(live_model, all_operations_share_a_history)
{
	struct rt_window *window = make_window();
	struct rt_model model;

	rt_model_init(&model, 60);
	for (unsigned i = 0; i < 2; i++) {
		cr_assert(rt_model_update(&model, window, T0_S + 9));
		cr_expect_eq(model.failed[RT_HISTORY_S - 1], 1, "dns");
		cr_expect_eq(model.failed[RT_HISTORY_S - 8], 2, "pay");
		cr_expect_eq(model.retries[RT_HISTORY_S - 10], 9,
			     "pay and mail");
		cr_expect_eq(model.retries[RT_HISTORY_S - 5], 2, "mail");
	}
	rt_model_clear(&model);
	rt_window_free(window);
}
