/* Tests of src/retry/run: the blocking loop, on a virtual clock. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/retry/script.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* Delays of 1, 2, 4 s. */
#define PLAIN                                                                  \
	"{\"name\":\"R\",\"max_attempts\":4,\"jitter\":\"none\","              \
	"\"abort_on\":[\"http:410\"]}"
#define LIMITED                                                                \
	"{\"name\":\"R\",\"max_attempts\":4,\"jitter\":\"none\","              \
	"\"deadline\":6,\"attempt_timeout\":[2,1]}"

#define RESET                                                                  \
	.failure_class = BACKOFF_CLASS_TRANSIENT,                              \
	.error_type = "ConnectionError", .code = "errno:ECONNRESET",           \
	.error = "reset"

struct ending {
	const char *why, *policy;
	struct act act[5];
	enum backoff_status status;
	enum backoff_stop stop;
	uint32_t attempts;
	uint64_t elapsed_ns, backoff_ns;
	enum backoff_event_type last;
};

static const struct ending endings[] = {
	{"success at once",
	 PLAIN,
	 {OK(S)},
	 BACKOFF_OK,
	 BACKOFF_STOP_SUCCESS,
	 1,
	 S,
	 0,
	 BACKOFF_EVENT_SUCCESS},
	{"success after two failures",
	 PLAIN,
	 {FAIL(S, RESET), FAIL(0, RESET), OK(S / 2)},
	 BACKOFF_OK,
	 BACKOFF_STOP_SUCCESS,
	 3,
	 4 * S + S / 2,
	 3 * S,
	 BACKOFF_EVENT_SUCCESS},
	{"all attempts fail",
	 PLAIN,
	 {FAIL(S, RESET), FAIL(S, RESET), FAIL(S, RESET), FAIL(S, RESET)},
	 BACKOFF_E_FAILED,
	 BACKOFF_STOP_MAX_ATTEMPTS,
	 4,
	 11 * S,
	 7 * S,
	 BACKOFF_EVENT_EXHAUSTED},
	{"a failure that is not retried",
	 PLAIN,
	 {FAIL(S, RESET), FAIL(S, .code = "http:410")},
	 BACKOFF_E_FAILED,
	 BACKOFF_STOP_NON_RETRYABLE,
	 2,
	 3 * S,
	 S,
	 BACKOFF_EVENT_ABORTED},
	{"an attempt reports that it was cancelled",
	 PLAIN,
	 {{S, {.kind = BACKOFF_OUTCOME_CANCELLED}}},
	 BACKOFF_E_CANCELLED,
	 BACKOFF_STOP_CANCELLED,
	 1,
	 S,
	 0,
	 BACKOFF_EVENT_ABORTED},
	{"an attempt outlasts the deadline",
	 LIMITED,
	 {FAIL(6 * S, RESET)},
	 BACKOFF_E_FAILED,
	 BACKOFF_STOP_DEADLINE,
	 1,
	 6 * S,
	 0,
	 BACKOFF_EVENT_EXHAUSTED},
	{"a success that outlasts the deadline",
	 LIMITED,
	 {OK(60 * S)},
	 BACKOFF_OK,
	 BACKOFF_STOP_SUCCESS,
	 1,
	 60 * S,
	 0,
	 BACKOFF_EVENT_SUCCESS},
	{"a delay that would reach the deadline",
	 LIMITED,
	 {FAIL(S, RESET), FAIL(2 * S, RESET)},
	 BACKOFF_E_FAILED,
	 BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE,
	 2,
	 4 * S,
	 S,
	 BACKOFF_EVENT_EXHAUSTED},
};

Test(retry_run, calls_end_with_their_reason)
{
	for (size_t i = 0; i < COUNT(endings); i++) {
		const struct ending *e = &endings[i];
		static struct scene s;
		struct backoff_answer answer;
		char reason[64];

		scene_init(&s, e->policy, e->act);
		cr_expect(run(&s, NULL, &answer) == e->status, "%s", e->why);
		cr_expect(answer.stop == e->stop, "%s: %s", e->why,
			  backoff_stop_name(answer.stop));
		cr_expect(answer.attempts == e->attempts &&
				  s.made == e->attempts,
			  "%s", e->why);
		cr_expect(answer.retries == e->attempts - 1, "%s", e->why);
		cr_expect(answer.elapsed_ns == e->elapsed_ns, "%s: %llu",
			  e->why, (unsigned long long)answer.elapsed_ns);
		cr_expect(answer.backoff_ns == e->backoff_ns, "%s", e->why);
		cr_expect(answer.kind == e->act[e->attempts - 1].outcome.kind,
			  "%s", e->why);
		cr_expect(s.clock->now_ns(s.clock->user) ==
				  START_NS + e->elapsed_ns,
			  "%s: nothing is slept for nothing", e->why);
		cr_expect(s.lines == e->attempts, "%s: %zu lines", e->why,
			  s.lines);
		for (size_t k = 0; k + 1 < s.lines; k++)
			cr_expect(s.type[k] == BACKOFF_EVENT_ATTEMPT, "%s",
				  e->why);
		cr_expect(s.type[s.lines - 1] == e->last, "%s", e->why);
		snprintf(reason, sizeof(reason), "\"stop_reason\":\"%s\"",
			 backoff_stop_name(e->stop));
		expect_in_line(&s, s.lines - 1, reason);
		scene_clear(&s);
	}
}

Test(retry_run, the_answer_has_the_last_failure)
{
	static const struct act act[] = {
		FAIL(0, RESET),
		FAIL(0, .failure_class = BACKOFF_CLASS_THROTTLE,
		     .error_type = "HTTPError", .code = "http:429",
		     .error = "slow down"),
		OK(0)};
	static const struct act called_off[] = {
		FAIL(0, .failure_class = BACKOFF_CLASS_THROTTLE,
		     .error_type = "HTTPError", .code = "http:429",
		     .error = "slow down"),
		{0, {.kind = BACKOFF_OUTCOME_CANCELLED, .error = "by hand"}}};
	static struct scene s;
	struct backoff_answer answer;

	scene_init(&s, PLAIN, act);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_OK);
	cr_expect(strcmp(answer.error_type, "HTTPError") == 0);
	cr_expect(strcmp(answer.code, "http:429") == 0);
	cr_expect(strcmp(answer.error, "slow down") == 0);
	cr_expect(answer.kind == BACKOFF_OUTCOME_SUCCESS, "of the last one");
	scene_clear(&s);
	scene_init(&s, PLAIN, called_off);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_E_CANCELLED);
	cr_expect(strcmp(answer.code, "http:429") == 0, "%s", answer.code);
	cr_expect(answer.kind == BACKOFF_OUTCOME_CANCELLED);
	scene_clear(&s);
	scene_init(&s, PLAIN, &called_off[1]);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_E_CANCELLED);
	cr_expect(strcmp(answer.error, "by hand") == 0, "no failure");
	scene_clear(&s);
	scene_init(&s, PLAIN, &act[2]);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_OK);
	cr_expect(answer.error_type[0] == '\0' && answer.code[0] == '\0' &&
		  answer.error[0] == '\0');
	scene_clear(&s);
}

Test(retry_run, long_errors_are_cut_between_characters)
{
	static char text[1000];
	struct act act[] = {
		FAIL(0, .error_type = text, .code = text, .error = text),
		OK(0)};
	static struct scene s;
	struct backoff_answer answer;

	for (size_t offset = 0; offset < 4; offset++) {
		memset(text, 'a', offset);
		for (size_t n = offset; n + 5 < sizeof(text); n += 4)
			memcpy(text + n, "\xf0\x9f\x98\x80", 5);
		scene_init(&s, PLAIN, act);
		run(&s, NULL, &answer);
		cr_expect(strncmp(answer.error, text, strlen(answer.error)) ==
			  0);
		cr_expect((strlen(answer.error) - offset) % 4 == 0);
		cr_expect(strlen(answer.error) > sizeof(answer.error) - 5);
		cr_expect((strlen(answer.error_type) - offset) % 4 == 0);
		cr_expect((strlen(answer.code) - offset) % 4 == 0);
		scene_clear(&s);
	}
}

Test(retry_run, attempts_know_their_number_and_their_limits)
{
	static const struct act act[] = {FAIL(S, RESET), FAIL(S / 2, RESET),
					 OK(0)};
	static struct scene s;
	struct backoff_answer answer;
	struct backoff_cancel *cancel;
	struct backoff_call_options options = {.size = sizeof(options)};

	cr_assert(backoff_cancel_new(&cancel) == BACKOFF_OK);
	options.cancel = cancel;
	scene_init(&s, LIMITED, act);
	run(&s, &options, &answer);
	cr_assert(s.made == 3);
	for (uint32_t i = 0; i < 3; i++) {
		cr_expect(s.attempt[i].number == i + 1);
		cr_expect(s.attempt[i].max_attempts == 4);
		cr_expect(s.attempt[i].cancel == cancel);
	}
	cr_expect(s.attempt[0].start_ns == START_NS);
	cr_expect(s.attempt[0].give_up_ns == START_NS + 2 * S);
	cr_expect(s.attempt[1].start_ns == START_NS + 2 * S);
	cr_expect(s.attempt[1].give_up_ns == START_NS + 3 * S);
	cr_expect(s.attempt[2].start_ns == START_NS + 4 * S + S / 2);
	cr_expect(s.attempt[2].give_up_ns == START_NS + 5 * S + S / 2);
	scene_clear(&s);
	scene_init(&s, PLAIN, act);
	run(&s, NULL, &answer);
	cr_expect(s.attempt[0].give_up_ns == BACKOFF_FOREVER);
	cr_expect(s.attempt[0].cancel == NULL);
	scene_clear(&s);
	backoff_cancel_free(cancel);
}

Test(retry_run, the_callers_deadline_holds_too)
{
	static const struct act act[] = {FAIL(S, RESET), FAIL(S, RESET),
					 FAIL(S, RESET), OK(0)};
	static const struct {
		const char *why;
		uint32_t has;
		uint64_t deadline_ns;
		uint32_t attempts;
		enum backoff_stop stop;
	} row[] = {
		{"not given", 0, 0, 4, BACKOFF_STOP_SUCCESS},
		{"given, and not said to be", 0, START_NS + 5 * S, 2,
		 BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE},
		{"in the past, and not said to be given", 0, 1, 0,
		 BACKOFF_STOP_DEADLINE},
		{"never", 0, BACKOFF_FOREVER, 4, BACKOFF_STOP_SUCCESS},
		{"far away", 1, START_NS + 99 * S, 4, BACKOFF_STOP_SUCCESS},
		{"before the second wait's end", 1, START_NS + 5 * S, 2,
		 BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE},
		{"inside the first attempt", 1, START_NS + 1, 1,
		 BACKOFF_STOP_DEADLINE},
		{"now", 1, START_NS, 0, BACKOFF_STOP_DEADLINE},
		{"zero, a value", 1, 0, 0, BACKOFF_STOP_DEADLINE},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_call_options options = {
			.size = sizeof(options),
			.has_deadline = row[i].has,
			.deadline_ns = row[i].deadline_ns};
		struct backoff_answer answer;
		static struct scene s;

		scene_init(&s, PLAIN, act);
		cr_expect((run(&s, &options, &answer) == BACKOFF_OK) ==
				  (row[i].stop == BACKOFF_STOP_SUCCESS),
			  "%s", row[i].why);
		cr_expect(answer.stop == row[i].stop, "%s", row[i].why);
		cr_expect(answer.attempts == row[i].attempts &&
				  s.made == row[i].attempts,
			  "%s", row[i].why);
		if (row[i].attempts == 0) {
			cr_expect(answer.retries == 0);
			cr_expect(answer.result == NULL);
			cr_expect(s.lines == 1);
			expect_in_line(&s, 0, "\"retry_exhausted\"");
			expect_in_line(&s, 0, "\"attempts\":0");
		}
		scene_clear(&s);
	}
}

/* A response of status 200 can have an empty body. */
static void
reject_odd(void *user, struct backoff_outcome *outcome)
{
	const int *result = outcome->result;

	++*(int *)user;
	if (outcome->kind == BACKOFF_OUTCOME_SUCCESS && result != NULL &&
	    *result % 2 == 1)
		backoff_outcome_set(outcome, BACKOFF_OUTCOME_FAILURE,
				    BACKOFF_CLASS_SERVER, "EmptyBody", NULL,
				    "an odd body");
}

Test(retry_run, results_of_failures_are_discarded)
{
	int one = 1, three = 3, four = 4, seen = 0;
	const struct act good[] = {
		{0, {.kind = BACKOFF_OUTCOME_SUCCESS, .result = &one}},
		FAIL(0, RESET),
		{0, {.kind = BACKOFF_OUTCOME_SUCCESS, .result = &three}},
		{0, {.kind = BACKOFF_OUTCOME_SUCCESS, .result = &four}}};
	const struct act bad[] = {
		{0, {.kind = BACKOFF_OUTCOME_SUCCESS, .result = &one}},
		{0, {.kind = BACKOFF_OUTCOME_SUCCESS, .result = &one}},
		{0, {.kind = BACKOFF_OUTCOME_FAILURE, .result = &four}},
		{0, {.kind = BACKOFF_OUTCOME_SUCCESS, .result = &three}}};
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s, PLAIN, good);
	backoff_retry_set_classify(s.retry, reject_odd, &seen);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_OK);
	cr_expect(seen == 4, "each attempt is looked at");
	cr_expect(answer.result == &four);
	cr_expect(s.discards == 2 && s.discarded[0] == &one &&
		  s.discarded[1] == &three);
	cr_expect(strcmp(answer.error, "an odd body") == 0);
	expect_in_line(&s, 0, "\"error_type\":\"EmptyBody\"");
	expect_in_line(&s, 0, "\"class\":\"server\"");
	expect_in_line(&s, 0, "\"outcome\":\"failure\"");
	scene_clear(&s);

	scene_init(&s, PLAIN, bad);
	backoff_retry_set_classify(s.retry, reject_odd, &seen);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_E_FAILED);
	cr_expect(answer.result == &three,
		  "the last one is the caller's, even after a failure");
	cr_expect(s.discards == 3 && s.discarded[2] == &four,
		  "results of failures are discarded too");
	scene_clear(&s);
}

/* A classifier may also turn a failure into a success. */
static void
accept_all(void *user, struct backoff_outcome *outcome)
{
	(void)user;
	outcome->kind = BACKOFF_OUTCOME_SUCCESS;
}

Test(retry_run, a_classifier_may_make_a_failure_a_success)
{
	static const struct act act[] = {FAIL(0, RESET)};
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s, PLAIN, act);
	backoff_retry_set_classify(s.retry, accept_all, NULL);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_OK);
	cr_expect(answer.attempts == 1 && s.type[0] == BACKOFF_EVENT_SUCCESS);
	scene_clear(&s);
}

/* The sink gets the same events as the callback, field by field. */
struct both {
	char line[8][2048];
	size_t lines;
};

static void
keep_line(void *user, const struct backoff_event *event)
{
	struct both *b = user;
	size_t n;

	cr_assert(b->lines < COUNT(b->line));
	n = backoff_event_encode(event, b->line[b->lines], 2047);
	b->line[b->lines++][n] = '\0';
}

Test(retry_run, sink_and_callback_see_the_same)
{
	static const struct act act[] = {FAIL(0, RESET), FAIL(0, RESET), OK(0)};
	static struct both in_sink, in_callback;
	struct backoff_answer answer;
	struct backoff_sink *sink;
	static struct scene s;

	scene_init(&s, PLAIN, act);
	cr_assert(backoff_sink_callback_new(keep_line, &in_sink, &sink) ==
		  BACKOFF_OK);
	backoff_retry_set_sink(s.retry, sink);
	backoff_retry_set_on_event(s.retry, keep_line, &in_callback);
	backoff_retry_set_log_starts(s.retry, 1);
	run(&s, NULL, &answer);
	cr_expect(in_sink.lines == 6 && in_callback.lines == 6);
	for (size_t i = 0; i < 6; i++)
		cr_expect(strcmp(in_sink.line[i], in_callback.line[i]) == 0,
			  "%s", in_sink.line[i]);
	backoff_retry_set_sink(s.retry, NULL);
	backoff_retry_set_on_event(s.retry, NULL, NULL);
	s.made = 0;
	cr_expect(run(&s, NULL, &answer) == BACKOFF_OK, "unwatched");
	cr_expect(in_sink.lines == 6);
	scene_clear(&s);
	backoff_sink_free(sink);
}

Test(retry_run, events_carry_what_was_set)
{
	static const struct act act[] = {FAIL(S, RESET), OK(S)};
	const struct backoff_call_options options = {.size = sizeof(options),
						     .call_id = "my-call",
						     .parent_call_id =
							     "its-parent",
						     .trace_id = "trace",
						     .span_id = "span"};
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s, LIMITED, act);
	cr_expect(backoff_retry_set_service(s.retry, "svc") == BACKOFF_OK);
	cr_expect(backoff_retry_set_target(s.retry, "peer") == BACKOFF_OK);
	cr_expect(backoff_retry_set_attrs(s.retry, "{\"k\":1}") == BACKOFF_OK);
	backoff_retry_set_log_starts(s.retry, 1);
	run(&s, &options, &answer);
	cr_assert(s.lines == 4);
	cr_expect(s.type[0] == BACKOFF_EVENT_STARTED &&
		  s.type[1] == BACKOFF_EVENT_ATTEMPT &&
		  s.type[2] == BACKOFF_EVENT_STARTED &&
		  s.type[3] == BACKOFF_EVENT_SUCCESS);
	for (size_t i = 0; i < 4; i++) {
		expect_in_line(&s, i, "\"service\":\"svc\"");
		expect_in_line(&s, i, "\"operation\":\"op\"");
		expect_in_line(&s, i, "\"target\":\"peer\"");
		expect_in_line(&s, i, "\"policy\":\"R\"");
		expect_in_line(&s, i, "\"call_id\":\"my-call\"");
		expect_in_line(&s, i, "\"parent_call_id\":\"its-parent\"");
		expect_in_line(&s, i, "\"trace_id\":\"trace\"");
		expect_in_line(&s, i, "\"span_id\":\"span\"");
		expect_in_line(&s, i, "\"attrs\":{\"k\":1}");
		expect_in_line(&s, i, "\"max_attempts\":4");
		expect_in_line(&s, i,
			       i < 2 ? "\"kind\":\"first\""
				     : "\"kind\":\"retry\"");
		expect_in_line(&s, i,
			       i < 2 ? "\"attempt\":1," : "\"attempt\":2,");
	}
	expect_in_line(&s, 0, "\"ts\":\"2026-11-23T10:25:30.000000Z\"");
	expect_in_line(&s, 1, "\"ts\":\"2026-11-23T10:25:31.000000Z\"");
	expect_in_line(&s, 1,
		       "\"duration_seconds\":1,\"elapsed_seconds\":1,"
		       "\"delay_seconds\":1,\"delay_source\":"
		       "\"backoff\",\"delay_law\":\"none\","
		       "\"delay_low_seconds\":1,"
		       "\"delay_high_seconds\":1,"
		       "\"attempt_timeout_seconds\":2,"
		       "\"deadline_left_seconds\":5");
	expect_in_line(&s, 1, "\"error\":\"reset\"");
	expect_in_line(&s, 3,
		       "\"stop_reason\":\"success\",\"attempts\":2,"
		       "\"retries\":1,\"backoff_seconds\":1");
	expect_in_line(&s, 3,
		       "\"attempt_timeout_seconds\":1,"
		       "\"deadline_left_seconds\":3");
	cr_expect(strstr(s.line[3], "delay_") == NULL);
	cr_expect(strstr(s.line[1], "stop_reason") == NULL);
	cr_expect(strstr(s.line[3], "error") == NULL);
	scene_clear(&s);
}

Test(retry_run, a_call_without_id_gets_one)
{
	static const struct act act[] = {FAIL(0, RESET), OK(0), OK(0)};
	struct backoff_answer answer;
	static struct scene s;
	char first[64];
	const char *id;

	scene_init(&s, PLAIN, act);
	run(&s, NULL, &answer);
	run(&s, NULL, &answer);
	cr_assert(s.lines == 3);
	id = strstr(s.line[0], "\"call_id\":\"");
	cr_assert(id != NULL);
	id += 11;
	cr_expect(strspn(id, "0123456789abcdef") == 32 && id[32] == '"');
	snprintf(first, sizeof(first), "%.32s", id);
	expect_in_line(&s, 1, first);
	cr_expect(strstr(s.line[2], first) == NULL, "another call");
	scene_clear(&s);
}

Test(retry_run, the_seed_decides_delays_and_ids)
{
	static const struct act act[] = {FAIL(0, RESET), FAIL(0, RESET), OK(0)};
	static struct scene s[3];
	struct backoff_answer answer;

	for (int i = 0; i < 3; i++) {
		scene_init(&s[i],
			   "{\"name\":\"R\",\"max_attempts\":4,"
			   "\"jitter\":\"full\"}",
			   act);
		backoff_retry_set_seed(s[i].retry, i == 2 ? 43 : 42);
		run(&s[i], NULL, &answer);
	}
	cr_expect(s[0].lines == 3);
	for (size_t k = 0; k < 3; k++) {
		cr_expect(strcmp(s[0].line[k], s[1].line[k]) == 0);
		cr_expect(strcmp(s[0].line[k], s[2].line[k]) != 0);
	}
	/* Another call with the same seed draws differently. */
	s[0].made = s[0].lines = 0;
	run(&s[0], NULL, &answer);
	cr_expect(strcmp(s[0].line[0], s[1].line[0]) != 0);
	for (int i = 0; i < 3; i++)
		scene_clear(&s[i]);
}

Test(retry_run, names_are_copied)
{
	static const struct act act[] = {OK(0)};
	char operation[] = "operation", service[] = "service";
	struct backoff_retry *retry;
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s, PLAIN, act);
	cr_assert(backoff_retry_new(s.policy, operation, &retry) == BACKOFF_OK);
	cr_assert(backoff_retry_set_service(retry, service) == BACKOFF_OK);
	memset(operation, '#', sizeof(operation));
	memset(service, '#', sizeof(service));
	backoff_retry_set_on_event(retry, keep_event, &s);
	cr_expect(backoff_retry_run(retry, NULL, play, &s, &answer) ==
		  BACKOFF_OK);
	expect_in_line(&s, 0, "\"operation\":\"operation\"");
	expect_in_line(&s, 0, "\"service\":\"service\"");
	backoff_retry_free(retry);
	scene_clear(&s);
}

Test(retry_run, arguments_are_checked)
{
	static const struct act act[] = {OK(0)};
	struct backoff_call_options options = {.size = sizeof(options)};
	struct {
		struct backoff_call_options options;
		uint64_t setting;
	} later;
	struct backoff_retry *none = NULL;
	struct backoff_answer answer;
	static struct scene s;
	char long_text[1100], attrs[1100];

	memset(long_text, 'x', sizeof(long_text));
	long_text[257] = '\0';
	scene_init(&s, PLAIN, act);
	cr_expect(backoff_retry_new(NULL, "op", &none) == BACKOFF_E_ARGUMENT);
	cr_expect(backoff_retry_new(s.policy, NULL, &none) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_retry_new(s.policy, "", &none) == BACKOFF_E_ARGUMENT);
	cr_expect(backoff_retry_new(s.policy, "op", NULL) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_retry_new(s.policy, long_text, &none) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(none == NULL);
	cr_expect(backoff_retry_set_service(s.retry, long_text) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_retry_set_target(s.retry, long_text) ==
		  BACKOFF_E_ARGUMENT);
	long_text[256] = '\0';
	cr_expect(backoff_retry_set_service(s.retry, long_text) == BACKOFF_OK);
	cr_expect(backoff_retry_set_service(s.retry, NULL) == BACKOFF_OK);
	for (size_t i = 0; i < 9; i++) {
		static const char *const bad[] = {
			"",           "[]",         "1",           "{",
			"{}{}",       "{\"a\":{}}", "{\"a\":[1]}", "{\"a\":1,}",
			"{\n\"a\":1}"};

		cr_expect(backoff_retry_set_attrs(s.retry, bad[i]) ==
				  BACKOFF_E_ARGUMENT,
			  "%s", bad[i]);
	}
	memset(attrs, 'x', sizeof(attrs));
	memcpy(attrs, "{\"a\":\"", 6);
	memcpy(attrs + 1022, "\"}", 3);
	cr_expect(backoff_retry_set_attrs(s.retry, attrs) == BACKOFF_OK);
	memcpy(attrs + 1023, "\"}", 3);
	attrs[1022] = 'x';
	cr_expect(backoff_retry_set_attrs(s.retry, attrs) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_retry_set_attrs(s.retry, NULL) == BACKOFF_OK);

	cr_expect(backoff_retry_run(NULL, NULL, play, &s, &answer) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_retry_run(s.retry, NULL, NULL, &s, &answer) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_retry_run(s.retry, NULL, play, &s, NULL) ==
		  BACKOFF_E_ARGUMENT);
	memset(&later, 0, sizeof(later));
	later.options.size = sizeof(later);
	later.setting = 1;
	cr_expect(run(&s, &later.options, &answer) == BACKOFF_E_ARGUMENT,
		  "a setting of a later version");
	options.call_id = "";
	cr_expect(run(&s, &options, &answer) == BACKOFF_E_ARGUMENT);
	long_text[65] = '\0';
	options.call_id = long_text;
	cr_expect(run(&s, &options, &answer) == BACKOFF_E_ARGUMENT);
	cr_expect(s.made == 0 && s.lines == 0, "no attempt was made");
	long_text[64] = '\0';
	cr_expect(run(&s, &options, &answer) == BACKOFF_OK);
	expect_in_line(&s, 0, long_text);
	scene_clear(&s);
	backoff_retry_free(NULL);
}
