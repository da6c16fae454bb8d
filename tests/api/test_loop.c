/* Loops as users write them: with the shared library, in virtual time. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include <backoff.h>

#define SECOND UINT64_C(1000000000)

static const char policy_text[] =
	"{\"name\": \"P\", \"max_attempts\": 4, \"base_delay\": 1,"
	" \"jitter\": \"none\", \"retry_on\": [\"http:5xx\", \"Rejected\"]}";

/* A loop in virtual time, and a record of its steps. */
struct scene {
	struct backoff_policy *policy;
	struct backoff_clock *clock;
	struct backoff_retry *retry;
	/** HTTP statuses of the attempts; the last one repeats. */
	const int *script;
	unsigned attempts, discarded, events;
	enum backoff_event_type last_type;
	uint64_t delays_ns;
};

static void
attempt(void *user, const struct backoff_attempt *attempt,
	struct backoff_outcome *outcome)
{
	struct scene *s = user;

	cr_assert(attempt->number == ++s->attempts);
	backoff_outcome_from_http(outcome, s->script[0]);
	backoff_outcome_set_result(outcome, malloc(1));
	if (s->script[1] != 0)
		s->script++;
}

static void
on_event(void *user, const struct backoff_event *event)
{
	struct scene *s = user;

	s->events++;
	s->last_type = event->type;
	if (event->delay_ns != BACKOFF_ABSENT)
		s->delays_ns += event->delay_ns;
}

static void
discard(void *user, void *result)
{
	struct scene *s = user;

	s->discarded++;
	free(result);
}

static void
reject_204(void *user, struct backoff_outcome *outcome)
{
	(void)user;
	if (outcome->code != NULL && strcmp(outcome->code, "http:204") == 0)
		backoff_outcome_set(outcome, BACKOFF_OUTCOME_FAILURE,
				    BACKOFF_CLASS_TRANSIENT, "Rejected",
				    outcome->code, "an empty answer");
}

static void
set_up(struct scene *s, const int *script)
{
	*s = (struct scene){.script = script};
	cr_assert(backoff_policy_parse(policy_text, strlen(policy_text), NULL,
				       &s->policy, NULL) == BACKOFF_OK);
	cr_assert(backoff_clock_virtual_new(0, 0, &s->clock) == BACKOFF_OK);
	cr_assert(backoff_retry_new(s->policy, "operation", &s->retry) ==
		  BACKOFF_OK);
	backoff_retry_set_clock(s->retry, s->clock);
	backoff_retry_set_on_event(s->retry, on_event, s);
	backoff_retry_set_discard(s->retry, discard, s);
	backoff_retry_set_classify(s->retry, reject_204, s);
}

static void
tear_down(struct scene *s)
{
	backoff_retry_free(s->retry);
	backoff_clock_virtual_free(s->clock);
	backoff_policy_unref(s->policy);
}

Test(api_loop, the_running_library_is_the_compiled_one)
{
	cr_expect(strcmp(backoff_version(), BACKOFF_VERSION_STRING) == 0);
}

Test(api_loop, a_blocking_call_ends_as_the_policy_says)
{
	static const struct {
		const char *why;
		int script[6];
		enum backoff_status status;
		enum backoff_stop stop;
		enum backoff_event_type last;
		unsigned attempts;
		uint64_t seconds;
	} row[] = {
		{"at once",
		 {200},
		 BACKOFF_OK,
		 BACKOFF_STOP_SUCCESS,
		 BACKOFF_EVENT_SUCCESS,
		 1,
		 0},
		{"after two failures",
		 {503, 500, 200},
		 BACKOFF_OK,
		 BACKOFF_STOP_SUCCESS,
		 BACKOFF_EVENT_SUCCESS,
		 3,
		 3},
		{"a rejected result is a failure",
		 {204, 200},
		 BACKOFF_OK,
		 BACKOFF_STOP_SUCCESS,
		 BACKOFF_EVENT_SUCCESS,
		 2,
		 1},
		{"no attempts left",
		 {503},
		 BACKOFF_E_FAILED,
		 BACKOFF_STOP_MAX_ATTEMPTS,
		 BACKOFF_EVENT_EXHAUSTED,
		 4,
		 7},
		{"not retried",
		 {503, 404},
		 BACKOFF_E_FAILED,
		 BACKOFF_STOP_NON_RETRYABLE,
		 BACKOFF_EVENT_ABORTED,
		 2,
		 1},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct backoff_answer answer;
		struct scene s;

		set_up(&s, row[i].script);
		cr_expect(backoff_retry_run(s.retry, NULL, attempt, &s,
					    &answer) == row[i].status,
			  "%s: status", row[i].why);
		cr_expect(answer.stop == row[i].stop, "%s: stop reason %s",
			  row[i].why, backoff_stop_name(answer.stop));
		cr_expect(answer.attempts == row[i].attempts &&
				  answer.retries == row[i].attempts - 1,
			  "%s: %u attempts", row[i].why, answer.attempts);
		cr_expect(answer.backoff_ns == row[i].seconds * SECOND &&
				  answer.elapsed_ns == answer.backoff_ns &&
				  s.delays_ns == answer.backoff_ns,
			  "%s: waits", row[i].why);
		cr_expect(s.events == row[i].attempts &&
				  s.last_type == row[i].last,
			  "%s: events", row[i].why);
		/* All but the last result came back to be freed. */
		cr_expect(s.discarded == row[i].attempts - 1 &&
				  answer.result != NULL,
			  "%s: results", row[i].why);
		free(answer.result);
		tear_down(&s);
	}
}

Test(api_loop, the_step_form_asks_for_the_same_attempts_and_waits)
{
	static const int script[] = {503, 503, 200, 0};
	struct backoff_call *call;
	struct backoff_step step;
	uint64_t waited_ns = 0;
	struct scene s;

	set_up(&s, script);
	cr_assert(backoff_call_new(s.retry, NULL, &call) == BACKOFF_OK);
	for (;;) {
		struct backoff_outcome outcome = {0};

		cr_assert(backoff_call_next(call, &step) == BACKOFF_OK);
		if (step.action == BACKOFF_ACTION_DONE)
			break;
		if (step.action == BACKOFF_ACTION_WAIT) {
			uint64_t now_ns = s.clock->now_ns(s.clock->user);

			cr_assert(step.wait_until_ns > now_ns);
			waited_ns += step.wait_until_ns - now_ns;
			backoff_clock_virtual_advance(
				s.clock, step.wait_until_ns - now_ns);
			continue;
		}
		cr_expect(backoff_call_next(call, &step) == BACKOFF_E_STATE,
			  "asking during an attempt");
		backoff_outcome_from_http(&outcome, script[s.attempts++]);
		cr_assert(backoff_call_report(call, &outcome) == BACKOFF_OK);
		cr_expect(backoff_call_report(call, &outcome) ==
				  BACKOFF_E_STATE,
			  "a report without an attempt");
	}
	cr_expect(step.stop == BACKOFF_STOP_SUCCESS);
	cr_expect(waited_ns == 3 * SECOND);
	cr_expect(backoff_call_answer(call)->attempts == 3);
	cr_expect(backoff_call_cancel(call) == BACKOFF_E_STATE,
		  "cancelling a finished call");
	backoff_call_free(call);
	tear_down(&s);
}

static struct backoff_cancel *alarm_cancel;

static void
on_alarm(int number)
{
	(void)number;
	backoff_cancel_request(alarm_cancel);
}

static void *
cancel_soon(void *cancel)
{
	usleep(50000);
	backoff_cancel_request(cancel);
	return NULL;
}

/* A wait of a second, in real time, that must end well before. */
static void
run_cancelled(const char *why, struct backoff_cancel *cancel)
{
	static const int script[] = {503, 0};
	struct backoff_call_options options = {.size = sizeof(options),
					       .cancel = cancel};
	struct backoff_answer answer;
	struct scene s;

	set_up(&s, script);
	backoff_retry_set_clock(s.retry, backoff_clock_system());
	cr_expect(backoff_retry_run(s.retry, &options, attempt, &s, &answer) ==
			  BACKOFF_E_CANCELLED,
		  "%s", why);
	cr_expect(answer.stop == BACKOFF_STOP_CANCELLED, "%s", why);
	cr_expect(answer.attempts == 1, "%s: %u attempts", why,
		  answer.attempts);
	cr_expect(answer.elapsed_ns < SECOND, "%s: it waited", why);
	free(answer.result);
	tear_down(&s);
}

Test(api_loop, a_wait_is_cancelled_from_a_thread)
{
	struct backoff_cancel *cancel;
	pthread_t thread;

	cr_assert(backoff_cancel_new(&cancel) == BACKOFF_OK);
	cr_assert(pthread_create(&thread, NULL, cancel_soon, cancel) == 0);
	run_cancelled("thread", cancel);
	pthread_join(thread, NULL);
	backoff_cancel_free(cancel);
}

Test(api_loop, a_wait_is_cancelled_from_a_signal_handler)
{
	cr_assert(backoff_cancel_new(&alarm_cancel) == BACKOFF_OK);
	signal(SIGALRM, on_alarm);
	ualarm(50000, 0);
	run_cancelled("signal", alarm_cancel);
	backoff_cancel_free(alarm_cancel);
}
