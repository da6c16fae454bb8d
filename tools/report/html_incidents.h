/* The incidents of an operation, in words. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_HTML_INCIDENTS_H
#define RS_HTML_INCIDENTS_H

#include "report/html.h"

/** Incidents that tables and sentences have. */
#define RS_HTML_INCIDENTS 8

/** The time of day, UTC: "10:04:12". */
void rs_html_clock(uint64_t ns, char *buffer, size_t size);

/** "10:04:12-10:07:00, TARGET". Returns buffer. */
const char *rs_html_incident_name(const struct rs_subject_incident *incident,
				  char *buffer, size_t size);

/** Find the incidents in which most calls begin, in the order of time. Returns
 *  their number. */
size_t rs_html_worst_incidents(const struct rs_html_part *part,
			       size_t shown[RS_HTML_INCIDENTS]);

#endif
