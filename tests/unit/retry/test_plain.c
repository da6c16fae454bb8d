/* Tests of the short path of calls without sink, callback and guard: it must
 * give the same answers. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/retry/script.h"

#define TRANSIENT .failure_class = BACKOFF_CLASS_TRANSIENT
#define MS UINT64_C(1000000)

static char first[] = "first", last[] = "last";

static const char plain[] = "{\"name\":\"P\",\"max_attempts\":3}";

/* Compare all of two answers, texts byte by byte. */
static void
expect_same(const struct backoff_answer *a, const struct backoff_answer *b,
	    const char *why)
{
	cr_expect(a->stop == b->stop && a->kind == b->kind &&
			  a->failure_class == b->failure_class,
		  "%s: %d %d %d, %d %d %d", why, a->stop, a->kind,
		  a->failure_class, b->stop, b->kind, b->failure_class);
	cr_expect(a->attempts == b->attempts && a->retries == b->retries, "%s",
		  why);
	cr_expect(a->elapsed_ns == b->elapsed_ns &&
			  a->backoff_ns == b->backoff_ns &&
			  a->pace_ns == b->pace_ns,
		  "%s", why);
	cr_expect(a->result == b->result, "%s", why);
	cr_expect_str_eq(a->error_type, b->error_type, "%s", why);
	cr_expect_str_eq(a->code, b->code, "%s", why);
	cr_expect_str_eq(a->error, b->error, "%s", why);
}

#define WITHIN(seconds, more)                                                  \
	"{\"name\":\"P\",\"max_attempts\":3,\"deadline\":" seconds more "}"

static const struct {
	const char *why, *policy;
	/** The caller's deadline; 0: none. */
	uint64_t deadline_ns;
	struct act act[5];
} cases[] = {
	{"a request that is a retry itself",
	 "{\"name\":\"P\",\"max_attempts\":3,\"retry_inbound_retries\":false}",
	 0,
	 {FAIL(MS, TRANSIENT), OK(0)}},
	{"at once", plain, 0, {OK(30 * MS)}},
	{"at once, with a result",
	 plain,
	 0,
	 {{MS, {.kind = BACKOFF_OUTCOME_SUCCESS, .result = last}}}},
	{"the second attempt", plain, 0, {FAIL(20 * MS, TRANSIENT), OK(0)}},
	{"never",
	 plain,
	 0,
	 {FAIL(MS, TRANSIENT, .code = "http:503", .result = first),
	  FAIL(0, TRANSIENT, .error_type = "ConnectionError"),
	  FAIL(5 * MS, TRANSIENT, .error = "no route", .result = last)}},
	{"not retryable",
	 "{\"name\":\"P\",\"max_attempts\":3,\"retry_on\":[\"timeout\"]}",
	 0,
	 {FAIL(MS, TRANSIENT, .result = last)}},
	{"cancelled by the attempt",
	 plain,
	 0,
	 {{MS, {.kind = BACKOFF_OUTCOME_CANCELLED}}}},
	{"within a deadline",
	 WITHIN("9", ""),
	 0,
	 {FAIL(20 * MS, TRANSIENT), OK(3)}},
	{"at once, within the caller's deadline", plain, START_NS + 5, {OK(3)}},
	{"the caller's deadline has passed", plain, START_NS, {OK(3)}},
	{"the policy's deadline comes first",
	 WITHIN("0.1", ""),
	 START_NS + 5 * S,
	 {FAIL(20 * MS, TRANSIENT)}},
	{"limits of attempts, by attempt",
	 WITHIN("20", ",\"attempt_timeout\":[1,2]"),
	 0,
	 {FAIL(20 * MS, TRANSIENT), FAIL(MS, TRANSIENT), OK(3)}},
	{"the deadline cuts the limit of an attempt",
	 "{\"name\":\"P\",\"max_attempts\":3,\"attempt_timeout\":4}",
	 START_NS + 2 * S,
	 {OK(3)}},
	{"retries without a wait",
	 "{\"name\":\"P\",\"max_attempts\":4,\"base_delay\":0,"
	 "\"max_delay\":0,\"jitter\":\"none\"}",
	 0,
	 {FAIL(MS, TRANSIENT), FAIL(MS, TRANSIENT), FAIL(0, TRANSIENT), OK(7)}},
};

static void
play_case(size_t i, bool watched, struct scene *s,
	  struct backoff_answer *answer)
{
	const struct backoff_call_options options = {
		.size = sizeof(options),
		.has_deadline = cases[i].deadline_ns != 0,
		.deadline_ns = cases[i].deadline_ns,
		/* Only one of the policies reads it. */
		.inbound_attempt = 2};

	scene_init(s, cases[i].policy, cases[i].act);
	if (!watched)
		backoff_retry_set_on_event(s->retry, NULL, NULL);
	run(s, &options, answer);
}

Test(retry_plain, unwatched_calls_end_as_watched_ones_do)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct scene watched, unwatched;
		struct backoff_answer a, b;

		play_case(i, true, &watched, &a);
		play_case(i, false, &unwatched, &b);
		expect_same(&a, &b, cases[i].why);
		cr_expect(watched.made == unwatched.made, "%s", cases[i].why);
		for (uint32_t k = 0; k < unwatched.made; k++) {
			const struct backoff_attempt *x = &watched.attempt[k];
			const struct backoff_attempt *y = &unwatched.attempt[k];

			cr_expect(x->number == y->number &&
					  x->max_attempts == y->max_attempts &&
					  x->start_ns == y->start_ns &&
					  x->give_up_ns == y->give_up_ns,
				  "%s: attempt %u", cases[i].why, k + 1);
		}
		cr_expect(watched.discards == unwatched.discards, "%s",
			  cases[i].why);
		scene_clear(&watched);
		scene_clear(&unwatched);
	}
}

struct counted {
	const struct backoff_clock *inner;
	unsigned reads, sleeps;
};

static uint64_t
counted_now(void *user)
{
	struct counted *c = user;

	c->reads++;
	return c->inner->now_ns(c->inner->user);
}

static uint64_t
counted_wall(void *user)
{
	const struct counted *c = user;

	return c->inner->wall_ns(c->inner->user);
}

static enum backoff_status
counted_sleep(void *user, uint64_t when_ns, const struct backoff_cancel *cancel)
{
	struct counted *c = user;

	c->sleeps++;
	return c->inner->sleep_until(c->inner->user, when_ns, cancel);
}

Test(retry_plain, untimed_calls_read_no_clock_until_they_fail)
{
	static const struct {
		const char *why, *policy;
		bool watched;
		struct act act[3];
		unsigned reads;
		uint64_t elapsed_ns, start_ns;
	} rows[] = {
		{"nothing needs it", plain, false, {OK(9)}, 0, 0, 0},
		/* The end of the first attempt, of its wait, of the second
		 * attempt. */
		{"a failure",
		 plain,
		 false,
		 {FAIL(MS, TRANSIENT), OK(4)},
		 3,
		 UINT64_MAX,
		 0},
		{"an event has a duration",
		 plain,
		 true,
		 {OK(9)},
		 2,
		 9,
		 START_NS},
		{"a deadline",
		 "{\"name\":\"P\",\"max_attempts\":3,\"deadline\":9}",
		 false,
		 {OK(9)},
		 2,
		 9,
		 START_NS},
		{"a limit of attempts",
		 "{\"name\":\"P\",\"max_attempts\":3,\"attempt_timeout\":9}",
		 false,
		 {OK(9)},
		 2,
		 9,
		 START_NS},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct scene s;
		struct backoff_answer answer;
		struct counted counted = {0};
		const struct backoff_clock clock = {sizeof(clock), counted_now,
						    counted_wall, counted_sleep,
						    &counted};

		scene_init(&s, rows[i].policy, rows[i].act);
		counted.inner = s.clock;
		backoff_retry_set_clock(s.retry, &clock);
		backoff_retry_set_timed(s.retry, 0);
		if (!rows[i].watched)
			backoff_retry_set_on_event(s.retry, NULL, NULL);
		cr_expect(run(&s, NULL, &answer) == BACKOFF_OK);
		cr_expect(counted.reads == rows[i].reads, "%s: %u reads",
			  rows[i].why, counted.reads);
		if (rows[i].elapsed_ns != UINT64_MAX)
			cr_expect(answer.elapsed_ns == rows[i].elapsed_ns,
				  "%s: %lu", rows[i].why,
				  (unsigned long)answer.elapsed_ns);
		cr_expect(s.attempt[0].start_ns == rows[i].start_ns, "%s",
			  rows[i].why);
		scene_clear(&s);
	}
}

Test(retry_plain, a_wait_of_nothing_does_not_sleep)
{
	static const struct act act[] = {FAIL(MS, TRANSIENT), OK(4)};
	struct scene s;
	struct backoff_answer answer;
	struct counted counted = {0};
	const struct backoff_clock clock = {sizeof(clock), counted_now,
					    counted_wall, counted_sleep,
					    &counted};

	scene_init(&s,
		   "{\"name\":\"P\",\"max_attempts\":2,\"base_delay\":0,"
		   "\"max_delay\":0,\"jitter\":\"none\"}",
		   act);
	counted.inner = s.clock;
	backoff_retry_set_clock(s.retry, &clock);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_OK);
	cr_expect(answer.attempts == 2 && counted.sleeps == 0);
	scene_clear(&s);
}
