/* The one table of a policy's fields. */
#ifndef BO_POLICY_FIELDS_H
#define BO_POLICY_FIELDS_H

#include <backoff/field.h>

#include "policy/policy.h"

enum bo_policy_kind {
	BO_FIELD_NAME,
	BO_FIELD_TEXT,
	/** Handled before all others; no place in the model. */
	BO_FIELD_EXTENDS,
	BO_FIELD_COUNT,
	BO_FIELD_DURATION,
	/** A number kept in billionths. */
	BO_FIELD_NUMBER,
	BO_FIELD_ENUM,
	BO_FIELD_BOOL,
	BO_FIELD_DURATIONS,
	BO_FIELD_MATCHERS,
};

struct bo_policy_field {
	/** What the public table shows. */
	struct backoff_field info;
	enum bo_policy_kind kind;
	/** Of the member in struct backoff_policy. */
	size_t offset;
	/** BO_FIELD_ENUM. */
	const char *const *names;
	/** BO_FIELD_DURATIONS: a single duration will do. */
	bool scalar;
};

/** Rows in canonical order; the fields of an object stand together. */
enum bo_policy_row {
	BO_ROW_NAME,
	BO_ROW_DESCRIPTION,
	BO_ROW_EXTENDS,
	BO_ROW_MAX_ATTEMPTS,
	BO_ROW_BACKOFF,
	BO_ROW_BASE_DELAY,
	BO_ROW_MAX_DELAY,
	BO_ROW_EXPONENTIAL_BASE,
	BO_ROW_SCHEDULE,
	BO_ROW_JITTER_KIND,
	BO_ROW_JITTER_RATIO,
	BO_ROW_JITTER_MAX,
	BO_ROW_JITTER_ORDER,
	BO_ROW_JITTER_BOUNDED,
	BO_ROW_ATTEMPT_TIMEOUT,
	BO_ROW_DEADLINE,
	BO_ROW_DEADLINE_FROM,
	BO_ROW_RESET_AFTER,
	BO_ROW_RETRY_ON,
	BO_ROW_ABORT_ON,
	BO_ROW_IDEMPOTENT_ONLY,
	BO_ROW_RETRY_INBOUND,
	BO_ROW_HINT_USE,
	BO_ROW_HINT_MAX,
	BO_ROW_HINT_TOO_LONG,
	BO_ROW_HINT_COMBINE,
	BO_ROW_HINT_JITTER,
	BO_ROW_HINT_RESTART,
	BO_ROW_BUDGET_KIND,
	BO_ROW_BUDGET_CAPACITY,
	BO_ROW_BUDGET_RETRY_COST,
	BO_ROW_BUDGET_TIMEOUT_COST,
	BO_ROW_BUDGET_THROTTLE_COST,
	BO_ROW_BUDGET_SUCCESS_REWARD,
	BO_ROW_BUDGET_REFUND,
	BO_ROW_BUDGET_MAX_TOKENS,
	BO_ROW_BUDGET_TOKEN_RATIO,
	BO_ROW_BUDGET_RATIO,
	BO_ROW_BUDGET_TTL,
	BO_ROW_BUDGET_MIN_PER_SECOND,
	BO_ROW_BUDGET_SHARE,
	BO_ROW_BUDGET_MIN_CONCURRENT,
	BO_ROW_BREAKER_WINDOW,
	BO_ROW_BREAKER_WINDOW_TIME,
	BO_ROW_BREAKER_FAILURE_RATIO,
	BO_ROW_BREAKER_MIN_ATTEMPTS,
	BO_ROW_BREAKER_COOLDOWN,
	BO_ROW_BREAKER_PROBES,
	BO_ROW_HEDGE_DELAY,
	BO_ROW_HEDGE_MAX,
	/** Four rows for each class of failures but the unknown. */
	BO_ROW_ON,
	BO_ROW_ON_END = BO_ROW_ON + 4 * (BO_CLASSES - 1) - 1,
	BO_ROWS
};

extern const struct bo_policy_field bo_policy_fields[BO_ROWS];

/** Whether a field that is a plain value is at its default. */
bool bo_policy_is_default(const struct backoff_policy *policy,
			  enum bo_policy_row row);

/** Put a field back to its default; lists of matchers stay. */
void bo_policy_reset(struct backoff_policy *policy, enum bo_policy_row row);

/** Why a field has no effect beside the others; NULL if it has one. */
const char *bo_policy_useless(const struct backoff_policy *policy,
			      enum bo_policy_row row);

#endif
