/* What a log leaves open, in words. */
#ifndef RS_GAPS_H
#define RS_GAPS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/report.h"

/** How many gaps there may be. */
extern const size_t rs_gap_count;

/** Describe one of them, with the operations that have it. False if none
 *  has. */
bool rs_gap_text(const struct rs_report *report, size_t gap, char *text,
		 size_t size);

#endif
