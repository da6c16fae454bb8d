/* The operations as rows, computed from the windows at one moment. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/model.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"

#define P99 0.99

void
rt_model_init(struct rt_model *model, uint64_t window_s)
{
	memset(model, 0, sizeof(*model));
	model->window_s = window_s;
}

void
rt_model_clear(struct rt_model *model)
{
	free(model->row);
	free(model->name);
	memset(model, 0, sizeof(*model));
}

static bool
make_room(struct rt_model *model, size_t count)
{
	struct rt_row *row;

	if (count <= model->room)
		return true;
	count += count / 2 + 16;
	row = reallocarray(model->row, count, sizeof(*row));
	if (row == NULL)
		return false;
	model->row = row;
	model->room = count;
	return true;
}

const char *
rt_why_name(enum rt_why why)
{
#define WHY_NAME(member, name, words) name,
	static const char *const names[] = {RT_WHYS(WHY_NAME)};

	return names[why];
}

const char *
rt_why_words(enum rt_why why)
{
#define WHY_WORDS(member, name, words) words,
	static const char *const words[] = {RT_WHYS(WHY_WORDS)};

	return words[why];
}

static void
derive_why(struct rt_row *row)
{
	const struct rt_counts *w = &row->window;
	uint64_t failed = rt_counts_failed(w);
	uint64_t count[RT_WHY_COUNT] = {
		[RT_WHY_BREAKER] = w->breaker, [RT_WHY_BUDGET] = w->budget,
		[RT_WHY_HINT] = w->hint,       [RT_WHY_DEADLINE] = w->deadline,
		[RT_WHY_USED_UP] = w->used_up, [RT_WHY_ABORTED] = failed,
	};

	for (unsigned why = RT_WHY_BREAKER; why < RT_WHY_ABORTED; why++)
		count[RT_WHY_ABORTED] -=
			bo_min(count[why], count[RT_WHY_ABORTED]);
	for (unsigned why = RT_WHY_BREAKER; why < RT_WHY_COUNT; why++)
		if (count[why] > count[row->why])
			row->why = why;
	if (failed > 0)
		row->why_share = (double)count[row->why] / (double)failed;
}

/* Shares of the calls that ended. */
static void
derive_shares(struct rt_row *row, double calls)
{
	const struct rt_counts *w = &row->window;
	double sent = calls - (double)bo_min(w->unsent, w->breaker);

	row->sent_per_call = (double)w->call_attempts / calls;
	row->attempts_per_call =
		sent > 0.0 ? (double)w->call_attempts / sent : 0.0;
	row->first_ok_share = (double)w->first_ok / calls;
	row->recovered_share =
		(double)(w->successes - bo_min(w->first_ok, w->successes)) /
		calls;
	row->exhausted_share = (double)w->exhausted / calls;
	row->failed_share = (double)rt_counts_failed(w) / calls;
}

/* Compute rates and shares from the counts. */
void
rt_row_derive(struct rt_row *row, uint64_t seen_s)
{
	const struct rt_counts *w = &row->window;
	uint64_t calls = rt_counts_calls(w);
	double seconds = seen_s > 0 ? (double)seen_s : 1.0;

	derive_why(row);
	row->retries_per_s = (double)w->retries / seconds;
	if (w->failed_calls > 0)
		row->attempts_per_failed_call =
			(double)(w->failed_calls + w->retries) /
			(double)w->failed_calls;
	if (row->is_error)
		row->calls_per_s = (double)calls / seconds;
	if (row->calls_known) {
		row->calls_per_s = (double)calls / seconds;
		if (calls == 0)
			return;
		row->load = RT_LOAD_OF_ALL;
		derive_shares(row, (double)calls);
	} else if (w->failed_calls > 0) {
		row->load = RT_LOAD_OF_FAILED;
		row->attempts_per_call = row->attempts_per_failed_call;
		row->sent_per_call = row->attempts_per_failed_call;
	}
}

static void
compute_steps(struct rt_row *row, const struct rt_operation *operation,
	      const struct rt_span *span)
{
	uint64_t step_s = span->length_s / RT_STEPS;

	for (uint64_t i = 0; i < RT_STEPS && i * step_s <= span->end_s; i++) {
		struct rt_counts sum;

		rt_operation_sum(operation, span->end_s - i * step_s, step_s,
				 &sum);
		row->retries[RT_STEPS - 1 - i] =
			(uint32_t)bo_min(sum.retries, UINT32_MAX);
		row->failed[RT_STEPS - 1 - i] =
			(uint32_t)bo_min(rt_counts_failed(&sum), UINT32_MAX);
	}
}

static size_t
count_policies(const struct rt_subject *subject, uint64_t end_s)
{
	struct rt_parts policies = subject->policies;

	rt_parts_settle(&policies, end_s);
	return rt_parts_live(&policies);
}

void
rt_row_forget_later(struct rt_row *row, uint64_t end_s)
{
	if (row->since_s > end_s) {
		row->since_s = 0;
		row->word = RT_WORD_NONE;
	}
	if (row->seen_ns >= (end_s + 1) * BO_NS_PER_S)
		row->seen_ns = 0;
}

static void
recall_row(struct rt_model *model, const char *operation,
	   const struct rt_verdict *verdict)
{
	for (size_t i = 0; i < model->count; i++) {
		struct rt_row *row = &model->row[i];

		if (row->word >= verdict->word ||
		    strcmp(row->operation, operation) != 0)
			continue;
		row->word = verdict->word;
		row->since_s = verdict->since_s;
	}
}

void
rt_model_recall(struct rt_model *model, const struct rt_said *said)
{
	rt_said_at(said, model->end_s, &model->verdicts);
	for (size_t i = 0; i < model->count; i++) {
		model->row[i].word = RT_WORD_NONE;
		model->row[i].since_s = 0;
	}
	for (size_t i = 0; i < model->verdicts.count; i++) {
		const struct rt_verdict *verdict = &model->verdicts.item[i];

		if (verdict->target == NULL)
			recall_row(model, verdict->operation, verdict);
		for (size_t k = 0; k < verdict->sharer_count; k++)
			recall_row(model, verdict->sharer[k], verdict);
	}
}

static void
compute(struct rt_row *row, struct rt_operation *operation,
	const struct rt_model *model)
{
	uint64_t end_s = model->end_s, length_s = model->covered_s;
	const struct rt_side *side;

	memset(row, 0, sizeof(*row));
	row->operation = rt_operation_name(operation);
	row->id = rt_operation_index(operation);
	memcpy(row->policy, rt_operation_policy(operation),
	       sizeof(row->policy));
	row->policies = count_policies(rt_operation_subject(operation), end_s);
	row->max_attempts = rt_operation_max_attempts(operation);
	row->calls_known = rt_operation_knows_calls(operation);
	row->total = *rt_operation_total(operation);
	row->seen_ns = rt_operation_seen_ns(operation);
	row->word = rt_verdict_of_operation(operation,
					    model->newest_ns / BO_NS_PER_S,
					    &row->since_s, &side);
	if (model->is_past)
		rt_row_forget_later(row, end_s);
	rt_operation_sum(operation, end_s, length_s, &row->window);
	rt_operation_top_error(operation, end_s, length_s, &row->error);
	row->p99_try_ns =
		rt_operation_took_ns(operation, false, P99, end_s, length_s);
	row->p99_call_ns =
		rt_operation_took_ns(operation, true, P99, end_s, length_s);
	compute_steps(row, operation, &model->span);
	rt_row_derive(row, model->seen_s);
}

static void
begin_sum(struct rt_row *total, size_t count)
{
	memset(total, 0, sizeof(*total));
	total->operation = "TOTAL";
	total->calls_known = count > 0;
}

static void
add_row(struct rt_row *total, const struct rt_row *row)
{
	rt_counts_add(&total->window, &row->window);
	rt_counts_add(&total->total, &row->total);
	total->calls_known = total->calls_known && row->calls_known;
	if (row->seen_ns > total->seen_ns)
		total->seen_ns = row->seen_ns;
	for (size_t k = 0; k < RT_STEPS; k++) {
		rt_add_u32(&total->retries[k], row->retries[k]);
		rt_add_u32(&total->failed[k], row->failed[k]);
	}
}

void
rt_model_sum(const struct rt_model *model, const struct rt_row *const *rows,
	     size_t count, struct rt_row *out)
{
	begin_sum(out, count);
	for (size_t i = 0; i < count; i++)
		add_row(out, rows[i]);
	rt_row_derive(out, model->seen_s);
}

static void
sum_up(struct rt_model *model)
{
	begin_sum(&model->total, model->count);
	for (size_t i = 0; i < model->count; i++)
		add_row(&model->total, &model->row[i]);
	rt_row_derive(&model->total, model->seen_s);
}

/* Seconds of the window from which anything is known. */
static uint64_t
seen_of(const struct rt_model *model, const struct rt_window *window)
{
	uint64_t known_s =
		rt_when_known_ns(rt_window_when(window)) / BO_NS_PER_S;

	if (known_s == 0 || known_s > model->end_s)
		return 0;
	return bo_min(model->end_s - known_s + 1, model->covered_s);
}

struct rt_span
rt_span_of(uint64_t window_s, uint64_t end_s, bool is_past)
{
	struct rt_span span = {.end_s = end_s, .point_s = 1};

	span.length_s = window_s <= 10    ? 100
			: window_s <= 60  ? 300
			: window_s <= 300 ? 1200
					  : 3600;
	if (span.length_s > RT_HISTORY_S || is_past) {
		span.point_s = RT_COARSE_STEP_S;
		/* A last point that is not over would look like a drop. */
		span.end_s = (end_s + 1) / span.point_s * span.point_s;
		span.end_s -= span.end_s > 0;
	}
	span.points = (size_t)(span.length_s / span.point_s);
	return span;
}

void
rt_span_history(const struct rt_span *span,
		const struct rt_operation *operation, uint32_t *failed,
		uint32_t *retries)
{
	if (span->point_s > 1)
		rt_operation_past(operation, span->end_s, span->points, failed,
				  retries);
	else
		rt_operation_history(operation, span->end_s, span->points,
				     failed, retries);
}

bool
rt_model_update(struct rt_model *model, struct rt_window *window,
		uint64_t end_s)
{
	size_t count = rt_window_count(window);

	model->count = 0;
	if (!make_room(model, count))
		return false;
	model->count = count;
	model->end_s = end_s;
	model->newest_ns = rt_window_newest_ns(window);
	model->covered_s = rt_window_covers_s(window, end_s, model->window_s);
	model->span = rt_span_of(model->window_s, end_s, model->is_past);
	model->seen_s = seen_of(model, window);
	if (!rt_verdicts_update(&model->verdicts, window))
		return false;
	memset(model->failed, 0, sizeof(model->failed));
	memset(model->retries, 0, sizeof(model->retries));
	for (size_t i = 0; i < count; i++) {
		struct rt_operation *operation = rt_window_operation(window, i);

		compute(&model->row[i], operation, model);
		rt_span_history(&model->span, operation, model->failed,
				model->retries);
	}
	sum_up(model);
	rt_notes_find(&model->notes, window, end_s, model->window_s);
	rt_canary_find(&model->canary, rt_window_cube(window), end_s,
		       model->covered_s);
	return true;
}
