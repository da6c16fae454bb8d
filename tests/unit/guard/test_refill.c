/* Tests of src/guard/refill: a token bucket that time refills. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <backoff/rng.h>

#include "base/num.h"
#include "guard/state.h"
#include "unit/guard/guarded.h"

#define REFILLED(fields)                                                       \
	AT_ONCE("9", "\"budget\":{\"kind\":\"token_bucket\","                  \
		     "\"success_reward\":0," fields "}")
#define T (1000 * S + 123456789)

/* Whether a retry after a failure at this time is let through. */
static bool
retries(struct guarded *g, uint64_t now_ns)
{
	struct guarded_call call;
	bool through;

	cr_assert(guarded_begin(g, &call, now_ns));
	through = guarded_fail(g, &call, now_ns);
	if (through) {
		cr_assert(guarded_resume(g, &call, now_ns));
		cr_assert(!guarded_end(g, &call, now_ns,
				       BACKOFF_OUTCOME_FAILURE,
				       BACKOFF_CLASS_FATAL));
	}
	return through;
}

static unsigned
retries_until_refused(struct guarded *g, uint64_t now_ns)
{
	unsigned count = 0;

	while (retries(g, now_ns))
		count++;
	return count;
}

Test(guard_refill, a_token_comes_back_at_its_nanosecond)
{
	static const struct {
		const char *policy;
		uint64_t wait_ns;
	} row[] = {
		{REFILLED("\"capacity\":5,\"refill_per_second\":1"), 5 * S},
		{REFILLED("\"capacity\":7,\"retry_cost\":0.5,"
			  "\"refill_per_second\":0.25"),
		 2 * S},
		{REFILLED("\"capacity\":1,\"retry_cost\":1,"
			  "\"refill_per_second\":3"),
		 333333333},
		{REFILLED("\"capacity\":1,\"retry_cost\":0.001,"
			  "\"refill_per_second\":0.001"),
		 S},
		{REFILLED("\"capacity\":1000000,\"retry_cost\":1000000,"
			  "\"refill_per_second\":0.001"),
		 1000000000 * S},
		{REFILLED("\"capacity\":10,\"retry_cost\":1,"
			  "\"refill_per_second\":1000000"),
		 1000},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct guarded g = guarded_of(row[i].policy);
		const struct bo_budget_rule *rule = &g.policy->budget;
		unsigned all = (unsigned)(rule->capacity_milli /
					  rule->retry_cost_milli);
		uint64_t now_ns = T;

		cr_expect(retries_until_refused(&g, T) == all,
			  "a full bucket gives all that it holds: %s",
			  row[i].policy);
		for (int k = 0; k < 5; k++) {
			now_ns += row[i].wait_ns;
			cr_expect(!retries(&g, now_ns - 1), "%s",
				  row[i].policy);
			cr_expect(retries(&g, now_ns), "%s", row[i].policy);
			cr_expect(!retries(&g, now_ns), "%s", row[i].policy);
		}
		now_ns = UINT64_MAX / 2;
		cr_expect(retries_until_refused(&g, now_ns) == all,
			  "no more than the capacity: %s", row[i].policy);
		guarded_clear(&g);
	}
}

/* The level in parts of 10^-18 tokens, which a nanosecond raises by a whole
 * number. */
struct reference {
	bo_u128 level, capacity;
	uint64_t since_ns;
};

#define PARTS_PER_MILLI ((bo_u128)1000000 * 1000000000)

static void
advance(struct reference *r, uint64_t rate_nano, uint64_t now_ns)
{
	r->level += (bo_u128)(now_ns - r->since_ns) * rate_nano;
	if (r->level > r->capacity)
		r->level = r->capacity;
	r->since_ns = now_ns;
}

/* Each taking is rounded down to a whole nanosecond of refilling, so a bucket
 * may give that much too early, and never too late. */
Test(guard_refill, random_takings_follow_the_exact_level)
{
	static const struct {
		const char *policy;
		uint64_t most_step_ns;
	} row[] = {
		{REFILLED("\"capacity\":20,\"refill_per_second\":2"), 4 * S},
		{REFILLED("\"capacity\":20,\"refill_per_second\":3.7,"
			  "\"throttle_cost\":1.001"),
		 S},
		{REFILLED("\"capacity\":500,\"refill_per_second\":777.777"),
		 9 * MS},
		{REFILLED("\"capacity\":6,\"refill_per_second\":0.001"),
		 9000 * S},
		{REFILLED("\"capacity\":30,\"refund\":false,"
			  "\"refill_per_second\":12.5"),
		 600 * MS},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct guarded g = guarded_of(row[i].policy);
		const struct bo_budget_rule *rule = &g.policy->budget;
		uint64_t rate = rule->refill_nano, now_ns = T;
		bo_u128 full = (bo_u128)(uint64_t)rule->capacity_milli *
			       PARTS_PER_MILLI;
		struct reference r = {full, full, T};
		unsigned given = 0, refused = 0;
		bo_u128 slack = 0;

		for (uint32_t step = 0; step < 20000; step++) {
			uint64_t dice =
				backoff_draw(7, BACKOFF_PURPOSE_USER, i, step);
			int64_t milli = dice % 3 == 0
						? rule->throttle_cost_milli
						: rule->retry_cost_milli;
			bo_u128 cost =
				(bo_u128)(uint64_t)milli * PARTS_PER_MILLI;

			now_ns += dice / 3 % row[i].most_step_ns;
			advance(&r, rate, now_ns);
			if (bo_budget_reserve(rule, &g.guard->budget, milli,
					      now_ns)) {
				given++;
				slack += rate;
				cr_assert(r.level + slack >= cost,
					  "%s: step %u", row[i].policy, step);
				r.level = r.level > cost ? r.level - cost : 0;
			} else {
				refused++;
				cr_assert(r.level < cost, "%s: step %u",
					  row[i].policy, step);
			}
			if (dice % 7 == 0) {
				bo_budget_refund(rule, &g.guard->budget, milli,
						 now_ns);
				r.level += cost;
				advance(&r, rate, now_ns);
			}
		}
		cr_expect(given > 1000 && refused > 1000, "%s: %u, %u",
			  row[i].policy, given, refused);
		guarded_clear(&g);
	}
}

Test(guard_refill, successes_and_refunds_count_as_without_it)
{
	struct guarded g =
		guarded_of(AT_ONCE("9", "\"budget\":{\"kind\":\"token_bucket\","
					"\"capacity\":10,\"success_reward\":2,"
					"\"refill_per_second\":1}"));
	struct guarded_call call;

	cr_expect(guarded_tokens(&g, T) == 10);
	cr_assert(guarded_begin(&g, &call, T));
	cr_assert(guarded_fail(&g, &call, T));
	cr_expect(guarded_tokens(&g, T) == 5);
	cr_expect(guarded_tokens(&g, T + 1500 * MS) == 6.5);
	cr_assert(guarded_resume(&g, &call, T));
	guarded_succeed(&g, &call, T);
	cr_expect(guarded_tokens(&g, T) == 10, "the cost came back");
	cr_expect(retries_until_refused(&g, T) == 2);
	cr_expect(guarded_tokens(&g, T) == 0);
	cr_assert(guarded_begin(&g, &call, T));
	guarded_succeed(&g, &call, T);
	cr_expect(guarded_tokens(&g, T) == 2, "a reward");
	cr_expect(guarded_tokens(&g, T + 3 * S) == 5);
	cr_expect(guarded_tokens(&g, T + 300 * S) == 10);
	guarded_clear(&g);
}

Test(guard_refill, a_clock_may_stand_and_jump)
{
	struct guarded g =
		guarded_of(REFILLED("\"capacity\":10,\"refill_per_second\":1"));

	cr_expect(retries_until_refused(&g, T) == 2);
	for (int i = 0; i < 1000; i++)
		cr_assert(!retries(&g, T), "nothing is earned while it stands");
	cr_expect(retries_until_refused(&g, T + 100000 * S) == 2,
		  "no more than the capacity");
	/* A thread that read its clock earlier. */
	cr_expect(!retries(&g, T + 100000 * S - 2 * S));
	cr_expect(!retries(&g, T + 100000 * S + 5 * S - 1));
	cr_expect(retries(&g, T + 100000 * S + 5 * S));
	/* Another clock: the level stays, and refills from there. */
	cr_expect(!retries(&g, 50 * S));
	cr_expect(guarded_tokens(&g, 50 * S) == 0);
	cr_expect(!retries(&g, 55 * S - 1));
	cr_expect(retries(&g, 55 * S));
	cr_expect(retries_until_refused(&g, 75 * S) == 2);
	cr_expect(!retries(&g, 0) && retries(&g, 5 * S), "back to its zero");
	guarded_clear(&g);
}

/* The child has a copy, with the same level, and the parent's stays. */
Test(guard_refill, a_forked_child_continues_with_a_copy)
{
	struct guarded g =
		guarded_of(REFILLED("\"capacity\":10,\"refill_per_second\":1"));
	int status = -1;
	pid_t child;

	cr_expect(retries(&g, T));
	child = fork();
	cr_assert(child >= 0);
	if (child == 0)
		_exit(retries_until_refused(&g, T) == 1 &&
				      !retries(&g, T + 5 * S - 1) &&
				      retries(&g, T + 5 * S)
			      ? 0
			      : 1);
	cr_assert(waitpid(child, &status, 0) == child);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	cr_expect(retries_until_refused(&g, T) == 1);
	guarded_clear(&g);
}

struct shared {
	struct guarded g;
	/** The time, which each thread advances. */
	atomic_uint_fast64_t now_ns;
	uint64_t step_ns;
	atomic_uint taken;
};

static void *
take_all(void *user)
{
	struct shared *c = user;

	for (int i = 0; i < 20000; i++) {
		uint64_t now_ns = atomic_fetch_add(&c->now_ns, c->step_ns);

		if (bo_budget_reserve(&c->g.policy->budget, &c->g.guard->budget,
				      c->g.policy->budget.retry_cost_milli,
				      now_ns))
			atomic_fetch_add(&c->taken, 1);
	}
	return NULL;
}

Test(guard_refill, threads_take_what_is_there_and_no_more)
{
	static const struct {
		uint64_t step_ns;
		unsigned taken;
	} row[] = {
		/* 5000 tokens, 5 each. */
		{0, 1000},
		/* 80 000 steps of 0.1 ms: 8 s, 100 tokens each. A thread that
		 * is held up for more than ten seconds counts as another clock,
		 * and these seconds pass while it is. */
		{MS / 10, 1000 + 8 * 100 / 5},
	};

	for (size_t r = 0; r < COUNT(row); r++) {
		struct shared c = {
			.g = guarded_of(REFILLED("\"capacity\":5000,"
						 "\"refill_per_second\":100")),
			.step_ns = row[r].step_ns};
		pthread_t thread[4];

		atomic_init(&c.now_ns, T);
		for (int i = 0; i < 4; i++)
			cr_assert(pthread_create(&thread[i], NULL, take_all,
						 &c) == 0);
		for (int i = 0; i < 4; i++)
			pthread_join(thread[i], NULL);
		/* The last step is not a whole token's. */
		cr_expect(c.taken <= row[r].taken &&
				  c.taken + 1 >= row[r].taken,
			  "%u", c.taken);
		guarded_clear(&c.g);
	}
}
