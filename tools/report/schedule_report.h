/* The waits of a policy as text and as JSON. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_SCHEDULE_REPORT_H
#define RS_SCHEDULE_REPORT_H

#include <stdio.h>

#include "policies/schedule.h"

struct rs_schedule_report {
	const struct backoff_policy *policy;
	const struct rs_schedule *schedule;
	/** Number of schedules drawn. */
	uint64_t draws;
};

/** Each returns 0, or -1 if memory ran out or writing failed. */
int rs_schedule_report_text(const struct rs_schedule_report *report, FILE *out);
int rs_schedule_report_json(const struct rs_schedule_report *report, FILE *out);

#endif
