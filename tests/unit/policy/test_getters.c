/* Tests of src/policy/getters: settings of shipped and hand-made policies. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>

#include <cjson/cJSON.h>

#include <backoff/engine.h>
#include <backoff/guard.h>

#include "unit/policy/policies.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define S UINT64_C(1000000000)

#define P(fields) "{\"name\":\"G\",\"max_attempts\":3" fields "}"

static const struct {
	const char *text;
	uint64_t max_delay_ns;
	enum backoff_deadline_from from;
	int retries_any;
	enum backoff_budget budget;
	int guarded;
	uint32_t max_hedges;
} made[] = {
	{P(""), 30 * S, BACKOFF_DEADLINE_FROM_START, 1, BACKOFF_BUDGET_NONE, 0,
	 0},
	{P(",\"max_delay\":2,\"backoff\":\"fibonacci\""), 2 * S,
	 BACKOFF_DEADLINE_FROM_START, 1, BACKOFF_BUDGET_NONE, 0, 0},
	{P(",\"max_delay\":1000000000"), 1000000000 * S,
	 BACKOFF_DEADLINE_FROM_START, 1, BACKOFF_BUDGET_NONE, 0, 0},
	{P(",\"backoff\":\"constant\""), BACKOFF_FOREVER,
	 BACKOFF_DEADLINE_FROM_START, 1, BACKOFF_BUDGET_NONE, 0, 0},
	{P(",\"backoff\":\"schedule\",\"schedule\":[1,5]"), BACKOFF_FOREVER,
	 BACKOFF_DEADLINE_FROM_START, 1, BACKOFF_BUDGET_NONE, 0, 0},
	{P(",\"deadline\":9,\"deadline_from\":\"first_failure\""), 30 * S,
	 BACKOFF_DEADLINE_FROM_FIRST_FAILURE, 1, BACKOFF_BUDGET_NONE, 0, 0},
	{P(",\"budget\":\"token_bucket\""), 30 * S, BACKOFF_DEADLINE_FROM_START,
	 1, BACKOFF_BUDGET_TOKEN_BUCKET, 1, 0},
	{P(",\"budget\":\"throttle\""), 30 * S, BACKOFF_DEADLINE_FROM_START, 1,
	 BACKOFF_BUDGET_THROTTLE, 1, 0},
	{P(",\"budget\":\"ratio\""), 30 * S, BACKOFF_DEADLINE_FROM_START, 1,
	 BACKOFF_BUDGET_RATIO, 1, 0},
	{P(",\"budget\":\"concurrency\""), 30 * S, BACKOFF_DEADLINE_FROM_START,
	 1, BACKOFF_BUDGET_CONCURRENCY, 1, 0},
	{P(",\"budget\":\"none\""), 30 * S, BACKOFF_DEADLINE_FROM_START, 1,
	 BACKOFF_BUDGET_NONE, 0, 0},
	{P(",\"breaker\":{\"window\":5}"), 30 * S, BACKOFF_DEADLINE_FROM_START,
	 1, BACKOFF_BUDGET_NONE, 1, 0},
	{P(",\"breaker\":{\"window_time\":5}"), 30 * S,
	 BACKOFF_DEADLINE_FROM_START, 1, BACKOFF_BUDGET_NONE, 1, 0},
	{P(",\"hedge\":{\"delay\":1}"), 30 * S, BACKOFF_DEADLINE_FROM_START, 1,
	 BACKOFF_BUDGET_NONE, 0, 1},
	{P(",\"idempotent_only\":true,\"hedge\":{\"delay\":1,\"max\":2}"),
	 30 * S, BACKOFF_DEADLINE_FROM_START, 1, BACKOFF_BUDGET_NONE, 0, 2},
};

Test(policy_getters, hand_made_policies_give_back_what_they_set)
{
	for (size_t i = 0; i < COUNT(made); i++) {
		const char *text = made[i].text;
		struct backoff_policy *policy = policy_of(text);

		cr_expect(backoff_policy_max_delay_ns(policy) ==
				  made[i].max_delay_ns,
			  "%s", text);
		cr_expect(backoff_policy_deadline_from(policy) == made[i].from,
			  "%s", text);
		cr_expect(backoff_policy_retries_any(policy) ==
				  made[i].retries_any,
			  "%s", text);
		cr_expect(backoff_policy_budget(policy) == made[i].budget, "%s",
			  text);
		cr_expect(backoff_policy_is_guarded(policy) == made[i].guarded,
			  "%s", text);
		cr_expect(backoff_policy_max_hedges(policy) ==
				  made[i].max_hedges,
			  "%s", text);
		backoff_policy_unref(policy);
	}
}

Test(policy_getters, a_policy_retries_what_its_abort_list_leaves)
{
	static const struct {
		const char *fields;
		int any;
	} row[] = {
		{",\"retry_on\":[]", 0},
		{",\"retry_on\":[],\"abort_on\":[\"*\"]", 0},
		{",\"abort_on\":[\"*\"]", 0},
		{",\"abort_on\":[\"server\"]", 1},
		{",\"retry_on\":[\"server\"],\"abort_on\":[\"server\"]", 0},
		{",\"retry_on\":[\"server\"],\"abort_on\":[\"*\"]", 0},
		{",\"retry_on\":[\"Oops\"],\"abort_on\":[\"oops\"]", 1},
		{",\"retry_on\":[\"http:503\",\"server\"],"
		 "\"abort_on\":[\"server\",\"http:503\"]",
		 0},
		{",\"retry_on\":[\"http:503\",\"server\"],"
		 "\"abort_on\":[\"server\"]",
		 1},
		{",\"retry_on\":[{\"message_regex\":\"a\"}],"
		 "\"abort_on\":[{\"message_regex\":\"a\"}]",
		 0},
		{",\"retry_on\":[{\"message_regex\":\"a\"}],"
		 "\"abort_on\":[\"a\",{\"message_regex\":\"b\"}]",
		 1},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		char text[256];
		struct backoff_policy *policy;

		snprintf(text, sizeof(text), P("%s"), row[i].fields);
		policy = policy_of(text);
		cr_expect(backoff_policy_retries_any(policy) == row[i].any,
			  "%s", text);
		backoff_policy_unref(policy);
	}
}

static bool
guard_holds_something(const struct backoff_policy *policy)
{
	struct backoff_guard *guard = NULL;
	bool holds;

	cr_assert(backoff_guard_new(policy, &guard) == BACKOFF_OK);
	holds = backoff_guard_tokens_milli(guard, 0) != BACKOFF_FOREVER ||
		backoff_guard_breaker(guard, 0) != BACKOFF_BREAKER_NONE;
	backoff_guard_free(guard);
	return holds;
}

static uint32_t
hedges_of_a_round(const struct backoff_policy *policy)
{
	struct backoff_decision decision;
	struct backoff_hedges round;
	struct backoff_state state;

	backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER, &decision);
	backoff_engine_hedges_begin(policy, &state, &round, 0);
	return round.left;
}

/* The getters, the canonical form, the engine and a guard: four ways to ask. */
static void
expect_agreement(const struct backoff_policy *policy)
{
	char *text = canonical_of(policy);
	cJSON *root = cJSON_Parse(text);
	const cJSON *cap = cJSON_GetObjectItemCaseSensitive(root, "max_delay");
	const char *from = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(root, "deadline_from"));
	bool budget = cJSON_HasObjectItem(root, "budget");
	uint64_t cap_ns = backoff_policy_max_delay_ns(policy);

	if (cap == NULL)
		cr_expect(cap_ns == BACKOFF_FOREVER, "%s", text);
	else
		cr_expect((double)cap_ns == cap->valuedouble * 1e9, "%s", text);
	cr_expect((backoff_policy_deadline_from(policy) ==
		   BACKOFF_DEADLINE_FROM_FIRST_FAILURE) == (from != NULL),
		  "%s", text);
	cr_expect((backoff_policy_budget(policy) != BACKOFF_BUDGET_NONE) ==
			  budget,
		  "%s", text);
	cr_expect((backoff_policy_is_guarded(policy) == 1) ==
			  guard_holds_something(policy),
		  "%s", text);
	cr_expect(backoff_policy_max_hedges(policy) ==
			  hedges_of_a_round(policy),
		  "%s", text);
	cJSON_Delete(root);
	free(text);
}

Test(policy_getters, they_agree_with_the_canonical_form_engine_and_guard)
{
	for (size_t i = 0; i < COUNT(made); i++) {
		struct backoff_policy *policy = policy_of(made[i].text);

		expect_agreement(policy);
		backoff_policy_unref(policy);
	}
	for (size_t i = 0; backoff_policy_builtin_name(i) != NULL; i++) {
		struct backoff_policy *policy = NULL;

		cr_assert(backoff_policy_builtin(backoff_policy_builtin_name(i),
						 &policy) == BACKOFF_OK);
		expect_agreement(policy);
		cr_expect(backoff_policy_retries_any(policy) == 1, "%s",
			  backoff_policy_builtin_name(i));
		backoff_policy_unref(policy);
	}
}
