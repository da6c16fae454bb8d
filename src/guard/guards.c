/* Guards by target, in a table of bounded size. Guards are taken once per call
 * or once per retry object, so a lock and lists are fast enough. */
#include "config.h"

#include <backoff/guard.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "guard/state.h"

#define BUCKETS 256

/** A guard and its place in the table. */
struct entry {
	/** First, so that its address is the entry's. */
	struct backoff_guard guard;
	char *target;
	/** How many holders took it and have not released it. */
	uint32_t holders;
	/** The clock when it was last taken. */
	uint64_t used;
	struct entry *next;
};

struct backoff_guards {
	const struct backoff_policy *policy;
	uint32_t limit, count;
	/** Counts takes: the order of use. */
	uint64_t clock;
	struct entry *bucket[BUCKETS];
	/** For targets beyond the limit. */
	struct entry *shared;
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

static unsigned
bucket_of(const char *target)
{
	uint64_t hash = bo_fnv1a(BO_FNV1A_BEGIN, target, strlen(target));

	return (unsigned)(hash ^ hash >> 32) % BUCKETS;
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
new_entry(const struct backoff_policy *policy, const char *target)
{
	struct entry *made =
		aligned_alloc(_Alignof(struct entry), sizeof(*made));

	if (made == NULL || bo_guard_init(&made->guard, policy) != BACKOFF_OK) {
		free(made);
		return NULL;
	}
	made->holders = 0;
	made->used = 0;
	made->next = NULL;
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
		g->shared = new_entry(policy, "");
	if (g == NULL || g->shared == NULL) {
		free(g);
		return BACKOFF_E_NOMEM;
	}
	g->policy = backoff_policy_ref(policy);
	g->limit = limit;
	*out = g;
	return BACKOFF_OK;
}

void
backoff_guards_free(struct backoff_guards *guards)
{
	if (guards == NULL)
		return;
	for (int i = 0; i < BUCKETS; i++) {
		while (guards->bucket[i] != NULL) {
			struct entry *next = guards->bucket[i]->next;

			free_entry(guards->bucket[i]);
			guards->bucket[i] = next;
		}
	}
	free_entry(guards->shared);
	backoff_policy_unref(
		(struct backoff_policy *)(uintptr_t)guards->policy);
	free(guards);
}

static struct entry *
find(struct backoff_guards *guards, const char *target)
{
	struct entry *entry = guards->bucket[bucket_of(target)];

	while (entry != NULL && strcmp(entry->target, target) != 0)
		entry = entry->next;
	return entry;
}

/* Evict the least recently used guard without holders; false if all have
 * holders. */
static bool
evict(struct backoff_guards *guards)
{
	struct entry **oldest = NULL, *gone;

	for (int i = 0; i < BUCKETS; i++)
		for (struct entry **at = &guards->bucket[i]; *at != NULL;
		     at = &(*at)->next)
			if ((*at)->holders == 0 &&
			    (oldest == NULL || (*at)->used < (*oldest)->used))
				oldest = at;
	if (oldest == NULL)
		return false;
	gone = *oldest;
	*oldest = gone->next;
	free_entry(gone);
	guards->count--;
	return true;
}

static struct entry *
insert(struct backoff_guards *guards, const char *target)
{
	struct entry **bucket = &guards->bucket[bucket_of(target)], *made;

	if (guards->count >= guards->limit && !evict(guards))
		return guards->shared;
	made = new_entry(guards->policy, target);
	if (made == NULL)
		return NULL;
	made->next = *bucket;
	*bucket = made;
	guards->count++;
	return made;
}

struct backoff_guard *
backoff_guards_take(struct backoff_guards *guards, const char *target)
{
	struct entry *entry;

	if (target == NULL)
		target = "";
	take_lock();
	entry = find(guards, target);
	if (entry == NULL)
		entry = insert(guards, target);
	if (entry != NULL) {
		entry->holders++;
		entry->used = ++guards->clock;
	}
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
