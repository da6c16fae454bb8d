/* Write metrics as text: the families of one table, with their samples. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "base/buf.h"
#include "base/names.h"
#include "metrics/metrics.h"

struct writer {
	struct bo_out out;
	struct backoff_metrics *metrics;
	enum backoff_metrics_format format;
	uint64_t now_ns;
};

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

enum type {
	COUNTER,
	GAUGE,
	HISTOGRAM,
	TYPES,
};

struct family {
	/** Without the "_total" of counters. */
	const char *name;
	const char *help;
	enum type type;
	/** Histograms only. */
	const struct bo_bounds *bounds;
	/** One of these is set: called for each series, for each guard that is
	 *  watched, or once. */
	void (*series)(struct writer *w, const struct family *f,
		       const struct bo_series *s);
	void (*watch)(struct writer *w, const struct family *f,
		      const struct bo_watch *watch);
	void (*once)(struct writer *w, const struct family *f);
};

static void
put_number(struct writer *w, uint64_t value)
{
	bo_out_format(&w->out, "%llu", (unsigned long long)value);
}

/* Write the name, the labels in braces, and a space. Further labels are pairs
 * of name and value, which need no escapes. */
static void
begin_sample(struct writer *w, const struct family *f, const char *suffix,
	     const char *labels, const char *const more[], unsigned pairs)
{
	const char *between = labels != NULL ? "," : "";

	bo_out_text(&w->out, f->name);
	bo_out_text(&w->out, suffix);
	if (labels != NULL || pairs > 0) {
		bo_out_text(&w->out, "{");
		if (labels != NULL)
			bo_out_text(&w->out, labels);
		for (unsigned i = 0; i < pairs; i++, between = ",") {
			bo_out_text(&w->out, between);
			bo_out_text(&w->out, more[2 * i]);
			bo_out_text(&w->out, "=\"");
			bo_out_text(&w->out, more[2 * i + 1]);
			bo_out_text(&w->out, "\"");
		}
		bo_out_text(&w->out, "}");
	}
	bo_out_text(&w->out, " ");
}

static void
put_sample(struct writer *w, const struct family *f, const char *labels,
	   const char *const more[], unsigned pairs, uint64_t value)
{
	begin_sample(w, f, f->type == COUNTER ? "_total" : "", labels, more,
		     pairs);
	put_number(w, value);
	bo_out_text(&w->out, "\n");
}

/* Zero has no sample: most combinations of labels never occur. */
static void
put_count(struct writer *w, const struct family *f, const struct bo_series *s,
	  const char *const more[], unsigned pairs, const bo_counter *counter)
{
	uint64_t value = bo_counter_read(counter);

	if (value > 0)
		put_sample(w, f, s->labels, more, pairs, value);
}

static void
put_operations(struct writer *w, const struct family *f,
	       const struct bo_series *s)
{
	static const char *const result[] = {
		[BACKOFF_EVENT_SUCCESS - BACKOFF_EVENT_SUCCESS] = "success",
		[BACKOFF_EVENT_EXHAUSTED - BACKOFF_EVENT_SUCCESS] = "exhausted",
		[BACKOFF_EVENT_ABORTED - BACKOFF_EVENT_SUCCESS] = "aborted"};
	_Static_assert(LENGTH(result) == BO_RESULTS, "a name for each result");

	for (unsigned r = 0; r < BO_RESULTS; r++)
		for (unsigned stop = 0; stop < BO_STOPS; stop++)
			for (unsigned again = 0; again < 2; again++) {
				const char *const more[] = {
					"result",
					result[r],
					"retried",
					again ? "true" : "false",
					"stop_reason",
					stop != BACKOFF_STOP_NONE ? bo_stop_names[stop] : "unknown"};

				put_count(
					w, f, s, more, 3,
					&s->counts.operations[r][stop][again]);
			}
}

static void
put_attempts(struct writer *w, const struct family *f,
	     const struct bo_series *s)
{
	static const char *const kinds[] = {"unknown", "first", "retry",
					    "hedge"};
	_Static_assert(LENGTH(kinds) == BO_KINDS, "a name for each kind");
	const char *more[6] = {"kind", NULL, "class", NULL, "outcome", NULL};

	for (unsigned kind = 0; kind < BO_KINDS; kind++)
		for (unsigned class = 0; class < BO_CLASS_LABELS; class ++)
			for (unsigned n = 1; n <= BO_OUTCOMES; n++) {
				/* Unknown outcomes, at 0, come last. */
				unsigned i = n % BO_OUTCOMES;

				more[1] = kinds[kind];
				more[3] = class < BO_CLASS_LABELS - 1
						  ? bo_class_names[class]
						  : "none";
				more[5] =
					i > 0 ? bo_outcome_names[i] : "unknown";
				put_count(w, f, s, more, 3,
					  &s->counts.attempts[kind][class][i]);
			}
}

/* The count is the sum of the buckets as they were read, so that both agree
 * even if another thread counts meanwhile. */
static void
put_histogram(struct writer *w, const struct family *f,
	      const struct bo_series *s, const struct bo_histogram *h,
	      const char *source)
{
	const char *more[4] = {"delay_src", source, "le", NULL};
	const char *const *labels = source != NULL ? more : more + 2;
	unsigned extra = source != NULL;
	uint64_t bucket[BO_BUCKETS_MAX], count = 0, sum;

	for (unsigned i = 0; i <= f->bounds->count; i++) {
		count = bo_add_sat(count, bo_counter_read(&h->bucket[i]));
		bucket[i] = count;
	}
	if (count == 0)
		return;
	sum = bo_counter_read(&h->sum);
	for (unsigned i = 0; i <= f->bounds->count; i++) {
		more[3] = i < f->bounds->count ? f->bounds->at[i].text : "+Inf";
		begin_sample(w, f, "_bucket", s->labels, labels, extra + 1);
		put_number(w, bucket[i]);
		bo_out_text(&w->out, "\n");
	}
	begin_sample(w, f, "_count", s->labels, labels, extra);
	put_number(w, count);
	bo_out_text(&w->out, "\n");
	begin_sample(w, f, "_sum", s->labels, labels, extra);
	if (f->bounds->seconds)
		bo_out_seconds(&w->out, sum);
	else
		put_number(w, sum);
	bo_out_text(&w->out, "\n");
}

static void
put_attempt_duration(struct writer *w, const struct family *f,
		     const struct bo_series *s)
{
	put_histogram(w, f, s, &s->counts.attempt_duration, NULL);
}

static void
put_operation_duration(struct writer *w, const struct family *f,
		       const struct bo_series *s)
{
	put_histogram(w, f, s, &s->counts.operation_duration, NULL);
}

static void
put_retries(struct writer *w, const struct family *f, const struct bo_series *s)
{
	put_histogram(w, f, s, &s->counts.retries, NULL);
}

static void
put_backoff(struct writer *w, const struct family *f, const struct bo_series *s)
{
	put_histogram(w, f, s, &s->counts.backoff, NULL);
}

static void
put_delays(struct writer *w, const struct family *f, const struct bo_series *s)
{
	static const char *const sources[] = {"unknown", "backoff", "hint",
					      "zero"};
	_Static_assert(LENGTH(sources) == BO_DELAY_SOURCES,
		       "a name for each source");

	for (unsigned i = 0; i < BO_DELAY_SOURCES; i++)
		put_histogram(w, f, s, &s->counts.delay[i], sources[i]);
}

/* Samples with one more label, whose values are names. An index without a name
 * has no sample. */
static void
put_row(struct writer *w, const struct family *f, const struct bo_series *s,
	const char *label, const char *const names[], const bo_counter *row,
	unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		const char *const more[] = {label, names[i]};

		if (names[i] != NULL)
			put_count(w, f, s, more, 1, &row[i]);
	}
}

static void
put_suppressed(struct writer *w, const struct family *f,
	       const struct bo_series *s)
{
	static const char *const names[] = {NULL,       "budget", "breaker",
					    "deadline", "hint",   "idempotency",
					    "limit"};
	_Static_assert(LENGTH(names) == BO_REASONS, "a name for each reason");

	put_row(w, f, s, "reason", names, s->counts.suppressed, BO_REASONS);
}

static void
put_hints(struct writer *w, const struct family *f, const struct bo_series *s)
{
	static const char *const names[] = {NULL, "honoured", "clamped",
					    "ignored", "gave_up"};
	_Static_assert(LENGTH(names) == BO_HINT_ACTIONS,
		       "a name for each action");

	put_row(w, f, s, "action", names, s->counts.hints, BO_HINT_ACTIONS);
}

static const char *const breaker_states[] = {"unknown", "closed", "open",
					     "half_open"};
_Static_assert(LENGTH(breaker_states) == BO_BREAKERS, "a name for each state");

static void
put_transitions(struct writer *w, const struct family *f,
		const struct bo_series *s)
{
	put_row(w, f, s, "state", breaker_states, s->counts.transitions,
		BO_BREAKERS);
}

static void
put_inflight(struct writer *w, const struct family *f,
	     const struct bo_series *s)
{
	static const char *const attempt[] = {"state", "attempt"};
	static const char *const backoff[] = {"state", "backoff"};

	if (bo_counter_read(&s->counts.starts) == 0)
		return;
	put_sample(w, f, s->labels, attempt, 1,
		   bo_counter_read(&s->counts.running));
	put_sample(w, f, s->labels, backoff, 1,
		   bo_counter_read(&s->counts.waiting));
}

static void
put_milli(struct writer *w, const struct family *f,
	  const struct bo_watch *watch, uint64_t milli)
{
	const char *const more[] = {"budget", watch->name};

	if (milli == BACKOFF_FOREVER)
		return;
	begin_sample(w, f, "", NULL, more, 1);
	put_number(w, milli / 1000);
	if (milli % 1000 > 0)
		bo_out_format(&w->out, ".%03u", (unsigned)(milli % 1000));
	bo_out_text(&w->out, "\n");
}

static void
put_tokens(struct writer *w, const struct family *f,
	   const struct bo_watch *watch)
{
	put_milli(w, f, watch,
		  backoff_guard_tokens_milli(watch->guard, w->now_ns));
}

static void
put_capacity(struct writer *w, const struct family *f,
	     const struct bo_watch *watch)
{
	put_milli(w, f, watch, backoff_guard_capacity_milli(watch->guard));
}

static void
put_breaker(struct writer *w, const struct family *f,
	    const struct bo_watch *watch)
{
	enum backoff_breaker now =
		backoff_guard_breaker(watch->guard, w->now_ns);

	if (now == BACKOFF_BREAKER_NONE)
		return;
	for (unsigned i = BACKOFF_BREAKER_CLOSED; i < BO_BREAKERS; i++) {
		const char *const more[] = {"breaker", watch->name, "state",
					    breaker_states[i]};

		put_sample(w, f, NULL, more, 2, i == (unsigned)now);
	}
}

static void
put_dropped(struct writer *w, const struct family *f)
{
	uint64_t lost;

	/* Read both under the lock: a sink that is no longer watched has added
	 * its losses to the counter. */
	bo_metrics_lock(w->metrics);
	lost = bo_counter_read(&w->metrics->dropped);
	for (const struct bo_watch *at = w->metrics->watches; at != NULL;
	     at = at->next)
		if (at->sink != NULL)
			lost = bo_add_sat(lost, backoff_sink_dropped(at->sink));
	bo_metrics_unlock(w->metrics);
	put_sample(w, f, NULL, NULL, 0, lost);
}

static void
put_unknown(struct writer *w, const struct family *f)
{
	put_sample(w, f, NULL, NULL, 0, bo_counter_read(&w->metrics->unknown));
}

static void
put_folded(struct writer *w, const struct family *f)
{
	put_sample(w, f, NULL, NULL, 0, bo_counter_read(&w->metrics->folded));
}

static void
put_folded_targets(struct writer *w, const struct family *f)
{
	put_sample(w, f, NULL, NULL, 0,
		   bo_counter_read(&w->metrics->folded_targets));
}

#define EACH_SERIES(put) put, NULL, NULL
#define EACH_WATCH(put) NULL, put, NULL
#define ONCE(put) NULL, NULL, put

static const struct family families[] = {
	{"retry_operations", "Finished calls by how they ended.", COUNTER, NULL,
	 EACH_SERIES(put_operations)},
	{"retry_attempts", "Attempts, including first ones.", COUNTER, NULL,
	 EACH_SERIES(put_attempts)},
	{"retry_attempt_duration_seconds", "Duration of one attempt.",
	 HISTOGRAM, &bo_time_bounds, EACH_SERIES(put_attempt_duration)},
	{"retry_operation_duration_seconds",
	 "Duration of a call, including waits.", HISTOGRAM, &bo_time_bounds,
	 EACH_SERIES(put_operation_duration)},
	{"retry_operation_retries",
	 "Retries per call, of calls with at least one.", HISTOGRAM,
	 &bo_retry_bounds, EACH_SERIES(put_retries)},
	{"retry_operation_backoff_seconds",
	 "Total wait per call, of calls that waited.", HISTOGRAM,
	 &bo_time_bounds, EACH_SERIES(put_backoff)},
	{"retry_delay_seconds",
	 "Duration of each wait, as decided when it began.", HISTOGRAM,
	 &bo_time_bounds, EACH_SERIES(put_delays)},
	{"retry_suppressed",
	 "Calls that ended without a retry of a retryable failure, or without "
	 "any attempt.",
	 COUNTER, NULL, EACH_SERIES(put_suppressed)},
	{"retry_server_hints", "Server hints by how they were used.", COUNTER,
	 NULL, EACH_SERIES(put_hints)},
	{"retry_breaker_transitions", "Breaker transitions by new state.",
	 COUNTER, NULL, EACH_SERIES(put_transitions)},
	{"retry_inflight",
	 "Calls in an attempt or a wait, if attempt starts are logged.", GAUGE,
	 NULL, EACH_SERIES(put_inflight)},
	{"retry_budget_tokens", "Tokens left in a retry budget.", GAUGE, NULL,
	 EACH_WATCH(put_tokens)},
	{"retry_budget_capacity", "Maximum tokens of a retry budget.", GAUGE,
	 NULL, EACH_WATCH(put_capacity)},
	{"retry_breaker_state", "1 for the current state of a breaker.", GAUGE,
	 NULL, EACH_WATCH(put_breaker)},
	{"retry_events_dropped", "Events that sinks lost.", COUNTER, NULL,
	 ONCE(put_dropped)},
	{"retry_events_unknown", "Events of an unknown type.", COUNTER, NULL,
	 ONCE(put_unknown)},
	{"retry_metrics_folded",
	 "Events counted under operation _other: no series was left.", COUNTER,
	 NULL, ONCE(put_folded)},
	{"retry_metrics_targets_folded",
	 "Events counted under target _other: no series was left.", COUNTER,
	 NULL, ONCE(put_folded_targets)},
};

/* OpenMetrics names a counter's family without the suffix of its sample; the
 * older format names both alike. */
static void
put_head(struct writer *w, const struct family *f)
{
	static const char *const types[] = {"counter", "gauge", "histogram"};
	_Static_assert(LENGTH(types) == TYPES, "a name for each type");
	bool open = w->format == BACKOFF_METRICS_OPENMETRICS;
	const char *suffix = !open && f->type == COUNTER ? "_total" : "";

	bo_out_format(&w->out, "# HELP %s%s %s\n", f->name, suffix, f->help);
	bo_out_format(&w->out, "# TYPE %s%s %s\n", f->name, suffix,
		      types[f->type]);
	if (open && f->bounds != NULL && f->bounds->seconds)
		bo_out_format(&w->out, "# UNIT %s seconds\n", f->name);
}

static void
put_family(struct writer *w, const struct family *f)
{
	struct backoff_metrics *m = w->metrics;

	if (f->once == put_folded_targets && m->targets == 0)
		return;
	put_head(w, f);
	if (f->once != NULL)
		f->once(w, f);
	for (size_t i = 0; f->series != NULL && i <= m->slot_mask; i++) {
		const struct bo_series *s =
			atomic_load_explicit(&m->slot[i], memory_order_acquire);

		if (s != NULL)
			f->series(w, f, s);
	}
	if (f->watch == NULL)
		return;
	bo_metrics_lock(m);
	for (const struct bo_watch *at = m->watches; at != NULL; at = at->next)
		if (at->guard != NULL)
			f->watch(w, f, at);
	bo_metrics_unlock(m);
}

size_t
backoff_metrics_write(struct backoff_metrics *metrics,
		      enum backoff_metrics_format format, uint64_t now_ns,
		      char *buffer, size_t size)
{
	if (metrics == NULL)
		return 0;
	struct writer w = {bo_out_init(buffer, size), metrics, format, now_ns};

	bo_metrics_enter(metrics);
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		put_family(&w, &families[i]);
	if (format == BACKOFF_METRICS_OPENMETRICS)
		bo_out_text(&w.out, "# EOF\n");
	return w.out.length;
}

const char *
backoff_metrics_content_type(enum backoff_metrics_format format)
{
	switch (format) {
	case BACKOFF_METRICS_OPENMETRICS:
		return "application/openmetrics-text; version=1.0.0; "
		       "charset=utf-8";
	case BACKOFF_METRICS_PROMETHEUS:
		return "text/plain; version=0.0.4; charset=utf-8";
	}
	return NULL;
}
