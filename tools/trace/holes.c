/* Links the lines of a call over lines that are missing between them. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/num.h"
#include "trace/stitch.h"

/* The ends of attempts are read after they ended, and rounded. */
#define TOLERANCE_NS UINT64_C(5000000)
/* Among more lines of one request, those of a call cannot be told apart. */
#define LINES_MAX 64
/* Two lines of a request that are further apart belong to two calls. */
#define APART_NS (15 * 60 * BO_NS_PER_S)

/* Whether one line can be of the call of the other. */
static bool
may_follow(const struct tk_group *group, const struct tk_record *before,
	   const struct tk_record *record)
{
	uint64_t due = tk_due_ns(before), end = record->attempt.end_ns;

	if (before->type != BACKOFF_EVENT_ATTEMPT ||
	    before->number >= record->number)
		return false;
	return group->kind == TK_GROUP_CALL ||
	       (due <= bo_add_sat(end, TOLERANCE_NS) &&
		bo_sub_sat(end, due) <= APART_NS);
}

/* The open line that is nearest before in number, then in time. */
static uint32_t
find_before(const struct tk_trace *trace, const struct tk_group *group,
	    const uint32_t *order, size_t count, uint32_t at,
	    const uint32_t *next)
{
	const struct tk_record *record = &trace->records[at], *best = NULL;
	uint32_t found = TK_NO_RECORD;

	for (size_t i = 0; i < count; i++) {
		const struct tk_record *before = &trace->records[order[i]];

		if (next[order[i]] != TK_NO_RECORD ||
		    !may_follow(group, before, record))
			continue;
		if (best && (before->number < best->number ||
			     (before->number == best->number &&
			      tk_due_ns(before) < tk_due_ns(best))))
			continue;
		best = before;
		found = order[i];
	}
	return found;
}

void
tk_link_over_holes(struct tk_trace *trace, const struct tk_group *group,
		   const uint32_t *order, size_t count, uint32_t *next)
{
	if (!tk_group_has_id(group) || count > LINES_MAX)
		return;
	for (size_t i = 0; i < count; i++) {
		struct tk_record *record = &trace->records[order[i]];
		struct tk_operation *operation;
		uint32_t before;

		if (record->continues || record->number < 3 || record->closes)
			continue;
		operation = tk_operation_find(trace, record->operation);
		before =
			find_before(trace, group, order, count, order[i], next);
		if (before == TK_NO_RECORD)
			continue;
		next[before] = order[i];
		record->continues = true;
		operation->has_orphans = true;
	}
}
