/* Draws delays from the engine's laws, one retry after the other. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "base/num.h"
#include "policies/lint_waits.h"

/* 10 000 draws of 64 retries, or fewer draws of more retries: policies with a
 * million attempts exist, and their late delays are all alike. */
#define DRAWS 10000
#define RETRIES_FULL 64
#define RETRIES_DRAWN 4000
/* Bounds are summed law by law up to this retry; its law stands for all later
 * ones. */
#define RETRIES_SUMMED 100000
#define SEED 1

static uint64_t
top(const struct backoff_delay *law)
{
	return bo_min(law->high_ns, law->ceiling_ns);
}

static uint64_t
bottom(const struct backoff_delay *law)
{
	return bo_min(law->low_ns, law->ceiling_ns);
}

/* The sum of the first waits, all at their lower or all at their upper bound,
 * since the law of a decorrelated wait depends on the one before. */
static uint64_t
bound(const struct backoff_policy *policy, uint64_t retries, bool upper)
{
	uint64_t summed = retries < RETRIES_SUMMED ? retries : RETRIES_SUMMED;
	uint64_t wait = 0, total = 0;
	struct backoff_delay law;

	for (uint64_t i = 1; i <= summed; i++) {
		backoff_engine_delay(policy, (uint32_t)i, wait, &law);
		wait = upper ? top(&law) : bottom(&law);
		total = bo_add_sat(total, wait);
	}
	if (retries > summed) {
		uint32_t last = upper ? (uint32_t)retries : (uint32_t)summed;

		backoff_engine_delay(policy, last, wait, &law);
		total = bo_add_sat(total,
				   bo_mul_sat(upper ? top(&law) : bottom(&law),
					      retries - summed));
	}
	return total;
}

uint64_t
rs_lint_start_ns(const struct backoff_policy *policy, uint32_t attempt,
		 bool slow)
{
	uint64_t start = bound(policy, attempt - 1, false);

	for (uint32_t i = 1; slow && i < attempt && i < RETRIES_SUMMED; i++)
		start = bo_add_sat(
			start, backoff_policy_attempt_timeout_ns(policy, i));
	return start;
}

/* The largest number of sorted values in one window. */
static uint64_t
most_together(const uint64_t *value, size_t count)
{
	size_t most = 0;

	for (size_t i = 0, j = 0; j < count; j++) {
		while (value[j] - value[i] >= RS_LINT_WINDOW_NS)
			i++;
		most = j - i + 1 > most ? j - i + 1 : most;
	}
	return most;
}

/* The waits before one retry, by draw. */
struct column {
	const struct backoff_policy *policy;
	uint64_t *previous, *total, *sorted;
	size_t draws;
};

static void
widen(struct rs_lint_wait *wait, const struct backoff_delay *law)
{
	if (bottom(law) < wait->low_ns)
		wait->low_ns = bottom(law);
	if (top(law) > wait->high_ns)
		wait->high_ns = top(law);
	if (law->low_ns < wait->open_low_ns)
		wait->open_low_ns = law->low_ns;
	if (law->high_ns > wait->open_high_ns)
		wait->open_high_ns = law->high_ns;
}

static void
draw_retry(struct column *column, uint32_t failed, struct rs_lint_wait *out)
{
	struct backoff_delay law;

	*out = (struct rs_lint_wait){.low_ns = UINT64_MAX,
				     .open_low_ns = UINT64_MAX};
	for (size_t i = 0; i < column->draws; i++) {
		uint64_t wait;

		backoff_engine_delay(column->policy, failed,
				     column->previous[i], &law);
		wait = backoff_engine_draw(
			&law,
			backoff_draw(SEED, BACKOFF_PURPOSE_DELAY, i, failed));
		widen(out, &law);
		out->pinned += law.capped && wait == law.ceiling_ns;
		column->previous[i] = wait;
		column->sorted[i] = wait;
		column->total[i] = bo_add_sat(column->total[i], wait);
	}
	qsort(column->sorted, column->draws, sizeof(*column->sorted),
	      bo_compare_u64);
	out->together = most_together(column->sorted, column->draws);
}

/* Count the attempts that begin before the deadline if every wait is as short
 * as possible. */
static uint64_t
attempts_within(const struct backoff_policy *policy, uint64_t retries)
{
	uint64_t deadline = backoff_policy_deadline_ns(policy);
	uint64_t wait = 0, total = 0, made = 1;

	for (uint64_t i = 1; i <= retries && i <= RETRIES_SUMMED; i++) {
		struct backoff_delay law;

		backoff_engine_delay(policy, (uint32_t)i, wait, &law);
		wait = bottom(&law);
		total = bo_add_sat(total, wait);
		if (deadline != BACKOFF_FOREVER && total >= deadline)
			return made;
		made++;
	}
	return retries + 1;
}

static void
finish(struct rs_lint_waits *out, struct column *column)
{
	uint64_t deadline = backoff_policy_deadline_ns(column->policy);
	size_t rank = (out->draws * 99 + 99) / 100;

	out->least_ns = bound(column->policy, out->retries, false);
	out->most_ns = bound(column->policy, out->retries, true);
	/* Where only the deadline ends the waits, they are not longer. */
	if (out->unlimited && deadline < out->most_ns)
		out->most_ns = deadline;
	if (out->unlimited && deadline < out->least_ns)
		out->least_ns = deadline;
	out->attempts_most = attempts_within(column->policy, out->retries);
	qsort(column->total, column->draws, sizeof(*column->total),
	      bo_compare_u64);
	out->p99_ns = column->total[rank - 1];
	for (size_t i = 0; i < column->draws; i++)
		out->cut += column->total[i] >= deadline;
	/* Retries that were not drawn take even longer. */
	if (out->least_ns >= deadline)
		out->cut = out->draws;
}

bool
rs_lint_waits_make(const struct backoff_policy *policy,
		   struct rs_lint_waits *out)
{
	struct column column = {.policy = policy};
	uint64_t retries = backoff_policy_max_attempts(policy) - 1;
	bool unlimited =
		backoff_policy_max_attempts(policy) == BACKOFF_UNLIMITED;
	size_t drawn;
	bool ok;

	if (unlimited)
		retries = attempts_within(policy, RETRIES_SUMMED) - 1;
	drawn = retries < RETRIES_DRAWN ? (size_t)retries : RETRIES_DRAWN;
	column.draws =
		drawn <= RETRIES_FULL ? DRAWS : DRAWS * RETRIES_FULL / drawn;
	*out = (struct rs_lint_waits){.draws = column.draws,
				      .retries = retries,
				      .unlimited = unlimited,
				      .drawn = drawn};
	out->wait = calloc(drawn + 1, sizeof(*out->wait));
	column.previous = calloc(column.draws, sizeof(*column.previous));
	column.total = calloc(column.draws, sizeof(*column.total));
	column.sorted = calloc(column.draws, sizeof(*column.sorted));
	ok = out->wait && column.previous && column.total && column.sorted;
	for (size_t i = 0; ok && i < drawn; i++)
		draw_retry(&column, (uint32_t)i + 1, &out->wait[i]);
	if (ok)
		finish(out, &column);
	else
		rs_lint_waits_clear(out);
	free(column.previous);
	free(column.total);
	free(column.sorted);
	return ok;
}

void
rs_lint_waits_clear(struct rs_lint_waits *waits)
{
	free(waits->wait);
	*waits = (struct rs_lint_waits){0};
}
