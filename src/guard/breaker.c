/* A circuit breaker: closed, open, half open (M. Nygard, Release It!, 2007),
 * over a sliding window of attempts or of time. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "guard/breaker.h"

#include <stdlib.h>

#include "base/num.h"

/* The state is one word, so that exactly one thread makes each transition and
 * no probe is lost between two transitions: a generation that each transition
 * counts up (28 bits), the state (2), and, while half open, how patient the
 * breaker is with its probes (6), how many were let through (14) and how many
 * of them succeeded (14).
 *
 * Probes have a lease. A probe that hangs, or whose holder died, would keep its
 * place for ever, and the breaker half open. So when all places are taken and
 * the newest probe is older than the lease, the breaker begins a new half-open
 * time, with a new generation: successes still count, probes under way lose
 * their places, and their reports and returns find another generation. One time
 * for all places, rather than one for each: a place needs no record of its own,
 * and with one probe, the default, both are the same.
 *
 * If each attempt takes longer than the lease and then succeeds, leases that
 * stay the same would keep the breaker half open although its target works. So
 * each success that comes too late doubles the lease of this half-open time. */
struct view {
	uint32_t generation;
	enum backoff_breaker state;
	uint32_t patience, admitted, succeeded;
};

#define GENERATION_MASK UINT32_C(0xfffffff)
#define PATIENCE_MASK 0x3f
#define PROBES_MASK 0x3fff

_Static_assert(BACKOFF_BREAKER_COUNT <= 4, "a state fits into 2 bits");

static uint64_t
word_of(struct view v)
{
	return (uint64_t)v.generation << 36 | (uint64_t)v.state << 34 |
	       (uint64_t)v.patience << 28 | (uint64_t)v.admitted << 14 |
	       v.succeeded;
}

static struct view
view_of(uint64_t word)
{
	return (struct view){.generation = (uint32_t)(word >> 36),
			     .state = (enum backoff_breaker)(word >> 34 & 3),
			     .patience = word >> 28 & PATIENCE_MASK,
			     .admitted = word >> 14 & PROBES_MASK,
			     .succeeded = word & PROBES_MASK};
}

/* The view after a transition. Generations skip 0: it means "not a probe". */
static struct view
after(struct view v, enum backoff_breaker state)
{
	uint32_t next = (v.generation + 1) & GENERATION_MASK;

	return (struct view){.generation = next != 0 ? next : 1,
			     .state = state};
}

/* The view after all probes under way have lost their places. */
static struct view
without_probes(struct view v)
{
	struct view to = after(v, v.state);

	to.patience = v.patience;
	to.admitted = to.succeeded = v.succeeded;
	return to;
}

static bool
change(struct bo_breaker *breaker, uint_fast64_t *word, struct view to)
{
	return atomic_compare_exchange_strong(&breaker->word, word,
					      word_of(to));
}

bool
bo_breaker_init(const struct bo_breaker_rule *rule, uint64_t lease_ns,
		struct bo_breaker *breaker)
{
	const struct view start = {.generation = 1,
				   .state = BACKOFF_BREAKER_CLOSED};

	breaker->lease_ns = lease_ns;
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

/* Set a time to now_ns, unless it is later already: threads may come in another
 * order than their clock reads. */
static void
move_forward(atomic_uint_fast64_t *time_ns, uint64_t now_ns)
{
	uint_fast64_t seen_ns = atomic_load(time_ns);

	while (seen_ns < now_ns &&
	       !atomic_compare_exchange_weak(time_ns, &seen_ns, now_ns))
		;
}

/* Whether the lease of all probes under way is over. */
static bool
have_lapsed(const struct bo_breaker *breaker, struct view v, uint64_t now_ns)
{
	uint64_t lease_ns = breaker->lease_ns;

	lease_ns = lease_ns > UINT64_MAX >> v.patience ? UINT64_MAX
						       : lease_ns << v.patience;
	return now_ns >= bo_add_sat(atomic_load(&breaker->probed_ns), lease_ns);
}

/* Admit an attempt unless the breaker is closed. Apart from
 * bo_breaker_admit(), because most breakers are closed. */
static __attribute__((noinline)) bool
admit_probe(const struct bo_breaker_rule *rule, struct bo_breaker *breaker,
	    uint_fast64_t word, uint64_t now_ns, uint32_t *probe,
	    enum backoff_breaker *changed)
{
	for (;;) {
		struct view v = view_of(word), to = v;

		if (v.state == BACKOFF_BREAKER_CLOSED)
			return true;
		if (v.state == BACKOFF_BREAKER_OPEN) {
			if (!cooled_down(rule, breaker, now_ns))
				return false;
			to = after(v, BACKOFF_BREAKER_HALF_OPEN);
		}
		if (to.admitted >= rule->probes) {
			if (!have_lapsed(breaker, v, now_ns))
				return false;
			to = without_probes(v);
		}
		to.admitted++;
		/* Before the word, with which it is read. */
		move_forward(&breaker->probed_ns, now_ns);
		if (!change(breaker, &word, to))
			continue;
		*probe = to.generation;
		if (v.state == BACKOFF_BREAKER_OPEN)
			*changed = BACKOFF_BREAKER_HALF_OPEN;
		return true;
	}
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
	return view_of(word).state == BACKOFF_BREAKER_CLOSED ||
	       admit_probe(rule, breaker, word, now_ns, probe, changed);
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
	       bo_mul_at_least((uint64_t)failed, BO_NS_PER_S, (uint64_t)all,
			       rule->failure_ratio_nano);
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

	move_forward(&breaker->since_ns, now_ns);
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

/* A probe succeeded after it had lost its place. */
static void
be_patient(struct bo_breaker *breaker, uint_fast64_t word)
{
	struct view v = view_of(word);

	while (v.state == BACKOFF_BREAKER_HALF_OPEN &&
	       v.patience < PATIENCE_MASK) {
		v.patience++;
		if (change(breaker, &word, v))
			return;
		v = view_of(word);
	}
}

/* The outcome of an attempt that may be a probe. */
static __attribute__((noinline)) enum backoff_breaker
report_probe(const struct bo_breaker_rule *rule, struct bo_breaker *breaker,
	     uint_fast64_t word, bool success, uint32_t probe, uint64_t now_ns)
{
	struct view v = view_of(word);

	/* A probe of an earlier half-open time says nothing about this one, nor
	 * about the window after it. */
	if (probe != 0 && v.generation != probe) {
		if (success)
			be_patient(breaker, word);
		return BACKOFF_BREAKER_NONE;
	}
	/* Attempts that began before it opened say nothing new. */
	if (v.state != BACKOFF_BREAKER_HALF_OPEN || v.generation != probe)
		return BACKOFF_BREAKER_NONE;
	return success ? count_probe(rule, breaker, word, probe)
		       : open_it(breaker, word, now_ns);
}

enum backoff_breaker
bo_breaker_report(const struct bo_breaker_rule *rule,
		  struct bo_breaker *breaker, bool success, uint32_t probe,
		  uint64_t now_ns)
{
	uint64_t word = atomic_load(&breaker->word);
	struct view v = view_of(word);

	/* Closing began a generation in which there are no probes. */
	if (probe != 0 || v.state != BACKOFF_BREAKER_CLOSED)
		return report_probe(rule, breaker, word, success, probe,
				    now_ns);
	return count(rule, breaker, v.generation, success, now_ns)
		       ? open_it(breaker, word, now_ns)
		       : BACKOFF_BREAKER_NONE;
}

bool
bo_breaker_renew(struct bo_breaker *breaker, uint32_t probe, uint64_t now_ns)
{
	struct view v = view_of(atomic_load(&breaker->word));

	if (v.state != BACKOFF_BREAKER_HALF_OPEN || v.generation != probe)
		return false;
	move_forward(&breaker->probed_ns, now_ns);
	return true;
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

/* The failures in the window of this generation, mark by mark. */
static void
count_again(const struct bo_breaker_rule *rule, struct bo_breaker *b,
	    uint32_t generation)
{
	uint32_t failures = 0;

	for (uint32_t i = 0; i < rule->window; i++)
		failures += atomic_load(&b->outcome[i]) ==
			    mark_of(generation, false);
	atomic_store(&b->failures, (uint64_t)generation << 32 | failures);
}

void
bo_breaker_inherit(const struct bo_breaker_rule *rule,
		   struct bo_breaker *breaker)
{
	struct view v = view_of(atomic_load(&breaker->word));

	if (v.state == BACKOFF_BREAKER_HALF_OPEN)
		atomic_store(&breaker->word, word_of(without_probes(v)));
	/* A thread of the parent may have been about to count an outcome. */
	if (rule->window > 0)
		count_again(rule, breaker,
			    (uint32_t)(atomic_load(&breaker->failures) >> 32));
}
