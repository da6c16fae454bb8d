/* What a child of fork(2) inherits of guards and calls, state by state. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stress.h"

#define S UINT64_C(1000000000)
#define CALLS 4
#define THREADS 8
#define COUNT(list) (sizeof(list) / sizeof(*(list)))

#define AT_ONCE(fields)                                                        \
	"{\"name\":\"F\",\"max_attempts\":5,\"base_delay\":0,\"max_delay\":0," \
	"\"jitter\":\"none\"," fields "}"
#define BREAKER AT_ONCE("\"breaker\":{\"window\":2,\"cooldown\":5}")
#define PLACES                                                                 \
	AT_ONCE("\"budget\":{\"kind\":\"concurrency\","                        \
		"\"min_concurrent\":2}")
#define TOKENS                                                                 \
	AT_ONCE("\"budget\":{\"kind\":\"token_bucket\","                       \
		"\"capacity\":10,\"success_reward\":0}")
#define RATIO                                                                  \
	AT_ONCE("\"budget\":{\"kind\":\"ratio\",\"ratio\":1,"                  \
		"\"min_per_second\":0}")
#define THROTTLE                                                               \
	AT_ONCE("\"budget\":{\"kind\":\"throttle\","                           \
		"\"max_tokens\":10}")
#define HEDGES                                                                 \
	AT_ONCE("\"hedge\":{\"delay\":\"1s\",\"max\":3},"                      \
		"\"budget\":{\"kind\":\"concurrency\","                        \
		"\"min_concurrent\":2}")

/** A retry object in virtual time, and calls. */
struct scene {
	struct backoff_policy *policy;
	struct backoff_clock *clock;
	struct backoff_retry *retry;
	struct backoff_call *call[CALLS];
	struct tap *tap;
	/** Events, and how many attempts the last one says are under way. */
	atomic_uint events;
	atomic_uint_fast64_t in_flight;
};

static void
on_event(void *user, const struct backoff_event *event)
{
	struct scene *s = user;

	atomic_fetch_add(&s->events, 1);
	atomic_store(&s->in_flight, event->in_flight);
}

static uint64_t
tokens(const struct scene *s)
{
	return backoff_guard_tokens_milli(backoff_retry_guard(s->retry),
					  s->clock->now_ns(s->clock->user));
}

static enum backoff_breaker
breaker(const struct scene *s)
{
	return backoff_guard_breaker(backoff_retry_guard(s->retry),
				     s->clock->now_ns(s->clock->user));
}

static void
pass(struct scene *s, uint64_t ns)
{
	backoff_clock_virtual_advance(s->clock, ns);
}

static enum backoff_action
next(struct scene *s, int i)
{
	struct backoff_step step = {0};

	TAP_EQUAL(s->tap, backoff_call_next(s->call[i], &step), BACKOFF_OK);
	return step.action;
}

/* Begin call i; false if it may not begin. */
static bool
begin(struct scene *s, int i)
{
	backoff_call_free(s->call[i]);
	if (backoff_call_new(s->retry, NULL, &s->call[i]) != BACKOFF_OK)
		stress_die("call");
	return next(s, i) == BACKOFF_ACTION_ATTEMPT;
}

static void
end(struct scene *s, int i, bool success)
{
	struct backoff_outcome outcome = {.kind = BACKOFF_OUTCOME_SUCCESS};

	if (!success)
		backoff_outcome_from_http(&outcome, 503);
	TAP_EQUAL(s->tap, backoff_call_report(s->call[i], &outcome),
		  BACKOFF_OK);
}

static void
leave(struct scene *s, int i)
{
	backoff_call_free(s->call[i]);
	s->call[i] = NULL;
}

static void
open_breaker(struct scene *s)
{
	for (int i = 0; i < 2; i++) {
		begin(s, i);
		end(s, i, false);
	}
	TAP_EQUAL(s->tap, breaker(s), BACKOFF_BREAKER_OPEN);
}

static void
begin_probe(struct scene *s)
{
	open_breaker(s);
	pass(s, 5 * S);
	TAP_MUST(s->tap, begin(s, 0));
	TAP_MUST(s->tap, !begin(s, 1));
}

/* Two calls whose retries are under way. */
static void
begin_retries(struct scene *s)
{
	for (int i = 0; i < 2; i++) {
		begin(s, i);
		end(s, i, false);
	}
	TAP_EQUAL(s->tap, next(s, 0), BACKOFF_ACTION_ATTEMPT);
	TAP_EQUAL(s->tap, next(s, 1), BACKOFF_ACTION_ATTEMPT);
}

/* Two calls whose retries wait. */
static void
begin_waits(struct scene *s)
{
	for (int i = 0; i < 2; i++) {
		begin(s, i);
		end(s, i, false);
	}
}

static void
begin_hedges(struct scene *s)
{
	begin(s, 0);
	for (int i = 0; i < 2; i++) {
		pass(s, S);
		TAP_EQUAL(s->tap, next(s, 0), BACKOFF_ACTION_ATTEMPT);
	}
	TAP_EQUAL(s->tap, tokens(s), 0);
}

static void
fail_once(struct scene *s)
{
	begin(s, 0);
	end(s, 0, false);
	leave(s, 0);
}

/* The first retry fails and is paid; the second is not made. */
static void
spend(struct scene *s)
{
	begin(s, 0);
	end(s, 0, false);
	next(s, 0);
	end(s, 0, false);
	leave(s, 0);
}

static void
use_probe(struct scene *s)
{
	TAP_EQUAL(s->tap, breaker(s), BACKOFF_BREAKER_HALF_OPEN);
	TAP_MUST(s->tap, begin(s, 2));
	TAP_MUST(s->tap, !begin(s, 3));
	end(s, 2, true);
	TAP_EQUAL(s->tap, breaker(s), BACKOFF_BREAKER_CLOSED);
}

static void
free_and_probe(struct scene *s)
{
	TAP_MUST(s->tap, begin(s, 2));
	leave(s, 0);
	TAP_MUST(s->tap, !begin(s, 3));
	end(s, 2, true);
	TAP_EQUAL(s->tap, breaker(s), BACKOFF_BREAKER_CLOSED);
}

static void
report_and_probe(struct scene *s)
{
	TAP_MUST(s->tap, begin(s, 2));
	end(s, 0, true);
	TAP_EQUAL(s->tap, breaker(s), BACKOFF_BREAKER_HALF_OPEN);
	TAP_MUST(s->tap, !begin(s, 3));
	end(s, 2, false);
	TAP_EQUAL(s->tap, breaker(s), BACKOFF_BREAKER_OPEN);
}

static void
stay_open(struct scene *s)
{
	TAP_MUST(s->tap, !begin(s, 2));
	pass(s, 5 * S);
	use_probe(s);
}

static void
open_after_one(struct scene *s)
{
	TAP_EQUAL(s->tap, breaker(s), BACKOFF_BREAKER_CLOSED);
	fail_once(s);
	TAP_EQUAL(s->tap, breaker(s), BACKOFF_BREAKER_OPEN);
}

/* All places are free; two retries fill them. */
static void
use_places(struct scene *s)
{
	TAP_EQUAL(s->tap, tokens(s), 2000);
	TAP_MUST(s->tap, begin(s, 2));
	end(s, 2, false);
	TAP_MUST(s->tap, begin(s, 3));
	end(s, 3, false);
	TAP_EQUAL(s->tap, tokens(s), 0);
	leave(s, 2);
	leave(s, 3);
	TAP_EQUAL(s->tap, tokens(s), 2000);
}

static void
free_and_use_places(struct scene *s)
{
	leave(s, 0);
	TAP_EQUAL(s->tap, tokens(s), 2000);
	use_places(s);
	TAP_EQUAL(s->tap, backoff_call_cancel(s->call[1]), BACKOFF_OK);
	leave(s, 1);
	use_places(s);
}

/* Calls that continue here are counted here. */
static void
continue_with_places(struct scene *s)
{
	end(s, 0, false);
	TAP_EQUAL(s->tap, tokens(s), 1000);
	end(s, 1, true);
	TAP_EQUAL(s->tap, tokens(s), 1000);
	leave(s, 1);
	TAP_EQUAL(s->tap, next(s, 0), BACKOFF_ACTION_ATTEMPT);
	end(s, 0, true);
	use_places(s);
}

static void
wait_with_places(struct scene *s)
{
	TAP_EQUAL(s->tap, next(s, 0), BACKOFF_ACTION_ATTEMPT);
	TAP_EQUAL(s->tap, tokens(s), 1000);
	/* The other one's place is taken before it continues. */
	TAP_MUST(s->tap, begin(s, 2));
	end(s, 2, false);
	TAP_EQUAL(s->tap, next(s, 1), BACKOFF_ACTION_DONE);
	TAP_EQUAL(s->tap, backoff_call_answer(s->call[1])->stop,
		  BACKOFF_STOP_BUDGET);
	end(s, 0, true);
	leave(s, 2);
	use_places(s);
}

static void
use_tokens(struct scene *s)
{
	TAP_EQUAL(s->tap, tokens(s), 10000);
	leave(s, 0);
	TAP_EQUAL(s->tap, tokens(s), 10000);
	end(s, 1, true);
	TAP_EQUAL(s->tap, tokens(s), 10000);
	begin(s, 2);
	end(s, 2, false);
	TAP_EQUAL(s->tap, tokens(s), 5000);
	next(s, 2);
	end(s, 2, true);
	TAP_EQUAL(s->tap, tokens(s), 10000);
}

static void
continue_with_tokens(struct scene *s)
{
	end(s, 0, false);
	TAP_EQUAL(s->tap, tokens(s), 0);
	end(s, 1, true);
	TAP_EQUAL(s->tap, tokens(s), 0);
	next(s, 0);
	end(s, 0, true);
	TAP_EQUAL(s->tap, tokens(s), 5000);
}

static void
have_half(struct scene *s)
{
	TAP_EQUAL(s->tap, tokens(s), 5000);
	fail_once(s);
	TAP_EQUAL(s->tap, tokens(s), 5000);
}

/* Deposits and withdrawals stay until they expire. */
static void
have_ratio(struct scene *s)
{
	uint64_t before = tokens(s);

	leave(s, 0);
	leave(s, 1);
	TAP_EQUAL(s->tap, tokens(s), before);
	pass(s, 100 * S);
	TAP_EQUAL(s->tap, tokens(s), 0);
}

static void
have_throttle(struct scene *s)
{
	TAP_EQUAL(s->tap, tokens(s), 8000);
	end(s, 0, false);
	TAP_EQUAL(s->tap, tokens(s), 7000);
	leave(s, 1);
	TAP_EQUAL(s->tap, tokens(s), 7000);
}

static void
free_hedges(struct scene *s)
{
	leave(s, 0);
	use_places(s);
}

static void
win_hedges(struct scene *s)
{
	struct backoff_outcome outcome = {.kind = BACKOFF_OUTCOME_SUCCESS};

	TAP_EQUAL(s->tap, backoff_call_report_attempt(s->call[0], 2, &outcome),
		  BACKOFF_OK);
	use_places(s);
}

/* The parent closes the calls in the log, unless the child continues them. */
static void
log_own_events(struct scene *s)
{
	unsigned before = s->events;

	leave(s, 0);
	TAP_EQUAL(s->tap, s->events, before);
	end(s, 1, false);
	TAP_EQUAL(s->tap, s->events, before + 1);
	begin(s, 2);
	end(s, 2, true);
	TAP_EQUAL(s->tap, s->events, before + 2);
	TAP_EQUAL(s->tap, s->in_flight, 1);
}

/* Each thread is the first to use the guard, for all it knows. */
static void *
use_from_thread(void *user)
{
	struct scene *s = user;
	struct backoff_answer answer;
	unsigned until = 2;

	for (int i = 0; i < 20; i++)
		if (backoff_retry_run(s->retry, NULL, stress_fail_until, &until,
				      &answer) != BACKOFF_OK)
			TAP_EQUAL(s->tap, answer.stop, BACKOFF_STOP_BUDGET);
	return NULL;
}

static void
use_from_threads(struct scene *s)
{
	pthread_t thread[THREADS];

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, use_from_thread, s) != 0)
			stress_die("thread");
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
}

static void
share_places(struct scene *s)
{
	use_from_threads(s);
	use_places(s);
}

static void
share_tokens(struct scene *s)
{
	use_from_threads(s);
	TAP_EQUAL(s->tap, tokens(s), 10000);
}

/* Run a part of a test in a child. */
static void
fork_for(struct scene *s, void (*part)(struct scene *s))
{
	int status = -1;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child < 0)
		stress_die("fork");
	if (child == 0) {
		alarm(60);
		part(s);
		fflush(stdout);
		_exit(s->tap->complaints > 0);
	}
	waitpid(child, &status, 0);
	TAP_EQUAL(s->tap, status, 0);
}

static void
probe_in_a_grandchild(struct scene *s)
{
	TAP_MUST(s->tap, begin(s, 2));
	fork_for(s, free_and_probe);
	end(s, 2, true);
	TAP_EQUAL(s->tap, breaker(s), BACKOFF_BREAKER_CLOSED);
}

static const struct {
	const char *why, *policy;
	void (*before)(struct scene *s);
	void (*child)(struct scene *s);
	unsigned times;
} table[] = {
	{"a closed breaker keeps its window", BREAKER, fail_once,
	 open_after_one, 1},
	{"an open breaker stays open", BREAKER, open_breaker, stay_open, 1},
	{"the parent's probe has no place", BREAKER, begin_probe, use_probe, 1},
	{"a probe that is freed frees no place", BREAKER, begin_probe,
	 free_and_probe, 1},
	{"a probe that is reported closes nothing", BREAKER, begin_probe,
	 report_and_probe, 1},
	{"a grandchild has probes of its own", BREAKER, begin_probe,
	 probe_in_a_grandchild, 1},
	{"places are free", PLACES, begin_retries, use_places, 1},
	{"calls that are freed free no place", PLACES, begin_retries,
	 free_and_use_places, 1},
	{"calls that continue take places", PLACES, begin_retries,
	 continue_with_places, 1},
	{"calls that wait take places when they continue", PLACES, begin_waits,
	 wait_with_places, 1},
	{"reserved tokens are back", TOKENS, begin_retries, use_tokens, 1},
	{"calls that continue reserve tokens", TOKENS, begin_retries,
	 continue_with_tokens, 1},
	{"spent tokens stay spent", TOKENS, spend, have_half, 1},
	{"a ratio's withdrawals expire", RATIO, begin_retries, have_ratio, 1},
	{"a throttle keeps its count", THROTTLE, begin_retries, have_throttle,
	 1},
	{"hedges that are freed free no place", HEDGES, begin_hedges,
	 free_hedges, 1},
	{"a hedge that wins frees no place", HEDGES, begin_hedges, win_hedges,
	 1},
	{"a call is logged by one process", PLACES, begin_retries,
	 log_own_events, 1},
	{"threads share places at once", PLACES, begin_retries, share_places,
	 30},
	{"threads share tokens at once", TOKENS, begin_retries, share_tokens,
	 30},
};

static void
set_up(struct scene *s, struct tap *tap, const char *policy)
{
	*s = (struct scene){.policy = stress_policy(policy), .tap = tap};
	if (backoff_clock_virtual_new(1000 * S, 0, &s->clock) != BACKOFF_OK ||
	    backoff_retry_new(s->policy, "work", &s->retry) != BACKOFF_OK)
		stress_die("retry");
	backoff_retry_set_clock(s->retry, s->clock);
	backoff_retry_set_on_event(s->retry, on_event, s);
}

static void
tear_down(struct scene *s)
{
	for (int i = 0; i < CALLS; i++)
		leave(s, i);
	backoff_retry_free(s->retry);
	backoff_clock_virtual_free(s->clock);
	backoff_policy_unref(s->policy);
}

static pid_t forked;

/* Fork when the second attempt begins, while the thread of the first runs. */
static void
fork_at_hedge(void *user, const struct backoff_event *event)
{
	(void)user;
	if (event->type != BACKOFF_EVENT_STARTED || event->attempt != 2)
		return;
	fflush(stdout);
	forked = fork();
	if (forked == 0)
		alarm(60);
}

static atomic_bool has_failed;

/* The first attempt succeeds after the second has failed. */
static void
wait_for_hedge(void *user, const struct backoff_attempt *attempt,
	       struct backoff_outcome *outcome)
{
	(void)user;
	while (attempt->number == 1 && !atomic_load(&has_failed))
		usleep(1000);
	outcome->kind = BACKOFF_OUTCOME_SUCCESS;
	if (attempt->number == 2)
		backoff_outcome_from_http(outcome, 503);
	atomic_store(&has_failed, true);
}

/* The child's call ends, although its first attempt never will. */
static void
check_threads(struct tap *tap)
{
	struct backoff_policy *policy = stress_policy(
		AT_ONCE("\"hedge\":{\"delay\":\"10ms\",\"max\":1}"));
	struct backoff_answer answer;
	struct backoff_retry *retry;
	enum backoff_status got;
	int status = -1;

	if (backoff_retry_new(policy, "work", &retry) != BACKOFF_OK)
		stress_die("retry");
	backoff_retry_set_log_starts(retry, 1);
	backoff_retry_set_on_event(retry, fork_at_hedge, NULL);
	got = backoff_retry_run_hedged(retry, NULL, wait_for_hedge, NULL,
				       &answer);
	if (forked == 0)
		_exit(got != BACKOFF_E_FAILED ||
		      answer.stop != BACKOFF_STOP_SHUTDOWN);
	TAP_EQUAL(tap, got, BACKOFF_OK);
	waitpid(forked, &status, 0);
	TAP_EQUAL(tap, status, 0);
	backoff_retry_free(retry);
	backoff_policy_unref(policy);
	tap_result(tap, "a child without the threads of attempts goes on");
}

int
main(void)
{
	struct tap tap = {0};
	struct scene s;

	for (size_t i = 0; i < COUNT(table); i++) {
		uint64_t had;

		set_up(&s, &tap, table[i].policy);
		table[i].before(&s);
		had = tokens(&s);
		for (unsigned n = 0; n < table[i].times; n++)
			fork_for(&s, table[i].child);
		TAP_EQUAL(&tap, tokens(&s), had);
		tear_down(&s);
		tap_result(&tap, table[i].why);
	}
	/* ThreadSanitizer does not support threads made by the child of a
	 * process with threads. */
	if (!STRESS_TSAN)
		check_threads(&tap);
	return tap_finish(&tap);
}
