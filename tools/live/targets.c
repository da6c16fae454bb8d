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

static bool
is_gone(const struct rt_subject *subject, uint64_t second)
{
	uint64_t wait_s = RT_TARGETS_GONE_S;

	for (size_t i = 0; i < RT_DETECTOR_COUNT; i++)
		if (subject->onset[i].since_s != 0)
			wait_s = RT_TARGETS_LOST_S;
	return rt_subject_head_s(subject) + wait_s <= second;
}

/* The place of a target that is gone, or RT_TARGETS_MAX: then not again in this
 * second, because all are looked at. */
static size_t
find_gone(struct rt_targets *targets, uint64_t second)
{
	if (targets->swept_s == second)
		return RT_TARGETS_MAX;
	for (size_t i = 0; i < targets->count; i++)
		if (is_gone(&targets->target[i]->subject, second))
			return i;
	targets->swept_s = second;
	return RT_TARGETS_MAX;
}

/* A place for one more target, emptied; RT_TARGETS_MAX: there is none. False if
 * there is no memory. */
static bool
make_place(struct rt_targets *targets, uint64_t second, size_t *place)
{
	struct rt_target *target;

	if (targets->count < RT_TARGETS_MAX) {
		target = calloc(1, sizeof(*target));
		if (target != NULL)
			targets->target[ *place = targets->count++] = target;
		return target != NULL;
	}
	*place = find_gone(targets, second);
	if (*place == RT_TARGETS_MAX)
		return true;
	target = targets->target[*place];
	bo_table_remove(&targets->table,
			bo_table_find(&targets->table,
				      hash_of(targets, (uint32_t)*place),
				      is_named, targets, target->name),
			hash_of, targets);
	rt_subject_clear(&target->subject);
	memset(target, 0, sizeof(*target));
	return true;
}

/* The slot of a name; the table has one. */
static uint32_t *
slot_of(const struct rt_targets *targets, const char *name)
{
	return bo_table_find(&targets->table, bo_hash(0, name, strlen(name)),
			     is_named, targets, name);
}

/* A name that is not known as it is. */
static bool
add_target(struct rt_targets *targets, const char *given, uint64_t second,
	   struct rt_subject **out)
{
	char name[RT_PART_NAME_MAX];
	size_t place;

	bo_utf8_copy(given, name, sizeof(name));
	if (!bo_table_reserve(&targets->table, targets->count, hash_of,
			      targets))
		return false;
	if (*slot_of(targets, name) != 0) {
		*out = &targets->target[*slot_of(targets, name) - 1]->subject;
		return true;
	}
	if (!make_place(targets, second, &place))
		return false;
	*out = NULL;
	targets->unjudged += place == RT_TARGETS_MAX;
	if (place == RT_TARGETS_MAX)
		return true;
	memcpy(targets->target[place]->name, name, strlen(name) + 1);
	/* Its slot is another one if one was removed. */
	*slot_of(targets, name) = (uint32_t)place + 1;
	*out = &targets->target[place]->subject;
	return true;
}

bool
rt_targets_find(struct rt_targets *targets, const char *name, uint64_t second,
		struct rt_subject **out)
{
	uint32_t slot = targets->count > 0 ? *slot_of(targets, name) : 0;

	if (slot == 0)
		return add_target(targets, name, second, out);
	*out = &targets->target[slot - 1]->subject;
	return true;
}

void
rt_targets_forget(struct rt_targets *targets, uint64_t second)
{
	for (size_t i = 0; i < targets->count; i++) {
		struct rt_subject *subject = &targets->target[i]->subject;

		if (rt_subject_head_s(subject) > second)
			rt_subject_clear(subject);
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
	for (size_t i = 0; i < targets->count; i++) {
		rt_subject_clear(&targets->target[i]->subject);
		free(targets->target[i]);
	}
	bo_table_clear(&targets->table);
	memset(targets, 0, sizeof(*targets));
}
