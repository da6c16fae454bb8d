/* Runs a policy in a world, on the library's engine and guards. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_WORLD_RUN_H
#define RS_WORLD_RUN_H

#include "stats/samples.h"
#include "world/scene.h"

/** Attempts of a run, to find the same ones in other runs. */
struct rs_recording {
	/** By call: its last attempt plus one, and its number of attempts. */
	uint32_t *last, *attempts;
	struct rs_recorded {
		uint64_t start_ns;
		uint32_t before;
	} * item;
	size_t count, room;
};

void rs_recording_clear(struct rs_recording *recording);

/** Numbers of a run. */
struct rs_run_counts {
	uint64_t calls, succeeded, attempts;
	/** Lines given to on_event. */
	uint64_t lines;
	/** Times from the start of a call's first attempt to the end of its
	 *  last one. */
	struct tk_samples success, failure;
	/** Further times of calls that succeed, sorted; borrowed, or NULL. */
	const struct tk_samples *shared;
};

void rs_run_counts_clear(struct rs_run_counts *counts);

struct rs_world_run {
	struct rs_scene *scene;
	const struct backoff_policy *policy;
	/** 0: the one realisation. Others draw again, with this number, what is
	 *  neither a first attempt nor in @ref recorded. */
	uint32_t noise;
	/** Attempts whose outcome is known, and calls whose first delays are;
	 *  or NULL. */
	const struct rs_recording *recorded;
	/** By call: UINT64_MAX, or the duration of a first attempt that
	 *  succeeds: if it is within the limit, the call is not run but
	 *  counted, except its duration. NULL: none is known. */
	const uint64_t *first_try_ns;
	uint64_t first_try_limit_ns;
	/** If not NULL: set like that by the run. */
	uint64_t *first_try_out_ns;
	/** If not NULL: takes each line of the log; false ends the run. */
	bool (*on_event)(void *user, const struct backoff_event *event);
	void *user;
	/** If not NULL: set to the attempts; clear it before. */
	struct rs_recording *recording;
};

/** Whether what an attempt meets does not depend on other attempts. */
bool rs_world_is_open(const struct rs_world *world);

/** Run it; adds to @p counts. BACKOFF_OK, BACKOFF_E_NOMEM, or BACKOFF_E_IO if
 *  on_event failed. */
enum backoff_status rs_world_play(const struct rs_world_run *run,
				  struct rs_run_counts *counts);

#endif
