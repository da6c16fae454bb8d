/* Tests of src/retry/step: the loop by steps does what the blocking one does,
 * and refuses steps out of order. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/retry/script.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

#define PLAIN "{\"name\":\"R\",\"max_attempts\":4,\"jitter\":\"none\"}"
#define RESET                                                                  \
	.failure_class = BACKOFF_CLASS_TRANSIENT,                              \
	.error_type = "ConnectionError", .error = "reset"

static void
next(struct backoff_call *call, struct backoff_step *step)
{
	memset(step, 0x55, sizeof(*step));
	cr_assert(backoff_call_next(call, step) == BACKOFF_OK);
}

/* Drive a call as an event loop does: ask for the next step, and do it. */
static void
run_by_steps(struct scene *s, const struct backoff_call_options *options,
	     struct backoff_answer *answer)
{
	struct backoff_call *call;
	struct backoff_step step;

	cr_assert(backoff_call_new(s->retry, options, &call) == BACKOFF_OK);
	for (;;) {
		struct backoff_outcome outcome = {0};
		uint64_t now_ns = s->clock->now_ns(s->clock->user);

		next(call, &step);
		if (step.action == BACKOFF_ACTION_DONE)
			break;
		if (step.action == BACKOFF_ACTION_WAIT) {
			cr_assert(step.wait_until_ns > now_ns);
			/* Do other work, and ask too early. */
			backoff_clock_virtual_advance(
				s->clock, (step.wait_until_ns - now_ns) / 2);
			now_ns = s->clock->now_ns(s->clock->user);
			next(call, &step);
			cr_assert(step.action == BACKOFF_ACTION_WAIT);
			backoff_clock_virtual_advance(
				s->clock, step.wait_until_ns - now_ns);
			continue;
		}
		play(s, &step.attempt, &outcome);
		cr_assert(backoff_call_report(call, &outcome) == BACKOFF_OK);
	}
	cr_expect(step.stop == backoff_call_answer(call)->stop);
	*answer = *backoff_call_answer(call);
	backoff_call_free(call);
}

Test(retry_step, both_loops_write_the_same_bytes)
{
	static const struct {
		const char *policy;
		struct act act[6];
	} row[] = {
		{PLAIN, {OK(S)}},
		{PLAIN, {FAIL(S, RESET), FAIL(0, RESET), OK(S)}},
		{PLAIN,
		 {FAIL(S, RESET), FAIL(0, RESET), FAIL(1, RESET),
		  FAIL(7 * S, RESET)}},
		{"{\"name\":\"R\",\"max_attempts\":5,\"jitter\":\"full\"}",
		 {FAIL(S, RESET), FAIL(0, RESET), FAIL(1, RESET),
		  FAIL(7 * S, RESET), OK(0)}},
		{"{\"name\":\"R\",\"max_attempts\":5,\"jitter\":"
		 "\"decorrelated\",\"deadline\":20,\"attempt_timeout\":3}",
		 {FAIL(S, RESET), FAIL(0, RESET), FAIL(S, RESET),
		  FAIL(30 * S, RESET)}},
		{"{\"name\":\"R\",\"max_attempts\":5,\"deadline\":2,"
		 "\"jitter\":{\"order\":\"jitter_then_cap\"}}",
		 {FAIL(S, RESET), FAIL(S, RESET), FAIL(S, RESET),
		  FAIL(S, RESET), FAIL(S, RESET)}},
		{"{\"name\":\"R\",\"max_attempts\":3,\"abort_on\":[\"fatal\"]}",
		 {FAIL(S, .failure_class = BACKOFF_CLASS_FATAL)}},
		{PLAIN, {{S, {.kind = BACKOFF_OUTCOME_CANCELLED}}}},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		static struct scene blocking, stepped;
		struct backoff_answer a, b;

		scene_init(&blocking, row[i].policy, row[i].act);
		scene_init(&stepped, row[i].policy, row[i].act);
		backoff_retry_set_log_starts(blocking.retry, 1);
		backoff_retry_set_log_starts(stepped.retry, 1);
		memset(&a, 0, sizeof(a));
		backoff_retry_run(blocking.retry, NULL, play, &blocking, &a);
		run_by_steps(&stepped, NULL, &b);
		cr_expect(blocking.lines == stepped.lines, "row %zu", i);
		for (size_t k = 0; k < blocking.lines; k++)
			cr_expect(strcmp(blocking.line[k], stepped.line[k]) ==
					  0,
				  "row %zu:\n%s\n%s", i, blocking.line[k],
				  stepped.line[k]);
		cr_expect(a.stop == b.stop && a.kind == b.kind &&
				  a.attempts == b.attempts &&
				  a.retries == b.retries &&
				  a.elapsed_ns == b.elapsed_ns &&
				  a.backoff_ns == b.backoff_ns &&
				  strcmp(a.error, b.error) == 0,
			  "row %zu", i);
		for (uint32_t k = 0; k < blocking.made; k++)
			cr_expect(blocking.attempt[k].start_ns ==
						  stepped.attempt[k].start_ns &&
					  blocking.attempt[k].give_up_ns ==
						  stepped.attempt[k].give_up_ns,
				  "row %zu", i);
		scene_clear(&blocking);
		scene_clear(&stepped);
	}
}

Test(retry_step, steps_out_of_order_are_refused)
{
	static const struct act act[] = {OK(0)};
	struct backoff_outcome good = {.kind = BACKOFF_OUTCOME_SUCCESS};
	struct backoff_outcome bad = {.kind = BACKOFF_OUTCOME_FAILURE};
	struct backoff_step step, before;
	struct backoff_call *call;
	static struct scene s;

	scene_init(&s, PLAIN, act);
	cr_assert(backoff_call_new(s.retry, NULL, &call) == BACKOFF_OK);
	cr_expect(backoff_call_report(call, &good) == BACKOFF_E_STATE,
		  "before the first attempt");
	next(call, &step);
	cr_expect(step.action == BACKOFF_ACTION_ATTEMPT);
	before = step;
	cr_expect(backoff_call_next(call, &step) == BACKOFF_E_STATE,
		  "the attempt is under way");
	cr_expect(memcmp(&before, &step, sizeof(step)) == 0, "untouched");
	cr_expect(backoff_call_report(call, NULL) == BACKOFF_E_ARGUMENT);
	cr_expect(backoff_call_report(call, &bad) == BACKOFF_OK);
	cr_expect(backoff_call_report(call, &bad) == BACKOFF_E_STATE,
		  "reported twice");
	next(call, &step);
	cr_expect(step.action == BACKOFF_ACTION_WAIT);
	cr_expect(step.wait_until_ns == START_NS + S);
	cr_expect(backoff_call_report(call, &good) == BACKOFF_E_STATE,
		  "while it waits");
	backoff_clock_virtual_advance(s.clock, S);
	next(call, &step);
	cr_expect(step.action == BACKOFF_ACTION_ATTEMPT &&
		  step.attempt.number == 2);
	cr_expect(backoff_call_report(call, &good) == BACKOFF_OK);
	for (int i = 0; i < 2; i++) {
		next(call, &step);
		cr_expect(step.action == BACKOFF_ACTION_DONE &&
			  step.stop == BACKOFF_STOP_SUCCESS);
	}
	cr_expect(backoff_call_report(call, &good) == BACKOFF_E_STATE,
		  "after the end");
	cr_expect(backoff_call_cancel(call) == BACKOFF_E_STATE);
	cr_expect(s.lines == 2, "nothing of that was logged");
	backoff_call_free(call);
	cr_expect(s.lines == 2);
	backoff_call_free(NULL);
	scene_clear(&s);
}

Test(retry_step, arguments_are_checked)
{
	static const struct act act[] = {OK(0)};
	struct backoff_call_options options = {.size = sizeof(options),
					       .call_id = ""};
	struct backoff_call *call = NULL;
	static struct scene s;

	scene_init(&s, PLAIN, act);
	cr_expect(backoff_call_new(NULL, NULL, &call) == BACKOFF_E_ARGUMENT);
	cr_expect(backoff_call_new(s.retry, NULL, NULL) == BACKOFF_E_ARGUMENT);
	cr_expect(backoff_call_new(s.retry, &options, &call) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(call == NULL && s.lines == 0);
	scene_clear(&s);
}

/* The state of a call when it is cancelled. */
enum moment {
	BEFORE_FIRST,
	UNDER_WAY,
	WAITING,
	READY_AGAIN,
};

static struct backoff_call *
call_at(struct scene *s, enum moment moment,
	const struct backoff_call_options *options)
{
	struct backoff_outcome bad = {.kind = BACKOFF_OUTCOME_FAILURE,
				      .error = "reset"};
	struct backoff_step step;
	struct backoff_call *call;

	cr_assert(backoff_call_new(s->retry, options, &call) == BACKOFF_OK);
	if (moment == BEFORE_FIRST)
		return call;
	next(call, &step);
	backoff_clock_virtual_advance(s->clock, S / 4);
	if (moment == UNDER_WAY)
		return call;
	cr_assert(backoff_call_report(call, &bad) == BACKOFF_OK);
	next(call, &step);
	if (moment == READY_AGAIN)
		backoff_clock_virtual_advance(s->clock, 2 * S);
	return call;
}

static const struct {
	const char *why;
	enum moment moment;
	size_t lines;
	uint32_t attempts;
	enum backoff_outcome_kind kind;
	const char *duration;
} moment_row[] = {
	{"before the first attempt", BEFORE_FIRST, 1, 0,
	 BACKOFF_OUTCOME_CANCELLED, "\"duration_seconds\":0,"},
	{"during an attempt", UNDER_WAY, 1, 1, BACKOFF_OUTCOME_CANCELLED,
	 "\"duration_seconds\":0.25,"},
	{"during a wait", WAITING, 2, 1, BACKOFF_OUTCOME_FAILURE,
	 "\"duration_seconds\":0,"},
	{"after a wait", READY_AGAIN, 2, 1, BACKOFF_OUTCOME_FAILURE,
	 "\"duration_seconds\":0,"},
};

static void
check_end(const struct scene *s, size_t i, const char *reason)
{
	char attempts[64];

	cr_expect(s->lines == moment_row[i].lines, "%s: %zu lines",
		  moment_row[i].why, s->lines);
	cr_expect(s->type[s->lines - 1] == BACKOFF_EVENT_ABORTED, "%s",
		  moment_row[i].why);
	expect_in_line(s, s->lines - 1, reason);
	expect_in_line(s, s->lines - 1, "\"outcome\":\"cancelled\"");
	expect_in_line(s, s->lines - 1, moment_row[i].duration);
	snprintf(attempts, sizeof(attempts), "\"attempts\":%u,",
		 moment_row[i].attempts);
	expect_in_line(s, s->lines - 1, attempts);
}

static const struct act no_act[] = {OK(0)};

Test(retry_step, a_call_can_be_cancelled_at_any_time)
{
	for (size_t i = 0; i < COUNT(moment_row); i++) {
		static struct scene s;
		const struct backoff_answer *answer;
		struct backoff_outcome good = {.kind = BACKOFF_OUTCOME_SUCCESS};
		struct backoff_step step;
		struct backoff_call *call;

		scene_init(&s, PLAIN, no_act);
		call = call_at(&s, moment_row[i].moment, NULL);
		cr_expect(backoff_call_cancel(call) == BACKOFF_OK, "%s",
			  moment_row[i].why);
		cr_expect(backoff_call_cancel(call) == BACKOFF_E_STATE);
		cr_expect(backoff_call_report(call, &good) == BACKOFF_E_STATE,
			  "%s: too late", moment_row[i].why);
		next(call, &step);
		cr_expect(step.action == BACKOFF_ACTION_DONE &&
				  step.stop == BACKOFF_STOP_CANCELLED,
			  "%s", moment_row[i].why);
		answer = backoff_call_answer(call);
		cr_expect(answer->stop == BACKOFF_STOP_CANCELLED);
		cr_expect(answer->kind == moment_row[i].kind, "%s",
			  moment_row[i].why);
		cr_expect(answer->attempts == moment_row[i].attempts);
		cr_expect(answer->retries == 0);
		check_end(&s, i, "\"stop_reason\":\"cancelled\"");
		backoff_call_free(call);
		cr_expect(s.lines == moment_row[i].lines);
		scene_clear(&s);
	}
}

Test(retry_step, a_switch_ends_the_call_at_its_next_step)
{
	for (size_t i = 0; i < COUNT(moment_row); i++) {
		struct backoff_call_options options = {.size = sizeof(options)};
		static struct scene s;
		struct backoff_outcome bad = {.kind = BACKOFF_OUTCOME_FAILURE};
		struct backoff_cancel *cancel;
		struct backoff_step step;
		struct backoff_call *call;

		cr_assert(backoff_cancel_new(&cancel) == BACKOFF_OK);
		options.cancel = cancel;
		scene_init(&s, PLAIN, no_act);
		call = call_at(&s, moment_row[i].moment, &options);
		/* The call copies the options: their memory may be reused. */
		memset(&options, 0x55, sizeof(options));
		backoff_cancel_request(cancel);
		if (moment_row[i].moment == UNDER_WAY)
			cr_expect(backoff_call_report(call, &bad) == BACKOFF_OK,
				  "an attempt may still be reported");
		next(call, &step);
		cr_expect(step.action == BACKOFF_ACTION_DONE &&
				  step.stop == BACKOFF_STOP_CANCELLED,
			  "%s", moment_row[i].why);
		backoff_call_free(call);
		scene_clear(&s);
		backoff_cancel_free(cancel);
	}
}

Test(retry_step, freeing_a_call_in_flight_is_a_shutdown)
{
	for (size_t i = 0; i < COUNT(moment_row); i++) {
		static struct scene s;

		scene_init(&s, PLAIN, no_act);
		backoff_call_free(call_at(&s, moment_row[i].moment, NULL));
		check_end(&s, i, "\"stop_reason\":\"shutdown\"");
		scene_clear(&s);
	}
}

Test(retry_step, a_late_step_ends_at_the_deadline)
{
	struct backoff_step step;
	struct backoff_call *call;
	static struct scene s;

	scene_init(&s,
		   "{\"name\":\"R\",\"max_attempts\":4,\"jitter\":\"none\","
		   "\"deadline\":5}",
		   no_act);
	call = call_at(&s, WAITING, NULL);
	backoff_clock_virtual_advance(s.clock, 50 * S);
	next(call, &step);
	cr_expect(step.action == BACKOFF_ACTION_DONE);
	cr_expect(step.stop == BACKOFF_STOP_DEADLINE);
	cr_expect(backoff_call_answer(call)->attempts == 1);
	cr_expect(s.type[1] == BACKOFF_EVENT_EXHAUSTED);
	expect_in_line(&s, 1, "\"deadline_left_seconds\":0");
	backoff_call_free(call);
	scene_clear(&s);
}

Test(retry_step, a_call_id_is_available_at_any_time)
{
	struct backoff_call_options options = {.size = sizeof(options),
					       .call_id = "mine"};
	struct backoff_call *a, *b;
	char id[65], quoted[80];
	static struct scene s;

	scene_init(&s, PLAIN, no_act);
	cr_assert(backoff_call_new(s.retry, NULL, &a) == BACKOFF_OK);
	cr_assert(backoff_call_new(s.retry, &options, &b) == BACKOFF_OK);
	snprintf(id, sizeof(id), "%s", backoff_call_id(a));
	cr_expect(strlen(id) == 32);
	cr_expect(strcmp(backoff_call_id(a), id) == 0, "it stays the same");
	cr_expect(strcmp(backoff_call_id(b), "mine") == 0);
	backoff_call_free(a);
	snprintf(quoted, sizeof(quoted), "\"call_id\":\"%s\"", id);
	expect_in_line(&s, 0, quoted);
	backoff_call_free(b);
	expect_in_line(&s, 1, "\"call_id\":\"mine\"");
	scene_clear(&s);
}

/* Many calls of one operation at once. */
Test(retry_step, calls_do_not_disturb_each_other)
{
	enum { N = 8 };
	struct backoff_call *call[N];
	struct backoff_step step;
	static struct scene s;

	scene_init(&s, PLAIN, no_act);
	for (int i = 0; i < N; i++)
		cr_assert(backoff_call_new(s.retry, NULL, &call[i]) ==
			  BACKOFF_OK);
	for (uint32_t round = 1; round <= 3; round++) {
		for (int i = 0; i < N; i++) {
			struct backoff_outcome outcome = {
				.kind = i % 2 ? BACKOFF_OUTCOME_SUCCESS
					      : BACKOFF_OUTCOME_FAILURE};

			next(call[i], &step);
			if (i % 2 && round > 1) {
				cr_expect(step.action == BACKOFF_ACTION_DONE);
				continue;
			}
			cr_expect(step.action == BACKOFF_ACTION_ATTEMPT &&
				  step.attempt.number == round);
			cr_assert(backoff_call_report(call[i], &outcome) ==
				  BACKOFF_OK);
		}
		backoff_clock_virtual_advance(s.clock, 10 * S);
	}
	s.lines = 0;
	for (int i = 0; i < N; i++)
		backoff_call_free(call[i]);
	cr_expect(s.lines == N / 2, "each event has the number in flight");
	scene_clear(&s);
}

Test(retry_step, events_say_how_many_attempts_were_under_way)
{
	struct scene s;
	struct backoff_call *call[3];
	struct backoff_step step;
	const struct backoff_outcome done = {.kind = BACKOFF_OUTCOME_SUCCESS};

	scene_init(&s, "{\"name\":\"P\",\"max_attempts\":2}", NULL);
	for (int i = 0; i < 3; i++) {
		cr_assert(backoff_call_new(s.retry, NULL, &call[i]) ==
			  BACKOFF_OK);
		cr_assert(backoff_call_next(call[i], &step) == BACKOFF_OK);
	}
	cr_assert(backoff_call_report(call[2], &done) == BACKOFF_OK);
	cr_assert(backoff_call_report(call[0], &done) == BACKOFF_OK);
	expect_in_line(&s, 0, "\"in_flight\":3");
	expect_in_line(&s, 1, "\"in_flight\":1");
	/* One attempt is left, and one begins. */
	backoff_call_free(call[0]);
	cr_assert(backoff_call_new(s.retry, NULL, &call[0]) == BACKOFF_OK);
	cr_assert(backoff_call_next(call[0], &step) == BACKOFF_OK);
	cr_assert(backoff_call_report(call[0], &done) == BACKOFF_OK);
	expect_in_line(&s, 2, "\"in_flight\":2");
	for (int i = 0; i < 3; i++)
		backoff_call_free(call[i]);
	scene_clear(&s);
}

/* The lowest digit of each number comes first. */
static void
hex_of(const uint32_t *word, int count, char *out)
{
	for (int i = 0; i < 8 * count; i++)
		snprintf(&out[i], 2, "%x",
			 (unsigned)(word[i / 8] >> i % 8 * 4 & 15));
}

/* One half belongs to the retry object, the other is the call's number under a
 * one-to-one scramble (SplitMix64). */
Test(retry_step, a_call_id_is_128_bits_in_hex_digits)
{
	const uint32_t counter[4] = {0, 0, 0, BACKOFF_PURPOSE_CALL_ID};
	const uint32_t key[2] = {42, 0};
	struct scene s;
	uint32_t word[4];

	scene_init(&s, "{\"name\":\"P\",\"max_attempts\":2}", NULL);
	backoff_retry_set_on_event(s.retry, NULL, NULL);
	backoff_philox4x32(counter, key, word);
	for (uint64_t n = 0; n < 50; n++) {
		uint64_t x = n + ((uint64_t)word[3] << 32 | word[2]);
		struct backoff_call *call;
		char want[33];

		x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
		x ^= x >> 31;
		hex_of(word, 2, want);
		hex_of((const uint32_t[]){(uint32_t)x, (uint32_t)(x >> 32)}, 2,
		       want + 16);
		cr_assert(backoff_call_new(s.retry, NULL, &call) == BACKOFF_OK);
		cr_expect_str_eq(backoff_call_id(call), want);
		backoff_call_free(call);
	}
	scene_clear(&s);
}

Test(retry_step, a_step_says_how_long_to_wait_from_now)
{
	const struct backoff_outcome failure = {
		.kind = BACKOFF_OUTCOME_FAILURE};
	struct backoff_call *call;
	struct backoff_step step;
	static struct scene s;

	scene_init(&s, PLAIN, NULL);
	cr_assert(backoff_call_new(s.retry, NULL, &call) == BACKOFF_OK);
	next(call, &step);
	cr_expect(step.delay_ns == 0);
	cr_assert(backoff_call_report(call, &failure) == BACKOFF_OK);
	next(call, &step);
	cr_expect(step.action == BACKOFF_ACTION_WAIT && step.delay_ns == S);
	backoff_clock_virtual_advance(s.clock, S / 4);
	next(call, &step);
	cr_expect(step.action == BACKOFF_ACTION_WAIT &&
		  step.delay_ns == S - S / 4);
	backoff_clock_virtual_advance(s.clock, step.delay_ns);
	next(call, &step);
	cr_expect(step.action == BACKOFF_ACTION_ATTEMPT && step.delay_ns == 0);
	backoff_call_free(call);
	scene_clear(&s);
}
