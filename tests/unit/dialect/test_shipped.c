/* Tests of lines that shippers of logs wrote into their own. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/rfc3339.h"
#include "one.h"

#define TIME "2026-01-12T10:00:00.5Z"

struct row {
	const char *why;
	/* What is before and behind the line, which is a string of JSON. */
	const char *before, *behind;
};

static const struct row shippers[] = {
	{"Fluent Bit",
	 "{\"date\":1768212000.5,\"stream\":\"stderr\",\"log\":\"",
	 "\\n\",\"kubernetes\":{\"pod_name\":\"p-1\"}}"},
	{"Filebeat", "{\"@timestamp\":\"" TIME "\",\"message\":\"",
	 "\",\"log\":{\"offset\":12},\"ecs\":{\"version\":\"8.0.0\"}}"},
	{"CloudWatch",
	 "{\"id\":\"3\",\"timestamp\":1768212000500,\"message\":\"", "\"}"},
	{"a subscription of CloudWatch",
	 "{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[{\"id\":\"3\","
	 "\"timestamp\":1768212000500,\"message\":\"",
	 "\"}]}"},
	{"logcli",
	 "{\"labels\":{\"app\":\"a\"},\"timestamp\":\"" TIME "\",\"line\":\"",
	 "\"}"},
	{"Splunk",
	 "{\"time\":1768212000.5,\"sourcetype\":\"_json\",\"event\":\"", "\"}"},
	{"an export of Splunk",
	 "{\"result\":{\"_time\":\"" TIME "\",\"_raw\":\"", "\"}}"},
	{"GELF",
	 "{\"version\":\"1.1\",\"host\":\"h\",\"timestamp\":1768212000.5,"
	 "\"short_message\":\"",
	 "\"}"},
	{"Google Cloud",
	 "{\"insertId\":\"1\",\"timestamp\":\"" TIME "\",\"textPayload\":\"",
	 "\"}"},
	{"an export of Datadog",
	 "{\"content\":{\"timestamp\":\"" TIME "\",\"message\":\"", "\"}}"},
	{"Elasticsearch",
	 "{\"_source\":{\"@timestamp\":\"" TIME "\",\"message\":\"", "\"}}"},
	{"OpenTelemetry",
	 "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{"
	 "\"timeUnixNano\":\"1768212000500000000\",\"body\":{\"stringValue\":"
	 "\"",
	 "\"}}]}]}]}"},
	{"Azure", "{\"TimeGenerated\":\"" TIME "\",\"LogMessage\":\"",
	 "\",\"LogSource\":\"stderr\"}"},
};

static void
read_line(struct tk_dialect *dialect, const char *text, const char *why,
	  struct tk_reading *out)
{
	struct tk_line line = {
		.text = text, .length = strlen(text), .number = 1};
	struct backoff_error error = {.size = sizeof(error)};

	memset(out, 0, sizeof(*out));
	cr_expect_eq(read_one(dialect, &line, out, &error), TK_EVENT,
		     "%s: %s (%s)", why, text, error.text);
}

static void
expect_read(const char *line, const char *operation, uint64_t attempt)
{
	struct tk_dialect *dialect = NULL;
	uint64_t ts_ns = 0;

	cr_assert(bo_rfc3339_parse(TIME, strlen(TIME), &ts_ns));
	cr_assert_eq(open_one("auto", &dialect, NULL), BACKOFF_OK);
	for (size_t i = 0; i < sizeof(shippers) / sizeof(*shippers); i++) {
		const struct row *row = &shippers[i];
		struct tk_reading got;
		char text[2048];

		snprintf(text, sizeof(text), "%s%s%s", row->before, line,
			 row->behind);
		read_line(dialect, text, row->why, &got);
		cr_expect_eq(got.event.ts_ns, ts_ns, "%s: %" PRIu64, row->why,
			     got.event.ts_ns);
		cr_expect_eq(got.event.attempt, attempt, "%s: %" PRIu64,
			     row->why, got.event.attempt);
		cr_expect(got.event.operation != NULL &&
				  strcmp(got.event.operation, operation) == 0,
			  "%s: %s", row->why, got.event.operation);
	}
	tk_dialect_free(dialect);
}

Test(dialect_shipped, reads_an_object_in_a_string)
{
	expect_read("{\\\"level\\\":\\\"warn\\\",\\\"msg\\\":\\\"retrying\\\","
		    "\\\"op\\\":\\\"fetch\\\",\\\"attempt\\\":2}",
		    "fetch", 2);
}

Test(dialect_shipped, prefers_the_time_of_the_line_itself)
{
	expect_read("{\\\"ts\\\":\\\"" TIME "\\\",\\\"msg\\\":\\\"retrying\\\","
		    "\\\"op\\\":\\\"fetch\\\",\\\"attempt\\\":2}",
		    "fetch", 2);
}

Test(dialect_shipped, reads_logfmt_in_a_string)
{
	expect_read("time=" TIME " level=warn msg=\\\"retrying put\\\" op=put "
		    "attempt=3",
		    "put", 3);
}

Test(dialect_shipped, reads_the_logger_of_a_text_in_a_string)
{
	expect_read("2026-01-12 10:00:00,500 WARN [exec-3] c.e.Client - "
		    "Attempt 2/5 failed: reset, retrying in 4s",
		    "c.e.Client", 2);
}

/* {"message":"{\"log\":\"{\\\"msg\\\":...}\"}"}: one quotes the other. */
Test(dialect_shipped, reads_through_two_shippers)
{
	static const char line[] =
		"{\"timestamp\":1768212000500,\"message\":\"{\\\"log\\\":"
		"\\\"{\\\\\\\"msg\\\\\\\":\\\\\\\"retrying\\\\\\\","
		"\\\\\\\"op\\\\\\\":\\\\\\\"fetch\\\\\\\","
		"\\\\\\\"attempt\\\\\\\":2}\\\",\\\"source\\\":\\\"stderr\\\"}"
		"\"}";
	struct tk_dialect *dialect = NULL;
	struct tk_reading got;

	cr_assert_eq(open_one("auto", &dialect, NULL), BACKOFF_OK);
	read_line(dialect, line, "two", &got);
	cr_expect_eq(got.event.attempt, 2);
	cr_expect_eq(got.event.ts_ns, UINT64_C(1768212000500000000));
	tk_dialect_free(dialect);
}

/* What is in a string is not better than what is around it. */
Test(dialect_shipped, reads_the_object_around_an_unknown_line)
{
	static const char *const lines[] = {
		"{\"time\":\"" TIME "\",\"message\":\"{\\\"a\\\": retrying}\","
		"\"op\":\"fetch\",\"attempt\":2}",
		"{\"time\":\"" TIME "\",\"msg\":\"retrying {\\\"a\\\":1}\","
		"\"op\":\"fetch\",\"attempt\":2}",
		"{\"time\":\"" TIME "\",\"msg\":\"" TIME " Retrying in 5s\","
		"\"op\":\"fetch\",\"attempt\":2}",
	};
	struct tk_dialect *dialect = NULL;

	cr_assert_eq(open_one("auto", &dialect, NULL), BACKOFF_OK);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct tk_reading got;

		read_line(dialect, lines[i], "around", &got);
		cr_expect_eq(got.event.attempt, 2, "%s", lines[i]);
	}
	tk_dialect_free(dialect);
}

/* More than a few levels are not opened, whatever they hold. */
Test(dialect_shipped, stops_at_a_depth)
{
	char text[16384] = "{\"msg\":\"retrying\",\"op\":\"a\",\"attempt\":2}";
	struct backoff_error error = {.size = sizeof(error)};
	struct tk_dialect *dialect = NULL;
	struct tk_reading got;

	for (int depth = 0; depth < 6; depth++) {
		char inner[sizeof(text)] = "{\"message\":\"";
		size_t used = strlen(inner);

		for (const char *p = text; *p != '\0'; p++) {
			if (*p == '"' || *p == '\\')
				inner[used++] = '\\';
			inner[used++] = *p;
		}
		snprintf(inner + used, sizeof(inner) - used, "\"}");
		memcpy(text, inner, sizeof(text));
	}
	cr_assert_eq(open_one("auto", &dialect, NULL), BACKOFF_OK);
	cr_expect_eq(read_one(dialect,
			      &(struct tk_line){.text = text,
						.length = strlen(text)},
			      &got, &error),
		     TK_FOREIGN);
	tk_dialect_free(dialect);
}

Test(dialect_shipped, reads_an_object_behind_a_prefix)
{
	static const char *const prefixes[] = {
		"2026-01-12T10:00:00.4Z\t"
		"b1946ac9-2492-4234-9d2d-0b1c2d3e4f50\tWARN\t",
		"[WARNING]\t2026-01-12T10:00:00.4Z\t"
		"b1946ac9-2492-4234-9d2d-0b1c2d3e4f50\t",
		"2026-01-12T10:00:00.400000Z 01O ",
		"10:00:00 web.1   | ",
		"0|web  | 2026-01-12 10:00:00: ",
		"2026-01-12T10:00:00.400000+00:00 app[web.1]: ",
		"app | ",
	};
	struct tk_dialect *dialect = NULL;

	cr_assert_eq(open_one("auto", &dialect, NULL), BACKOFF_OK);
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		struct tk_reading got;
		char text[512];

		snprintf(text, sizeof(text),
			 "%s{\"ts\":\"" TIME "\",\"msg\":\"retrying\","
			 "\"op\":\"fetch\",\"attempt\":2}",
			 prefixes[i]);
		read_line(dialect, text, prefixes[i], &got);
		cr_expect_eq(got.event.attempt, 2, "%s", text);
		cr_expect_eq(got.event.ts_ns, UINT64_C(1768212000500000000),
			     "%s", text);
	}
	tk_dialect_free(dialect);
}
