/* The words of the log for the numbers of the API. */
#include "config.h"

#include "base/names.h"

#include <backoff/engine.h>

const char *const bo_outcome_names[] = {"success", "failure", "timeout",
					"cancelled", NULL};
const char *const bo_class_names[] = {"unknown",  "transient", "throttle",
				      "server",   "client",    "timeout",
				      "conflict", "fatal",     NULL};
static const char *const bo_breaker_names[] = {NULL, "closed", "open",
					       "half_open"};
const char *const bo_stop_names[] = {"none",           "success",
				     "non_retryable",  "max_attempts",
				     "deadline",       "delay_exceeds_deadline",
				     "budget",         "breaker_open",
				     "server_forbade", "hint_too_long",
				     "not_idempotent", "not_replayable",
				     "cancelled",      "shutdown",
				     "sleep_failed",   NULL};

const char *
backoff_outcome_kind_name(enum backoff_outcome_kind kind)
{
	return (unsigned)kind <= BACKOFF_OUTCOME_CANCELLED
		       ? bo_outcome_names[kind]
		       : NULL;
}

const char *
backoff_class_name(enum backoff_class failure_class)
{
	return (unsigned)failure_class <= BACKOFF_CLASS_FATAL
		       ? bo_class_names[failure_class]
		       : NULL;
}

const char *
backoff_breaker_name(enum backoff_breaker state)
{
	return (unsigned)state <= BACKOFF_BREAKER_HALF_OPEN
		       ? bo_breaker_names[state]
		       : NULL;
}

const char *
backoff_stop_name(enum backoff_stop stop)
{
	return (unsigned)stop <= BACKOFF_STOP_SLEEP_FAILED ? bo_stop_names[stop]
							   : NULL;
}
