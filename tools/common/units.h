/* Durations and counts as people write and read them. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_UNITS_H
#define TK_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/num.h"

/** The longest duration that is read, 1e9 s. */
#define TK_DURATION_MAX_NS (UINT64_C(1000000000) * BO_NS_PER_S)

/** Decimal digits only, no sign, no overflow, within [min, max]. */
bool tk_parse_count(const char *text, uint64_t min, uint64_t max,
		    uint64_t *out);

/** bo_duration_parse_loose(), up to TK_DURATION_MAX_NS; false if malformed or
 *  longer. */
bool tk_parse_duration(const char *text, uint64_t *out_ns);

/** "0", "7ns", "3.2us", "50.4ms", "1.25s", "2m05s", "3h12m", "4d06h": at most
 *  7 characters. Returns buffer. */
char *tk_format_duration(uint64_t ns, char *buffer, size_t size);

/** "12", "1.2k", "3.4M", "5.6G". Returns buffer. */
char *tk_format_count(double value, char *buffer, size_t size);

/** A rate per second, "0", "1.24", "1460.0" or "120k": at most 7 characters.
 *  Returns buffer. */
char *tk_format_rate(double per_s, char *buffer, size_t size);

#endif
