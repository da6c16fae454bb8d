/* Pitfalls 24 to 30 of retry libraries: time, threads, processes. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "unit/pitfalls/pitfalls.h"

/* A clock whose wall time is stepped by a year at every reading. */
struct stepped {
	uint64_t now_ns, wall_ns, slept_ns;
	int64_t step_ns;
};

static uint64_t
stepped_now(void *user)
{
	return ((const struct stepped *)user)->now_ns;
}

static uint64_t
stepped_wall(void *user)
{
	struct stepped *m = user;

	m->step_ns = -m->step_ns;
	return m->wall_ns += (uint64_t)m->step_ns;
}

static enum backoff_status
stepped_sleep(void *user, uint64_t when_ns, const struct backoff_cancel *cancel)
{
	struct stepped *m = user;

	(void)cancel;
	cr_assert(when_ns >= m->now_ns);
	m->slept_ns += when_ns - m->now_ns;
	m->now_ns = when_ns;
	return BACKOFF_OK;
}

/* p-retry measures its limit with Date.now, and botocore fills its bucket by
 * wall time; a step of the clock skips waits or makes them endless. */
Test(pitfalls_time, p24_steps_of_the_wall_clock_change_nothing)
{
	static const struct act act[] = {FAILURE, FAILURE, FAILURE, OK(0)};
	struct stepped machine = {.now_ns = START_NS,
				  .wall_ns = 1795429530 * S,
				  .step_ns = 365 * 86400 * (int64_t)S};
	const struct backoff_clock clock = {sizeof(clock), stepped_now,
					    stepped_wall, stepped_sleep,
					    &machine};
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s,
		   RULES("4", "\"jitter\":\"none\",\"deadline\":8,"
			      "\"budget\":\"ratio\",\"breaker\":{"
			      "\"window_time\":10}"),
		   act);
	backoff_retry_set_clock(s.retry, &clock);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_OK);
	cr_expect(answer.attempts == 4);
	cr_expect(machine.slept_ns == 7 * S);
	cr_expect(answer.elapsed_ns == 7 * S);
	scene_clear(&s);
}

static unsigned sleeps, relative_sleeps;

/* Replaces the C library's function, to see how the clock sleeps. */
int
clock_nanosleep(clockid_t clock, int flags, const struct timespec *when,
		struct timespec *left)
{
	sleeps++;
	relative_sleeps += flags != TIMER_ABSTIME || clock != CLOCK_MONOTONIC;
	return syscall(SYS_clock_nanosleep, clock, flags, when, left) == 0
		       ? 0
		       : errno;
}

static void
ignore_signal(int number)
{
	(void)number;
}

static void
signal_every_ms(int flags)
{
	struct sigaction action = {.sa_handler = ignore_signal,
				   .sa_flags = flags};
	struct itimerval every = {{0, 1000}, {0, 1000}};

	cr_assert(sigaction(SIGALRM, &action, NULL) == 0);
	cr_assert(setitimer(ITIMER_REAL, &every, NULL) == 0);
}

static void
fail_once(void *user, const struct backoff_attempt *attempt,
	  struct backoff_outcome *outcome)
{
	*(uint64_t *)user = attempt->start_ns;
	outcome->kind = BACKOFF_OUTCOME_SUCCESS;
	if (attempt->number == 1)
		backoff_outcome_from_errno(outcome, ECONNRESET);
}

/* A relative nanosleep() that is restarted after a signal ends too late; one
 * that is not ends too early. */
Test(pitfalls_time, p25_signals_neither_shorten_nor_lengthen_a_wait,
     .timeout = 60)
{
	static const int flags[] = {0, SA_RESTART};
	struct backoff_policy *p = policy_of(
		RULES("2", "\"backoff\":\"constant\",\"base_delay\":\"40ms\","
			   "\"jitter\":\"none\""));
	struct backoff_retry *retry;

	cr_assert(backoff_retry_new(p, "op", &retry) == BACKOFF_OK);
	for (size_t i = 0; i < COUNT(flags); i++) {
		const struct backoff_clock *clock = backoff_clock_system();
		uint64_t before = clock->now_ns(clock->user), last = 0;
		struct backoff_answer answer;

		signal_every_ms(flags[i]);
		cr_expect(backoff_retry_run(retry, NULL, fail_once, &last,
					    &answer) == BACKOFF_OK);
		cr_expect(last - before >= 40 * MS, "%llu ns",
			  (unsigned long long)(last - before));
	}
	cr_expect(sleeps >= 2 && relative_sleeps == 0, "%u of %u",
		  relative_sleeps, sleeps);
	setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
	backoff_retry_free(retry);
	backoff_policy_unref(p);
}

static struct backoff_cancel *stop_switch;

static void
switch_off(int number)
{
	(void)number;
	backoff_cancel_request(stop_switch);
}

/* cockatiel's sleep ignores the abort signal, so a shutdown takes as long as
 * the longest backoff. */
Test(pitfalls_time, p26_a_signal_handler_ends_a_sleep_of_a_day, .timeout = 60)
{
	struct sigaction action = {.sa_handler = switch_off};
	struct itimerval soon = {{0, 0}, {0, 20000}};
	struct backoff_policy *p = policy_of(
		RULES("2", "\"base_delay\":\"1d\",\"max_delay\":\"1d\","
			   "\"jitter\":\"none\""));
	struct backoff_call_options options = {.size = sizeof(options)};
	struct backoff_answer answer;
	struct backoff_retry *retry;
	uint64_t last;

	cr_assert(backoff_cancel_new(&stop_switch) == BACKOFF_OK);
	cr_assert(backoff_retry_new(p, "op", &retry) == BACKOFF_OK);
	cr_assert(sigaction(SIGALRM, &action, NULL) == 0);
	options.cancel = stop_switch;
	cr_assert(setitimer(ITIMER_REAL, &soon, NULL) == 0);
	cr_expect(backoff_retry_run(retry, &options, fail_once, &last,
				    &answer) == BACKOFF_E_CANCELLED);
	cr_expect(answer.stop == BACKOFF_STOP_CANCELLED);
	cr_expect(answer.attempts == 1);
	backoff_retry_free(retry);
	backoff_cancel_free(stop_switch);
	backoff_policy_unref(p);
}

/* The wait that a call of this process draws. */
static uint64_t
wait_of(struct backoff_retry *retry, struct backoff_clock *clock)
{
	struct backoff_answer answer;
	uint64_t last;

	backoff_retry_set_clock(retry, clock);
	cr_assert(backoff_retry_run(retry, NULL, fail_once, &last, &answer) ==
		  BACKOFF_OK);
	return answer.backoff_ns;
}

static uint64_t
wait_of_child(struct backoff_retry *retry, struct backoff_clock *clock)
{
	uint64_t wait = 0;
	int ends[2], status;
	pid_t child;

	cr_assert(pipe(ends) == 0);
	child = fork();
	cr_assert(child >= 0);
	if (child == 0) {
		wait = wait_of(retry, clock);
		_exit(write(ends[1], &wait, sizeof(wait)) != sizeof(wait));
	}
	cr_assert(read(ends[0], &wait, sizeof(wait)) == sizeof(wait));
	cr_assert(waitpid(child, &status, 0) == child && status == 0);
	close(ends[0]);
	close(ends[1]);
	return wait;
}

/* A program that seeds once and then forks has workers that always wait for the
 * same time. */
Test(pitfalls_time, p27_forked_workers_draw_different_waits)
{
	struct backoff_policy *p = policy_of(RULES("2", "\"base_delay\":1"));
	struct backoff_clock *clock;
	struct backoff_retry *retry;
	uint64_t wait[4];

	cr_assert(backoff_clock_virtual_new(0, 0, &clock) == BACKOFF_OK);
	cr_assert(backoff_retry_new(p, "op", &retry) == BACKOFF_OK);
	backoff_retry_set_seed(retry, 5);
	for (unsigned i = 0; i < 3; i++)
		wait[i] = wait_of_child(retry, clock);
	wait[3] = wait_of(retry, clock);
	for (unsigned i = 0; i < 4; i++)
		for (unsigned k = 0; k < i; k++)
			cr_expect(wait[i] != wait[k], "%u and %u: %llu ns", i,
				  k, (unsigned long long)wait[i]);
	backoff_retry_free(retry);
	/* The caller's seed gives the same draws again in one process. */
	cr_assert(backoff_retry_new(p, "op", &retry) == BACKOFF_OK);
	backoff_retry_set_seed(retry, 5);
	cr_expect(wait_of(retry, clock) == wait[3]);
	backoff_retry_free(retry);
	backoff_clock_virtual_free(clock);
	backoff_policy_unref(p);
}

#define WRITERS 4
#define LINES 100

static void
write_lines(const char *path, unsigned number)
{
	struct backoff_event event;
	struct backoff_sink *sink;
	char error[512];

	memset(error, (int)('a' + number), sizeof(error) - 1);
	error[sizeof(error) - 1] = '\0';
	if (backoff_sink_file_new(path, &sink) != BACKOFF_OK)
		_exit(1);
	backoff_event_init(&event, sizeof(event));
	event.type = BACKOFF_EVENT_ATTEMPT;
	event.ts_ns = 1795429530 * S;
	event.operation = "op";
	event.call_id = "c";
	event.error = error;
	event.attempt = 1;
	event.pid = (uint64_t)getpid();
	for (unsigned i = 0; i < LINES; i++)
		backoff_sink_emit(sink, &event);
	backoff_sink_free(sink);
	_exit(0);
}

/* Count the lines that are complete and from one writer. */
static unsigned
read_lines(const char *path)
{
	FILE *file = fopen(path, "r");
	struct backoff_event_decoder *decoder;
	struct backoff_event event;
	static char line[4096];
	unsigned good = 0;

	cr_assert(file != NULL);
	cr_assert(backoff_event_decoder_new(&decoder) == BACKOFF_OK);
	while (fgets(line, sizeof(line), file) != NULL)
		good += backoff_event_decode(decoder, line, strlen(line),
					     &event, NULL) == BACKOFF_OK &&
			event.pid > 0 &&
			strspn(event.error, (char[]){event.error[0], '\0'}) ==
				511;
	backoff_event_decoder_free(decoder);
	fclose(file);
	return good;
}

/* stdio loggers write a line in pieces, which two processes interleave. */
Test(pitfalls_time, p28_processes_share_a_log_line_by_line)
{
	char path[] = "/tmp/pitfall_XXXXXX";
	int fd = mkstemp(path), status;

	cr_assert(fd >= 0);
	close(fd);
	for (unsigned i = 0; i < WRITERS; i++) {
		pid_t child = fork();

		cr_assert(child >= 0);
		if (child == 0)
			write_lines(path, i);
	}
	for (unsigned i = 0; i < WRITERS; i++)
		cr_assert(wait(&status) > 0 && status == 0);
	cr_expect(read_lines(path) == WRITERS * LINES);
	unlink(path);
}

struct hooked {
	struct scene scene;
	struct backoff_sink *sink;
	unsigned depth, seen;
};

/* A hook that makes calls itself, and sets errno. */
static void
on_event(void *user, const struct backoff_event *event)
{
	struct hooked *h = user;
	struct backoff_answer answer;
	uint64_t last;

	h->seen++;
	if (h->depth > 0)
		return;
	h->depth++;
	cr_expect(backoff_retry_run(h->scene.retry, NULL, fail_once, &last,
				    &answer) == BACKOFF_OK);
	backoff_sink_emit(h->sink, event);
	h->depth--;
	errno = EIO;
}

/* A lock that is held around a hook deadlocks a hook that calls back; tenacity
 * and backoff let a hook's exception replace the outcome. */
Test(pitfalls_time, p29_a_hook_may_call_back_and_changes_nothing, .timeout = 60)
{
	static const struct act act[] = {FAILURE, FAILURE, OK(0)};
	struct backoff_answer answer;
	static struct hooked h;

	scene_init(&h.scene,
		   RULES("3", "\"jitter\":\"none\",\"budget\":"
			      "\"token_bucket\",\"breaker\":{\"window\":100}"),
		   act);
	cr_assert(backoff_sink_callback_new(on_event, &h, &h.sink) ==
		  BACKOFF_OK);
	backoff_retry_set_on_event(h.scene.retry, on_event, &h);
	backoff_retry_set_sink(h.scene.retry, h.sink);
	cr_expect(run(&h.scene, NULL, &answer) == BACKOFF_OK);
	cr_expect(answer.attempts == 3 && answer.backoff_ns == 3 * S);
	cr_expect(h.seen > 6);
	backoff_retry_free(h.scene.retry);
	h.scene.retry = NULL;
	backoff_sink_free(h.sink);
	scene_clear(&h.scene);
}

static void *
go_on(void *user)
{
	const struct backoff_outcome failure = {.kind = BACKOFF_OUTCOME_FAILURE,
						.error = "elsewhere"};
	struct backoff_call *call = user;
	struct backoff_step step;

	if (backoff_call_next(call, &step) != BACKOFF_OK ||
	    backoff_call_report(call, &failure) != BACKOFF_OK)
		return NULL;
	return call;
}

/* tenacity keeps statistics per thread, so a call that changes threads loses
 * them, and two calls of one thread mix theirs. */
Test(pitfalls_time, p30_statistics_are_the_calls_not_the_threads)
{
	struct backoff_call *moved, *other;
	static struct scene s;
	struct backoff_step step;
	pthread_t thread;
	void *result;

	scene_init(&s, RULES("9", "\"jitter\":\"none\""), NULL);
	cr_assert(backoff_call_new(s.retry, NULL, &moved) == BACKOFF_OK);
	cr_assert(backoff_call_new(s.retry, NULL, &other) == BACKOFF_OK);
	cr_assert(go_on(moved) == moved);
	backoff_clock_virtual_advance(s.clock, S);
	cr_assert(pthread_create(&thread, NULL, go_on, moved) == 0);
	cr_assert(pthread_join(thread, &result) == 0 && result == moved);
	cr_assert(go_on(other) == other);
	cr_expect(backoff_call_answer(moved)->attempts == 2);
	cr_expect(backoff_call_answer(moved)->backoff_ns == 3 * S);
	cr_expect(backoff_call_answer(moved)->elapsed_ns == S);
	cr_expect(backoff_call_answer(other)->attempts == 1);
	cr_expect(backoff_call_answer(other)->backoff_ns == S);
	cr_expect(backoff_call_next(other, &step) == BACKOFF_OK);
	backoff_call_free(moved);
	backoff_call_free(other);
	scene_clear(&s);
}
