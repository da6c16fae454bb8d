/* The blocking loop. */
#include "config.h"

#include <stddef.h>

#include "retry/retry.h"

static bool
is_cancelled(const struct backoff_call *call)
{
	return call->options->cancel != NULL &&
	       backoff_cancel_requested(call->options->cancel);
}

static void
make_attempt(struct backoff_call *call, uint64_t now_ns, backoff_attempt_fn fn,
	     void *user)
{
	const struct backoff_clock *clock = call->retry->clock;
	struct backoff_outcome outcome = {.kind = BACKOFF_OUTCOME_SUCCESS};
	struct backoff_attempt attempt;

	bo_call_start(call, now_ns, &attempt);
	fn(user, &attempt, &outcome);
	bo_call_report(call, &outcome, clock->now_ns(clock->user));
}

/* Sleep until the next attempt; then the call is ready, or over. */
static void
wait_for_retry(struct backoff_call *call)
{
	const struct backoff_clock *clock = call->retry->clock;
	enum backoff_status status =
		clock->sleep_until(clock->user, call->decision.not_before_ns,
				   call->options->cancel);
	uint64_t now_ns = clock->now_ns(clock->user);

	if (status == BACKOFF_OK)
		bo_call_resume(call, now_ns);
	else
		bo_call_stop(call,
			     status == BACKOFF_E_CANCELLED
				     ? BACKOFF_STOP_CANCELLED
				     : BACKOFF_STOP_SLEEP_FAILED,
			     now_ns);
}

enum backoff_status
backoff_retry_run(struct backoff_retry *retry,
		  const struct backoff_call_options *options,
		  backoff_attempt_fn fn, void *user,
		  struct backoff_answer *answer)
{
	struct backoff_call call;
	const struct backoff_clock *clock;

	options = bo_call_options(options);
	if (retry == NULL || fn == NULL || answer == NULL || options == NULL)
		return BACKOFF_E_ARGUMENT;
	clock = retry->clock;
	bo_call_begin(&call, retry, options, answer);
	/* The call's start is the first attempt's start: one clock read. */
	uint64_t now_ns = call.state.start_ns;

	while (call.phase != BO_PHASE_OVER) {
		if (is_cancelled(&call))
			bo_call_stop(&call, BACKOFF_STOP_CANCELLED,
				     clock->now_ns(clock->user));
		else if (call.phase == BO_PHASE_READY)
			make_attempt(&call, now_ns, fn, user);
		else
			wait_for_retry(&call);
		now_ns = call.decision.not_before_ns;
	}
	if (answer->stop == BACKOFF_STOP_SUCCESS)
		return BACKOFF_OK;
	return answer->stop == BACKOFF_STOP_CANCELLED ? BACKOFF_E_CANCELLED
						      : BACKOFF_E_STATE;
}
