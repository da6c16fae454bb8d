/* Tests of cancelling the blocking loop, and of clocks that fail. Real waits
 * have generous upper bounds. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <sys/time.h>

#include "unit/retry/script.h"

#define PROMPT_NS (20 * S)
/* Wait for one minute. */
#define SLOW                                                                   \
	"{\"name\":\"R\",\"max_attempts\":3,\"backoff\":\"constant\","         \
	"\"base_delay\":60,\"jitter\":\"none\"}"
#define RESET .error_type = "ConnectionError", .error = "reset"

static int rejected = 1;

static const struct act act[] = {
	{S, {.kind = BACKOFF_OUTCOME_FAILURE, .result = &rejected, RESET}},
	OK(0)};

static struct backoff_cancel *cancel;

static void
setup(void)
{
	cr_assert(backoff_cancel_new(&cancel) == BACKOFF_OK);
}

static void
teardown(void)
{
	backoff_cancel_free(cancel);
}

TestSuite(retry_cancel, .init = setup, .fini = teardown, .timeout = 50);

static const struct backoff_call_options *
with_cancel(void)
{
	static struct backoff_call_options options = {.size = sizeof(options)};

	options.cancel = cancel;
	return &options;
}

Test(retry_cancel, before_the_first_attempt)
{
	struct backoff_answer answer;
	static struct scene s;

	backoff_cancel_request(cancel);
	scene_init(&s, SLOW, act);
	cr_expect(run(&s, with_cancel(), &answer) == BACKOFF_E_CANCELLED);
	cr_expect(s.made == 0 && answer.attempts == 0 && answer.retries == 0);
	cr_expect(answer.stop == BACKOFF_STOP_CANCELLED);
	cr_expect(answer.kind == BACKOFF_OUTCOME_CANCELLED);
	cr_expect(answer.result == NULL && answer.elapsed_ns == 0);
	cr_expect(s.lines == 1 && s.type[0] == BACKOFF_EVENT_ABORTED);
	scene_clear(&s);
}

/* An attempt during which the switch is turned on. */
static void
play_and_cancel(void *user, const struct backoff_attempt *attempt,
		struct backoff_outcome *outcome)
{
	backoff_cancel_request(cancel);
	play(user, attempt, outcome);
}

Test(retry_cancel, during_an_attempt_that_fails)
{
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s, SLOW, act);
	cr_expect(backoff_retry_run(s.retry, with_cancel(), play_and_cancel, &s,
				    &answer) == BACKOFF_E_CANCELLED);
	cr_expect(s.made == 1 && answer.attempts == 1);
	cr_expect(answer.stop == BACKOFF_STOP_CANCELLED);
	cr_expect(answer.kind == BACKOFF_OUTCOME_FAILURE);
	cr_expect(strcmp(answer.error, "reset") == 0);
	cr_expect(answer.elapsed_ns == S, "no wait took place");
	cr_expect(s.lines == 2);
	cr_expect(s.type[0] == BACKOFF_EVENT_ATTEMPT &&
		  s.type[1] == BACKOFF_EVENT_ABORTED);
	scene_clear(&s);
}

Test(retry_cancel, during_an_attempt_that_succeeds)
{
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s, SLOW, &act[1]);
	cr_expect(backoff_retry_run(s.retry, with_cancel(), play_and_cancel, &s,
				    &answer) == BACKOFF_OK,
		  "a success stays one");
	cr_expect(answer.stop == BACKOFF_STOP_SUCCESS);
	scene_clear(&s);
}

/* A clock whose waits return a given status. */
struct odd_clock {
	struct backoff_clock clock;
	struct backoff_clock *inner;
	enum backoff_status status;
	uint64_t oversleep_ns;
	unsigned waits;
};

static uint64_t
odd_now(void *user)
{
	const struct odd_clock *c = user;

	return c->inner->now_ns(c->inner->user);
}

static uint64_t
odd_wall(void *user)
{
	const struct odd_clock *c = user;

	return c->inner->wall_ns(c->inner->user);
}

static enum backoff_status
odd_sleep(void *user, uint64_t when_ns, const struct backoff_cancel *given)
{
	struct odd_clock *c = user;

	cr_expect(given == cancel, "the clock gets the switch");
	c->waits++;
	if (c->status == BACKOFF_OK) {
		c->inner->sleep_until(c->inner->user, when_ns, given);
		backoff_clock_virtual_advance(c->inner, c->oversleep_ns);
	}
	return c->status;
}

static void
make_odd(struct odd_clock *c, struct scene *s)
{
	*c = (struct odd_clock){
		.clock = {sizeof(c->clock), odd_now, odd_wall, odd_sleep, c},
		.inner = s->clock};
	backoff_retry_set_clock(s->retry, &c->clock);
}

Test(retry_cancel, during_a_wait)
{
	struct backoff_answer answer;
	static struct scene s;
	struct odd_clock clock;

	scene_init(&s, SLOW, act);
	make_odd(&clock, &s);
	clock.status = BACKOFF_E_CANCELLED;
	cr_expect(run(&s, with_cancel(), &answer) == BACKOFF_E_CANCELLED);
	cr_expect(answer.stop == BACKOFF_STOP_CANCELLED);
	cr_expect(answer.attempts == 1 && clock.waits == 1);
	cr_expect(answer.backoff_ns == 0, "nothing was waited");
	/* Results of failures are freed before the wait, so that no connection
	 * is held during it. */
	cr_expect(answer.result == NULL);
	cr_expect(s.discards == 1 && s.discarded[0] == &rejected);
	cr_expect(s.lines == 2 && s.type[1] == BACKOFF_EVENT_ABORTED);
	expect_in_line(&s, 1, "\"stop_reason\":\"cancelled\"");
	expect_in_line(&s, 1, "\"outcome\":\"cancelled\"");
	scene_clear(&s);
}

Test(retry_cancel, a_clock_that_cannot_wait_ends_the_call)
{
	struct backoff_answer answer;
	static struct scene s;
	struct odd_clock clock;

	scene_init(&s, SLOW, act);
	make_odd(&clock, &s);
	clock.status = BACKOFF_E_IO;
	cr_expect(run(&s, with_cancel(), &answer) == BACKOFF_E_FAILED);
	cr_expect(answer.stop == BACKOFF_STOP_SLEEP_FAILED);
	cr_expect(answer.attempts == 1 && s.made == 1);
	cr_expect(s.lines == 2 && s.type[1] == BACKOFF_EVENT_ABORTED);
	expect_in_line(&s, 1, "\"stop_reason\":\"sleep_failed\"");
	scene_clear(&s);
}

Test(retry_cancel, a_clock_that_oversleeps_ends_at_the_deadline)
{
	struct backoff_answer answer;
	static struct scene s;
	struct odd_clock clock;

	scene_init(&s,
		   "{\"name\":\"R\",\"max_attempts\":3,\"jitter\":\"none\","
		   "\"deadline\":10}",
		   act);
	make_odd(&clock, &s);
	clock.oversleep_ns = 8 * S;
	cr_expect(run(&s, with_cancel(), &answer) == BACKOFF_E_FAILED);
	cr_expect(answer.stop == BACKOFF_STOP_DEADLINE);
	cr_expect(answer.attempts == 1 && s.made == 1);
	cr_expect(answer.elapsed_ns == 10 * S);
	cr_expect(answer.backoff_ns == 2 * S - 1 * S, "%lu",
		  (unsigned long)answer.backoff_ns);
	cr_expect(s.type[1] == BACKOFF_EVENT_EXHAUSTED);
	scene_clear(&s);
}

/* A wait of 60 s ends after 50 ms, in each way in which it can. */
Test(retry_cancel, a_wait_that_is_cut_counts_what_was_waited)
{
	static const struct {
		const char *why;
		enum backoff_stop stop;
	} cases[] = {
		{"cancelled", BACKOFF_STOP_CANCELLED},
		{"freed", BACKOFF_STOP_SHUTDOWN},
		{"restored, then cancelled", BACKOFF_STOP_CANCELLED},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		static struct scene s;
		struct backoff_call *call, *other;
		struct backoff_step step;
		char text[4096];
		size_t length;

		scene_init(&s, SLOW, act);
		cr_assert(backoff_call_new(s.retry, NULL, &call) == BACKOFF_OK);
		cr_assert(backoff_call_next(call, &step) == BACKOFF_OK);
		cr_assert(backoff_call_report(call, &act[0].outcome) ==
			  BACKOFF_OK);
		if (i == 2) {
			length = backoff_call_save(call, text, sizeof(text));
			cr_assert(backoff_call_restore(s.retry, NULL, text,
						       length, 0, &other,
						       NULL) == BACKOFF_OK);
			backoff_call_free(call);
			call = other;
			cr_expect(s.lines == 1, "the call goes on");
		}
		backoff_clock_virtual_advance(s.clock, 50000000);
		if (i != 1) {
			cr_assert(backoff_call_cancel(call) == BACKOFF_OK);
			cr_expect(backoff_call_answer(call)->backoff_ns ==
					  50000000,
				  "%s: %lu", cases[i].why,
				  (unsigned long)backoff_call_answer(call)
					  ->backoff_ns);
		}
		backoff_call_free(call);
		expect_in_line(&s, 0, "\"delay_seconds\":60,");
		expect_in_line(&s, 1, backoff_stop_name(cases[i].stop));
		expect_in_line(&s, 1, "\"backoff_seconds\":0.05");
		scene_clear(&s);
	}
}

/* The tests below use the system's clock. */
static void
fail_soon(void *user, const struct backoff_attempt *attempt,
	  struct backoff_outcome *outcome)
{
	(void)attempt;
	++*(unsigned *)user;
	outcome->kind = BACKOFF_OUTCOME_FAILURE;
}

static uint64_t
real_now(void)
{
	const struct backoff_clock *clock = backoff_clock_system();

	return clock->now_ns(clock->user);
}

/* Measure a call that would take minutes. */
static void
expect_prompt_end(void)
{
	struct backoff_policy *policy = policy_of(SLOW);
	uint64_t begin_ns = real_now();
	struct backoff_retry *retry;
	struct backoff_answer answer;
	unsigned made = 0;

	cr_assert(backoff_retry_new(policy, "op", &retry) == BACKOFF_OK);
	cr_expect(backoff_retry_run(retry, with_cancel(), fail_soon, &made,
				    &answer) == BACKOFF_E_CANCELLED);
	cr_expect(real_now() - begin_ns < PROMPT_NS);
	cr_expect(made == 1 && answer.attempts == 1);
	cr_expect(answer.stop == BACKOFF_STOP_CANCELLED);
	backoff_retry_free(retry);
	backoff_policy_unref(policy);
}

static void *
request_soon(void *user)
{
	const struct timespec moment = {0, 30000000};

	(void)user;
	nanosleep(&moment, NULL);
	backoff_cancel_request(cancel);
	return NULL;
}

Test(retry_cancel, another_thread_ends_a_real_wait)
{
	pthread_t thread;

	cr_assert(pthread_create(&thread, NULL, request_soon, NULL) == 0);
	expect_prompt_end();
	pthread_join(thread, NULL);
}

static void
on_signal(int number)
{
	(void)number;
	backoff_cancel_request(cancel);
}

Test(retry_cancel, a_signal_handler_ends_a_real_wait)
{
	struct sigaction action = {.sa_handler = on_signal,
				   .sa_flags = SA_RESTART};
	const struct itimerval soon = {{0, 0}, {0, 30000}};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	expect_prompt_end();
}

static void
ignore(int number)
{
	(void)number;
}

Test(retry_cancel, a_storm_of_signals_shortens_no_wait)
{
	struct backoff_policy *policy =
		policy_of("{\"name\":\"R\",\"max_attempts\":3,\"jitter\":"
			  "\"none\",\"backoff\":\"constant\","
			  "\"base_delay\":\"40ms\"}");
	struct sigaction action = {.sa_handler = ignore};
	const struct itimerval storm = {{0, 300}, {0, 300}}, calm = {0};
	struct backoff_retry *retry;
	struct backoff_answer answer;
	unsigned made = 0;

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &storm, NULL);
	cr_assert(backoff_retry_new(policy, "op", &retry) == BACKOFF_OK);
	for (int i = 0; i < 2; i++) {
		uint64_t begin_ns = real_now();

		cr_expect(backoff_retry_run(retry, i ? with_cancel() : NULL,
					    fail_soon, &made,
					    &answer) == BACKOFF_E_FAILED);
		cr_expect(answer.stop == BACKOFF_STOP_MAX_ATTEMPTS);
		cr_expect(answer.backoff_ns == 80000000);
		cr_expect(real_now() - begin_ns >= 80000000);
		cr_expect(real_now() - begin_ns < PROMPT_NS);
	}
	setitimer(ITIMER_REAL, &calm, NULL);
	cr_expect(made == 6);
	backoff_retry_free(retry);
	backoff_policy_unref(policy);
}
