/* A circuit breaker: closed, open, half open (M. Nygard, Release It!, 2007),
 * over a sliding window of attempts or of time. */
#include "config.h"

#include "guard/breaker.h"

#include <stdlib.h>

#include "base/num.h"

/* The state is one word, so that exactly one thread makes each transition and
 * no probe is lost between two transitions: a generation that each transition
 * counts up (32 bits), the state (2), and, while half open, how many probes
 * were let through (15) and how many of them succeeded (15). */
struct view {
	uint32_t generation;
	enum backoff_breaker state;
	uint32_t admitted, succeeded;
};

_Static_assert(BACKOFF_BREAKER_COUNT <= 4, "a state fits into 2 bits");

static uint64_t
word_of(struct view v)
{
	return (uint64_t)v.generation << 32 | (uint64_t)v.state << 30 |
	       (uint64_t)v.admitted << 15 | v.succeeded;
}

static struct view
view_of(uint64_t word)
{
	return (struct view){.generation = (uint32_t)(word >> 32),
			     .state = (enum backoff_breaker)(word >> 30 & 3),
			     .admitted = word >> 15 & 0x7fff,
			     .succeeded = word & 0x7fff};
}

/* The view after a transition. Generations skip 0: it means "not a probe". */
static struct view
after(struct view v, enum backoff_breaker state)
{
	uint32_t next = v.generation + 1;

	return (struct view){.generation = next != 0 ? next : 1,
			     .state = state};
}

static bool
change(struct bo_breaker *breaker, uint_fast64_t *word, struct view to)
{
	return atomic_compare_exchange_strong(&breaker->word, word,
					      word_of(to));
}

bool
bo_breaker_init(const struct bo_breaker_rule *rule, struct bo_breaker *breaker)
{
	const struct view start = {.generation = 1,
				   .state = BACKOFF_BREAKER_CLOSED};

	atomic_init(&breaker->word, word_of(start));
	atomic_init(&breaker->failures, (uint64_t)start.generation << 32);
	if (rule->window == 0)
		return true;
	breaker->outcome = calloc(rule->window, sizeof(*breaker->outcome));
	return breaker->outcome != NULL;
}

void
bo_breaker_clear(struct bo_breaker *breaker)
{
	free(breaker->outcome);
}

static bool
cooled_down(const struct bo_breaker_rule *rule,
	    const struct bo_breaker *breaker, uint64_t now_ns)
{
	return now_ns >=
	       bo_add_sat(atomic_load(&breaker->since_ns), rule->cooldown_ns);
}

enum backoff_breaker
bo_breaker_state(const struct bo_breaker_rule *rule,
		 const struct bo_breaker *breaker, uint64_t now_ns)
{
	enum backoff_breaker state = view_of(atomic_load(&breaker->word)).state;

	return state == BACKOFF_BREAKER_OPEN &&
			       cooled_down(rule, breaker, now_ns)
		       ? BACKOFF_BREAKER_HALF_OPEN
		       : state;
}

bool
bo_breaker_admit(const struct bo_breaker_rule *rule, struct bo_breaker *breaker,
		 uint64_t now_ns, uint32_t *probe,
		 enum backoff_breaker *changed)
{
	uint_fast64_t word =
		atomic_load_explicit(&breaker->word, memory_order_acquire);

	*probe = 0;
	*changed = BACKOFF_BREAKER_NONE;
	for (;;) {
		struct view v = view_of(word), to = v;

		if (v.state == BACKOFF_BREAKER_CLOSED)
			return true;
		if (v.state == BACKOFF_BREAKER_OPEN) {
			if (!cooled_down(rule, breaker, now_ns))
				return false;
			to = after(v, BACKOFF_BREAKER_HALF_OPEN);
		}
		if (to.admitted >= rule->probes)
			return false;
		to.admitted++;
		if (!change(breaker, &word, to))
			continue;
		*probe = to.generation;
		if (v.state == BACKOFF_BREAKER_OPEN)
			*changed = BACKOFF_BREAKER_HALF_OPEN;
		return true;
	}
}

/* An outcome in the window: the last bits of its generation, above 1 for a
 * success or 2 for a failure. */
static uint16_t
mark_of(uint32_t generation, bool success)
{
	return (uint16_t)((generation & 0x3fff) << 2 | (success ? 1 : 2));
}

/* Update the number of failures in the window after one outcome came and one
 * went. The thread that writes a mark counts it in, the one that overwrites it
 * counts it out, both only while its generation lasts, so that late threads
 * cannot make the number drift. */
static int64_t
count_failures(struct bo_breaker *b, uint32_t generation, bool success,
	       uint16_t gone)
{
	uint_fast64_t word = atomic_load(&b->failures), want;
	int32_t failures;

	do {
		uint32_t current = (uint32_t)(word >> 32);

		failures = (int32_t)(uint32_t)word +
			   (!success && current == generation) -
			   (gone == mark_of(current, false));
		want = (uint64_t)current << 32 | (uint32_t)failures;
	} while (want != word &&
		 !atomic_compare_exchange_weak(&b->failures, &word, want));
	return failures;
}

/* Put one outcome into the window; true if it has enough failures to open. */
static bool
count(const struct bo_breaker_rule *rule, struct bo_breaker *b,
      uint32_t generation, bool success, uint64_t now_ns)
{
	int64_t all, failed, least = rule->window > 0 ? rule->window : 10;

	if (rule->window > 0) {
		uint64_t position = atomic_fetch_add(&b->position, 1);
		uint16_t gone =
			atomic_exchange(&b->outcome[position % rule->window],
					mark_of(generation, success));

		failed = count_failures(b, generation, success, gone);
		all = (int64_t)bo_min(
			bo_sub_sat(position + 1, atomic_load(&b->first)),
			rule->window);
	} else {
		bo_slices_add(&b->all, rule->window_ns, now_ns, 1);
		if (success)
			return false;
		bo_slices_add(&b->failed, rule->window_ns, now_ns, 1);
		all = bo_slices_sum(&b->all, rule->window_ns, now_ns);
		failed = bo_slices_sum(&b->failed, rule->window_ns, now_ns);
	}
	if (rule->min_attempts > 0)
		least = rule->min_attempts;
	return !success && failed > 0 && all >= least &&
	       (bo_u128)failed * BO_NS_PER_S >=
		       (bo_u128)all * rule->failure_ratio_nano;
}

/* Empty the window for the next generation: outcomes from before the breaker
 * closed do not count against the target again. */
static void
forget(struct bo_breaker *b, uint32_t generation)
{
	atomic_store(&b->first, atomic_load(&b->position));
	atomic_store(&b->failures, (uint64_t)generation << 32);
	bo_slices_clear(&b->all);
	bo_slices_clear(&b->failed);
}

/* Open from the state in word; NONE if another thread changed the state first.
 * The time is stored before the state, because it is read with it. */
static enum backoff_breaker
open_it(struct bo_breaker *breaker, uint_fast64_t word, uint64_t now_ns)
{
	struct view v = view_of(word);
	uint_fast64_t since_ns = atomic_load(&breaker->since_ns);

	while (since_ns < now_ns &&
	       !atomic_compare_exchange_weak(&breaker->since_ns, &since_ns,
					     now_ns))
		;
	while (!change(breaker, &word, after(v, BACKOFF_BREAKER_OPEN)))
		if (view_of(word).generation != v.generation)
			return BACKOFF_BREAKER_NONE;
	return BACKOFF_BREAKER_OPEN;
}

/* A probe succeeded; the last one closes the breaker. */
static enum backoff_breaker
count_probe(const struct bo_breaker_rule *rule, struct bo_breaker *breaker,
	    uint_fast64_t word, uint32_t probe)
{
	for (;;) {
		struct view v = view_of(word), to = v;

		if (v.generation != probe)
			return BACKOFF_BREAKER_NONE;
		to.succeeded++;
		if (to.succeeded >= rule->probes) {
			to = after(v, BACKOFF_BREAKER_CLOSED);
			forget(breaker, to.generation);
		}
		if (change(breaker, &word, to))
			return to.state == BACKOFF_BREAKER_CLOSED
				       ? BACKOFF_BREAKER_CLOSED
				       : BACKOFF_BREAKER_NONE;
	}
}

enum backoff_breaker
bo_breaker_report(const struct bo_breaker_rule *rule,
		  struct bo_breaker *breaker, bool success, uint32_t probe,
		  uint64_t now_ns)
{
	uint64_t word = atomic_load(&breaker->word);
	struct view v = view_of(word);

	if (v.state == BACKOFF_BREAKER_CLOSED)
		return count(rule, breaker, v.generation, success, now_ns)
			       ? open_it(breaker, word, now_ns)
			       : BACKOFF_BREAKER_NONE;
	/* Attempts that began before it opened say nothing new. */
	if (v.state != BACKOFF_BREAKER_HALF_OPEN || v.generation != probe)
		return BACKOFF_BREAKER_NONE;
	return success ? count_probe(rule, breaker, word, probe)
		       : open_it(breaker, word, now_ns);
}

bool
bo_breaker_holds(const struct bo_breaker *breaker, uint32_t probe)
{
	struct view v = view_of(atomic_load(&breaker->word));

	return v.state == BACKOFF_BREAKER_HALF_OPEN && v.generation == probe;
}

void
bo_breaker_abandon(struct bo_breaker *breaker, uint32_t probe)
{
	uint_fast64_t word = atomic_load(&breaker->word);
	struct view v = view_of(word);

	while (v.state == BACKOFF_BREAKER_HALF_OPEN && v.generation == probe &&
	       v.admitted > 0) {
		v.admitted--;
		if (change(breaker, &word, v))
			return;
		v = view_of(word);
	}
}
