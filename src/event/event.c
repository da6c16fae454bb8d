/* Events as values: the empty one, and the table for the outside. */
#include "config.h"

#include "base/schema.h"
#include "event/fields.h"

void
backoff_event_init(struct backoff_event *event)
{
	*event = (struct backoff_event){
		.ts_ns = BACKOFF_ABSENT,
		.outcome = -1,
		.failure_class = -1,
		.attempt = BACKOFF_ABSENT,
		.max_attempts = BACKOFF_ABSENT,
		.duration_ns = BACKOFF_ABSENT,
		.elapsed_ns = BACKOFF_ABSENT,
		.delay_ns = BACKOFF_ABSENT,
		.delay_low_ns = BACKOFF_ABSENT,
		.delay_high_ns = BACKOFF_ABSENT,
		.hint_ns = BACKOFF_ABSENT,
		.attempt_timeout_ns = BACKOFF_ABSENT,
		.deadline_left_ns = BACKOFF_ABSENT,
		.attempts = BACKOFF_ABSENT,
		.retries = BACKOFF_ABSENT,
		.backoff_ns = BACKOFF_ABSENT,
		.in_flight = BACKOFF_ABSENT,
		.dropped = BACKOFF_ABSENT,
		.pid = BACKOFF_ABSENT,
		.seq = BACKOFF_ABSENT,
	};
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
		BO_EVENT_ROWS};
	struct bo_out out = bo_out_init(buffer, size);

	bo_schema_put(&out, &schema);
	return out.length;
}
