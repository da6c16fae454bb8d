/* When the calls came that left no line: all calls together are taken as evenly
 * spread, so they fill what the recorded ones leave. */
#ifndef RS_UNSEEN_H
#define RS_UNSEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rs_unseen {
	/** The window, and how many there are. */
	uint64_t from_ns, to_ns, count;
	size_t bins;
	/** Of them, those before each bin; bins + 1 entries. */
	uint64_t *before;
};

/**
 * @param seen  begins of the recorded calls, in order; those outside the window
 *              do not count
 * @return false if memory ran out
 */
bool rs_unseen_init(struct rs_unseen *unseen, uint64_t from_ns, uint64_t to_ns,
		    uint64_t count, const uint64_t *seen, size_t seen_count);
void rs_unseen_clear(struct rs_unseen *unseen);

/** When number @p k (from 0) comes; UINT64_MAX past the last. */
uint64_t rs_unseen_at(const struct rs_unseen *unseen, uint64_t k);

/** The first that comes at a time or later. */
uint64_t rs_unseen_from(const struct rs_unseen *unseen, uint64_t when_ns);

#endif
