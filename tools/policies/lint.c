/* The rules: each checks for one code, from the policy alone. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/num.h"
#include "policies/lint.h"
#include "policies/lint_matchers.h"
#include "policies/lint_waits.h"

/* Share of equal delays, or of calls cut short, above which a rule warns. */
#define EQUAL_SHARE 0.01
/* Jitter over less than a tenth of the delay. */
#define NARROW 10
/* A total wait longer than anyone intends by accident. */
#define LONG_WAIT_NS (3600 * BO_NS_PER_S)
/* The limit that gRPC puts on attempts (proposal A6). */
#define MANY_ATTEMPTS 5

const struct rs_lint_row rs_lint_table[RS_LINT_CODES] = {
	[RS_LINT_JITTER_LOST_AT_CAP] = {"jitter-lost-at-cap", RS_LINT_WARNING},
	[RS_LINT_FIXED_DELAY_NO_JITTER] = {"fixed-delay-no-jitter",
					   RS_LINT_WARNING},
	[RS_LINT_JITTER_TOO_NARROW] = {"jitter-too-narrow", RS_LINT_WARNING},
	[RS_LINT_RETRY_WITHOUT_WAIT] = {"retry-without-wait", RS_LINT_WARNING},
	[RS_LINT_DELAYS_SHRINK] = {"delays-shrink", RS_LINT_WARNING},
	[RS_LINT_DELAY_ABOVE_CAP] = {"delay-above-cap", RS_LINT_NOTE},
	[RS_LINT_NO_DEADLINE] = {"no-deadline", RS_LINT_WARNING},
	[RS_LINT_NO_ATTEMPT_TIMEOUT] = {"no-attempt-timeout", RS_LINT_WARNING},
	[RS_LINT_UNBOUNDED_WAIT] = {"unbounded-wait", RS_LINT_WARNING},
	[RS_LINT_RETRIES_EXCEED_DEADLINE] = {"retries-exceed-deadline",
					     RS_LINT_WARNING},
	[RS_LINT_DEADLINE_BELOW_ATTEMPT_TIMEOUT] =
		{"deadline-below-attempt-timeout", RS_LINT_WARNING},
	[RS_LINT_SLOW_ATTEMPTS_EXCEED_DEADLINE] =
		{"slow-attempts-exceed-deadline", RS_LINT_NOTE},
	[RS_LINT_ATTEMPTS_MULTIPLY] = {"attempts-multiply", RS_LINT_WARNING},
	[RS_LINT_LOAD_AMPLIFIED] = {"load-amplified", RS_LINT_WARNING},
	[RS_LINT_HEDGE_WITHOUT_BUDGET] = {"hedge-without-budget",
					  RS_LINT_WARNING},
	[RS_LINT_BUDGET_NEVER_REFILLS] = {"budget-never-refills",
					  RS_LINT_WARNING},
	[RS_LINT_RETRIES_NOTHING] = {"retries-nothing", RS_LINT_WARNING},
	[RS_LINT_RETRIES_CLIENT_ERRORS] = {"retries-client-errors",
					   RS_LINT_NOTE},
	[RS_LINT_NO_HTTP_STATUS] = {"no-http-status", RS_LINT_NOTE},
	[RS_LINT_UNLIKELY_MATCHER] = {"unlikely-matcher", RS_LINT_WARNING},
};

/* State of the check of one policy. */
struct look {
	const struct backoff_policy *policy;
	const struct rs_lint_context *context;
	struct rs_lint_waits waits;
	uint64_t deadline_ns, max_delay_ns;
	bool deadline_from_failure, decorrelated;
	struct rs_lint_findings *out;
};

static struct rs_lint_finding *find(struct look *look, enum rs_lint_code code,
				    const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* An ignored finding is written to the next free place but not counted. */
static struct rs_lint_finding *
find(struct look *look, enum rs_lint_code code, const char *format, ...)
{
	struct rs_lint_finding *finding = &look->out->item[look->out->count];
	va_list arguments;

	*finding = (struct rs_lint_finding){.code = code};
	va_start(arguments, format);
	vsnprintf(finding->message, sizeof(finding->message), format,
		  arguments);
	va_end(arguments);
	if (!look->context->ignored[code])
		look->out->count++;
	return finding;
}

static void
measure(struct rs_lint_finding *finding, const char *name,
	enum rs_lint_unit unit, uint64_t value)
{
	finding->measured[finding->measured_count++] =
		(struct rs_lint_measured){
			.name = name, .unit = unit, .value.count = value};
}

static void
measure_share(struct rs_lint_finding *finding, const char *name, uint64_t part,
	      uint64_t whole)
{
	finding->measured[finding->measured_count++] =
		(struct rs_lint_measured){.name = name,
					  .unit = RS_LINT_SHARE,
					  .value.share =
						  (double)part / (double)whole};
}

/* Measure how many clients that failed together retry together. */
static void
measure_herd(struct rs_lint_finding *finding, const struct look *look,
	     size_t retry)
{
	uint64_t draws = look->waits.draws;
	uint64_t together = look->waits.wait[retry].together;
	uint64_t clients = look->context->calls_per_second;

	measure_share(finding, "share_within_100ms", together, draws);
	if (clients == 0)
		return;
	/* A target that hung for a second, then refused all calls of it. */
	measure(finding, "clients", RS_LINT_COUNT, clients);
	measure(finding, "clients_within_100ms", RS_LINT_COUNT,
		(uint64_t)((double)clients * (double)together / (double)draws +
			   0.5));
}

static void
measure_waits(struct rs_lint_finding *finding, const struct look *look)
{
	measure(finding, "total_wait_min", RS_LINT_NS, look->waits.least_ns);
	/* The percentile covers drawn waits; possibly not all were drawn. */
	if (look->waits.drawn == look->waits.retries)
		measure(finding, "total_wait_p99", RS_LINT_NS,
			look->waits.p99_ns);
	measure(finding, "total_wait_max", RS_LINT_NS, look->waits.most_ns);
}

static void
look_at_cap(struct look *look)
{
	const struct rs_lint_waits *waits = &look->waits;
	struct rs_lint_finding *finding;
	size_t last;

	if (waits->drawn == 0)
		return;
	/* A curve with a cap does not fall, so the last delay is the most
	 * saturated. */
	last = waits->drawn - 1;
	if ((double)waits->wait[last].pinned <
	    EQUAL_SHARE * (double)waits->draws)
		return;
	finding = find(look, RS_LINT_JITTER_LOST_AT_CAP,
		       "the cap is applied after jitter: delays above it all "
		       "equal the cap, and clients that failed together retry "
		       "together");
	measure_share(finding, "equal_share", waits->wait[last].pinned,
		      waits->draws);
	measure(finding, "retry", RS_LINT_COUNT, last + 1);
	measure(finding, "delay", RS_LINT_NS, waits->wait[last].high_ns);
	measure(finding, "draws", RS_LINT_COUNT, waits->draws);
	measure_herd(finding, look, last);
}

static void
look_at_spread(struct look *look)
{
	const struct rs_lint_waits *waits = &look->waits;
	size_t fixed = 0, narrow = 0;
	struct rs_lint_finding *finding;

	for (size_t i = waits->drawn; i-- > 0;) {
		uint64_t high = waits->wait[i].open_high_ns;
		uint64_t width = high - waits->wait[i].open_low_ns;

		/* RS_LINT_RETRY_WITHOUT_WAIT covers delays of 0. */
		if (high > 0 && width == 0)
			fixed = i + 1;
		else if (high > 0 && width < high / NARROW)
			narrow = i + 1;
	}
	if (fixed > 0) {
		finding = find(look, RS_LINT_FIXED_DELAY_NO_JITTER,
			       "delays are fixed: clients that failed together "
			       "retry together");
		fixed--;
		measure(finding, "retry", RS_LINT_COUNT, fixed + 1);
		measure(finding, "delay", RS_LINT_NS,
			waits->wait[fixed].high_ns);
		measure_herd(finding, look, fixed);
	} else if (narrow > 0) {
		narrow--;
		finding = find(look, RS_LINT_JITTER_TOO_NARROW,
			       "jitter spreads retry %zu over less than a "
			       "tenth of its delay",
			       narrow + 1);
		measure(finding, "retry", RS_LINT_COUNT, narrow + 1);
		measure(finding, "delay_min", RS_LINT_NS,
			waits->wait[narrow].low_ns);
		measure(finding, "delay_max", RS_LINT_NS,
			waits->wait[narrow].high_ns);
		measure_herd(finding, look, narrow);
	}
}

static void
look_at_curve(struct look *look)
{
	const struct rs_lint_waits *waits = &look->waits;
	struct rs_lint_finding *finding;

	if (waits->drawn == 0)
		return;
	if (waits->most_ns == 0) {
		finding = find(look, RS_LINT_RETRY_WITHOUT_WAIT,
			       "immediate retries give the target no time to "
			       "recover");
		measure(finding, "attempts_at_once", RS_LINT_COUNT,
			waits->retries + 1);
	}
	/* Decorrelated delays rise and fall anyway. */
	for (size_t i = 1; i < waits->drawn && !look->decorrelated; i++) {
		if (waits->wait[i].high_ns >= waits->wait[i - 1].high_ns)
			continue;
		finding = find(look, RS_LINT_DELAYS_SHRINK,
			       "retry %zu waits less than the one before it, "
			       "although the failure has lasted longer",
			       i + 1);
		measure(finding, "retry", RS_LINT_COUNT, i + 1);
		measure(finding, "delay_before", RS_LINT_NS,
			waits->wait[i - 1].high_ns);
		measure(finding, "delay", RS_LINT_NS, waits->wait[i].high_ns);
		break;
	}
	if (waits->wait[waits->drawn - 1].high_ns > look->max_delay_ns) {
		finding = find(look, RS_LINT_DELAY_ABOVE_CAP,
			       "jitter can exceed max_delay unless "
			       "jitter.bounded is set");
		measure(finding, "max_delay", RS_LINT_NS, look->max_delay_ns);
		measure(finding, "delay_max", RS_LINT_NS,
			waits->wait[waits->drawn - 1].high_ns);
	}
}

/* Rules of policies without a deadline. */
static void
look_without_deadline(struct look *look)
{
	bool limited = backoff_policy_attempt_timeout_ns(look->policy, 1) !=
		       BACKOFF_FOREVER;
	struct rs_lint_finding *finding;

	/* One attempt with a limit is a call with a limit. */
	if (!limited || look->waits.retries > 0) {
		finding = find(look, RS_LINT_NO_DEADLINE, "%s",
			       limited ? "no deadline: only attempt_timeout "
					 "limits a call"
				       : "no deadline and no attempt_timeout: "
					 "nothing ends a call whose attempt "
					 "hangs");
		measure_waits(finding, look);
	}
	if (look->waits.most_ns < LONG_WAIT_NS)
		return;
	finding = find(look, RS_LINT_UNBOUNDED_WAIT,
		       "without a deadline, waits can add up to an hour or "
		       "more");
	measure_waits(finding, look);
	measure(finding, "retries", RS_LINT_COUNT, look->waits.retries);
}

/* Find the first attempt that never has its whole attempt_timeout. */
static void
look_at_timeouts(struct look *look)
{
	uint64_t attempts = look->waits.drawn + 1;

	for (uint32_t i = 2; i <= attempts; i++) {
		uint64_t limit =
			backoff_policy_attempt_timeout_ns(look->policy, i);
		uint64_t start = rs_lint_start_ns(look->policy, i, false);
		struct rs_lint_finding *finding;

		if (start >= look->deadline_ns)
			return;
		if (limit <= look->deadline_ns - start)
			continue;
		finding = find(look, RS_LINT_DEADLINE_BELOW_ATTEMPT_TIMEOUT,
			       "attempt %" PRIu32 " never has its whole "
			       "attempt_timeout: the deadline comes first",
			       i);
		measure(finding, "attempt", RS_LINT_COUNT, i);
		measure(finding, "attempt_timeout", RS_LINT_NS, limit);
		measure(finding, "time_left_max", RS_LINT_NS,
			look->deadline_ns - start);
		measure(finding, "deadline", RS_LINT_NS, look->deadline_ns);
		return;
	}
}

/* Compute the start of an attempt, relative to the start of the deadline, if
 * each one before it lasts for its attempt_timeout. */
static uint64_t
slow_start_ns(const struct look *look, uint32_t attempt)
{
	uint64_t start = rs_lint_start_ns(look->policy, attempt, true);

	if (look->deadline_from_failure)
		start -= backoff_policy_attempt_timeout_ns(look->policy, 1);
	return start;
}

/* Count the attempts that begin if each lasts for its attempt_timeout. */
static void
look_at_slow_attempts(struct look *look)
{
	uint64_t attempts = look->waits.drawn + 1;
	struct rs_lint_finding *finding;
	uint32_t made = 1;

	while (made < attempts &&
	       slow_start_ns(look, made + 1) < look->deadline_ns)
		made++;
	/* The deadline is meant to end calls without another limit. */
	if (made == attempts || look->waits.unlimited)
		return;
	finding = find(look, RS_LINT_SLOW_ATTEMPTS_EXCEED_DEADLINE,
		       "if every attempt lasts for its attempt_timeout, the "
		       "deadline ends the call before its last attempt");
	measure(finding, "attempts_made", RS_LINT_COUNT, made);
	measure(finding, "max_attempts", RS_LINT_COUNT,
		look->waits.retries + 1);
	measure(finding, "deadline", RS_LINT_NS, look->deadline_ns);
}

static void
look_at_deadline(struct look *look)
{
	const struct rs_lint_waits *waits = &look->waits;
	struct rs_lint_finding *finding;

	if (look->deadline_ns == BACKOFF_FOREVER) {
		look_without_deadline(look);
		return;
	}
	if (waits->retries == 0)
		return;
	if (backoff_policy_attempt_timeout_ns(look->policy, 1) ==
	    BACKOFF_FOREVER) {
		finding = find(look, RS_LINT_NO_ATTEMPT_TIMEOUT, "%s",
			       look->deadline_from_failure
				       ? "no attempt_timeout: a first attempt "
					 "that hangs never ends, and a later "
					 "one uses up the deadline"
				       : "no attempt_timeout: one attempt that "
					 "hangs uses up the deadline and is "
					 "never retried");
		measure(finding, "deadline", RS_LINT_NS, look->deadline_ns);
		measure(finding, "retries_lost", RS_LINT_COUNT, waits->retries);
	}
	if (!waits->unlimited &&
	    (double)waits->cut > EQUAL_SHARE * (double)waits->draws) {
		finding = find(look, RS_LINT_RETRIES_EXCEED_DEADLINE,
			       "waits alone exceed the deadline; later "
			       "attempts never run");
		measure_share(finding, "calls_cut", waits->cut, waits->draws);
		measure(finding, "attempts_most", RS_LINT_COUNT,
			waits->attempts_most);
		measure(finding, "max_attempts", RS_LINT_COUNT,
			waits->retries + 1);
		measure_waits(finding, look);
		measure(finding, "deadline", RS_LINT_NS, look->deadline_ns);
	}
	if (backoff_policy_attempt_timeout_ns(look->policy, 1) ==
	    BACKOFF_FOREVER)
		return;
	look_at_timeouts(look);
	look_at_slow_attempts(look);
}

static void
look_at_hedges(struct look *look, uint64_t calls)
{
	enum backoff_budget budget = backoff_policy_budget(look->policy);
	uint64_t at_once =
		UINT64_C(1) + backoff_policy_max_hedges(look->policy);
	struct rs_lint_finding *finding;

	/* Only failures empty a throttle (gRPC A6), and a slow target makes
	 * none. */
	if (at_once == 1 || (budget != BACKOFF_BUDGET_NONE &&
			     budget != BACKOFF_BUDGET_THROTTLE))
		return;
	finding = find(look, RS_LINT_HEDGE_WITHOUT_BUDGET,
		       "a slow target gets hedges for every call, and no "
		       "budget limits them");
	measure(finding, "attempts_at_once", RS_LINT_COUNT, at_once);
	if (calls > 0)
		measure(finding, "attempts_per_second", RS_LINT_COUNT,
			bo_mul_sat(calls, at_once));
}

static void
look_at_budget(struct look *look)
{
	struct rs_lint_finding *finding;

	if (backoff_policy_budget(look->policy) == BACKOFF_BUDGET_NONE ||
	    backoff_policy_budget_refills(look->policy))
		return;
	finding = find(look, RS_LINT_BUDGET_NEVER_REFILLS,
		       "neither time nor first-try successes refill the "
		       "budget: once its tokens are spent, nothing is retried "
		       "any more");
	measure(finding, "retries_lost", RS_LINT_COUNT, look->waits.retries);
}

static void
look_at_load(struct look *look)
{
	uint64_t attempts = look->waits.attempts_most;
	uint64_t layers = look->context->layers;
	uint64_t calls = look->context->calls_per_second;
	uint64_t product = bo_mul_sat(layers, attempts);
	struct rs_lint_finding *finding;

	if (layers > 1 && attempts > 1) {
		finding = find(look, RS_LINT_ATTEMPTS_MULTIPLY,
			       "several layers retry: one call becomes up to "
			       "%s x %" PRIu64 " = %" PRIu64 " attempts",
			       look->context->layers_text, attempts, product);
		measure(finding, "attempts", RS_LINT_COUNT, product);
	}
	look_at_hedges(look, calls);
	look_at_budget(look);
	if (backoff_policy_budget(look->policy) != BACKOFF_BUDGET_NONE)
		return;
	if (attempts <= MANY_ATTEMPTS)
		return;
	finding = find(look, RS_LINT_LOAD_AMPLIFIED,
		       "an outage multiplies the load on the target, and no "
		       "budget limits it");
	measure(finding, "attempts_per_call", RS_LINT_COUNT, attempts);
	if (calls > 0)
		measure(finding, "attempts_per_second", RS_LINT_COUNT,
			bo_mul_sat(calls, attempts));
}

/* Ask the engine about answers that mean "do not send this again". */
static void
look_at_matchers(struct look *look)
{
	static const int permanent[] = {400, 401, 403, 404, 405, 410, 422};
	const size_t asked = sizeof(permanent) / sizeof(*permanent);
	struct rs_lint_finding *finding;
	uint64_t retried = 0;

	if (look->waits.retries == 0)
		return;
	if (!backoff_policy_retries_any(look->policy))
		measure(find(look, RS_LINT_RETRIES_NOTHING,
			     "no failure is retried: retry_on is empty, or "
			     "abort_on covers all of it"),
			"retries_lost", RS_LINT_COUNT, look->waits.retries);
	for (size_t i = 0; i < asked; i++) {
		struct backoff_outcome outcome = {.size = sizeof(outcome)};

		backoff_outcome_from_http(&outcome, permanent[i]);
		retried += (uint64_t)(backoff_engine_retryable(look->policy,
							       &outcome) != 0);
	}
	if (retried == 0)
		return;
	finding = find(look, RS_LINT_RETRIES_CLIENT_ERRORS,
		       "permanent HTTP errors (400, 401, 403, 404, 405, 410, "
		       "422) are retried unless the caller reports them as "
		       "fatal");
	measure(finding, "codes_retried", RS_LINT_COUNT, retried);
	measure(finding, "codes_asked", RS_LINT_COUNT, asked);
	measure_waits(finding, look);
}

/* Failures that are reported as HTTP statuses are perhaps never retried, and a
 * matcher perhaps means something else. */
static bool
look_at_names(struct look *look)
{
	struct rs_unlikely unlikely;

	if (look->waits.retries > 0 &&
	    backoff_policy_retries_any(look->policy) &&
	    !rs_matches_http(look->policy))
		measure(find(look, RS_LINT_NO_HTTP_STATUS,
			     "matches no HTTP status: a 503 or 429 is not "
			     "retried unless its error type or text matches"),
			"retries_lost", RS_LINT_COUNT, look->waits.retries);
	if (!rs_find_unlikely(look->policy, &unlikely))
		return false;
	if (unlikely.count > 0)
		measure(find(look, RS_LINT_UNLIKELY_MATCHER,
			     "the matcher \"%s\" will hardly match: %s",
			     unlikely.matcher, unlikely.why),
			"matchers", RS_LINT_COUNT, unlikely.count);
	return true;
}

bool
rs_lint(const struct backoff_policy *policy,
	const struct rs_lint_context *context, struct rs_lint_findings *out)
{
	struct look look = {
		.policy = policy,
		.context = context,
		.deadline_ns = backoff_policy_deadline_ns(policy),
		.max_delay_ns = backoff_policy_max_delay_ns(policy),
		.deadline_from_failure = backoff_policy_deadline_from(policy) ==
					 BACKOFF_DEADLINE_FROM_FIRST_FAILURE,
		.decorrelated = backoff_policy_jitter(policy) ==
				BACKOFF_JITTER_DECORRELATED,
		.out = out,
	};
	bool good;

	*out = (struct rs_lint_findings){0};
	if (!rs_lint_waits_make(policy, &look.waits))
		return false;
	look_at_cap(&look);
	look_at_spread(&look);
	look_at_curve(&look);
	look_at_deadline(&look);
	look_at_load(&look);
	look_at_matchers(&look);
	good = look_at_names(&look);
	rs_lint_waits_clear(&look.waits);
	return good;
}

const char *
rs_lint_names(char *buffer, size_t size)
{
	size_t used = 0;

	buffer[0] = '\0';
	for (int i = 0; i < RS_LINT_CODES; i++) {
		int wrote = snprintf(buffer + used, size - used, "%s%s",
				     i ? " " : "", rs_lint_table[i].name);

		if (wrote < 0 || (size_t)wrote >= size - used)
			break;
		used += (size_t)wrote;
	}
	return buffer;
}

const char *
rs_lint_severity_name(enum rs_lint_severity severity)
{
	return severity == RS_LINT_NOTE ? "note" : "warning";
}
