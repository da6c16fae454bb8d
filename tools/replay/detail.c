/* Makes what pictures of a result need. Counts are integers until they are
 * divided by the number of replicas. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "replay/detail.h"
#include "replay/durations.h"
#include "replay/frame.h"

/* Quantiles are whole parts of this. */
#define PARTS 10000

const double rs_curve_quantile[RS_CURVE_POINTS] = {
	0,   .01, .02, .05,  .1,   .25,  .5,    .75,   .9,
	.95, .98, .99, .995, .998, .999, .9995, .9999, 1,
};

static void
make_curve(struct rs_curve *out, const struct rs_tally *tally, bool success,
	   const struct tk_samples *first_tries)
{
	uint64_t value[RS_REPLICAS_MAX];
	struct rs_durations durations;

	rs_durations_of(&durations, tally, success, first_tries);
	out->calls = durations.calls;
	for (size_t i = 0; i < RS_CURVE_POINTS; i++) {
		unsigned part = (unsigned)(rs_curve_quantile[i] * PARTS + 0.5);
		size_t count =
			rs_durations_quantile(&durations, part, PARTS, value);

		out->ns[i] = count > 0 ? value[count / 2] : 0;
	}
}

static void
make_shares(struct rs_detail *detail, const struct rs_tally *tally)
{
	double calls = (double)tally->calls * tally->replicas;

	for (size_t i = 0; i < RS_DETAIL_ATTEMPTS; i++)
		detail->attempts[i] = (double)tally->made[i] / calls;
}

/* Count a call that fails in as many replicas. */
static void
add_failed(const struct rs_frame *frame, struct rs_detail *detail,
	   uint64_t start_ns, uint32_t replicas)
{
	size_t bin = rs_timeline_bin(&frame->timeline, start_ns);
	size_t incident = rs_frame_incident(frame, start_ns);

	if (bin < frame->timeline.bins)
		detail->bin_failed[bin] += replicas;
	if (incident != SIZE_MAX)
		detail->incident_failed[incident] += replicas;
}

static void
add_refusals(const struct rs_frame *frame, struct rs_detail *detail,
	     const struct rs_tally *tally, const struct rs_group *group)
{
	const uint16_t *refused =
		tally->unlogged_refused + group->unlogged_before;

	for (uint64_t k = 0; k < group->unlogged.count; k++)
		if (refused[k] > 0)
			add_failed(frame, detail,
				   rs_unlogged_at(&group->unlogged, k),
				   refused[k]);
}

static void
find_failed(const struct rs_frame *frame, struct rs_detail *detail,
	    const struct rs_tally *tally)
{
	const struct rs_groups *groups = &frame->groups;

	for (size_t i = 0; i < groups->call_count; i++) {
		size_t position =
			groups->call[i] - frame->operation->first_call;

		add_failed(frame, detail,
			   rs_frame_start_ns(frame, groups->call[i]),
			   tally->replicas - tally->call_succeeded[position]);
	}
	for (size_t g = 0; tally->unlogged_refused && g < groups->count; g++)
		add_refusals(frame, detail, tally, &groups->item[g]);
}

static void
make_timeline(const struct rs_frame *frame, struct rs_detail *detail,
	      const struct rs_tally *tally)
{
	const struct rs_timeline *timeline = &frame->timeline;

	find_failed(frame, detail, tally);
	for (size_t i = 0; i < timeline->bins; i++) {
		detail->bin_failed[i] /= tally->replicas;
		detail->bin_attempts[i] =
			(double)timeline->first[i] +
			(double)tally->timeline_further[i] / tally->replicas;
	}
	for (size_t i = 0; i < frame->incidents; i++) {
		detail->incident_failed[i] /= tally->replicas;
		detail->incident_calls[i] = (double)frame->begun[i];
	}
}

struct rs_detail *
rs_detail_new(const struct rs_frame *frame, const struct rs_tally *tally,
	      const struct tk_samples *first_tries)
{
	struct rs_detail *detail = calloc(1, sizeof(*detail));
	size_t room = frame->incidents + 1;

	if (detail == NULL)
		return NULL;
	detail->incident_calls = calloc(room, sizeof(*detail->incident_calls));
	detail->incident_failed =
		calloc(room, sizeof(*detail->incident_failed));
	if (!detail->incident_calls || !detail->incident_failed) {
		rs_detail_free(detail);
		return NULL;
	}
	if (tally->calls == 0)
		return detail;
	make_curve(&detail->success, tally, true, first_tries);
	make_curve(&detail->failure, tally, false, NULL);
	make_shares(detail, tally);
	make_timeline(frame, detail, tally);
	return detail;
}

void
rs_detail_free(struct rs_detail *detail)
{
	if (detail == NULL)
		return;
	free(detail->incident_calls);
	free(detail->incident_failed);
	free(detail);
}
