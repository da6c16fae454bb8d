/* Tests of notes: whose event they complete, and what they are alone. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "one.h"

#define AT(s) "2026-01-12 10:00:0" s " WARNING "
#define FINISHED(op, n)                                                        \
	"Finished call to '" op "' after 0.1(s), this was the " n              \
	" time calling it.\n"
#define AGAIN(op, s) "Retrying " op " in " s " seconds as it raised E: x.\n"

/* A line a reading: "attempt f 2/3 +1.5 x". */
struct seen {
	char text[1024];
	size_t used;
};

static void
put(struct seen *seen, const char *before, const char *text)
{
	if (text != NULL)
		seen->used += (size_t)snprintf(seen->text + seen->used,
					       sizeof(seen->text) - seen->used,
					       "%s%s", before, text);
}

static void
put_number(struct seen *seen, const char *before, uint64_t number, double unit)
{
	char text[32];

	snprintf(text, sizeof(text), "%g", (double)number / unit);
	if (number != BACKOFF_ABSENT)
		put(seen, before, text);
}

static bool
see(void *user, const struct tk_reading *reading)
{
	const struct backoff_event *event = &reading->event;
	struct seen *seen = user;

	put(seen, "", backoff_event_type_name(event->type) + 6);
	put(seen, " ", event->operation);
	put_number(seen, " ", event->attempt, 1);
	put_number(seen, "/", event->max_attempts, 1);
	put_number(seen, " +", event->delay_ns, 1e9);
	put(seen, " ", event->code);
	put(seen, " ", event->error);
	put(seen, "\n", "");
	return true;
}

static const struct {
	const char *why, *lines, *is;
} row[] = {
	{"the last attempt of a call is not of the retry of another",
	 AT("0.100") "billing: Attempt 4/4 failed: declined, giving up\n" AT(
		 "3.100") "mail: Retrying in 5 seconds\n",
	 "attempt mail +5\n"},
	{"urllib3's answer is that of botocore's operation",
	 AT("0.100") "https://b.s3.eu-west-1.amazonaws.com:443 \"PUT /k "
		     "HTTP/1.1\" 503 None\n" AT(
			     "0.101") "Event needs-retry.s3.PutObject: calling "
				      "handler <x>\n" AT("0.102") "Response "
								  "received to "
								  "retry, "
								  "sleeping "
								  "for 0.4 "
								  "seconds\n",
	 "attempt s3.PutObject +0.4 503\n"},
	{"a failure is of its own loop",
	 AT("0.100") "billing: Attempt 1/4 failed: declined\n" AT(
		 "0.200") "mail: Retrying in 5 seconds\n" AT("0.300") "billing:"
								      " Retryin"
								      "g in 2 "
								      "seconds"
								      "\n",
	 "attempt mail +5\nattempt billing 1/4 +2 declined\n"},
	{"an end of another logger is of another call",
	 AT("0.100") "mail: Attempt 1/4 failed: reset, retrying in 1s\n" AT(
		 "2.100") "billing: Giving up after 2 attempts: declined\n",
	 "attempt mail 1/4 +1 reset\n"},
	{"an end of a much later attempt is of another call",
	 AT("0.100") "Attempt 2 failed: reset, retrying in 1s\n" AT(
		 "2.100") "Giving up after 7 attempts: declined\n",
	 "attempt loop 2 +1 reset\n"},
	{"an end of the next attempt is of the call that waits",
	 AT("0.100") "Attempt 2 failed: reset, retrying in 1s\n" AT(
		 "2.100") "Giving up after 3 attempts: declined\n",
	 "attempt loop 2 +1 reset\nexhausted loop 3 declined\n"},
	{"an end of another operation is of another call",
	 AT("0.100") "Attempt 2 failed: reset, retrying in 1s op=pull\n" AT(
		 "2.100") "Giving up after 3 attempts op=push\n",
	 "attempt pull 2 +1 reset\nexhausted push 3\n"},
	{"a success ends the call of a failure that stands alone",
	 AT("0.100") "Attempt 1/3 failed: reset\n" AT(
		 "2.100") "Attempt 2/3 succeeded\n" AT("2.900") "Save(x) "
								"returned "
								"error, "
								"retrying "
								"after 5s\n",
	 "attempt loop 1/3 reset\nsuccess loop 2/3\nattempt loop +5\n"},
	{"an end with an id is of the call with that id",
	 "{\"time\":\"2026-01-12T10:00:00.1Z\",\"msg\":\"Retrying in 1s\","
	 "\"reqId\":\"a\"}\n"
	 "{\"time\":\"2026-01-12T10:00:00.2Z\",\"msg\":\"retrying\",\"op\":"
	 "\"get\",\"attempt\":1,\"delay_ms\":500,\"reqId\":\"b\"}\n"
	 "{\"time\":\"2026-01-12T10:00:02.1Z\",\"msg\":\"GET ok after 2 "
	 "attempts\",\"reqId\":\"b\"}\n",
	 "attempt loop +1\nattempt get 1 +0.5\nsuccess get 2\n"},
	{"a request that an error quotes has its status",
	 AT("0.100") "Attempt 1/3 failed: \"POST /v1/x HTTP/1.1\" 503, "
		     "retrying "
		     "in 1s\n",
	 "attempt loop 1/3 +1 503 \"POST /v1/x HTTP/1.1\" 503\n"},
	{"members of ctx are found",
	 "{\"event\":\"http_retry\",\"level\":\"warning\",\"timestamp\":"
	 "\"2026-01-12T10:00:00.1Z\",\"ctx\":{\"op\":\"GET /stock\","
	 "\"retry_count\":1,\"sleep_s\":0.75,\"error\":\"timed out\"}}\n",
	 "attempt GET /stock 1 +0.75 timed out\n"},
	{"members of fields are found",
	 "{\"timestamp\":\"2026-01-12T10:00:00.1Z\",\"level\":\"WARN\","
	 "\"fields\":{\"message\":\"retrying\",\"op\":\"put\",\"attempt\":2,"
	 "\"backoff_ms\":250}}\n",
	 "attempt put 2 +0.25\n"},
	{"the template of Serilog is filled",
	 "{\"@t\":\"2026-01-12T10:00:00.1Z\",\"@mt\":\"Retry {Count} of "
	 "{Max} after {@Delay:0.0} ms due to {Reason}\",\"Count\":2,\"Max\":"
	 "5,\"Delay\":400,\"Reason\":\"a \\\"b\\\"\",\"SourceContext\":"
	 "\"Shop.Client\"}\n",
	 "attempt Shop.Client 2/6 +0.4 a \"b\"\n"},
	{"the template of Serilog's older format is filled",
	 "{\"Timestamp\":\"2026-01-12T10:00:00.1Z\",\"Level\":\"Warning\","
	 "\"MessageTemplate\":\"Attempt {A}/{Max} failed: {Why}, retrying in "
	 "{Delay}s\",\"Properties\":{\"A\":2,\"Max\":5,\"Delay\":4,\"Why\":"
	 "\"reset\",\"SourceContext\":\"Shop.Bus\"}}\n",
	 "attempt Shop.Bus 2/5 +4 reset\n"},
	{"what Monolog writes behind the context",
	 "[2026-01-12T10:00:00.1+00:00] app.WARNING: Retrying request "
	 "{\"attempt\":1,\"max_attempts\":3,\"delay_ms\":250} []\n",
	 "attempt app 1/3 +0.25\n"},
	{"the context of Monolog, and what is behind it",
	 "[2026-01-12T10:00:00.1+00:00] app.WARNING: Retrying request "
	 "{\"attempt\":1,\"max_attempts\":3,\"delay_ms\":250} "
	 "{\"uid\":\"x\"}\n",
	 "attempt app 1/3 +0.25\n"},
	{"a text of Monolog without a context",
	 "[2026-01-12T10:00:00.1+00:00] app.ERROR: Retry 2/5 in 400 ms [] []\n",
	 "attempt app 2/6 +0.4\n"},
	{"two at once are used in their order",
	 AT("0.100") "sync: Attempt 2/5 failed: A\n" AT(
		 "0.110") "sync: Attempt 1/5 failed: B\n" AT("0.120") "sync: "
								      "Retrying"
								      " in "
								      "4s\n" AT(
									      "0.130") "sync: Retrying in 2s\n",
	 "attempt sync 2/5 +4 A\nattempt sync 1/5 +2 B\n"},
	{"an older one that nothing took is not used before a new one",
	 AT("0.100") FINISHED("f", "3rd") AT("2.100") FINISHED("f", "1st")
		 AT("2.101") AGAIN("f", "1.0"),
	 "attempt f 1 +1 x\nexhausted f 3\n"},
	{"the request of one operation is not that of another",
	 AT("0.100") "httpx: HTTP Request: POST https://a.example/v1/chat "
		     "\"HTTP/1.1 404 Not Found\"\n" AT(
			     "3.100") "openai._base_client: Retrying request "
				      "to /embed in 0.5 "
				      "seconds\n",
	 "attempt /embed +0.5\n"},
	{"a request long before says nothing about a call without an address",
	 AT("0.100") "httpx: HTTP Request: POST https://a.example/v1/chat "
		     "\"HTTP/1.1 404 Not Found\"\n" AT("8.100")
			     AGAIN("f", "1.0"),
	 "attempt f +1 x\n"},
	{"one just before does",
	 AT("0.100") "httpx: HTTP Request: POST https://a.example/v1/chat "
		     "\"HTTP/1.1 429 Too Many Requests\"\n" AT("0.101")
			     AGAIN("f", "1.0"),
	 "attempt f +1 429 x\n"},
	{"failures that have no other line are events at the end",
	 AT("0.100") FINISHED("f", "1st") AT("1.100") FINISHED("f", "2nd"),
	 "attempt f 1\nattempt f 2\n"},
	{"one without a retry, where others have one, ended its call",
	 AT("0.100") FINISHED("f", "1st") AT("0.101") AGAIN("f", "1.0")
		 AT("1.200") FINISHED("f", "2nd"),
	 "attempt f 1 +1 x\nexhausted f 2\n"},
	{"also if its retry has its line before it",
	 AT("0.101") AGAIN("f", "1.0") AT("0.100") FINISHED("f", "1st")
		 AT("1.200") FINISHED("f", "2nd"),
	 "attempt f +1 x\nexhausted f 2\n"},
	{"nothing but failures, of a loop whose last attempt they number",
	 AT("0.100") "sync: Attempt 1/3 failed: A\n" AT(
		 "1.100") "sync: Attempt 2/3 failed: A\n" AT("3.100") "sync: "
								      "Attempt "
								      "3/3 "
								      "failed: "
								      "A\n",
	 "attempt sync 1/3 A\nattempt sync 2/3 A\nexhausted sync 3/3 A\n"},
	{"failures before a sentence that ends their call",
	 AT("0.100") "sync: Attempt 1/2 failed: A\n" AT(
		 "1.200") "sync: All 2 attempts failed\n",
	 "attempt sync 1/2 A\nexhausted sync 2\n"},
	{"a failure of a request that may be retried, and was not",
	 "{\"event\":\"call_failed\",\"tool\":\"f\",\"retryable\":true,"
	 "\"run_id\":\"a\",\"timestamp\":\"2026-01-12T10:00:00.1Z\"}\n"
	 "{\"event\":\"retry\",\"tool\":\"f\",\"attempt\":1,\"sleep_s\":0.5,"
	 "\"run_id\":\"a\",\"timestamp\":\"2026-01-12T10:00:00.1Z\"}\n"
	 "{\"event\":\"call_failed\",\"tool\":\"f\",\"retryable\":true,"
	 "\"run_id\":\"a\",\"timestamp\":\"2026-01-12T10:00:01.1Z\"}\n",
	 "attempt f 1 +0.5\nexhausted f\n"},
};

static void
read_all(struct tk_dialect *dialect, const char *text, struct seen *seen)
{
	struct backoff_error error = {.size = sizeof(error)};

	memset(seen, 0, sizeof(*seen));
	for (const char *at = text; *at != '\0'; at += strcspn(at, "\n") + 1) {
		const struct tk_line line = {.text = at,
					     .length = strcspn(at, "\n")};

		cr_expect_neq(
			tk_dialect_read(dialect, 0, &line, see, seen, &error),
			TK_BAD, "%s", error.text);
	}
}

Test(dialect_notes, are_about_one_event)
{
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct backoff_error error = {.size = sizeof(error)};
		struct tk_dialect *dialect;
		struct seen seen;

		cr_assert_eq(open_one("auto", &dialect, &error), BACKOFF_OK);
		read_all(dialect, row[i].lines, &seen);
		cr_expect(tk_dialect_flush(dialect, 0, BACKOFF_ABSENT, see,
					   &seen));
		cr_expect_str_eq(seen.text, row[i].is, "%s\n%s\nnot:\n%s",
				 row[i].why, seen.text, row[i].is);
		/* Each counts once. */
		seen.used = 0;
		tk_dialect_flush(dialect, 0, BACKOFF_ABSENT, see, &seen);
		cr_expect_eq(seen.used, 0, "%s", row[i].why);
		tk_dialect_free(dialect);
	}
}

Test(dialect_notes, wait_for_a_minute)
{
	const uint64_t line_ns = UINT64_C(1768212000100000000);
	struct backoff_error error = {.size = sizeof(error)};
	struct tk_dialect *dialect;
	struct seen seen;

	cr_assert_eq(open_one("auto", &dialect, &error), BACKOFF_OK);
	read_all(dialect, AT("0.100") FINISHED("f", "1st"), &seen);
	tk_dialect_flush(dialect, 0, line_ns + UINT64_C(59000000000), see,
			 &seen);
	tk_dialect_flush(dialect, 1, BACKOFF_ABSENT, see, &seen);
	cr_expect_str_eq(seen.text, "");
	tk_dialect_flush(dialect, 0, line_ns + UINT64_C(61000000000), see,
			 &seen);
	cr_expect_str_eq(seen.text, "attempt f 1\n");
	tk_dialect_free(dialect);
}

static bool
count(void *user, const struct tk_reading *reading)
{
	(void)reading;
	++*(size_t *)user;
	return true;
}

/* More lanes and notes than are kept: none of them is lost. */
Test(dialect_notes, are_counted_when_they_make_room)
{
	struct backoff_error error = {.size = sizeof(error)};
	struct tk_dialect *dialect;
	size_t readings = 0;
	char text[160];

	cr_assert_eq(open_one("auto", &dialect, &error), BACKOFF_OK);
	for (int i = 0; i < 3000; i++) {
		const struct tk_line line = {
			.text = text,
			.length = (size_t)snprintf(
					  text, sizeof(text),
					  AT("0") "[worker-%d] x: " FINISHED(
						  "f%d", "1st"),
					  i % 200 * (i % 3), i) -
				  1};

		tk_dialect_read(dialect, 0, &line, count, &readings, &error);
	}
	cr_expect_gt(readings, 0);
	tk_dialect_flush(dialect, 0, BACKOFF_ABSENT, count, &readings);
	cr_expect_eq(readings, 3000, "%zu", readings);
	tk_dialect_free(dialect);
}
