/* The rows of the table: computed, filtered, sorted, selected, frozen. */
#include "config.h"

#include "live/model.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

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
	free(model->shown);
	memset(model, 0, sizeof(*model));
}

const char *
rt_sort_name(enum rt_sort sort)
{
	static const char *const name[RT_SORT_COUNT] = {
		[RT_SORT_RETRIES] = "retries",     [RT_SORT_LOAD] = "load",
		[RT_SORT_EXHAUSTED] = "exhausted", [RT_SORT_CALLS] = "calls",
		[RT_SORT_ABORTED] = "aborted",     [RT_SORT_SEEN] = "seen",
		[RT_SORT_RISING] = "rising",       [RT_SORT_NAME] = "name",
	};

	return name[sort];
}

static bool
make_room(struct rt_model *model, size_t count)
{
	struct rt_row *row;
	const struct rt_row **shown;

	if (count <= model->room)
		return true;
	count += count / 2 + 16;
	row = reallocarray(model->row, count, sizeof(*row));
	if (row == NULL)
		return false;
	/* `shown` may point into the old rows: nothing is shown until the rows
	 * are made anew. */
	model->row = row;
	model->shown_count = 0;
	model->count = 0;
	shown = reallocarray(model->shown, count, sizeof(*shown));
	if (shown == NULL)
		return false;
	model->shown = shown;
	model->room = count;
	return true;
}

static void
add_counts(struct rt_counts *to, const struct rt_counts *from)
{
	to->attempts += from->attempts;
	to->retries += from->retries;
	to->successes += from->successes;
	to->exhausted += from->exhausted;
	to->aborted += from->aborted;
	to->call_attempts += from->call_attempts;
	to->failed_calls += from->failed_calls;
}

/* What follows from the counts. */
static void
derive(struct rt_row *row, uint64_t window_s)
{
	const struct rt_counts *w = &row->window;
	uint64_t calls = w->successes + w->exhausted + w->aborted;
	double seconds = (double)window_s;

	row->retries_per_s = (double)w->retries / seconds;
	row->load = RT_LOAD_UNKNOWN;
	row->calls_per_s = 0.0;
	row->attempts_per_call = 0.0;
	row->exhausted_share = 0.0;
	if (row->calls_known) {
		row->calls_per_s = (double)calls / seconds;
		if (calls == 0)
			return;
		row->load = RT_LOAD_OF_ALL;
		row->attempts_per_call =
			(double)w->call_attempts / (double)calls;
		row->exhausted_share = (double)w->exhausted / (double)calls;
	} else if (w->failed_calls > 0) {
		row->load = RT_LOAD_OF_FAILED;
		row->attempts_per_call =
			(double)(w->failed_calls + w->retries) /
			(double)w->failed_calls;
	}
}

static void
compute(struct rt_row *row, struct rt_operation *operation, uint64_t end_s,
	uint64_t window_s)
{
	uint64_t last = end_s / RT_SPARK_S;

	memset(row, 0, sizeof(*row));
	row->operation = rt_operation_name(operation);
	memcpy(row->policy, rt_operation_policy(operation),
	       sizeof(row->policy));
	row->max_attempts = rt_operation_max_attempts(operation);
	row->calls_known = rt_operation_knows_calls(operation);
	row->total = *rt_operation_total(operation);
	row->seen_ns = rt_operation_seen_ns(operation);
	row->rising_s = rt_operation_rising_s(operation, end_s);
	rt_operation_sum(operation, end_s, window_s, &row->window);
	rt_operation_top_error(operation, end_s, window_s, &row->error);
	for (uint64_t i = 0; i < RT_SPARK && i <= last; i++) {
		uint64_t first_s = (last - i) * RT_SPARK_S;
		uint64_t until_s = first_s + RT_SPARK_S - 1;
		struct rt_counts sum;

		if (until_s > end_s)
			until_s = end_s;
		rt_operation_sum(operation, until_s, until_s - first_s + 1,
				 &sum);
		row->spark[RT_SPARK - 1 - i] = sum.retries < UINT32_MAX
						       ? (uint32_t)sum.retries
						       : UINT32_MAX;
	}
	derive(row, window_s);
}

static void
sum_up(struct rt_model *model)
{
	struct rt_row *total = &model->total;

	memset(total, 0, sizeof(*total));
	total->operation = "TOTAL";
	total->calls_known = model->count > 0;
	for (size_t i = 0; i < model->count; i++) {
		const struct rt_row *row = &model->row[i];

		add_counts(&total->window, &row->window);
		add_counts(&total->total, &row->total);
		total->calls_known = total->calls_known && row->calls_known;
		if (row->seen_ns > total->seen_ns)
			total->seen_ns = row->seen_ns;
		for (size_t k = 0; k < RT_SPARK; k++)
			total->spark[k] += row->spark[k];
	}
	derive(total, model->window_s);
}

bool
rt_model_update(struct rt_model *model, struct rt_window *window,
		uint64_t end_s)
{
	size_t count = rt_window_count(window);

	if (model->paused)
		return true;
	if (!make_room(model, count))
		return false;
	model->count = count;
	model->end_s = end_s;
	model->newest_ns = rt_window_newest_ns(window);
	for (size_t i = 0; i < count; i++)
		compute(&model->row[i], rt_window_operation(window, i), end_s,
			model->window_s);
	sum_up(model);
	rt_model_arrange(model);
	return true;
}

static bool
contains(const char *text, const char *part)
{
	size_t length = strlen(part);

	for (; *text != '\0'; text++)
		if (strncasecmp(text, part, length) == 0)
			return true;
	return length == 0;
}

static bool
passes(const struct rt_row *row, const char *filter)
{
	return contains(row->operation, filter) ||
	       contains(row->policy, filter) ||
	       contains(row->error.label, filter) ||
	       contains(row->error.text, filter);
}

/* The number to sort by, larger first. */
static double
sort_value(const struct rt_row *row, enum rt_sort sort)
{
	switch (sort) {
	case RT_SORT_LOAD:
		return row->attempts_per_call;
	case RT_SORT_EXHAUSTED:
		return (double)row->window.exhausted;
	case RT_SORT_CALLS:
		return row->calls_known ? row->calls_per_s : -1.0;
	case RT_SORT_ABORTED:
		return (double)row->window.aborted;
	case RT_SORT_SEEN:
		return (double)row->seen_ns;
	case RT_SORT_RISING:
		/* The oldest rise first, calm operations last. */
		return row->rising_s > 0 ? -(double)row->rising_s : -1e18;
	default:
		return row->retries_per_s;
	}
}

static int
compare(const void *a, const void *b, void *user)
{
	const struct rt_row *x = *(const struct rt_row *const *)a;
	const struct rt_row *y = *(const struct rt_row *const *)b;
	const struct rt_model *model = user;
	int order = 0;

	if (model->sort != RT_SORT_NAME) {
		double p = sort_value(x, model->sort);
		double q = sort_value(y, model->sort);

		order = (p < q) - (p > q);
	}
	if (order == 0 && model->sort != RT_SORT_NAME)
		return strcmp(x->operation, y->operation);
	if (order == 0)
		order = strcmp(x->operation, y->operation);
	return model->reversed ? -order : order;
}

void
rt_model_arrange(struct rt_model *model)
{
	model->shown_count = 0;
	for (size_t i = 0; i < model->count; i++)
		if (passes(&model->row[i], model->filter))
			model->shown[model->shown_count++] = &model->row[i];
	if (model->shown_count > 1)
		qsort_r(model->shown, model->shown_count, sizeof(*model->shown),
			compare, model);
}

size_t
rt_model_selected(const struct rt_model *model)
{
	for (size_t i = 0; i < model->shown_count; i++)
		if (model->shown[i]->operation == model->selected)
			return i;
	return 0;
}

void
rt_model_move(struct rt_model *model, long rows)
{
	size_t at = rt_model_selected(model);

	if (model->shown_count == 0)
		return;
	if (rows < 0)
		at = at < (size_t)-rows ? 0 : at - (size_t)-rows;
	else
		at = model->shown_count - 1 - at < (size_t)rows
			     ? model->shown_count - 1
			     : at + (size_t)rows;
	model->selected = model->shown[at]->operation;
}

const struct rt_row *
rt_model_rising(const struct rt_model *model)
{
	const struct rt_row *worst = NULL;

	for (size_t i = 0; i < model->count; i++) {
		const struct rt_row *row = &model->row[i];

		if (row->rising_s != 0 &&
		    (worst == NULL ||
		     row->retries_per_s > worst->retries_per_s))
			worst = row;
	}
	return worst;
}
