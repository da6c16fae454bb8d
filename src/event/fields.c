/* The one table of an event's fields: encode, decode, schema and documentation
 * all walk it. */
#include "config.h"

#include "event/fields.h"

#include <string.h>

#include "base/names.h"

static const char *const type_names[] = {"",
					 "retry_attempt",
					 "retry_success",
					 "retry_exhausted",
					 "retry_aborted",
					 "retry_started",
					 "breaker_transition",
					 "events_dropped",
					 NULL};
static const char *const kind_names[] = {"", "first", "retry", "hedge", NULL};
static const char *const hint_names[] = {"",        "honoured", "clamped",
					 "ignored", "gave_up",  NULL};
static const char *const source_names[] = {"", "backoff", "hint", "zero", NULL};

#define AT(member) offsetof(struct backoff_event, member)
/* Name, public type, unit, names, fallback (NULL: always there), doc; kind,
 * member, limit of text, list of names. */
#define ROW(name, type, unit, allowed, fallback, doc, kind, offset, limit,     \
	    list)                                                              \
	{                                                                      \
		{name, type, 0, limit, unit, fallback, allowed, doc},          \
			BO_EVENT_##kind, offset, sizeof(name) - 1, limit,      \
			list, ",\"" name "\":"                                 \
	}
#define TEXT(name, member, limit, fallback, doc)                               \
	ROW(name, "text", "bytes", "", fallback, doc, TEXT, AT(member), limit, \
	    NULL)
#define COUNT(name, member, fallback, doc)                                     \
	ROW(name, "count", "", "", fallback, doc, COUNT, AT(member), 0, NULL)
#define SECONDS(name, member, fallback, doc)                                   \
	ROW(name, "number", "seconds", "", fallback, doc, SECONDS, AT(member), \
	    0, NULL)

const struct bo_event_field bo_event_fields[] = {
	ROW("v", "count", "", "", NULL, "Version of this format: 1.", VERSION,
	    0, 0, NULL),
	ROW("ts", "time", "", "", NULL,
	    "Wall clock at the attempt's end, RFC 3339 UTC, microseconds.",
	    TIME, AT(ts_ns), 0, NULL),
	ROW("event_type", "name", "",
	    "retry_attempt retry_success retry_exhausted retry_aborted "
	    "retry_started breaker_transition events_dropped",
	    NULL, "What happened; readers count types they do not know.", ENUM,
	    AT(type), 0, type_names),
	TEXT("service", service, 256, "", "Who makes the call."),
	TEXT("operation", operation, 256, "",
	     "What is retried; there in all events of attempts."),
	TEXT("target", target, 256, "", "The dependency that is called."),
	TEXT("policy", policy, 256, "", "Name of the policy."),
	TEXT("policy_hash", policy_hash, 64, "",
	     "16 hex digits: hash of the canonical policy."),
	TEXT("call_id", call_id, 64, "",
	     "One for all attempts of a call; 32 hex digits by default."),
	TEXT("parent_call_id", parent_call_id, 64, "",
	     "The call inside which this one is made."),
	COUNT("attempt", attempt, "", "Number of the attempt, from 1."),
	COUNT("max_attempts", max_attempts, "",
	      "Attempts that the policy allows, the first included."),
	ROW("kind", "name", "", "first retry hedge", "",
	    "Which sort of attempt it was.", ENUM, AT(kind), 0, kind_names),
	ROW("outcome", "name", "", "success failure timeout cancelled", "",
	    "What the attempt did, apart from what was decided.", ENUM_INT,
	    AT(outcome), 0, bo_outcome_names),
	ROW("class", "name", "",
	    "unknown transient throttle server client timeout conflict fatal",
	    "", "Nature of the failure.", ENUM_INT, AT(failure_class), 0,
	    bo_class_names),
	TEXT("error_type", error_type, 256, "",
	     "Type of the error, as policies name it."),
	TEXT("code", code, 256, "",
	     "Namespaced code: http:503, errno:ECONNRESET, sqlstate:40001."),
	TEXT("error", error, 512, "", "Text of the error, cut."),
	SECONDS("duration_seconds", duration_ns, "",
		"How long the attempt took."),
	SECONDS("elapsed_seconds", elapsed_ns, "",
		"Time since the call began."),
	SECONDS("delay_seconds", delay_ns, "",
		"The wait that follows (retry_attempt)."),
	ROW("delay_source", "name", "", "backoff hint zero", "",
	    "Where the delay comes from.", ENUM, AT(delay_source), 0,
	    source_names),
	TEXT("delay_law", delay_law, 64, "",
	     "The law the delay was drawn from: a jitter kind, with capped_ "
	     "before it if draws above the cap are pinned to it."),
	SECONDS("delay_low_seconds", delay_low_ns, "",
		"Lower bound of the draw."),
	SECONDS("delay_high_seconds", delay_high_ns, "",
		"Upper bound of the draw."),
	SECONDS("hint_seconds", hint_ns, "",
		"What the server said about when to come back."),
	ROW("hint_action", "name", "", "honoured clamped ignored gave_up", "",
	    "What became of the hint.", ENUM, AT(hint_action), 0, hint_names),
	SECONDS("attempt_timeout_seconds", attempt_timeout_ns, "",
		"Limit of the attempt, if one was in force."),
	SECONDS("deadline_left_seconds", deadline_left_ns, "",
		"Time left of the call, if it has a deadline."),
	ROW("budget", "object", "", "", "",
	    "The retry budget: its id, tokens left, cost of this retry.",
	    OBJECT, AT(budget), 0, NULL),
	TEXT("breaker", breaker, 64, "", "State of the circuit breaker."),
	ROW("stop_reason", "name", "",
	    "success non_retryable max_attempts deadline "
	    "delay_exceeds_deadline budget breaker_open server_forbade "
	    "hint_too_long not_idempotent not_replayable cancelled shutdown "
	    "sleep_failed",
	    "", "Why the call is over.", ENUM, AT(stop), 0, bo_stop_names),
	COUNT("attempts", attempts, "", "Attempts of the whole call."),
	COUNT("retries", retries, "", "Attempts after the first."),
	SECONDS("backoff_seconds", backoff_ns, "", "Sum of the call's waits."),
	COUNT("in_flight", in_flight, "",
	      "Attempts under way in this process when this one began."),
	COUNT("dropped", dropped, "", "Events lost (events_dropped)."),
	TEXT("trace_id", trace_id, 64, "",
	     "W3C trace context, set by the caller."),
	TEXT("span_id", span_id, 64, "",
	     "W3C trace context, set by the caller."),
	TEXT("host", host, 256, "", "Host name."),
	COUNT("pid", pid, "", "Process."),
	COUNT("seq", seq, "",
	      "Counts up per host and process: a gap is a lost line."),
	ROW("attrs", "object", "", "", "",
	    "Free fields of the caller: an object of scalars.", OBJECT,
	    AT(attrs), 0, NULL),
};

const char *
backoff_event_type_name(enum backoff_event_type type)
{
	return type > BACKOFF_EVENT_UNKNOWN && type <= BACKOFF_EVENT_DROPPED
		       ? type_names[type]
		       : NULL;
}

int
backoff_event_type_number(const char *name)
{
	for (int i = 1; type_names[i] != NULL; i++)
		if (strcmp(type_names[i], name) == 0)
			return i;
	return -1;
}
