/* Call ids: 128 bits as 32 hex digits.
 *
 * The first half belongs to the retry object in one process and is made once;
 * the second is the call's number under a one-to-one scramble, so that ids of
 * one object never collide. Drawing each id from Philox took a tenth of the
 * cost of a logged call. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retry/id.h"

#include <endian.h>
#include <string.h>

#include <backoff/rng.h>

#include "base/num.h"

/* Eight hex digits, least significant first, all computed at once: one digit
 * per byte of a word. */
static void
put_hex8(char *out, uint32_t number)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t x = number, letters;

	x = (x | x << 16) & UINT64_C(0x0000ffff0000ffff);
	x = (x | x << 8) & UINT64_C(0x00ff00ff00ff00ff);
	x = (x | x << 4) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	letters = (x + 6 * ones) >> 4 & ones;
	x = htole64(x + '0' * ones + letters * ('a' - '0' - 10));
	memcpy(out, &x, sizeof(x));
}

static void
put_hex16(char *out, uint64_t number)
{
	put_hex8(out, (uint32_t)number);
	put_hex8(out + 8, (uint32_t)(number >> 32));
}

void
bo_id_key_init(struct bo_id_key *key, uint64_t experiment)
{
	const uint32_t counter[4] = {0, 0, 0, BACKOFF_PURPOSE_CALL_ID};
	const uint32_t philox_key[2] = {(uint32_t)experiment,
					(uint32_t)(experiment >> 32)};
	uint32_t word[4];

	backoff_philox4x32(counter, philox_key, word);
	key->experiment = experiment;
	put_hex8(key->head, word[0]);
	put_hex8(key->head + 8, word[1]);
	key->tail = (uint64_t)word[3] << 32 | word[2];
}

void
bo_id_write(const struct bo_id_key *key, uint64_t number,
	    char out[BO_ID_LENGTH + 1])
{
	memcpy(out, key->head, sizeof(key->head));
	put_hex16(out + sizeof(key->head), bo_mix64(number + key->tail));
	out[BO_ID_LENGTH] = '\0';
}
