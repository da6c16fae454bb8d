/* Tests of calls that fork(2) copies: their budgets and their targets. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <sys/wait.h>
#include <unistd.h>

#include "unit/retry/script.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* Run a check in a child of fork(2). */
static bool
holds_in_child(bool (*check)(void *user), void *user)
{
	int status = -1;
	pid_t child = fork();

	cr_assert(child >= 0);
	if (child == 0)
		_exit(check(user) ? 0 : 1);
	cr_assert(waitpid(child, &status, 0) == child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

struct copied {
	struct scene scene;
	struct backoff_call *call;
	uint64_t expected;
};

static uint64_t
tokens(const struct scene *s)
{
	return backoff_guard_tokens_milli(backoff_retry_guard(s->retry),
					  s->clock->now_ns(s->clock->user));
}

/* Make the call's next attempt; the tokens that are left during it. */
static uint64_t
tokens_in_retry(struct copied *c)
{
	struct backoff_step step;

	backoff_clock_virtual_advance(c->scene.clock, 40 * S);
	cr_assert(backoff_call_next(c->call, &step) == BACKOFF_OK);
	cr_assert(step.action == BACKOFF_ACTION_ATTEMPT);
	return tokens(&c->scene);
}

static bool
is_paid_once(void *user)
{
	struct copied *c = user;

	return tokens_in_retry(c) == c->expected;
}

Test(retry_fork, a_copied_retry_is_paid_for_once)
{
	static const char *const budget[] = {
		"\"ratio\",\"ratio\":0.2,\"min_per_second\":1,\"ttl\":60",
		"\"token_bucket\",\"capacity\":100,\"success_reward\":0",
		"\"concurrency\",\"share\":0.2,\"min_concurrent\":5",
	};
	static const struct act act[] = {OK(0)};

	for (size_t i = 0; i < COUNT(budget); i++) {
		struct backoff_outcome failure = {0};
		struct backoff_step step;
		static struct copied c;
		char policy[256];

		snprintf(policy, sizeof(policy),
			 "{\"name\":\"F\",\"max_attempts\":3,"
			 "\"budget\":{\"kind\":%s}}",
			 budget[i]);
		scene_init(&c.scene, policy, act);
		cr_assert(backoff_call_new(c.scene.retry, NULL, &c.call) ==
			  BACKOFF_OK);
		cr_assert(backoff_call_next(c.call, &step) == BACKOFF_OK);
		backoff_outcome_from_http(&failure, 503);
		cr_assert(backoff_call_report(c.call, &failure) == BACKOFF_OK);
		c.expected = tokens(&c.scene);
		cr_expect(holds_in_child(is_paid_once, &c), "%s", budget[i]);
		cr_expect(tokens_in_retry(&c) == c.expected, "%s", budget[i]);
		backoff_call_free(c.call);
		scene_clear(&c.scene);
	}
}
