/* Tests of policies/lint: each code is found in one policy, and not in one that
 * is almost the same. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include "policies/lint.h"
#include "unit/replay/small_world.h"

#define P(members) "{\"name\":\"P\"," members "}"
/* Bounded in every way: nothing is found. */
#define CALM "\"attempt_timeout\":5,\"deadline\":60,\"retry_on\":[\"http:503\"]"

static struct rs_lint_findings
findings_of(const char *text, const struct rs_lint_context *context)
{
	struct backoff_policy *policy = small_policy(text);
	struct rs_lint_findings findings;

	cr_assert(rs_lint(policy, context, &findings));
	backoff_policy_unref(policy);
	return findings;
}

static const struct rs_lint_finding *
finding(const struct rs_lint_findings *findings, enum rs_lint_code code)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->item[i].code == code)
			return &findings->item[i];
	return NULL;
}

static double
measured(const struct rs_lint_finding *found, const char *name)
{
	for (size_t i = 0; i < found->measured_count; i++) {
		const struct rs_lint_measured *m = &found->measured[i];

		if (strcmp(m->name, name))
			continue;
		if (m->unit == RS_LINT_SHARE)
			return m->value.share;
		return (double)m->value.count *
		       (m->unit == RS_LINT_NS ? 1e-9 : 1);
	}
	return NAN;
}

static const struct {
	enum rs_lint_code code;
	const char *fires, *silent, *why;
	/** A number measured in the first, and its tolerance. */
	const char *number;
	double value, tolerance;
	uint64_t layers;
} row[] = {
	{RS_LINT_JITTER_LOST_AT_CAP,
	 P("\"max_attempts\":14,\"base_delay\":0.1,\"max_delay\":10,"
	   "\"jitter\":{\"kind\":\"proportional\",\"ratio\":0.25,"
	   "\"order\":\"jitter_then_cap\"}," CALM),
	 P("\"max_attempts\":14,\"base_delay\":0.1,\"max_delay\":10,"
	   "\"jitter\":{\"kind\":\"proportional\",\"ratio\":0.25}," CALM),
	 "the order decides", "equal_share", 1, 0, 1},
	{RS_LINT_JITTER_LOST_AT_CAP,
	 P("\"max_attempts\":14,\"base_delay\":0.1,\"max_delay\":10,"
	   "\"backoff\":\"decorrelated\"," CALM),
	 P("\"max_attempts\":5,\"base_delay\":0.1,\"max_delay\":10,"
	   "\"backoff\":\"decorrelated\"," CALM),
	 "decorrelated delays that reach the cap, and fewer that do not",
	 "equal_share", 0.24, 0.02, 1},
	{RS_LINT_JITTER_LOST_AT_CAP,
	 P("\"max_attempts\":3,\"base_delay\":1,\"max_delay\":1,"
	   "\"backoff\":\"decorrelated\"," CALM),
	 P("\"max_attempts\":3,\"base_delay\":1,\"max_delay\":9,"
	   "\"backoff\":\"decorrelated\"," CALM),
	 "base = cap leaves nothing to draw; base * 3^2 is out of reach",
	 "equal_share", 1, 0, 1},
	{RS_LINT_FIXED_DELAY_NO_JITTER,
	 P("\"max_attempts\":2,\"base_delay\":0.5,\"backoff\":\"constant\","
	   "\"jitter\":\"none\"," CALM),
	 P("\"max_attempts\":2,\"base_delay\":0.5,\"backoff\":\"constant\","
	   "\"jitter\":\"full\"," CALM),
	 "no jitter", "share_within_100ms", 1, 0, 1},
	{RS_LINT_FIXED_DELAY_NO_JITTER,
	 P("\"max_attempts\":2,\"jitter\":{\"kind\":\"proportional\","
	   "\"ratio\":0}," CALM),
	 P("\"max_attempts\":1,\"jitter\":{\"kind\":\"proportional\","
	   "\"ratio\":0}," CALM),
	 "a ratio of 0 is not jitter; without retries it does not matter",
	 "delay", 1, 0, 1},
	{RS_LINT_JITTER_TOO_NARROW,
	 P("\"max_attempts\":2,\"jitter\":{\"kind\":\"proportional\","
	   "\"ratio\":0.04}," CALM),
	 P("\"max_attempts\":2,\"jitter\":{\"kind\":\"proportional\","
	   "\"ratio\":0.2}," CALM),
	 "gRPC's 20 % are enough", "share_within_100ms", 1, 0, 1},
	{RS_LINT_RETRY_WITHOUT_WAIT,
	 P("\"max_attempts\":3,\"base_delay\":0," CALM),
	 P("\"max_attempts\":3,\"backoff\":\"schedule\",\"schedule\":[0,5],"
	   "\"jitter\":\"full\"," CALM),
	 "one retry at once is a choice", "attempts_at_once", 3, 0, 1},
	{RS_LINT_DELAYS_SHRINK,
	 P("\"max_attempts\":3,\"backoff\":\"schedule\",\"schedule\":[4,2],"
	   "\"jitter\":\"full\"," CALM),
	 P("\"max_attempts\":3,\"backoff\":\"schedule\",\"schedule\":[4,4],"
	   "\"jitter\":\"full\"," CALM),
	 "equal delays do not shrink", "delay", 2, 0, 1},
	{RS_LINT_DELAYS_SHRINK,
	 P("\"max_attempts\":4,\"backoff\":\"schedule\",\"schedule\":[1,4,3],"
	   "\"jitter\":\"none\"," CALM),
	 P("\"max_attempts\":900,\"base_delay\":\"1ns\",\"max_delay\":1,"
	   "\"backoff\":\"decorrelated\"," CALM),
	 "the largest of some draws does not show the law", "retry", 3, 0, 1},
	{RS_LINT_JITTER_LOST_AT_CAP,
	 P("\"max_attempts\":5000,\"base_delay\":\"1ns\",\"max_delay\":1,"
	   "\"backoff\":\"decorrelated\"," CALM),
	 P("\"max_attempts\":2,\"base_delay\":1,\"max_delay\":3,"
	   "\"backoff\":\"decorrelated\"," CALM),
	 "from 160 draws", "equal_share", 0.24, 0.1, 1},
	{RS_LINT_DELAY_ABOVE_CAP,
	 P("\"max_attempts\":4,\"max_delay\":2,\"jitter\":{\"kind\":"
	   "\"proportional\",\"ratio\":0.25}," CALM),
	 P("\"max_attempts\":4,\"max_delay\":2,\"jitter\":{\"kind\":"
	   "\"proportional\",\"ratio\":0.25,\"bounded\":true}," CALM),
	 "bounded makes the cap a maximum", "delay_max", 2.5, 0, 1},
	{RS_LINT_NO_DEADLINE, P("\"max_attempts\":2"),
	 P("\"max_attempts\":2,\"deadline\":60"), "nothing ends a hung attempt",
	 "total_wait_max", 1, 0, 1},
	{RS_LINT_NO_DEADLINE, P("\"max_attempts\":2,\"attempt_timeout\":5"),
	 P("\"max_attempts\":1,\"attempt_timeout\":5"),
	 "one attempt with a limit is a call with a limit", "total_wait_min", 0,
	 0, 1},
	{RS_LINT_NO_ATTEMPT_TIMEOUT, P("\"max_attempts\":4,\"deadline\":60"),
	 P("\"max_attempts\":1,\"deadline\":60"),
	 "a deadline alone allows one slow attempt", "retries_lost", 3, 0, 1},
	{RS_LINT_UNBOUNDED_WAIT,
	 P("\"max_attempts\":1000000000,\"max_delay\":30"),
	 P("\"max_attempts\":100,\"max_delay\":30"),
	 "99 times 30 s is below an hour", "retries", 999999999, 0, 1},
	{RS_LINT_RETRIES_EXCEED_DEADLINE,
	 P("\"max_attempts\":5,\"deadline\":10,\"jitter\":\"none\""),
	 P("\"max_attempts\":4,\"deadline\":10,\"jitter\":\"none\""),
	 "1 + 2 + 4 is less than 10, but not with 8 more", "attempts_most", 4,
	 0, 1},
	{RS_LINT_RETRIES_EXCEED_DEADLINE,
	 P("\"max_attempts\":2,\"base_delay\":2,\"deadline\":1,"
	   "\"jitter\":\"full\""),
	 P("\"max_attempts\":2,\"base_delay\":2,\"deadline\":2.1,"
	   "\"jitter\":\"full\""),
	 "half of U[0, 2] lies above 1", "calls_cut", 0.5, 0.02, 1},
	{RS_LINT_DEADLINE_BELOW_ATTEMPT_TIMEOUT,
	 P("\"max_attempts\":2,\"base_delay\":3,\"jitter\":\"none\","
	   "\"attempt_timeout\":10,\"deadline\":12"),
	 P("\"max_attempts\":2,\"base_delay\":2,\"jitter\":\"none\","
	   "\"attempt_timeout\":10,\"deadline\":12"),
	 "12 - 3 is less than 10, but not 12 - 2", "time_left_max", 9, 0, 1},
	{RS_LINT_SLOW_ATTEMPTS_EXCEED_DEADLINE,
	 P("\"max_attempts\":3,\"base_delay\":1,\"jitter\":\"none\","
	   "\"attempt_timeout\":10,\"deadline\":22"),
	 P("\"max_attempts\":3,\"base_delay\":1,\"jitter\":\"none\","
	   "\"attempt_timeout\":10,\"deadline\":24"),
	 "attempt 3 begins after 10 + 1 + 10 + 2", "attempts_made", 2, 0, 1},
	{RS_LINT_SLOW_ATTEMPTS_EXCEED_DEADLINE,
	 P("\"max_attempts\":3,\"base_delay\":1,\"jitter\":\"none\","
	   "\"attempt_timeout\":10,\"deadline\":13,"
	   "\"deadline_from\":\"first_failure\""),
	 P("\"max_attempts\":3,\"base_delay\":1,\"jitter\":\"none\","
	   "\"attempt_timeout\":10,\"deadline\":14,"
	   "\"deadline_from\":\"first_failure\""),
	 "from the first failure, attempt 3 begins after 1 + 10 + 2",
	 "attempts_made", 2, 0, 1},
	{RS_LINT_NO_ATTEMPT_TIMEOUT,
	 P("\"max_attempts\":4,\"deadline\":60,"
	   "\"deadline_from\":\"first_failure\""),
	 P("\"max_attempts\":4,\"deadline\":60,\"attempt_timeout\":9,"
	   "\"deadline_from\":\"first_failure\""),
	 "nothing ends a first attempt", "retries_lost", 3, 0, 1},
	{RS_LINT_ATTEMPTS_MULTIPLY, P("\"max_attempts\":4," CALM),
	 P("\"max_attempts\":1," CALM),
	 "3 attempts of another layer, 4 of this policy", "attempts", 12, 0, 3},
	{RS_LINT_LOAD_AMPLIFIED, P("\"max_attempts\":6," CALM),
	 P("\"max_attempts\":5," CALM), "gRPC's limit is 5",
	 "attempts_per_call", 6, 0, 1},
	{RS_LINT_LOAD_AMPLIFIED,
	 P("\"max_attempts\":1000000000,\"base_delay\":1,\"max_delay\":60,"
	   "\"jitter\":\"none\",\"deadline\":31.1"),
	 P("\"max_attempts\":1000000000,\"base_delay\":1,\"max_delay\":60,"
	   "\"jitter\":\"none\",\"deadline\":31"),
	 "only attempts before the deadline count: 1 + 2 + 4 + 8 + 16",
	 "attempts_per_call", 6, 0, 1},
	{RS_LINT_LOAD_AMPLIFIED, P("\"max_attempts\":6," CALM),
	 P("\"max_attempts\":6,\"budget\":{\"kind\":\"ratio\"}," CALM),
	 "a budget limits it", "attempts_per_call", 6, 0, 1},
	{RS_LINT_HEDGE_WITHOUT_BUDGET,
	 P("\"max_attempts\":4,\"hedge\":{\"delay\":0.1,\"max\":2}," CALM),
	 P("\"max_attempts\":4,\"hedge\":{\"delay\":0.1,\"max\":2},"
	   "\"budget\":{\"kind\":\"token_bucket\"}," CALM),
	 "one attempt and two hedges", "attempts_at_once", 3, 0, 1},
	{RS_LINT_HEDGE_WITHOUT_BUDGET,
	 P("\"max_attempts\":4,\"hedge\":{\"delay\":0.1,\"max\":2},"
	   "\"budget\":{\"kind\":\"throttle\"}," CALM),
	 P("\"max_attempts\":4,\"hedge\":{\"delay\":0.1,\"max\":2},"
	   "\"budget\":{\"kind\":\"ratio\"}," CALM),
	 "only failures empty a throttle, and slow attempts succeed",
	 "attempts_at_once", 3, 0, 1},
	{RS_LINT_BUDGET_NEVER_REFILLS,
	 P("\"max_attempts\":4,\"budget\":{\"kind\":\"token_bucket\","
	   "\"success_reward\":0}," CALM),
	 P("\"max_attempts\":4,\"budget\":{\"kind\":\"token_bucket\","
	   "\"success_reward\":0,\"refill_per_second\":2}," CALM),
	 "time refills it", "retries_lost", 3, 0, 1},
	{RS_LINT_RETRIES_NOTHING,
	 P("\"max_attempts\":3,\"retry_on\":[\"http:503\"],"
	   "\"abort_on\":[\"http:429\",\"http:503\"]"),
	 P("\"max_attempts\":3,\"retry_on\":[\"http:503\",\"http:502\"],"
	   "\"abort_on\":[\"http:429\",\"http:503\"]"),
	 "one of two is left", "retries_lost", 2, 0, 1},
	{RS_LINT_RETRIES_NOTHING, P("\"max_attempts\":3,\"retry_on\":[]"),
	 P("\"max_attempts\":1,\"retry_on\":[]"),
	 "without retries there is nothing to lose", "retries_lost", 2, 0, 1},
	{RS_LINT_JITTER_LOST_AT_CAP,
	 P("\"max_attempts\":14,\"base_delay\":0.1,\"max_delay\":10,"
	   "\"backoff\":\"decorrelated\"," CALM),
	 P("\"max_attempts\":14,\"base_delay\":0.1,\"max_delay\":10,"
	   "\"jitter\":\"none\"," CALM),
	 "without jitter, none is lost", "delay", 10, 0, 1},
	{RS_LINT_JITTER_TOO_NARROW,
	 P("\"max_attempts\":2,\"base_delay\":10,\"jitter\":{\"kind\":"
	   "\"proportional\",\"ratio\":0.05}," CALM),
	 P("\"max_attempts\":2,\"base_delay\":10,\"jitter\":{\"kind\":"
	   "\"proportional\",\"ratio\":0.06}," CALM),
	 "a tenth of the longest; 100 ms are a tenth of 1 s",
	 "share_within_100ms", 0.107, 0.007, 1},
	{RS_LINT_NO_DEADLINE, P("\"max_attempts\":2,\"jitter\":\"full\""),
	 P("\"max_attempts\":2,\"deadline\":60"), "of U[0, 1]",
	 "total_wait_p99", 0.99, 0.004, 1},
	{RS_LINT_UNBOUNDED_WAIT,
	 P("\"max_attempts\":121,\"base_delay\":30,\"backoff\":\"constant\","
	   "\"jitter\":\"none\""),
	 P("\"max_attempts\":120,\"base_delay\":30,\"backoff\":\"constant\","
	   "\"jitter\":\"none\""),
	 "120 times 30 s is an hour", "total_wait_max", 3600, 0, 1},
	{RS_LINT_UNBOUNDED_WAIT,
	 P("\"max_attempts\":1000000000,\"base_delay\":1,"
	   "\"backoff\":\"constant\",\"jitter\":\"equal\""),
	 P("\"max_attempts\":1000000000,\"base_delay\":1,"
	   "\"backoff\":\"constant\",\"jitter\":\"equal\","
	   "\"deadline\":7200"),
	 "retries that are not drawn count too", "total_wait_min", 499999999.5,
	 0.001, 1},
	{RS_LINT_RETRIES_EXCEED_DEADLINE,
	 P("\"max_attempts\":4,\"deadline\":7,\"jitter\":\"none\""),
	 P("\"max_attempts\":4,\"deadline\":7.1,\"jitter\":\"none\""),
	 "an attempt at the deadline is too late", "attempts_most", 3, 0, 1},
	{RS_LINT_RETRIES_EXCEED_DEADLINE,
	 P("\"max_attempts\":5,\"deadline\":7,\"jitter\":\"none\""),
	 P("\"max_attempts\":\"unlimited\",\"deadline\":7,\"jitter\":"
	   "\"none\""),
	 "a deadline that is the only limit", "attempts_most", 3, 0, 1},
	{RS_LINT_SLOW_ATTEMPTS_EXCEED_DEADLINE,
	 P("\"max_attempts\":4,\"deadline\":60,\"attempt_timeout\":25"),
	 P("\"max_attempts\":\"unlimited\",\"deadline\":60,"
	   "\"attempt_timeout\":25"),
	 "a deadline that is the only limit", "attempts_made", 3, 0, 1},
	{RS_LINT_LOAD_AMPLIFIED,
	 P("\"max_attempts\":\"unlimited\",\"base_delay\":1,\"max_delay\":60,"
	   "\"jitter\":\"none\",\"deadline\":31.1"),
	 P("\"max_attempts\":\"unlimited\",\"base_delay\":1,\"max_delay\":60,"
	   "\"jitter\":\"none\",\"deadline\":31"),
	 "only attempts before the deadline count", "attempts_per_call", 6, 0,
	 1},
	{RS_LINT_ATTEMPTS_MULTIPLY,
	 P("\"max_attempts\":\"unlimited\",\"base_delay\":1,\"max_delay\":60,"
	   "\"jitter\":\"none\",\"deadline\":7"),
	 P("\"max_attempts\":1"), "3 x 3", "attempts", 9, 0, 3},
	{RS_LINT_RETRY_WITHOUT_WAIT,
	 P("\"max_attempts\":\"unlimited\",\"base_delay\":0,"
	   "\"deadline\":31"),
	 P("\"max_attempts\":\"unlimited\",\"base_delay\":1,"
	   "\"deadline\":31"),
	 "counted up to a limit", "attempts_at_once", 100001, 0, 1},
	{RS_LINT_RETRIES_EXCEED_DEADLINE,
	 P("\"max_attempts\":100001,\"base_delay\":0.001,\"jitter\":\"none\","
	   "\"backoff\":\"constant\",\"deadline\":50"),
	 P("\"max_attempts\":100001,\"base_delay\":0.001,\"jitter\":\"none\","
	   "\"backoff\":\"constant\",\"deadline\":100.1"),
	 "only the first 4 s of 100 are drawn", "attempts_most", 50000, 0, 1},
	{RS_LINT_DEADLINE_BELOW_ATTEMPT_TIMEOUT,
	 P("\"max_attempts\":2,\"base_delay\":3,\"jitter\":\"none\","
	   "\"attempt_timeout\":3,\"deadline\":3.1"),
	 P("\"max_attempts\":2,\"base_delay\":3,\"jitter\":\"none\","
	   "\"attempt_timeout\":3,\"deadline\":3"),
	 "an attempt that is not made does not count", "time_left_max", 0.1, 0,
	 1},
	{RS_LINT_RETRIES_CLIENT_ERRORS,
	 P("\"max_attempts\":3,\"retry_on\":[\"http:400-403\"]"),
	 P("\"max_attempts\":3,\"retry_on\":[\"*\"],\"abort_on\":[\"client\"]"),
	 "400, 401 and 403 of the seven asked for", "codes_retried", 3, 0, 1},
	{RS_LINT_NO_HTTP_STATUS,
	 P("\"max_attempts\":3,\"retry_on\":[\"ConnectionError\"]"),
	 P("\"max_attempts\":3,\"retry_on\":[\"ConnectionError\","
	   "\"http:503\"]"),
	 "a 503 is not retried", "retries_lost", 2, 0, 1},
	{RS_LINT_NO_HTTP_STATUS,
	 P("\"max_attempts\":3,\"retry_on\":[\"http:5xx\"],"
	   "\"abort_on\":[\"server\",\"timeout\"]"),
	 P("\"max_attempts\":3,\"retry_on\":[\"HTTPError\"]"),
	 "a class covers the statuses; a type is that of all", "retries_lost",
	 2, 0, 1},
	{RS_LINT_NO_HTTP_STATUS,
	 P("\"max_attempts\":2,\"retry_on\":[{\"message_regex\":\"x\"},"
	   "\"sqlstate:40001\",\"http:2xx\"]"),
	 P("\"max_attempts\":1,\"retry_on\":[\"sqlstate:40001\"]"),
	 "a pattern has no text to match; one attempt is never repeated",
	 "retries_lost", 1, 0, 1},
	{RS_LINT_UNLIKELY_MATCHER,
	 P("\"max_attempts\":3,\"retry_on\":[\"http:6xx\",\"http:700\","
	   "\"http:600-610\"]"),
	 P("\"max_attempts\":3,\"retry_on\":[\"http:5xx\",\"http:503\","
	   "\"http:500-999\"]"),
	 "HTTP ends at 599", "matchers", 3, 0, 1},
	{RS_LINT_UNLIKELY_MATCHER,
	 P("\"max_attempts\":3,\"retry_on\":[\"http:200\",\"http:3xx\"]"),
	 P("\"max_attempts\":3,\"abort_on\":[\"http:200\",\"http:3xx\"]"),
	 "a success is not retried", "matchers", 2, 0, 1},
	{RS_LINT_UNLIKELY_MATCHER,
	 P("\"max_attempts\":3,\"retry_on\":[\"TIMEOUT\",\"Throttle\","
	   "\"rate_limit\",\"server_error\",\"Bad Gateway\"]"),
	 P("\"max_attempts\":3,\"retry_on\":[\"timeout\",\"throttle\","
	   "\"RateLimitError\",\"ServerError\",\"Map<A, B>\","
	   "{\"message_regex\":\"bad gateway\"}]"),
	 "types that look like classes", "matchers", 5, 0, 1},
	{RS_LINT_UNLIKELY_MATCHER,
	 P("\"max_attempts\":3,\"retry_on\":[\"UNAVAILABLE\",\"Unavailable\","
	   "\"RESOURCE_EXHAUSTED\",\"too many requests\",\"TimeOut\"]"),
	 P("\"max_attempts\":3,\"retry_on\":[\"grpc:UNAVAILABLE\","
	   "\"UnavailableError\",\"google.api_core.exceptions.Aborted\"]"),
	 "statuses without their namespace", "matchers", 5, 0, 1},
	{RS_LINT_UNLIKELY_MATCHER,
	 P("\"max_attempts\":3,\"retry_on\":[\"*\"],"
	   "\"abort_on\":[\"status:400\",\"code:5xx\",\"grpc:0\"]"),
	 P("\"max_attempts\":3,\"retry_on\":[\"*\"],"
	   "\"abort_on\":[\"curl:28\",\"exit:255\",\"grpc:14\"]"),
	 "namespaces", "matchers", 3, 0, 1},
};

Test(policies_lint, every_code_is_found_where_it_should_be)
{
	bool seen[RS_LINT_CODES] = {false};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct rs_lint_context context = {.layers = row[i].layers,
						  .layers_text = "3"};
		const char *name = rs_lint_table[row[i].code].name;
		struct rs_lint_findings fires =
			findings_of(row[i].fires, &context);
		struct rs_lint_findings calm =
			findings_of(row[i].silent, &context);
		const struct rs_lint_finding *found =
			finding(&fires, row[i].code);

		seen[row[i].code] = true;
		cr_expect(!finding(&calm, row[i].code),
			  "%s: %s: fires on the neighbour", name, row[i].why);
		cr_expect(found, "%s: %s: is silent", name, row[i].why);
		if (!found)
			continue;
		cr_expect(fabs(measured(found, row[i].number) - row[i].value) <=
				  row[i].tolerance + 1e-9,
			  "%s: %s: %s is %g", name, row[i].why, row[i].number,
			  measured(found, row[i].number));
		cr_expect(found->message[0] &&
				  strlen(found->message) <
					  sizeof(found->message) - 1,
			  "%s: cut", name);
	}
	for (int i = 0; i < RS_LINT_CODES; i++) {
		cr_assert(rs_lint_table[i].name, "code %d has no name", i);
		cr_expect(seen[i], "%s has no row", rs_lint_table[i].name);
	}
}

Test(policies_lint, finds_nothing_in_a_calm_policy)
{
	const struct rs_lint_context context = {.layers = 1};
	struct rs_lint_findings findings = findings_of(
		P("\"max_attempts\":4,\"base_delay\":1,\"max_delay\":10," CALM),
		&context);

	cr_expect(findings.count == 0, "%s",
		  rs_lint_table[findings.item[0].code].name);
}

Test(policies_lint, suppressed_codes_are_not_found)
{
	struct rs_lint_context context = {.layers = 1};
	struct rs_lint_findings findings;

	for (int i = 0; i < RS_LINT_CODES; i++)
		context.ignored[i] = i != RS_LINT_NO_DEADLINE;
	findings = findings_of(P("\"max_attempts\":9,\"jitter\":\"none\""),
			       &context);
	cr_assert(findings.count == 1);
	cr_expect(findings.item[0].code == RS_LINT_NO_DEADLINE);
}

Test(policies_lint, herds_are_counted_if_the_rate_of_calls_is_known)
{
	const struct rs_lint_context context = {.layers = 1,
						.calls_per_second = 200};
	struct rs_lint_findings findings = findings_of(
		P("\"max_attempts\":6,\"jitter\":\"none\""), &context);
	const struct rs_lint_finding *found =
		finding(&findings, RS_LINT_FIXED_DELAY_NO_JITTER);

	cr_assert(found);
	cr_expect(measured(found, "clients_within_100ms") == 200);
	found = finding(&findings, RS_LINT_LOAD_AMPLIFIED);
	cr_assert(found);
	cr_expect(measured(found, "attempts_per_second") == 1200);
}
