/* Tests of src/outcome/limits: which of an answer's headers count. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include <backoff/engine.h>
#include <backoff/outcome.h>
#include <backoff/policy.h>

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define S UINT64_C(1000000000)
/** 2026-11-23T10:00:00Z. */
#define NOW (UINT64_C(1795428000) * S)
#define NO_HINT UINT64_MAX

struct header {
	const char *name, *value;
};

static const struct {
	const char *why;
	/** Seconds; NO_HINT: none. */
	uint64_t want;
	struct header header[12];
} row[] = {
	{"a reset alone", 60, {{"x-ratelimit-reset", "60"}}},
	{"nothing remains",
	 60,
	 {{"x-ratelimit-reset", "60"}, {"x-ratelimit-remaining", "0"}}},
	{"something remains",
	 NO_HINT,
	 {{"x-ratelimit-reset", "60"}, {"x-ratelimit-remaining", "1"}}},
	{"nothing remains, without a reset",
	 NO_HINT,
	 {{"x-ratelimit-remaining", "0"}}},
	{"a rest that cannot be read says nothing about the limit",
	 NO_HINT,
	 {{"x-ratelimit-reset", "60"}, {"x-ratelimit-remaining", "few"}}},
	{"an empty rest",
	 NO_HINT,
	 {{"x-ratelimit-reset", "60"}, {"x-ratelimit-remaining", ""}}},
	{"a rest that is not a number",
	 NO_HINT,
	 {{"x-ratelimit-reset", "60"}, {"x-ratelimit-remaining", "0x10"}}},
	{"less than nothing remains",
	 60,
	 {{"x-ratelimit-reset", "60"}, {"x-ratelimit-remaining", "-5"}}},
	{"half a field", NO_HINT, {{"RateLimit", "remaining=0, reset=5,"}}},
	{"Docker Hub",
	 NO_HINT,
	 {{"RateLimit-Remaining", "76;w=21600"}, {"RateLimit-Reset", "300"}}},
	{"Docker Hub, used up",
	 300,
	 {{"RateLimit-Remaining", "0;w=21600"}, {"RateLimit-Reset", "300"}}},
	{"joined by a proxy",
	 NO_HINT,
	 {{"RateLimit-Remaining", "10, 10"}, {"RateLimit-Reset", "300"}}},
	{"joined by a proxy, used up",
	 300,
	 {{"RateLimit-Remaining", "0, 0"}, {"RateLimit-Reset", "300"}}},
	{"of how many",
	 NO_HINT,
	 {{"RateLimit-Remaining", "10/100"}, {"RateLimit-Reset", "300"}}},
	{"an unreadable rest in a field",
	 NO_HINT,
	 {{"RateLimit", "limit=10, remaining=many, reset=300"}}},
	{"an unreadable rest in a list",
	 NO_HINT,
	 {{"RateLimit", "\"hour\";r=many;t=300"}}},
	{"Twitter",
	 930,
	 {{"x-rate-limit-limit", "300"},
	  {"x-rate-limit-remaining", "0"},
	  {"x-rate-limit-reset", "1795428930"}}},
	{"Twitter, for another reason",
	 NO_HINT,
	 {{"x-rate-limit-limit", "300"},
	  {"x-rate-limit-remaining", "17"},
	  {"x-rate-limit-reset", "1795428930"}}},
	{"families do not mix",
	 60,
	 {{"x-rate-limit-remaining", "17"}, {"x-ratelimit-reset", "60"}}},
	{"the older drafts",
	 5,
	 {{"RateLimit-Limit", "10"},
	  {"RateLimit-Remaining", "0"},
	  {"RateLimit-Reset", "5"}}},
	{"a field and headers are of one limit",
	 NO_HINT,
	 {{"RateLimit", "limit=10, reset=5"}, {"RateLimit-Remaining", "3"}}},
	{"requests are used up, tokens are not",
	 1,
	 {{"x-ratelimit-limit-requests", "60"},
	  {"x-ratelimit-limit-tokens", "150000"},
	  {"x-ratelimit-remaining-requests", "0"},
	  {"x-ratelimit-remaining-tokens", "149984"},
	  {"x-ratelimit-reset-requests", "1s"},
	  {"x-ratelimit-reset-tokens", "6m0s"}}},
	{"tokens are used up, requests are not",
	 360,
	 {{"x-ratelimit-remaining-requests", "59"},
	  {"x-ratelimit-remaining-tokens", "0"},
	  {"x-ratelimit-reset-requests", "1s"},
	  {"x-ratelimit-reset-tokens", "6m0s"}}},
	{"both are used up: the longer",
	 360,
	 {{"x-ratelimit-remaining-requests", "0"},
	  {"x-ratelimit-remaining-tokens", "0"},
	  {"x-ratelimit-reset-requests", "1s"},
	  {"x-ratelimit-reset-tokens", "6m0s"}}},
	{"neither is used up",
	 NO_HINT,
	 {{"x-ratelimit-remaining-requests", "59"},
	  {"x-ratelimit-remaining-tokens", "149984"},
	  {"x-ratelimit-reset-requests", "1s"},
	  {"x-ratelimit-reset-tokens", "6m0s"}}},
	{"Anthropic",
	 930,
	 {{"anthropic-ratelimit-requests-limit", "50"},
	  {"anthropic-ratelimit-requests-remaining", "49"},
	  {"anthropic-ratelimit-requests-reset", "2026-11-23T12:00:00Z"},
	  {"anthropic-ratelimit-input-tokens-remaining", "0"},
	  {"anthropic-ratelimit-input-tokens-reset", "2026-11-23T10:15:30Z"},
	  {"anthropic-ratelimit-output-tokens-remaining", "8000"},
	  {"anthropic-ratelimit-output-tokens-reset", "2026-11-23T11:00:00Z"}}},
	{"Retry-After wins over a longer reset",
	 7,
	 {{"Retry-After", "7"}, {"x-ratelimit-reset", "3600"}}},
	{"even if it is 0",
	 0,
	 {{"retry-after", "0"}, {"x-ratelimit-reset", "3600"}}},
	{"milliseconds win, too",
	 2,
	 {{"retry-after-ms", "2000"},
	  {"RateLimit", "\"minute\";r=0;t=30"},
	  {"x-ratelimit-remaining", "0"},
	  {"x-ratelimit-reset", "3600"}}},
	{"as does pushback",
	 1,
	 {{"grpc-retry-pushback-ms", "1000"}, {"RateLimit-Reset", "30"}}},
	{"the longest explicit hint",
	 7,
	 {{"Retry-After", "7"},
	  {"x-retry-after", "6"},
	  {"x-ratelimit-reset", "1"}}},
	{"permission is not a time",
	 60,
	 {{"x-should-retry", "true"}, {"x-ratelimit-reset", "60"}}},
	{"an unreadable Retry-After is none",
	 60,
	 {{"Retry-After", "soon"}, {"x-ratelimit-reset", "60"}}},
	{"a list of limits",
	 30,
	 {{"RateLimit-Policy", "\"minute\";q=60;w=60"},
	  {"RateLimit", "\"hour\";r=7;t=3600, \"minute\";r=0;t=30"}}},
	{"as many limits as there is room for",
	 8,
	 {{"anthropic-ratelimit-a-reset", "1"},
	  {"anthropic-ratelimit-b-reset", "2"},
	  {"anthropic-ratelimit-c-reset", "3"},
	  {"anthropic-ratelimit-d-reset", "4"},
	  {"anthropic-ratelimit-e-reset", "5"},
	  {"anthropic-ratelimit-f-reset", "6"},
	  {"anthropic-ratelimit-g-reset", "7"},
	  {"anthropic-ratelimit-h-reset", "8"}}},
};

static size_t
headers_of(size_t i)
{
	size_t count = 0;

	while (count < COUNT(row[i].header) &&
	       row[i].header[count].name != NULL)
		count++;
	return count;
}

/* Pass a row's headers, rotated and perhaps backwards. */
static void
add_headers(struct backoff_outcome *outcome, size_t i, size_t first, bool back)
{
	size_t count = headers_of(i);

	for (size_t k = 0; k < count; k++) {
		size_t at = (first + (back ? count - k : k)) % count;

		backoff_outcome_add_hint(outcome, row[i].header[at].name,
					 row[i].header[at].value, NOW);
	}
}

static void
expect_hint(size_t i, const struct backoff_outcome *outcome)
{
	struct backoff_hint hint = backoff_outcome_hint(outcome);

	if (row[i].want == NO_HINT)
		cr_expect(hint.kind == BACKOFF_HINT_NONE, "%s: %d", row[i].why,
			  (int)hint.kind);
	else
		cr_expect(hint.kind == BACKOFF_HINT_DELAY &&
				  hint.delay_ns == row[i].want * S,
			  "%s: %d %ju", row[i].why, (int)hint.kind,
			  (uintmax_t)hint.delay_ns);
}

Test(outcome_limits, count_in_any_order)
{
	for (size_t i = 0; i < COUNT(row); i++) {
		for (size_t turn = 0; turn < 2 * headers_of(i); turn++) {
			struct backoff_outcome outcome = {0};

			backoff_outcome_from_http(&outcome, 429);
			add_headers(&outcome, i, turn / 2, turn % 2 != 0);
			expect_hint(i, &outcome);
		}
	}
}

Test(outcome_limits, the_class_may_be_set_after_the_headers)
{
	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_outcome outcome = {0};

		backoff_outcome_from_http(&outcome, 403);
		add_headers(&outcome, i, 0, false);
		outcome.failure_class = BACKOFF_CLASS_THROTTLE;
		expect_hint(i, &outcome);
	}
}

Test(outcome_limits, filling_an_outcome_forgets_them)
{
	struct backoff_outcome outcome;

	memset(&outcome, 0xaa, sizeof(outcome));
	backoff_outcome_from_http(&outcome, 429);
	cr_expect(backoff_outcome_hint(&outcome).kind == BACKOFF_HINT_NONE);
	cr_expect(backoff_outcome_add_hint(&outcome, "RateLimit-Reset", "5",
					   NOW) == BACKOFF_OK);
	cr_expect(backoff_outcome_hint(&outcome).delay_ns == 5 * S);
	backoff_outcome_from_http(&outcome, 429);
	cr_expect(backoff_outcome_hint(&outcome).kind == BACKOFF_HINT_NONE);
}

Test(outcome_limits, one_more_than_there_is_room_for_is_refused)
{
	struct backoff_outcome outcome = {0};
	char name[64];

	backoff_outcome_from_http(&outcome, 429);
	for (int i = 0; i < BACKOFF_LIMITS_MAX; i++) {
		snprintf(name, sizeof(name), "anthropic-ratelimit-%d-remaining",
			 i);
		cr_expect(backoff_outcome_add_hint(&outcome, name, "1", NOW) ==
			  BACKOFF_OK);
	}
	cr_expect(backoff_outcome_add_hint(&outcome, "x-ratelimit-reset", "5",
					   NOW) == BACKOFF_E_LIMIT);
	cr_expect(backoff_outcome_hint(&outcome).kind == BACKOFF_HINT_NONE);
	cr_expect(backoff_outcome_add_hint(&outcome, "Retry-After", "5", NOW) ==
		  BACKOFF_OK);
	cr_expect(backoff_outcome_hint(&outcome).delay_ns == 5 * S);
}

static struct backoff_decision
decide(const struct backoff_policy *policy,
       const struct backoff_outcome *outcome)
{
	struct backoff_decision d;
	struct backoff_state state;

	backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER, &d);
	backoff_engine_decide(policy, &state, outcome, 0, UINT64_C(1) << 62,
			      &d);
	return d;
}

/* Such servers send the headers of their limits with every answer. */
Test(outcome_limits, a_500_with_reset_headers_is_as_one_without)
{
	static const int status[] = {400, 403, 404, 408, 500, 502,
				     503, 504, 529, 200, 204};
	struct backoff_policy *policy = NULL;

	cr_assert(backoff_policy_builtin("STANDARD", &policy) == BACKOFF_OK);
	for (size_t i = 0; i < COUNT(row); i++) {
		for (size_t k = 0; k < COUNT(status); k++) {
			struct backoff_outcome with = {0}, without = {0};
			struct backoff_decision a, b;

			backoff_outcome_from_http(&with, status[k]);
			backoff_outcome_from_http(&without, status[k]);
			add_headers(&with, i, 0, false);
			if (with.hint.kind == BACKOFF_HINT_DELAY)
				continue;
			a = decide(policy, &with);
			b = decide(policy, &without);
			cr_expect(a.action == b.action && a.stop == b.stop &&
					  a.delay_ns == b.delay_ns &&
					  a.hint_action == b.hint_action &&
					  a.not_before_ns == b.not_before_ns,
				  "%s, %d", row[i].why, status[k]);
			cr_expect(backoff_outcome_hint(&with).kind ==
				  BACKOFF_HINT_NONE);
		}
	}
	backoff_policy_unref(policy);
}

Test(outcome_limits, the_engine_waits_for_the_limit_that_is_used_up)
{
	struct backoff_policy *policy = NULL;
	struct backoff_outcome outcome = {0};
	struct backoff_decision d;

	cr_assert(backoff_policy_builtin("STANDARD", &policy) == BACKOFF_OK);
	backoff_outcome_from_http(&outcome, 429);
	backoff_outcome_add_hint(&outcome, "x-ratelimit-reset-tokens", "30s",
				 NOW);
	d = decide(policy, &outcome);
	cr_expect(d.delay_ns == 30 * S &&
		  d.hint_action == BACKOFF_HINT_ACTION_HONOURED);
	backoff_outcome_add_hint(&outcome, "x-ratelimit-remaining-tokens", "9",
				 NOW);
	d = decide(policy, &outcome);
	cr_expect(d.delay_ns < 2 * S &&
		  d.hint_action == BACKOFF_HINT_ACTION_NONE);
	backoff_policy_unref(policy);
}
