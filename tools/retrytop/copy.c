/* The selected row or call as JSON. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/copy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/gather.h"
#include "live/calls.h"
#include "live/saved.h"
#include "retrytop/browse.h"
#include "retrytop/report.h"

/* The events of the selected call; false if there is none. */
static bool
write_call(const struct rt_view *view, FILE *out)
{
	const struct rt_browse *browse = view->ui->browse;
	struct rt_past event[RT_ATTEMPTS_MAX];
	char line[BACKOFF_EVENT_LINE_MAX];
	uint64_t at = browse->call_at;
	size_t count;

	if (at == 0 && browse->calls.count > 0)
		at = browse->calls.call[0].at;
	count = rt_call_events(browse->record, at, event);
	for (size_t i = 0; i < count; i++) {
		struct backoff_event made;

		rt_past_event(
			&event[i],
			rt_operation_name(rt_window_operation(
				view->ingest->window, event[i].operation)),
			&made);
		fwrite(line, 1, backoff_event_encode(&made, line, sizeof(line)),
		       out);
	}
	return count > 0;
}

static bool
write_row(const struct rt_view *view, FILE *out)
{
	const struct rt_list *list = view->list;

	return list->shown_count > 0 &&
	       rt_report_row(list->shown[rt_list_selected(list)], list->group,
			     out) == 0;
}

static void
append(struct rt_copy *copy, const char *path)
{
	FILE *file = fopen(path, "ae");

	copy->to_file = true;
	copy->file_error = file == NULL ? errno : 0;
	if (file == NULL)
		return;
	errno = 0;
	if (fwrite(copy->text, 1, copy->length, file) != copy->length)
		copy->file_error = errno != 0 ? errno : EIO;
	if (fclose(file) != 0 && copy->file_error == 0)
		copy->file_error = errno;
}

void
rt_copy_make(struct rt_copy *copy, const struct rt_view *view)
{
	struct tk_gather text;
	bool made;

	rt_copy_clear(copy);
	if (!tk_gather_begin(&text))
		return;
	made = view->ui->under == RT_PAGE_OVERVIEW
		       ? write_row(view, text.stream)
		       : write_call(view, text.stream);
	if (!tk_gather_end(&text) || !made) {
		free(text.text);
		return;
	}
	copy->text = text.text;
	copy->length = text.length;
	if (view->options != NULL && view->options->copy_to != NULL)
		append(copy, view->options->copy_to);
}

void
rt_copy_clear(struct rt_copy *copy)
{
	free(copy->text);
	*copy = (struct rt_copy){0};
}
