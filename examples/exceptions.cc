/* C++: attempts that throw. The policy retries by the exception's type, and the
 * last exception arrives at the caller.
 *
 *   c++ -std=c++11 exceptions.cc $(pkg-config --cflags --libs libbackoff) \
 *       -pthread
 */
/* SPDX-License-Identifier: MIT */
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <backoff/cpp.hpp>

static const char policy_text[] =
	"{\"name\": \"CPP\", \"max_attempts\": 3, \"base_delay\": \"5ms\","
	" \"retry_on\": [\"std::system_error\", \"http:5xx\"],"
	" \"budget\": {\"kind\": \"concurrency\", \"min_concurrent\": 1}}";

/* In place of a client library: refused, overloaded, then an answer. */
static void
fetch(const backoff_attempt &attempt, backoff_outcome &outcome)
{
	if (attempt.number == 1)
		throw std::system_error(ECONNREFUSED, std::generic_category(),
					"connect");
	backoff_outcome_from_http(&outcome, attempt.number == 2 ? 503 : 200);
}

int
main()
{
	backoff_policy *policy_raw = nullptr;
	backoff_retry *retry_raw = nullptr;
	backoff_answer answer;
	unsigned failed = 0;

	if (backoff_policy_parse(policy_text, std::strlen(policy_text), nullptr,
				 &policy_raw, nullptr) != BACKOFF_OK)
		return 4;
	backoff::owner<backoff_policy> policy(policy_raw);
	if (backoff_retry_new(policy.get(), "fetch", &retry_raw) != BACKOFF_OK)
		return 4;
	backoff::owner<backoff_retry> retry(retry_raw);
	/* The budget has one place: it comes back each time. */
	for (int i = 0; i < 5; i++)
		try {
			backoff::run(
				retry.get(), nullptr,
				[](const backoff_attempt &, backoff_outcome &) {
					throw std::system_error(
						EPIPE, std::generic_category(),
						"send");
				},
				&answer);
		} catch (const std::system_error &error) {
			failed += answer.attempts == 3 &&
				  error.code().value() == EPIPE;
		}
	if (backoff::run(retry.get(), nullptr, fetch, &answer) != BACKOFF_OK)
		return 1;
	std::printf("%u calls threw; success after %u attempts\n",
		    failed, answer.attempts);
	return failed == 5 ? 0 : 1;
}
