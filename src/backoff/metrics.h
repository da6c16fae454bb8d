/* Event counters, as text that Prometheus reads. */
/* SPDX-License-Identifier: MIT */
#ifndef BACKOFF_METRICS_H
#define BACKOFF_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include <backoff/attr.h>
#include <backoff/event.h>
#include <backoff/guard.h>
#include <backoff/sink.h>
#include <backoff/status.h>

BACKOFF_BEGIN_DECLS

/**
 * Opaque. Any number of threads may count events and write the text at once;
 * counting never waits. A child of fork(2) keeps watching the same guards and
 * sinks, and counts from zero: its parent reports the parent's events.
 */
struct backoff_metrics;

/** The text's format. The two declare counters differently, and no text is
 * valid in both. */
enum backoff_metrics_format {
	/** OpenMetrics 1.0. */
	BACKOFF_METRICS_OPENMETRICS,
	/** The older format of Prometheus, 0.0.4, which more readers know. */
	BACKOFF_METRICS_PROMETHEUS,
};

/**
 * @param limit  how many pairs of an operation and a policy have series to
 *               themselves, 1 to 65536; each takes about 4 KiB once it is seen.
 *               The events of further pairs count for operation and policy
 *               "_other" and in `retry_metrics_folded_total`.
 * @return BACKOFF_OK; BACKOFF_E_ARGUMENT for a limit out of range or NULL;
 *         BACKOFF_E_NOMEM
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_metrics_new(uint32_t limit, struct backoff_metrics **out);

/**
 * Give the series of events a label `target`, which is off by default: a
 * program may have more targets than a reader of metrics can take. To be called
 * before events are counted.
 *
 * @param limit  how many triples of an operation, a policy and a target have
 *               series to themselves, up to 65536, each of about 4 KiB; 0: no
 *               such label. The events of further targets count for target
 *               "_other" of their operation and policy, and in
 *               `retry_metrics_targets_folded_total`. Events without a target
 *               have no such label.
 * @return BACKOFF_OK; BACKOFF_E_ARGUMENT for a limit out of range or NULL;
 *         BACKOFF_E_STATE if events were counted; BACKOFF_E_NOMEM
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_metrics_set_targets(struct backoff_metrics *metrics, uint32_t limit);

/** NULL is fine. No thread and no sink may use them any more. */
BACKOFF_API void backoff_metrics_free(struct backoff_metrics *metrics);

/**
 * Count an event. It is a backoff_event_fn: give it to
 * backoff_sink_callback_new() or backoff_retry_set_on_event() with the metrics
 * as `user`. An operation and policy that were counted before take neither a
 * lock nor memory; if there is no memory for new ones, the event counts as
 * above the limit.
 *
 * @param metrics  a struct backoff_metrics
 * @param event    of any type; unknown types are counted as such
 */
BACKOFF_API void backoff_metrics_count(void *metrics,
				       const struct backoff_event *event);

/**
 * Include the tokens of a guard's budget and the state of its breaker.
 *
 * @param name   the value of the label `budget` and `breaker`, 1 to 256 bytes;
 *               copied
 * @param guard  borrowed until backoff_metrics_unwatch()
 * @return BACKOFF_OK; BACKOFF_E_ARGUMENT for NULL or an invalid name;
 *         BACKOFF_E_STATE if the name is taken; BACKOFF_E_LIMIT for more
 *         guards and sinks than the limit of series; BACKOFF_E_NOMEM
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_metrics_watch_guard(struct backoff_metrics *metrics, const char *name,
			    const struct backoff_guard *guard);

/**
 * Add the events that a sink lost to `retry_events_dropped_total`. Do not watch
 * a sink that feeds these metrics: its `events_dropped` events count already.
 *
 * @param sink  borrowed until backoff_metrics_unwatch()
 * @return BACKOFF_OK; BACKOFF_E_ARGUMENT for NULL; BACKOFF_E_STATE if it is
 *         watched already; BACKOFF_E_LIMIT; BACKOFF_E_NOMEM
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_metrics_watch_sink(struct backoff_metrics *metrics,
			   const struct backoff_sink *sink);

/**
 * Stop watching a guard, under each of its names, or a sink, whose losses stay
 * counted. Call this before you free either.
 *
 * @return BACKOFF_OK; BACKOFF_E_ARGUMENT if it is not watched
 */
BACKOFF_API enum backoff_status
backoff_metrics_unwatch(struct backoff_metrics *metrics, const void *watched);

/**
 * Write the text. Counters never go back from one text to the next.
 *
 * @param now_ns  monotonic time at which guards are read, as in
 *                backoff_guard_tokens_milli()
 * @param buffer  may be NULL if @p size is 0; always ends in NUL otherwise
 * @return length without the NUL, whether or not it fitted (as snprintf). The
 *         text may have grown at the next call: repeat until it fits.
 */
BACKOFF_API size_t backoff_metrics_write(struct backoff_metrics *metrics,
					 enum backoff_metrics_format format,
					 uint64_t now_ns, char *buffer,
					 size_t size);

/** The Content-Type of a text in this format; NULL for an unknown one. */
BACKOFF_API const char *
backoff_metrics_content_type(enum backoff_metrics_format format);

BACKOFF_END_DECLS

#endif
