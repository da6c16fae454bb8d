/* Compares each failure with attempts near it on the same target. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "estimate/lone.h"

/* Attempts that are looked at on each side of a failure, and how many of all
 * may have failed: as many as usual, twice, and one. */
#define NEAR 5.0
#define USUAL 2.0
/* A type was tried again if as many of its failures were, or as large a part:
 * less shows too little. */
#define RETRIED_MIN 5
#define RETRIED_PART 0.2

struct near {
	double tried, failed;
};

static void
look(const struct rs_target *target, const struct rs_bin *bin,
     struct near *near)
{
	near->failed += bin->failed;
	near->tried +=
		bin->failed + bin->succeeded + bin->expected * target->unit;
}

/* What the bins on one side have; @p step is 1 or -1. */
static struct near
look_aside(const struct rs_bins *bins, const struct rs_target *target, size_t b,
	   int step)
{
	size_t first = target->first, last = target->first + target->count - 1;
	struct near near = {0};

	while (near.tried < NEAR && b != (step > 0 ? last : first)) {
		b = step > 0 ? b + 1 : b - 1;
		look(target, &bins->bin[b], &near);
	}
	return near;
}

static double
usual(const struct rs_bins *bins, const struct rs_target *target)
{
	struct near all = {0};

	for (size_t b = target->first; b < target->first + target->count; b++)
		look(target, &bins->bin[b], &all);
	return all.tried > 0 ? all.failed / all.tried : 0;
}

/* Whether hardly any other attempt failed near a failure. */
static bool
is_good_time(const struct rs_bins *bins, const struct rs_target *target,
	     size_t b, double share)
{
	struct near before = look_aside(bins, target, b, -1);
	struct near after = look_aside(bins, target, b, 1);
	struct near all = {-1, -1};

	look(target, &bins->bin[b], &all);
	all.tried += before.tried + after.tried;
	all.failed += before.failed + after.failed;
	return all.failed <= 1 + USUAL * share * all.tried;
}

/* By type: failures in good times that were tried again, and that were the last
 * of their calls. */
struct seen {
	double retried[RS_TYPES], last[RS_TYPES];
};

/* Returns whether a suspect's last failure came in a good time. */
static bool
look_at_suspect(const struct rs_suspects *suspects, size_t s, double share,
		struct seen *seen)
{
	const struct rs_log *log = suspects->log;
	const struct rs_bins *bins = suspects->bins;
	const struct tk_call *call = &log->call[suspects->call[s]];
	const struct rs_target *target =
		&bins->target[bins->target_of[suspects->call[s]]];
	bool lone = false;

	for (uint32_t i = 0; i < call->count; i++) {
		uint64_t a = call->first + i;
		bool last = i + 1 == call->count;

		if (bins->bin_of[a] == RS_BIN_NONE ||
		    log->attempt[a].outcome == BACKOFF_OUTCOME_SUCCESS ||
		    !is_good_time(bins, target, bins->bin_of[a], share))
			continue;
		if (last)
			seen->last[suspects->type_of[a]]++;
		else
			seen->retried[suspects->type_of[a]]++;
		lone = last;
	}
	return lone;
}

static bool
was_retried(const struct seen *seen, size_t type)
{
	return seen->retried[type] >= RETRIED_MIN ||
	       seen->retried[type] > RETRIED_PART * seen->last[type];
}

static uint8_t
last_type(const struct rs_suspects *suspects, size_t s)
{
	const struct tk_call *call = &suspects->log->call[suspects->call[s]];

	return suspects->type_of[call->first + call->count - 1];
}

void
rs_lone_find(struct rs_suspects *suspects)
{
	const struct rs_log *log = suspects->log;

	for (size_t o = 0; o < log->operation_count; o++) {
		size_t first = suspects->first[o], end = suspects->first[o + 1];
		uint32_t before = UINT32_MAX;
		struct seen seen = {0};
		double share = 0;

		for (size_t s = first; s < end; s++) {
			uint32_t t =
				suspects->bins->target_of[suspects->call[s]];

			if (t != before)
				share = usual(suspects->bins,
					      &suspects->bins->target[t]);
			before = t;
			suspects->lone[s] =
				look_at_suspect(suspects, s, share, &seen);
		}
		for (size_t s = first; s < end; s++) {
			suspects->lone[s] =
				suspects->lone[s] &&
				!was_retried(&seen, last_type(suspects, s));
			suspects->lone_calls[o] += suspects->lone[s];
		}
	}
}
