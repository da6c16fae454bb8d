/* Fuzz target: any bytes as lines of any logger, and as times and durations. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "common/durations.h"
#include "common/times.h"
#include "common/units.h"
#include "envelope/envelope.h"
#include "fuzz.h"

const char fuzz_name[] = "envelope";

/* Made once, because it is as large as all heads are. */
static struct tk_envelope_reader *
reader(void)
{
	static struct tk_envelope_reader *one;

	if (one == NULL)
		one = tk_envelope_reader_new();
	MUST(one != NULL);
	return one;
}

/* Every byte of a piece can be read. */
static unsigned
sum(struct tk_piece piece, size_t limit)
{
	unsigned total = 0;

	MUST(piece.length <= limit);
	for (size_t i = 0; i < piece.length; i++)
		total += (unsigned char)piece.at[i];
	return total;
}

struct seen {
	struct tk_envelope *envelope;
	size_t limit, count;
};

/* A member is found by its name, and its value is within the line's size. */
static bool
member(void *user, struct tk_piece name, const struct bo_json_value *value)
{
	struct seen *seen = user;
	struct bo_json_value found;
	char path[64];

	sum(name, seen->limit);
	sum((struct tk_piece){value->at, value->length}, seen->limit);
	if (name.length < sizeof(path) &&
	    (name.length == 0 || memchr(name.at, '\0', name.length) == NULL)) {
		memcpy(path, name.at, name.length);
		path[name.length] = '\0';
		MUST(tk_envelope_member(seen->envelope, path, &found));
		sum((struct tk_piece){found.at, found.length}, seen->limit);
	}
	return ++seen->count < 64;
}

static bool
read_line(const char *text, size_t length, uint64_t wrapper_ns)
{
	struct tk_payload payload = {
		.text = text, .length = length, .ts_ns = wrapper_ns};
	struct backoff_error error = {.status = BACKOFF_OK};
	struct tk_envelope got;
	struct seen seen = {.envelope = &got, .limit = length};
	enum backoff_status status =
		tk_envelope_read(reader(), length % 3, &payload, &got, &error);

	MUST(status == BACKOFF_OK || status == BACKOFF_E_SYNTAX ||
	     status == BACKOFF_E_LIMIT);
	MUST(status == BACKOFF_OK || got.kind != TK_ENVELOPE_JSON);
	MUST((got.ts_ns == BACKOFF_ABSENT) == (got.origin == TK_TIME_NOWHERE));
	MUST(got.message.at != NULL || length == 0);
	MUST(sum(got.body, length) <= sum(got.message, length));
	sum(got.thread, length);
	sum(got.id, length);
	sum(got.logger, length);
	sum(got.level, length);
	tk_envelope_members(&got, member, &seen);
	return got.origin == TK_TIME_OWN;
}

static void
read_values(const char *text, size_t length)
{
	struct tk_time_rules rules = {.now_ns = UINT64_C(1795428000000000000)};
	struct tk_time time = {.ns = BACKOFF_ABSENT};
	uint64_t ns = 0;
	size_t used = tk_time_scan(text, length, &rules, &time);

	MUST(used <= length);
	/* A time is one with nothing behind it, too, unless that was a part of
	 * it. */
	if (used > 0) {
		MUST(time.ns != BACKOFF_ABSENT);
		MUST(tk_time_parse(text, used, &rules, &time));
	}
	if (tk_duration_parse(text, length, 9, &ns))
		MUST(ns <= TK_DURATION_MAX_NS);
}

int
fuzz_accepts(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *end = text + size;
	bool accepted = false;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t length = (size_t)((stop != NULL ? stop : end) - text);

		read_values(text, length);
		accepted |= read_line(text, length, BACKOFF_ABSENT);
		read_line(text, length, UINT64_C(1768212600000000000));
		text += length + 1;
	}
	return accepted;
}
