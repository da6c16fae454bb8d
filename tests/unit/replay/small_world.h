/* Worlds whose truth is known: calls, outages and permanent failures by keyed
 * draws, recorded under one policy and answered under another. */
#ifndef TEST_SMALL_WORLD_H
#define TEST_SMALL_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include <backoff.h>

#include "replay/compare.h"

struct small_world {
	const char *name;
	uint64_t seed;
	double calls_per_second, seconds;
	/** Chance that an attempt fails while the target is up and down. */
	double up_fails, down_fails;
	/** Mean seconds up and down; 0 for always up. */
	double mean_up, mean_down;
	/** Share of calls that fail permanently. */
	double permanent;
	/** How long every attempt takes. */
	uint64_t attempt_ns;
	/** Leave successes out of the log, as the python-retry dialect. */
	bool failures_only;
	/** The callers' own limit; 0 for none. */
	uint64_t deadline_ns;
	/** Chance that a wait is ended half-way, and how it is. */
	double called_off;
	enum backoff_stop how;
};

struct small_truth {
	uint64_t calls, succeeded, attempts;
	/** Calls by the reason of their end. */
	uint64_t stop[BACKOFF_STOP_SLEEP_FAILED + 1];
};

/** Run all calls under a policy; with @p trace, record them. */
struct small_truth small_world_run(const struct small_world *world,
				   const struct backoff_policy *policy,
				   struct tk_trace *trace);

/** A recorded world, ready to be compared. */
struct small_case {
	struct tk_trace *trace;
	struct rs_log log;
	struct rs_policy_set policies;
	struct rs_plan plan;
	struct rs_comparison comparison;
};

/** Record under @p logged_policy, give the count of calls, compare all
 *  @p policies (names, NULL-terminated; the logged_policy too). */
void small_case_run(struct small_case *c, const struct small_world *world,
		    const char *logged_policy, const char *const *policies);
void small_case_clear(struct small_case *c);

/** A shipped policy, or one from JSON text. */
struct backoff_policy *small_policy(const char *name_or_json);

#endif
