/* Tests of dialect files: supported mappings, and error messages. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "dialect/dialect.h"
#include "one.h"

/* Open this text as a dialect file. */
static enum backoff_status
open_text(const char *text, struct tk_dialect **out,
	  struct backoff_error *error)
{
	char path[] = "/tmp/test_dialect_XXXXXX.json";
	int fd = mkstemps(path, 5);
	enum backoff_status status;

	cr_assert(fd >= 0);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	status = open_one(path, out, error);
	unlink(path);
	return status;
}

static enum tk_verdict
read_text(struct tk_dialect *dialect, const char *text,
	  struct tk_reading *reading, struct backoff_error *error)
{
	struct tk_line line = {text, strlen(text), 1, 50, false, false, NULL};

	return read_one(dialect, &line, reading, error);
}

/* Nested names, counts from zero, milliseconds, numbered times, tables. */
static const char rich[] =
	"{\"dialect\": \"zap\",\n"
	" \"description\": \"a Go service\",\n"
	" \"fields\": {\n"
	"  \"ts\": {\"from\": \"time\", \"format\": \"unix_ms\"},\n"
	"  \"event_type\": {\"from\": \"ctx.what\"},\n"
	"  \"operation\": {\"from\": [\"ctx.op\", \"op\"]},\n"
	"  \"call_id\": {\"from\": \"ctx.id\"},\n"
	"  \"code\": {\"from\": \"status\"},\n"
	"  \"attempt\": {\"from\": \"retry\", \"add\": 1},\n"
	"  \"delay_seconds\": {\"from\": \"wait_ms\", \"unit\": \"ms\"},\n"
	"  \"duration_seconds\": {\"from\": \"took\", \"unit\": \"text\"},\n"
	"  \"class\": {\"from\": \"status\", \"values\": {\"429\": "
	"\"throttle\"}, \"otherwise\": \"server\"},\n"
	"  \"stop_reason\": {\"from\": \"why\"}\n"
	" },\n"
	" \"events\": {\n"
	"  \"again\": {\"type\": \"retry_attempt\"},\n"
	"  \"ok\": {\"type\": \"retry_success\"},\n"
	"  \"gave up\": {\"type\": \"retry_exhausted\", \"required\": "
	"[\"code\"], \"set\": {\"outcome\": \"timeout\"}}\n"
	" }}\n";

Test(dialect_file, maps_what_other_logs_have)
{
	struct tk_dialect *dialect = NULL;
	struct tk_reading reading;
	struct backoff_error error;

	cr_assert_eq(open_text(rich, &dialect, &error), BACKOFF_OK,
		     "%u:%u: %s: %s", (unsigned)error.line,
		     (unsigned)error.column, error.path, error.text);
	cr_expect_str_eq(name_of(dialect, 0), "zap");
	cr_assert_eq(read_text(dialect,
			       "{\"time\":1795428000193.5,\"ctx\":{\"what\":"
			       "\"again\",\"id\":\"c\",\"op\":\"get\"},"
			       "\"retry\":0,\"status\":429,\"wait_ms\":1.5,"
			       "\"took\":\"20ms\",\"op\":\"other\"}",
			       &reading, &error),
		     TK_EVENT, "%s: %s", error.path, error.text);
	cr_expect_eq(reading.event.ts_ns, UINT64_C(1795428000193500000));
	cr_expect_eq(reading.event.type, BACKOFF_EVENT_ATTEMPT);
	cr_expect_str_eq(reading.event.operation, "get");
	cr_expect_str_eq(reading.event.call_id, "c");
	cr_expect_str_eq(reading.event.code, "429",
			 "a number is taken as text");
	cr_expect_eq(reading.event.attempt, 1);
	cr_expect_eq(reading.event.delay_ns, 1500000);
	cr_expect_eq(reading.event.duration_ns, 20000000);
	cr_expect_eq(reading.event.failure_class, BACKOFF_CLASS_THROTTLE);
	cr_expect_eq(reading.event.outcome, BACKOFF_OUTCOME_FAILURE);
	cr_expect_not(reading.silent);

	cr_assert_eq(read_text(dialect,
			       "{\"time\":1,\"ctx.what\":\"gave up\",\"op\":"
			       "\"get\",\"retry\":2,\"status\":\"503\",\"why\":"
			       "\"deadline\"}",
			       &reading, &error),
		     TK_EVENT, "%s: %s", error.path, error.text);
	cr_expect_str_eq(reading.event.operation, "get", "the second name");
	cr_expect_eq(reading.event.attempt, 3);
	cr_expect_eq(reading.event.outcome, BACKOFF_OUTCOME_TIMEOUT);
	cr_expect_eq(reading.event.failure_class, BACKOFF_CLASS_SERVER);
	cr_expect_eq(reading.event.stop, BACKOFF_STOP_DEADLINE);

	cr_assert_eq(read_text(dialect,
			       "{\"time\":1,\"ctx\":{\"what\":\"ok\",\"op\":"
			       "\"get\"},\"retry\":2}",
			       &reading, &error),
		     TK_EVENT);
	cr_expect_eq(reading.event.outcome, BACKOFF_OUTCOME_SUCCESS);

	cr_expect_eq(read_text(dialect,
			       "{\"time\":1,\"ctx\":{\"what\":\"gave up\","
			       "\"op\":\"get\"},\"retry\":2}",
			       &reading, &error),
		     TK_BAD);
	cr_expect_str_eq(error.path, "status");
	cr_expect_eq(read_text(dialect,
			       "{\"time\":1,\"ctx\":{\"what\":\"ok\",\"op\":"
			       "\"get\"}}",
			       &reading, &error),
		     TK_BAD, "an attempt without a number");
	cr_expect_eq(read_text(dialect,
			       "{\"time\":1,\"ctx\":{\"what\":\"ok\",\"op\":"
			       "\"get\"},\"retry\":2,\"took\":\"soon\"}",
			       &reading, &error),
		     TK_BAD);
	cr_expect_str_eq(error.path, "took");
	tk_dialect_free(dialect);
}

#define FIELDS                                                                 \
	"\"fields\":{\"ts\":{\"from\":\"t\"},\"event_type\":{\"from\":\"e\"}," \
	"\"operation\":{\"from\":\"o\"},\"attempt\":{\"from\":\"a\"}"
#define EVENTS "\"events\":{\"x\":{\"type\":\"retry_attempt\"}}"

Test(dialect_file, a_zone_is_added_where_there_is_none)
{
	static const char text[] =
		"{\"dialect\":\"d\",\"fields\":{\"ts\":{\"from\":\"t\","
		"\"zone\":\"+02:00\"},\"event_type\":{\"from\":\"e\"},"
		"\"operation\":{\"from\":\"o\"},\"attempt\":{\"from\":\"a\"}}"
		"," EVENTS "}";
	struct tk_dialect *dialect = NULL;
	struct tk_reading reading;
	struct backoff_error error;

	cr_assert_eq(open_text(text, &dialect, &error), BACKOFF_OK, "%s",
		     error.text);
	cr_assert_eq(read_text(dialect,
			       "{\"t\":\"2026-11-23 12:00:00,193\",\"e\":\"x\","
			       "\"o\":\"p\",\"a\":1}",
			       &reading, &error),
		     TK_EVENT);
	cr_expect_eq(reading.event.ts_ns, UINT64_C(1795428000193000000));
	cr_assert_eq(read_text(dialect,
			       "{\"t\":\"2026-11-23T10:00:00Z\",\"e\":\"x\","
			       "\"o\":\"p\",\"a\":1}",
			       &reading, &error),
		     TK_EVENT);
	cr_expect_eq(reading.event.ts_ns, UINT64_C(1795428000000000000));
	tk_dialect_free(dialect);
}

static const struct {
	const char *why, *text;
	enum backoff_status status;
	uint32_t line, column;
	const char *path, *part;
} row[] = {
	{"not JSON", "{\n \"dialect\": x}", BACKOFF_E_SYNTAX, 2, 13, "",
	 "expected a value"},
	{"empty", "", BACKOFF_E_SYNTAX, 1, 1, "", "the input ends"},
	{"no name", "{" FIELDS "}," EVENTS "}", BACKOFF_E_FIELD, 1, 1,
	 "dialect", "is missing"},
	{"empty name", "{\"dialect\":\"\"," FIELDS "}," EVENTS "}",
	 BACKOFF_E_VALUE, 1, 12, "dialect", "empty"},
	{"misspelt member", "{\"dialect\":\"d\",\n\"feilds\":{}," EVENTS "}",
	 BACKOFF_E_FIELD, 2, 10, "feilds", "did you mean \"fields\"?"},
	{"unknown member", "{\"dialect\":\"d\",\"zzzzz\":1}", BACKOFF_E_FIELD,
	 1, 24, "zzzzz", "known members"},
	{"a name with a space in it", "{\"dialect fields\":1}", BACKOFF_E_FIELD,
	 1, 19, "dialect fields", "no such member"},
	{"no fields", "{\"dialect\":\"d\"," EVENTS "}", BACKOFF_E_FIELD, 1, 1,
	 "fields", "is missing"},
	{"no events", "{\"dialect\":\"d\"," FIELDS "}}", BACKOFF_E_FIELD, 1, 1,
	 "events", "is missing"},
	{"empty events", "{\"dialect\":\"d\"," FIELDS "},\n\"events\":{}}",
	 BACKOFF_E_LIMIT, 2, 10, "events", "from 1 to"},
	{"misspelt field",
	 "{\"dialect\":\"d\"," FIELDS
	 ",\n\"dealy_seconds\":{\"from\":\"d\"}}," EVENTS "}",
	 BACKOFF_E_FIELD, 2, 17, "fields.dealy_seconds",
	 "did you mean \"delay_seconds\"?"},
	{"a field twice",
	 "{\"dialect\":\"d\"," FIELDS ",\n\"ts\":{\"from\":\"d\"}}," EVENTS "}",
	 BACKOFF_E_FIELD, 1, 31, "fields.ts", "duplicate"},
	{"a field that is a number",
	 "{\"dialect\":\"d\"," FIELDS ",\n\"code\":1}," EVENTS "}",
	 BACKOFF_E_VALUE, 2, 8, "fields.code", "must be a string"},
	{"no source",
	 "{\"dialect\":\"d\"," FIELDS ",\n\"code\":{}}," EVENTS "}",
	 BACKOFF_E_FIELD, 2, 8, "fields.code.from", "is missing"},
	{"no source in the list",
	 "{\"dialect\":\"d\"," FIELDS ",\n\"code\":{\"from\":[]}}," EVENTS "}",
	 BACKOFF_E_VALUE, 2, 16, "fields.code.from", "empty"},
	{"a number in the list",
	 "{\"dialect\":\"d\"," FIELDS
	 ",\n\"code\":{\"from\":[\"a\",1]}}," EVENTS "}",
	 BACKOFF_E_VALUE, 2, 21, "fields.code.from[1]", "must be a string"},
	{"too many in the list",
	 "{\"dialect\":\"d\"," FIELDS
	 ",\n\"code\":{\"from\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,"
	 "17,18,19,20,21]}}," EVENTS "}",
	 BACKOFF_E_LIMIT, 2, 16, "fields.code.from", "more than 20"},
	{"a unit for a text",
	 "{\"dialect\":\"d\"," FIELDS
	 ",\n\"code\":{\"from\":\"c\",\"unit\":\"s\"}}," EVENTS "}",
	 BACKOFF_E_FIELD, 2, 27, "fields.code.unit", "known members: from"},
	{"no such unit",
	 "{\"dialect\":\"d\"," FIELDS ",\n\"delay_seconds\":{\"from\":"
	 "\"c\",\"unit\":\"min\"}}," EVENTS "}",
	 BACKOFF_E_VALUE, 2, 36, "fields.delay_seconds.unit", "s ms us ns"},
	{"no such format",
	 "{\"dialect\":\"d\",\"fields\":{\"ts\":{\"from\":\"c\","
	 "\"format\":\"epoch\"}}}",
	 BACKOFF_E_VALUE, 1, 52, "fields.ts.format", "rfc3339 unix_s unix_ms"},
	{"no such zone",
	 "{\"dialect\":\"d\",\"fields\":{\"ts\":{\"from\":\"c\","
	 "\"zone\":\"Mars\"}}}",
	 BACKOFF_E_VALUE, 1, 50, "fields.ts.zone", "+02:00"},
	{"too much to add",
	 "{\"dialect\":\"d\"," FIELDS
	 ",\n\"attempts\":{\"from\":\"c\",\"add\":0.5}}," EVENTS "}",
	 BACKOFF_E_VALUE, 2, 30, "fields.attempts.add", "whole number"},
	{"no such class",
	 "{\"dialect\":\"d\"," FIELDS
	 ",\n\"class\":{\"from\":\"c\",\"values\":{\"1\":"
	 "\"throtle\"}}}," EVENTS "}",
	 BACKOFF_E_VALUE, 2, 35, "fields.class.values.1",
	 "did you mean \"throttle\"?"},
	{"no such outcome",
	 "{\"dialect\":\"d\"," FIELDS
	 ",\n\"outcome\":{\"from\":\"c\",\"otherwise\":\"maybe\"}}"
	 "," EVENTS "}",
	 BACKOFF_E_VALUE, 2, 35, "fields.outcome.otherwise",
	 "success failure timeout cancelled"},
	{"no operation",
	 "{\"dialect\":\"d\",\"fields\":{\"ts\":{\"from\":\"t\"},"
	 "\"event_type\":{\"from\":\"e\"}}}",
	 BACKOFF_E_FIELD, 1, 25, "fields.operation", "is missing"},
	{"no attempt number",
	 "{\"dialect\":\"d\",\"fields\":{\"ts\":{\"from\":\"t\"},"
	 "\"event_type\":{\"from\":\"e\"},\"operation\":{\"from\":"
	 "\"o\"}}," EVENTS "}",
	 BACKOFF_E_FIELD, 1, 25, "fields.attempt", "numbered"},
	{"no type", "{\"dialect\":\"d\"," FIELDS "},\n\"events\":{\"x\":{}}}",
	 BACKOFF_E_FIELD, 2, 15, "events.x.type", "is missing"},
	{"misspelt type",
	 "{\"dialect\":\"d\"," FIELDS
	 "},\n\"events\":{\"x\":{\"type\":\"retry_atempt\"}}}",
	 BACKOFF_E_VALUE, 2, 23, "events.x.type",
	 "did you mean \"retry_attempt\"?"},
	{"a type that no log of calls has",
	 "{\"dialect\":\"d\"," FIELDS
	 "},\n\"events\":{\"x\":{\"type\":\"events_dropped\"}}}",
	 BACKOFF_E_VALUE, 2, 23, "events.x.type", "must be one of"},
	{"required, not mapped",
	 "{\"dialect\":\"d\"," FIELDS
	 "},\n\"events\":{\"x\":{\"type\":\"retry_attempt\","
	 "\"required\":[\"attempt\",\"code\"]}}}",
	 BACKOFF_E_VALUE, 2, 61, "events.x.required[1]",
	 "not among this dialect's fields"},
	{"required, misspelt",
	 "{\"dialect\":\"d\"," FIELDS
	 "},\n\"events\":{\"x\":{\"type\":\"retry_attempt\","
	 "\"required\":[\"atempt\"]}}}",
	 BACKOFF_E_VALUE, 2, 51, "events.x.required[0]",
	 "did you mean \"attempt\"?"},
	{"a constant of no field",
	 "{\"dialect\":\"d\"," FIELDS
	 "},\n\"events\":{\"x\":{\"type\":\"retry_attempt\","
	 "\"set\":{\"eror\":\"x\"}}}}",
	 BACKOFF_E_FIELD, 2, 53, "events.x.set.eror",
	 "did you mean \"error\"?"},
	{"no such reason",
	 "{\"dialect\":\"d\"," FIELDS
	 "},\n\"events\":{\"x\":{\"type\":\"retry_attempt\","
	 "\"set\":{\"stop_reason\":\"max_atempts\"}}}}",
	 BACKOFF_E_VALUE, 2, 60, "events.x.set.stop_reason",
	 "did you mean \"max_attempts\"?"},
	{"an escape that cJSON refuses", "{\"dialect\":\"\\ud800\"}",
	 BACKOFF_E_SYNTAX, 1, 13, "", "escape"},
	{"a NUL, where a string would end", "{\"dialect\":\"a\\u0000b\"}",
	 BACKOFF_E_SYNTAX, 1, 14, "", "cannot contain \\u0000"},
	{"a number that cJSON does not read",
	 "{\"dialect\":\"d\",\"x\":0.000000000000000000000000000000000000000"
	 "000000000000000000000001}",
	 BACKOFF_E_LIMIT, 1, 20, "", "63 characters"},
	{"an array", "[]", BACKOFF_E_VALUE, 1, 1, "", "must be an object"},
};

Test(dialect_file, errors_say_what_and_where)
{
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_dialect *dialect = NULL;
		struct backoff_error error;
		enum backoff_status status;

		memset(&error, 0, sizeof(error));
		status = open_text(row[i].text, &dialect, &error);
		cr_expect_eq(status, row[i].status, "%s: %d", row[i].why,
			     (int)status);
		cr_expect_null(dialect);
		cr_expect_eq(error.status, row[i].status, "%s", row[i].why);
		cr_expect_eq(error.line, row[i].line, "%s: %u", row[i].why,
			     (unsigned)error.line);
		cr_expect_eq(error.column, row[i].column, "%s: %u", row[i].why,
			     (unsigned)error.column);
		cr_expect_str_eq(error.path, row[i].path, "%s: %s", row[i].why,
				 error.path);
		cr_expect(strstr(error.text, row[i].part), "%s: %s", row[i].why,
			  error.text);
	}
}

Test(dialect_file, names_that_are_not_there_are_told_apart)
{
	struct tk_dialect *dialect = NULL;
	struct backoff_error error;

	cr_expect_eq(open_one("pyhton-retry", &dialect, &error),
		     BACKOFF_E_NOT_FOUND);
	cr_expect(strstr(error.text, "did you mean python-retry?"));
	cr_expect_eq(open_one("log4j", &dialect, NULL), BACKOFF_E_NOT_FOUND);
	errno = 0;
	cr_expect_eq(open_one("/nonexistent/d.json", &dialect, &error),
		     BACKOFF_E_IO);
	cr_expect_eq(errno, ENOENT);
	cr_expect_eq(open_one("/dev/zero", &dialect, &error), BACKOFF_E_LIMIT);
	cr_expect_eq(open_one("/tmp", &dialect, &error), BACKOFF_E_IO);
	cr_expect_null(dialect);
}

Test(dialect_file, the_installed_file_is_the_built_in_one)
{
	struct tk_dialect *dialect = NULL;
	struct backoff_error error;

	cr_assert_eq(open_one(TEST_SRCDIR
			      "/tools/dialect/dialects/python-retry.json",
			      &dialect, &error),
		     BACKOFF_OK, "%s", error.text);
	cr_expect_str_eq(name_of(dialect, 0), "python-retry");
	tk_dialect_free(dialect);
}

/* The text of the next block of JSON in a document; free() it. */
static char *
json_block(FILE *file)
{
	char line[4096], *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	while (fgets(line, sizeof(line), file) &&
	       strcmp(line, "```json\n") != 0)
		continue;
	while (fgets(line, sizeof(line), file) && strcmp(line, "```\n") != 0)
		fputs(line, out);
	fclose(out);
	return text;
}

Test(dialect_file, the_document_shows_the_truth)
{
	FILE *file = fopen(TEST_SRCDIR "/docs/dialects.md", "r");
	struct tk_dialect *dialect = NULL;
	struct tk_reading reading;
	struct backoff_error error;
	char *example, *line;

	cr_assert_not_null(file);
	example = json_block(file);
	line = json_block(file);
	fclose(file);
	cr_assert_eq(open_text(example, &dialect, &error), BACKOFF_OK, "%s",
		     error.text);
	cr_expect_str_eq(name_of(dialect, 0), "python-retry");
	cr_assert_eq(read_text(dialect, line, &reading, &error), TK_EVENT, "%s",
		     error.text);
	cr_expect_eq(reading.event.delay_ns, 1029886193);
	cr_expect_eq(reading.event.outcome, BACKOFF_OUTCOME_TIMEOUT);
	tk_dialect_free(dialect);
	free(example);
	free(line);
}

/* Editors of Windows write one at the start of a file. */
Test(dialect_dialect_file, a_byte_order_mark_is_skipped)
{
	char text[sizeof(rich) + 3];
	struct tk_dialect *dialect = NULL;
	struct backoff_error error = {.text = ""};

	snprintf(text, sizeof(text), "\xef\xbb\xbf%s", rich);
	cr_expect(open_text(text, &dialect, &error) == BACKOFF_OK, "%s",
		  error.text);
	tk_dialect_free(dialect);
	dialect = NULL;
	cr_expect(open_text("\xff\xfe{", &dialect, &error) != BACKOFF_OK);
	cr_expect(strstr(error.text, "UTF-16") != NULL, "%s", error.text);
}
