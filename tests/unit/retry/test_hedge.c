/* Tests of several attempts at once: by steps, and with threads. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/retry/script.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>

#define MS UINT64_C(1000000)

static const char hedged[] =
	"{\"name\":\"H\",\"max_attempts\":4,\"base_delay\":1,\"max_delay\":9,"
	"\"jitter\":\"none\",\"hedge\":{\"delay\":0.1}}";

static const struct backoff_outcome fails = {.kind = BACKOFF_OUTCOME_FAILURE,
					     .failure_class =
						     BACKOFF_CLASS_TRANSIENT,
					     .error_type = "ConnectionError"};
static const struct backoff_outcome succeeds = {
	.kind = BACKOFF_OUTCOME_SUCCESS};

struct stepped {
	struct scene scene;
	struct backoff_call *call;
	struct backoff_step step;
};

static void
stepped_init(struct stepped *s, const char *policy)
{
	scene_init(&s->scene, policy, NULL);
	cr_assert(backoff_call_new(s->scene.retry, NULL, &s->call) ==
		  BACKOFF_OK);
}

static void
stepped_clear(struct stepped *s)
{
	backoff_call_free(s->call);
	scene_clear(&s->scene);
}

/* The number of the attempt to begin now; 0 for none. */
static uint32_t
next(struct stepped *s)
{
	cr_assert(backoff_call_next(s->call, &s->step) == BACKOFF_OK);
	return s->step.action == BACKOFF_ACTION_ATTEMPT ? s->step.attempt.number
							: 0;
}

static void
pass(struct stepped *s, uint64_t ns)
{
	backoff_clock_virtual_advance(s->scene.clock, ns);
}

Test(retry_hedge, by_steps_the_first_success_ends_the_call)
{
	struct stepped s;
	const struct backoff_answer *answer;

	stepped_init(&s, hedged);
	cr_assert(next(&s) == 1);
	cr_expect(s.step.attempt.kind == BACKOFF_KIND_FIRST);
	cr_expect(next(&s) == 0);
	cr_expect(s.step.action == BACKOFF_ACTION_WAIT &&
		  s.step.wait_until_ns == START_NS + 100 * MS &&
		  s.step.delay_ns == 100 * MS);
	pass(&s, 100 * MS);
	cr_assert(next(&s) == 2);
	cr_expect(s.step.attempt.kind == BACKOFF_KIND_HEDGE);
	cr_expect(next(&s) == 0 && s.step.wait_until_ns == BACKOFF_FOREVER &&
		  s.step.delay_ns == BACKOFF_FOREVER);
	pass(&s, 30 * MS);
	cr_expect(backoff_call_report(s.call, &succeeds) == BACKOFF_E_STATE,
		  "two are under way");
	cr_expect(backoff_call_report_attempt(s.call, 3, &succeeds) ==
		  BACKOFF_E_STATE);
	cr_expect(backoff_call_report_attempt(s.call, 0, &succeeds) ==
		  BACKOFF_E_STATE);
	cr_expect(backoff_call_report_attempt(s.call, 2, &succeeds) ==
		  BACKOFF_OK);
	cr_expect(next(&s) == 0 && s.step.action == BACKOFF_ACTION_DONE &&
		  s.step.stop == BACKOFF_STOP_SUCCESS);
	cr_expect(backoff_call_report_attempt(s.call, 1, &succeeds) ==
			  BACKOFF_E_STATE,
		  "it lost");
	answer = backoff_call_answer(s.call);
	cr_expect(answer->attempts == 2 && answer->retries == 1);
	cr_expect(answer->elapsed_ns == 130 * MS && answer->backoff_ns == 0);
	stepped_clear(&s);
}

Test(retry_hedge, the_log_has_a_line_for_each_and_the_winners_is_last)
{
	struct stepped s;

	stepped_init(&s, hedged);
	next(&s);
	pass(&s, 100 * MS);
	next(&s);
	pass(&s, 30 * MS);
	cr_assert(backoff_call_report_attempt(s.call, 2, &succeeds) ==
		  BACKOFF_OK);
	cr_assert(s.scene.lines == 2);
	expect_in_line(&s.scene, 0, "\"event_type\":\"retry_attempt\"");
	expect_in_line(&s.scene, 0, "\"attempt\":1,");
	expect_in_line(&s.scene, 0, "\"kind\":\"first\"");
	expect_in_line(&s.scene, 0, "\"outcome\":\"cancelled\"");
	expect_in_line(&s.scene, 0, "\"duration_seconds\":0.13,");
	expect_in_line(&s.scene, 0, "\"delay_source\":\"zero\"");
	expect_in_line(&s.scene, 1, "\"event_type\":\"retry_success\"");
	expect_in_line(&s.scene, 1, "\"attempt\":2,");
	expect_in_line(&s.scene, 1, "\"kind\":\"hedge\"");
	expect_in_line(&s.scene, 1, "\"duration_seconds\":0.03,");
	expect_in_line(&s.scene, 1, "\"attempts\":2,\"retries\":1");
	stepped_clear(&s);
}

Test(retry_hedge, a_failed_round_is_followed_by_another)
{
	static char first[] = "first";
	struct stepped s;
	struct backoff_outcome rejected = fails;

	rejected.result = first;
	stepped_init(&s, hedged);
	next(&s);
	pass(&s, 100 * MS);
	next(&s);
	cr_assert(backoff_call_report_attempt(s.call, 1, &rejected) ==
		  BACKOFF_OK);
	cr_expect(s.scene.discards == 1 && s.scene.discarded[0] == first,
		  "no connection is held while others run");
	cr_expect(next(&s) == 0 && s.step.wait_until_ns == BACKOFF_FOREVER);
	/* One is left: reporting it needs no number. */
	cr_assert(backoff_call_report(s.call, &fails) == BACKOFF_OK);
	cr_expect(next(&s) == 0 &&
		  s.step.wait_until_ns == START_NS + 1100 * MS);
	pass(&s, 1 * S);
	cr_assert(next(&s) == 3);
	cr_expect(s.step.attempt.kind == BACKOFF_KIND_RETRY);
	pass(&s, 100 * MS);
	cr_assert(next(&s) == 4);
	pass(&s, 1 * S);
	cr_expect(next(&s) == 0, "four attempts in all");
	cr_assert(backoff_call_report_attempt(s.call, 4, &fails) == BACKOFF_OK);
	cr_assert(backoff_call_report(s.call, &fails) == BACKOFF_OK);
	cr_expect(next(&s) == 0 && s.step.stop == BACKOFF_STOP_MAX_ATTEMPTS);
	cr_expect(backoff_call_answer(s.call)->attempts == 4);
	cr_expect_str_eq(backoff_call_answer(s.call)->error_type,
			 "ConnectionError");
	cr_expect(s.scene.lines == 4);
	stepped_clear(&s);
}

Test(retry_hedge, cancelling_ends_all_attempts)
{
	struct stepped s;

	stepped_init(&s, hedged);
	next(&s);
	pass(&s, 100 * MS);
	next(&s);
	cr_assert(backoff_call_cancel(s.call) == BACKOFF_OK);
	cr_expect(next(&s) == 0 && s.step.stop == BACKOFF_STOP_CANCELLED);
	cr_assert(s.scene.lines == 2);
	expect_in_line(&s.scene, 0, "\"attempt\":1,");
	expect_in_line(&s.scene, 0, "\"event_type\":\"retry_attempt\"");
	expect_in_line(&s.scene, 1, "\"attempt\":2,");
	expect_in_line(&s.scene, 1, "\"kind\":\"hedge\"");
	expect_in_line(&s.scene, 1, "\"event_type\":\"retry_aborted\"");
	expect_in_line(&s.scene, 1, "\"attempts\":2");
	stepped_clear(&s);
}

Test(retry_hedge, calls_between_rounds_can_be_saved)
{
	struct stepped s;
	struct backoff_call *again;
	char text[2048];
	size_t length;

	stepped_init(&s, hedged);
	next(&s);
	cr_expect(backoff_call_save(s.call, text, sizeof(text)) == 0);
	pass(&s, 100 * MS);
	next(&s);
	cr_assert(backoff_call_report_attempt(s.call, 2, &fails) == BACKOFF_OK);
	cr_expect(backoff_call_save(s.call, text, sizeof(text)) == 0,
		  "one is under way");
	cr_assert(backoff_call_report_attempt(s.call, 1, &fails) == BACKOFF_OK);
	length = backoff_call_save(s.call, text, sizeof(text));
	cr_assert(length > 0 && length < sizeof(text));
	cr_assert(backoff_call_restore(s.scene.retry, NULL, text, length, 0,
				       &again, NULL) == BACKOFF_OK);
	pass(&s, 1 * S);
	cr_assert(backoff_call_next(again, &s.step) == BACKOFF_OK);
	cr_expect(s.step.action == BACKOFF_ACTION_ATTEMPT &&
		  s.step.attempt.number == 3);
	pass(&s, 100 * MS);
	cr_assert(backoff_call_next(again, &s.step) == BACKOFF_OK);
	cr_expect(s.step.attempt.number == 4 &&
		  s.step.attempt.kind == BACKOFF_KIND_HEDGE);
	backoff_call_free(again);
	stepped_clear(&s);
}

/* A Retry-After of an attempt that failed alongside a hedge counts. */
Test(retry_hedge, a_hint_of_an_earlier_failure_is_waited_and_logged)
{
	struct backoff_outcome busy = fails;
	struct stepped s;

	busy.hint = (struct backoff_hint){.kind = BACKOFF_HINT_DELAY,
					  .delay_ns = 5 * S};
	stepped_init(&s, hedged);
	next(&s);
	pass(&s, 100 * MS);
	next(&s);
	cr_assert(backoff_call_report_attempt(s.call, 1, &busy) == BACKOFF_OK);
	pass(&s, 1 * S);
	cr_assert(backoff_call_report_attempt(s.call, 2, &fails) == BACKOFF_OK);
	cr_expect(next(&s) == 0 &&
		  s.step.wait_until_ns == START_NS + 5100 * MS);
	expect_in_line(&s.scene, 0, "\"hint_seconds\":5");
	expect_in_line(&s.scene, 1, "\"delay_seconds\":4,");
	expect_in_line(&s.scene, 1, "\"delay_source\":\"hint\"");
	expect_in_line(&s.scene, 1, "\"hint_action\":\"honoured\"");
	cr_expect(strstr(s.scene.line[1], "hint_seconds") == NULL);
	stepped_clear(&s);
}

/* What one server said is not logged as if another attempt's had said it. */
Test(retry_hedge, an_event_has_the_hint_of_its_own_attempt)
{
	struct backoff_outcome busy = fails;
	struct stepped s;

	busy.hint = (struct backoff_hint){.kind = BACKOFF_HINT_DELAY,
					  .delay_ns = 5 * S};
	stepped_init(&s, hedged);
	next(&s);
	pass(&s, 100 * MS);
	next(&s);
	cr_assert(backoff_call_report_attempt(s.call, 2, &busy) == BACKOFF_OK);
	pass(&s, 1 * S);
	busy.hint.delay_ns = 1 * S;
	cr_assert(backoff_call_report_attempt(s.call, 1, &busy) == BACKOFF_OK);
	cr_expect(next(&s) == 0 &&
		  s.step.wait_until_ns == START_NS + 5100 * MS);
	expect_in_line(&s.scene, 0, "\"hint_seconds\":5");
	expect_in_line(&s.scene, 1, "\"delay_seconds\":4,");
	expect_in_line(&s.scene, 1, "\"hint_seconds\":1,");
	expect_in_line(&s.scene, 1, "\"hint_action\":\"honoured\"");
	stepped_clear(&s);
}

static const char at_once[] =
	"{\"name\":\"H\",\"max_attempts\":5,\"base_delay\":1,\"max_delay\":9,"
	"\"jitter\":\"none\",\"hedge\":{\"delay\":0.1,\"max\":2,"
	"\"after_failure\":\"now\"}}";

Test(retry_hedge, after_a_failure_the_next_one_begins_now)
{
	struct stepped s;

	stepped_init(&s, at_once);
	next(&s);
	cr_assert(backoff_call_report(s.call, &fails) == BACKOFF_OK);
	cr_assert(next(&s) == 2, "the only one failed");
	cr_expect(s.step.attempt.kind == BACKOFF_KIND_RETRY);
	pass(&s, 100 * MS);
	cr_assert(next(&s) == 3);
	cr_expect(s.step.attempt.kind == BACKOFF_KIND_HEDGE);
	cr_assert(backoff_call_report_attempt(s.call, 2, &fails) == BACKOFF_OK);
	cr_expect(next(&s) == 0 && s.step.wait_until_ns == BACKOFF_FOREVER,
		  "two in a round");
	cr_assert(backoff_call_report(s.call, &fails) == BACKOFF_OK);
	cr_expect(next(&s) == 0 &&
		  s.step.wait_until_ns == START_NS + 1100 * MS);
	pass(&s, 1 * S);
	cr_assert(next(&s) == 4);
	pass(&s, 100 * MS);
	cr_assert(next(&s) == 5);
	cr_assert(backoff_call_report_attempt(s.call, 4, &fails) == BACKOFF_OK);
	cr_assert(backoff_call_report_attempt(s.call, 5, &succeeds) ==
		  BACKOFF_OK);
	cr_expect(backoff_call_answer(s.call)->backoff_ns == 1 * S);
	expect_in_line(&s.scene, 0, "\"delay_seconds\":0,");
	expect_in_line(&s.scene, 0, "\"delay_source\":\"zero\"");
	expect_in_line(&s.scene, 0, "\"delay_law\":\"none\"");
	stepped_clear(&s);
}

/* A process that restores the call begins a new round. */
Test(retry_hedge, a_call_whose_round_goes_on_can_be_saved)
{
	struct stepped s;
	struct backoff_call *again;
	char text[2048];
	size_t length;

	stepped_init(&s, at_once);
	next(&s);
	cr_assert(backoff_call_report(s.call, &fails) == BACKOFF_OK);
	length = backoff_call_save(s.call, text, sizeof(text));
	cr_assert(length > 0 && length < sizeof(text));
	cr_assert(backoff_call_restore(s.scene.retry, NULL, text, length, 0,
				       &again, NULL) == BACKOFF_OK);
	cr_assert(backoff_call_next(again, &s.step) == BACKOFF_OK);
	cr_expect(s.step.action == BACKOFF_ACTION_ATTEMPT &&
		  s.step.attempt.number == 2);
	backoff_call_free(again);
	stepped_clear(&s);
}

/* Simulate a system that makes no more threads. */
static atomic_int threads_left = INT_MAX;

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
			  void *(*start)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
			  void *(*start)(void *), void *argument);

int
__wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
		      void *(*start)(void *), void *argument)
{
	if (atomic_fetch_sub(&threads_left, 1) <= 0)
		return EAGAIN;
	return __real_pthread_create(thread, attr, start, argument);
}

/* Attempts in threads, whose number decides what they do. */
struct field {
	struct backoff_retry *retry;
	struct backoff_policy *policy;
	sem_t second_began;
	atomic_uint made, cancelled, discarded;
	atomic_uint blocked;
	/** Cancels the call. */
	struct backoff_cancel *cancel;
};

static void
discard(void *user, void *result)
{
	struct field *f = user;

	(void)result;
	atomic_fetch_add(&f->discarded, 1);
}

static void
field_init(struct field *f, const char *policy)
{
	memset(f, 0, sizeof(*f));
	f->policy = policy_of(policy);
	cr_assert(backoff_retry_new(f->policy, "op", &f->retry) == BACKOFF_OK);
	cr_assert(backoff_cancel_new(&f->cancel) == BACKOFF_OK);
	backoff_retry_set_discard(f->retry, discard, f);
	sem_init(&f->second_began, 0, 0);
}

static void
field_clear(struct field *f)
{
	backoff_retry_free(f->retry);
	backoff_policy_unref(f->policy);
	backoff_cancel_free(f->cancel);
	sem_destroy(&f->second_began);
}

static const char eager[] =
	"{\"name\":\"H\",\"max_attempts\":4,\"base_delay\":0,\"max_delay\":0,"
	"\"jitter\":\"none\",\"hedge\":{\"delay\":0.001}}";

/* The first hangs until it is cancelled; the second answers. */
static void
first_hangs(void *user, const struct backoff_attempt *attempt,
	    struct backoff_outcome *outcome)
{
	struct field *f = user;
	const struct backoff_clock *clock = backoff_clock_system();

	atomic_fetch_add(&f->made, 1);
	outcome->kind = BACKOFF_OUTCOME_SUCCESS;
	outcome->result = f;
	if (attempt->number > 1)
		return;
	if (clock->sleep_until(clock->user, BACKOFF_FOREVER, attempt->cancel) ==
	    BACKOFF_E_CANCELLED)
		atomic_fetch_add(&f->cancelled, 1);
	backoff_outcome_set(outcome, BACKOFF_OUTCOME_CANCELLED,
			    BACKOFF_CLASS_UNKNOWN, NULL, NULL, NULL);
}

Test(retry_hedge, with_threads_a_loser_is_cancelled_and_waited_for,
     .timeout = 60)
{
	struct field f;
	struct backoff_answer answer;

	field_init(&f, eager);
	cr_expect(backoff_retry_run_hedged(f.retry, NULL, first_hangs, &f,
					   &answer) == BACKOFF_OK);
	cr_expect(answer.stop == BACKOFF_STOP_SUCCESS && answer.attempts == 2);
	cr_expect(answer.result == &f);
	cr_expect(f.made == 2 && f.cancelled == 1);
	cr_expect(f.discarded == 1, "the loser's result");
	field_clear(&f);
}

/* The first fails, and only the second succeeds. */
static void
first_fails(void *user, const struct backoff_attempt *attempt,
	    struct backoff_outcome *outcome)
{
	struct field *f = user;

	atomic_fetch_add(&f->made, 1);
	outcome->result = f;
	if (attempt->number == 1)
		outcome->kind = BACKOFF_OUTCOME_FAILURE;
	else
		outcome->kind = BACKOFF_OUTCOME_SUCCESS;
}

/* The hedge's delay and the policy's are an hour. */
Test(retry_hedge, with_threads_a_failure_begins_the_next_now, .timeout = 60)
{
	struct field f;
	struct backoff_answer answer;

	field_init(&f, "{\"name\":\"H\",\"max_attempts\":4,"
		       "\"base_delay\":3600,\"max_delay\":3600,"
		       "\"jitter\":\"none\",\"hedge\":{\"delay\":3600,"
		       "\"after_failure\":\"now\"}}");
	cr_expect(backoff_retry_run_hedged(f.retry, NULL, first_fails, &f,
					   &answer) == BACKOFF_OK);
	cr_expect(f.made == 2 && answer.attempts == 2);
	cr_expect(answer.backoff_ns == 0);
	field_clear(&f);
}

/* No attempt ends before the caller's switch is on. */
static void
all_hang(void *user, const struct backoff_attempt *attempt,
	 struct backoff_outcome *outcome)
{
	struct field *f = user;
	const struct backoff_clock *clock = backoff_clock_system();

	outcome->kind = BACKOFF_OUTCOME_SUCCESS;
	if (atomic_fetch_add(&f->made, 1) == 1)
		backoff_cancel_request(f->cancel);
	if (clock->sleep_until(clock->user, BACKOFF_FOREVER, attempt->cancel) ==
		    BACKOFF_E_CANCELLED &&
	    backoff_cancel_requested(attempt->cancel))
		atomic_fetch_add(&f->cancelled, 1);
}

Test(retry_hedge, with_threads_the_callers_switch_ends_all, .timeout = 60)
{
	struct field f;
	struct backoff_answer answer;
	struct backoff_call_options options = {.size = sizeof(options)};

	field_init(&f, eager);
	options.cancel = f.cancel;
	cr_expect(backoff_retry_run_hedged(f.retry, &options, all_hang, &f,
					   &answer) == BACKOFF_E_CANCELLED);
	cr_expect(answer.stop == BACKOFF_STOP_CANCELLED);
	cr_expect(f.made == 2 && f.cancelled == 2);
	field_clear(&f);
}

static void
all_fail(void *user, const struct backoff_attempt *attempt,
	 struct backoff_outcome *outcome)
{
	struct field *f = user;
	sigset_t mask;

	atomic_fetch_add(&f->made, 1);
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	if (sigismember(&mask, SIGTERM) && sigismember(&mask, SIGALRM))
		atomic_fetch_add(&f->blocked, 1);
	outcome->result = f;
	backoff_outcome_set(outcome, BACKOFF_OUTCOME_FAILURE,
			    BACKOFF_CLASS_SERVER, NULL, "http:503", "busy");
	/* Attempts with odd numbers wait for their hedge, so that each round
	 * has two. */
	if (attempt->kind == BACKOFF_KIND_HEDGE)
		sem_post(&f->second_began);
	else
		sem_wait(&f->second_began);
}

Test(retry_hedge, with_threads_rounds_follow_until_attempts_run_out,
     .timeout = 60)
{
	struct field f;
	struct backoff_answer answer;

	field_init(&f, eager);
	cr_expect(backoff_retry_run_hedged(f.retry, NULL, all_fail, &f,
					   &answer) == BACKOFF_E_FAILED);
	cr_expect(answer.stop == BACKOFF_STOP_MAX_ATTEMPTS);
	cr_expect(answer.attempts == 4 && f.made == 4);
	cr_expect(f.blocked == 4, "signals are blocked in attempts' threads");
	cr_expect_str_eq(answer.code, "http:503");
	cr_expect(answer.result == &f && f.discarded == 3,
		  "the last result is the caller's: %u", f.discarded);
	field_clear(&f);
}

static void
fails_until_last(void *user, const struct backoff_attempt *attempt,
		 struct backoff_outcome *outcome)
{
	struct field *f = user;

	atomic_fetch_add(&f->made, 1);
	outcome->kind = BACKOFF_OUTCOME_SUCCESS;
	if (attempt->number < attempt->max_attempts)
		backoff_outcome_from_http(outcome, 503);
}

Test(retry_hedge, without_threads_attempts_are_made_one_by_one)
{
	struct field f;
	struct backoff_answer answer;

	field_init(&f, eager);
	threads_left = 0;
	cr_expect(backoff_retry_run_hedged(f.retry, NULL, fails_until_last, &f,
					   &answer) == BACKOFF_OK);
	cr_expect(f.made == 4 && answer.attempts == 4);
	field_clear(&f);
}

/* The first attempt waits for its hedge, which must run at the same time. */
static void
first_waits(void *user, const struct backoff_attempt *attempt,
	    struct backoff_outcome *outcome)
{
	struct field *f = user;

	outcome->kind = BACKOFF_OUTCOME_SUCCESS;
	atomic_fetch_add(&f->made, 1);
	if (attempt->number == 1)
		sem_wait(&f->second_began);
	else
		sem_post(&f->second_began);
}

Test(retry_hedge, a_hedge_without_a_thread_is_made_by_the_caller, .timeout = 60)
{
	struct field f;
	struct backoff_answer answer;

	field_init(&f, eager);
	threads_left = 1;
	cr_expect(backoff_retry_run_hedged(f.retry, NULL, first_waits, &f,
					   &answer) == BACKOFF_OK);
	cr_expect(f.made == 2 && answer.attempts == 2);
	field_clear(&f);
}

static void
in_this_thread(void *user, const struct backoff_attempt *attempt,
	       struct backoff_outcome *outcome)
{
	/* A program that was written for a policy with hedges asks this. */
	cr_expect(attempt->cancel == NULL &&
		  !backoff_cancel_requested(attempt->cancel));
	outcome->kind = BACKOFF_OUTCOME_SUCCESS;
	cr_expect(pthread_equal(*(pthread_t *)user, pthread_self()));
}

Test(retry_hedge, without_a_hedge_rule_no_thread_is_made)
{
	struct field f;
	struct backoff_answer answer;
	pthread_t self = pthread_self();

	field_init(&f, "{\"name\":\"P\",\"max_attempts\":2}");
	cr_expect(backoff_retry_run_hedged(f.retry, NULL, in_this_thread, &self,
					   &answer) == BACKOFF_OK);
	field_clear(&f);
}

Test(retry_hedge, a_loop_of_one_attempt_at_a_time_makes_no_hedges)
{
	static const struct act act[] = {OK(500 * MS)};
	struct scene s;
	struct backoff_answer answer;

	scene_init(&s, hedged, act);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_OK);
	cr_expect(answer.attempts == 1 && s.made == 1);
	scene_clear(&s);
}

Test(retry_hedge, arguments_are_checked)
{
	struct field f;
	struct backoff_answer answer;
	struct backoff_call_options bad = {.size = sizeof(bad), .call_id = ""};

	field_init(&f, eager);
	cr_expect(backoff_retry_run_hedged(NULL, NULL, all_fail, &f, &answer) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_retry_run_hedged(f.retry, &bad, all_fail, &f,
					   &answer) == BACKOFF_E_ARGUMENT);
	cr_expect(backoff_retry_run_hedged(f.retry, NULL, NULL, &f, &answer) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_retry_run_hedged(f.retry, NULL, all_fail, &f, NULL) ==
		  BACKOFF_E_ARGUMENT);
	field_clear(&f);
}
