/* With two or three attempts of each call, a steady failure rate and a share of
 * permanent failures look alike, unless the rate may shift. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include "estimate/shift.h"

#define SWEEPS 25
#define SHIFTS 12
#define SHIFT 0.06

/* Failure probabilities of all targets, in classes of log-odds. */
#define CLASSES 1021
#define CLASS 0.02

/* Attempts of calls that did not fail permanently, by failure probability; and
 * those that are expected where only failures are logged. */
struct live {
	double failed[CLASSES], succeeded[CLASSES], expected[CLASSES];
	double calls;
};

static size_t
class_of(double fails)
{
	double odds = log(fails / (1 - fails)) / CLASS + CLASSES / 2;

	return (size_t)fmin(fmax(odds + 0.5, 0), CLASSES - 1);
}

static double
fails_of(size_t class)
{
	return 1 / (1 + exp(-CLASS * ((double)class - CLASSES / 2)));
}

/* The bins of the targets that the operation owns. */
static void
count_expected(const struct rs_chain *chain, size_t operation,
	       struct live *live)
{
	for (size_t t = 0; t < chain->bins->target_count; t++) {
		const struct rs_target *target = &chain->bins->target[t];
		size_t end = target->first + target->count;

		if (target->operation != operation || target->rate <= 0)
			continue;
		for (size_t b = target->first; b < end; b++) {
			uint8_t level = chain->state[b];
			double fails = chain->regime[t].fails[level];

			live->expected[class_of(fails)] +=
				target->unit * chain->bins->bin[b].expected;
		}
	}
}

static void
count_live(const struct rs_chain *chain, size_t operation, struct live *live)
{
	const struct rs_log *log = chain->suspects->log;
	const struct rs_operation *row = &log->operation[operation];

	*live = (struct live){.calls = chain->suspects->others[operation]};
	for (size_t c = 0; c < row->call_count; c++) {
		const struct tk_call *call = &log->call[row->first_call + c];
		bool all_failed = rs_log_all_failed(log, call);

		live->calls += call->count > 1 && !all_failed;
		for (uint32_t i = 0; i < call->count && !all_failed; i++) {
			uint64_t a = call->first + i;
			uint32_t bin = chain->bins->bin_of[a];
			size_t class;

			if (bin == RS_BIN_NONE)
				continue;
			class = class_of(rs_chain_fails(
				chain, row->first_call + c, bin));
			if (log->attempt[a].outcome == BACKOFF_OUTCOME_SUCCESS)
				live->succeeded[class]++;
			else
				live->failed[class]++;
		}
	}
	count_expected(chain, operation, live);
}

/* The odds are divided by @p factor. */
static double
shifted(double fails, double factor)
{
	return fails / (fails + factor * (1 - fails));
}

static double
of_live(const struct live *live, double share, double factor)
{
	double sum = 0;

	for (size_t c = 0; c < CLASSES; c++) {
		double fails = shifted(fails_of(c), factor);

		sum += live->failed[c] * log(fails) +
		       live->succeeded[c] * log1p(-fails) -
		       live->expected[c] * (1 - share) * fails;
	}
	return sum;
}

/* The calls whose attempts all failed. Returns the logarithm of their
 * likelihood; adds up how probably each fails permanently. */
static double
of_failed(const struct rs_chain *chain, size_t operation, double share,
	  double factor, double *permanent)
{
	const struct rs_suspects *suspects = chain->suspects;
	struct rs_tries tries;
	double sum = 0;

	*permanent = 0;
	for (size_t s = suspects->first[operation];
	     s < suspects->first[operation + 1]; s++) {
		double chance = 1;

		if (suspects->succeeded[s])
			continue;
		rs_chain_tries(chain, s, &tries);
		for (size_t i = 0; i < tries.count; i++)
			chance *= shifted(tries.fails[i], factor);
		chance = (1 - share) * fmax(chance, 1e-300);
		sum += log(share + chance);
		*permanent += share / (share + chance);
	}
	return sum;
}

double
rs_shift_gain(const struct rs_chain *chain, size_t operation)
{
	const struct rs_suspects *suspects = chain->suspects;
	double calls, permanent, before, best = 0;
	struct live live;

	count_live(chain, operation, &live);
	calls = live.calls + suspects->all_failed[operation] + 1;
	before = of_live(&live, 0, 1) +
		 of_failed(chain, operation, 0, 1, &permanent);
	for (size_t i = 0; i < SHIFTS; i++) {
		double factor = exp(SHIFT * (double)(i * i) / 2);
		double share = suspects->all_failed[operation] / calls / 2;
		double likelihood = 0;

		for (size_t k = 0; k < SWEEPS; k++) {
			likelihood = of_failed(chain, operation, share, factor,
					       &permanent);
			likelihood += live.calls * log1p(-share);
			share = permanent / calls;
		}
		likelihood += of_live(&live, share, factor);
		best = fmax(best, likelihood - before);
	}
	return best;
}
