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
	/** From 0; matters only to estimators with per_replica. */
	uint32_t replica;
	/** Wall time at which the attempt begins. */
	uint64_t start_ns;
};

struct rs_answer {
	/** Probability that the attempt fails if the call does not fail
	 *  permanently. */
	double fails;
	enum rs_support support;
};

/** Results of an estimator for an operation, for reports. */
struct rs_finding {
	/** Share of the operation's calls that fail permanently. */
	double permanent_share;
	/** Usual probability that a retry of any other call fails. */
	double retry_fails;
};

/** One way of estimating. Functions other than fit may be called from several
 *  threads at once. */
struct rs_estimator {
	const char *name;
	/** Whether answers depend on the replica. */
	bool per_replica;
	/** Learn from a log, which must outlive the state. BACKOFF_OK or
	 *  BACKOFF_E_NOMEM. */
	enum backoff_status (*fit)(const struct rs_log *log, void **state);
	void (*ask)(const void *state, const struct rs_question *question,
		    struct rs_answer *out);
	/** Probability that a call fails permanently: at every attempt that
	 *  was not recorded. */
	double (*permanent)(const void *state, size_t call, uint32_t replica);
	void (*finding)(const void *state, size_t operation,
			struct rs_finding *out);
	void (*free)(void *state);
};

/** The local estimator: docs/replay.md says what it assumes. */
extern const struct rs_estimator rs_estimator_local;

#endif
