/* Tests of envelopes of many loggers. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include <criterion/criterion.h>

#include "base/rfc3339.h"
#include "envelope/envelope.h"

static uint64_t
at(const char *text)
{
	uint64_t ns = 0;

	cr_assert(bo_rfc3339_parse(text, strlen(text), &ns), "%s", text);
	return ns;
}

static struct tk_envelope_reader *
new_reader(void)
{
	struct tk_envelope_reader *reader = tk_envelope_reader_new();

	cr_assert_not_null(reader);
	tk_envelope_clock(reader, 0, at("2026-11-30T10:00:00Z"));
	return reader;
}

static struct tk_payload
payload_of(const char *text)
{
	return (struct tk_payload){
		.text = text, .length = strlen(text), .ts_ns = BACKOFF_ABSENT};
}

static void
expect_piece(struct tk_piece got, const char *want, const char *what,
	     const char *line)
{
	if (want == NULL) {
		cr_expect_null(got.at, "%s of %s: %.*s", what, line,
			       (int)got.length, got.at);
		return;
	}
	cr_expect(got.at != NULL && got.length == strlen(want) &&
			  memcmp(got.at, want, got.length) == 0,
		  "%s of %s: '%.*s'", what, line, (int)got.length,
		  got.at != NULL ? got.at : "");
}

struct row {
	const char *line;
	enum tk_envelope_kind kind;
	const char *ts, *message, *thread, *logger, *level, *id;
};

static void
expect(const struct row *row, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct tk_envelope_reader *reader = new_reader();
		struct tk_payload payload = payload_of(row[i].line);
		const char *line = row[i].line;
		char ts[BO_RFC3339_MAX] = "none";
		struct tk_envelope got;

		cr_expect_eq(tk_envelope_read(reader, 0, &payload, &got, NULL),
			     BACKOFF_OK, "%s", line);
		if (got.ts_ns != BACKOFF_ABSENT)
			bo_rfc3339_format(got.ts_ns, 9, ts, sizeof(ts));
		cr_expect_eq(got.kind, row[i].kind, "%s", line);
		cr_expect_eq(got.ts_ns,
			     row[i].ts != NULL ? at(row[i].ts) : BACKOFF_ABSENT,
			     "%s: %s", line, ts);
		expect_piece(got.kind == TK_ENVELOPE_TEXT ||
					     got.kind == TK_ENVELOPE_TAIL
				     ? got.body
				     : got.message,
			     row[i].message, "message", line);
		expect_piece(got.thread, row[i].thread, "thread", line);
		expect_piece(got.logger, row[i].logger, "logger", line);
		expect_piece(got.level, row[i].level, "level", line);
		expect_piece(got.id, row[i].id, "id", line);
		tk_envelope_reader_free(reader);
	}
}

#define EXPECT(rows) expect(rows, sizeof(rows) / sizeof(*(rows)))

static const struct row json[] = {
	{"{\"id\":\"AZ\",\"type\":\"log\",\"attributes\":{\"timestamp\":"
	 "\"2026-01-12T10:00:00.5Z\",\"attributes\":{}},\"message\":\"x\"}",
	 TK_ENVELOPE_JSON, "2026-01-12T10:00:00.5Z", "x", NULL, NULL, NULL,
	 NULL},
	{"{\"level\":\"warn\",\"ts\":1768300583.437593,"
	 "\"logger\":\"exporter\",\"msg\":\"retry\"}",
	 TK_ENVELOPE_JSON, "2026-01-13T10:36:23.437593Z", "retry", NULL,
	 "exporter", "warn", NULL},
	{"{\"@timestamp\":\"2026-01-12T10:00:00.5+01:00\","
	 "\"log.level\":\"WARN\",\"message\":\"a \\\"b\\\" \\u00e4\","
	 "\"process.thread.name\":\"main\",\"log.logger\":\"a.B\","
	 "\"trace.id\":\"t1\"}",
	 TK_ENVELOPE_JSON, "2026-01-12T09:00:00.5Z", "a \"b\" \xc3\xa4", "main",
	 "a.B", "WARN", "t1"},
	{"{\"@timestamp\":\"2026-01-12T10:00:00Z\","
	 "\"log\":{\"level\":\"WARN\",\"logger\":\"a.B\"},"
	 "\"process\":{\"thread\":{\"name\":\"main\"}},"
	 "\"trace\":{\"id\":\"t1\"},\"message\":\"m\"}",
	 TK_ENVELOPE_JSON, "2026-01-12T10:00:00Z", "m", "main", "a.B", "WARN",
	 "t1"},
	{"{\"@t\":\"2026-01-12T12:42:37.1Z\",\"@mt\":\"Try {N}\","
	 "\"@m\":\"Try 1\",\"@l\":\"Warning\",\"@tr\":\"ab\","
	 "\"SourceContext\":\"Polly\"}",
	 TK_ENVELOPE_JSON, "2026-01-12T12:42:37.1Z", "Try 1", NULL, "Polly",
	 "Warning", "ab"},
	{"{\"level\":40,\"time\":1768212600123,\"reqId\":\"r-1\","
	 "\"msg\":\"retrying\"}",
	 TK_ENVELOPE_JSON, "2026-01-12T10:10:00.123Z", "retrying", NULL, NULL,
	 "40", "r-1"},
	{"{\"timestamp\":{\"seconds\":1768212600,\"nanos\":123000000},"
	 "\"jsonPayload\":{\"message\":\"m\"},\"severity\":\"INFO\","
	 "\"logging.googleapis.com/trace\":\"p/1\"}",
	 TK_ENVELOPE_JSON, "2026-01-12T10:10:00.123Z", "m", NULL, NULL, "INFO",
	 "p/1"},
	{"{\"instant\":{\"epochSecond\":1768212600,\"nanoOfSecond\":5},"
	 "\"thread\":\"t-1\",\"level\":\"INFO\",\"loggerName\":\"L\","
	 "\"message\":\"m\"}",
	 TK_ENVELOPE_JSON, "2026-01-12T10:10:00.000000005Z", "m", "t-1", "L",
	 "INFO", NULL},
	{"{\"t\":{\"$date\":\"2026-01-12T10:00:00.123+00:00\"},"
	 "\"msg\":\"m\"}",
	 TK_ENVELOPE_JSON, "2026-01-12T10:00:00.123Z", "m", NULL, NULL, NULL,
	 NULL},
	{"{\"text\":\"t\",\"record\":{\"message\":\"m\",\"name\":\"n\","
	 "\"time\":{\"repr\":\"x\",\"timestamp\":1768212600.5},"
	 "\"level\":{\"name\":\"INFO\"},\"thread\":{\"name\":\"th\"}}}",
	 TK_ENVELOPE_JSON, "2026-01-12T10:10:00.5Z", "m", "th", "n", "INFO",
	 NULL},
	{"{\"timestamp\":\"2026-01-12T10:00:00Z\",\"level\":\"WARN\","
	 "\"fields\":{\"message\":\"m\",\"attempt\":1},"
	 "\"target\":\"app::net\",\"threadId\":\"ThreadId(7)\"}",
	 TK_ENVELOPE_JSON, "2026-01-12T10:00:00Z", "m", "ThreadId(7)",
	 "app::net", "WARN", NULL},
	/* Go writes a member twice: the last counts. */
	{"{\"ts\":\"2026-01-12T10:00:00Z\",\"msg\":\"a\",\"msg\":"
	 "\"b\"}",
	 TK_ENVELOPE_JSON, "2026-01-12T10:00:00Z", "b", NULL, NULL, NULL, NULL},
	/* A time that is not one is not taken; nor an empty id. */
	{"{\"time\":0.123,\"ts\":\"2026-01-12T10:00:00Z\","
	 "\"request_id\":\"-\",\"trace_id\":\"00000000\",\"msg\":"
	 "\"a\"}",
	 TK_ENVELOPE_JSON, "2026-01-12T10:00:00Z", "a", NULL, NULL, NULL, NULL},
	{"{\"date\":\"12\\/Jan\\/2026:10:00:00 +0000\",\"status\":429}",
	 TK_ENVELOPE_JSON, "2026-01-12T10:00:00Z",
	 "{\"date\":\"12\\/Jan\\/2026:10:00:00 +0000\",\"status\":429}", NULL,
	 NULL, NULL, NULL},
};

Test(envelope_envelope, reads_json_of_many_loggers)
{
	EXPECT(json);
}

Test(envelope_envelope, reads_logfmt)
{
	static const struct row row[] = {
		{"ts=2026-01-12T13:35:53.495Z caller=dedupe.go:112 level=warn "
		 "msg=\"Failed to \\\"send\\\"\\tit\" err=x",
		 TK_ENVELOPE_LOGFMT, "2026-01-12T13:35:53.495Z",
		 "Failed to \"send\"\tit", NULL, "dedupe.go:112", "warn", NULL},
		{"t=1768212600 lvl=eror msg=retry traceID=ab",
		 TK_ENVELOPE_LOGFMT, "2026-01-12T10:10:00Z", "retry", NULL,
		 NULL, "eror", "ab"},
		{"time=\"2026-01-12T10:00:00Z\" level=info thread_name='w 1' "
		 "msg=\"a\\u00e4\\x41\"",
		 TK_ENVELOPE_LOGFMT, "2026-01-12T10:00:00Z", "a\xc3\xa4\x41",
		 "w 1", NULL, "info", NULL},
		{"event='retrying' attempt=1", TK_ENVELOPE_LOGFMT, NULL,
		 "retrying", NULL, NULL, NULL, NULL},
	};

	EXPECT(row);
}

Test(envelope_envelope, reads_console_text_with_an_object)
{
	static const struct row row[] = {
		{"2026-01-12T10:00:00.123+0100\twarn\texporterhelper/"
		 "retry_sender.go:129\tExporting failed.\t{\"kind\": "
		 "\"exporter\", \"interval\": \"6.1s\"}",
		 TK_ENVELOPE_TAIL, "2026-01-12T09:00:00.123Z",
		 "Exporting failed.", NULL, NULL, "warn", NULL},
		{"12:00:01 WARN retry {\"request_id\":\"r\"} ",
		 TK_ENVELOPE_TAIL, "2026-11-30T12:00:01Z", "retry", NULL, NULL,
		 "WARN", "r"},
		/* Not an object at the end. */
		{"2026-01-12 10:00:00 retry {\"a\":1} soon", TK_ENVELOPE_TEXT,
		 "2026-01-12T10:00:00Z", "retry {\"a\":1} soon", NULL, NULL,
		 NULL, NULL},
		{"2026-01-12 10:00:00 retry {\"a\":}", TK_ENVELOPE_TEXT,
		 "2026-01-12T10:00:00Z", "retry {\"a\":}", NULL, NULL, NULL,
		 NULL},
		{"{worker-1} 2026-01-12 10:00:00 retry", TK_ENVELOPE_TEXT,
		 "2026-01-12T10:00:00Z", "retry", "worker-1", NULL, NULL, NULL},
	};

	EXPECT(row);
}
