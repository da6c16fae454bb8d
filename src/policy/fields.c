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
const char *const bo_order_names[] = {"cap_then_jitter", "jitter_then_cap",
				      NULL};

#define AT(member) offsetof(struct backoff_policy, member)
#define DURATION_MAX 1e9

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
			      "seconds", "", "",
			      "Limit of the whole call, from its start."},
			     BO_FIELD_DURATION,
			     AT(deadline_ns),
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
};

const char *
bo_policy_useless(const struct backoff_policy *p, enum bo_policy_row row)
{
	bool ratio = p->jitter == BACKOFF_JITTER_PROPORTIONAL ||
		     p->jitter == BACKOFF_JITTER_MINUS;
	bool additive = p->jitter == BACKOFF_JITTER_ADDITIVE;
	/* These two have no cap but themselves. */
	bool flat = p->curve == BACKOFF_CURVE_CONSTANT ||
		    p->curve == BACKOFF_CURVE_SCHEDULE;

	switch (row) {
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
	case BO_ROW_JITTER_RATIO:
		return !ratio ? "has no effect unless jitter.kind is "
				"\"proportional\" or \"minus\""
			      : NULL;
	case BO_ROW_JITTER_MAX:
		return !additive ? "has no effect unless jitter.kind is "
				   "\"additive\""
				 : NULL;
	case BO_ROW_JITTER_ORDER:
		return flat || p->jitter == BACKOFF_JITTER_NONE ||
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
