/* Targets that depend on their load, against queueing formulas. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include <criterion/criterion.h>

#include "unit/world/worlds.h"
#include "world/server.h"

#define ONCE "{\"name\":\"ONCE\",\"max_attempts\":1}"

/* Calls of a Poisson process to workers with exponential service: the share
 * that finds the queue full. */
static const struct {
	const char *world;
	double refused;
	const char *why;
} row[] = {
	{"\"arrivals\":{\"rate\":18},\"capacity\":{\"workers\":1,\"queue\":9,"
	 "\"service\":{\"law\":\"exponential\",\"mean\":0.05}}",
	 0.0508137313, "M/M/1/10 at 0.9"},
	{"\"arrivals\":{\"rate\":40},\"capacity\":{\"workers\":1,\"queue\":9,"
	 "\"service\":{\"law\":\"exponential\",\"mean\":0.05}}",
	 0.5002442599, "M/M/1/10 at 2"},
	{"\"arrivals\":{\"rate\":16},\"capacity\":{\"workers\":10,\"queue\":0,"
	 "\"service\":{\"law\":\"exponential\",\"mean\":0.5}}",
	 0.1216610643, "Erlang B, ten workers at 8"},
};

Test(world_server, refuses_as_queueing_formulas_say)
{
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct rs_world world = test_world(row[i].world);
		struct test_mean mean = test_world_mean(&world, ONCE, 20);

		cr_expect(fabs(1 - mean.rate - row[i].refused) <=
				  4 * mean.rate_se,
			  "%s: %f for %f, se %f", row[i].why, 1 - mean.rate,
			  row[i].refused, mean.rate_se);
		rs_world_clear(&world);
	}
}

Test(world_server, a_quota_fills_up_again)
{
	const struct rs_world_quota quota = {
		.given = true, .rate = 2, .burst = 3};
	const struct rs_world world = {.quota = quota};
	struct rs_server server;
	uint64_t wait_ns = 0;

	cr_assert(rs_server_init(&server, &world, 0) == BACKOFF_OK);
	for (int i = 0; i < 3; i++)
		cr_expect(rs_server_quota(&server, &quota, 0, &wait_ns));
	cr_expect(!rs_server_quota(&server, &quota, 0, &wait_ns));
	cr_expect(wait_ns == 500000000);
	cr_expect(rs_server_quota(&server, &quota, 500000000, &wait_ns));
	cr_expect(!rs_server_quota(&server, &quota, 600000000, &wait_ns));
	rs_server_clear(&server);
}
