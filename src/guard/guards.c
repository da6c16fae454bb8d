/* Guards by target, in a table of bounded size. Taken once per call or once
 * per retry object, so a lock and a list will do. */
#include "config.h"

#include <backoff/guard.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/guard.h"

#define BUCKETS 256

struct backoff_guards {
	const struct backoff_policy *policy;
	uint32_t limit, count;
	/** Counts takes: the order of use. */
	uint64_t clock;
	struct backoff_guard *bucket[BUCKETS];
	/** For targets that found no place. */
	struct backoff_guard *shared;
};

/* One lock for all tables, and not one each: fork(2) has to take it, so that a
 * child never inherits it held by a thread that it does not have. */
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

enum backoff_status
backoff_guards_new(const struct backoff_policy *policy, uint32_t limit,
		   struct backoff_guards **out)
{
	struct backoff_guards *g;

	if (policy == NULL || out == NULL || limit < 1 || limit > 1048576)
		return BACKOFF_E_ARGUMENT;
	pthread_once(&once, watch);
	g = watched ? calloc(1, sizeof(*g)) : NULL;
	if (g == NULL || backoff_guard_new(policy, &g->shared) != BACKOFF_OK) {
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
			struct backoff_guard *next = guards->bucket[i]->next;

			backoff_guard_free(guards->bucket[i]);
			guards->bucket[i] = next;
		}
	}
	backoff_guard_free(guards->shared);
	backoff_policy_unref(
		(struct backoff_policy *)(uintptr_t)guards->policy);
	free(guards);
}

static struct backoff_guard *
find(struct backoff_guards *guards, const char *target)
{
	struct backoff_guard *g = guards->bucket[bucket_of(target)];

	while (g != NULL && strcmp(g->target, target) != 0)
		g = g->next;
	return g;
}

/* Free the guard that nobody holds and that was not used for longest; false if
 * all are held. */
static bool
evict(struct backoff_guards *guards)
{
	struct backoff_guard **oldest = NULL, *gone;

	for (int i = 0; i < BUCKETS; i++)
		for (struct backoff_guard **at = &guards->bucket[i];
		     *at != NULL; at = &(*at)->next)
			if ((*at)->holders == 0 &&
			    (oldest == NULL || (*at)->used < (*oldest)->used))
				oldest = at;
	if (oldest == NULL)
		return false;
	gone = *oldest;
	*oldest = gone->next;
	backoff_guard_free(gone);
	guards->count--;
	return true;
}

static struct backoff_guard *
insert(struct backoff_guards *guards, const char *target)
{
	struct backoff_guard **bucket = &guards->bucket[bucket_of(target)], *g;

	if (guards->count >= guards->limit && !evict(guards))
		return guards->shared;
	if (backoff_guard_new(guards->policy, &g) != BACKOFF_OK)
		return NULL;
	g->target = strdup(target);
	if (g->target == NULL) {
		backoff_guard_free(g);
		return NULL;
	}
	g->next = *bucket;
	*bucket = g;
	guards->count++;
	return g;
}

struct backoff_guard *
backoff_guards_take(struct backoff_guards *guards, const char *target)
{
	struct backoff_guard *g;

	if (target == NULL)
		target = "";
	take_lock();
	g = find(guards, target);
	if (g == NULL)
		g = insert(guards, target);
	if (g != NULL) {
		g->holders++;
		g->used = ++guards->clock;
	}
	release_lock();
	return g;
}

void
backoff_guards_release(struct backoff_guards *guards,
		       struct backoff_guard *guard)
{
	(void)guards;
	if (guard == NULL)
		return;
	take_lock();
	guard->holders--;
	release_lock();
}
