/* Tests of tools/dialect/dialect: kinds of lines, and their content. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "dialect/dialect.h"
#include "one.h"

#define T "\"timestamp\":\"2026-11-23T10:00:00.193766+00:00\","
#define O "\"operation\":\"op\","
#define ATTEMPT                                                                \
	"{" T "\"event_type\":\"retry_attempt\"," O                            \
	"\"attempt\":1,\"max_attempts\":3,\"delay_seconds\":0.5}"
#define NATIVE                                                                 \
	"{\"v\":1,\"ts\":\"2026-11-23T10:00:00.193766Z\","                     \
	"\"event_type\":\"retry_success\",\"operation\":\"op\","               \
	"\"call_id\":\"c1\",\"attempt\":1,\"max_attempts\":3,"                 \
	"\"outcome\":\"success\"}"

static struct tk_line
line_of(const char *text, size_t length)
{
	return (struct tk_line){text, length, 7, 100, false, false, NULL};
}

static enum tk_verdict
read_text(struct tk_dialect *dialect, const char *text,
	  struct tk_reading *reading, struct backoff_error *error)
{
	struct tk_line line = line_of(text, strlen(text));

	return read_one(dialect, &line, reading, error);
}

static struct tk_dialect *
open_dialect(const char *name)
{
	struct tk_dialect *dialect = NULL;
	struct backoff_error error;

	cr_assert_eq(open_one(name, &dialect, &error), BACKOFF_OK, "%s: %s",
		     name, error.text);
	return dialect;
}

#define N(text) text, sizeof(text) - 1

static const struct {
	const char *why, *in;
	size_t length;
	enum tk_verdict verdict;
	/* TK_BAD: */
	uint32_t column;
	const char *path, *text;
} row[] = {
	{"an event", N(ATTEMPT), TK_EVENT, 0, NULL, NULL},
	{"NUL bytes after a byte order mark", N("\xef\xbb\xbf\0\0" ATTEMPT),
	 TK_EVENT, 0, NULL, NULL},
	{"in space, with a return", N(" \t" ATTEMPT " \r"), TK_EVENT, 0, NULL,
	 NULL},
	{"escaped name and type",
	 N("{" T "\"event\\u005ftype\":\"retry\\u005fattempt\"," O
	   "\"attempt\":1,\"max_attempts\":3,\"delay_seconds\":0}"),
	 TK_EVENT, 0, NULL, NULL},
	{"exhausted, with a total only",
	 N("{" T "\"event_type\":\"retry_exhausted\"," O "\"attempts\":3}"),
	 TK_EVENT, 0, NULL, NULL},
	{"null is absent",
	 N("{" T "\"event_type\":\"retry_exhausted\"," O
	   "\"attempts\":3,\"error_type\":null,\"error\":null}"),
	 TK_EVENT, 0, NULL, NULL},
	{"deep, but not too deep",
	 N("{\"x\":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]," T
	   "\"event_type\":\"retry_exhausted\"," O "\"attempts\":3}"),
	 TK_EVENT, 0, NULL, NULL},

	{"empty", N(""), TK_FOREIGN, 0, NULL, NULL},
	{"blank", N(" \t\r"), TK_FOREIGN, 0, NULL, NULL},
	{"text", N("Traceback (most recent call last):"), TK_FOREIGN, 0, NULL,
	 NULL},
	{"text with the word", N("INFO event_type\" retry_attempt"), TK_FOREIGN,
	 0, NULL, NULL},
	{"text that is not UTF-8", N("\xff\xfe caf\xe9"), TK_FOREIGN, 0, NULL,
	 NULL},
	{"a JSON array", N("[1,2]"), TK_FOREIGN, 0, NULL, NULL},
	{"another object", N("{\"message\":\"done\"}"), TK_FOREIGN, 0, NULL,
	 NULL},
	{"another event",
	 N("{\"event_type\":\"user_login\",\"attempt\":\"x\"}"), TK_FOREIGN, 0,
	 NULL, NULL},
	{"another event, a name twice",
	 N("{\"event_type\":\"user_login\",\"operation\":1,"
	   "\"operation\":2}"),
	 TK_FOREIGN, 0, NULL, NULL},
	{"an event_type that is not a string", N("{\"event_type\":7}"),
	 TK_FOREIGN, 0, NULL, NULL},
	{"an event_type further in",
	 N("{\"x\":{\"event_type\":\"retry_attempt\"}}"), TK_FOREIGN, 0, NULL,
	 NULL},
	{"the word in a message",
	 N("{\"message\":\"\\\"event_type\\\": \\\"retry_attempt\\\"\"}"),
	 TK_FOREIGN, 0, NULL, NULL},
	{"Python's NaN in a line of something else", N("{\"load\":NaN}"),
	 TK_FOREIGN, 0, NULL, NULL},

	{"cut off before the type", N("{\"timestamp\":\"2026-"), TK_BAD, 20, "",
	 "truncated JSON"},
	{"cut off behind the type",
	 N("{" T "\"event_type\":\"retry_attempt\"," O "\"att"), TK_BAD, 99, "",
	 "ends inside a string"},
	{"cut off before the brace", N("{\"event_type\":\"retry_attempt\""),
	 TK_BAD, 30, "", "ends inside an object"},
	{"text after it", N(ATTEMPT "x"), TK_BAD, 144, "", "after the end"},
	{"two on one line", N(ATTEMPT ATTEMPT), TK_BAD, 144, "",
	 "after the end"},
	{"NaN", N("{\"event_type\":\"retry_attempt\",\"delay_seconds\":NaN}"),
	 TK_BAD, 47, "", "NaN"},
	{"control character",
	 N("{\"event_type\":\"retry_attempt\",\"error\":\"\x01\"}"), TK_BAD, 40,
	 "", "control character"},
	{"not UTF-8", N("{\"event_type\":\"retry_attempt\",\"x\":\"\xe9\"}"),
	 TK_BAD, 36, "", "UTF-8"},
	{"a NUL byte", N("{\"event_type\":\"retry\0attempt\"}"), TK_BAD, 21, "",
	 "NUL"},
	{"a hole of NUL bytes", N("\0\0\0\0{}"), TK_BAD, 1, "", "NUL"},
	{"too deep",
	 N("{\"event_type\":\"retry_attempt\",\"x\":"
	   "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
	   "}"),
	 TK_BAD, 66, "", "nested"},
	{"a field twice",
	 N("{" T "\"event_type\":\"retry_exhausted\"," O
	   "\"attempts\":3,\"attempts\":3}"),
	 TK_BAD, 121, "attempts", "duplicate"},
	{"the type twice",
	 N("{" T "\"event_type\":\"retry_exhausted\"," O
	   "\"attempts\":3,\"event_type\":\"retry_exhausted\"}"),
	 TK_BAD, 123, "event_type", "duplicate"},
	{"no time",
	 N("{\"event_type\":\"retry_exhausted\"," O "\"attempts\":3}"), TK_BAD,
	 1, "timestamp", "missing"},
	{"no operation",
	 N("{" T "\"event_type\":\"retry_exhausted\",\"attempts\":3}"), TK_BAD,
	 1, "operation", "missing"},
	{"no number of attempts",
	 N("{" T "\"event_type\":\"retry_exhausted\"," O "\"x\":3}"), TK_BAD, 1,
	 "attempts", "missing"},
	{"null where it is needed",
	 N("{" T "\"event_type\":\"retry_exhausted\"," O "\"attempts\":null}"),
	 TK_BAD, 108, "attempts", "missing"},
	{"a number as text",
	 N("{" T "\"event_type\":\"retry_exhausted\"," O "\"attempts\":\"3\"}"),
	 TK_BAD, 108, "attempts", "a number (got a string)"},
	{"true",
	 N("{" T "\"event_type\":\"retry_exhausted\"," O "\"attempts\":true}"),
	 TK_BAD, 108, "attempts", "a number (got true)"},
	{"attempt zero",
	 N("{" T "\"event_type\":\"retry_exhausted\"," O "\"attempts\":0}"),
	 TK_BAD, 108, "attempts", "out of range"},
	{"half an attempt",
	 N("{" T "\"event_type\":\"retry_exhausted\"," O "\"attempts\":2.5}"),
	 TK_BAD, 108, "attempts", "whole"},
	{"too many attempts",
	 N("{" T "\"event_type\":\"retry_exhausted\"," O "\"attempts\":1e30}"),
	 TK_BAD, 108, "attempts", "out of range"},
	{"a negative delay",
	 N("{" T "\"event_type\":\"retry_attempt\"," O
	   "\"attempt\":1,\"max_attempts\":3,\"delay_seconds\":-0.5}"),
	 TK_BAD, 140, "delay_seconds", "negative"},
	{"a delay beyond all bounds",
	 N("{" T "\"event_type\":\"retry_attempt\"," O
	   "\"attempt\":1,\"max_attempts\":3,\"delay_seconds\":1e10}"),
	 TK_BAD, 140, "delay_seconds", "out of range"},
	{"an object as text",
	 N("{" T "\"event_type\":\"retry_exhausted\",\"attempts\":3,"
	   "\"operation\":{}}"),
	 TK_BAD, 105, "operation", "a string (got an object)"},
	{"a day that does not exist",
	 N("{\"timestamp\":\"2026-02-30T00:00:00Z\","
	   "\"event_type\":\"retry_exhausted\"," O "\"attempts\":3}"),
	 TK_BAD, 14, "timestamp", "RFC 3339"},
	{"a time without offset",
	 N("{\"timestamp\":\"2026-02-20T00:00:00\","
	   "\"event_type\":\"retry_exhausted\"," O "\"attempts\":3}"),
	 TK_BAD, 14, "timestamp", "no zone"},
};

Test(dialect_dialect, events_foreign_and_bad_lines_are_told_apart)
{
	static const char *const dialects[] = {"auto", "python-retry"};

	for (size_t d = 0; d < 2; d++) {
		struct tk_dialect *dialect = open_dialect(dialects[d]);

		for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
			/* A block of its exact size, so that a sanitizer sees
			 * a byte too many. */
			char *copy = malloc(row[i].length + 1);
			struct tk_line line = line_of(copy, row[i].length);
			struct tk_reading reading;
			struct backoff_error error;
			enum tk_verdict verdict;

			memcpy(copy, row[i].in, row[i].length);
			if (row[i].length)
				copy = realloc(copy, row[i].length);
			line.text = copy;
			verdict = read_one(dialect, &line, &reading, &error);
			cr_expect_eq(verdict, row[i].verdict, "%s: %d",
				     row[i].why, (int)verdict);
			if (verdict == TK_BAD && row[i].text) {
				cr_expect_eq(error.line, 7, "%s", row[i].why);
				cr_expect_eq(error.column, row[i].column,
					     "%s: %u", row[i].why,
					     (unsigned)error.column);
				cr_expect_str_eq(error.path, row[i].path, "%s",
						 row[i].why);
				cr_expect(strstr(error.text, row[i].text),
					  "%s: %s", row[i].why, error.text);
			}
			free(copy);
		}
		tk_dialect_free(dialect);
	}
}

Test(dialect_dialect, a_number_of_dropped_events_is_bounded)
{
	static const struct {
		const char *dropped;
		enum tk_verdict verdict;
	} line[] = {
		{"50", TK_EVENT},
		{"1000000000000", TK_EVENT},
		{"1000000000001", TK_BAD},
		{"18000000000000000000", TK_BAD},
	};
	struct tk_dialect *dialect = open_dialect("auto");

	for (size_t i = 0; i < sizeof(line) / sizeof(*line); i++) {
		struct tk_reading reading;
		struct backoff_error error = {.size = sizeof(error)};
		struct tk_line in;
		char text[200];
		int length = snprintf(
			text, sizeof(text),
			"{\"v\":1,\"ts\":\"2026-11-23T09:00:00Z\","
			"\"event_type\":\"events_dropped\",\"dropped\":%s}",
			line[i].dropped);

		in = line_of(text, (size_t)length);
		cr_expect_eq(read_one(dialect, &in, &reading, &error),
			     line[i].verdict, "%s", line[i].dropped);
		if (line[i].verdict == TK_BAD)
			cr_expect(strstr(error.text, "10^12"), "%s",
				  error.text);
	}
	tk_dialect_free(dialect);
}

Test(dialect_dialect, oversize_and_unterminated_lines_are_named)
{
	struct tk_dialect *dialect = open_dialect("auto");
	char *big = calloc(1, TK_LINE_MAX);
	struct tk_reading reading;
	struct backoff_error error;
	struct tk_line line = line_of(big, TK_LINE_MAX);

	memset(big, 'x', TK_LINE_MAX);
	line.oversize = true;
	cr_expect_eq(read_one(dialect, &line, &reading, &error), TK_BAD);
	cr_expect_eq(error.status, BACKOFF_E_LIMIT);
	cr_expect(strstr(error.text, "1 MiB"));

	line = line_of("{\"mess", 6);
	line.unterminated = true;
	cr_expect_eq(read_one(dialect, &line, &reading, &error), TK_BAD);
	cr_expect(strstr(error.text, "the file ends"));
	line = line_of(ATTEMPT, sizeof(ATTEMPT) - 1);
	line.unterminated = true;
	cr_expect_eq(read_one(dialect, &line, &reading, &error), TK_EVENT);

	line = line_of("\xef\xbb\xbf" ATTEMPT, sizeof(ATTEMPT) + 2);
	cr_expect_eq(read_one(dialect, &line, &reading, &error), TK_EVENT,
		     "a byte order mark is skipped in any line: files are "
		     "joined");
	line.offset = 0;
	cr_expect_eq(read_one(dialect, &line, &reading, &error), TK_EVENT,
		     "and at the start");
	cr_expect_eq(read_text(dialect, "{", &reading, NULL), TK_BAD);
	free(big);
	tk_dialect_free(dialect);
}

Test(dialect_dialect, objects_of_several_lines_are_not_bad)
{
	static const char *const begin[] = {"{'retry/count': 3,", "{",
					    "{\"a\": 1,", "{\"a\": {",
					    "{worker-1"};
	struct tk_dialect *dialect = open_dialect("auto");
	struct tk_reading reading;

	for (size_t i = 0; i < sizeof(begin) / sizeof(*begin); i++)
		cr_expect_eq(read_text(dialect, begin[i], &reading, NULL),
			     TK_FOREIGN, "%s", begin[i]);
	cr_expect_eq(read_text(dialect, "{\"a\": \"b", &reading, NULL), TK_BAD);
	/* In a log of objects they are. */
	cr_expect_eq(read_text(dialect, "{\"a\": 1}", &reading, NULL),
		     TK_FOREIGN);
	cr_expect_eq(read_text(dialect, "{\"a\": 1,", &reading, NULL), TK_BAD);
	cr_expect_eq(read_text(dialect, begin[0], &reading, NULL), TK_FOREIGN);
	tk_dialect_free(dialect);
}

Test(dialect_dialect, a_python_attempt_keeps_everything)
{
	static const char text[] =
		"{\"timestamp\": \"2026-11-23T10:00:36.919020+00:00\", "
		"\"level\": \"WARNING\", \"message\": \"(attempt 1/3)\", "
		"\"event_type\": \"retry_attempt\", \"operation\": "
		"\"describe_image\", \"attempt\": 1, \"max_attempts\": 3, "
		"\"delay_seconds\": 0.9761897767549093, \"error\": "
		"\"caf\\u00e9 \\\"x\\\"\", \"error_type\": \"TimeoutError\", "
		"\"request_id\": \"1a009d91\", \"line\": 177}";
	struct tk_dialect *dialect = open_dialect("python-retry");
	struct tk_reading reading;
	struct backoff_error error;

	cr_assert_eq(read_text(dialect, text, &reading, &error), TK_EVENT, "%s",
		     error.text);
	cr_expect_eq(reading.event.type, BACKOFF_EVENT_ATTEMPT);
	cr_expect_eq(reading.event.ts_ns, UINT64_C(1795428036919020000));
	cr_expect_str_eq(reading.event.operation, "describe_image");
	cr_expect_eq(reading.event.attempt, 1);
	cr_expect_eq(reading.event.max_attempts, 3);
	cr_expect_eq(reading.event.delay_ns, 976189777);
	cr_expect_str_eq(reading.event.error, "caf\xc3\xa9 \"x\"");
	cr_expect_str_eq(reading.event.error_type, "TimeoutError");
	cr_expect_str_eq(reading.event.trace_id, "1a009d91");
	cr_expect_null(reading.event.call_id);
	cr_expect_eq(reading.event.outcome, BACKOFF_OUTCOME_TIMEOUT);
	cr_expect_eq(reading.event.kind, BACKOFF_KIND_FIRST);
	cr_expect_eq(reading.event.stop, BACKOFF_STOP_NONE);
	cr_expect_eq(reading.event.duration_ns, BACKOFF_ABSENT);
	cr_expect_eq(reading.event.attempts, BACKOFF_ABSENT);
	cr_expect(reading.silent);
	tk_dialect_free(dialect);
}

Test(dialect_dialect, a_python_exhaustion_has_its_number_from_the_total)
{
	static const char text[] = "{" T "\"event_type\":\"retry_exhausted\"," O
				   "\"attempts\":4,\"final_error\":\"gone\"}";
	struct tk_dialect *dialect = open_dialect("auto");
	struct tk_reading reading;
	struct backoff_error error;

	cr_assert_eq(read_text(dialect, text, &reading, &error), TK_EVENT);
	cr_expect_eq(reading.event.type, BACKOFF_EVENT_EXHAUSTED);
	cr_expect_eq(reading.event.attempt, 4);
	cr_expect_eq(reading.event.attempts, 4);
	cr_expect_eq(reading.event.max_attempts, BACKOFF_ABSENT);
	cr_expect_eq(reading.event.delay_ns, BACKOFF_ABSENT);
	cr_expect_str_eq(reading.event.error, "gone");
	cr_expect_null(reading.event.error_type);
	cr_expect_null(reading.event.trace_id);
	cr_expect_eq(reading.event.outcome, BACKOFF_OUTCOME_FAILURE);
	cr_expect_eq(reading.event.stop, BACKOFF_STOP_MAX_ATTEMPTS);
	cr_expect_eq(reading.event.kind, BACKOFF_KIND_RETRY);
	tk_dialect_free(dialect);
}

Test(dialect_dialect, long_texts_are_cut_between_characters)
{
	struct tk_dialect *dialect = open_dialect("auto");
	struct tk_reading reading;
	struct backoff_error error;
	char text[4096], euros[1201] = "";

	for (int i = 0; i < 400; i++)
		memcpy(euros + 3 * i, "\xe2\x82\xac", 4);
	snprintf(text, sizeof(text),
		 "{" T "\"event_type\":\"retry_exhausted\"," O
		 "\"attempts\":4,\"error\":\"%s\",\"error_type\":\"%s\"}",
		 euros, euros);
	cr_assert_eq(read_text(dialect, text, &reading, &error), TK_EVENT);
	cr_expect_eq(strlen(reading.event.error), 510);
	cr_expect_eq(strlen(reading.event.error_type), 255);
	tk_dialect_free(dialect);
}

Test(dialect_dialect, auto_decides_line_by_line)
{
	/* Python's json.dumps of a native event: another order, and spaces. */
	static const char resorted[] =
		"{\"attempt\": 1, \"call_id\": \"c1\", \"event_type\": "
		"\"retry_success\", \"operation\": \"op\", \"max_attempts\": "
		"3, \"outcome\": \"success\", \"ts\": "
		"\"2026-11-23T10:00:00Z\", \"v\": 1}";
	struct tk_dialect *dialect = open_dialect("auto");
	struct tk_reading reading;
	struct backoff_error error;

	cr_assert_eq(read_text(dialect, NATIVE, &reading, &error), TK_EVENT);
	cr_expect_eq(reading.event.type, BACKOFF_EVENT_SUCCESS);
	cr_expect_str_eq(reading.event.call_id, "c1");
	cr_expect_not(reading.silent);
	cr_assert_eq(read_text(dialect, ATTEMPT, &reading, &error), TK_EVENT);
	cr_expect_eq(reading.event.type, BACKOFF_EVENT_ATTEMPT);
	cr_expect_null(reading.event.call_id);
	cr_assert_eq(read_text(dialect, resorted, &reading, &error), TK_EVENT,
		     "%s: %s", error.path, error.text);
	cr_expect_eq(reading.event.type, BACKOFF_EVENT_SUCCESS);
	cr_expect_eq(read_text(dialect, "{\"v\":1,\"x\":\"event_type\"}",
			       &reading, &error),
		     TK_FOREIGN);
	cr_expect_eq(read_text(dialect,
			       "{\"v\":1,\"event_type\":\"retry_attempt\"}",
			       &reading, &error),
		     TK_BAD, "a native event without what it needs");
	cr_expect_eq(read_text(dialect,
			       "{\"v\":1,\"ts\":\"2026-11-23T10:00:00Z\","
			       "\"event_type\":\"from_the_future\"}",
			       &reading, &error),
		     TK_EVENT);
	cr_expect_eq(reading.event.type, BACKOFF_EVENT_UNKNOWN);
	cr_expect_str_eq(name_of(dialect, 0), "native");
	cr_expect_not_null(name_of(dialect, 38));
	tk_dialect_free(dialect);
}

Test(dialect_dialect, native_reads_its_own_lines_only)
{
	struct tk_dialect *dialect = open_dialect("native");
	struct tk_reading reading;
	struct backoff_error error;

	cr_expect_eq(read_text(dialect, NATIVE, &reading, &error), TK_EVENT);
	cr_expect_eq(read_text(dialect, "{\"message\":1}", &reading, &error),
		     TK_FOREIGN);
	cr_expect_eq(read_text(dialect, "text", &reading, &error), TK_FOREIGN);
	cr_expect_eq(read_text(dialect, NATIVE "x", &reading, &error), TK_BAD);
	cr_expect_gt(error.column, 1);
	cr_expect_str_eq(name_of(dialect, 0), "native");
	tk_dialect_free(dialect);
	tk_dialect_free(NULL);
}

Test(dialect_dialect, cut_or_flipped_anywhere_no_line_crashes)
{
	static const char *const lines[] = {ATTEMPT, NATIVE};
	struct tk_dialect *dialect = open_dialect("auto");
	uint64_t state = 3;

	for (size_t l = 0; l < 2; l++) {
		size_t length = strlen(lines[l]);
		struct tk_reading whole;

		/* It is a log of objects. */
		cr_assert_eq(read_text(dialect, lines[l], &whole, NULL),
			     TK_EVENT);
		for (size_t cut = 1; cut < length; cut++) {
			char *copy = malloc(cut);
			struct tk_line line = line_of(copy, cut);
			struct tk_reading reading;
			struct backoff_error error;

			memcpy(copy, lines[l], cut);
			cr_expect_eq(read_one(dialect, &line, &reading, &error),
				     TK_BAD, "%zu of %s", cut, lines[l]);
			free(copy);
		}
		for (int i = 0; i < 50000; i++) {
			char copy[512];
			struct tk_line line = line_of(copy, length);
			struct tk_reading reading;
			struct backoff_error error = {.status = BACKOFF_OK};

			memcpy(copy, lines[l], length);
			state = state * UINT64_C(6364136223846793005) + 11;
			copy[(state >> 40) % length] = (char)(state >> 56);
			if (read_one(dialect, &line, &reading, &error) ==
			    TK_BAD)
				cr_assert(error.text[0], "%s", copy);
		}
	}
	tk_dialect_free(dialect);
}

Test(dialect_dialect, the_real_log_has_no_bad_line)
{
	struct tk_dialect *dialect = open_dialect("auto");
	struct tk_lines *lines = NULL;
	struct tk_line line;
	size_t count[3] = {0, 0, 0};

	cr_assert_eq(tk_lines_open(TEST_SRCDIR "/tests/data/argus-1h/app.log",
				   &lines),
		     BACKOFF_OK);
	while (tk_lines_next(lines, &line) == BACKOFF_OK) {
		struct tk_reading reading;
		struct backoff_error error;

		count[read_one(dialect, &line, &reading, &error)]++;
	}
	/* As `grep -c event_type` counts them. */
	cr_expect_eq(count[TK_EVENT], 1439);
	cr_expect_eq(count[TK_FOREIGN], 845);
	cr_expect_eq(count[TK_BAD], 0);
	tk_lines_close(lines);
	tk_dialect_free(dialect);
}
