/* What is due in virtual time: a heap of moments of calls. */
#ifndef RS_EVENT_QUEUE_H
#define RS_EVENT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rs_moment_kind {
	/** An attempt ends. */
	RS_MOMENT_END,
	/** A wait ends. */
	RS_MOMENT_RESUME,
};

struct rs_moment {
	uint64_t at_ns;
	enum rs_moment_kind kind;
	/** Position of the call: decides what comes first at one time. */
	uint32_t position;
	/** For the caller. */
	uint32_t runner;
};

struct rs_moments {
	struct rs_moment *item;
	size_t count, room;
};

/** False if memory ran out. */
bool rs_moments_push(struct rs_moments *moments,
		     const struct rs_moment *moment);

/** Take the first one; there must be one. */
struct rs_moment rs_moments_pop(struct rs_moments *moments);

/** When the first one is due; UINT64_MAX if there is none. */
uint64_t rs_moments_next(const struct rs_moments *moments);

void rs_moments_clear(struct rs_moments *moments);

#endif
