/* Builds logs from attempts. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>

#include <criterion/criterion.h>

#include "unit/estimate/small_log.h"

#define BEGIN UINT64_C(1700000000000000000)

void
small_log_begin(struct small_log *small)
{
	*small = (struct small_log){.trace = tk_trace_new()};
	cr_assert(small->trace);
}

void
small_log_add(struct small_log *small, const struct small_attempt *add)
{
	struct backoff_event event;
	char id[24];

	backoff_event_init(&event, sizeof(event));
	snprintf(id, sizeof(id), "%08x", add->call);
	event.ts_ns = BEGIN + (uint64_t)(add->at_seconds * 1e6) * 1000;
	event.duration_ns = 0;
	event.operation = add->operation ? add->operation : "op";
	event.target = add->target;
	event.call_id = id;
	event.attempt = add->attempt;
	event.outcome =
		add->failed ? BACKOFF_OUTCOME_FAILURE : BACKOFF_OUTCOME_SUCCESS;
	event.type = !add->failed ? BACKOFF_EVENT_SUCCESS
		     : add->last  ? BACKOFF_EVENT_EXHAUSTED
				  : BACKOFF_EVENT_ATTEMPT;
	if (add->failed) {
		event.code = add->code;
		event.error_type = "Error";
		event.failure_class = add->failure_class;
	}
	cr_assert(tk_trace_add(small->trace, &event) == BACKOFF_OK);
}

void
small_log_add_successes(struct small_log *small, unsigned first_call,
			double from, double to, double every)
{
	for (unsigned i = 0; from + i * every < to; i++)
		small_log_add(small, &(struct small_attempt){
					     .call = first_call + i,
					     .attempt = 1,
					     .at_seconds = from + i * every});
}

void
small_log_fit(struct small_log *small, uint32_t draws)
{
	const struct rs_fit_options options = {.seed = 1, .draws = draws};

	cr_assert(tk_trace_stitch(small->trace) == BACKOFF_OK);
	cr_assert(rs_log_init(&small->log, small->trace, 1) == BACKOFF_OK);
	cr_assert(rs_estimator_jump_chain.fit(&small->log, &options,
					      &small->state) == BACKOFF_OK);
}

void
small_log_clear(struct small_log *small)
{
	rs_estimator_jump_chain.free(small->state);
	rs_log_clear(&small->log);
	tk_trace_free(small->trace);
}

double
small_log_at(const struct small_log *small, size_t call)
{
	uint64_t start_ns = small->log.start_ns[small->log.call[call].first];

	return (double)(start_ns - small->log.from_ns) * 1e-9;
}

struct rs_answer
small_log_ask(const struct small_log *small, size_t call, double at_seconds,
	      uint32_t draws)
{
	struct rs_answer mean = {0}, one;

	for (uint32_t r = 0; r < draws; r++) {
		const struct rs_question question = {
			.call = call,
			.attempt = 2,
			.replica = r,
			.start_ns = small->log.from_ns +
				    (uint64_t)(at_seconds * 1e9)};

		rs_estimator_jump_chain.ask(small->state, &question, &one);
		mean.environment += one.environment / draws;
		mean.own += one.own / draws;
		if (one.support > mean.support)
			mean.support = one.support;
	}
	return mean;
}
