/* Values of headers: amounts of time, dates and ends of windows. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_HINT_VALUE_H
#define BO_HINT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Longest hint (30 years); longer ones are cut to it. */
#define BO_HINT_MAX_NS UINT64_C(1000000000000000000)

/** A part of a header's value. */
struct bo_piece {
	const char *at;
	size_t length;
};

/** The value without the blanks around it and the line end behind it. */
struct bo_piece bo_piece_of(const char *value);

/** Number of digits that a piece begins with. */
size_t bo_piece_digits(struct bo_piece p);

/** A decimal number of units, rounded up to whole nanoseconds. No sign, no
 *  exponent, no point without digits on both sides. */
bool bo_hint_amount(struct bo_piece p, uint64_t unit_ns, uint64_t *out_ns);

/** Read what remains of a limit: the number that the value begins with, as in
 *  "76;w=21600", "10/100" and "10, 10". A number below 0 is read as 0. */
bool bo_hint_remaining(struct bo_piece p, bool *is_zero);

/** The time from @p wall_ns to an HTTP date in any of its three forms; 0 if it
 *  has passed. */
bool bo_hint_date(struct bo_piece p, uint64_t wall_ns, uint64_t *delay_ns);

/** The time until a limit resets: a number, "6m0s", an HTTP date or an RFC 3339
 *  time. backoff/hint.h says what a number means. */
bool bo_hint_reset(struct bo_piece p, uint64_t wall_ns, uint64_t *delay_ns);

#endif
