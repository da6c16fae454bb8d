/* Adds up the outcomes of simulated calls. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "replay/tally.h"

/* Weight of a shared duration that one replica takes back. */
#define TAKEN_BACK UINT64_MAX
/* Keeps unlogged calls apart from others in the hash. */
#define UNLOGGED (UINT64_C(1) << 63)

/* An odd number, so that no outcome vanishes in the product. */
static uint64_t
factor(uint32_t replica)
{
	return bo_mix64(replica) | 1;
}

enum backoff_status
rs_tally_init(struct rs_tally *tally, const struct rs_operation *operation,
	      const struct rs_load *load, uint32_t replicas, size_t draws)
{
	size_t calls = operation->call_count + 1;

	*tally = (struct rs_tally){.replicas = replicas,
				   .draws = draws,
				   .unlogged_calls = operation->unlogged_calls,
				   .load = load};
	tally->replica = calloc(replicas, sizeof(*tally->replica));
	tally->call_succeeded = calloc(calls, sizeof(*tally->call_succeeded));
	tally->call_attempts = calloc(calls, sizeof(*tally->call_attempts));
	tally->further = calloc(load->bins + 1, sizeof(*tally->further));
	tally->failed = calloc(load->bins + 1, sizeof(*tally->failed));
	tally->success_in = calloc(replicas, sizeof(*tally->success_in));
	tally->failure_in = calloc(replicas, sizeof(*tally->failure_in));
	for (uint32_t r = 0; r < replicas; r++)
		tally->factors += factor(r);
	if (tally->replica && tally->call_succeeded && tally->call_attempts &&
	    tally->further && tally->failed && tally->success_in &&
	    tally->failure_in)
		return BACKOFF_OK;
	rs_tally_clear(tally);
	return BACKOFF_E_NOMEM;
}

void
rs_tally_clear(struct rs_tally *tally)
{
	for (uint32_t r = 0; r < tally->replicas; r++) {
		if (tally->success_in)
			tk_samples_clear(&tally->success_in[r]);
		if (tally->failure_in)
			tk_samples_clear(&tally->failure_in[r]);
	}
	free(tally->success_in);
	free(tally->failure_in);
	free(tally->replica);
	free(tally->call_succeeded);
	free(tally->call_attempts);
	free(tally->unlogged_refused);
	free(tally->further);
	free(tally->timeline_further);
	free(tally->failed);
	tk_samples_clear(&tally->success);
	tk_samples_clear(&tally->failure);
	*tally = (struct rs_tally){0};
}

enum backoff_status
rs_tally_follow(struct rs_tally *tally, const struct rs_timeline *timeline)
{
	tally->timeline_further =
		calloc(timeline->bins + 1, sizeof(*tally->timeline_further));
	if (tally->timeline_further == NULL)
		return BACKOFF_E_NOMEM;
	tally->timeline = timeline;
	return BACKOFF_OK;
}

void
rs_tally_reset(struct rs_tally *tally, const struct rs_operation *operation)
{
	struct rs_tally kept = *tally;

	free(kept.unlogged_refused);
	*tally = (struct rs_tally){.replicas = kept.replicas,
				   .draws = kept.draws,
				   .unlogged_calls = kept.unlogged_calls,
				   .factors = kept.factors,
				   .load = kept.load,
				   .further = kept.further,
				   .timeline = kept.timeline,
				   .timeline_further = kept.timeline_further,
				   .failed = kept.failed,
				   .replica = kept.replica,
				   .call_succeeded = kept.call_succeeded,
				   .call_attempts = kept.call_attempts,
				   .success = kept.success,
				   .failure = kept.failure,
				   .success_in = kept.success_in,
				   .failure_in = kept.failure_in};
	memset(tally->replica, 0, tally->replicas * sizeof(*tally->replica));
	memset(tally->call_succeeded, 0,
	       operation->call_count * sizeof(*tally->call_succeeded));
	memset(tally->call_attempts, 0,
	       operation->call_count * sizeof(*tally->call_attempts));
	memset(tally->failed, 0,
	       (tally->load->bins + 1) * sizeof(*tally->failed));
	memset(tally->further, 0,
	       (tally->load->bins + 1) * sizeof(*tally->further));
	if (tally->timeline)
		memset(tally->timeline_further, 0,
		       (tally->timeline->bins + 1) *
			       sizeof(*tally->timeline_further));
	tk_samples_reset(&tally->success);
	tk_samples_reset(&tally->failure);
	for (uint32_t r = 0; r < tally->replicas; r++) {
		tk_samples_reset(&tally->success_in[r]);
		tk_samples_reset(&tally->failure_in[r]);
	}
}

/* The sums that an outcome goes into, and the number of replicas. */
static struct rs_sums *
sums_of(struct rs_tally *tally, uint32_t replica, uint32_t *weight)
{
	bool all = replica == RS_ALL_REPLICAS;

	*weight = all ? tally->replicas : 1;
	return all ? &tally->all : &tally->replica[replica];
}

/* A call that does the same in each replica counts the same, whether it was
 * simulated once or in each of them. */
static void
add_hash(struct rs_tally *tally, uint64_t call, uint32_t replica, uint64_t does)
{
	uint64_t factors =
		replica == RS_ALL_REPLICAS ? tally->factors : factor(replica);

	tally->hash += factors * bo_mix64(does + bo_mix64(call));
}

void
rs_tally_add(struct rs_tally *tally, size_t position, uint32_t replica,
	     const struct rs_call_outcome *outcome)
{
	bool success = outcome->stop == BACKOFF_STOP_SUCCESS;
	uint32_t attempts = outcome->attempts, weight;
	struct rs_sums *sums = sums_of(tally, replica, &weight);

	for (size_t i = 0; i < RS_SUPPORT_COUNT; i++)
		tally->support[i] += (uint64_t)outcome->support[i] * weight;
	for (size_t i = 0; i < RS_OPEN_COUNT; i++)
		tally->open[i] += (uint64_t)outcome->open[i] * weight;
	sums->attempts += attempts;
	sums->stop[outcome->stop]++;
	tally->made[bo_min(attempts, RS_MADE - 1)] += weight;
	tally->call_attempts[position] += attempts * weight;
	tally->backoff_ns += outcome->backoff_ns * weight;
	tally->opened += (uint64_t)outcome->breaker_opened * weight;
	add_hash(tally, position, replica, rs_call_outcome_hash(outcome));
	if (outcome->support[RS_SUPPORT_UNSUPPORTED] > 0)
		tally->unsupported_calls += weight;
	if (success) {
		sums->succeeded++;
		sums->first_try += attempts == 1;
		tally->call_succeeded[position] += (uint16_t)weight;
	}
	if (attempts == 0) {
		sums->refused++;
		rs_tally_add_load(tally, outcome->start_ns, -(int64_t)weight);
	}
}

void
rs_tally_add_bounds(struct rs_tally *tally, uint32_t replica, uint64_t least,
		    uint64_t most)
{
	uint32_t weight;
	struct rs_sums *sums = sums_of(tally, replica, &weight);

	sums->least += least;
	sums->most += most;
}

/* The durations that all replicas share, or those of one. */
static struct tk_samples *
durations(struct rs_tally *tally, uint32_t replica, bool success)
{
	if (replica == RS_ALL_REPLICAS)
		return success ? &tally->success : &tally->failure;
	return success ? &tally->success_in[replica]
		       : &tally->failure_in[replica];
}

bool
rs_tally_add_duration(struct rs_tally *tally, uint32_t replica,
		      const struct rs_call_outcome *outcome)
{
	bool success = outcome->stop == BACKOFF_STOP_SUCCESS;

	return tk_samples_add(durations(tally, replica, success),
			      outcome->end_ns - outcome->start_ns, 1);
}

bool
rs_tally_take_back(struct rs_tally *tally, uint32_t replica, uint64_t ns)
{
	return tk_samples_add(&tally->success_in[replica], ns, TAKEN_BACK);
}

void
rs_tally_add_first_try(struct rs_tally *tally, size_t position,
		       uint64_t start_ns, uint64_t end_ns)
{
	struct rs_call_outcome outcome = {.start_ns = start_ns,
					  .end_ns = end_ns};

	rs_call_outcome_add(&outcome,
			    &(struct rs_attempt){.start_ns = start_ns,
						 .success_ns = end_ns},
			    false);
	add_hash(tally, position, RS_ALL_REPLICAS,
		 rs_call_outcome_hash(&outcome));
	tally->call_succeeded[position] = (uint16_t)tally->replicas;
	tally->call_attempts[position] = tally->replicas;
	tally->made[1] += tally->replicas;
	tally->support[RS_SUPPORT_EXACT] += tally->replicas;
	tally->all.succeeded++;
	tally->all.attempts++;
	tally->all.first_try++;
	tally->all.least++;
	tally->all.most++;
	tally->all.stop[BACKOFF_STOP_SUCCESS]++;
}

void
rs_tally_add_unlogged(struct rs_tally *tally)
{
	uint64_t calls = tally->unlogged_calls;

	tally->all.succeeded += calls;
	tally->all.attempts += calls;
	tally->all.first_try += calls;
	tally->all.stop[BACKOFF_STOP_SUCCESS] += calls;
	tally->made[1] += calls * tally->replicas;
	tally->support[RS_SUPPORT_EXACT] += calls * tally->replicas;
}

bool
rs_tally_refuse_unlogged(struct rs_tally *tally, uint64_t k, uint32_t replica,
			 uint64_t now_ns)
{
	struct rs_sums *sums = &tally->replica[replica];

	if (tally->unlogged_refused == NULL)
		tally->unlogged_refused =
			calloc(tally->unlogged_calls,
			       sizeof(*tally->unlogged_refused));
	if (tally->unlogged_refused == NULL)
		return false;
	tally->unlogged_refused[k]++;
	/* Sums of unlogged calls are in those of all replicas. */
	sums->succeeded--;
	sums->attempts--;
	sums->first_try--;
	sums->refused++;
	tally->made[1]--;
	tally->made[0]++;
	sums->stop[BACKOFF_STOP_SUCCESS]--;
	sums->stop[BACKOFF_STOP_BREAKER_OPEN]++;
	tally->support[RS_SUPPORT_EXACT]--;
	add_hash(tally, k | UNLOGGED, replica, BACKOFF_STOP_BREAKER_OPEN);
	rs_tally_add_load(tally, now_ns, -1);
	return tk_samples_add(&tally->success_in[replica], 0, TAKEN_BACK) &&
	       tk_samples_add(&tally->failure_in[replica], 0, 1);
}

static void
add_sums(struct rs_sums *to, const struct rs_sums *from)
{
	to->succeeded += from->succeeded;
	to->attempts += from->attempts;
	to->first_try += from->first_try;
	to->refused += from->refused;
	to->least += from->least;
	to->most += from->most;
	for (size_t i = 0; i < RS_STOPS; i++)
		to->stop[i] += from->stop[i];
}

void
rs_tally_finish(struct rs_tally *tally)
{
	tk_samples_sort(&tally->success);
	tk_samples_sort(&tally->failure);
	for (uint32_t r = 0; r < tally->replicas; r++) {
		add_sums(&tally->replica[r], &tally->all);
		tk_samples_sort(&tally->success_in[r]);
		tk_samples_sort(&tally->failure_in[r]);
	}
}

bool
rs_tally_as_recorded(const struct rs_tally *tally, const struct rs_log *log,
		     const struct rs_operation *operation, size_t position)
{
	const struct tk_call *call =
		&log->call[operation->first_call + position];
	uint32_t attempts = rs_log_refused(log, call) ? 0 : call->count;
	uint32_t succeeded = rs_log_all_failed(log, call) ? 0 : tally->replicas;

	return tally->call_succeeded[position] == succeeded &&
	       tally->call_attempts[position] == attempts * tally->replicas;
}
