/* Policies in worlds: closed forms, keyed draws, logs. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "replay/compare.h"
#include "unit/world/worlds.h"

#define FOUR_ERRORS 4

/* Independent failures, and a Gilbert-Elliott target, in which jittered
 * schedules have exact answers: each L is the Laplace transform of a delay at
 * the sum of both rates. Attempts take no time. */
static const struct {
	const char *world, *policy;
	double failure, attempts;
	const char *why;
} closed[] = {
	{"\"environment\":[{\"states\":[{\"fails\":0.3}]}]", TEST_FIVE,
	 1 - 0.9975700000, 1.42510, "independent, 0.3"},
	{"\"environment\":[{\"states\":[{\"fails\":0.5}]}]", TEST_FIVE,
	 1 - 0.9687500000, 1.93750, "independent, 0.5"},
	{TEST_OUTAGES, TEST_FIVE, 0.0132409409, 1.09905196,
	 "outages of 2 s, five attempts with full jitter"},
	{"\"length\":14400,\"arrivals\":{\"rate\":1},\"environment\":[{"
	 "\"states\":[{\"stay\":{\"law\":\"exponential\",\"mean\":600},"
	 "\"fails\":0.001},{\"stay\":{\"law\":\"exponential\",\"mean\":60},"
	 "\"fails\":0.95}]}]",
	 TEST_EIGHT, 0.0085031832, 1.42569662,
	 "outages of a minute, eight attempts without jitter"},
};

Test(world_run, agrees_with_closed_forms_to_four_standard_errors)
{
	for (size_t i = 0; i < sizeof(closed) / sizeof(*closed); i++) {
		struct rs_world world = test_world(closed[i].world);
		struct test_mean mean =
			test_world_mean(&world, closed[i].policy, 30);

		cr_expect(fabs(1 - mean.rate - closed[i].failure) <=
				  FOUR_ERRORS * mean.rate_se,
			  "%s: %f for %f, se %f", closed[i].why, 1 - mean.rate,
			  closed[i].failure, mean.rate_se);
		cr_expect(fabs(mean.attempts - closed[i].attempts) <=
				  FOUR_ERRORS * mean.attempts_se,
			  "%s: %f attempts for %f", closed[i].why,
			  mean.attempts, closed[i].attempts);
		rs_world_clear(&world);
	}
}

struct taken {
	struct tk_trace *trace;
	struct backoff_event_decoder *decoder;
	size_t lines, bad;
	uint64_t hash;
};

/* Encode, decode and keep a line. */
static bool
take(void *user, const struct backoff_event *event)
{
	struct taken *taken = user;
	char line[BACKOFF_EVENT_LINE_MAX];
	size_t length = backoff_event_encode(event, line, sizeof(line));
	struct backoff_event decoded;

	backoff_event_init(&decoded, sizeof(decoded));
	taken->lines++;
	taken->bad += length == 0 ||
		      backoff_event_decode(taken->decoder, line, length,
					   &decoded, NULL) != BACKOFF_OK;
	for (size_t i = 0; i < length; i++)
		taken->hash = taken->hash * 31 + (unsigned char)line[i];
	return tk_trace_add(taken->trace, &decoded) == BACKOFF_OK;
}

static struct taken
record(const struct rs_world *world, const struct backoff_policy *policy,
       uint64_t seed, struct rs_run_counts *counts)
{
	struct taken taken = {.trace = tk_trace_new()};
	struct rs_scene scene;
	struct rs_world_run run = {.scene = &scene,
				   .policy = policy,
				   .on_event = take,
				   .user = &taken};

	cr_assert(taken.trace);
	cr_assert(backoff_event_decoder_new(&taken.decoder) == BACKOFF_OK);
	cr_assert(rs_scene_init(&scene, world, seed) == BACKOFF_OK);
	cr_assert(rs_world_play(&run, counts) == BACKOFF_OK);
	rs_scene_clear(&scene);
	backoff_event_decoder_free(taken.decoder);
	return taken;
}

static const struct {
	const char *world, *policy;
} logged[] = {
	{TEST_OUTAGES, TEST_FIVE},
	{TEST_OUTAGES, TEST_BREAKER},
	{TEST_OUTAGES ",\"latency\":{\"law\":\"lognormal\",\"median\":0.05,"
		      "\"sigma\":1},\"wander\":{\"sigma\":0.5,\"time\":20}",
	 "{\"name\":\"T\",\"max_attempts\":4,\"base_delay\":0.2,"
	 "\"attempt_timeout\":0.1,\"deadline\":1}"},
	{"\"environment\":[{\"scope\":\"each\",\"states\":[{\"stay\":30},{"
	 "\"stay\":4,\"fails\":0.9,\"errors\":[{\"class\":\"throttle\","
	 "\"code\":\"http:429\",\"hint_window\":true}]}]}],\"targets\":{"
	 "\"count\":3}",
	 "{\"name\":\"H\",\"max_attempts\":4,\"server_hint\":{\"use\":true}}"},
	{"\"environment\":[{\"drift\":{\"low\":0,\"high\":0.5,\"period\":60}}]"
	 ",\"fate\":{\"permanent\":0.01,\"own\":{\"share\":0.1,\"a\":1,"
	 "\"b\":1},\"clears\":{\"share\":0.1,\"after\":3},\"payload\":{"
	 "\"sigma\":1,\"fails\":0.1}},\"hosts\":{\"count\":3}",
	 TEST_EIGHT},
	{"\"environment\":[{\"walk\":{\"low\":0.01,\"high\":0.5,\"sigma\":"
	 "0.3}}],\"quota\":{\"rate\":22,\"burst\":30,\"hint\":true}",
	 TEST_FIVE},
	{"\"capacity\":{\"workers\":2,\"queue\":10,\"service\":0.08}",
	 "{\"name\":\"C\",\"max_attempts\":3,\"attempt_timeout\":0.3}"},
};
#define LOGGED (sizeof(logged) / sizeof(*logged))

/* Two minutes of a row's world. */
static struct rs_world
short_world(size_t row)
{
	char members[1024];

	snprintf(members, sizeof(members), "\"length\":120,%s",
		 logged[row].world);
	return test_world(members);
}

Test(world_run, every_line_can_be_read_and_the_same_seed_gives_the_same)
{
	for (size_t i = 0; i < LOGGED; i++) {
		struct rs_world world = short_world(i);
		struct backoff_policy *policy = test_policy(logged[i].policy);
		struct rs_run_counts counts[3] = {0};
		uint64_t hash[3];

		for (size_t k = 0; k < 3; k++) {
			struct taken taken =
				record(&world, policy, 7 + k / 2, &counts[k]);

			cr_expect(taken.bad == 0 && taken.lines > 1000,
				  "row %zu: %zu of %zu bad", i, taken.bad,
				  taken.lines);
			cr_expect(taken.lines == counts[k].lines);
			hash[k] = taken.hash;
			tk_trace_free(taken.trace);
			rs_run_counts_clear(&counts[k]);
		}
		cr_expect(hash[0] == hash[1], "row %zu", i);
		cr_expect(hash[0] != hash[2], "row %zu", i);
		backoff_policy_unref(policy);
		rs_world_clear(&world);
	}
}

/* The replay of a policy on its own recording is the recording. */
static void
check_fixed_point(size_t row, struct tk_trace *trace,
		  struct backoff_policy *policy,
		  const struct rs_run_counts *counts)
{
	struct rs_policy_set set = {0};
	struct rs_comparison comparison;
	const struct rs_result *result;
	struct rs_log log;
	struct rs_plan plan = {.log = &log,
			       .policies = &set,
			       .shipped = &set,
			       .estimator = &rs_estimator_jump_chain,
			       .seed = 1,
			       .replicas = 4};

	cr_assert(rs_policy_set_push(&set, policy));
	cr_assert(tk_trace_stitch(trace) == BACKOFF_OK);
	cr_assert(rs_log_init(&log, trace, 1) == BACKOFF_OK);
	cr_assert(rs_compare(&plan, &comparison) == BACKOFF_OK);
	cr_assert(comparison.subject_count == 1);
	result = comparison.result;
	cr_expect(result->calls == counts->calls);
	cr_expect(fabs(result->success_rate * (double)counts->calls -
		       (double)counts->succeeded) < 0.01,
		  "row %zu: %f of %ju", row,
		  result->success_rate * (double)counts->calls,
		  (uintmax_t)counts->succeeded);
	cr_expect(fabs(result->attempts - (double)counts->attempts) < 0.01,
		  "row %zu: %f of %ju attempts", row, result->attempts,
		  (uintmax_t)counts->attempts);
	rs_comparison_clear(&comparison);
	rs_log_clear(&log);
	rs_policy_set_clear(&set);
}

Test(world_run, replay_of_the_recorded_policy_is_the_recording)
{
	for (size_t i = 0; i < LOGGED; i++) {
		struct rs_world world = short_world(i);
		struct backoff_policy *policy = test_policy(logged[i].policy);
		struct rs_run_counts counts = {0};
		struct taken taken = record(&world, policy, 3, &counts);

		check_fixed_point(i, taken.trace, policy, &counts);
		tk_trace_free(taken.trace);
		rs_run_counts_clear(&counts);
		backoff_policy_unref(policy);
		rs_world_clear(&world);
	}
}

Test(world_run, losing_lines_and_leaving_out_successes)
{
	static const struct {
		const char *log;
		double least, most;
	} row[] = {
		{"\"log\":{\"loss\":0.1}", 0.87, 0.93},
		{"\"log\":{\"successes\":\"none\"}", 0.03, 0.3},
		{"\"log\":{\"successes\":\"retried\"}", 0.03, 0.3},
	};
	struct backoff_policy *policy = test_policy(TEST_FIVE);

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct rs_run_counts counts = {0};
		struct rs_world world;
		struct taken taken;
		char members[512];
		double share;

		snprintf(members, sizeof(members), "%s,%s", TEST_OUTAGES,
			 row[i].log);
		world = test_world(members);
		taken = record(&world, policy, 1, &counts);
		share = (double)taken.lines / (double)counts.attempts;
		cr_expect(taken.bad == 0);
		cr_expect(share >= row[i].least && share <= row[i].most,
			  "%s: %f", row[i].log, share);
		tk_trace_free(taken.trace);
		rs_run_counts_clear(&counts);
		rs_world_clear(&world);
	}
	backoff_policy_unref(policy);
}
