/* The difference of two clocks at which failures on shared targets coincide. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_COINCIDE_H
#define TK_COINCIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A failure: its target, and when it happened by the clock of its host. */
struct tk_moment {
	uint64_t key, at_ns;
};

/** Differences up to this are looked for. */
#define TK_COINCIDE_MAX_NS INT64_C(60000000000)

/** Order by key, then by time: what tk_coincide() needs. */
int tk_moment_compare(const void *a, const void *b);

/**
 * Find how far the clock of a host is ahead of a reference.
 *
 * Failures are more likely where failures of others are, so the difference is
 * that with the highest likelihood. It is found only if that is far higher
 * than for equal clocks, and if several outages agree: hosts that fail one
 * after the other once, in a restart, do not show a clock.
 *
 * @param span_ns   the time that the log covers
 * @param ahead_ns  set if the result is 1
 * @return 1 if the clocks differ, 0 if that cannot be seen, -1 if memory ran
 *         out
 */
int tk_coincide(const struct tk_moment *reference, size_t reference_count,
		const struct tk_moment *host, size_t host_count,
		uint64_t span_ns, int64_t *ahead_ns);

#endif
