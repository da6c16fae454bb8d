/* All policies over all operations of a log. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_COMPARE_H
#define RS_COMPARE_H

#include "replay/subject.h"

struct rs_comparison {
	const struct rs_plan *plan;
	struct rs_subject *subject;
	size_t subject_count;
	struct rs_result *result;
	size_t result_count;
};

/** Run it. BACKOFF_OK or BACKOFF_E_NOMEM. */
enum backoff_status rs_compare(const struct rs_plan *plan,
			       struct rs_comparison *out);
void rs_comparison_clear(struct rs_comparison *comparison);

#endif
