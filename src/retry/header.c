/* Headers with the number of an attempt: writing and reading them. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <backoff/retry.h>

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "outcome/hint_value.h"

size_t
backoff_attempt_header(const struct backoff_attempt *attempt, char *out,
		       size_t size)
{
	if (attempt == NULL)
		return bo_out_init(out, size).length;
	struct bo_out text = bo_out_init(out, size);

	bo_out_format(&text, "attempt=%" PRIu32, attempt->number);
	if (attempt->max_attempts != BACKOFF_UNLIMITED)
		bo_out_format(&text, "; max=%" PRIu32, attempt->max_attempts);
	return text.length;
}

/* A part of the value without the blanks around it. */
static struct bo_piece
trim(const char *at, size_t length)
{
	while (length > 0 && (*at == ' ' || *at == '\t')) {
		at++;
		length--;
	}
	while (length > 0 && (at[length - 1] == ' ' || at[length - 1] == '\t'))
		length--;
	return (struct bo_piece){at, length};
}

/* Only digits, at most 32 bits. */
static bool
read_count(struct bo_piece p, uint32_t *out)
{
	uint64_t value = 0;

	if (p.length == 0 || p.length > 10)
		return false;
	for (size_t i = 0; i < p.length; i++) {
		if (p.at[i] < '0' || p.at[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(p.at[i] - '0');
	}
	if (value > UINT32_MAX)
		return false;
	*out = (uint32_t)value;
	return true;
}

/* A number from 1, unless *out has one already (is not 0). */
static bool
read_number(struct bo_piece p, uint32_t *out)
{
	return *out == 0 && read_count(p, out) && *out > 0;
}

/* ttl=20261123T101530Z; attempt=2; max=3 */
static bool
read_pairs(struct bo_piece p, uint32_t *attempt)
{
	const char *end = p.at + p.length, *next = p.at;
	uint32_t max = 0;

	while (next != NULL) {
		const char *semicolon = memchr(next, ';', (size_t)(end - next));
		struct bo_piece pair = trim(
			next, (size_t)((semicolon ? semicolon : end) - next));
		const char *equals = memchr(pair.at, '=', pair.length);
		struct bo_piece value;

		if (equals == NULL || equals == pair.at)
			return false;
		value = (struct bo_piece){
			equals + 1,
			(size_t)(pair.at + pair.length - equals) - 1};
		pair.length = (size_t)(equals - pair.at);
		if (pair.length == 7 && memcmp(pair.at, "attempt", 7) == 0) {
			if (!read_number(value, attempt))
				return false;
		} else if (pair.length == 3 && memcmp(pair.at, "max", 3) == 0) {
			if (!read_number(value, &max))
				return false;
		}
		next = semicolon != NULL ? semicolon + 1 : NULL;
	}
	return *attempt > 0;
}

enum backoff_status
backoff_attempt_header_parse(const char *name, const char *value, uint32_t *out)
{
	uint32_t number = 0;
	struct bo_piece p;
	bool good;

	if (name == NULL || value == NULL || out == NULL)
		return BACKOFF_E_ARGUMENT;
	p = bo_piece_of(value);
	if (strcasecmp(name, "amz-sdk-request") == 0) {
		good = read_pairs(p, &number);
	} else if (strcasecmp(name, "x-envoy-attempt-count") == 0) {
		good = read_number(p, &number);
	} else if (strcasecmp(name, "grpc-previous-rpc-attempts") == 0) {
		good = read_count(p, &number) && number < UINT32_MAX;
		number++;
	} else {
		return BACKOFF_E_NOT_FOUND;
	}
	if (!good)
		return BACKOFF_E_VALUE;
	*out = number;
	return BACKOFF_OK;
}
