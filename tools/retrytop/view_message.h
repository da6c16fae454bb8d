/* The second line of a screen: the current problem, in one sentence. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_VIEW_MESSAGE_H
#define RT_VIEW_MESSAGE_H

#include "retrytop/view.h"

void rt_view_message(const struct rt_view *view, char *out, size_t size);

/** Line @p index of @p lines shorter ones, for a narrow screen: further ones
 * are verdicts, and the last says how many have no line. */
void rt_view_message_short(const struct rt_view *view, size_t index,
			   size_t lines, char *out, size_t size);

/** A line of what to do with a log without events; NULL past the last, or if it
 *  has some. */
const char *rt_view_advice(const struct rt_view *view, size_t index);

/** Verdicts, the worst first. */
size_t rt_view_verdicts(const struct rt_view *view);

/** A verdict in one line. */
void rt_view_verdict(const struct rt_view *view, size_t index, char *out,
		     size_t size);

/** A further line about it, from 0, indented; false if there are no more. */
bool rt_view_verdict_detail(const struct rt_view *view, size_t index,
			    size_t detail, char *out, size_t size);

/** A verdict in a few words. */
void rt_view_verdict_short(const struct rt_view *view, size_t index, char *out,
			   size_t size);

/** Line @p line of those about one verdict; returns their number. */
size_t rt_view_lines_about(const struct rt_view *view, size_t index,
			   size_t width, size_t most, size_t line, char *out,
			   size_t size);

/** A broken rule in one line. Returns out. */
char *rt_view_alert(const struct rt_rule_alert *alert, char *out, size_t size);

/** A line about verdicts fits. */
#define RT_VIEW_LINE_MAX 1024

/** Lines for all verdicts, two or more at most: each has one, the worst have
 *  further ones if there is room, also where one line would be wider than @p
 *  width, and the last counts what has none. */
size_t rt_view_verdict_lines(const struct rt_view *view, size_t width,
			     size_t most);
void rt_view_verdict_line(const struct rt_view *view, size_t width, size_t most,
			  size_t index, char *out, size_t size);

#endif
