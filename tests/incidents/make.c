/* Makes the log of an incident: calls, attempts, hedges, breakers, budgets. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <backoff/rng.h>

#include "incidents/incident.h"

/* From an attempt's end to its line. */
#define WRITING_S 0.005

#define HOSTS_MAX 16
#define BREAKER_LAST 40
#define BREAKER_FAILED 30
#define BREAKER_OPEN_S 10.0
#define BLIP_EACH_S 240.0
#define BUDGET_MAX 50.0
#define BUDGET_REFILL 0.2

/* An attempt that is to begin. */
struct pending {
	double at_s, first_s;
	uint64_t number;
	unsigned attempt, host;
	bool canary;
};

struct breaker {
	bool failed[BREAKER_LAST];
	unsigned next, sum, seen;
	double open_until_s;
};

struct maker {
	const struct incident *incident;
	unsigned operation;
	const struct usual *usual;
	struct lines *out;
	uint64_t calls;
	uint32_t draws;
	struct breaker breaker[HOSTS_MAX];
	double tokens;
	/* A heap by time. */
	struct pending *heap;
	size_t count, room;
};

static double
draw(struct maker *maker)
{
	uint64_t bits =
		backoff_draw(maker->incident->seed, BACKOFF_PURPOSE_USER,
			     maker->operation, maker->draws++);

	return ((double)(bits >> 11) + 0.5) * 0x1p-53;
}

static void *
grow(void *old, size_t *room, size_t size)
{
	void *grown;

	*room = *room * 2 + 1024;
	grown = reallocarray(old, *room, size);
	if (grown == NULL)
		abort();
	return grown;
}

static void
push(struct maker *maker, struct pending item)
{
	size_t at = maker->count++;

	if (at == maker->room)
		maker->heap =
			grow(maker->heap, &maker->room, sizeof(*maker->heap));
	for (; at > 0 && maker->heap[(at - 1) / 2].at_s > item.at_s;
	     at = (at - 1) / 2)
		maker->heap[at] = maker->heap[(at - 1) / 2];
	maker->heap[at] = item;
}

static struct pending
pop(struct maker *maker)
{
	struct pending least = maker->heap[0];
	struct pending last = maker->heap[--maker->count];
	size_t at = 0, child;

	while ((child = at * 2 + 1) < maker->count) {
		if (child + 1 < maker->count &&
		    maker->heap[child + 1].at_s < maker->heap[child].at_s)
			child++;
		if (maker->heap[child].at_s >= last.at_s)
			break;
		maker->heap[at] = maker->heap[child];
		at = child;
	}
	maker->heap[at] = last;
	return least;
}

static double
rate_at(const struct usual *usual, double second)
{
	double rate = usual->rate *
		      (1.0 + usual->swing * sin(second / 86400.0 * 2.0 * M_PI));

	if (usual->burst > 0.0 && fmod(second, 600.0) < 10.0)
		rate *= usual->burst;
	if (usual->runs_s > 0.0 && fmod(second, 3600.0) >= usual->runs_s)
		return 0.0;
	return rate;
}

/* The trouble of an attempt, or NULL. */
static const struct trouble *
trouble_of(const struct maker *maker, const struct pending *item)
{
	double second = item->at_s;

	for (size_t i = 0; i < TROUBLES_MAX; i++) {
		const struct trouble *trouble = &maker->incident->trouble[i];

		if (trouble->until > 0.0 &&
		    trouble->operation == maker->operation &&
		    second >= trouble->at && second < trouble->until &&
		    (trouble->host == 0 || trouble->host == item->host + 1) &&
		    (!trouble->canary || item->canary))
			return trouble;
	}
	return NULL;
}

static double
share_of(const struct maker *maker, const struct trouble *trouble,
	 double second)
{
	double usual = maker->usual->fails;

	if (fmod(second, BLIP_EACH_S) < maker->usual->blip_s)
		return 0.5;
	if (trouble == NULL || trouble->fails <= 0.0)
		return usual;
	if (second - trouble->at >= trouble->ramp_s)
		return trouble->fails;
	return usual + (trouble->fails - usual) * (second - trouble->at) /
			       trouble->ramp_s;
}

static void
write_line(struct maker *maker, struct line line)
{
	const struct incident *incident = maker->incident;
	struct lines *out = maker->out;
	double sent_s, batch_s = incident->batch_s;

	if (maker->usual->failures_only && line.success)
		return;
	if (out->count == out->room)
		out->line = grow(out->line, &out->room, sizeof(*out->line));
	line.operation = maker->operation;
	line.logged_s = line.true_s;
	if (line.host == 0)
		line.logged_s +=
			incident->jump_at > 0.0 &&
					line.true_s >= incident->jump_at
				? incident->jump_s
				: incident->skew_s;
	sent_s = line.true_s;
	if (line.host == 0 && incident->host_batch_s > 0.0)
		batch_s = incident->host_batch_s;
	if (batch_s > 0.0)
		sent_s = ceil(sent_s / batch_s) * batch_s;
	line.arrived_s = sent_s + WRITING_S + incident->late_s +
			 (line.host == 0 ? incident->host_late_s : 0.0);
	out->line[out->count++] = line;
}

static bool
is_refused(const struct maker *maker, const struct pending *item)
{
	return maker->usual->breaker &&
	       item->at_s < maker->breaker[item->host].open_until_s;
}

static void
note_result(struct maker *maker, const struct pending *item, bool failed)
{
	struct breaker *breaker = &maker->breaker[item->host];

	if (!failed)
		maker->tokens = fmin(BUDGET_MAX, maker->tokens + BUDGET_REFILL);
	if (!maker->usual->breaker)
		return;
	breaker->sum -= breaker->failed[breaker->next];
	breaker->failed[breaker->next] = failed;
	breaker->sum += failed;
	breaker->next = (breaker->next + 1) % BREAKER_LAST;
	if (breaker->sum >= BREAKER_FAILED && failed)
		breaker->open_until_s = item->at_s + BREAKER_OPEN_S;
}

/* The attempt lost against a hedge, or won after one was sent. */
static void
write_hedged(struct maker *maker, const struct pending *item, struct line line,
	     double duration)
{
	double hedge = maker->usual->median_s *
		       exp(0.5 * sqrt(-2.0 * log(draw(maker))) *
			   cos(2.0 * M_PI * draw(maker)));
	bool wins = maker->usual->hedge_s + hedge < duration;
	struct line lost = line;

	duration = fmin(duration, maker->usual->hedge_s + hedge);
	line.true_s = lost.true_s = item->at_s + duration;
	lost.type = BACKOFF_EVENT_ATTEMPT;
	lost.success = false;
	lost.cancelled = true;
	lost.kind = wins ? BACKOFF_KIND_FIRST : BACKOFF_KIND_HEDGE;
	lost.attempt = wins ? 1 : 2;
	lost.duration_s = duration;
	write_line(maker, lost);
	line.kind = wins ? BACKOFF_KIND_HEDGE : BACKOFF_KIND_FIRST;
	line.attempt = wins ? 2 : 1;
	line.elapsed_s = duration;
	line.duration_s = wins ? hedge : duration;
	write_line(maker, line);
}

/* What follows a failed attempt: a retry, or the end of the call. */
static void
write_failed(struct maker *maker, const struct pending *item, struct line line,
	     bool aborts)
{
	double wait_s = fmin(2.0, 0.1 * exp2(item->attempt - 1)) * draw(maker);
	struct pending again = *item;

	line.stop = BACKOFF_STOP_NONE;
	line.type = BACKOFF_EVENT_ATTEMPT;
	if (aborts) {
		line.type = BACKOFF_EVENT_ABORTED;
		line.stop = BACKOFF_STOP_NON_RETRYABLE;
	} else if (item->attempt >= maker->usual->max_attempts) {
		line.type = BACKOFF_EVENT_EXHAUSTED;
		line.stop = BACKOFF_STOP_MAX_ATTEMPTS;
	} else if (maker->usual->budget && maker->tokens < 1.0) {
		line.type = BACKOFF_EVENT_EXHAUSTED;
		line.stop = BACKOFF_STOP_BUDGET;
	}
	write_line(maker, line);
	if (line.type != BACKOFF_EVENT_ATTEMPT)
		return;
	maker->tokens -= 1.0;
	again.at_s = line.true_s + wait_s;
	again.attempt++;
	push(maker, again);
}

static void
attempt(struct maker *maker, const struct pending *item)
{
	const struct usual *usual = maker->usual;
	const struct trouble *trouble = trouble_of(maker, item);
	struct line line = {.host = item->host,
			    .canary = item->canary,
			    .attempt = item->attempt,
			    .kind = item->attempt > 1 ? BACKOFF_KIND_RETRY
						      : BACKOFF_KIND_FIRST,
			    .shows = trouble != NULL};
	double duration, normal;
	bool failed, slow;

	if (is_refused(maker, item)) {
		line.true_s = item->at_s;
		line.type = BACKOFF_EVENT_EXHAUSTED;
		line.stop = BACKOFF_STOP_BREAKER_OPEN;
		line.cancelled = true;
		write_line(maker, line);
		return;
	}
	normal = sqrt(-2.0 * log(draw(maker))) * cos(2.0 * M_PI * draw(maker));
	duration = usual->median_s * exp(0.5 * normal);
	failed = draw(maker) < share_of(maker, trouble, item->at_s);
	slow = trouble != NULL && trouble->slow_share > 0.0 &&
	       draw(maker) < trouble->slow_share;
	if (slow)
		duration *= trouble->slower;
	line.shows = trouble != NULL && (failed || slow);
	line.true_s = item->at_s + duration;
	line.duration_s = duration;
	line.elapsed_s = line.true_s - item->first_s;
	note_result(maker, item, failed);
	if (failed) {
		line.code = trouble != NULL && trouble->code != NULL
				    ? trouble->code
				    : "http:500";
		write_failed(maker, item, line,
			     trouble != NULL && trouble->aborts);
		return;
	}
	line.success = true;
	line.type = BACKOFF_EVENT_SUCCESS;
	line.stop = BACKOFF_STOP_SUCCESS;
	if (usual->hedge_s > 0.0 && duration > usual->hedge_s &&
	    item->attempt == 1)
		write_hedged(maker, item, line, duration);
	else
		write_line(maker, line);
}

static bool
is_rolled_back(const struct maker *maker, double at_s)
{
	const struct trouble *trouble = &maker->incident->trouble[0];

	return trouble->rolled_back && at_s >= trouble->until;
}

/* The next call; thinned, so that its rate changes with time. */
static void
arrive(struct maker *maker, double after_s)
{
	const struct usual *usual = maker->usual;
	double most =
		usual->rate * (1.0 + usual->swing) * fmax(1.0, usual->burst);
	struct pending next;
	double at_s = after_s;

	do
		at_s -= log(draw(maker)) / most;
	while (at_s < maker->incident->length_s &&
	       draw(maker) * most > rate_at(usual, at_s));
	if (at_s >= maker->incident->length_s)
		return;
	next = (struct pending){
		.at_s = at_s,
		.first_s = at_s,
		.number = maker->calls++,
		.attempt = 1,
		.host = (unsigned)(draw(maker) * usual->hosts),
	};
	if (usual->canary > 0.0)
		next.canary = draw(maker) < usual->canary &&
			      !is_rolled_back(maker, at_s);
	push(maker, next);
}

static int
by_arrival(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->arrived_s != y->arrived_s)
		return x->arrived_s < y->arrived_s ? -1 : 1;
	return (x->true_s > y->true_s) - (x->true_s < y->true_s);
}

void
incident_make(const struct incident *incident, struct lines *out)
{
	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < OPERATIONS_MAX; i++) {
		struct maker maker = {.incident = incident,
				      .operation = i,
				      .usual = &incident->operation[i],
				      .out = out,
				      .tokens = BUDGET_MAX};

		if (maker.usual->name == NULL)
			continue;
		arrive(&maker, 0.0);
		while (maker.count > 0) {
			struct pending item = pop(&maker);

			if (item.attempt == 1)
				arrive(&maker, item.at_s);
			attempt(&maker, &item);
		}
		free(maker.heap);
	}
	qsort(out->line, out->count, sizeof(*out->line), by_arrival);
}
