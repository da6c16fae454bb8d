/* Sorts the calls of an operation by target and time. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "base/num.h"
#include "replay/group.h"

struct keyed_call {
	uint64_t start_ns;
	uint32_t target, call;
};

static int
compare_calls(const void *a, const void *b)
{
	const struct keyed_call *x = a, *y = b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	return (x->call > y->call) - (x->call < y->call);
}

static void
sort_calls(struct rs_groups *groups, const struct rs_log *log,
	   const struct rs_operation *operation, struct keyed_call *key)
{
	size_t count = 0;

	for (size_t i = 0; i < operation->call_count; i++) {
		size_t index = operation->first_call + i;
		const struct tk_call *call = &log->call[index];

		if (rs_log_replayable(log, call))
			key[count++] = (struct keyed_call){
				log->start_ns[call->first], call->target,
				(uint32_t)index};
	}
	qsort(key, count, sizeof(*key), compare_calls);
	for (size_t i = 0; i < count; i++)
		groups->call[i] = key[i].call;
	groups->call_count = count;
}

/* Unlogged calls without a logged one form a group of their own. */
static size_t
count_groups(const struct keyed_call *key, size_t count, uint64_t unlogged)
{
	size_t groups = count > 0 || unlogged > 0 ? 1 : 0;

	for (size_t i = 1; i < count; i++)
		groups += key[i].target != key[i - 1].target;
	return groups;
}

/* Make the group of the calls [from, to). */
static bool
make_group(struct rs_groups *groups, const struct rs_log *log, size_t from,
	   size_t to, uint64_t unlogged_from, uint64_t unlogged_to,
	   const uint64_t *start)
{
	struct rs_group *group = &groups->item[groups->count];

	*group = (struct rs_group){.call = groups->call + from,
				   .count = to - from,
				   .unlogged_before = unlogged_from};
	if (!rs_unlogged_init(&group->unlogged, &log->window,
			      unlogged_to - unlogged_from, start + from,
			      group->count))
		return false;
	groups->count++;
	return true;
}

static bool
make_groups(struct rs_groups *groups, const struct rs_log *log,
	    uint64_t unlogged, const struct keyed_call *key, uint64_t *start)
{
	size_t from = 0, calls = groups->call_count;
	size_t count = count_groups(key, calls, unlogged);
	uint64_t before = 0;

	for (size_t i = 0; i < calls; i++)
		start[i] = key[i].start_ns;
	groups->item = calloc(count + 1, sizeof(*groups->item));
	if (groups->item == NULL)
		return false;
	while (groups->count < count) {
		size_t to = from;
		uint64_t until = unlogged;

		while (to < calls && key[to].target == key[from].target)
			to++;
		if (to < calls)
			until = (uint64_t)((bo_u128)unlogged * to / calls);
		if (!make_group(groups, log, from, to, before, until, start))
			return false;
		from = to;
		before = until;
	}
	return true;
}

enum backoff_status
rs_groups_init(struct rs_groups *groups, const struct rs_log *log,
	       const struct rs_operation *operation)
{
	size_t room = operation->call_count + 1;
	struct keyed_call *key = calloc(room, sizeof(*key));
	uint64_t *start = calloc(room, sizeof(*start));
	bool ok;

	*groups = (struct rs_groups){0};
	groups->call = calloc(room, sizeof(*groups->call));
	ok = key && start && groups->call;
	if (ok) {
		sort_calls(groups, log, operation, key);
		ok = make_groups(groups, log, operation->unlogged_calls, key,
				 start);
	}
	free(key);
	free(start);
	if (ok)
		return BACKOFF_OK;
	rs_groups_clear(groups);
	return BACKOFF_E_NOMEM;
}

void
rs_groups_clear(struct rs_groups *groups)
{
	for (size_t i = 0; i < groups->count; i++)
		rs_unlogged_clear(&groups->item[i].unlogged);
	free(groups->item);
	free(groups->call);
	*groups = (struct rs_groups){0};
}
