/* A recorded log made ready for replay: when each attempt began, how long
 * attempts take, and which calls the log does not hold. */
#ifndef RS_LOG_H
#define RS_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/trace.h"

/** How much of an operation's calls the log tells. */
enum rs_population {
	/** Successes have lines of their own: every call is there. */
	RS_POPULATION_LOGGED,
	/** Failures only, and the user gave the number of all calls. */
	RS_POPULATION_COUNTED,
	/** Failures only: calls that succeeded at once are not known. */
	RS_POPULATION_FAILING_FIRST,
};

/** How long a failure of some error type took. */
struct rs_duration {
	tk_string type;
	uint64_t ns;
};

struct rs_operation {
	tk_string name;
	/** Calls [first_call, first_call + call_count) of the trace. */
	size_t first_call, call_count;
	/** Those of them that began before the log: evidence, not replayed. */
	size_t headless;
	/** All calls to report over: replayed ones and @ref at_once. */
	uint64_t calls;
	/** Calls without a line, that succeeded at once. */
	uint64_t at_once;
	enum rs_population population;
	/** Longest wait in the log; 0 if it has none. */
	uint64_t longest_delay_ns;
	/** Known durations of failures, by type: [first, first + count) of
	 *  rs_log.failure_duration; and of successes. */
	size_t first_failure, failure_count;
	size_t first_success, success_count;
	/** A success exists whose duration the log does not say. */
	bool success_duration_missing;
	/** First attempts whose duration the log does not say. */
	uint64_t first_duration_missing;
};

struct rs_log {
	const struct tk_trace *trace;
	const struct tk_call *call;
	const struct tk_attempt *attempt;
	size_t call_count, attempt_count;
	/** By attempt: when it began, wall ns. After a logged wait that is
	 *  the end of the wait. */
	uint64_t *start_ns;
	/** By attempt: never before its start; the start if not known. */
	uint64_t *end_ns;
	/** By attempt: whether the length of the attempt is known or was drawn
	 *  from like ones (bit 0), and was drawn (bit 1). */
	uint8_t *duration_known;
	struct rs_operation *operation;
	size_t operation_count;
	struct rs_duration *failure_duration;
	uint64_t *success_duration;
	/** First and last event. */
	uint64_t from_ns, to_ns;
	uint64_t longest_delay_ns;
};

#define RS_DURATION_KNOWN 1
#define RS_DURATION_DRAWN 2

/**
 * Derive everything but the counts of calls.
 *
 * A first attempt whose length the log does not say gets that of a failure of
 * the same type and operation, drawn by @p seed.
 *
 * @param trace  stitched; must outlive the log
 * @return BACKOFF_OK or BACKOFF_E_NOMEM
 */
enum backoff_status rs_log_init(struct rs_log *log,
				const struct tk_trace *trace, uint64_t seed);
void rs_log_clear(struct rs_log *log);

/** The operation of that name, or NULL. */
struct rs_operation *rs_log_operation(const struct rs_log *log,
				      const char *name);

/** Say how many calls an operation had in all; false if the log holds more. */
bool rs_log_count(struct rs_operation *operation, uint64_t calls);

/** Whether a call can be replayed: its first attempt is in the log. */
bool rs_log_replayable(const struct tk_call *call);

/** Whether an open breaker let the call make no attempt at all: its only line
 *  says that, and is no outcome. */
bool rs_log_refused(const struct rs_log *log, const struct tk_call *call);

/** The call whose last failure stands in for one that nobody recorded: the
 *  nearest of the operation that has one; NULL without any near. */
const struct tk_call *rs_log_failing_near(const struct rs_log *log,
					  const struct rs_operation *operation,
					  size_t call);

/** Whether every recorded attempt of the call failed. */
bool rs_log_all_failed(const struct rs_log *log, const struct tk_call *call);

/** The text of a string of the trace; "" for none. */
const char *rs_log_text(const struct rs_log *log, tk_string string);

/** The duration of a failure of that type, or of any type if there is none:
 *  the one that @p draw picks; BACKOFF_ABSENT if none is known. */
uint64_t rs_log_failure_duration(const struct rs_log *log,
				 const struct rs_operation *operation,
				 tk_string type, uint64_t draw);

/** The same for successes. */
uint64_t rs_log_success_duration(const struct rs_log *log,
				 const struct rs_operation *operation,
				 uint64_t draw);

#endif
