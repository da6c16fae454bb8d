/* Plays recorded logs as if they were written now. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/replay.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"

/* A line, followed by its text. */
struct kept {
	struct kept *next;
	size_t input;
	/** The time of the newest event of its log up to it; 0 if there is
	 *  none. */
	uint64_t at_ns;
	struct tk_line line;
	char text[];
};

/* A log, which may be of several inputs. */
struct source {
	bool is_one;
	struct kept *first, **last;
	/** Time of the newest event that was kept. */
	uint64_t at_ns;
};

struct rt_replay {
	struct rt_ingest *ingest, *peek;
	const size_t *whole;
	uint64_t speed;
	/** Event time when the monotonic clock was start_ns; 0 before the first
	 *  event. */
	uint64_t origin_ns, start_ns;
	/** The second at which its clock waits. */
	uint64_t stop_ns;
	/** Since when the user holds it, by the monotonic clock. */
	uint64_t held_ns;
	bool held;
	bool ended;
	/** The log of the line that is peeked at. */
	struct source *peeked;
	size_t count;
	struct source source[];
};

static void
note_time(void *user, const struct backoff_event *event, bool whole)
{
	struct rt_replay *replay = user;

	(void)whole;
	if (event->ts_ns > replay->peeked->at_ns)
		replay->peeked->at_ns = event->ts_ns;
}

struct rt_replay *
rt_replay_new(struct rt_ingest *ingest, struct rt_ingest *peek,
	      const size_t *whole, size_t inputs, uint64_t speed)
{
	struct rt_replay *replay =
		calloc(1, sizeof(*replay) + inputs * sizeof(*replay->source));

	if (replay == NULL)
		return NULL;
	replay->ingest = ingest;
	replay->peek = peek;
	replay->whole = whole;
	replay->speed = speed;
	replay->count = inputs;
	for (size_t i = 0; i < inputs; i++) {
		replay->source[i].last = &replay->source[i].first;
		replay->source[whole[i]].is_one = true;
	}
	peek->on_event = note_time;
	peek->on_event_user = replay;
	return replay;
}

void
rt_replay_free(struct rt_replay *replay)
{
	for (size_t i = 0; replay != NULL && i < replay->count; i++)
		while (replay->source[i].first != NULL) {
			struct kept *kept = replay->source[i].first;

			replay->source[i].first = kept->next;
			free(kept);
		}
	free(replay);
}

void
rt_replay_line(void *user, size_t input, const struct tk_line *line)
{
	struct rt_replay *replay = user;
	struct source *source = &replay->source[replay->whole[input]];
	struct kept *kept = malloc(sizeof(*kept) + line->length + 1);

	if (kept == NULL) {
		replay->ingest->no_memory = true;
		return;
	}
	*kept = (struct kept){.input = input, .line = *line};
	memcpy(kept->text, line->text, line->length);
	kept->text[line->length] = '\0';
	kept->line.text = kept->text;
	replay->peeked = source;
	rt_ingest_line(replay->peek, input, &kept->line);
	kept->at_ns = source->at_ns;
	*source->last = kept;
	source->last = &kept->next;
}

bool
rt_replay_wants(const struct rt_replay *replay)
{
	for (size_t i = 0; !replay->ended && i < replay->count; i++)
		if (replay->source[i].is_one && replay->source[i].first == NULL)
			return true;
	return false;
}

void
rt_replay_end(struct rt_replay *replay)
{
	replay->ended = true;
}

/* The source whose next line comes first; NULL if there is none. */
static struct source *
next_source(struct rt_replay *replay)
{
	struct source *next = NULL;

	for (size_t i = 0; i < replay->count; i++) {
		struct source *source = &replay->source[i];

		if (source->first != NULL &&
		    (next == NULL || source->first->at_ns < next->first->at_ns))
			next = source;
	}
	return next;
}

static uint64_t
second_after(uint64_t at_ns)
{
	return (at_ns / BO_NS_PER_S + 1) * BO_NS_PER_S;
}

static void
play_line(struct rt_replay *replay, struct source *source)
{
	struct kept *kept = source->first;

	source->first = kept->next;
	if (source->first == NULL)
		source->last = &source->first;
	rt_ingest_line(replay->ingest, kept->input, &kept->line);
	free(kept);
}

/* The clock starts at the first event, if lines show one. */
static void
start(struct rt_replay *replay, uint64_t now_ns)
{
	uint64_t first_ns = UINT64_MAX;

	for (size_t i = 0; i < replay->count; i++) {
		const struct kept *kept = replay->source[i].first;

		while (kept != NULL && kept->at_ns == 0)
			kept = kept->next;
		if (kept != NULL)
			first_ns = bo_min(first_ns, kept->at_ns);
	}
	if (first_ns == UINT64_MAX)
		return;
	replay->origin_ns = first_ns;
	replay->start_ns = now_ns;
	replay->stop_ns = second_after(first_ns);
	rt_ingest_catch_up(replay->ingest);
}

bool
rt_replay_play(struct rt_replay *replay, uint64_t now_ns, size_t most)
{
	for (size_t lines = 0; !rt_replay_wants(replay); lines++) {
		struct source *source = next_source(replay);
		uint64_t wall_ns;

		if (replay->held)
			return false;
		if (replay->origin_ns == 0)
			start(replay, now_ns);
		wall_ns = rt_replay_wall_ns(replay, now_ns);
		if (source == NULL ||
		    (wall_ns != 0 && source->first->at_ns > wall_ns))
			return false;
		if (lines == most)
			return true;
		replay->ingest->wall_ns = wall_ns;
		play_line(replay, source);
	}
	return true;
}

/* When its clock shows a time, by the monotonic clock. */
static uint64_t
due_ns(const struct rt_replay *replay, uint64_t at_ns)
{
	return bo_add_sat(replay->start_ns,
			  bo_sub_sat(at_ns, replay->origin_ns) / replay->speed);
}

uint64_t
rt_replay_due_ns(const struct rt_replay *replay)
{
	uint64_t at_ns = UINT64_MAX;

	for (size_t i = 0; i < replay->count; i++)
		if (replay->source[i].first != NULL)
			at_ns = bo_min(at_ns, replay->source[i].first->at_ns);
	if (at_ns == UINT64_MAX || replay->held)
		return UINT64_MAX;
	if (replay->origin_ns == 0)
		return at_ns;
	return due_ns(replay, at_ns);
}

bool
rt_replay_is_over(const struct rt_replay *replay)
{
	for (size_t i = 0; i < replay->count; i++)
		if (replay->source[i].first != NULL)
			return false;
	return replay->ended;
}

uint64_t
rt_replay_second_ns(const struct rt_replay *replay)
{
	if (replay->origin_ns == 0 || replay->held || rt_replay_is_over(replay))
		return UINT64_MAX;
	return due_ns(replay, replay->stop_ns);
}

/* What its clock would show if it did not wait. */
static uint64_t
unstopped_ns(const struct rt_replay *replay, uint64_t now_ns)
{
	if (replay->held)
		now_ns = replay->held_ns;
	return bo_add_sat(replay->origin_ns,
			  bo_mul_sat(bo_sub_sat(now_ns, replay->start_ns),
				     replay->speed));
}

bool
rt_replay_waits(const struct rt_replay *replay, uint64_t now_ns)
{
	return replay->origin_ns != 0 && !replay->held &&
	       !rt_replay_is_over(replay) &&
	       unstopped_ns(replay, now_ns) >= replay->stop_ns;
}

void
rt_replay_go_on(struct rt_replay *replay)
{
	replay->stop_ns = second_after(replay->stop_ns);
}

uint64_t
rt_replay_wall_ns(const struct rt_replay *replay, uint64_t now_ns)
{
	if (replay->origin_ns == 0)
		return 0;
	return bo_min(unstopped_ns(replay, now_ns), replay->stop_ns);
}

void
rt_replay_hold(struct rt_replay *replay, uint64_t now_ns, bool hold)
{
	if (hold && !replay->held)
		replay->held_ns = now_ns;
	if (!hold && replay->held)
		replay->start_ns += now_ns - replay->held_ns;
	replay->held = hold;
}
