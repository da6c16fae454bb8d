/* C++11: calls whose attempts may throw, and owners of the library's objects.
 *
 * The library is C, and an exception that leaves a callback goes through it
 * without a chance to give back what the call holds: places and tokens of a
 * budget, the probe of a breaker, a guard. backoff::run() keeps exceptions
 * inside the attempt, tries again as the policy says, and throws the last one.
 *
 * The same is true of longjmp(3), which this header cannot catch. */
/* SPDX-License-Identifier: MIT */
#ifndef BACKOFF_CPP_HPP
#define BACKOFF_CPP_HPP

#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <type_traits>
#include <typeinfo>
#include <utility>

#if defined(__GNUC__)
#include <cxxabi.h>
#endif

#include <backoff.h>

namespace backoff {

/** Deletes what a C function has made. */
struct deleter {
	void operator()(backoff_policy *p) const noexcept
	{
		backoff_policy_unref(p);
	}
	void operator()(backoff_retry *p) const noexcept
	{
		backoff_retry_free(p);
	}
	void operator()(backoff_call *p) const noexcept
	{
		backoff_call_free(p);
	}
	void operator()(backoff_sink *p) const noexcept
	{
		backoff_sink_free(p);
	}
	void operator()(backoff_guards *p) const noexcept
	{
		backoff_guards_free(p);
	}
	void operator()(backoff_cancel *p) const noexcept
	{
		backoff_cancel_free(p);
	}
};

/** Owners: `backoff::owner<backoff_retry> retry(raw)`. The one of a call ends it
 *  when an exception leaves its scope, so a call by steps needs nothing else. */
template <typename object> using owner = std::unique_ptr<object, deleter>;

/**
 * Describe the exception that is being handled: a failure of class unknown with
 * its type, "std::runtime_error", and its what(). `retry_on` may also name
 * std::system_error, std::runtime_error, std::logic_error and std::exception,
 * as far as they are its bases. A std::system_error with an errno is described
 * as by backoff_outcome_from_errno(), std::bad_alloc as ENOMEM; their types stay
 * C++'s.
 */
inline void
describe_exception(backoff_outcome &outcome) noexcept
{
	static const char *const system_types[] = {
		"std::system_error", "std::runtime_error", "std::exception",
		nullptr};
	static const char *const runtime_types[] = {"std::runtime_error",
						    "std::exception", nullptr};
	static const char *const logic_types[] = {"std::logic_error",
						  "std::exception", nullptr};
	static const char *const other_types[] = {"std::exception", nullptr};

	backoff_outcome_set(&outcome, BACKOFF_OUTCOME_FAILURE,
			    BACKOFF_CLASS_UNKNOWN, nullptr, nullptr, nullptr);
	try {
		throw;
	} catch (const std::exception &error) {
		const char *const *types = other_types;
		const auto *system =
			dynamic_cast<const std::system_error *>(&error);

		if (system != nullptr) {
			const std::error_category &category =
				system->code().category();

			types = system_types;
			if ((category == std::system_category() ||
			     category == std::generic_category()) &&
			    system->code().value() != 0)
				backoff_outcome_from_errno(
					&outcome, system->code().value());
		} else if (dynamic_cast<const std::runtime_error *>(&error) !=
			   nullptr) {
			types = runtime_types;
		} else if (dynamic_cast<const std::logic_error *>(&error) !=
			   nullptr) {
			types = logic_types;
		} else if (dynamic_cast<const std::bad_alloc *>(&error) !=
			   nullptr) {
			backoff_outcome_from_errno(&outcome, ENOMEM);
		}
		backoff_outcome_set_error_types(&outcome, types);
		backoff_outcome_set_error(&outcome, error.what());
#if defined(__GNUC__)
		int status = 0;
		char *name = abi::__cxa_demangle(typeid(error).name(), nullptr,
						 nullptr, &status);

		backoff_outcome_set_error_type(
			&outcome, name != nullptr ? name : types[0]);
		std::free(name);
#else
		backoff_outcome_set_error_type(&outcome, typeid(error).name());
#endif
	} catch (...) {
		backoff_outcome_set_error_type(&outcome, "unknown exception");
		backoff_outcome_set_error(
			&outcome, "an exception that is not a std::exception");
	}
}

namespace detail {

/** A callable, and the exception of the attempt that ended last. */
template <typename callable> struct attempts {
	callable &function;
	std::mutex lock;
	std::exception_ptr thrown;

	explicit attempts(callable &f) : function(f), lock(), thrown()
	{
	}

	/** backoff_attempt_fn. */
	static void make(void *user, const backoff_attempt *attempt,
			 backoff_outcome *outcome) noexcept
	{
		auto *self = static_cast<attempts *>(user);
		std::exception_ptr now;

		try {
			self->function(*attempt, *outcome);
		} catch (...) {
			now = std::current_exception();
			describe_exception(*outcome);
		}
		std::lock_guard<std::mutex> hold(self->lock);
		self->thrown = now;
	}
};

template <typename callable>
enum backoff_status
run(decltype(&backoff_retry_run) loop, backoff_retry *retry,
    const backoff_call_options *options, callable &function,
    backoff_answer *answer)
{
	attempts<callable> made(function);
	backoff_answer unread;
	enum backoff_status status =
		loop(retry, options, &attempts<callable>::make, &made,
		     answer != nullptr ? answer : &unread);

	if (status == BACKOFF_E_FAILED && made.thrown)
		std::rethrow_exception(made.thrown);
	return status;
}

} // namespace detail

/**
 * backoff_retry_run() for an attempt that may throw: @p function is called as
 * function(const backoff_attempt &, backoff_outcome &). It reports, or throws;
 * what it throws is a failure, as describe_exception() says, which the policy
 * judges. If the call fails after an attempt that threw, its exception is thrown
 * from here, and *answer is set. Other callbacks must not throw.
 *
 * @param options  may be null
 * @param answer   may be null
 */
template <typename callable>
enum backoff_status
run(backoff_retry *retry, const backoff_call_options *options,
    callable &&function, backoff_answer *answer = nullptr)
{
	return detail::run(&backoff_retry_run, retry, options, function,
			   answer);
}

/** The same for backoff_retry_run_hedged(): @p function is called in several
 *  threads at once. */
template <typename callable>
enum backoff_status
run_hedged(backoff_retry *retry, const backoff_call_options *options,
	   callable &&function, backoff_answer *answer = nullptr)
{
	return detail::run(&backoff_retry_run_hedged, retry, options, function,
			   answer);
}

} // namespace backoff

#endif
