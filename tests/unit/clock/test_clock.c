/* Tests of src/clock: real and virtual time, and the switch that ends waits.
 *
 * Real waits are bounded from below exactly, and from above with room for a
 * machine that is busy. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include <backoff/clock.h>

#include "clock/wall.h"

#define MS UINT64_C(1000000)
/** A wait that nothing ends runs into this limit. */
#define LONG_NS (60000 * MS)
#define PROMPT_NS (20000 * MS)

static uint64_t
now(const struct backoff_clock *clock)
{
	return clock->now_ns(clock->user);
}

Test(clock_clock, system_time_is_the_systems)
{
	const struct backoff_clock *clock = backoff_clock_system();
	struct timespec mono, real;
	uint64_t a = now(clock), wall;

	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &real);
	wall = clock->wall_ns(clock->user);
	cr_expect(a <=
		  (uint64_t)mono.tv_sec * 1000 * MS + (uint64_t)mono.tv_nsec);
	cr_expect(now(clock) >= a);
	cr_expect(wall / 1000 / MS - (uint64_t)real.tv_sec <= 5);
	cr_expect(backoff_clock_system() == clock);
}

/* The first wall time reads the clock, others within the next millisecond do
 * not. Repeat if this thread was delayed between the readings. */
Test(clock_clock, wall_time_follows_the_wall_clock)
{
	const struct backoff_clock *clock = backoff_clock_system();
	int good = 0;

	for (int i = 0; i < 200; i++) {
		uint64_t before = clock->wall_ns(clock->user);
		uint64_t wall = bo_clock_wall(clock, now(clock));
		uint64_t after = clock->wall_ns(clock->user);

		good += wall + 1000 >= before && wall <= after + 1000;
		cr_expect(wall + 3600000 * MS > before &&
			  wall < after + 3600000 * MS);
		usleep(i % 10 == 0 ? 2000 : 10);
	}
	cr_expect(good >= 100, "%d of 200", good);
}

Test(clock_clock, other_clocks_give_their_own_wall_time)
{
	struct backoff_clock *clock;

	cr_assert(backoff_clock_virtual_new(5, 1000 * MS, &clock) ==
		  BACKOFF_OK);
	cr_expect(bo_clock_wall(clock, 5) == 1000 * MS);
	backoff_clock_virtual_advance(clock, 7);
	cr_expect(bo_clock_wall(clock, 12) == 1000 * MS + 7);
	backoff_clock_virtual_free(clock);
}

Test(clock_clock, a_wait_never_ends_early, .timeout = 50)
{
	const struct backoff_clock *clock = backoff_clock_system();
	struct backoff_cancel *cancel;

	cr_assert(backoff_cancel_new(&cancel) == BACKOFF_OK);
	for (int i = 0; i < 10; i++) {
		uint64_t when = now(clock) + 2 * MS;

		cr_expect(clock->sleep_until(clock->user, when,
					     i % 2 ? cancel : NULL) ==
			  BACKOFF_OK);
		cr_expect(now(clock) >= when);
	}
	cr_expect(clock->sleep_until(clock->user, 0, NULL) == BACKOFF_OK,
		  "a time long past");
	cr_expect(clock->sleep_until(clock->user, 0, cancel) == BACKOFF_OK,
		  "a time long past, with a switch");
	backoff_cancel_free(cancel);
}

static void
ignore(int number)
{
	(void)number;
}

/* Signals every 200 us for the whole wait. */
Test(clock_clock, a_storm_of_signals_changes_no_wait, .timeout = 50)
{
	const struct backoff_clock *clock = backoff_clock_system();
	struct sigaction action = {.sa_handler = ignore};
	const struct itimerval storm = {{0, 200}, {0, 200}}, calm = {0};
	struct backoff_cancel *cancel;

	cr_assert(backoff_cancel_new(&cancel) == BACKOFF_OK);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &storm, NULL);
	for (int i = 0; i < 2; i++) {
		uint64_t begin = now(clock), when = begin + 60 * MS;

		cr_expect(clock->sleep_until(clock->user, when,
					     i ? cancel : NULL) == BACKOFF_OK);
		cr_expect(now(clock) >= when);
		/* A relative wait that restarts after each signal would never
		 * end. */
		cr_expect(now(clock) - begin < PROMPT_NS);
	}
	setitimer(ITIMER_REAL, &calm, NULL);
	backoff_cancel_free(cancel);
}

static void *
request_soon(void *cancel)
{
	const struct timespec moment = {0, 20 * (long)MS};

	nanosleep(&moment, NULL);
	backoff_cancel_request(cancel);
	return NULL;
}

Test(clock_clock, another_thread_ends_a_wait, .timeout = 50)
{
	const struct backoff_clock *clock = backoff_clock_system();
	uint64_t begin = now(clock);
	struct backoff_cancel *cancel;
	pthread_t thread;

	cr_assert(backoff_cancel_new(&cancel) == BACKOFF_OK);
	cr_expect(!backoff_cancel_requested(cancel));
	cr_assert(pthread_create(&thread, NULL, request_soon, cancel) == 0);
	cr_expect(clock->sleep_until(clock->user, begin + LONG_NS, cancel) ==
		  BACKOFF_E_CANCELLED);
	cr_expect(now(clock) - begin < PROMPT_NS);
	pthread_join(thread, NULL);
	cr_expect(backoff_cancel_requested(cancel) == 1);
	backoff_cancel_free(cancel);
}

struct waiting {
	struct backoff_cancel *cancel;
	enum backoff_status status;
};

static void *
wait_long(void *user)
{
	const struct backoff_clock *clock = backoff_clock_system();
	struct waiting *w = user;

	w->status = clock->sleep_until(clock->user, now(clock) + LONG_NS,
				       w->cancel);
	return NULL;
}

Test(clock_clock, a_switch_ends_all_waits_that_use_it, .timeout = 50)
{
	struct waiting w[8];
	pthread_t thread[8];
	struct backoff_cancel *cancel;

	cr_assert(backoff_cancel_new(&cancel) == BACKOFF_OK);
	for (int i = 0; i < 8; i++) {
		w[i] = (struct waiting){cancel, BACKOFF_OK};
		cr_assert(pthread_create(&thread[i], NULL, wait_long, &w[i]) ==
			  0);
	}
	request_soon(cancel);
	for (int i = 0; i < 8; i++) {
		pthread_join(thread[i], NULL);
		cr_expect(w[i].status == BACKOFF_E_CANCELLED);
	}
	backoff_cancel_free(cancel);
}

static struct backoff_cancel *in_handler;
static int errno_behind;

static void
request_in_handler(int number)
{
	(void)number;
	errno = 12345;
	backoff_cancel_request(in_handler);
	errno_behind = errno;
}

Test(clock_clock, a_signal_handler_ends_a_wait, .timeout = 50)
{
	const struct backoff_clock *clock = backoff_clock_system();
	struct sigaction action = {.sa_handler = request_in_handler};
	const struct itimerval soon = {{0, 0}, {0, 20000}};
	uint64_t begin = now(clock);

	cr_assert(backoff_cancel_new(&in_handler) == BACKOFF_OK);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	cr_expect(clock->sleep_until(clock->user, begin + LONG_NS,
				     in_handler) == BACKOFF_E_CANCELLED);
	cr_expect(now(clock) - begin < PROMPT_NS);
	cr_expect(errno_behind == 12345, "errno is kept");
	backoff_cancel_free(in_handler);
}

Test(clock_clock, a_switch_that_is_on_ends_all_waits_at_once)
{
	const struct backoff_clock *clock = backoff_clock_system();
	struct backoff_clock *still;
	struct backoff_cancel *cancel;

	cr_assert(backoff_cancel_new(&cancel) == BACKOFF_OK);
	cr_assert(backoff_clock_virtual_new(5, 6, &still) == BACKOFF_OK);
	backoff_cancel_request(cancel);
	backoff_cancel_request(cancel);
	cr_expect(clock->sleep_until(clock->user, UINT64_MAX, cancel) ==
		  BACKOFF_E_CANCELLED);
	cr_expect(still->sleep_until(still->user, 100, cancel) ==
		  BACKOFF_E_CANCELLED);
	cr_expect(now(still) == 5);
	backoff_clock_virtual_free(still);
	backoff_cancel_free(cancel);
	backoff_cancel_free(NULL);
}

Test(clock_clock, virtual_time_moves_only_by_hand_and_by_waits)
{
	struct backoff_clock *clock;

	cr_assert(backoff_clock_virtual_new(10, 1000, &clock) == BACKOFF_OK);
	cr_expect(now(clock) == 10 && clock->wall_ns(clock->user) == 1000);
	backoff_clock_virtual_advance(clock, 5);
	cr_expect(now(clock) == 15 && clock->wall_ns(clock->user) == 1005);
	cr_expect(clock->sleep_until(clock->user, 40, NULL) == BACKOFF_OK);
	cr_expect(now(clock) == 40 && clock->wall_ns(clock->user) == 1030);
	cr_expect(clock->sleep_until(clock->user, 20, NULL) == BACKOFF_OK,
		  "a time long past");
	cr_expect(now(clock) == 40, "time never runs backwards");
	backoff_clock_virtual_advance(clock, UINT64_MAX);
	cr_expect(now(clock) == UINT64_MAX, "it has an end");
	cr_expect(clock->wall_ns(clock->user) == UINT64_MAX);
	backoff_clock_virtual_free(clock);
	backoff_clock_virtual_free(NULL);
}

Test(clock_clock, a_time_that_has_passed_causes_no_sleep)
{
	const struct backoff_clock *clock = backoff_clock_system();
	struct backoff_cancel *cancel;
	struct rusage before, after;

	cr_assert(backoff_cancel_new(&cancel) == BACKOFF_OK);
	getrusage(RUSAGE_THREAD, &before);
	for (int i = 0; i < 1000; i++) {
		uint64_t past_ns = now(clock) - (uint64_t)(i % 2);

		cr_assert(clock->sleep_until(clock->user, past_ns,
					     i % 4 < 2 ? cancel : NULL) ==
			  BACKOFF_OK);
	}
	getrusage(RUSAGE_THREAD, &after);
	cr_expect(after.ru_nvcsw == before.ru_nvcsw, "%ld times",
		  after.ru_nvcsw - before.ru_nvcsw);
	backoff_cancel_request(cancel);
	cr_expect(clock->sleep_until(clock->user, 0, cancel) ==
			  BACKOFF_E_CANCELLED,
		  "a switch that is on ends also such a wait");
	backoff_cancel_free(cancel);
}
