/* The jump chain estimator: posterior draws of the paths of all targets and of
 * the fates of calls. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "estimate/chain.h"
#include "estimate/estimate.h"
#include "estimate/gate.h"

/* Sweeps before the fates are judged, before draws are kept, and from one
 * kept draw to the next. */
#define SWEEPS_JUDGE 24
#define SWEEPS_FIRST 24
#define SWEEPS_APART 2
#define CHAINS 2

/* Posterior draws of everything under an assumption about fates. */
struct family {
	/* By operation. */
	enum rs_family *family;
	uint32_t draws;
	/* By draw and target: the regime, and its mean probability of
	 * failure. */
	struct rs_regime *regime;
	float *usual;
	/* By draw and bin: the level. */
	uint8_t *state;
	/* By draw and suspect: the fate, and when its trouble clears. */
	uint8_t *fate;
	float *end;
	/* By draw and operation: share of calls that fail permanently. */
	float *permanent;
};

struct jump_chain {
	const struct rs_log *log;
	struct rs_bins bins;
	struct rs_suspects suspects;
	struct family family[RS_FAMILY_COUNT];
	uint32_t families;
	uint64_t seed;
	uint32_t draws;
};

static void
family_clear(struct family *family)
{
	free(family->family);
	free(family->regime);
	free(family->usual);
	free(family->state);
	free(family->fate);
	free(family->end);
	free(family->permanent);
	*family = (struct family){0};
}

static void
jump_chain_free(void *state)
{
	struct jump_chain *est = state;

	if (est == NULL)
		return;
	for (size_t f = 0; f < RS_FAMILY_COUNT; f++)
		family_clear(&est->family[f]);
	rs_suspects_clear(&est->suspects);
	rs_bins_clear(&est->bins);
	free(est);
}

static bool
family_allocate(const struct jump_chain *est, struct family *family)
{
	size_t draws = est->draws;
	size_t targets = draws * est->bins.target_count + 1;
	size_t suspects = draws * est->suspects.count + 1;

	family->draws = est->draws;
	family->regime = calloc(targets, sizeof(*family->regime));
	family->usual = calloc(targets, sizeof(*family->usual));
	family->state = calloc(draws * est->bins.count + 1, 1);
	family->fate = calloc(suspects, 1);
	family->end = calloc(suspects, sizeof(*family->end));
	family->permanent = calloc(draws * est->log->operation_count + 1,
				   sizeof(*family->permanent));
	return family->regime && family->usual && family->state &&
	       family->fate && family->end && family->permanent;
}

static double
mean_failure(const struct rs_regime *regime)
{
	double share[RS_LEVELS], mean = 0;

	rs_regime_shares(regime, share);
	for (size_t l = 0; l < RS_LEVELS; l++)
		mean += share[l] * regime->fails[l];
	return mean;
}

static void
keep_draw(const struct jump_chain *est, const struct rs_chain *chain,
	  struct family *family, size_t r)
{
	size_t targets = est->bins.target_count;
	size_t suspects = est->suspects.count;
	size_t operations = est->log->operation_count;

	for (size_t t = 0; t < targets; t++) {
		family->regime[r * targets + t] = chain->regime[t];
		family->usual[r * targets + t] =
			(float)mean_failure(&chain->regime[t]);
	}
	memcpy(family->state + r * est->bins.count, chain->state,
	       est->bins.count);
	memcpy(family->fate + r * suspects, chain->fate, suspects);
	memcpy(family->end + r * suspects, chain->end,
	       suspects * sizeof(*chain->end));
	for (size_t o = 0; o < operations; o++)
		family->permanent[r * operations + o] =
			(float)chain->mix[o].share[RS_FATE_PERMANENT];
}

static enum backoff_status
fit_family(struct jump_chain *est, uint32_t f)
{
	struct family *family = &est->family[f];
	uint32_t kept = 0;

	if (!family_allocate(est, family))
		return BACKOFF_E_NOMEM;
	for (uint32_t c = 0; c < CHAINS; c++) {
		uint32_t until = est->draws * (c + 1) / CHAINS;
		struct rs_chain chain;

		if (kept == until)
			continue;
		if (rs_chain_init(&chain, &est->suspects, family->family,
				  est->seed + 1000 * f + c) != BACKOFF_OK)
			return BACKOFF_E_NOMEM;
		for (unsigned i = 0; i < SWEEPS_FIRST; i++)
			rs_chain_sweep(&chain);
		while (kept < until) {
			for (unsigned i = 0; i < SWEEPS_APART; i++)
				rs_chain_sweep(&chain);
			keep_draw(est, &chain, family, kept++);
		}
		rs_chain_clear(&chain);
	}
	return BACKOFF_OK;
}

static enum backoff_status
judge(struct jump_chain *est)
{
	size_t operations = est->log->operation_count;
	struct rs_gate *gate = calloc(operations + 1, sizeof(*gate));
	enum rs_family *family = calloc(operations + 1, sizeof(*family));
	enum backoff_status status = BACKOFF_E_NOMEM;
	struct rs_chain chain = {0};

	for (size_t o = 0; family && o < operations; o++)
		family[o] = RS_FAMILY_PERMANENT;
	if (gate && family)
		status = rs_chain_init(&chain, &est->suspects, family,
				       est->seed + 999);
	for (unsigned i = 0; status == BACKOFF_OK && i < SWEEPS_JUDGE; i++)
		rs_chain_sweep(&chain);
	for (size_t o = 0; status == BACKOFF_OK && o < operations; o++) {
		status = rs_gate_judge(&chain, o, &gate[o]);
		if (gate[o].count > est->families)
			est->families = (uint32_t)gate[o].count;
	}
	rs_chain_clear(&chain);
	free(family);
	if (est->families == 0)
		est->families = 1;
	for (uint32_t f = 0; status == BACKOFF_OK && f < est->families; f++) {
		family = calloc(operations + 1, sizeof(*family));
		if (family == NULL)
			status = BACKOFF_E_NOMEM;
		for (size_t o = 0; family && o < operations; o++)
			family[o] = gate[o].family[f < gate[o].count ? f : 0];
		est->family[f].family = family;
	}
	free(gate);
	return status;
}

static enum backoff_status
jump_chain_fit(const struct rs_log *log, const struct rs_fit_options *options,
	       void **state)
{
	struct jump_chain *est = calloc(1, sizeof(*est));
	enum backoff_status status;

	if (est == NULL)
		return BACKOFF_E_NOMEM;
	est->log = log;
	est->seed = options->seed;
	est->draws = options->draws > 0 ? options->draws : 1;
	status = rs_bins_init(&est->bins, log);
	if (status == BACKOFF_OK)
		status = rs_suspects_init(&est->suspects, log, &est->bins);
	if (status == BACKOFF_OK)
		status = judge(est);
	for (uint32_t f = 0; status == BACKOFF_OK && f < est->families; f++)
		status = fit_family(est, f);
	if (status == BACKOFF_OK)
		*state = est;
	else
		jump_chain_free(est);
	return status;
}

static uint32_t
jump_chain_families(const void *state)
{
	const struct jump_chain *est = state;

	return est->families;
}

/* When the state changes between two bins: the density of the one jump there is
 * proportional to exp(-leave[from] t) exp(-leave[to] (length - t)). */
static double
change_seconds(const struct rs_regime *regime, uint8_t from, uint8_t to,
	       double length, double u)
{
	double rate = regime->leave[from] - regime->leave[to];

	if (fabs(rate * length) < 1e-6)
		return u * length;
	return -log1p(u * expm1(-rate * length)) / rate;
}

/* Probability that the target makes an attempt fail at a time, in a draw. */
static double
fails_at(const struct jump_chain *est, const struct family *family, size_t t,
	 uint32_t r, uint64_t time_ns)
{
	const struct rs_target *target = &est->bins.target[t];
	const struct rs_regime *regime =
		&family->regime[r * est->bins.target_count + t];
	const uint8_t *state = family->state + r * est->bins.count;
	size_t b = rs_bins_find(&est->bins, target, time_ns);
	const struct rs_bin *bin = &est->bins.bin[b];
	double u, length;

	if (time_ns <= bin->last_ns || b + 1 == target->first + target->count ||
	    bin[1].begins || state[b] == state[b + 1])
		return regime->fails[state[b]];
	length = (double)(bin[1].first_ns - bin->last_ns) * 1e-9;
	u = rs_unit(rs_mix(rs_mix(est->seed + r) +
			   b * UINT64_C(0x9E3779B97F4A7C15)));
	u = change_seconds(regime, state[b], state[b + 1], length, u);
	if ((double)(time_ns - bin->last_ns) * 1e-9 < u)
		return regime->fails[state[b]];
	return regime->fails[state[b + 1]];
}

static void
jump_chain_ask(const void *state, const struct rs_question *question,
	       struct rs_answer *out)
{
	const struct jump_chain *est = state;
	const struct rs_log *log = est->log;
	const struct family *family = &est->family[question->family];
	uint32_t r = question->replica % family->draws;
	const struct tk_call *call = &log->call[question->call];
	size_t t = est->bins.target_of[question->call];
	uint64_t time_ns = question->start_ns, elapsed_ns;
	size_t suspect = rs_suspects_find(&est->suspects, question->call);
	size_t operation = est->bins.target[t].operation;
	bool inside = tk_cover_has(log->cover, time_ns);

	out->own = 0;
	out->support =
		inside ? RS_SUPPORT_INTERPOLATED : RS_SUPPORT_UNSUPPORTED;
	if (est->bins.target[t].count == 0 || !inside)
		out->environment =
			(double)family->usual[r * est->bins.target_count + t];
	else
		out->environment = fails_at(est, family, t, r, time_ns);
	if (suspect == SIZE_MAX)
		return;
	elapsed_ns = bo_sub_sat(time_ns, log->start_ns[call->first]);
	suspect += r * est->suspects.count;
	out->own = rs_fate_fails(family->fate[suspect],
				 (double)family->end[suspect],
				 (double)elapsed_ns * 1e-9);
	if (out->own > 0 && elapsed_ns > est->suspects.longest_ns[operation])
		out->support = RS_SUPPORT_UNSUPPORTED;
}

static void
jump_chain_finding(const void *state, size_t operation, struct rs_finding *out)
{
	const struct jump_chain *est = state;
	const struct family *family = &est->family[0];
	const struct rs_operation *row = &est->log->operation[operation];
	size_t t = est->bins.target_of[row->first_call];

	*out = (struct rs_finding){.time_bins = est->bins.count,
				   .levels = RS_LEVELS};
	for (size_t r = 0; r < family->draws; r++) {
		out->permanent_share +=
			(double)family
				->permanent[r * est->log->operation_count +
					    operation];
		out->retry_fails +=
			(double)family->usual[r * est->bins.target_count + t];
	}
	out->permanent_share /= family->draws;
	out->retry_fails /= family->draws;
}

const struct rs_estimator rs_estimator_jump_chain = {
	.name = "jump_chain",
	.fit = jump_chain_fit,
	.families = jump_chain_families,
	.ask = jump_chain_ask,
	.finding = jump_chain_finding,
	.free = jump_chain_free,
};
