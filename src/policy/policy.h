/* The policy model, with values that the engine needs precomputed. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_POLICY_H
#define BO_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff/policy.h>
#include <backoff/words.h>

/** The longest duration of a policy (1e9 s): sums of a few still fit. */
#define BO_DURATION_MAX_NS UINT64_C(1000000000000000000)
#define BO_POLICY_TEXT_MAX (1u << 20)
/** The largest max_attempts. */
#define BO_ATTEMPTS_MAX UINT32_C(1000000000)
/** Kept for "unlimited". A real number, so that no counter can overflow: a call
 *  stops there, too. */
#define BO_ATTEMPTS_UNLIMITED (BO_ATTEMPTS_MAX + 1)
#define BO_CLASSES BACKOFF_CLASS_COUNT

enum bo_order {
	BO_ORDER_CAP_THEN_JITTER,
	BO_ORDER_JITTER_THEN_CAP,
};

enum bo_matcher_kind {
	BO_MATCH_ANY,
	BO_MATCH_CLASS,
	BO_MATCH_ERROR_TYPE,
	BO_MATCH_CODE,
	BO_MATCH_CODE_RANGE,
	/** Ranges of SQLSTATEs and of gRPC's statuses. */
	BO_MATCH_STATE_RANGE,
	BO_MATCH_GRPC_RANGE,
	BO_MATCH_MESSAGE,
};

struct bo_matcher {
	enum bo_matcher_kind kind;
	/** BO_MATCH_CLASS. */
	enum backoff_class failure_class;
	/** As written; for a range, the first space_length bytes are the
	 *  namespace with its colon. */
	char *text;
	size_t space_length;
	uint32_t low, high;
	/** BO_MATCH_MESSAGE, and what must not be in the text; NULL: nothing.
	 */
	struct bo_pattern *pattern, *unless;
	char *unless_text;
};

/** Settings for one class of failures. */
struct bo_class_rule {
	/** BACKOFF_FOREVER: the policy's. */
	uint64_t base_delay_ns, max_delay_ns;
	/** Whether a failure counts towards max_attempts; if not, `limit` of
	 *  them do not. */
	bool consume_attempt;
	uint32_t limit;
};

enum bo_hint_too_long {
	BO_HINT_GIVE_UP,
	BO_HINT_CLAMP,
	BO_HINT_IGNORE,
};

enum bo_hint_combine {
	BO_HINT_MAX,
	BO_HINT_REPLACE,
};

/** The use of server hints. */
struct bo_hint_rule {
	bool use, restart;
	enum bo_hint_too_long too_long;
	enum bo_hint_combine combine;
	uint64_t max_ns, jitter_nano;
};

/** Limit on the retries of all calls to one target. Files give tokens in
 *  billionths; the budget counts thousandths. */
struct bo_budget_rule {
	enum backoff_budget kind;
	bool refund;
	uint64_t capacity_nano, retry_cost_nano, timeout_cost_nano,
		throttle_cost_nano, success_reward_nano;
	/** Tokens per second; BACKOFF_FOREVER: time does not refill. */
	uint64_t refill_nano;
	uint64_t max_tokens_nano, token_ratio_nano;
	uint64_t ratio_nano, ttl_ns, min_per_second_nano;
	uint64_t share_nano;
	uint32_t min_concurrent;
	/** Derived from these. */
	int64_t capacity_milli, retry_cost_milli, timeout_cost_milli,
		throttle_cost_milli, reward_milli, token_ratio_milli,
		withdrawal_milli, reserve_milli;
	/** A token bucket that time refills. */
	bool refills;
};

/** Conditions under which calls to a target are not attempted. */
struct bo_breaker_rule {
	/** The window by count or by time; both 0: there is no breaker. */
	uint32_t window;
	uint64_t window_ns;
	uint64_t failure_ratio_nano;
	/** 0 in files: a full window by count, 10 by time. */
	uint32_t min_attempts;
	uint64_t cooldown_ns;
	uint32_t probes;
};

/** When the next hedge begins after a failure of its round. */
enum bo_hedge_after_failure {
	BO_HEDGE_WAIT,
	BO_HEDGE_NOW,
};

/** Further attempts while one is under way. */
struct bo_hedge_rule {
	/** BACKOFF_FOREVER: never. */
	uint64_t delay_ns;
	uint32_t max;
	enum bo_hedge_after_failure after_failure;
};

struct bo_matchers {
	struct bo_matcher *item;
	size_t count;
};

struct bo_durations {
	uint64_t *ns;
	size_t count;
	/** NULL unless one of them is a range. Its upper end, or
	 * BACKOFF_FOREVER for one that is not. */
	uint64_t *high_ns;
};

/** Largest exponent bit of an attempt number: 2^30 > the largest one. */
#define BO_POWERS 31

struct backoff_policy {
	/* Read by the engine at each decision. */
	uint32_t max_attempts;
	enum backoff_curve curve;
	enum backoff_jitter jitter;
	enum bo_order order;
	/** Some laws are not a jitter around the curve: decorrelated delays,
	 * and steps of a schedule that are ranges. */
	bool has_other_laws;
	/** Jitter is bounded, or has a minimum. */
	bool limits_jitter;
	/** `retry_on` is "*" alone and `abort_on` is empty. */
	bool retries_all;
	/** From this failed attempt on, the curve is the cap; UINT64_MAX if
	 *  that is not known. */
	uint64_t saturated_from;
	uint64_t base_delay_ns, max_delay_ns;
	/** The largest value of the curve. */
	uint64_t cap_ns;
	uint64_t deadline_ns;
	enum backoff_deadline_from deadline_from;
	/** The deadline, in the one of these that it counts from; the other is
	 *  BACKOFF_FOREVER. */
	uint64_t start_deadline_ns, failure_deadline_ns;
	/** An attempt that lasts this long resets the call; BACKOFF_FOREVER. */
	uint64_t reset_after_ns;
	/** In 32-bit fixed point: the ratio of the jitter, and the factor that
	 *  keeps bounded jitter below the cap. */
	uint64_t ratio_q32, shrink_q32;
	uint64_t jitter_max_ns, jitter_minimum_ns;
	struct bo_durations attempt_timeout, schedule;
	struct bo_matchers retry_on, abort_on;
	struct bo_hint_rule hint;
	struct bo_budget_rule budget;
	struct bo_breaker_rule breaker;
	struct bo_hedge_rule hedge;
	/** Indexed by enum backoff_class. */
	struct bo_class_rule on[BO_CLASSES];
	/** Whether any class has settings that differ. */
	bool has_class_rules;
	/** Retry only calls that can safely be repeated. */
	bool idempotent_only;
	/** Retry also for a request that is itself a retry. */
	bool retry_inbound;
	/** exponential_base to the power of 2^i. */
	double power[BO_POWERS];

	/* Fields of the file that only the encoder reads. */
	char *name, *description;
	/** Billionths. */
	uint64_t exponential_base_nano, ratio_nano;
	bool bounded;

	uint64_t hash;
};

/** A new policy with one reference and the values of another, whose pointers it
 *  takes over; NULL without memory. */
struct backoff_policy *bo_policy_copy(const struct backoff_policy *from);

void bo_matchers_clear(struct bo_matchers *matchers);

/** Whether each step of a schedule is a range, so that jitter has no effect. */
bool bo_policy_has_only_ranges(const struct backoff_policy *policy);

/** Derive the values that are not in the file. */
void bo_policy_compile(struct backoff_policy *policy);

#endif
