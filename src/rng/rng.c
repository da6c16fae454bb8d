/* Keyed random draws: Random123's Philox4x32-10. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include <Random123/philox.h>

#include <backoff/rng.h>

void
backoff_philox4x32(const uint32_t counter[4], const uint32_t key[2],
		   uint32_t out[4])
{
	if (counter == NULL || key == NULL || out == NULL)
		return;
	philox4x32_ctr_t c;
	philox4x32_key_t k;

	memcpy(c.v, counter, sizeof(c.v));
	memcpy(k.v, key, sizeof(k.v));
	c = philox4x32(c, k);
	memcpy(out, c.v, sizeof(c.v));
}

uint64_t
backoff_draw(uint64_t experiment, uint32_t purpose, uint64_t call,
	     uint32_t attempt)
{
	const philox4x32_ctr_t counter = {
		{(uint32_t)call, (uint32_t)(call >> 32), attempt, purpose}};
	const philox4x32_key_t key = {
		{(uint32_t)experiment, (uint32_t)(experiment >> 32)}};
	philox4x32_ctr_t out = philox4x32(counter, key);

	return (uint64_t)out.v[1] << 32 | out.v[0];
}
