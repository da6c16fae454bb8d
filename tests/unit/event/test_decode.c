/* Tests of src/event/decode: which lines are events, and their meaning. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include <backoff/event.h>

#include "base/utf8.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

#define HEAD "\"v\":1,\"ts\":\"2026-11-23T10:25:30.5Z\","
#define TYPE "\"event_type\":\"retry_attempt\","
#define CALL "\"operation\":\"o\",\"call_id\":\"c\""
#define GOOD HEAD TYPE CALL ",\"attempt\":1"

static struct backoff_event_decoder *decoder;

static void
setup(void)
{
	cr_assert(backoff_event_decoder_new(&decoder) == BACKOFF_OK);
}

static void
teardown(void)
{
	backoff_event_decoder_free(decoder);
}

TestSuite(event_decode, .init = setup, .fini = teardown);

/* In memory of the exact size, so that a sanitizer sees a read past it. */
static enum backoff_status
decode(const char *text, size_t length, struct backoff_event *out,
       struct backoff_error *error)
{
	char *exact = malloc(length > 0 ? length : 1);
	enum backoff_status status;

	memcpy(exact, text, length);
	status = backoff_event_decode(decoder, exact, length, out, error);
	free(exact);
	return status;
}

struct bad_row {
	const char *why, *text;
	size_t length;
	enum backoff_status status;
	uint32_t column;
	const char *path, *says;
};

#define SYNTAX BACKOFF_E_SYNTAX
#define FIELD BACKOFF_E_FIELD
#define VALUE BACKOFF_E_VALUE
#define FOREIGN BACKOFF_E_FOREIGN

static const struct bad_row bad[] = {
	{"nothing", "", 0, SYNTAX, 1, "", "object"},
	{"a word", "null", 0, SYNTAX, 1, "", "object"},
	{"a list", "[{}]", 0, SYNTAX, 1, "", "object"},
	{"plain text", "2026-11-23 ERROR retry", 0, SYNTAX, 1, "", "object"},
	{"two objects", "{" GOOD "}{}", 0, SYNTAX, 109, "", "after the end"},
	{"NUL behind", "{" GOOD "}\0", 109, SYNTAX, 109, "", "after the end"},
	{"NUL inside", "{\0}", 3, SYNTAX, 2, "", "field name"},
	{"invalid UTF-8", "{" GOOD ",\"error\":\"\xff\"}", 0, SYNTAX, 118, "",
	 "UTF-8"},
	{"NaN", "{" GOOD ",\"duration_seconds\":NaN}", 0, SYNTAX, 128, "",
	 "NaN and Infinity"},
	{"infinity", "{" GOOD ",\"duration_seconds\":-Infinity}", 0, SYNTAX,
	 128, "", "malformed number"},
	{"an object", "{}", 0, FOREIGN, 1, "", "event_type"},
	{"another program's line", "{\"level\":\"info\",\"msg\":\"x\"}", 0,
	 FOREIGN, 1, "", "event_type"},
	{"another program's time", "{\"ts\":1795429530.5,\"level\":\"info\"}",
	 0, FOREIGN, 1, "", "event_type"},
	{"another program's process", "{\"msg\":\"x\",\"pid\":\"worker-1\"}", 0,
	 FOREIGN, 1, "", "event_type"},
	{"another program's version", "{\"v\":0,\"level\":30,\"pid\":7}", 0,
	 FOREIGN, 1, "", "event_type"},
	{"another program's error", "{\"error\":{\"code\":5},\"attempt\":-1}",
	 0, FOREIGN, 1, "", "event_type"},
	{"another program's repetition", "{\"host\":\"a\",\"host\":\"b\"}", 0,
	 FOREIGN, 1, "", "event_type"},
	{"no event type", "{\"event_type\":null}", 0, FOREIGN, 1, "",
	 "event_type"},
	{"not JSON in the end", "{\"ts\":1,", 0, SYNTAX, 9, "", "name"},
	{"no version",
	 "{\"ts\":\"2026-11-23T10:25:30Z\"," TYPE CALL ",\"attempt\":1}", 0,
	 FIELD, 1, "v", "required"},
	{"version null",
	 "{\"v\":null,\"ts\":\"2026-11-23T10:25:30Z\"," TYPE CALL
	 ",\"attempt\":1}",
	 0, FIELD, 1, "v", "required"},
	{"another version", "{\"v\":2," TYPE CALL "}", 0, VALUE, 6, "v",
	 "must be 1"},
	{"version as text", "{\"v\":\"1\"," TYPE CALL "}", 0, VALUE, 6, "v",
	 "must be 1"},
	{"no time", "{\"v\":1," TYPE CALL ",\"attempt\":1}", 0, FIELD, 1, "ts",
	 "required"},
	{"time null", "{\"v\":1,\"ts\":null," TYPE CALL ",\"attempt\":1}", 0,
	 FIELD, 1, "ts", "required"},
	{"no operation", "{" HEAD TYPE "\"call_id\":\"c\",\"attempt\":1}", 0,
	 FIELD, 1, "operation", "required"},
	{"no call id", "{" HEAD TYPE "\"operation\":\"o\",\"attempt\":1}", 0,
	 FIELD, 1, "call_id", "required"},
	{"no attempt", "{" HEAD TYPE CALL "}", 0, FIELD, 1, "attempt",
	 "required"},
	{"attempt 0", "{" HEAD TYPE CALL ",\"attempt\":0}", 0, VALUE, 1, "",
	 "1 or more"},
	{"a field twice", "{" GOOD ",\"pid\":1,\"pid\":1}", 0, FIELD, 117,
	 "pid", "duplicate field"},
	{"twice, once null", "{" GOOD ",\"pid\":null,\"pid\":1}", 0, FIELD, 120,
	 "pid", "duplicate field"},
	{"twice, once escaped", "{" GOOD ",\"pid\":1,\"p\\u0069d\":1}", 0,
	 FIELD, 117, "pid", "duplicate field"},
	{"type twice", "{" GOOD ",\"event_type\":\"retry_attempt\"}", 0, FIELD,
	 109, "event_type", "duplicate field"},
	{"type of a wrong type", "{\"v\":1,\"event_type\":5}", 0, VALUE, 21,
	 "event_type", "must be a string"},
	{"text of a wrong type", "{" GOOD ",\"host\":5}", 0, VALUE, 116, "host",
	 "must be a string (got 5)"},
	{"count of a wrong type", "{" GOOD ",\"pid\":\"5\"}", 0, VALUE, 115,
	 "pid", "whole number"},
	{"count negative", "{" GOOD ",\"pid\":-5}", 0, VALUE, 115, "pid",
	 "whole number"},
	{"count with a fraction", "{" GOOD ",\"pid\":5.5}", 0, VALUE, 115,
	 "pid", "whole number"},
	{"count too large", "{" GOOD ",\"pid\":18446744073709551616}", 0, VALUE,
	 115, "pid", "whole number"},
	{"count that means absent", "{" GOOD ",\"pid\":18446744073709551615}",
	 0, VALUE, 115, "pid", "whole number"},
	{"seconds negative", "{" GOOD ",\"duration_seconds\":-0.5}", 0, VALUE,
	 128, "duration_seconds", "seconds"},
	{"seconds too large", "{" GOOD ",\"duration_seconds\":1e11}", 0, VALUE,
	 128, "duration_seconds", "seconds"},
	{"seconds as text", "{" GOOD ",\"duration_seconds\":\"1s\"}", 0, VALUE,
	 128, "duration_seconds", "seconds"},
	{"a boolean", "{" GOOD ",\"duration_seconds\":true}", 0, VALUE, 128,
	 "duration_seconds", "seconds"},
	{"time of a wrong type", "{\"v\":1,\"ts\":5," TYPE CALL "}", 0, VALUE,
	 13, "ts", "a time like"},
	{"no time at all", "{\"v\":1,\"ts\":\"noon\"," TYPE CALL "}", 0, VALUE,
	 13, "ts", "a time like"},
	{"a time that does not fit",
	 "{\"v\":1,\"ts\":\"2999-01-01T00:00:00Z\"," TYPE CALL "}", 0, VALUE,
	 13, "ts", "a time like"},
	{"attrs of a wrong type", "{" GOOD ",\"attrs\":[]}", 0, VALUE, 117,
	 "attrs", "an object"},
	{"outcome of a wrong type", "{" GOOD ",\"outcome\":0}", 0, VALUE, 119,
	 "outcome", "a string"},
	{"long values are shown in part",
	 "{" GOOD ",\"host\":[\"\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82"
	 "\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
	 "\xe2\x82\xac\"]}",
	 0, VALUE, 116, "host", "must be a string (got [\"\xe2\x82\xac"},
	{"white space is not shown", "{" GOOD ",\"host\":[\t1]}", 0, VALUE, 116,
	 "host", "must be a string (got ["},
};

static bool
is_line_of_utf8(const char *text)
{
	const char *end = text + strlen(text);

	while (text < end) {
		size_t n = bo_utf8_length(text, end);

		if (n == 0 || (unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
		text += n;
	}
	return true;
}

Test(event_decode, lines_that_are_not_events_are_refused_with_a_reason)
{
	for (size_t i = 0; i < COUNT(bad); i++) {
		size_t length =
			bad[i].length > 0 ? bad[i].length : strlen(bad[i].text);
		struct backoff_event event = {.seq = 4711};
		struct backoff_error error = {.text = ""};
		enum backoff_status status =
			decode(bad[i].text, length, &event, &error);

		cr_expect(status == bad[i].status, "%s: %s", bad[i].why,
			  backoff_status_name(status));
		cr_expect(error.status == status, "%s", bad[i].why);
		cr_expect(event.seq == 4711, "%s: untouched", bad[i].why);
		cr_expect(error.line == 1 && error.column == bad[i].column,
			  "%s: at %u:%u", bad[i].why, error.line, error.column);
		cr_expect(strcmp(error.path, bad[i].path) == 0, "%s: path %s",
			  bad[i].why, error.path);
		cr_expect(strstr(error.text, bad[i].says) != NULL, "%s: %s",
			  bad[i].why, error.text);
		cr_expect(is_line_of_utf8(error.text), "%s", bad[i].why);
		cr_expect(decode(bad[i].text, length, &event, NULL) == status,
			  "%s, without error", bad[i].why);
	}
}

static const char whole[] =
	"{" GOOD ",\"error\":\"caf\xc3\xa9 \\ud83d\\ude00\",\"delay_seconds\":"
	"1.25e0,\"attrs\":{\"a\":[1,{}]},\"x\":null}";

Test(event_decode, a_cut_line_is_refused_at_every_byte)
{
	struct backoff_event event;

	cr_assert(decode(whole, sizeof(whole) - 1, &event, NULL) == BACKOFF_OK);
	for (size_t i = 0; i < sizeof(whole) - 1; i++)
		cr_expect(decode(whole, i, &event, NULL) == BACKOFF_E_SYNTAX,
			  "%zu bytes", i);
}

Test(event_decode, one_wrong_byte_never_crashes)
{
	for (size_t i = 0; i < sizeof(whole) - 1; i++)
		for (int byte = 0; byte < 256; byte += 3) {
			struct backoff_event event;
			char text[sizeof(whole)];

			memcpy(text, whole, sizeof(text));
			text[i] = (char)byte;
			cr_assert(decode(text, sizeof(text) - 1, &event,
					 NULL) != BACKOFF_E_NOMEM);
		}
}

static enum backoff_status
decode_text(const char *text, struct backoff_event *event)
{
	return decode(text, strlen(text), event, NULL);
}

Test(event_decode, fields_arrive_whatever_their_form)
{
	struct backoff_event e;

	cr_assert(decode_text(" { \"attempt\" : 2e0 , " CALL
			      ",\"stop_reason\":\"cancell\\u0065d\","
			      "\"outcome\":\"success\",\"class\":\"unknown\","
			      "\"retries\":0.0,\"v\":1.0,"
			      "\"backoff_seconds\":1e-9,\"error\":null,"
			      "\"event_t\\u0079pe\":\"retry_\\u0061borted\","
			      "\"host\":\"\\u0000\\ud83d\\ude00\\n\","
			      "\"ts\":\"2026-11-23\\u0020t12:25:30+02:00\","
			      "\"target\":\"\",\"elapsed_seconds\":"
			      "0.0000000005} \r\n",
			      &e) == BACKOFF_E_VALUE,
		  "two separators in the time");
	cr_assert(decode_text(" { \"attempt\" : 2e0 , " CALL
			      ",\"stop_reason\":\"cancell\\u0065d\","
			      "\"outcome\":\"success\",\"class\":\"unknown\","
			      "\"retries\":0.0,\"v\":1.0,"
			      "\"backoff_seconds\":1e-9,\"error\":null,"
			      "\"event_t\\u0079pe\":\"retry_\\u0061borted\","
			      "\"host\":\"\\u0000\\ud83d\\ude00\\n\","
			      "\"ts\":\"2026-11-23\\u002012:25:30+02:00\","
			      "\"target\":\"\",\"elapsed_seconds\":"
			      "0.0000000005} \r\n",
			      &e) == BACKOFF_OK);
	cr_expect(e.type == BACKOFF_EVENT_ABORTED);
	cr_expect(e.attempt == 2 && e.retries == 0);
	cr_expect(e.stop == BACKOFF_STOP_CANCELLED);
	cr_expect(e.outcome == BACKOFF_OUTCOME_SUCCESS);
	cr_expect(e.failure_class == BACKOFF_CLASS_UNKNOWN);
	cr_expect(e.backoff_ns == 1 && e.elapsed_ns == 1);
	cr_expect(e.ts_ns == UINT64_C(1795429530000000000));
	cr_expect(e.error == NULL && strcmp(e.target, "") == 0);
	cr_expect(strcmp(e.host, "\xef\xbf\xbd\xf0\x9f\x98\x80\n") == 0);
	cr_expect(e.extra == NULL && e.attrs == NULL);
	cr_expect(e.delay_ns == BACKOFF_ABSENT && e.pid == BACKOFF_ABSENT);
	cr_expect(e.kind == BACKOFF_KIND_NONE);
}

Test(event_decode, a_line_may_end_in_its_newline_or_not)
{
	struct backoff_event event;

	cr_expect(decode_text("{" GOOD "}", &event) == BACKOFF_OK);
	cr_expect(decode_text("{" GOOD "}\n", &event) == BACKOFF_OK);
	cr_expect(decode_text("{" GOOD "}\r\n", &event) == BACKOFF_OK);
	cr_expect(decode_text("\n", &event) == BACKOFF_E_SYNTAX);
	cr_expect(decode_text("{" GOOD "}\n{" GOOD "}\n", &event) ==
			  BACKOFF_E_SYNTAX,
		  "two lines");
}

Test(event_decode, unknown_types_are_not_errors)
{
	struct backoff_event event;

	cr_expect(decode_text("{" HEAD "\"event_type\":\"retry_moon\"}",
			      &event) == BACKOFF_OK);
	cr_expect(event.type == BACKOFF_EVENT_UNKNOWN);
	cr_expect(strcmp(event.extra, "\"event_type\":\"retry_moon\"") == 0);
	cr_expect(decode_text("{" HEAD "\"event_type\":\"\"}", &event) ==
		  BACKOFF_OK);
	cr_expect(event.type == BACKOFF_EVENT_UNKNOWN);
	cr_expect(decode_text("{" HEAD "\"event_type\":\"events_dropped\","
			      "\"dropped\":5}",
			      &event) == BACKOFF_OK,
		  "it has no call");
	cr_expect(event.type == BACKOFF_EVENT_DROPPED && event.dropped == 5);
}

Test(event_decode, unknown_fields_survive_a_rewrite)
{
	static const struct {
		const char *in, *out;
	} row[] = {
		{"{\"future\":[1, {\"a\":null}]," GOOD ",\"n\":-1e999}",
		 "{" GOOD ",\"future\":[1, {\"a\":null}],\"n\":-1e999}"},
		{"{" GOOD ",\"kind\":\"probe\",\"stop_reason\":\"moon\"}",
		 "{" GOOD ",\"kind\":\"probe\",\"stop_reason\":\"moon\"}"},
		{"{" GOOD ",\"stop_reason\":\"none\"}",
		 "{" GOOD ",\"stop_reason\":\"none\"}"},
		{"{" GOOD ",\"outcome\":\"\",\"class\":\"cosmic\"}",
		 "{" GOOD ",\"outcome\":\"\",\"class\":\"cosmic\"}"},
		{"{" GOOD ",\"x\":null,\"x\":2}",
		 "{" GOOD ",\"x\":null,\"x\":2}"},
		{"{" GOOD ",\"\":\"\\ud83d\\ude00\"}",
		 "{" GOOD ",\"\":\"\\ud83d\\ude00\"}"},
		{"{" HEAD "\"event_type\":\"moon\",\"call_id\":\"c\"}",
		 "{" HEAD "\"call_id\":\"c\",\"event_type\":\"moon\"}"},
		{"{" GOOD ",\"attrs\":{\"a\" : 1,\t\"b\":\"\\n\"}}",
		 "{" GOOD ",\"attrs\":{\"a\" : 1, \"b\":\"\\n\"}}"},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		static char line[BACKOFF_EVENT_LINE_MAX];
		char want[512];
		struct backoff_event event;
		const char *fraction;
		size_t length;

		cr_assert(decode_text(row[i].in, &event) == BACKOFF_OK, "%s",
			  row[i].in);
		length = backoff_event_encode(&event, line, sizeof(line));
		line[length - 1] = '\0';
		/* Times are written with six decimals. */
		fraction = strstr(row[i].out, ".5Z");
		snprintf(want, sizeof(want), "%.*s.500000Z%s",
			 (int)(fraction - row[i].out), row[i].out,
			 fraction + 3);
		cr_expect(strcmp(line, want) == 0, "%s\n%s", line, want);
	}
}

Test(event_decode, depth_and_size_have_limits)
{
	static char text[(1u << 20) + 2];
	struct backoff_error error;
	struct backoff_event event;
	size_t n;

	for (size_t depth = 29; depth < 36; depth++) {
		n = (size_t)snprintf(text, sizeof(text), "{" GOOD ",\"x\":");
		memset(text + n, '[', depth);
		memset(text + n + depth, ']', depth);
		n += 2 * depth;
		text[n++] = '}';
		/* The line itself is the first level. */
		cr_expect(decode(text, n, &event, &error) ==
				  (depth <= 31 ? BACKOFF_OK : BACKOFF_E_LIMIT),
			  "%zu", depth);
		cr_expect(decode(text, n, &event, NULL) ==
				  (depth <= 31 ? BACKOFF_OK : BACKOFF_E_LIMIT),
			  "%zu", depth);
	}
	n = (size_t)snprintf(text, sizeof(text), "{" GOOD ",\"error\":\"");
	memset(text + n, 'x', sizeof(text) - n);
	memcpy(text + (1u << 20) - 2, "\"}", 2);
	cr_expect(decode(text, 1u << 20, &event, NULL) == BACKOFF_OK);
	cr_expect(strlen(event.error) == (1u << 20) - 2 - n, "read whole");
	text[(1u << 20)] = '\n';
	cr_expect(decode(text, (1u << 20) + 1, &event, &error) ==
		  BACKOFF_E_LIMIT);
}

/* Lines of a log as this version writes them: reading and writing changes no
 * byte. */
Test(event_decode, lines_of_a_log_are_rewritten_as_they_were)
{
	FILE *file = fopen(TEST_SRCDIR "/tests/data/events/good.jsonl", "r");
	static char line[BACKOFF_EVENT_LINE_MAX];
	char *text = NULL;
	size_t size = 0, count = 0;
	ssize_t length;

	cr_assert(file != NULL);
	while ((length = getline(&text, &size, file)) > 0) {
		struct backoff_event event;
		struct backoff_error error = {.text = ""};

		cr_expect(decode(text, (size_t)length, &event, &error) ==
				  BACKOFF_OK,
			  "line %zu: %s", count + 1, error.text);
		cr_expect(backoff_event_encode(&event, line, sizeof(line)) ==
					  (size_t)length &&
				  memcmp(line, text, (size_t)length) == 0,
			  "line %zu: %s", count + 1, line);
		count++;
	}
	cr_expect(count == 8);
	free(text);
	fclose(file);
}
