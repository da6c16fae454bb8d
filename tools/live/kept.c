/* States of a subject's detectors, to go back to. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/kept.h"

#include <stdlib.h>
#include <string.h>

#define WORDS (sizeof(struct rt_onset) * RT_DETECTOR_COUNT / sizeof(uint64_t))
#define BITS ((WORDS + 63) / 64)

_Static_assert(sizeof(struct rt_onset) % sizeof(uint64_t) == 0,
	       "it is whole words");

struct state {
	uint64_t word[WORDS];
};

static size_t
packed_bytes(const uint64_t *packed)
{
	size_t count = BITS;

	for (size_t i = 0; i < BITS; i++)
		count += (size_t)__builtin_popcountll(packed[i]);
	return count * sizeof(*packed);
}

void
rt_kept_clear(struct rt_kept *kept)
{
	free(kept->packed);
	memset(kept, 0, sizeof(*kept));
}

bool
rt_kept_copy(struct rt_kept *to, const struct rt_kept *from)
{
	*to = *from;
	if (from->packed == NULL)
		return true;
	to->packed = malloc(packed_bytes(from->packed));
	if (to->packed == NULL) {
		to->second = 0;
		return false;
	}
	memcpy(to->packed, from->packed, packed_bytes(from->packed));
	return true;
}

void
rt_kept_put(struct rt_kept *kept, uint64_t second,
	    const struct rt_onset onset[RT_DETECTOR_COUNT])
{
	uint64_t packed[BITS + WORDS] = {0};
	struct state state;
	size_t count = BITS;

	memcpy(&state, onset, sizeof(state));
	for (size_t i = 0; i < WORDS; i++) {
		if (state.word[i] == 0)
			continue;
		packed[i / 64] |= UINT64_C(1) << i % 64;
		packed[count++] = state.word[i];
	}
	rt_kept_clear(kept);
	kept->packed = malloc(count * sizeof(*packed));
	if (kept->packed == NULL)
		return;
	memcpy(kept->packed, packed, count * sizeof(*packed));
	kept->second = second;
}

void
rt_kept_get(const struct rt_kept *kept,
	    struct rt_onset onset[RT_DETECTOR_COUNT])
{
	struct state state = {{0}};
	size_t count = BITS;

	for (size_t i = 0; i < WORDS; i++)
		if (kept->packed[i / 64] >> i % 64 & 1)
			state.word[i] = kept->packed[count++];
	memcpy(onset, &state, sizeof(state));
}
