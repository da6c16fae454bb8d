/* Tests of src/policy/decode: every error of a bad file, with its place. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <dirent.h>
#include <stdio.h>

#include "base/utf8.h"
#include "unit/policy/policies.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

struct error_row {
	const char *file;
	uint32_t line, column;
	const char *path;
	enum backoff_status status;
	/** Part of the error's text. */
	const char *says;
};

#define EURO "\xe2\x82\xac"
#define EURO_5 EURO EURO EURO EURO EURO
#define EURO_10 EURO_5 EURO_5

/* All errors of each file bad-*.json, in the order of the text. */
static const struct error_row bad[] = {
	{"bad-empty", 1, 1, "", BACKOFF_E_SYNTAX, "ends where a value"},
	{"bad-not-object", 1, 1, "", BACKOFF_E_SYNTAX,
	 "a policy must be an object (got an array)"},
	{"bad-truncated", 1, 32, "", BACKOFF_E_SYNTAX, "inside an object"},
	{"bad-trailing", 2, 1, "", BACKOFF_E_SYNTAX, "after the end"},
	{"bad-comment", 2, 3, "", BACKOFF_E_SYNTAX, "field name in quotes"},
	{"bad-nul", 1, 15, "", BACKOFF_E_SYNTAX, "field name in quotes"},
	{"bad-utf8", 2, 21, "", BACKOFF_E_SYNTAX, "invalid UTF-8"},
	{"bad-deep", 1, 77, "", BACKOFF_E_LIMIT, "nested deeper than 32"},
	{"bad-nothing", 1, 1, "", BACKOFF_E_FIELD,
	 "name: this field is required"},
	{"bad-nothing", 1, 1, "", BACKOFF_E_FIELD,
	 "max_attempts: this field is required"},
	{"bad-null", 1, 10, "name", BACKOFF_E_VALUE,
	 "must be a string (got null)"},
	{"bad-null", 1, 32, "max_attempts", BACKOFF_E_VALUE,
	 "must be a whole number (got null)"},
	{"bad-names", 2, 11, "name", BACKOFF_E_VALUE, "1 to 64 bytes (got 0)"},
	{"bad-names", 4, 14, "extends", BACKOFF_E_VALUE, "name of a policy"},
	{"bad-name-letters", 1, 10, "name", BACKOFF_E_VALUE, "letters, digits"},
	{"bad-name-long", 1, 10, "name", BACKOFF_E_VALUE,
	 "1 to 64 bytes (got 65)"},
	{"bad-name-nul", 1, 12, "", BACKOFF_E_SYNTAX, "cannot contain \\u0000"},
	{"bad-matcher-nul", 2, 17, "", BACKOFF_E_SYNTAX,
	 "cannot contain \\u0000"},
	{"bad-long-number", 1, 48, "", BACKOFF_E_LIMIT,
	 "more than 63 characters"},
	{"bad-description-long", 1, 49, "description", BACKOFF_E_VALUE,
	 "0 to 1000 bytes (got 1001)"},
	{"bad-attempts", 2, 18, "max_attempts", BACKOFF_E_VALUE,
	 "must be 1 or more (got 0)"},
	{"bad-attempts-fraction", 1, 31, "max_attempts", BACKOFF_E_VALUE,
	 "whole number (got 2.5)"},
	{"bad-attempts-huge", 1, 31, "max_attempts", BACKOFF_E_VALUE,
	 "1000000000 or less (got 1000000001)"},
	{"bad-attempts-negative", 1, 31, "max_attempts", BACKOFF_E_VALUE,
	 "must be 1 or more (got -1)"},
	{"bad-attempts-text", 1, 31, "max_attempts", BACKOFF_E_VALUE,
	 "must be a whole number (got a string)"},
	{"bad-unlimited", 2, 18, "max_attempts", BACKOFF_E_FIELD,
	 "\"unlimited\" needs a deadline"},
	{"bad-unlimited-inherited", 2, 18, "max_attempts", BACKOFF_E_FIELD,
	 "\"unlimited\" needs a deadline"},
	{"bad-unlimited-class", 2, 22, "on.throttle.consume_attempt",
	 BACKOFF_E_FIELD, "has no effect with max_attempts \"unlimited\""},
	{"bad-unlimited-class", 2, 48, "on.throttle.limit", BACKOFF_E_FIELD,
	 "has no effect with max_attempts \"unlimited\""},
	{"bad-unlimited-word", 1, 31, "max_attempts", BACKOFF_E_VALUE,
	 "must be a whole number (got a string); for no limit, set a "
	 "deadline and write \"unlimited\""},
	{"bad-unknown-fields", 3, 3, "max_attempt", BACKOFF_E_FIELD,
	 "did you mean \"max_attempts\"?"},
	{"bad-unknown-fields", 4, 3, "base-delay", BACKOFF_E_FIELD,
	 "did you mean \"base_delay\"?"},
	{"bad-unknown-fields", 5, 15, "jitter.knd", BACKOFF_E_FIELD,
	 "did you mean \"kind\"?"},
	{"bad-unknown-fields", 5, 30, "jitter.zzzzzzzz", BACKOFF_E_FIELD,
	 "unknown field"},
	{"bad-unknown-fields", 7, 3, "jiter", BACKOFF_E_FIELD,
	 "did you mean \"jitter\"?"},
	{"bad-unknown-fields", 8, 3, "quite_another", BACKOFF_E_FIELD,
	 "unknown field"},
	{"bad-other-names", 2, 3, "retryableStatusCodes", BACKOFF_E_FIELD,
	 "grpc:UNAVAILABLE"},
	{"bad-other-names", 3, 15, "jitter.min", BACKOFF_E_FIELD,
	 "write \"minimum\""},
	{"bad-other-names", 4, 15, "budget.refill", BACKOFF_E_FIELD,
	 "write \"refill_per_second\""},
	{"bad-other-names", 5, 5, "budget.fill_rate", BACKOFF_E_FIELD,
	 "write \"refill_per_second\""},
	{"bad-other-names", 5, 21, "budget.percent_can_retry", BACKOFF_E_FIELD,
	 "write \"ratio\""},
	{"bad-other-names", 6, 5, "budget.min_retry_concurrency",
	 BACKOFF_E_FIELD, "\"min_concurrent\""},
	{"bad-twice", 2, 2, "name", BACKOFF_E_FIELD, "duplicate field"},
	{"bad-twice", 3, 20, "jitter", BACKOFF_E_FIELD, "duplicate field"},
	{"bad-useless", 4, 3, "max_delay", BACKOFF_E_FIELD,
	 "has no effect with backoff \"constant\" or \"schedule\""},
	{"bad-useless", 5, 3, "exponential_base", BACKOFF_E_FIELD,
	 "unless backoff is \"exponential\""},
	{"bad-useless", 6, 3, "schedule", BACKOFF_E_FIELD,
	 "unless backoff is \"schedule\""},
	{"bad-useless", 8, 21, "jitter.ratio", BACKOFF_E_FIELD,
	 "unless jitter.kind is \"minus\" or \"proportional\""},
	{"bad-useless", 8, 35, "jitter.max", BACKOFF_E_FIELD, "\"additive\""},
	{"bad-useless", 9, 5, "jitter.order", BACKOFF_E_FIELD,
	 "has no effect with backoff \"constant\" or \"schedule\""},
	{"bad-useless", 9, 33, "jitter.bounded", BACKOFF_E_FIELD,
	 "\"proportional\" or \"additive\""},
	{"bad-useless-base", 2, 2, "base_delay", BACKOFF_E_FIELD,
	 "has no effect with backoff \"schedule\""},
	{"bad-dotted", 3, 3, "jitter.kind", BACKOFF_E_FIELD, "unknown field"},
	{"bad-dotted", 4, 3, "on.throttle", BACKOFF_E_FIELD, "unknown field"},
	{"bad-dotted", 5, 14, "jitter.kind.", BACKOFF_E_FIELD,
	 "did you mean \"kind\"?"},
	{"bad-dotted", 6, 10, "on.server.max_delay", BACKOFF_E_FIELD,
	 "unknown field"},
	{"bad-objects", 3, 18, "server_hint", BACKOFF_E_VALUE,
	 "must be an object (got true or false)"},
	{"bad-objects", 4, 14, "breaker", BACKOFF_E_VALUE,
	 "must be an object (got a string)"},
	{"bad-objects", 5, 22, "on.throttle", BACKOFF_E_VALUE,
	 "must be an object (got a number)"},
	{"bad-objects", 5, 25, "on.thottle", BACKOFF_E_FIELD,
	 "did you mean \"throttle\"?"},
	{"bad-objects", 5, 40, "on.unknown", BACKOFF_E_FIELD, "unknown field"},
	{"bad-objects", 6, 22, "budget.kind", BACKOFF_E_VALUE,
	 "must be one of: none token_bucket throttle ratio concurrency"},
	{"bad-objects", 7, 3, "on", BACKOFF_E_FIELD, "duplicate field"},
	{"bad-useless-guards", 3, 33, "server_hint.max", BACKOFF_E_FIELD,
	 "unless server_hint.use is true"},
	{"bad-useless-guards", 3, 43, "server_hint.too_long", BACKOFF_E_FIELD,
	 "unless server_hint.use is true"},
	{"bad-useless-guards", 4, 5, "server_hint.combine", BACKOFF_E_FIELD,
	 "unless server_hint.use is true"},
	{"bad-useless-guards", 4, 23, "server_hint.jitter", BACKOFF_E_FIELD,
	 "unless server_hint.use is true"},
	{"bad-useless-guards", 4, 38, "server_hint.restart", BACKOFF_E_FIELD,
	 "unless server_hint.use is true"},
	{"bad-useless-guards", 5, 34, "budget.capacity", BACKOFF_E_FIELD,
	 "unless budget.kind is \"token_bucket\""},
	{"bad-useless-guards", 5, 49, "budget.retry_cost", BACKOFF_E_FIELD,
	 "unless budget.kind is \"token_bucket\""},
	{"bad-useless-guards", 5, 66, "budget.timeout_cost", BACKOFF_E_FIELD,
	 "unless budget.kind is \"token_bucket\""},
	{"bad-useless-guards", 6, 5, "budget.throttle_cost", BACKOFF_E_FIELD,
	 "unless budget.kind is \"token_bucket\""},
	{"bad-useless-guards", 6, 25, "budget.success_reward", BACKOFF_E_FIELD,
	 "unless budget.kind is \"token_bucket\""},
	{"bad-useless-guards", 6, 46, "budget.refund", BACKOFF_E_FIELD,
	 "unless budget.kind is \"token_bucket\""},
	{"bad-useless-guards", 6, 63, "budget.ratio", BACKOFF_E_FIELD,
	 "unless budget.kind is \"ratio\""},
	{"bad-useless-guards", 7, 5, "budget.ttl", BACKOFF_E_FIELD,
	 "unless budget.kind is \"ratio\""},
	{"bad-useless-guards", 7, 15, "budget.min_per_second", BACKOFF_E_FIELD,
	 "unless budget.kind is \"ratio\""},
	{"bad-useless-guards", 7, 36, "budget.share", BACKOFF_E_FIELD,
	 "unless budget.kind is \"concurrency\""},
	{"bad-useless-guards", 7, 50, "budget.min_concurrent", BACKOFF_E_FIELD,
	 "unless budget.kind is \"concurrency\""},
	{"bad-useless-guards", 8, 15, "breaker.failure_ratio", BACKOFF_E_FIELD,
	 "unless breaker.window or breaker.window_time is set"},
	{"bad-useless-guards", 8, 37, "breaker.min_attempts", BACKOFF_E_FIELD,
	 "unless breaker.window or breaker.window_time is set"},
	{"bad-useless-guards", 8, 56, "breaker.cooldown", BACKOFF_E_FIELD,
	 "unless breaker.window or breaker.window_time is set"},
	{"bad-useless-guards", 8, 71, "breaker.probes", BACKOFF_E_FIELD,
	 "unless breaker.window or breaker.window_time is set"},
	{"bad-useless-guards", 9, 23, "on.throttle.max_delay", BACKOFF_E_FIELD,
	 "has no effect with backoff \"constant\" or \"schedule\""},
	{"bad-useless-guards", 9, 39, "on.throttle.limit", BACKOFF_E_FIELD,
	 "unless on.throttle.consume_attempt is false"},
	{"bad-useless-budget", 2, 46, "budget.max_tokens", BACKOFF_E_FIELD,
	 "unless budget.kind is \"throttle\""},
	{"bad-useless-budget", 2, 63, "budget.token_ratio", BACKOFF_E_FIELD,
	 "unless budget.kind is \"throttle\""},
	{"bad-useless-budget", 3, 61, "on.server.base_delay", BACKOFF_E_FIELD,
	 "has no effect with backoff \"schedule\""},
	{"bad-guard-ranges", 2, 54, "idempotent_only", BACKOFF_E_VALUE,
	 "must be true or false"},
	{"bad-guard-ranges", 3, 26, "server_hint.max", BACKOFF_E_VALUE,
	 "must be 0 seconds or more"},
	{"bad-guard-ranges", 3, 40, "server_hint.jitter", BACKOFF_E_VALUE,
	 "must be 1 or less"},
	{"bad-guard-ranges", 3, 57, "server_hint.too_long", BACKOFF_E_VALUE,
	 "did you mean \"give_up\"?"},
	{"bad-guard-ranges", 3, 78, "server_hint.combine", BACKOFF_E_VALUE,
	 "did you mean \"max\"?"},
	{"bad-guard-ranges", 4, 40, "budget.ratio", BACKOFF_E_VALUE,
	 "must be 0.001 or more (got 0)"},
	{"bad-guard-ranges", 4, 50, "budget.ttl", BACKOFF_E_VALUE,
	 "must be 1 second or more"},
	{"bad-guard-ranges", 4, 73, "budget.min_per_second", BACKOFF_E_VALUE,
	 "must be 0 or more"},
	{"bad-guard-ranges", 5, 25, "breaker.window", BACKOFF_E_VALUE,
	 "must be 10000 or less"},
	{"bad-guard-ranges", 5, 49, "breaker.failure_ratio", BACKOFF_E_VALUE,
	 "must be 0.001 or more (got 0.0005)"},
	{"bad-guard-ranges", 5, 67, "breaker.probes", BACKOFF_E_VALUE,
	 "must be 1 or more"},
	{"bad-guard-ranges", 5, 82, "breaker.cooldown", BACKOFF_E_VALUE,
	 "must be 0.001 seconds or more (got 0)"},
	{"bad-guard-ranges", 6, 58, "on.throttle.limit", BACKOFF_E_VALUE,
	 "must be 1 or more"},
	{"bad-hedges", 2, 22, "hedge.delay", BACKOFF_E_VALUE,
	 "must be less than the longest possible attempt (2 >= 2 s"},
	{"bad-hedges", 2, 32, "hedge.max", BACKOFF_E_VALUE,
	 "must be less than max_attempts (2 >= 2)"},
	{"bad-hedge-useless", 2, 13, "hedge.max", BACKOFF_E_FIELD,
	 "unless hedge.delay is set"},
	{"bad-both-windows", 1, 59, "breaker.window_time", BACKOFF_E_FIELD,
	 "set breaker.window or breaker.window_time, not both"},
	{"bad-breaker-minimum", 1, 75, "breaker.min_attempts", BACKOFF_E_VALUE,
	 "must not be more than breaker.window (6 > 5)"},
	{"bad-costs", 3, 50, "budget.capacity", BACKOFF_E_VALUE,
	 "retry_cost must not be more than capacity (5 > 4)"},
	{"bad-costs", 4, 21, "budget.timeout_cost", BACKOFF_E_VALUE,
	 "timeout_cost must not be more than capacity (5.5 > 4)"},
	{"bad-costs", 4, 43, "budget.throttle_cost", BACKOFF_E_VALUE,
	 "throttle_cost must not be more than capacity (4.001 > 4)"},
	{"bad-decimals", 3, 50, "budget.capacity", BACKOFF_E_VALUE,
	 "at most 3 decimals"},
	{"bad-decimals", 3, 74, "budget.retry_cost", BACKOFF_E_VALUE,
	 "at most 3 decimals"},
	{"bad-decimals", 4, 21, "budget.timeout_cost", BACKOFF_E_VALUE,
	 "at most 3 decimals"},
	{"bad-decimals", 4, 46, "budget.throttle_cost", BACKOFF_E_VALUE,
	 "at most 3 decimals"},
	{"bad-decimals", 4, 72, "budget.success_reward", BACKOFF_E_VALUE,
	 "at most 3 decimals"},
	{"bad-decimals-throttle", 1, 79, "budget.max_tokens", BACKOFF_E_VALUE,
	 "at most 3 decimals"},
	{"bad-decimals-throttle", 1, 103, "budget.token_ratio", BACKOFF_E_VALUE,
	 "at most 3 decimals"},
	{"bad-class-delays", 4, 32, "on.throttle.base_delay", BACKOFF_E_VALUE,
	 "base_delay must not be more than max_delay (11 > 10"},
	{"bad-class-delays", 4, 61, "on.server.max_delay", BACKOFF_E_VALUE,
	 "base_delay must not be more than max_delay (1 > 0.5"},
	{"bad-class-delays", 5, 31, "on.timeout.base_delay", BACKOFF_E_VALUE,
	 "base_delay must not be more than max_delay (20 > 19"},
	{"bad-many", 2, 11, "name", BACKOFF_E_VALUE, "letters, digits"},
	{"bad-many", 3, 19, "max_attempts", BACKOFF_E_VALUE,
	 "must be a whole number (got a string)"},
	{"bad-many", 4, 17, "base_delay", BACKOFF_E_VALUE,
	 "duration with a unit"},
	{"bad-many", 5, 16, "max_delay", BACKOFF_E_VALUE,
	 "must be 0 seconds or more (got -1)"},
	{"bad-many", 6, 14, "backoff", BACKOFF_E_VALUE,
	 "did you mean \"exponential\"?"},
	{"bad-many", 7, 23, "jitter.kind", BACKOFF_E_VALUE,
	 "must be one of: none full"},
	{"bad-many", 7, 44, "jitter.ratio", BACKOFF_E_VALUE,
	 "must be 1 or less (got 1.5)"},
	{"bad-many", 7, 58, "jitter.order", BACKOFF_E_VALUE,
	 "must be one of: cap_then_jitter jitter_then_cap (got a number)"},
	{"bad-many", 7, 72, "jitter.bounded", BACKOFF_E_VALUE,
	 "must be true or false (got a string)"},
	{"bad-many", 8, 26, "attempt_timeout[1]", BACKOFF_E_VALUE,
	 "must be more than 0 (got 0)"},
	{"bad-many", 8, 29, "attempt_timeout[2]", BACKOFF_E_VALUE,
	 "duration with a unit"},
	{"bad-many", 9, 15, "deadline", BACKOFF_E_VALUE,
	 "must be 1000000000 seconds or less"},
	{"bad-many", 10, 22, "retry_on[1]", BACKOFF_E_VALUE,
	 "must be \"*\", a class"},
	{"bad-many", 10, 26, "retry_on[2]", BACKOFF_E_VALUE,
	 "must be \"*\", a class"},
	{"bad-many", 10, 48, "retry_on[3].message_regex", BACKOFF_E_VALUE,
	 "empty pattern"},
	{"bad-many", 11, 15, "abort_on", BACKOFF_E_VALUE,
	 "must be an array; write [\"fatal\"]"},
	{"bad-base-above-cap", 2, 16, "base_delay", BACKOFF_E_VALUE,
	 "must not be more than max_delay (31 > 30 seconds)"},
	{"bad-cap-below-base", 2, 15, "max_delay", BACKOFF_E_VALUE,
	 "must not be more than max_delay (1 > 0.5 seconds)"},
	{"bad-schedule-missing", 2, 13, "backoff", BACKOFF_E_FIELD,
	 "needs the field schedule"},
	{"bad-schedule-empty", 1, 69, "schedule", BACKOFF_E_VALUE,
	 "1 to 1000 entries (got 0)"},
	{"bad-schedule-long", 1, 69, "schedule", BACKOFF_E_FIELD,
	 "has 3 delays, but max_attempts 3 allows only 2"},
	{"bad-schedule-scalar", 1, 69, "schedule", BACKOFF_E_VALUE,
	 "must be an array of durations (got a number)"},
	{"bad-ranges", 2, 15, "schedule[0]", BACKOFF_E_VALUE,
	 "range is reversed (1.5 > 0.5 seconds)"},
	{"bad-ranges", 2, 27, "schedule[1]", BACKOFF_E_VALUE,
	 "a range has a lowest and a highest duration (got 1)"},
	{"bad-ranges", 2, 36, "schedule[2]", BACKOFF_E_VALUE,
	 "must be a duration: seconds"},
	{"bad-ranges", 2, 44, "schedule[3][1]", BACKOFF_E_VALUE,
	 "must be a duration with a unit"},
	{"bad-ranges", 2, 50, "schedule[4]", BACKOFF_E_VALUE,
	 "a range has a lowest and a highest duration (got 3)"},
	{"bad-ranges", 2, 62, "schedule[5][0]", BACKOFF_E_VALUE,
	 "must be 0 seconds or more (got -1)"},
	{"bad-ranges", 3, 22, "attempt_timeout[0]", BACKOFF_E_VALUE,
	 "must be a duration: seconds"},
	{"bad-ranges-jitter", 2, 35, "jitter.kind", BACKOFF_E_FIELD,
	 "has no effect: each step of the schedule is a range"},
	{"bad-minimum", 2, 30, "jitter.minimum", BACKOFF_E_FIELD,
	 "has no effect: no delay is below 0.5 seconds"},
	{"bad-minimum-none", 2, 43, "jitter.minimum", BACKOFF_E_FIELD,
	 "with jitter.kind \"none\" or \"additive\" or \"decorrelated\""},
	{"bad-minimum-cap", 2, 24, "jitter.minimum", BACKOFF_E_VALUE,
	 "must not be more than max_delay (31 > 30 seconds)"},
	{"bad-minimum-class", 1, 56, "jitter.minimum", BACKOFF_E_VALUE,
	 "must not be more than on.throttle.max_delay (3 > 2 seconds)"},
	{"bad-minimum-schedule", 2, 51, "jitter.minimum", BACKOFF_E_VALUE,
	 "must not be more than schedule (2 > 1 seconds)"},
	{"bad-timeouts-long", 1, 53, "attempt_timeout", BACKOFF_E_FIELD,
	 "has 3 entries, but max_attempts is 2"},
	{"bad-timeout-above-deadline", 1, 53, "attempt_timeout",
	 BACKOFF_E_VALUE, "must not be more than the deadline (5 > 4 seconds)"},
	{"bad-deadline-from", 2, 54, "attempt_timeout", BACKOFF_E_VALUE,
	 "must not be more than the deadline (6 > 5 seconds)"},
	{"bad-deadline-from-name", 2, 67, "deadline_from", BACKOFF_E_VALUE,
	 "did you mean \"first_failure\"?"},
	{"bad-useless-deadline-from", 2, 35, "deadline_from", BACKOFF_E_FIELD,
	 "has no effect unless deadline is set"},
	{"bad-reset-after", 2, 50, "reset_after", BACKOFF_E_VALUE,
	 "must be 1 second or more (got 999ms)"},
	{"bad-reset-after-long", 4, 18, "reset_after", BACKOFF_E_VALUE,
	 "must be less than the longest possible attempt (10 >= 10 s"},
	{"bad-useless-reset-after", 2, 35, "reset_after", BACKOFF_E_FIELD,
	 "has no effect if hedge.delay is set"},
	{"bad-timeout-zero", 1, 53, "attempt_timeout", BACKOFF_E_VALUE,
	 "must be more than 0 (got 0)"},
	{"bad-timeout-zero", 1, 68, "deadline", BACKOFF_E_VALUE,
	 "must be more than 0 (got 0s)"},
	{"bad-additive", 2, 12, "jitter", BACKOFF_E_FIELD,
	 "needs the field jitter.max"},
	{"bad-decorrelated-both", 2, 12, "jitter", BACKOFF_E_FIELD,
	 "\"decorrelated\" must be used for both backoff and jitter"},
	{"bad-matchers", 2, 3, "retry_on[0]", BACKOFF_E_VALUE,
	 "must be \"*\", a class"},
	{"bad-matchers", 2, 7, "retry_on[1]", BACKOFF_E_VALUE,
	 "must be \"*\", a class"},
	{"bad-matchers", 2, 13, "retry_on[2]", BACKOFF_E_VALUE,
	 "must be \"*\", a class"},
	{"bad-matchers", 2, 20, "retry_on[3]", BACKOFF_E_VALUE,
	 "\"message_regex\" and nothing else but \"unless\""},
	{"bad-matchers", 2, 24, "retry_on[4]", BACKOFF_E_VALUE,
	 "\"message_regex\" and nothing else but \"unless\""},
	{"bad-matchers", 2, 40, "retry_on[5]", BACKOFF_E_VALUE,
	 "\"message_regex\" and nothing else but \"unless\""},
	{"bad-matchers", 3, 3, "retry_on[6]", BACKOFF_E_VALUE,
	 "\"message_regex\" and nothing else but \"unless\""},
	{"bad-matchers", 3, 35, "retry_on[7]", BACKOFF_E_VALUE,
	 "must be \"*\", a class"},
	{"bad-matchers", 4, 3, "retry_on[8]", BACKOFF_E_VALUE,
	 "range is reversed (low > high)"},
	{"bad-exceptions", 2, 38, "abort_on[0].unless", BACKOFF_E_VALUE,
	 "')' without '('"},
	{"bad-exceptions", 3, 3, "abort_on[1]", BACKOFF_E_VALUE,
	 "nothing else but \"unless\""},
	{"bad-exceptions", 4, 3, "abort_on[2]", BACKOFF_E_VALUE,
	 "nothing else but \"unless\""},
	{"bad-exceptions", 5, 3, "abort_on[3]", BACKOFF_E_VALUE,
	 "nothing else but \"unless\""},
	{"bad-exceptions", 6, 3, "abort_on[4]", BACKOFF_E_VALUE,
	 "nothing else but \"unless\""},
	{"bad-patterns", 2, 21, "abort_on[0].message_regex", BACKOFF_E_VALUE,
	 "empty pattern"},
	{"bad-patterns", 3, 21, "abort_on[1].message_regex", BACKOFF_E_VALUE,
	 "'{' is not supported"},
	{"bad-patterns", 4, 21, "abort_on[2].message_regex", BACKOFF_E_VALUE,
	 "nothing to repeat"},
	{"bad-patterns", 5, 21, "abort_on[3].message_regex", BACKOFF_E_VALUE,
	 "range in [] is reversed (low > high)"},
	{"bad-patterns", 6, 21, "abort_on[4].message_regex", BACKOFF_E_VALUE,
	 "'[' without ']'"},
	{"bad-patterns", 7, 21, "abort_on[5].message_regex", BACKOFF_E_VALUE,
	 "nothing to repeat"},
	{"bad-patterns", 8, 21, "abort_on[6].message_regex", BACKOFF_E_VALUE,
	 "empty pattern"},
	{"bad-patterns", 9, 21, "abort_on[7].message_regex", BACKOFF_E_VALUE,
	 "')' without '('"},
	{"bad-patterns", 10, 21, "abort_on[8].message_regex", BACKOFF_E_VALUE,
	 "'\\' at the end"},
	{"bad-patterns", 11, 21, "abort_on[9].message_regex", BACKOFF_E_VALUE,
	 "letter or digit"},
	{"bad-patterns", 12, 21, "abort_on[10].message_regex", BACKOFF_E_VALUE,
	 "[: :]"},
	{"bad-patterns", 13, 21, "abort_on[11].message_regex", BACKOFF_E_VALUE,
	 "at most 256 bytes"},
	{"bad-extends-unknown", 3, 14, "extends", BACKOFF_E_NOT_FOUND,
	 "no policy is named \"NO_SUCH_POLICY\""},
	{"bad-extends-unknown", 4, 19, "max_attempts", BACKOFF_E_VALUE,
	 "must be 1 or more (got 0)"},
	{"bad-extends-unknown", 5, 3, "bse_delay", BACKOFF_E_FIELD,
	 "did you mean \"base_delay\"?"},
	{"bad-extends-path", 1, 26, "extends", BACKOFF_E_NOT_FOUND,
	 "no policy is named"},
	{"bad-extends-bad", 2, 13, "extends", BACKOFF_E_VALUE,
	 "bad-attempts:2:18: max_attempts: must be 1 or more (got 0)"},
	{"bad-circle", 2, 13, "extends", BACKOFF_E_LIMIT,
	 "bad-circle: a policy cannot extend itself"},
	{"bad-circle-two", 1, 26, "extends", BACKOFF_E_LIMIT,
	 "bad-circle-one: extends is nested more than 8 deep (a cycle?)"},
	{"bad-circle-one", 1, 26, "extends", BACKOFF_E_LIMIT,
	 "bad-circle-two: extends is nested more than 8 deep (a cycle?)"},
	{"bad-control-in-name", 1, 34, "a?b?[31m", BACKOFF_E_FIELD,
	 "unknown field"},
	{"bad-control-in-name", 1, 66, "backoff", BACKOFF_E_VALUE, "\"l?i?n\""},
	{"bad-cut-in-character", 1, 45, "backoff", BACKOFF_E_VALUE,
	 "\"" EURO_10 EURO EURO EURO},
	{"bad-cut-in-character", 1, 123, "base_delay", BACKOFF_E_VALUE,
	 "\"" EURO_10 EURO EURO EURO},
	{"bad-cut-in-character", 2, 2,
	 EURO_10 EURO_10 EURO_10 EURO_10 EURO EURO, BACKOFF_E_FIELD,
	 "unknown field"},
};

struct errors {
	size_t count;
	struct backoff_error error[32];
};

static void
collect(void *user, const struct backoff_error *error)
{
	struct errors *all = user;

	cr_assert(all->count < COUNT(all->error));
	all->error[all->count++] = *error;
}

static enum backoff_status
load(const char *file, struct errors *all)
{
	const struct backoff_policy_loader loader = {.on_error = collect,
						     .user = all};
	struct backoff_policy *const untouched = (void *)all;
	struct backoff_policy *policy = untouched;
	struct backoff_error first = {.size = sizeof(first)};
	enum backoff_status status;
	char path[512];

	all->count = 0;
	snprintf(path, sizeof(path), TEST_SRCDIR "/tests/data/policies/%s.json",
		 file);
	status = backoff_policy_load(path, &loader, &policy, &first);
	cr_expect(policy == untouched, "%s", file);
	cr_assert(all->count > 0, "%s", file);
	cr_expect(memcmp(&first, &all->error[0], sizeof(first)) == 0,
		  "%s: the first error is not the first one reported", file);
	return status;
}

static bool
is_line_of_utf8(const char *text)
{
	const char *end = text + strlen(text);

	while (text < end) {
		size_t n = bo_utf8_length(text, end);

		if (n == 0 || (unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
		text += n;
	}
	return true;
}

static void
check_error(const struct error_row *row, const struct backoff_error *error)
{
	cr_expect(error->line == row->line && error->column == row->column,
		  "%s: %s at %u:%u, not %u:%u", row->file, row->says,
		  error->line, error->column, row->line, row->column);
	cr_expect(strcmp(error->path, row->path) == 0, "%s: path %s, not %s",
		  row->file, error->path, row->path);
	cr_expect(error->status == row->status, "%s: %s: status %s", row->file,
		  row->says, backoff_status_name(error->status));
	cr_expect(strstr(error->text, row->says) != NULL, "%s: %s, not %s",
		  row->file, error->text, row->says);
	cr_expect(is_line_of_utf8(error->path), "%s: path", row->file);
	cr_expect(is_line_of_utf8(error->text), "%s: text", row->file);
}

struct seen {
	unsigned count;
	struct backoff_error last;
};

static void
keep_last(void *user, const struct backoff_error *error)
{
	struct seen *seen = user;

	seen->count++;
	seen->last = *error;
}

Test(policy_decode, errors_that_are_not_shown_are_counted)
{
	struct seen seen;
	const struct backoff_policy_loader loader = {.on_error = keep_last,
						     .user = &seen};
	struct backoff_policy *policy;
	struct backoff_error first;
	char text[2048];

	for (int fields = 63; fields <= 70; fields += 7) {
		size_t n =
			(size_t)snprintf(text, sizeof(text), "{\"name\":\"X\"");

		for (int i = 0; i < fields; i++)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
					      ",\"f%d\":1", i);
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      ",\"max_attempts\":0}");
		seen.count = 0;
		cr_expect(backoff_policy_parse(text, n, &loader, &policy,
					       &first) == BACKOFF_E_FIELD);
		cr_expect(seen.count == (fields == 63 ? 64 : 65), "%u",
			  seen.count);
		cr_expect(strcmp(seen.last.text,
				 fields == 63 ? "must be 1 or more (got 0); "
						"for no limit, set a deadline "
						"and write \"unlimited\""
					      : "7 more errors not shown") == 0,
			  "%s", seen.last.text);
	}
}

Test(policy_decode, every_error_of_a_bad_file_is_reported_in_order)
{
	for (size_t i = 0; i < COUNT(bad);) {
		struct errors all;
		enum backoff_status status = load(bad[i].file, &all);
		const char *file = bad[i].file;
		size_t n = 0;

		cr_expect(status == bad[i].status, "%s: %s", file,
			  backoff_status_name(status));
		for (; i < COUNT(bad) && strcmp(bad[i].file, file) == 0; i++) {
			if (n < all.count)
				check_error(&bad[i], &all.error[n]);
			n++;
		}
		cr_expect(n == all.count, "%s: %zu errors, not %zu", file,
			  all.count, n);
	}
}

Test(policy_decode, every_bad_file_has_its_rows)
{
	DIR *dir = opendir(TEST_SRCDIR "/tests/data/policies");
	const struct dirent *entry;

	cr_assert(dir != NULL);
	while ((entry = readdir(dir)) != NULL) {
		bool found = strncmp(entry->d_name, "bad-", 4) != 0;

		for (size_t i = 0; i < COUNT(bad); i++) {
			size_t n = strlen(bad[i].file);

			found = found ||
				(strncmp(entry->d_name, bad[i].file, n) == 0 &&
				 strcmp(entry->d_name + n, ".json") == 0);
		}
		cr_expect(found, "%s", entry->d_name);
	}
	closedir(dir);
}

static enum backoff_status
parse(const char *text, size_t length)
{
	struct backoff_policy *policy = NULL;
	enum backoff_status status =
		backoff_policy_parse(text, length, NULL, &policy, NULL);

	backoff_policy_unref(policy);
	return status;
}

static const char whole[] =
	"{\"name\":\"W\",\"max_attempts\":4,\"base_delay\":\"1.5s\","
	"\"jitter\":{\"kind\":\"minus\",\"ratio\":0.5},\"attempt_timeout\":[1,"
	"2],\"retry_on\":[\"caf\xc3\xa9\",{\"message_regex\":\"a\\\\.b\"}]}";

Test(policy_decode, a_cut_text_is_refused_at_every_byte)
{
	cr_assert(parse(whole, sizeof(whole) - 1) == BACKOFF_OK);
	for (size_t i = 0; i < sizeof(whole) - 1; i++) {
		char *exact = malloc(i + 1);

		memcpy(exact, whole, i);
		cr_expect(parse(exact, i) == BACKOFF_E_SYNTAX, "%zu bytes", i);
		free(exact);
	}
}

Test(policy_decode, one_wrong_byte_never_crashes)
{
	for (size_t i = 0; i < sizeof(whole) - 1; i++)
		for (int byte = 0; byte < 256; byte += 7) {
			char text[sizeof(whole)];

			memcpy(text, whole, sizeof(text));
			text[i] = (char)byte;
			cr_assert(parse(text, sizeof(text) - 1) !=
				  BACKOFF_E_NOMEM);
		}
}

Test(policy_decode, arguments_and_sizes_are_checked)
{
	size_t length = (1u << 20) + 1;
	char *text = malloc(length);
	struct backoff_policy *policy = NULL;
	struct backoff_error error = {.text = ""};

	memset(text, ' ', length);
	memcpy(text, "{\"name\":\"W\",\"max_attempts\":4}", 29);
	cr_expect(parse(text, length - 1) == BACKOFF_OK, "1 MiB is read");
	cr_expect(parse(text, length) == BACKOFF_E_LIMIT, "no byte more");
	free(text);
	cr_expect(backoff_policy_parse(NULL, 0, NULL, &policy, NULL) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_policy_parse("{}", 2, NULL, NULL, NULL) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_policy_load("/nowhere/x.json", NULL, &policy,
				      &error) == BACKOFF_E_IO);
	cr_expect(error.status == BACKOFF_E_IO && error.line == 0);
	cr_expect(policy == NULL);
}

/* More errors than anybody reads: reported up to a limit, then counted. */
Test(policy_decode, a_flood_of_errors_ends)
{
	static char text[400000];
	struct backoff_policy *policy = NULL;
	size_t n = 0;
	struct backoff_error error;

	text[n++] = '{';
	for (int i = 0; i < 20000; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "%s\"x%d\":{}", i ? "," : "", i);
	text[n++] = '}';
	cr_expect(backoff_policy_parse(text, n, NULL, &policy, &error) ==
		  BACKOFF_E_FIELD);
	cr_expect(error.line == 1);
}

/* Texts that other tools, languages and habits produce, and a part of the
 * message that helps. NULL: it is accepted. */
static const struct {
	const char *members, *say;
} habit[] = {
	{"'retries':3", "retries + 1"},
	{"'max_retries':3", "\"max_attempts\""},
	{"'maxRetries':3", "\"max_attempts\""},
	{"'max-retries':3", "\"max_attempts\""},
	{"'MaxRetryAttempts':3", "retries + 1"},
	{"'tries':3", "\"max_attempts\""},
	{"'max_tries':3", "\"max_attempts\""},
	{"'attempts':3", "\"max_attempts\""},
	{"'multiplier':2", "\"exponential_base\""},
	{"'factor':2", "\"exponential_base\""},
	{"'backoff_factor':2", "\"exponential_base\""},
	{"'initial_delay':2", "\"base_delay\""},
	{"'initialInterval':2", "\"base_delay\""},
	{"'min_delay':2", "\"base_delay\""},
	{"'delay':2", "\"base_delay\""},
	{"'max_backoff':2", "\"max_delay\""},
	{"'timeout':2", "\"attempt_timeout\""},
	{"'max_elapsed_time':2", "\"deadline\""},
	{"'randomization_factor':0.5", "\"jitter\""},
	{"'status_forcelist':[503]", "\"http:503\""},
	{"'exceptions':['E']", "\"retry_on\""},
	{"'giveup_on':['E']", "\"abort_on\""},
	{"'//':'x'", "\"description\""},
	{"'jitter':{'type':'full'}", "\"kind\""},
	{"'breaker':{'failure_threshold':3}", "\"failure_ratio\""},
	{"'base_dealy':2", "did you mean \"base_delay\""},
	{"'maxAttempts':2", "did you mean \"max_attempts\""},
	{"'frobnicate':2", "unknown field"},

	{"'max_attempts':0", "write \"unlimited\""},
	{"'max_attempts':-1", "write \"unlimited\""},
	{"'max_attempts':null", "write \"unlimited\""},
	{"'max_attempts':2147483647", "write \"unlimited\""},
	{"'max_attempts':'3'", "write 3 without quotes"},
	{"'deadline':0", "leave the field out"},
	{"'deadline':-1", "leave the field out"},
	{"'deadline':null", "leave the field out"},
	{"'attempt_timeout':0", "leave the field out"},
	{"'base_delay':'30'", "write 30 without quotes"},
	{"'base_delay':'x'", "a duration with a unit"},
	{"'exponential_base':'2.5'", "write 2.5 without quotes"},
	{"'jitter':{'kind':'proportional','ratio':'0.5'}",
	 "write 0.5 without quotes"},
	{"'base_delay':60", "max_delay 30 is the default, so set it, too"},
	{"'max_delay':0.5", "base_delay 1 is the default, so set it, too"},
	{"'extends':'SNAPSHOT','base_delay':2", "max_delay 0.5 is inherited"},
	{"'on':{'throttle':{'base_delay':60}}", "max_delay 30 is the default"},
	{"'budget':{'kind':'token_bucket','capacity':2}",
	 "retry_cost 5 is the default"},
	{"'max_delay':5,'base_delay':6", "(6 > 5 seconds)"},
	{"'max_attempts':1,'hedge':{'delay':1}", "hedge.max, by default 1,"},
	{"'budget':{'kind':'throttle','max_tokens':2}", "more than 2"},
	{"'budget':{'kind':'throttle','max_tokens':2.001}", NULL},
	{"'budget':{'kind':'concurrency','share':0,'min_concurrent':0}",
	 "no retry is ever allowed"},
	{"'budget':{'kind':'concurrency','share':0}", NULL},
	{"'abort_on':['server'],'on':{'server':{'base_delay':2}}",
	 "abort_on stops failures of this class"},
	{"'abort_on':['*'],'on':{'throttle':{'consume_attempt':true,"
	 "'max_delay':9}}",
	 "abort_on stops failures of this class"},
	{"'abort_on':['client'],'on':{'server':{'base_delay':2}}", NULL},
};

static char *
quoted(const char *members)
{
	char *text;

	cr_assert(asprintf(&text, "{'name':'P'%s,%s}",
			   strstr(members, "'max_attempts'") ||
					   strstr(members, "'extends'")
				   ? ""
				   : ",'max_attempts':3",
			   members) > 0);
	for (char *p = text; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	return text;
}

Test(policy_decode, habits_of_other_libraries_are_answered)
{
	for (size_t i = 0; i < sizeof(habit) / sizeof(*habit); i++) {
		struct backoff_policy *policy = NULL;
		struct backoff_error error = {.text = ""};
		char *text = quoted(habit[i].members);
		enum backoff_status status = backoff_policy_parse(
			text, strlen(text), NULL, &policy, &error);

		cr_expect((status == BACKOFF_OK) == (habit[i].say == NULL),
			  "%s: %s", text, error.text);
		if (habit[i].say != NULL)
			cr_expect(strstr(error.text, habit[i].say) != NULL,
				  "%s: %s", text, error.text);
		backoff_policy_unref(policy);
		free(text);
	}
}

Test(policy_decode, a_byte_order_mark_is_skipped)
{
	static const char text[] = "\xef\xbb\xbf{\"name\":\"P\","
				   "\"max_attempts\":3}";
	static const char zero[] = "\xef\xbb\xbf{\"name\":\"P\","
				   "\"max_attempts\":0}";
	static const char twice[] = "\xef\xbb\xbf\xef\xbb\xbf{}";
	static const char utf16[] = "\xff\xfe{\0}";
	static const char utf16_unmarked[] = "{\0\"\0n\0";
	static const char gzip[] = "\x1f\x8b\x08";
	struct backoff_policy *policy = NULL;
	struct backoff_error error = {.text = ""};

	cr_expect(backoff_policy_parse(text, sizeof(text) - 1, NULL, &policy,
				       &error) == BACKOFF_OK,
		  "%s", error.text);
	backoff_policy_unref(policy);
	cr_expect(backoff_policy_parse(zero, sizeof(zero) - 1, NULL, &policy,
				       &error) == BACKOFF_E_VALUE);
	cr_expect(error.line == 1 && error.column == 28, "%u:%u", error.line,
		  error.column);
	cr_expect(backoff_policy_parse(twice, sizeof(twice) - 1, NULL, &policy,
				       &error) == BACKOFF_E_SYNTAX);
	cr_expect(backoff_policy_parse(utf16, sizeof(utf16) - 1, NULL, &policy,
				       &error) == BACKOFF_E_SYNTAX);
	cr_expect(strstr(error.text, "UTF-16") != NULL, "%s", error.text);
	cr_expect(backoff_policy_parse(utf16_unmarked,
				       sizeof(utf16_unmarked) - 1, NULL,
				       &policy, &error) == BACKOFF_E_SYNTAX);
	cr_expect(strstr(error.text, "UTF-16") != NULL, "%s", error.text);
	cr_expect(backoff_policy_parse(gzip, sizeof(gzip) - 1, NULL, &policy,
				       &error) == BACKOFF_E_SYNTAX);
	cr_expect(strstr(error.text, "gzip") != NULL, "%s", error.text);
}
