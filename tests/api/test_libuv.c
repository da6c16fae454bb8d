/* Ten thousand calls wait at once, in one thread: a libuv loop that uses the
 * library step by step. */
/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <uv.h>

#include <backoff.h>

#define CALLS 10000

#define POLICY(delay)                                                          \
	"{\"name\": \"P\", \"max_attempts\": 3, \"backoff\": \"constant\","    \
	" \"jitter\": \"none\", \"base_delay\": \"" delay "\"}"

struct scene {
	uv_loop_t loop;
	uv_async_t cancel_all;
	struct backoff_policy *policy;
	struct backoff_retry *retry;
	struct work *work;
	unsigned waiting, attempts, events, early;
	/** Calls by stop reason. */
	unsigned ended[BACKOFF_STOP_SLEEP_FAILED + 1];
};

/* Call i fails i % 4 times, then succeeds: three attempts are not enough for
 * every fourth. */
struct work {
	uv_timer_t timer;
	struct scene *scene;
	struct backoff_call *call;
	unsigned failures;
	uint64_t wait_until_ns;
	bool over;
};

static uint64_t
now_ns(void)
{
	const struct backoff_clock *clock = backoff_clock_system();

	return clock->now_ns(clock->user);
}

static void advance(struct work *work);

static void
on_timer(uv_timer_t *timer)
{
	struct work *work = (struct work *)timer;

	work->scene->waiting--;
	advance(work);
}

static void
end(struct work *work, enum backoff_stop stop)
{
	work->over = true;
	work->scene->ended[stop]++;
	uv_close((uv_handle_t *)&work->timer, NULL);
}

static void
advance(struct work *work)
{
	struct backoff_step step;
	struct scene *s = work->scene;

	for (;;) {
		struct backoff_outcome outcome = {0};
		uint64_t now;

		cr_assert(backoff_call_next(work->call, &step) == BACKOFF_OK);
		if (step.action == BACKOFF_ACTION_DONE) {
			end(work, step.stop);
			return;
		}
		now = now_ns();
		if (step.action == BACKOFF_ACTION_WAIT) {
			s->waiting++;
			work->wait_until_ns = step.wait_until_ns;
			uv_update_time(&s->loop);
			uv_timer_start(&work->timer, on_timer,
				       step.wait_until_ns > now
					       ? (step.wait_until_ns - now) /
								 1000000 +
							 1
					       : 0,
				       0);
			return;
		}
		s->early += now < work->wait_until_ns;
		s->attempts++;
		backoff_outcome_from_http(
			&outcome,
			step.attempt.number <= work->failures ? 503 : 200);
		cr_assert(backoff_call_report(work->call, &outcome) ==
			  BACKOFF_OK);
	}
}

static void
on_event(void *user, const struct backoff_event *event)
{
	struct scene *s = user;

	(void)event;
	s->events++;
}

static void
on_cancel(uv_async_t *async)
{
	struct scene *s = async->data;

	for (unsigned i = 0; i < CALLS; i++) {
		if (s->work[i].over)
			continue;
		cr_expect(backoff_call_cancel(s->work[i].call) == BACKOFF_OK);
		s->waiting--;
		advance(&s->work[i]);
	}
	uv_close((uv_handle_t *)async, NULL);
}

static void
set_up(struct scene *s, const char *policy)
{
	*s = (struct scene){0};
	cr_assert(backoff_policy_parse(policy, strlen(policy), NULL, &s->policy,
				       NULL) == BACKOFF_OK);
	cr_assert(backoff_retry_new(s->policy, "operation", &s->retry) ==
		  BACKOFF_OK);
	backoff_retry_set_on_event(s->retry, on_event, s);
	cr_assert(uv_loop_init(&s->loop) == 0);
	s->work = calloc(CALLS, sizeof(*s->work));
	cr_assert(s->work != NULL);
}

/* Begin all calls; if @p always, every attempt fails, otherwise i % 4 attempts
 * of call i. */
static void
start(struct scene *s, unsigned always)
{
	for (unsigned i = 0; i < CALLS; i++) {
		struct work *work = &s->work[i];

		work->scene = s;
		work->failures = always > 0 ? always : i % 4;
		cr_assert(backoff_call_new(s->retry, NULL, &work->call) ==
			  BACKOFF_OK);
		uv_timer_init(&s->loop, &work->timer);
		advance(work);
	}
}

static void
tear_down(struct scene *s)
{
	cr_expect(uv_run(&s->loop, UV_RUN_DEFAULT) == 0);
	cr_expect(uv_loop_close(&s->loop) == 0, "a handle is left");
	for (unsigned i = 0; i < CALLS; i++)
		backoff_call_free(s->work[i].call);
	free(s->work);
	backoff_retry_free(s->retry);
	backoff_policy_unref(s->policy);
}

static unsigned
count_threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *entry;
	unsigned count = 0;

	if (tasks == NULL)
		return 0;
	while ((entry = readdir(tasks)) != NULL)
		count += entry->d_name[0] != '.';
	closedir(tasks);
	return count;
}

static void
count_active(uv_handle_t *handle, void *count)
{
	*(unsigned *)count += handle->type == UV_TIMER && uv_is_active(handle);
}

Test(api_libuv, ten_thousand_calls_wait_at_once_and_all_end)
{
	unsigned threads = count_threads(), active = 0;
	struct scene s;

	set_up(&s, POLICY("50ms"));
	/* One of four needs no wait; the loop has not run, so no wait can be
	 * over. */
	start(&s, 0);
	cr_expect(s.waiting == CALLS - CALLS / 4, "%u wait", s.waiting);
	cr_expect(s.attempts == CALLS);
	cr_expect(uv_run(&s.loop, UV_RUN_DEFAULT) == 0);
	uv_walk(&s.loop, count_active, &active);
	cr_expect(active == 0 && s.waiting == 0);
	/* 1, 2, 3 and 3 attempts. */
	cr_expect(s.attempts == CALLS / 4 * 9, "%u attempts", s.attempts);
	cr_expect(s.events == s.attempts, "one event per attempt");
	cr_expect(s.ended[BACKOFF_STOP_SUCCESS] == CALLS / 4 * 3);
	cr_expect(s.ended[BACKOFF_STOP_MAX_ATTEMPTS] == CALLS / 4);
	cr_expect(s.early == 0, "%u attempts too early", s.early);
	cr_expect(count_threads() == threads, "a thread was created");
	tear_down(&s);
}

Test(api_libuv, a_waiting_call_is_small)
{
	unsigned active = 0, threads = count_threads();
	struct mallinfo2 before, after;
	size_t bytes;
	struct scene s;

	set_up(&s, POLICY("50ms"));
	before = mallinfo2();
	start(&s, 3);
	after = mallinfo2();
	uv_walk(&s.loop, count_active, &active);
	cr_expect(active == CALLS && s.waiting == CALLS,
		  "%u timers for %u waits", active, s.waiting);
	cr_expect(count_threads() == threads, "a thread was created");
	bytes = (after.uordblks - before.uordblks) / CALLS;
	cr_log_info("%zu bytes of the library, %zu of libuv's timer per call",
		    bytes, sizeof(uv_timer_t));
	/* A sanitizer's malloc does not report sizes. */
	cr_expect(bytes < 2048, "%zu bytes per call", bytes);
	cr_expect(uv_run(&s.loop, UV_RUN_DEFAULT) == 0);
	cr_expect(s.attempts == CALLS * 3, "%u attempts", s.attempts);
	cr_expect(s.ended[BACKOFF_STOP_MAX_ATTEMPTS] == CALLS);
	tear_down(&s);
}

static void *
send_cancel(void *async)
{
	uv_async_send(async);
	return NULL;
}

Test(api_libuv, all_are_cancelled_at_once_from_another_thread)
{
	pthread_t thread;
	struct scene s;

	/* Nobody would wait for this test. */
	set_up(&s, POLICY("1h"));
	cr_assert(uv_async_init(&s.loop, &s.cancel_all, on_cancel) == 0);
	s.cancel_all.data = &s;
	start(&s, 3);
	cr_expect(s.waiting == CALLS && s.attempts == CALLS);
	cr_assert(pthread_create(&thread, NULL, send_cancel, &s.cancel_all) ==
		  0);
	pthread_join(thread, NULL);
	cr_expect(uv_run(&s.loop, UV_RUN_DEFAULT) == 0);
	cr_expect(s.waiting == 0 && s.attempts == CALLS);
	cr_expect(s.ended[BACKOFF_STOP_CANCELLED] == CALLS, "%u cancelled",
		  s.ended[BACKOFF_STOP_CANCELLED]);
	tear_down(&s);
}
