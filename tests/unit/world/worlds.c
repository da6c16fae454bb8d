/* Makes worlds for tests, and runs them. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "unit/world/worlds.h"

struct rs_world
test_world(const char *members)
{
	struct backoff_error error = {.size = sizeof(error)};
	struct rs_world world;
	char text[4096];

	snprintf(
		text, sizeof(text),
		"{\"world\":\"w\",\"group\":\"environment\",%s%s%s%s%s}",
		members, strstr(members, "\"length\"") ? "" : ",\"length\":600",
		strstr(members, "\"arrivals\"") ? ""
						: ",\"arrivals\":{\"rate\":20}",
		strstr(members, "\"record\"") ? ""
					      : ",\"record\":[" TEST_FIVE "]",
		strstr(members, "\"compare\"") ? ""
					       : ",\"compare\":[" TEST_FIVE
						 "," TEST_EIGHT "]");
	cr_assert(rs_world_parse(text, strlen(text), &world, &error) ==
			  BACKOFF_OK,
		  "%u:%u: %s: %s", error.line, error.column, error.path,
		  error.text);
	return world;
}

struct backoff_policy *
test_policy(const char *text)
{
	struct backoff_policy *policy = NULL;

	cr_assert(backoff_policy_parse(text, strlen(text), NULL, &policy,
				       NULL) == BACKOFF_OK);
	return policy;
}

struct test_mean
test_world_mean(const struct rs_world *world, const char *policy_text,
		uint32_t windows)
{
	struct backoff_policy *policy = test_policy(policy_text);
	double sum = 0, squares = 0, attempts = 0, attempts_squares = 0;
	double n = windows;

	for (uint32_t i = 0; i < windows; i++) {
		struct rs_run_counts counts = {0};
		struct rs_scene scene;
		struct rs_world_run run = {.scene = &scene, .policy = policy};
		double rate, per_call;

		cr_assert(rs_scene_init(&scene, world, 1000 + i) == BACKOFF_OK);
		cr_assert(rs_world_play(&run, &counts) == BACKOFF_OK);
		rate = rs_counts_success_rate(&counts);
		per_call = rs_counts_attempts_per_call(&counts);
		sum += rate;
		squares += rate * rate;
		attempts += per_call;
		attempts_squares += per_call * per_call;
		rs_run_counts_clear(&counts);
		rs_scene_clear(&scene);
	}
	backoff_policy_unref(policy);
	return (struct test_mean){
		sum / n, sqrt((squares - sum * sum / n) / (n - 1) / n),
		attempts / n,
		sqrt((attempts_squares - attempts * attempts / n) / (n - 1) /
		     n)};
}
