/* A stream of attempts, each a line of about 300 bytes, the same in every
 * program that writes it; for C and C++. */
/* SPDX-License-Identifier: MIT */
#ifndef BENCH_STREAM_H
#define BENCH_STREAM_H

#include <stddef.h>
#include <stdint.h>

#define STREAM_EVENTS 4096

struct stream_event {
	const char *event_type, *service, *operation, *policy, *outcome;
	/** NULL: the attempt succeeded. */
	const char *error_type, *error;
	char call_id[33];
	unsigned attempt, max_attempts, status;
	uint64_t delay_ms, duration_us;
};

/* G. Marsaglia's xorshift64: cheap, and the same everywhere. */
static inline uint64_t
stream_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/** Half of the attempts fail; one failure in ten has quotes to escape. */
static inline void
stream_fill(struct stream_event *out, size_t count)
{
	static const char *const service[] = {"billing", "inventory",
					      "notifications", "search"};
	static const char *const operation[] = {"charge_card", "reserve_stock",
						"send_webhook",
						"index_document"};
	static const char *const policy[] = {"WEBHOOK", "DB_TX", "SMTP",
					     "BULK"};
	static const char *const type[] = {"ConnectionError", "TimeoutError",
					   "JSONDecodeError"};
	static const char *const error[] = {
		"connection reset by peer", "operation timed out after 30 s",
		"unexpected token \"<\" at line 1 column 1"};
	uint64_t state = UINT64_C(88172645463325252);

	for (size_t i = 0; i < count; i++) {
		struct stream_event *e = &out[i];
		uint64_t draw = stream_next(&state);
		int failed = (int)(draw >> 8 & 1);
		unsigned which = draw >> 16 & 3, why = draw >> 24 & 15;

		why = why < 8 ? 0 : why < 14 ? 1 : 2;
		e->service = service[which];
		e->operation = operation[which];
		e->policy = policy[which];
		e->attempt = (draw >> 32 & 3) + 1;
		e->max_attempts = 4;
		e->event_type = !failed           ? "retry_success"
				: e->attempt == 4 ? "retry_exhausted"
						  : "retry_attempt";
		e->outcome = failed ? "failure" : "success";
		e->error_type = failed ? type[why] : NULL;
		e->error = failed ? error[why] : NULL;
		e->status = failed ? 503 : 200;
		e->delay_ms = failed ? stream_next(&state) % 8000 : 0;
		e->duration_us = stream_next(&state) % 300000;
		for (int j = 0; j < 32; j++)
			e->call_id[j] =
				"0123456789abcdef"[stream_next(&state) & 15];
		e->call_id[32] = '\0';
	}
}

#endif
