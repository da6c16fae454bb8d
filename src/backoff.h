/* libbackoff: declarative retries. The only header that users must know. */
/* SPDX-License-Identifier: MIT */
#ifndef BACKOFF_H
#define BACKOFF_H

#include <backoff/attr.h>
#include <backoff/clock.h>
#include <backoff/engine.h>
#include <backoff/event.h>
#include <backoff/field.h>
#include <backoff/guard.h>
#include <backoff/hint.h>
#include <backoff/metrics.h>
#include <backoff/outcome.h>
#include <backoff/policy.h>
#include <backoff/retry.h>
#include <backoff/rng.h>
#include <backoff/sink.h>
#include <backoff/status.h>
#include <backoff/version.h>
#include <backoff/words.h>

#endif
