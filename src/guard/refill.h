/* A token bucket that time refills, without a lock. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_REFILL_H
#define BO_REFILL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/** What is missing is kept as the time at which the bucket will be full (the
 *  virtual scheduling of a leaky bucket, ITU-T I.371), so that one word holds
 *  the whole level: no thread, and no child of fork(2), sees half of a change.
 *  Amounts are times: how long the bucket needs to earn them. Zeroed: full. */
struct bo_refill {
	atomic_uint_fast64_t full_ns;
	/** The latest time at which something was taken. */
	atomic_uint_fast64_t seen_ns;
};

/** Take an amount from a bucket of @p most_ns; false, and nothing is taken, if
 *  there is less. If the clock has gone back, nothing is earned until it has
 *  caught up; if it went back by more than ten seconds, it is another clock,
 *  and the level stays as it was. */
bool bo_refill_take(struct bo_refill *refill, uint64_t amount_ns,
		    uint64_t most_ns, uint64_t now_ns);

/** Put an amount back, at most up to full. A full bucket is not written. */
void bo_refill_put(struct bo_refill *refill, uint64_t amount_ns);

/** How long the bucket needs to become full. */
uint64_t bo_refill_missing_ns(const struct bo_refill *refill, uint64_t now_ns);

#endif
