/* A circuit breaker: closed, open, half open (M. Nygard, Release It!, 2007),
 * over a sliding window of attempts or of time. */
#include "config.h"

#include "engine/breaker.h"

#include "base/num.h"

/* The state word: time of entry shifted left by two, the state below. Both
 * change together, so that exactly one thread makes each transition. */
static uint64_t
word_of(enum backoff_breaker state, uint64_t since_ns)
{
	return since_ns << 2 | (uint64_t)state;
}

static enum backoff_breaker
state_of(uint64_t word)
{
	return (enum backoff_breaker)(word & 3);
}

static bool
cooled_down(const struct bo_breaker_rule *rule, uint64_t word, uint64_t now_ns)
{
	return now_ns >= bo_add_sat(word >> 2, rule->cooldown_ns);
}

enum backoff_breaker
bo_breaker_state(const struct bo_breaker_rule *rule,
		 const struct bo_breaker *breaker, uint64_t now_ns)
{
	uint64_t word = atomic_load(&breaker->state);

	if (state_of(word) == BACKOFF_BREAKER_OPEN &&
	    cooled_down(rule, word, now_ns))
		return BACKOFF_BREAKER_HALF_OPEN;
	return state_of(word);
}

/* Names a half-open time; never 0. Probes of an earlier one do not count. */
static uint32_t
epoch_of(uint64_t word)
{
	return (uint32_t)word | 1;
}

bool
bo_breaker_admit(const struct bo_breaker_rule *rule, struct bo_breaker *breaker,
		 uint64_t now_ns, uint32_t *probe,
		 enum backoff_breaker *changed)
{
	uint_fast64_t word =
		atomic_load_explicit(&breaker->state, memory_order_acquire);
	uint64_t half = word_of(BACKOFF_BREAKER_HALF_OPEN, now_ns);

	*probe = 0;
	*changed = BACKOFF_BREAKER_NONE;
	if (state_of(word) == BACKOFF_BREAKER_CLOSED)
		return true;
	if (state_of(word) == BACKOFF_BREAKER_OPEN) {
		if (!cooled_down(rule, word, now_ns))
			return false;
		if (atomic_compare_exchange_strong(&breaker->state, &word,
						   half)) {
			*changed = BACKOFF_BREAKER_HALF_OPEN;
			word = half;
		} else if (state_of(word) != BACKOFF_BREAKER_HALF_OPEN) {
			return state_of(word) == BACKOFF_BREAKER_CLOSED;
		}
	}
	if (atomic_fetch_add(&breaker->probes, 1) < rule->probes) {
		*probe = epoch_of(word);
		return true;
	}
	atomic_fetch_sub(&breaker->probes, 1);
	return false;
}

/* Put one outcome into the window; true if the window is full of failures. */
static bool
count(const struct bo_breaker_rule *rule, struct bo_breaker *b, bool success,
      uint64_t now_ns)
{
	int64_t all, failed, least = rule->window > 0 ? rule->window : 10;

	if (rule->window > 0) {
		uint64_t position = atomic_fetch_add(&b->position, 1);
		unsigned char mine = success ? 1 : 2;
		unsigned char gone = atomic_exchange(
			&b->outcome[position % rule->window], mine);
		int change = (mine == 2) - (gone == 2);

		failed = atomic_fetch_add(&b->failures, change) + change;
		all = (int64_t)(position + 1 < rule->window ? position + 1
							    : rule->window);
	} else {
		bo_slices_add(&b->all, rule->window_ns, now_ns, 1);
		if (!success)
			bo_slices_add(&b->failed, rule->window_ns, now_ns, 1);
		all = bo_slices_sum(&b->all, rule->window_ns, now_ns);
		failed = bo_slices_sum(&b->failed, rule->window_ns, now_ns);
	}
	if (rule->min_attempts > 0)
		least = rule->min_attempts;
	return !success && all >= least &&
	       (bo_u128)failed * BO_NS_PER_S >=
		       (bo_u128)all * rule->failure_ratio_nano;
}

/* What was seen before the breaker closed does not count against it again. */
static void
forget(const struct bo_breaker_rule *rule, struct bo_breaker *b)
{
	for (uint32_t i = 0; i < rule->window; i++)
		atomic_store(&b->outcome[i], 0);
	atomic_store(&b->failures, 0);
	atomic_store(&b->position, 0);
	for (int i = 0; i < BO_SLICES; i++) {
		atomic_store(&b->all.slice[i].number, 0);
		atomic_store(&b->failed.slice[i].number, 0);
	}
}

static enum backoff_breaker
move(struct bo_breaker *breaker, uint_fast64_t from, enum backoff_breaker to,
     uint64_t now_ns)
{
	return atomic_compare_exchange_strong(&breaker->state, &from,
					      word_of(to, now_ns))
		       ? to
		       : BACKOFF_BREAKER_NONE;
}

/* Leave the half-open state; the next one begins with fresh counts. Nobody
 * reads them before: an open breaker lets no probe through. */
static enum backoff_breaker
leave_half_open(struct bo_breaker *breaker, uint64_t word,
		enum backoff_breaker to, uint64_t now_ns)
{
	if (move(breaker, word, to, now_ns) == BACKOFF_BREAKER_NONE)
		return BACKOFF_BREAKER_NONE;
	atomic_store(&breaker->probes, 0);
	atomic_store(&breaker->successes, 0);
	return to;
}

enum backoff_breaker
bo_breaker_report(const struct bo_breaker_rule *rule,
		  struct bo_breaker *breaker, bool success, uint32_t probe,
		  uint64_t now_ns)
{
	uint64_t word = atomic_load(&breaker->state);

	if (state_of(word) == BACKOFF_BREAKER_HALF_OPEN &&
	    probe == epoch_of(word)) {
		if (!success)
			return leave_half_open(breaker, word,
					       BACKOFF_BREAKER_OPEN, now_ns);
		if (atomic_fetch_add(&breaker->successes, 1) + 1 < rule->probes)
			return BACKOFF_BREAKER_NONE;
		forget(rule, breaker);
		return leave_half_open(breaker, word, BACKOFF_BREAKER_CLOSED,
				       now_ns);
	}
	/* Attempts that began before it opened say nothing new. */
	if (state_of(word) == BACKOFF_BREAKER_CLOSED &&
	    count(rule, breaker, success, now_ns))
		return move(breaker, word, BACKOFF_BREAKER_OPEN, now_ns);
	return BACKOFF_BREAKER_NONE;
}

void
bo_breaker_abandon(struct bo_breaker *breaker, uint32_t probe)
{
	uint64_t word = atomic_load(&breaker->state);

	if (probe != 0 && state_of(word) == BACKOFF_BREAKER_HALF_OPEN &&
	    probe == epoch_of(word))
		atomic_fetch_sub(&breaker->probes, 1);
}
