/* Counter-based random draws: the same key always gives the same draw. */
/* SPDX-License-Identifier: MIT */
#ifndef BACKOFF_RNG_H
#define BACKOFF_RNG_H

#include <stdint.h>

#include <backoff/attr.h>

BACKOFF_BEGIN_DECLS

/** Purpose of a draw; keeps unrelated draws of one call independent. Programs
 *  on top of this library use numbers from 100. */
enum backoff_purpose {
	BACKOFF_PURPOSE_DELAY = 1,
	BACKOFF_PURPOSE_CALL_ID = 2,
	BACKOFF_PURPOSE_USER = 100,
};

/**
 * Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers, SC'11;
 * the implementation is Random123's): a pure function of counter and key.
 *
 * @param counter  four words that number the draw
 * @param key      two words that name the stream
 * @param out      four uniform words
 */
BACKOFF_API void backoff_philox4x32(const uint32_t counter[4],
				    const uint32_t key[2], uint32_t out[4]);

/**
 * One uniform 64-bit word keyed by (experiment, purpose, call, attempt).
 *
 * Counter: call low, call high, attempt, purpose. Key: experiment low, high.
 * The result is the first two output words, low first. Keyed rather than
 * streamed: two policies would draw different numbers from a stream after the
 * first decision in which they differ, and draw the same ones by key.
 */
BACKOFF_API uint64_t backoff_draw(uint64_t experiment, uint32_t purpose,
				  uint64_t call, uint32_t attempt);

BACKOFF_END_DECLS

#endif
