/* Tests of src/engine/classify: which failures are retried. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>

#include <backoff/engine.h>

#include "unit/policy/policies.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* One row: the lists, the failure, and whether it is retried. */
static const struct {
	const char *why, *retry_on, *abort_on;
	enum backoff_class class;
	const char *type, *code, *error;
	int want;
} row[] = {
	{"anything is retried", "\"*\"", "", BACKOFF_CLASS_UNKNOWN, NULL, NULL,
	 NULL, 1},
	{"anything, with all fields set", "\"*\"", "", BACKOFF_CLASS_CLIENT,
	 "T", "http:400", "bad", 1},
	{"all but a fatal failure", "\"*\"", "", BACKOFF_CLASS_FATAL, NULL,
	 NULL, NULL, 0},
	{"fatal by its class", "\"fatal\"", "", BACKOFF_CLASS_FATAL, NULL, NULL,
	 NULL, 1},
	{"fatal by its type", "\"*\",\"T\"", "", BACKOFF_CLASS_FATAL, "T", NULL,
	 NULL, 1},
	{"fatal, and abort names it", "\"fatal\"", "\"fatal\"",
	 BACKOFF_CLASS_FATAL, NULL, NULL, NULL, 0},
	{"fatal, and abort names all", "\"fatal\"", "\"*\"",
	 BACKOFF_CLASS_FATAL, NULL, NULL, NULL, 0},
	{"nothing is retried", "", "", BACKOFF_CLASS_TRANSIENT, "T", "c:1", "e",
	 0},
	{"abort wins over all", "\"*\"", "\"*\"", BACKOFF_CLASS_TRANSIENT, NULL,
	 NULL, NULL, 0},
	{"abort wins by code", "\"*\"", "\"http:410\"", BACKOFF_CLASS_CLIENT,
	 NULL, "http:410", NULL, 0},
	{"abort of another code", "\"*\"", "\"http:410\"", BACKOFF_CLASS_CLIENT,
	 NULL, "http:411", NULL, 1},
	{"abort wins over the same matcher", "\"http:5xx\"", "\"http:501\"",
	 BACKOFF_CLASS_SERVER, NULL, "http:501", NULL, 0},
	{"a class", "\"throttle\"", "", BACKOFF_CLASS_THROTTLE, NULL, NULL,
	 NULL, 1},
	{"another class", "\"throttle\"", "", BACKOFF_CLASS_SERVER, NULL, NULL,
	 NULL, 0},
	{"the unknown class is a class", "\"unknown\"", "",
	 BACKOFF_CLASS_UNKNOWN, NULL, NULL, NULL, 1},
	{"a class is not an error type", "\"server\"", "",
	 BACKOFF_CLASS_UNKNOWN, "server", NULL, NULL, 0},
	{"a type", "\"ConnectionError\"", "", BACKOFF_CLASS_UNKNOWN,
	 "ConnectionError", NULL, NULL, 1},
	{"a type in another case", "\"ConnectionError\"", "",
	 BACKOFF_CLASS_UNKNOWN, "connectionerror", NULL, NULL, 0},
	{"the start of a type", "\"Connection\"", "", BACKOFF_CLASS_UNKNOWN,
	 "ConnectionError", NULL, NULL, 0},
	{"a missing type", "\"ConnectionError\"", "", BACKOFF_CLASS_UNKNOWN,
	 NULL, NULL, NULL, 0},
	{"a type is not a code", "\"http:503\"", "", BACKOFF_CLASS_UNKNOWN,
	 "http:503", NULL, NULL, 0},
	{"a code", "\"errno:ECONNRESET\"", "", BACKOFF_CLASS_UNKNOWN, NULL,
	 "errno:ECONNRESET", NULL, 1},
	{"the start of a code", "\"curl:5\"", "", BACKOFF_CLASS_UNKNOWN, NULL,
	 "curl:56", NULL, 0},
	{"a missing code", "\"http:503\",\"http:5xx\"", "",
	 BACKOFF_CLASS_SERVER, NULL, NULL, NULL, 0},
	{"first of a hundred", "\"http:5xx\"", "", BACKOFF_CLASS_UNKNOWN, NULL,
	 "http:500", NULL, 1},
	{"last of a hundred", "\"http:5xx\"", "", BACKOFF_CLASS_UNKNOWN, NULL,
	 "http:599", NULL, 1},
	{"below a hundred", "\"http:5xx\"", "", BACKOFF_CLASS_UNKNOWN, NULL,
	 "http:499", NULL, 0},
	{"above a hundred", "\"http:5xx\"", "", BACKOFF_CLASS_UNKNOWN, NULL,
	 "http:600", NULL, 0},
	{"another space", "\"http:5xx\"", "", BACKOFF_CLASS_UNKNOWN, NULL,
	 "grpc:503", NULL, 0},
	{"the start of the space", "\"http:5xx\"", "", BACKOFF_CLASS_UNKNOWN,
	 NULL, "http", NULL, 0},
	{"a space alone", "\"http:5xx\",\"http:0-999\"", "",
	 BACKOFF_CLASS_UNKNOWN, NULL, "http:", NULL, 0},
	{"more than a number", "\"http:5xx\"", "", BACKOFF_CLASS_UNKNOWN, NULL,
	 "http:503x", NULL, 0},
	{"not a plain number", "\"http:5xx\"", "", BACKOFF_CLASS_UNKNOWN, NULL,
	 "http:5e2", NULL, 0},
	{"a fraction", "\"http:5xx\"", "", BACKOFF_CLASS_UNKNOWN, NULL,
	 "http:503.0", NULL, 0},
	{"a number past 64 bits", "\"http:0-999\"", "", BACKOFF_CLASS_UNKNOWN,
	 NULL, "http:18446744073709551617", NULL, 0},
	{"a range", "\"http:420-430\"", "", BACKOFF_CLASS_UNKNOWN, NULL,
	 "http:420", NULL, 1},
	{"its end", "\"http:420-430\"", "", BACKOFF_CLASS_UNKNOWN, NULL,
	 "http:430", NULL, 1},
	{"past its end", "\"http:420-430\"", "", BACKOFF_CLASS_UNKNOWN, NULL,
	 "http:431", NULL, 0},
	{"a range of leading zeros", "\"sqlstate:08000-08999\"", "",
	 BACKOFF_CLASS_UNKNOWN, NULL, "sqlstate:08006", NULL, 1},
	{"letters in the code", "\"sqlstate:08000-08999\"", "",
	 BACKOFF_CLASS_UNKNOWN, NULL, "sqlstate:08P01", NULL, 0},
	{"zero is a code", "\"exit:0-5\"", "", BACKOFF_CLASS_UNKNOWN, NULL,
	 "exit:0", NULL, 1},
	{"the text", "{\"message_regex\":\"try (again|later)\"}", "",
	 BACKOFF_CLASS_UNKNOWN, NULL, NULL, "Please TRY LATER", 1},
	{"not the text", "{\"message_regex\":\"try (again|later)\"}", "",
	 BACKOFF_CLASS_UNKNOWN, NULL, NULL, "never", 0},
	{"no text", "{\"message_regex\":\".*\"}", "", BACKOFF_CLASS_UNKNOWN,
	 NULL, NULL, NULL, 0},
	{"an empty text", "{\"message_regex\":\".*\"}", "",
	 BACKOFF_CLASS_UNKNOWN, NULL, NULL, "", 1},
	{"a text is not a pattern", "\"quota\"", "", BACKOFF_CLASS_UNKNOWN,
	 NULL, NULL, "quota", 0},
	{"the text aborts", "\"http:429\"", "{\"message_regex\":\"quota\"}",
	 BACKOFF_CLASS_THROTTLE, NULL, "http:429", "over quota", 0},
	{"the text with its exception", "\"http:429\"",
	 "{\"message_regex\":\"billing\",\"unless\":\"rate limit|retry in\"}",
	 BACKOFF_CLASS_THROTTLE, NULL, "http:429",
	 "Rate Limit reached, see /billing", 1},
	{"the text without its exception", "\"http:429\"",
	 "{\"message_regex\":\"billing\",\"unless\":\"rate limit|retry in\"}",
	 BACKOFF_CLASS_THROTTLE, NULL, "http:429", "see /billing", 0},
	{"only the exception", "{\"message_regex\":\"a\",\"unless\":\"b\"}", "",
	 BACKOFF_CLASS_THROTTLE, NULL, "http:429", "b", 0},
	{"any of several", "\"A\",\"B\",\"C\"", "", BACKOFF_CLASS_UNKNOWN, "C",
	 NULL, NULL, 1},
	{"'*' among others", "\"A\",\"*\"", "", BACKOFF_CLASS_UNKNOWN, "Z",
	 NULL, NULL, 1},
};

Test(engine_classify, matchers_say_what_is_retried)
{
	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_outcome outcome = {
			.kind = BACKOFF_OUTCOME_FAILURE,
			.failure_class = row[i].class,
			.error_type = row[i].type,
			.code = row[i].code,
			.error = row[i].error};
		struct backoff_policy *policy;
		struct backoff_decision d;
		struct backoff_state state;
		char text[512];

		snprintf(text, sizeof(text),
			 "{\"name\":\"C\",\"max_attempts\":3,"
			 "\"retry_on\":[%s],\"abort_on\":[%s]}",
			 row[i].retry_on, row[i].abort_on);
		policy = policy_of(text);
		cr_expect(backoff_engine_retryable(policy, &outcome) ==
				  row[i].want,
			  "%s", row[i].why);
		backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER, &d);
		backoff_engine_decide(policy, &state, &outcome, 0, 0, &d);
		cr_expect(d.action == (row[i].want ? BACKOFF_ACTION_WAIT
						   : BACKOFF_ACTION_DONE),
			  "%s", row[i].why);
		backoff_policy_unref(policy);
	}
}

/* Not even if everything is named, and whatever else the outcome says. */
Test(engine_classify, what_was_not_reported_is_never_retried)
{
	static const struct backoff_outcome nothing[] = {
		{.kind = BACKOFF_OUTCOME_NOT_REPORTED},
		{.kind = (enum backoff_outcome_kind)5},
		{.failure_class = BACKOFF_CLASS_SERVER, .code = "http:503"},
		{.hint = {.kind = BACKOFF_HINT_FORBID, .delay_ns = 0}},
		/* As the library logs it, and replay reads it. */
		{.kind = BACKOFF_OUTCOME_FAILURE,
		 .failure_class = BACKOFF_CLASS_FATAL,
		 .error_type = "NotReported"},
	};
	struct backoff_policy *policy =
		policy_of("{\"name\":\"C\",\"max_attempts\":3,\"retry_on\":"
			  "[\"*\",\"fatal\",\"unknown\",\"http:5xx\"]}");

	for (size_t i = 0; i < COUNT(nothing); i++) {
		struct backoff_decision d;
		struct backoff_state state;

		cr_expect(!backoff_engine_retryable(policy, &nothing[i]));
		backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER, &d);
		backoff_engine_decide(policy, &state, &nothing[i], 0, 0, &d);
		cr_expect(d.action == BACKOFF_ACTION_DONE &&
				  d.stop == BACKOFF_STOP_NON_RETRYABLE,
			  "%zu", i);
	}
	backoff_policy_unref(policy);
}
