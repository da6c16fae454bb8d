/* The targets that calls go to, each under judgement. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/targets.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/utf8.h"

static uint64_t
hash_of(const void *user, uint32_t item)
{
	const struct rt_targets *targets = user;
	const char *name = targets->target[item]->name;

	return bo_hash(0, name, strlen(name));
}

static bool
is_named(const void *user, uint32_t item, const void *name)
{
	const struct rt_targets *targets = user;

	return strcmp(targets->target[item]->name, name) == 0;
}

bool
rt_targets_find(struct rt_targets *targets, const char *name,
		struct rt_subject **out)
{
	char cut[RT_PART_NAME_MAX];
	struct rt_target *target;
	uint32_t *slot;

	bo_utf8_copy(name, cut, sizeof(cut));
	if (!bo_table_reserve(&targets->table, targets->count, hash_of,
			      targets))
		return false;
	slot = bo_table_find(&targets->table, bo_hash(0, cut, strlen(cut)),
			     is_named, targets, cut);
	if (*slot != 0) {
		*out = &targets->target[*slot - 1]->subject;
		return true;
	}
	*out = NULL;
	if (targets->count == RT_TARGETS_MAX)
		return true;
	target = calloc(1, sizeof(*target));
	if (target == NULL)
		return false;
	memcpy(target->name, cut, strlen(cut) + 1);
	targets->target[targets->count++] = target;
	*slot = (uint32_t)targets->count;
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

bool
rt_targets_forgot(const struct rt_targets *targets, const char *name)
{
	for (size_t i = 0; i < targets->count; i++)
		if (strcmp(targets->target[i]->name, name) == 0)
			return targets->target[i]->subject.first_s == 0;
	return false;
}

void
rt_targets_clear(struct rt_targets *targets)
{
	for (size_t i = 0; i < targets->count; i++)
		free(targets->target[i]);
	bo_table_clear(&targets->table);
	memset(targets, 0, sizeof(*targets));
}
