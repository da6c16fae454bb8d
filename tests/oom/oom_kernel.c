/* Allocation failure in the kernel of simulations: a run ends, and all is
 * freed. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "oom.h"
#include "replay/kernel.h"

#define CALLS 300

struct world {
	struct rs_kernel kernel;
	uint64_t begun, ended;
};

static uint64_t
begin(void *user, uint64_t now_ns)
{
	struct world *world = user;
	void *call = rs_kernel_take(&world->kernel);

	if (call)
		rs_kernel_schedule(&world->kernel, call,
				   (uint32_t)world->begun++, now_ns + CALLS,
				   RS_EVENT_ATTEMPT_ENDS);
	return world->begun < CALLS ? now_ns + 1 : UINT64_MAX;
}

static void
end_attempt(void *user, void *call, uint64_t now_ns)
{
	struct world *world = user;

	(void)now_ns;
	world->ended++;
	rs_kernel_give_back(&world->kernel, call);
}

static void
resume(void *user, void *call, uint64_t now_ns)
{
	(void)user;
	(void)call;
	(void)now_ns;
}

/* All calls are under way at once, so that blocks and queue grow. */
static enum backoff_status
run(struct tap *tap)
{
	static const struct rs_kernel_ops ops = {.call_size = 100,
						 .begin = begin,
						 .end_attempt = end_attempt,
						 .resume = resume};
	struct world world = {.begun = 0};
	bool ok;

	rs_kernel_init(&world.kernel, &ops, &world);
	ok = rs_kernel_run(&world.kernel, 0);
	TAP_EQUAL(tap, ok, world.ended == CALLS);
	rs_kernel_clear(&world.kernel);
	return ok ? BACKOFF_OK : BACKOFF_E_NOMEM;
}

const struct oom_scenario oom_kernel[] = {
	{"simulated calls under way", run, BACKOFF_OK, BACKOFF_E_NOMEM, 0},
	{NULL, NULL, BACKOFF_OK, BACKOFF_OK, 0},
};
