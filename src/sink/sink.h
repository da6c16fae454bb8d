/* The interface that every sink implements. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_SINK_H
#define BO_SINK_H

#include <backoff/sink.h>

struct bo_sink_ops {
	void (*emit)(struct backoff_sink *sink,
		     const struct backoff_event *event);
	/** These may be NULL: nothing to do, and nothing lost. */
	void (*flush)(struct backoff_sink *sink);
	uint64_t (*dropped)(const struct backoff_sink *sink);
	void (*free)(struct backoff_sink *sink);
	/** errno of what keeps the sink from its path, or 0. */
	int (*error)(const struct backoff_sink *sink);
};

/** First member of every sink. */
struct backoff_sink {
	const struct bo_sink_ops *ops;
};

/** Fill in an `events_dropped` event for @p lost events. */
void bo_sink_dropped_event(struct backoff_event *event, uint64_t lost,
			   uint64_t ts_ns, const char *host);

#endif
