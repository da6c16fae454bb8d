/* Tests of src/guard/breaker: states, windows, probes. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "unit/guard/guarded.h"

#define BREAKER(fields) AT_ONCE("1", "\"breaker\":{" fields "}")

/** The history of a target in pairs of letters: an event, the state after it.
 *
 *  s f c n  a call that succeeds, fails, is cancelled, fails because of its
 *           request
 *  .        half a second passes
 *  !        a call that is not let through
 *
 *  - o h    closed, open, half open */
struct life {
	const char *why, *policy, *steps;
};

static void
make_call(struct guarded *g, const struct life *life, const char *step,
	  uint64_t now_ns)
{
	struct guarded_call call;
	int in = guarded_begin(g, &call, now_ns);

	cr_expect(in == (*step != '!'), "%s: before %s", life->why, step);
	if (!in) {
		cr_expect(call.d.stop == BACKOFF_STOP_BREAKER_OPEN);
		cr_expect(call.d.attempt == 0 && call.state.finished == 0,
			  "no attempt");
	} else if (*step == 's') {
		guarded_succeed(g, &call, now_ns);
	} else {
		guarded_end(g, &call, now_ns,
			    *step == 'c' ? BACKOFF_OUTCOME_CANCELLED
					 : BACKOFF_OUTCOME_FAILURE,
			    *step == 'n' ? BACKOFF_CLASS_FATAL
					 : BACKOFF_CLASS_TRANSIENT);
	}
}

static void
check_life(const struct life *life)
{
	struct guarded g = guarded_of(life->policy);
	uint64_t now_ns = 1000 * S;

	for (const char *m = life->steps; *m != '\0'; m += 2) {
		enum backoff_breaker want = m[1] == '-' ? BACKOFF_BREAKER_CLOSED
					    : m[1] == 'o'
						    ? BACKOFF_BREAKER_OPEN
						    : BACKOFF_BREAKER_HALF_OPEN;

		if (*m == '.')
			now_ns += S / 2;
		else
			make_call(&g, life, m, now_ns);
		cr_expect(backoff_guard_breaker(g.guard, now_ns) == want,
			  "%s: state before %s", life->why, m + 2);
	}
	guarded_clear(&g);
}

Test(guard_breaker, goes_through_its_states)
{
	static const struct life life[] = {
		{"a full window of failures", BREAKER("\"window\":4"),
		 "f-f-f-fo!o!o"},
		{"half of a window", BREAKER("\"window\":4"), "s-f-s-fo!o"},
		{"just below half of it", BREAKER("\"window\":4"),
		 "s-f-s-s-s-f-s-s-s-f-s-s-"},
		{"old failures leave the window", BREAKER("\"window\":4"),
		 "f-s-s-s-f-s-s-s-f-s-s-fo"},
		{"fewer attempts will do",
		 BREAKER("\"window\":10,\"min_attempts\":2"), "f-fo!o"},
		{"one is enough", BREAKER("\"window\":1"), "fo!o"},
		{"only all of them",
		 BREAKER("\"window\":3,\"failure_ratio\":1"), "f-f-s-f-f-fo!o"},
		{"a small share",
		 BREAKER("\"window\":10,\"failure_ratio\":0.1"),
		 "s-s-s-s-s-s-s-s-s-fo!o"},
		{"cancelled attempts say nothing", BREAKER("\"window\":2"),
		 "f-c-c-fo!o"},
		{"failures of the request say nothing", BREAKER("\"window\":2"),
		 "n-n-n-n-f-n-fo!o"},
		{"2 s of rest, then a probe that succeeds",
		 BREAKER("\"window\":2"), "f-fo.o.o.o!o.hs-s-s-fo"},
		{"a probe that fails: 2 s again", BREAKER("\"window\":2"),
		 "f-fo.o.o.o.hfo!o.o.o.o!o.hs-"},
		{"the window is reset", BREAKER("\"window\":4"),
		 "f-f-f-fo.o.o.o.hs-f-f-f-fo"},
		{"a probe that is cancelled gives its place",
		 BREAKER("\"window\":2"), "f-fo.o.o.o.hchchs-"},
		{"so does one that says nothing", BREAKER("\"window\":2"),
		 "f-fo.o.o.o.hnhnhs-"},
		{"two probes", BREAKER("\"window\":2,\"probes\":2"),
		 "f-fo.o.o.o.hshs-"},
		{"the second of two fails",
		 BREAKER("\"window\":2,\"probes\":2"),
		 "f-fo.o.o.o.hshfo!o.o.o.o.hshs-"},
		{"by time: 10 attempts", BREAKER("\"window_time\":10"),
		 "f-f-f-f-f-f-f-f-f-.-fo!o"},
		{"by time: attempts expire", BREAKER("\"window_time\":2"),
		 "f-f-f-f-f-f-f-f-f-.-.-.-.-f-f-"},
		{"by time: fewer will do",
		 BREAKER("\"window_time\":10,\"min_attempts\":3"), "s-f-fo!o"},
		{"by time: one failure in three",
		 BREAKER("\"window_time\":10,\"min_attempts\":3"),
		 "s-s-f-s-.-s-f-s-"},
		{"by time: closing resets the window",
		 BREAKER("\"window_time\":60,\"min_attempts\":2"),
		 "f-fo.o.o.o.hs-f-fo!o"},
		{"half a second of rest",
		 BREAKER("\"window\":1,\"cooldown\":0.5"), "fo!o.hfo!o.hs-"},
	};

	for (size_t i = 0; i < COUNT(life); i++)
		check_life(&life[i]);
}

/* Open a breaker whose window is 2, and let it cool down until 10 s. */
static struct guarded
half_open(const char *policy)
{
	struct guarded g = guarded_of(policy);

	for (int i = 0; i < 2; i++) {
		struct guarded_call call;

		cr_assert(guarded_begin(&g, &call, 0));
		guarded_fail(&g, &call, 0);
	}
	cr_assert(backoff_guard_breaker(g.guard, 0) == BACKOFF_BREAKER_OPEN);
	return g;
}

Test(guard_breaker, limits_concurrent_probes)
{
	struct guarded g = half_open(BREAKER("\"window\":2,\"probes\":3"));
	struct guarded_call call[4], more;

	for (int i = 0; i < 3; i++)
		cr_expect(guarded_begin(&g, &call[i], 10 * S));
	cr_expect(call[0].d.breaker_changed == BACKOFF_BREAKER_HALF_OPEN);
	cr_expect(call[1].d.breaker_changed == BACKOFF_BREAKER_NONE);
	cr_expect(!guarded_begin(&g, &more, 10 * S));
	/* A probe that succeeded keeps its place: three in all must succeed. */
	guarded_succeed(&g, &call[0], 10 * S);
	cr_expect(!guarded_begin(&g, &more, 10 * S));
	/* A probe that was cancelled gives its place to another. */
	backoff_engine_stop(&call[1].state, BACKOFF_STOP_SHUTDOWN, &call[1].d);
	cr_expect(guarded_begin(&g, &call[3], 10 * S));
	cr_expect(!guarded_begin(&g, &more, 10 * S));
	guarded_succeed(&g, &call[2], 10 * S);
	guarded_succeed(&g, &call[3], 10 * S);
	cr_expect(call[3].d.breaker_changed == BACKOFF_BREAKER_CLOSED);
	cr_expect(backoff_guard_breaker(g.guard, 10 * S) ==
		  BACKOFF_BREAKER_CLOSED);
	guarded_clear(&g);
}

/* Attempts that began before this half-open time say nothing about it. */
Test(guard_breaker, stale_answers_do_not_count)
{
	struct guarded g = guarded_of(BREAKER("\"window\":2,\"probes\":2"));
	struct guarded_call early, early_too, fail, probe, stale;

	guarded_begin(&g, &early, 0);
	guarded_begin(&g, &early_too, 0);
	for (int i = 0; i < 2; i++) {
		guarded_begin(&g, &fail, 0);
		guarded_fail(&g, &fail, 0);
	}
	guarded_fail(&g, &early_too, S);
	cr_expect(early_too.d.breaker_changed == BACKOFF_BREAKER_NONE,
		  "it is open already");
	cr_expect(guarded_begin(&g, &stale, 3 * S));
	cr_expect(guarded_begin(&g, &probe, 3 * S));
	guarded_succeed(&g, &early, 3 * S);
	cr_expect(backoff_guard_breaker(g.guard, 3 * S) ==
			  BACKOFF_BREAKER_HALF_OPEN,
		  "an attempt that is not a probe says nothing");
	guarded_fail(&g, &probe, 3 * S);
	cr_expect(probe.d.breaker_changed == BACKOFF_BREAKER_OPEN);
	/* The next half-open time has two places; late attempts take none. */
	cr_expect(guarded_begin(&g, &probe, 6 * S));
	guarded_succeed(&g, &stale, 6 * S);
	cr_expect(stale.d.breaker_changed == BACKOFF_BREAKER_NONE);
	guarded_succeed(&g, &probe, 6 * S);
	cr_expect(backoff_guard_breaker(g.guard, 6 * S) ==
		  BACKOFF_BREAKER_HALF_OPEN);
	cr_expect(guarded_begin(&g, &probe, 6 * S));
	cr_expect(!guarded_begin(&g, &fail, 6 * S));
	backoff_engine_stop(&stale.state, BACKOFF_STOP_SHUTDOWN, &stale.d);
	cr_expect(!guarded_begin(&g, &fail, 6 * S), "it had no place");
	guarded_succeed(&g, &probe, 6 * S);
	cr_expect(probe.d.breaker_changed == BACKOFF_BREAKER_CLOSED);
	guarded_clear(&g);
}

/* Half-open times that begin 2^30 ns apart are not mistaken for one. */
Test(guard_breaker, half_open_times_are_distinguished)
{
	const uint64_t apart_ns = UINT64_C(1) << 30;
	struct guarded g = half_open(BREAKER("\"window\":2,\"cooldown\":1"));
	struct guarded_call first, second;
	uint64_t probe;

	cr_expect(guarded_begin(&g, &first, apart_ns));
	probe = first.state.probe;
	guarded_fail(&g, &first, apart_ns);
	cr_expect(guarded_begin(&g, &second, 2 * apart_ns));
	cr_expect(probe != 0 && second.state.probe != 0);
	cr_expect(second.state.probe != probe);
	guarded_clear(&g);
}

/* An event loop asks again about the attempt that a call began with. It is
 * still let through, and takes one place. */
Test(guard_breaker, a_probe_is_asked_for_once)
{
	struct guarded g = half_open(BREAKER("\"window\":2"));
	struct guarded_call call, more;

	cr_expect(guarded_begin(&g, &call, 10 * S));
	cr_expect(guarded_resume(&g, &call, 10 * S), "as event loops do");
	cr_expect(!guarded_begin(&g, &more, 10 * S));
	guarded_succeed(&g, &call, 10 * S);
	cr_expect(backoff_guard_breaker(g.guard, 10 * S) ==
		  BACKOFF_BREAKER_CLOSED);
	guarded_clear(&g);
}

/* A retry after a wait is an attempt like any other. */
Test(guard_breaker, stops_calls_that_wait)
{
	struct guarded g = guarded_of(
		AT_ONCE("9", "\"breaker\":{\"window\":3,\"cooldown\":5}"));
	struct guarded_call call[3];

	for (int i = 0; i < 3; i++) {
		guarded_begin(&g, &call[i], 0);
		cr_expect(guarded_fail(&g, &call[i], 0));
	}
	cr_expect(call[2].d.breaker_changed == BACKOFF_BREAKER_OPEN);
	cr_expect(!guarded_resume(&g, &call[0], S));
	cr_expect(call[0].d.stop == BACKOFF_STOP_BREAKER_OPEN);
	cr_expect(call[0].d.attempt == 1 && call[0].state.finished == 1,
		  "one was made");
	cr_expect(guarded_resume(&g, &call[1], 5 * S), "a probe");
	cr_expect(call[1].d.breaker_changed == BACKOFF_BREAKER_HALF_OPEN);
	cr_expect(!guarded_resume(&g, &call[2], 5 * S), "not two");
	guarded_succeed(&g, &call[1], 5 * S);
	cr_expect(call[1].d.breaker_changed == BACKOFF_BREAKER_CLOSED);
	guarded_clear(&g);
}

/* A request that the server refuses for good is not a failure of the server. */
Test(guard_breaker, forbidden_requests_are_judged_by_their_class)
{
	struct guarded g = guarded_of(AT_ONCE(
		"1", "\"abort_on\":[\"client\"],\"breaker\":{\"window\":2}"));

	for (int i = 0; i < 8; i++) {
		struct guarded_call call;
		struct backoff_outcome outcome = {
			.kind = BACKOFF_OUTCOME_FAILURE,
			.failure_class = i < 6 ? BACKOFF_CLASS_CLIENT
					       : BACKOFF_CLASS_SERVER,
			.hint = {.kind = BACKOFF_HINT_FORBID, .delay_ns = 0}};

		cr_expect(guarded_begin(&g, &call, 0));
		backoff_engine_decide(g.policy, &call.state, &outcome, 0, 0,
				      &call.d);
		cr_expect(call.d.stop == BACKOFF_STOP_SERVER_FORBADE);
	}
	cr_expect(backoff_guard_breaker(g.guard, 0) == BACKOFF_BREAKER_OPEN);
	guarded_clear(&g);
}

/* Closing resets the window completely, however often. */
Test(guard_breaker, windows_do_not_drift)
{
	struct guarded g = guarded_of(BREAKER("\"window\":8"));
	uint64_t now_ns = 0;

	for (int round = 0; round < 200; round++) {
		struct guarded_call call;

		for (int i = 0; i < 8 + round % 8; i++) {
			guarded_begin(&g, &call, now_ns);
			guarded_succeed(&g, &call, now_ns);
		}
		for (int i = 0; i < 4; i++) {
			cr_expect(guarded_begin(&g, &call, now_ns),
				  "round %d, failure %d", round, i);
			guarded_fail(&g, &call, now_ns);
		}
		cr_expect(!guarded_begin(&g, &call, now_ns));
		now_ns += 2 * S;
		cr_expect(guarded_begin(&g, &call, now_ns));
		guarded_succeed(&g, &call, now_ns);
	}
	guarded_clear(&g);
}

/* A half-open breaker with as many probes under way as it lets through, all
 * begun at 10 s. */
static struct guarded
with_probes(const char *policy, struct guarded_call *probe, int count)
{
	struct guarded g = half_open(policy);
	struct guarded_call more;

	for (int i = 0; i < count; i++)
		cr_assert(guarded_begin(&g, &probe[i], 10 * S));
	cr_assert(!guarded_begin(&g, &more, 10 * S));
	return g;
}

static int
is_state(const struct guarded *g, uint64_t now_ns, enum backoff_breaker state)
{
	return backoff_guard_breaker(g->guard, now_ns) == state;
}

#define HALF_OPEN BACKOFF_BREAKER_HALF_OPEN
#define CLOSED BACKOFF_BREAKER_CLOSED

Test(guard_breaker, a_probe_that_hangs_loses_its_place)
{
	static const struct {
		const char *why, *policy;
		uint64_t lease_ns;
	} made[] = {
		{"cooldown alone", BREAKER("\"window\":2"), 2 * S},
		{"a longer attempt",
		 AT_ONCE("1", "\"attempt_timeout\":7,"
			      "\"breaker\":{\"window\":2,\"cooldown\":3}"),
		 7 * S},
		{"a shorter attempt",
		 AT_ONCE("1", "\"attempt_timeout\":\"1s\","
			      "\"breaker\":{\"window\":2,\"cooldown\":3}"),
		 3 * S},
		{"the longest of several attempts",
		 AT_ONCE("3", "\"attempt_timeout\":[1,8,4],"
			      "\"breaker\":{\"window\":2,\"cooldown\":3}"),
		 8 * S},
	};

	for (size_t i = 0; i < COUNT(made); i++) {
		struct guarded_call probe, more;
		struct guarded g = with_probes(made[i].policy, &probe, 1);
		uint64_t now_ns = 10 * S;

		/* One after another hangs, and each has the same time. */
		for (int round = 0; round < 100; round++) {
			now_ns += made[i].lease_ns;
			cr_expect(!guarded_begin(&g, &more, now_ns - 1),
				  "%s, round %d", made[i].why, round);
			cr_expect(guarded_begin(&g, &more, now_ns),
				  "%s, round %d", made[i].why, round);
			cr_expect(more.d.breaker_changed ==
				  BACKOFF_BREAKER_NONE);
		}
		guarded_succeed(&g, &more, now_ns);
		cr_expect(is_state(&g, now_ns, CLOSED), "%s", made[i].why);
		guarded_clear(&g);
	}
}

/* How a probe that lost its place ends changes nothing. */
Test(guard_breaker, a_late_probe_counts_for_nothing)
{
	static const char *const way[] = {"succeeds", "fails", "is cancelled",
					  "is refused"};

	for (size_t i = 0; i < COUNT(way); i++) {
		struct guarded_call late, later, probe, more;
		struct guarded g =
			with_probes(BREAKER("\"window\":2"), &late, 1);
		enum backoff_class class =
			i == 3 ? BACKOFF_CLASS_FATAL : BACKOFF_CLASS_TRANSIENT;
		enum backoff_outcome_kind kind =
			i == 0   ? BACKOFF_OUTCOME_SUCCESS
			: i == 2 ? BACKOFF_OUTCOME_CANCELLED
				 : BACKOFF_OUTCOME_FAILURE;

		cr_assert(guarded_begin(&g, &later, 20 * S));
		cr_assert(guarded_begin(&g, &probe, 30 * S));
		guarded_end(&g, &late, 30 * S, kind, class);
		cr_expect(late.d.breaker_changed == BACKOFF_BREAKER_NONE);
		cr_expect(is_state(&g, 30 * S, HALF_OPEN), "one that %s",
			  way[i]);
		cr_expect(!guarded_begin(&g, &more, 30 * S), "one that %s",
			  way[i]);
		guarded_succeed(&g, &probe, 30 * S);
		cr_expect(is_state(&g, 30 * S, CLOSED), "one that %s", way[i]);
		/* The window counts none of them either: half of two failed
		 * attempts would open it. */
		guarded_end(&g, &later, 30 * S, kind, class);
		cr_expect(guarded_begin(&g, &more, 30 * S));
		guarded_succeed(&g, &more, 30 * S);
		cr_expect(guarded_begin(&g, &more, 30 * S), "one that %s",
			  way[i]);
		cr_expect(is_state(&g, 30 * S, CLOSED), "one that %s", way[i]);
		guarded_clear(&g);
	}
}

Test(guard_breaker, successes_before_a_hanging_probe_count)
{
	struct guarded_call probe[3], more[2];
	struct guarded g =
		with_probes(BREAKER("\"window\":2,\"probes\":3"), probe, 3);

	guarded_succeed(&g, &probe[0], 10 * S);
	cr_expect(!guarded_begin(&g, &more[0], 11 * S));
	cr_expect(guarded_begin(&g, &more[0], 12 * S));
	cr_expect(guarded_begin(&g, &more[1], 12 * S));
	cr_expect(!guarded_begin(&g, &probe[0], 12 * S), "two hang, not three");
	guarded_succeed(&g, &more[0], 12 * S);
	guarded_succeed(&g, &probe[1], 12 * S);
	cr_expect(is_state(&g, 12 * S, HALF_OPEN));
	guarded_succeed(&g, &more[1], 12 * S);
	cr_expect(is_state(&g, 12 * S, CLOSED));
	guarded_clear(&g);
}

/* Each attempt takes 30 times as long as the lease, and succeeds. */
Test(guard_breaker, closes_for_a_target_that_is_slow)
{
	struct guarded g = half_open(BREAKER("\"window\":2,\"cooldown\":1"));
	struct guarded_call call[300];
	bool in[COUNT(call)] = {false};
	size_t i = 0;

	for (; i < COUNT(call) && !is_state(&g, (10 + i) * S, CLOSED); i++) {
		in[i] = guarded_begin(&g, &call[i], (10 + i) * S);
		if (i >= 30 && in[i - 30])
			guarded_succeed(&g, &call[i - 30], (10 + i) * S);
	}
	cr_expect(i < 100, "closed after %zu s", i);
	guarded_clear(&g);
}

/* The lease of an attempt that a call began with counts from its start. */
Test(guard_breaker, a_probe_that_begins_late_has_its_whole_time)
{
	struct guarded_call probe, more;
	struct guarded g = with_probes(BREAKER("\"window\":2"), &probe, 1);

	cr_expect(guarded_resume(&g, &probe, 11 * S));
	cr_expect(!guarded_begin(&g, &more, 13 * S - 1));
	cr_expect(guarded_begin(&g, &more, 13 * S));
	cr_expect(!guarded_resume(&g, &probe, 13 * S), "its place is taken");
	cr_expect(probe.d.stop == BACKOFF_STOP_BREAKER_OPEN);
	guarded_clear(&g);
}

/* A clock that jumps back, or far ahead, does no harm. */
Test(guard_breaker, leases_survive_a_clock_that_jumps)
{
	struct guarded_call probe, more;
	struct guarded g = with_probes(BREAKER("\"window\":2"), &probe, 1);

	cr_expect(!guarded_begin(&g, &more, 0));
	cr_expect(guarded_begin(&g, &more, BACKOFF_FOREVER));
	guarded_succeed(&g, &more, 1);
	cr_expect(is_state(&g, 1, CLOSED));
	guarded_clear(&g);
}
