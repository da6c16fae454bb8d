/* Measure a call, a retry and a decision under a shared budget once, for
 * comparison with peers. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <backoff.h>

#include "bench.h"
#include "ours.h"

#define CALLS 1000000
#define RETRIES 3
#define DECISIONS 1000000

#define AT_ONCE(more)                                                          \
	"{\"name\":\"B\",\"max_attempts\":5,\"base_delay\":0,\"max_delay\":0," \
	"\"jitter\":\"none\"" more "}"

/* The operation itself: called through a pointer, with an effect in memory. */
static volatile unsigned done;

__attribute__((noinline)) static int
operation(unsigned *fails_left)
{
	if (*fails_left > 0) {
		--*fails_left;
		return -1;
	}
	done++;
	return 0;
}

static int (*volatile pointer)(unsigned *) = operation;

/* Make a call that first fails this many times. */
typedef void (*call_fn)(void *user, unsigned fails);

static void
call_alone(void *user, unsigned fails)
{
	(void)user;
	BENCH_KEEP(pointer(&fails));
}

__attribute__((noinline)) static int
bare_loop(int (*fn)(unsigned *), unsigned *left, unsigned max_attempts)
{
	unsigned attempt = 0;
	int result;

	do
		result = fn(left);
	while (result != 0 && ++attempt < max_attempts);
	return result;
}

static void
call_bare(void *user, unsigned fails)
{
	(void)user;
	BENCH_KEEP(bare_loop(pointer, &fails, 5));
}

/* A careful hand-written loop: with a deadline and durations of attempts, which
 * begin after a wait (of zero here). */
__attribute__((noinline)) static int
clock_loop(int (*fn)(unsigned *), unsigned *left, unsigned max_attempts,
	   uint64_t deadline_ns, uint64_t *duration_ns)
{
	uint64_t start_ns = bench_wall_ns(), begin_ns = start_ns;
	unsigned attempt = 0;

	for (;;) {
		int result = fn(left);
		uint64_t now_ns = bench_wall_ns();

		*duration_ns += now_ns - begin_ns;
		if (result == 0 || ++attempt >= max_attempts ||
		    now_ns - start_ns > deadline_ns)
			return result;
		begin_ns = bench_wall_ns();
	}
}

static void
call_clock(void *user, unsigned fails)
{
	BENCH_KEEP(clock_loop(pointer, &fails, 5, 90000000000u, user));
}

static void
attempt(void *user, const struct backoff_attempt *made,
	struct backoff_outcome *outcome)
{
	(void)made;
	outcome->kind = BACKOFF_OUTCOME_SUCCESS;
	if (pointer(user) != 0)
		backoff_outcome_from_errno(outcome, 104);
}

static void
call_retry(void *user, unsigned fails)
{
	struct backoff_answer answer;

	BENCH_KEEP(backoff_retry_run(user, NULL, attempt, &fails, &answer));
}

static void
write_line(void *user, const struct backoff_event *event)
{
	BENCH_KEEP(backoff_event_encode(event, user, BACKOFF_EVENT_LINE_MAX));
}

static struct backoff_policy *
policy_of(const char *text)
{
	struct backoff_policy *policy;
	struct backoff_error error;

	if (backoff_policy_parse(text, strlen(text), NULL, &policy, &error) !=
	    BACKOFF_OK)
		bench_die(error.text);
	return policy;
}

static struct backoff_retry *
retry_of(const char *text)
{
	struct backoff_policy *policy = policy_of(text);
	struct backoff_retry *retry;

	if (backoff_retry_new(policy, "charge_card", &retry) != BACKOFF_OK)
		bench_die("retry");
	backoff_policy_unref(policy);
	return retry;
}

static double
cost(call_fn call, void *user, unsigned fails, size_t count)
{
	uint64_t start_ns = bench_cpu_ns();

	for (size_t i = 0; i < count; i++)
		call(user, fails);
	return (double)(bench_cpu_ns() - start_ns) / (double)count;
}

static void
measure_calls(void)
{
	static char line[BACKOFF_EVENT_LINE_MAX];
	struct backoff_retry *untimed = retry_of(AT_ONCE(""));
	struct backoff_retry *plain = retry_of(AT_ONCE(""));
	struct backoff_retry *deadline =
		retry_of(AT_ONCE(",\"deadline\":\"90s\""));
	struct backoff_retry *written = retry_of(AT_ONCE(""));
	struct backoff_sink *sink;
	uint64_t duration_ns = 0;
	const struct {
		const char *name;
		call_fn call;
		void *user;
	} row[] = {
		{"the function alone", call_alone, NULL},
		{"bare loop", call_bare, NULL},
		{"loop with clocks", call_clock, &duration_ns},
		{"libbackoff, no clock read", call_retry, untimed},
		{"libbackoff", call_retry, plain},
		{"libbackoff, deadline", call_retry, deadline},
		{"libbackoff, event written", call_retry, written},
	};

	if (backoff_sink_callback_new(write_line, line, &sink) != BACKOFF_OK)
		bench_die("sink");
	backoff_retry_set_sink(written, sink);
	backoff_retry_set_timed(untimed, 0);
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		char name[64];
		double first, more;

		cost(row[i].call, row[i].user, 0, CALLS / 20);
		first = cost(row[i].call, row[i].user, 0, CALLS);
		more = cost(row[i].call, row[i].user, RETRIES, CALLS / 10);
		snprintf(name, sizeof(name), "call: %s", row[i].name);
		ours_row(name, first);
		snprintf(name, sizeof(name), "retry: %s", row[i].name);
		if (row[i].call != call_alone)
			ours_row(name, (more - first) / RETRIES);
	}
	backoff_retry_free(untimed);
	backoff_retry_free(plain);
	backoff_retry_free(deadline);
	backoff_retry_free(written);
	backoff_sink_free(sink);
}

/* One or two threads that use the same guard or atomic. */
struct contention {
	const struct backoff_policy *policy;
	/** NULL: no budget. */
	struct backoff_guard *guard;
	/** Not NULL: also count this down; without a policy, do only this. */
	atomic_int_fast64_t *counter;
	pthread_barrier_t *barrier;
	double ns;
};

/* Decide about a failed attempt and reserve the retry's cost. The retry is not
 * made: the budget is large enough. */
static void
decide(const struct contention *c)
{
	struct backoff_outcome outcome;
	struct backoff_decision out;
	struct backoff_state begun;

	backoff_outcome_from_errno(&outcome, 104);
	backoff_engine_begin(c->policy, &begun, 1, BACKOFF_FOREVER, &out);
	if (c->guard != NULL)
		backoff_engine_join(&begun, c->guard, 1, &out);
	for (size_t i = 0; i < DECISIONS; i++) {
		struct backoff_state state = begun;

		backoff_engine_decide(c->policy, &state, &outcome, 5, i << 40,
				      &out);
		if (out.action != BACKOFF_ACTION_WAIT)
			bench_die("the budget refused");
		if (c->counter != NULL)
			atomic_fetch_sub_explicit(c->counter, 1,
						  memory_order_relaxed);
	}
}

static void *
contend(void *user)
{
	struct contention *c = user;
	uint64_t start_ns;

	if (c->barrier != NULL)
		pthread_barrier_wait(c->barrier);
	start_ns = bench_cpu_ns();
	if (c->policy != NULL)
		decide(c);
	else
		for (size_t i = 0; i < DECISIONS; i++)
			atomic_fetch_sub_explicit(c->counter, 1,
						  memory_order_relaxed);
	c->ns = (double)(bench_cpu_ns() - start_ns) / DECISIONS;
	return NULL;
}

static double
by_two(struct contention shared)
{
	struct contention c[2] = {shared, shared};
	pthread_barrier_t barrier;
	pthread_t thread;

	pthread_barrier_init(&barrier, NULL, 2);
	c[0].barrier = c[1].barrier = &barrier;
	if (pthread_create(&thread, NULL, contend, &c[1]) != 0)
		bench_die("thread");
	contend(&c[0]);
	pthread_join(thread, NULL);
	pthread_barrier_destroy(&barrier);
	return (c[0].ns + c[1].ns) / 2;
}

static double
by_one(struct contention c)
{
	contend(&c);
	return c.ns;
}

static void
measure_budget(void)
{
	struct backoff_policy *policy = policy_of(
		AT_ONCE(",\"budget\":{\"kind\":\"token_bucket\","
			"\"capacity\":1000000,\"retry_cost\":0.001}"));
	_Alignas(64) atomic_int_fast64_t counter = 0;
	struct contention none = {.policy = policy};
	struct contention guarded = {.policy = policy};
	struct contention counted = {.counter = &counter};
	struct contention both = {.policy = policy, .counter = &counter};

	if (backoff_guard_new(policy, &guarded.guard) != BACKOFF_OK)
		bench_die("guard");
	ours_row("budget: an atomic, 1 thread", by_one(counted));
	ours_row("budget: an atomic, 2 threads", by_two(counted));
	ours_row("budget: decision without one", by_one(none));
	ours_row("budget: decision without one, and an atomic, 2 threads",
		 by_two(both));
	ours_row("budget: decision with one, 1 thread", by_one(guarded));
	ours_row("budget: decision with one, 2 threads", by_two(guarded));
	backoff_guard_free(guarded.guard);
	backoff_policy_unref(policy);
}

int
main(void)
{
	measure_calls();
	measure_budget();
	return 0;
}
