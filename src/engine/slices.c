/* Sums over a sliding window of time, without a lock. */
#include "config.h"

#include "engine/guard.h"

/* Slices count from 1, so that a zeroed one is of no time. */
static uint64_t
number_at(uint64_t window_ns, uint64_t now_ns)
{
	uint64_t slice_ns = window_ns / BO_SLICES;

	return now_ns / (slice_ns > 0 ? slice_ns : 1) + 1;
}

int64_t
bo_slices_sum(const struct bo_slices *slices, uint64_t window_ns,
	      uint64_t now_ns)
{
	uint64_t now = number_at(window_ns, now_ns);
	int64_t sum = 0;

	for (int i = 0; i < BO_SLICES; i++) {
		uint64_t number = atomic_load_explicit(&slices->slice[i].number,
						       memory_order_acquire);

		if (number != 0 && number <= now && now - number < BO_SLICES)
			sum += atomic_load_explicit(&slices->slice[i].sum,
						    memory_order_relaxed);
	}
	return sum;
}

void
bo_slices_add(struct bo_slices *slices, uint64_t window_ns, uint64_t now_ns,
	      int64_t amount)
{
	uint64_t now = number_at(window_ns, now_ns);
	int i = (int)(now % BO_SLICES);
	uint64_t number = atomic_load_explicit(&slices->slice[i].number,
					       memory_order_acquire);

	/* The first to come in a slice clears what stood there a window ago.
	 * Another that adds in between loses its amount: one event in a slice,
	 * at the turn; that is the price of not waiting. */
	if (number < now && atomic_compare_exchange_strong(
				    &slices->slice[i].number, &number, now))
		atomic_store_explicit(&slices->slice[i].sum, 0,
				      memory_order_relaxed);
	atomic_fetch_add_explicit(&slices->slice[i].sum, amount,
				  memory_order_relaxed);
}
