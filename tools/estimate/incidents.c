/* An incident is a run of bins in which most draws have a bad level. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "estimate/incidents.h"
#include "estimate/points.h"

/* A level is bad if its odds of failure are this many times the usual ones, and
 * if its probability is this much higher. */
#define WORSE_ODDS 4.0
#define WORSE 0.05
/* An incident begins where more draws than not say so, and goes on until hardly
 * any does: a success amid failures does not end it. */
#define MOST 0.5
#define STILL 0.15
/* Runs that are closer than this are one, and so are those that are closer than
 * this part of the mean time from one to the next: if they had nothing to do
 * with each other, few would be. */
#define APART_NS 1e9
#define APART_PART 0.05
/* One failure alone is none. */
#define FAILURES_MIN 2

struct weighed {
	double fails, seconds;
};

struct finder {
	const struct rs_log *log;
	const struct rs_posterior *posterior;
	/* All incidents, by target: those of a target are [first, next
	 * first). */
	struct rs_incident *item;
	size_t count, *first;
	/* By incident: failures. */
	size_t *failed;
	/* Room for the bins of a target. */
	struct weighed *level;
};

static int
by_failure(const void *a, const void *b)
{
	const struct weighed *x = a, *y = b;

	return (x->fails > y->fails) - (x->fails < y->fails);
}

/* The median over time of the mean level. */
static double
usual_failure(struct finder *finder, size_t t)
{
	const struct rs_posterior *posterior = finder->posterior;
	const struct rs_target *target = &posterior->bins->target[t];
	double total = 0, seconds = 0;

	for (size_t i = 0; i < target->count; i++) {
		size_t b = target->first + i;
		const struct rs_bin *bin = &posterior->bins->bin[b];
		double sum = 0;

		for (uint32_t r = 0; r < posterior->draws; r++)
			sum += rs_posterior_bin_fails(posterior, r, t, b);
		finder->level[i].fails = sum / posterior->draws;
		finder->level[i].seconds =
			(double)rs_length_ns(bin->gap) + 1 +
			(double)(bin->last_ns - bin->first_ns);
		total += finder->level[i].seconds;
	}
	qsort(finder->level, target->count, sizeof(*finder->level), by_failure);
	for (size_t i = 0; i < target->count; i++) {
		seconds += finder->level[i].seconds;
		if (seconds >= total / 2)
			return finder->level[i].fails;
	}
	return 0;
}

/* The share of draws that say that a bin is much worse than usual. */
static double
share_bad(const struct rs_posterior *posterior, size_t t, size_t b, double bad)
{
	uint32_t count = 0;

	for (uint32_t r = 0; r < posterior->draws; r++)
		count += rs_posterior_bin_fails(posterior, r, t, b) > bad;
	return (double)count / posterior->draws;
}

/* Put what is closer than a time together. */
static void
join(struct finder *finder, size_t first, double apart_ns)
{
	struct rs_incident *item = finder->item;
	size_t kept = first;

	for (size_t i = first + 1; i < finder->count; i++) {
		if ((double)(item[i].from_ns - item[kept].to_ns) <= apart_ns) {
			item[kept].to_ns = item[i].to_ns;
			finder->failed[kept] += finder->failed[i];
		} else {
			item[++kept] = item[i];
			finder->failed[kept] = finder->failed[i];
		}
	}
	if (finder->count > first)
		finder->count = kept + 1;
}

/* Join a target's runs, and leave out those that may be chance. */
static void
tidy(struct finder *finder, size_t first)
{
	double window = (double)tk_cover_length(finder->log->cover);
	size_t before, kept = first;

	do {
		double apart;

		before = finder->count;
		apart = APART_PART * window / (double)(before - first + 1);
		join(finder, first, fmax(APART_NS, apart));
	} while (finder->count < before);
	for (size_t i = first; i < finder->count; i++)
		if (finder->failed[i] >= FAILURES_MIN)
			finder->item[kept++] = finder->item[i];
	finder->count = kept;
}

static void
find_target(struct finder *finder, size_t t)
{
	const struct rs_bins *bins = finder->posterior->bins;
	const struct rs_target *target = &bins->target[t];
	double usual = usual_failure(finder, t);
	double odds = WORSE_ODDS * usual / (1 - usual);
	double bad = fmax(odds / (1 + odds), usual + WORSE);
	struct rs_incident *last = NULL;
	size_t first = finder->count;

	for (size_t b = target->first; b < target->first + target->count; b++) {
		const struct rs_bin *bin = &bins->bin[b];

		double share = share_bad(finder->posterior, t, b, bad);

		if (bin->begins || share < STILL)
			last = NULL;
		if (share <= MOST)
			continue;
		if (last == NULL) {
			last = &finder->item[finder->count++];
			last->from_ns = bin->first_ns;
			last->target = target->name;
		}
		last->to_ns = bin->last_ns;
		finder->failed[finder->count - 1] += bin->failed;
	}
	tidy(finder, first);
}

static int
by_begin(const void *a, const void *b)
{
	const struct rs_incident *x = a, *y = b;

	if (x->from_ns != y->from_ns)
		return x->from_ns < y->from_ns ? -1 : 1;
	return (x->to_ns > y->to_ns) - (x->to_ns < y->to_ns);
}

/* Put what overlaps together. Returns the number that is left. */
static size_t
merge(struct rs_incident *item, size_t count)
{
	size_t kept = 0;

	qsort(item, count, sizeof(*item), by_begin);
	for (size_t i = 0; i < count; i++) {
		struct rs_incident *last = kept > 0 ? &item[kept - 1] : NULL;

		if (last && item[i].from_ns <= last->to_ns) {
			last->to_ns = rs_later(last->to_ns, item[i].to_ns);
			if (last->target != item[i].target)
				last->target = 0;
		} else {
			item[kept++] = item[i];
		}
	}
	return kept;
}

/* Mark the targets of an operation; returns the number of their incidents. */
static size_t
mark_targets(const struct finder *finder, const struct rs_operation *operation,
	     bool *marked)
{
	const uint32_t *target_of = finder->posterior->bins->target_of;
	size_t count = 0;

	for (size_t c = 0; c < operation->call_count; c++) {
		size_t t = target_of[operation->first_call + c];

		if (!marked[t])
			count += finder->first[t + 1] - finder->first[t];
		marked[t] = true;
	}
	return count;
}

static enum backoff_status
sort_by_operation(struct finder *finder, struct rs_incidents *out)
{
	size_t targets = finder->posterior->bins->target_count, count = 0;
	bool *marked = calloc(targets + 1, sizeof(*marked));

	if (marked == NULL)
		return BACKOFF_E_NOMEM;
	for (size_t o = 0; o < finder->log->operation_count; o++) {
		size_t more, first = count;
		struct rs_incident *grown;

		memset(marked, 0, targets);
		more = mark_targets(finder, &finder->log->operation[o], marked);
		grown = realloc(out->item,
				(count + more + 1) * sizeof(*out->item));
		if (grown == NULL) {
			free(marked);
			return BACKOFF_E_NOMEM;
		}
		out->item = grown;
		for (size_t t = 0; t < targets; t++)
			for (size_t i = finder->first[t];
			     marked[t] && i < finder->first[t + 1]; i++)
				out->item[count++] = finder->item[i];
		count = first + merge(out->item + first, count - first);
		out->first[o + 1] = count;
	}
	free(marked);
	return BACKOFF_OK;
}

enum backoff_status
rs_incidents_init(struct rs_incidents *incidents, const struct rs_log *log,
		  const struct rs_posterior *posterior)
{
	const struct rs_bins *bins = posterior->bins;
	struct finder finder = {.log = log, .posterior = posterior};
	enum backoff_status status = BACKOFF_E_NOMEM;

	*incidents = (struct rs_incidents){0};
	finder.item = calloc(bins->count + 1, sizeof(*finder.item));
	finder.failed = calloc(bins->count + 1, sizeof(*finder.failed));
	finder.level = calloc(bins->count + 1, sizeof(*finder.level));
	finder.first = calloc(bins->target_count + 1, sizeof(*finder.first));
	incidents->first =
		calloc(log->operation_count + 1, sizeof(*incidents->first));
	if (finder.item && finder.failed && finder.level && finder.first &&
	    incidents->first) {
		for (size_t t = 0; t < bins->target_count; t++) {
			find_target(&finder, t);
			finder.first[t + 1] = finder.count;
		}
		status = sort_by_operation(&finder, incidents);
	}
	free(finder.item);
	free(finder.failed);
	free(finder.level);
	free(finder.first);
	if (status != BACKOFF_OK)
		rs_incidents_clear(incidents);
	return status;
}

void
rs_incidents_clear(struct rs_incidents *incidents)
{
	free(incidents->item);
	free(incidents->first);
	*incidents = (struct rs_incidents){0};
}
