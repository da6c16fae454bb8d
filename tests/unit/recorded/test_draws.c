/* Tests of recorded/draws: recovered draws give the recorded delays. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>

#include <criterion/criterion.h>

#include "recorded/draws.h"
#include "unit/replay/small_world.h"

#define POLICY(jitter)                                                         \
	"{\"name\":\"P\",\"max_attempts\":8,\"base_delay\":0.1,"               \
	"\"max_delay\":5,\"backoff\":\"exponential\",\"jitter\":" jitter "}"

static const char *const law_json[] = {
	POLICY("{\"kind\":\"none\"}"),
	POLICY("{\"kind\":\"full\"}"),
	POLICY("{\"kind\":\"equal\"}"),
	POLICY("{\"kind\":\"minus\",\"ratio\":0.3}"),
	POLICY("{\"kind\":\"proportional\",\"ratio\":0.25}"),
	("{\"name\":\"P\",\"max_attempts\":8,\"base_delay\":0.1,"
	 "\"max_delay\":5,\"backoff\":\"decorrelated\"}"),
};

/* The fixed point of replay depends on this, at every attempt and for every
 * law. */
Test(recorded_draws, give_the_recorded_delay)
{
	for (size_t p = 0; p < sizeof(law_json) / sizeof(*law_json); p++) {
		struct backoff_policy *policy = small_policy(law_json[p]);

		for (uint64_t i = 0; i < 7 * 2000; i++) {
			uint32_t failed = (uint32_t)(i % 7) + 1;
			uint64_t draw = backoff_draw(1, 100, i, 0), back;
			uint64_t previous = i % 1000 * 1000000, delay;
			struct backoff_delay law;

			backoff_engine_delay(policy, failed, previous, &law);
			delay = backoff_engine_draw(&law, draw);
			cr_assert(rs_draw_of_delay(&law, delay, ~draw, &back));
			cr_assert(backoff_engine_draw(&law, back) == delay,
				  "policy %zu, %ju", p, (uintmax_t)i);
		}
		backoff_policy_unref(policy);
	}
}

Test(recorded_draws, are_recovered_at_the_edges)
{
	static const struct {
		const char *why;
		struct backoff_delay law;
		uint64_t delay_ns, want_ns;
		bool inside;
	} row[] = {
		{"lowest",
		 {BACKOFF_JITTER_FULL, 0, 1000, 9000, UINT64_MAX, {0}},
		 1000,
		 1000,
		 true},
		{"highest: one below, no draw gives it",
		 {BACKOFF_JITTER_FULL, 0, 1000, 9000, UINT64_MAX, {0}},
		 9000,
		 8999,
		 true},
		{"whole range of 64 bits",
		 {BACKOFF_JITTER_FULL, 0, 0, UINT64_MAX, UINT64_MAX, {0}},
		 UINT64_MAX / 3,
		 UINT64_MAX / 3,
		 true},
		{"rounded to microseconds, below",
		 {BACKOFF_JITTER_FULL, 0, 1000500, 2000000, UINT64_MAX, {0}},
		 1000000,
		 1000500,
		 true},
		{"pinned to the ceiling",
		 {BACKOFF_JITTER_PROPORTIONAL, 1, 750, 1250, 1000, {0}},
		 1000,
		 1000,
		 true},
		{"outside",
		 {BACKOFF_JITTER_FULL, 0, 1000, 9000, UINT64_MAX, {0}},
		 11000,
		 0,
		 false},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		uint64_t draw = 7;
		bool inside = rs_draw_of_delay(&row[i].law, row[i].delay_ns,
					       UINT64_MAX / 2, &draw);

		cr_expect(inside == row[i].inside, "%s", row[i].why);
		if (inside)
			cr_expect(backoff_engine_draw(&row[i].law, draw) ==
					  row[i].want_ns,
				  "%s", row[i].why);
		else
			cr_expect(draw == 7, "%s: out is kept", row[i].why);
	}
}

#define RECORDED 500
#define HINT_NS UINT64_C(500000000)

/* Record calls that failed twice, the first time with a hint; its event holds
 * what the engine decided. */
static struct tk_trace *
hinted_trace(const struct backoff_policy *policy,
	     const struct backoff_outcome *outcome,
	     struct backoff_decision *decided)
{
	struct tk_trace *trace = tk_trace_new();

	cr_assert(trace);
	for (size_t i = 0; i < 2 * RECORDED; i++) {
		struct backoff_decision *d = &decided[i / 2];
		struct backoff_state state;
		struct backoff_event event;
		char id[24];

		snprintf(id, sizeof(id), "c%03zu", i / 2);
		backoff_event_init(&event, sizeof(event));
		event.ts_ns = (UINT64_C(1700000000) + 10 * i) * 1000000000;
		event.type = BACKOFF_EVENT_EXHAUSTED;
		event.operation = "op";
		event.call_id = id;
		event.attempt = event.attempts = (uint32_t)(i % 2) + 1;
		event.max_attempts = 2;
		event.outcome = BACKOFF_OUTCOME_FAILURE;
		event.error_type = "ConnectionError";
		if (i % 2 == 0) {
			backoff_engine_begin(policy, &state, event.ts_ns,
					     BACKOFF_FOREVER, d);
			backoff_engine_decide(policy, &state, outcome,
					      event.ts_ns,
					      backoff_draw(5, 100, i, 0), d);
			cr_assert(d->action == BACKOFF_ACTION_WAIT);
			event.type = BACKOFF_EVENT_ATTEMPT;
			event.delay_ns = d->delay_ns;
			event.delay_low_ns = d->law.low_ns;
			event.delay_high_ns = d->law.high_ns;
			event.hint_ns = outcome->hint.delay_ns;
			event.hint_action = d->hint_action;
		}
		cr_assert(tk_trace_add(trace, &event) == BACKOFF_OK);
	}
	cr_assert(tk_trace_stitch(trace) == BACKOFF_OK);
	return trace;
}

/* A hint shorter than the computed delay is ignored, and the logged bounds are
 * not raised to it: without the policy, which the reader of a log may not have,
 * the draw could not be recovered from raised bounds. */
Test(recorded_draws, need_no_policy_if_a_shorter_hint_was_ignored)
{
	struct backoff_policy *policy = small_policy(
		"{\"name\":\"P\",\"max_attempts\":2,\"base_delay\":2,"
		"\"max_delay\":5,\"backoff\":\"exponential\","
		"\"jitter\":{\"kind\":\"full\"},\"server_hint\":{}}");
	struct backoff_outcome outcome = {
		.kind = BACKOFF_OUTCOME_FAILURE,
		.error_type = "ConnectionError",
		.hint = {.kind = BACKOFF_HINT_DELAY, .delay_ns = HINT_NS},
	};
	static struct backoff_decision decided[RECORDED];
	static uint64_t draw[2 * RECORDED];
	struct tk_trace *trace = hinted_trace(policy, &outcome, decided);
	size_t ignored = 0;
	struct rs_log log;

	cr_assert(rs_log_init(&log, trace, 1) == BACKOFF_OK);
	cr_assert(log.call_count == RECORDED);
	rs_recover_draws(&log, &log.operation[0], NULL, 1, draw);
	for (size_t i = 0; i < RECORDED; i++) {
		uint64_t first = log.call[i].first;
		struct backoff_delay law;

		if (decided[i].delay_ns == HINT_NS)
			continue;
		ignored++;
		cr_expect(decided[i].hint_action ==
			  BACKOFF_HINT_ACTION_IGNORED);
		cr_expect(log.attempt[first].delay_ns == decided[i].delay_ns);
		backoff_engine_delay(policy, 1, 0, &law);
		cr_expect(backoff_engine_draw(&law, draw[first]) ==
			  decided[i].delay_ns);
	}
	cr_expect(ignored > RECORDED / 2 && ignored < RECORDED);
	rs_log_clear(&log);
	tk_trace_free(trace);
	backoff_policy_unref(policy);
}
