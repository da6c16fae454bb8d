/* Maximises the likelihood of one host's failures given those of others. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "trace/coincide.h"

#include <math.h>
#include <stdlib.h>

#include "base/num.h"

#define MS INT64_C(1000000)
/* Fewer failures of a host prove nothing. */
#define FAILURES_MIN 30
/* Failures that are closer belong to one outage. */
#define OUTAGE_NS (10 * BO_NS_PER_S)
/* Outages that are needed, more for a difference as long as restarts of one
 * host after the other take; and by how many deviations they must agree. */
#define OUTAGES_MIN 4
#define OUTAGES_MIN_FAR 6
#define FAR_NS (5000 * MS)
#define OUTAGE_GAIN 0.5
#define OUTAGE_DEVIATIONS 2.7
/* The least gain in log-likelihood, and more for a wider search. */
#define GAIN_MIN 8.0
#define APART_NS (50 * MS)
/* Another difference, far from the best, that is almost as likely. */
#define RIVAL_GAIN 6.0

/* Numbers of reference failures around a time, compared with the usual number
 * around a reference failure: none, then quarters of it. At the edge of an
 * outage, half of them are there. */
enum { CLASSES = 5 };

struct fit {
	const struct tk_moment *reference, *host;
	size_t reference_count, host_count;
	uint64_t span_ns, width_ns;
	/** The usual number of failures around one. */
	double usual;
	/** By class: failures of the host expected by chance, and found. */
	double expected[CLASSES], found[CLASSES];
};

/* Searches, each around the result of the one before. */
struct level {
	int64_t width, step, reach;
};
static const struct level levels[] = {
	{2000 * MS, 1000 * MS, TK_COINCIDE_MAX_NS},
	{500 * MS, 250 * MS, 2000 * MS},
	{200 * MS, 50 * MS, 500 * MS},
};
/* The last search takes the mean of what is likely. */
#define MEAN_STEP_NS (10 * MS)
#define MEAN_REACH_NS (400 * MS)

int
tk_moment_compare(const void *a, const void *b)
{
	const struct tk_moment *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->at_ns > y->at_ns) - (x->at_ns < y->at_ns);
}

static size_t
class_of(const struct fit *fit, size_t count)
{
	double part = (double)count / fit->usual * 4;

	if (count == 0)
		return 0;
	return part >= 3 ? 4 : part >= 2 ? 3 : part >= 1 ? 2 : 1;
}

/* A window over the reference that only moves up: the failures of a key within
 * a width of a time. */
struct window {
	size_t low, high;
};

static size_t
look(const struct fit *fit, struct window *window, uint64_t key, uint64_t at_ns)
{
	const struct tk_moment *at = fit->reference;
	uint64_t from = bo_sub_sat(at_ns, fit->width_ns);
	uint64_t to = bo_add_sat(at_ns, fit->width_ns);

	while (window->low < fit->reference_count &&
	       (at[window->low].key < key ||
		(at[window->low].key == key && at[window->low].at_ns < from)))
		window->low++;
	if (window->high < window->low)
		window->high = window->low;
	while (window->high < fit->reference_count &&
	       at[window->high].key == key && at[window->high].at_ns <= to)
		window->high++;
	return window->high - window->low;
}

static uint64_t
moved(uint64_t at_ns, int64_t ahead_ns)
{
	return ahead_ns < 0 ? bo_add_sat(at_ns, (uint64_t)-ahead_ns)
			    : bo_sub_sat(at_ns, (uint64_t)ahead_ns);
}

static int
compare_sizes(const void *a, const void *b)
{
	const size_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The number of reference failures around one of them in an outage: most of
 * them are in one. */
static bool
find_usual(struct fit *fit)
{
	size_t *count = malloc(fit->reference_count * sizeof(*count));
	struct window window = {0, 0};

	if (count == NULL)
		return false;
	for (size_t i = 0; i < fit->reference_count; i++)
		count[i] = look(fit, &window, fit->reference[i].key,
				fit->reference[i].at_ns);
	qsort(count, fit->reference_count, sizeof(*count), compare_sizes);
	fit->usual = (double)count[fit->reference_count * 3 / 4];
	free(count);
	return true;
}

/* Add what one key expects: the time that each class has, of the whole time.
 * The number in the window changes where a failure enters or leaves it. */
static void
expect_key(struct fit *fit, size_t from, size_t to, double failures)
{
	const struct tk_moment *at = fit->reference;
	double share[CLASSES] = {0}, rest = 1;
	size_t enter = from, leave = from;
	uint64_t now = 0;

	while (leave < to) {
		uint64_t in =
			enter < to ? bo_sub_sat(at[enter].at_ns, fit->width_ns)
				   : UINT64_MAX;
		uint64_t out = at[leave].at_ns + fit->width_ns;
		uint64_t next = in < out ? in : out;

		if (enter > leave)
			share[class_of(fit, enter - leave)] +=
				(double)(next - now) / (double)fit->span_ns;
		now = next;
		if (in < out)
			enter++;
		else
			leave++;
	}
	for (size_t c = 1; c < CLASSES; c++) {
		rest -= share[c];
		fit->expected[c] += share[c] * failures;
	}
	fit->expected[0] += fmax(rest, 0) * failures;
}

static void
expect(struct fit *fit)
{
	size_t r = 0;

	for (size_t c = 0; c < CLASSES; c++)
		fit->expected[c] = 0;
	for (size_t from = 0, to; from < fit->host_count; from = to) {
		uint64_t key = fit->host[from].key;
		size_t first;

		for (to = from; to < fit->host_count; to++)
			if (fit->host[to].key != key)
				break;
		while (r < fit->reference_count && fit->reference[r].key < key)
			r++;
		first = r;
		while (r < fit->reference_count && fit->reference[r].key == key)
			r++;
		expect_key(fit, first, r, (double)(to - from));
	}
}

static double
log_likelihood(struct fit *fit, int64_t ahead_ns)
{
	struct window window = {0, 0};
	double sum = 0;

	for (size_t c = 0; c < CLASSES; c++)
		fit->found[c] = 0;
	for (size_t i = 0; i < fit->host_count; i++)
		fit->found[class_of(
			fit, look(fit, &window, fit->host[i].key,
				  moved(fit->host[i].at_ns, ahead_ns)))]++;
	for (size_t c = 0; c < CLASSES; c++)
		if (fit->found[c] > 0)
			sum += fit->found[c] *
			       log(fit->found[c] / fmax(fit->expected[c], 0.1));
	return sum;
}

/* What the outages of a host say of a difference. */
struct vote {
	/** Gain in log-likelihood within the outage that is being added up. */
	double gain;
	/** Over outages: the roots of gains, with their sign, which keep one
	 *  long outage from deciding alone; gains without it. */
	double roots, sizes;
	unsigned better;
};

static void
end_outage(struct vote *vote)
{
	vote->roots += copysign(sqrt(fabs(vote->gain)), vote->gain);
	vote->sizes += fabs(vote->gain);
	vote->better += vote->gain > OUTAGE_GAIN;
	vote->gain = 0;
}

/* Whether enough outages of the host fit the difference better than none. */
static bool
outages_agree(struct fit *fit, int64_t ahead_ns)
{
	struct window there = {0, 0}, here = {0, 0};
	struct vote vote = {0};
	double value[CLASSES];

	log_likelihood(fit, ahead_ns);
	for (size_t c = 0; c < CLASSES; c++)
		value[c] = log((fit->found[c] + 0.5) /
			       (fmax(fit->expected[c], 0.1) + 0.5));
	for (size_t i = 0; i < fit->host_count; i++) {
		const struct tk_moment *at = &fit->host[i];
		uint64_t time = moved(at->at_ns, ahead_ns);

		if (i > 0 && (at->key != at[-1].key ||
			      at->at_ns - at[-1].at_ns > OUTAGE_NS))
			end_outage(&vote);
		vote.gain +=
			value[class_of(fit, look(fit, &there, at->key, time))] -
			value[class_of(fit,
				       look(fit, &here, at->key, at->at_ns))];
	}
	end_outage(&vote);
	if (vote.better <
	    (llabs(ahead_ns) > FAR_NS ? OUTAGES_MIN_FAR : OUTAGES_MIN))
		return false;
	return vote.roots >= OUTAGE_DEVIATIONS * sqrt(vote.sizes);
}

/* Search one level. If two results far apart are as good, the widest level has
 * a rival. */
static int64_t
search(struct fit *fit, const struct level *level, int64_t around, bool *rival)
{
	int64_t best = around, second_at = around;
	double most = -HUGE_VAL, second = -HUGE_VAL;

	for (int64_t d = -level->reach; d <= level->reach; d += level->step) {
		double value = log_likelihood(fit, around + d);

		if (value > most) {
			if (llabs(around + d - best) > 3 * level->width &&
			    most > second) {
				second = most;
				second_at = best;
			}
			most = value;
			best = around + d;
		} else if (value > second &&
			   llabs(around + d - best) > 3 * level->width) {
			second = value;
			second_at = around + d;
		}
	}
	*rival = llabs(second_at - best) > 3 * level->width &&
		 most - second < RIVAL_GAIN;
	return best;
}

static bool
set_width(struct fit *fit, int64_t width_ns)
{
	fit->width_ns = (uint64_t)width_ns;
	if (!find_usual(fit))
		return false;
	expect(fit);
	return true;
}

/*
 * The mean of the differences around the best, by their likelihood. An outage
 * ends with more failures than it begins with, because of retries, so failures
 * of the host given the reference alone lean to one side; those of the
 * reference given the host lean to the other.
 */
static bool
average(struct fit *fit, int64_t *around)
{
	struct fit back = *fit;
	double most = 0, sum = 0, weights = 0;

	back.reference = fit->host;
	back.reference_count = fit->host_count;
	back.host = fit->reference;
	back.host_count = fit->reference_count;
	if (!set_width(&back, (int64_t)fit->width_ns))
		return false;
	for (int64_t d = -MEAN_REACH_NS; d <= MEAN_REACH_NS;
	     d += MEAN_STEP_NS) {
		double value = log_likelihood(fit, *around + d) +
			       log_likelihood(&back, -*around - d);
		double scale =
			weights > 0 && value > most ? exp(most - value) : 1;

		if (weights <= 0 || value > most)
			most = value;
		sum = sum * scale + exp(value - most) * (double)d;
		weights = weights * scale + exp(value - most);
	}
	*around += (int64_t)(sum / weights);
	return true;
}

int
tk_coincide(const struct tk_moment *reference, size_t reference_count,
	    const struct tk_moment *host, size_t host_count, uint64_t span_ns,
	    int64_t *ahead_ns)
{
	struct fit fit = {.reference = reference,
			  .host = host,
			  .reference_count = reference_count,
			  .host_count = host_count,
			  .span_ns = span_ns};
	int64_t found = 0;
	double gain;

	if (reference_count < FAILURES_MIN || host_count < FAILURES_MIN ||
	    span_ns == 0)
		return 0;
	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
		bool rival;

		if (!set_width(&fit, levels[i].width))
			return -1;
		/* A window with no other failure in it says nothing. */
		if (i > 0 && fit.usual < 3) {
			if (!set_width(&fit, levels[i - 1].width))
				return -1;
			break;
		}
		found = search(&fit, &levels[i], found, &rival);
		if (i == 0 && rival)
			return 0;
	}
	if (!average(&fit, &found))
		return -1;
	if (llabs(found) <= APART_NS)
		return 0;
	gain = log_likelihood(&fit, found) - log_likelihood(&fit, 0);
	if (gain < GAIN_MIN + log((double)llabs(found) / (double)APART_NS) ||
	    !outages_agree(&fit, found))
		return 0;
	*ahead_ns = found;
	return 1;
}
