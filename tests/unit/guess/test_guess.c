/* Tests of sentences found in unknown logs. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "guess/guess.h"
#include "guess/tokens.h"

/* What is printed of a log of these lines. */
static char *
guess_of(const char *const *lines)
{
	static const char *const known[] = {"native", NULL};
	struct tk_guess *guess = tk_guess_new(known);
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	cr_assert(guess != NULL && out != NULL);
	for (size_t i = 0; lines[i] != NULL; i++) {
		struct tk_line line = {.text = lines[i],
				       .length = strlen(lines[i]),
				       .number = i + 1};

		cr_expect_eq(tk_guess_line(guess, 0, &line), BACKOFF_OK);
	}
	cr_expect_eq(tk_guess_finish(guess), BACKOFF_OK);
	tk_guess_print(guess, "x.log", out);
	tk_guess_write(guess, "x", out);
	cr_expect_eq(fclose(out), 0);
	tk_guess_free(guess);
	return text;
}

struct row {
	const char *line[5], *want;
};

static const struct row rows[] = {
	{{"2026-01-12 10:00:00 WARN pay hiccuped (timeout) - another go in "
	  "0.5s, try 1 of 5",
	  "2026-01-12 10:00:00 WARN ship hiccuped (broken pipe 7) - another go "
	  "in 1s, try 2 of 5"},
	 "2 x  {operation:word} hiccuped ({error}) - another go in "
	 "{delay_seconds}, try {attempt:int} of {max_attempts:int}"},
	/* A number and its unit are one value. */
	{{"app: sleeping 200 ms before attempt 2"},
	 "sleeping {delay_seconds} before attempt {attempt:int}"},
	{{"retrying \"pay\" in 2 seconds, 3 attempts left"},
	 "retrying \"{operation}\" in {delay_seconds}, {left:int} attempts "
	 "left"},
	{{"gave up on it after 3 tries"},
	 "gave up on it after {attempts:int} tries"},
	{{"recovered after 3 retries"},
	 "recovered after {retries:int} retries"},
	{{"the 2nd attempt will be in 5s"},
	 "the {attempt:ordinal} attempt will be in {delay_seconds}"},
	/* Braces of the log are not holes. */
	{{"retry {x} in 5s"}, "retry {{"},
	/* What is planned differs: not one sentence. */
	{{"retrying in 1s (attempt 1/3)", "retrying in 2s (3 attempts left)"},
	 "2 lines speak of retries, in 2 sentences"},
	{{"{\"evt\":\"rpc.retry_later\",\"rpc\":\"pay\",\"try\":1,"
	  "\"wait_ms\":10}"},
	 "attempt from \"try\", delay_seconds from \"wait_ms\", operation from "
	 "\"rpc\""},
	{{"{\"msg\":\"retrying\",\"op\":\"pay\",\"backoff\":1500000000}"},
	 "\"when\": {\"msg\": \"retrying\"}"},
	{{"{\"msg\":\"retrying\",\"op\":\"pay\",\"backoff\":1500000000}"},
	 "{\"from\": \"backoff\", \"unit\": \"ns\"}"},
	/* From what numbers count. */
	{{"retrying a in 1s, attempt 0", "retrying a in 2s, attempt 1",
	  "retrying a in 4s, attempt 2"},
	 "\"attempt\": {\"add\": 1}"},
	{{"retrying a in 1s, attempt 2", "retrying a in 2s, attempt 3",
	  "retrying a in 4s, attempt 4"},
	 "\"attempt\": {\"add\": -1}"},
	{{"retry 1/3 of a in 1s", "retry 2/3 of a in 2s",
	  "retry 3/3 of a in 4s"},
	 "\"max_attempts\": {\"add\": 1}"},
	/* An end that no word says. */
	{{"try 1 of 3 failed, waiting 2s", "try 2 of 3 failed, waiting 4s",
	  "try 3 of 3 failed"},
	 "retry_exhausted: attempt, max_attempts"},
	{{"sync[e0fd67dd] out of retries"}, "retry_exhausted: trace_id"},
	/* Nested, and in a name without case and unit. */
	{{"{\"msg\":\"retry\",\"ctx\":{\"attempt\":1,\"nextRetryInMs\":9}}"},
	 "delay_seconds from \"ctx.nextRetryInMs\""},
	{{"{\"msg\":\"retry\",\"attempt\":\"1/4\"}"}, "\"in\": \"attempt\""},
	/* Calls of proxies. */
	{{"{\"uri\":\"/a\",\"ups\":{\"st\":\"502, 200\"}}"},
	 "\"code\": \"ups.st\""},
	{{"{\"path\":\"/a\",\"status\":200,\"upstreamAttemptCount\":2}"},
	 "\"attempts\": {\"from\": \"upstreamAttemptCount\"}"},
	/* Not about retries, or about none that happens. */
	{{"waiting for the lock", "try our new product", "again and again"},
	 "0 lines speak of retries"},
	{{"{\"msg\":\"failed\",\"retryable\":true,\"op\":\"pay\"}"},
	 "0 lines speak of retries"},
	/* A part of a name. */
	{{"Compiling retry-policies v0.2.1", "load src/retry.rs done",
	  "ran RetryPolicyTest ok"},
	 "0 lines speak of retries"},
	{{"says 'Retrying in 5s' at 3"}, "0 lines speak of retries"},
	{{"the retry policy is loaded"}, "this may be a log without"},
	{{"the retry policy is loaded"}, "is it about retries?"},
	/* Times whose form has to be stated. */
	{{"25/01/2026 10:00:00 retrying a in 1s",
	  "12/01/2026 10:00:01 retrying b in 2s"},
	 "\"time_format\": \"%d/%m/%Y %T\""},
	{{"12/01/2026 10:00:01 retrying b in 2s"},
	 "others fit as well, so check the day and the month"},
	{{"12/01/2026 10:00:01 retrying b in 2s"},
	 "\"text\": \"retrying b in {delay_seconds}\""},
	/* Ids without a word before them, and errors in brackets. */
	{{"lift L-1881: hoist failed on try 1 of 4 (wind); next in 1s",
	  "lift L-1882: hoist failed on try 1 of 4 (rope slipped); next in 2s",
	  "lift L-1883: hoist failed on try 1 of 4 (wind); next in 1s",
	  "lift L-1884: hoist failed on try 2 of 4 (wind); next in 1s"},
	 "lift {trace_id:word}: hoist failed on try {attempt:int} of "
	 "{max_attempts:int} ({error}); next in {delay_seconds}"},
	{{"lift a done on try 2", "lift b done on try 3"}, "retry_success: "},
};

Test(guess_guess, drafts_templates)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *text = guess_of(rows[i].line);

		cr_expect_not_null(strstr(text, rows[i].want), "%s: %s",
				   rows[i].line[0], text);
		free(text);
	}
}

Test(guess_guess, one_attempt_in_two_lines_has_a_note)
{
	static const char *const lines[] = {"Attempt 1/3 failed: boom",
					    "Sleeping 2s before next attempt",
					    NULL};
	char *text = guess_of(lines);

	cr_expect_not_null(strstr(text, "note: attempt, max_attempts"), "%s",
			   text);
	free(text);
}

Test(guess_guess, any_bytes_are_read)
{
	char bytes[300];
	struct tk_tokens tokens;
	const char *lines[] = {bytes, NULL};

	for (unsigned seed = 1; seed < 200; seed++) {
		uint32_t random = seed;
		char *text;

		for (size_t i = 0; i + 1 < sizeof(bytes); i++) {
			static const char some[] =
				"retry 12 in 5s({[\"'/:.#\xff";

			random = random * 1664525 + 1013904223;
			bytes[i] = some[(random >> 16) % (sizeof(some) - 1)];
		}
		bytes[sizeof(bytes) - 1] = '\0';
		memcpy(bytes, "retry ", 6);
		tk_tokens_read(bytes, strlen(bytes), &tokens);
		for (size_t i = 0; i < tokens.count; i++)
			cr_expect(tokens.token[i].length > 0 &&
				  (size_t)tokens.token[i].at +
						  tokens.token[i].length <
					  sizeof(bytes));
		text = guess_of(lines);
		cr_expect_not_null(text);
		free(text);
	}
}

/* Each with words of its own. */
Test(guess_guess, says_that_there_were_more_sentences)
{
	static const char *lines[601];
	static char text[600][64];
	char *got;

	for (size_t i = 0; i < 600; i++) {
		const char one = (char)('a' + i % 26),
			   other = (char)('a' + i / 26);

		snprintf(text[i], sizeof(text[i]),
			 "the %cox%ca broke, retrying the %cix%co in 5s", one,
			 other, other, one);
		lines[i] = text[i];
	}
	got = guess_of(lines);
	cr_expect_not_null(strstr(got, "of them have still other sentences"),
			   "%s", got);
	free(got);
}
