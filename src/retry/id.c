/* The ids of calls: 128 bits as 32 hex digits. The first half is the process's
 * and the retry object's, made once; the second is the call's number, scrambled
 * one to one, so that ids of one object never meet. A Philox draw for each was
 * a tenth of what a logged call cost. */
#include "config.h"

#include <endian.h>
#include <string.h>

#include <backoff/rng.h>

#include "base/num.h"
#include "retry/retry.h"

/* Eight hex digits of a number, the lowest first: all at once, one to a byte.
 */
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

const char *
backoff_call_id(struct backoff_call *call)
{
	const struct bo_id_key *key = &call->retry->id_key;
	struct bo_id_key own;

	/* A restored call keeps the id that it was saved with. */
	if (call->id[0] != '\0')
		return call->id;
	if (call->options->call_id != NULL)
		return call->options->call_id;
	bo_call_number(call);
	/* A child of fork(2) has a key of its own. */
	if (key->experiment != call->experiment) {
		bo_id_key_init(&own, call->experiment);
		key = &own;
	}
	memcpy(call->id, key->head, sizeof(key->head));
	put_hex16(call->id + 16, bo_mix64(call->number + key->tail));
	call->id[32] = '\0';
	return call->id;
}
