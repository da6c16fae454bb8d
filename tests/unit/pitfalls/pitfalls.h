/* Helpers for the tests of known pitfalls: laws, draws, refusals. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_PITFALLS_H
#define TEST_PITFALLS_H

#include <backoff.h>
#include <backoff/rng.h>

#include "unit/guard/guarded.h"
#include "unit/retry/script.h"

/** A policy with max_attempts and other fields. */
#define RULES(attempts, fields)                                                \
	"{\"name\":\"P\",\"max_attempts\":" attempts "," fields "}"

#define FAILURE                                                                \
	FAIL(0, .failure_class = BACKOFF_CLASS_TRANSIENT,                      \
	     .error_type = "ConnectionError", .code = "errno:ECONNRESET",      \
	     .error = "reset")

/** A random number that is the same in every run. */
static inline uint64_t
fixed_draw(unsigned number)
{
	return backoff_draw(2026, BACKOFF_PURPOSE_USER, number, 1);
}

/** The delay after failed attempt @p failed, without a previous delay. */
static inline uint64_t
delay_of(const struct backoff_policy *policy, uint32_t failed, uint64_t draw)
{
	struct backoff_delay law;

	backoff_engine_delay(policy, failed, 0, &law);
	return backoff_engine_draw(&law, draw);
}

/** Expect that the policy is refused, with an error at this path. */
static inline void
expect_refused(const char *policy, const char *path)
{
	struct backoff_policy *made = NULL;
	struct backoff_error error = {.path = ""};

	cr_expect(backoff_policy_parse(policy, strlen(policy), NULL, &made,
				       &error) != BACKOFF_OK,
		  "taken: %s", policy);
	cr_expect(strcmp(error.path, path) == 0, "%s: error at %s: %s", policy,
		  error.path, error.text);
	backoff_policy_unref(made);
}

#endif
