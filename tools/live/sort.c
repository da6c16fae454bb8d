/* The orders in which operations can be listed. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/sort.h"

#include <string.h>

const char *
rt_sort_name(enum rt_sort sort)
{
#define SORT_NAME(member, name) name,
	static const char *const names[] = {RT_SORTS(SORT_NAME)};

	return names[sort];
}

/* The number to sort by, from high to low. */
static double
value_of(const struct rt_row *row, enum rt_sort sort)
{
	bool known = row->load == RT_LOAD_OF_ALL;
	double sum = 0.0;

	switch (sort) {
	case RT_SORT_MAX:
		return row->max_attempts > 0 ? (double)row->max_attempts : -1.0;
	case RT_SORT_FIRST:
		return known ? row->first_ok_share : -1.0;
	case RT_SORT_OK:
		return known ? 1.0 - row->failed_share : -1.0;
	case RT_SORT_SHARE:
		return known ? row->failed_share : -1.0;
	case RT_SORT_P99:
		return (double)row->p99_call_ns;
	case RT_SORT_P99_TRY:
		return (double)row->p99_try_ns;
	case RT_SORT_HISTORY:
		for (size_t i = 0; i < RT_STEPS; i++)
			sum += row->calls_known || row->is_error
				       ? row->failed[i]
				       : row->retries[i];
		return sum;
	case RT_SORT_LOAD:
		return row->sent_per_call;
	case RT_SORT_EXHAUSTED:
		return (double)row->window.exhausted;
	case RT_SORT_CALLS:
		return row->calls_known || row->is_error ? row->calls_per_s
							 : -1.0;
	case RT_SORT_ABORTED:
		return (double)row->window.aborted;
	case RT_SORT_SEEN:
		return (double)row->seen_ns;
	case RT_SORT_SINCE:
		/* What has been wrong for longest first, what is well last. */
		return row->since_s > 0 ? -(double)row->since_s : -1e18;
	default:
		return row->retries_per_s;
	}
}

static int
order_of(double x, double y)
{
	return (x < y) - (x > y);
}

static int
compare_failed(const struct rt_row *a, const struct rt_row *b)
{
	int order = order_of(a->word, b->word);

	if (order == 0)
		order = order_of((double)rt_counts_failed(&a->window),
				 (double)rt_counts_failed(&b->window));
	return order != 0 ? order
			  : order_of(a->retries_per_s, b->retries_per_s);
}

/* The text to sort by, from a to z; NULL: by a number. */
static const char *
text_of(const struct rt_row *row, enum rt_sort sort)
{
	switch (sort) {
	case RT_SORT_NAME:
		return row->operation;
	case RT_SORT_POLICY:
		return row->policy;
	case RT_SORT_WHY:
		return rt_why_name(row->why);
	case RT_SORT_ERROR:
		return row->error.label;
	default:
		return NULL;
	}
}

/* What has no text comes last. */
static int
order_of_texts(const char *x, const char *y)
{
	if ((*x == '\0') != (*y == '\0'))
		return *x == '\0' ? 1 : -1;
	return strcmp(x, y);
}

int
rt_sort_compare(const struct rt_row *a, const struct rt_row *b,
		enum rt_sort sort, bool reversed)
{
	int order;

	if (text_of(a, sort) != NULL)
		order = order_of_texts(text_of(a, sort), text_of(b, sort));
	else if (sort == RT_SORT_FAILED)
		order = compare_failed(a, b);
	else
		order = order_of(value_of(a, sort), value_of(b, sort));
	if (order == 0)
		return strcmp(a->operation, b->operation);
	return reversed ? -order : order;
}
