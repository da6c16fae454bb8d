/* The system's clock, and a virtual one for tests. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include <backoff/clock.h>

#include "base/num.h"
#include "base/sleep.h"
#include "clock/cancel.h"
#include "clock/wall.h"

static uint64_t
read_clock(clockid_t id)
{
	struct timespec now;

	/* Cannot fail for the ids used here. */
	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * BO_NS_PER_S + (uint64_t)now.tv_nsec;
}

static uint64_t
system_now(void *user)
{
	(void)user;
	return read_clock(CLOCK_MONOTONIC);
}

static uint64_t
system_wall(void *user)
{
	(void)user;
	return read_clock(CLOCK_REALTIME);
}

static enum backoff_status
system_sleep_until(void *user, uint64_t when_ns,
		   const struct backoff_cancel *cancel)
{
	const struct timespec when = bo_timespec(when_ns);
	int error;

	(void)user;
	/* The kernel would put the thread to sleep even for a time that has
	 * passed: a retry without a wait took 40 us. */
	if (system_now(NULL) >= when_ns &&
	    (cancel == NULL || !backoff_cancel_requested(cancel)))
		return BACKOFF_OK;
	if (cancel != NULL)
		return bo_cancel_wait(cancel, when_ns);
	/* Absolute, so that signals do not move the end. */
	do
		error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when,
					NULL);
	while (error == EINTR);
	return error == 0 ? BACKOFF_OK : BACKOFF_E_IO;
}

const struct backoff_clock *
backoff_clock_system(void)
{
	static const struct backoff_clock clock = {sizeof(clock), system_now,
						   system_wall,
						   system_sleep_until, NULL};

	return &clock;
}

#define WALL_FRESH_NS 1000000

/* The difference between the wall clock and the monotonic clock. */
static uint64_t
measure_ahead(void)
{
	uint64_t before_ns, wall_ns;
	int tries = 3;

	/* Repeat if the thread was interrupted between the two reads. */
	do {
		before_ns = system_now(NULL);
		wall_ns = system_wall(NULL);
	} while (system_now(NULL) - before_ns > 1000 && --tries > 0);
	return wall_ns - before_ns;
}

uint64_t
bo_clock_wall(const struct backoff_clock *clock, uint64_t now_ns)
{
	/* Threads that measure at once overwrite each other's result. */
	static atomic_uint_fast64_t ahead_ns, measured_ns;
	uint64_t ahead;

	if (clock->wall_ns != system_wall || clock->now_ns != system_now)
		return clock->wall_ns(clock->user);
	/* A time before the last measurement makes a new one, too. */
	if (now_ns - atomic_load_explicit(&measured_ns, memory_order_acquire) <
	    WALL_FRESH_NS)
		return now_ns +
		       atomic_load_explicit(&ahead_ns, memory_order_relaxed);
	ahead = measure_ahead();
	atomic_store_explicit(&ahead_ns, ahead, memory_order_relaxed);
	atomic_store_explicit(&measured_ns, now_ns, memory_order_release);
	return now_ns + ahead;
}

struct virtual
{
	struct backoff_clock clock;
	uint64_t now_ns, wall_ns;
};

static uint64_t
virtual_now(void *user)
{
	return ((const struct virtual *)user)->now_ns;
}

static uint64_t
virtual_wall(void *user)
{
	return ((const struct virtual *)user)->wall_ns;
}

static enum backoff_status
virtual_sleep_until(void *user, uint64_t when_ns,
		    const struct backoff_cancel *cancel)
{
	struct virtual *v = user;

	if (cancel != NULL && backoff_cancel_requested(cancel))
		return BACKOFF_E_CANCELLED;
	if (when_ns > v->now_ns)
		backoff_clock_virtual_advance(&v->clock, when_ns - v->now_ns);
	return BACKOFF_OK;
}

enum backoff_status
backoff_clock_virtual_new(uint64_t start_ns, uint64_t wall_ns,
			  struct backoff_clock **out)
{
	if (out == NULL)
		return BACKOFF_E_ARGUMENT;
	struct virtual *v = malloc(sizeof(*v));

	if (v == NULL)
		return BACKOFF_E_NOMEM;
	*v = (struct virtual){.clock = {sizeof(v->clock), virtual_now,
					virtual_wall, virtual_sleep_until, v},
			      .now_ns = start_ns,
			      .wall_ns = wall_ns};
	*out = &v->clock;
	return BACKOFF_OK;
}

void
backoff_clock_virtual_advance(struct backoff_clock *clock, uint64_t by_ns)
{
	if (clock == NULL)
		return;
	struct virtual *v = clock->user;

	v->now_ns = bo_add_sat(v->now_ns, by_ns);
	v->wall_ns = bo_add_sat(v->wall_ns, by_ns);
}

void
backoff_clock_virtual_free(struct backoff_clock *clock)
{
	if (clock != NULL)
		free(clock->user);
}
