/* What every operation did lately: counts in one-second steps. */
#ifndef RT_WINDOW_H
#define RT_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

/** Seconds that are remembered. */
#define RT_HISTORY_S 300
/** Further operations are counted together, as "(other)". */
#define RT_OPERATIONS_MAX 1000
/** Errors told apart per operation; a rarer one gives way to a new one. */
#define RT_ERRORS_MAX 8
#define RT_LABEL_MAX 64
#define RT_TEXT_MAX 160
/** Longer operation names are cut. */
#define RT_NAME_MAX 256

/** How many of what. An attempt is counted when it ends. */
struct rt_counts {
	/** Attempts that ended; of a log without successes, failed ones. */
	uint64_t attempts;
	/** Attempts that failed and are followed by another. */
	uint64_t retries;
	/** Calls that ended, by how. */
	uint64_t successes, exhausted, aborted;
	/** Attempts of the calls that ended. */
	uint64_t call_attempts;
	/** Calls whose first attempt failed. */
	uint64_t failed_calls;
};

/** The error that an operation meets most. */
struct rt_error_top {
	/** Its code, else its type, else its text; "" if there is none. */
	char label[RT_LABEL_MAX];
	/** The text it came with last. */
	char text[RT_TEXT_MAX];
	uint64_t count;
	/** Of all failed attempts in the window, 0 to 1. */
	double share;
};

struct rt_window;
struct rt_operation;

/** NULL if there is no memory. */
struct rt_window *rt_window_new(void);
void rt_window_free(struct rt_window *window);

/**
 * Count an event.
 *
 * @param wall_ns  what the clock says, 0 if the log is history: an event far
 *                 ahead of all others is believed when the clock, or the event
 *                 after it, agrees
 * @return false if there is no memory
 */
bool rt_window_add(struct rt_window *window, const struct backoff_event *event,
		   uint64_t wall_ns);

/** Time of the newest and of the first event; 0 if there is none. */
uint64_t rt_window_newest_ns(const struct rt_window *window);
uint64_t rt_window_first_ns(const struct rt_window *window);

/** Events too old for the history, and events from an unbelievable future:
 *  both are in the totals only. */
uint64_t rt_window_late(const struct rt_window *window);
uint64_t rt_window_skewed(const struct rt_window *window);

/** Operations so far, "(other)" included; their addresses never change. */
size_t rt_window_count(const struct rt_window *window);
struct rt_operation *rt_window_operation(const struct rt_window *window,
					 size_t index);

const char *rt_operation_name(const struct rt_operation *operation);
/** The policy last seen; "" if the log does not say. */
const char *rt_operation_policy(const struct rt_operation *operation);
/** 0 if the log does not say. */
uint64_t rt_operation_max_attempts(const struct rt_operation *operation);
/** Whether its log holds the calls that succeeded, and thus all calls. */
bool rt_operation_knows_calls(const struct rt_operation *operation);
uint64_t rt_operation_seen_ns(const struct rt_operation *operation);

/** Since the beginning. */
const struct rt_counts *
rt_operation_total(const struct rt_operation *operation);

/** Counts of the seconds (end_s - length_s, end_s]; at most RT_HISTORY_S. */
void rt_operation_sum(const struct rt_operation *operation, uint64_t end_s,
		      uint64_t length_s, struct rt_counts *out);

/** The most frequent error of those seconds. */
void rt_operation_top_error(const struct rt_operation *operation,
			    uint64_t end_s, uint64_t length_s,
			    struct rt_error_top *out);

/** Since when the retries are above what was usual, in seconds since 1970; 0
 *  if they are not. See onset.h. */
uint64_t rt_operation_rising_s(struct rt_operation *operation, uint64_t end_s);

#endif
