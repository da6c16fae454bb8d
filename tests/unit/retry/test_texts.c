/* Tests of the texts of outcomes in calls: copies survive the attempt function,
 * and any of several error types decides. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/retry/script.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

#define TYPED                                                                  \
	"{\"name\":\"T\",\"max_attempts\":3,\"jitter\":\"none\","              \
	"\"retry_on\":[\"OSError\"],\"abort_on\":[\"Fatal\"]%s}"

/* Overwrite the stack that a function before has used. */
static __attribute__((noinline)) void
scribble(void)
{
	volatile char space[4096];

	for (size_t i = 0; i < sizeof(space); i++)
		space[i] = '#';
}

/* Fill an outcome from arrays that end with the function. */
static __attribute__((noinline)) void
fail_with_locals(struct backoff_outcome *outcome, unsigned number)
{
	char type[16], code[16], error[32];

	snprintf(type, sizeof(type), "OSErr%s", "or");
	snprintf(code, sizeof(code), "http:%u", 500 + number);
	snprintf(error, sizeof(error), "local text %u", number);
	backoff_outcome_set(outcome, BACKOFF_OUTCOME_FAILURE,
			    BACKOFF_CLASS_SERVER, NULL, NULL, NULL);
	backoff_outcome_set_error_type(outcome, type);
	backoff_outcome_set_code(outcome, code);
	backoff_outcome_set_error(outcome, error);
}

static void
attempt(void *user, const struct backoff_attempt *made,
	struct backoff_outcome *outcome)
{
	(void)user;
	fail_with_locals(outcome, made->number);
	scribble();
}

static void
expect_texts(const struct scene *s, const struct backoff_answer *answer)
{
	cr_expect(answer->attempts == 3, "%u", answer->attempts);
	cr_expect_str_eq(answer->error_type, "OSError");
	cr_expect_str_eq(answer->code, "http:503");
	cr_expect_str_eq(answer->error, "local text 3");
	cr_assert(s->lines == 3);
	expect_in_line(s, 1,
		       "\"error_type\":\"OSError\",\"code\":\"http:502\","
		       "\"error\":\"local text 2\"");
}

Test(retry_texts, a_text_in_a_local_array_survives_the_attempt)
{
	static const char *const rules[] = {"", ",\"hedge\":{\"delay\":3600}"};

	for (size_t i = 0; i < COUNT(rules); i++) {
		struct backoff_answer answer;
		static struct scene s;
		char text[256];

		snprintf(text, sizeof(text), TYPED, rules[i]);
		scene_init(&s, text, NULL);
		if (i == 0)
			backoff_retry_run(s.retry, NULL, attempt, NULL,
					  &answer);
		else
			backoff_retry_run_hedged(s.retry, NULL, attempt, NULL,
						 &answer);
		if (i == 0)
			expect_texts(&s, &answer);
		else
			cr_expect_str_eq(answer.code, "http:503");
		scene_clear(&s);
	}
}

/* The outcome itself is a copy in another place, too. */
static __attribute__((noinline)) struct backoff_outcome
make_outcome(unsigned number)
{
	struct backoff_outcome outcome = {0};

	fail_with_locals(&outcome, number);
	return outcome;
}

Test(retry_texts, by_steps_an_outcome_is_copied_with_its_texts)
{
	const struct backoff_answer *answer;
	struct backoff_step step;
	struct backoff_call *call;
	static struct scene s;
	char text[256];

	snprintf(text, sizeof(text), TYPED, "");
	scene_init(&s, text, NULL);
	cr_assert(backoff_call_new(s.retry, NULL, &call) == BACKOFF_OK);
	for (;;) {
		struct backoff_outcome outcome;

		cr_assert(backoff_call_next(call, &step) == BACKOFF_OK);
		if (step.action == BACKOFF_ACTION_DONE)
			break;
		if (step.action == BACKOFF_ACTION_WAIT) {
			backoff_clock_virtual_advance(s.clock, step.delay_ns);
			continue;
		}
		outcome = make_outcome(step.attempt.number);
		scribble();
		cr_assert(backoff_call_report(call, &outcome) == BACKOFF_OK);
	}
	answer = backoff_call_answer(call);
	expect_texts(&s, answer);
	backoff_call_free(call);
	scene_clear(&s);
}

static void
add_path(void *user, struct backoff_outcome *outcome)
{
	(void)user;
	cr_expect_str_eq(outcome->error, backoff_outcome_error(outcome));
	backoff_outcome_format_error(outcome, "GET /: %s", outcome->error);
}

Test(retry_texts, a_classifier_reads_and_replaces_a_copied_text)
{
	struct backoff_answer answer;
	static struct scene s;
	char text[256];

	snprintf(text, sizeof(text), TYPED, "");
	scene_init(&s, text, NULL);
	backoff_retry_set_classify(s.retry, add_path, NULL);
	backoff_retry_run(s.retry, NULL, attempt, NULL, &answer);
	cr_expect_str_eq(answer.error, "GET /: local text 3");
	scene_clear(&s);
}

Test(retry_texts, any_of_several_types_decides_and_the_first_is_logged)
{
	static const char *const retried[] = {
		"ConnectionResetError", "ConnectionError", "OSError", NULL};
	static const char *const aborted[] = {"Worse", "OSError", "Fatal",
					      NULL};
	static const char *const unknown[] = {"ValueError", NULL};
	static const char *const none[] = {NULL};
	static const struct {
		const char *type;
		const char *const *types;
		uint32_t attempts;
		const char *logged;
	} row[] = {
		{NULL, retried, 3, "ConnectionResetError"},
		{"Own", retried, 3, "Own"},
		{NULL, aborted, 1, "Worse"},
		{NULL, unknown, 1, "ValueError"},
		{"OSError", unknown, 3, "OSError"},
		{NULL, none, 1, ""},
		{NULL, NULL, 1, ""},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		const struct act act[] = {FAIL(0, .error_type = row[i].type,
					       .error_types = row[i].types),
					  FAIL(0, .error_type = row[i].type,
					       .error_types = row[i].types),
					  FAIL(0, .error_type = row[i].type,
					       .error_types = row[i].types)};
		struct backoff_answer answer;
		static struct scene s;
		char text[256];

		snprintf(text, sizeof(text), TYPED, "");
		scene_init(&s, text, act);
		cr_expect(run(&s, NULL, &answer) == BACKOFF_E_FAILED);
		cr_expect(answer.attempts == row[i].attempts, "%zu: %u", i,
			  answer.attempts);
		cr_expect_str_eq(answer.error_type, row[i].logged, "%zu", i);
		snprintf(text, sizeof(text), "\"error_type\":\"%s\"",
			 row[i].logged);
		if (row[i].logged[0] != '\0')
			expect_in_line(&s, 0, text);
		scene_clear(&s);
	}
}
