/* Durations and counts as people write and read them. */
#ifndef TK_UNITS_H
#define TK_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TK_NS_PER_MS UINT64_C(1000000)
#define TK_NS_PER_S UINT64_C(1000000000)

/** Decimal digits only, no sign, no overflow, within [min, max]. */
bool tk_parse_count(const char *text, uint64_t min, uint64_t max,
		    uint64_t *out);

/** "1.5s", "500ms", "2m", "1h", "3us", "7ns", "1d"; a bare number is seconds.
 *  Rounds to a nanosecond; false if malformed or beyond 1e9 seconds. */
bool tk_parse_duration(const char *text, uint64_t *out_ns);

/** "0", "7ns", "3.2us", "50.4ms", "1.25s", "2m05s", "3h12m", "4d06h": at most
 *  7 characters. Returns buffer. */
char *tk_format_duration(uint64_t ns, char *buffer, size_t size);

/** "12", "1.2k", "3.4M", "5.6G". Returns buffer. */
char *tk_format_count(double value, char *buffer, size_t size);

/** RFC 3339 with a date, "T" or a space, optional fraction, "Z" or an offset:
 *  nanoseconds since 1970 UTC. False if malformed. */
bool tk_parse_rfc3339(const char *text, size_t length, uint64_t *out_ns);

/** "2026-11-23T10:15:30.123456Z" (digits: 0 to 9 decimals). */
char *tk_format_rfc3339(uint64_t ns, unsigned digits, char *buffer,
			size_t size);

#endif
