/* Attempts per second, recorded and simulated: the log does not show how a
 * target handles a load far above the recorded one. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_LOAD_H
#define RS_LOAD_H

#include <stdbool.h>

#include "recorded/log.h"

/** Ratios of the peak to the recorded one: up to the first, replay is trusted;
 *  above the second, it is not. */
#define RS_LOAD_ACCEPTED 1.10
#define RS_LOAD_WARNED 1.50

enum rs_load_level {
	/** Not measured: the log does not hold all calls. */
	RS_LOAD_UNKNOWN,
	RS_LOAD_USUAL,
	RS_LOAD_HIGH,
	RS_LOAD_EXTRAPOLATED,
	RS_LOAD_LEVEL_COUNT
};

/** The load of an operation's recorded calls, in bins of a second (longer ones
 *  for logs of more than 12 days). */
struct rs_load {
	uint64_t from_ns, bin_ns;
	/** 0 if the load is not known. */
	size_t bins;
	/** First attempts, which are the same under all policies. */
	uint64_t *first;
	/** Number of attempts in the highest recorded bin. */
	double recorded_peak;
};

/** BACKOFF_OK or BACKOFF_E_NOMEM. */
enum backoff_status rs_load_init(struct rs_load *load, const struct rs_log *log,
				 const struct rs_operation *operation);
void rs_load_clear(struct rs_load *load);

/** The bin of an attempt; load->bins if it is beyond the log. */
size_t rs_load_bin(const struct rs_load *load, uint64_t start_ns);

/** The highest bin of first attempts and @p further ones, which are sums over
 *  all replicas. */
double rs_load_peak(const struct rs_load *load, const int64_t *further,
		    uint32_t replicas);

/**
 * Successful attempts that would be lost, in one replica, if in each bin no
 * more attempts than in the highest recorded one were served, whichever they
 * are.
 *
 * @param failed  failed attempts by bin, over all replicas
 */
double rs_load_excess(const struct rs_load *load, const int64_t *further,
		      const uint64_t *failed, uint32_t replicas);

/** Compare a peak with the recorded one. It is usual up to a ratio, or if
 * chance explains it (three standard deviations of a Poisson count). */
enum rs_load_level rs_load_judge(double peak, double recorded_peak);

/** "unknown", "usual", "high", "extrapolated". */
const char *rs_load_level_name(enum rs_load_level level);

#endif
