/* Fuzz target: any bytes as a line of an attempt log. */
#include "config.h"

#include <string.h>

#include <backoff.h>

#include "fuzz.h"

const char fuzz_name[] = "event";

/* What was written reads as what was read, and is written the same again. */
static void
check_again(const char *line, size_t length)
{
	static char again[BACKOFF_EVENT_LINE_MAX];
	struct backoff_event_decoder *decoder;
	struct backoff_event event;

	MUST(backoff_event_decoder_new(&decoder) == BACKOFF_OK);
	MUST(backoff_event_decode(decoder, line, length, &event, NULL) ==
	     BACKOFF_OK);
	MUST(backoff_event_encode(&event, again, sizeof(again)) == length);
	MUST(memcmp(line, again, length) == 0);
	backoff_event_decoder_free(decoder);
}

int
fuzz_accepts(const uint8_t *data, size_t size)
{
	static char line[BACKOFF_EVENT_LINE_MAX];
	struct backoff_event_decoder *decoder;
	struct backoff_event event;
	struct backoff_error error = {.status = BACKOFF_OK};
	enum backoff_status status;
	size_t length;

	MUST(backoff_event_decoder_new(&decoder) == BACKOFF_OK);
	status = backoff_event_decode(decoder, (const char *)data, size, &event,
				      &error);
	if (status != BACKOFF_OK) {
		MUST(error.status == status);
		MUST(error.text[0] != '\0');
	} else {
		length = backoff_event_encode(&event, line, sizeof(line));
		/* 0: attrs and unknown fields were too long for one line. */
		MUST(length == 0 || line[length - 1] == '\n');
		MUST(length == 0 || memchr(line, '\n', length - 1) == NULL);
		if (length > 0 && event.type != BACKOFF_EVENT_UNKNOWN)
			check_again(line, length);
	}
	backoff_event_decoder_free(decoder);
	return status == BACKOFF_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_accepts(data, size);
	return 0;
}
