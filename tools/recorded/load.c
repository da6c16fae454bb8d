/* Counts attempts by second. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "base/num.h"
#include "recorded/load.h"
#include "recorded/unlogged.h"

#define BIN_NS UINT64_C(1000000000)
#define BINS_MAX (UINT64_C(1) << 20)

const char *
rs_load_level_name(enum rs_load_level level)
{
	static const char *const name[] = {
		[RS_LOAD_UNKNOWN] = "unknown",
		[RS_LOAD_USUAL] = "usual",
		[RS_LOAD_HIGH] = "high",
		[RS_LOAD_EXTRAPOLATED] = "extrapolated",
	};
	_Static_assert(sizeof(name) / sizeof(*name) == RS_LOAD_LEVEL_COUNT,
		       "each level has a name");

	return name[level];
}

size_t
rs_load_bin(const struct rs_load *load, uint64_t start_ns)
{
	uint64_t bin;

	if (start_ns < load->from_ns)
		return load->bins;
	bin = (start_ns - load->from_ns) / load->bin_ns;
	return bin < load->bins ? (size_t)bin : load->bins;
}

/* Count first attempts in the load and others in @p further; collect when calls
 * began. */
static size_t
count_recorded(struct rs_load *load, const struct rs_log *log,
	       const struct rs_operation *operation, uint64_t *start,
	       int64_t *further)
{
	size_t count = 0;

	for (size_t c = 0; c < operation->call_count; c++) {
		const struct tk_call *call =
			&log->call[operation->first_call + c];

		if (!rs_log_replayable(log, call))
			continue;
		start[count++] = log->start_ns[call->first];
		for (uint32_t i = 0; i < call->count; i++) {
			size_t bin = rs_load_bin(
				load, log->start_ns[call->first + i]);

			if (i == 0)
				load->first[bin]++;
			else
				further[bin]++;
			if (rs_log_refused(log, call))
				further[bin]--;
		}
	}
	return count;
}

static bool
add_unlogged(struct rs_load *load, const struct rs_log *log,
	     uint64_t unlogged_calls, uint64_t *start, size_t count)
{
	struct rs_unlogged unlogged;
	uint64_t before = 0;

	qsort(start, count, sizeof(*start), bo_compare_u64);
	if (!rs_unlogged_init(&unlogged, &log->window, unlogged_calls, start,
			      count))
		return false;
	for (size_t i = 0; i < load->bins; i++) {
		uint64_t end = load->from_ns + (i + 1) * load->bin_ns;
		uint64_t until = i + 1 < load->bins
					 ? rs_unlogged_from(&unlogged, end)
					 : unlogged_calls;

		load->first[i] += until - before;
		before = until;
	}
	rs_unlogged_clear(&unlogged);
	return true;
}

static bool
count_all(struct rs_load *load, const struct rs_log *log,
	  const struct rs_operation *operation)
{
	/* One more bin for attempts outside the log. */
	uint64_t *start = calloc(operation->call_count + 1, sizeof(*start));
	int64_t *further = calloc(load->bins + 1, sizeof(*further));
	bool ok;

	load->first = calloc(load->bins + 1, sizeof(*load->first));
	ok = start && further && load->first;
	if (ok) {
		size_t count =
			count_recorded(load, log, operation, start, further);

		ok = add_unlogged(load, log, operation->unlogged_calls, start,
				  count);
	}
	if (ok)
		load->recorded_peak = rs_load_peak(load, further, 1);
	free(start);
	free(further);
	return ok;
}

enum backoff_status
rs_load_init(struct rs_load *load, const struct rs_log *log,
	     const struct rs_operation *operation)
{
	uint64_t span = log->window.to_ns - log->window.from_ns;

	*load = (struct rs_load){.from_ns = log->window.from_ns,
				 .bin_ns = BIN_NS};
	if (operation->population == RS_POPULATION_FAILING_FIRST)
		return BACKOFF_OK;
	while (span / load->bin_ns >= BINS_MAX)
		load->bin_ns *= 2;
	load->bins = (size_t)(span / load->bin_ns) + 1;
	if (count_all(load, log, operation))
		return BACKOFF_OK;
	rs_load_clear(load);
	return BACKOFF_E_NOMEM;
}

void
rs_load_clear(struct rs_load *load)
{
	free(load->first);
	*load = (struct rs_load){0};
}

double
rs_load_peak(const struct rs_load *load, const int64_t *further,
	     uint32_t replicas)
{
	double peak = 0;

	for (size_t i = 0; i < load->bins; i++)
		peak = fmax(peak, (double)load->first[i] +
					  (double)further[i] / replicas);
	return peak;
}

double
rs_load_excess(const struct rs_load *load, const int64_t *further,
	       const uint64_t *failed, uint32_t replicas)
{
	double sum = 0;

	for (size_t i = 0; i < load->bins; i++) {
		double all =
			(double)load->first[i] + (double)further[i] / replicas;
		double good = all - (double)failed[i] / replicas;

		if (all > load->recorded_peak)
			sum += good * (1 - load->recorded_peak / all);
	}
	return sum;
}

enum rs_load_level
rs_load_judge(double peak, double recorded_peak)
{
	if (peak <= recorded_peak * RS_LOAD_ACCEPTED ||
	    peak - recorded_peak <= 3 * sqrt(recorded_peak))
		return RS_LOAD_USUAL;
	return peak <= recorded_peak * RS_LOAD_WARNED ? RS_LOAD_HIGH
						      : RS_LOAD_EXTRAPOLATED;
}
