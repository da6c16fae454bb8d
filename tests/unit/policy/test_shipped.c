/* Tests of the shipped policies: a contract with running services. */
#include "config.h"

#include <stdio.h>

#include <cjson/cJSON.h>

#include <backoff/engine.h>

#include "unit/policy/policies.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

#define NETWORK "ConnectionError TimeoutError OSError"

/* The contract's table. */
static const struct contract {
	const char *name, *backoff;
	double max_attempts, base_delay, max_delay, factor;
	const char *jitter;
	double ratio;
	const char *retry_on;
} contract[] = {
	{"QUICK", "exponential", 2, .5, 2, 2, "proportional", .25, "*"},
	{"STANDARD", "exponential", 3, 1, 10, 2, "proportional", .25, "*"},
	{"PERSISTENT", "exponential", 5, 2, 60, 2, "proportional", .25, "*"},
	{"AI_PROVIDER", "exponential", 3, 1, 30, 2, "proportional", .25,
	 NETWORK},
	{"WEBHOOK", "exponential", 4, 1, 30, 2, "proportional", .25, NETWORK},
	{"SNAPSHOT", "exponential", 2, .5, .5, 2, "none", 0,
	 "TimeoutError ConnectionError OSError"},
	{"DB_OPERATION", "exponential", 4, 1, 8, 2, "proportional", .25, "*"},
	{"AI_GROK", "constant", 2, .5, 0, 0, "none", 0, "*"},
	{"AI_VISION", "exponential", 4, 2, 8, 2, "none", 0,
	 "http:429 http:500 http:503"},
};

static void
expect_number(const struct contract *row, const cJSON *object,
	      const char *field, double want)
{
	const cJSON *node = cJSON_GetObjectItemCaseSensitive(object, field);

	if (want > 0)
		cr_expect(cJSON_IsNumber(node) && node->valuedouble == want,
			  "%s: %s", row->name, field);
	else
		cr_expect(node == NULL, "%s: %s", row->name, field);
}

static void
expect_text(const struct contract *row, const cJSON *object, const char *field,
	    const char *want)
{
	const char *have = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(object, field));

	cr_expect(have != NULL && strcmp(have, want) == 0, "%s: %s", row->name,
		  field);
}

static void
check_contract(const struct contract *row, const cJSON *policy)
{
	const cJSON *jitter =
		cJSON_GetObjectItemCaseSensitive(policy, "jitter");
	const cJSON *matcher;
	char retry_on[128] = "";

	expect_text(row, policy, "name", row->name);
	expect_text(row, policy, "backoff", row->backoff);
	expect_text(row, jitter, "kind", row->jitter);
	expect_number(row, policy, "max_attempts", row->max_attempts);
	expect_number(row, policy, "base_delay", row->base_delay);
	expect_number(row, policy, "max_delay", row->max_delay);
	expect_number(row, policy, "exponential_base", row->factor);
	expect_number(row, policy, "deadline", 0);
	expect_number(row, policy, "attempt_timeout", 0);
	expect_number(row, jitter, "ratio", row->ratio);
	if (row->ratio > 0) {
		expect_text(row, jitter, "order", "cap_then_jitter");
		cr_expect(cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(
				  jitter, "bounded")),
			  "%s", row->name);
	}
	cJSON_ArrayForEach(matcher,
			   cJSON_GetObjectItemCaseSensitive(policy, "retry_on"))
	{
		size_t n = strlen(retry_on);

		snprintf(retry_on + n, sizeof(retry_on) - n, "%s%s",
			 n > 0 ? " " : "", cJSON_GetStringValue(matcher));
	}
	cr_expect(strcmp(retry_on, row->retry_on) == 0, "%s: %s", row->name,
		  retry_on);
}

Test(policy_shipped, values_are_the_contract)
{
	for (size_t i = 0; i < COUNT(contract); i++) {
		struct backoff_policy *policy = NULL;
		char *text;
		cJSON *tree;

		cr_assert(backoff_policy_builtin(contract[i].name, &policy) ==
				  BACKOFF_OK,
			  "%s", contract[i].name);
		text = canonical_of(policy);
		tree = cJSON_Parse(text);
		check_contract(&contract[i], tree);
		cr_expect(backoff_policy_description(policy)[0] != '\0',
			  "%s says what it is for", contract[i].name);
		cJSON_Delete(tree);
		free(text);
		backoff_policy_unref(policy);
	}
}

Test(policy_shipped, there_are_these_and_no_others)
{
	struct backoff_policy *policy = NULL;
	size_t count = 0;

	for (; backoff_policy_builtin_name(count) != NULL; count++) {
		bool found = false;

		for (size_t i = 0; i < COUNT(contract); i++)
			found = found ||
				strcmp(contract[i].name,
				       backoff_policy_builtin_name(count)) == 0;
		cr_expect(found, "%s", backoff_policy_builtin_name(count));
	}
	cr_expect(count == COUNT(contract));
	cr_expect(backoff_policy_builtin_text(count) == NULL);
	cr_expect(backoff_policy_builtin_name(SIZE_MAX) == NULL);
	cr_expect(backoff_policy_builtin("quick", &policy) ==
			  BACKOFF_E_NOT_FOUND,
		  "names are exact");
	cr_expect(backoff_policy_builtin("", &policy) == BACKOFF_E_NOT_FOUND);
	cr_expect(policy == NULL);
}

static char *
read_file(const char *path)
{
	static char text[65536];
	FILE *file = fopen(path, "r");
	size_t n;

	cr_assert(file != NULL, "%s", path);
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	return text;
}

Test(policy_shipped, the_built_in_texts_are_the_files)
{
	for (size_t i = 0; backoff_policy_builtin_name(i) != NULL; i++) {
		struct backoff_policy *builtin = NULL, *loaded = NULL;
		char path[512];

		snprintf(path, sizeof(path), TEST_SRCDIR "/policies/%s.json",
			 backoff_policy_builtin_name(i));
		cr_expect(strcmp(read_file(path),
				 backoff_policy_builtin_text(i)) == 0,
			  "%s", path);
		cr_assert(backoff_policy_load(path, NULL, &loaded, NULL) ==
			  BACKOFF_OK);
		cr_assert(backoff_policy_builtin(backoff_policy_builtin_name(i),
						 &builtin) == BACKOFF_OK);
		cr_expect(backoff_policy_hash(loaded) ==
			  backoff_policy_hash(builtin));
		backoff_policy_unref(builtin);
		backoff_policy_unref(loaded);
	}
}

/* `retrysim policy schema > policies/policy.schema.json` makes it anew. */
Test(policy_shipped, the_published_schema_is_the_one_of_the_field_table)
{
	size_t length = backoff_policy_schema(NULL, 0);
	char *text = malloc(length + 1);

	backoff_policy_schema(text, length + 1);
	cr_expect(strcmp(read_file(TEST_SRCDIR "/policies/policy.schema.json"),
			 text) == 0);
	free(text);
}

static uint64_t
delay_of(const struct backoff_policy *policy, uint32_t failed)
{
	struct backoff_delay law;

	backoff_engine_delay(policy, failed, 0, &law);
	return backoff_engine_draw(&law, UINT64_C(1) << 63);
}

Test(policy_shipped, hand_written_loops_keep_their_delays)
{
	const uint64_t second = UINT64_C(1000000000);
	struct backoff_policy *vision = NULL, *grok = NULL;
	struct backoff_outcome quota = {
		.kind = BACKOFF_OUTCOME_FAILURE,
		.code = "http:429",
		.error = "You exceeded your current quota, please check your "
			 "plan and billing details"};
	struct backoff_outcome overload = {.kind = BACKOFF_OUTCOME_FAILURE,
					   .code = "http:429",
					   .error = "slow down"};

	cr_assert(backoff_policy_builtin("AI_VISION", &vision) == BACKOFF_OK);
	cr_assert(backoff_policy_builtin("AI_GROK", &grok) == BACKOFF_OK);
	cr_expect(delay_of(vision, 1) == 2 * second);
	cr_expect(delay_of(vision, 2) == 4 * second);
	cr_expect(delay_of(vision, 3) == 8 * second);
	cr_expect(delay_of(grok, 1) == second / 2);
	cr_expect(backoff_engine_retryable(vision, &overload));
	cr_expect(!backoff_engine_retryable(vision, &quota));
	quota.error = "BILLING hard limit reached";
	cr_expect(!backoff_engine_retryable(vision, &quota));
	overload.code = "http:500";
	cr_expect(backoff_engine_retryable(vision, &overload));
	overload.code = "http:502";
	cr_expect(!backoff_engine_retryable(vision, &overload));
	backoff_policy_unref(vision);
	backoff_policy_unref(grok);
}
