/* C++11: calls whose attempts may throw, and owners of the library's objects.
 *
 * The library is C, and an exception that leaves a callback goes through it
 * without a chance to give back what the call holds: places and tokens of a
 * budget, the probe of a breaker, a guard. backoff::run() keeps exceptions
 * inside the attempt, tries again as the policy says, and throws the last one.
 *
 * The same is true of longjmp(3), which this header cannot catch, and of
 * pthread_cancel(3), whose unwinding it lets pass. */
/* SPDX-License-Identifier: MIT */
#ifndef BACKOFF_CPP_HPP
#define BACKOFF_CPP_HPP

#if (defined(__GNUC__) && !defined(__EXCEPTIONS)) ||                           \
	(defined(__GNUC__) && !defined(__GXX_RTTI))
#error "backoff/cpp.hpp needs exceptions and RTTI; without, use backoff.h"
#endif

#include <cstdlib>
#include <cstring>
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

namespace backoff
{

/** Deletes what a C function has made. */
struct deleter {
	void
	operator()(backoff_policy *p) const noexcept
	{
		backoff_policy_unref(p);
	}
	void
	operator()(backoff_retry *p) const noexcept
	{
		backoff_retry_free(p);
	}
	void
	operator()(backoff_call *p) const noexcept
	{
		backoff_call_free(p);
	}
	void
	operator()(backoff_sink *p) const noexcept
	{
		backoff_sink_free(p);
	}
	void
	operator()(backoff_guards *p) const noexcept
	{
		backoff_guards_free(p);
	}
	void
	operator()(backoff_cancel *p) const noexcept
	{
		backoff_cancel_free(p);
	}
};

/** Owners: `backoff::owner<backoff_retry> retry(raw)`. The one of a call ends
 * it when an exception leaves its scope, so a call by steps needs nothing else.
 */
template <typename object> using owner = std::unique_ptr<object, deleter>;

/**
 * Describe the exception that is being handled: a failure of class unknown with
 * its type, "std::runtime_error", and its what(). `retry_on` may also name
 * std::system_error, std::runtime_error, std::logic_error and std::exception,
 * as far as they are its bases. A std::system_error with an errno is described
 * as by backoff_outcome_from_errno(), std::bad_alloc as ENOMEM; their types
 * stay C++'s.
 */
inline void
describe_exception(backoff_outcome &outcome) noexcept
{
	static const char *const system_types[] = {"std::system_error",
						   "std::runtime_error",
						   "std::exception", nullptr};
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

namespace detail
{

/** What an attempt threw, and how it was described. */
struct thrown {
	std::exception_ptr exception;
	char error_type[sizeof(backoff_answer::error_type)];
	char code[sizeof(backoff_answer::code)];
	char error[sizeof(backoff_answer::error)];

	thrown() noexcept : exception(), error_type(), code(), error()
	{
	}

	template <std::size_t size>
	static void
	keep(char (&out)[size], const char *text) noexcept
	{
		std::strncpy(out, text != nullptr ? text : "", size - 1);
	}

	/** Answers cut texts between characters, so up to 3 bytes earlier. */
	template <std::size_t size>
	static bool
	same(const char (&kept)[size], const char (&answer)[size]) noexcept
	{
		std::size_t length = std::strlen(answer);

		return std::strncmp(kept, answer, length) == 0 &&
		       (kept[length] == '\0' || length + 4 >= size);
	}

	/** Whether the answer is that of this attempt. */
	bool
	is_of(const backoff_answer &answer) const noexcept
	{
		return exception && same(error_type, answer.error_type) &&
		       same(code, answer.code) && same(error, answer.error);
	}
};

/** A callable, and the exceptions of the latest attempts: of as many as can be
 *  under way at once. */
template <typename callable> struct attempts {
	callable &function;
	std::mutex lock;
	/** What the attempt threw that ended last. */
	std::exception_ptr last;
	thrown latest[BACKOFF_HEDGES_MAX + 1];

	explicit attempts(callable &f) : function(f), lock(), last(), latest()
	{
	}

	/** backoff_attempt_fn. */
	static void
	make(void *user, const backoff_attempt *attempt,
	     backoff_outcome *outcome)
	{
		auto *self = static_cast<attempts *>(user);
		thrown now;

		try {
			self->function(*attempt, *outcome);
#if defined(__GLIBCXX__)
		} catch (const abi::__forced_unwind &) {
			/* pthread_cancel(3): a process that keeps it is
			 * aborted. */
			throw;
#endif
		} catch (...) {
			now.exception = std::current_exception();
			describe_exception(*outcome);
			thrown::keep(now.error_type,
				     backoff_outcome_error_type(outcome));
			thrown::keep(now.code, backoff_outcome_code(outcome));
			thrown::keep(now.error, backoff_outcome_error(outcome));
		}
		std::lock_guard<std::mutex> hold(self->lock);
		self->last = now.exception;
		self->latest[attempt->number % (BACKOFF_HEDGES_MAX + 1)] = now;
	}
};

template <typename callable>
enum backoff_status
run(bool hedged, backoff_retry *retry, const backoff_call_options *options,
    callable &function, backoff_answer *answer)
{
	attempts<callable> made(function);
	backoff_answer unread = backoff_answer();
	enum backoff_status status;

	unread.size = sizeof(unread);
	if (answer == nullptr)
		answer = &unread;
	status = (hedged ? &backoff_retry_run_hedged : &backoff_retry_run)(
		retry, options, &attempts<callable>::make, &made, answer);
	if (status != BACKOFF_E_FAILED)
		return status;
	if (!hedged && made.last)
		std::rethrow_exception(made.last);
	/* Attempts that lost may have thrown as well, and later. */
	for (const thrown &each : made.latest)
		if (hedged && each.is_of(*answer))
			std::rethrow_exception(each.exception);
	return status;
}

} // namespace detail

/**
 * backoff_retry_run() for an attempt that may throw: @p function is called as
 * function(const backoff_attempt &, backoff_outcome &). It reports, or throws;
 * what it throws is a failure, as describe_exception() says, which the policy
 * judges. If the call fails after an attempt that threw, its exception is
 * thrown from here, and *answer is set. Other callbacks must not throw.
 *
 * @param options  may be null
 * @param answer   may be null
 */
template <typename callable>
enum backoff_status
run(backoff_retry *retry, const backoff_call_options *options,
    callable &&function, backoff_answer *answer = nullptr)
{
	return detail::run(false, retry, options, function, answer);
}

/** The same for backoff_retry_run_hedged(): @p function is called in several
 *  threads at once. What is thrown from here is the exception that *answer
 *  describes; attempts that lost do not count, whatever they throw. A failure
 *  that was not thrown, or whose texts the classifier changed, is only
 *  returned. */
template <typename callable>
enum backoff_status
run_hedged(backoff_retry *retry, const backoff_call_options *options,
	   callable &&function, backoff_answer *answer = nullptr)
{
	return detail::run(true, retry, options, function, answer);
}

} // namespace backoff

#endif
