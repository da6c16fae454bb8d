/* Reads server hints from headers, strictly. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "outcome/hint.h"

#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "base/num.h"
#include "outcome/ratelimit.h"

/** No header that is read has a longer name. */
#define NAME_MAX_BYTES 64

static bool
equals(struct bo_piece p, const char *word)
{
	return strlen(word) == p.length &&
	       strncasecmp(p.at, word, p.length) == 0;
}

static bool
read_seconds_or_date(struct bo_piece p, uint64_t wall_ns, struct bo_header *out)
{
	out->hint.kind = BACKOFF_HINT_DELAY;
	return bo_hint_amount(p, BO_NS_PER_S, &out->hint.delay_ns) ||
	       bo_hint_date(p, wall_ns, &out->hint.delay_ns);
}

static bool
read_milliseconds(struct bo_piece p, uint64_t wall_ns, struct bo_header *out)
{
	(void)wall_ns;
	out->hint.kind = BACKOFF_HINT_DELAY;
	return bo_hint_amount(p, BO_NS_PER_MS, &out->hint.delay_ns);
}

static bool
read_pushback(struct bo_piece p, uint64_t wall_ns, struct bo_header *out)
{
	(void)wall_ns;
	out->hint.kind = BACKOFF_HINT_FORBID;
	if (bo_piece_digits(p) == p.length &&
	    bo_hint_amount(p, BO_NS_PER_MS, &out->hint.delay_ns))
		out->hint.kind = BACKOFF_HINT_DELAY;
	return true;
}

static bool
read_should_retry(struct bo_piece p, uint64_t wall_ns, struct bo_header *out)
{
	(void)wall_ns;
	if (equals(p, "false"))
		out->hint.kind = BACKOFF_HINT_FORBID;
	return equals(p, "false") || equals(p, "true");
}

/* A key for a limit, which its reset and its remaining have in common. */
static uint64_t
key_of(const char *family, size_t family_length, const char *limit,
       size_t limit_length)
{
	uint64_t key = bo_fnv1a(BO_FNV1A_BEGIN, family, family_length);

	return bo_fnv1a(bo_fnv1a(key, "/", 1), limit, limit_length);
}

/* The limit of the headers RateLimit-Reset and RateLimit-Remaining, and of a
 * RateLimit field that does not name one. */
static const char unnamed[] = "ratelimit";

static bool
read_ratelimit(struct bo_piece p, uint64_t wall_ns, struct bo_header *out)
{
	(void)wall_ns;
	out->limit.key = key_of(unnamed, sizeof(unnamed) - 1, "", 0);
	return bo_ratelimit_read(p, out);
}

static const struct {
	const char *name;
	bool (*read)(struct bo_piece p, uint64_t wall_ns,
		     struct bo_header *out);
} headers[] = {
	{"retry-after", read_seconds_or_date},
	{"x-retry-after", read_seconds_or_date},
	{"retry-after-ms", read_milliseconds},
	{"x-ms-retry-after-ms", read_milliseconds},
	{"x-amz-retry-after", read_milliseconds},
	{"grpc-retry-pushback-ms", read_pushback},
	{"x-should-retry", read_should_retry},
	{"ratelimit", read_ratelimit},
};

/** A header about one limit: which, and whether it is the reset or what
 *  remains. */
struct limit_name {
	uint64_t key;
	bool is_reset;
};

/* Whether the words between a limit's name and its end are those of a limit
 * that providers have: of requests or tokens. Others may be units. */
static bool
is_limit_name(const char *name)
{
	return strstr(name, "requests") != NULL ||
	       strstr(name, "tokens") != NULL;
}

/* "x-ratelimit-reset", "x-ratelimit-remaining-tokens" */
static bool
read_prefixed(const char *name, struct limit_name *out)
{
	static const char *const families[] = {"ratelimit", "x-ratelimit",
					       "x-rate-limit"};
	static const char *const words[] = {"-remaining", "-reset"};

	for (size_t f = 0; f < sizeof(families) / sizeof(*families); f++) {
		size_t length = strlen(families[f]);

		if (strncmp(name, families[f], length) != 0)
			continue;
		for (size_t w = 0; w < 2; w++) {
			const char *rest = name + length;
			size_t word = strlen(words[w]);

			if (strncmp(rest, words[w], word) != 0)
				continue;
			rest += word;
			if (rest[0] != '\0' &&
			    (rest[0] != '-' || !is_limit_name(rest + 1)))
				return false;
			out->is_reset = w == 1;
			out->key =
				key_of(families[f], length, rest, strlen(rest));
			return true;
		}
	}
	return false;
}

/* "anthropic-ratelimit-input-tokens-reset" */
static bool
read_anthropic(const char *name, struct limit_name *out)
{
	static const char family[] = "anthropic-ratelimit-";
	static const char *const words[] = {"-remaining", "-reset"};
	const char *limit = name + sizeof(family) - 1;
	size_t length = strlen(name);

	if (strncmp(name, family, sizeof(family) - 1) != 0)
		return false;
	length -= sizeof(family) - 1;
	for (size_t w = 0; w < 2; w++) {
		size_t word = strlen(words[w]);

		if (length <= word ||
		    strcmp(limit + length - word, words[w]) != 0)
			continue;
		out->is_reset = w == 1;
		out->key = key_of(family, sizeof(family) - 1, limit,
				  length - word);
		return true;
	}
	return false;
}

static bool
read_limit(struct bo_piece p, const struct limit_name *name, uint64_t wall_ns,
	   struct bo_header *out)
{
	bool is_zero, is_read;

	out->limit.key = name->key;
	if (name->is_reset) {
		out->limit.state = BO_LIMIT_RESET;
		return bo_hint_reset(p, wall_ns, &out->limit.reset_ns);
	}
	/* Without a number, the server says more than nothing: the limit is not
	 * one without this header. */
	is_read = bo_hint_remaining(p, &is_zero);
	out->limit.state =
		is_read && is_zero ? BO_LIMIT_USED_UP : BO_LIMIT_LEFT;
	return is_read && p.at[0] != '-';
}

enum backoff_status
bo_header_read(const char *name, const char *value, uint64_t wall_ns,
	       struct bo_header *out)
{
	size_t length = strnlen(name, NAME_MAX_BYTES);
	struct bo_piece p = bo_piece_of(value);
	struct bo_header read = {.hint.kind = BACKOFF_HINT_NONE};
	char lower[NAME_MAX_BYTES];
	struct limit_name limit;
	bool good = false;
	size_t row = 0;

	if (length == NAME_MAX_BYTES)
		return BACKOFF_E_NOT_FOUND;
	for (size_t i = 0; i <= length; i++)
		lower[i] = name[i] >= 'A' && name[i] <= 'Z'
				   ? (char)(name[i] - 'A' + 'a')
				   : name[i];
	while (row < sizeof(headers) / sizeof(*headers) &&
	       strcmp(headers[row].name, lower) != 0)
		row++;
	if (row < sizeof(headers) / sizeof(*headers))
		good = headers[row].read(p, wall_ns, &read);
	else if (read_prefixed(lower, &limit) || read_anthropic(lower, &limit))
		good = read_limit(p, &limit, wall_ns, &read);
	else
		return BACKOFF_E_NOT_FOUND;
	/* Half a field or a bad reset says nothing. */
	if (!good && (row < sizeof(headers) / sizeof(*headers) ||
		      read.limit.state == BO_LIMIT_RESET))
		read = (struct bo_header){.hint.kind = BACKOFF_HINT_NONE};
	*out = read;
	return good ? BACKOFF_OK : BACKOFF_E_VALUE;
}

enum backoff_status
backoff_hint_parse(const char *name, const char *value, uint64_t wall_ns,
		   struct backoff_hint *out)
{
	struct bo_header header;
	enum backoff_status status;

	if (name == NULL || value == NULL || out == NULL)
		return BACKOFF_E_ARGUMENT;
	status = bo_header_read(name, value, wall_ns, &header);
	if (status == BACKOFF_OK)
		*out = backoff_hint_join(header.hint,
					 bo_limit_hint(header.limit.state,
						       header.limit.reset_ns));
	return status;
}
