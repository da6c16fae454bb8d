/* Chooses the bytes by which many literals are found. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/grams.h"

#include <stdlib.h>
#include <string.h>

/*
 * The fewer grams there are, the fewer places of a text look like one; but
 * those of many literals are endings of words that every log has. So each gram
 * is chosen by the number of literals that it finds, divided by what it costs:
 * how often it stands in words of logs.
 */

const char tk_log_words[] =
	"{\"timestamp\": \"2026-11-23T10:00:02.248690+00:00\", \"time\":\"2026-"
	"01-02T03:04:05.678Z\"}\"@timestamp\":\"level\": \"INFO\",\"level\":"
	"\"info\",\"severity\":\"DEBUG\" WARN WARNING error \"msg\":\"message\""
	": \"name\": \"logger\":\"thread\":\"main\" \"service\": \"services. "
	"\"host\":\"hostname\" \"port\": \"pid\": \"version\": \"source\": "
	"\"function\": \"module\": \"line\": \"file\": \"caller\": "
	"\"request_id\": \"requestId\" \"user_id\": \"session\": \"trace_id\":"
	"\"span_id\":\"client_ip\": \"method\":\"GET\" POST PUT \"path\": "
	"\"/api/v1/users/ \"url\":\"https://example.com/index.html "
	"\"status\":200 \"status_code\": 200, \"duration_ms\": 12, \"latency\""
	": \"size_bytes\": bytes \"event\": \"events\" \"component\": "
	"\"action\": \"operation\": \"true\" false null \"count\": \"total\": "
	"\"queue\": \"worker\" \"job\" \"task\" \"data\" \"config\" "
	"\"database\" connection connected client server started starting "
	"stopped stopping running finished done completed complete success "
	"successfully processed processing received response request sent "
	"sending loaded loading created updated deleted found update install "
	"installed status configured unpacked user session opened closed for "
	"the and with from into that this are not was has have will been of "
	"to in on at by is it as or an be all one more than when which new no "
	"application information  - - [23/Nov/2026:10:00:02 +0000] \"GET / "
	"HTTP/1.1\" 200 systemd[1]: kernel: sshd[123]: Nov Dec Jan Feb Mar "
	"Apr May Jun Jul Aug Sep Oct INFO  [main] org.apache. com.example. "
	"DEBUG io.netty.";
const size_t tk_log_words_length = sizeof(tk_log_words) - 1;

/* What a gram costs that no word has, and what each such place adds. */
#define COST 5
#define COST_OF_WORD 3

/* A literal is not longer than this, for here. */
#define LITERAL_MAX 16
#define PLACES_MAX (LITERAL_MAX - TK_GRAM + 1)

/* Bytes that stand in literals. */
struct entry {
	uint32_t bytes;
	/* How often literals without a gram have them, and what they cost. */
	uint32_t count, cost;
};

struct choice {
	const struct tk_piece *literal;
	size_t count;
	struct entry *entry;
	uint32_t entries;
	/* By hash, where an entry is, from 1. */
	uint32_t *slot;
	size_t slots;
	/* For each literal and each place in it the entry. */
	uint32_t *at;
	bool *done;
};

static size_t
places(struct tk_piece literal)
{
	size_t length =
		literal.length < LITERAL_MAX ? literal.length : LITERAL_MAX;

	return length < TK_GRAM ? 0 : length - TK_GRAM + 1;
}

/* The slot of some bytes, which is 0 if they have no entry. */
static uint32_t *
find(const struct choice *choice, uint32_t bytes)
{
	for (size_t i = bytes * UINT32_C(0x9e3779b1) >> 8;; i++) {
		uint32_t *slot = &choice->slot[i & (choice->slots - 1)];

		if (*slot == 0 || choice->entry[*slot - 1].bytes == bytes)
			return slot;
	}
}

static void
enter(struct choice *choice)
{
	for (size_t i = 0; i < choice->count; i++) {
		for (size_t j = 0; j < places(choice->literal[i]); j++) {
			const char *at = choice->literal[i].at + j;
			uint32_t bytes = tk_gram_read(at, TK_GRAM);
			uint32_t *slot = find(choice, bytes);

			if (*slot == 0) {
				choice->entry[choice->entries] = (struct entry){
					.bytes = bytes, .cost = COST};
				*slot = ++choice->entries;
			}
			choice->entry[*slot - 1].count++;
			choice->at[i * PLACES_MAX + j] = *slot - 1;
		}
	}
	for (size_t i = 0; i + TK_GRAM <= tk_log_words_length; i++) {
		uint32_t *slot =
			find(choice, tk_gram_read(tk_log_words + i, TK_GRAM));

		if (*slot != 0)
			choice->entry[*slot - 1].cost += COST_OF_WORD;
	}
}

static uint32_t
best(const struct choice *choice)
{
	const struct entry *entry = choice->entry;
	uint32_t found = 0;

	for (uint32_t i = 1; i < choice->entries; i++) {
		if ((uint64_t)entry[i].count * entry[found].cost >
		    (uint64_t)entry[found].count * entry[i].cost)
			found = i;
	}
	return found;
}

/* Find a literal by the place of an entry, if it has it. */
static bool
take(struct choice *choice, size_t i, uint32_t entry, struct tk_gram *out)
{
	const uint32_t *at = choice->at + i * PLACES_MAX;
	size_t count = places(choice->literal[i]), found = 0;

	while (found < count && at[found] != entry)
		found++;
	if (found == count)
		return false;
	for (size_t j = 0; j < count; j++)
		choice->entry[at[j]].count--;
	*out = (struct tk_gram){.bytes = choice->entry[entry].bytes,
				.length = TK_GRAM,
				.offset = (unsigned char)found};
	choice->done[i] = true;
	return true;
}

static void
choose(struct choice *choice, struct tk_gram *out)
{
	size_t left = choice->count;

	for (size_t i = 0; i < choice->count; i++) {
		struct tk_piece literal = choice->literal[i];

		if (places(literal) > 0)
			continue;
		out[i] = (struct tk_gram){
			.bytes = tk_gram_read(literal.at, literal.length),
			.length = TK_GRAM_MIN,
		};
		choice->done[i] = true;
		left--;
	}
	while (left > 0) {
		uint32_t entry = best(choice);

		for (size_t i = 0; i < choice->count; i++) {
			if (!choice->done[i] && take(choice, i, entry, &out[i]))
				left--;
		}
	}
}

bool
tk_grams_choose(const struct tk_piece *literal, size_t count,
		struct tk_gram *out)
{
	struct choice choice = {.literal = literal, .count = count};
	size_t most = count * PLACES_MAX + 1;
	bool fine;

	for (choice.slots = 64; choice.slots < 2 * most;)
		choice.slots *= 2;
	choice.entry = calloc(most, sizeof(*choice.entry));
	choice.slot = calloc(choice.slots, sizeof(*choice.slot));
	choice.at = calloc(most, sizeof(*choice.at));
	choice.done = calloc(count + 1, sizeof(*choice.done));
	fine = choice.entry != NULL && choice.slot != NULL &&
	       choice.at != NULL && choice.done != NULL;
	if (fine) {
		enter(&choice);
		choose(&choice, out);
	}
	free(choice.entry);
	free(choice.slot);
	free(choice.at);
	free(choice.done);
	return fine;
}
