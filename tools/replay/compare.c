/* Replays every policy on every operation, and judges all of them together. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <fnmatch.h>
#include <stdlib.h>

#include "replay/compare.h"
#include "replay/subject.h"

/* Fewer replicas have a posterior draw each. */
#define PAIRED_MIN 20

static bool
wanted(const struct rs_plan *plan, size_t operation)
{
	const char *name =
		rs_log_text(plan->log, plan->log->operation[operation].name);

	/* A part of the log may have no call of it. */
	if (plan->log->unchosen && plan->log->operation[operation].calls == 0)
		return false;
	return plan->pattern == NULL || fnmatch(plan->pattern, name, 0) == 0;
}

static bool
allocate(const struct rs_plan *plan, struct rs_comparison *out)
{
	size_t operations = plan->log->operation_count;
	size_t policies = plan->policies->count;

	*out = (struct rs_comparison){.plan = plan};
	for (size_t i = 0; i < operations; i++)
		out->subject_count += wanted(plan, i);
	out->subject = calloc(out->subject_count + 1, sizeof(*out->subject));
	out->result_count = out->subject_count * policies;
	out->result = calloc(out->result_count + 1, sizeof(*out->result));
	if (out->subject == NULL || out->result == NULL)
		return false;
	for (size_t i = 0, s = 0; i < operations; i++) {
		if (!wanted(plan, i))
			continue;
		out->subject[s].operation = i;
		out->subject[s].first_result = s * policies;
		s++;
	}
	return true;
}

static enum backoff_status
run_all(const struct rs_plan *plan, const void *estimate,
	struct rs_comparison *out)
{
	size_t policies = plan->policies->count, cases = 0;
	uint64_t *draw = calloc(plan->log->attempt_count + 1, sizeof(*draw));
	struct rs_case *item = calloc(out->result_count + 1, sizeof(*item));
	enum backoff_status status =
		draw && item ? BACKOFF_OK : BACKOFF_E_NOMEM;

	for (size_t i = 0; status == BACKOFF_OK && i < out->subject_count;
	     i++) {
		struct rs_subject *subject = &out->subject[i];

		status = rs_subject_run(plan, estimate, draw, subject,
					&out->result[subject->first_result],
					&item[cases]);
		cases += policies - 1;
	}
	if (status == BACKOFF_OK)
		status = rs_judge(item, cases, &plan->margin);
	free(item);
	free(draw);
	return status;
}

/* Two replicas with the same posterior draw show what is chance, and not what
 * the log leaves open. */
static uint32_t
draws_of(const struct rs_plan *plan)
{
	return plan->replicas < PAIRED_MIN ? plan->replicas
					   : plan->replicas / 2;
}

enum backoff_status
rs_compare(const struct rs_plan *plan, struct rs_comparison *out)
{
	const struct rs_fit_options options = {.seed = plan->seed,
					       .draws = draws_of(plan)};
	enum backoff_status status = BACKOFF_E_NOMEM;
	void *estimate = NULL;

	if (allocate(plan, out))
		status = plan->estimator->fit(plan->log, &options, &estimate);
	if (status == BACKOFF_OK) {
		status = run_all(plan, estimate, out);
		plan->estimator->free(estimate);
		/* They went with the estimate. */
		for (size_t i = 0; i < out->subject_count; i++)
			out->subject[i].finding.incident = NULL;
	}
	if (status != BACKOFF_OK)
		rs_comparison_clear(out);
	return status;
}

void
rs_comparison_clear(struct rs_comparison *comparison)
{
	for (size_t i = 0; comparison->subject && i < comparison->subject_count;
	     i++)
		free(comparison->subject[i].incident);
	for (size_t i = 0; comparison->result && i < comparison->result_count;
	     i++)
		rs_detail_free(comparison->result[i].detail);
	free(comparison->subject);
	free(comparison->result);
	*comparison = (struct rs_comparison){0};
}
