/* The interface of estimators, which predict attempts that were not
 * recorded. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_ESTIMATE_H
#define RS_ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorded/log.h"

/** Source of a simulated attempt's outcome. */
enum rs_support {
	/** Recorded: the same attempt of the same call at the same time. */
	RS_SUPPORT_EXACT,
	/** Estimated from other calls' attempts on the same target near that
	 *  time. */
	RS_SUPPORT_INTERPOLATED,
	/** Estimated from the target's usual state: a gap in the log. */
	RS_SUPPORT_MODELLED,
	/** Beyond the log: estimated, but only bounds count. */
	RS_SUPPORT_UNSUPPORTED,
	RS_SUPPORT_COUNT,
};

/** "exact" and so on. */
const char *rs_support_name(enum rs_support support);

/** Query for the outcome of an attempt. */
struct rs_question {
	/** Index of the call in the trace. */
	size_t call;
	/** From 1. */
	uint32_t attempt;
	/** From 0: replica r is posterior draw r. */
	uint32_t replica;
	/** Which assumption about the fate of calls: 0 is the most likely. */
	uint32_t family;
	/** Wall time at which the attempt begins. */
	uint64_t start_ns;
};

/** In one draw: the attempt fails with probability
 *  1 - (1 - environment) * (1 - own). */
struct rs_answer {
	/** Probability that the state of the target makes it fail, below 1. */
	double environment;
	/** Probability that the fate of its call does: a payload that cannot
	 *  be handled, trouble that has not cleared yet. */
	double own;
	enum rs_support support;
};

/** A time in which a target was much worse than usual. */
struct rs_incident {
	uint64_t from_ns, to_ns;
	/** 0 if its calls name none, or if those of several overlap. */
	tk_string target;
};

/** Results of an estimator for an operation, for reports. Pointers live as
 *  long as the estimator's state. */
struct rs_finding {
	/** Share of the operation's calls that fail permanently. */
	double permanent_share;
	/** Usual probability that a retry of any other call fails. */
	double retry_fails;
	/** Incidents of its targets, by begin; none if not looked for. */
	const struct rs_incident *incident;
	size_t incident_count;
	/** Number of points in time in which the state was estimated, and of
	 *  levels it may take; 0 if the estimator has none. */
	size_t time_bins, levels;
	/** Number of different posterior draws, at most as many as were asked
	 *  for: fewer of a large log. */
	size_t draws;
};

struct rs_fit_options {
	uint64_t seed;
	/** Posterior draws: the number of replicas. */
	uint32_t draws;
};

/** One way of estimating. Functions other than fit may be called from several
 *  threads at once. */
struct rs_estimator {
	const char *name;
	/** Learn from a log, which must outlive the state. BACKOFF_OK or
	 *  BACKOFF_E_NOMEM. */
	enum backoff_status (*fit)(const struct rs_log *log,
				   const struct rs_fit_options *options,
				   void **state);
	/** Number of assumptions about the fate of calls that the log does not
	 *  rule out, at least 1. */
	uint32_t (*families)(const void *state);
	void (*ask)(const void *state, const struct rs_question *question,
		    struct rs_answer *out);
	void (*finding)(const void *state, size_t operation,
			struct rs_finding *out);
	void (*free)(void *state);
};

/** Probability that an attempt fails. */
static inline double
rs_answer_fails(const struct rs_answer *answer)
{
	return 1 - (1 - answer->environment) * (1 - answer->own);
}

/** The jump chain: docs/replay.md says what it assumes. */
extern const struct rs_estimator rs_estimator_jump_chain;

#endif
