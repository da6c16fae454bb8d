/* Fuzz target: a header's name, its value and the time, a line each. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include <backoff.h>

#include "fuzz.h"

const char fuzz_name[] = "hint";

/** The parts of the input. */
struct header {
	char *name, *value;
	uint64_t wall_ns;
};

static char *
copy_of(const char *at, size_t length)
{
	char *text = malloc(length + 1);

	MUST(text != NULL);
	memcpy(text, at, length);
	text[length] = '\0';
	return text;
}

static void
split(const char *data, size_t size, struct header *h)
{
	const char *end = data + size;
	const char *first = size > 0 ? memchr(data, '\n', size) : NULL;
	const char *second = NULL;

	if (first != NULL && first + 1 < end)
		second = memchr(first + 1, '\n', (size_t)(end - first - 1));
	if (first == NULL)
		first = end;
	h->name = copy_of(data, (size_t)(first - data));
	h->value = first == end ? copy_of("", 0)
				: copy_of(first + 1,
					  (size_t)((second ? second : end) -
						   first - 1));
	h->wall_ns = 0;
	for (; second != NULL && ++second < end &&
	       isdigit((unsigned char)*second);)
		h->wall_ns = h->wall_ns * 10 + (uint64_t)(*second - '0');
}

static bool
is(const char *name, const char *want)
{
	while (*name != '\0' && tolower((unsigned char)*name) == *want)
		name++, want++;
	return *name == '\0' && *want == '\0';
}

/* Whether the name of a header has "ratelimit" or "rate-limit" in it. */
static bool
mentions_limit(const char *name)
{
	return strcasestr(name, "ratelimit") != NULL ||
	       strcasestr(name, "rate-limit") != NULL;
}

static void
check_same(const char *name, const char *value, uint64_t wall_ns,
	   enum backoff_status status, const struct backoff_hint *hint)
{
	struct backoff_hint again = {.kind = BACKOFF_HINT_NONE, .delay_ns = 99};

	MUST(backoff_hint_parse(name, value, wall_ns, &again) == status);
	if (status != BACKOFF_OK)
		return;
	MUST(again.kind == hint->kind);
	MUST(again.delay_ns == hint->delay_ns);
}

/* Neither case nor surrounding blanks change the meaning of a header. */
static void
check_forms(const struct header *h, enum backoff_status status,
	    const struct backoff_hint *hint)
{
	size_t length = strlen(h->value);
	char *name = copy_of(h->name, strlen(h->name));
	char *padded = malloc(length + 4);

	MUST(padded != NULL);
	for (char *p = name; *p != '\0'; p++)
		*p = (char)(isupper((unsigned char)*p)
				    ? tolower((unsigned char)*p)
				    : toupper((unsigned char)*p));
	memcpy(padded, "\t ", 2);
	memcpy(padded + 2, h->value, length);
	memcpy(padded + 2 + length, " ", 2);
	check_same(h->name, h->value, h->wall_ns, status, hint);
	check_same(name, h->value, h->wall_ns, status, hint);
	check_same(h->name, padded, h->wall_ns, status, hint);
	free(padded);
	free(name);
}

static int
rank(enum backoff_hint_kind kind)
{
	return kind == BACKOFF_HINT_RESET ? 1 : 2 * (int)kind;
}

/* The strictest hint wins, in any order. */
static void
check_join(struct backoff_hint hint)
{
	static const struct backoff_hint other[] = {
		{.kind = BACKOFF_HINT_NONE, .delay_ns = 0},
		{.kind = BACKOFF_HINT_DELAY, .delay_ns = 0},
		{.kind = BACKOFF_HINT_DELAY, .delay_ns = 5000000000},
		{.kind = BACKOFF_HINT_FORBID, .delay_ns = 0},
		{.kind = BACKOFF_HINT_RESET, .delay_ns = 0},
		{.kind = BACKOFF_HINT_RESET, .delay_ns = 7000000000},
	};

	for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++) {
		struct backoff_hint a = backoff_hint_join(hint, other[i]);
		struct backoff_hint b = backoff_hint_join(other[i], hint);

		MUST(a.kind == b.kind && a.delay_ns == b.delay_ns);
		MUST(rank(a.kind) >= rank(hint.kind) &&
		     rank(a.kind) >= rank(other[i].kind));
		MUST(a.delay_ns >= hint.delay_ns || hint.kind != a.kind);
	}
}

/* The engine never retries earlier than the server said. Resets count only if
 * the server throttles. */
static void
check_decision(const struct header *h, struct backoff_hint hint, int status)
{
	static struct backoff_policy *policy;
	struct backoff_outcome outcome;
	struct backoff_decision d;
	struct backoff_state state;

	if (policy == NULL)
		MUST(backoff_policy_builtin("WEBHOOK", &policy) == BACKOFF_OK);
	backoff_outcome_from_http(&outcome, status);
	outcome.error_type = "ConnectionError";
	MUST(backoff_outcome_add_hint(&outcome, h->name, h->value,
				      h->wall_ns) == BACKOFF_OK);
	if (hint.kind == BACKOFF_HINT_RESET)
		hint.kind =
			status == 429 ? BACKOFF_HINT_DELAY : BACKOFF_HINT_NONE;
	MUST(backoff_outcome_hint(&outcome).kind == hint.kind);
	backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER, &d);
	backoff_engine_decide(policy, &state, &outcome, 0, 0, &d);
	if (hint.kind == BACKOFF_HINT_FORBID)
		MUST(d.stop == BACKOFF_STOP_SERVER_FORBADE);
	else if (hint.kind == BACKOFF_HINT_DELAY)
		MUST(d.stop == BACKOFF_STOP_HINT_TOO_LONG ||
		     d.delay_ns >= hint.delay_ns);
	else
		MUST(d.action == BACKOFF_ACTION_WAIT);
}

/* The same header may give the number of an attempt, which can then be written
 * and read again. */
static bool
check_attempt(const struct header *h)
{
	struct backoff_attempt attempt = {.max_attempts = 1};
	uint32_t number = 0, again = 0;
	char text[64];

	if (backoff_attempt_header_parse(h->name, h->value, &number) !=
	    BACKOFF_OK) {
		MUST(number == 0);
		return false;
	}
	MUST(number > 0);
	attempt.number = number;
	MUST(backoff_attempt_header(&attempt, text, sizeof(text)) <
	     sizeof(text));
	MUST(backoff_attempt_header_parse("amz-sdk-request", text, &again) ==
	     BACKOFF_OK);
	MUST(again == number);
	return true;
}

int
fuzz_accepts(const uint8_t *data, size_t size)
{
	struct backoff_hint hint = {.kind = BACKOFF_HINT_NONE, .delay_ns = 77};
	enum backoff_status status;
	struct header h;
	bool attempt;

	split((const char *)data, size, &h);
	attempt = check_attempt(&h);
	status = backoff_hint_parse(h.name, h.value, h.wall_ns, &hint);
	MUST(status == BACKOFF_OK || status == BACKOFF_E_VALUE ||
	     status == BACKOFF_E_NOT_FOUND);
	check_forms(&h, status, &hint);
	if (status != BACKOFF_OK) {
		MUST(hint.kind == BACKOFF_HINT_NONE && hint.delay_ns == 77);
		/* gRPC: a value that cannot be read forbids a retry. */
		MUST(!is(h.name, "grpc-retry-pushback-ms"));
	} else {
		MUST(hint.delay_ns <= UINT64_C(1000000000000000000));
		MUST(hint.kind == BACKOFF_HINT_DELAY ||
		     hint.kind == BACKOFF_HINT_RESET || hint.delay_ns == 0);
		MUST((hint.kind != BACKOFF_HINT_NONE &&
		      hint.kind != BACKOFF_HINT_RESET) ||
		     is(h.name, "x-should-retry") || mentions_limit(h.name));
		MUST(hint.kind != BACKOFF_HINT_FORBID ||
		     is(h.name, "x-should-retry") ||
		     is(h.name, "grpc-retry-pushback-ms"));
		check_join(hint);
		check_decision(&h, hint, 503);
		check_decision(&h, hint, 429);
	}
	free(h.value);
	free(h.name);
	return status == BACKOFF_OK || attempt;
}
