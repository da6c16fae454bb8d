/* Advice per operation: which policies are worth a closer look. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_REPORT_ADVICE_H
#define RS_REPORT_ADVICE_H

#include <stddef.h>

#include "report/report.h"

/** Name the baseline, the policies that are better, cheaper, the same or worse,
 *  and those that the log cannot judge. */
void rs_advice(const struct rs_report *report, const struct rs_subject *subject,
	       char *text, size_t size);

#endif
