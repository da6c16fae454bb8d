/* A second engine, slow and obvious: the reference for the first.
 *
 * It shares no code with src/: it reads a policy's canonical form with cJSON,
 * computes in long double from the first attempt, and matches messages with
 * regexec(3). */
/* SPDX-License-Identifier: MIT */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include <backoff/engine.h>

struct model_policy {
	unsigned max_attempts;
	/** By name, as in the file. */
	char curve[16], jitter[16];
	bool after, bounded;
	/** Nanoseconds; infinite without a deadline. */
	long double base, cap, extra, deadline;
	/** The deadline counts from the first failure. */
	bool from_failure;
	/** Infinite without one. */
	long double reset_after;
	long double factor, ratio;
	long double schedule[64], timeout[64];
	int schedules, timeouts;
	char retry_on[32][64], abort_on[32][64];
	/** Whether the matcher is a message_regex. */
	bool retry_regex[32], abort_regex[32];
	int retries, aborts;
};

/** A decision of the model; times in nanoseconds. */
struct model_decision {
	enum backoff_action action;
	const char *stop;
	unsigned attempt;
	long double delay, low, high, timeout;
};

struct model_call {
	const struct model_policy *policy;
	long double start, deadline, previous, backoff;
	/** Start of the current attempt. */
	long double attempt_start;
	/** Attempts so far, and those before the last reset. */
	unsigned failed, forgotten;
};

/** Read a policy's canonical form. */
void model_read(struct model_policy *policy, const char *canonical);

void model_begin(struct model_call *call, const struct model_policy *policy,
		 long double now, long double deadline,
		 struct model_decision *out);
void model_decide(struct model_call *call,
		  const struct backoff_outcome *outcome, long double now,
		  long double draw, struct model_decision *out);
void model_resume(struct model_call *call, long double now,
		  struct model_decision *out);

#endif
