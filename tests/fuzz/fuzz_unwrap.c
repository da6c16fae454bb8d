/* Fuzz target: any bytes as lines behind wrappers, and as packed data. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "fuzz.h"
#include "input/unpack.h"
#include "unwrap/unwrap.h"

const char fuzz_name[] = "unwrap";

/* 2026-01-12: times without a year do not depend on the day of the run. */
#define NOW_NS UINT64_C(1768176000000000000)
/* Enough to see that unpacking goes on; a bomb never ends. */
#define UNPACKED_MAX (4u << 20)

static void
check_piece(struct tk_piece piece)
{
	volatile char last;

	MUST(piece.length == 0 || piece.at != NULL);
	/* It is still there. */
	for (size_t i = 0; i < piece.length; i++)
		last = piece.at[i];
	(void)last;
}

/* What is left is never longer than what came in. */
static void
check_payload(const struct tk_payload *payload, const struct tk_line *line,
	      size_t before)
{
	MUST(payload->length <= line->length + before);
	MUST(payload->skipped <= line->length);
	MUST(payload->wrappers >> TK_WRAPPER_COUNT == 0);
	if (payload->skipped > 0)
		MUST(payload->text == line->text + payload->skipped);
	if (payload->length > 0)
		MUST(payload->text[payload->length - 1] != '\r');
	check_piece(payload->host);
	check_piece(payload->pod);
	check_piece(payload->container);
	check_piece(payload->stream);
	check_piece(payload->app);
	check_piece(payload->pid);
}

/* A text that was unwrapped, and behind a wrapper once more, is the same. */
static void
check_again(const struct tk_payload *payload)
{
	static const char prefix[] = "2026-01-12T10:00:43.651123456Z stdout F ";
	struct tk_unwrap *unwrap;
	struct tk_payload again, plain;
	struct tk_line line = {.number = 1};
	char *copy;

	if (payload->length == 0 || payload->length > 4096 ||
	    memchr(payload->text, '\0', payload->length) != NULL)
		return;
	copy = malloc(payload->length + sizeof(prefix));
	unwrap = tk_unwrap_new();
	MUST(copy != NULL && unwrap != NULL);
	tk_unwrap_clock(unwrap, 0, NOW_NS);
	memcpy(copy, prefix, sizeof(prefix) - 1);
	memcpy(copy + sizeof(prefix) - 1, payload->text, payload->length);
	line.text = copy + sizeof(prefix) - 1;
	line.length = payload->length;
	if (tk_unwrap_line(unwrap, 0, &line, &plain, NULL) == TK_UNWRAPPED &&
	    (plain.wrappers & 1u << TK_WRAPPER_CRI) == 0) {
		size_t length = plain.length;
		char *text = malloc(length > 0 ? length : 1);

		MUST(text != NULL);
		if (length > 0)
			memcpy(text, plain.text, length);
		line.text = copy;
		line.length += sizeof(prefix) - 1;
		if (tk_unwrap_line(unwrap, 0, &line, &again, NULL) ==
		    TK_UNWRAPPED) {
			MUST(again.length == length);
			MUST(length == 0 ||
			     memcmp(again.text, text, length) == 0);
			MUST(again.ts_ns != BACKOFF_ABSENT);
		}
		free(text);
	}
	free(copy);
	tk_unwrap_free(unwrap);
}

static int
read_lines(const char *text, size_t length)
{
	struct tk_splitter *splitter = tk_splitter_new();
	struct tk_unwrap *unwrap = tk_unwrap_new();
	const struct tk_unwrap_counts *counts;
	struct backoff_error error;
	struct tk_payload payload;
	struct tk_line line;
	size_t before = 0;
	int wrapped = 0;

	MUST(splitter != NULL && unwrap != NULL);
	tk_unwrap_clock(unwrap, 0, NOW_NS);
	counts = tk_unwrap_counts(unwrap);
	tk_splitter_push(splitter, text, length);
	while (tk_splitter_next(splitter, true, &line)) {
		/* Two inputs, by the line's length. */
		size_t input = line.length & 1;

		memset(&error, 0, sizeof(error));
		tk_unwrap_must_see(unwrap, input, &line);
		switch (tk_unwrap_line(unwrap, input, &line, &payload,
				       &error)) {
		case TK_UNWRAPPED:
			check_payload(&payload, &line, before);
			wrapped |= payload.wrappers != 0;
			check_again(&payload);
			break;
		case TK_UNWRAP_PENDING:
			MUST(tk_unwrap_must_see(unwrap, input, &line));
			break;
		case TK_UNWRAP_BAD:
			MUST(error.status != BACKOFF_OK);
			MUST(error.status != BACKOFF_E_NOMEM);
			MUST(error.text[0] != '\0');
			break;
		}
		before += line.length;
	}
	MUST(counts->joined <= length);
	tk_unwrap_free(unwrap);
	tk_splitter_free(splitter);
	return wrapped;
}

/* The same bytes and the same problem, in one piece or in two. */
static void
unpack(const char *bytes, size_t length)
{
	size_t total[2] = {0, 0};
	bool failed[2];

	for (size_t i = 0; i < 2; i++) {
		struct tk_unpack *unpack =
			tk_unpack_new(tk_packing_of(bytes, length));
		size_t cut = i == 0 ? 0 : length / 2, got;
		const char *out;

		MUST(unpack != NULL);
		for (size_t part = 0; part < 2; part++) {
			tk_unpack_push(unpack, part == 0 ? bytes : bytes + cut,
				       part == 0 ? cut : length - cut);
			while (total[i] < UNPACKED_MAX &&
			       (got = tk_unpack_next(unpack, &out)) > 0)
				total[i] += got;
		}
		failed[i] = tk_unpack_problem_at_end(unpack) != NULL;
		tk_unpack_free(unpack);
	}
	if (total[0] < UNPACKED_MAX && total[1] < UNPACKED_MAX) {
		MUST(failed[0] == failed[1]);
		/* zstd gives up earlier in broken data if it sees more. */
		MUST(failed[0] || total[0] == total[1]);
	}
}

int
fuzz_accepts(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;

	if (tk_packing_of(text, size) != TK_PACKING_NONE) {
		unpack(text, size);
		return 1;
	}
	return read_lines(text, size);
}
