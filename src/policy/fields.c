/* The one table of a policy's fields: decode, encode, validation, schema and
 * documentation all walk it. */
#include "config.h"

#include "policy/fields.h"

const char *const bo_curve_names[] = {
	"constant",     "linear",   "exponential", "fibonacci",
	"decorrelated", "schedule", NULL};
const char *const bo_jitter_names[] = {
	"none",         "full",     "equal",        "minus",
	"proportional", "additive", "decorrelated", NULL};
const char *const bo_deadline_from_names[] = {"start", "first_failure", NULL};
const char *const bo_too_long_names[] = {"give_up", "clamp", "ignore", NULL};
const char *const bo_combine_names[] = {"max", "replace", NULL};
const char *const bo_budget_names[] = {"none",  "token_bucket", "throttle",
				       "ratio", "concurrency",  NULL};
const char *const bo_order_names[] = {"cap_then_jitter", "jitter_then_cap",
				      NULL};

#define AT(member) offsetof(struct backoff_policy, member)
#define DURATION_MAX 1e9

/* Short forms of rows: path, member, ..., default as JSON, sentence. */
#define BOOL(path, member, fallback, doc)                                      \
	{                                                                      \
		{path, "boolean", 0, 0, "", fallback, "", doc}, BO_FIELD_BOOL, \
			AT(member), NULL, false                                \
	}
#define DURATION(path, member, fallback, doc)                                  \
	{                                                                      \
		{path,      "duration", 0,  DURATION_MAX,                      \
		 "seconds", fallback,   "", doc},                              \
			BO_FIELD_DURATION, AT(member), NULL, false             \
	}
#define NAME(path, member, list, fallback, names, doc)                         \
	{                                                                      \
		{path, "name", 0, 0, "", fallback, names, doc}, BO_FIELD_ENUM, \
			AT(member), list, false                                \
	}
#define NUMBER(path, member, min, max, fallback, doc)                          \
	{                                                                      \
		{path, "number", min, max, "", fallback, "", doc},             \
			BO_FIELD_NUMBER, AT(member), NULL, false               \
	}
#define COUNT(path, member, min, max, fallback, doc)                           \
	{                                                                      \
		{path, "count", min, max, "", fallback, "", doc},              \
			BO_FIELD_COUNT, AT(member), NULL, false                \
	}
/* What each class may have of its own; n counts classes from 0. */
#define CLASS_ROWS(n, class, name)                                             \
	[BO_ROW_ON + 4 * (n)] =                                                \
		DURATION("on." name ".base_delay",                             \
			 on[BACKOFF_CLASS_##class].base_delay_ns, "",          \
			 "base_delay after a " name " failure."),              \
			 [BO_ROW_ON + 4 * (n) + 1] = DURATION(                 \
				 "on." name ".max_delay",                      \
				 on[BACKOFF_CLASS_##class].max_delay_ns, "",   \
				 "max_delay after a " name " failure."),       \
			 [BO_ROW_ON + 4 * (n) + 2] = BOOL(                     \
				 "on." name ".consume_attempt",                \
				 on[BACKOFF_CLASS_##class].consume_attempt,    \
				 "true",                                       \
				 "Whether a " name                             \
				 " failure counts towards max_attempts."),     \
			 [BO_ROW_ON + 4 * (n) + 3] =                           \
				 COUNT("on." name ".limit",                    \
				       on[BACKOFF_CLASS_##class].limit, 1,     \
				       1e6, "10",                              \
				       "How many " name                        \
				       " failures of a call do not count.")

const struct bo_policy_field bo_policy_fields[BO_ROWS] = {
	[BO_ROW_NAME] = {{"name", "text", 1, 64, "bytes", NULL, "",
			  "What logs and reports call the policy: letters, "
			  "digits, '_', '-' and '.'."},
			 BO_FIELD_NAME,
			 AT(name),
			 NULL,
			 false},
	[BO_ROW_DESCRIPTION] = {{"description", "text", 0, 1000, "bytes", "",
				 "", "What the policy is for, in a sentence."},
				BO_FIELD_TEXT,
				AT(description),
				NULL,
				false},
	[BO_ROW_EXTENDS] = {{"extends", "text", 1, 64, "bytes", "", "",
			     "The name of a policy whose fields hold where "
			     "this file sets none."},
			    BO_FIELD_EXTENDS,
			    0,
			    NULL,
			    false},
	[BO_ROW_MAX_ATTEMPTS] = {{"max_attempts", "count", 1, 1e9, "", NULL, "",
				  "Attempts in all, the first included."},
				 BO_FIELD_COUNT,
				 AT(max_attempts),
				 NULL,
				 false},
	[BO_ROW_BACKOFF] = {{"backoff", "name", 0, 0, "", "\"exponential\"",
			     "constant linear exponential fibonacci "
			     "decorrelated schedule",
			     "How the delay grows with each failed attempt."},
			    BO_FIELD_ENUM,
			    AT(curve),
			    bo_curve_names,
			    false},
	[BO_ROW_BASE_DELAY] = {{"base_delay", "duration", 0, DURATION_MAX,
				"seconds", "1", "",
				"The delay after the first failed attempt, "
				"before jitter."},
			       BO_FIELD_DURATION,
			       AT(base_delay_ns),
			       NULL,
			       false},
	[BO_ROW_MAX_DELAY] = {{"max_delay", "duration", 0, DURATION_MAX,
			       "seconds", "30", "",
			       "The cap: no delay is longer before jitter."},
			      BO_FIELD_DURATION,
			      AT(max_delay_ns),
			      NULL,
			      false},
	[BO_ROW_EXPONENTIAL_BASE] = {{"exponential_base", "number", 1, 1000, "",
				      "2", "",
				      "The factor from one delay to the "
				      "next."},
				     BO_FIELD_NUMBER,
				     AT(exponential_base_nano),
				     NULL,
				     false},
	[BO_ROW_SCHEDULE] = {{"schedule", "durations", 0, DURATION_MAX,
			      "seconds", "", "",
			      "The delays one by one; the last one repeats."},
			     BO_FIELD_DURATIONS,
			     AT(schedule),
			     NULL,
			     false},
	[BO_ROW_JITTER_KIND] = {{"jitter.kind", "name", 0, 0, "", "\"full\"",
				 "none full equal minus proportional additive "
				 "decorrelated",
				 "The law of the random part; \"jitter\": "
				 "\"full\" is short for \"jitter\": {\"kind\": "
				 "\"full\"}."},
				BO_FIELD_ENUM,
				AT(jitter),
				bo_jitter_names,
				false},
	[BO_ROW_JITTER_RATIO] = {{"jitter.ratio", "number", 0, 1, "", "0.25",
				  "",
				  "r of proportional and minus jitter, as a "
				  "share of the delay."},
				 BO_FIELD_NUMBER,
				 AT(ratio_nano),
				 NULL,
				 false},
	[BO_ROW_JITTER_MAX] = {{"jitter.max", "duration", 0, DURATION_MAX,
				"seconds", "", "",
				"j of additive jitter: the longest time "
				"added."},
			       BO_FIELD_DURATION,
			       AT(jitter_max_ns),
			       NULL,
			       false},
	[BO_ROW_JITTER_ORDER] = {{"jitter.order", "name", 0, 0, "",
				  "\"cap_then_jitter\"",
				  "cap_then_jitter jitter_then_cap",
				  "Whether the cap holds before or after the "
				  "random part; after it, saturated delays "
				  "are all equal."},
				 BO_FIELD_ENUM,
				 AT(order),
				 bo_order_names,
				 false},
	[BO_ROW_JITTER_BOUNDED] = {{"jitter.bounded", "boolean", 0, 0, "",
				    "false", "",
				    "Shrink proportional and additive jitter "
				    "so that the cap is a true maximum."},
				   BO_FIELD_BOOL,
				   AT(bounded),
				   NULL,
				   false},
	[BO_ROW_ATTEMPT_TIMEOUT] = {{"attempt_timeout", "duration or list",
				     1e-9, DURATION_MAX, "seconds", "", "",
				     "Limit of one attempt; a list gives it "
				     "by attempt, the last one repeats."},
				    BO_FIELD_DURATIONS,
				    AT(attempt_timeout),
				    NULL,
				    true},
	[BO_ROW_DEADLINE] = {{"deadline", "duration", 1e-9, DURATION_MAX,
			      "seconds", "", "", "Limit of the whole call."},
			     BO_FIELD_DURATION,
			     AT(deadline_ns),
			     NULL,
			     false},
	[BO_ROW_DEADLINE_FROM] =
		NAME("deadline_from", deadline_from, bo_deadline_from_names,
		     "\"start\"", "start first_failure",
		     "What the deadline counts from: the call's start, or the "
		     "end of its first failed attempt."),
	[BO_ROW_RESET_AFTER] = {{"reset_after", "duration", 1, DURATION_MAX,
				 "seconds", "", "",
				 "An attempt that ran for so long before it "
				 "failed was a healthy time: delays and the "
				 "count of attempts begin anew."},
				BO_FIELD_DURATION,
				AT(reset_after_ns),
				NULL,
				false},
	[BO_ROW_RETRY_ON] = {{"retry_on", "matchers", 0, 0, "", "[\"*\"]", "",
			      "Failures that are retried."},
			     BO_FIELD_MATCHERS,
			     AT(retry_on),
			     NULL,
			     false},
	[BO_ROW_ABORT_ON] = {{"abort_on", "matchers", 0, 0, "", "[]", "",
			      "Failures that are never retried; wins over "
			      "retry_on."},
			     BO_FIELD_MATCHERS,
			     AT(abort_on),
			     NULL,
			     false},
	[BO_ROW_IDEMPOTENT_ONLY] =
		BOOL("idempotent_only", idempotent_only, "false",
		     "Retry a call only if it is marked "
		     "idempotent or nothing was sent."),
	[BO_ROW_RETRY_INBOUND] =
		BOOL("retry_inbound_retries", retry_inbound, "true",
		     "Whether calls retry that serve a request which is a "
		     "retry itself."),
	[BO_ROW_HINT_USE] = BOOL("server_hint.use", hint.use, "true",
				 "Whether a server's word about when to come "
				 "back counts."),
	[BO_ROW_HINT_MAX] = DURATION("server_hint.max", hint.max_ns, "60",
				     "The longest hint that is followed."),
	[BO_ROW_HINT_TOO_LONG] =
		NAME("server_hint.too_long", hint.too_long, bo_too_long_names,
		     "\"give_up\"", "give_up clamp ignore",
		     "What is done about a longer one: stop, "
		     "wait max, or wait the own delay."),
	[BO_ROW_HINT_COMBINE] = NAME("server_hint.combine", hint.combine,
				     bo_combine_names, "\"max\"", "max replace",
				     "The longer of hint and own delay, or "
				     "the hint alone."),
	[BO_ROW_HINT_JITTER] =
		NUMBER("server_hint.jitter", hint.jitter_nano, 0, 1, "0",
		       "Random part on top of a hint, as a "
		       "share of it; never below it."),
	[BO_ROW_HINT_RESTART] =
		BOOL("server_hint.restart", hint.restart, "false",
		     "After a hint the own delays begin anew, "
		     "as gRPC does."),
	[BO_ROW_BUDGET_KIND] =
		NAME("budget.kind", budget.kind, bo_budget_names, "\"none\"",
		     "none token_bucket throttle ratio "
		     "concurrency",
		     "The model: AWS, gRPC, Finagle, Envoy."),
	[BO_ROW_BUDGET_CAPACITY] =
		NUMBER("budget.capacity", budget.capacity_nano, 1, 1e6, "500",
		       "token_bucket: tokens at the start, and at most."),
	[BO_ROW_BUDGET_RETRY_COST] =
		NUMBER("budget.retry_cost", budget.retry_cost_nano, 0.001, 1e6,
		       "5", "token_bucket: tokens that a retry takes."),
	[BO_ROW_BUDGET_TIMEOUT_COST] =
		NUMBER("budget.timeout_cost", budget.timeout_cost_nano, 0.001,
		       1e6, "", "token_bucket: the same after a timeout."),
	[BO_ROW_BUDGET_THROTTLE_COST] = NUMBER(
		"budget.throttle_cost", budget.throttle_cost_nano, 0.001, 1e6,
		"", "token_bucket: the same after a throttle failure."),
	[BO_ROW_BUDGET_SUCCESS_REWARD] = NUMBER(
		"budget.success_reward", budget.success_reward_nano, 0, 1e6,
		"1", "token_bucket: tokens that a first-try success gives."),
	[BO_ROW_BUDGET_REFUND] =
		BOOL("budget.refund", budget.refund, "true",
		     "token_bucket: a success after retries gives the last "
		     "cost back."),
	[BO_ROW_BUDGET_MAX_TOKENS] = NUMBER(
		"budget.max_tokens", budget.max_tokens_nano, 0.001, 1000, "10",
		"throttle: tokens at the start; no retry at half of "
		"them or less."),
	[BO_ROW_BUDGET_TOKEN_RATIO] = NUMBER(
		"budget.token_ratio", budget.token_ratio_nano, 0.001, 1000,
		"0.1",
		"throttle: tokens that a success gives; a failure "
		"takes 1."),
	[BO_ROW_BUDGET_RATIO] = NUMBER("budget.ratio", budget.ratio_nano, 0.001,
				       1000, "0.2", "ratio: retries per call."),
	[BO_ROW_BUDGET_TTL] = {{"budget.ttl", "duration", 1, 60, "seconds",
				"10", "",
				"ratio: how long a call's deposit counts."},
			       BO_FIELD_DURATION,
			       AT(budget.ttl_ns),
			       NULL,
			       false},
	[BO_ROW_BUDGET_MIN_PER_SECOND] = NUMBER(
		"budget.min_per_second", budget.min_per_second_nano, 0, 1e6,
		"10", "ratio: retries per second that are always allowed."),
	[BO_ROW_BUDGET_SHARE] =
		NUMBER("budget.share", budget.share_nano, 0, 1, "0.2",
		       "concurrency: retries at once, as a share of the calls "
		       "at once."),
	[BO_ROW_BUDGET_MIN_CONCURRENT] = COUNT(
		"budget.min_concurrent", budget.min_concurrent, 0, 1e6, "3",
		"concurrency: retries at once that are always allowed."),
	[BO_ROW_BREAKER_WINDOW] =
		COUNT("breaker.window", breaker.window, 0, 10000, "0",
		      "Judge the last so many attempts to the target; 0: "
		      "not by count."),
	[BO_ROW_BREAKER_WINDOW_TIME] =
		DURATION("breaker.window_time", breaker.window_ns, "0",
			 "Judge the attempts of the last so many seconds; 0: "
			 "not by time."),
	[BO_ROW_BREAKER_FAILURE_RATIO] = NUMBER(
		"breaker.failure_ratio", breaker.failure_ratio_nano, 0.001, 1,
		"0.5", "Share of failures at which the breaker opens."),
	[BO_ROW_BREAKER_MIN_ATTEMPTS] = COUNT(
		"breaker.min_attempts", breaker.min_attempts, 0, 10000, "0",
		"Attempts to judge by, at the least; 0: a full window "
		"by count, 10 by time."),
	[BO_ROW_BREAKER_COOLDOWN] = {{"breaker.cooldown", "duration", 1e-3,
				      DURATION_MAX, "seconds", "2", "",
				      "How long an open breaker lets nothing "
				      "through."},
				     BO_FIELD_DURATION,
				     AT(breaker.cooldown_ns),
				     NULL,
				     false},
	[BO_ROW_BREAKER_PROBES] =
		COUNT("breaker.probes", breaker.probes, 1, 10000, "1",
		      "Attempts let through half open; if all succeed it "
		      "closes."),
	[BO_ROW_HEDGE_DELAY] =
		DURATION("hedge.delay", hedge.delay_ns, "",
			 "Make a further attempt when one has run for so long; "
			 "none without it."),
	[BO_ROW_HEDGE_MAX] =
		COUNT("hedge.max", hedge.max, 1, BACKOFF_HEDGES_MAX, "1",
		      "Further attempts at once, beside the first."),
	CLASS_ROWS(0, TRANSIENT, "transient"),
	CLASS_ROWS(1, THROTTLE, "throttle"),
	CLASS_ROWS(2, SERVER, "server"),
	CLASS_ROWS(3, CLIENT, "client"),
	CLASS_ROWS(4, TIMEOUT, "timeout"),
	CLASS_ROWS(5, CONFLICT, "conflict"),
	CLASS_ROWS(6, FATAL, "fatal"),
};

static const char *
useless_budget_field(enum bo_budget_kind kind, enum bo_policy_row row)
{
	if (row <= BO_ROW_BUDGET_REFUND)
		return kind != BO_BUDGET_TOKEN_BUCKET
			       ? "has no effect unless budget.kind is "
				 "\"token_bucket\""
			       : NULL;
	if (row <= BO_ROW_BUDGET_TOKEN_RATIO)
		return kind != BO_BUDGET_THROTTLE
			       ? "has no effect unless budget.kind is "
				 "\"throttle\""
			       : NULL;
	if (row <= BO_ROW_BUDGET_MIN_PER_SECOND)
		return kind != BO_BUDGET_RATIO
			       ? "has no effect unless budget.kind is \"ratio\""
			       : NULL;
	return kind != BO_BUDGET_CONCURRENCY
		       ? "has no effect unless budget.kind is \"concurrency\""
		       : NULL;
}

static const char *
useless_class_field(const struct backoff_policy *p, unsigned field)
{
	/* Classes count from the one behind "unknown". */
	const struct bo_class_rule *rule = &p->on[field / 4 + 1];

	if (field % 4 == 0)
		return p->curve == BACKOFF_CURVE_SCHEDULE
			       ? "has no effect with backoff \"schedule\""
			       : NULL;
	if (field % 4 == 1)
		return p->curve == BACKOFF_CURVE_SCHEDULE ||
				       p->curve == BACKOFF_CURVE_CONSTANT
			       ? "has no effect with backoff \"constant\" or "
				 "\"schedule\""
			       : NULL;
	if (field % 4 == 3)
		return rule->consume_attempt
			       ? "has no effect unless consume_attempt is false"
			       : NULL;
	return NULL;
}

/* These two curves have no cap but themselves. */
static bool
is_flat(const struct backoff_policy *p)
{
	return p->curve == BACKOFF_CURVE_CONSTANT ||
	       p->curve == BACKOFF_CURVE_SCHEDULE;
}

static const char *
useless_jitter_field(const struct backoff_policy *p, enum bo_policy_row row)
{
	bool ratio = p->jitter == BACKOFF_JITTER_PROPORTIONAL ||
		     p->jitter == BACKOFF_JITTER_MINUS;
	bool additive = p->jitter == BACKOFF_JITTER_ADDITIVE;

	switch (row) {
	case BO_ROW_JITTER_RATIO:
		return !ratio ? "has no effect unless jitter.kind is "
				"\"proportional\" or \"minus\""
			      : NULL;
	case BO_ROW_JITTER_MAX:
		return !additive ? "has no effect unless jitter.kind is "
				   "\"additive\""
				 : NULL;
	case BO_ROW_JITTER_ORDER:
		return is_flat(p) || p->jitter == BACKOFF_JITTER_NONE ||
				       p->jitter == BACKOFF_JITTER_DECORRELATED
			       ? "has no effect with this backoff and jitter"
			       : NULL;
	case BO_ROW_JITTER_BOUNDED:
		return p->jitter != BACKOFF_JITTER_PROPORTIONAL && !additive
			       ? "has no effect unless jitter.kind is "
				 "\"proportional\" or \"additive\""
			       : NULL;
	default:
		return NULL;
	}
}

const char *
bo_policy_useless(const struct backoff_policy *p, enum bo_policy_row row)
{
	bool flat = is_flat(p);

	if (row > BO_ROW_BUDGET_KIND && row <= BO_ROW_BUDGET_MIN_CONCURRENT)
		return useless_budget_field(p->budget.kind, row);
	if (row >= BO_ROW_JITTER_KIND && row <= BO_ROW_JITTER_BOUNDED)
		return useless_jitter_field(p, row);
	if (row >= BO_ROW_ON && row <= BO_ROW_ON_END)
		return useless_class_field(p, row - BO_ROW_ON);
	switch (row) {
	case BO_ROW_DEADLINE_FROM:
		return p->deadline_ns == BACKOFF_FOREVER
			       ? "has no effect unless deadline is set"
			       : NULL;
	case BO_ROW_RESET_AFTER:
		/* One takes a long attempt for slow, the other for good. */
		return p->hedge.delay_ns != BACKOFF_FOREVER
			       ? "has no effect with hedge"
			       : NULL;
	case BO_ROW_HEDGE_MAX:
		return p->hedge.delay_ns == BACKOFF_FOREVER
			       ? "has no effect unless hedge.delay is set"
			       : NULL;
	case BO_ROW_BASE_DELAY:
		return p->curve == BACKOFF_CURVE_SCHEDULE
			       ? "has no effect with backoff \"schedule\""
			       : NULL;
	case BO_ROW_MAX_DELAY:
		return flat ? "has no effect with backoff \"constant\" or "
			      "\"schedule\""
			    : NULL;
	case BO_ROW_EXPONENTIAL_BASE:
		return p->curve != BACKOFF_CURVE_EXPONENTIAL
			       ? "has no effect unless backoff is "
				 "\"exponential\""
			       : NULL;
	case BO_ROW_SCHEDULE:
		return p->curve != BACKOFF_CURVE_SCHEDULE
			       ? "has no effect unless backoff is \"schedule\""
			       : NULL;
	case BO_ROW_HINT_MAX:
	case BO_ROW_HINT_TOO_LONG:
	case BO_ROW_HINT_COMBINE:
	case BO_ROW_HINT_JITTER:
	case BO_ROW_HINT_RESTART:
		return !p->hint.use ? "has no effect unless server_hint.use "
				      "is true"
				    : NULL;
	case BO_ROW_BREAKER_FAILURE_RATIO:
	case BO_ROW_BREAKER_MIN_ATTEMPTS:
	case BO_ROW_BREAKER_COOLDOWN:
	case BO_ROW_BREAKER_PROBES:
		return p->breaker.window == 0 && p->breaker.window_ns == 0
			       ? "has no effect unless breaker.window or "
				 "breaker.window_time is set"
			       : NULL;
	default:
		return NULL;
	}
}
