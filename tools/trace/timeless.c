/* Gives a place to lines that have no time. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "base/num.h"
#include "trace/stitch.h"

/*
 * A line without a time has that of the line with a time before it in its
 * input, or of the first one if there is none before. If no line has one, the
 * order of lines is all there is: they get times that keep it, in which every
 * wait fits. These times mean nothing, and are not shown. Nor can anything be
 * replayed if only lines of other kinds have times.
 */

uint64_t
tk_timeless_place(struct tk_trace *trace, const struct backoff_event *event)
{
	if (trace->input_time_ns != 0)
		return trace->input_time_ns;
	return tk_order_clock(&trace->made_up_ns, event->delay_ns);
}

void
tk_timeless_begin(struct tk_trace *trace)
{
	trace->input_time_ns = 0;
	trace->input_record = trace->record_count;
}

void
tk_timeless_note(struct tk_trace *trace, uint64_t ts_ns)
{
	if (trace->input_time_ns == 0)
		for (size_t i = trace->input_record; i < trace->record_count;
		     i++) {
			struct tk_record *record = &trace->records[i];

			if (!record->made_up)
				continue;
			record->attempt.end_ns = ts_ns;
			record->made_up = false;
		}
	trace->input_time_ns = ts_ns;
}

/* Drop lines whose time was made up, although others have one. */
static void
drop(struct tk_trace *trace)
{
	struct tk_aside *aside = trace->asides, *end = aside;
	size_t kept = 0, last = trace->aside_count;

	trace->aside_count = 0;
	for (size_t i = 0; i < trace->record_count; i++) {
		struct tk_record *record = &trace->records[i];
		bool has = aside < trace->asides + last && aside->record == i;

		if (record->made_up) {
			trace->groups[record->group].count--;
			trace->quality.timeless++;
			aside += has;
			continue;
		}
		if (has) {
			*end = *aside++;
			end++->record = (uint32_t)kept;
			trace->aside_count++;
		}
		trace->records[kept++] = *record;
	}
	trace->record_count = kept;
}

enum backoff_status
tk_timeless_settle(struct tk_trace *trace)
{
	if (trace->times.count > 0 || trace->record_count == 0) {
		if (trace->made_up_ns != 0)
			drop(trace);
		return BACKOFF_OK;
	}
	/* Those of lines of other programs are not when attempts ended. */
	trace->totals.timeless = true;
	trace->totals.from_ns = UINT64_MAX;
	trace->made_up_ns = 0;
	for (size_t i = 0; i < trace->record_count; i++) {
		struct tk_attempt *attempt = &trace->records[i].attempt;
		uint64_t end_ns =
			tk_order_clock(&trace->made_up_ns, attempt->delay_ns);

		attempt->end_ns = end_ns;
		if (!tk_note_time(&trace->times, end_ns))
			return BACKOFF_E_NOMEM;
		trace->totals.from_ns = bo_min(trace->totals.from_ns, end_ns);
		if (end_ns > trace->totals.to_ns)
			trace->totals.to_ns = end_ns;
	}
	return BACKOFF_OK;
}
