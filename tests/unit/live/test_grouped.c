/* Tests of tools/live/cube.c and grouped.c: the same events as rows by target,
 * policy, host, service and error. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "live/grouped.h"
#include "unit/live/helper.h"

static const struct rt_row *
find(const struct rt_model *model, const char *name)
{
	for (size_t i = 0; i < model->count; i++)
		if (strcmp(model->row[i].operation, name) == 0)
			return &model->row[i];
	return NULL;
}

/* Two operations of one target, on two hosts; one host of the canary fails. */
static struct rt_window *
make_canary(void)
{
	struct rt_window *window = rt_window_new();

	for (uint64_t s = 0; s < 60; s++) {
		struct backoff_event event =
			native_event(BACKOFF_EVENT_SUCCESS, "pay", T0_S + s, 1);

		event.target = "bank";
		event.service = "shop";
		event.host = "old";
		event.policy = "pay-v1";
		add_many(window, event, 3);
		event.host = "new";
		event.policy = "pay-v2";
		add_many(window, event, 1);
		event.type = BACKOFF_EVENT_EXHAUSTED;
		event.outcome = BACKOFF_OUTCOME_FAILURE;
		event.stop = BACKOFF_STOP_BUDGET;
		event.code = s % 3 == 0 ? "http:503" : "http:502";
		add_many(window, event, 1);
		event = native_event(BACKOFF_EVENT_SUCCESS, "refund", T0_S + s,
				     1);
		event.target = "bank";
		event.policy = NULL;
		add_many(window, event, 1);
	}
	return window;
}

static void
expect_row(const struct rt_model *rows, const char *name, double calls_per_s,
	   double failed_share)
{
	const struct rt_row *row = find(rows, name);

	cr_assert_not_null(row, "%s", name);
	cr_expect(row->calls_known, "%s", name);
	cr_expect_float_eq(row->calls_per_s, calls_per_s, 1e-9, "%s: %g", name,
			   row->calls_per_s);
	cr_expect_float_eq(row->failed_share, failed_share, 1e-9, "%s: %g",
			   name, row->failed_share);
}

static const struct rt_filter all;

Test(live_grouped, rows_follow_from_the_same_events)
{
	struct rt_window *window = make_canary();
	struct rt_model model, rows;

	rt_model_init(&model, 20);
	rt_model_init(&rows, 0);
	cr_assert(rt_model_update(&model, window, T0_S + 59));
	cr_assert(rt_grouped_update(&rows, &model, window, RT_GROUP_TARGET,
				    &all));
	cr_expect_eq(rows.count, 1);
	expect_row(&rows, "bank", 6.0, 1.0 / 6.0);
	cr_expect_eq(rows.row[0].policies, 2);
	cr_expect_str_eq(rows.row[0].policy_names, "pay-v1, pay-v2");
	cr_expect_eq(rows.row[0].failed[RT_STEPS - 1], 15);
	cr_expect_str_eq(rows.row[0].error.label, "http:502");
	cr_expect_float_eq(rows.row[0].error.share, 14.0 / 20.0, 0.051);
	cr_assert(rt_grouped_update(&rows, &model, window, RT_GROUP_POLICY,
				    &all));
	expect_row(&rows, "pay-v1", 3.0, 0.0);
	expect_row(&rows, "pay-v2", 2.0, 0.5);
	expect_row(&rows, "(none)", 1.0, 0.0);
	cr_assert(
		rt_grouped_update(&rows, &model, window, RT_GROUP_HOST, &all));
	expect_row(&rows, "old", 3.0, 0.0);
	expect_row(&rows, "new", 2.0, 0.5);
	cr_assert(rt_grouped_update(&rows, &model, window, RT_GROUP_SERVICE,
				    &all));
	expect_row(&rows, "shop", 5.0, 0.2);
	cr_assert(
		rt_grouped_update(&rows, &model, window, RT_GROUP_ERROR, &all));
	cr_expect_eq(rows.count, 2);
	cr_expect_eq(find(&rows, "http:502")->window.budget +
			     find(&rows, "http:503")->window.budget,
		     20);
	cr_expect_not(rows.row[0].calls_known, "what succeeds has no error");
	rt_model_clear(&rows);
	rt_model_clear(&model);
	rt_window_free(window);
}

Test(live_grouped, rates_are_right_wherever_the_window_ends)
{
	struct rt_window *window = make_canary();
	struct rt_model model, rows;

	rt_model_init(&rows, 0);
	for (uint64_t length_s = 1; length_s <= 60; length_s += 7) {
		uint64_t end_s = T0_S + 59;

		rt_model_init(&model, length_s);
		cr_assert(rt_model_update(&model, window, end_s));
		cr_assert(rt_grouped_update(&rows, &model, window,
					    RT_GROUP_HOST, &all));
		expect_row(&rows, "old", 3.0, 0.0);
		expect_row(&rows, "new", 2.0, 0.5);
		rt_model_clear(&model);
	}
	rt_model_clear(&rows);
	rt_window_free(window);
}

#define LOGGED 6000
#define LOGGED_S 1200

static const char *const hosts[] = {"a", "b", "idle"};

/* Host and type of an event of a log, and its second. */
struct logged {
	unsigned host;
	bool fails;
	uint64_t second;
};

/* Its second half says nothing of the idle host. */
static void
make_log(struct rt_window *window, struct logged *logged)
{
	uint32_t random = 1;

	for (unsigned i = 0; i < LOGGED; i++) {
		struct backoff_event event;

		random = random * 1664525u + 1013904223u;
		logged[i].host = (random >> 16) % (i < LOGGED / 2 ? 3 : 2);
		logged[i].fails = (random >> 24) % 3 == 0;
		logged[i].second = T0_S + i * LOGGED_S / LOGGED;
		event = native_event(logged[i].fails ? BACKOFF_EVENT_EXHAUSTED
						     : BACKOFF_EVENT_SUCCESS,
				     "pay", logged[i].second, 1);
		event.host = hosts[logged[i].host];
		if (logged[i].fails)
			event.outcome = BACKOFF_OUTCOME_FAILURE;
		add_event(window, event);
	}
}

static uint64_t
recount(const struct logged *logged, const struct rt_model *rows, unsigned host,
	bool fails)
{
	uint64_t count = 0;

	for (unsigned i = 0; i < LOGGED; i++)
		count += logged[i].host == host && logged[i].fails == fails &&
			 logged[i].second + rows->covered_s > rows->end_s &&
			 logged[i].second <= rows->end_s;
	return count;
}

/* A window of minutes, or one of the past, begins with a step: for groups as
 * for operations. */
static void
expect_recount(struct rt_window *window, const struct logged *logged,
	       uint64_t length_s, uint64_t end_s)
{
	struct rt_model model, rows;

	rt_model_init(&model, length_s);
	rt_model_init(&rows, 0);
	cr_assert(rt_model_update(&model, window, end_s));
	cr_assert(
		rt_grouped_update(&rows, &model, window, RT_GROUP_HOST, &all));
	cr_expect_eq(rows.seen_s, model.seen_s);
	cr_expect_eq(model.row[0].window.exhausted,
		     recount(logged, &rows, 0, true) +
			     recount(logged, &rows, 1, true) +
			     recount(logged, &rows, 2, true));
	for (unsigned host = 0; host < 3; host++) {
		const struct rt_row *row = find(&rows, hosts[host]);
		struct rt_counts none = {0};
		const struct rt_counts *counts = row ? &row->window : &none;

		cr_expect_eq(counts->exhausted,
			     recount(logged, &rows, host, true),
			     "%s: %u of %u s", hosts[host],
			     (unsigned)counts->exhausted, (unsigned)length_s);
		cr_expect_eq(counts->successes,
			     recount(logged, &rows, host, false),
			     "%s: %u of %u s", hosts[host],
			     (unsigned)counts->successes, (unsigned)length_s);
	}
	rt_model_clear(&rows);
	rt_model_clear(&model);
}

Test(live_grouped, counts_are_those_of_a_recount_in_every_window)
{
	static const uint64_t lengths[] = {1,  2,   7,   10,  59,  60,
					   61, 299, 300, 301, 600, 900};
	static struct logged logged[LOGGED];
	struct rt_window *window = rt_window_new();

	make_log(window, logged);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		for (uint64_t ago_s = 0; ago_s < 12; ago_s++)
			expect_recount(window, logged, lengths[i],
				       T0_S + LOGGED_S - 1 - ago_s);
	rt_window_free(window);
}

/* Calls of "pay" are refused, because the bank is down; those of "find" have a
 * harmless error more often, and recover. */
static struct rt_window *
make_refused(void)
{
	struct rt_window *window = rt_window_new();

	for (uint64_t s = 0; s < 60; s++) {
		struct backoff_event event = native_event(BACKOFF_EVENT_ATTEMPT,
							  "find", T0_S + s, 1);

		event.host = "shop-a";
		event.outcome = BACKOFF_OUTCOME_FAILURE;
		event.code = "pg:40P01";
		add_many(window, event, 9);
		event.code = "http:404";
		event.type = BACKOFF_EVENT_ABORTED;
		add_many(window, event, s < 10);
		event.operation = "pay";
		event.code = "errno:ECONNREFUSED";
		event.error = s < 3 ? "connect to a" : "connect to b";
		event.max_attempts = 4;
		event.type = BACKOFF_EVENT_EXHAUSTED;
		add_many(window, event, s < 6);
		event.code = event.error = NULL;
		event.stop = BACKOFF_STOP_BREAKER_OPEN;
		event.outcome = BACKOFF_OUTCOME_CANCELLED;
		event.attempts = 0;
		add_many(window, event, 5);
	}
	return window;
}

Test(live_grouped, a_refused_call_ended_with_an_open_breaker)
{
	struct rt_window *window = make_refused();
	const struct rt_row *row;
	struct rt_model model, rows;

	rt_model_init(&model, 60);
	rt_model_init(&rows, 0);
	cr_assert(rt_model_update(&model, window, T0_S + 59));
	cr_assert(
		rt_grouped_update(&rows, &model, window, RT_GROUP_ERROR, &all));
	cr_expect_eq(rows.count, 4);
	row = find(&rows, "breaker open");
	cr_assert_not_null(row);
	cr_expect_eq(row->window.unsent, 300);
	cr_expect_float_eq(row->calls_per_s, 5.0, 1e-9);
	cr_expect_str_eq(row->error.label, "errno:ECONNREFUSED");
	cr_expect_float_eq(find(&rows, "errno:ECONNREFUSED")->calls_per_s, 0.1,
			   1e-9);
	cr_expect_float_eq(find(&rows, "pg:40P01")->calls_per_s, 0.0, 1e-9);
	rt_model_clear(&rows);
	rt_model_clear(&model);
	rt_window_free(window);
}

Test(live_grouped, the_top_error_is_what_failed_calls_ended_with)
{
	struct rt_window *window = make_refused();
	const struct rt_row *row;
	struct rt_model model, rows;

	rt_model_init(&model, 60);
	rt_model_init(&rows, 0);
	cr_assert(rt_model_update(&model, window, T0_S + 59));
	cr_assert(
		rt_grouped_update(&rows, &model, window, RT_GROUP_HOST, &all));
	row = find(&rows, "shop-a");
	cr_assert_not_null(row);
	cr_expect_str_eq(row->error.label, "errno:ECONNREFUSED", "%s",
			 row->error.label);
	cr_expect_str_eq(row->error.text, "connect to b", "%s",
			 row->error.text);
	cr_expect_eq(row->max_attempts, 4);
	cr_expect_eq(row->error.count, 306);
	cr_expect_float_eq(row->error.share, 306.0 / 316.0, 1e-9);
	rt_model_clear(&rows);
	rt_model_clear(&model);
	rt_window_free(window);
}

/* Hosts differ; the target has the calls of both. */
Test(live_grouped, groups_have_percentiles)
{
	struct rt_window *window = rt_window_new();
	struct rt_model model, rows;

	for (uint64_t s = 0; s < 120; s++) {
		struct backoff_event event =
			native_event(BACKOFF_EVENT_SUCCESS, "pay", T0_S + s, 1);
		bool slow = s % 2 == 0;

		event.target = "bank";
		event.host = slow ? "slow" : "fast";
		event.duration_ns = (slow ? 800 : 10) * NS_PER_S / 1000;
		event.elapsed_ns = event.duration_ns * 2;
		add_event(window, event);
	}
	rt_model_init(&model, 60);
	rt_model_init(&rows, 0);
	cr_assert(rt_model_update(&model, window, T0_S + 119));
	cr_assert(
		rt_grouped_update(&rows, &model, window, RT_GROUP_HOST, &all));
	cr_expect_lt(find(&rows, "fast")->p99_try_ns, NS_PER_S / 50);
	cr_expect_gt(find(&rows, "slow")->p99_try_ns, NS_PER_S / 2);
	cr_expect_gt(find(&rows, "slow")->p99_call_ns, NS_PER_S);
	cr_assert(rt_grouped_update(&rows, &model, window, RT_GROUP_TARGET,
				    &all));
	cr_expect_eq(find(&rows, "bank")->p99_try_ns, model.row[0].p99_try_ns);
	cr_expect_eq(find(&rows, "bank")->p99_call_ns,
		     model.row[0].p99_call_ns);
	rt_model_clear(&rows);
	rt_model_clear(&model);
	rt_window_free(window);
}

Test(live_grouped, an_empty_window_has_no_rows)
{
	struct rt_window *window = rt_window_new();
	struct rt_model model, rows;

	rt_model_init(&model, 60);
	rt_model_init(&rows, 0);
	cr_assert(rt_model_update(&model, window, T0_S));
	for (unsigned group = 0; group < RT_GROUP_COUNT; group++) {
		cr_assert(
			rt_grouped_update(&rows, &model, window, group, &all));
		cr_expect_eq(rows.count, 0);
	}
	rt_model_clear(&rows);
	rt_model_clear(&model);
	rt_window_free(window);
}

/* A name for each line must not need memory for each line. */
Test(live_grouped, memory_is_bounded_and_no_call_is_lost)
{
	const unsigned lines = RT_CELLS_MAX * 2;
	struct rt_window *window = rt_window_new();
	const struct rt_cube *cube = rt_window_cube(window);
	struct rt_model model, rows;
	uint64_t calls = 0;

	for (unsigned i = 0; i < lines; i++) {
		struct backoff_event event =
			native_event(BACKOFF_EVENT_EXHAUSTED, "op", T0_S, 1);
		char host[32], error[32];

		snprintf(host, sizeof(host), "pod-%u", i);
		snprintf(error, sizeof(error), "error %u", i);
		event.host = host;
		event.error_type = NULL;
		event.error = error;
		add_event(window, event);
	}
	cr_expect_leq(cube->count, RT_CELLS_MAX + 1);
	cr_expect_leq(cube->names, RT_CUBE_NAMES_MAX + 8);
	rt_model_init(&model, 60);
	rt_model_init(&rows, 0);
	cr_assert(rt_model_update(&model, window, T0_S));
	cr_assert(
		rt_grouped_update(&rows, &model, window, RT_GROUP_HOST, &all));
	cr_expect_not_null(find(&rows, "(other)"));
	for (size_t i = 0; i < rows.count; i++)
		calls += rows.row[i].window.exhausted;
	cr_expect_eq(calls, lines);
	cr_assert(
		rt_grouped_update(&rows, &model, window, RT_GROUP_ERROR, &all));
	cr_expect_leq(rows.count, RT_CUBE_ERRORS_MAX + 1);
	rt_model_clear(&rows);
	rt_model_clear(&model);
	rt_window_free(window);
}

/* Pods and errors of this second that have names of their own. */
static void
add_pods(struct rt_window *window, const char *what, unsigned count,
	 uint64_t second)
{
	for (unsigned i = 0; i < count; i++) {
		struct backoff_event event =
			native_event(BACKOFF_EVENT_EXHAUSTED, "op", second, 1);
		char host[32], error[32];

		snprintf(host, sizeof(host), "%s-pod-%u", what, i);
		snprintf(error, sizeof(error), "%s %u", what, i % 100);
		event.host = host;
		event.error_type = NULL;
		event.error = error;
		add_event(window, event);
	}
}

static void
expect_groups(struct rt_window *window, uint64_t end_s, enum rt_group group,
	      size_t count, const char *name, bool there)
{
	struct rt_model model, rows;

	rt_model_init(&model, 60);
	rt_model_init(&rows, 0);
	cr_assert(rt_model_update(&model, window, end_s));
	cr_assert(rt_grouped_update(&rows, &model, window, group, &all));
	cr_expect_eq(rows.count, count, "%s: %zu rows", name, rows.count);
	cr_expect_eq(find(&rows, name) != NULL, there, "%s", name);
	rt_model_clear(&rows);
	rt_model_clear(&model);
}

/* Pods for which there is room. */
#define PODS (RT_CELLS_MAX - 100)

/* Pods of yesterday must not take the places of those of today. */
Test(live_grouped, groups_that_are_gone_make_room)
{
	struct rt_window *window = rt_window_new();
	const struct rt_cube *cube = rt_window_cube(window);
	char name[32];

	for (unsigned hour = 0; hour < 5; hour++) {
		uint64_t second = T0_S + hour * 3600;

		snprintf(name, sizeof(name), "h%u", hour);
		/* A time far ahead is believed when others confirm it. */
		for (unsigned s = 0; s < 10; s++)
			add_pods(window, name, 1, second + s);
		add_pods(window, name, PODS, second + 10);
		cr_expect_eq(cube->ungrouped, 0, "hour %u: %llu", hour,
			     (unsigned long long)cube->ungrouped);
		snprintf(name, sizeof(name), "h%u-pod-1899", hour);
		expect_groups(window, second + 10, RT_GROUP_HOST, PODS, name,
			      true);
		snprintf(name, sizeof(name), "h%u 99", hour);
		expect_groups(window, second + 10, RT_GROUP_ERROR, 100, name,
			      true);
		cr_expect_leq(cube->names, RT_CUBE_NAMES_MAX);
	}
	/* Without room they are counted. */
	add_pods(window, "more", 2 * PODS, T0_S + 4 * 3600 + 11);
	cr_expect_geq(cube->ungrouped, 2 * PODS - 100);
	expect_groups(window, T0_S + 4 * 3600 + 11, RT_GROUP_ERROR, 129,
		      "(other)", true);
	rt_window_free(window);
}

Test(live_grouped, rows_outlive_the_names_of_their_groups)
{
	struct rt_window *window = rt_window_new();
	struct rt_model model, rows;

	rt_model_init(&model, 60);
	rt_model_init(&rows, 0);
	add_pods(window, "old", RT_CELLS_MAX, T0_S);
	cr_assert(rt_model_update(&model, window, T0_S));
	cr_assert(
		rt_grouped_update(&rows, &model, window, RT_GROUP_HOST, &all));
	for (unsigned s = 0; s < 10; s++)
		add_pods(window, "new", 1, T0_S + 3600 + s);
	add_pods(window, "new", RT_CELLS_MAX, T0_S + 3610);
	cr_expect_not_null(find(&rows, "old-pod-0"));
	cr_expect_not_null(find(&rows, "old-pod-1999"));
	rt_model_clear(&rows);
	rt_model_clear(&model);
	rt_window_free(window);
}
