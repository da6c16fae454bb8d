/* Measure the cost of a call, and of a decision. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <backoff.h>

#include "bench.h"

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

static double
run_call(void *user, size_t count)
{
	uint64_t start_ns = bench_cpu_ns();
	unsigned left = 0;

	(void)user;
	for (size_t i = 0; i < count; i++)
		BENCH_KEEP(pointer(&left));
	return (double)(bench_cpu_ns() - start_ns) / (double)count;
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

static double
run_bare(void *user, size_t count)
{
	uint64_t start_ns = bench_cpu_ns();
	unsigned left = 0;

	(void)user;
	for (size_t i = 0; i < count; i++)
		BENCH_KEEP(bare_loop(pointer, &left, 3));
	return (double)(bench_cpu_ns() - start_ns) / (double)count;
}

/* A careful hand-written loop: with a deadline and a duration. */
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

static double
run_clock(void *user, size_t count)
{
	uint64_t start_ns = bench_cpu_ns(), duration_ns = 0;
	unsigned left = 0;

	(void)user;
	for (size_t i = 0; i < count; i++)
		BENCH_KEEP(clock_loop(pointer, &left, 3, 90000000000u,
				      &duration_ns));
	BENCH_KEEP(duration_ns);
	return (double)(bench_cpu_ns() - start_ns) / (double)count;
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

struct loop {
	struct backoff_retry *retry;
	struct backoff_sink *sink;
	/** Calls between flushes, which are not measured; 0: no flushes. */
	size_t batch;
};

static double
run_loop(void *user, size_t count)
{
	const struct loop *loop = user;
	size_t batch = loop->batch > 0 ? loop->batch : count;
	struct backoff_answer answer;
	uint64_t total_ns = 0;
	unsigned left = 0;

	for (size_t made = 0; made < count; made += batch) {
		uint64_t start_ns = bench_cpu_ns();

		for (size_t i = 0; i < batch; i++)
			BENCH_KEEP(backoff_retry_run(loop->retry, NULL, attempt,
						     &left, &answer));
		total_ns += bench_cpu_ns() - start_ns;
		if (loop->batch > 0)
			backoff_sink_flush(loop->sink);
	}
	return (double)total_ns / (double)count;
}

static struct loop
make_loop(const char *path, size_t ring)
{
	struct loop loop = {.batch = ring / 4};
	struct backoff_policy *policy;
	struct backoff_sink *on;

	if (backoff_policy_builtin("STANDARD", &policy) != BACKOFF_OK ||
	    backoff_retry_new(policy, "charge_card", &loop.retry) !=
		    BACKOFF_OK ||
	    backoff_retry_set_service(loop.retry, "billing") != BACKOFF_OK)
		bench_die("retry");
	backoff_policy_unref(policy);
	if (path == NULL)
		return loop;
	if (backoff_sink_file_new(path, &loop.sink) != BACKOFF_OK)
		bench_die(path);
	if (ring > 0) {
		if (backoff_sink_ring_new(loop.sink, ring, &on) != BACKOFF_OK)
			bench_die("ring");
		loop.sink = on;
	}
	backoff_retry_set_sink(loop.retry, loop.sink);
	return loop;
}

static void
clear_loop(struct loop *loop)
{
	backoff_sink_free(loop->sink);
	backoff_retry_free(loop->retry);
}

static void
measure_calls(void)
{
	static const char file[] = "./bench_retry.log";
	struct loop none = make_loop(NULL, 0);
	struct loop null = make_loop("/dev/null", 0);
	struct loop disk = make_loop(file, 0);
	struct loop ring = make_loop("/dev/null", 4096);
	const struct bench_row rows[] = {
		{"the call alone, through a pointer", run_call, NULL, 4000000},
		{"bare loop", run_bare, NULL, 4000000},
		{"loop with a deadline and two clock reads", run_clock, NULL,
		 1000000},
		{"backoff_retry_run, no sink", run_loop, &none, 1000000},
		{"backoff_retry_run, ring (4096 slots)", run_loop, &ring,
		 102400},
		{"backoff_retry_run, fd sink on /dev/null", run_loop, &null,
		 100000},
		{"backoff_retry_run, fd sink on a file", run_loop, &disk,
		 20000},
	};

	bench_group("Successful first-try call", "ns of the caller's CPU", rows,
		    sizeof(rows) / sizeof(*rows));
	unlink(file);
	clear_loop(&none);
	clear_loop(&null);
	clear_loop(&disk);
	clear_loop(&ring);
}

struct decision {
	struct backoff_policy *policy;
	struct backoff_state begun;
	struct backoff_outcome outcome;
	/** The draw is measured too. */
	int draws;
};

static double
run_decision(void *user, size_t count)
{
	const struct decision *d = user;
	uint64_t start_ns = bench_cpu_ns();

	for (size_t i = 0; i < count; i++) {
		struct backoff_state state = d->begun;
		struct backoff_decision out;
		uint64_t draw = i << 40;

		if (d->draws)
			draw = backoff_draw(1, BACKOFF_PURPOSE_DELAY, i, 1);
		backoff_engine_decide(d->policy, &state, &d->outcome, 5, draw,
				      &out);
		BENCH_KEEP(out.delay_ns);
	}
	return (double)(bench_cpu_ns() - start_ns) / (double)count;
}

static double
run_draw(void *user, size_t count)
{
	uint64_t start_ns = bench_cpu_ns();

	(void)user;
	for (size_t i = 0; i < count; i++)
		BENCH_KEEP(backoff_draw(1, BACKOFF_PURPOSE_DELAY, i, 1));
	return (double)(bench_cpu_ns() - start_ns) / (double)count;
}

static struct decision
make_decision(const char *text, uint32_t failed, int draws)
{
	struct decision made = {.draws = draws};
	struct backoff_decision first;

	if (backoff_policy_parse(text, strlen(text), NULL, &made.policy,
				 NULL) != BACKOFF_OK)
		bench_die(text);
	backoff_engine_begin(made.policy, &made.begun, 1, BACKOFF_FOREVER,
			     &first);
	made.begun.attempt = failed;
	backoff_outcome_from_errno(&made.outcome, 104);
	return made;
}

static void
measure_decisions(void)
{
	static const char standard[] =
		"{\"name\":\"S\",\"extends\":\"STANDARD\"}";
	static const char webhook[] =
		"{\"name\":\"W\",\"extends\":\"WEBHOOK\",\"deadline\":\"90s\","
		"\"abort_on\":[\"http:410\"]}";
	static const char late[] =
		"{\"name\":\"L\",\"max_attempts\":1000000000,"
		"\"base_delay\":1e-6,\"exponential_base\":1.00001,"
		"\"max_delay\":1000000000}";
	struct decision with = make_decision(standard, 1, 1);
	struct decision without = make_decision(standard, 1, 0);
	struct decision matched = make_decision(webhook, 1, 1);
	struct decision millionth = make_decision(late, 1000000, 1);
	const struct bench_row rows[] = {
		{"STANDARD, first failure, with its draw", run_decision, &with,
		 2000000},
		{"the same without the draw", run_decision, &without, 2000000},
		{"the draw alone (Philox4x32-10)", run_draw, NULL, 2000000},
		{"WEBHOOK with deadline and matchers, with draw", run_decision,
		 &matched, 1000000},
		{"failure 1000000 of an unsaturated curve", run_decision,
		 &millionth, 1000000},
	};

	bench_group("Decision after a failed attempt", "ns of CPU", rows,
		    sizeof(rows) / sizeof(*rows));
	backoff_policy_unref(with.policy);
	backoff_policy_unref(without.policy);
	backoff_policy_unref(matched.policy);
	backoff_policy_unref(millionth.policy);
}

int
main(void)
{
	measure_calls();
	measure_decisions();
	return 0;
}
