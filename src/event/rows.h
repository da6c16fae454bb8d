/* The one table of an event's fields, in the order of the line. The enum of
 * rows, the table that readers, the schema and the documentation walk, and the
 * writer are made from it: a loop that asks for forty fields, most of them
 * absent, costs more than writing the others. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_EVENT_ROWS_H
#define BO_EVENT_ROWS_H

/* WORD(constant, "word") for each value of an enum but 0, which is "absent". */
#define BO_EVENT_TYPE_WORDS(WORD)                                              \
	WORD(BACKOFF_EVENT_ATTEMPT, "retry_attempt")                           \
	WORD(BACKOFF_EVENT_SUCCESS, "retry_success")                           \
	WORD(BACKOFF_EVENT_EXHAUSTED, "retry_exhausted")                       \
	WORD(BACKOFF_EVENT_ABORTED, "retry_aborted")                           \
	WORD(BACKOFF_EVENT_STARTED, "retry_started")                           \
	WORD(BACKOFF_EVENT_BREAKER_TRANSITION, "breaker_transition")           \
	WORD(BACKOFF_EVENT_DROPPED, "events_dropped")
#define BO_EVENT_KIND_WORDS(WORD)                                              \
	WORD(BACKOFF_KIND_FIRST, "first")                                      \
	WORD(BACKOFF_KIND_RETRY, "retry")                                      \
	WORD(BACKOFF_KIND_HEDGE, "hedge")
#define BO_EVENT_SOURCE_WORDS(WORD)                                            \
	WORD(BACKOFF_DELAY_SOURCE_BACKOFF, "backoff")                          \
	WORD(BACKOFF_DELAY_SOURCE_HINT, "hint")                                \
	WORD(BACKOFF_DELAY_SOURCE_ZERO, "zero")
#define BO_EVENT_HINT_WORDS(WORD)                                              \
	WORD(BACKOFF_HINT_ACTION_HONOURED, "honoured")                         \
	WORD(BACKOFF_HINT_ACTION_CLAMPED, "clamped")                           \
	WORD(BACKOFF_HINT_ACTION_IGNORED, "ignored")                           \
	WORD(BACKOFF_HINT_ACTION_GAVE_UP, "gave_up")

/* TEXT(name, member, limit in bytes, doc), COUNT and SECONDS(name, member,
 * doc), NAME(name, member, kind, list of words by value, WORDS, fallback,
 * doc), OBJECT(name, member, doc). */
#define BO_EVENT_TABLE(FORMAT, TIME, TEXT, COUNT, SECONDS, NAME, OBJECT)       \
	FORMAT("v", "Version of this format: 1.")                              \
	TIME("ts", ts_ns,                                                      \
	     "Wall clock at the attempt's end, RFC 3339 UTC, microseconds.")   \
	NAME("event_type", type, ENUM, bo_event_type_names,                    \
	     BO_EVENT_TYPE_WORDS, NULL,                                        \
	     "Type of the event; readers count types that they do not know.")  \
	TEXT("service", service, 256, "Service that makes the call.")          \
	TEXT("operation", operation, 256,                                      \
	     "Operation that is retried; present in all events of attempts.")  \
	TEXT("target", target, 256, "Dependency that is called.")              \
	TEXT("policy", policy, 256, "Name of the policy.")                     \
	TEXT("policy_hash", policy_hash, 64,                                   \
	     "Hash of the canonical policy: 16 hex digits.")                   \
	TEXT("call_id", call_id, 64,                                           \
	     "Identifies the call in all its attempts; 32 hex digits by "      \
	     "default.")                                                       \
	TEXT("parent_call_id", parent_call_id, 64,                             \
	     "Call inside which this one is made.")                            \
	COUNT("attempt", attempt, "Number of the attempt, from 1.")            \
	COUNT("max_attempts", max_attempts,                                    \
	      "Attempts that the policy allows, the first included.")          \
	NAME("kind", kind, ENUM, bo_event_kind_names, BO_EVENT_KIND_WORDS, "", \
	     "Kind of attempt.")                                               \
	NAME("outcome", outcome, OUTCOME, bo_outcome_names, BO_OUTCOME_WORDS,  \
	     "", "Result of the attempt, whatever was decided after it.")      \
	NAME("class", failure_class, ENUM_INT, bo_class_names, BO_CLASS_WORDS, \
	     "", "Class of the failure.")                                      \
	TEXT("error_type", error_type, 256,                                    \
	     "Type of the error, as policies name it.")                        \
	TEXT("code", code, 256,                                                \
	     "Namespaced code: http:503, errno:ECONNRESET, sqlstate:40001.")   \
	TEXT("error", error, 512, "Text of the error, possibly cut.")          \
	SECONDS("duration_seconds", duration_ns, "How long the attempt took.") \
	SECONDS("elapsed_seconds", elapsed_ns, "Time since the call began.")   \
	SECONDS("delay_seconds", delay_ns,                                     \
		"The wait that follows (retry_attempt).")                      \
	NAME("delay_source", delay_source, ENUM, bo_event_source_names,        \
	     BO_EVENT_SOURCE_WORDS, "", "Source of the delay.")                \
	TEXT("delay_law", delay_law, 64,                                       \
	     "The law the delay was drawn from: a jitter kind, with capped_ "  \
	     "before it if draws above the cap are pinned to it.")             \
	SECONDS("delay_low_seconds", delay_low_ns, "Lower bound of the draw.") \
	SECONDS("delay_high_seconds", delay_high_ns,                           \
		"Upper bound of the draw.")                                    \
	SECONDS("hint_seconds", hint_ns, "Server's hint about when to retry.") \
	NAME("hint_action", hint_action, ENUM, bo_event_hint_names,            \
	     BO_EVENT_HINT_WORDS, "", "How the hint was used.")                \
	SECONDS("attempt_timeout_seconds", attempt_timeout_ns,                 \
		"Limit of the attempt, if one was in force.")                  \
	SECONDS("deadline_left_seconds", deadline_left_ns,                     \
		"Time left of the call, if it has a deadline.")                \
	OBJECT("budget", budget,                                               \
	       "The retry budget: its id, tokens left, cost of this retry.")   \
	TEXT("breaker", breaker, 64, "State of the circuit breaker.")          \
	NAME("stop_reason", stop, ENUM, bo_stop_names, BO_STOP_WORDS, "",      \
	     "Why the call ended.")                                            \
	COUNT("attempts", attempts, "Attempts of the whole call.")             \
	COUNT("retries", retries, "Attempts after the first.")                 \
	SECONDS("backoff_seconds", backoff_ns, "Sum of the call's waits.")     \
	COUNT("in_flight", in_flight,                                          \
	      "Attempts under way in this process when this one began.")       \
	COUNT("dropped", dropped, "Number of lost events (events_dropped).")   \
	TEXT("trace_id", trace_id, 64,                                         \
	     "W3C trace context, set by the caller.")                          \
	TEXT("span_id", span_id, 64, "W3C trace context, set by the caller.")  \
	TEXT("host", host, 256, "Host name.")                                  \
	COUNT("pid", pid, "Process ID.")                                       \
	COUNT("seq", seq,                                                      \
	      "Counts up per host and process: a gap is a lost line.")         \
	OBJECT("attrs", attrs,                                                 \
	       "Free fields of the caller: an object of scalars.")

#endif
