/* Builds and runs the automaton that searches many literals at once. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/needles.h"

#include <stdlib.h>
#include <string.h>

/* States have 16 bits, and a table of them a few MiB. */
#define STATES_MAX 20000

#define SEVERAL UINT16_MAX

struct needle {
	char text[TK_NEEDLE_MAX];
	size_t length;
};

struct tk_needles {
	struct needle *needle;
	size_t count, room;
	/* Bytes that stand in no needle are of class 0. */
	unsigned char class_of[256];
	size_t class_count;
	/* next[state << shift | class] is the state behind it. States from
	 * `accepting` on end needles: one[state - accepting] is the only one
	 * that ends there, or SEVERAL, which are in set[state]. */
	uint16_t *next;
	unsigned shift;
	uint32_t accepting;
	uint16_t *one;
	uint64_t *set;
	size_t words;
};

struct tk_needles *
tk_needles_new(void)
{
	return calloc(1, sizeof(struct tk_needles));
}

void
tk_needles_free(struct tk_needles *needles)
{
	if (needles == NULL)
		return;
	free(needles->needle);
	free(needles->next);
	free(needles->one);
	free(needles->set);
	free(needles);
}

size_t
tk_needles_count(const struct tk_needles *needles)
{
	return needles->count;
}

size_t
tk_needles_words(const struct tk_needles *needles)
{
	return needles->words;
}

struct tk_piece
tk_needles_get(const struct tk_needles *needles, size_t id)
{
	return (struct tk_piece){needles->needle[id].text,
				 needles->needle[id].length};
}

enum backoff_status
tk_needles_add(struct tk_needles *needles, const char *text, size_t length,
	       size_t *id)
{
	struct needle *needle;

	if (length > TK_NEEDLE_MAX)
		length = TK_NEEDLE_MAX;
	for (size_t i = 0; i < needles->count; i++) {
		if (needles->needle[i].length == length &&
		    memcmp(needles->needle[i].text, text, length) == 0) {
			*id = i;
			return BACKOFF_OK;
		}
	}
	if (needles->count * TK_NEEDLE_MAX >= STATES_MAX)
		return BACKOFF_E_LIMIT;
	if (needles->count == needles->room) {
		size_t room = needles->room > 0 ? 2 * needles->room : 64;

		needle = realloc(needles->needle, room * sizeof(*needle));
		if (needle == NULL)
			return BACKOFF_E_NOMEM;
		needles->needle = needle;
		needles->room = room;
	}
	needle = &needles->needle[needles->count];
	memcpy(needle->text, text, length);
	needle->length = length;
	*id = needles->count++;
	return BACKOFF_OK;
}

/* Number the bytes that stand in needles; returns an upper bound of states. */
static size_t
number_bytes(struct tk_needles *needles)
{
	size_t states = 1;

	memset(needles->class_of, 0, sizeof(needles->class_of));
	needles->class_count = 1;
	for (size_t i = 0; i < needles->count; i++) {
		const struct needle *needle = &needles->needle[i];

		states += needle->length;
		for (size_t j = 0; j < needle->length; j++) {
			unsigned char byte = (unsigned char)needle->text[j];

			if (needles->class_of[byte] == 0)
				needles->class_of[byte] =
					(unsigned char)needles->class_count++;
		}
	}
	return states;
}

/* The automaton while it is built, with plain numbers of states. */
struct build {
	uint32_t *next, *failure, *queue, *renamed;
	uint64_t *set;
	size_t states, classes, words;
};

static void
clear_build(struct build *build)
{
	free(build->next);
	free(build->failure);
	free(build->queue);
	free(build->renamed);
	free(build->set);
}

/* A tree of the needles. 0 is its root, and means "none" elsewhere. */
static void
grow(struct build *build, const struct tk_needles *needles)
{
	build->states = 1;
	for (size_t i = 0; i < needles->count; i++) {
		const struct needle *needle = &needles->needle[i];
		uint32_t state = 0;

		for (size_t j = 0; j < needle->length; j++) {
			unsigned char byte = (unsigned char)needle->text[j];
			uint32_t *next = &build->next[state * build->classes +
						      needles->class_of[byte]];

			if (*next == 0)
				*next = (uint32_t)build->states++;
			state = *next;
		}
		build->set[state * build->words + i / 64] |= UINT64_C(1)
							     << i % 64;
	}
}

/* Where a state has no child, go where its longest proper suffix goes. */
static void
link_failures(struct build *build)
{
	size_t classes = build->classes, head = 0, tail = 0;

	for (size_t class = 0; class < classes; class ++) {
		if (build->next[class] != 0)
			build->queue[tail++] = build->next[class];
	}
	while (head < tail) {
		uint32_t state = build->queue[head++];
		uint32_t failure = build->failure[state];

		for (size_t w = 0; w < build->words; w++)
			build->set[state * build->words + w] |=
				build->set[failure * build->words + w];
		for (size_t class = 0; class < classes; class ++) {
			uint32_t *next = &build->next[state * classes + class];
			uint32_t other = build->next[failure * classes + class];

			if (*next == 0) {
				*next = other;
				continue;
			}
			build->failure[*next] = other;
			build->queue[tail++] = *next;
		}
	}
}

static bool
accepts(const struct build *build, size_t state)
{
	for (size_t w = 0; w < build->words; w++) {
		if (build->set[state * build->words + w] != 0)
			return true;
	}
	return false;
}

/* The only member of a set, or SEVERAL. */
static uint16_t
only(const uint64_t *set, size_t words)
{
	unsigned found = SEVERAL;

	for (size_t w = 0; w < words; w++) {
		if (set[w] == 0)
			continue;
		if (found != SEVERAL || (set[w] & (set[w] - 1)) != 0)
			return SEVERAL;
		found = (unsigned)(64 * w) + (unsigned)__builtin_ctzll(set[w]);
	}
	return (uint16_t)found;
}

/* Number the states again, those that end a needle last, so that one comparison
 * recognizes them. */
static void
rename_states(struct build *build, struct tk_needles *needles)
{
	size_t classes = build->classes, words = build->words;
	uint32_t number = 0;

	for (int accepting = 0; accepting < 2; accepting++) {
		if (accepting)
			needles->accepting = number;
		for (size_t state = 0; state < build->states; state++) {
			if (accepts(build, state) == (accepting == 1))
				build->renamed[state] = number++;
		}
	}
	for (size_t state = 0; state < build->states; state++) {
		uint32_t to = build->renamed[state];
		const uint64_t *set = build->set + state * words;

		for (size_t class = 0; class < classes; class ++)
			needles->next[(size_t)to << needles->shift | class] =
				(uint16_t)build->renamed
					[build->next[state * classes + class]];
		memcpy(needles->set + to * words, set, words * sizeof(*set));
		if (to >= needles->accepting)
			needles->one[to - needles->accepting] =
				only(set, words);
	}
}

enum backoff_status
tk_needles_build(struct tk_needles *needles)
{
	size_t states = number_bytes(needles);
	size_t classes = needles->class_count;
	size_t words = (needles->count + 63) / 64;
	struct build build = {.classes = classes, .words = words};
	enum backoff_status status = BACKOFF_E_NOMEM;

	build.next = calloc(states * classes, sizeof(*build.next));
	build.failure = calloc(states, sizeof(*build.failure));
	build.queue = calloc(states, sizeof(*build.queue));
	build.renamed = calloc(states, sizeof(*build.renamed));
	build.set = calloc(states * words + 1, sizeof(*build.set));
	while ((size_t)1 << needles->shift < classes)
		needles->shift++;
	needles->next =
		calloc(states << needles->shift, sizeof(*needles->next));
	needles->one = calloc(states, sizeof(*needles->one));
	needles->set = calloc(states * words + 1, sizeof(*needles->set));
	needles->words = words;
	if (build.next != NULL && build.failure != NULL &&
	    build.queue != NULL && build.renamed != NULL && build.set != NULL &&
	    needles->next != NULL && needles->one != NULL &&
	    needles->set != NULL) {
		grow(&build, needles);
		link_failures(&build);
		rename_states(&build, needles);
		status = BACKOFF_OK;
	}
	clear_build(&build);
	return status;
}

/* Note the needles that end in an accepting state. */
static void
note(const struct tk_needles *needles, uint32_t state, uint64_t *hits)
{
	unsigned one = needles->one[state - needles->accepting];

	if (one != SEVERAL) {
		hits[one / 64] |= UINT64_C(1) << one % 64;
		return;
	}
	for (size_t w = 0; w < needles->words; w++)
		hits[w] |= needles->set[state * needles->words + w];
}

/* Search a text that is not long. */
static bool
scan_short(const struct tk_needles *needles, const unsigned char *at,
	   size_t length, uint64_t *hits)
{
	const unsigned char *class_of = needles->class_of;
	const uint16_t *next = needles->next;
	const unsigned shift = needles->shift;
	const uint32_t accepting = needles->accepting;
	uint32_t state = 0;
	bool any = false;

	for (size_t i = 0; i < length; i++) {
		state = next[state << shift | class_of[at[i]]];
		if (state >= accepting) {
			any = true;
			note(needles, state, hits);
		}
	}
	return any;
}

/* Each step waits for the one before it, so a processor has time for four
 * searches at once: of the quarters of a text, each of which begins early
 * enough to find what the end of the one before cuts. */
static bool
scan_long(const struct tk_needles *needles, const unsigned char *at,
	  size_t length, uint64_t *hits)
{
	const unsigned char *class_of = needles->class_of;
	const uint16_t *next = needles->next;
	const unsigned shift = needles->shift;
	const uint32_t accepting = needles->accepting;
	const size_t step = (length + 3 * (TK_NEEDLE_MAX - 1)) / 4 + 1;
	const size_t apart = step - (TK_NEEDLE_MAX - 1);
	const unsigned char *b = at + apart, *c = b + apart, *d = c + apart;
	const size_t last = length - 3 * apart;
	uint32_t p = 0, q = 0, r = 0, s = 0;
	bool any = false;

	for (size_t i = 0; i < last; i++) {
		p = next[p << shift | class_of[at[i]]];
		q = next[q << shift | class_of[b[i]]];
		r = next[r << shift | class_of[c[i]]];
		s = next[s << shift | class_of[d[i]]];
		if (p < accepting && q < accepting && r < accepting &&
		    s < accepting)
			continue;
		any = true;
		if (p >= accepting)
			note(needles, p, hits);
		if (q >= accepting)
			note(needles, q, hits);
		if (r >= accepting)
			note(needles, r, hits);
		if (s >= accepting)
			note(needles, s, hits);
	}
	/* The last part is shorter by a few bytes. */
	for (size_t i = last; i < step; i++) {
		p = next[p << shift | class_of[at[i]]];
		q = next[q << shift | class_of[b[i]]];
		r = next[r << shift | class_of[c[i]]];
		if (p >= accepting)
			note(needles, p, hits);
		if (q >= accepting)
			note(needles, q, hits);
		if (r >= accepting)
			note(needles, r, hits);
		any |= p >= accepting || q >= accepting || r >= accepting;
	}
	return any;
}

bool
tk_needles_scan(const struct tk_needles *needles, const char *text,
		size_t length, uint64_t *hits)
{
	const unsigned char *at = (const unsigned char *)text;

	return length < 8 * TK_NEEDLE_MAX
		       ? scan_short(needles, at, length, hits)
		       : scan_long(needles, at, length, hits);
}
