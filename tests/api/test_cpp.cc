/* What <backoff/cpp.hpp> makes of exceptions. */
/* SPDX-License-Identifier: MIT */
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <chrono>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>

#include <pthread.h>
#include <unistd.h>

#include <backoff/cpp.hpp>

namespace app
{
struct quota : std::runtime_error {
	quota() : std::runtime_error("over quota")
	{
	}
};
} // namespace app

static unsigned wrong;

static void
expect(bool good, const char *what)
{
	if (good)
		return;
	wrong++;
	std::printf("wrong: %s\n", what);
}

static backoff::owner<backoff_retry>
retry_of(const char *retry_on)
{
	const std::string text =
		std::string("{\"name\":\"T\",\"max_attempts\":3,"
			    "\"base_delay\":0.001,\"retry_on\":[") +
		retry_on +
		"],\"budget\":{\"kind\":\"concurrency\","
		"\"min_concurrent\":1}}";
	backoff_policy *policy = nullptr;
	backoff_retry *retry = nullptr;

	if (backoff_policy_parse(text.c_str(), text.size(), nullptr, &policy,
				 nullptr) == BACKOFF_OK &&
	    backoff_retry_new(policy, "op", &retry) == BACKOFF_OK) {
		backoff_policy_unref(policy);
		return backoff::owner<backoff_retry>(retry);
	}
	std::abort();
}

/* Make a call whose attempts throw this, and see what becomes of it. */
template <typename exception>
static void
throws(const exception &thrown, const char *retry_on, unsigned attempts,
       const char *type, const char *code, const char *error)
{
	backoff::owner<backoff_retry> retry = retry_of(retry_on);

	for (int hedged = 0; hedged < 2; hedged++) {
		backoff_answer answer;
		bool caught = false;
		auto attempt = [&](const backoff_attempt &, backoff_outcome &) {
			throw thrown;
		};

		try {
			if (hedged)
				backoff::run_hedged(retry.get(), nullptr,
						    attempt, &answer);
			else
				backoff::run(retry.get(), nullptr, attempt,
					     &answer);
		} catch (const exception &) {
			caught = true;
		}
		expect(caught, type);
		expect(answer.attempts == attempts, "attempts");
		expect(std::strcmp(answer.error_type, type) == 0,
		       answer.error_type);
		expect(std::strcmp(answer.code, code) == 0, answer.code);
		expect(std::strcmp(answer.error, error) == 0, answer.error);
		/* All places are free: no budget token is lost. */
		expect(backoff_guard_tokens_milli(
			       backoff_retry_guard(retry.get()),
			       backoff_clock_system()->now_ns(nullptr)) == 1000,
		       "a place is lost");
	}
}

static void
a_call_by_steps_gives_back_what_it_holds()
{
	backoff::owner<backoff_retry> retry = retry_of("\"*\"");

	try {
		backoff_outcome outcome = backoff_outcome();
		backoff_call *raw = nullptr;
		backoff_step step;

		if (backoff_call_new(retry.get(), nullptr, &raw) != BACKOFF_OK)
			std::abort();
		backoff::owner<backoff_call> call(raw);
		backoff_outcome_from_http(&outcome, 503);
		expect(backoff_call_next(call.get(), &step) == BACKOFF_OK &&
			       backoff_call_report(call.get(), &outcome) ==
				       BACKOFF_OK,
		       "report");
		throw app::quota();
	} catch (const app::quota &) {
	}
	expect(backoff_guard_tokens_milli(
		       backoff_retry_guard(retry.get()),
		       backoff_clock_system()->now_ns(nullptr)) == 1000,
	       "a place is lost by steps");
}

static void
doze_ms(int ms)
{
	std::this_thread::sleep_for(std::chrono::milliseconds(ms));
}

/* Attempt 1 ends the call; attempt 2 loses, in each of three ways. */
static void
the_attempt_that_decided_is_the_one_that_threw()
{
	static const char text[] =
		"{\"name\":\"H\",\"max_attempts\":4,\"base_delay\":0.01,"
		"\"hedge\":{\"delay\":0.02,\"max\":2},"
		"\"abort_on\":[\"app::quota\",\"http:404\"]}";
	backoff_policy *policy = nullptr;
	backoff_retry *raw = nullptr;

	if (backoff_policy_parse(text, std::strlen(text), nullptr, &policy,
				 nullptr) != BACKOFF_OK ||
	    backoff_retry_new(policy, "op", &raw) != BACKOFF_OK)
		std::abort();
	backoff_policy_unref(policy);
	backoff::owner<backoff_retry> retry(raw);
	for (int i = 0; i < 6; i++) {
		bool throws = i < 3, caught = false, other = false;
		auto attempt = [&](const backoff_attempt &a,
				   backoff_outcome &outcome) {
			if (a.number == 1) {
				doze_ms(60);
				if (throws)
					throw app::quota();
				backoff_outcome_from_http(&outcome, 404);
				return;
			}
			while (!backoff_cancel_requested(a.cancel))
				doze_ms(1);
			if (i % 3 == 0)
				throw std::runtime_error("cancelled");
			if (i % 3 == 1)
				outcome.kind = BACKOFF_OUTCOME_CANCELLED;
			else
				backoff_outcome_from_http(&outcome, 503);
		};

		try {
			expect(backoff::run_hedged(retry.get(), nullptr,
						   attempt) == BACKOFF_E_FAILED,
			       "hedged status");
		} catch (const app::quota &) {
			caught = true;
		} catch (const std::exception &) {
			other = true;
		}
		expect(caught == throws, "the exception that decided");
		expect(!other, "a loser's exception");
	}
}

static void *
run_until_cancelled(void *)
{
	backoff::owner<backoff_retry> retry = retry_of("\"*\"");

	backoff::run(retry.get(), nullptr,
		     [](const backoff_attempt &, backoff_outcome &) {
			     for (;;)
				     pause();
		     });
	return nullptr;
}

static void
a_thread_can_be_cancelled()
{
	pthread_t thread;
	void *result = nullptr;

	if (pthread_create(&thread, nullptr, run_until_cancelled, nullptr) != 0)
		std::abort();
	doze_ms(20);
	pthread_cancel(thread);
	pthread_join(thread, &result);
	expect(result == PTHREAD_CANCELED, "cancelled");
}

int
main()
{
	throws(app::quota(), "\"std::runtime_error\"", 3, "app::quota", "",
	       "over quota");
	throws(app::quota(), "\"app::quota\"", 3, "app::quota", "",
	       "over quota");
	throws(app::quota(), "\"std::logic_error\"", 1, "app::quota", "",
	       "over quota");
	throws(std::out_of_range("index"), "\"std::logic_error\"", 3,
	       "std::out_of_range", "", "index");
	throws(std::system_error(ECONNRESET, std::generic_category()),
	       "\"errno:ECONNRESET\"", 3, "std::system_error",
	       "errno:ECONNRESET",
	       std::system_error(ECONNRESET, std::generic_category()).what());
	throws(std::bad_alloc(), "\"std::exception\"", 3, "std::bad_alloc",
	       "errno:ENOMEM", "std::bad_alloc");
	throws(7, "\"*\"", 3, "unknown exception", "",
	       "an exception that is not a std::exception");
	a_call_by_steps_gives_back_what_it_holds();
	the_attempt_that_decided_is_the_one_that_threw();
	a_thread_can_be_cancelled();
	if (wrong == 0)
		std::puts("all as described");
	return wrong == 0 ? 0 : 1;
}
