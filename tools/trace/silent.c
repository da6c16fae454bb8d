/* Finds operations whose successes were left out of a log that could hold
 * them. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "trace/stitch.h"

/* A log of failures only, made by a filter, looks like one that has lost the
 * last line of every call that succeeded. No loss takes all of one kind, so an
 * operation without any success, but with this many calls, and this share, that
 * end with a failure that is to be retried, is taken to be filtered. */
#define OPEN_MIN 20
#define OPEN_SHARE 0.05

struct ends {
	uint64_t open, calls;
	bool succeeded;
};

enum backoff_status
tk_find_silent(struct tk_trace *trace, const uint32_t *next)
{
	struct ends *ends = calloc(trace->operation_count + 1, sizeof(*ends));

	if (ends == NULL)
		return BACKOFF_E_NOMEM;
	for (size_t i = 0; i < trace->record_count; i++) {
		const struct tk_record *record = &trace->records[i];
		struct ends *at =
			&ends[tk_operation_find(trace, record->operation) -
			      trace->operations];

		at->succeeded |= record->type == BACKOFF_EVENT_SUCCESS;
		at->calls += !record->continues;
		at->open += next[i] == TK_NO_RECORD &&
			    record->type == BACKOFF_EVENT_ATTEMPT;
	}
	for (size_t i = 0; i < trace->operation_count; i++)
		if (!ends[i].succeeded && ends[i].open >= OPEN_MIN &&
		    (double)ends[i].open >= OPEN_SHARE * (double)ends[i].calls)
			trace->operations[i].has_silent = true;
	for (size_t i = 0; i < trace->record_count; i++) {
		struct tk_record *record = &trace->records[i];

		if (!record->silent)
			record->silent = tk_operation_silent(
				tk_operation_find(trace, record->operation));
	}
	free(ends);
	return BACKOFF_OK;
}
