/* Adds up the outcomes of simulated calls. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "replay/tally.h"

enum backoff_status
rs_tally_init(struct rs_tally *tally, const struct rs_operation *operation,
	      const struct rs_load *load, uint32_t replicas)
{
	size_t calls = operation->call_count + 1;

	*tally = (struct rs_tally){.replicas = replicas,
				   .unlogged_calls = operation->unlogged_calls,
				   .load = load};
	tally->succeeded = calloc(replicas, sizeof(*tally->succeeded));
	tally->attempts = calloc(replicas, sizeof(*tally->attempts));
	tally->call_succeeded = calloc(calls, sizeof(*tally->call_succeeded));
	tally->call_attempts = calloc(calls, sizeof(*tally->call_attempts));
	tally->further = calloc(load->bins + 1, sizeof(*tally->further));
	if (tally->succeeded && tally->attempts && tally->call_succeeded &&
	    tally->call_attempts && tally->further)
		return BACKOFF_OK;
	rs_tally_clear(tally);
	return BACKOFF_E_NOMEM;
}

void
rs_tally_clear(struct rs_tally *tally)
{
	free(tally->succeeded);
	free(tally->attempts);
	free(tally->call_succeeded);
	free(tally->call_attempts);
	free(tally->unlogged_refused);
	free(tally->further);
	tk_samples_clear(&tally->success);
	tk_samples_clear(&tally->failure);
	*tally = (struct rs_tally){0};
}

void
rs_tally_reset(struct rs_tally *tally, const struct rs_operation *operation)
{
	struct rs_tally kept = *tally;

	free(kept.unlogged_refused);
	*tally = (struct rs_tally){.replicas = kept.replicas,
				   .unlogged_calls = kept.unlogged_calls,
				   .load = kept.load,
				   .further = kept.further,
				   .succeeded = kept.succeeded,
				   .attempts = kept.attempts,
				   .call_succeeded = kept.call_succeeded,
				   .call_attempts = kept.call_attempts,
				   .success = kept.success,
				   .failure = kept.failure};
	memset(tally->succeeded, 0,
	       tally->replicas * sizeof(*tally->succeeded));
	memset(tally->attempts, 0, tally->replicas * sizeof(*tally->attempts));
	memset(tally->call_succeeded, 0,
	       operation->call_count * sizeof(*tally->call_succeeded));
	memset(tally->call_attempts, 0,
	       operation->call_count * sizeof(*tally->call_attempts));
	memset(tally->further, 0,
	       (tally->load->bins + 1) * sizeof(*tally->further));
	tk_samples_reset(&tally->success);
	tk_samples_reset(&tally->failure);
}

void
rs_tally_add(struct rs_tally *tally, size_t position, uint32_t replica,
	     uint32_t weight, const struct rs_call_outcome *outcome)
{
	bool success = outcome->stop == BACKOFF_STOP_SUCCESS;
	uint32_t attempts = outcome->attempts;

	for (size_t i = 0; i < RS_SUPPORT_COUNT; i++)
		tally->support[i] += (uint64_t)outcome->support[i] * weight;
	for (uint32_t r = replica; r < replica + weight; r++) {
		tally->attempts[r] += attempts;
		tally->succeeded[r] += success;
	}
	tally->call_attempts[position] += attempts * weight;
	tally->backoff_ns += outcome->backoff_ns * weight;
	tally->opened += (uint64_t)outcome->breaker_opened * weight;
	tally->stop[outcome->stop] += weight;
	if (outcome->support[RS_SUPPORT_UNSUPPORTED] > 0)
		tally->unsupported_calls += weight;
	if (success) {
		tally->first_try += attempts == 1 ? weight : 0;
		tally->call_succeeded[position] += (uint16_t)weight;
	}
	if (attempts == 0) {
		tally->refused_calls += weight;
		rs_tally_add_load(tally, outcome->start_ns, -(int64_t)weight);
	}
}

bool
rs_tally_add_duration(struct rs_tally *tally,
		      const struct rs_call_outcome *outcome, uint32_t weight)
{
	return tk_samples_add(outcome->stop == BACKOFF_STOP_SUCCESS
				      ? &tally->success
				      : &tally->failure,
			      outcome->end_ns - outcome->start_ns, weight);
}

/* Successes at the first attempt in all replicas. */
static void
add_first_tries(struct rs_tally *tally, uint64_t calls)
{
	uint64_t all = calls * tally->replicas;

	for (uint32_t r = 0; r < tally->replicas; r++) {
		tally->succeeded[r] += calls;
		tally->attempts[r] += calls;
	}
	tally->stop[BACKOFF_STOP_SUCCESS] += all;
	tally->support[RS_SUPPORT_EXACT] += all;
	tally->first_try += all;
}

void
rs_tally_add_unlogged(struct rs_tally *tally)
{
	add_first_tries(tally, tally->unlogged_calls);
}

bool
rs_tally_refuse_unlogged(struct rs_tally *tally, uint64_t k, uint32_t replica,
			 uint64_t now_ns)
{
	if (tally->unlogged_refused == NULL)
		tally->unlogged_refused =
			calloc(tally->unlogged_calls,
			       sizeof(*tally->unlogged_refused));
	if (tally->unlogged_refused == NULL)
		return false;
	tally->unlogged_refused[k]++;
	tally->succeeded[replica]--;
	tally->attempts[replica]--;
	tally->stop[BACKOFF_STOP_SUCCESS]--;
	tally->stop[BACKOFF_STOP_BREAKER_OPEN]++;
	tally->support[RS_SUPPORT_EXACT]--;
	tally->first_try--;
	tally->refused_calls++;
	rs_tally_add_load(tally, now_ns, -1);
	return tk_samples_add(&tally->failure, 0, 1);
}

/* Replicas in which an unlogged call was refused. */
static uint32_t
refused(const struct rs_tally *tally, uint64_t k)
{
	return tally->unlogged_refused ? tally->unlogged_refused[k] : 0;
}

bool
rs_tally_add_unlogged_durations(struct rs_tally *tally)
{
	uint64_t succeeded = tally->unlogged_calls * tally->replicas;

	for (uint64_t k = 0;
	     tally->unlogged_refused && k < tally->unlogged_calls; k++)
		succeeded -= refused(tally, k);
	return tk_samples_add(&tally->success, 0, succeeded);
}

static void
add_squares(struct rs_tally *tally, const struct rs_operation *operation)
{
	uint64_t replicas = tally->replicas;

	for (size_t i = 0; i < operation->call_count; i++) {
		uint64_t attempts = tally->call_attempts[i];

		tally->attempts_squared += (bo_u128)attempts * attempts;
	}
	if (tally->unlogged_refused == NULL) {
		tally->attempts_squared +=
			(bo_u128)tally->unlogged_calls * replicas * replicas;
		return;
	}
	for (uint64_t k = 0; k < tally->unlogged_calls; k++) {
		uint64_t attempts = replicas - refused(tally, k);

		tally->attempts_squared += (bo_u128)attempts * attempts;
	}
}

void
rs_tally_finish(struct rs_tally *tally, const struct rs_operation *operation)
{
	uint64_t all = tally->first_tries * tally->replicas;

	add_first_tries(tally, tally->first_tries);
	tally->least += all;
	tally->most += all;
	add_squares(tally, operation);
	tk_samples_sort(&tally->success);
	tk_samples_sort(&tally->failure);
}
