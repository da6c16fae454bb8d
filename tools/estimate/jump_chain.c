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
#include "estimate/incidents.h"
#include "estimate/shift.h"
#include "estimate/slots.h"
#include "estimate/stuck.h"

/* Sweeps before the fates are judged, before draws are kept, and from one
 * kept draw to the next. */
#define SWEEPS_JUDGE 24
#define SWEEPS_FIRST 24
#define SWEEPS_APART 2
#define CHAINS 2
/* Fewer lone failures are not worth draws of their own. */
#define LONE_MIN 2
/* Draws of a large log are fewer: bytes and bins of all of them. */
#define BYTES_MAX (UINT64_C(96) << 20)
#define BINS_MAX (UINT64_C(4) << 20)
#define DRAWS_MIN 30

/* An assumption about the fates of calls, and draws under it. */
struct family {
	/* By operation; and the share of permanent failures if it is
	 * EXTREME. */
	enum rs_family *family;
	double *extreme;
	/* By operation: its lone suspects fail permanently. */
	bool *lone;
	struct rs_posterior posterior;
};

struct jump_chain {
	const struct rs_log *log;
	struct rs_bins bins;
	struct rs_suspects suspects;
	struct family family[RS_FAMILY_COUNT];
	uint32_t families;
	struct rs_incidents incidents;
	uint64_t seed;
	uint32_t draws;
};

static void
jump_chain_free(void *state)
{
	struct jump_chain *est = state;

	if (est == NULL)
		return;
	for (size_t f = 0; f < RS_FAMILY_COUNT; f++) {
		free(est->family[f].family);
		free(est->family[f].extreme);
		free(est->family[f].lone);
		rs_posterior_clear(&est->family[f].posterior);
	}
	rs_incidents_clear(&est->incidents);
	rs_suspects_clear(&est->suspects);
	rs_bins_clear(&est->bins);
	free(est);
}

static bool
has_ends(const struct jump_chain *est, const struct family *family)
{
	for (size_t o = 0; o < est->log->operation_count; o++)
		if (family->family[o] == RS_FAMILY_CLEARS ||
		    family->family[o] == RS_FAMILY_STUCK)
			return true;
	return false;
}

static unsigned
sweeps_apart(const struct jump_chain *est)
{
	return est->bins.count > 2 * RS_BINS_USUAL ? 1 : SWEEPS_APART;
}

static void
set_extremes(struct rs_chain *chain, const struct family *family)
{
	size_t operations = chain->suspects->log->operation_count;

	for (size_t o = 0; o < operations; o++) {
		if (family->family[o] != RS_FAMILY_EXTREME)
			continue;
		chain->mix[o].share[RS_FATE_PERMANENT] = family->extreme[o];
		chain->mix[o].share[RS_FATE_NONE] = 1 - family->extreme[o];
	}
}

static enum backoff_status
fit_family(struct jump_chain *est, uint32_t f)
{
	struct family *family = &est->family[f];
	uint32_t kept = 0;

	if (rs_posterior_init(&family->posterior, &est->suspects, est->draws,
			      has_ends(est, family),
			      est->seed + f) != BACKOFF_OK)
		return BACKOFF_E_NOMEM;
	for (uint32_t c = 0; c < CHAINS; c++) {
		uint32_t until = est->draws * (c + 1) / CHAINS;
		struct rs_chain chain;

		if (kept == until)
			continue;
		if (rs_chain_init(&chain, &est->suspects, family->family,
				  est->seed + 1000 * f + c) != BACKOFF_OK)
			return BACKOFF_E_NOMEM;
		set_extremes(&chain, family);
		chain.lone = family->lone;
		for (unsigned i = 0; i < SWEEPS_FIRST; i++)
			rs_chain_sweep(&chain);
		while (kept < until) {
			for (unsigned i = 0; i < sweeps_apart(est); i++)
				rs_chain_sweep(&chain);
			rs_posterior_keep(&family->posterior, kept++, &chain);
		}
		rs_chain_clear(&chain);
	}
	return BACKOFF_OK;
}

/* Run a chain, with its mean score by operation. */
static enum backoff_status
run_judged(const struct jump_chain *est, enum rs_family *family,
	   struct rs_chain *chain, double *mean)
{
	size_t operations = est->log->operation_count;
	double *score = calloc(operations + 1, sizeof(*score));

	if (score == NULL || rs_chain_init(chain, &est->suspects, family,
					   est->seed + 999) != BACKOFF_OK) {
		free(score);
		return BACKOFF_E_NOMEM;
	}
	for (size_t o = 0; o < operations; o++)
		mean[o] = 0;
	for (unsigned i = 0; i < SWEEPS_JUDGE; i++) {
		chain->score = i < SWEEPS_JUDGE / 2 ? NULL : score;
		rs_chain_sweep(chain);
		for (size_t o = 0; chain->score && o < operations; o++)
			mean[o] += score[o] / (SWEEPS_JUDGE / 2);
	}
	chain->score = NULL;
	free(score);
	return BACKOFF_OK;
}

/* Nothing shows whether lone failures would have gone on: that they all would
 * is a further assumption, next to the most likely one. */
static bool
has_lone(const struct jump_chain *est, size_t operation)
{
	return est->suspects.lone_calls[operation] >= LONE_MIN &&
	       rs_gate_can_judge(&est->suspects, operation);
}

static void
set_family(struct jump_chain *est, const struct rs_gate *gate, size_t o,
	   uint32_t f)
{
	struct family *row = &est->family[f];

	row->family[o] = gate->family[f < gate->count ? f : 0];
	row->extreme[o] = gate->extreme;
	row->lone[o] = f == gate->count && has_lone(est, o);
	if (row->lone[o] && row->family[o] == RS_FAMILY_NONE)
		row->family[o] = RS_FAMILY_PERMANENT;
}

/* Make the families of the state from what is left of each operation. */
static enum backoff_status
set_families(struct jump_chain *est, const struct rs_gate *gate)
{
	size_t operations = est->log->operation_count;

	est->families = 1;
	for (size_t o = 0; o < operations; o++) {
		size_t count = gate[o].count + has_lone(est, o);

		if (count > est->families)
			est->families = (uint32_t)count;
	}
	for (uint32_t f = 0; f < est->families; f++) {
		struct family *row = &est->family[f];

		row->family = calloc(operations + 1, sizeof(*row->family));
		row->extreme = calloc(operations + 1, sizeof(*row->extreme));
		row->lone = calloc(operations + 1, sizeof(*row->lone));
		if (row->family == NULL || row->extreme == NULL ||
		    row->lone == NULL)
			return BACKOFF_E_NOMEM;
		for (size_t o = 0; o < operations; o++)
			set_family(est, &gate[o], o, f);
	}
	return BACKOFF_OK;
}

/* Whether attempts fail often, or until trouble clears, is judged by a chain of
 * its own: paths without either explain the failures of both. */
static enum backoff_status
settle(const struct jump_chain *est, enum rs_family *family, double *score,
       struct rs_gate *gate)
{
	size_t operations = est->log->operation_count;
	enum backoff_status status;
	struct rs_chain chain = {0};
	bool needed = false;

	for (size_t o = 0; o < operations; o++) {
		bool more = rs_gate_needs_more(&gate[o]);

		family[o] = more ? RS_FAMILY_ANY : gate[o].family[0];
		needed = needed || more;
	}
	if (!needed)
		return BACKOFF_OK;
	status = run_judged(est, family, &chain, score);
	for (size_t o = 0; status == BACKOFF_OK && o < operations; o++)
		if (family[o] == RS_FAMILY_ANY)
			status = rs_gate_settle(&chain, o, &gate[o]);
	rs_chain_clear(&chain);
	return status;
}

/* Compare NONE with PERMANENT by chains of both. */
static enum backoff_status
judge_plain(const struct jump_chain *est, enum rs_family *family, double *none,
	    double *permanent, struct rs_gate *gate)
{
	size_t operations = est->log->operation_count;
	struct rs_chain chain = {0};
	enum backoff_status status = run_judged(est, family, &chain, none);

	for (size_t o = 0; o < operations; o++)
		family[o] = rs_gate_can_judge(&est->suspects, o)
				    ? RS_FAMILY_PERMANENT
				    : RS_FAMILY_NONE;
	for (size_t o = 0; status == BACKOFF_OK && o < operations; o++)
		gate[o].shift = rs_shift_gain(&chain, o);
	rs_chain_clear(&chain);
	if (status == BACKOFF_OK)
		status = run_judged(est, family, &chain, permanent);
	for (size_t o = 0; status == BACKOFF_OK && o < operations; o++)
		status = rs_gate_judge(
			&chain, o, fmax(gate[o].shift, permanent[o] - none[o]),
			&gate[o]);
	rs_chain_clear(&chain);
	return status;
}

static enum backoff_status
judge(struct jump_chain *est)
{
	size_t operations = est->log->operation_count;
	struct rs_gate *gate = calloc(operations + 1, sizeof(*gate));
	enum rs_family *family = calloc(operations + 1, sizeof(*family));
	double *score = calloc(2 * operations + 1, sizeof(*score));
	enum backoff_status status = BACKOFF_E_NOMEM;

	if (gate && family && score)
		status = judge_plain(est, family, score, score + operations,
				     gate);
	if (status == BACKOFF_OK)
		status = settle(est, family, score, gate);
	if (status == BACKOFF_OK)
		status = set_families(est, gate);
	free(gate);
	free(family);
	free(score);
	return status;
}

static void
limit_draws(struct jump_chain *est, uint32_t wanted)
{
	uint64_t each = est->bins.count + 5 * est->suspects.count + 1;
	uint64_t most =
		bo_min(BYTES_MAX / each, BINS_MAX / (est->bins.count + 1));

	if (most < DRAWS_MIN)
		most = DRAWS_MIN;
	est->draws = (uint32_t)bo_min(wanted > 0 ? wanted : 1, most);
}

static enum backoff_status
fit_families(struct jump_chain *est)
{
	enum backoff_status status = BACKOFF_OK;

	for (uint32_t f = 0; status == BACKOFF_OK && f < est->families; f++)
		status = fit_family(est, f);
	return status;
}

/* Where the draws do not explain that retries fail, draw again under an
 * assumption that does: all others are ruled out. */
static enum backoff_status
fit_stuck(struct jump_chain *est)
{
	enum backoff_status status = BACKOFF_OK;
	bool any = false;

	for (size_t o = 0;
	     status == BACKOFF_OK && o < est->log->operation_count; o++) {
		bool found;

		status = rs_stuck_find(&est->suspects,
				       &est->family[0].posterior, o, &found);
		for (uint32_t f = 0; found && f < est->families; f++)
			est->family[f].family[o] = RS_FAMILY_STUCK;
		any = any || found;
	}
	if (!any || status != BACKOFF_OK)
		return status;
	for (uint32_t f = 0; f < est->families; f++)
		rs_posterior_clear(&est->family[f].posterior);
	return fit_families(est);
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
	status = rs_bins_init(&est->bins, log);
	if (status == BACKOFF_OK && !rs_slots_init(&est->bins, log))
		status = BACKOFF_E_NOMEM;
	if (status == BACKOFF_OK)
		status = rs_suspects_init(&est->suspects, log, &est->bins);
	if (status == BACKOFF_OK)
		status = judge(est);
	limit_draws(est, options->draws);
	if (status == BACKOFF_OK)
		status = fit_families(est);
	if (status == BACKOFF_OK)
		status = fit_stuck(est);
	if (status == BACKOFF_OK)
		status = rs_incidents_init(&est->incidents, log,
					   &est->family[0].posterior);
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

/* The operation of a call. */
static size_t
operation_of(const struct rs_log *log, size_t call)
{
	size_t low = 0, high = log->operation_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (log->operation[middle].first_call <= call)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void
jump_chain_ask(const void *state, const struct rs_question *question,
	       struct rs_answer *out)
{
	const struct jump_chain *est = state;
	const struct rs_log *log = est->log;
	const struct rs_posterior *posterior =
		&est->family[question->family].posterior;
	uint32_t r = question->replica % posterior->draws;
	const struct tk_call *call = &log->call[question->call];
	size_t suspect = rs_suspects_find(&est->suspects, question->call);
	uint64_t elapsed_ns;

	out->own = 0;
	if (tk_cover_has(log->cover, question->start_ns)) {
		out->environment = rs_posterior_fails(
			posterior, r, question->call, question->start_ns);
		out->support = RS_SUPPORT_INTERPOLATED;
	} else {
		out->environment =
			rs_posterior_usual(posterior, r, question->call);
		out->support = RS_SUPPORT_UNSUPPORTED;
	}
	if (suspect == SIZE_MAX)
		return;
	elapsed_ns = bo_sub_sat(question->start_ns, log->start_ns[call->first]);
	out->own = rs_posterior_own(posterior, r, suspect,
				    (double)elapsed_ns * 1e-9);
	if (out->own > 0 &&
	    elapsed_ns >
		    est->suspects.longest_ns[operation_of(log, question->call)])
		out->support = RS_SUPPORT_UNSUPPORTED;
}

static void
jump_chain_finding(const void *state, size_t operation, struct rs_finding *out)
{
	const struct jump_chain *est = state;
	const struct rs_posterior *posterior = &est->family[0].posterior;
	size_t first = est->incidents.first[operation];
	size_t call = est->log->operation[operation].first_call;

	*out = (struct rs_finding){
		.permanent_share = rs_posterior_permanent(posterior, operation),
		.incident = est->incidents.item + first,
		.incident_count = est->incidents.first[operation + 1] - first,
		.time_bins = est->bins.count,
		.levels = RS_LEVELS,
		.draws = posterior->draws,
	};
	for (uint32_t r = 0; r < posterior->draws; r++)
		out->retry_fails += rs_posterior_usual(posterior, r, call);
	out->retry_fails /= posterior->draws;
}

const struct rs_estimator rs_estimator_jump_chain = {
	.name = "jump_chain",
	.fit = jump_chain_fit,
	.families = jump_chain_families,
	.ask = jump_chain_ask,
	.finding = jump_chain_finding,
	.free = jump_chain_free,
};
