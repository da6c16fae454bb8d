/* Draws the calls of a world, and begins its paths. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "base/num.h"
#include "world/scene.h"

static double
burst_factor(const struct rs_world_bursts *bursts, double now)
{
	double at;

	if (!bursts->given)
		return 1;
	at = fmod(now + bursts->every / 2, bursts->every);
	return at < bursts->length ? bursts->factor : 1;
}

static double
rate_at(const struct rs_world_arrivals *arrivals, double now)
{
	double sine = sin(2 * M_PI * now / arrivals->period);

	return arrivals->rate * (1 + arrivals->swing * sine) *
	       burst_factor(&arrivals->bursts, now);
}

static bool
push_call(struct rs_scene *scene, size_t *room, double now)
{
	const struct rs_world *world = scene->world;
	struct rs_stream stream = {backoff_draw(scene->seed, RS_SCENE_TARGET,
						scene->call_count, 0)};
	struct rs_scene_call *call;

	if (scene->call_count == *room) {
		size_t more = *room ? *room * 2 : 1024;

		call = realloc(scene->call, more * sizeof(*call));
		if (call == NULL)
			return false;
		scene->call = call;
		*room = more;
	}
	call = &scene->call[scene->call_count++];
	/* The log keeps microseconds. */
	call->start_ns = RS_SCENE_BEGIN_NS + (uint64_t)(now * 1e6) * 1000;
	call->target =
		(uint32_t)(rs_stream_uniform(&stream) * world->targets.count);
	call->host = (uint32_t)(rs_stream_uniform(&stream) *
				(world->hosts.given ? world->hosts.count : 1));
	return true;
}

/* A Poisson process of the highest rate, thinned to the rate of the moment. */
static bool
draw_calls(struct rs_scene *scene)
{
	const struct rs_world_arrivals *arrivals = &scene->world->arrivals;
	struct rs_stream stream = {
		backoff_draw(scene->seed, RS_SCENE_ARRIVAL, 0, 0)};
	double highest = arrivals->rate * (1 + arrivals->swing);
	double now = 0;
	size_t room = 0;

	if (arrivals->bursts.given && arrivals->bursts.factor > 1)
		highest *= arrivals->bursts.factor;
	for (;;) {
		now -= log(rs_stream_uniform(&stream)) / highest;
		if (now >= scene->world->length)
			return true;
		if (rs_stream_uniform(&stream) * highest >=
		    rate_at(arrivals, now))
			continue;
		if (!push_call(scene, &room, now))
			return false;
	}
}

static void
draw_skew(struct rs_scene *scene, uint32_t hosts)
{
	double skew = scene->world->hosts.skew * 1e9;

	for (uint32_t i = 0; i < hosts; i++) {
		struct rs_stream stream = {
			backoff_draw(scene->seed, RS_SCENE_SKEW, i, 0)};

		scene->skew_ns[i] =
			(int64_t)((2 * rs_stream_uniform(&stream) - 1) * skew);
	}
}

enum backoff_status
rs_scene_init(struct rs_scene *scene, const struct rs_world *world,
	      uint64_t seed)
{
	size_t targets = world->targets.count;
	uint32_t hosts = world->hosts.given ? world->hosts.count : 1;

	*scene = (struct rs_scene){.world = world, .seed = seed};
	scene->path_count = world->process_count * targets;
	scene->path = calloc(scene->path_count + 1, sizeof(*scene->path));
	scene->skew_ns = calloc(hosts, sizeof(*scene->skew_ns));
	if (scene->path == NULL || scene->skew_ns == NULL ||
	    !draw_calls(scene)) {
		rs_scene_clear(scene);
		return BACKOFF_E_NOMEM;
	}
	draw_skew(scene, hosts);
	for (size_t i = 0; i < scene->path_count; i++)
		rs_path_init(&scene->path[i], &world->process[i / targets],
			     NULL, backoff_draw(seed, RS_SCENE_PATH, i, 0),
			     RS_SCENE_BEGIN_NS);
	if (world->wander.given)
		rs_path_init(
			&scene->wander, NULL, &world->wander,
			backoff_draw(seed, RS_SCENE_PATH, scene->path_count, 1),
			RS_SCENE_BEGIN_NS);
	return BACKOFF_OK;
}

void
rs_scene_clear(struct rs_scene *scene)
{
	for (size_t i = 0; scene->path && i < scene->path_count; i++)
		rs_path_clear(&scene->path[i]);
	rs_path_clear(&scene->wander);
	free(scene->path);
	free(scene->call);
	free(scene->skew_ns);
	*scene = (struct rs_scene){0};
}

struct rs_scene_fate
rs_scene_fate(const struct rs_scene *scene, size_t call)
{
	const struct rs_world_fate *fate = &scene->world->fate;
	struct rs_stream stream = {
		backoff_draw(scene->seed, RS_SCENE_FATE, call, 0)};
	struct rs_scene_fate out = {.size = 1};

	if (fate->permanent > 0)
		out.permanent = rs_stream_uniform(&stream) < fate->permanent;
	if (fate->own.given && rs_stream_uniform(&stream) < fate->own.share)
		out.own = rs_stream_beta(&stream, fate->own.a, fate->own.b);
	if (fate->clears.given &&
	    rs_stream_uniform(&stream) < fate->clears.share)
		out.clear_ns =
			scene->call[call].start_ns +
			(uint64_t)(rs_law_draw(&fate->clears.after, &stream) *
				   1e9);
	if (fate->payload.given) {
		double size =
			exp(fate->payload.sigma * rs_stream_normal(&stream));

		out.own = 1 - (1 - out.own) * exp(-fate->payload.fails * size);
		out.size = fate->payload.slows ? size : 1;
	}
	return out;
}
