/* Tests of src/policy/matcher_text: matchers that can never match. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <backoff/engine.h>

#include "policies.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static enum backoff_status
parse(const char *field, const char *matcher, struct backoff_policy **out,
      struct backoff_error *error)
{
	char text[512], quoted[160];
	size_t used = 0;

	for (; *matcher != '\0'; matcher++) {
		if (*matcher == '\n')
			quoted[used++] = '\\';
		quoted[used++] = *matcher;
		if (*matcher == '\n')
			quoted[used - 1] = 'n';
	}
	quoted[used] = '\0';
	snprintf(text, sizeof(text),
		 "{\"name\": \"P\", \"max_attempts\": 3, \"%s\": "
		 "[\"%s\"]}",
		 field, quoted);
	return backoff_policy_parse(text, strlen(text), NULL, out, error);
}

static const struct {
	const char *matcher, *say;
} useless[] = {
	{"5xx", "http:5xx"},
	{"5XX", "http:5xx"},
	{"503", "http:503"},
	{"500-599", "http:500-599"},
	{"HTTP:503", "http:503"},
	{"Http:5xx", "http:5xx"},
	{"HTTP:5XX", "http:5xx"},
	{"http:5XX", "http:5xx"},
	{"http:50x", "http:500-509"},
	{"http:5*", "http:5xx"},
	{"http:5**", "http:5xx"},
	{"http:5..", "http:5xx"},
	{"http:500..599", "http:500-599"},
	{"http:0503", "http:503"},
	{"http: 503", "http:503"},
	{"HTTP 503", "http:503"},
	{"HTTP503", "http:503"},
	{"http/503", "http:503"},
	{"status=503", "http:503"},
	{"https:503", "http:503"},
	{"htp:503", "http:503"},
	{"http_status:5xx", "http:5xx"},
	{"http:99", "http:503"},
	{"http:1000", "http:503"},
	{"http:0-99", "http:503"},
	{"http:500-", "http:503"},
	{"http:500-5999", "http:503"},
	{"http:-503", "http:503"},
	{"http:+503", "http:503"},
	{"http:503,504", "http:503"},
	{"http:ServiceUnavailable", "http:503"},
	{"http:", "http:503"},
	{":503", "http:503"},
	{":", "http:503"},
	{"errno:econnreset", "errno:ECONNRESET"},
	{"ERRNO:ECONNRESET", "errno:ECONNRESET"},
	{"Errno:econnreset", "errno:ECONNRESET"},
	{"errno:ECONNREST", "errno:ECONNRESET"},
	{"errno:EWOULDBLOCK", "errno:EAGAIN"},
	{"errno:EOPNOTSUPP", "errno:ENOTSUP"},
	{"errno:104", "errno:ECONNRESET"},
	{"errno:100-120", "errno:ECONNRESET"},
	{"errno:EFOOBARBAZ", "errno:ECONNRESET"},
	{"ECONNRESET", "errno:ECONNRESET"},
	{"etimedout", "errno:ETIMEDOUT"},
	{"sqlstate:40p01", "sqlstate:40P01"},
	{"SQLSTATE:40001", "sqlstate:40001"},
	{"40001", "sqlstate:40001"},
	{"sql:40001", "sqlstate:40001"},
	{"sqlstate:40xxx", "\"sqlstate:40\""},
	{"sqlstate:40XXX", "\"sqlstate:40\""},
	{"sqlstate:40*", "\"sqlstate:40\""},
	{"sqlstate:40%", "\"sqlstate:40\""},
	{"sqlstate:hv", "\"sqlstate:HV\""},
	{"sqlstate:400", "sqlstate:40000-40ZZZ"},
	{"sqlstate:40-41", "sqlstate:40000-40ZZZ"},
	{"sqlstate:40ZZZ-40000", "reversed"},
	{"sqlstate:08P01-08000", "reversed"},
	{"grpc:14-8", "reversed"},
	{"success", "not a failure"},
	{"SUCCESS", "not a failure"},
	{"NotReported", "never retried"},
	{"notreported", "never retried"},
	{"sqlstate:4xx", "sqlstate:"},
	{"sqlstate:400011", "sqlstate:"},
	{"grpc:17", "grpc:UNAVAILABLE"},
	{"grpc:UNAVALABLE", "grpc:UNAVAILABLE"},
	{"GRPC:14", "grpc:14"},
	{"grpc:5xx", "grpc:UNAVAILABLE"},
	{"grpc:14-20", "grpc:UNAVAILABLE"},
	{"timeouts", "timeout"},
	{"throttled", "throttle"},
	{"throttling", "throttle"},
	{"servers", "server"},
	{"clients", "client"},
	{"conflicts", "conflict"},
	{"transients", "transient"},
	{"fatals", "fatal"},
	{"class:timeout", "timeout"},
	{"type:OSError", "OSError"},
	{".*", "*"},
	{"**", "*"},
	{"any", "*"},
	{"ALL", "*"},
	{"*Error", "wildcards"},
	{"Connection*", "wildcards"},
	{"*net.*", "wildcards"},
	{"OSError|TimeoutError", "matcher of its own"},
	{"OSError, TimeoutError", "matcher of its own"},
	{" OSError", "blanks"},
	{"OSError\n", "blanks"},
	{"14", "namespace"},
};

Test(policy_matcher_text, what_can_never_match_is_refused)
{
	for (size_t i = 0; i < 2 * COUNT(useless); i++) {
		struct backoff_policy *policy = NULL;
		struct backoff_error error = {.text = ""};
		const char *matcher = useless[i / 2].matcher;

		cr_expect(parse(i % 2 ? "retry_on" : "abort_on", matcher,
				&policy, &error) == BACKOFF_E_VALUE,
			  "%s", matcher);
		cr_expect(strstr(error.text, useless[i / 2].say) != NULL,
			  "%s: %s", matcher, error.text);
		cr_expect(policy == NULL);
	}
}

/* What a message says to write is accepted. */
Test(policy_matcher_text, the_advice_is_good)
{
	static const char *const matcher[] = {"5XX",
					      "HTTP:503",
					      "http:50x",
					      "http:500..599",
					      "errno:104",
					      "econnreset",
					      "EWOULDBLOCK",
					      "sqlstate:40p01",
					      "SQL:40001",
					      "sqlstate:40xxx",
					      "sqlstate:HV*",
					      "GRPC:14",
					      "Class:throttle",
					      "all",
					      "https:5XX"};

	for (size_t i = 0; i < COUNT(matcher); i++) {
		struct backoff_policy *policy = NULL;
		struct backoff_error error = {.text = ""};
		char advice[64] = "";
		const char *at;

		cr_assert(parse("retry_on", matcher[i], &policy, &error) ==
				  BACKOFF_E_VALUE,
			  "%s", matcher[i]);
		at = strstr(error.text, "write \"");
		cr_assert(at != NULL, "%s: %s", matcher[i], error.text);
		sscanf(at, "write \"%63[^\"]", advice);
		cr_expect(parse("retry_on", advice, &policy, &error) ==
				  BACKOFF_OK,
			  "%s: %s", matcher[i], error.text);
		backoff_policy_unref(policy);
	}
}

Test(policy_matcher_text, codes_match)
{
	static const char *const code[] = {
		"http:503",
		"http:5xx",
		"http:500-599",
		"http:100",
		"http:999",
		"http:6xx",
		"http2:7",
		"http2:REFUSED_STREAM",
		"curl:28",
		"myapp:17",
		"MYAPP:17",
		"sqlite:5",
		"status:503",
		"errno:ECONNRESET",
		"errno:EADDRNOTAVAIL",
		"errno:512",
		"sqlstate:40001",
		"sqlstate:40P01",
		"sqlstate:08000-08999",
		"sqlstate:08000-08P01",
		"sqlstate:40000-40ZZZ",
		"sqlstate:57P01-57P03",
		"grpc:14",
		"grpc:0",
		"grpc:16",
		"grpc:8-14",
		"grpc:UNAVAILABLE",
		"grpc:Unavailable",
		"grpc:DeadlineExceeded",
		"grpc:Canceled",
	};

	for (size_t i = 0; i < COUNT(code); i++) {
		struct backoff_outcome outcome = {
			.kind = BACKOFF_OUTCOME_FAILURE, .code = code[i]};
		struct backoff_policy *policy = NULL;
		struct backoff_error error = {.text = ""};

		cr_assert(parse("retry_on", code[i], &policy, &error) ==
				  BACKOFF_OK,
			  "%s: %s", code[i], error.text);
		if (strpbrk(code[i], "-") == NULL &&
		    strstr(code[i], "xx") == NULL)
			cr_expect(backoff_engine_retryable(policy, &outcome),
				  "%s", code[i]);
		backoff_policy_unref(policy);
	}
}

/* SQLSTATEs with letters are the usual ones: PostgreSQL's deadlock is 40P01. A
 * gRPC status is one, however it is spelt. */
Test(policy_matcher_text, classes_of_states_and_spellings_match)
{
	static const struct {
		const char *matcher, *code;
		int is_match;
	} row[] = {
		{"sqlstate:40", "sqlstate:40001", 1},
		{"sqlstate:40", "sqlstate:40P01", 1},
		{"sqlstate:40", "sqlstate:40000", 1},
		{"sqlstate:40", "sqlstate:40ZZZ", 1},
		{"sqlstate:40", "sqlstate:41000", 0},
		{"sqlstate:40", "sqlstate:3ZZZZ", 0},
		{"sqlstate:40", "sqlstate:40", 0},
		{"sqlstate:40", "sqlstate:40P012", 0},
		{"sqlstate:40", "sqlstate:40p01", 0},
		{"sqlstate:40", "http:40001", 0},
		{"sqlstate:57", "sqlstate:57P01", 1},
		{"sqlstate:08", "sqlstate:08P01", 1},
		{"sqlstate:XX", "sqlstate:XX000", 1},
		{"sqlstate:08000-08P01", "sqlstate:08P01", 1},
		{"sqlstate:08000-08P01", "sqlstate:08006", 1},
		{"sqlstate:08000-08P01", "sqlstate:08P02", 0},
		{"sqlstate:40000-40ZZZ", "sqlstate:40P01", 1},
		{"sqlstate:40000-40999", "sqlstate:40001", 1},
		{"sqlstate:40000-40999", "sqlstate:40P01", 0},
		{"sqlstate:40001-57P03", "sqlstate:53300", 1},
		{"grpc:UNAVAILABLE", "grpc:14", 1},
		{"grpc:14", "grpc:UNAVAILABLE", 1},
		{"grpc:14", "grpc:Unavailable", 1},
		{"grpc:unavailable", "grpc:UNAVAILABLE", 1},
		{"grpc:DEADLINE_EXCEEDED", "grpc:DeadlineExceeded", 1},
		{"grpc:1", "grpc:Canceled", 1},
		{"grpc:8-14", "grpc:ABORTED", 1},
		{"grpc:8-14", "grpc:14", 1},
		{"grpc:8-14", "grpc:15", 0},
		{"grpc:14", "grpc:1", 0},
		{"grpc:14", "grpc:114", 0},
		{"grpc:14", "grpc:", 0},
		{"grpc:14", "grpc:REFUSED", 0},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_outcome outcome = {
			.kind = BACKOFF_OUTCOME_FAILURE, .code = row[i].code};
		struct backoff_policy *policy = NULL;
		struct backoff_error error = {.text = ""};

		cr_assert(parse("retry_on", row[i].matcher, &policy, &error) ==
				  BACKOFF_OK,
			  "%s: %s", row[i].matcher, error.text);
		cr_expect(backoff_engine_retryable(policy, &outcome) ==
				  row[i].is_match,
			  "%s %s", row[i].matcher, row[i].code);
		backoff_policy_unref(policy);
	}
}

Test(policy_matcher_text, types_with_colons_and_points_are_types)
{
	static const char *const type[] = {
		"ConnectionError",
		"TimeoutError",
		"OSError",
		"Timeout",
		"TIMEOUT",
		"EmptyBody",
		"std::runtime_error",
		"io::Error",
		"Net::ReadTimeout",
		"Errno::ECONNRESET",
		"::Foo",
		"openai.RateLimitError",
		"requests.exceptions.Timeout",
		"*net.OpError",
		"server_error",
		"rate_limit_error",
		"insufficient_quota",
		"gaierror",
		"herror",
		"error",
		"socket",
		"canceled",
		"overloaded",
		"java.net.SocketTimeoutException",
		"Result<A,B>",
		"System.IO.IOException",
		"HTTPError",
		"HttpError",
		"Http503Error",
		"E",
	};

	for (size_t i = 0; i < COUNT(type); i++) {
		struct backoff_outcome outcome = {
			.kind = BACKOFF_OUTCOME_FAILURE, .error_type = type[i]};
		struct backoff_policy *policy = NULL;
		struct backoff_error error = {.text = ""};

		cr_assert(parse("retry_on", type[i], &policy, &error) ==
				  BACKOFF_OK,
			  "%s: %s", type[i], error.text);
		cr_expect(backoff_engine_retryable(policy, &outcome), "%s",
			  type[i]);
		backoff_policy_unref(policy);
	}
}

/* Each errno and each HTTP status can be matched. */
Test(policy_matcher_text, what_outcomes_say_can_be_written)
{
	for (int i = 1; i < 1000; i++) {
		struct backoff_outcome outcome = {0};
		struct backoff_policy *policy = NULL;
		struct backoff_error error = {.text = ""};

		if (i < 134)
			backoff_outcome_from_errno(&outcome, i);
		else
			backoff_outcome_from_http(&outcome, i);
		if (outcome.code == NULL ||
		    outcome.kind == BACKOFF_OUTCOME_SUCCESS)
			continue;
		cr_assert(parse("retry_on", outcome.code, &policy, &error) ==
				  BACKOFF_OK,
			  "%s: %s", outcome.code, error.text);
		cr_expect(backoff_engine_retryable(policy, &outcome), "%s",
			  outcome.code);
		backoff_policy_unref(policy);
	}
}

Test(policy_matcher_text, a_number_or_a_bare_text_says_what_to_write)
{
	static const struct {
		const char *text, *say;
	} row[] = {
		{"{\"name\": \"P\", \"max_attempts\": 3, \"retry_on\": [503]}",
		 "write \"http:503\""},
		{"{\"name\": \"P\", \"max_attempts\": 3, \"retry_on\": "
		 "\"http:5xx\"}",
		 "write [\"http:5xx\"]"},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_policy *policy = NULL;
		struct backoff_error error = {.text = ""};

		cr_expect(backoff_policy_parse(row[i].text, strlen(row[i].text),
					       NULL, &policy,
					       &error) == BACKOFF_E_VALUE);
		cr_expect(strstr(error.text, row[i].say) != NULL, "%s",
			  error.text);
	}
}
