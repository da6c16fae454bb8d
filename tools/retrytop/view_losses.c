/* Lines that are missing or broken, in words. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/view_losses.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/rfc3339.h"

static const struct tk_lost_list *
gaps_of(const struct rt_view *view)
{
	return tk_sequence_last_lost(view->ingest->sequence);
}

/* Whether it is of the last five minutes up to the end of the window. */
static bool
is_recent(const struct rt_view *view, const struct tk_lost *gap)
{
	uint64_t end_ns = (view->list->model.end_s + 1) * BO_NS_PER_S;

	return gap->from_ns <= end_ns &&
	       gap->to_ns >= bo_sub_sat(end_ns, RT_HISTORY_S * BO_NS_PER_S);
}

bool
rt_view_loss(const struct rt_view *view, size_t index, struct tk_lost *out)
{
	struct tk_lost_list joined;

	tk_lost_join(&joined, gaps_of(view));
	for (size_t i = joined.count; i-- > 0;) {
		if (!is_recent(view, &joined.item[i]) || index-- > 0)
			continue;
		*out = joined.item[i];
		return true;
	}
	return false;
}

size_t
rt_view_losses(const struct rt_view *view)
{
	struct tk_lost_list joined;
	size_t count = 0;

	tk_lost_join(&joined, gaps_of(view));
	for (size_t i = 0; i < joined.count; i++)
		count += is_recent(view, &joined.item[i]);
	return count;
}

/* The nearest second, without its date. */
static void
say_time(uint64_t ns, char out[16])
{
	char text[40];

	bo_rfc3339_format(bo_add_sat(ns, BO_NS_PER_S / 2), 0, text,
			  sizeof(text));
	snprintf(out, 16, "%.8s", text + strlen("2026-11-23T"));
}

static void
say_process(const struct tk_lost *gap, char *out, size_t size)
{
	if (gap->host[0] != '\0')
		snprintf(out, size, "%s", gap->host);
	else if (gap->pid != BACKOFF_ABSENT)
		snprintf(out, size, "pid %llu", (unsigned long long)gap->pid);
	else
		snprintf(out, size, "a process");
}

char *
rt_view_loss_note(const struct tk_lost *gap, char *out, size_t size)
{
	char who[TK_LOST_HOST_MAX], at[16];
	unsigned long long lines = (unsigned long long)tk_lost_lines(gap);

	say_process(gap, who, sizeof(who));
	say_time(gap->from_ns, at);
	snprintf(out, size,
		 gap->dropped > 0 && gap->dropped >= gap->lost
			 ? "%s dropped %llu line%s at %s: its numbers are too "
			   "low there"
			 : "%s lost %llu line%s at %s: its numbers are too low "
			   "there",
		 who, lines, lines == 1 ? "" : "s", at);
	return out;
}

char *
rt_view_loss_line(const struct rt_view *view, const struct tk_lost *gap,
		  char *out, size_t size)
{
	char from[40], to[16], pid[32] = "", seq[64] = "", dropped[48] = "";
	const char *path = gap->input < view->input_count
				   ? view->input[gap->input].path
				   : "";
	bool is_long = gap->to_ns - gap->from_ns >= BO_NS_PER_S;

	bo_rfc3339_format(gap->from_ns, 0, from, sizeof(from));
	say_time(gap->to_ns, to);
	if (gap->pid != BACKOFF_ABSENT)
		snprintf(pid, sizeof(pid), " pid %llu",
			 (unsigned long long)gap->pid);
	if (gap->first != BACKOFF_ABSENT)
		snprintf(seq, sizeof(seq), ", seq %llu to %llu",
			 (unsigned long long)gap->first,
			 (unsigned long long)gap->last);
	if (gap->dropped > 0)
		snprintf(dropped, sizeof(dropped), ", %llu dropped as it says",
			 (unsigned long long)gap->dropped);
	snprintf(out, size, "%s%s%s  %llu missing of %s%s%s%s  %s", from,
		 is_long ? " to " : "", is_long ? to : "",
		 (unsigned long long)tk_lost_lines(gap),
		 gap->host[0] != '\0' ? gap->host : "a process", pid, dropped,
		 seq, path);
	return out;
}

bool
rt_view_unread(const struct rt_view *view, char *out, size_t size)
{
	const struct rt_model *model = &view->list->model;
	struct rt_unread_share unread =
		rt_unread_of(&view->ingest->unread, gaps_of(view), model->end_s,
			     model->covered_s);
	char length[24];

	if (!rt_unread_hides(&unread))
		return false;
	if (out != NULL)
		snprintf(out, size, "%.0f %% of the lines of the last %s %s",
			 unread.share * 100.0,
			 rt_view_length(model->covered_s, length,
					sizeof(length)),
			 unread.missing ? "are missing" : "could not be read");
	return true;
}

bool
rt_view_loss_row(const struct rt_view *view, char *out, size_t size)
{
	char text[256], more[48] = "";
	struct tk_lost gap;
	bool lost = rt_view_loss(view, 0, &gap);
	size_t others;

	if (!lost && view->list->model.verdicts.count == 0)
		return false;
	if (!lost && !rt_view_unread(view, text, sizeof(text)))
		return false;
	if (out == NULL)
		return true;
	others = lost ? rt_view_losses(view) - 1 : 0;
	if (lost)
		rt_view_loss_note(&gap, text, sizeof(text));
	if (others > 0)
		snprintf(more, sizeof(more), "   %zu more: i", others);
	snprintf(out, size, "NOTE      %s%s", text, more);
	return true;
}
