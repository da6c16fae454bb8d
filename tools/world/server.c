/* A bucket of tokens, and workers with a bounded queue. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "base/num.h"
#include "world/server.h"

enum backoff_status
rs_server_init(struct rs_server *server, const struct rs_world *world,
	       uint64_t now_ns)
{
	*server = (struct rs_server){.tokens = world->quota.burst,
				     .at_ns = now_ns};
	if (!world->capacity.given)
		return BACKOFF_OK;
	server->free_ns =
		calloc(world->capacity.workers, sizeof(*server->free_ns));
	return server->free_ns ? BACKOFF_OK : BACKOFF_E_NOMEM;
}

void
rs_server_clear(struct rs_server *server)
{
	free(server->free_ns);
	rs_event_queue_clear(&server->leaving);
	*server = (struct rs_server){0};
}

bool
rs_server_quota(struct rs_server *server, const struct rs_world_quota *quota,
		uint64_t now_ns, uint64_t *wait_ns)
{
	double passed = (double)bo_sub_sat(now_ns, server->at_ns) / 1e9;

	server->tokens =
		fmin(quota->burst, server->tokens + passed * quota->rate);
	server->at_ns = now_ns > server->at_ns ? now_ns : server->at_ns;
	if (server->tokens >= 1) {
		server->tokens--;
		return true;
	}
	*wait_ns = (uint64_t)((1 - server->tokens) / quota->rate * 1e9);
	return false;
}

/* Replace the least of a heap. */
static void
sift(uint64_t *heap, size_t count, uint64_t value)
{
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < count && heap[child + 1] < heap[child])
			child++;
		if (child >= count || heap[child] >= value)
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = value;
}

enum rs_served
rs_server_queue(struct rs_server *server,
		const struct rs_world_capacity *capacity, uint64_t now_ns,
		uint64_t service_ns, uint64_t *end_ns)
{
	size_t room = (size_t)capacity->workers + capacity->queue;
	struct rs_event leaves = {0};
	uint64_t begin_ns;

	while (rs_event_queue_next(&server->leaving) <= now_ns)
		rs_event_queue_pop(&server->leaving);
	if (server->leaving.count >= room)
		return RS_SERVED_NOT;
	begin_ns = server->free_ns[0] > now_ns ? server->free_ns[0] : now_ns;
	*end_ns = bo_add_sat(begin_ns, service_ns);
	sift(server->free_ns, capacity->workers, *end_ns);
	leaves.at_ns = *end_ns;
	return rs_event_queue_push(&server->leaving, &leaves)
		       ? RS_SERVED
		       : RS_SERVED_NO_MEMORY;
}
