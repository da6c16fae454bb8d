/* Lines that are missing or broken, in words. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_VIEW_LOSSES_H
#define RT_VIEW_LOSSES_H

#include "live/unread.h"
#include "retrytop/view.h"

/** Losses of the last five minutes of the log. */
size_t rt_view_losses(const struct rt_view *view);

/** One of them, the newest first; false if there are fewer. */
bool rt_view_loss(const struct rt_view *view, size_t index,
		  struct tk_lost *out);

/** "h1 dropped 250 lines at 14:05:40: its numbers are too low there". */
char *rt_view_loss_note(const struct tk_lost *gap, char *out, size_t size);

/** All that is known of it. Returns out. */
char *rt_view_loss_line(const struct rt_view *view, const struct tk_lost *gap,
			char *out, size_t size);

/** The newest loss, or else what the window lacks, if there are verdicts, in a
 * line of the overview; false if there is neither. @p out may be NULL. */
bool rt_view_loss_row(const struct rt_view *view, char *out, size_t size);

/** What the window lacks, so that numbers are not known; false if it is little.
 *  @p out says it, or is NULL. */
bool rt_view_unread(const struct rt_view *view, char *out, size_t size);

#endif
