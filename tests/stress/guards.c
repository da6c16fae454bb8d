/* Many threads share budgets, breakers, and a table of them. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "stress.h"

#define THREADS 8
#define CALLS 400

/** State shared by the threads of a test. */
struct shared {
	struct backoff_policy *policy;
	struct backoff_retry *retry;
	struct backoff_guard *guard;
	struct backoff_guards *table;
	/** Sums over all threads. */
	atomic_ullong calls, retries, kept;
	/** Retries or probes under way, and the number of violations. */
	atomic_int under_way, wrong;
	atomic_uint to_open, to_half_open, to_closed;
	atomic_ullong clock_ns;
	int most;
	/** Calls are left without a report. */
	bool forgets;
};

struct worker {
	pthread_t thread;
	struct shared *shared;
	unsigned number;
};

static void
in_threads(struct shared *shared, void *(*work)(void *))
{
	struct worker worker[THREADS];

	for (unsigned i = 0; i < THREADS; i++) {
		worker[i] = (struct worker){.shared = shared, .number = i};
		if (pthread_create(&worker[i].thread, NULL, work, &worker[i]))
			stress_die("thread");
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(worker[i].thread, NULL);
}

static void
set_up(struct shared *s, const char *text, int most)
{
	*s = (struct shared){.policy = stress_policy(text), .most = most};
	if (backoff_retry_new(s->policy, "work", &s->retry) != BACKOFF_OK ||
	    backoff_guard_new(s->policy, &s->guard) != BACKOFF_OK ||
	    backoff_guards_new(s->policy, 4, &s->table) != BACKOFF_OK)
		stress_die("memory");
}

static void
tear_down(struct shared *s)
{
	backoff_retry_free(s->retry);
	backoff_guard_free(s->guard);
	backoff_guards_free(s->table);
	backoff_policy_unref(s->policy);
}

static long long
tokens(const struct shared *s)
{
	const struct backoff_clock *clock = backoff_clock_system();

	return (long long)backoff_guard_tokens_milli(
		backoff_retry_guard(s->retry), clock->now_ns(clock->user));
}

/** One attempt of a call that fails until its number. */
struct plan {
	struct shared *shared;
	unsigned until;
};

/* A concurrency budget limits the retries under way at once. */
static void
attempt(void *user, const struct backoff_attempt *made,
	struct backoff_outcome *outcome)
{
	struct plan *plan = user;
	struct shared *s = plan->shared;

	if (made->number > 1) {
		int now = atomic_fetch_add(&s->under_way, 1) + 1;

		atomic_fetch_add(&s->retries, 1);
		if (s->most > 0 && now > s->most)
			atomic_fetch_add(&s->wrong, 1);
	}
	outcome->kind = BACKOFF_OUTCOME_SUCCESS;
	if (made->number < plan->until)
		backoff_outcome_from_http(outcome, 503);
	if (made->number > 1)
		atomic_fetch_sub(&s->under_way, 1);
}

/* Calls that succeed at the first, second or third attempt, or never. */
static void *
mixed_calls(void *user)
{
	struct worker *w = user;
	struct backoff_answer a;

	for (unsigned i = 0; i < CALLS; i++) {
		struct plan plan = {w->shared, 1 + (i + w->number) % 5};

		backoff_retry_run(w->shared->retry, NULL, attempt, &plan, &a);
		atomic_fetch_add(&w->shared->calls, 1);
		/* A success refunds the cost of its last retry. */
		atomic_fetch_add(&w->shared->kept,
				 a.stop == BACKOFF_STOP_SUCCESS && a.retries > 0
					 ? a.retries - 1
					 : a.retries);
	}
	return NULL;
}

static void *
failing_calls(void *user)
{
	struct worker *w = user;
	struct backoff_answer answer;

	for (unsigned i = 0; i < CALLS; i++) {
		struct plan plan = {w->shared, 1000};

		backoff_retry_run(w->shared->retry, NULL, attempt, &plan,
				  &answer);
		atomic_fetch_add(&w->shared->calls, 1);
	}
	return NULL;
}

#define BUDGET(attempts, text)                                                 \
	"{\"name\":\"B\",\"max_attempts\":" attempts ",\"base_delay\":0,"      \
	"\"budget\":{" text "}}"

/* Nothing is refunded: all threads together make ten retries. */
static void
check_spending(struct tap *tap)
{
	struct shared s;

	set_up(&s, BUDGET("9", "\"kind\":\"token_bucket\",\"capacity\":50"), 0);
	in_threads(&s, failing_calls);
	TAP_EQUAL(tap, atomic_load(&s.retries), 10);
	TAP_EQUAL(tap, tokens(&s), 0);
	tap_result(tap, "a bucket of ten retries gives ten");
	tear_down(&s);

	set_up(&s, BUDGET("3", "\"kind\":\"throttle\",\"max_tokens\":100"), 0);
	in_threads(&s, failing_calls);
	/* Each thread may have seen the same 51st token. */
	TAP_MUST(tap, atomic_load(&s.retries) <= 50 + THREADS);
	TAP_EQUAL(tap, tokens(&s), 0);
	tap_result(tap, "a throttle stops at half, and never goes below 0");
	tear_down(&s);

	set_up(&s,
	       BUDGET("9", "\"kind\":\"ratio\",\"ratio\":0.2,\"ttl\":60,"
			   "\"min_per_second\":0"),
	       0);
	in_threads(&s, failing_calls);
	TAP_MUST(tap, atomic_load(&s.retries) * 5 <= atomic_load(&s.calls));
	TAP_MUST(tap, atomic_load(&s.retries) > 0);
	tap_result(tap, "a ratio of a fifth is never exceeded");
	tear_down(&s);
}

static void
check_conservation(struct tap *tap)
{
	struct shared s;

	set_up(&s,
	       BUDGET("4", "\"kind\":\"token_bucket\",\"capacity\":1000000,"
			   "\"success_reward\":0"),
	       0);
	in_threads(&s, mixed_calls);
	TAP_MUST(tap, atomic_load(&s.kept) > 0);
	TAP_EQUAL(tap, tokens(&s),
		  1000000000LL - 5000 * (long long)atomic_load(&s.kept));
	tap_result(tap, "exactly the cost of retries is missing");
	tear_down(&s);

	set_up(&s,
	       BUDGET("4", "\"kind\":\"concurrency\",\"share\":0,"
			   "\"min_concurrent\":3"),
	       3);
	in_threads(&s, mixed_calls);
	TAP_EQUAL(tap, atomic_load(&s.wrong), 0);
	TAP_MUST(tap, atomic_load(&s.retries) > 0);
	TAP_EQUAL(tap, tokens(&s), 3000);
	tap_result(tap, "never four retries at once, and all are released");
	tear_down(&s);
}

static void
count_transition(struct shared *s, enum backoff_breaker changed)
{
	if (changed == BACKOFF_BREAKER_OPEN)
		atomic_fetch_add(&s->to_open, 1);
	else if (changed == BACKOFF_BREAKER_HALF_OPEN)
		atomic_fetch_add(&s->to_half_open, 1);
	else if (changed == BACKOFF_BREAKER_CLOSED)
		atomic_fetch_add(&s->to_closed, 1);
}

/* In virtual time of one microsecond per step: the target is down for two
 * thirds of it. */
static void *
breaker_calls(void *user)
{
	struct worker *w = user;
	struct shared *s = w->shared;

	for (unsigned i = 0; i < 10 * CALLS; i++) {
		uint64_t now = atomic_fetch_add(&s->clock_ns, 1000);
		struct backoff_outcome outcome = {
			.kind = now / 1000000 % 3 == 0
					? BACKOFF_OUTCOME_SUCCESS
					: BACKOFF_OUTCOME_FAILURE};
		struct backoff_state state;
		struct backoff_decision d;
		int probe;

		backoff_engine_begin(s->policy, &state, now, BACKOFF_FOREVER,
				     &d);
		backoff_engine_join(&state, s->guard, now, &d);
		count_transition(s, d.breaker_changed);
		if (d.action == BACKOFF_ACTION_DONE)
			continue;
		probe = state.probe != 0;
		if (probe && atomic_fetch_add(&s->under_way, 1) >= s->most)
			atomic_fetch_add(&s->wrong, 1);
		if (probe)
			atomic_fetch_sub(&s->under_way, 1);
		if (s->forgets && i % 5 == 0)
			continue;
		/* Some calls are cancelled. */
		if (i % 7 == 0) {
			backoff_engine_stop(&state, BACKOFF_STOP_CANCELLED, &d);
			continue;
		}
		backoff_engine_decide(s->policy, &state, &outcome, now, 0, &d);
		count_transition(s, d.breaker_changed);
		if (d.action == BACKOFF_ACTION_WAIT)
			backoff_engine_stop(&state, BACKOFF_STOP_CANCELLED, &d);
	}
	return NULL;
}

static void
check_breaker(struct tap *tap, bool forgets)
{
	enum backoff_breaker last;
	unsigned open, half;
	struct shared s;

	/* Unless calls are forgotten, no probe may lose its place to others:
	 * a thread may be stopped for any time. */
	set_up(&s,
	       forgets ? "{\"name\":\"B\",\"max_attempts\":2,\"base_delay\":0,"
			 "\"breaker\":{\"window\":16,\"cooldown\":0.001,"
			 "\"probes\":2}}"
		       : "{\"name\":\"B\",\"max_attempts\":2,\"base_delay\":0,"
			 "\"attempt_timeout\":100000,"
			 "\"breaker\":{\"window\":16,\"cooldown\":0.001,"
			 "\"probes\":2}}",
	       forgets ? INT_MAX : 2);
	s.forgets = forgets;
	in_threads(&s, breaker_calls);
	open = atomic_load(&s.to_open);
	half = atomic_load(&s.to_half_open);
	last = backoff_guard_breaker(s.guard, 0);
	printf("# %u times open, %u half open, %u closed\n", open, half,
	       atomic_load(&s.to_closed));
	TAP_EQUAL(tap, atomic_load(&s.wrong), 0);
	TAP_MUST(tap, open > 0 && half > 0 && atomic_load(&s.to_closed) > 0);
	/* Each time the breaker opens it becomes half open once, and it closes
	 * only from half open. */
	TAP_EQUAL(tap, open - half, last == BACKOFF_BREAKER_OPEN);
	TAP_MUST(tap, atomic_load(&s.to_closed) <= half);
	tap_result(tap,
		   forgets ? "probes that are forgotten do not stop it"
			   : "each transition of a breaker is logged once");
	tear_down(&s);
}

static void *
table_calls(void *user)
{
	struct worker *w = user;
	struct shared *s = w->shared;
	char target[2] = "a";

	for (unsigned i = 0; i < 4 * CALLS; i++) {
		struct backoff_outcome outcome = {
			.kind = BACKOFF_OUTCOME_FAILURE};
		struct backoff_guard *guard;
		struct backoff_state state;
		struct backoff_decision d;

		target[0] = (char)('a' + (i * 7 + w->number) % 16);
		guard = backoff_guards_take(s->table, target);
		if (guard == NULL)
			stress_die("memory");
		backoff_engine_begin(s->policy, &state, 0, BACKOFF_FOREVER, &d);
		backoff_engine_join(&state, guard, 0, &d);
		backoff_engine_decide(s->policy, &state, &outcome, 0, 0, &d);
		if (backoff_guard_tokens_milli(guard, 0) > 50000)
			atomic_fetch_add(&s->wrong, 1);
		backoff_engine_stop(&state, BACKOFF_STOP_CANCELLED, &d);
		backoff_guards_release(s->table, guard);
	}
	return NULL;
}

/* Everything was returned: every remaining guard is full. */
static void
check_table(struct tap *tap)
{
	struct shared s;
	char target[2] = "a";

	set_up(&s, BUDGET("9", "\"kind\":\"token_bucket\",\"capacity\":50"), 0);
	in_threads(&s, table_calls);
	for (; target[0] < 'a' + 16; target[0]++) {
		struct backoff_guard *guard =
			backoff_guards_take(s.table, target);

		TAP_EQUAL(tap, backoff_guard_tokens_milli(guard, 0), 50000);
		backoff_guards_release(s.table, guard);
	}
	TAP_EQUAL(tap, atomic_load(&s.wrong), 0);
	tap_result(tap, "all threads take and release guards of a small table");
	tear_down(&s);
}

/* Make one failed attempt, save the call, and pass it to another thread. */
static void
save_call(struct shared *s, char *paper, size_t size)
{
	const struct backoff_outcome failure = {
		.kind = BACKOFF_OUTCOME_FAILURE};
	struct backoff_call *call;
	struct backoff_step step;
	size_t length;

	if (backoff_call_new(s->retry, NULL, &call) != BACKOFF_OK ||
	    backoff_call_next(call, &step) != BACKOFF_OK ||
	    backoff_call_report(call, &failure) != BACKOFF_OK)
		stress_die("call");
	length = backoff_call_save(call, paper, size);
	if (length == 0 || length >= size)
		atomic_fetch_add(&s->wrong, 1);
	backoff_call_free(call);
}

static void
finish_call(struct shared *s, const char *paper)
{
	const struct backoff_outcome success = {
		.kind = BACKOFF_OUTCOME_SUCCESS};
	struct backoff_call *call;
	struct backoff_step step;

	if (backoff_call_restore(s->retry, NULL, paper, strlen(paper), 0, &call,
				 NULL) != BACKOFF_OK ||
	    backoff_call_next(call, &step) != BACKOFF_OK ||
	    step.action != BACKOFF_ACTION_ATTEMPT || step.attempt.number != 2 ||
	    backoff_call_report(call, &success) != BACKOFF_OK) {
		atomic_fetch_add(&s->wrong, 1);
		return;
	}
	atomic_fetch_add(&s->retries, backoff_call_answer(call)->retries);
	backoff_call_free(call);
}

struct post {
	pthread_mutex_t lock;
	struct shared shared;
	char *paper[THREADS * CALLS];
	unsigned count;
};

static struct post post = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void *
post_calls(void *user)
{
	struct worker *w = user;
	char paper[4096], *other;

	for (unsigned i = 0; i < CALLS; i++) {
		save_call(w->shared, paper, sizeof(paper));
		pthread_mutex_lock(&post.lock);
		other = post.count > 0 && i % 2 == 0 ? post.paper[--post.count]
						     : NULL;
		post.paper[post.count] = strdup(paper);
		if (post.paper[post.count++] == NULL)
			stress_die("memory");
		pthread_mutex_unlock(&post.lock);
		if (other != NULL)
			finish_call(w->shared, other);
		free(other);
	}
	return NULL;
}

static void
check_saved(struct tap *tap)
{
	struct shared *s = &post.shared;

	set_up(s, BUDGET("9", "\"kind\":\"token_bucket\",\"capacity\":1000"),
	       0);
	in_threads(s, post_calls);
	while (post.count > 0) {
		finish_call(s, post.paper[--post.count]);
		free(post.paper[post.count]);
	}
	TAP_EQUAL(tap, atomic_load(&s->wrong), 0);
	TAP_EQUAL(tap, atomic_load(&s->retries), THREADS * CALLS);
	/* Saved calls returned what they held when they were freed; rewards do
	 * not exceed the capacity. */
	TAP_EQUAL(tap, tokens(s), 1000000);
	tap_result(tap, "saved calls go from thread to thread, each once");
	tear_down(s);
}

int
main(void)
{
	struct tap tap = {0};

	check_spending(&tap);
	check_conservation(&tap);
	check_breaker(&tap, false);
	check_breaker(&tap, true);
	check_table(&tap);
	check_saved(&tap);
	return tap_finish(&tap);
}
