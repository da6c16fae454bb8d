/* The second line of a screen: the current problem, in one sentence. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_VIEW_MESSAGE_H
#define RT_VIEW_MESSAGE_H

#include "retrytop/view.h"

void rt_view_message(const struct rt_view *view, char *out, size_t size);

/** A shorter one, for a narrow screen. */
void rt_view_message_short(const struct rt_view *view, char *out, size_t size);

#endif
