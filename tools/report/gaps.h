/* Questions that a log leaves open, in words. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_GAPS_H
#define RS_GAPS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/report.h"

/** The number of different gaps. */
extern const size_t rs_gap_count;

/** Describe one of them, and name the operations that have it. False if no
 *  operation has it. */
bool rs_gap_text(const struct rs_report *report, size_t gap, char *text,
		 size_t size);

#endif
