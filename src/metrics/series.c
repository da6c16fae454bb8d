/* The table of series: bounded, never shrinking, and read without a lock. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/utf8.h"
#include "metrics/metrics.h"

/* Hash both names with their NULs, so that "ab", "c" differs from "a", "bc". */
static uint32_t
hash_names(const char *operation, const char *policy)
{
	uint64_t hash = bo_hash(0, operation, strlen(operation) + 1);

	return (uint32_t)bo_hash(hash, policy, strlen(policy) + 1);
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

struct bo_series *
bo_series_new(const char *operation, const char *policy)
{
	static const char frame[] = "op=\"\",policy=\"\"";
	size_t names = strlen(operation) + strlen(policy);
	/* Space for each name as it is, and escaped. */
	struct bo_series *s =
		calloc(1, sizeof(*s) + names + 2 + 2 * names + sizeof(frame));
	char *at;

	if (s == NULL)
		return NULL;
	s->hash = hash_names(operation, policy);
	s->operation = s->text;
	at = put(s->text, operation) + 1;
	s->policy = at;
	at = put(at, policy) + 1;
	s->labels = at;
	at = put(at, "op=\"");
	at += bo_label_escape(operation, at);
	at = put(at, "\",policy=\"");
	at += bo_label_escape(policy, at);
	put(at, "\"");
	return s;
}

/* The slot with these names, or else the first free one where they belong. */
static bo_slot *
probe(struct backoff_metrics *m, uint32_t hash, const char *operation,
      const char *policy, struct bo_series **found)
{
	for (size_t i = hash & m->slot_mask;; i = (i + 1) & m->slot_mask) {
		struct bo_series *s =
			atomic_load_explicit(&m->slot[i], memory_order_acquire);

		*found = s;
		if (s == NULL ||
		    (s->hash == hash && strcmp(s->operation, operation) == 0 &&
		     strcmp(s->policy, policy) == 0))
			return &m->slot[i];
	}
}

void
bo_series_add(struct backoff_metrics *metrics, struct bo_series *series)
{
	struct bo_series *there;
	bo_slot *slot = probe(metrics, series->hash, series->operation,
			      series->policy, &there);

	atomic_store(slot, series);
}

/* Add a series for clean names, unless another thread has added it. NULL above
 * the limit or without memory. No thread may see the limit reached before the
 * series that reached it, nor by one that is taken back: it would count the
 * start of an operation in one series and its end in another. */
static struct bo_series *
make(struct backoff_metrics *m, const char *operation, const char *policy)
{
	uint32_t hash = hash_names(operation, policy);
	struct bo_series *made, *there;
	bo_slot *slot;

	if (atomic_load(&m->used) >= m->limit) {
		probe(m, hash, operation, policy, &there);
		return there;
	}
	made = bo_series_new(operation, policy);
	if (made == NULL)
		return NULL;
	bo_metrics_lock(m);
	slot = probe(m, hash, operation, policy, &there);
	if (there == NULL && atomic_load(&m->used) < m->limit) {
		atomic_store(slot, made);
		atomic_fetch_add(&m->used, 1);
		there = made;
	}
	bo_metrics_unlock(m);
	if (there != made)
		free(made);
	return there;
}

struct bo_series *
bo_series_find(struct backoff_metrics *metrics, const char *operation,
	       const char *policy)
{
	char clean_operation[BO_LABEL_MAX + 1], clean_policy[BO_LABEL_MAX + 1];
	struct bo_series *s;

	operation = operation != NULL ? operation : "";
	policy = policy != NULL ? policy : "";
	probe(metrics, hash_names(operation, policy), operation, policy, &s);
	if (s != NULL)
		return s;
	/* Names that are not clean are looked up twice each time, so that they
	 * do not make a second series with the labels of the first. */
	bo_label_clean(operation, clean_operation);
	bo_label_clean(policy, clean_policy);
	probe(metrics, hash_names(clean_operation, clean_policy),
	      clean_operation, clean_policy, &s);
	if (s == NULL)
		s = make(metrics, clean_operation, clean_policy);
	if (s == NULL) {
		atomic_fetch_add_explicit(&metrics->folded, 1,
					  memory_order_relaxed);
		s = metrics->other;
	}
	return s;
}
