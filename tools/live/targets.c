/* The targets that calls go to, each under judgement. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/targets.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

bool
rt_targets_find(struct rt_targets *targets, const char *name,
		struct rt_subject **out)
{
	char cut[RT_PART_NAME_MAX];
	struct rt_target *target;

	bo_utf8_copy(name, cut, sizeof(cut));
	/* Lines of one target follow each other more often than not. */
	for (size_t i = 0; i < targets->count; i++) {
		size_t at = (targets->last + i) % targets->count;

		if (strcmp(targets->target[at]->name, cut) != 0)
			continue;
		targets->last = at;
		*out = &targets->target[at]->subject;
		return true;
	}
	*out = NULL;
	if (targets->count == RT_TARGETS_MAX)
		return true;
	target = calloc(1, sizeof(*target));
	if (target == NULL)
		return false;
	memcpy(target->name, cut, sizeof(cut));
	targets->last = targets->count;
	targets->target[targets->count++] = target;
	*out = &target->subject;
	return true;
}

void
rt_targets_forget(struct rt_targets *targets, uint64_t second)
{
	for (size_t i = 0; i < targets->count; i++) {
		struct rt_subject *subject = &targets->target[i]->subject;

		if (subject->head_s > second)
			memset(subject, 0, sizeof(*subject));
	}
}

void
rt_targets_clear(struct rt_targets *targets)
{
	for (size_t i = 0; i < targets->count; i++)
		free(targets->target[i]);
	memset(targets, 0, sizeof(*targets));
}
