/* The one table of an event's fields, in the order of the line: the table that
 * readers, the schema and the documentation walk is made from it, and so is the
 * writer, which walks nothing: forty fields of which most are absent cost more
 * to ask for in a loop than to write. */
#ifndef BO_EVENT_ROWS_H
#define BO_EVENT_ROWS_H

/* TEXT(name, member, limit in bytes, doc), COUNT and SECONDS(name, member,
 * doc), NAME(name, member, kind, list, fallback, names, doc), OBJECT(name,
 * member, doc). */
#define BO_EVENT_TABLE(FORMAT, TIME, TEXT, COUNT, SECONDS, NAME, OBJECT)       \
	FORMAT("v", "Version of this format: 1.")                              \
	TIME("ts", ts_ns,                                                      \
	     "Wall clock at the attempt's end, RFC 3339 UTC, microseconds.")   \
	NAME("event_type", type, ENUM, bo_event_type_names, NULL,              \
	     "retry_attempt retry_success retry_exhausted retry_aborted "      \
	     "retry_started breaker_transition events_dropped",                \
	     "What happened; readers count types they do not know.")           \
	TEXT("service", service, 256, "Who makes the call.")                   \
	TEXT("operation", operation, 256,                                      \
	     "What is retried; there in all events of attempts.")              \
	TEXT("target", target, 256, "The dependency that is called.")          \
	TEXT("policy", policy, 256, "Name of the policy.")                     \
	TEXT("policy_hash", policy_hash, 64,                                   \
	     "16 hex digits: hash of the canonical policy.")                   \
	TEXT("call_id", call_id, 64,                                           \
	     "One for all attempts of a call; 32 hex digits by default.")      \
	TEXT("parent_call_id", parent_call_id, 64,                             \
	     "The call inside which this one is made.")                        \
	COUNT("attempt", attempt, "Number of the attempt, from 1.")            \
	COUNT("max_attempts", max_attempts,                                    \
	      "Attempts that the policy allows, the first included.")          \
	NAME("kind", kind, ENUM, bo_event_kind_names, "", "first retry hedge", \
	     "Which sort of attempt it was.")                                  \
	NAME("outcome", outcome, ENUM_INT, bo_outcome_names, "",               \
	     "success failure timeout cancelled",                              \
	     "What the attempt did, apart from what was decided.")             \
	NAME("class", failure_class, ENUM_INT, bo_class_names, "",             \
	     "unknown transient throttle server client timeout conflict "      \
	     "fatal",                                                          \
	     "Nature of the failure.")                                         \
	TEXT("error_type", error_type, 256,                                    \
	     "Type of the error, as policies name it.")                        \
	TEXT("code", code, 256,                                                \
	     "Namespaced code: http:503, errno:ECONNRESET, sqlstate:40001.")   \
	TEXT("error", error, 512, "Text of the error, cut.")                   \
	SECONDS("duration_seconds", duration_ns, "How long the attempt took.") \
	SECONDS("elapsed_seconds", elapsed_ns, "Time since the call began.")   \
	SECONDS("delay_seconds", delay_ns,                                     \
		"The wait that follows (retry_attempt).")                      \
	NAME("delay_source", delay_source, ENUM, bo_event_source_names, "",    \
	     "backoff hint zero", "Where the delay comes from.")               \
	TEXT("delay_law", delay_law, 64,                                       \
	     "The law the delay was drawn from: a jitter kind, with capped_ "  \
	     "before it if draws above the cap are pinned to it.")             \
	SECONDS("delay_low_seconds", delay_low_ns, "Lower bound of the draw.") \
	SECONDS("delay_high_seconds", delay_high_ns,                           \
		"Upper bound of the draw.")                                    \
	SECONDS("hint_seconds", hint_ns,                                       \
		"What the server said about when to come back.")               \
	NAME("hint_action", hint_action, ENUM, bo_event_hint_names, "",        \
	     "honoured clamped ignored gave_up", "What became of the hint.")   \
	SECONDS("attempt_timeout_seconds", attempt_timeout_ns,                 \
		"Limit of the attempt, if one was in force.")                  \
	SECONDS("deadline_left_seconds", deadline_left_ns,                     \
		"Time left of the call, if it has a deadline.")                \
	OBJECT("budget", budget,                                               \
	       "The retry budget: its id, tokens left, cost of this retry.")   \
	TEXT("breaker", breaker, 64, "State of the circuit breaker.")          \
	NAME("stop_reason", stop, ENUM, bo_stop_names, "",                     \
	     "success non_retryable max_attempts deadline "                    \
	     "delay_exceeds_deadline budget breaker_open server_forbade "      \
	     "hint_too_long not_idempotent not_replayable cancelled shutdown " \
	     "sleep_failed",                                                   \
	     "Why the call is over.")                                          \
	COUNT("attempts", attempts, "Attempts of the whole call.")             \
	COUNT("retries", retries, "Attempts after the first.")                 \
	SECONDS("backoff_seconds", backoff_ns, "Sum of the call's waits.")     \
	COUNT("in_flight", in_flight,                                          \
	      "Attempts under way in this process when this one began.")       \
	COUNT("dropped", dropped, "Events lost (events_dropped).")             \
	TEXT("trace_id", trace_id, 64,                                         \
	     "W3C trace context, set by the caller.")                          \
	TEXT("span_id", span_id, 64, "W3C trace context, set by the caller.")  \
	TEXT("host", host, 256, "Host name.")                                  \
	COUNT("pid", pid, "Process.")                                          \
	COUNT("seq", seq,                                                      \
	      "Counts up per host and process: a gap is a lost line.")         \
	OBJECT("attrs", attrs,                                                 \
	       "Free fields of the caller: an object of scalars.")

#endif
