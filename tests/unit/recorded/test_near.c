/* Tests of recorded/near: kinds, durations and hints of attempts near in
 * time. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "recorded/near.h"

#define S UINT64_C(1000000000)
#define START (UINT64_C(1700000000) * S)

/* A call with one attempt. */
static void
add(struct tk_trace *trace, const char *target, uint64_t at_ns, uint64_t ns,
    const char *type, uint64_t hint_ns)
{
	static unsigned calls;
	struct backoff_event event;
	char id[24];

	backoff_event_init(&event, sizeof(event));
	snprintf(id, sizeof(id), "c%u", calls++);
	event.ts_ns = START + at_ns + ns;
	event.operation = "op";
	event.target = target;
	event.call_id = id;
	event.attempt = event.attempts = 1;
	event.max_attempts = 1;
	event.duration_ns = ns;
	event.type = type ? BACKOFF_EVENT_EXHAUSTED : BACKOFF_EVENT_SUCCESS;
	event.outcome =
		type ? BACKOFF_OUTCOME_FAILURE : BACKOFF_OUTCOME_SUCCESS;
	event.stop = type ? BACKOFF_STOP_MAX_ATTEMPTS : BACKOFF_STOP_SUCCESS;
	event.error_type = type;
	if (hint_ns > 0)
		event.hint_ns = hint_ns;
	cr_assert(tk_trace_add(trace, &event) == BACKOFF_OK);
}

struct near_case {
	struct tk_trace *trace;
	struct rs_log log;
	struct rs_near near;
};

static void
begin(struct near_case *c)
{
	cr_assert(tk_trace_stitch(c->trace) == BACKOFF_OK);
	cr_assert(rs_log_init(&c->log, c->trace, 1) == BACKOFF_OK);
	cr_assert(rs_near_init(&c->near, &c->log, &c->log.operation[0]) ==
		  BACKOFF_OK);
}

static void
end(struct near_case *c)
{
	rs_near_clear(&c->near);
	rs_log_clear(&c->log);
	tk_trace_free(c->trace);
}

static const char *
type_of(const struct near_case *c, const struct rs_near_item *item)
{
	uint64_t attempt = c->log.call[item->call].first + item->place;

	return rs_log_text(&c->log, c->log.attempt[attempt].error_type);
}

/* Slow refusals in the first minute, fast ones in the second: draws from the
 * whole log would mix them. */
Test(recorded_near, failures_are_like_those_near_in_time)
{
	struct near_case c = {.trace = tk_trace_new()};

	for (uint64_t i = 0; i < 60; i++) {
		add(c.trace, "a", i * S, 3 * S, "Slow", 0);
		add(c.trace, "a", (i + 60) * S, S / 100, "Fast", 0);
		add(c.trace, "a", i * S + S / 2, S / 10, NULL, 0);
		add(c.trace, "a", (i + 60) * S + S / 2, S / 5, NULL, 0);
	}
	begin(&c);
	for (uint64_t i = 0; i < 100; i++) {
		uint64_t draw = backoff_draw(1, 200, i, 0);
		const struct rs_near_item *item =
			rs_near_failure(&c.near, 0, START + 30 * S, draw);

		cr_expect_str_eq(type_of(&c, item), "Slow");
		cr_expect(rs_near_duration(&c.near, item) == 3 * S);
		item = rs_near_failure(&c.near, 0, START + 90 * S, draw);
		cr_expect_str_eq(type_of(&c, item), "Fast");
		item = rs_near_success(&c.near, 0, START + 30 * S, draw);
		cr_expect(rs_near_duration(&c.near, item) == S / 10);
		item = rs_near_success(&c.near, 0, START + 999 * S, draw);
		cr_expect(rs_near_duration(&c.near, item) == S / 5,
			  "after the log, like its end");
	}
	end(&c);
}

Test(recorded_near, another_target_has_other_failures)
{
	struct near_case c = {.trace = tk_trace_new()};
	size_t of_a = SIZE_MAX, of_c = SIZE_MAX;

	for (uint64_t i = 0; i < 20; i++) {
		add(c.trace, "a", i * S, S, "Slow", 0);
		add(c.trace, "b", i * S + S / 4, S / 100, "Fast", 0);
	}
	add(c.trace, "c", 10 * S, S / 2, "Other", 0);
	begin(&c);
	for (size_t i = 0; i < c.log.call_count; i++) {
		const char *target = rs_log_text(&c.log, c.log.call[i].target);

		of_a = strcmp(target, "a") == 0 ? i : of_a;
		of_c = strcmp(target, "c") == 0 ? i : of_c;
	}
	for (uint64_t i = 0; i < 50; i++) {
		uint64_t draw = backoff_draw(1, 200, i, 0);

		cr_expect_str_eq(
			type_of(&c, rs_near_failure(&c.near, of_a,
						    START + 10 * S, draw)),
			"Slow");
		cr_expect(rs_near_failure(&c.near, of_c, START + 10 * S,
					  draw) != NULL,
			  "one failure is too few: like all");
	}
	cr_expect(rs_near_success(&c.near, of_a, START, 0) == NULL,
		  "there is none");
	end(&c);
}

/* The server lifts its limit at 30 s and at 90 s, and says so in whole
 * seconds. */
Test(recorded_near, a_hint_names_a_moment)
{
	struct near_case c = {.trace = tk_trace_new()};
	const struct rs_near_item *item;

	for (uint64_t i = 0; i < 10; i++) {
		add(c.trace, "a", i * 3 * S, S / 10, "Limit",
		    30 * S - i * 3 * S);
		add(c.trace, "a", (60 + i * 3) * S, S / 10, "Limit",
		    30 * S - i * 3 * S);
	}
	begin(&c);
	cr_expect(c.near.hints_are_moments);
	item = rs_near_failure(&c.near, 0, START + 10 * S, 0);
	for (uint64_t at = 5; at < 30; at += 5) {
		uint64_t hint = rs_near_hint(&c.near, item, START + at * S);

		cr_expect(hint + at * S >= 30 * S && hint + at * S < 31 * S,
			  "at %ju s: %ju ns", (uintmax_t)at, (uintmax_t)hint);
	}
	cr_expect(rs_near_hint(&c.near, item, START + 70 * S) < 21 * S,
		  "one from the window before is about this one");
	end(&c);
}

Test(recorded_near, a_hint_may_always_be_the_same)
{
	struct near_case c = {.trace = tk_trace_new()};

	for (uint64_t i = 0; i < 20; i++)
		add(c.trace, "a", i * 3 * S, S / 10, "Limit", 5 * S);
	begin(&c);
	cr_expect(!c.near.hints_are_moments);
	cr_expect(rs_near_hint(&c.near, rs_near_failure(&c.near, 0, START, 0),
			       START + 40 * S) == 5 * S);
	end(&c);
}
