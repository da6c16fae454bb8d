/* A scenario of allocation failures. */
/* SPDX-License-Identifier: MIT */
#ifndef OOM_H
#define OOM_H

#include <backoff/status.h>

#include "tap.h"

/** A piece of a program that allocates. */
struct oom_scenario {
	const char *name;
	/**
	 * Do all of it and clean up. Return the first status that is not
	 * BACKOFF_OK; by then everything is freed and every out-parameter that
	 * belongs to the failing call was checked to be untouched.
	 */
	enum backoff_status (*run)(struct tap *tap);
	/** The result if memory suffices. */
	enum backoff_status ends;
	/** A second status that may report a failed allocation: BACKOFF_E_IO if
	 *  functions of the system allocate; else BACKOFF_E_NOMEM. */
	enum backoff_status also;
	/** Code below can do without the memory: success is fine. */
	int absorbs;
};

extern const struct oom_scenario oom_detail[], oom_guard[], oom_guess[],
	oom_kernel[], oom_metrics[], oom_policy[], oom_retry[], oom_sink[],
	oom_tools[];

/** Write a file; this does not allocate. */
void oom_write_file(struct tap *tap, const char *path, const char *text);

/** For out-parameters: a pointer that no allocator returns. */
#define OOM_UNTOUCHED ((void *)&oom_untouched)
extern char oom_untouched;

#endif
