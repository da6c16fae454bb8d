/* Tests of what one call may have of its own: target, attrs, user, sink. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <backoff/guard.h>
#include <backoff/sink.h>

#include "unit/retry/script.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

#define BUDGET                                                                 \
	"{\"name\":\"O\",\"max_attempts\":3,\"jitter\":\"none\",\"budget\":"   \
	"{\"kind\":\"token_bucket\",\"capacity\":20,\"retry_cost\":5}}"

static const struct act three[] = {FAIL(0, .result = (void *)1),
				   FAIL(0, .result = (void *)2),
				   FAIL(0, .result = (void *)3)};

/* What a sink of the call's own got. */
struct kept {
	size_t lines;
	char line[9][1024];
};

static void
keep_line(void *user, const struct backoff_event *event)
{
	struct kept *kept = user;
	size_t n;

	cr_assert(kept->lines < 9);
	n = backoff_event_encode(event, kept->line[kept->lines], 1023);
	cr_assert(n > 0);
	kept->line[kept->lines++][n] = '\0';
}

/* The ways to make a call. */
enum way { RUN, RUN_HEDGED, STEPS };

static enum backoff_status
make_call(struct scene *s, const struct backoff_call_options *options,
	  enum way way, struct backoff_answer *answer)
{
	struct backoff_call *call;
	struct backoff_step step;

	s->made = 0;
	if (way == RUN)
		return backoff_retry_run(s->retry, options, play, s, answer);
	if (way == RUN_HEDGED)
		return backoff_retry_run_hedged(s->retry, options, play, s,
						answer);
	cr_assert(backoff_call_new(s->retry, options, &call) == BACKOFF_OK);
	for (;;) {
		struct backoff_outcome outcome = {0};

		cr_assert(backoff_call_next(call, &step) == BACKOFF_OK);
		if (step.action == BACKOFF_ACTION_DONE)
			break;
		if (step.action == BACKOFF_ACTION_WAIT) {
			backoff_clock_virtual_advance(s->clock, step.delay_ns);
			continue;
		}
		play(s, &step.attempt, &outcome);
		cr_assert(backoff_call_report(call, &outcome) == BACKOFF_OK);
	}
	*answer = *backoff_call_answer(call);
	backoff_call_free(call);
	return BACKOFF_OK;
}

Test(retry_options, a_call_has_a_target_attrs_and_a_sink_of_its_own)
{
	for (enum way way = RUN; way <= STEPS; way++) {
		struct kept own = {0}, usual = {0};
		struct backoff_sink *sink, *usual_sink;
		struct backoff_answer answer;
		static struct scene s;
		struct backoff_call_options options = {
			.size = sizeof(options),
			.target = "cam-7",
			.attrs = "{\"camera_id\":7}"};

		scene_init(&s, BUDGET, three);
		cr_assert(backoff_sink_callback_new(keep_line, &own, &sink) ==
			  BACKOFF_OK);
		cr_assert(backoff_sink_callback_new(keep_line, &usual,
						    &usual_sink) == BACKOFF_OK);
		options.sink = sink;
		backoff_retry_set_sink(s.retry, usual_sink);
		cr_assert(backoff_retry_set_target(s.retry, "host") ==
			  BACKOFF_OK);
		cr_assert(backoff_retry_set_attrs(s.retry, "{\"a\":1}") ==
			  BACKOFF_OK);
		make_call(&s, &options, way, &answer);
		cr_expect(own.lines == 3 && usual.lines == 0, "%zu, %zu",
			  own.lines, usual.lines);
		for (size_t i = 0; i < own.lines; i++) {
			cr_expect(strstr(own.line[i], "\"target\":\"cam-7\"") !=
				  NULL);
			cr_expect(strstr(own.line[i], "\"id\":\"cam-7\"") !=
				  NULL);
			cr_expect(strstr(own.line[i],
					 "\"attrs\":{\"camera_id\":7}") != NULL,
				  "%s", own.line[i]);
		}
		expect_in_line(&s, 0, "\"target\":\"cam-7\"");
		/* The next call has none of it. */
		make_call(&s, NULL, way, &answer);
		cr_expect(own.lines == 3 && usual.lines == 3);
		cr_expect(strstr(usual.line[0], "\"target\":\"host\"") != NULL);
		cr_expect(strstr(usual.line[0], "\"attrs\":{\"a\":1}") != NULL);
		scene_clear(&s);
		backoff_sink_free(sink);
		backoff_sink_free(usual_sink);
	}
}

/* A sink of the call's own is enough to be logged. */
Test(retry_options, a_sink_of_the_call_alone_gets_its_events)
{
	struct kept own = {0};
	struct backoff_call_options options = {.size = sizeof(options)};
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s, "{\"name\":\"O\",\"max_attempts\":3}", three);
	backoff_retry_set_on_event(s.retry, NULL, NULL);
	cr_assert(backoff_sink_callback_new(keep_line, &own, &options.sink) ==
		  BACKOFF_OK);
	for (enum way way = RUN; way <= STEPS; way++)
		make_call(&s, &options, way, &answer);
	cr_expect(own.lines == 9, "%zu", own.lines);
	backoff_sink_free(options.sink);
	scene_clear(&s);
}

struct seen {
	unsigned classified, discarded, events;
};

static void
count_classified(void *user, struct backoff_outcome *outcome)
{
	(void)outcome;
	((struct seen *)user)->classified++;
}

static void
count_discarded(void *user, void *result)
{
	(void)result;
	((struct seen *)user)->discarded++;
}

static void
count_events(void *user, const struct backoff_event *event)
{
	(void)event;
	((struct seen *)user)->events++;
}

Test(retry_options, callbacks_get_the_calls_user)
{
	for (enum way way = RUN; way <= STEPS; way++) {
		struct seen usual = {0}, own = {0};
		struct backoff_call_options options = {.size = sizeof(options),
						       .user = &own};
		struct backoff_answer answer;
		static struct scene s;

		scene_init(&s, "{\"name\":\"O\",\"max_attempts\":3}", three);
		backoff_retry_set_classify(s.retry, count_classified, &usual);
		backoff_retry_set_discard(s.retry, count_discarded, &usual);
		backoff_retry_set_on_event(s.retry, count_events, &usual);
		make_call(&s, &options, way, &answer);
		cr_expect(own.classified == 3 && own.discarded == 2 &&
				  own.events == 0,
			  "%u %u %u", own.classified, own.discarded,
			  own.events);
		/* The observer of all calls has its own. */
		cr_expect(usual.classified == 0 && usual.discarded == 0 &&
			  usual.events == 3);
		make_call(&s, NULL, way, &answer);
		cr_expect(usual.classified == 3 && usual.discarded == 2 &&
			  usual.events == 6);
		scene_clear(&s);
	}
}

/* Each failing call spends two retries of 5 of 20 tokens. */
static uint32_t
attempts_to(struct scene *s, const char *target, enum way way)
{
	struct backoff_call_options options = {.size = sizeof(options),
					       .target = target};
	struct backoff_answer answer;

	s->lines = 0;
	s->discards = 0;
	make_call(s, target != NULL ? &options : NULL, way, &answer);
	return answer.attempts;
}

Test(retry_options, each_target_has_a_budget_of_its_own)
{
	for (enum way way = RUN; way <= STEPS; way++) {
		static struct scene s;

		scene_init(&s, BUDGET, three);
		cr_assert(backoff_retry_set_target(s.retry, "usual") ==
			  BACKOFF_OK);
		/* 20 tokens are four retries. */
		cr_expect(attempts_to(&s, "a", way) == 3);
		cr_expect(attempts_to(&s, "a", way) == 3);
		cr_expect(attempts_to(&s, "a", way) == 1);
		cr_expect(attempts_to(&s, "b", way) == 3, "b is untouched");
		cr_expect(attempts_to(&s, NULL, way) == 3);
		cr_expect(attempts_to(&s, "usual", way) == 3,
			  "the retry object's target is its own guard");
		cr_expect(attempts_to(&s, NULL, way) == 1);
		cr_expect(backoff_guard_tokens_milli(
				  backoff_retry_guard(s.retry), START_NS) == 0);
		scene_clear(&s);
	}
}

Test(retry_options, with_a_table_the_targets_guard_there_counts)
{
	for (enum way way = RUN; way <= STEPS; way++) {
		struct backoff_guards *guards;
		struct backoff_guard *guard;
		static struct scene s, other;

		scene_init(&s, BUDGET, three);
		scene_init(&other, BUDGET, three);
		cr_assert(backoff_guards_new(s.policy, 8, &guards) ==
			  BACKOFF_OK);
		cr_assert(backoff_retry_set_guards(s.retry, guards) ==
			  BACKOFF_OK);
		cr_assert(backoff_retry_set_guards(other.retry, guards) ==
			  BACKOFF_OK);
		cr_expect(attempts_to(&s, "a", way) == 3);
		cr_expect(attempts_to(&other, "a", way) == 3);
		guard = backoff_guards_take(guards, "a");
		cr_expect(backoff_guard_tokens_milli(guard, START_NS) == 0);
		backoff_guards_release(guards, guard);
		cr_expect(attempts_to(&s, "a", way) == 1);
		cr_expect(attempts_to(&s, NULL, way) == 3);
		scene_clear(&s);
		scene_clear(&other);
		backoff_guards_free(guards);
	}
}

/* More targets than a retry object has guards for: each call still works, and
 * what is held is given back. */
Test(retry_options, more_targets_than_guards)
{
	static struct scene s;

	scene_init(&s, BUDGET, three);
	for (unsigned i = 0; i < 3 * BACKOFF_RETRY_TARGETS; i++) {
		char target[16];

		snprintf(target, sizeof(target), "t%u", i);
		cr_expect(attempts_to(&s, target, i % 2 ? RUN : STEPS) == 3);
	}
	scene_clear(&s);
}

Test(retry_options, a_new_target_takes_another_guard)
{
	struct backoff_guards *guards;
	struct backoff_guard *guard;
	static struct scene s;

	scene_init(&s, BUDGET, three);
	cr_assert(backoff_guards_new(s.policy, 8, &guards) == BACKOFF_OK);
	cr_assert(backoff_retry_set_guards(s.retry, guards) == BACKOFF_OK);
	cr_assert(backoff_retry_set_target(s.retry, "late") == BACKOFF_OK);
	guard = backoff_guards_take(guards, "late");
	cr_expect(backoff_retry_guard(s.retry) == guard);
	backoff_guards_release(guards, guard);
	cr_expect(backoff_retry_set_target(s.retry, "b") == BACKOFF_OK);
	cr_expect(backoff_retry_guard(s.retry) != guard);
	cr_assert(backoff_retry_set_target(s.retry, NULL) == BACKOFF_OK);
	guard = backoff_guards_take(guards, "op");
	cr_expect(backoff_retry_guard(s.retry) == guard);
	backoff_guards_release(guards, guard);
	scene_clear(&s);
	backoff_guards_free(guards);
}

/* The options and their strings may be gone when a call by steps goes on. */
static __attribute__((noinline)) struct backoff_call *
begin_with_locals(struct backoff_retry *retry)
{
	char id[16], target[16], attrs[32], trace[16];
	struct backoff_call_options options = {.size = sizeof(options),
					       .call_id = id,
					       .target = target,
					       .attrs = attrs,
					       .trace_id = trace};
	struct backoff_call *call;

	snprintf(id, sizeof(id), "call-%d", 1);
	snprintf(target, sizeof(target), "host-%d", 2);
	snprintf(attrs, sizeof(attrs), "{\"n\":%d}", 3);
	snprintf(trace, sizeof(trace), "trace-%d", 4);
	cr_assert(backoff_call_new(retry, &options, &call) == BACKOFF_OK);
	memset(&options, '#', sizeof(options));
	memset(id, '#', sizeof(id));
	memset(target, '#', sizeof(target));
	memset(attrs, '#', sizeof(attrs));
	memset(trace, '#', sizeof(trace));
	return call;
}

static void
fail_and_expect(struct scene *s, struct backoff_call *call, size_t line)
{
	const struct backoff_outcome failure = {
		.kind = BACKOFF_OUTCOME_FAILURE};
	struct backoff_step step;

	cr_assert(backoff_call_next(call, &step) == BACKOFF_OK);
	if (step.action == BACKOFF_ACTION_WAIT) {
		backoff_clock_virtual_advance(s->clock, step.delay_ns);
		cr_assert(backoff_call_next(call, &step) == BACKOFF_OK);
	}
	cr_assert(backoff_call_report(call, &failure) == BACKOFF_OK);
	expect_in_line(s, line, "\"call_id\":\"call-1\"");
	expect_in_line(s, line, "\"target\":\"host-2\"");
	expect_in_line(s, line, "\"attrs\":{\"n\":3}");
}

Test(retry_options, a_call_by_steps_copies_strings_and_saves_them)
{
	struct backoff_call_options others = {.size = sizeof(others),
					      .target = "host-9"};
	struct backoff_call *call;
	static struct scene s, t;
	char text[4096];
	size_t length;

	scene_init(&s, BUDGET, three);
	scene_init(&t, BUDGET, three);
	call = begin_with_locals(s.retry);
	fail_and_expect(&s, call, 0);
	expect_in_line(&s, 0, "\"trace_id\":\"trace-4\"");
	length = backoff_call_save(call, text, sizeof(text));
	cr_assert(length > 0 && length < sizeof(text));
	backoff_call_free(call);
	cr_assert(backoff_call_restore(t.retry, NULL, text, length, 0, &call,
				       NULL) == BACKOFF_OK);
	fail_and_expect(&t, call, 0);
	backoff_call_free(call);
	cr_assert(backoff_call_restore(t.retry, &others, text, length, 0, &call,
				       NULL) == BACKOFF_OK);
	cr_assert(backoff_call_cancel(call) == BACKOFF_OK);
	expect_in_line(&t, t.lines - 1, "\"target\":\"host-9\"");
	expect_in_line(&t, t.lines - 1, "\"attrs\":{\"n\":3}");
	backoff_call_free(call);
	scene_clear(&s);
	scene_clear(&t);
}

Test(retry_options, wrong_options_are_refused)
{
	static char long_name[258], long_attrs[1100] = "{\"a\":\"";
	static struct scene s;
	struct backoff_answer answer;
	struct backoff_call *call;

	memset(long_name, 'x', 257);
	memset(long_attrs + 6, 'x', 1030);
	memcpy(long_attrs + 1036, "\"}", 3);
	scene_init(&s, BUDGET, three);
	for (int i = 0; i < 5; i++) {
		const struct backoff_call_options options = {
			.size = sizeof(options),
			.target = i == 0   ? long_name
				  : i == 1 ? ""
					   : NULL,
			.attrs = i == 2   ? long_attrs
				 : i == 3 ? "{\"a\":[]}"
				 : i == 4 ? "7"
					  : NULL};

		cr_expect(run(&s, &options, &answer) == BACKOFF_E_ARGUMENT);
		cr_expect(backoff_call_new(s.retry, &options, &call) ==
			  BACKOFF_E_ARGUMENT);
	}
	cr_expect(s.made == 0 && s.lines == 0);
	scene_clear(&s);
}

Test(retry_options, attrs_name_each_member_once)
{
	static const struct {
		const char *attrs;
		enum backoff_status status;
	} row[] = {
		{"{\"a\":1,\"b\":1,\"aa\":1,\"\":1}", BACKOFF_OK},
		{"{\"a\":1,\"b\":2,\"a\":1}", BACKOFF_E_ARGUMENT},
		{"{\"a\":1,\"\\u0061\":2}", BACKOFF_E_ARGUMENT},
		{"{\"\":1,\"\":2}", BACKOFF_E_ARGUMENT},
	};
	static const struct act act[] = {OK(0)};
	static struct scene s;

	scene_init(&s, "{\"name\":\"O\",\"max_attempts\":1}", act);
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct backoff_call_options options = {.size = sizeof(options),
						       .attrs = row[i].attrs};
		struct backoff_call *call = NULL;

		cr_expect(backoff_retry_set_attrs(s.retry, row[i].attrs) ==
				  row[i].status,
			  "%s", row[i].attrs);
		cr_expect(backoff_call_new(s.retry, &options, &call) ==
				  row[i].status,
			  "%s", row[i].attrs);
		backoff_call_free(call);
	}
	scene_clear(&s);
}
