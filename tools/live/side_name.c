/* Names policies by their hashes, too, where names are not enough. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/side_name.h"

#include <string.h>

#include "base/utf8.h"

#define HASH_SHOWN 8
#define LIVE_MIN 0.1

void
rt_side_name(const struct backoff_event *event, char out[RT_PART_NAME_MAX])
{
	size_t length;

	out[0] = '\0';
	if (event->policy == NULL || *event->policy == '\0')
		return;
	/* With the hash, it fits. */
	length = bo_utf8_copy(event->policy, out,
			      RT_PART_NAME_MAX - HASH_SHOWN - 1);
	if (event->policy_hash == NULL)
		return;
	out[length++] = '#';
	bo_utf8_copy(event->policy_hash, out + length, HASH_SHOWN + 1);
}

void
rt_side_shorten(const struct rt_parts *policies, uint64_t end_s,
		char policy[RT_PART_NAME_MAX])
{
	struct rt_parts parts = *policies;
	char *hash = strrchr(policy, '#');
	size_t length = hash != NULL ? (size_t)(hash - policy) : 0;

	if (hash == NULL)
		return;
	rt_parts_settle(&parts, end_s);
	for (size_t i = 0; i < parts.count; i++)
		if (strncmp(parts.part[i].name, policy, length + 1) == 0 &&
		    strcmp(parts.part[i].name, policy) != 0 &&
		    (double)parts.part[i].harm->tries > LIVE_MIN)
			return;
	*hash = '\0';
}
