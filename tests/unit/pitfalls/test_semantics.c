/* Pitfalls 31 to 37 of retry libraries: the meaning of a retry. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/pitfalls/pitfalls.h"

/* A call inside an attempt of another call. */
struct nested {
	struct scene outer, inner;
	uint32_t inner_made;
};

static void
call_inside(void *user, const struct backoff_attempt *attempt,
	    struct backoff_outcome *outcome)
{
	struct backoff_call_options options = {.size = sizeof(options),
					       .parent_call_id = "outer-1"};
	struct nested *n = user;
	struct backoff_answer answer;

	(void)attempt;
	n->inner.made = 0;
	run(&n->inner, &options, &answer);
	n->inner_made += n->inner.made;
	*outcome = (struct backoff_outcome){.kind = BACKOFF_OUTCOME_FAILURE,
					    .error = "inside"};
}

/* Three layers with four attempts each make 64 requests, and no log shows why.
 * Here the inner call names the outer one. */
Test(pitfalls_semantics, p31_a_nested_call_names_its_parent)
{
	static const struct act act[] = {FAILURE, FAILURE, FAILURE, FAILURE};
	struct backoff_call_options options = {.size = sizeof(options),
					       .call_id = "outer-1"};
	struct backoff_answer answer;
	static struct nested n;

	scene_init(&n.outer, RULES("3", "\"jitter\":\"none\""), NULL);
	scene_init(&n.inner, RULES("4", "\"jitter\":\"none\""), act);
	backoff_retry_set_clock(n.inner.retry, n.outer.clock);
	cr_expect(backoff_retry_run(n.outer.retry, &options, call_inside, &n,
				    &answer) == BACKOFF_E_FAILED);
	cr_expect(n.inner_made == 12 && n.inner.lines == 12);
	for (size_t i = 0; i < n.inner.lines; i++)
		expect_in_line(&n.inner, i, "\"parent_call_id\":\"outer-1\"");
	for (size_t i = 0; i < n.outer.lines; i++)
		expect_in_line(&n.outer, i, "\"call_id\":\"outer-1\"");
	/* The number that a header carries ("grpc-previous-rpc-attempts"). */
	cr_expect(n.inner.attempt[3].number == 4);
	scene_clear(&n.inner);
	scene_clear(&n.outer);
}

/* The inner service reads the header that the outer attempt sends, and passes
 * the number to its call. */
static void
call_behind_a_header(void *user, const struct backoff_attempt *attempt,
		     struct backoff_outcome *outcome)
{
	struct backoff_call_options options = {.size = sizeof(options)};
	struct nested *n = user;
	struct backoff_answer answer;
	char header[32];

	cr_assert(backoff_attempt_header(attempt, header, sizeof(header)) <
		  sizeof(header));
	cr_assert(backoff_attempt_header_parse("amz-sdk-request", header,
					       &options.inbound_attempt) ==
		  BACKOFF_OK);
	cr_expect(options.inbound_attempt == attempt->number, "%s", header);
	n->inner.made = 0;
	run(&n->inner, &options, &answer);
	n->inner_made += n->inner.made;
	cr_expect(n->inner.made == (attempt->number == 1 ? 4 : 1));
	cr_expect(answer.stop == BACKOFF_STOP_MAX_ATTEMPTS);
	cr_expect_str_eq(answer.error, "reset", "the error is the attempt's");
	*outcome = (struct backoff_outcome){.kind = BACKOFF_OUTCOME_FAILURE,
					    .error = "inside"};
}

/* Retrying at one layer: with the header and the policy's rule, 3 x 4 requests
 * become 4 + 1 + 1. */
Test(pitfalls_semantics, p31_a_request_that_is_a_retry_is_tried_once)
{
	static const struct act act[] = {FAILURE, FAILURE, FAILURE, FAILURE};
	struct backoff_answer answer;
	static struct nested n;

	scene_init(&n.outer, RULES("3", "\"jitter\":\"none\""), NULL);
	scene_init(&n.inner,
		   RULES("4", "\"jitter\":\"none\","
			      "\"retry_inbound_retries\":false"),
		   act);
	backoff_retry_set_clock(n.inner.retry, n.outer.clock);
	cr_expect(backoff_retry_run(n.outer.retry, NULL, call_behind_a_header,
				    &n, &answer) == BACKOFF_E_FAILED);
	cr_expect(n.inner_made == 6 && n.inner.lines == 6);
	/* The line says that one attempt was the limit. */
	expect_in_line(&n.inner, 3, "\"attempt\":4,\"max_attempts\":4,");
	expect_in_line(&n.inner, 4, "\"attempt\":1,\"max_attempts\":1,");
	expect_in_line(&n.inner, 4, "\"stop_reason\":\"max_attempts\"");
	cr_expect(n.inner.type[4] == BACKOFF_EVENT_EXHAUSTED);
	scene_clear(&n.inner);
	scene_clear(&n.outer);
}

/* urllib3 distinguishes connect from read errors; most libraries repeat a
 * payment that was made, or half a stream. */
Test(pitfalls_semantics, p32_what_may_have_arrived_is_not_repeated)
{
	static const struct {
		const char *why;
		int not_sent, not_replayable, idempotent;
		enum backoff_stop stop;
	} row[] = {
		{"no connection: it cannot have arrived", 1, 0, 0,
		 BACKOFF_STOP_SUCCESS},
		{"it was sent, and nobody knows", 0, 0, 0,
		 BACKOFF_STOP_NOT_IDEMPOTENT},
		{"it was sent, and may come twice", 0, 0, 1,
		 BACKOFF_STOP_SUCCESS},
		{"the stream was read", 0, 1, 1, BACKOFF_STOP_NOT_REPLAYABLE},
		{"the stream was read, though nothing was sent", 1, 1, 1,
		 BACKOFF_STOP_NOT_REPLAYABLE},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_call_options options = {
			.size = sizeof(options),
			.idempotent = (uint32_t)row[i].idempotent};
		struct act act[] = {FAILURE, OK(0)};
		struct backoff_answer answer;
		static struct scene s;

		backoff_outcome_set_sending(&act[0].outcome, row[i].not_sent,
					    row[i].not_replayable);
		scene_init(&s, RULES("3", "\"idempotent_only\":true"), act);
		run(&s, &options, &answer);
		cr_expect(answer.stop == row[i].stop, "%s: %s", row[i].why,
			  backoff_stop_name(answer.stop));
		cr_expect(s.made ==
			  (row[i].stop == BACKOFF_STOP_SUCCESS ? 2 : 1));
		scene_clear(&s);
	}
}

static void
look_into_the_answer(void *user, struct backoff_outcome *outcome)
{
	(void)user;
	if (outcome->result != NULL &&
	    strstr(outcome->result, "error") != NULL) {
		outcome->kind = BACKOFF_OUTCOME_FAILURE;
		outcome->error = outcome->result;
	}
}

/* A clock that expects all earlier results to be freed before it sleeps. */
static enum backoff_status
sleep_empty_handed(void *user, uint64_t when_ns,
		   const struct backoff_cancel *cancel)
{
	struct scene *s = user;

	cr_expect(s->discards == s->made, "%zu of %u freed", s->discards,
		  s->made);
	return s->clock->sleep_until(s->clock->user, when_ns, cancel);
}

static uint64_t
scene_now(void *user)
{
	struct scene *s = user;

	return s->clock->now_ns(s->clock->user);
}

static uint64_t
scene_wall(void *user)
{
	struct scene *s = user;

	return s->clock->wall_ns(s->clock->user);
}

/* Libraries that see only error codes take an error inside a 200 for a success;
 * Polly and resilience4j had to add a way to close rejected responses. */
Test(pitfalls_semantics, p33_an_error_inside_a_200_is_retried_and_freed)
{
	static char bad[] = "{\"error\":1}", good[] = "{}";
	static const struct act act[] = {
		{0, {.kind = BACKOFF_OUTCOME_SUCCESS, .result = bad}},
		{0, {.kind = BACKOFF_OUTCOME_SUCCESS, .result = bad}},
		{0, {.kind = BACKOFF_OUTCOME_SUCCESS, .result = good}}};
	static struct scene s;
	const struct backoff_clock clock = {sizeof(clock), scene_now,
					    scene_wall, sleep_empty_handed, &s};
	struct backoff_answer answer;

	scene_init(&s, RULES("3", "\"jitter\":\"none\""), act);
	backoff_retry_set_clock(s.retry, &clock);
	backoff_retry_set_classify(s.retry, look_into_the_answer, NULL);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_OK);
	cr_expect(s.made == 3 && s.discards == 2);
	cr_expect(s.discarded[0] == bad && answer.result == good);
	/* The caller owns the last result, rejected or not. */
	s.made = 0;
	s.discards = 0;
	s.act = (const struct act[]){act[0], act[0], act[0]};
	cr_expect(run(&s, NULL, &answer) == BACKOFF_E_FAILED);
	cr_expect(s.discards == 2 && answer.result == bad);
	scene_clear(&s);
}

/* With only a list of what to retry, a new error is not retried; libraries that
 * catch everything retry a cancellation. */
Test(pitfalls_semantics, p34_deny_wins_and_cancellation_is_final)
{
	static const struct {
		const char *rules;
		struct backoff_outcome outcome;
		enum backoff_stop stop;
	} row[] = {
		{"\"retry_on\":[\"http:4xx\"],\"abort_on\":[\"http:410\"]",
		 {.kind = BACKOFF_OUTCOME_FAILURE, .code = "http:410"},
		 BACKOFF_STOP_NON_RETRYABLE},
		{"\"retry_on\":[\"http:4xx\"],\"abort_on\":[\"http:410\"]",
		 {.kind = BACKOFF_OUTCOME_FAILURE, .code = "http:429"},
		 BACKOFF_STOP_SUCCESS},
		{"\"retry_on\":[\"http:4xx\"]",
		 {.kind = BACKOFF_OUTCOME_FAILURE, .code = "http:503"},
		 BACKOFF_STOP_NON_RETRYABLE},
		{"\"retry_on\":[\"*\"]",
		 {.kind = BACKOFF_OUTCOME_CANCELLED},
		 BACKOFF_STOP_CANCELLED},
		{"\"retry_on\":[]",
		 {.kind = BACKOFF_OUTCOME_FAILURE},
		 BACKOFF_STOP_NON_RETRYABLE},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct act act[] = {{0, row[i].outcome}, OK(0)};
		struct backoff_answer answer;
		static struct scene s;
		char policy[256];

		snprintf(policy, sizeof(policy), RULES("3", "%s"),
			 row[i].rules);
		scene_init(&s, policy, act);
		run(&s, NULL, &answer);
		cr_expect(answer.stop == row[i].stop, "%s: %s", row[i].rules,
			  backoff_stop_name(answer.stop));
		scene_clear(&s);
	}
}

/* Libraries that match message text retry whatever contains "timeout", with a
 * pattern that may take forever on a peer's text. */
Test(pitfalls_semantics, p35_text_is_matched_only_where_the_policy_asks,
     .timeout = 60)
{
	static char text[1025];
	struct backoff_outcome outcome = {.kind = BACKOFF_OUTCOME_FAILURE,
					  .error = "ConnectionError http:503"};
	struct backoff_policy *types =
		policy_of(RULES("3", "\"retry_on\":[\"ConnectionError\","
				     "\"http:503\",\"transient\"]"));
	struct backoff_policy *asks =
		policy_of(RULES("3", "\"retry_on\":[{\"message_regex\":"
				     "\"connection(error|reset)\"}]"));
	struct backoff_policy *hostile =
		policy_of(RULES("3", "\"retry_on\":[{\"message_regex\":"
				     "\"(a*)*(a|aa)*(a*a*)*b\"}]"));
	char long_one[512];

	cr_expect(!backoff_engine_retryable(types, &outcome));
	cr_expect(backoff_engine_retryable(asks, &outcome));
	/* A backtracking matcher would not end here. */
	memset(text, 'a', sizeof(text) - 1);
	outcome.error = text;
	cr_expect(!backoff_engine_retryable(hostile, &outcome));
	snprintf(long_one, sizeof(long_one),
		 RULES("3", "\"retry_on\":[{\"message_regex\":\"%0257d\"}]"),
		 0);
	expect_refused(long_one, "retry_on[0].message_regex");
	backoff_policy_unref(hostile);
	backoff_policy_unref(asks);
	backoff_policy_unref(types);
}

/* gRPC resets a connection's backoff after it was connected. Here each connect
 * is a call, with its own curve. */
Test(pitfalls_semantics, p36_after_a_success_the_curve_is_reset)
{
	static const struct act act[] = {FAILURE, FAILURE, FAILURE, FAILURE,
					 OK(0),   FAILURE, OK(0)};
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s, RULES("9", "\"jitter\":\"none\""), act);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_OK);
	cr_expect(answer.backoff_ns == 15 * S);
	/* The connection lasts for an hour. */
	backoff_clock_virtual_advance(s.clock, 3600 * S);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_OK);
	cr_expect(answer.backoff_ns == S, "not the sixteen after four");
	cr_expect(answer.attempts == 2);
	scene_clear(&s);
}

/* If the connection is the attempt, no success ends the call. kubelet resets
 * its backoff after ten minutes of running. */
Test(pitfalls_semantics, p36_a_long_attempt_within_a_call_resets_it)
{
	static const struct act act[] = {
		FAILURE,
		FAILURE,
		FAIL(600 * S, .error = "peer went away"),
		FAILURE,
		FAIL(599 * S, .error = "not long enough"),
		FAILURE};
	static const uint64_t wait_ns[] = {1, 2, 1, 2, 4};
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s,
		   RULES("4", "\"jitter\":\"none\",\"reset_after\":\"10m\""),
		   act);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_E_FAILED);
	cr_expect(answer.stop == BACKOFF_STOP_MAX_ATTEMPTS);
	cr_expect(s.made == 6, "two before, four from the healthy one on");
	for (size_t i = 0; i < COUNT(wait_ns); i++)
		cr_expect(s.attempt[i + 1].start_ns - s.attempt[i].start_ns ==
				  act[i].takes_ns + wait_ns[i] * S,
			  "wait %zu", i + 1);
	scene_clear(&s);
}

/* In an outage, lines for start, end, wait and summary hide the reason. */
Test(pitfalls_semantics, p37_one_line_for_an_attempt_and_no_more)
{
	static const struct act act[] = {OK(0), FAILURE, FAILURE, FAILURE};
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s, RULES("3", "\"jitter\":\"none\""), act);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_OK);
	cr_expect(s.lines == 1 && s.type[0] == BACKOFF_EVENT_SUCCESS);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_E_FAILED);
	cr_expect(s.lines == 4, "%zu", s.lines);
	cr_expect(s.type[1] == BACKOFF_EVENT_ATTEMPT);
	cr_expect(s.type[2] == BACKOFF_EVENT_ATTEMPT);
	cr_expect(s.type[3] == BACKOFF_EVENT_EXHAUSTED);
	/* The last line alone describes the whole call. */
	expect_in_line(&s, 3, "\"stop_reason\":\"max_attempts\"");
	expect_in_line(&s, 3, "\"attempts\":3,\"retries\":2");
	scene_clear(&s);
}

struct cut {
	unsigned lines;
	uint64_t dropped;
};

static void
count_cut(void *user, const struct backoff_event *event)
{
	struct cut *cut = user;

	if (event->type == BACKOFF_EVENT_DROPPED)
		cut->dropped += event->dropped;
	else
		cut->lines++;
}

static void
fail_often(struct scene *s, unsigned calls)
{
	struct backoff_answer answer;

	while (calls-- > 0) {
		s->made = 0;
		cr_expect(run(s, NULL, &answer) == BACKOFF_E_FAILED);
	}
}

/* An operation that always fails does not fill the disk: the log says how many
 * lines it omits, and a sink that counts events sees all of them. */
Test(pitfalls_semantics, p37_a_storm_of_one_operation_is_cut_and_counted)
{
	static const struct act act[] = {FAILURE, FAILURE, FAILURE};
	struct cut log = {0}, all = {0};
	struct backoff_sink *target, *limit;
	static struct scene s;

	scene_init(&s,
		   RULES("3", "\"base_delay\":0,\"max_delay\":0,"
			      "\"jitter\":\"none\""),
		   act);
	cr_assert(backoff_sink_callback_new(count_cut, &log, &target) ==
		  BACKOFF_OK);
	cr_assert(backoff_sink_limit_new(target, 1, 4, &limit) == BACKOFF_OK);
	backoff_retry_set_sink(s.retry, limit);
	backoff_retry_set_on_event(s.retry, count_cut, &all);
	fail_often(&s, 1000);
	cr_expect(log.lines == 4 && log.dropped == 0, "%u", log.lines);
	backoff_clock_virtual_advance(s.clock, 10 * S);
	fail_often(&s, 1);
	cr_expect(log.lines == 7 && log.dropped == 2996, "%u", log.lines);
	cr_expect(all.lines == 3003);
	backoff_retry_set_sink(s.retry, NULL);
	backoff_sink_free(limit);
	scene_clear(&s);
}
