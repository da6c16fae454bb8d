/* Decimal numbers and durations, read exactly and without the locale. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_DECIMAL_H
#define BO_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

/** Reason for refusing a decimal number. */
enum bo_decimal {
	BO_DECIMAL_OK,
	BO_DECIMAL_MALFORMED,
	BO_DECIMAL_NEGATIVE,
	/** Has a fraction where a whole number is expected. */
	BO_DECIMAL_FRACTION,
	BO_DECIMAL_TOO_LARGE,
};

/**
 * Read a JSON number exactly: its value times 10^scale, rounded to nearest.
 * With scale 0 a fraction is refused. Digits after the first 19 or 20, which
 * fill 64 bits, do not take part in rounding.
 */
enum bo_decimal bo_decimal_parse(const char *text, size_t length,
				 unsigned scale, uint64_t *out);

/** The same, but a fraction is rounded with scale 0 too. */
enum bo_decimal bo_decimal_round(const char *text, size_t length,
				 unsigned scale, uint64_t *out);

/** "500ms", "2m", "1.5s", also us, ns, h, d; no bare numbers, no spaces.
 *  Rounded to nearest. */
enum bo_decimal bo_duration_parse(const char *text, size_t length,
				  uint64_t *out_ns);

/** Durations as people and other programs write them: in addition a bare
 *  number is seconds, "\xc2\xb5s" is "us", and "007s" and ".5s" are numbers. */
enum bo_decimal bo_duration_parse_loose(const char *text, size_t length,
					uint64_t *out_ns);

#endif
