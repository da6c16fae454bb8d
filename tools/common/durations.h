/* Durations as programs of all kinds write them. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_DURATIONS_H
#define TK_DURATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Read a duration: "1.5" in the default unit; "1.5s", "73ms", "2 seconds",
 * "3 min", "1000 MILLISECONDS"; "1m2.1s", "1 hour 5 minutes"; ISO 8601
 * ("PT0.744S", "P1DT2H"); "00:00:01.5", "1.02:00:00" (.NET) and
 * "1 day, 0:00:01" (Python). Negative ones are refused.
 *
 * @param scale   the unit of a bare number: 10^scale ns, 9 for seconds
 * @param out_ns  rounded to nearest; at most TK_DURATION_MAX_NS
 */
bool tk_duration_parse(const char *text, size_t length, unsigned scale,
		       uint64_t *out_ns);

#endif
