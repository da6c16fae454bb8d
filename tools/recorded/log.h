/* A recorded log prepared for replay: start times and durations of attempts,
 * and the number of calls that the log does not hold. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_LOG_H
#define RS_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/trace.h"

/** The part of an operation's calls that the log holds. */
enum rs_population {
	/** All: successes are logged too. */
	RS_POPULATION_LOGGED,
	/** Failures only, and the user gave the number of all calls. */
	RS_POPULATION_COUNTED,
	/** Failures only: the number of calls that succeeded at the first
	 *  attempt is not known. */
	RS_POPULATION_FAILING_FIRST,
	RS_POPULATION_COUNT
};

/** Duration of a failed attempt with an error type. */
struct rs_duration {
	tk_string type;
	uint64_t ns;
};

struct rs_operation {
	tk_string name;
	/** Calls [first_call, first_call + call_count) of the trace. */
	size_t first_call, call_count;
	/** Calls among them that began before the log, and those whose first
	 *  lines are lost: evidence, but not replayed. */
	size_t calls_before_log, calls_without_beginning;
	/** Those of the latter whose last line says that they failed. */
	size_t failures_without_beginning;
	/** Calls among them that stand for one that lost all its lines. */
	size_t stand_ins;
	/** Further ones that results are not about: see rs_log_choose(). */
	size_t calls_unchosen;
	/** What is missing from its lines. */
	struct tk_loss loss;
	/** All calls in results: replayed ones and @ref unlogged_calls. */
	uint64_t calls;
	/** Calls that left no line: they succeeded at the first attempt. */
	uint64_t unlogged_calls;
	/** Such calls that results are not about. */
	uint64_t unlogged_outside;
	enum rs_population population;
	/** Longest wait in the log; 0 if it has none. */
	uint64_t longest_delay_ns;
	/** Known durations: [first, first + count) of rs_log.failure_duration,
	 *  sorted by type, and of rs_log.success_duration. */
	size_t first_failure, failure_count;
	size_t first_success, success_count;
	/** The log lacks the duration of at least one success. */
	bool success_duration_missing;
	/** Number of first attempts whose duration the log does not hold. */
	uint64_t first_duration_missing;
};

struct rs_log {
	const struct tk_trace *trace;
	const struct tk_call *call;
	const struct tk_attempt *attempt;
	size_t call_count, attempt_count;
	/** By attempt: wall time of its start, which is the end of the wait
	 *  before it if that was logged. */
	uint64_t *start_ns;
	/** By attempt: wall time of its end; its start if the end is not
	 *  known. */
	uint64_t *end_ns;
	/** By attempt: RS_DURATION_KNOWN, RS_DURATION_DRAWN or 0. */
	uint8_t *duration_known;
	struct rs_operation *operation;
	size_t operation_count;
	struct rs_duration *failure_duration;
	uint64_t *success_duration;
	/** First and last event, and the time that the log covers between. */
	uint64_t from_ns, to_ns;
	const struct tk_cover *cover;
	/** The part of that time in which the calls of results begin. */
	struct tk_cover window;
	/** By call: 1 if results are not about it; NULL if all are chosen. */
	uint8_t *unchosen;
	const struct tk_quality *quality;
	uint64_t longest_delay_ns;
};

#define RS_DURATION_KNOWN 1
/** Drawn from the durations of similar failures. */
#define RS_DURATION_DRAWN 2

/**
 * Derive everything but the numbers of unlogged calls.
 *
 * A first attempt whose duration the log does not hold gets that of a failure
 * of the same type and operation, drawn with @p seed.
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

/** Set the total number of calls of an operation; false if the log holds
 *  more. */
bool rs_log_count(struct rs_operation *operation, uint64_t calls);

/** Its calls that cannot be replayed, because they lack their beginning. */
size_t rs_log_incomplete(const struct rs_operation *operation);

/** All its calls that are not replayed: incomplete ones, and those that are not
 *  chosen. */
uint64_t rs_log_left_out(const struct rs_operation *operation);

/** Whether the first attempt of a call is in the log. */
bool rs_log_begins(const struct tk_call *call);

/** Whether a call is replayed: it begins in the log, and is chosen. */
bool rs_log_replayable(const struct rs_log *log, const struct tk_call *call);

/** Whether an open breaker refused the call before its first attempt: its only
 *  line says so, and is not an outcome. */
bool rs_log_refused(const struct rs_log *log, const struct tk_call *call);

/** The call of the operation nearest to @p call whose first attempt failed:
 *  its failure stands in for one that was not recorded. NULL if none is near.
 */
const struct tk_call *rs_log_failing_near(const struct rs_log *log,
					  const struct rs_operation *operation,
					  size_t call);

/** Whether every recorded attempt of the call failed. */
bool rs_log_all_failed(const struct rs_log *log, const struct tk_call *call);

/** The text of a string of the trace; "" for none. */
const char *rs_log_text(const struct rs_log *log, tk_string string);

/** Fill in the recorded outcome of attempt @p i (from 0) of a call, as the
 *  engine takes it, with hints and with facts known only at the end of the
 *  call. Strings are borrowed. */
void rs_log_outcome(const struct rs_log *log, const struct tk_call *call,
		    uint32_t i, struct backoff_outcome *out);

/** Whether the wait after an attempt was the server's hint. */
bool rs_log_hinted(const struct tk_attempt *attempt);

/** The duration that @p draw picks among failures of that type, or of any type
 *  if there are none; BACKOFF_ABSENT if none is known. */
uint64_t rs_log_failure_duration(const struct rs_log *log,
				 const struct rs_operation *operation,
				 tk_string type, uint64_t draw);

/** The same for successes. */
uint64_t rs_log_success_duration(const struct rs_log *log,
				 const struct rs_operation *operation,
				 uint64_t draw);

#endif
