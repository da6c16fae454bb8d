/* A token bucket that time refills, without a lock. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "guard/refill.h"

#include "base/num.h"

/* A thread that read its clock before another one, and acts after it, is not
 * that late. */
#define ANOTHER_CLOCK_NS (10 * BO_NS_PER_S)

/* The clock was set back: the bucket will be full that much earlier. */
static void
set_back(struct bo_refill *refill, uint64_t by_ns)
{
	uint_fast64_t full_ns =
		atomic_load_explicit(&refill->full_ns, memory_order_relaxed);

	while (!atomic_compare_exchange_weak_explicit(
		&refill->full_ns, &full_ns, bo_sub_sat(full_ns, by_ns),
		memory_order_relaxed, memory_order_relaxed))
		;
}

/* The time that counts: the latest that was seen. */
static uint64_t
advance(struct bo_refill *refill, uint64_t now_ns)
{
	uint_fast64_t seen_ns =
		atomic_load_explicit(&refill->seen_ns, memory_order_relaxed);

	while (now_ns > seen_ns || seen_ns - now_ns > ANOTHER_CLOCK_NS) {
		if (!atomic_compare_exchange_weak_explicit(
			    &refill->seen_ns, &seen_ns, now_ns,
			    memory_order_relaxed, memory_order_relaxed))
			continue;
		if (now_ns < seen_ns)
			set_back(refill, seen_ns - now_ns);
		return now_ns;
	}
	return seen_ns;
}

bool
bo_refill_take(struct bo_refill *refill, uint64_t amount_ns, uint64_t most_ns,
	       uint64_t now_ns)
{
	uint_fast64_t full_ns;
	uint64_t from_ns;

	now_ns = advance(refill, now_ns);
	if (amount_ns > most_ns)
		return false;
	full_ns = atomic_load_explicit(&refill->full_ns, memory_order_relaxed);
	do {
		from_ns = full_ns > now_ns ? full_ns : now_ns;
		if (from_ns - now_ns > most_ns - amount_ns)
			return false;
	} while (!atomic_compare_exchange_weak_explicit(
		&refill->full_ns, &full_ns, bo_add_sat(from_ns, amount_ns),
		memory_order_relaxed, memory_order_relaxed));
	return true;
}

void
bo_refill_put(struct bo_refill *refill, uint64_t amount_ns)
{
	/* What was earned after this time counts at the next taking. */
	uint64_t seen_ns =
		atomic_load_explicit(&refill->seen_ns, memory_order_relaxed);
	uint_fast64_t full_ns =
		atomic_load_explicit(&refill->full_ns, memory_order_relaxed);
	uint64_t want_ns;

	do {
		if (full_ns <= seen_ns)
			return;
		want_ns = full_ns - seen_ns > amount_ns ? full_ns - amount_ns
							: seen_ns;
	} while (!atomic_compare_exchange_weak_explicit(
		&refill->full_ns, &full_ns, want_ns, memory_order_relaxed,
		memory_order_relaxed));
}

uint64_t
bo_refill_missing_ns(const struct bo_refill *refill, uint64_t now_ns)
{
	uint64_t seen_ns =
		atomic_load_explicit(&refill->seen_ns, memory_order_relaxed);
	uint64_t full_ns =
		atomic_load_explicit(&refill->full_ns, memory_order_relaxed);

	return bo_sub_sat(full_ns, now_ns > seen_ns ? now_ns : seen_ns);
}
