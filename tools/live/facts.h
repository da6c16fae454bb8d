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
	RT_KIND_TIME,
};

/** The value of a fact, in the member that its kind names. */
struct rt_value {
	enum rt_kind kind;
	bool known;
	const char *text;
	uint64_t count;
	/** RATE, RATIO and SHARE. */
	double real;
	/** Since 1970. */
	uint64_t time_ns;
};

/* X(member, group, name, kind, value, whether it is known). Facts of a group
 * stand next to each other; "" stands for the operation itself. */
#define RT_FACTS_OF_COUNTS(X, member, group, counts)                           \
	X(member##_ATTEMPTS, group, "attempts", COUNT, counts.attempts, true)  \
	X(member##_RETRIES, group, "retries", COUNT, counts.retries, true)     \
	X(member##_SUCCESSES, group, "successes", COUNT, counts.successes,     \
	  row->calls_known)                                                    \
	X(member##_EXHAUSTED, group, "exhausted", COUNT, counts.exhausted,     \
	  true)                                                                \
	X(member##_ABORTED, group, "aborted", COUNT, counts.aborted, true)     \
	X(member##_FAILED_CALLS, group, "failed_calls", COUNT,                 \
	  counts.failed_calls, true)

#define RT_FACTS(X)                                                            \
	X(OPERATION, "", "operation", TEXT, row->operation, true)              \
	X(POLICY, "", "policy", TEXT, row->policy, row->policy[0] != '\0')     \
	X(MAX_ATTEMPTS, "", "max_attempts", COUNT, row->max_attempts,          \
	  row->max_attempts > 0 && row->max_attempts != RT_UNLIMITED)          \
	X(CALLS_PER_S, "", "calls_per_second", RATE, row->calls_per_s,         \
	  row->calls_known)                                                    \
	X(RETRIES_PER_S, "", "retries_per_second", RATE, row->retries_per_s,   \
	  true)                                                                \
	X(ATTEMPTS_PER_CALL, "", "attempts_per_call", RATIO,                   \
	  row->attempts_per_call, row->load == RT_LOAD_OF_ALL)                 \
	X(ATTEMPTS_PER_FAILED_CALL, "", "attempts_per_failed_call", RATIO,     \
	  row->attempts_per_failed_call, row->window.failed_calls > 0)         \
	X(EXHAUSTED_SHARE, "", "exhausted_share", SHARE, row->exhausted_share, \
	  row->load == RT_LOAD_OF_ALL)                                         \
	RT_FACTS_OF_COUNTS(X, WINDOW, "window", row->window)                   \
	RT_FACTS_OF_COUNTS(X, TOTAL, "total", row->total)                      \
	X(ERROR_LABEL, "top_error", "label", TEXT, row->error.label,           \
	  row->error.count > 0)                                                \
	X(ERROR_TEXT, "top_error", "text", TEXT, row->error.text,              \
	  row->error.text[0] != '\0')                                          \
	X(ERROR_COUNT, "top_error", "count", COUNT, row->error.count,          \
	  row->error.count > 0)                                                \
	X(ERROR_SHARE, "top_error", "share", SHARE, row->error.share,          \
	  row->error.count > 0)                                                \
	X(LAST_SEEN, "", "last_seen", TIME, row->seen_ns, row->seen_ns > 0)    \
	X(SINCE, "", "since", TIME, bo_mul_sat(row->since_s, BO_NS_PER_S),     \
	  row->since_s > 0)

/* X(member, name, title, kind, value). */
#define RT_LOG_FACTS(X)                                                        \
	X(LINES, "lines", "lines", COUNT, log->lines)                          \
	X(EVENTS, "events", "events", COUNT, log->events)                      \
	X(FOREIGN, "foreign", "foreign", COUNT, log->foreign)                  \
	X(BAD, "bad", "bad", COUNT, log->bad)                                  \
	X(OVERSIZE, "oversize", "too long", COUNT, log->oversize)              \
	X(UNKNOWN, "unknown", "unknown", COUNT, log->unknown)                  \
	X(LOST, "lost", "lost", COUNT, tk_sequence_lost(log->sequence))        \
	X(DUPLICATED, "duplicated", "copies", COUNT, log->copied)              \
	X(RESETS, "resets", "resets", COUNT,                                   \
	  tk_sequence_resets(log->sequence))                                   \
	X(MIXED, "sequence_mixed", "mixed sequences", COUNT,                   \
	  tk_sequence_mixed(log->sequence))                                    \
	X(BY_ORDER, "numbered_by_order", "by order", COUNT, log->by_order)     \
	X(UNKNOWN_DELAYS, "unknown_delays", "unknown delays", COUNT,           \
	  log->unknown_delays)                                                 \
	X(TIMELESS, "timeless", "without a time", COUNT, log->timeless)        \
	X(DROPPED, "dropped", "dropped", COUNT, log->dropped)                  \
	X(LATE, "late", "late", COUNT, rt_window_late(log->window))            \
	X(CLOCK_LEAPS, "clock_leaps", "clock leaps", COUNT,                    \
	  rt_window_skewed(log->window))                                       \
	X(FROM, "from", "from", TIME, rt_window_first_ns(log->window))         \
	X(TO, "to", "to", TIME, rt_window_newest_ns(log->window))

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
};

extern const struct rt_fact_name rt_facts[RT_FACT_COUNT];
extern const struct rt_fact_name rt_log_facts[RT_LOG_FACT_COUNT];

/** A fact about an operation, or about the sum of all. */
struct rt_value rt_fact_of_row(const struct rt_row *row, enum rt_fact fact);

/** A fact about everything that was read. */
struct rt_value rt_fact_of_log(const struct rt_ingest *log,
			       enum rt_log_fact fact);

#endif
