/* The state of the target, its load and the call's fate decide an attempt. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include "base/num.h"
#include "world/meet.h"

static const struct rs_world_error usual_error = {
	.weight = 1,
	.failure_class = BACKOFF_CLASS_TRANSIENT,
	.type = "ConnectionError"};
static const struct rs_world_error refused_by_quota = {
	.weight = 1,
	.failure_class = BACKOFF_CLASS_THROTTLE,
	.type = "HTTPError",
	.code = "http:429",
	.text = "too many requests"};
static const struct rs_world_error refused_by_queue = {
	.weight = 1,
	.failure_class = BACKOFF_CLASS_SERVER,
	.type = "HTTPError",
	.code = "http:503",
	.text = "queue is full"};

/* What an attempt is being decided by. */
struct meeting {
	struct rs_scene *scene;
	const struct rs_scene_fate *fate;
	/** One stream for whether it fails, one for the rest: how many numbers
	 *  the first one needs depends on nothing that a policy changes. */
	struct rs_stream chance, rest;
	uint64_t now_ns;
	/** By the first process that says how long attempts take. */
	const struct rs_law *latency;
	struct rs_meeting *out;
};

static double
wander(struct meeting *m, bool *ok)
{
	const struct rs_segment *segment;
	uint64_t end_ns;

	if (!m->scene->world->wander.given)
		return 1;
	segment = rs_path_at(&m->scene->wander, m->now_ns, &end_ns);
	*ok = segment != NULL;
	return segment ? (double)segment->value : 1;
}

/* Draw the duration from the first law that is given; whole microseconds, as
 * the log has them. */
static bool
take_duration(struct meeting *m, const struct rs_law *const *law, size_t count)
{
	bool ok = true;

	for (size_t i = 0; i < count; i++) {
		double seconds;

		if (law[i] == NULL || law[i]->kind == RS_LAW_NONE)
			continue;
		seconds = rs_law_draw(law[i], &m->rest) * m->fate->size *
			  wander(m, &ok);
		m->out->duration_ns =
			seconds < 3e8 ? (uint64_t)(seconds * 1e6) * 1000
				      : UINT64_C(300000000) * BO_NS_PER_S;
		break;
	}
	return ok;
}

static const struct rs_world_error *
pick(struct meeting *m, const struct rs_world_errors *errors)
{
	double sum = 0, at;

	for (uint32_t i = 0; i < errors->count; i++)
		sum += errors->item[i].weight;
	at = rs_stream_uniform(&m->rest) * sum;
	for (uint32_t i = 0; i < errors->count; i++) {
		at -= errors->item[i].weight;
		if (at < 0)
			return &errors->item[i];
	}
	return &errors->item[errors->count - 1];
}

/* Fail with one of the errors of the innermost list that has any. */
static void
choose_error(struct meeting *m, const struct rs_world_errors *inner,
	     const struct rs_world_errors *outer)
{
	const struct rs_world_errors *world = &m->scene->world->errors;

	if (inner && inner->count > 0)
		m->out->error = pick(m, inner);
	else if (outer && outer->count > 0)
		m->out->error = pick(m, outer);
	else if (world->count > 0)
		m->out->error = pick(m, world);
	else
		m->out->error = &usual_error;
}

static uint64_t
whole_seconds(uint64_t ns)
{
	return (ns + BO_NS_PER_S - 1) / BO_NS_PER_S * BO_NS_PER_S;
}

static bool
fail(struct meeting *m, const struct rs_world_state *state, uint64_t end_ns)
{
	const struct rs_world *world = m->scene->world;
	const struct rs_world_error *error = m->out->error;
	const struct rs_law *const law[] = {
		&error->latency, state ? &state->failure_latency : NULL,
		&world->failure_latency, state ? &state->latency : NULL,
		&world->latency};

	if (error->hint_window)
		m->out->hint_ns = whole_seconds(end_ns - m->now_ns);
	else if (error->hint.kind != RS_LAW_NONE)
		m->out->hint_ns =
			(uint64_t)(rs_law_draw(&error->hint, &m->rest) * 1e9);
	return take_duration(m, law, sizeof(law) / sizeof(*law));
}

/* Whether a process lets the attempt fail. */
static bool
meet_process(struct meeting *m, uint32_t process, uint32_t target, bool *ok)
{
	struct rs_path *path = rs_scene_path(m->scene, process, target);
	const struct rs_world_process *what = path->process;
	const struct rs_world_state *state = NULL;
	const struct rs_segment *segment;
	uint64_t end_ns;

	segment = rs_path_at(path, m->now_ns, &end_ns);
	if (segment == NULL) {
		*ok = false;
		return false;
	}
	if (what->state_count > 0)
		state = &what->state[segment->state];
	if (m->latency == NULL && state && state->latency.kind != RS_LAW_NONE)
		m->latency = &state->latency;
	if (rs_stream_uniform(&m->chance) >=
	    rs_path_fails(path, segment, m->now_ns))
		return false;
	choose_error(m, state ? &state->errors : NULL, &what->errors);
	*ok = fail(m, state, end_ns);
	return true;
}

static bool
fate_fails(struct meeting *m)
{
	double chance = rs_stream_uniform(&m->chance);

	return m->fate->permanent || chance < m->fate->own ||
	       m->now_ns < m->fate->clear_ns;
}

static bool
meet_quota(struct meeting *m, struct rs_server *server)
{
	const struct rs_world_quota *quota = &m->scene->world->quota;
	uint64_t wait_ns;

	if (!quota->given ||
	    rs_server_quota(server, quota, m->now_ns, &wait_ns))
		return false;
	m->out->error = &refused_by_quota;
	if (quota->hint)
		m->out->hint_ns = whole_seconds(wait_ns);
	return true;
}

static bool
succeed(struct meeting *m, struct rs_server *server)
{
	const struct rs_world *world = m->scene->world;
	const struct rs_law *const law[] = {m->latency, &world->latency};
	double service;
	uint64_t end_ns;

	if (!take_duration(m, law, sizeof(law) / sizeof(*law)))
		return false;
	if (!world->capacity.given)
		return true;
	service = rs_law_draw(&world->capacity.service, &m->rest);
	switch (rs_server_queue(server, &world->capacity, m->now_ns,
				(uint64_t)(service * m->fate->size * 1e9),
				&end_ns)) {
	case RS_SERVED:
		/* Whole microseconds, rounded up. */
		m->out->duration_ns += (end_ns - m->now_ns + 999) / 1000 * 1000;
		return true;
	case RS_SERVED_NOT:
		m->out->error = &refused_by_queue;
		return true;
	case RS_SERVED_NO_MEMORY:
		break;
	}
	return false;
}

bool
rs_meet(struct rs_scene *scene, struct rs_server *server, size_t call,
	const struct rs_scene_fate *fate, uint64_t key, uint64_t now_ns,
	struct rs_meeting *out)
{
	struct meeting m = {.scene = scene,
			    .fate = fate,
			    .chance = {bo_mix64(key)},
			    .rest = {bo_mix64(~key)},
			    .now_ns = now_ns,
			    .out = out};
	uint32_t target = scene->call[call].target;
	bool ok = true;

	*out = (struct rs_meeting){.hint_ns = BACKOFF_ABSENT};
	for (uint32_t i = 0; i < scene->world->process_count; i++)
		if (meet_process(&m, i, target, &ok) || !ok)
			return ok;
	if (meet_quota(&m, server))
		return true;
	if (fate_fails(&m)) {
		choose_error(&m, &scene->world->fate.errors, NULL);
		return fail(&m, NULL, now_ns);
	}
	return succeed(&m, server);
}
