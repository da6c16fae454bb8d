/* Many calls in one libuv loop and one thread: none of them blocks, each has
 * one timer, and a signal ends them all.
 *
 *   cc $(pkg-config --cflags libbackoff libuv) libuv_loop.c \
 *           $(pkg-config --libs libbackoff libuv)
 *   ./a.out [CALLS]
 */
/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <backoff.h>
#include <uv.h>

static const char policy_text[] =
	"{\"name\": \"TOY\", \"max_attempts\": 3, \"base_delay\": \"50ms\","
	" \"attempt_timeout\": \"1s\", \"jitter\": \"equal\"}";

/* Counts over all calls. */
struct totals {
	unsigned waiting, most_waiting, attempts;
	unsigned successes, failures, cancelled;
};

struct work {
	/** First, so that the loop's handle can be cast to struct work. */
	uv_timer_t timer;
	struct backoff_call *call;
	struct totals *totals;
	/** How often the peer fails before it answers. */
	unsigned failures;
	bool waiting, over;
};

static void advance(struct work *work);

static void
on_timer(uv_timer_t *timer)
{
	struct work *work = (struct work *)timer;

	work->totals->waiting -= work->waiting;
	work->waiting = false;
	advance(work);
}

/* The simulated peer answers after 5 ms. A real client gets here with its
 * answer, or when the time until give_up_ns has run out. */
static void
on_answer(uv_timer_t *timer)
{
	struct work *work = (struct work *)timer;
	struct backoff_outcome outcome = {.size = sizeof(outcome)};

	backoff_outcome_from_http(&outcome, work->failures > 0 ? 503 : 200);
	work->failures -= work->failures > 0;
	if (backoff_call_report(work->call, &outcome) != BACKOFF_OK)
		abort(); /* no attempt is under way: a bug in this file */
	advance(work);
}

/* A timer that is early by libuv's millisecond does no harm: the call asks to
 * wait again. */
static void
wait_for(struct work *work, uint64_t delay_ns)
{
	work->waiting = true;
	if (++work->totals->waiting > work->totals->most_waiting)
		work->totals->most_waiting = work->totals->waiting;
	uv_timer_start(&work->timer, on_timer, (delay_ns + 999999) / 1000000,
		       0);
}

static void
on_closed(uv_handle_t *handle)
{
	struct work *work = (struct work *)handle;

	backoff_call_free(work->call);
	free(work);
}

static void
finish(struct work *work, enum backoff_stop stop)
{
	struct totals *totals = work->totals;

	totals->attempts += backoff_call_answer(work->call)->attempts;
	if (stop == BACKOFF_STOP_SUCCESS)
		totals->successes++;
	else if (stop == BACKOFF_STOP_CANCELLED)
		totals->cancelled++;
	else
		totals->failures++;
	work->over = true;
	uv_close((uv_handle_t *)&work->timer, on_closed);
}

/* Do what the call says is next. */
static void
advance(struct work *work)
{
	struct backoff_step step = {.size = sizeof(step)};

	if (backoff_call_next(work->call, &step) != BACKOFF_OK)
		abort();
	if (step.action == BACKOFF_ACTION_WAIT)
		wait_for(work, step.delay_ns);
	else if (step.action == BACKOFF_ACTION_ATTEMPT)
		uv_timer_start(&work->timer, on_answer, 5, 0);
	else
		finish(work, step.stop);
}

static void
cancel(uv_handle_t *handle, void *unused)
{
	struct work *work = (struct work *)handle;

	(void)unused;
	if (uv_handle_get_type(handle) != UV_TIMER || work->over)
		return;
	backoff_call_cancel(work->call);
	advance(work);
}

/* Runs in the loop's thread, so nothing has to be locked. */
static void
on_signal(uv_signal_t *handle, int number)
{
	(void)number;
	uv_walk(handle->loop, cancel, NULL);
}

static bool
start(uv_loop_t *loop, struct backoff_retry *retry, unsigned failures,
      struct totals *totals)
{
	struct work *work = calloc(1, sizeof(*work));

	if (work == NULL)
		return false;
	work->totals = totals;
	work->failures = failures;
	if (backoff_call_new(retry, NULL, &work->call) != BACKOFF_OK) {
		free(work);
		return false;
	}
	uv_timer_init(loop, &work->timer);
	advance(work);
	return true;
}

int
main(int argc, char **argv)
{
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 4;
	uv_loop_t *loop = uv_default_loop();
	struct totals totals = {0};
	struct backoff_policy *policy;
	struct backoff_retry *retry;
	uv_signal_t interrupt;

	if (backoff_policy_parse(policy_text, strlen(policy_text), NULL,
				 &policy, NULL) != BACKOFF_OK ||
	    backoff_retry_new(policy, "ask_peer", &retry) != BACKOFF_OK)
		return 4;
	uv_signal_init(loop, &interrupt);
	uv_signal_start(&interrupt, on_signal, SIGINT);
	/* It must not keep the loop running. */
	uv_unref((uv_handle_t *)&interrupt);
	for (unsigned i = 0; i < count; i++)
		if (!start(loop, retry, i % 4, &totals))
			return 4;
	printf("%lu calls\n", count);
	fflush(stdout);
	uv_run(loop, UV_RUN_DEFAULT);
	printf("%u attempts, at most %u calls waiting at once\n",
	       totals.attempts, totals.most_waiting);
	printf("%u successes, %u failures, %u cancelled\n", totals.successes,
	       totals.failures, totals.cancelled);
	uv_close((uv_handle_t *)&interrupt, NULL);
	uv_run(loop, UV_RUN_DEFAULT);
	uv_loop_close(loop);
	backoff_retry_free(retry);
	backoff_policy_unref(policy);
	return 0;
}
