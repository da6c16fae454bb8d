/* Tests of src/event/encode: the form of a line. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include <cjson/cJSON.h>

#include <backoff/event.h>

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static char line[BACKOFF_EVENT_LINE_MAX];

static size_t
encode(const struct backoff_event *event)
{
	size_t length;

	memset(line, '#', sizeof(line));
	length = backoff_event_encode(event, line, sizeof(line));
	if (length > 0) {
		cr_assert(line[length - 1] == '\n');
		line[length - 1] = '\0';
	}
	return length;
}

static struct backoff_event
event_of(const char *error)
{
	struct backoff_event event;

	backoff_event_init(&event, sizeof(event));
	event.ts_ns = UINT64_C(1795429530123456789);
	event.type = BACKOFF_EVENT_ATTEMPT;
	event.operation = "op";
	event.call_id = "c";
	event.attempt = 1;
	event.error = error;
	return event;
}

static void
fill_all(struct backoff_event *e)
{
	*e = event_of("connection reset");
	e->outcome = BACKOFF_OUTCOME_TIMEOUT;
	e->failure_class = BACKOFF_CLASS_UNKNOWN;
	e->kind = BACKOFF_KIND_RETRY;
	e->delay_source = BACKOFF_DELAY_SOURCE_ZERO;
	e->stop = BACKOFF_STOP_MAX_ATTEMPTS;
	e->service = "svc";
	e->target = "partner";
	e->policy = "WEBHOOK";
	e->policy_hash = "0123456789abcdef";
	e->parent_call_id = "p";
	e->error_type = "ConnectionError";
	e->code = "errno:ECONNRESET";
	e->delay_law = "full";
	e->breaker = "closed";
	e->trace_id = "t";
	e->span_id = "s";
	e->host = "h";
	e->attrs = "{\"a\":1}";
	e->extra = "\"new\":[true]";
	e->attempt = 2;
	e->max_attempts = 3;
	e->duration_ns = 1;
	e->elapsed_ns = 1500000000;
	e->delay_ns = 0;
	e->delay_low_ns = 100000000;
	e->delay_high_ns = UINT64_C(60000000000);
	e->attempt_timeout_ns = 2;
	e->deadline_left_ns = UINT64_MAX - 1;
	e->attempts = 2;
	e->retries = 1;
	e->backoff_ns = 10;
	e->in_flight = 0;
	e->dropped = UINT64_MAX - 1;
	e->pid = 42;
	e->seq = 7;
}

Test(event_encode, all_fields_stand_in_the_order_of_the_table)
{
	struct backoff_event event;

	fill_all(&event);
	encode(&event);
	cr_expect(
		strcmp(line,
		       "{\"v\":1,\"ts\":\"2026-11-23T10:25:30.123456Z\","
		       "\"event_type\":\"retry_attempt\",\"service\":\"svc\","
		       "\"operation\":\"op\",\"target\":\"partner\","
		       "\"policy\":\"WEBHOOK\",\"policy_hash\":"
		       "\"0123456789abcdef\",\"call_id\":\"c\","
		       "\"parent_call_id\":\"p\",\"attempt\":2,"
		       "\"max_attempts\":3,\"kind\":\"retry\",\"outcome\":"
		       "\"timeout\",\"class\":\"unknown\",\"error_type\":"
		       "\"ConnectionError\",\"code\":\"errno:ECONNRESET\","
		       "\"error\":\"connection reset\",\"duration_seconds\":"
		       "0.000000001,\"elapsed_seconds\":1.5,\"delay_seconds\":"
		       "0,\"delay_source\":\"zero\",\"delay_law\":\"full\","
		       "\"delay_low_seconds\":0.1,\"delay_high_seconds\":60,"
		       "\"attempt_timeout_seconds\":0.000000002,"
		       "\"deadline_left_seconds\":18446744073.709551614,"
		       "\"breaker\":\"closed\",\"stop_reason\":"
		       "\"max_attempts\",\"attempts\":2,\"retries\":1,"
		       "\"backoff_seconds\":0.00000001,\"in_flight\":0,"
		       "\"dropped\":18446744073709551614,\"trace_id\":\"t\","
		       "\"span_id\":\"s\",\"host\":\"h\",\"pid\":42,\"seq\":7,"
		       "\"attrs\":{\"a\":1},\"new\":[true]}") == 0,
		"%s", line);
}

Test(event_encode, absent_fields_are_not_there)
{
	struct backoff_event event;

	backoff_event_init(&event, sizeof(event));
	encode(&event);
	cr_expect(strcmp(line, "{\"v\":1}") == 0, "%s", line);
	event.extra = "";
	encode(&event);
	cr_expect(strcmp(line, "{\"v\":1}") == 0, "%s", line);
	event.service = "";
	encode(&event);
	cr_expect(strcmp(line, "{\"v\":1,\"service\":\"\"}") == 0, "%s", line);
}

static const char *
error_in_line(cJSON **tree)
{
	*tree = cJSON_Parse(line);
	cr_assert(*tree != NULL, "%s", line);
	return cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(*tree, "error"));
}

Test(event_encode, text_comes_out_as_valid_utf8)
{
	static const struct {
		const char *why, *in, *out;
	} row[] = {
		{"plain", "plain", "plain"},
		{"empty", "", ""},
		{"quotes and backslashes", "\"\\\"\\", "\"\\\"\\"},
		{"control characters", "\a\b\f\n\r\t\x01\x1f\x7f",
		 "\a\b\f\n\r\t\x01\x1f\x7f"},
		{"terminal codes", "\x1b[31mred", "\x1b[31mred"},
		{"a forged line", "x\"}\n{\"v\":1,\"event_type\":\"",
		 "x\"}\n{\"v\":1,\"event_type\":\""},
		{"UTF-8", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
		 "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
		{"Latin-1", "caf\xe9!", "caf\xef\xbf\xbd!"},
		{"a byte alone", "\x80", "\xef\xbf\xbd"},
		{"overlong", "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},
		{"a surrogate", "\xed\xa0\x80",
		 "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{"cut inside a character", "a\xf0\x9f\x98",
		 "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{"U+2028 does not end a line of a log", "a\xe2\x80\xa8",
		 "a\xe2\x80\xa8"},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_event event = event_of(row[i].in);
		const char *error;
		cJSON *tree;

		encode(&event);
		for (const char *p = line; *p != '\0'; p++)
			cr_expect((unsigned char)*p >= 0x20 && *p != 0x7f, "%s",
				  row[i].why);
		error = error_in_line(&tree);
		cr_expect(error != NULL && strcmp(error, row[i].out) == 0,
			  "%s: %s", row[i].why, line);
		cJSON_Delete(tree);
	}
}

/* Text is copied in blocks where possible. */
Test(event_encode, a_special_byte_is_seen_at_every_place)
{
	for (int byte = 1; byte < 256; byte++)
		for (size_t at = 0; at < 20; at++) {
			struct backoff_event event;
			const char *error;
			char text[21];
			cJSON *tree;

			memset(text, 'a', 20);
			text[20] = '\0';
			text[at] = (char)byte;
			event = event_of(text);
			encode(&event);
			error = error_in_line(&tree);
			if (byte < 0x80)
				cr_assert(strcmp(error, text) == 0,
					  "byte %d at %zu: %s", byte, at, line);
			else
				cr_assert(strlen(error) == 22 &&
						  strncmp(error + at,
							  "\xef\xbf\xbd",
							  3) == 0,
					  "byte %d at %zu: %s", byte, at, line);
			cJSON_Delete(tree);
		}
}

/* A text of ASCII and then one character many times is cut after the last whole
 * character. */
static void
check_cut(const char *character, size_t offset, size_t limit,
	  const char *event_text, const char *why)
{
	size_t n = strlen(character), want = offset;

	while (want + n <= limit)
		want += n;
	cr_expect(strlen(event_text) == want, "%s: %zu bytes, not %zu", why,
		  strlen(event_text), want);
	cr_expect(strncmp(event_text + want - n, character, n) == 0, "%s", why);
}

Test(event_encode, long_texts_are_cut_between_characters)
{
	static const char *const characters[] = {
		"b", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};

	for (size_t c = 0; c < COUNT(characters); c++)
		for (size_t offset = 0; offset < 4; offset++) {
			struct backoff_event event;
			char text[2000] = "";
			cJSON *tree;
			const char *got;

			memset(text, 'a', offset);
			for (size_t n = offset; n < 1900;
			     n += strlen(characters[c]))
				memcpy(text + n, characters[c],
				       strlen(characters[c]) + 1);
			event = event_of(text);
			event.operation = text;
			encode(&event);
			got = error_in_line(&tree);
			check_cut(characters[c], offset, 512, got, "error");
			got = cJSON_GetStringValue(
				cJSON_GetObjectItemCaseSensitive(tree,
								 "operation"));
			check_cut(characters[c], offset, 256, got, "operation");
			cJSON_Delete(tree);
		}
}

Test(event_encode, a_text_at_its_limit_is_whole)
{
	char text[513];
	cJSON *tree;

	memset(text, 'x', 512);
	text[512] = '\0';
	memcpy(text + 508, "\xf0\x9f\x98\x80", 4);
	struct backoff_event event = event_of(text);

	encode(&event);
	cr_expect(strcmp(error_in_line(&tree), text) == 0);
	cJSON_Delete(tree);
}

Test(event_encode, a_line_fits_exactly_or_not_at_all)
{
	struct backoff_event event;
	size_t length;
	char *exact;

	fill_all(&event);
	length = encode(&event);
	for (size_t size = 0; size <= length + 2; size++) {
		exact = malloc(size > 0 ? size : 1);
		cr_expect(backoff_event_encode(&event, exact, size) ==
				  (size < length ? 0 : length),
			  "%zu bytes", size);
		if (size >= length)
			cr_expect(memcmp(exact, line, length - 1) == 0 &&
				  exact[length - 1] == '\n');
		free(exact);
	}
}

static char *
json_of(char open, char close, size_t length)
{
	char *text = malloc(length + 1);

	memset(text, 'x', length);
	memcpy(text + (open != '\0'), "\"k\":\"", 5);
	if (open != '\0')
		text[0] = open;
	if (close != '\0')
		text[length - 1] = close;
	text[length - 1 - (close != '\0')] = '"';
	text[length] = '\0';
	return text;
}

Test(event_encode, free_fields_have_a_limit_together)
{
	struct backoff_event event = event_of(NULL);
	char *attrs = json_of('{', '}', 2096), *extra = json_of(0, 0, 2000);
	cJSON *tree;

	event.attrs = attrs;
	event.extra = extra;
	cr_expect(encode(&event) > 4096);
	tree = cJSON_Parse(line);
	cr_expect(tree != NULL);
	cJSON_Delete(tree);
	free(extra);
	event.extra = extra = json_of(0, 0, 2001);
	cr_expect(encode(&event) == 0, "one byte more");
	free(attrs);
	free(extra);
}

/* A reader may write what it read: a hostile line's budget has up to 1 MiB. */
Test(event_encode, a_huge_budget_does_not_run_over_the_line)
{
	struct backoff_event event = event_of(NULL);
	char *budget = json_of('{', '}', 100000);

	event.budget = budget;
	cr_expect(encode(&event) == 0);
	cr_expect(backoff_event_encode(&event, line, 100) == 0);
	free(budget);
	event.budget = budget = json_of('{', '}', 4096);
	cr_expect(encode(&event) > 4096);
	free(budget);
}

/* All texts have their maximum length, of the bytes that take most room when
 * escaped; all numbers have their maximum. */
Test(event_encode, the_worst_event_fits_the_promised_line)
{
	static const char *const worst[] = {"\x01", "\xff", "\""};

	for (size_t w = 0; w < COUNT(worst); w++) {
		struct backoff_event event;
		char text[2000], *attrs = json_of('{', '}', 4096);
		cJSON *tree;

		memset(text, worst[w][0], sizeof(text) - 1);
		text[sizeof(text) - 1] = '\0';
		fill_all(&event);
		event.service = event.operation = event.target = text;
		event.policy = event.policy_hash = event.call_id = text;
		event.parent_call_id = event.error_type = event.code = text;
		event.error = event.delay_law = event.breaker = text;
		event.trace_id = event.span_id = event.host = text;
		event.ts_ns = event.duration_ns = UINT64_MAX - 1;
		event.elapsed_ns = event.delay_ns = UINT64_MAX - 1;
		event.delay_low_ns = event.delay_high_ns = UINT64_MAX - 1;
		event.attempt_timeout_ns = event.backoff_ns = UINT64_MAX - 1;
		event.attempt = event.max_attempts = UINT64_MAX - 1;
		event.attempts = event.retries = UINT64_MAX - 1;
		event.in_flight = event.pid = event.seq = UINT64_MAX - 1;
		event.type = BACKOFF_EVENT_BREAKER_TRANSITION;
		event.stop = BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE;
		event.attrs = attrs;
		event.extra = NULL;
		cr_expect(encode(&event) > 8000);
		cr_expect(strlen(line) + 1 <= BACKOFF_EVENT_LINE_MAX);
		tree = cJSON_Parse(line);
		cr_expect(tree != NULL, "%s", line);
		cJSON_Delete(tree);
		free(attrs);
	}
}

Test(event_encode, names_and_numbers_of_types_agree)
{
	for (int i = 1; i <= BACKOFF_EVENT_DROPPED; i++)
		cr_expect(backoff_event_type_number(backoff_event_type_name(
				  (enum backoff_event_type)i)) == i);
	cr_expect(backoff_event_type_name(BACKOFF_EVENT_UNKNOWN) == NULL);
	cr_expect(backoff_event_type_name((enum backoff_event_type)99) == NULL);
	cr_expect(backoff_event_type_number("") == -1);
	cr_expect(backoff_event_type_number("retry") == -1);
	cr_expect(backoff_event_type_number("retry_success") ==
		  BACKOFF_EVENT_SUCCESS);
}

Test(event_encode, an_outcome_that_was_not_reported_is_a_failure)
{
	struct backoff_event_decoder *decoder;
	struct backoff_event event;
	char text[512];
	size_t length;

	backoff_event_init(&event, sizeof(event));
	event.type = BACKOFF_EVENT_ABORTED;
	event.ts_ns = 0;
	event.operation = "op";
	event.call_id = "c";
	event.attempt = 1;
	event.outcome = BACKOFF_OUTCOME_NOT_REPORTED;
	length = backoff_event_encode(&event, text, sizeof(text) - 1);
	text[length] = '\0';
	cr_expect(strstr(text, "\"outcome\":\"failure\"") != NULL, "%s", text);
	cr_assert(backoff_event_decoder_new(&decoder) == BACKOFF_OK);
	cr_assert(backoff_event_decode(decoder, text, length, &event, NULL) ==
		  BACKOFF_OK);
	cr_expect(event.outcome == BACKOFF_OUTCOME_FAILURE);
	backoff_event_decoder_free(decoder);
}
