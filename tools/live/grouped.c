/* Rows by target, policy, host, service or error, or of some events only. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/grouped.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/utf8.h"
#include "live/parts.h"
#include "live/verdict.h"

#define P99 0.99

/* What a row is made of. */
struct parts {
	/* The places of its policies among the names: more are not counted. */
	uint16_t policy[RT_PARTS_MAX];
	/* Calls and attempts that failed. */
	uint64_t calls, attempts;
	/* Durations of attempts that succeeded, and of their calls. */
	uint64_t tries_took[RT_TOOK_BUCKETS], calls_took[RT_TOOK_BUCKETS];
};

/* What failed with an error in a cell, or in all of a row. */
struct error {
	struct rt_row *row;
	const char *label;
	uint64_t calls, attempts;
	/* The last message of that error; NULL: none. */
	const char *text;
	uint64_t seen_s;
};

struct making {
	struct rt_model *out;
	const struct rt_model *model;
	const struct rt_cube *cube;
	const struct rt_filter *filter;
	enum rt_group group;
	/* Without the calls that succeeded. */
	bool failures;
	struct parts *parts;
	struct error *error;
	size_t errors;
	/* For each name its row, plus 1; 0: none. */
	uint16_t *row_of;
};

static uint64_t
attempts_that_failed(const struct rt_counts *counts)
{
	return counts->attempts - bo_min(counts->attempts, counts->successes);
}

static void
add_steps(struct rt_row *row, const struct rt_cube_cell *cell,
	  const struct rt_span *span)
{
	uint64_t step_s = span->length_s / RT_STEPS;

	for (uint64_t i = 0; i < RT_STEPS && i * step_s <= span->end_s; i++) {
		struct rt_counts sum;

		rt_cube_sum(cell, span->end_s - i * step_s, step_s, &sum);
		rt_add_u32(&row->retries[RT_STEPS - 1 - i],
			   (uint32_t)bo_min(sum.retries, UINT32_MAX));
		rt_add_u32(
			&row->failed[RT_STEPS - 1 - i],
			(uint32_t)bo_min(rt_counts_failed(&sum), UINT32_MAX));
	}
}

/* A call that a breaker ended has no error: that of most attempts of its
 * operation is why the breaker opened. */
static const char *
label_of(const struct making *making, const struct rt_cube_cell *cell)
{
	const char *label = making->cube->name[cell->name[RT_GROUP_ERROR]];
	const struct rt_error_top *top;
	size_t index;

	if (strcmp(label, RT_ERROR_BREAKER) != 0 || cell->owner == NULL)
		return label;
	index = rt_operation_index(cell->owner);
	/* It may be newer than the model. */
	if (index >= making->model->count)
		return label;
	top = &making->model->row[index].error;
	return top->count > 0 ? top->label : label;
}

static void
add_error(struct making *making, struct rt_row *row, struct parts *parts,
	  const struct rt_cube_cell *cell, const struct rt_counts *sum)
{
	struct error *error = &making->error[making->errors];

	error->row = row;
	error->calls = rt_counts_failed(sum);
	error->attempts = attempts_that_failed(sum);
	parts->calls += error->calls;
	parts->attempts += error->attempts;
	if (error->calls + error->attempts == 0 ||
	    cell->name[RT_GROUP_ERROR] == 0)
		return;
	error->label = label_of(making, cell);
	error->text = cell->text;
	error->seen_s = rt_cube_seen_s(cell);
	making->errors++;
}

static int
compare_errors(const void *a, const void *b)
{
	const struct error *x = a, *y = b;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return strcmp(x->label, y->label);
}

/* What most calls of a row failed with; if none failed, most attempts. */
static void
note_error(const struct making *making, const struct error *error)
{
	struct rt_row *row = error->row;
	const struct parts *parts = &making->parts[row - making->out->row];
	uint64_t count = parts->calls > 0 ? error->calls : error->attempts;
	uint64_t all = parts->calls > 0 ? parts->calls : parts->attempts;

	if (count <= row->error.count)
		return;
	snprintf(row->error.label, sizeof(row->error.label), "%s",
		 error->label);
	snprintf(row->error.text, sizeof(row->error.text), "%s",
		 error->text != NULL ? error->text : "");
	row->error.count = count;
	row->error.share = (double)count / (double)all;
}

/* The newest message is that of the row. */
static void
note_text(struct error *sum, const struct error *error)
{
	if (error->text == NULL ||
	    (sum->text != NULL && sum->seen_s >= error->seen_s))
		return;
	sum->text = error->text;
	sum->seen_s = error->seen_s;
}

static void
find_errors(struct making *making)
{
	struct error sum;

	qsort(making->error, making->errors, sizeof(*making->error),
	      compare_errors);
	for (size_t i = 0; i < making->errors;) {
		sum = making->error[i++];
		for (; i < making->errors &&
		       compare_errors(&making->error[i], &sum) == 0;
		     i++) {
			sum.calls += making->error[i].calls;
			sum.attempts += making->error[i].attempts;
			note_text(&sum, &making->error[i]);
		}
		note_error(making, &sum);
	}
}

/* What is known of the operation, not only of a part of its events. */
static void
describe(const struct making *making, struct rt_row *row,
	 const struct rt_operation *operation)
{
	size_t index = rt_operation_index(operation);
	const struct rt_row *whole = &making->model->row[index];

	/* It may be newer than the model. */
	if (index >= making->model->count)
		return;
	row->operation = whole->operation;
	row->max_attempts = whole->max_attempts;
	row->total = whole->total;
	row->word = whole->word;
	row->since_s = whole->since_s;
}

static struct rt_row *
row_for(const struct making *making, const struct rt_cube_cell *cell)
{
	uint16_t name = cell->name[making->group];
	struct rt_row *row;

	if (making->row_of[name] == 0) {
		char *copy = making->out->name[making->out->count];

		row = &making->out->row[making->out->count++];
		memset(row, 0, sizeof(*row));
		row->id = name;
		/* Names may be forgotten before the rows are. */
		bo_utf8_copy(*making->cube->name[name] != '\0'
				     ? making->cube->name[name]
				     : RT_GROUP_NONE,
			     copy, RT_PART_NAME_MAX);
		row->operation = copy;
		row->calls_known = !making->failures;
		row->is_error = making->group == RT_GROUP_ERROR;
		making->row_of[name] = (uint16_t)making->out->count;
		if (making->group == RT_GROUP_OPERATION && cell->owner != NULL)
			describe(making, row, cell->owner);
	}
	return &making->out->row[making->row_of[name] - 1];
}

static void
add_policy(const struct making *making, struct rt_row *row, struct parts *parts,
	   uint16_t policy)
{
	size_t used;

	if (policy == 0 || row->policies == RT_PARTS_MAX)
		return;
	for (size_t i = 0; i < row->policies; i++)
		if (parts->policy[i] == policy)
			return;
	if (row->policies == 0)
		snprintf(row->policy, sizeof(row->policy), "%s",
			 making->cube->name[policy]);
	parts->policy[row->policies++] = policy;
	used = strlen(row->policy_names);
	snprintf(row->policy_names + used, sizeof(row->policy_names) - used,
		 "%s%s", used > 0 ? ", " : "", making->cube->name[policy]);
}

/* What is not seen for longer has no row. */
static uint64_t
lasting_s(const struct rt_model *out)
{
	return out->window_s > RT_HISTORY_S ? out->window_s : RT_HISTORY_S;
}

static void
add_cell(struct making *making, const struct rt_cube_cell *cell)
{
	const struct rt_model *out = making->out;
	struct rt_counts sum;
	struct parts *parts;
	struct rt_row *row;
	uint64_t seen_ns;

	/* What succeeds has no error, and so no row. */
	if (making->group == RT_GROUP_ERROR && cell->name[RT_GROUP_ERROR] == 0)
		return;
	if (!rt_filter_takes_cell(making->filter, making->cube, cell))
		return;
	if (rt_cube_seen_s(cell) + lasting_s(out) <= out->end_s)
		return;
	row = row_for(making, cell);
	parts = &making->parts[row - out->row];
	rt_cube_sum(cell, out->end_s, out->covered_s, &sum);
	rt_counts_add(&row->window, &sum);
	row->calls_known = row->calls_known && cell->knows_calls;
	seen_ns = rt_cube_seen_s(cell) * BO_NS_PER_S;
	if (seen_ns > row->seen_ns)
		row->seen_ns = seen_ns;
	add_steps(row, cell, &out->span);
	add_error(making, row, parts, cell, &sum);
	add_policy(making, row, parts, cell->name[RT_GROUP_POLICY]);
	/* The highest, if there are several. */
	if (making->group != RT_GROUP_OPERATION &&
	    cell->max_attempts > row->max_attempts)
		row->max_attempts = cell->max_attempts;
	rt_took_sum(&cell->tries, out->end_s, out->covered_s,
		    parts->tries_took);
	rt_took_sum(&cell->calls, out->end_s, out->covered_s,
		    parts->calls_took);
}

/* Targets are judged; nothing else but operations is. */
static void
judge(struct rt_model *out, const struct rt_window *window)
{
	for (size_t i = 0; i < out->count; i++)
		for (size_t t = 0; t < rt_window_targets(window); t++)
			if (strcmp(out->row[i].operation,
				   rt_window_target_name(window, t)) == 0)
				out->row[i].word = rt_verdict_of(
					rt_window_target(window, t),
					out->newest_ns / BO_NS_PER_S,
					&out->row[i].since_s);
}

static void
finish(struct making *making)
{
	struct rt_model *out = making->out;

	find_errors(making);
	for (size_t i = 0; i < out->count; i++) {
		struct rt_row *row = &out->row[i];

		rt_row_derive(row, out->seen_s);
		row->p99_try_ns =
			rt_took_quantile_of(making->parts[i].tries_took, P99);
		row->p99_call_ns =
			rt_took_quantile_of(making->parts[i].calls_took, P99);
	}
}

static bool
has_room(struct rt_model *out, size_t count)
{
	struct rt_row *row;
	void *name;

	if (count <= out->room)
		return true;
	row = reallocarray(out->row, count, sizeof(*row));
	if (row == NULL)
		return false;
	out->row = row;
	name = reallocarray(out->name, count, sizeof(*out->name));
	if (name == NULL)
		return false;
	out->name = name;
	out->room = count;
	return true;
}

/* Groups that the cells are in. */
static size_t
count_groups(const struct making *making)
{
	size_t count = 0;

	for (size_t i = 0; i < making->cube->count; i++) {
		uint16_t name = making->cube->cell[i].name[making->group];

		count += making->row_of[name] == 0;
		making->row_of[name] = 1;
	}
	memset(making->row_of, 0,
	       making->cube->names * sizeof(*making->row_of));
	return count;
}

bool
rt_grouped_update(struct rt_model *out, const struct rt_model *model,
		  const struct rt_window *window, enum rt_group group,
		  const struct rt_filter *filter)
{
	struct making making = {
		.out = out,
		.model = model,
		.cube = rt_window_cube(window),
		.filter = filter,
		.group = group,
		.failures = group == RT_GROUP_ERROR ||
			    rt_filter_has(filter, RT_GROUP_ERROR),
	};
	size_t names = making.cube->names, groups = 0;
	bool done = true;

	out->count = 0;
	out->window_s = model->window_s;
	out->end_s = model->end_s;
	out->newest_ns = model->newest_ns;
	out->seen_s = model->seen_s;
	out->covered_s = model->covered_s;
	out->is_past = model->is_past;
	out->span = model->span;
	if (names == 0)
		return true;
	making.row_of = calloc(names, sizeof(*making.row_of));
	if (making.row_of != NULL)
		groups = count_groups(&making);
	making.parts = calloc(groups + 1, sizeof(*making.parts));
	making.error = calloc(making.cube->count, sizeof(*making.error));
	done = making.row_of != NULL && making.parts != NULL &&
	       making.error != NULL && has_room(out, groups);
	for (size_t i = 0; done && i < making.cube->count; i++)
		add_cell(&making, &making.cube->cell[i]);
	if (done && group == RT_GROUP_TARGET)
		judge(out, window);
	if (done)
		finish(&making);
	for (size_t i = 0; done && out->is_past && i < out->count; i++)
		rt_row_forget_later(&out->row[i], out->end_s);
	free(making.row_of);
	free(making.parts);
	free(making.error);
	return done;
}
