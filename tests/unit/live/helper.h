/* Events and windows for the tests of tools/live. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_LIVE_HELPER_H
#define TEST_LIVE_HELPER_H

#include <criterion/criterion.h>

#include "live/window.h"

#define NS_PER_S UINT64_C(1000000000)
/** A Monday in 2026, divisible by 300. */
#define T0_S UINT64_C(1795424400)

/** An event of a log that has only failures. */
static inline struct backoff_event
foreign_event(enum backoff_event_type type, const char *operation,
	      uint64_t second, uint64_t attempt)
{
	struct backoff_event event;

	backoff_event_init(&event, sizeof(event));
	event.type = type;
	event.operation = operation;
	event.ts_ns = second * NS_PER_S + NS_PER_S / 2;
	event.attempt = attempt;
	if (type == BACKOFF_EVENT_SUCCESS) {
		event.outcome = BACKOFF_OUTCOME_SUCCESS;
		return event;
	}
	event.outcome = BACKOFF_OUTCOME_FAILURE;
	event.error_type = "ConnectionError";
	event.error = "connection refused";
	return event;
}

/** An event as this library writes it. */
static inline struct backoff_event
native_event(enum backoff_event_type type, const char *operation,
	     uint64_t second, uint64_t attempt)
{
	struct backoff_event event =
		foreign_event(type, operation, second, attempt);

	event.call_id = "0123456789abcdef0123456789abcdef";
	event.policy = "STANDARD";
	event.policy_hash = "0123456789abcdef";
	event.max_attempts = 3;
	if (type != BACKOFF_EVENT_ATTEMPT)
		event.attempts = attempt;
	return event;
}

static inline void
add_event(struct rt_window *window, struct backoff_event event)
{
	cr_assert(rt_window_add(window, &event, 0));
}

static inline void
add_many(struct rt_window *window, struct backoff_event event, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		add_event(window, event);
}

/** Three operations within ten seconds. */
static inline struct rt_window *
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

/** Calls of one second under a policy. */
static inline void
add_under(struct rt_window *window, const char *policy, const char *hash,
	  uint64_t second, unsigned good, unsigned bad)
{
	struct backoff_event event =
		native_event(BACKOFF_EVENT_SUCCESS, "pay", second, 1);

	event.policy = policy;
	event.policy_hash = hash;
	add_many(window, event, good);
	event.type = BACKOFF_EVENT_EXHAUSTED;
	event.outcome = BACKOFF_OUTCOME_FAILURE;
	event.code = "http:400";
	add_many(window, event, bad);
}

#endif
