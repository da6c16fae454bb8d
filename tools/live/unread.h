/* How much of a window is not known, because its lines could not be read or did
 * not come. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_UNREAD_H
#define RT_UNREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dialect/lost.h"
#include "live/history.h"

/** Lines of the last seconds. Zero has none. */
struct rt_unread {
	uint64_t head_s;
	struct rt_unread_second {
		uint32_t good, bad;
	} second[RT_HISTORY_S];
};

/** What a window lacks. */
struct rt_unread_share {
	/** From 0 to 1, of the lines that the window would have. */
	double share;
	uint64_t lines;
	/** They did not come; otherwise they are broken. */
	bool missing;
};

/** Count a line in its second, or, if it is broken, in that of the last line
 *  before it. */
void rt_unread_note(struct rt_unread *unread, uint64_t second, bool bad);

/** What the window (end_s - length_s, end_s] lacks. A line that is broken has a
 *  number that did not come, too: only the larger of both counts. */
struct rt_unread_share rt_unread_of(const struct rt_unread *unread,
				    const struct tk_lost_list *gaps,
				    uint64_t end_s, uint64_t length_s);

/** Whether it is too much to say that nothing is unusual. */
bool rt_unread_hides(const struct rt_unread_share *share);

#endif
