/* Tests of src/retry with guards: events, answers, sharing by target. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <unistd.h>

#include "unit/guard/guarded.h"

#define BREAKER(probes)                                                        \
	AT_ONCE("1",                                                           \
		"\"breaker\":{\"window\":2,\"cooldown\":5,\"probes\":" probes  \
		"}")

/** A retry object in virtual time and the events it emitted. */
struct scene {
	struct backoff_policy *policy;
	struct backoff_clock *clock;
	struct backoff_retry *retry;
	/** Each event's type, breaker, budget and stop. */
	struct seen {
		enum backoff_event_type type;
		enum backoff_stop stop;
		char breaker[16], budget[128], law[32];
		uint64_t attempt, hint_ns, delay_ns;
		enum backoff_hint_action hint_action;
		enum backoff_delay_source source;
	} event[64];
	unsigned events;
};

static void
on_event(void *user, const struct backoff_event *event)
{
	struct scene *s = user;
	struct seen *seen = &s->event[s->events++ % COUNT(s->event)];

	*seen = (struct seen){.type = event->type,
			      .stop = event->stop,
			      .attempt = event->attempt,
			      .hint_ns = event->hint_ns,
			      .delay_ns = event->delay_ns,
			      .hint_action = event->hint_action,
			      .source = event->delay_source};
	snprintf(seen->breaker, sizeof(seen->breaker), "%s",
		 event->breaker != NULL ? event->breaker : "");
	snprintf(seen->budget, sizeof(seen->budget), "%s",
		 event->budget != NULL ? event->budget : "");
	snprintf(seen->law, sizeof(seen->law), "%s",
		 event->delay_law != NULL ? event->delay_law : "");
}

static void
set_up(struct scene *s, const char *text)
{
	*s = (struct scene){.policy = policy_of(text)};
	cr_assert(backoff_clock_virtual_new(1000 * S, 0, &s->clock) ==
		  BACKOFF_OK);
	cr_assert(backoff_retry_new(s->policy, "op", &s->retry) == BACKOFF_OK);
	backoff_retry_set_clock(s->retry, s->clock);
	backoff_retry_set_on_event(s->retry, on_event, s);
}

static void
tear_down(struct scene *s)
{
	backoff_retry_free(s->retry);
	backoff_clock_virtual_free(s->clock);
	backoff_policy_unref(s->policy);
}

/* Begin a call by steps; NULL if the breaker is open. */
static struct backoff_call *
begin(struct scene *s)
{
	struct backoff_call *call;
	struct backoff_step step;

	cr_assert(backoff_call_new(s->retry, NULL, &call) == BACKOFF_OK);
	cr_assert(backoff_call_next(call, &step) == BACKOFF_OK);
	if (step.action == BACKOFF_ACTION_ATTEMPT)
		return call;
	cr_expect(step.action == BACKOFF_ACTION_DONE);
	cr_expect(step.stop == BACKOFF_STOP_BREAKER_OPEN);
	cr_expect(backoff_call_answer(call)->attempts == 0);
	backoff_call_free(call);
	return NULL;
}

static void
end(struct backoff_call *call, enum backoff_outcome_kind kind)
{
	struct backoff_outcome outcome = {.kind = kind};

	cr_assert(call != NULL);
	cr_assert(backoff_call_report(call, &outcome) == BACKOFF_OK);
	backoff_call_free(call);
}

static unsigned
transitions(const struct scene *s, const char *to)
{
	unsigned count = 0;

	for (unsigned i = 0; i < s->events; i++)
		count += s->event[i].type == BACKOFF_EVENT_BREAKER_TRANSITION &&
			 strcmp(s->event[i].breaker, to) == 0;
	return count;
}

Test(guard_calls, each_transition_is_one_event)
{
	struct scene s;
	struct backoff_call *first, *second;

	set_up(&s, BREAKER("2"));
	end(begin(&s), BACKOFF_OUTCOME_FAILURE);
	end(begin(&s), BACKOFF_OUTCOME_FAILURE);
	cr_expect(transitions(&s, "open") == 1);
	cr_expect(begin(&s) == NULL);
	cr_expect(begin(&s) == NULL);
	backoff_clock_virtual_advance(s.clock, 5 * S);
	first = begin(&s);
	second = begin(&s);
	cr_expect(begin(&s) == NULL, "two concurrent probes");
	cr_expect(transitions(&s, "half_open") == 1);
	end(first, BACKOFF_OUTCOME_SUCCESS);
	cr_expect(transitions(&s, "closed") == 0);
	end(second, BACKOFF_OUTCOME_SUCCESS);
	cr_expect(transitions(&s, "closed") == 1);
	end(begin(&s), BACKOFF_OUTCOME_SUCCESS);
	cr_expect(transitions(&s, "open") == 1);
	cr_expect(transitions(&s, "half_open") == 1);
	cr_expect(transitions(&s, "closed") == 1);
	tear_down(&s);
}

Test(guard_calls, events_say_what_the_guard_held)
{
	struct scene s;

	set_up(&s,
	       AT_ONCE("9", "\"budget\":{\"kind\":\"token_bucket\","
			    "\"capacity\":10},\"breaker\":{\"window\":50}"));
	cr_assert(backoff_retry_set_target(s.retry, "db\"1") == BACKOFF_OK);
	{
		struct backoff_call *call = begin(&s);
		struct backoff_outcome outcome = {
			.kind = BACKOFF_OUTCOME_FAILURE};
		struct backoff_step step;

		for (int i = 0; i < 3; i++) {
			cr_assert(backoff_call_report(call, &outcome) ==
				  BACKOFF_OK);
			cr_assert(backoff_call_next(call, &step) == BACKOFF_OK);
		}
		cr_expect(step.stop == BACKOFF_STOP_BUDGET);
		backoff_call_free(call);
	}
	cr_assert(s.events == 3);
	cr_expect_str_eq(s.event[0].budget,
			 "{\"id\":\"db\\\"1\",\"tokens\":5,\"cost\":5}");
	cr_expect_str_eq(s.event[1].budget,
			 "{\"id\":\"db\\\"1\",\"tokens\":0,\"cost\":5}");
	cr_expect_str_eq(s.event[2].budget,
			 "{\"id\":\"db\\\"1\",\"tokens\":0,\"cost\":5}");
	cr_expect_str_eq(s.event[2].breaker, "closed");
	cr_expect(s.event[2].stop == BACKOFF_STOP_BUDGET);
	tear_down(&s);
}

/* A refused call makes no attempt, and uses no draw and no number. */
Test(guard_calls, an_open_breaker_draws_nothing)
{
	uint64_t delay_ns[2];

	for (int refused = 0; refused < 2; refused++) {
		struct scene s;
		struct backoff_call *call;

		set_up(&s, "{\"name\":\"G\",\"max_attempts\":2,\"breaker\":"
			   "{\"window\":2,\"cooldown\":5}}");
		/* Call ids are drawn when an event needs one. */
		backoff_retry_set_on_event(s.retry, NULL, NULL);
		backoff_retry_set_seed(s.retry, 7);
		for (int i = 0; i < 2; i++) {
			struct backoff_outcome outcome = {
				.kind = BACKOFF_OUTCOME_FAILURE};

			call = begin(&s);
			cr_assert(call != NULL);
			cr_assert(backoff_call_report(call, &outcome) ==
				  BACKOFF_OK);
			backoff_call_cancel(call);
			backoff_call_free(call);
		}
		for (int i = 0; i < 10 * refused; i++)
			cr_expect(begin(&s) == NULL);
		backoff_clock_virtual_advance(s.clock, 5 * S);
		backoff_retry_set_on_event(s.retry, on_event, &s);
		call = begin(&s);
		end(call, BACKOFF_OUTCOME_SUCCESS);
		s.events = 0;
		call = begin(&s);
		end(call, BACKOFF_OUTCOME_FAILURE);
		delay_ns[refused] = s.event[0].delay_ns;
		cr_expect(delay_ns[refused] != BACKOFF_ABSENT);
		tear_down(&s);
	}
	cr_expect(delay_ns[0] == delay_ns[1]);
}

/* All ways in which a probe may end without an outcome. */
Test(guard_calls, a_lost_probe_gives_its_place_back)
{
	for (int way = 0; way < 4; way++) {
		struct scene s;
		struct backoff_call *call;
		struct backoff_outcome outcome = {
			.kind = BACKOFF_OUTCOME_CANCELLED};

		set_up(&s, BREAKER("1"));
		end(begin(&s), BACKOFF_OUTCOME_FAILURE);
		end(begin(&s), BACKOFF_OUTCOME_FAILURE);
		backoff_clock_virtual_advance(s.clock, 5 * S);
		if (way == 0) {
			/* The breaker is not asked. */
			cr_assert(backoff_call_new(s.retry, NULL, &call) ==
				  BACKOFF_OK);
			cr_expect(begin(&s) == NULL);
		} else {
			call = begin(&s);
			cr_assert(call != NULL);
		}
		if (way == 1)
			cr_assert(backoff_call_report(call, &outcome) ==
				  BACKOFF_OK);
		else if (way == 2)
			backoff_call_cancel(call);
		backoff_call_free(call);
		call = begin(&s);
		cr_expect(call != NULL, "way %d", way);
		end(call, BACKOFF_OUTCOME_SUCCESS);
		cr_expect(backoff_guard_breaker(backoff_retry_guard(s.retry),
						2000 * S) ==
			  BACKOFF_BREAKER_CLOSED);
		tear_down(&s);
	}
}

/* A call that began long ago asks the breaker again. */
Test(guard_calls, a_call_that_began_before_the_breaker_opened)
{
	struct scene s;
	struct backoff_call *call;
	struct backoff_step step;

	set_up(&s, BREAKER("1"));
	cr_assert(backoff_call_new(s.retry, NULL, &call) == BACKOFF_OK);
	end(begin(&s), BACKOFF_OUTCOME_FAILURE);
	end(begin(&s), BACKOFF_OUTCOME_FAILURE);
	cr_assert(backoff_call_next(call, &step) == BACKOFF_OK);
	cr_expect(step.action == BACKOFF_ACTION_DONE);
	cr_expect(step.stop == BACKOFF_STOP_BREAKER_OPEN);
	cr_expect(backoff_call_answer(call)->attempts == 0);
	backoff_call_free(call);
	tear_down(&s);
}

Test(guard_calls, hints_are_in_the_event)
{
	static const struct {
		const char *why, *fields;
		uint64_t hint_ns, want_hint_ns, delay_ns;
		enum backoff_hint_action action;
		enum backoff_delay_source source;
		const char *law;
	} row[] = {
		{"none", "", BACKOFF_ABSENT, BACKOFF_ABSENT, S,
		 BACKOFF_HINT_ACTION_NONE, BACKOFF_DELAY_SOURCE_BACKOFF,
		 "none"},
		{"honoured", "", 5 * S, 5 * S, 5 * S,
		 BACKOFF_HINT_ACTION_HONOURED, BACKOFF_DELAY_SOURCE_HINT,
		 "none"},
		{"clamped",
		 ",\"server_hint\":{\"max\":4,\"too_long\":\"clamp\"}", 5 * S,
		 5 * S, 4 * S, BACKOFF_HINT_ACTION_CLAMPED,
		 BACKOFF_DELAY_SOURCE_HINT, "none"},
		{"ignored", "", 0, 0, S, BACKOFF_HINT_ACTION_IGNORED,
		 BACKOFF_DELAY_SOURCE_BACKOFF, "none"},
		{"zero", ",\"server_hint\":{\"combine\":\"replace\"}", 0, 0, 0,
		 BACKOFF_HINT_ACTION_HONOURED, BACKOFF_DELAY_SOURCE_HINT,
		 "none"},
		{"gave up", "", 61 * S, 61 * S, BACKOFF_ABSENT,
		 BACKOFF_HINT_ACTION_GAVE_UP, BACKOFF_DELAY_SOURCE_NONE, ""},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct scene s;
		char text[256];
		struct backoff_call *call;
		struct backoff_outcome outcome = {
			.kind = BACKOFF_OUTCOME_FAILURE};

		snprintf(text, sizeof(text),
			 "{\"name\":\"H\",\"max_attempts\":3,"
			 "\"jitter\":\"none\"%s}",
			 row[i].fields);
		if (row[i].hint_ns != BACKOFF_ABSENT)
			outcome.hint = (struct backoff_hint){
				.kind = BACKOFF_HINT_DELAY,
				.delay_ns = row[i].hint_ns};
		set_up(&s, text);
		call = begin(&s);
		cr_assert(backoff_call_report(call, &outcome) == BACKOFF_OK);
		cr_expect(s.event[0].hint_ns == row[i].want_hint_ns, "%s",
			  row[i].why);
		cr_expect(s.event[0].hint_action == row[i].action, "%s",
			  row[i].why);
		cr_expect(s.event[0].delay_ns == row[i].delay_ns, "%s",
			  row[i].why);
		cr_expect(s.event[0].source == row[i].source, "%s", row[i].why);
		cr_expect_str_eq(s.event[0].law, row[i].law);
		backoff_call_free(call);
		tear_down(&s);
	}
}

static void
fail(void *user, const struct backoff_attempt *attempt,
     struct backoff_outcome *outcome)
{
	(void)user;
	(void)attempt;
	backoff_outcome_from_http(outcome, 503);
}

/* Guards of another policy have other rules than the calls. */
Test(guard_calls, guards_of_another_policy_are_refused)
{
	struct backoff_policy *policy =
		policy_of(AT_ONCE("4", "\"budget\":{\"kind\":\"ratio\"}"));
	struct backoff_policy *same =
		policy_of(AT_ONCE("4", "\"budget\":{\"kind\":\"ratio\"}"));
	struct backoff_policy *other = policy_of("{\"name\":\"P\","
						 "\"max_attempts\":4}");
	struct backoff_guards *table;
	struct backoff_retry *retry;

	cr_assert(backoff_guards_new(policy, 10, &table) == BACKOFF_OK);
	cr_assert(backoff_retry_new(other, "op", &retry) == BACKOFF_OK);
	cr_expect(backoff_retry_set_guards(retry, table) == BACKOFF_E_ARGUMENT);
	cr_expect(backoff_retry_guard(retry) == NULL, "unchanged");
	backoff_retry_free(retry);
	cr_assert(backoff_retry_new(same, "op", &retry) == BACKOFF_OK);
	cr_expect(backoff_retry_set_guards(retry, table) == BACKOFF_OK,
		  "read twice, it is the same");
	backoff_retry_free(retry);
	backoff_guards_free(table);
	backoff_policy_unref(policy);
	backoff_policy_unref(same);
	backoff_policy_unref(other);
}

/* Retry objects of one target share; others do not. */
Test(guard_calls, targets_share_what_a_table_gives_them)
{
	struct backoff_policy *policy =
		policy_of(AT_ONCE("4", "\"budget\":{\"kind\":\"token_bucket\","
				       "\"capacity\":30}"));
	struct backoff_guards *table;
	struct backoff_retry *retry[3];
	struct backoff_answer answer;
	static const char *const target[] = {"db", "db", NULL};

	cr_assert(backoff_guards_new(policy, 10, &table) == BACKOFF_OK);
	for (int i = 0; i < 3; i++) {
		cr_assert(backoff_retry_new(policy, "op", &retry[i]) ==
			  BACKOFF_OK);
		cr_expect(backoff_retry_guard(retry[i]) != NULL, "its own");
		cr_assert(backoff_retry_set_target(retry[i], target[i]) ==
			  BACKOFF_OK);
		cr_assert(backoff_retry_set_guards(retry[i], table) ==
			  BACKOFF_OK);
		/* Setting it twice is harmless. */
		cr_assert(backoff_retry_set_guards(retry[i], table) ==
			  BACKOFF_OK);
	}
	cr_expect(backoff_retry_guard(retry[0]) ==
		  backoff_retry_guard(retry[1]));
	cr_expect(backoff_retry_guard(retry[0]) !=
		  backoff_retry_guard(retry[2]));
	backoff_retry_run(retry[0], NULL, fail, NULL, &answer);
	cr_expect(answer.attempts == 4);
	cr_expect(backoff_guard_tokens_milli(backoff_retry_guard(retry[1]),
					     0) == 15000);
	cr_expect(backoff_guard_tokens_milli(backoff_retry_guard(retry[2]),
					     0) == 30000);
	for (int i = 0; i < 3; i++)
		backoff_retry_free(retry[i]);
	backoff_guards_free(table);
	backoff_policy_unref(policy);
}

/* The ring has a copy after the call's memory is gone. */
Test(guard_calls, the_ring_keeps_budget_and_breaker)
{
	struct backoff_policy *policy =
		policy_of(AT_ONCE("3", "\"budget\":{\"kind\":\"throttle\"},"
				       "\"breaker\":{\"window\":3}"));
	struct backoff_retry *retry;
	struct backoff_sink *fd, *ring;
	struct backoff_answer answer;
	char text[8192];
	FILE *file = tmpfile();
	size_t length;

	cr_assert(file != NULL);
	cr_assert(backoff_sink_fd_new(fileno(file), 0, &fd) == BACKOFF_OK);
	cr_assert(backoff_sink_ring_new(fd, 64, &ring) == BACKOFF_OK);
	cr_assert(backoff_retry_new(policy, "op", &retry) == BACKOFF_OK);
	backoff_retry_set_sink(retry, ring);
	backoff_retry_run(retry, NULL, fail, NULL, &answer);
	backoff_sink_flush(ring);
	length = (size_t)pread(fileno(file), text, sizeof(text) - 1, 0);
	text[length < sizeof(text) ? length : 0] = '\0';
	cr_expect(strstr(text, "\"budget\":{\"id\":\"op\",\"tokens\":9}"));
	cr_expect(strstr(text, "\"budget\":{\"id\":\"op\",\"tokens\":7}"));
	cr_expect(strstr(text, "\"event_type\":\"breaker_transition\""));
	cr_expect(strstr(text, "\"breaker\":\"open\""));
	backoff_retry_free(retry);
	backoff_sink_free(ring);
	fclose(file);
	backoff_policy_unref(policy);
}
