/* Operations get slots in their order; bins know what failed in each. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "estimate/slots.h"

static size_t
find(const struct rs_target *target, size_t operation)
{
	size_t slot = 0;

	while (slot < target->slots &&
	       target->slot_operation[slot] != operation)
		slot++;
	return slot;
}

/* Where only failures are logged, the attempts of each operation are not
 * known. */
static void
name_slots(struct rs_bins *bins, const struct rs_log *log)
{
	bool *pooled = calloc(bins->target_count + 1, sizeof(*pooled));

	for (size_t o = 0; pooled && o < log->operation_count; o++) {
		const struct rs_operation *row = &log->operation[o];

		for (size_t c = 0; c < row->call_count; c++) {
			size_t t = bins->target_of[row->first_call + c];
			struct rs_target *target = &bins->target[t];

			if (row->population != RS_POPULATION_LOGGED)
				pooled[t] = true;
			if (find(target, o) < target->slots ||
			    target->slots == RS_SLOTS)
				continue;
			target->slot_operation[target->slots++] = (uint32_t)o;
		}
	}
	bins->slots = 1;
	for (size_t t = 0; t < bins->target_count; t++) {
		struct rs_target *target = &bins->target[t];

		if (pooled == NULL || pooled[t] || target->slots == 0)
			target->slots = 1;
		if (target->slots > bins->slots)
			bins->slots = target->slots;
	}
	free(pooled);
}

static void
count_call(struct rs_bins *bins, const struct rs_log *log, size_t index,
	   size_t slot)
{
	const struct tk_call *call = &log->call[index];
	struct rs_target *target = &bins->target[bins->target_of[index]];

	for (uint32_t i = 0; i < call->count; i++) {
		uint64_t a = call->first + i;

		if (bins->bin_of[a] == RS_BIN_NONE)
			continue;
		if (log->attempt[a].outcome == BACKOFF_OUTCOME_SUCCESS)
			target->slot_succeeded[slot]++;
		else
			bins->failed[bins->bin_of[a] * bins->slots + slot]++;
	}
}

bool
rs_slots_init(struct rs_bins *bins, const struct rs_log *log)
{
	name_slots(bins, log);
	bins->slot_of = calloc(log->call_count + 1, 1);
	bins->failed =
		calloc(bins->count * bins->slots + 1, sizeof(*bins->failed));
	if (bins->slot_of == NULL || bins->failed == NULL)
		return false;
	for (size_t o = 0; o < log->operation_count; o++) {
		const struct rs_operation *row = &log->operation[o];

		for (size_t c = 0; c < row->call_count; c++) {
			size_t index = row->first_call + c;
			const struct rs_target *target =
				&bins->target[bins->target_of[index]];
			size_t slot = find(target, o);

			if (slot >= target->slots)
				slot = target->slots - 1;
			bins->slot_of[index] = (uint8_t)slot;
			count_call(bins, log, index, slot);
		}
	}
	return true;
}
