/* Names policies by their hashes, too, where names are not enough. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_SIDE_NAME_H
#define RT_SIDE_NAME_H

#include <backoff.h>

#include "live/parts.h"

/** The name and the hash of the policy of an event; "" if it has none. */
void rt_side_name(const struct backoff_event *event,
		  char out[RT_PART_NAME_MAX]);

/** Leave out the hash if the name is enough among those of late. */
void rt_side_shorten(const struct rt_parts *policies, uint64_t end_s,
		     char policy[RT_PART_NAME_MAX]);

#endif
