/* Asks retrysim what other policies would have done in the window. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_SIMULATE_H
#define RT_SIMULATE_H

#include "retrytop/child.h"
#include "retrytop/command.h"
#include "retrytop/ui.h"
#include "retrytop/view.h"

enum rt_simulate_state {
	RT_SIMULATE_NONE,
	RT_SIMULATE_RUNS,
	RT_SIMULATE_DONE,
	RT_SIMULATE_CANCELLED,
	/** It ended with an error, or did not begin: see problem. */
	RT_SIMULATE_FAILED,
};

/** Zero has asked nothing. */
struct rt_simulate {
	enum rt_simulate_state state;
	struct rt_child child;
	/** When it began, by the monotonic clock. */
	uint64_t began_ns;
	/** The command, for a shell, and what it is about. */
	char *command;
	char subject[RT_SUBJECT_MAX];
	char problem[160];
	/** Events of the record are in this file, since inputs cannot be read
	 *  again; "": inputs are read. */
	char path[512];
	size_t saved;
	/** Seconds of the window that they cover. */
	uint64_t covered_s;
};

/** Do what the last key asks for, if it asks for anything. @p columns are those
 *  of the page. */
void rt_simulate_obey(struct rt_simulate *simulate, struct rt_ui *ui,
		      const struct rt_view *view, size_t columns,
		      uint64_t now_ns);

/** Read what was printed, without waiting. Returns whether it is to be shown.
 */
bool rt_simulate_read(struct rt_simulate *simulate);

/** The file with events; NULL: inputs are read. */
const char *rt_simulate_path(const struct rt_simulate *simulate);

/** Wait until it has ended. */
void rt_simulate_wait(struct rt_simulate *simulate);

/** Ends what runs. A file with events stays. */
void rt_simulate_clear(struct rt_simulate *simulate);

#endif
