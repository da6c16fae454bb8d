/* Paths of states, walks and wanders, segment by segment. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "base/num.h"
#include "world/path.h"

/* Warm-up, in mean stays of all states, and in times of a wander. */
#define WARM_UP 20
/* Steps of a wander in its time. */
#define WANDER_STEPS 20
/* Shortest stay. */
#define STAY_MIN_NS 1000

static uint64_t
to_ns(double seconds)
{
	return seconds * 1e9 < STAY_MIN_NS ? STAY_MIN_NS
					   : (uint64_t)(seconds * 1e9);
}

static double
logit(double p)
{
	return log(p / (1 - p));
}

static double
warm_up(const struct rs_path *path)
{
	double sum = 0;

	if (path->wander)
		return WARM_UP * path->wander->time;
	if (path->process->state_count < 2)
		return 0;
	for (uint32_t i = 0; i < path->process->state_count; i++)
		sum += rs_law_mean(&path->process->state[i].stay);
	return WARM_UP * sum;
}

void
rs_path_init(struct rs_path *path, const struct rs_world_process *process,
	     const struct rs_world_wander *wander, uint64_t key,
	     uint64_t begin_ns)
{
	*path = (struct rs_path){
		.process = process, .wander = wander, .key = key};
	path->begin_ns = bo_sub_sat(begin_ns, to_ns(warm_up(path)));
	path->end_ns = path->begin_ns;
}

void
rs_path_clear(struct rs_path *path)
{
	free(path->item);
	*path = (struct rs_path){0};
}

/* The state after another one. */
static uint32_t
next_state(const struct rs_world_process *process, uint32_t state,
	   struct rs_stream *stream)
{
	double sum = 0, at;

	if (process->order == 1)
		return (state + 1) % process->state_count;
	if (state > 0 || process->state_count == 1)
		return 0;
	for (uint32_t i = 1; i < process->state_count; i++)
		sum += process->state[i].weight;
	at = rs_stream_uniform(stream) * sum;
	for (uint32_t i = 1; i < process->state_count; i++) {
		at -= process->state[i].weight;
		if (at < 0)
			return i;
	}
	return process->state_count - 1;
}

/* Fill in the segment of a state; returns its length. */
static uint64_t
make_state(const struct rs_path *path, struct rs_segment *segment,
	   struct rs_stream *stream)
{
	const struct rs_world_process *process = path->process;
	const struct rs_world_state *state;
	double fails;

	segment->state =
		path->count == 0
			? 0
			: next_state(process, path->item[path->count - 1].state,
				     stream);
	state = &process->state[segment->state];
	fails = state->fails;
	if (state->fails_to >= 0)
		fails += (state->fails_to - fails) * rs_stream_uniform(stream);
	segment->value = (float)fails;
	return process->state_count == 1
		       ? UINT64_MAX
		       : to_ns(rs_law_draw(&state->stay, stream));
}

/* Fold a level back into its range. */
static double
reflect(double level, double low, double high)
{
	double width = high - low, x = fmod(level - low, 2 * width);

	if (x < 0)
		x += 2 * width;
	return low + (x > width ? 2 * width - x : x);
}

static uint64_t
make_walk(struct rs_path *path, struct rs_segment *segment,
	  struct rs_stream *stream)
{
	const struct rs_world_walk *walk = &path->process->walk;
	double low = logit(walk->low), high = logit(walk->high);

	if (path->count == 0)
		path->level = low + (high - low) * rs_stream_uniform(stream);
	else
		path->level =
			reflect(path->level + walk->sigma * sqrt(walk->every) *
						      rs_stream_normal(stream),
				low, high);
	segment->value = (float)(1 / (1 + exp(-path->level)));
	return to_ns(walk->every);
}

/* An Ornstein-Uhlenbeck process in steps. */
static uint64_t
make_wander(struct rs_path *path, struct rs_segment *segment,
	    struct rs_stream *stream)
{
	const struct rs_world_wander *wander = path->wander;
	double keep = exp(-1.0 / WANDER_STEPS);

	path->level = keep * path->level + sqrt(1 - keep * keep) *
						   wander->sigma *
						   rs_stream_normal(stream);
	segment->value = (float)exp(path->level);
	return to_ns(wander->time / WANDER_STEPS);
}

static bool
extend(struct rs_path *path)
{
	struct rs_segment segment = {.from_ns = path->end_ns};
	struct rs_stream stream = {bo_mix64(path->key) +
				   bo_mix64(path->count + 1)};
	uint64_t length_ns = UINT64_MAX;

	if (path->count == path->room) {
		size_t room = path->room ? path->room * 2 : 64;
		struct rs_segment *grown =
			realloc(path->item, room * sizeof(*grown));

		if (grown == NULL)
			return false;
		path->item = grown;
		path->room = room;
	}
	if (path->wander)
		length_ns = make_wander(path, &segment, &stream);
	else if (path->process->walk.given)
		length_ns = make_walk(path, &segment, &stream);
	else if (path->process->state_count > 0)
		length_ns = make_state(path, &segment, &stream);
	path->item[path->count++] = segment;
	path->end_ns = bo_add_sat(path->end_ns, length_ns);
	return true;
}

const struct rs_segment *
rs_path_at(struct rs_path *path, uint64_t now_ns, uint64_t *end_ns)
{
	while (path->end_ns <= now_ns || path->count == 0)
		if (!extend(path))
			return NULL;
	while (path->item[path->at].from_ns > now_ns && path->at > 0)
		path->at--;
	while (path->at + 1 < path->count &&
	       path->item[path->at + 1].from_ns <= now_ns)
		path->at++;
	*end_ns = path->at + 1 < path->count ? path->item[path->at + 1].from_ns
					     : path->end_ns;
	return &path->item[path->at];
}

double
rs_path_fails(const struct rs_path *path, const struct rs_segment *segment,
	      uint64_t now_ns)
{
	const struct rs_world_drift *drift = &path->process->drift;
	double phase;

	if (!drift->given)
		return (double)segment->value;
	phase = (double)(now_ns - path->begin_ns) / 1e9 / drift->period;
	return drift->low +
	       (drift->high - drift->low) * (1 - cos(2 * M_PI * phase)) / 2;
}
