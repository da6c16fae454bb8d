/* Tests of the shipped policies: a contract with running services. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include <cjson/cJSON.h>

#include <backoff/engine.h>

#include "unit/policy/policies.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

#define NETWORK "ConnectionError TimeoutError OSError"
#define HTTP " http:408 http:425 http:429 http:5xx"
#define AWS                                                                    \
	"transient throttle timeout http:500 http:502 http:503 http:504 "      \
	"ConnectionError TimeoutError"

/* The values that running services rely on. */
static const struct contract {
	const char *name, *backoff;
	double max_attempts, base_delay, max_delay, factor;
	const char *jitter;
	double ratio;
	const char *retry_on;
	double deadline;
} contract[] = {
	{"QUICK", "exponential", 2, .5, 2, 2, "proportional", .25, "*", 0},
	{"STANDARD", "exponential", 3, 1, 10, 2, "proportional", .25, "*", 0},
	{"PERSISTENT", "exponential", 5, 2, 60, 2, "proportional", .25, "*", 0},
	{"AI_PROVIDER", "exponential", 3, 1, 30, 2, "proportional", .25,
	 NETWORK, 0},
	{"WEBHOOK", "exponential", 4, 1, 30, 2, "proportional", .25, NETWORK,
	 0},
	{"SNAPSHOT", "exponential", 2, .5, .5, 2, "none", 0,
	 "TimeoutError ConnectionError OSError", 0},
	{"DB_OPERATION", "exponential", 4, 1, 8, 2, "proportional", .25, "*",
	 0},
	{"AI_GROK", "constant", 2, .5, 0, 0, "none", 0, "*", 0},
	{"AI_VISION", "exponential", 4, 2, 8, 2, "none", 0,
	 "http:429 http:500 http:503", 0},
	{"AWS_STANDARD_2020", "exponential", 3, 1, 20, 2, "full", 0, AWS, 0},
	{"AWS_STANDARD_2026", "exponential", 3, .05, 20, 2, "full", 0, AWS, 0},
	{"WEBHOOK_HTTP", "exponential", 4, 1, 30, 2, "proportional", .25,
	 NETWORK HTTP, 0},
	{"AI_PROVIDER_HTTP", "exponential", 3, 1, 30, 2, "proportional", .25,
	 NETWORK HTTP, 0},
	{"SNAPSHOT_HTTP", "exponential", 2, .5, .5, 2, "none", 0,
	 "TimeoutError ConnectionError OSError" HTTP, 0},
	{"AI_RATE_LIMITED", "exponential", 3, 1, 30, 2, "proportional", .25,
	 "throttle transient timeout " NETWORK
	 " http:408 http:409 http:425 http:429 http:5xx",
	 600},
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
	char retry_on[256] = "";

	expect_text(row, policy, "name", row->name);
	expect_text(row, policy, "backoff", row->backoff);
	expect_text(row, jitter, "kind", row->jitter);
	expect_number(row, policy, "max_attempts", row->max_attempts);
	expect_number(row, policy, "base_delay", row->base_delay);
	expect_number(row, policy, "max_delay", row->max_delay);
	expect_number(row, policy, "exponential_base", row->factor);
	expect_number(row, policy, "deadline", row->deadline);
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

/* To update it: retrysim policy schema > policies/policy.schema.json */
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

#define MS UINT64_C(1000000)

/* The wait of an AWS policy after some failures, with the median draw. */
static struct backoff_decision
aws_decision(const char *name, enum backoff_class class, uint32_t failed,
	     uint64_t hint_ns)
{
	struct backoff_outcome outcome = {
		.kind = BACKOFF_OUTCOME_FAILURE,
		.failure_class = class,
		.code = class == BACKOFF_CLASS_SERVER ? "http:503" : NULL};
	struct backoff_policy *policy = NULL;
	struct backoff_decision d;
	struct backoff_state state;

	if (hint_ns != BACKOFF_FOREVER)
		outcome.hint = (struct backoff_hint){.kind = BACKOFF_HINT_DELAY,
						     .delay_ns = hint_ns};
	cr_assert(backoff_policy_builtin(name, &policy) == BACKOFF_OK);
	backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER, &d);
	while (failed-- > 0)
		backoff_engine_decide(policy, &state, &outcome, 0,
				      UINT64_C(1) << 63, &d);
	backoff_policy_unref(policy);
	return d;
}

Test(policy_shipped, aws_delays_are_those_of_the_sdks)
{
	static const struct {
		const char *name;
		enum backoff_class class;
		uint32_t failed;
		uint64_t high_ms;
	} row[] = {
		{"AWS_STANDARD_2020", BACKOFF_CLASS_TRANSIENT, 1, 1000},
		{"AWS_STANDARD_2020", BACKOFF_CLASS_TRANSIENT, 2, 2000},
		{"AWS_STANDARD_2020", BACKOFF_CLASS_THROTTLE, 1, 1000},
		{"AWS_STANDARD_2026", BACKOFF_CLASS_TRANSIENT, 1, 50},
		{"AWS_STANDARD_2026", BACKOFF_CLASS_SERVER, 2, 100},
		{"AWS_STANDARD_2026", BACKOFF_CLASS_TIMEOUT, 1, 50},
		{"AWS_STANDARD_2026", BACKOFF_CLASS_THROTTLE, 1, 1000},
		{"AWS_STANDARD_2026", BACKOFF_CLASS_THROTTLE, 2, 2000},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_decision d =
			aws_decision(row[i].name, row[i].class, row[i].failed,
				     BACKOFF_FOREVER);

		cr_expect(d.action == BACKOFF_ACTION_WAIT);
		cr_expect(d.law.low_ns == 0 &&
				  d.law.high_ns == row[i].high_ms * MS,
			  "%s %d %u", row[i].name, (int)row[i].class,
			  row[i].failed);
		cr_expect(d.delay_ns == row[i].high_ms * MS / 2);
	}
	cr_expect(aws_decision("AWS_STANDARD_2026", BACKOFF_CLASS_TRANSIENT, 3,
			       BACKOFF_FOREVER)
			  .stop == BACKOFF_STOP_MAX_ATTEMPTS);
	cr_expect(aws_decision("AWS_STANDARD_2020", BACKOFF_CLASS_CLIENT, 1,
			       BACKOFF_FOREVER)
			  .stop == BACKOFF_STOP_NON_RETRYABLE);
}

/* The SDKs wait the hint, within [t, t + 5 s] of the computed delay t. */
Test(policy_shipped, aws_2026_follows_hints_up_to_five_seconds)
{
	static const struct {
		enum backoff_class class;
		uint64_t hint_ms, sdk_ms, here_ms;
	} row[] = {
		{BACKOFF_CLASS_TRANSIENT, 0, 25, 25},
		{BACKOFF_CLASS_TRANSIENT, 24, 25, 25},
		{BACKOFF_CLASS_TRANSIENT, 26, 26, 26},
		{BACKOFF_CLASS_TRANSIENT, 5000, 5000, 5000},
		{BACKOFF_CLASS_THROTTLE, 499, 500, 500},
		{BACKOFF_CLASS_THROTTLE, 3000, 3000, 3000},
		/* As close as server_hint can come. */
		{BACKOFF_CLASS_THROTTLE, 5300, 5300, 5000},
		{BACKOFF_CLASS_THROTTLE, 60000, 5500, 5000},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		uint64_t own = row[i].class == BACKOFF_CLASS_THROTTLE ? 500
								      : 25,
			 hint = row[i].hint_ms, sdk = hint;
		struct backoff_decision d = aws_decision(
			"AWS_STANDARD_2026", row[i].class, 1, hint * MS);

		sdk = sdk < own ? own : sdk;
		sdk = sdk > own + 5000 ? own + 5000 : sdk;
		cr_expect(sdk == row[i].sdk_ms);
		cr_expect(d.delay_ns == row[i].here_ms * MS, "%ju of %ju",
			  (uintmax_t)d.delay_ns, (uintmax_t)hint);
		cr_expect(row[i].here_ms <= sdk && sdk - row[i].here_ms <= own);
	}
	cr_expect(aws_decision("AWS_STANDARD_2020", BACKOFF_CLASS_TRANSIENT, 1,
			       60000 * MS)
				  .delay_ns == 500 * MS,
		  "no hints before");
}

/* Behaviour, but for the description. A service that logs these hashes must not
 * see them change. */
Test(policy_shipped, hashes_are_the_contract)
{
	static const struct {
		const char *name;
		uint64_t hash;
	} row[] = {
		{"QUICK", UINT64_C(0x8590802f2d0b4d4c)},
		{"STANDARD", UINT64_C(0x28138693b1f4a976)},
		{"PERSISTENT", UINT64_C(0x6aaf6102d359ed98)},
		{"AI_PROVIDER", UINT64_C(0x995d6822d3ff2158)},
		{"WEBHOOK", UINT64_C(0xc42f6cca8abfb6ae)},
		{"SNAPSHOT", UINT64_C(0x3c8ee055fb67d131)},
		{"DB_OPERATION", UINT64_C(0xe594652729ea46bf)},
		{"AI_GROK", UINT64_C(0x15703b344fb8d901)},
		{"AI_VISION", UINT64_C(0x0090185e915a0a5d)},
		{"AWS_STANDARD_2020", UINT64_C(0xb46be96086d771ef)},
		{"AWS_STANDARD_2026", UINT64_C(0x9378af5d90f065e0)},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_policy *policy = NULL;

		cr_assert(backoff_policy_builtin(row[i].name, &policy) ==
			  BACKOFF_OK);
		cr_expect(backoff_policy_hash(policy) == row[i].hash, "%s",
			  row[i].name);
		backoff_policy_unref(policy);
	}
}

#define S UINT64_C(1000000000)

/* The decision after the first failures of a call, all alike. */
static struct backoff_decision
decision_after(const char *name, const struct backoff_outcome *outcome,
	       uint32_t failed)
{
	struct backoff_policy *policy = NULL;
	struct backoff_decision d;
	struct backoff_state state;

	cr_assert(backoff_policy_builtin(name, &policy) == BACKOFF_OK);
	backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER, &d);
	while (failed-- > 0)
		backoff_engine_decide(policy, &state, outcome, 0,
				      UINT64_C(1) << 63, &d);
	backoff_policy_unref(policy);
	return d;
}

static bool
is_retried_by_twins(int status)
{
	return status == 408 || status == 425 || status == 429 ||
	       (status >= 500 && status <= 599 && status != 501 &&
		status != 505 && status != 511);
}

Test(policy_shipped, twins_retry_http_and_are_otherwise_the_same)
{
	static const char *const name[] = {"WEBHOOK", "AI_PROVIDER",
					   "SNAPSHOT"};

	for (size_t i = 0; i < COUNT(name); i++) {
		struct backoff_outcome network;
		char twin[32];

		snprintf(twin, sizeof(twin), "%s_HTTP", name[i]);
		for (int status = 400; status < 600; status++) {
			struct backoff_outcome outcome;
			bool retried;

			backoff_outcome_from_http(&outcome, status);
			retried = decision_after(twin, &outcome, 1).action ==
				  BACKOFF_ACTION_WAIT;
			cr_expect(retried == is_retried_by_twins(status),
				  "%s %d", twin, status);
			cr_expect(decision_after(name[i], &outcome, 1).stop ==
				  BACKOFF_STOP_NON_RETRYABLE);
		}
		backoff_outcome_from_errno(&network, ECONNRESET);
		for (uint32_t k = 1; k < 6; k++) {
			struct backoff_decision a = decision_after(name[i],
								   &network, k),
						b = decision_after(twin,
								   &network, k);

			cr_expect(a.action == b.action && a.stop == b.stop &&
					  a.delay_ns == b.delay_ns,
				  "%s %u", twin, k);
		}
	}
}

Test(policy_shipped, twins_follow_hints_up_to_their_limit)
{
	static const struct {
		const char *name;
		uint64_t limit_s;
	} row[] = {{"WEBHOOK_HTTP", 60},
		   {"AI_PROVIDER_HTTP", 60},
		   {"SNAPSHOT_HTTP", 1},
		   {"AI_RATE_LIMITED", 120}};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_outcome outcome;
		struct backoff_decision d;

		backoff_outcome_from_http(&outcome, 503);
		outcome.hint.kind = BACKOFF_HINT_DELAY;
		outcome.hint.delay_ns = row[i].limit_s * S;
		d = decision_after(row[i].name, &outcome, 1);
		cr_expect(d.action == BACKOFF_ACTION_WAIT &&
				  d.delay_ns >= row[i].limit_s * S &&
				  d.delay_ns <= row[i].limit_s * S * 11 / 10,
			  "%s", row[i].name);
		outcome.hint.delay_ns++;
		d = decision_after(row[i].name, &outcome, 1);
		cr_expect(d.stop == BACKOFF_STOP_HINT_TOO_LONG, "%s",
			  row[i].name);
	}
}

/* WAIT for a rate limit, a CAP on attempts after overload, STOP for what no
 * wait repairs. */
static const struct {
	int status;
	const char *type, *error;
	/** Attempts of a call whose failures are all like this. */
	uint32_t attempts;
} ai_row[] = {
	{429, NULL, "Rate limit reached for requests per minute", 8},
	{429, NULL, NULL, 8},
	{429, NULL, "Number of request tokens has exceeded your rate limit", 8},
	{429, NULL,
	 "You exceeded your current quota, please check your plan and billing "
	 "details.",
	 1},
	{429, "insufficient_quota", NULL, 1},
	{429, NULL, "{\"error\":{\"code\":\"insufficient_quota\"}}", 1},
	{429, NULL, "Billing hard limit has been reached", 1},
	{429, NULL, "You have run out of credits", 1},
	{400, NULL, "Your credit balance is too low", 1},
	{402, NULL, "Insufficient Balance", 1},
	{503, NULL, "billing account disabled", 1},
	{400, NULL, "max_tokens is too large", 1},
	{401, NULL, "invalid x-api-key", 1},
	{403, NULL, "permission denied", 1},
	{404, NULL, "no such model", 1},
	{405, NULL, NULL, 1},
	{413, NULL, "request too large", 1},
	{422, NULL, NULL, 1},
	{408, NULL, NULL, 3},
	{409, NULL, NULL, 3},
	{425, NULL, NULL, 3},
	{500, NULL, "internal server error", 3},
	{502, NULL, NULL, 3},
	{503, NULL, "overloaded", 3},
	{504, NULL, NULL, 3},
	{520, NULL, NULL, 3},
	{529, NULL, "Overloaded", 3},
	{501, NULL, NULL, 1},
	{505, NULL, NULL, 1},
	{511, NULL, NULL, 1},
};

Test(policy_shipped, ai_rate_limited_waits_caps_and_stops)
{
	for (size_t i = 0; i < COUNT(ai_row); i++) {
		struct backoff_outcome outcome;
		uint32_t made = 1;

		backoff_outcome_from_http(&outcome, ai_row[i].status);
		if (ai_row[i].type != NULL)
			outcome.error_type = ai_row[i].type;
		outcome.error = ai_row[i].error;
		while (made < 20 &&
		       decision_after("AI_RATE_LIMITED", &outcome, made)
				       .action == BACKOFF_ACTION_WAIT)
			made++;
		cr_expect(made == ai_row[i].attempts, "%d %s: %u",
			  ai_row[i].status,
			  ai_row[i].error ? ai_row[i].error : "", made);
	}
}

/* Answers of providers, shortened only where the dots are. */
static const struct {
	const char *name;
	int status;
	bool is_waited_for;
	const char *body;
} body[] = {
	{"OpenAI, free tier", 429, true,
	 "{\"error\":{\"message\":\"Rate limit reached for gpt-3.5-turbo in "
	 "organization org-x on requests per min. Limit: 3 / min. Please try "
	 "again in 20s. Contact us through our help center at help.openai.com "
	 "if you continue to have issues. Please add a payment method to your "
	 "account to increase your rate limit. Visit "
	 "https://platform.openai.com/account/billing to add a payment "
	 "method.\",\"type\":\"requests\",\"param\":null,\"code\":"
	 "\"rate_limit_exceeded\"}}"},
	{"OpenAI, only its code says so", 429, true,
	 "{\"error\":{\"message\":\"Slow down, or see your billing page\","
	 "\"code\":\"rate_limit_exceeded\"}}"},
	{"OpenAI, tokens per day, as they come back", 429, true,
	 "Rate limit reached for gpt-4 in organization org-x on tokens per day "
	 "(TPD): Limit 10000, Used 9999, Requested 10. Please try again in "
	 "43.2s. Visit https://platform.openai.com/account/billing."},
	{"OpenAI, quota", 429, false,
	 "{\"error\":{\"message\":\"You exceeded your current quota, please "
	 "check your plan and billing details. For more information on this "
	 "error, read the docs: https://platform.openai.com/docs/guides/"
	 "error-codes/api-errors.\",\"type\":\"insufficient_quota\",\"param\":"
	 "null,\"code\":\"insufficient_quota\"}}"},
	{"quota, though it speaks of rate limits", 429, false,
	 "insufficient_quota: see our guide to rate limits"},
	{"OpenAI, hard limit", 429, false,
	 "{\"error\":{\"message\":\"Billing hard limit has been reached\","
	 "\"code\":\"billing_hard_limit_reached\"}}"},
	{"OpenAI, not active", 429, false,
	 "{\"error\":{\"message\":\"Your account is not active, please check "
	 "your billing details on our website.\",\"type\":"
	 "\"billing_not_active\",\"code\":\"billing_not_active\"}}"},
	{"Anthropic, rate", 429, true,
	 "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\","
	 "\"message\":\"This request would exceed your organization's rate "
	 "limit of 40,000 input tokens per minute. ... contact sales to "
	 "discuss options; see Plans & Billing\"}}"},
	{"Anthropic, credit", 400, false,
	 "{\"type\":\"error\",\"error\":{\"type\":"
	 "\"invalid_request_error\",\"message\":\"Your credit balance is too "
	 "low to access the Anthropic API. Please go to Plans & Billing to "
	 "upgrade or purchase credits.\"}}"},
	{"credit of a proxy that answers 429", 429, false,
	 "Your credit balance is too low. Please try again in a while."},
	{"Anthropic, overload", 529, true,
	 "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
	 "\"message\":\"Overloaded\"}}"},
	{"Gemini, minute", 429, true,
	 "{\"error\":{\"code\":429,\"message\":\"You exceeded your current "
	 "quota, please check your plan and billing details. For more "
	 "information on this error, head to: "
	 "https://ai.google.dev/gemini-api/docs/rate-limits. Please retry in "
	 "38.2s.\",\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[...]}}"},
	{"Gemini, minute, in the details", 429, true,
	 "{\"error\":{\"code\":429,\"message\":\"You exceeded your current "
	 "quota, please check your plan and billing details. For more "
	 "information on this error, head to: "
	 "https://ai.google.dev/gemini-api/docs/rate-limits.\",\"status\":"
	 "\"RESOURCE_EXHAUSTED\",\"details\":[{\"@type\":"
	 "\"type.googleapis.com/google.rpc.QuotaFailure\",\"violations\":[{"
	 "\"quotaId\":\"GenerateContentInputTokensPerModelPerMinute-FreeTier\""
	 "}]},{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\","
	 "\"retryDelay\":\"26s\"}]}}"},
	{"Gemini, day, though with a delay", 429, false,
	 "{\"error\":{\"code\":429,\"message\":\"You exceeded your current "
	 "quota, please check your plan and billing details.\",\"status\":"
	 "\"RESOURCE_EXHAUSTED\",\"details\":[{\"@type\":"
	 "\"type.googleapis.com/google.rpc.QuotaFailure\",\"violations\":[{"
	 "\"quotaId\":\"GenerateRequestsPerDayPerProjectPerModel-FreeTier\"}]}"
	 ",{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\","
	 "\"retryDelay\":\"38s\"}]}}"},
	{"Gemini, without a reason", 429, false,
	 "{\"error\":{\"code\":429,\"message\":\"You exceeded your current "
	 "quota, please check your plan and billing details. For more "
	 "information on this error, head to: "
	 "https://ai.google.dev/gemini-api/docs/rate-limits. To monitor your "
	 "current usage, head to: https://ai.dev/rate-limit. \",\"status\":"
	 "\"RESOURCE_EXHAUSTED\"}}"},
	{"Vertex", 429, true,
	 "Quota exceeded for aiplatform.googleapis.com/"
	 "generate_content_requests_per_minute_per_project_per_base_model. "
	 "Please submit a quota increase request."},
	{"Azure", 429, true,
	 "{\"error\":{\"code\":\"429\",\"message\":\"Requests to the "
	 "ChatCompletions_Create Operation under Azure OpenAI API version "
	 "2024-02-01 have exceeded token rate limit of your current OpenAI S0 "
	 "pricing tier. Please retry after 6 seconds. Please go here: "
	 "https://aka.ms/oai/quotaincrease if you would like to further "
	 "increase the default rate limit.\"}}"},
	{"Groq", 429, true,
	 "{\"error\":{\"message\":\"Rate limit reached for model `llama3-70b` "
	 "in organization `org_x` on tokens per minute (TPM): Limit 7000, Used "
	 "0, Requested ~12903. Please try again in 50.597142857s. Need more "
	 "tokens? Upgrade at https://console.groq.com/settings/billing\","
	 "\"type\":\"tokens\",\"code\":\"rate_limit_exceeded\"}}"},
	{"OpenRouter, day", 429, false,
	 "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock "
	 "1000 free model requests per day"},
};

Test(policy_shipped, ai_rate_limited_knows_the_answers_of_providers)
{
	for (size_t i = 0; i < COUNT(body); i++)
		for (int copied = 0; copied < 2; copied++) {
			struct backoff_outcome outcome =
				BACKOFF_INIT(struct backoff_outcome);

			backoff_outcome_from_http(&outcome, body[i].status);
			if (copied)
				backoff_outcome_set_error(&outcome,
							  body[i].body);
			else
				outcome.error = body[i].body;
			cr_expect(
				(decision_after("AI_RATE_LIMITED", &outcome, 1)
					 .action == BACKOFF_ACTION_WAIT) ==
					body[i].is_waited_for,
				"%s, %s", body[i].name,
				copied ? "copied" : "borrowed");
		}
}

Test(policy_shipped, ai_rate_limited_waits_as_the_provider_says)
{
	static const struct {
		const char *name, *value;
		uint64_t delay_s;
	} row[] = {
		{"Retry-After", "20", 20},
		{"retry-after-ms", "17500", 17},
		{"x-ratelimit-reset-tokens", "1m3s", 63},
		{"anthropic-ratelimit-requests-reset", "1970-01-01T00:00:45Z",
		 45},
		{"x-ratelimit-reset-tokens", "6m0s", 0},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_outcome outcome;
		struct backoff_decision d;

		backoff_outcome_from_http(&outcome, 429);
		cr_expect(backoff_outcome_add_hint(&outcome, row[i].name,
						   row[i].value,
						   0) == BACKOFF_OK);
		d = decision_after("AI_RATE_LIMITED", &outcome, 1);
		if (row[i].delay_s == 0) {
			cr_expect(d.stop == BACKOFF_STOP_HINT_TOO_LONG);
			continue;
		}
		cr_expect(d.hint_action == BACKOFF_HINT_ACTION_HONOURED);
		cr_expect(d.delay_ns >= row[i].delay_s * S &&
				  d.delay_ns <=
					  (row[i].delay_s + 1) * S * 11 / 10,
			  "%s: %ju", row[i].name, (uintmax_t)d.delay_ns);
	}
}
