/* Facts about an operation and a log: one row each, from which reports and
 * screens are made. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_FACTS_H
#define RT_FACTS_H

#include "live/ingest.h"
#include "live/model.h"

enum rt_kind {
	RT_KIND_TEXT,
	RT_KIND_COUNT,
	/** Per second. */
	RT_KIND_RATE,
	RT_KIND_RATIO,
	/** From 0 to 1. */
	RT_KIND_SHARE,
	RT_KIND_SECONDS,
	RT_KIND_TIME,
};

/** The value of a fact, in the member that its kind names. */
struct rt_value {
	enum rt_kind kind;
	bool known;
	const char *text;
	uint64_t count;
	/** RATE, RATIO, SHARE and SECONDS. */
	double real;
	/** Since 1970. */
	uint64_t time_ns;
};

/* X(member, group, name, kind, value, whether it is known, name as a metric,
 * meaning). Facts of a group stand next to each other; "" stands for the
 * operation itself. Texts have no metric. */
#define RT_FACTS_OF_COUNTS(X, member, group, counts, when)                     \
	X(member##_ATTEMPTS, group, "attempts", COUNT, counts.attempts, true,  \
	  "retrytop_" group "_attempts",                                       \
	  "Attempts with a result, failed ones if the log has no "             \
	  "successes, " when ".")                                              \
	X(member##_RETRIES, group, "retries", COUNT, counts.retries, true,     \
	  "retrytop_" group "_retries",                                        \
	  "Attempts that failed and are followed by another, hedges "          \
	  "apart, " when ".")                                                  \
	X(member##_SUCCESSES, group, "successes", COUNT, counts.successes,     \
	  row->calls_known, "retrytop_" group "_successes",                    \
	  "Calls that succeeded, " when ".")                                   \
	X(member##_EXHAUSTED, group, "exhausted", COUNT, counts.exhausted,     \
	  true, "retrytop_" group "_exhausted",                                \
	  "Calls that a limit ended, " when ".")                               \
	X(member##_ABORTED, group, "aborted", COUNT, counts.aborted, true,     \
	  "retrytop_" group "_aborted",                                        \
	  "Calls that ended because a retry would be wrong, " when ".")        \
	X(member##_FAILED_CALLS, group, "failed_calls", COUNT,                 \
	  counts.failed_calls, true, "retrytop_" group "_failed_calls",        \
	  "Calls whose first attempt failed, " when ".")                       \
	X(member##_FIRST_OK, group, "first_ok", COUNT, counts.first_ok,        \
	  row->calls_known, "retrytop_" group "_first_ok",                     \
	  "Calls that the first attempt, or its hedge, answered, " when ".")   \
	X(member##_USED_UP, group, "used_up", COUNT, counts.used_up, true,     \
	  "retrytop_" group "_used_up",                                        \
	  "Calls whose attempts were used up, " when ".")                      \
	X(member##_BREAKER, group, "breaker", COUNT, counts.breaker, true,     \
	  "retrytop_" group "_breaker",                                        \
	  "Calls that a breaker refused or ended, " when ".")                  \
	X(member##_UNSENT, group, "unsent", COUNT, counts.unsent, true,        \
	  "retrytop_" group "_unsent",                                         \
	  "Calls that a breaker refused before an attempt was made, " when     \
	  ".")                                                                 \
	X(member##_BUDGET, group, "budget", COUNT, counts.budget, true,        \
	  "retrytop_" group "_budget",                                         \
	  "Calls that an empty budget ended, " when ".")                       \
	X(member##_DEADLINE, group, "deadline", COUNT, counts.deadline, true,  \
	  "retrytop_" group "_deadline",                                       \
	  "Calls that their deadline ended, " when ".")                        \
	X(member##_HINT, group, "hint", COUNT, counts.hint, true,              \
	  "retrytop_" group "_hint",                                           \
	  "Calls that a hint of the server ended, " when ".")                  \
	X(member##_HEDGES, group, "hedges", COUNT, counts.hedges, true,        \
	  "retrytop_" group "_hedges", "Hedges that were sent, " when ".")     \
	X(member##_HEDGES_WON, group, "hedges_won", COUNT, counts.hedges_won,  \
	  true, "retrytop_" group "_hedges_won",                               \
	  "Calls that a hedge answered, " when ".")

#define RT_FACTS(X)                                                            \
	X(OPERATION, "", "operation", TEXT, row->operation, true, NULL,        \
	  "Name of the operation.")                                            \
	X(POLICY, "", "policy", TEXT, row->policy, row->policy[0] != '\0',     \
	  NULL, "Policy that its last event names.")                           \
	X(VERDICT, "", "verdict", TEXT, rt_word_name(row->word),               \
	  row->word != RT_WORD_NONE, NULL,                                     \
	  "What is wrong with the operation.")                                 \
	X(MAX_ATTEMPTS, "", "max_attempts", COUNT, row->max_attempts,          \
	  row->max_attempts > 0 && row->max_attempts != RT_UNLIMITED,          \
	  "retrytop_max_attempts",                                             \
	  "Maximum number of attempts of a call, in the last event.")          \
	X(CALLS_PER_S, "", "calls_per_second", RATE, row->calls_per_s,         \
	  row->calls_known || row->is_error, "retrytop_calls_per_second",      \
	  "Finished calls per second, in the window.")                         \
	X(RETRIES_PER_S, "", "retries_per_second", RATE, row->retries_per_s,   \
	  true, "retrytop_retries_per_second",                                 \
	  "Failed attempts that are followed by another, per second, in the "  \
	  "window.")                                                           \
	X(ATTEMPTS_PER_CALL, "", "attempts_per_call", RATIO,                   \
	  row->attempts_per_call,                                              \
	  row->load == RT_LOAD_OF_ALL && row->attempts_per_call > 0.0,         \
	  "retrytop_attempts_per_call",                                        \
	  "Attempts per finished call that made any, in the window.")          \
	X(LOAD, "", "load", RATIO, row->sent_per_call,                         \
	  row->load == RT_LOAD_OF_ALL, "retrytop_load",                        \
	  "Attempts that were made per finished call, in the window.")         \
	X(ATTEMPTS_PER_FAILED_CALL, "", "attempts_per_failed_call", RATIO,     \
	  row->attempts_per_failed_call, row->window.failed_calls > 0,         \
	  "retrytop_attempts_per_failed_call",                                 \
	  "Attempts per call whose first attempt failed, in the window.")      \
	X(EXHAUSTED_SHARE, "", "exhausted_share", SHARE, row->exhausted_share, \
	  row->load == RT_LOAD_OF_ALL, "retrytop_exhausted_ratio",             \
	  "Share of finished calls that a limit ended, in the window.")        \
	X(FAILED_SHARE, "", "failed_share", SHARE, row->failed_share,          \
	  row->load == RT_LOAD_OF_ALL, "retrytop_failed_ratio",                \
	  "Share of finished calls that failed, in the window.")               \
	X(FIRST_OK_SHARE, "", "first_ok_share", SHARE, row->first_ok_share,    \
	  row->load == RT_LOAD_OF_ALL, "retrytop_first_ok_ratio",              \
	  "Share of finished calls that the first attempt, or its hedge, "     \
	  "answered, in the window.")                                          \
	X(RECOVERED_SHARE, "", "recovered_share", SHARE, row->recovered_share, \
	  row->load == RT_LOAD_OF_ALL, "retrytop_recovered_ratio",             \
	  "Share of finished calls that succeeded after a retry, in the "      \
	  "window.")                                                           \
	X(WHY, "", "why", TEXT, rt_why_name(row->why),                         \
	  row->why != RT_WHY_NONE, NULL,                                       \
	  "The most frequent reason why calls failed.")                        \
	X(WHY_SHARE, "", "why_share", SHARE, row->why_share,                   \
	  row->why != RT_WHY_NONE, "retrytop_why_ratio",                       \
	  "Share of failed calls with the most frequent reason, in the "       \
	  "window.")                                                           \
	RT_FACTS_OF_COUNTS(X, WINDOW, "window", row->window, "in the window")  \
	RT_FACTS_OF_COUNTS(X, TOTAL, "total", row->total,                      \
			   "since the start of the log")                       \
	X(ERROR_LABEL, "top_error", "label", TEXT, row->error.label,           \
	  row->error.count > 0, NULL,                                          \
	  "The most frequent code, type or text of failed attempts.")          \
	X(ERROR_TEXT, "top_error", "text", TEXT, row->error.text,              \
	  row->error.text[0] != '\0', NULL, "Its most recent message.")        \
	X(ERROR_COUNT, "top_error", "count", COUNT, row->error.count,          \
	  row->error.count > 0, "retrytop_top_error_attempts",                 \
	  "Attempts that failed with the most frequent error, in the window.") \
	X(ERROR_SHARE, "top_error", "share", SHARE, row->error.share,          \
	  row->error.count > 0, "retrytop_top_error_ratio",                    \
	  "Share of failed attempts that had the most frequent error, in the " \
	  "window.")                                                           \
	X(LAST_SEEN, "", "last_seen", TIME, row->seen_ns, row->seen_ns > 0,    \
	  "retrytop_last_seen_timestamp_seconds", "Time of the last event.")   \
	X(SINCE, "", "since", TIME, bo_mul_sat(row->since_s, BO_NS_PER_S),     \
	  row->since_s > 0, "retrytop_since_timestamp_seconds",                \
	  "Time since which something is wrong with the operation.")           \
	X(P99_CALL, "", "p99_call_seconds", SECONDS,                           \
	  (double)row->p99_call_ns / (double)BO_NS_PER_S,                      \
	  row->p99_call_ns > 0, "retrytop_p99_call_seconds",                   \
	  "99th percentile of the durations of calls that succeeded, in the "  \
	  "window.")                                                           \
	X(P99_TRY, "", "p99_attempt_seconds", SECONDS,                         \
	  (double)row->p99_try_ns / (double)BO_NS_PER_S, row->p99_try_ns > 0,  \
	  "retrytop_p99_attempt_seconds",                                      \
	  "99th percentile of the durations of attempts that succeeded, in "   \
	  "the window.")

/* X(member, name, title, kind, value, meaning). The name of the metric is
 * "retrytop_log_" and the name; that of a time ends in
 * "_timestamp_seconds". */
#define RT_LOG_FACTS(X)                                                        \
	X(LINES, "lines", "lines", COUNT, log->lines, "Lines read.")           \
	X(EVENTS, "events", "events", COUNT, log->events,                      \
	  "Attempt events, copies included.")                                  \
	X(FOREIGN, "foreign", "foreign", COUNT, log->foreign,                  \
	  "Lines that are not events.")                                        \
	X(BAD, "bad", "bad", COUNT, log->bad, "Lines that are broken.")        \
	X(OVERSIZE, "oversize", "too long", COUNT, log->oversize,              \
	  "Lines longer than 1 MiB.")                                          \
	X(UNKNOWN, "unknown", "unknown", COUNT, log->unknown,                  \
	  "Events of an unknown type.")                                        \
	X(LOST, "lost", "lost", COUNT, tk_sequence_lost(log->sequence),        \
	  "Gaps in sequence numbers: lines that were written and are "         \
	  "missing.")                                                          \
	X(DUPLICATED, "duplicated", "copies", COUNT, log->copied,              \
	  "Copies of events, which were left out.")                            \
	X(RESETS, "resets", "resets", COUNT,                                   \
	  tk_sequence_resets(log->sequence),                                   \
	  "How often sequence numbers began again or leapt.")                  \
	X(MIXED, "sequence_mixed", "mixed sequences", COUNT,                   \
	  tk_sequence_mixed(log->sequence),                                    \
	  "Hosts and pids that several processes share.")                      \
	X(BY_ORDER, "numbered_by_order", "by order", COUNT, log->by_order,     \
	  "Lines that do not say which of the attempts they are about.")       \
	X(UNKNOWN_DELAYS, "unknown_delays", "unknown delays", COUNT,           \
	  log->unknown_delays,                                                 \
	  "Lines of attempts that are to be retried, without the delay.")      \
	X(TIMELESS, "timeless", "without a time", COUNT, log->timeless,        \
	  "Lines without a time.")                                             \
	X(DROPPED, "dropped", "dropped", COUNT, log->dropped,                  \
	  "Events that processes report as not written.")                      \
	X(MISSING, "missing", "missing", COUNT,                                \
	  tk_sequence_missing(log->sequence),                                  \
	  "Lines that are missing: lost, dropped, or both.")                   \
	X(SKIPPED, "skipped", "before --since", COUNT, log->skipped,           \
	  "Events before the time of --since, which were left out.")           \
	X(LATE, "late", "late", COUNT, rt_window_late(log->window),            \
	  "Events that were too old for the window on arrival.")               \
	X(CLOCK_LEAPS, "clock_leaps", "clock leaps", COUNT,                    \
	  rt_window_skewed(log->window),                                       \
	  "Events whose time could not be right.")                             \
	X(FORGOTTEN, "forgotten", "forgotten", COUNT,                          \
	  rt_ingest_forgotten(log),                                            \
	  "Lines so far back that a copy of them would count again.")          \
	X(FORGOTTEN_WAITS, "forgotten_waits", "forgotten waits", COUNT,        \
	  rt_ingest_forgotten_waits(log),                                      \
	  "Calls that were forgotten before their next attempt: it counts as " \
	  "a first one.")                                                      \
	X(UNGROUPED, "ungrouped", "ungrouped", COUNT,                          \
	  rt_window_cube(log->window)->ungrouped,                              \
	  "Events that are in the group \"(other)\" for lack of room.")        \
	X(UNJUDGED, "unjudged", "unjudged", COUNT,                             \
	  rt_window_unjudged(log->window),                                     \
	  "Events of targets that are not judged, for lack of room.")          \
	X(FROM, "from", "from", TIME, rt_window_first_ns(log->window),         \
	  "Time of the first event.")                                          \
	X(TO, "to", "to", TIME, rt_window_newest_ns(log->window),              \
	  "Time of the newest event.")

#define RT_FACT_MEMBER(member, ...) RT_FACT_##member,
#define RT_LOG_FACT_MEMBER(member, ...) RT_LOG_FACT_##member,

enum rt_fact { RT_FACTS(RT_FACT_MEMBER) RT_FACT_COUNT };

enum rt_log_fact { RT_LOG_FACTS(RT_LOG_FACT_MEMBER) RT_LOG_FACT_COUNT };

/** Range of the facts that the sum of all operations has too; the end is not
 *  part of it. */
#define RT_FACT_SUM_BEGIN RT_FACT_CALLS_PER_S
#define RT_FACT_SUM_END RT_FACT_ERROR_LABEL

struct rt_fact_name {
	/** In JSON: the group, and the name inside it. */
	const char *group, *name;
	/** Words for people; only facts of a log have them. */
	const char *title;
	enum rt_kind kind;
	/** NULL for a text. */
	const char *metric;
	/** A sentence. */
	const char *meaning;
};

extern const struct rt_fact_name rt_facts[RT_FACT_COUNT];
extern const struct rt_fact_name rt_log_facts[RT_LOG_FACT_COUNT];

/** Whether a fact is about all since the start of the log, which only
 *  operations know. */
bool rt_fact_is_total(enum rt_fact fact);

/** A fact about an operation, or about the sum of all. */
struct rt_value rt_fact_of_row(const struct rt_row *row, enum rt_fact fact);

/** A fact about everything that was read. */
struct rt_value rt_fact_of_log(const struct rt_ingest *log,
			       enum rt_log_fact fact);

#endif
