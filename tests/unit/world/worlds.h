/* Worlds for tests, written as their members in the middle of a file. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_WORLDS_H
#define TEST_WORLDS_H

#include "world/truth.h"

#define TEST_FIVE                                                              \
	"{\"name\":\"FIVE\",\"max_attempts\":5,\"base_delay\":0.1,"            \
	"\"max_delay\":5,\"jitter\":\"full\"}"
#define TEST_EIGHT                                                             \
	"{\"name\":\"EIGHT\",\"max_attempts\":8,\"base_delay\":1,"             \
	"\"max_delay\":60,\"jitter\":\"none\"}"
#define TEST_BREAKER                                                           \
	"{\"name\":\"BREAKER\",\"max_attempts\":3,\"base_delay\":0.1,"         \
	"\"breaker\":{\"window\":20,\"min_attempts\":10,\"cooldown\":2}}"
/** Outages of 2 s, one a minute. */
#define TEST_OUTAGES                                                           \
	"\"environment\":[{\"states\":[{\"stay\":{\"law\":\"exponential\","    \
	"\"mean\":60},\"fails\":0.005},{\"stay\":{\"law\":\"exponential\","    \
	"\"mean\":2},\"fails\":0.9}]}]"

/** The world with these members; others have short values. The test fails if
 *  it is not valid. */
struct rs_world test_world(const char *members);

/** Success rate and attempts per call of a policy in @p windows windows. */
struct test_mean {
	double rate, rate_se, attempts, attempts_se;
};
struct test_mean test_world_mean(const struct rs_world *world,
				 const char *policy, uint32_t windows);

struct backoff_policy *test_policy(const char *text);

#endif
