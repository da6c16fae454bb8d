/* The table of series: bounded, never shrinking, and read without a lock. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/utf8.h"
#include "metrics/metrics.h"

#define OTHER "_other"

/* Hash the names with their NULs, so that "ab", "c" differs from "a", "bc". */
static inline uint32_t
hash_names(const char *operation, const char *policy, const char *target)
{
	uint64_t hash = bo_hash(0, operation, strlen(operation) + 1);

	hash = bo_hash(hash, policy, strlen(policy) + 1);
	if (target[0] != '\0')
		hash = bo_hash(hash, target, strlen(target));
	return (uint32_t)hash;
}

void
bo_label_clean(const char *text, char out[BO_LABEL_MAX + 1])
{
	size_t length = strnlen(text, BO_LABEL_MAX);

	memcpy(out, text, length);
	out[length] = '\0';
	bo_utf8_clean(out);
}

size_t
bo_label_escape(const char *text, char *out)
{
	size_t length = 0;

	for (; *text != '\0'; text++) {
		if (*text == '\\' || *text == '"')
			out[length++] = '\\';
		out[length++] = *text;
	}
	out[length] = '\0';
	return length;
}

static char *
put(char *at, const char *text)
{
	size_t length = strlen(text);

	memcpy(at, text, length + 1);
	return at + length;
}

/* Append a label to the others, if any. */
static char *
put_label(char *at, const char *name, const char *value)
{
	at = put(at, name);
	at = put(at, "=\"");
	at += bo_label_escape(value, at);
	return put(at, "\"");
}

struct bo_series *
bo_series_new(const char *operation, const char *policy, const char *target)
{
	static const char frame[] = "op=\"\",policy=\"\",target=\"\"";
	size_t names = strlen(operation) + strlen(policy) + strlen(target);
	/* Space for each name as it is, and escaped. */
	struct bo_series *s =
		calloc(1, sizeof(*s) + names + 3 + 2 * names + sizeof(frame));
	char *at;

	if (s == NULL)
		return NULL;
	s->hash = hash_names(operation, policy, target);
	s->operation = s->text;
	at = put(s->text, operation) + 1;
	s->policy = at;
	at = put(at, policy) + 1;
	s->target = at;
	at = put(at, target) + 1;
	s->labels = at;
	at = put_label(at, "op", operation);
	at = put_label(at, ",policy", policy);
	if (target[0] != '\0')
		put_label(at, ",target", target);
	return s;
}

/* Both are "" unless targets have series: then nothing is called. */
static inline bool
is_same_target(const char *a, const char *b)
{
	return a[0] == b[0] && (a[0] == '\0' || strcmp(a, b) == 0);
}

/* The slot with these names, or else the first free one where they belong. */
static inline bo_slot *
probe(struct backoff_metrics *m, uint32_t hash, const char *operation,
      const char *policy, const char *target, struct bo_series **found)
{
	for (size_t i = hash & m->slot_mask;; i = (i + 1) & m->slot_mask) {
		struct bo_series *s =
			atomic_load_explicit(&m->slot[i], memory_order_acquire);

		*found = s;
		if (s == NULL ||
		    (s->hash == hash && strcmp(s->operation, operation) == 0 &&
		     strcmp(s->policy, policy) == 0 &&
		     is_same_target(s->target, target)))
			return &m->slot[i];
	}
}

void
bo_series_add(struct backoff_metrics *metrics, struct bo_series *series)
{
	struct bo_series *there;
	bo_slot *slot = probe(metrics, series->hash, series->operation,
			      series->policy, series->target, &there);

	atomic_store(slot, series);
}

/* Add a series for clean names, unless another thread has added it; it counts
 * in *used towards a limit. NULL above the limit or without memory. No thread
 * may see the limit reached before the series that reached it, nor by one that
 * is taken back: it would count the start of an operation in one series and its
 * end in another. */
static struct bo_series *
make(struct backoff_metrics *m, const char *operation, const char *policy,
     const char *target, atomic_uint *used, uint32_t limit)
{
	uint32_t hash = hash_names(operation, policy, target);
	struct bo_series *made, *there;
	bo_slot *slot;

	if (atomic_load(used) >= limit) {
		probe(m, hash, operation, policy, target, &there);
		return there;
	}
	made = bo_series_new(operation, policy, target);
	if (made == NULL)
		return NULL;
	bo_metrics_lock(m);
	slot = probe(m, hash, operation, policy, target, &there);
	if (there == NULL && atomic_load(used) < limit) {
		atomic_store(slot, made);
		atomic_fetch_add(used, 1);
		there = made;
	}
	bo_metrics_unlock(m);
	if (there != made)
		free(made);
	return there;
}

static inline struct bo_series *
find_clean(struct backoff_metrics *m, const char *operation, const char *policy,
	   const char *target)
{
	struct bo_series *s;

	probe(m, hash_names(operation, policy, target), operation, policy,
	      target, &s);
	return s;
}

/* The series of a clean target, apart from that of its operation and policy.
 * Targets above their limit share one for each pair, which counts towards no
 * limit: there are no more of them than pairs. Without memory, that of the
 * pair. */
static struct bo_series *
find_target(struct backoff_metrics *m, struct bo_series *pair,
	    const char *target)
{
	struct bo_series *s =
		find_clean(m, pair->operation, pair->policy, target);
	atomic_uint none = 0;

	if (s == NULL)
		s = make(m, pair->operation, pair->policy, target,
			 &m->used_targets, m->targets);
	if (s != NULL)
		return s;
	atomic_fetch_add_explicit(&m->folded_targets, 1, memory_order_relaxed);
	s = find_clean(m, pair->operation, pair->policy, OTHER);
	if (s == NULL)
		s = make(m, pair->operation, pair->policy, OTHER, &none, 1);
	return s != NULL ? s : pair;
}

/* Names that are not clean are looked up twice each time, so that they do not
 * make a second series with the labels of the first. */
static struct bo_series *
find_slowly(struct backoff_metrics *m, const char *operation,
	    const char *policy, const char *target)
{
	char clean_operation[BO_LABEL_MAX + 1], clean_policy[BO_LABEL_MAX + 1];
	char clean_target[BO_LABEL_MAX + 1];
	struct bo_series *pair;

	bo_label_clean(operation, clean_operation);
	bo_label_clean(policy, clean_policy);
	pair = find_clean(m, clean_operation, clean_policy, "");
	if (pair == NULL)
		pair = make(m, clean_operation, clean_policy, "", &m->used,
			    m->limit);
	if (pair == NULL) {
		atomic_fetch_add_explicit(&m->folded, 1, memory_order_relaxed);
		return m->other;
	}
	if (target[0] == '\0')
		return pair;
	bo_label_clean(target, clean_target);
	return find_target(m, pair, clean_target);
}

struct bo_series *
bo_series_find(struct backoff_metrics *metrics, const char *operation,
	       const char *policy, const char *target)
{
	struct bo_series *s;

	operation = operation != NULL ? operation : "";
	policy = policy != NULL ? policy : "";
	if (metrics->targets == 0 || target == NULL)
		target = "";
	s = find_clean(metrics, operation, policy, target);
	return s != NULL ? s : find_slowly(metrics, operation, policy, target);
}
