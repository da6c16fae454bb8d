/* Events of callers that were compiled with fewer fields. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_EVENT_WHOLE_H
#define BO_EVENT_WHOLE_H

#include <backoff/event.h>

#include "base/sized.h"

/** A caller's event with all fields: itself, or else a copy in which those that
 *  the caller does not know are absent. */
static inline const struct backoff_event *
bo_event_whole(const struct backoff_event *given, struct backoff_event *copy)
{
	if (BO_USABLE(backoff_event, given) == sizeof(*given))
		return given;
	backoff_event_init(copy, sizeof(*copy));
	bo_sized_put(copy, given, BO_USABLE(backoff_event, given));
	return copy;
}

#endif
