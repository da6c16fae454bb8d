/* A world at a time: records it, asks for every policy, and notes the truth. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "score/measure.h"

/* What all recordings of a world share. */
struct measuring {
	const struct rs_score_plan *plan;
	const struct rs_world *world;
	size_t index;
	/** All policies that are recorded or compared. */
	struct rs_policy_set policies;
	/** Success rates in other windows: by window, then by policy. */
	double *window_rate;
	struct rs_cells *cells;
};

/* A recording, and the question what other policies would have done. */
struct question {
	uint64_t seed;
	/** Index of the recorded policy, among those of the world. */
	size_t record;
	struct tk_trace *trace;
	struct rs_log log;
	struct rs_truths truths;
	struct rs_comparison comparison;
};

bool
rs_cells_push(struct rs_cells *cells, const struct rs_cell *cell)
{
	if (cells->count == cells->room) {
		size_t room = cells->room ? cells->room * 2 : 64;
		struct rs_cell *grown =
			realloc(cells->item, room * sizeof(*grown));

		if (grown == NULL)
			return false;
		cells->item = grown;
		cells->room = room;
	}
	cells->item[cells->count++] = *cell;
	return true;
}

void
rs_cells_clear(struct rs_cells *cells)
{
	free(cells->item);
	*cells = (struct rs_cells){0};
}

/* A log keeps microseconds. */
static bool
take_event(void *user, const struct backoff_event *event)
{
	struct backoff_event rounded = *event;

	rounded.ts_ns = event->ts_ns / 1000 * 1000;
	return tk_trace_add(user, &rounded) == BACKOFF_OK;
}

static const struct backoff_policy *
recorded_policy(const struct question *question, const struct measuring *m)
{
	return m->world->record.item[question->record].policy;
}

/* Index of the recorded policy among all. */
static size_t
baseline_of(const struct question *question, const struct measuring *m)
{
	uint64_t hash = backoff_policy_hash(recorded_policy(question, m));
	size_t i = 0;

	while (backoff_policy_hash(m->policies.item[i].policy) != hash)
		i++;
	return i;
}

static enum backoff_status
record(struct question *question, const struct measuring *m)
{
	const struct rs_truth_plan plan = {.world = m->world,
					   .seed = question->seed,
					   .record =
						   recorded_policy(question, m),
					   .policies = &m->policies,
					   .noise_count = m->plan->noise_count,
					   .on_event = take_event,
					   .user = question->trace};

	return rs_truths_init(&question->truths, &plan) == BACKOFF_OK
		       ? BACKOFF_OK
		       : BACKOFF_E_NOMEM;
}

static enum backoff_status
compare(struct question *question, const struct measuring *m)
{
	const struct rs_plan plan = {
		.log = &question->log,
		.policies = &m->policies,
		.shipped = &m->policies,
		.estimator = m->plan->estimator,
		.baseline = baseline_of(question, m),
		.margin = {RS_MARGIN_OF_FAILED, RS_MARGIN_RATE},
		.seed = 1,
		.replicas = m->plan->replicas};
	enum backoff_status status = tk_trace_stitch(question->trace);

	if (status == BACKOFF_OK)
		status = rs_log_init(&question->log, question->trace, 1);
	if (status != BACKOFF_OK)
		return status;
	/* Who logs only failures counts the calls elsewhere. */
	if (m->world->log.successes != 0 && question->log.operation_count == 1)
		rs_log_count(&question->log.operation[0],
			     question->truths.recorded.calls);
	return rs_compare(&plan, &question->comparison);
}

static enum backoff_status
collect(const struct question *question, const struct measuring *m)
{
	const struct rs_comparison *comparison = &question->comparison;
	size_t baseline = baseline_of(question, m);

	/* A log without lines has no answers. */
	for (size_t i = 0;
	     comparison->subject_count == 1 && i < m->policies.count; i++) {
		struct rs_cell cell = {.world = (uint32_t)m->index,
				       .record = (uint32_t)question->record,
				       .policy = (uint32_t)i,
				       .seed = question->seed,
				       .same = i == baseline,
				       .incidents =
					       (uint32_t)comparison->subject[0]
						       .finding.incident_count};

		rs_cell_make(&cell, &comparison->result[i],
			     &question->truths.item[i],
			     &question->truths.item[baseline]);
		for (uint32_t w = 0; w < m->plan->window_count; w++)
			rs_cell_add_window(
				&cell,
				m->window_rate[w * m->policies.count + i]);
		if (!rs_cells_push(m->cells, &cell))
			return BACKOFF_E_NOMEM;
	}
	return BACKOFF_OK;
}

static enum backoff_status
measure_recording(const struct measuring *m, uint64_t seed, size_t index)
{
	struct question question = {.seed = seed, .record = index};
	enum backoff_status status = BACKOFF_E_NOMEM;

	question.trace = tk_trace_new();
	if (question.trace)
		status = record(&question, m);
	if (status == BACKOFF_OK)
		status = compare(&question, m);
	if (status == BACKOFF_OK)
		status = collect(&question, m);
	rs_comparison_clear(&question.comparison);
	rs_log_clear(&question.log);
	rs_truths_clear(&question.truths);
	tk_trace_free(question.trace);
	return status;
}

/* The policies to compare with come first, then recorded ones that are not
 * among them. */
const char *
rs_measure_policy(const struct rs_world *world, uint32_t policy)
{
	const struct rs_policy_set *compare = &world->compare;
	const struct rs_policy_set *record = &world->record;
	uint32_t at = (uint32_t)compare->count;

	if (policy < at)
		return compare->item[policy].label;
	for (size_t i = 0; i < record->count; i++) {
		uint64_t hash = backoff_policy_hash(record->item[i].policy);
		bool among = false;

		for (size_t j = 0; j < compare->count; j++)
			among |= backoff_policy_hash(compare->item[j].policy) ==
				 hash;
		if (!among && at++ == policy)
			return record->item[i].label;
	}
	return "";
}

static bool
gather(struct measuring *m)
{
	const struct rs_policy_set *set[] = {&m->world->compare,
					     &m->world->record};

	for (size_t s = 0; s < 2; s++)
		for (size_t i = 0; i < set[s]->count; i++)
			if (!rs_policy_set_push(&m->policies,
						set[s]->item[i].policy))
				return false;
	return true;
}

static enum backoff_status
run_windows(struct measuring *m)
{
	enum backoff_status status = BACKOFF_OK;

	m->window_rate =
		calloc((size_t)m->plan->window_count * m->policies.count + 1,
		       sizeof(*m->window_rate));
	if (m->window_rate == NULL)
		return BACKOFF_E_NOMEM;
	for (uint32_t w = 0; w < m->plan->window_count && status == BACKOFF_OK;
	     w++)
		status = rs_truth_window(
			m->world, m->plan->first_seed, w, &m->policies,
			&m->window_rate[w * m->policies.count]);
	return status;
}

enum backoff_status
rs_measure(const struct rs_score_plan *plan, size_t world,
	   struct rs_cells *cells)
{
	struct measuring m = {.plan = plan,
			      .world = &plan->world[world],
			      .index = world,
			      .cells = cells};
	enum backoff_status status =
		gather(&m) ? run_windows(&m) : BACKOFF_E_NOMEM;
	uint32_t seeds = plan->seeds > 0 ? plan->seeds : m.world->seeds;

	for (uint32_t s = 0; s < seeds && status == BACKOFF_OK; s++)
		for (size_t i = 0;
		     i < m.world->record.count && status == BACKOFF_OK; i++)
			status = measure_recording(&m, plan->first_seed + s, i);
	rs_policy_set_clear(&m.policies);
	free(m.window_rate);
	return status;
}
