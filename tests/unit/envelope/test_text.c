/* Tests of plain text: its header, its pairs, and lines without a time. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include <criterion/criterion.h>

#include "base/rfc3339.h"
#include "envelope/envelope.h"
#include "envelope/header.h"

static uint64_t
at(const char *text)
{
	uint64_t ns = 0;

	cr_assert(bo_rfc3339_parse(text, strlen(text), &ns), "%s", text);
	return ns;
}

static void
expect_piece(struct tk_piece got, const char *want, const char *line)
{
	if (want == NULL)
		cr_expect_null(got.at, "%s: %.*s", line, (int)got.length,
			       got.at);
	else
		cr_expect(got.at != NULL && got.length == strlen(want) &&
				  memcmp(got.at, want, got.length) == 0,
			  "%s: '%.*s'", line, (int)got.length,
			  got.at != NULL ? got.at : "");
}

static const struct {
	const char *line, *ts, *level, *thread, *logger, *id, *body;
} headers[] = {
	{"2026-01-12 10:00:01,234 WARNING app.client: Retrying x",
	 "2026-01-12T10:00:01.234Z", "WARNING", NULL, "app.client", NULL,
	 "Retrying x"},
	{"2026-01-12 17:52:20 [urllib3.connectionpool] WARNING: Retry",
	 "2026-01-12T17:52:20Z", "WARNING", NULL, "urllib3.connectionpool",
	 NULL, "Retry"},
	{"INFO:backoff:Backing off f(...)", NULL, "INFO", NULL, "backoff", NULL,
	 "Backing off f(...)"},
	{"[2026-02-13 16:48:26,405: INFO/ForkPoolWorker-7] Task a",
	 "2026-02-13T16:48:26.405Z", "INFO", "ForkPoolWorker-7", NULL, NULL,
	 "Task a"},
	{"2026-01-12 09:00:00.101 DEBUG 1 --- [exec-1] s.a.Request "
	 "        : Will retry",
	 "2026-01-12T09:00:00.101Z", "DEBUG", "exec-1", "s.a.Request", NULL,
	 "Will retry"},
	{"2026-01-12T14:32:25.680-05:00 DEBUG 12952 --- [app] "
	 "[nio-8888-exec-4] o.s.R   : Retry: count=0",
	 "2026-01-12T19:32:25.68Z", "DEBUG", "nio-8888-exec-4", "o.s.R", NULL,
	 "Retry: count=0"},
	{"2026-01-12 10:00:00.221  WARN 1 --- [ad | producer-1] o.a.S "
	 ": [P] Got",
	 "2026-01-12T10:00:00.221Z", "WARN", "ad | producer-1", "o.a.S", NULL,
	 "[P] Got"},
	{"2026-01-12 10:00:00.1 INFO [app,0123456789abcdef0123456789"
	 "abcdef,00f067aa0ba902b7] 1 --- [main] a.B : x",
	 "2026-01-12T10:00:00.1Z", "INFO", "main", "a.B",
	 "0123456789abcdef0123456789abcdef", "x"},
	{"2026-01-12 10:00:00.1 INFO 1 --- [app] [main] "
	 "[0123456789abcdef0123456789abcdef-00f067aa0ba902b7] a.B : x",
	 "2026-01-12T10:00:00.1Z", "INFO", "main", "a.B",
	 "0123456789abcdef0123456789abcdef", "x"},
	{"10:15:00.123 [pool-1-thread-2] INFO a.b.C - retry",
	 "2026-11-30T10:15:00.123Z", "INFO", "pool-1-thread-2", "a.b.C", NULL,
	 "retry"},
	{"[2026-01-12 10:00:00,120] WARN [Producer clientId=p-1] Got "
	 "error (org.apache.kafka.Sender)",
	 "2026-01-12T10:00:00.12Z", "WARN", NULL, "org.apache.kafka.Sender",
	 NULL, "[Producer clientId=p-1] Got error (org.apache.kafka.Sender)"},
	{"26/01/12 10:00:00 INFO Client: Retrying connect",
	 "2026-01-12T10:00:00Z", "INFO", NULL, "Client", NULL,
	 "Retrying connect"},
	{"I0112 14:12:58.520621    3239 with_retry.go:234] Got a",
	 "2026-01-12T14:12:58.520621Z", "I", "3239", NULL, NULL, "Got a"},
	{"W, [2026-01-12T10:00:00.123456 #1234]  WARN -- : retry",
	 "2026-01-12T10:00:00.123456Z", "W", "1234", NULL, NULL, "retry"},
	{"2026-01-12 10:00:00.1 WARNING (MainThread) [a.components.x] "
	 "retry",
	 "2026-01-12T10:00:00.1Z", "WARNING", "MainThread", "a.components.x",
	 NULL, "retry"},
	{"[W 260112 10:00:00 web:2246] 500", "2026-01-12T10:00:00Z", "W", NULL,
	 NULL, NULL, "500"},
	{"[W 2026-01-12 10:00:00.5 web] 500", "2026-01-12T10:00:00.5Z", "W",
	 NULL, NULL, NULL, "500"},
	{"[2026-01-12T09:22:07.202+0000] {taskinstance.py:21} INFO - S",
	 "2026-01-12T09:22:07.202Z", "INFO", NULL, NULL, NULL, "S"},
	{"[2026/01/12 11:23:17] [ warn] [engine] failed",
	 "2026-01-12T11:23:17Z", "warn", NULL, NULL, NULL, "[engine] failed"},
	{"2026-01-12 10:00:00 +0000 [warn]: #0 failed", "2026-01-12T10:00:00Z",
	 "warn", NULL, NULL, NULL, "#0 failed"},
	{"SDK 2026/01/12 07:37:40 DEBUG retrying request",
	 "2026-01-12T07:37:40Z", "DEBUG", NULL, NULL, NULL, "retrying request"},
	{"192.0.2.7 - alice [12/Jan/2026:13:10:23 +0000] \"GET / H\"",
	 "2026-01-12T13:10:23Z", NULL, NULL, NULL, NULL,
	 "192.0.2.7 - alice [12/Jan/2026:13:10:23 +0000] \"GET / H\""},
	{"1:M 12 Jan 2026 10:00:00.123 * retry", "2026-01-12T10:00:00.123Z",
	 NULL, NULL, NULL, NULL, "* retry"},
	{"2026-01-12T10:00:00.1Z WARN ThreadId(02) app::net: retry",
	 "2026-01-12T10:00:00.1Z", "WARN", NULL, NULL, NULL,
	 "ThreadId(02) app::net: retry"},
	{"2026-01-12T10:00:01Z [Retry] API call failed (503)",
	 "2026-01-12T10:00:01Z", NULL, NULL, NULL, NULL,
	 "[Retry] API call failed (503)"},
	{"INFO 2026-01-12 10:00:00 [a1b2c3d4] attempt 1",
	 "2026-01-12T10:00:00Z", "INFO", NULL, NULL, "a1b2c3d4", "attempt 1"},
	{"WARN[0001] retrying", NULL, "WARN", NULL, NULL, NULL, "retrying"},
	/* The time is a part of the message. */
	{"Task due 2026-01-12 10:00:00 failed", NULL, NULL, NULL, NULL, NULL,
	 "Task due 2026-01-12 10:00:00 failed"},
	{"[attempt 1/3] failed", NULL, NULL, NULL, NULL, NULL,
	 "[attempt 1/3] failed"},
	{"", NULL, NULL, NULL, NULL, NULL, ""},
	{"[", NULL, NULL, NULL, NULL, NULL, "["},
	{"- - : |", NULL, NULL, NULL, NULL, NULL, "- - : |"},
};

Test(envelope_text, recognises_headers)
{
	struct tk_time_rules rules = {.now_ns = at("2026-11-30T10:00:00Z")};

	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		const char *line = headers[i].line;
		struct tk_header got;

		tk_header_read(line, strlen(line), &rules, &got);
		cr_expect_eq(got.has_time, headers[i].ts != NULL, "%s", line);
		if (got.has_time && headers[i].ts != NULL)
			cr_expect_eq(got.time.ns, at(headers[i].ts), "%s",
				     line);
		expect_piece(got.level, headers[i].level, line);
		expect_piece(got.thread, headers[i].thread, line);
		expect_piece(got.logger, headers[i].logger, line);
		expect_piece(got.id, headers[i].id, line);
		expect_piece((struct tk_piece){line + got.body,
					       strlen(line) - got.body},
			     headers[i].body, line);
	}
}

static void
read_envelope(struct tk_envelope_reader *reader, size_t input, const char *text,
	      uint64_t wrapper_ns, struct tk_envelope *out)
{
	struct tk_payload payload = {
		.text = text, .length = strlen(text), .ts_ns = wrapper_ns};

	cr_expect_eq(tk_envelope_read(reader, input, &payload, out, NULL),
		     BACKOFF_OK);
}

static struct tk_envelope_reader *
new_reader(void)
{
	struct tk_envelope_reader *reader = tk_envelope_reader_new();

	cr_assert_not_null(reader);
	tk_envelope_clock(reader, 0, at("2026-11-30T10:00:00Z"));
	return reader;
}

Test(envelope_text, lines_without_a_time_take_the_head_lines)
{
	struct tk_envelope_reader *reader = new_reader();
	struct tk_payload pass = {.text = "2026-01-12 10:00:05 INFO foreign",
				  .ts_ns = BACKOFF_ABSENT};
	struct tk_envelope got;

	read_envelope(reader, 1, "no time", BACKOFF_ABSENT, &got);
	cr_expect_eq(got.ts_ns, BACKOFF_ABSENT);
	cr_expect_eq(got.origin, TK_TIME_NOWHERE);
	read_envelope(reader, 1, "2026-01-12T10:00:00Z warn: Polly[3]",
		      BACKOFF_ABSENT, &got);
	read_envelope(reader, 1, "      Execution attempt.", BACKOFF_ABSENT,
		      &got);
	cr_expect_eq(got.ts_ns, at("2026-01-12T10:00:00Z"));
	cr_expect_eq(got.origin, TK_TIME_HEAD);
	/* Another input has other heads. */
	read_envelope(reader, 2, "      Execution attempt.", BACKOFF_ABSENT,
		      &got);
	cr_expect_eq(got.ts_ns, BACKOFF_ABSENT);
	/* Lines that were not read count, but not those without a time. */
	pass.length = strlen(pass.text);
	tk_envelope_pass(reader, 1, &pass);
	pass.text = "java.io.IOException: at 1 host";
	pass.length = strlen(pass.text);
	tk_envelope_pass(reader, 1, &pass);
	read_envelope(reader, 1, "retry", BACKOFF_ABSENT, &got);
	cr_expect_eq(got.ts_ns, at("2026-01-12T10:00:05Z"));
	/* A wrapper's time is better than a head's. */
	read_envelope(reader, 1, "retry", at("2026-01-12T11:00:00Z"), &got);
	cr_expect_eq(got.ts_ns, at("2026-01-12T11:00:00Z"));
	cr_expect_eq(got.origin, TK_TIME_WRAPPER);
	tk_envelope_reader_free(reader);
}

Test(envelope_text, a_container_has_only_its_own_heads)
{
	struct tk_envelope_reader *reader = new_reader();
	struct tk_payload pass = {
		.text = "redis-1   | 1:M 12 Jan 2026 10:00:05.123 * Ready",
		.ts_ns = BACKOFF_ABSENT};
	struct tk_payload line = {.text = "retry",
				  .length = 5,
				  .ts_ns = BACKOFF_ABSENT,
				  .wrappers = 1u << TK_WRAPPER_COMPOSE,
				  .container = {"web-1", 5}};
	struct tk_envelope got;

	pass.length = strlen(pass.text);
	tk_envelope_pass(reader, 1, &pass);
	cr_expect_eq(tk_envelope_read(reader, 1, &line, &got, NULL),
		     BACKOFF_OK);
	cr_expect_eq(got.ts_ns, BACKOFF_ABSENT);
	pass.text = "web-1     | 2026-01-12 10:00:07 INFO foreign";
	pass.length = strlen(pass.text);
	tk_envelope_pass(reader, 1, &pass);
	cr_expect_eq(tk_envelope_read(reader, 1, &line, &got, NULL),
		     BACKOFF_OK);
	cr_expect_eq(got.ts_ns, at("2026-01-12T10:00:07Z"));
	tk_envelope_reader_free(reader);
}

Test(envelope_text, takes_the_zone_of_another_time_in_the_line)
{
	static const struct {
		const char *text, *wrapper, *want;
		bool no_zone;
	} row[] = {
		{"2026-01-12 12:00:00.250 WARN x", "2026-01-12T10:00:01Z",
		 "2026-01-12T10:00:00.25Z", false},
		{"2026-01-12 15:30:00.250 WARN x", "2026-01-12T10:00:01Z",
		 "2026-01-12T10:00:00.25Z", false},
		{"2026-01-12 10:00:00 WARN x", NULL, "2026-01-12T10:00:00Z",
		 true},
		/* Not the same moment anywhere. */
		{"2026-01-12 12:05:00 WARN x", "2026-01-12T10:00:00Z",
		 "2026-01-12T12:05:00Z", true},
		{"2026-01-13 12:00:00 WARN x", "2026-01-12T10:00:00Z",
		 "2026-01-13T12:00:00Z", true},
		{"2026-01-12 11:12:37.7 WARN 1 --- [m-1] c.e.R : "
		 "2026-01-12T11:12:37.704+05:30[Asia/Calcutta]: Retry",
		 NULL, "2026-01-12T05:42:37.7Z", false},
		/* The wrapper knows the year and the day. */
		{"23:59:59.5 WARN x", "2025-06-01T00:00:00Z",
		 "2025-05-31T23:59:59.5Z", false},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_envelope_reader *reader = new_reader();
		struct tk_envelope got;

		read_envelope(reader, 0, row[i].text,
			      row[i].wrapper != NULL ? at(row[i].wrapper)
						     : BACKOFF_ABSENT,
			      &got);
		cr_expect_eq(got.ts_ns, at(row[i].want), "%s", row[i].text);
		cr_expect_eq(got.no_zone, row[i].no_zone, "%s", row[i].text);
		cr_expect_eq(got.origin, TK_TIME_OWN);
		tk_envelope_reader_free(reader);
	}
}

Test(envelope_text, times_without_a_date_go_on_after_midnight)
{
	struct tk_envelope_reader *reader = new_reader();
	struct tk_envelope got;

	read_envelope(reader, 0, "11:00:00 x", BACKOFF_ABSENT, &got);
	cr_expect_eq(got.ts_ns, at("2026-11-30T11:00:00Z"));
	read_envelope(reader, 0, "21:59:59 x", BACKOFF_ABSENT, &got);
	cr_expect_eq(got.ts_ns, at("2026-11-30T21:59:59Z"));
	/* A little back is two threads. */
	read_envelope(reader, 0, "21:59:58 x", BACKOFF_ABSENT, &got);
	cr_expect_eq(got.ts_ns, at("2026-11-30T21:59:58Z"));
	read_envelope(reader, 0, "09:00:01 x", BACKOFF_ABSENT, &got);
	cr_expect_eq(got.ts_ns, at("2026-12-01T09:00:01Z"));
	read_envelope(reader, 0, "10:00:01 x", BACKOFF_ABSENT, &got);
	cr_expect_eq(got.ts_ns, at("2026-12-01T10:00:01Z"));
	tk_envelope_reader_free(reader);
}

Test(envelope_text, finds_members)
{
	static const struct {
		const char *line, *path, *want;
		enum bo_json_type type;
	} row[] = {
		{"{\"a\":{\"b\":{\"c\":7}}}", "a.b.c", "7", BO_JSON_NUMBER},
		{"{\"a.b\":{\"c\":7}}", "a.b.c", "7", BO_JSON_NUMBER},
		{"{\"a\":{\"b.c\":7}}", "a.b.c", "7", BO_JSON_NUMBER},
		{"{\"a.b.c\":7}", "a.b.c", "7", BO_JSON_NUMBER},
		{"{\"a\":1,\"a\":2}", "a", "2", BO_JSON_NUMBER},
		{"{\"a\":{\"b\":1,\"b\":2}}", "a.b", "2", BO_JSON_NUMBER},
		{"{\"a\":{\"b\":1}}", "a.c", NULL, BO_JSON_NULL},
		{"{\"\\u0061\":true}", "a", "true", BO_JSON_TRUE},
		/* Sidekiq: an object in a string. */
		{"{\"msg\":\"{\\\"job\\\":{\\\"n\\\":3}}\"}", "msg.job.n", "3",
		 BO_JSON_NUMBER},
		{"{\"msg\":\"{broken\"}", "msg.job", NULL, BO_JSON_NULL},
		{"attempt=2 err=\"a \\\"b\\\"\" ok=true", "attempt", "2",
		 BO_JSON_NUMBER},
		{"attempt=2 err=\"a \\\"b\\\"\" ok=true", "err", "a \"b\"",
		 BO_JSON_STRING},
		{"attempt=2 err=\"a \\\"b\\\"\" ok=true", "ok", "true",
		 BO_JSON_TRUE},
		{"retry soon attempt=2, wait=3s.", "attempt", "2",
		 BO_JSON_NUMBER},
		{"retry (attempt=2) x=1", "attempt", "2)", BO_JSON_STRING},
		/* Sentences without quotes end before the next pair. */
		{"WARN a: failed. error=tcp connect: refused (os error 1) "
		 "limit=true",
		 "error", "tcp connect: refused (os error 1)", BO_JSON_STRING},
		{"GET http://x/?a=b c=d", "a", NULL, BO_JSON_NULL},
		{"x a==b", "a", NULL, BO_JSON_NULL},
		{"x name='it is' y=1", "name", "it is", BO_JSON_STRING},
		{"x name='it y=1", "name", "'it", BO_JSON_STRING},
		{"2026-01-12 10:00:00 warn x {\"a\": {\"b\": \"c\"}}", "a.b",
		 "c", BO_JSON_STRING},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_envelope_reader *reader = new_reader();
		struct bo_json_value value = {.type = BO_JSON_NULL};
		struct tk_envelope got;
		bool found;

		read_envelope(reader, 0, row[i].line, BACKOFF_ABSENT, &got);
		found = tk_envelope_member(&got, row[i].path, &value);
		cr_expect_eq(found, row[i].want != NULL, "%s", row[i].line);
		if (found && row[i].want != NULL) {
			cr_expect_eq(value.type, row[i].type, "%s",
				     row[i].line);
			expect_piece((struct tk_piece){value.at, value.length},
				     row[i].want, row[i].line);
		}
		tk_envelope_reader_free(reader);
	}
}

Test(envelope_text, broken_objects_are_reported_and_read_as_text)
{
	struct tk_envelope_reader *reader = new_reader();
	struct backoff_error error = {.status = BACKOFF_OK};
	struct tk_payload payload = {.text = "{\"a\":1,\"b\":tru",
				     .ts_ns = BACKOFF_ABSENT};
	struct tk_envelope got;
	char deep[200];

	payload.length = strlen(payload.text);
	cr_expect_eq(tk_envelope_read(reader, 0, &payload, &got, &error),
		     BACKOFF_E_SYNTAX);
	cr_expect_eq(error.column, 12);
	cr_expect_eq(got.kind, TK_ENVELOPE_TEXT);
	memset(deep, '[', sizeof(deep));
	memcpy(deep, "{\"a\":", 5);
	payload.text = deep;
	payload.length = sizeof(deep);
	cr_expect_eq(tk_envelope_read(reader, 0, &payload, &got, &error),
		     BACKOFF_E_LIMIT);
	/* A whole one behind the break does not replace the line. */
	payload.text = "{\"time\":\"2026-01-12T10:00:00Z\",\"a\" "
		       "{\"ts\":1768300583.5,\"msg\":\"x\"}";
	payload.length = strlen(payload.text);
	cr_expect_eq(tk_envelope_read(reader, 0, &payload, &got, &error),
		     BACKOFF_E_SYNTAX);
	cr_expect_eq(got.kind, TK_ENVELOPE_TAIL);
	cr_expect_eq(got.message.at, payload.text);
	tk_envelope_reader_free(reader);
}

Test(envelope_text, only_an_object_behind_a_blank_is_a_tail)
{
	static const char line[] = "disk full\0{\"device\":\"sda\"}";
	struct tk_envelope_reader *reader = new_reader();
	struct tk_payload payload = {.text = line,
				     .length = sizeof(line) - 1,
				     .ts_ns = BACKOFF_ABSENT};
	struct tk_envelope got;

	cr_expect_eq(tk_envelope_read(reader, 0, &payload, &got, NULL),
		     BACKOFF_OK);
	cr_expect_eq(got.kind, TK_ENVELOPE_TEXT);
	tk_envelope_reader_free(reader);
}
