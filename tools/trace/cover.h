/* The time that a log covers: a window with gaps. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_COVER_H
#define TK_COVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Further gaps are taken for quiet times. */
#define TK_GAPS_MAX 64

struct tk_gap {
	uint64_t from_ns, to_ns;
};

struct tk_cover {
	uint64_t from_ns, to_ns;
	/** In order, inside the window. */
	struct tk_gap gap[TK_GAPS_MAX];
	size_t gap_count;
};

/** The window's length without its gaps. */
uint64_t tk_cover_length(const struct tk_cover *cover);

/** The part of it before a time. */
uint64_t tk_cover_before(const struct tk_cover *cover, uint64_t when_ns);

/** The time with that much of the window before it. */
uint64_t tk_cover_at(const struct tk_cover *cover, uint64_t covered_ns);

/** Whether a time is in the window and in no gap. */
bool tk_cover_has(const struct tk_cover *cover, uint64_t when_ns);

/** The start of the piece without a gap that has this time, or that comes
 *  next; and the end of the piece. */
uint64_t tk_cover_piece(const struct tk_cover *cover, uint64_t when_ns,
			uint64_t *end_ns);

#endif
