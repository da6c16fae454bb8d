/* Tests of src/guard: guards, and their table by target. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <backoff/rng.h>

#include "unit/guard/guarded.h"

#define POLICY AT_ONCE("9", "\"budget\":{\"kind\":\"token_bucket\"}")

static struct backoff_guards *
table_of(struct backoff_policy *policy, uint32_t limit)
{
	struct backoff_guards *table;

	cr_assert(backoff_guards_new(policy, limit, &table) == BACKOFF_OK);
	return table;
}

/* Spend the guard's tokens on retries, so that it differs from a new one. */
static void
mark(struct backoff_policy *policy, struct backoff_guard *guard,
     unsigned retries)
{
	struct guarded g = {policy, guard};
	struct guarded_call call;

	guarded_begin(&g, &call, 0);
	for (; retries > 0; retries--)
		cr_assert(guarded_fail(&g, &call, 0));
	guarded_end(&g, &call, 0, BACKOFF_OUTCOME_FAILURE, BACKOFF_CLASS_FATAL);
}

static uint64_t
retries_of(const struct backoff_guard *guard)
{
	return (500000 - backoff_guard_tokens_milli(guard, 0)) / 5000;
}

Test(guard_guards, arguments_are_checked)
{
	struct backoff_policy *policy = policy_of(POLICY);
	struct backoff_guards *table = NULL;
	struct backoff_guard *guard = NULL;

	cr_expect(backoff_guards_new(policy, 0, &table) == BACKOFF_E_ARGUMENT);
	cr_expect(backoff_guards_new(policy, 1048577, &table) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_guards_new(NULL, 1, &table) == BACKOFF_E_ARGUMENT);
	cr_expect(backoff_guards_new(policy, 1, NULL) == BACKOFF_E_ARGUMENT);
	cr_expect(backoff_guard_new(NULL, &guard) == BACKOFF_E_ARGUMENT);
	cr_expect(backoff_guard_new(policy, NULL) == BACKOFF_E_ARGUMENT);
	cr_expect(table == NULL && guard == NULL);
	table = table_of(policy, 1048576);
	backoff_guards_release(table, NULL);
	backoff_guards_free(table);
	backoff_guards_free(NULL);
	backoff_guard_free(NULL);
	backoff_policy_unref(policy);
}

Test(guard_guards, a_guard_begins_full_and_closed)
{
	static const struct {
		const char *policy;
		uint64_t tokens_milli, capacity_milli;
		enum backoff_breaker breaker;
	} row[] = {
		{AT_ONCE("3", "\"budget\":\"none\""), BACKOFF_FOREVER,
		 BACKOFF_FOREVER, BACKOFF_BREAKER_NONE},
		{POLICY, 500000, 500000, BACKOFF_BREAKER_NONE},
		{AT_ONCE("3", "\"budget\":\"throttle\""), 10000, 10000,
		 BACKOFF_BREAKER_NONE},
		{AT_ONCE("3", "\"budget\":\"ratio\""), 500000, BACKOFF_FOREVER,
		 BACKOFF_BREAKER_NONE},
		{AT_ONCE("3", "\"budget\":\"concurrency\""), 3000, 3000,
		 BACKOFF_BREAKER_NONE},
		{AT_ONCE("3", "\"breaker\":{\"window\":2}"), BACKOFF_FOREVER,
		 BACKOFF_FOREVER, BACKOFF_BREAKER_CLOSED},
		{AT_ONCE("3", "\"breaker\":{\"window_time\":2},\"budget\":"
			      "\"throttle\""),
		 10000, 10000, BACKOFF_BREAKER_CLOSED},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct guarded g = guarded_of(row[i].policy);

		cr_expect(backoff_guard_tokens_milli(g.guard, 0) ==
				  row[i].tokens_milli,
			  "%s", row[i].policy);
		cr_expect(backoff_guard_capacity_milli(g.guard) ==
				  row[i].capacity_milli,
			  "%s", row[i].policy);
		cr_expect(backoff_guard_breaker(g.guard, 0) == row[i].breaker,
			  "%s", row[i].policy);
		guarded_clear(&g);
	}
}

/* A waiting retry takes a place but does not lower the capacity, nor do tokens
 * that were spent. */
Test(guard_guards, capacity_is_not_what_is_left)
{
	static const struct {
		const char *policy;
		uint64_t tokens_milli, capacity_milli;
	} row[] = {
		{POLICY, 490000, 500000},
		{AT_ONCE("9", "\"budget\":\"throttle\""), 8000, 10000},
		{AT_ONCE("9", "\"budget\":\"concurrency\""), 1000, 3000},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct guarded g = guarded_of(row[i].policy);
		struct guarded_call call[2];

		for (unsigned k = 0; k < 2; k++) {
			guarded_begin(&g, &call[k], 0);
			cr_assert(guarded_fail(&g, &call[k], 0));
		}
		cr_expect(backoff_guard_tokens_milli(g.guard, 0) ==
				  row[i].tokens_milli,
			  "%s", row[i].policy);
		cr_expect(backoff_guard_capacity_milli(g.guard) ==
				  row[i].capacity_milli,
			  "%s", row[i].policy);
		for (unsigned k = 0; k < 2; k++)
			guarded_end(&g, &call[k], 0, BACKOFF_OUTCOME_FAILURE,
				    BACKOFF_CLASS_FATAL);
		guarded_clear(&g);
	}
}

Test(guard_guards, a_target_keeps_its_guard)
{
	struct backoff_policy *policy = policy_of(POLICY);
	struct backoff_guards *table = table_of(policy, 1000);
	char target[16];

	for (unsigned i = 0; i < 600; i++) {
		struct backoff_guard *guard;

		snprintf(target, sizeof(target), "t%u", i);
		guard = backoff_guards_take(table, target);
		mark(policy, guard, i % 8 + 1);
		backoff_guards_release(table, guard);
	}
	for (unsigned i = 0; i < 600; i++) {
		struct backoff_guard *guard, *again;

		snprintf(target, sizeof(target), "t%u", i);
		guard = backoff_guards_take(table, target);
		again = backoff_guards_take(table, target);
		cr_expect(guard == again);
		cr_expect(retries_of(guard) == i % 8 + 1, "%s", target);
		backoff_guards_release(table, again);
		backoff_guards_release(table, guard);
	}
	backoff_guards_free(table);
	backoff_policy_unref(policy);
}

/* A fourth target evicts one of three guards. */
Test(guard_guards, the_least_recently_taken_goes)
{
	struct backoff_policy *policy = policy_of(POLICY);
	struct backoff_guards *table = table_of(policy, 3);
	static const char *const order[] = {"a", "b", "c", "a", "d"};
	static const struct {
		const char *target;
		unsigned marks;
	} want[] = {{"a", 2}, {"c", 1}, {"d", 1}, {"b", 0}};

	for (size_t i = 0; i < COUNT(order); i++) {
		struct backoff_guard *guard =
			backoff_guards_take(table, order[i]);

		mark(policy, guard, 1);
		backoff_guards_release(table, guard);
	}
	for (size_t i = 0; i < COUNT(want); i++) {
		struct backoff_guard *guard =
			backoff_guards_take(table, want[i].target);

		cr_expect(retries_of(guard) == want[i].marks, "%s",
			  want[i].target);
		backoff_guards_release(table, guard);
	}
	backoff_guards_free(table);
	backoff_policy_unref(policy);
}

/* Compared with a list, the most recently taken first: a target in it has the
 * guard that was marked for it, any other has a new one. */
Test(guard_guards, many_targets_in_few_places_come_and_go)
{
	enum { PLACES = 7, TARGETS = 20, TAKES = 3000 };
	struct backoff_policy *policy = policy_of(POLICY);
	struct backoff_guards *table = table_of(policy, PLACES);
	unsigned recent[PLACES], marks[TARGETS] = {0}, count = 0;

	for (unsigned i = 0; i < TAKES; i++) {
		unsigned target =
			(unsigned)(backoff_draw(7, 200, i, 0) % TARGETS);
		struct backoff_guard *guard;
		unsigned place = 0;
		char name[16];

		snprintf(name, sizeof(name), "target-%u", target);
		guard = backoff_guards_take(table, name);
		while (place < count && recent[place] != target)
			place++;
		cr_assert(retries_of(guard) ==
				  (place < count ? marks[target] : 0),
			  "take %u", i);
		if (place == count) {
			marks[target] = i % 8 + 1;
			mark(policy, guard, marks[target]);
			count += count < PLACES;
			place = count - 1;
		}
		memmove(recent + 1, recent, place * sizeof(*recent));
		recent[0] = target;
		backoff_guards_release(table, guard);
	}
	backoff_guards_free(table);
	backoff_policy_unref(policy);
}

Test(guard_guards, held_ones_stay_and_the_rest_share_one)
{
	struct backoff_policy *policy = policy_of(POLICY);
	struct backoff_guards *table = table_of(policy, 2);
	struct backoff_guard *a = backoff_guards_take(table, "a"),
			     *b = backoff_guards_take(table, "b"),
			     *c = backoff_guards_take(table, "c"),
			     *d = backoff_guards_take(table, "d");

	cr_expect(a != b && a != c && b != c);
	cr_expect(c == d, "they share one guard, for want of a place");
	mark(policy, a, 1);
	mark(policy, c, 3);
	backoff_guards_release(table, d);
	backoff_guards_release(table, b);
	/* b's place is free now; c keeps the shared guard. */
	d = backoff_guards_take(table, "d");
	cr_expect(d != c && d != a && retries_of(d) == 0);
	cr_expect(backoff_guards_take(table, "a") == a);
	cr_expect(retries_of(a) == 1);
	backoff_guards_release(table, a);
	backoff_guards_release(table, a);
	backoff_guards_release(table, c);
	backoff_guards_release(table, d);
	/* The shared guard is never evicted. */
	for (unsigned i = 0; i < 10; i++) {
		char target[8];

		snprintf(target, sizeof(target), "x%u", i);
		backoff_guards_release(table,
				       backoff_guards_take(table, target));
	}
	a = backoff_guards_take(table, "a");
	b = backoff_guards_take(table, "b");
	c = backoff_guards_take(table, "c");
	cr_expect(retries_of(c) == 3, "still the shared guard");
	backoff_guards_release(table, a);
	backoff_guards_release(table, b);
	backoff_guards_release(table, c);
	backoff_guards_free(table);
	backoff_policy_unref(policy);
}

Test(guard_guards, any_text_is_a_target)
{
	struct backoff_policy *policy = policy_of(POLICY);
	struct backoff_guards *table = table_of(policy, 8);
	struct backoff_guard *none = backoff_guards_take(table, ""),
			     *high = backoff_guards_take(table, "\xff\x80");

	cr_expect(none != NULL && high != NULL && none != high);
	cr_expect(backoff_guards_take(table, NULL) == none, "NULL is \"\"");
	backoff_guards_release(table, none);
	backoff_guards_release(table, none);
	backoff_guards_release(table, high);
	backoff_guards_free(table);
	backoff_policy_unref(policy);
}
