/* Guards by target, in a table of bounded size. Guards are taken once per call
 * or once per retry object, so a lock is fast enough. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <backoff/guard.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/process.h"
#include "base/table.h"
#include "guard/guards.h"
#include "guard/state.h"

#define ROOM_FIRST 16

/** A guard and its place in the table. */
struct entry {
	/** First, so that both have the same address. */
	struct backoff_guard guard;
	char *target;
	/** Hash of the target. */
	uint64_t hash;
	/** Number of holders that took it and have not released it: calls of
	 *  this process, and others. */
	uint32_t calls, holders;
	/** Calls held it in a process of which this one is a child: they may
	 *  continue here, so its memory has to stay. */
	bool is_copied;
	/** Among the evicted ones. */
	struct entry *next;
	/** The clock when it was last taken. */
	uint64_t used;
};

struct backoff_guards {
	const struct backoff_policy *policy;
	uint32_t limit, count;
	/** Entries that fit into the array. */
	uint32_t room;
	/** Counts takes: the order of use. */
	uint64_t clock;
	struct entry **entry;
	/** Finds the index of an entry by its target. */
	struct bo_table table;
	/** For targets beyond the limit. */
	struct entry *shared;
	/** Evicted, but copied calls may point to them. */
	struct entry *evicted;
	/** The process that has the calls: see bo_process_generation(). */
	uint32_t generation;
};

/* One lock for all tables rather than one for each: fork(2) has to take it, so
 * that a child does not inherit it held by a thread that the child lacks. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int watched;

static void
take_lock(void)
{
	pthread_mutex_lock(&lock);
}

static void
release_lock(void)
{
	pthread_mutex_unlock(&lock);
}

static void
watch(void)
{
	watched = pthread_atfork(take_lock, release_lock, release_lock) == 0;
}

static void
free_entry(struct entry *entry)
{
	if (entry == NULL)
		return;
	bo_guard_clear(&entry->guard);
	free(entry->target);
	free(entry);
}

static struct entry *
new_entry(const struct backoff_policy *policy, const char *target,
	  uint64_t hash)
{
	struct entry *made =
		aligned_alloc(_Alignof(struct entry), sizeof(*made));

	if (made == NULL || bo_guard_init(&made->guard, policy) != BACKOFF_OK) {
		free(made);
		return NULL;
	}
	made->calls = made->holders = 0;
	made->is_copied = false;
	made->next = NULL;
	made->used = 0;
	made->hash = hash;
	made->target = strdup(target);
	if (made->target == NULL) {
		free_entry(made);
		return NULL;
	}
	return made;
}

enum backoff_status
backoff_guards_new(const struct backoff_policy *policy, uint32_t limit,
		   struct backoff_guards **out)
{
	struct backoff_guards *g;

	if (policy == NULL || out == NULL || limit < 1 || limit > 1048576)
		return BACKOFF_E_ARGUMENT;
	pthread_once(&once, watch);
	g = watched ? calloc(1, sizeof(*g)) : NULL;
	if (g != NULL)
		g->shared = new_entry(policy, "", 0);
	if (g == NULL || g->shared == NULL) {
		free(g);
		return BACKOFF_E_NOMEM;
	}
	g->policy = backoff_policy_ref(policy);
	g->limit = limit;
	g->generation = bo_process_generation();
	*out = g;
	return BACKOFF_OK;
}

void
backoff_guards_free(struct backoff_guards *guards)
{
	if (guards == NULL)
		return;
	for (uint32_t i = 0; i < guards->count; i++)
		free_entry(guards->entry[i]);
	free(guards->entry);
	bo_table_clear(&guards->table);
	free_entry(guards->shared);
	while (guards->evicted != NULL) {
		struct entry *next = guards->evicted->next;

		free_entry(guards->evicted);
		guards->evicted = next;
	}
	backoff_policy_unref(
		(struct backoff_policy *)(uintptr_t)guards->policy);
	free(guards);
}

static uint64_t
hash_of(const void *user, uint32_t item)
{
	const struct backoff_guards *guards = user;

	return guards->entry[item]->hash;
}

static bool
is_of_target(const void *user, uint32_t item, const void *target)
{
	const struct backoff_guards *guards = user;

	return strcmp(guards->entry[item]->target, target) == 0;
}

static uint32_t *
slot_of(const struct backoff_guards *guards, const char *target, uint64_t hash)
{
	return bo_table_find(&guards->table, hash, is_of_target, guards,
			     target);
}

static struct entry *
find(const struct backoff_guards *guards, const char *target, uint64_t hash)
{
	uint32_t found = guards->count > 0 ? *slot_of(guards, target, hash) : 0;

	return found > 0 ? guards->entry[found - 1] : NULL;
}

/* Make room for one more entry; false without memory. */
static bool
grow(struct backoff_guards *guards)
{
	uint32_t room = guards->room > 0 ? 2 * guards->room : ROOM_FIRST;
	struct entry **entry;

	if (guards->count == guards->room) {
		entry = realloc(guards->entry, room * sizeof(struct entry *));
		if (entry == NULL)
			return false;
		guards->entry = entry;
		guards->room = room;
	}
	return bo_table_reserve(&guards->table, guards->count, hash_of, guards);
}

/* The index of the least recently used entry without holders; count if all have
 * holders. */
static uint32_t
find_unused(const struct backoff_guards *guards)
{
	uint32_t oldest = guards->count;

	for (uint32_t i = 0; i < guards->count; i++)
		if (guards->entry[i]->calls == 0 &&
		    guards->entry[i]->holders == 0 &&
		    (oldest == guards->count ||
		     guards->entry[i]->used < guards->entry[oldest]->used))
			oldest = i;
	return oldest;
}

static void
evict(struct backoff_guards *guards, uint32_t index)
{
	struct entry *gone = guards->entry[index];

	bo_table_remove(&guards->table,
			slot_of(guards, gone->target, gone->hash), hash_of,
			guards);
	if (!gone->is_copied) {
		free_entry(gone);
		return;
	}
	gone->next = guards->evicted;
	guards->evicted = gone;
}

/* An entry for a new target, at the limit in place of another; the shared one
 * if all have holders; NULL without memory. */
static struct entry *
insert(struct backoff_guards *guards, const char *target, uint64_t hash)
{
	uint32_t index = guards->count;
	struct entry *made;

	if (guards->count == guards->limit) {
		index = find_unused(guards);
		if (index == guards->count)
			return guards->shared;
	} else if (!grow(guards)) {
		return NULL;
	}
	made = new_entry(guards->policy, target, hash);
	if (made == NULL)
		return NULL;
	if (index < guards->count)
		evict(guards, index);
	else
		guards->count++;
	guards->entry[index] = made;
	*slot_of(guards, target, hash) = index + 1;
	return made;
}

/* In a child of fork(2): the calls under way are those of its parent, which the
 * child has no threads for. Other holders, such as retry objects, it has. */
static void
notice_fork(struct backoff_guards *guards)
{
	if (guards->generation == bo_process_generation())
		return;
	guards->generation = bo_process_generation();
	for (uint32_t i = 0; i < guards->count; i++) {
		struct entry *entry = guards->entry[i];

		entry->is_copied = entry->is_copied || entry->calls > 0;
		entry->calls = 0;
	}
}

/* With the lock; NULL without memory. */
static struct entry *
take(struct backoff_guards *guards, const char *target)
{
	uint64_t hash = bo_hash(0, target, strlen(target));
	struct entry *entry;

	notice_fork(guards);
	entry = find(guards, target, hash);
	if (entry == NULL)
		entry = insert(guards, target, hash);
	if (entry != NULL)
		entry->used = ++guards->clock;
	return entry;
}

struct backoff_guard *
backoff_guards_take(struct backoff_guards *guards, const char *target)
{
	if (guards == NULL)
		return NULL;
	struct entry *entry;

	take_lock();
	entry = take(guards, target != NULL ? target : "");
	if (entry != NULL)
		entry->holders++;
	release_lock();
	return entry != NULL ? &entry->guard : NULL;
}

void
backoff_guards_release(struct backoff_guards *guards,
		       struct backoff_guard *guard)
{
	(void)guards;
	if (guard == NULL)
		return;
	take_lock();
	((struct entry *)guard)->holders--;
	release_lock();
}

struct backoff_guard *
bo_guards_enter(struct backoff_guards *guards, const char *target)
{
	struct entry *entry;

	take_lock();
	entry = take(guards, target);
	if (entry != NULL)
		entry->calls++;
	release_lock();
	return entry != NULL ? &entry->guard : NULL;
}

void
bo_guards_rejoin(struct backoff_guards *guards, struct backoff_guard *guard)
{
	take_lock();
	notice_fork(guards);
	((struct entry *)guard)->calls++;
	release_lock();
}

void
bo_guards_leave(struct backoff_guards *guards, struct backoff_guard *guard)
{
	take_lock();
	notice_fork(guards);
	((struct entry *)guard)->calls--;
	release_lock();
}
