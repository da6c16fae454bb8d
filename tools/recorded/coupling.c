/* Compares failures of first attempts with the load of the second they fall
 * in, within blocks of 30 s. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "recorded/coupling.h"

#define BLOCK_NS (30 * BO_NS_PER_S)
/* Bins of a second; of up to five if calls are rarer than three a second. */
#define BINS 30
#define BINS_MIN 6
#define CALLS_A_BIN 3
/* Fewer failed first attempts prove nothing. */
#define FAILURES_MIN 10
/* From this number of blocks with about the same weight on, their scores show
 * their own variance. */
#define BLOCKS_MANY 20

/* A first attempt: its target, and whether its call is of the operation. */
struct arrival {
	uint64_t key, time_ns;
	bool wanted, failed;
};

struct bins {
	/* First attempts of all operations; those of the one in question, and
	 * those of them that failed. */
	double load[BINS], count[BINS], failed[BINS];
	size_t used;
};

/* Sums over blocks. */
struct sums {
	double score, proportional, expected, squares, fourths, shifted;
	double calm, calm_failed, busy, busy_failed;
	uint64_t blocks, failures;
};

static int
by_time(const void *a, const void *b)
{
	const struct arrival *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->time_ns > y->time_ns) - (x->time_ns < y->time_ns);
}

/* Calls share the load of their target; those that name none, that of their
 * operation. */
static uint64_t
key_of(const struct tk_call *call)
{
	return call->target ? (UINT64_C(1) << 32) + call->target
			    : call->operation;
}

static size_t
collect(const struct rs_log *log, const struct rs_operation *wanted,
	struct arrival *out)
{
	size_t count = 0;

	for (size_t o = 0; o < log->operation_count; o++) {
		const struct rs_operation *operation = &log->operation[o];

		if (operation->population != RS_POPULATION_LOGGED)
			continue;
		for (size_t c = 0; c < operation->call_count; c++) {
			const struct tk_call *call =
				&log->call[operation->first_call + c];

			if (!rs_log_begins(call) || rs_log_refused(log, call))
				continue;
			out[count++] = (struct arrival){
				key_of(call), log->start_ns[call->first],
				operation == wanted,
				tk_attempt_failed(&log->attempt[call->first])};
		}
	}
	qsort(out, count, sizeof(*out), by_time);
	return count;
}

/*
 * The variance of a score if failures do not know the load: bins keep their
 * calls, and the failure rates of all move by the same number of bins. That
 * keeps outages together, which a binomial variance does not.
 */
static double
shift(const struct bins *bins, const double *weight)
{
	double sum = 0;

	for (size_t s = 0; s < bins->used; s++) {
		double score = 0;

		for (size_t i = 0; i < bins->used; i++) {
			size_t from = (i + bins->used - s) % bins->used;

			score += weight[i] * bins->failed[from] /
				 bins->count[from];
		}
		sum += score * score;
	}
	return sum / (double)bins->used;
}

/* Keep bins in which the operation had calls. */
static void
pack(struct bins *bins, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (bins->count[i] == 0)
			continue;
		bins->load[bins->used] = bins->load[i];
		bins->count[bins->used] = bins->count[i];
		bins->failed[bins->used++] = bins->failed[i];
	}
}

/*
 * The score test of a slope within one block: failures times the distance of
 * their load from the mean. The root of the load keeps one burst from deciding
 * alone.
 */
static void
add_block(struct sums *sums, struct bins *bins, size_t count)
{
	double calls = 0, failures = 0, mean = 0, mean_load = 0;
	double score = 0, spread = 0, weight[BINS];

	pack(bins, count);
	for (size_t i = 0; i < bins->used; i++) {
		calls += bins->count[i];
		failures += bins->failed[i];
		mean += bins->count[i] * sqrt(bins->load[i]);
		mean_load += bins->count[i] * bins->load[i];
	}
	sums->failures += (uint64_t)failures;
	if (failures == 0 || failures == calls)
		return;
	mean /= calls;
	mean_load /= calls;
	for (size_t i = 0; i < bins->used; i++) {
		double far = sqrt(bins->load[i]) - mean;
		bool busy = bins->load[i] > mean_load;

		weight[i] = bins->count[i] * far;
		score += bins->failed[i] * far;
		spread += weight[i] * far;
		sums->proportional += failures / calls * weight[i] *
				      bins->load[i] / mean_load;
		*(busy ? &sums->busy : &sums->calm) += bins->count[i];
		*(busy ? &sums->busy_failed : &sums->calm_failed) +=
			bins->failed[i];
	}
	if (spread <= 0)
		return;
	sums->blocks++;
	sums->score += score;
	sums->expected +=
		failures * (calls - failures) / (calls * (calls - 1)) * spread;
	sums->squares += score * score;
	sums->fourths += score * score * score * score;
	sums->shifted += shift(bins, weight);
}

/* Count the first attempts of one target, [from, to), by block and bin. */
static void
add_target(struct sums *sums, const struct arrival *from,
	   const struct arrival *to)
{
	uint64_t span = (to - 1)->time_ns - from->time_ns + BO_NS_PER_S;
	double spacing = (double)span / (double)(to - from);
	double wide = ceil((double)BLOCK_NS / (spacing * CALLS_A_BIN));
	size_t count = wide < BINS_MIN ? BINS_MIN
		       : wide > BINS   ? BINS
				       : (size_t)wide;

	while (from < to) {
		uint64_t start = from->time_ns - from->time_ns % BLOCK_NS;
		struct bins bins = {.used = 0};

		for (; from < to && from->time_ns - start < BLOCK_NS; from++) {
			size_t i = (size_t)((from->time_ns - start) * count /
					    BLOCK_NS);

			bins.load[i]++;
			bins.count[i] += from->wanted;
			bins.failed[i] += from->wanted && from->failed;
		}
		add_block(sums, &bins, count);
	}
}

static double
peak(const struct arrival *from, const struct arrival *to)
{
	const struct arrival *low = from;
	size_t most = 0;

	for (const struct arrival *at = from; at < to; at++) {
		while (at->time_ns - low->time_ns >= BO_NS_PER_S)
			low++;
		if ((size_t)(at - low) + 1 > most)
			most = (size_t)(at - low) + 1;
	}
	return (double)most;
}

static void
sum_up(const struct sums *sums, struct rs_coupling *out)
{
	double variance = sums->shifted, many;

	out->blocks = sums->blocks;
	if (sums->blocks == 0 || sums->failures < FAILURES_MIN)
		return;
	out->known = true;
	out->calm_fails = sums->calm > 0 ? sums->calm_failed / sums->calm : 0;
	out->busy_fails = sums->busy > 0 ? sums->busy_failed / sums->busy : 0;
	many = sums->fourths > 0 ? sums->squares * sums->squares / sums->fourths
				 : 0;
	if (many >= BLOCKS_MANY)
		variance = sums->squares;
	/* Chance alone makes a binomial variance. */
	variance = fmax(variance, sums->expected);
	if (variance > 0) {
		out->z = sums->score / sqrt(variance);
		out->z_proportional = sums->proportional / sqrt(variance);
	}
}

static bool
throttled(const struct rs_log *log, const struct tk_attempt *attempt)
{
	const char *code = rs_log_text(log, attempt->code);

	return attempt->failure_class == BACKOFF_CLASS_THROTTLE ||
	       strcmp(code, "429") == 0 ||
	       (strcmp(code, "503") == 0 && attempt->hint_ns != BACKOFF_ABSENT);
}

static double
throttle_share(const struct rs_log *log, const struct rs_operation *operation)
{
	const struct tk_call *call = &log->call[operation->first_call];
	uint64_t failures = 0, count = 0;

	for (size_t c = 0; c < operation->call_count; c++, call++)
		for (uint32_t i = 0; i < call->count; i++) {
			const struct tk_attempt *attempt =
				&log->attempt[call->first + i];

			if (!tk_attempt_failed(attempt))
				continue;
			failures++;
			count += throttled(log, attempt);
		}
	return failures > 0 ? (double)count / (double)failures : 0;
}

enum backoff_status
rs_coupling_find(const struct rs_log *log, const struct rs_operation *operation,
		 struct rs_coupling *out)
{
	struct arrival *arrival = NULL;
	struct sums sums = {0};
	size_t count;

	*out = (struct rs_coupling){0};
	out->throttle_share = throttle_share(log, operation);
	if (operation->population != RS_POPULATION_LOGGED)
		return BACKOFF_OK;
	arrival = malloc((log->call_count + 1) * sizeof(*arrival));
	if (arrival == NULL)
		return BACKOFF_E_NOMEM;
	count = collect(log, operation, arrival);
	for (size_t from = 0, to; from < count; from = to) {
		bool wanted = false;

		for (to = from;
		     to < count && arrival[to].key == arrival[from].key; to++)
			wanted |= arrival[to].wanted;
		if (!wanted)
			continue;
		out->load_seen_peak = fmax(out->load_seen_peak,
					   peak(arrival + from, arrival + to));
		add_target(&sums, arrival + from, arrival + to);
	}
	free(arrival);
	sum_up(&sums, out);
	return BACKOFF_OK;
}

bool
rs_coupling_found(const struct rs_coupling *coupling)
{
	bool ruled_out =
		coupling->known && coupling->z < RS_COUPLING_Z_NONE &&
		coupling->z_proportional - coupling->z > RS_COUPLING_Z_BELOW;

	return coupling->z >= RS_COUPLING_Z ||
	       (coupling->throttle_share > RS_COUPLING_THROTTLED && !ruled_out);
}
