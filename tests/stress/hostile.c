/* Callers that pass unexpected numbers and texts. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "stress.h"

/* Invalid numbers in each of the event's enums. */
static void
check_unknown_numbers(struct tap *tap)
{
	static const int numbers[] = {-2147483647, -1, 9, 99, 2147483647};
	char line[BACKOFF_EVENT_LINE_MAX];

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		int number = numbers[i];
		struct backoff_event event;
		size_t length;

		backoff_event_init(&event, sizeof(event));
		event.type = (enum backoff_event_type)number;
		event.outcome = number;
		event.failure_class = number;
		event.kind = (enum backoff_kind)number;
		event.delay_source = (enum backoff_delay_source)number;
		event.stop = (enum backoff_stop)(number == 9 ? 99 : number);
		length = backoff_event_encode(&event, line, sizeof(line));
		TAP_EQUAL(tap, length, strlen("{\"v\":1}\n"));
	}
	tap_result(tap, "a number without a name is left out of the line");
}

/* The largest possible event: every text is full of characters to escape. */
static void
check_longest_line(struct tap *tap)
{
	static char text[8192], attrs[2048], extra[2100];
	char line[BACKOFF_EVENT_LINE_MAX];
	struct backoff_event event;
	size_t length;

	memset(text, '\x01', sizeof(text) - 1);
	memset(attrs, ' ', sizeof(attrs) - 1);
	memset(extra, ' ',
	       4096 - sizeof(attrs) + 1 < sizeof(extra)
		       ? 4096 - sizeof(attrs) + 1
		       : sizeof(extra) - 1);
	memcpy(extra, "\"x\":1", 5);
	attrs[0] = '{';
	attrs[sizeof(attrs) - 2] = '}';
	memset(&event, 0, sizeof(event));
	event.ts_ns = event.attempt = event.max_attempts = UINT64_MAX - 1;
	event.duration_ns = event.elapsed_ns = event.delay_ns = UINT64_MAX - 1;
	event.delay_low_ns = event.delay_high_ns = UINT64_MAX - 1;
	event.attempt_timeout_ns = event.deadline_left_ns = UINT64_MAX - 1;
	event.attempts = event.retries = event.backoff_ns = UINT64_MAX - 1;
	event.in_flight = event.dropped = event.pid = UINT64_MAX - 1;
	event.seq = UINT64_MAX - 1;
	event.stop = BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE;
	event.service = event.operation = event.target = text;
	event.policy = event.policy_hash = event.call_id = text;
	event.parent_call_id = event.error_type = event.code = text;
	event.error = event.delay_law = event.breaker = text;
	event.trace_id = event.span_id = event.host = text;
	event.attrs = attrs;
	event.extra = extra;
	length = backoff_event_encode(&event, line, sizeof(line));
	printf("# %zu bytes\n", length);
	TAP_MUST(tap, length > 10000 && line[length - 1] == '\n');
	tap_result(tap,
		   "the longest line has the length that the header promises");
}

static void
keep_event(void *user, const struct backoff_event *event)
{
	char *line = user;
	size_t length = backoff_event_encode(event, line, 32768);

	line[length] = '\0';
}

/* A queued event has little space for text: less important texts are cut first.
 */
static void
check_ring_texts(struct tap *tap)
{
	static char longest[4096], line[32769];
	struct backoff_event_decoder *decoder;
	struct backoff_sink *target, *ring;
	struct backoff_event event;

	memset(longest, 'x', sizeof(longest) - 1);
	backoff_event_init(&event, sizeof(event));
	event.ts_ns = 1;
	event.type = BACKOFF_EVENT_SUCCESS;
	event.operation = "work";
	event.call_id = "c";
	event.attempt = 1;
	event.error_type = event.code = longest;
	event.target = "t";
	event.host = "h";
	/* Two bytes each, so that a cut may fall inside one. */
	event.error = "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9";
	if (backoff_sink_callback_new(keep_event, line, &target) !=
		    BACKOFF_OK ||
	    backoff_sink_ring_new(target, 4, &ring) != BACKOFF_OK ||
	    backoff_event_decoder_new(&decoder) != BACKOFF_OK)
		stress_die("sinks");
	for (size_t spare = 0; spare < 600; spare++) {
		event.service = longest + sizeof(longest) - 1 - spare;
		backoff_sink_emit(ring, &event);
		backoff_sink_flush(ring);
		TAP_MUST(tap, strstr(line, "\"call_id\":\"c\"") != NULL);
		TAP_MUST(tap, strstr(line, "\"target\":\"t\"") != NULL);
		TAP_MUST(tap, strstr(line, "\"host\":\"h\"") != NULL);
		TAP_MUST(tap, strstr(line, "\xef\xbf\xbd") == NULL);
	}
	backoff_event_decoder_free(decoder);
	backoff_sink_free(ring);
	tap_result(tap, "long texts displace neither names nor characters");
}

/* 60000 errors in one file: each is located in the text. */
static void
check_many_errors(struct tap *tap)
{
	enum { FIELDS = 60000 };
	size_t size = FIELDS * 16 + 64, used = 0;
	char *text = malloc(size);
	struct backoff_policy *policy;
	struct backoff_error error;
	clock_t start = clock();

	if (text == NULL)
		stress_die("memory");
	used += (size_t)snprintf(text, size, "{\"name\":\"a\"");
	for (int i = 0; i < FIELDS; i++)
		used += (size_t)snprintf(text + used, size - used, ",\"x%d\":1",
					 i);
	used += (size_t)snprintf(text + used, size - used, "}");
	TAP_EQUAL(tap, backoff_policy_parse(text, used, NULL, &policy, &error),
		  BACKOFF_E_FIELD);
	TAP_MUST(tap, clock() - start < 10 * CLOCKS_PER_SEC);
	tap_result(tap, "a file of errors is refused quickly");
	free(text);
}

int
main(void)
{
	struct tap tap = {0};

	check_unknown_numbers(&tap);
	check_longest_line(&tap);
	check_ring_texts(&tap);
	check_many_errors(&tap);
	return tap_finish(&tap);
}
