/* Which policy wrote the log, and which luck it had. */
#ifndef RS_INCUMBENT_H
#define RS_INCUMBENT_H

#include <stdbool.h>

#include "recorded/log.h"
#include "policies/policy_set.h"

enum rs_evidence {
	RS_EVIDENCE_NONE,
	/** The log's lines hold its hash. */
	RS_EVIDENCE_HASH,
	/** The log's lines hold its name and no hash; its settings may have
	 *  changed. */
	RS_EVIDENCE_NAME,
	/** It fits: same max_attempts, every delay inside its bounds, every
	 *  retried failure retryable. */
	RS_EVIDENCE_FIT,
};

/** The policy that an operation ran under. */
struct rs_incumbent {
	enum rs_evidence evidence;
	/** NULL if not known; borrowed from one of the sets. */
	const struct rs_policy *policy;
	/** Another policy of the same set that fits as well; or NULL. */
	const struct rs_policy *tie;
	/** What the log's lines call it, if they do and it is in none of the
	 *  sets; else NULL. Either may be empty; borrowed from the log. */
	const char *missing_name, *missing_hash;
	/** Then one of that name in the sets, with other settings; or NULL. */
	const struct rs_policy *namesake;
};

/**
 * Find it among @p given, else among @p shipped: by the hash in the lines, by
 * the name where they hold no hash, or, where they hold neither, by what fits
 * the waits. Where several fit, the one with the narrowest bounds wins, then
 * the one that retries fewer kinds of failure, then the first.
 */
struct rs_incumbent rs_incumbent_find(const struct rs_log *log,
				      const struct rs_operation *operation,
				      const struct rs_policy_set *given,
				      const struct rs_policy_set *shipped);

/**
 * The draw that makes the law give a delay.
 *
 * @param other  the draw to use where the delay tells nothing (a law without
 *               randomness) or not all (a delay pinned to its ceiling)
 * @param out    set if the delay is inside the law
 * @return false if it is not
 */
bool rs_invert(const struct backoff_delay *law, uint64_t delay_ns,
	       uint64_t other, uint64_t *out);

/**
 * The luck of every recorded attempt of an operation, for the delay after it:
 * recovered where the log or the incumbent names the law, else keyed by @p
 * seed, the call and the attempt.
 *
 * @param draw  by attempt of the trace; set for the operation's attempts
 */
void rs_recover_draws(const struct rs_log *log,
		      const struct rs_operation *operation,
		      const struct rs_incumbent *incumbent, uint64_t seed,
		      uint64_t *draw);

/** What the log says of attempt @p i (from 0) of a call, for the engine:
 *  hints too, and what only the end of the call tells. Strings are borrowed. */
void rs_outcome_of(const struct rs_log *log, const struct tk_call *call,
		   uint32_t i, struct backoff_outcome *out);

#endif
