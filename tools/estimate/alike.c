/* How far the failures around a failure have its type. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "base/num.h"
#include "estimate/alike.h"

/* Failures of other calls that are looked at on each side, and how far away in
 * time they may be. The values are choices. */
#define SIDE 5
#define REACH_NS (60 * BO_NS_PER_S)

struct failure {
	uint64_t start_ns, attempt;
	uint32_t call;
	uint32_t target;
	uint8_t type;
	bool final;
};

static int
compare(const void *a, const void *b)
{
	const struct failure *x = a, *y = b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	return (x->attempt > y->attempt) - (x->attempt < y->attempt);
}

static void
collect_call(const struct rs_suspects *suspects, size_t o, uint32_t index,
	     struct failure *out, size_t *count)
{
	const struct rs_log *log = suspects->log;
	const struct tk_call *call = &log->call[index];

	for (uint32_t i = 0; i < call->count; i++) {
		uint64_t a = call->first + i;
		uint8_t type = suspects->type_of[a];

		if (suspects->bins->bin_of[a] == RS_BIN_NONE ||
		    !tk_attempt_failed(&log->attempt[a]))
			continue;
		out[(*count)++] = (struct failure){
			.start_ns = log->start_ns[a],
			.attempt = a,
			.call = index,
			.target = suspects->bins->target_of[index],
			.type = type,
			.final = suspects->final[o][type]};
	}
}

static size_t
collect(const struct rs_suspects *suspects, struct failure *out)
{
	size_t count = 0;

	for (size_t o = 0; o < suspects->log->operation_count; o++)
		for (size_t s = suspects->first[o]; s < suspects->first[o + 1];
		     s++)
			collect_call(suspects, o, suspects->call[s], out,
				     &count);
	return count;
}

/* Count failures on one side; @p step is 1 or -1. */
static void
look_aside(const struct failure *item, size_t count, size_t index, int step,
	   struct rs_around *out)
{
	const struct failure *self = &item[index];
	uint32_t seen = 0;

	while (seen < SIDE && index != (step > 0 ? count - 1 : 0)) {
		const struct failure *other;
		uint64_t apart;

		index = step > 0 ? index + 1 : index - 1;
		other = &item[index];
		apart = step > 0 ? other->start_ns - self->start_ns
				 : self->start_ns - other->start_ns;
		if (other->target != self->target || apart > REACH_NS)
			break;
		if (other->call == self->call)
			continue;
		seen++;
		out->alike =
			(uint8_t)(out->alike + (other->type == self->type));
	}
	out->count = (uint8_t)(out->count + seen);
}

enum backoff_status
rs_alike_find(struct rs_suspects *suspects)
{
	struct failure *item =
		calloc(suspects->log->attempt_count + 1, sizeof(*item));
	size_t count;

	if (item == NULL)
		return BACKOFF_E_NOMEM;
	count = collect(suspects, item);
	qsort(item, count, sizeof(*item), compare);
	for (size_t i = 0; i < count; i++) {
		struct rs_around *around = &suspects->around[item[i].attempt];

		around->final = item[i].final;
		look_aside(item, count, i, -1, around);
		look_aside(item, count, i, 1, around);
	}
	free(item);
	return BACKOFF_OK;
}
