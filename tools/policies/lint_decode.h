/* What a policy's canonical form says and the engine's answers do not. */
#ifndef RS_LINT_DECODE_H
#define RS_LINT_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#include <backoff.h>

struct rs_lint_facts {
	/** `max_delay`; BACKOFF_FOREVER where the curve has none. */
	uint64_t max_delay_ns;
	/** No failure is retried: `retry_on` is empty, or `abort_on` takes back
	 *  each of its matchers. */
	bool retries_nothing;
	/** Calls share a budget, and one that hedges of a slow target empty. */
	bool has_budget, bounds_hedges;
	/** The deadline does not count a first attempt that fails. */
	bool deadline_from_failure;
	/** Attempts beside the first one; 0: no hedging. */
	uint64_t hedges;
};

/** False without memory. */
bool rs_lint_facts_read(const struct backoff_policy *policy,
			struct rs_lint_facts *out);

#endif
