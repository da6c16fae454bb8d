/* Finds the incidents that calls meet, and counts the calls that begin in
 * them. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "replay/frame.h"

/* The number of incidents that begin at or before a time. */
static size_t
incidents_until(const struct rs_frame *frame, uint64_t when_ns)
{
	size_t low = 0, count = frame->incidents;

	while (count > 0) {
		size_t half = count / 2;

		if (frame->incident[low + half].from_ns <= when_ns) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return low;
}

size_t
rs_frame_incident(const struct rs_frame *frame, uint64_t when_ns)
{
	size_t until = incidents_until(frame, when_ns);

	return until > 0 && frame->incident[until - 1].to_ns >= when_ns
		       ? until - 1
		       : SIZE_MAX;
}

/* Copy the incidents that a call of the operation meets. */
static bool
copy_incidents(struct rs_frame *frame, const struct rs_window *window,
	       const struct rs_finding *finding)
{
	bool *met = calloc(finding->incident_count + 1, sizeof(*met));

	frame->incident =
		calloc(window->incident_count + 1, sizeof(*frame->incident));
	frame->begun =
		calloc(window->incident_count + 1, sizeof(*frame->begun));
	if (met == NULL || frame->incident == NULL || frame->begun == NULL) {
		free(met);
		return false;
	}
	for (size_t i = 0; i < window->call_count; i++)
		if (window->incident[i] >= 0)
			met[window->incident[i]] = true;
	for (size_t i = 0; i < finding->incident_count; i++) {
		const struct rs_incident *from = &finding->incident[i];

		if (!met[i])
			continue;
		frame->incident[frame->incidents++] =
			(struct rs_subject_incident){
				.from_ns = from->from_ns,
				.to_ns = from->to_ns,
				.target = from->target
						  ? rs_log_text(frame->log,
								from->target)
						  : NULL};
	}
	free(met);
	return true;
}

static void
count_begun(struct rs_frame *frame)
{
	const struct rs_groups *groups = &frame->groups;

	for (size_t i = 0; i < groups->call_count; i++) {
		size_t at = rs_frame_incident(
			frame, rs_frame_start_ns(frame, groups->call[i]));

		if (at != SIZE_MAX)
			frame->begun[at]++;
	}
	for (size_t i = 0; i < frame->incidents; i++)
		for (size_t g = 0; g < groups->count; g++) {
			const struct rs_unlogged *unlogged =
				&groups->item[g].unlogged;

			frame->begun[i] +=
				rs_unlogged_from(unlogged,
						 frame->incident[i].to_ns + 1) -
				rs_unlogged_from(unlogged,
						 frame->incident[i].from_ns);
		}
}

enum backoff_status
rs_frame_init(struct rs_frame *frame, const struct rs_log *log,
	      const struct rs_operation *operation,
	      const struct rs_window *window, const struct rs_finding *finding)
{
	enum backoff_status status;

	*frame = (struct rs_frame){.log = log, .operation = operation};
	status = rs_groups_init(&frame->groups, log, operation);
	if (status != BACKOFF_OK)
		return status;
	if (!copy_incidents(frame, window, finding))
		return BACKOFF_E_NOMEM;
	rs_timeline_init(&frame->timeline, log, &frame->groups);
	count_begun(frame);
	return BACKOFF_OK;
}

void
rs_frame_clear(struct rs_frame *frame)
{
	rs_groups_clear(&frame->groups);
	free(frame->incident);
	free(frame->begun);
	*frame = (struct rs_frame){0};
}
