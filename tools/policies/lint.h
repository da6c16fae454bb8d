/* Warnings about valid but risky settings of a policy. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_LINT_H
#define RS_LINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

/** The names of the codes are stable, because scripts name the codes they
 *  ignore. */
enum rs_lint_code {
	RS_LINT_JITTER_LOST_AT_CAP,
	RS_LINT_FIXED_DELAY_NO_JITTER,
	RS_LINT_JITTER_TOO_NARROW,
	RS_LINT_RETRY_WITHOUT_WAIT,
	RS_LINT_DELAYS_SHRINK,
	RS_LINT_DELAY_ABOVE_CAP,
	RS_LINT_NO_DEADLINE,
	RS_LINT_NO_ATTEMPT_TIMEOUT,
	RS_LINT_UNBOUNDED_WAIT,
	RS_LINT_RETRIES_EXCEED_DEADLINE,
	RS_LINT_DEADLINE_BELOW_ATTEMPT_TIMEOUT,
	RS_LINT_SLOW_ATTEMPTS_EXCEED_DEADLINE,
	RS_LINT_ATTEMPTS_MULTIPLY,
	RS_LINT_LOAD_AMPLIFIED,
	RS_LINT_HEDGE_WITHOUT_BUDGET,
	RS_LINT_BUDGET_NEVER_REFILLS,
	RS_LINT_RETRIES_NOTHING,
	RS_LINT_RETRIES_CLIENT_ERRORS,
	RS_LINT_NO_HTTP_STATUS,
	RS_LINT_UNLIKELY_MATCHER,
	RS_LINT_CODES
};

enum rs_lint_severity {
	/** The policy fails the check. */
	RS_LINT_WARNING,
	/** Worth knowing; the policy alone does not show whether it is
	 *  harmful. */
	RS_LINT_NOTE,
};

struct rs_lint_row {
	/** "jitter-lost-at-cap". */
	const char *name;
	enum rs_lint_severity severity;
};

extern const struct rs_lint_row rs_lint_table[RS_LINT_CODES];

enum rs_lint_unit {
	RS_LINT_COUNT,
	/** A value between 0 and 1. */
	RS_LINT_SHARE,
	/** Nanoseconds; JSON has seconds. */
	RS_LINT_NS,
};

/** One measured number. */
struct rs_lint_measured {
	/** As in JSON: "equal_share". */
	const char *name;
	enum rs_lint_unit unit;
	union {
		uint64_t count;
		double share;
	} value;
};

#define RS_LINT_MEASURED 8

struct rs_lint_finding {
	enum rs_lint_code code;
	/** One sentence without a full stop. */
	char message[256];
	struct rs_lint_measured measured[RS_LINT_MEASURED];
	size_t measured_count;
};

struct rs_lint_findings {
	struct rs_lint_finding item[RS_LINT_CODES];
	size_t count;
};

/** Facts that the policy does not state. */
struct rs_lint_context {
	/** Calls per second of all clients; 0 if unknown. */
	uint64_t calls_per_second;
	/** The product of the maximum attempts of other retrying layers,
	 *  saturating; 1 if there are none. */
	uint64_t layers;
	/** "3 x 4", for the message. */
	char layers_text[96];
	/** Suppressed codes. */
	bool ignored[RS_LINT_CODES];
};

/** Find all problems, each code at most once and in the order of codes. False
 *  if memory ran out. The same arguments give the same findings. */
bool rs_lint(const struct backoff_policy *policy,
	     const struct rs_lint_context *context,
	     struct rs_lint_findings *out);

/** The names of all codes with spaces between, cut to @p size. */
const char *rs_lint_names(char *buffer, size_t size);

/** "warning" or "note". */
const char *rs_lint_severity_name(enum rs_lint_severity severity);

#endif
