/* Tests of tools/trace: clocks that differ are corrected, and others stay. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include "trace/trace.h"

#define MS UINT64_C(1000000)
#define S (1000 * MS)
#define START (UINT64_C(1795428000) * S)
#define HOSTS 3
#define SPELLS_MAX 2000

/* A service on three hosts. Each call stays on its host. */
struct world {
	const char *why;
	double rate, seconds, fails, down_fails, up_s, down_s;
	/** Outages begin this much later on the next host. */
	double rolling_s;
	/** Each host has outages of its own. */
	bool apart;
	/** The log has only failures, with a request's id. */
	bool failures_only;
	int64_t ahead_ms[HOSTS];
};

static double
draw(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) +
		 UINT64_C(1442695040888963407);
	return (double)(*state >> 11) * 0x1p-53;
}

/* Begins of outages, then of the times between. */
struct spells {
	double at[SPELLS_MAX];
	size_t count;
};

static void
make_spells(struct spells *spells, const struct world *world, uint64_t *state)
{
	double at = 0;

	spells->count = 0;
	while (at < world->seconds && spells->count < SPELLS_MAX) {
		double mean = spells->count % 2 ? world->down_s : world->up_s;

		at += -mean * log(1 - draw(state));
		spells->at[spells->count++] = at;
	}
}

static bool
is_down(const struct spells *spells, double at)
{
	size_t low = 0, high = spells->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (spells->at[middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low % 2 == 1;
}

static void
add(struct tk_trace *trace, const struct world *world, unsigned host, double at,
    unsigned call, unsigned attempt, bool failed)
{
	static const char *const names[HOSTS] = {"a", "b", "c"};
	struct backoff_event event;
	char id[24];

	if (world->failures_only && !failed)
		return;
	snprintf(id, sizeof(id), "c%u", call);
	backoff_event_init(&event, sizeof(event));
	event.ts_ns = START + 60 * S + (uint64_t)(at * (double)S) +
		      (uint64_t)world->ahead_ms[host] * MS;
	event.operation = "op";
	event.target = "db";
	event.host = names[host];
	event.pid = host;
	*(world->failures_only ? &event.trace_id : &event.call_id) = id;
	event.max_attempts = 3;
	event.duration_ns = 20 * MS;
	event.outcome =
		failed ? BACKOFF_OUTCOME_FAILURE : BACKOFF_OUTCOME_SUCCESS;
	event.attempt = attempt;
	event.attempts = attempt;
	event.type = !failed        ? BACKOFF_EVENT_SUCCESS
		     : attempt == 3 ? BACKOFF_EVENT_EXHAUSTED
				    : BACKOFF_EVENT_ATTEMPT;
	if (event.type == BACKOFF_EVENT_ATTEMPT)
		event.delay_ns = S;
	cr_assert_eq(tk_trace_add(trace, &event), BACKOFF_OK);
}

static struct tk_trace *
run(const struct world *world, uint64_t seed)
{
	static struct spells spells[HOSTS];
	struct tk_trace *trace = tk_trace_new();
	uint64_t state = seed * 7919 + 1;
	double at = 0;

	cr_assert(trace);
	for (unsigned h = 0; h < HOSTS; h++)
		if (h == 0 || world->apart)
			make_spells(&spells[h], world, &state);
	for (unsigned c = 0;; c++) {
		/* The first host has more calls than others. */
		unsigned host = (unsigned)(draw(&state) * 4) % HOSTS;
		double when;

		at += -log(1 - draw(&state)) / world->rate;
		if (at >= world->seconds)
			break;
		when = at;
		for (unsigned k = 1; k <= 3; k++) {
			bool down = is_down(&spells[world->apart ? host : 0],
					    when - host * world->rolling_s);
			bool failed = draw(&state) <
				      (down ? world->down_fails : world->fails);

			add(trace, world, host, when + 0.02, c, k, failed);
			if (!failed)
				break;
			when += 1.02;
		}
	}
	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
	return trace;
}

static const struct world outages = {.rate = 15,
				     .seconds = 2400,
				     .fails = .01,
				     .down_fails = .9,
				     .up_s = 50,
				     .down_s = 5};

Test(trace_clocks, shared_outages_show_whose_clock_is_ahead)
{
	static const struct {
		const char *why;
		int64_t ahead_ms;
		bool failures_only;
		double down_s;
		double rate;
	} row[] = {
		{"behind", -300, false, 5, 30},
		{"half a second", 500, false, 5, 15},
		{"half a second, failures only", 500, true, 5, 15},
		{"short outages", 300, false, 1, 15},
		{"two seconds", 2000, true, 5, 15},
		{"longer than an outage", 20000, false, 3, 15},
		{"far behind", -40000, true, 5, 15},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct world world = outages;
		const struct tk_quality *quality;
		struct tk_trace *trace;
		int64_t error;

		world.ahead_ms[1] = row[i].ahead_ms;
		world.failures_only = row[i].failures_only;
		world.down_s = row[i].down_s;
		world.rate = row[i].rate;
		trace = run(&world, i + 1);
		quality = tk_trace_quality(trace);
		error = (int64_t)(quality->corrected_ns / MS) -
			llabs(row[i].ahead_ms);
		cr_expect(llabs(error) <= 100, "%s: %lld ms instead of %lld",
			  row[i].why, (long long)(quality->corrected_ns / MS),
			  (long long)row[i].ahead_ms);
		cr_expect_eq(quality->corrected_hosts, 1, "%s: %llu hosts",
			     row[i].why,
			     (unsigned long long)quality->corrected_hosts);
		cr_expect_eq(quality->skew_ns, quality->corrected_ns, "%s",
			     row[i].why);
		cr_expect_eq(quality->skew_left_ns, 0, "%s", row[i].why);
		tk_trace_free(trace);
	}
}

Test(trace_clocks, equal_clocks_are_left_alone, .timeout = 60)
{
	static const struct world worlds[] = {
		{.why = "steady failures", .rate = 15, .fails = .05},
		{.why = "shared outages",
		 .rate = 15,
		 .fails = .01,
		 .down_fails = .9,
		 .up_s = 120,
		 .down_s = 6},
		{.why = "short shared outages",
		 .rate = 30,
		 .fails = .005,
		 .down_fails = .95,
		 .up_s = 60,
		 .down_s = .5},
		{.why = "few calls",
		 .rate = 1,
		 .fails = .02,
		 .down_fails = .9,
		 .up_s = 200,
		 .down_s = 10},
		{.why = "few calls in a failures' log",
		 .rate = 2,
		 .fails = .02,
		 .down_fails = .9,
		 .up_s = 200,
		 .down_s = 10,
		 .failures_only = true},
		{.why = "outages of single hosts",
		 .rate = 15,
		 .fails = .01,
		 .down_fails = .9,
		 .up_s = 120,
		 .down_s = 6,
		 .apart = true},
		{.why = "a host after the other, twice",
		 .rate = 15,
		 .fails = .01,
		 .down_fails = .9,
		 .up_s = 1000,
		 .down_s = 20,
		 .rolling_s = 15},
	};

	for (size_t i = 0; i < sizeof(worlds) / sizeof(*worlds); i++) {
		for (uint64_t seed = 1; seed <= 4; seed++) {
			struct world world = worlds[i];
			const struct tk_quality *quality;
			struct tk_trace *trace;

			world.seconds = 1800;
			trace = run(&world, seed);
			quality = tk_trace_quality(trace);
			cr_expect_eq(
				quality->skew_ns, 0, "%s, seed %llu: %llu ms",
				world.why, (unsigned long long)seed,
				(unsigned long long)(quality->skew_ns / MS));
			tk_trace_free(trace);
		}
	}
}
