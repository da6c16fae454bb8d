/* The one table of a policy's fields: the enum of rows, the table that
 * decoding, encoding and the schema walk, and the defaults are made from it. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_POLICY_ROWS_H
#define BO_POLICY_ROWS_H

/* The longest duration of a file, in seconds. */
#define BO_SECONDS_MAX 1e9

/* WORD(constant, "word") for each value of an enum, in the enum's order. */
#define BO_CURVE_WORDS(WORD)                                                   \
	WORD(BACKOFF_CURVE_CONSTANT, "constant")                               \
	WORD(BACKOFF_CURVE_LINEAR, "linear")                                   \
	WORD(BACKOFF_CURVE_EXPONENTIAL, "exponential")                         \
	WORD(BACKOFF_CURVE_FIBONACCI, "fibonacci")                             \
	WORD(BACKOFF_CURVE_DECORRELATED, "decorrelated")                       \
	WORD(BACKOFF_CURVE_SCHEDULE, "schedule")
#define BO_JITTER_WORDS(WORD)                                                  \
	WORD(BACKOFF_JITTER_NONE, "none")                                      \
	WORD(BACKOFF_JITTER_FULL, "full")                                      \
	WORD(BACKOFF_JITTER_EQUAL, "equal")                                    \
	WORD(BACKOFF_JITTER_MINUS, "minus")                                    \
	WORD(BACKOFF_JITTER_PROPORTIONAL, "proportional")                      \
	WORD(BACKOFF_JITTER_ADDITIVE, "additive")                              \
	WORD(BACKOFF_JITTER_DECORRELATED, "decorrelated")
#define BO_ORDER_WORDS(WORD)                                                   \
	WORD(BO_ORDER_CAP_THEN_JITTER, "cap_then_jitter")                      \
	WORD(BO_ORDER_JITTER_THEN_CAP, "jitter_then_cap")
#define BO_DEADLINE_FROM_WORDS(WORD)                                           \
	WORD(BACKOFF_DEADLINE_FROM_START, "start")                             \
	WORD(BACKOFF_DEADLINE_FROM_FIRST_FAILURE, "first_failure")
#define BO_TOO_LONG_WORDS(WORD)                                                \
	WORD(BO_HINT_GIVE_UP, "give_up")                                       \
	WORD(BO_HINT_CLAMP, "clamp")                                           \
	WORD(BO_HINT_IGNORE, "ignore")
#define BO_COMBINE_WORDS(WORD)                                                 \
	WORD(BO_HINT_MAX, "max")                                               \
	WORD(BO_HINT_REPLACE, "replace")
#define BO_AFTER_FAILURE_WORDS(WORD)                                           \
	WORD(BO_HEDGE_WAIT, "wait")                                            \
	WORD(BO_HEDGE_NOW, "now")
#define BO_BUDGET_WORDS(WORD)                                                  \
	WORD(BACKOFF_BUDGET_NONE, "none")                                      \
	WORD(BACKOFF_BUDGET_TOKEN_BUCKET, "token_bucket")                      \
	WORD(BACKOFF_BUDGET_THROTTLE, "throttle")                              \
	WORD(BACKOFF_BUDGET_RATIO, "ratio")                                    \
	WORD(BACKOFF_BUDGET_CONCURRENCY, "concurrency")

/* EACH(FIELD, CLASS, "word") for each class that can have rules: all but the
 * unknown. */
#define BO_RULED_CLASSES(EACH, FIELD)                                          \
	EACH(FIELD, TRANSIENT, "transient")                                    \
	EACH(FIELD, THROTTLE, "throttle")                                      \
	EACH(FIELD, SERVER, "server")                                          \
	EACH(FIELD, CLIENT, "client")                                          \
	EACH(FIELD, TIMEOUT, "timeout")                                        \
	EACH(FIELD, CONFLICT, "conflict")                                      \
	EACH(FIELD, FATAL, "fatal")

/*
 * FIELD(row, path, shape, written, depends, doc), in canonical order; the
 * fields of an object stand together.
 *
 * shape    the kind of value, and where it is kept:
 *          NAME, TEXT(member, min, max): bytes; a name is required
 *          EXTENDS(min, max): bytes
 *          LIMIT(member, min, max, start): a required count or "unlimited"
 *          COUNT, NUMBER, DURATION(member, min, max, default)
 *          OPTIONAL_NUMBER, OPTIONAL_DURATION(member, min, max): not set by
 *              default
 *          CHOICE(member, WORDS, default, "its word")
 *          BOOL(member, default)
 *          DELAYS, DURATION_OR_LIST(member, min, max)
 *          MATCHERS(member, default as JSON)
 * written  when the canonical form has it, given that it has an effect: a
 *          field that need not be there is left out where it changes nothing,
 *          so that a policy's hash outlives versions that can do more
 *          ALWAYS; CHANGED: if it differs from the default; TOGETHER: if a
 *          field of its object does; NEVER
 * depends  what gives the field an effect:
 *          NOTHING; ON(row, values) of another field; ON_EITHER(row, row,
 *          values): one of two fields has one of the values; ON_BOTH(row,
 *          values, row, values)
 *          values: ONLY(a), ONLY2(a, b), ALL_BUT(a), ALL_BUT2(a, b),
 *          ALL_BUT3(a, b, c) of an enum
 *          or a boolean; SET or UNSET of anything else
 */
#define BO_POLICY_TABLE(FIELD)                                                 \
	FIELD(NAME, "name", NAME(name, 1, 64), ALWAYS, NOTHING,                \
	      "Name of the policy in logs and reports: letters, digits, "      \
	      "'_', '-' and '.'.")                                             \
	FIELD(DESCRIPTION, "description", TEXT(description, 0, 1000), NEVER,   \
	      NOTHING, "Purpose of the policy, in a sentence.")                \
	FIELD(EXTENDS, "extends", EXTENDS(1, 64), NEVER, NOTHING,              \
	      "Name of a policy that supplies the fields that this file does " \
	      "not set.")                                                      \
	FIELD(MAX_ATTEMPTS, "max_attempts", LIMIT(max_attempts, 1, 1e9, 1),    \
	      ALWAYS, NOTHING,                                                 \
	      "Maximum number of attempts, the first included; "               \
	      "\"unlimited\" only with a deadline.")                           \
	FIELD(BACKOFF, "backoff",                                              \
	      CHOICE(curve, BO_CURVE_WORDS, BACKOFF_CURVE_EXPONENTIAL,         \
		     "exponential"),                                           \
	      ALWAYS, NOTHING,                                                 \
	      "How the delay grows with each failed attempt.")                 \
	FIELD(BASE_DELAY, "base_delay",                                        \
	      DURATION(base_delay_ns, 0, BO_SECONDS_MAX, 1), ALWAYS,           \
	      ON(BACKOFF, ALL_BUT(BACKOFF_CURVE_SCHEDULE)),                    \
	      "Delay after the first failed attempt, before jitter.")          \
	FIELD(MAX_DELAY, "max_delay",                                          \
	      DURATION(max_delay_ns, 0, BO_SECONDS_MAX, 30), ALWAYS,           \
	      ON(BACKOFF,                                                      \
		 ALL_BUT2(BACKOFF_CURVE_CONSTANT, BACKOFF_CURVE_SCHEDULE)),    \
	      "Maximum delay before jitter.")                                  \
	FIELD(EXPONENTIAL_BASE, "exponential_base",                            \
	      NUMBER(exponential_base_nano, 1, 1000, 2), ALWAYS,               \
	      ON(BACKOFF, ONLY(BACKOFF_CURVE_EXPONENTIAL)),                    \
	      "Factor from one delay to the next.")                            \
	FIELD(SCHEDULE, "schedule", DELAYS(schedule, 0, BO_SECONDS_MAX),       \
	      ALWAYS, ON(BACKOFF, ONLY(BACKOFF_CURVE_SCHEDULE)),               \
	      "The delays one by one, each a duration or a range [low, high] " \
	      "to draw from instead of jitter; the last one repeats.")         \
	FIELD(JITTER_KIND, "jitter.kind",                                      \
	      CHOICE(jitter, BO_JITTER_WORDS, BACKOFF_JITTER_FULL, "full"),    \
	      ALWAYS, NOTHING,                                                 \
	      "Law of the random part; \"jitter\": \"full\" is short for "     \
	      "\"jitter\": {\"kind\": \"full\"}.")                             \
	FIELD(JITTER_RATIO, "jitter.ratio", NUMBER(ratio_nano, 0, 1, 0.25),    \
	      ALWAYS,                                                          \
	      ON(JITTER_KIND,                                                  \
		 ONLY2(BACKOFF_JITTER_PROPORTIONAL, BACKOFF_JITTER_MINUS)),    \
	      "Width r of proportional and minus jitter, as a share of the "   \
	      "delay.")                                                        \
	FIELD(JITTER_MAX, "jitter.max",                                        \
	      OPTIONAL_DURATION(jitter_max_ns, 0, BO_SECONDS_MAX), ALWAYS,     \
	      ON(JITTER_KIND, ONLY(BACKOFF_JITTER_ADDITIVE)),                  \
	      "Longest time j that additive jitter adds.")                     \
	FIELD(JITTER_ORDER, "jitter.order",                                    \
	      CHOICE(order, BO_ORDER_WORDS, BO_ORDER_CAP_THEN_JITTER,          \
		     "cap_then_jitter"),                                       \
	      ALWAYS,                                                          \
	      ON_BOTH(BACKOFF,                                                 \
		      ALL_BUT2(BACKOFF_CURVE_CONSTANT,                         \
			       BACKOFF_CURVE_SCHEDULE),                        \
		      JITTER_KIND,                                             \
		      ALL_BUT2(BACKOFF_JITTER_NONE,                            \
			       BACKOFF_JITTER_DECORRELATED)),                  \
	      "Whether the cap applies before or after the random part; "      \
	      "after it, saturated delays are all equal.")                     \
	FIELD(JITTER_BOUNDED, "jitter.bounded", BOOL(bounded, false), ALWAYS,  \
	      ON(JITTER_KIND,                                                  \
		 ONLY2(BACKOFF_JITTER_PROPORTIONAL, BACKOFF_JITTER_ADDITIVE)), \
	      "Shrink proportional and additive jitter so that the cap is a "  \
	      "true maximum.")                                                 \
	FIELD(JITTER_MINIMUM, "jitter.minimum",                                \
	      DURATION(jitter_minimum_ns, 0, BO_SECONDS_MAX, 0), CHANGED,      \
	      ON(JITTER_KIND,                                                  \
		 ALL_BUT3(BACKOFF_JITTER_NONE, BACKOFF_JITTER_ADDITIVE,        \
			  BACKOFF_JITTER_DECORRELATED)),                       \
	      "No delay is drawn below this; the range that it is drawn from " \
	      "begins here.")                                                  \
	FIELD(ATTEMPT_TIMEOUT, "attempt_timeout",                              \
	      DURATION_OR_LIST(attempt_timeout, 1e-9, BO_SECONDS_MAX),         \
	      CHANGED, NOTHING,                                                \
	      "Limit of one attempt; a list gives one for each attempt, and "  \
	      "the last one repeats.")                                         \
	FIELD(DEADLINE, "deadline",                                            \
	      OPTIONAL_DURATION(deadline_ns, 1e-9, BO_SECONDS_MAX), CHANGED,   \
	      NOTHING, "Limit of the whole call.")                             \
	FIELD(DEADLINE_FROM, "deadline_from",                                  \
	      CHOICE(deadline_from, BO_DEADLINE_FROM_WORDS,                    \
		     BACKOFF_DEADLINE_FROM_START, "start"),                    \
	      CHANGED, ON(DEADLINE, SET),                                      \
	      "Whether the deadline counts from the call's start or from the " \
	      "end of its first failed attempt.")                              \
	FIELD(RESET_AFTER, "reset_after",                                      \
	      OPTIONAL_DURATION(reset_after_ns, 1, BO_SECONDS_MAX), CHANGED,   \
	      ON(HEDGE_DELAY, UNSET),                                          \
	      "An attempt that lasts this long resets delays and attempt "     \
	      "count.")                                                        \
	FIELD(RETRY_ON, "retry_on", MATCHERS(retry_on, "[\"*\"]"), ALWAYS,     \
	      NOTHING, "Failures that are retried.")                           \
	FIELD(ABORT_ON, "abort_on", MATCHERS(abort_on, "[]"), ALWAYS, NOTHING, \
	      "Failures that are never retried; takes precedence over "        \
	      "retry_on.")                                                     \
	FIELD(IDEMPOTENT_ONLY, "idempotent_only",                              \
	      BOOL(idempotent_only, false), CHANGED, NOTHING,                  \
	      "Retry a call only if it is marked idempotent or nothing was "   \
	      "sent.")                                                         \
	FIELD(RETRY_INBOUND, "retry_inbound_retries",                          \
	      BOOL(retry_inbound, true), CHANGED, NOTHING,                     \
	      "Whether to retry calls that serve a request which is itself a " \
	      "retry.")                                                        \
	BO_HINT_ROWS(FIELD)                                                    \
	BO_BUDGET_ROWS(FIELD)                                                  \
	BO_BREAKER_ROWS(FIELD)                                                 \
	FIELD(HEDGE_DELAY, "hedge.delay",                                      \
	      OPTIONAL_DURATION(hedge.delay_ns, 0, BO_SECONDS_MAX), CHANGED,   \
	      NOTHING, "Start a further attempt when one has run this long.")  \
	FIELD(HEDGE_MAX, "hedge.max",                                          \
	      COUNT(hedge.max, 1, BACKOFF_HEDGES_MAX, 1), ALWAYS,              \
	      ON(HEDGE_DELAY, SET),                                            \
	      "Maximum number of further attempts at once.")                   \
	FIELD(HEDGE_AFTER_FAILURE, "hedge.after_failure",                      \
	      CHOICE(hedge.after_failure, BO_AFTER_FAILURE_WORDS,              \
		     BO_HEDGE_WAIT, "wait"),                                   \
	      CHANGED, ON(HEDGE_DELAY, SET),                                   \
	      "After a failure while hedges are left, start the next one "     \
	      "after delay, or now.")                                          \
	BO_RULED_CLASSES(BO_CLASS_ROWS, FIELD)

#define BO_HINT_ROWS(FIELD)                                                    \
	FIELD(HINT_USE, "server_hint.use", BOOL(hint.use, true), TOGETHER,     \
	      NOTHING,                                                         \
	      "Whether to follow a server's hint about when to retry.")        \
	FIELD(HINT_MAX, "server_hint.max",                                     \
	      DURATION(hint.max_ns, 0, BO_SECONDS_MAX, 60), TOGETHER,          \
	      ON(HINT_USE, ONLY(true)), "The longest hint that is followed.")  \
	FIELD(HINT_TOO_LONG, "server_hint.too_long",                           \
	      CHOICE(hint.too_long, BO_TOO_LONG_WORDS, BO_HINT_GIVE_UP,        \
		     "give_up"),                                               \
	      TOGETHER, ON(HINT_USE, ONLY(true)),                              \
	      "After a longer hint: stop, wait max, or ignore the hint and "   \
	      "use the computed delay.")                                       \
	FIELD(HINT_COMBINE, "server_hint.combine",                             \
	      CHOICE(hint.combine, BO_COMBINE_WORDS, BO_HINT_MAX, "max"),      \
	      TOGETHER, ON(HINT_USE, ONLY(true)),                              \
	      "Wait the longer of the hint and the computed delay, or the "    \
	      "hint alone.")                                                   \
	FIELD(HINT_JITTER, "server_hint.jitter",                               \
	      NUMBER(hint.jitter_nano, 0, 1, 0), TOGETHER,                     \
	      ON(HINT_USE, ONLY(true)),                                        \
	      "Random part added to a hint, as a share of it.")                \
	FIELD(HINT_RESTART, "server_hint.restart", BOOL(hint.restart, false),  \
	      TOGETHER, ON(HINT_USE, ONLY(true)),                              \
	      "After a hint, start again with the first delay, as gRPC does.")

#define BO_BUDGET_ROWS(FIELD)                                                  \
	FIELD(BUDGET_KIND, "budget.kind",                                      \
	      CHOICE(budget.kind, BO_BUDGET_WORDS, BACKOFF_BUDGET_NONE,        \
		     "none"),                                                  \
	      CHANGED, NOTHING,                                                \
	      "Model of the retry budget: AWS, gRPC, Finagle or Envoy.")       \
	FIELD(BUDGET_CAPACITY, "budget.capacity",                              \
	      NUMBER(budget.capacity_nano, 1, 1e6, 500), ALWAYS,               \
	      ON(BUDGET_KIND, ONLY(BACKOFF_BUDGET_TOKEN_BUCKET)),              \
	      "Tokens at the start, and their maximum.")                       \
	FIELD(BUDGET_RETRY_COST, "budget.retry_cost",                          \
	      NUMBER(budget.retry_cost_nano, 0.001, 1e6, 5), ALWAYS,           \
	      ON(BUDGET_KIND, ONLY(BACKOFF_BUDGET_TOKEN_BUCKET)),              \
	      "Tokens that a retry takes.")                                    \
	FIELD(BUDGET_TIMEOUT_COST, "budget.timeout_cost",                      \
	      OPTIONAL_NUMBER(budget.timeout_cost_nano, 0.001, 1e6), CHANGED,  \
	      ON(BUDGET_KIND, ONLY(BACKOFF_BUDGET_TOKEN_BUCKET)),              \
	      "Tokens that a retry takes after a timeout.")                    \
	FIELD(BUDGET_THROTTLE_COST, "budget.throttle_cost",                    \
	      OPTIONAL_NUMBER(budget.throttle_cost_nano, 0.001, 1e6), CHANGED, \
	      ON(BUDGET_KIND, ONLY(BACKOFF_BUDGET_TOKEN_BUCKET)),              \
	      "Tokens that a retry takes after a throttle failure.")           \
	FIELD(BUDGET_SUCCESS_REWARD, "budget.success_reward",                  \
	      NUMBER(budget.success_reward_nano, 0, 1e6, 1), ALWAYS,           \
	      ON(BUDGET_KIND, ONLY(BACKOFF_BUDGET_TOKEN_BUCKET)),              \
	      "Tokens that a first-try success gives.")                        \
	FIELD(BUDGET_REFUND, "budget.refund", BOOL(budget.refund, true),       \
	      ALWAYS, ON(BUDGET_KIND, ONLY(BACKOFF_BUDGET_TOKEN_BUCKET)),      \
	      "Whether a success after retries gives the last cost back.")     \
	FIELD(BUDGET_REFILL, "budget.refill_per_second",                       \
	      OPTIONAL_NUMBER(budget.refill_nano, 0.001, 1e6), CHANGED,        \
	      ON(BUDGET_KIND, ONLY(BACKOFF_BUDGET_TOKEN_BUCKET)),              \
	      "Tokens that come back with time, per second.")                  \
	FIELD(BUDGET_MAX_TOKENS, "budget.max_tokens",                          \
	      NUMBER(budget.max_tokens_nano, 0.001, 1000, 10), ALWAYS,         \
	      ON(BUDGET_KIND, ONLY(BACKOFF_BUDGET_THROTTLE)),                  \
	      "Tokens at the start; no retry at half of them or less.")        \
	FIELD(BUDGET_TOKEN_RATIO, "budget.token_ratio",                        \
	      NUMBER(budget.token_ratio_nano, 0.001, 1000, 0.1), ALWAYS,       \
	      ON(BUDGET_KIND, ONLY(BACKOFF_BUDGET_THROTTLE)),                  \
	      "Tokens that a success gives; a failure takes 1.")               \
	FIELD(BUDGET_RATIO, "budget.ratio",                                    \
	      NUMBER(budget.ratio_nano, 0.001, 1000, 0.2), ALWAYS,             \
	      ON(BUDGET_KIND, ONLY(BACKOFF_BUDGET_RATIO)),                     \
	      "Retries per call.")                                             \
	FIELD(BUDGET_TTL, "budget.ttl", DURATION(budget.ttl_ns, 1, 60, 10),    \
	      ALWAYS, ON(BUDGET_KIND, ONLY(BACKOFF_BUDGET_RATIO)),             \
	      "How long a call's deposit counts.")                             \
	FIELD(BUDGET_MIN_PER_SECOND, "budget.min_per_second",                  \
	      NUMBER(budget.min_per_second_nano, 0, 1e6, 10), ALWAYS,          \
	      ON(BUDGET_KIND, ONLY(BACKOFF_BUDGET_RATIO)),                     \
	      "Retries per second that are always allowed.")                   \
	FIELD(BUDGET_SHARE, "budget.share",                                    \
	      NUMBER(budget.share_nano, 0, 1, 0.2), ALWAYS,                    \
	      ON(BUDGET_KIND, ONLY(BACKOFF_BUDGET_CONCURRENCY)),               \
	      "Concurrent retries, as a share of the concurrent calls.")       \
	FIELD(BUDGET_MIN_CONCURRENT, "budget.min_concurrent",                  \
	      COUNT(budget.min_concurrent, 0, 1e6, 3), ALWAYS,                 \
	      ON(BUDGET_KIND, ONLY(BACKOFF_BUDGET_CONCURRENCY)),               \
	      "Concurrent retries that are always allowed.")

#define BO_BREAKER_ROWS(FIELD)                                                 \
	FIELD(BREAKER_WINDOW, "breaker.window",                                \
	      COUNT(breaker.window, 0, 10000, 0), CHANGED, NOTHING,            \
	      "Number of recent attempts considered; 0 disables.")             \
	FIELD(BREAKER_WINDOW_TIME, "breaker.window_time",                      \
	      DURATION(breaker.window_ns, 0, BO_SECONDS_MAX, 0), CHANGED,      \
	      NOTHING, "Age up to which attempts are considered; 0 disables.") \
	FIELD(BREAKER_FAILURE_RATIO, "breaker.failure_ratio",                  \
	      NUMBER(breaker.failure_ratio_nano, 0.001, 1, 0.5), ALWAYS,       \
	      ON_EITHER(BREAKER_WINDOW, BREAKER_WINDOW_TIME, SET),             \
	      "Share of failures at which the breaker opens.")                 \
	FIELD(BREAKER_MIN_ATTEMPTS, "breaker.min_attempts",                    \
	      COUNT(breaker.min_attempts, 0, 10000, 0), ALWAYS,                \
	      ON_EITHER(BREAKER_WINDOW, BREAKER_WINDOW_TIME, SET),             \
	      "Minimum number of attempts considered; 0: a full window by "    \
	      "count, 10 by time.")                                            \
	FIELD(BREAKER_COOLDOWN, "breaker.cooldown",                            \
	      DURATION(breaker.cooldown_ns, 1e-3, BO_SECONDS_MAX, 2), ALWAYS,  \
	      ON_EITHER(BREAKER_WINDOW, BREAKER_WINDOW_TIME, SET),             \
	      "How long an open breaker refuses all attempts.")                \
	FIELD(BREAKER_PROBES, "breaker.probes",                                \
	      COUNT(breaker.probes, 1, 10000, 1), ALWAYS,                      \
	      ON_EITHER(BREAKER_WINDOW, BREAKER_WINDOW_TIME, SET),             \
	      "Attempts let through half open; the breaker closes if all "     \
	      "succeed.")

#define BO_CLASS_ROWS(FIELD, class, word)                                      \
	FIELD(ON_##class##_BASE_DELAY, "on." word ".base_delay",               \
	      OPTIONAL_DURATION(on[BACKOFF_CLASS_##class].base_delay_ns, 0,    \
				BO_SECONDS_MAX),                               \
	      CHANGED, ON(BACKOFF, ALL_BUT(BACKOFF_CURVE_SCHEDULE)),           \
	      "base_delay after a " word " failure.")                          \
	FIELD(ON_##class##_MAX_DELAY, "on." word ".max_delay",                 \
	      OPTIONAL_DURATION(on[BACKOFF_CLASS_##class].max_delay_ns, 0,     \
				BO_SECONDS_MAX),                               \
	      CHANGED,                                                         \
	      ON(BACKOFF,                                                      \
		 ALL_BUT2(BACKOFF_CURVE_CONSTANT, BACKOFF_CURVE_SCHEDULE)),    \
	      "max_delay after a " word " failure.")                           \
	FIELD(ON_##class##_CONSUME_ATTEMPT, "on." word ".consume_attempt",     \
	      BOOL(on[BACKOFF_CLASS_##class].consume_attempt, true), CHANGED,  \
	      NOTHING,                                                         \
	      "Whether a " word " failure counts towards max_attempts.")       \
	FIELD(ON_##class##_LIMIT, "on." word ".limit",                         \
	      COUNT(on[BACKOFF_CLASS_##class].limit, 1, 1e6, 10), CHANGED,     \
	      ON(ON_##class##_CONSUME_ATTEMPT, ONLY(false)),                   \
	      "Number of " word " failures of a call that do not count.")

#endif
