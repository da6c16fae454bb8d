/* Recorded events as JSON lines again. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_SAVED_H
#define RT_SAVED_H

#include <stdio.h>

#include "live/record.h"
#include "live/window.h"

/** What is recorded of an event; its texts are those of @p past. An error has
 *  its label as its code, if it has a text as well. */
void rt_past_event(const struct rt_past *past, const char *operation,
		   struct backoff_event *out);

/** Write the events of the record up to a place, the oldest first, and set
 *  their number. False if there is no memory, or if writing fails: errno says
 *  which. */
bool rt_record_save(const struct rt_record *record, uint64_t until,
		    const struct rt_window *window, FILE *out, size_t *count);

#endif
