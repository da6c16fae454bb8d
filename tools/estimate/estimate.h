/* What the world would have answered at times that nobody recorded: the
 * interface of every estimator. */
#ifndef RS_WORLD_H
#define RS_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorded/log.h"

/** Where a simulated attempt's outcome comes from. */
enum rs_support {
	/** Recorded: the same attempt of the same call at the same time. */
	RS_SUPPORT_EXACT,
	/** Other calls attempted the same target close to that time. */
	RS_SUPPORT_INTERPOLATED,
	/** A gap: what is usual for the target must stand in. */
	RS_SUPPORT_MODELLED,
	/** Nothing in the log can tell: bounds only. */
	RS_SUPPORT_UNSUPPORTED,
	RS_SUPPORT_COUNT,
};

/** "exact" and so on. */
const char *rs_support_name(enum rs_support support);

struct rs_ask {
	/** Index of the call in the trace. */
	size_t call;
	/** From 1. */
	uint32_t attempt;
	/** From 0; estimators with per_replica draw their world by it. */
	uint32_t replica;
	/** Wall time at which the attempt begins. */
	uint64_t start_ns;
};

struct rs_answer {
	/** Chance that the attempt fails, if the call is not doomed. */
	double fails;
	enum rs_support support;
};

/** What an estimator found out about an operation, for the report. */
struct rs_finding {
	/** Share of the operation's calls that fail whatever the time. */
	double doomed_share;
	/** Usual chance that a retry fails, doomed calls apart. */
	double retry_fails;
};

/** One way of estimating. Functions other than fit may be called from several
 *  threads at once. */
struct rs_estimator {
	const char *name;
	/** Whether answers and doom depend on the replica. */
	bool per_replica;
	/** Learn from a log, which must outlive the state. BACKOFF_OK or
	 *  BACKOFF_E_NOMEM. */
	enum backoff_status (*fit)(const struct rs_log *log, void **state);
	void (*ask)(const void *state, const struct rs_ask *ask,
		    struct rs_answer *out);
	/** Chance that a call fails at every attempt that was not recorded. */
	double (*doom)(const void *state, size_t call, uint32_t replica);
	void (*finding)(const void *state, size_t operation,
			struct rs_finding *out);
	void (*free)(void *state);
};

/** The local estimator: docs/replay.md says what it assumes. */
extern const struct rs_estimator rs_estimator_local;

#endif
