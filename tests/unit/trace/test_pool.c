/* Tests of tools/trace/pool.h: names with ids are read as few. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "trace/pool.h"

#define SECOND UINT64_C(1000000000)
#define START (UINT64_C(1795428000) * SECOND)

Test(pool, masks_ids)
{
	static const char *const row[][2] = {
		{"get /orders/17", "get /orders/*"},
		{"get /orders/17/lines/3", "get /orders/*/lines/*"},
		{"fetch_order_17", "fetch_order_*"},
		{"shard12", "shard*"},
		{"job-3f2504e0-4f89-11d3-9a0c-0305e82c3301-end", "job-*-end"},
		{"job-deadbeef", "job-*"},
		{"user a1b2c3", "user *"},
		{"v1.post", "v*.post"},
		{"17", "*"},
		{"caf\xc3\xa9 17", "caf\xc3\xa9 *"},
		{"get /orders", NULL},
		{"decade facade", NULL},
		{"", NULL},
	};
	char mask[64];

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		bool masked = tk_pool_mask(row[i][0], mask, sizeof(mask));

		cr_expect_eq(masked, row[i][1] != NULL, "%s", row[i][0]);
		if (row[i][1])
			cr_expect_str_eq(mask, row[i][1]);
	}
	cr_expect_not(tk_pool_mask("123456789", mask, 9));
}

/* Add a call of two attempts; a target may be NULL. */
static void
add_call(struct tk_trace *trace, const char *operation, const char *target,
	 unsigned number)
{
	struct backoff_event event;
	char id[32];

	snprintf(id, sizeof(id), "c%u", number);
	backoff_event_init(&event, sizeof(event));
	event.type = BACKOFF_EVENT_ATTEMPT;
	event.outcome = BACKOFF_OUTCOME_FAILURE;
	event.ts_ns = START + number * SECOND;
	event.operation = operation;
	event.target = target;
	event.call_id = id;
	event.attempt = 1;
	event.delay_ns = SECOND;
	cr_assert_eq(tk_trace_add(trace, &event), BACKOFF_OK);
	event.type = BACKOFF_EVENT_SUCCESS;
	event.outcome = BACKOFF_OUTCOME_SUCCESS;
	event.ts_ns += 2 * SECOND;
	event.attempt = 2;
	event.delay_ns = BACKOFF_ABSENT;
	cr_assert_eq(tk_trace_add(trace, &event), BACKOFF_OK);
}

/* "NAME=CALLS ..." by operation, or by target. */
static const char *
list(const struct tk_trace *trace, bool by_target, char *out, size_t size)
{
	size_t calls, used = 0, n = 0;
	const struct tk_call *call = tk_trace_calls(trace, &calls);

	out[0] = '\0';
	for (size_t i = 0; i < calls; i++) {
		tk_string name = by_target ? call[i].target : call[i].operation;

		n++;
		if (i + 1 < calls &&
		    name == (by_target ? call[i + 1].target
				       : call[i + 1].operation))
			continue;
		used += (size_t)snprintf(out + used, size - used, "%s%s=%zu",
					 used ? " " : "",
					 tk_trace_text(trace, name), n);
		n = 0;
		cr_assert_lt(used, size);
	}
	return out;
}

/* Names of the form PREFIXn for n in [from, to), one call each. */
static void
add_names(struct tk_trace *trace, const char *prefix, unsigned from,
	  unsigned to)
{
	char name[32];

	for (unsigned i = from; i < to; i++) {
		snprintf(name, sizeof(name), "%s%u", prefix, i);
		add_call(trace, name, NULL, i);
	}
}

Test(pool, few_names_stay)
{
	struct tk_trace *trace = tk_trace_new();
	size_t calls;

	add_names(trace, "get /", 0, 100);
	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
	cr_expect_eq(tk_trace_quality(trace)->operations.names, 0);
	tk_trace_calls(trace, &calls);
	cr_expect_eq(calls, 100);
	cr_expect_str_eq(
		tk_trace_text(trace, tk_trace_calls(trace, &calls)->operation),
		"get /0");
	tk_trace_free(trace);
}

Test(pool, ids_are_left_out)
{
	struct tk_trace *trace = tk_trace_new();
	const struct tk_pooled *pooled;
	char text[256];

	add_names(trace, "get /", 0, 150);
	add_names(trace, "put /", 150, 153);
	add_call(trace, "login", NULL, 200);
	add_call(trace, "s3", NULL, 201);
	/* It has ids, but also calls. */
	for (unsigned i = 0; i < 20; i++)
		add_call(trace, "get /7777", NULL, 210 + i);
	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
	cr_expect_str_eq(list(trace, false, text, sizeof(text)),
			 "get /*=150 get /7777=20 login=1 put /*=3 s3=1");
	pooled = &tk_trace_quality(trace)->operations;
	cr_expect_eq(pooled->names, 153);
	cr_expect_eq(pooled->into, 2);
	cr_expect_str_eq(tk_trace_text(trace, pooled->most), "get /*");
	cr_expect(tk_trace_logs_successes(trace, pooled->most));
	tk_trace_free(trace);
}

/* Letters that count up: a name without digits. */
static void
add_words(struct tk_trace *trace, unsigned from, unsigned to, unsigned calls)
{
	char name[] = "x....";

	for (unsigned i = from; i < to; i++) {
		for (unsigned k = 1, rest = i; k < 5; k++, rest /= 16)
			name[k] = (char)('g' + rest % 16);
		for (unsigned k = 0; k < calls; k++)
			add_call(trace, name, NULL, i * calls + k);
	}
}

Test(pool, rare_names_are_others)
{
	struct tk_trace *trace = tk_trace_new();
	char text[256];

	add_words(trace, 0, 101, 1);
	for (unsigned i = 0; i < 20; i++)
		add_call(trace, "login", NULL, 300 + i);
	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
	cr_expect_str_eq(list(trace, false, text, sizeof(text)),
			 "(other)=101 login=20");
	tk_trace_free(trace);
}

Test(pool, names_are_bounded)
{
	struct tk_trace *trace = tk_trace_new();
	const struct tk_pooled *pooled;

	add_words(trace, 0, 1100, 20);
	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
	pooled = &tk_trace_quality(trace)->operations;
	cr_expect_eq(pooled->names, 100);
	cr_expect_eq(pooled->into, 1);
	tk_trace_free(trace);
}

Test(pool, targets_are_pooled_later)
{
	struct tk_trace *trace = tk_trace_new();
	char text[256], name[32];

	for (unsigned i = 0; i < 1001; i++) {
		snprintf(name, sizeof(name), "10.0.%u.%u", i / 256, i % 256);
		add_call(trace, "post", name, i);
	}
	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
	cr_expect_str_eq(list(trace, true, text, sizeof(text)), "*.*.*.*=1001");
	cr_expect_eq(tk_trace_quality(trace)->targets.names, 1001);
	cr_expect_eq(tk_trace_quality(trace)->operations.names, 0);
	tk_trace_free(trace);
}

/* What is read first must not matter, also for what is pooled. */
Test(pool, order_does_not_matter)
{
	char text[2][256];

	for (int reversed = 0; reversed < 2; reversed++) {
		struct tk_trace *trace = tk_trace_new();

		for (unsigned k = 0; k < 150; k++) {
			unsigned i = reversed ? 149 - k : k;

			add_names(trace, i % 2 ? "b/" : "a/", i, i + 1);
		}
		cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
		list(trace, false, text[reversed], sizeof(*text));
		cr_expect_str_eq(
			tk_trace_text(trace,
				      tk_trace_quality(trace)->operations.most),
			"a/*");
		tk_trace_free(trace);
	}
	cr_expect_str_eq(text[0], "a/*=75 b/*=75");
	cr_expect_str_eq(text[1], text[0]);
}
