/* Tests of recorded/coupling: failures that follow load are found, and others
 * are not. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include <criterion/criterion.h>

#include "recorded/coupling.h"

#define S UINT64_C(1000000000)
#define START (UINT64_C(1700000000) * S)

struct world {
	const char *why;
	/** Calls a second; times this in bursts of @ref burst_s seconds, which
	 *  begin on average @ref burst_gap_s apart. */
	double rate, burst, burst_s, burst_gap_s;
	/** Swing of the rate over the length of the log. */
	double diurnal;
	/** Failure probability; in outages, whose mean lengths follow. */
	double fails, down_fails, up_s, down_s;
	/** Calls above this number in a second fail; 0 for no limit. */
	unsigned capacity;
	/** The failure probability grows with the load, compared with the rate.
	 */
	bool slope;
	double seconds;
	unsigned calls;
};

static double
draw(uint64_t seed, uint32_t purpose, uint64_t index)
{
	return ldexp((double)(backoff_draw(seed, BACKOFF_PURPOSE_USER + purpose,
					   index, 1) >>
			      11),
		     -53);
}

static double
length(uint64_t seed, uint32_t purpose, uint64_t index, double mean)
{
	return -mean * log(1 - draw(seed, purpose, index));
}

/* Something that begins and ends at random. */
struct spell {
	uint64_t seed, index;
	uint32_t purpose;
	double off_s, on_s, next;
	bool on;
};

static bool
is_on(struct spell *spell, double at)
{
	if (spell->on_s <= 0)
		return false;
	while (at >= spell->next) {
		spell->on = spell->index > 0 && !spell->on;
		spell->next +=
			length(spell->seed, spell->purpose, spell->index++,
			       spell->on ? spell->on_s : spell->off_s);
	}
	return spell->on;
}

static void
add(struct tk_trace *trace, const struct world *world, uint64_t index,
    double at, bool failed)
{
	struct backoff_event event;
	char id[32];

	snprintf(id, sizeof(id), "c%ju", (uintmax_t)index);
	backoff_event_init(&event, sizeof(event));
	event.ts_ns = START + (uint64_t)(at * (double)S);
	event.operation = "op";
	event.target = world->slope ? "db" : NULL;
	event.call_id = id;
	event.type = failed ? BACKOFF_EVENT_EXHAUSTED : BACKOFF_EVENT_SUCCESS;
	event.outcome =
		failed ? BACKOFF_OUTCOME_FAILURE : BACKOFF_OUTCOME_SUCCESS;
	event.attempts = event.attempt = 1;
	event.duration_ns = 0;
	cr_assert_eq(tk_trace_add(trace, &event), BACKOFF_OK);
}

static void
run(const struct world *world, uint64_t seed, struct tk_trace *trace)
{
	struct spell outage = {.seed = seed,
			       .purpose = 1,
			       .off_s = world->up_s,
			       .on_s = world->down_s};
	struct spell burst = {.seed = seed,
			      .purpose = 2,
			      .off_s = world->burst_gap_s,
			      .on_s = world->burst_s};
	double at = 0, second = 0;
	uint64_t index = 0;
	unsigned count = 0;

	for (;;) {
		double rate =
			world->rate * (is_on(&burst, at) ? world->burst : 1) *
			(1 + world->diurnal * sin(at / world->seconds * 6.283));
		double fails = world->fails;

		at += length(seed, 3, index, 1 / rate);
		if (at >= world->seconds)
			break;
		if (floor(at) > second) {
			second = floor(at);
			count = 0;
		}
		count++;
		if (world->slope)
			fails *= pow(count / world->rate * 2, 2);
		if (is_on(&outage, at))
			fails = world->down_fails;
		add(trace, world, index, at,
		    (world->capacity && count > world->capacity) ||
			    draw(seed, 4, index) < fails);
		index++;
	}
	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
}

static struct rs_coupling
test(const struct world *world, uint64_t seed)
{
	struct tk_trace *trace = tk_trace_new();
	struct rs_coupling coupling;
	struct rs_log log;

	cr_assert(trace);
	run(world, seed, trace);
	cr_assert_eq(rs_log_init(&log, trace, 1), BACKOFF_OK);
	cr_assert_eq(log.operation_count, 1);
	cr_assert_eq(rs_coupling_find(&log, &log.operation[0], &coupling),
		     BACKOFF_OK);
	rs_log_clear(&log);
	tk_trace_free(trace);
	return coupling;
}

Test(recorded_coupling, failures_that_ignore_load_seldom_seem_to_follow_it)
{
	enum { SEEDS = 24 };
	static const struct world worlds[] = {
		{.why = "steady", .rate = 5, .fails = .05},
		{.why = "outages of ten seconds",
		 .rate = 5,
		 .fails = .01,
		 .down_fails = .95,
		 .up_s = 200,
		 .down_s = 10},
		{.why = "short outages, few calls",
		 .rate = 2,
		 .fails = .002,
		 .down_fails = .95,
		 .up_s = 60,
		 .down_s = 1},
		{.why = "bursts and outages",
		 .rate = 3,
		 .burst = 10,
		 .burst_s = 2,
		 .burst_gap_s = 30,
		 .fails = .01,
		 .down_fails = .95,
		 .up_s = 60,
		 .down_s = 3},
		{.why = "day and night",
		 .rate = 5,
		 .diurnal = .9,
		 .fails = .02,
		 .down_fails = .9,
		 .up_s = 100,
		 .down_s = 5},
		{.why = "two or three outages",
		 .rate = 5,
		 .fails = 0,
		 .down_fails = .9,
		 .up_s = 400,
		 .down_s = 20},
	};
	unsigned alarms = 0, tests = 0;

	for (size_t i = 0; i < sizeof(worlds) / sizeof(*worlds); i++) {
		for (uint64_t seed = 1; seed <= SEEDS; seed++) {
			struct world world = worlds[i];
			struct rs_coupling coupling;

			world.seconds = 1200;
			coupling = test(&world, seed);
			tests += coupling.known;
			alarms += rs_coupling_found(&coupling);
			cr_expect(coupling.known || coupling.z == 0, "%s",
				  world.why);
		}
	}
	cr_expect(tests > SEEDS * 5);
	/* Chance makes one in 700. */
	cr_expect(alarms <= 2, "%u alarms in %u tests", alarms, tests);
}

Test(recorded_coupling, failures_that_follow_load_are_found)
{
	static const struct world worlds[] = {
		{.why = "a quota a second",
		 .rate = 5,
		 .fails = .01,
		 .capacity = 8},
		{.why = "a quota, and outages",
		 .rate = 5,
		 .fails = .01,
		 .down_fails = .95,
		 .up_s = 200,
		 .down_s = 10,
		 .capacity = 8},
		{.why = "bursts above a quota",
		 .rate = 3,
		 .burst = 10,
		 .burst_s = 2,
		 .burst_gap_s = 60,
		 .fails = .01,
		 .capacity = 25},
		{.why = "a slope", .rate = 20, .fails = .02, .slope = true},
	};

	for (size_t i = 0; i < sizeof(worlds) / sizeof(*worlds); i++) {
		for (uint64_t seed = 1; seed <= 5; seed++) {
			struct world world = worlds[i];
			struct rs_coupling coupling;

			world.seconds = 1200;
			coupling = test(&world, seed);
			cr_expect(coupling.known, "%s", world.why);
			cr_expect(rs_coupling_found(&coupling), "%s: %g",
				  world.why, coupling.z);
			cr_expect_gt(coupling.busy_fails, coupling.calm_fails,
				     "%s", world.why);
		}
	}
}

Test(recorded_coupling, says_what_it_cannot_know)
{
	static const struct world sparse = {
		.rate = .02, .fails = .02, .seconds = 3600};
	struct rs_coupling coupling = test(&sparse, 1);

	cr_expect_not(coupling.known, "too few failures");
	cr_expect_eq(coupling.z, 0);
	cr_expect_not(rs_coupling_found(&coupling));
	cr_expect_geq(coupling.load_seen_peak, 1);
}

Test(recorded_coupling, throttling_counts_unless_it_is_ruled_out)
{
	static const struct {
		const char *why;
		struct rs_coupling coupling;
		bool found;
	} row[] = {
		{"z", {.known = true, .z = 3.1}, true},
		{"chance", {.known = true, .z = 2.7}, false},
		{"no load in the log", {.throttle_share = 0.3}, true},
		{"little throttling", {.throttle_share = 0.1}, false},
		{"a test without power",
		 {.known = true,
		  .z = 0.5,
		  .z_proportional = 2,
		  .throttle_share = 0.9},
		 true},
		{"ruled out",
		 {.known = true,
		  .z = 0.5,
		  .z_proportional = 4,
		  .throttle_share = 0.9},
		 false},
		{"not ruled out: it may follow load",
		 {.known = true,
		  .z = 2,
		  .z_proportional = 9,
		  .throttle_share = 0.9},
		 true},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		cr_expect_eq(rs_coupling_found(&row[i].coupling), row[i].found,
			     "%s", row[i].why);
}

Test(recorded_coupling, counts_throttling)
{
	static const struct {
		const char *why, *code;
		int class;
		uint64_t hint_ns;
		double share;
	} row[] = {
		{"nothing known", NULL, BACKOFF_CLASS_UNKNOWN, BACKOFF_ABSENT,
		 0},
		{"a class", NULL, BACKOFF_CLASS_THROTTLE, BACKOFF_ABSENT, 1},
		{"429", "429", BACKOFF_CLASS_UNKNOWN, BACKOFF_ABSENT, 1},
		{"503", "503", BACKOFF_CLASS_SERVER, BACKOFF_ABSENT, 0},
		{"503 with a hint", "503", BACKOFF_CLASS_SERVER, S, 1},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_trace *trace = tk_trace_new();
		struct rs_coupling coupling;
		struct rs_log log;
		struct backoff_event event;

		backoff_event_init(&event, sizeof(event));
		event.ts_ns = START;
		event.operation = "op";
		event.call_id = "c";
		event.type = BACKOFF_EVENT_EXHAUSTED;
		event.outcome = BACKOFF_OUTCOME_FAILURE;
		event.attempts = event.attempt = 1;
		event.code = row[i].code;
		event.failure_class = row[i].class;
		event.hint_ns = row[i].hint_ns;
		cr_assert_eq(tk_trace_add(trace, &event), BACKOFF_OK);
		cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
		cr_assert_eq(rs_log_init(&log, trace, 1), BACKOFF_OK);
		cr_assert_eq(
			rs_coupling_find(&log, &log.operation[0], &coupling),
			BACKOFF_OK);
		cr_expect_eq(coupling.throttle_share, row[i].share, "%s",
			     row[i].why);
		rs_log_clear(&log);
		tk_trace_free(trace);
	}
}
