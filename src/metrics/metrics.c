/* Make and free metrics, watch guards and sinks, and reset after fork(2). */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "metrics/metrics.h"

#include <stdlib.h>
#include <string.h>

#define LIMIT_MAX 65536

static void
clear(bo_counter *counter)
{
	atomic_store_explicit(counter, 0, memory_order_relaxed);
}

void
bo_metrics_forked(struct backoff_metrics *metrics)
{
	unsigned now = bo_process_generation();

	bo_metrics_lock(metrics);
	if (atomic_load(&metrics->generation) != now) {
		for (size_t i = 0; i <= metrics->slot_mask; i++) {
			struct bo_series *s = atomic_load(&metrics->slot[i]);
			bo_counter *c = s != NULL ? (void *)&s->counts : NULL;
			size_t n = sizeof(s->counts) / sizeof(*c);

			for (size_t k = 0; c != NULL && k < n; k++)
				clear(&c[k]);
		}
		clear(&metrics->dropped);
		clear(&metrics->unknown);
		clear(&metrics->folded);
		clear(&metrics->folded_targets);
		atomic_store_explicit(&metrics->generation, now,
				      memory_order_release);
	}
	bo_metrics_unlock(metrics);
}

/* A table for @series series, and the common one. False without memory. */
static bool
make_table(struct backoff_metrics *m, size_t series)
{
	size_t slots = 4;
	bo_slot *slot;

	/* At most half full, so that each search soon meets a free slot. */
	while (slots < 2 * (series + 1))
		slots *= 2;
	slot = calloc(slots, sizeof(*slot));
	if (slot == NULL)
		return false;
	free(m->slot);
	m->slot = slot;
	m->slot_mask = slots - 1;
	bo_series_add(m, m->other);
	return true;
}

enum backoff_status
backoff_metrics_new(uint32_t limit, struct backoff_metrics **out)
{
	struct backoff_metrics *m;

	if (limit < 1 || limit > LIMIT_MAX || out == NULL)
		return BACKOFF_E_ARGUMENT;
	m = calloc(1, sizeof(*m));
	if (m == NULL || bo_process_init() != BACKOFF_OK) {
		free(m);
		return BACKOFF_E_NOMEM;
	}
	atomic_init(&m->generation, bo_process_generation());
	m->limit = limit;
	m->other = bo_series_new("_other", "_other", "");
	if (m->other == NULL || !make_table(m, limit)) {
		free(m->other);
		free(m);
		return BACKOFF_E_NOMEM;
	}
	*out = m;
	return BACKOFF_OK;
}

enum backoff_status
backoff_metrics_set_targets(struct backoff_metrics *metrics, uint32_t limit)
{
	if (metrics == NULL || limit > LIMIT_MAX)
		return BACKOFF_E_ARGUMENT;
	if (atomic_load(&metrics->used) > 0 || metrics->folded > 0)
		return BACKOFF_E_STATE;
	/* Each pair may have a series without a target, and one for all targets
	 * above the limit. */
	if (!make_table(metrics, 2 * (size_t)metrics->limit + limit))
		return BACKOFF_E_NOMEM;
	metrics->targets = limit;
	return BACKOFF_OK;
}

static void
free_watch(struct bo_watch *watch)
{
	free(watch->name);
	free(watch);
}

void
backoff_metrics_free(struct backoff_metrics *metrics)
{
	struct bo_watch *next;

	if (metrics == NULL)
		return;
	for (size_t i = 0; i <= metrics->slot_mask; i++)
		free(atomic_load(&metrics->slot[i]));
	for (struct bo_watch *w = metrics->watches; w != NULL; w = next) {
		next = w->next;
		free_watch(w);
	}
	free(metrics->slot);
	free(metrics);
}

static bool
is_taken(const struct backoff_metrics *m, const struct bo_watch *as)
{
	for (const struct bo_watch *w = m->watches; w != NULL; w = w->next)
		if (as->name != NULL
			    ? w->name != NULL && strcmp(w->name, as->name) == 0
			    : w->sink == as->sink)
			return true;
	return false;
}

/* Takes ownership of the name, even on failure. */
static enum backoff_status
watch(struct backoff_metrics *m, struct bo_watch as)
{
	struct bo_watch *made = malloc(sizeof(*made));
	enum backoff_status status = BACKOFF_OK;

	if (made == NULL) {
		free(as.name);
		return BACKOFF_E_NOMEM;
	}
	*made = as;
	bo_metrics_enter(m);
	bo_metrics_lock(m);
	if (is_taken(m, made)) {
		status = BACKOFF_E_STATE;
	} else if (m->watched >= m->limit) {
		status = BACKOFF_E_LIMIT;
	} else {
		made->next = m->watches;
		m->watches = made;
		m->watched++;
	}
	bo_metrics_unlock(m);
	if (status != BACKOFF_OK)
		free_watch(made);
	return status;
}

enum backoff_status
backoff_metrics_watch_guard(struct backoff_metrics *metrics, const char *name,
			    const struct backoff_guard *guard)
{
	char clean[BO_LABEL_MAX + 1], *escaped;

	if (metrics == NULL || name == NULL || guard == NULL ||
	    name[0] == '\0' || strlen(name) > BO_LABEL_MAX)
		return BACKOFF_E_ARGUMENT;
	bo_label_clean(name, clean);
	escaped = malloc(2 * strlen(clean) + 1);
	if (escaped == NULL)
		return BACKOFF_E_NOMEM;
	bo_label_escape(clean, escaped);
	return watch(metrics,
		     (struct bo_watch){.guard = guard, .name = escaped});
}

enum backoff_status
backoff_metrics_watch_sink(struct backoff_metrics *metrics,
			   const struct backoff_sink *sink)
{
	if (metrics == NULL || sink == NULL)
		return BACKOFF_E_ARGUMENT;
	return watch(metrics, (struct bo_watch){.sink = sink});
}

/* The next text must still count what the sink has lost. */
static void
keep_losses(struct backoff_metrics *m, const struct bo_watch *w)
{
	if (w->sink != NULL)
		bo_counter_add(&m->dropped, backoff_sink_dropped(w->sink));
}

enum backoff_status
backoff_metrics_unwatch(struct backoff_metrics *metrics, const void *watched)
{
	enum backoff_status status = BACKOFF_E_ARGUMENT;
	bo_watch_link *at;
	struct bo_watch *w;

	if (metrics == NULL || watched == NULL)
		return status;
	bo_metrics_enter(metrics);
	bo_metrics_lock(metrics);
	for (at = &metrics->watches; (w = *at) != NULL;) {
		if (w->guard != watched && w->sink != watched) {
			at = &w->next;
			continue;
		}
		keep_losses(metrics, w);
		*at = w->next;
		metrics->watched--;
		free_watch(w);
		status = BACKOFF_OK;
	}
	bo_metrics_unlock(metrics);
	return status;
}
