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

#define BREAKER                                                                \
	"{\"name\":\"F\",\"max_attempts\":1,"                                  \
	"\"breaker\":{\"window\":2,\"cooldown\":60}}"

static struct backoff_call *
call_to(const struct scene *s, const char *target)
{
	struct backoff_call_options options = {.size = sizeof(options),
					       .target = target};
	struct backoff_step step;
	struct backoff_call *call;

	cr_assert(backoff_call_new(s->retry, &options, &call) == BACKOFF_OK);
	cr_assert(backoff_call_next(call, &step) == BACKOFF_OK);
	return call;
}

/* Report to the call, and end it. */
static enum backoff_stop
end(struct backoff_call *call, int status)
{
	struct backoff_outcome outcome = {0};
	enum backoff_stop stop;

	backoff_outcome_from_http(&outcome, status);
	/* A call that the breaker has refused is over already. */
	if (backoff_call_answer(call)->stop != BACKOFF_STOP_BREAKER_OPEN)
		cr_assert(backoff_call_report(call, &outcome) == BACKOFF_OK);
	stop = backoff_call_answer(call)->stop;
	backoff_call_free(call);
	return stop;
}

struct targets {
	struct scene scene;
	/** Under way at the fork. */
	struct backoff_call *call[BACKOFF_RETRY_TARGETS];
	unsigned calls;
};

/* With as many calls under way in the parent as the table has room for. */
static bool
have_guards_of_their_own(void *user)
{
	struct targets *t = user;
	bool good = end(call_to(&t->scene, "c"), 503) ==
			    BACKOFF_STOP_MAX_ATTEMPTS &&
		    end(call_to(&t->scene, "c"), 503) ==
			    BACKOFF_STOP_MAX_ATTEMPTS &&
		    end(call_to(&t->scene, "c"), 200) ==
			    BACKOFF_STOP_BREAKER_OPEN &&
		    end(call_to(&t->scene, "d"), 200) == BACKOFF_STOP_SUCCESS &&
		    end(call_to(&t->scene, "e"), 200) == BACKOFF_STOP_SUCCESS;

	/* Copied calls may continue here or be freed, although their targets
	 * have lost their places. */
	for (unsigned i = 0; i < t->calls; i++) {
		if (i % 2 == 0)
			backoff_call_free(t->call[i]);
		else
			good = end(t->call[i], 200) == BACKOFF_STOP_SUCCESS &&
			       good;
	}
	/* Every place is free again. */
	for (unsigned i = 0; i < 2 * t->calls; i++) {
		char target[16];

		snprintf(target, sizeof(target), "new%u", i);
		good = end(call_to(&t->scene, target), 503) ==
			       BACKOFF_STOP_MAX_ATTEMPTS &&
		       good;
	}
	backoff_retry_free(t->scene.retry);
	return good;
}

static void
check_targets(unsigned limit, bool has_table)
{
	static const struct act act[] = {OK(0)};
	struct backoff_guards *table = NULL;
	static struct targets t;

	scene_init(&t.scene, BREAKER, act);
	backoff_retry_set_on_event(t.scene.retry, NULL, NULL);
	if (has_table) {
		cr_assert(backoff_guards_new(t.scene.policy, limit + 1,
					     &table) == BACKOFF_OK);
		/* The retry object's own target has a place as well. */
		cr_assert(backoff_retry_set_guards(t.scene.retry, table) ==
			  BACKOFF_OK);
	}
	t.calls = limit;
	for (unsigned i = 0; i < limit; i++) {
		char target[16];

		snprintf(target, sizeof(target), "t%u", i);
		t.call[i] = call_to(&t.scene, target);
	}
	cr_expect(holds_in_child(have_guards_of_their_own, &t));
	for (unsigned i = 0; i < limit; i++)
		cr_expect(end(t.call[i], 200) == BACKOFF_STOP_SUCCESS);
	scene_clear(&t.scene);
	backoff_guards_free(table);
}

Test(retry_fork, calls_of_the_parent_hold_no_target)
{
	check_targets(2, true);
	check_targets(BACKOFF_RETRY_TARGETS, false);
}
