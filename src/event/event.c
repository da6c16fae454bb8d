/* The empty event, and the field table for callers. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/schema.h"
#include "base/sized.h"
#include "event/fields.h"

/* Field by field: to clear a struct of this size at once, gcc -O2 uses "rep
 * stos", whose start-up takes longer than all of these stores. */
void
backoff_event_init(struct backoff_event *event, size_t size)
{
	if (event == NULL)
		return;
	event->size = size > BO_SIZED_MAX ? 0 : (uint32_t)size;
	event->type = 0;
	event->ts_ns = BACKOFF_ABSENT;
	event->outcome = event->failure_class = -1;
	event->kind = 0;
	event->delay_source = 0;
	event->hint_action = 0;
	event->stop = 0;
	event->service = event->operation = event->target = NULL;
	event->policy = event->policy_hash = NULL;
	event->call_id = event->parent_call_id = NULL;
	event->error_type = event->code = event->error = NULL;
	event->delay_law = event->budget = event->breaker = NULL;
	event->trace_id = event->span_id = event->host = NULL;
	event->attrs = event->extra = NULL;
	event->attempt = event->max_attempts = BACKOFF_ABSENT;
	event->duration_ns = event->elapsed_ns = BACKOFF_ABSENT;
	event->delay_ns = BACKOFF_ABSENT;
	event->delay_low_ns = event->delay_high_ns = BACKOFF_ABSENT;
	event->hint_ns = BACKOFF_ABSENT;
	event->attempt_timeout_ns = event->deadline_left_ns = BACKOFF_ABSENT;
	event->attempts = event->retries = event->backoff_ns = BACKOFF_ABSENT;
	event->in_flight = event->dropped = BACKOFF_ABSENT;
	event->pid = event->seq = BACKOFF_ABSENT;
}

static const struct backoff_field *
row_at(size_t index)
{
	return &bo_event_fields[index].info;
}

const struct backoff_field *
backoff_event_field(size_t index)
{
	return index < BO_EVENT_ROWS ? row_at(index) : NULL;
}

size_t
backoff_event_schema(char *buffer, size_t size)
{
	static const struct bo_schema schema = {
		"libbackoff attempt event",
		"One line of a retry log: backoff-events(5).",
		0,
		NULL,
		row_at,
		BO_EVENT_ROWS,
		NULL};
	struct bo_out out = bo_out_init(buffer, size);

	bo_schema_put(&out, &schema);
	return out.length;
}
