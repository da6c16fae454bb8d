/* Events and windows for the tests of this room. */
#ifndef TEST_RETRYTOP_HELPER_H
#define TEST_RETRYTOP_HELPER_H

#include <criterion/criterion.h>

#include "live/window.h"

#define NS_PER_S UINT64_C(1000000000)
/** A Monday in 2026, divisible by 300. */
#define T0_S UINT64_C(1795424400)

/** An event of a log that holds failures only. */
static inline struct backoff_event
foreign_event(enum backoff_event_type type, const char *operation,
	      uint64_t second, uint64_t attempt)
{
	struct backoff_event event;

	backoff_event_init(&event);
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

#endif
