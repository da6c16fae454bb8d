/* Describes incidents whose truth is known. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_INCIDENT_H
#define TEST_INCIDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

#define OPERATIONS_MAX 4
#define TROUBLES_MAX 2

/** An operation as it usually is. */
struct usual {
	const char *name, *target;
	/** Calls per second; the share of attempts that fails; the median
	 *  duration, of which the logarithm has a standard deviation of a half;
	 *  processes that make the calls. */
	double rate, fails, median_s;
	unsigned hosts, max_attempts;
	/** A hedge is sent after this time; 0: never. */
	double hedge_s;
	/** Calls are refused for ten seconds after 30 of 40 attempts failed;
	 *  retries cost tokens of a budget of 50, which successes refill. */
	bool breaker, budget;
	/** Only failures are logged. */
	bool failures_only;
	/** Rate times (1 + swing sin), over a day; bursts of ten seconds each
	 *  ten minutes, of this factor. */
	double swing, burst;
	/** Share of calls under another policy. */
	double canary;
	/** Half of all attempts fail for this time, each four minutes. */
	double blip_s;
	/** Calls come only for this part of each hour; 0: always. */
	double runs_s;
};

/** What goes wrong with an operation. */
struct trouble {
	/** An index; the time in seconds. */
	unsigned operation;
	double at, until;
	/** Share of attempts that fail; factor of durations, for this share of
	 *  attempts. */
	double fails, slower, slow_share;
	/** The only host with the trouble, from 1; 0: all. */
	unsigned host;
	/** Only calls under the other policy have it; there are none of these
	 *  after its end. */
	bool canary, rolled_back;
	/** The share rises from the usual one for this long. */
	double ramp_s;
	const char *code;
	/** Calls that the failure ends at once. */
	bool aborts;
	/** What is to be said; NULL: FAILING. */
	const char *word;
	/** What the cause says in the last second; NULL: whatever. */
	const char *cause;
};

struct incident {
	const char *kind, *what;
	struct usual operation[OPERATIONS_MAX];
	struct trouble trouble[TROUBLES_MAX];
	double length_s;
	/** Lines come this late, in batches of batch_s seconds; those of host 1
	 *  this much later, and in such batches; the clock of host 1 is ahead
	 *  by this. */
	double late_s, batch_s, host_late_s, host_batch_s, skew_s;
	/** From then on, it is ahead by this instead. */
	double jump_at, jump_s;
	uint64_t seed;
};

struct line {
	/** Since the start: when it happened, was logged to have happened, and
	 *  arrived. */
	double true_s, logged_s, arrived_s;
	unsigned operation, host;
	bool canary;
	enum backoff_event_type type;
	enum backoff_kind kind;
	enum backoff_stop stop;
	bool success, cancelled;
	double duration_s, elapsed_s;
	unsigned attempt;
	const char *code;
	/** It shows the trouble. */
	bool shows;
};

struct lines {
	struct line *line;
	size_t count, room;
};

/** Make the log of an incident, sorted by arrival. The same incident gives the
 *  same lines. */
void incident_make(const struct incident *incident, struct lines *out);

extern const struct incident incidents[];
extern const size_t incident_count;
extern const struct incident quiet_days[];
extern const size_t quiet_day_count;

#endif
