/* Scripted calls: each attempt does what a table says, on a virtual clock, and
 * everything visible is recorded. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_SCRIPT_H
#define TEST_SCRIPT_H

#include <stdio.h>

#include <backoff/retry.h>
#include <backoff/rng.h>

#include "unit/policy/policies.h"

#define S UINT64_C(1000000000)
#define START_NS (100 * S)

/** One attempt. */
struct act {
	uint64_t takes_ns;
	struct backoff_outcome outcome;
};

#define OK(takes)                                                              \
	{                                                                      \
		takes,                                                         \
		{                                                              \
			.kind = BACKOFF_OUTCOME_SUCCESS                        \
		}                                                              \
	}
#define FAIL(takes, ...)                                                       \
	{                                                                      \
		takes,                                                         \
		{                                                              \
			.kind = BACKOFF_OUTCOME_FAILURE, __VA_ARGS__           \
		}                                                              \
	}

struct scene {
	struct backoff_policy *policy;
	struct backoff_clock *clock;
	struct backoff_retry *retry;
	const struct act *act;
	/** Attempts made, and the facts that each was given. */
	uint32_t made;
	struct backoff_attempt attempt[16];
	/** Event lines without the fields that differ from run to run. */
	char line[32][2048];
	size_t lines;
	enum backoff_event_type type[32];
	/** Results given to discard. */
	void *discarded[16];
	size_t discards;
};

static inline void
keep_event(void *user, const struct backoff_event *event)
{
	struct scene *s = user;
	struct backoff_event copy = *event;
	size_t n;

	cr_assert(s->lines < 32);
	cr_assert(event->seq > 0 && event->pid > 0 && event->host != NULL);
	copy.seq = copy.pid = BACKOFF_ABSENT;
	copy.host = NULL;
	s->type[s->lines] = event->type;
	n = backoff_event_encode(&copy, s->line[s->lines], 2047);
	cr_assert(n > 0);
	s->line[s->lines++][n - 1] = '\0';
}

static inline void
keep_discarded(void *user, void *result)
{
	struct scene *s = user;

	cr_assert(s->discards < 16);
	s->discarded[s->discards++] = result;
}

static inline void
scene_init(struct scene *s, const char *policy, const struct act *act)
{
	memset(s, 0, sizeof(*s));
	s->policy = policy_of(policy);
	s->act = act;
	cr_assert(backoff_clock_virtual_new(START_NS, 1795429530 * S,
					    &s->clock) == BACKOFF_OK);
	cr_assert(backoff_retry_new(s->policy, "op", &s->retry) == BACKOFF_OK);
	backoff_retry_set_clock(s->retry, s->clock);
	backoff_retry_set_seed(s->retry, 42);
	backoff_retry_set_on_event(s->retry, keep_event, s);
	backoff_retry_set_discard(s->retry, keep_discarded, s);
}

static inline void
scene_clear(struct scene *s)
{
	backoff_retry_free(s->retry);
	backoff_clock_virtual_free(s->clock);
	backoff_policy_unref(s->policy);
}

/** backoff_attempt_fn. */
static inline void
play(void *user, const struct backoff_attempt *attempt,
     struct backoff_outcome *outcome)
{
	struct scene *s = user;

	cr_assert(s->made < 16);
	cr_assert(outcome->kind == BACKOFF_OUTCOME_NOT_REPORTED &&
			  outcome->result == NULL && outcome->error == NULL,
		  "an outcome begins as not reported, without result");
	s->attempt[s->made] = *attempt;
	*outcome = s->act[s->made].outcome;
	backoff_clock_virtual_advance(s->clock, s->act[s->made].takes_ns);
	s->made++;
}

static inline enum backoff_status
run(struct scene *s, const struct backoff_call_options *options,
    struct backoff_answer *answer)
{
	memset(answer, 0x55, sizeof(*answer));
	return backoff_retry_run(s->retry, options, play, s, answer);
}

static inline void
expect_in_line(const struct scene *s, size_t i, const char *part)
{
	cr_expect(i < s->lines && strstr(s->line[i], part) != NULL,
		  "line %zu of %zu: no %s in %s", i, s->lines, part,
		  i < s->lines ? s->line[i] : "");
}

#endif
